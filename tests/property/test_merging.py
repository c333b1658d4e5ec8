"""Properties of merging (CONF-2, CONF-3, CONF-5, IMP-5, IMP-9)."""

from collections.abc import Iterable

import attrs
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.merging import (
    Taken,
    Treatment,
    first_free,
    missing_records,
    settle_match,
    settle_match_on_sis,
    settle_new,
)
from student_transfer.records import Record
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import (
    COMPARED_FIELDS,
    Identifier,
    Student,
    StudentKey,
    identifier_key,
)
from student_transfer.testing.strategies import keys, records, students

ELM = SchoolId("elm")
NEW = SiteId("site")
sources = students(site_id="source")
destinations = students()
unique_records = st.lists(
    records, max_size=4, unique_by=lambda record: record.origin
).map(tuple)


@st.composite
def rosters(draw: st.DrawFn, *of: Student) -> Taken:
    """Draw who has which identifiers: some of the students' own are taken."""
    own = [(kind, one.identifier(kind)) for one in of for kind in Identifier]
    some = draw(st.sets(st.sampled_from(own)))
    held = {(kind, identifier_key(value)) for kind, value in some}
    return lambda kind, values: [
        value for value in values if (kind, identifier_key(value)) in held
    ]


@given(destinations, sources, st.data())
def test_merging_twice_equals_merging_once(
    destination: Student, source: Student, data: st.DataObject
) -> None:
    """CONF-5: the second merge changes nothing and tells the same."""
    taken = data.draw(rosters(source))
    once = settle_match(destination, source, school_id=ELM, taken=taken)
    twice = settle_match(once.student, source, school_id=ELM, taken=taken)
    assert twice == once


@given(destinations, sources)
def test_merging_twice_on_an_sis_equals_once(
    destination: Student, source: Student
) -> None:
    """CONF-5, IMP-9: likewise where an SIS has the roster."""
    once = settle_match_on_sis(destination, source)
    assert settle_match_on_sis(once.student, source) == once
    assert attrs.evolve(once.student, provenance=destination.provenance) == destination


@given(destinations, sources, st.data())
def test_no_known_value_is_lost(
    destination: Student, source: Student, data: st.DataObject
) -> None:
    """CONF-1, CONF-2: a value stays, fills a blank, or is named among the changes."""
    taken = data.draw(rosters(source))
    settled = settle_match(destination, source, school_id=ELM, taken=taken)
    told = {change.field: change.treatment for change in settled.changes}
    for field in COMPARED_FIELDS:
        here, there = getattr(destination, field), getattr(source, field)
        now = getattr(settled.student, field)
        if here:
            assert now == here
        elif there and field not in told:
            assert now == there
        else:
            assert not now
        assert (told.get(field) is Treatment.LEFT_BLANK) <= (not here and not now)
    assert set(destination.extra) <= set(settled.student.extra)
    assert dict(settled.student.extra).keys() == {
        name for name, _ in (*destination.extra, *source.extra)
    }
    assert settled.student.enrolments == destination.enrolments | {ELM}


@given(destinations, sources, st.data())
def test_no_identifier_of_another_is_taken_over(
    destination: Student, source: Student, data: st.DataObject
) -> None:
    """CONF-3: whoever is imported never gets what somebody else has."""
    taken = data.draw(rosters(source))
    new = settle_new(
        source, key=StudentKey("n"), site_id=NEW, school_id=ELM, taken=taken
    ).student
    merged = settle_match(destination, source, school_id=ELM, taken=taken).student
    for kind in Identifier:
        value = new.identifier(kind)
        assert not value or value not in taken(kind, [value])
        value = merged.identifier(kind)
        assert value in {"", destination.identifier(kind)} or value not in taken(
            kind, [value]
        )
    assert bool(new.user_name) == bool(source.user_name)


@given(sources, st.data())
def test_each_change_of_a_new_student_is_told(
    source: Student, data: st.DataObject
) -> None:
    """CONF-1: a field is among the changes exactly if it is not as on the source."""
    taken = data.draw(rosters(source))
    settled = settle_new(
        source, key=StudentKey("n"), site_id=NEW, school_id=ELM, taken=taken
    )
    changed = {
        field
        for field in (*COMPARED_FIELDS, "extra")
        if getattr(settled.student, field) != getattr(source, field)
    }
    assert changed == {change.field for change in settled.changes}
    assert settled.student.provenance == source.provenance | {source.ref}


@given(keys, st.sets(st.integers(0, 30)))
def test_the_number_is_the_first_that_is_free(name: str, numbers: set[int]) -> None:
    """CONF-3: every smaller number is taken."""
    bare = name.strip()
    names = {name} | {f"{bare}{number}" for number in numbers if number}
    free = first_free(name, names.intersection)
    assert free not in names
    number = int(free.removeprefix(bare))
    assert {f"{bare}{smaller}" for smaller in range(1, number)} <= names


def origins(of: Iterable[Record]) -> set[object]:
    """Return the origins of the records."""
    return {record.origin for record in of}


@given(unique_records, st.lists(records, max_size=4), st.data())
def test_no_record_is_lost_and_none_doubled(
    present: tuple[Record, ...], arriving: list[Record], data: st.DataObject
) -> None:
    """IMP-5, CONF-5: after a merge each origin is there once, however often sent."""
    again = data.draw(st.lists(st.sampled_from(present))) if present else []
    arriving = data.draw(st.permutations([*arriving, *again]))
    now = (*present, *missing_records(present, arriving))
    assert now[: len(present)] == present
    assert origins(now) == origins(present) | origins(arriving)
    assert len(origins(now)) == len(now)
    assert missing_records(now, arriving) == ()
