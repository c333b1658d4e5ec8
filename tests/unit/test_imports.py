"""The life of an import, and what is told of each student (IMP, DONE, LOG-2)."""

from datetime import UTC, datetime, timedelta, tzinfo
from itertools import product
from zoneinfo import ZoneInfo

import attrs
import pytest

from student_transfer.codes import CodeId, YearScope
from student_transfer.errors import IllegalTransitionError
from student_transfer.import_log import (
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
)
from student_transfer.imports import (
    DUE,
    ENDED,
    OVERDUE_AFTER,
    PENDING,
    TRANSITIONS,
    Decision,
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
    ImportState,
    ImportStatus,
    RowKind,
    can_resume,
    flag_unmatched,
    import_status,
    reference_code,
    scheduled_message,
)
from student_transfer.matching import ImportAs, Suggestion
from student_transfer.outcomes import Outcome, Reason
from student_transfer.permissions import ActorId
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Student, StudentKey

STARTED = datetime(2026, 10, 24, 9, tzinfo=UTC)
LATER = STARTED + timedelta(hours=1)
MICROSECOND = timedelta(microseconds=1)
STATE, EVENT = ImportState, ImportEvent
IMPORT = Import(
    id=ImportId("i1"),
    site_id=SiteId("b"),
    school_id=SchoolId("elm"),
    code_id=CodeId("c1"),
    source_site_id=SiteId("a"),
    scope=YearScope(SchoolId("oak"), "6"),
    students=(StudentKey("s1"),),
    started_at=STARTED,
    started_by=ActorId("head"),
)
SOURCE = Student(
    key=StudentKey("s1"),
    site_id=SiteId("a"),
    given_name="Ada",
    family_name="Byron",
    year="6",
    student_id="7",
    user_name="abyron",
    email="ada@a.example",
)
ROW = ImportRow(
    source_key=StudentKey("s1"),
    incoming=SOURCE,
    suggestion=Suggestion(import_as=ImportAs.NEW, why="no student is alike"),
    decision=Decision(import_as=ImportAs.NEW),
)
EXPECTED = {
    (STATE.ANALYSING, EVENT.ANALYSED): STATE.READY,
    (STATE.ANALYSING, EVENT.ANALYSIS_FAILED): STATE.ANALYSING,
    (STATE.ANALYSING, EVENT.CANCEL): STATE.CANCELLED,
    (STATE.READY, EVENT.ANALYSE_AGAIN): STATE.ANALYSING,
    (STATE.READY, EVENT.EDIT): STATE.READY,
    (STATE.READY, EVENT.CONFIRM): STATE.SCHEDULED,
    (STATE.READY, EVENT.CANCEL): STATE.CANCELLED,
    (STATE.SCHEDULED, EVENT.COMPLETE): STATE.COMPLETED,
    (STATE.SCHEDULED, EVENT.FAIL): STATE.FAILED,
    (STATE.FAILED, EVENT.RESUME): STATE.SCHEDULED,
    (STATE.COMPLETED, EVENT.RESUME): STATE.SCHEDULED,
}
RULES = {
    EVENT.ANALYSED: "PREV-1",
    EVENT.ANALYSIS_FAILED: "PREV-7",
    EVENT.ANALYSE_AGAIN: "PREV-7",
    EVENT.EDIT: "REV-1",
    EVENT.CONFIRM: "IMP-1",
    EVENT.CANCEL: "IMP-2",
    EVENT.COMPLETE: "DONE-1",
    EVENT.FAIL: "IMP-7",
    EVENT.RESUME: "IMP-7",
}


def outcome(
    status: SourceImportStatus, reason: Reason | None = None, student: str | None = None
) -> Outcome:
    """Make an outcome of which only that matters."""
    row = LogRow(
        first_name="a",
        last_name="b",
        year="6",
        source_import_status=status,
        score_import_status=ScoreImportStatus.ALL,
    )
    return Outcome(
        source_status=status,
        score_status=ScoreImportStatus.ALL,
        student=None if student is None else StudentKey(student),
        log_row=row,
        reason=reason,
    )


# The life of an import ---------------------------------------------------------------


ALREADY = {
    "This import is being analysed already.",
    "This import is confirmed already.",
    "This import is completed already.",
    "This import has failed already.",
    "This import is cancelled already.",
}


