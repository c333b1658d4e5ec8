"""What a merge makes of two records of one child (CONF, IMP-4, IMP-5, IMP-9)."""

from collections.abc import Collection, Sequence
from datetime import date
from functools import partial

import attrs
import pytest

from student_transfer.merging import (
    Change,
    Taken,
    Treatment,
    first_free,
    missing_records,
    same_value,
    settle_match,
    settle_match_on_sis,
    settle_new,
)
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import (
    LOCAL_FIELD,
    Identifier,
    Student,
    StudentKey,
    StudentRef,
    identifier_key,
)
from tests.unit.two_records import (
    ASH,
    BLANK,
    COMPARED,
    ELM,
    ELSEWHERE,
    NEW,
    OLD,
    OTHER,
    SOURCE,
    quiz,
    star,
    with_field,
)

IDENTIFIERS = tuple(kind.value for kind in Identifier)
EACH_FIELD = pytest.mark.parametrize("field", COMPARED)


def nobody(_kind: Identifier, _values: Sequence[str]) -> Collection[str]:
    """Say that every identifier is free."""
    return ()


def taken(**values: str) -> Taken:
    """Say that these identifiers are taken, compared as CONF-3 states."""
    keys = {(Identifier(kind), identifier_key(v)) for kind, v in values.items()}
    return lambda kind, values: [
        value for value in values if (kind, identifier_key(value)) in keys
    ]


def blank_of(field: str) -> object:
    """Return what stands for "not known" in the field."""
    return getattr(BLANK, field)


# New students ------------------------------------------------------------------------


def test_a_new_student_comes_as_on_the_source() -> None:
    """IMP-4: everything is taken over but the key, the site and the enrolments."""
    settled = settle_new(
        SOURCE, key=StudentKey("n1"), site_id=NEW, school_id=ELM, taken=nobody
    )
    assert settled.changes == ()
    assert settled.student == attrs.evolve(
        SOURCE,
        key=StudentKey("n1"),
        site_id=NEW,
        enrolments={ELM},
        provenance={ELSEWHERE, SOURCE.ref},
    )


@pytest.mark.parametrize("field", ["student_id", "email"])
def test_a_taken_student_id_or_email_is_left_blank(field: str) -> None:
    """CONF-3: a student ID or email of another is left blank, and it is told."""
    value = getattr(SOURCE, field).upper()
    settled = settle_new(
        SOURCE,
        key=StudentKey("n1"),
        site_id=NEW,
        school_id=ELM,
        taken=taken(**{field: f" {value}"}),
    )
    assert getattr(settled.student, field) == ""
    assert settled.changes == (Change(field, Treatment.LEFT_BLANK),)
    others = set(IDENTIFIERS) - {field}
    assert all(getattr(settled.student, f) == getattr(SOURCE, f) for f in others)


def test_a_taken_user_name_gets_the_first_free_number() -> None:
    """CONF-3: the number is the first that is free, compared without case."""
    names = {"abyron", "abyron1", "abyron2", "abyron4"}
    settled = settle_new(
        SOURCE,
        key=StudentKey("n1"),
        site_id=NEW,
        school_id=ELM,
        taken=lambda kind, values: [
            value
            for value in values
            if kind is Identifier.USER_NAME and value.casefold() in names
        ],
    )
    assert settled.student.user_name == "abyron3"
    assert settled.changes == (Change("user_name", Treatment.NUMBERED),)


def test_all_conflicts_of_a_new_student_are_settled() -> None:
    """CONF-1, CONF-3: each of the three identifiers is settled and told."""
    settled = settle_new(
        SOURCE,
        key=StudentKey("n1"),
        site_id=NEW,
        school_id=ELM,
        taken=taken(student_id="7", user_name="ABYRON", email="ADA@example.org"),
    )
    student = settled.student
    assert (student.student_id, student.user_name, student.email) == ("", "abyron1", "")
    assert {change.field for change in settled.changes} == set(IDENTIFIERS)


