"""Two records of one child on two sites, and what they have read."""

from datetime import date
from decimal import Decimal
from typing import Any

import attrs

from student_transfer.records import (
    BenchmarkCategory,
    BenchmarkScheme,
    Origin,
    ReaderQuiz,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import (
    PERSONAL_FIELDS,
    Identifier,
    Student,
    StudentKey,
    StudentRef,
)

OLD, NEW = SiteId("old"), SiteId("new")
ELM, ASH = SchoolId("elm"), SchoolId("ash")
ELSEWHERE = StudentRef(SiteId("third"), StudentKey("x9"))
SOURCE = Student(
    key=StudentKey("s1"),
    site_id=OLD,
    given_name="Ada",
    middle_name="Augusta",
    family_name="Byron",
    preferred_name="Addie",
    date_of_birth=date(2015, 12, 10),
    gender="F",
    year="6",
    national_id="A123",
    student_id="7",
    user_name="abyron",
    email="ada@example.org",
    enrolments={SchoolId("oak")},
    provenance={ELSEWHERE},
    extra={"Bus": "12"},
)
BLANK = Student(key=StudentKey("t1"), site_id=NEW)
OTHER = Student(
    key=StudentKey("t1"),
    site_id=NEW,
    given_name="Adah",
    middle_name="A.",
    family_name="King",
    preferred_name="A",
    date_of_birth=date(2015, 10, 12),
    gender="X",
    year="Year 7",
    national_id="B456",
    student_id="8",
    user_name="aking",
    email="king@example.org",
    enrolments={ASH},
    extra={"Bus": "3", "Locker": "4"},
)
COMPARED = (*PERSONAL_FIELDS, *(kind.value for kind in Identifier))


def with_field(student: Student, field: str, value: object) -> Student:
    """Return the student with another value in the field."""
    changes: dict[str, Any] = {field: value}
    return attrs.evolve(student, **changes)


def star(number: str, site: str = "old", score: int = 500) -> StarAssessment:
    """Make a record with a benchmark category."""
    return StarAssessment(
        origin=Origin(SiteId(site), number),
        product=StarProduct.READING,
        scaled_score=Decimal(score),
        benchmarks=(
            BenchmarkCategory(scheme=BenchmarkScheme.STATE, name="On Watch", level=2),
        ),
    )


def quiz(number: str, site: str = "old") -> ReaderQuiz:
    """Make a quiz record."""
    return ReaderQuiz(origin=Origin(SiteId(site), number), quiz_number="1")