@pytest.mark.parametrize(
    ("state", "event", "message"),
    [
        (
            ImportState.ANALYSING,
            ImportEvent.EDIT,
            "This import is being analysed and cannot be reviewed.",
        ),
        (
            ImportState.SCHEDULED,
            ImportEvent.CONFIRM,
            "This import is confirmed already.",
        ),
        (
            ImportState.SCHEDULED,
            ImportEvent.RESUME,
            "This import is confirmed and cannot be resumed.",
        ),
        (
            ImportState.FAILED,
            ImportEvent.CANCEL,
            "This import has failed and cannot be cancelled.",
        ),
        (
            ImportState.CANCELLED,
            ImportEvent.CANCEL,
            "This import is cancelled already.",
        ),
    ],
)
def test_a_step_that_is_not_possible_says_why(
    state: ImportState, event: ImportEvent, message: str
) -> None:
    """IMP-1, IMP-2: in words for a person; what was done is said to be so."""
    with pytest.raises(IllegalTransitionError) as raised:
        attrs.evolve(IMPORT, state=state).after(event, at=LATER)
    assert raised.value.message == message


@pytest.mark.parametrize(
    ("state", "event"),
    list(product(ImportState, ImportEvent)),
    ids=lambda part: part.name,
)
def test_every_event_in_every_state(state: ImportState, event: ImportEvent) -> None:
    """IMP-1, IMP-2, IMP-7, PREV-7: each pair leads on as stated, or is refused."""
    import_ = attrs.evolve(IMPORT, state=state)
    before = attrs.asdict(import_)
    expected = EXPECTED.get((state, event))
    assert import_.allows(event) is (expected is not None)
    if expected is None:
        with pytest.raises(IllegalTransitionError) as raised:
            import_.after(event, at=LATER)
        with pytest.raises(IllegalTransitionError) as checked:
            import_.check(event)
        assert str(checked.value) == str(raised.value)
        told = raised.value.message
        assert told.endswith(f" and cannot be {event.value}.") or told in ALREADY
        assert raised.value.advice != IllegalTransitionError.default_advice
        assert raised.value.rule == RULES[event]
    else:
        import_.check(event)
        assert import_.after(event, at=LATER).state is expected
    assert attrs.asdict(import_) == before


def test_the_table_is_what_is_tested() -> None:
    """IMP-7: the table has the transitions of the rules and no other."""
    assert TRANSITIONS == EXPECTED


def test_an_import_that_was_cancelled_stays_cancelled() -> None:
    """IMP-2: cancelling ends the import; only a new one can follow."""
    assert STATE.CANCELLED not in {state for state, _ in TRANSITIONS}


def test_an_import_that_arrives_cannot_be_cancelled() -> None:
    """IMP-2: once confirmed, students are arriving and there is no way back."""
    cancelled_from = {state for state, event in TRANSITIONS if event is EVENT.CANCEL}
    assert cancelled_from == {STATE.ANALYSING, STATE.READY}


def test_each_state_has_its_place_in_the_lists() -> None:
    """LOOK-3, DONE-1: an import is pending, ended or cancelled, never two of these."""
    assert not PENDING & ENDED
    assert set(ImportState) - PENDING - ENDED == {STATE.CANCELLED}
    assert DUE < PENDING


def test_a_due_import_moves_on_without_a_person() -> None:
    """PREV-1, IMP-1: what waits for a background step is analysing or scheduled."""
    steps = {EVENT.ANALYSED, EVENT.COMPLETE}
    assert {state for state, event in TRANSITIONS if event in steps} == DUE


def test_the_times_of_an_import_are_kept() -> None:
    """IMP-1, DONE-1: confirming and ending leave their times, resuming clears the end.

    The time of confirming stays, so that a resumed import is overdue like any other.
    """
    ready = IMPORT.after(EVENT.ANALYSED, at=STARTED)
    assert (ready.confirmed_at, ready.ended_at) == (None, None)
    scheduled = ready.after(EVENT.CONFIRM, at=LATER)
    assert (scheduled.confirmed_at, scheduled.ended_at) == (LATER, None)
    end = LATER + timedelta(hours=2)
    failed = scheduled.after(EVENT.FAIL, at=end, reference="ST-1")
    assert (failed.confirmed_at, failed.ended_at) == (LATER, end)
    again = failed.after(EVENT.RESUME, at=end + timedelta(hours=1))
    assert (again.confirmed_at, again.ended_at) == (LATER, None)


