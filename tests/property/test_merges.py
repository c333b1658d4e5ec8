"""Properties of the merges of duplicates (CONF-5, AFTER-1, AFTER-2)."""

from collections.abc import Iterable
from datetime import UTC, datetime

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from student_transfer.merges import (
    Merge,
    MergeId,
    Snapshot,
    check_undo,
    merge_duplicates,
)
from student_transfer.permissions import ActorId
from student_transfer.records import Record
from student_transfer.sites import SiteId
from student_transfer.students import COMPARED_FIELDS, Student
from student_transfer.testing.strategies import records, students

NEW = SiteId("site")
duplicates = students()
unique_records = st.lists(
    records, max_size=4, unique_by=lambda record: record.origin
).map(tuple)


def origins(of: Iterable[Record]) -> set[object]:
    """Return the origins of the records."""
    return {record.origin for record in of}


@given(duplicates, duplicates, unique_records, unique_records)
def test_merging_duplicates_loses_nothing(
    into: Student,
    from_: Student,
    own: tuple[Record, ...],
    others: tuple[Record, ...],
) -> None:
    """AFTER-1, CONF-5: values stay or fill blanks, records join, twice equals once."""
    assume(into.key != from_.key)
    survivor, absorbed = Snapshot.of(into, own), Snapshot.of(from_, others)
    result = merge_duplicates(survivor, absorbed)
    for field in COMPARED_FIELDS:
        expected = getattr(into, field) or getattr(from_, field)
        assert getattr(result.student, field) == expected
    assert result.student.ref == into.ref
    assert result.student.enrolments == into.enrolments | from_.enrolments
    assert set(own) <= set(result.records)
    assert origins(result.records) == origins(own) | origins(others)
    assert merge_duplicates(result, absorbed) == result
    on_sis = merge_duplicates(survivor, absorbed, on_sis=True)
    kept = attrs.evolve(on_sis.student, provenance=into.provenance)
    assert (kept, on_sis.records) == (into, result.records)  # IMP-9


@given(duplicates, duplicates, unique_records, unique_records, st.data())
def test_an_unchanged_merge_can_be_undone(
    into: Student,
    from_: Student,
    own: tuple[Record, ...],
    others: tuple[Record, ...],
    data: st.DataObject,
) -> None:
    """AFTER-2: the unchanged survivor may go back, in whatever order it is read."""
    assume(into.key != from_.key)
    survivor, absorbed = Snapshot.of(into, own), Snapshot.of(from_, others)
    result = merge_duplicates(survivor, absorbed)
    merge = Merge(
        id=MergeId("m"),
        site_id=NEW,
        survivor=survivor,
        absorbed=absorbed,
        result=result,
        merged_at=datetime(2026, 11, 1, tzinfo=UTC),
        merged_by=ActorId("head"),
    )
    now = Snapshot.of(result.student, data.draw(st.permutations(result.records)))
    assert now == result
    check_undo(merge, now)