def test_a_blank_identifier_is_no_conflict() -> None:
    """CONF-3: whoever has no identifier is never asked about."""

    def never(kind: Identifier, _values: Sequence[str]) -> Collection[str]:
        raise AssertionError(kind)

    bare = attrs.evolve(SOURCE, student_id="", user_name="", email="")
    settled = settle_new(
        bare, key=StudentKey("n1"), site_id=NEW, school_id=ELM, taken=never
    )
    assert settled.changes == ()
    assert settled.student.user_name == ""


def test_two_students_of_one_import_are_settled_in_turn() -> None:
    """CONF-4: the second of two with one user name gets the next number."""
    names: set[str] = set()
    for number in range(3):
        settled = settle_new(
            SOURCE,
            key=StudentKey(f"n{number}"),
            site_id=NEW,
            school_id=ELM,
            taken=lambda kind, values: (
                names.intersection(values) if kind is Identifier.USER_NAME else ()
            ),
        )
        names.add(settled.student.user_name)
    assert names == {"abyron", "abyron1", "abyron2"}


def test_taken_user_names_are_asked_for_together() -> None:
    """CONF-3: the site is held meanwhile, so few questions for many taken numbers."""
    asked: list[int] = []
    names = {"abyron", *(f"abyron{number}" for number in range(1, 401))}

    def taken(kind: Identifier, some: Sequence[str]) -> set[str]:
        asked.append(len(some))
        return names.intersection(some) if kind is Identifier.USER_NAME else set()

    user_name = Identifier.USER_NAME
    assert first_free("abyron", partial(taken, user_name)) == "abyron401"
    assert asked == [8, 16, 32, 64, 128, 256]
    asked.clear()
    settled = settle_new(
        SOURCE, key=StudentKey("n1"), site_id=NEW, school_id=ELM, taken=taken
    )
    assert settled.student.user_name == "abyron401"
    once_each = [1] * len(Identifier)
    assert sorted(asked) == [*once_each, 8, 16, 32, 64, 128, 256]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (set(), "a"),
        ({"a"}, "a1"),
        ({"a", "a2"}, "a1"),
        ({"a", *(f"a{n}" for n in range(1, 120))}, "a120"),
        ({"a1"}, "a"),
    ],
)
def test_the_first_free_user_name(names: set[str], expected: str) -> None:
    """CONF-3: a free name stays, a taken one gets the lowest number that is free."""
    assert first_free("a", names.intersection) == expected


def test_no_blank_stands_before_the_number() -> None:
    """CONF-3: a user name with blanks around it stays as it is where it is free."""
    taken = {" asmith ", "asmith1"}.intersection
    assert first_free(" asmith ", taken) == "asmith2"
    assert first_free("asmith ", taken) == "asmith "


# Matched students --------------------------------------------------------------------


def matched(
    destination: Student, source: Student, taken: Taken = nobody
) -> tuple[Student, tuple[Change, ...]]:
    """Merge the source into the destination, to be enrolled in Elm."""
    settled = settle_match(destination, source, school_id=ELM, taken=taken)
    return settled.student, settled.changes


def test_the_destinations_values_stay() -> None:
    """CONF-2: where both have a value the destination's stays, and it is told."""
    student, changes = matched(OTHER, SOURCE)
    assert all(getattr(student, f) == getattr(OTHER, f) for f in COMPARED)
    told = (*COMPARED, "Bus")
    assert changes == tuple(Change(field, Treatment.KEPT) for field in told)


@EACH_FIELD
def test_each_blank_is_filled(field: str) -> None:
    """CONF-2: a blank of the destination takes the source's value, without a word."""
    student, changes = matched(with_field(OTHER, field, blank_of(field)), SOURCE)
    assert getattr(student, field) == getattr(SOURCE, field)
    assert field not in {change.field for change in changes}


@EACH_FIELD
def test_blanks_alone_are_no_value(field: str) -> None:
    """CONF-2: a space that somebody left in a field is filled as nothing is."""
    if isinstance(getattr(OTHER, field), str):
        student, changes = matched(with_field(OTHER, field, " "), SOURCE)
        assert getattr(student, field) == getattr(SOURCE, field)
        assert field not in {change.field for change in changes}
        student, _ = matched(OTHER, with_field(SOURCE, field, " "))
        assert getattr(student, field) == getattr(OTHER, field)