@pytest.mark.parametrize("state", [STATE.ANALYSING, STATE.READY])
def test_cancelling_ends_an_import(state: ImportState) -> None:
    """IMP-2: a cancelled import was never confirmed and has an end."""
    cancelled = attrs.evolve(IMPORT, state=state).after(EVENT.CANCEL, at=LATER)
    assert (cancelled.confirmed_at, cancelled.ended_at) == (None, LATER)


def test_a_reference_code_lasts_until_the_next_step() -> None:
    """IMP-7, PREV-7: the code shows what failed, and goes when it goes on."""
    failed = IMPORT.after(EVENT.ANALYSIS_FAILED, at=LATER, reference="ST-1")
    assert failed.reference == "ST-1"
    assert failed.after(EVENT.ANALYSED, at=LATER).reference is None
    stopped = attrs.evolve(IMPORT, state=STATE.SCHEDULED).after(
        EVENT.FAIL, at=LATER, reference="ST-2"
    )
    assert stopped.reference == "ST-2"
    assert stopped.after(EVENT.RESUME, at=LATER).reference is None


# Overdue -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ImportState, ids=lambda state: state.name)
@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Europe/London")], ids=str)
def test_overdue_to_the_microsecond(state: ImportState, zone: tzinfo) -> None:
    """IMP-1: not done 48 hours after confirming is overdue, clock change or not."""
    assert timedelta(hours=48) == OVERDUE_AFTER
    # London's clocks go back within the 48 hours.
    confirmed = STARTED.astimezone(zone)
    import_ = attrs.evolve(IMPORT, state=state, confirmed_at=confirmed)
    waits = state in {STATE.SCHEDULED, STATE.FAILED}
    last = (STARTED + timedelta(hours=48)).astimezone(zone)
    late = (STARTED + timedelta(hours=48) + MICROSECOND).astimezone(zone)
    assert import_.overdue(last) is False
    assert import_.overdue(late) is waits


@pytest.mark.parametrize("state", ImportState, ids=lambda state: state.name)
def test_what_was_never_confirmed_is_not_overdue(state: ImportState) -> None:
    """IMP-1: the 48 hours run from confirming, not from entering the code."""
    import_ = attrs.evolve(IMPORT, state=state)
    assert not import_.overdue(STARTED + timedelta(days=400))


# How an import went ------------------------------------------------------------------

FINE, CHANGED, LOST = (
    SourceImportStatus.NO_CHANGES,
    SourceImportStatus.CHANGES,
    SourceImportStatus.FAILED,
)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], ImportStatus.NO_CHANGES),
        ([FINE, FINE], ImportStatus.NO_CHANGES),
        ([FINE, CHANGED], ImportStatus.CHANGES),
        ([CHANGED], ImportStatus.CHANGES),
        ([FINE, LOST], ImportStatus.CHANGES),
        ([CHANGED, LOST], ImportStatus.CHANGES),
    ],
)
def test_a_completed_import_is_summed_up(
    statuses: list[SourceImportStatus], expected: ImportStatus
) -> None:
    """DONE-2: one student with changes makes the import one with changes."""
    import_ = attrs.evolve(IMPORT, state=STATE.COMPLETED)
    assert import_status(import_, statuses) is expected


@pytest.mark.parametrize("statuses", [[], [FINE], [CHANGED, LOST], [LOST]])
def test_a_failed_import_has_failed(statuses: list[SourceImportStatus]) -> None:
    """DONE-2: an import that stopped is shown as failed, whatever had arrived."""
    import_ = attrs.evolve(IMPORT, state=STATE.FAILED)
    assert import_status(import_, statuses) is ImportStatus.FAILED


def test_a_kind_tells_what_lists_count() -> None:
    """PREV-2, DONE-2: and no more of the student than that."""
    new = RowKind(import_as=ImportAs.NEW)
    assert ROW.kind == new
    assert attrs.evolve(ROW, incoming=None).kind == attrs.evolve(new, absent=True)
    flagged = attrs.evolve(
        ROW, suggestion=attrs.evolve(ROW.suggestion, needs_review=True)
    )
    assert flagged.kind == attrs.evolve(new, needs_review=True)
    looked = attrs.evolve(flagged, decision=attrs.evolve(ROW.decision, by_person=True))
    assert looked.kind == new
    matched = Decision(import_as=ImportAs.MATCHED, match=StudentKey("d1"))
    assert attrs.evolve(ROW, decision=matched).kind == RowKind(
        import_as=ImportAs.MATCHED
    )
    lost = attrs.evolve(ROW, outcome=outcome(LOST, Reason.UNEXPECTED))
    assert lost.kind == attrs.evolve(new, status=LOST, unexpected=True)
    arrived = attrs.evolve(outcome(FINE, student="d1"), to_merge=True)
    assert attrs.evolve(ROW, outcome=arrived).kind == attrs.evolve(
        new, status=FINE, arrived=True, to_merge=True
    )


