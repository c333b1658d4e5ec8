"""Two records on one site are merged, and parted again (AFTER)."""

from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from student_transfer.errors import MergeRefusedError, MergeUndoRefusedError
from student_transfer.merges import (
    Merge,
    MergeId,
    Snapshot,
    check_undo,
    differing_fields,
    merge_duplicates,
    stood_at,
)
from student_transfer.permissions import ActorId
from student_transfer.records import StarAssessment
from student_transfer.students import Student, StudentKey
from tests.unit.two_records import (
    ASH,
    BLANK,
    COMPARED,
    ELM,
    ELSEWHERE,
    NEW,
    OTHER,
    SOURCE,
    quiz,
    star,
    with_field,
)

WHOLE = attrs.evolve(SOURCE, site_id=NEW, key=StudentKey("t2"), enrolments={ELM})
SURVIVOR = Snapshot.of(BLANK, [star("1"), quiz("2")])
ABSORBED = Snapshot.of(WHOLE, [star("1", score=900), star("3")])
RESULT = merge_duplicates(SURVIVOR, ABSORBED)
MERGE = Merge(
    id=MergeId("m1"),
    site_id=NEW,
    survivor=SURVIVOR,
    absorbed=ABSORBED,
    result=RESULT,
    merged_at=datetime(2026, 11, 1, tzinfo=UTC),
    merged_by=ActorId("head"),
)


def test_a_survivor_gets_the_others_values_and_records() -> None:
    """AFTER-1: blanks are filled, identifiers too, enrolments and records joined."""
    expected = attrs.evolve(WHOLE, key=BLANK.key)
    assert RESULT.student == expected
    assert RESULT.records == (star("1"), quiz("2"), star("3"))


def test_a_survivors_own_values_stay() -> None:
    """AFTER-1, CONF-2: what both know stays as the survivor has it."""
    result = merge_duplicates(Snapshot.of(OTHER, []), ABSORBED)
    assert all(getattr(result.student, f) == getattr(OTHER, f) for f in COMPARED)
    assert result.student.enrolments == {ASH, ELM}
    assert result.records == ABSORBED.records


def test_a_survivor_does_not_come_from_itself() -> None:
    """IMP-5: a duplicate that came back from another site brings no circle along."""
    returned = attrs.evolve(WHOLE, provenance={BLANK.ref, ELSEWHERE})
    result = merge_duplicates(SURVIVOR, Snapshot.of(returned, []))
    assert result.student.provenance == {ELSEWHERE}


@pytest.mark.parametrize(
    ("into", "from_"),
    [
        (BLANK, BLANK),
        (BLANK, attrs.evolve(WHOLE, key=BLANK.key)),
        (BLANK, SOURCE),
        (SOURCE, BLANK),
    ],
)
def test_one_student_or_two_sites_are_refused(into: Student, from_: Student) -> None:
    """AFTER-1: only two different students of one site can be merged."""
    with pytest.raises(MergeRefusedError) as raised:
        merge_duplicates(Snapshot.of(into, []), Snapshot.of(from_, []))
    assert raised.value.rule == "AFTER-1"


def test_a_merge_can_be_undone_while_nothing_changed() -> None:
    """AFTER-2: the survivor as it was after the merge may go back."""
    check_undo(MERGE, RESULT)
    check_undo(MERGE, Snapshot.of(RESULT.student, reversed(RESULT.records)))
    assert MERGE.survivor == SURVIVOR
    assert MERGE.absorbed == ABSORBED


@pytest.mark.parametrize(
    "field",
    [field.name for field in attrs.fields(Student) if field.name != "key"],
)
def test_each_edited_field_is_named(field: str) -> None:
    """AFTER-2: a field that was edited since refuses the undo by its name."""
    edits: dict[str, object] = {
        "date_of_birth": date(2016, 1, 1),
        "enrolments": {ASH},
        "provenance": set(),
        "extra": {"Bus": "13"},
    }
    edited = with_field(RESULT.student, field, edits.get(field, "something else"))
    with pytest.raises(MergeUndoRefusedError) as raised:
        check_undo(MERGE, Snapshot.of(edited, RESULT.records))
    assert raised.value.changed == (field.replace("_", " "),)
    assert "something else" not in str(raised.value)


