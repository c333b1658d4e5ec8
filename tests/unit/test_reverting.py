"""What one thing has filled is taken back from a student, and given again (AFTER-2)."""

from collections.abc import Collection, Sequence

import attrs

from student_transfer.reverting import as_in, give_again, take_back
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Identifier, Student, StudentKey, StudentRef

ELM, OAK, ASH = SchoolId("elm"), SchoolId("oak"), SchoolId("ash")
HERE = Student(
    key=StudentKey("m"),
    site_id=SiteId("new"),
    given_name="Ada",
    enrolments={OAK},
    extra={"Bus": "4"},
)
FILLED = attrs.evolve(
    HERE,
    email="ada@x.org",
    year="6",
    enrolments={OAK, ELM},
    provenance={StudentRef(SiteId("old"), StudentKey("1"))},
    extra={"Bus": "4", "Zone": "1"},
)


def nobody(_kind: Identifier, _values: Sequence[str]) -> Collection[str]:
    """Say that no identifier is taken."""
    return ()


def test_what_is_as_it_was_left_is_taken_back() -> None:
    """AFTER-2: then nothing tells that it had ever been filled."""
    assert take_back(FILLED, HERE, FILLED) == (HERE, set())


def test_what_was_changed_since_stays_and_is_named() -> None:
    """AFTER-2: further fields by their names, and the school of who has moved."""
    now = attrs.evolve(
        FILLED, year="7", enrolments={ELM}, extra={"Bus": "4", "Zone": "2"}
    )
    student, stay = take_back(now, HERE, FILLED)
    assert stay == {"year", "Zone", "enrolments"}
    assert student == attrs.evolve(now, email="", provenance=())


def test_only_what_was_taken_back_is_given_again() -> None:
    """CONF-2: and only to whom nobody else has it (CONF-3)."""
    source = Student(
        key=StudentKey("2"),
        site_id=SiteId("old"),
        family_name="Byron",
        email="a@x.org",
        year="5",
        extra={"Zone": "9", "Tray": "3"},
    )
    given = give_again(HERE, FILLED, source, nobody)
    assert given == attrs.evolve(
        HERE, email="a@x.org", year="5", extra={"Bus": "4", "Zone": "9"}
    )
    taken = give_again(HERE, FILLED, source, lambda _, values: values)
    assert taken == attrs.evolve(given, email="")


def test_a_student_becomes_as_one_of_two_where_these_differ() -> None:
    """AFTER-2: in all else the student stays, and has come from where it came from."""
    student = attrs.evolve(
        HERE, given_name="Adah", year="4", enrolments={ASH}, extra={"Zone": "3"}
    )
    assert as_in(student, FILLED, HERE) == attrs.evolve(
        student,
        email="ada@x.org",
        year="6",
        enrolments={ASH, ELM},
        extra={"Zone": "1"},
    )
    back = as_in(attrs.evolve(student, enrolments={ASH, ELM}), HERE, FILLED)
    assert back == attrs.evolve(student, year="", extra=())