@EACH_FIELD
def test_each_blank_of_the_source_fills_nothing(field: str) -> None:
    """CONF-2: what the source does not know takes nothing away."""
    student, changes = matched(OTHER, with_field(SOURCE, field, blank_of(field)))
    assert getattr(student, field) == getattr(OTHER, field)
    assert field not in {change.field for change in changes}


@pytest.mark.parametrize("field", IDENTIFIERS)
def test_a_taken_identifier_fills_no_blank(field: str) -> None:
    """CONF-1, CONF-3: a third student's identifier is left blank, and it is told."""
    value = getattr(SOURCE, field).upper()
    student, changes = matched(BLANK, SOURCE, taken(**{field: value}))
    assert getattr(student, field) == ""
    assert changes == (Change(field, Treatment.LEFT_BLANK),)


@pytest.mark.parametrize(
    ("field", "here", "there"),
    [
        ("given_name", "ADA", "Ada"),
        ("family_name", " Byron ", "Byron"),
        ("given_name", "Zoe\u0308", "Zoë"),
        ("email", "Ada@Example.org", "ada@example.org"),
    ],
)
def test_another_way_to_write_a_value_is_no_change(
    field: str, here: str, there: str
) -> None:
    """CONF-1: case, blanks and composition are not changes worth telling."""
    destination = with_field(attrs.evolve(SOURCE, site_id=NEW), field, here)
    student, changes = matched(destination, with_field(SOURCE, field, there))
    assert changes == ()
    assert getattr(student, field) == here


def test_other_enrolments_stay() -> None:
    """IMP-4: the chosen school is added and the source's schools are not."""
    student, _ = matched(OTHER, SOURCE)
    assert student.enrolments == {ASH, ELM}


def test_where_a_student_came_from_is_kept() -> None:
    """IMP-5: both provenances and the source itself are remembered."""
    here = attrs.evolve(OTHER, provenance={StudentRef(OLD, StudentKey("s0"))})
    student, _ = matched(here, SOURCE)
    assert student.provenance == {
        StudentRef(OLD, StudentKey("s0")),
        ELSEWHERE,
        SOURCE.ref,
    }


def test_a_student_who_returns_does_not_come_from_itself() -> None:
    """IMP-5: from A to B and back to A leaves B as where the student has been."""
    away = attrs.evolve(SOURCE, provenance={OTHER.ref})
    student, _ = matched(OTHER, away)
    assert student.provenance == {SOURCE.ref}


def test_extra_fields_are_filled_one_by_one() -> None:
    """CONF-2: the destination's extra fields stay and the source's others join."""
    source = attrs.evolve(SOURCE, extra={"Bus": "12", "Allergy": "nuts"})
    student, _ = matched(OTHER, source)
    assert student.extra == (("Allergy", "nuts"), ("Bus", "3"), ("Locker", "4"))


def test_a_match_keeps_its_key_and_site() -> None:
    """IMP-4: the student on the destination stays that student."""
    student, _ = matched(BLANK, SOURCE)
    assert student.ref == BLANK.ref


def test_one_gender_written_in_two_ways_is_no_change() -> None:
    """CONF-1: a file with ``female`` for ``F`` is no conflict, and the value stays."""
    there = attrs.evolve(SOURCE, key=StudentKey("t1"), site_id=NEW, gender="female")
    student, changes = matched(there, SOURCE)
    assert student.gender == "female"
    assert "gender" not in {change.field for change in changes}
    other, changes = matched(attrs.evolve(there, gender="M"), SOURCE)
    assert (other.gender, changes) == ("M", (Change("gender", Treatment.KEPT),))


@pytest.mark.parametrize(
    ("field", "left", "right", "same"),
    [
        ("gender", "F", "Female", True),
        ("gender", "F", "M", False),
        ("year", "Year 6", "06", True),
        ("year", "6", "7", False),
        ("given_name", " MAYA", "maya", True),
        ("given_name", "F", "Female", False),
        ("student_id", "Year 6", "06", False),
        ("date_of_birth", date(2015, 3, 9), date(2015, 3, 9), True),
        ("date_of_birth", date(2015, 3, 9), None, False),
        ("gender", "", "", True),
    ],
)
def test_two_values_are_the_same_to_a_person(
    field: str, left: object, right: object, *, same: bool
) -> None:
    """CONF-1: case and blanks do not count, nor how a gender or year is written."""
    assert same_value(field, left, right) is same
    assert same_value(field, right, left) is same


