"""Invented students whom the tests of the linkage compare."""

from datetime import date
from typing import Any

import attrs

from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.profile import profile
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

SITE = Frequencies(1000)

FULL = Student(
    key=StudentKey("1"),
    site_id=SiteId("a"),
    given_name="Amelia",
    middle_name="Rose",
    family_name="Patel-Jones",
    date_of_birth=date(2014, 3, 5),
    gender="F",
    year="6",
    national_id="H801200001001",
    student_id="1001",
    user_name="x1001",
    email="x1001@example.org",
    extra={"postcode": "B13 9QX", "address": "14 Mill Street"},
)
"""A student of whom everything is known."""

LEAN = Student(
    key=StudentKey("1"),
    site_id=SiteId("a"),
    given_name="Amelia",
    family_name="Patel-Jones",
    date_of_birth=date(2014, 3, 5),
    gender="F",
    year="6",
)
"""A student of whom names, date of birth, gender and year are known."""

NOBODY = Student(key=StudentKey("1"), site_id=SiteId("a"))
"""A student of whom nothing is known."""


def there(student: Student, key: str = "9", **changes: Any) -> Student:
    """Put a changed copy of a student on the destination."""
    changed = attrs.evolve(student, **changes)
    return attrs.evolve(changed, key=StudentKey(key), site_id=SiteId("b"))


def named(given: str = "", family: str = "", **more: Any) -> Student:
    """Make a student of whom the names are known."""
    return attrs.evolve(NOBODY, given_name=given, family_name=family, **more)


def total(left: Student, right: Student, scorer: Scorer) -> float:
    """Return the log2 odds of one child, of any pair, by all that is compared."""
    evidence = scorer.evidence(profile(left), profile(right))
    one = sum(part.weight for part in evidence)
    sibling = sum(part.sibling for part in evidence)
    return scorer.prior.odds((one, sibling, sum(part.twin for part in evidence)))


def parts(
    left: Student,
    right: Student,
    frequencies: Frequencies = SITE,
    settings: Settings = DEFAULT_SETTINGS,
) -> dict[str, tuple[Level, float]]:
    """Return by its field what each value says: its level, and what it weighs.

    Without the line of the siblings, which is no field's.
    """
    scorer = Scorer(frequencies, settings)
    found = scorer.compare(profile(left), profile(right)).fields
    return {
        field.field: (field.level, field.weight)
        for field in found
        if field.level is not Level.SIBLINGS
    }
