"""Values survive being stored as JSON exactly, and unreadable text is an error."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.codes import IssuedCode, Scope, StudentScope, YearScope
from student_transfer.errors import StorageError
from student_transfer.imports import (
    Decision,
    Edit,
    Import,
    ImportId,
    ImportRow,
    Progress,
)
from student_transfer.matching import Candidate, ImportAs, Suggestion
from student_transfer.merging import Merge, Snapshot
from student_transfer.outcomes import Outcome, Reason
from student_transfer.parting import Arrival
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import (
    Origin,
    ReaderQuiz,
    Record,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import (
    RosterSource,
    School,
    SchoolId,
    Site,
    SiteId,
    SiteKind,
)
from student_transfer.storing import codec
from student_transfer.students import Student, StudentKey, StudentRef
from student_transfer.testing import strategies
from student_transfer.testing.values import full_row

KEYS = strategies.keys.map(StudentKey)
SCHOOLS = strategies.keys.map(SchoolId)
ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=20)

DECISIONS = st.builds(
    Decision,
    import_as=st.sampled_from(ImportAs),
    match=st.none() | KEYS,
    by_person=st.booleans(),
)
SUGGESTIONS = st.builds(
    Suggestion,
    import_as=st.sampled_from(ImportAs),
    match=st.none() | KEYS,
    candidates=st.lists(
        st.builds(Candidate, KEYS, st.floats(0, 1), ANY_TEXT), max_size=3
    ).map(tuple),
    needs_review=st.booleans(),
    why=ANY_TEXT,
)
ROWS = st.builds(
    ImportRow,
    source_key=KEYS,
    incoming=st.none() | strategies.students(),
    suggestion=SUGGESTIONS,
    decision=DECISIONS,
    matched=st.none() | strategies.students(),
    outcome=st.none()
    | st.builds(
        Outcome,
        student=st.none() | KEYS,
        to_merge=st.booleans(),
        reason=st.none() | st.sampled_from(Reason),
        merged=st.booleans(),
        was_own_record=st.booleans(),
        undone_at=st.none() | strategies.instants,
    ),
)
SNAPSHOTS = st.builds(
    Snapshot,
    strategies.students(),
    st.lists(strategies.records, max_size=2).map(tuple),
)
MERGES = st.builds(
    Merge,
    survivor=SNAPSHOTS,
    absorbed=SNAPSHOTS,
    result=SNAPSHOTS,
    merged_at=strategies.instants,
    undone_at=st.none() | strategies.instants,
    undone_by=st.none() | strategies.keys.map(ActorId),
)

ARRIVALS = st.builds(
    Arrival,
    import_id=strategies.keys.map(ImportId),
    source_key=KEYS,
    school_id=SCHOOLS,
    source=strategies.students(),
    before=strategies.students(),
    after=strategies.students(),
    came=st.lists(strategies.records.map(lambda record: record.origin), max_size=3),
    arrived_at=strategies.instants,
    undone_at=st.none() | strategies.instants,
    undone_by=st.none() | strategies.keys.map(ActorId),
)


def survives(value_codec: codec.Codec[Any], value: object) -> bool:
    """Say whether a value comes back equal and of the same type."""
    back = value_codec.loads(value_codec.dumps(value))
    return bool(back == value) and type(back) is type(value)


@given(strategies.records)
def test_records_survive(record: Record) -> None:
    """Every record comes back exactly (IMP-5)."""
    assert survives(codec.RECORD, record)


@given(ROWS)
def test_rows_survive(row: ImportRow) -> None:
    """Every row of an import comes back exactly, with its student."""
    assert survives(codec.IMPORT_ROW, row)


@given(st.builds(Edit, before=DECISIONS, after=DECISIONS, at=strategies.instants))
def test_edits_survive(edit: Edit) -> None:
    """Every edit of the review comes back exactly (REV-3)."""
    assert survives(codec.EDIT, edit)


@given(MERGES)
def test_merges_survive(merge: Merge) -> None:
    """Every merge comes back exactly, so that it can be undone exactly (AFTER-2)."""
    assert survives(codec.MERGE, merge)


@given(ARRIVALS)
def test_arrivals_survive(arrival: Arrival) -> None:
    """What a match has filled comes back exactly, so that it is undone (AFTER-2)."""
    assert survives(codec.ARRIVAL, arrival)


def test_reads_what_an_import_kept_before_matches_could_be_undone() -> None:
    """A row of an older version says that nothing of it can be undone."""
    row = full_row("s1")
    stored = codec.IMPORT_ROW.dumps(row)
    assert "merged" not in json.loads(stored)["outcome"]
    assert codec.IMPORT_ROW.loads(stored) == row
    assert row.outcome is not None
    assert not row.outcome.can_be_parted


SCOPES = st.builds(YearScope, SCHOOLS, ANY_TEXT) | st.builds(
    StudentScope, SCHOOLS, KEYS
)


@given(SCOPES)
def test_scopes_survive(scope: Scope) -> None:
    """Every scope comes back exactly (CODE-1)."""
    assert survives(codec.SCOPE, scope)


@given(
    st.builds(IssuedCode, scope=SCOPES, generated_at=strategies.instants),
    st.builds(Import, scope=SCOPES, started_at=strategies.instants),
)
def test_codes_and_imports_survive(code: IssuedCode, import_: Import) -> None:
    """A code and an import come back exactly, with state and scope."""
    assert survives(codec.CODE, code)
    assert survives(codec.IMPORT, import_)


@given(strategies.students())
def test_collections_survive(student: Student) -> None:
    """What a student has several of comes back exactly."""
    assert survives(codec.REFS, student.provenance)
    assert survives(codec.EXTRA, student.extra)
    assert survives(codec.KEYS, (student.key, StudentKey("a"), student.key))


@given(strategies.students())
def test_students_survive(student: Student) -> None:
    """Every student comes back exactly, for a storage that keeps documents."""
    assert survives(codec.STUDENT, student)


@given(
    st.builds(
        Site,
        kind=st.sampled_from(SiteKind),
        roster_source=st.sampled_from(RosterSource),
        name=ANY_TEXT,
    ),
    st.builds(School, name=ANY_TEXT),
    st.builds(Progress),
)
def test_sites_schools_and_progress_survive(
    site: Site, school: School, progress: Progress
) -> None:
    """What is small comes back exactly, too."""
    assert survives(codec.SITE, site)
    assert survives(codec.SCHOOL, school)
    assert survives(codec.PROGRESS, progress)


@given(st.builds(Actor, role=st.sampled_from(Role), schools=st.frozensets(SCHOOLS)))
def test_actors_survive(actor: Actor) -> None:
    """Every administrator comes back exactly."""
    assert survives(codec.ACTOR, actor)


@pytest.mark.parametrize(
    "number", ["0", "-0", "1.50", "1E+3", "0.10000000000000000001", "Infinity"]
)
def test_numbers_keep_their_digits(number: str) -> None:
    """A number comes back digit by digit, not as a float."""
    quiz = ReaderQuiz(
        origin=Origin(SiteId("a"), "1"), quiz_number="1", reading_level=Decimal(number)
    )
    back = codec.RECORD.loads(codec.RECORD.dumps(quiz))
    assert isinstance(back, ReaderQuiz)
    assert str(back.reading_level) == number


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 30, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 3, 29, 1, 30, 0, 999999),  # noqa: DTZ001 - a wall clock
    ],
)
def test_times_keep_their_zone(moment: datetime) -> None:
    """A time comes back to the microsecond with its zone, a wall clock without."""
    star = StarAssessment(
        origin=Origin(SiteId("a"), "1"),
        product=StarProduct.MATHS,
        completed_local=moment,
    )
    back = codec.RECORD.loads(codec.RECORD.dumps(star))
    assert isinstance(back, StarAssessment)
    assert back.completed_local is not None
    assert back.completed_local.isoformat() == moment.isoformat()


def test_text_that_is_no_unicode_survives() -> None:
    """Half of a surrogate pair and NUL are escaped, so that no database minds."""
    quiz = ReaderQuiz(
        origin=Origin(SiteId("a"), "1"), quiz_number="1", title="a\ud800b\0c"
    )
    text = codec.RECORD.dumps(quiz)
    assert text.isascii()
    assert "\0" not in text
    assert codec.RECORD.loads(text) == quiz


def test_equal_values_give_equal_text() -> None:
    """The order in which a set was built does not show."""
    refs = [StudentRef(SiteId(f"s{n}"), StudentKey("1")) for n in range(9)]
    texts = {
        codec.REFS.dumps(frozenset(refs)),
        codec.REFS.dumps(frozenset(reversed(refs))),
    }
    assert len(texts) == 1


def test_reads_what_was_stored_before() -> None:
    """Text of the first version still means the same record: nobody may break it."""
    stored = (
        '{"origin":{"site_id":"a","record_id":"7"},"product":"maths",'
        '"completed_at":"2026-01-02T03:04:05.000006+00:00","scaled_score":"812.5",'
        '"benchmarks":[{"scheme":"state","name":"Met","minimum":"40"}],'
        '"extra":[["Zone","1"]],"_is":"star"}'
    )
    record = codec.RECORD.loads(stored)
    assert isinstance(record, StarAssessment)
    assert record.product is StarProduct.MATHS
    assert record.completed_at == datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert record.scaled_score == Decimal("812.5")
    assert record.benchmarks[0].minimum == Decimal(40)
    assert record.benchmarks[0].measure.value == "percentile_rank"
    assert record.extra == (("Zone", "1"),)
    assert codec.RECORD.dumps(record) == stored


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "[]",
        "null",
        '{"_is":"essay"}',
        '{"origin":{"site_id":"a","record_id":"Ada"},"_is":"quiz"}',
        '{"origin":"Ada","quiz_number":"1","_is":"quiz"}',
        '{"origin":{"site_id":"a","record_id":"1"},"taken_on":"Ada","_is":"quiz"}',
    ],
)
def test_unreadable_text_is_an_error(stored: str) -> None:
    """Text that was not written here is refused, without being quoted."""
    with pytest.raises(StorageError, match="stored value") as refusal:
        codec.RECORD.loads(stored)
    assert "Ada" not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_blank_fields_are_left_out() -> None:
    """Only what a record has takes room."""
    quiz = ReaderQuiz(origin=Origin(SiteId("a"), "1"), quiz_number="1")
    full = attrs.evolve(quiz, title="A book")
    assert "title" not in codec.RECORD.dumps(quiz)
    assert "A book" in codec.RECORD.dumps(full)