def test_changed_records_are_counted() -> None:
    """AFTER-2: records that were added, removed or edited since refuse the undo."""
    now = [star("1", score=1), star("7"), star("8")]
    edited = attrs.evolve(RESULT.student, year="7")
    with pytest.raises(MergeUndoRefusedError) as raised:
        check_undo(MERGE, Snapshot.of(edited, now))
    assert raised.value.changed == (
        "year",
        "2 records added",
        "2 records removed",
        "1 record edited",
    )


@pytest.mark.parametrize(
    ("now", "what"),
    [
        ([*RESULT.records, star("9")], "1 record added"),
        (RESULT.records[1:], "1 record removed"),
        ((star("1", score=1), *RESULT.records[1:]), "1 record edited"),
    ],
)
def test_one_changed_record_is_enough(now: list[StarAssessment], what: str) -> None:
    """AFTER-2: each kind of change alone refuses the undo."""
    with pytest.raises(MergeUndoRefusedError) as raised:
        check_undo(MERGE, Snapshot.of(RESULT.student, now))
    assert raised.value.changed == (what,)


def test_a_survivor_who_has_gone_is_told() -> None:
    """AFTER-2: without the surviving record nothing can be undone."""
    with pytest.raises(MergeUndoRefusedError) as raised:
        check_undo(MERGE, None)
    gone = "the surviving record is no longer on the site"
    assert raised.value.changed == (gone,)


def test_a_merge_is_undone_once() -> None:
    """AFTER-2: a second undo is refused, even if everything is as after the merge."""
    undone = attrs.evolve(MERGE, undone_at=datetime(2026, 11, 2, tzinfo=UTC))
    with pytest.raises(MergeUndoRefusedError) as raised:
        check_undo(undone, RESULT)
    assert raised.value.changed == ("the merge was undone already",)


@pytest.mark.parametrize(
    ("minutes", "stood", "still"),
    [(-1, False, False), (0, True, True), (1, True, True), (2, False, True)],
)
def test_a_merge_stands_until_it_is_undone(
    minutes: int, stood: bool, still: bool
) -> None:
    """AFTER-2: from the instant of the merge, and no more at that of the undoing."""
    at = MERGE.merged_at + timedelta(minutes=minutes)
    undone_at = MERGE.merged_at + timedelta(minutes=2)
    assert stood_at(attrs.evolve(MERGE, undone_at=undone_at), at) is stood
    assert stood_at(MERGE, at) is still


def test_equal_students_differ_in_nothing() -> None:
    """AFTER-2: fields are compared exactly, so another case is a difference."""
    assert differing_fields(SOURCE, attrs.evolve(SOURCE)) == []
    shouting = attrs.evolve(SOURCE, given_name="ADA")
    assert differing_fields(SOURCE, shouting) == ["given name"]


@pytest.mark.parametrize("value", [SOURCE, RESULT, MERGE, *RESULT.records], ids=repr)
def test_no_repr_shows_a_student(value: object) -> None:
    """AFTER-1: what ends up in logs carries no personal data."""
    for personal in ("Ada", "Byron", "abyron", "example", "500"):
        assert personal not in repr(value)


def test_no_repr_of_a_snapshot_lists_its_records() -> None:
    """AFTER-1: nor what a child has read, and when."""
    assert RESULT.records
    assert not any(repr(record) in repr(RESULT) for record in RESULT.records)


def test_fields_about_the_site_stay_when_duplicates_are_merged() -> None:
    """AFTER-1: both records are of this site, so nothing of it is left behind."""
    survivor = Student(key=StudentKey("t1"), site_id=NEW, extra={"local:Bus": "3"})
    absorbed = Student(
        key=StudentKey("t2"), site_id=NEW, extra={"local:Bus": "4", "local:Key": "5"}
    )
    merged = merge_duplicates(Snapshot(survivor, ()), Snapshot(absorbed, ()))
    assert merged.student.extra == (("local:Bus", "3"), ("local:Key", "5"))