@pytest.mark.parametrize(
    ("state", "outcomes", "expected"),
    [
        (STATE.COMPLETED, [outcome(FINE, student="d1")], False),
        (STATE.COMPLETED, [outcome(LOST, Reason.NOT_ON_SOURCE)], False),
        (STATE.COMPLETED, [outcome(FINE, student="d1"), None], True),
        (STATE.COMPLETED, [outcome(LOST, Reason.UNEXPECTED)], True),
        (STATE.FAILED, [outcome(LOST, Reason.NOT_ON_SOURCE)], False),
        (STATE.FAILED, [outcome(FINE, student="d1")], True),
        (STATE.FAILED, [], False),
    ],
)
def test_what_can_be_resumed(
    state: ImportState, outcomes: list[Outcome | None], *, expected: bool
) -> None:
    """IMP-7: who waits or failed unexpectedly; or the import's own end."""
    kinds = {attrs.evolve(ROW, outcome=one).kind for one in outcomes}
    assert can_resume(attrs.evolve(IMPORT, state=state), kinds) is expected


def test_a_reference_code_carries_forty_bits() -> None:
    """IMP-7: each of the bytes drawn counts in the reference code."""
    asked = []

    def randomness(count: int) -> bytes:
        asked.append(count)
        return b"\x01\x23\x45\x67\x89"

    # 0x0123456789 in groups of five bits: 0 4 17 20 11 7 ... in Crockford's symbols.
    value = 0
    shown = reference_code(randomness)
    for symbol in shown.removeprefix("ST-").replace("-", ""):
        value = value * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(symbol)
    assert value == 0x0123456789
    assert asked == [5]
    assert [len(part) for part in shown.split("-")] == [2, 4, 4]
    assert reference_code(lambda count: b"\xff" * count) == "ST-ZZZZ-ZZZZ"


@pytest.mark.parametrize(
    ("one_student", "whose"),
    [(True, "The student's data"), (False, "The students' data")],
)
def test_the_message_says_what_to_do_afterwards(one_student: bool, whose: str) -> None:
    """IMP-1: within 48 hours, then enrol new students and merge unmatched ones."""
    assert scheduled_message(one_student=one_student) == (
        f"{whose} will be imported within the next 48 hours, usually sooner. When the "
        "import is among the completed imports: enrol students who are new to your "
        "site in their classes; and merge students who were on your site already but "
        "were not matched with their existing records."
    )


# One student of an import ------------------------------------------------------------


@pytest.mark.parametrize("doubtful", [True, False])
@pytest.mark.parametrize("by_person", [True, False])
def test_what_a_person_decided_needs_no_review(doubtful: bool, by_person: bool) -> None:
    """PREV-3: the flag goes once a person has decided, and only then."""
    row = attrs.evolve(
        ROW,
        suggestion=attrs.evolve(ROW.suggestion, needs_review=doubtful),
        decision=attrs.evolve(ROW.decision, by_person=by_person),
    )
    assert row.needs_review is (doubtful and not by_person)


def test_an_unmatched_student_is_flagged_where_an_sis_has_the_roster() -> None:
    """IMP-9: the preview flags the student and says why."""
    flagged = flag_unmatched(ROW.suggestion)
    assert flagged.needs_review
    reason = "students of this site come from its SIS, so this one should have a match"
    assert flagged.why == f"no student is alike; {reason}"
    assert flagged.doubts == (reason,)
    bare = flag_unmatched(Suggestion(import_as=ImportAs.NEW))
    assert bare.why == reason


def test_a_matched_student_is_not_flagged_for_the_sis() -> None:
    """IMP-9: a match is left as the matching proposed it."""
    matched = Suggestion(import_as=ImportAs.MATCHED, match=StudentKey("t1"))
    assert flag_unmatched(matched) is matched


@pytest.mark.parametrize(
    "value",
    [
        IMPORT,
        ROW,
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_repr_shows_a_student(value: object) -> None:
    """LOG-1: what ends up in logs carries no personal data."""
    for personal in ("Ada", "Byron", "abyron", "example"):
        assert personal not in repr(value)
