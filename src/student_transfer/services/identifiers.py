"""Who on a site has an identifier: each is one student's (CONF-3)."""

from collections.abc import Collection, Sequence

from student_transfer.merging import IsTaken, NamesTaken
from student_transfer.ports import UnitOfWork
from student_transfer.sites import SiteId
from student_transfer.students import (
    Identifier,
    Student,
    StudentKey,
    identifier_key,
)


def holder_of(
    work: UnitOfWork, site_id: SiteId, kind: Identifier, value: str
) -> StudentKey | None:
    """Return who on a site has an identifier."""
    form = identifier_key(value)
    return work.roster.holders(site_id, kind, [form]).get(form)


def names_taken_on(
    work: UnitOfWork, site_id: SiteId, besides: StudentKey | None = None
) -> NamesTaken:
    """Return which of some user names a site's students have, by one question (CONF-3).

    Args:
        work: The unit of work.
        site_id: The site.
        besides: The student whose own do not count.
    """

    def names_taken(names: Sequence[str]) -> Collection[str]:
        form_of = {name: identifier_key(name) for name in names}
        kind, forms = Identifier.USER_NAME, set(form_of.values())
        holders = work.roster.holders(site_id, kind, forms)
        free = {None, besides}
        return [name for name in names if holders.get(form_of[name]) not in free]

    return names_taken


def taken_from(work: UnitOfWork, student: Student) -> IsTaken:
    """Say of an identifier whether another student of the site has it (CONF-3)."""

    def is_taken(kind: Identifier, value: str) -> bool:
        return holder_of(work, student.site_id, kind, value) not in {None, student.key}

    return is_taken