def test_one_year_written_in_two_ways_is_no_change() -> None:
    """CONF-2: nothing of the source is missing, nor where only the case differs."""
    there = attrs.evolve(
        SOURCE, key=StudentKey("t1"), site_id=NEW, year="Year 6", extra={"Bus": "A1"}
    )
    student, changes = matched(there, attrs.evolve(SOURCE, extra={"Bus": "a1 "}))
    assert student.year == "Year 6"
    assert changes == ()


def test_who_is_another_student_of_the_site_is_no_link() -> None:
    """MATCH-4: neither of a new student nor of a matched one; the rest stays."""
    other = StudentRef(NEW, StudentKey("p"))
    source = attrs.evolve(SOURCE, provenance={ELSEWHERE, other})
    new = settle_new(
        source,
        key=StudentKey("n1"),
        site_id=NEW,
        school_id=ELM,
        taken=nobody,
        others={other},
    )
    met = settle_match(BLANK, source, school_id=ELM, taken=nobody, others={other})
    on_sis = settle_match_on_sis(BLANK, source, others={other})
    for settled in (new, met, on_sis):
        assert settled.student.provenance == {ELSEWHERE, SOURCE.ref}


# A site whose roster comes from an SIS -----------------------------------------------


def test_an_sis_keeps_its_students() -> None:
    """IMP-9: names, identifiers and enrolments stay, even blank ones."""
    for destination in (OTHER, BLANK):
        student = settle_match_on_sis(destination, SOURCE).student
        expected = {ELSEWHERE, SOURCE.ref}
        assert student == attrs.evolve(destination, provenance=expected)


def test_what_the_sis_does_not_take_is_told() -> None:
    """IMP-9, CONF-1: each value that was not imported is named with the reason."""
    changes = settle_match_on_sis(BLANK, SOURCE).changes
    told = (*COMPARED, "Bus")
    assert changes == tuple(Change(field, Treatment.NOT_IMPORTED) for field in told)
    same = attrs.evolve(SOURCE, site_id=NEW, key=StudentKey("t1"))
    assert settle_match_on_sis(same, SOURCE).changes == ()


# Records -----------------------------------------------------------------------------


def test_only_missing_records_arrive() -> None:
    """IMP-5: a record whose origin is there already is recognised, whatever it says."""
    missing = missing_records(
        [star("1"), quiz("2")],
        [star("1", score=900), star("3"), quiz("2"), quiz("4", "third")],
    )
    assert missing == (star("3"), quiz("4", "third"))


def test_equal_names_on_two_sites_are_two_records() -> None:
    """IMP-5: an origin is a site and a name, and only both make a record the same."""
    assert missing_records([star("1", "old")], [star("1", "third")]) == (
        star("1", "third"),
    )


def test_a_record_that_is_sent_twice_arrives_once() -> None:
    """CONF-5: of two with one origin in one delivery the first arrives."""
    first, second = star("1", score=1), star("1", score=2)
    assert missing_records([], [first, second]) == (first,)


def test_records_keep_their_benchmark_categories() -> None:
    """IMP-5: a record arrives as it is, with its categories."""
    assert missing_records([], [star("1")])[0] == star("1")


def test_fields_of_the_own_site_do_not_travel() -> None:
    """CONF-2: what means something on its own site only stays there, untold."""
    local = {f"{LOCAL_FIELD}Loaded": "yes", "Bus": "9"}
    source = attrs.evolve(SOURCE, extra=local)
    for settled in (
        settle_new(
            source,
            key=StudentKey("n"),
            site_id=SiteId("new"),
            school_id=SchoolId("oak"),
            taken=nobody,
        ),
        settle_match(
            attrs.evolve(source, key=StudentKey("m"), extra={"Bus": "9"}),
            source,
            school_id=SchoolId("oak"),
            taken=nobody,
        ),
    ):
        assert settled.student.extra == (("Bus", "9"),)
        assert settled.changes == ()
