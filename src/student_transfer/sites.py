"""Sites and their schools.

A *site* is one customer's installation: a school network with its schools, or a
single school. Students, schools and administrators belong to exactly one site.
"""

from collections.abc import Iterable
from enum import Enum
from typing import NewType

import attrs

from student_transfer.errors import wrong_type
from student_transfer.field_types import check_fields, check_keys

SiteId = NewType("SiteId", str)
"""Names a site everywhere."""

SchoolId = NewType("SchoolId", str)
"""Names a school within its site."""


def school_ids(schools: Iterable[SchoolId]) -> frozenset[SchoolId]:
    """Take schools as a set; one text, whose letters would be schools, is refused.

    Raises:
        TypeError: It is a text, or one of them is none.
    """
    if isinstance(schools, str):
        raise TypeError("schools have to be a set of school ids, and not one text")
    found = frozenset(schools)
    for school in found:
        if not isinstance(school, str):
            raise wrong_type("each of the schools has to be a school id", school)
    return found


class SiteKind(Enum):
    """What a site is the installation of."""

    NETWORK = "network"
    SCHOOL = "school"


class RosterSource(Enum):
    """Who owns the users and enrolments of a site.

    On a site with ``SIS`` they come from a Student Information System, and an import
    only adds records to its students (IMP-9).
    """

    MANUAL = "manual"
    SIS = "sis"


@attrs.frozen
class Site:
    """One customer's installation.

    Raises:
        TypeError: A field is of another type, or an id is blank; it is named, and not
            quoted.
    """

    id: SiteId
    name: str
    kind: SiteKind = SiteKind.NETWORK
    roster_source: RosterSource = RosterSource.MANUAL

    def __attrs_post_init__(self) -> None:
        """Refuse what a database would stumble over later."""
        check_fields(self, "a site")
        check_keys(self, "a site", "id")


@attrs.frozen
class School:
    """A school of a site.

    Raises:
        TypeError: A field is of another type, or an id is blank; it is named, and not
            quoted.
    """

    id: SchoolId
    site_id: SiteId
    name: str

    def __attrs_post_init__(self) -> None:
        """Refuse what a database would stumble over later."""
        check_fields(self, "a school")
        check_keys(self, "a school", "id", "site_id")
