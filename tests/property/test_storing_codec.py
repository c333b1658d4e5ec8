"""Whatever is stored as JSON comes back as it was."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from student_transfer.codes import IssuedCode, Scope, StudentScope, YearScope
from student_transfer.imports import (
    Decision,
    Edit,
    Import,
    ImportId,
    ImportRow,
    Progress,
)
from student_transfer.match_undo import AppliedMatch
from student_transfer.matching import Candidate, ImportAs, Suggestion
from student_transfer.merges import Merge, Snapshot
from student_transfer.outcomes import Outcome, Reason
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Record
from student_transfer.sites import (
    RosterSource,
    School,
    SchoolId,
    Site,
    SiteId,
    SiteKind,
)
from student_transfer.storing import codec
from student_transfer.students import Student, StudentKey
from student_transfer.testing import strategies

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

APPLIED_MATCHES = st.builds(
    AppliedMatch,
    import_id=strategies.keys.map(ImportId),
    source_key=KEYS,
    school_id=SCHOOLS,
    source=strategies.students(),
    before=strategies.students(),
    after=strategies.students(),
    added=st.lists(strategies.records.map(lambda record: record.origin), max_size=3),
    arrived_at=strategies.instants,
    already_there=st.lists(
        strategies.records.map(lambda record: record.origin), max_size=3
    ),
    undone_at=st.none() | strategies.instants,
    undone_by=st.none() | strategies.keys.map(ActorId),
)
SCOPES = st.builds(YearScope, SCHOOLS, ANY_TEXT) | st.builds(
    StudentScope, SCHOOLS, KEYS
)


def survives(value_codec: codec.Codec[Any], value: object) -> bool:
    """Return whether a value comes back equal and of the same type."""
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


@given(APPLIED_MATCHES)
def test_applied_matches_survive(applied_match: AppliedMatch) -> None:
    """What a match has filled comes back exactly, so that it is undone (AFTER-2)."""
    assert survives(codec.APPLIED_MATCH, applied_match)


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


@given(st.builds(Actor, role=st.sampled_from(Role), schools=st.frozensets(SCHOOLS)))
def test_actors_survive(actor: Actor) -> None:
    """Every administrator comes back exactly."""
    assert survives(codec.ACTOR, actor)


@given(strategies.students())
def test_students_survive(student: Student) -> None:
    """Every student comes back exactly, for a storage that keeps documents."""
    assert survives(codec.STUDENT, student)


@given(
    st.builds(
        Site,
        id=strategies.keys.map(SiteId),
        kind=st.sampled_from(SiteKind),
        roster_source=st.sampled_from(RosterSource),
        name=ANY_TEXT,
    ),
    st.builds(School, id=SCHOOLS, site_id=strategies.keys.map(SiteId), name=ANY_TEXT),
    st.builds(Progress),
)
def test_sites_schools_and_progress_survive(
    site: Site, school: School, progress: Progress
) -> None:
    """What is small comes back exactly, too."""
    assert survives(codec.SITE, site)
    assert survives(codec.SCHOOL, school)
    assert survives(codec.PROGRESS, progress)
