"""The life of one import, and what is kept of each of its students.

One transition table says what can happen to an import; what is not in the table
cannot happen. Storage keeps imports and rows, and never decides about them.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType
from typing import NewType

import attrs

from student_transfer.codes import ALPHABET, CodeId, Scope, elapsed
from student_transfer.errors import IllegalTransitionError
from student_transfer.import_log import (
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
)
from student_transfer.matching import ImportAs, Suggestion
from student_transfer.merging import Change, Settled, Treatment
from student_transfer.permissions import ActorId
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Student, StudentKey

OVERDUE_AFTER = timedelta(hours=48)
"""An import that is not in this long after it was confirmed is overdue (IMP-1)."""

ImportId = NewType("ImportId", str)


class ImportState(Enum):
    """Where an import is in its life."""

    ANALYSING = "analysing"
    READY = "ready"
    SCHEDULED = "scheduled"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ImportEvent(Enum):
    """What can happen to an import."""

    ANALYSED = "analysed"
    ANALYSIS_FAILED = "marked as not analysed"
    ANALYSE_AGAIN = "analysed again"
    EDIT = "reviewed"
    CONFIRM = "confirmed"
    CANCEL = "cancelled"
    COMPLETE = "completed"
    FAIL = "failed"
    RESUME = "resumed"


TRANSITIONS: Mapping[tuple[ImportState, ImportEvent], ImportState] = MappingProxyType(
    {
        (ImportState.ANALYSING, ImportEvent.ANALYSED): ImportState.READY,  # PREV-1
        (ImportState.ANALYSING, ImportEvent.ANALYSIS_FAILED): ImportState.ANALYSING,
        (ImportState.ANALYSING, ImportEvent.CANCEL): ImportState.CANCELLED,  # IMP-2
        (ImportState.READY, ImportEvent.ANALYSE_AGAIN): ImportState.ANALYSING,  # PREV-7
        (ImportState.READY, ImportEvent.EDIT): ImportState.READY,  # REV-1
        (ImportState.READY, ImportEvent.CONFIRM): ImportState.SCHEDULED,  # IMP-1
        (ImportState.READY, ImportEvent.CANCEL): ImportState.CANCELLED,  # IMP-2
        (ImportState.SCHEDULED, ImportEvent.COMPLETE): ImportState.COMPLETED,  # DONE-1
        (ImportState.SCHEDULED, ImportEvent.FAIL): ImportState.FAILED,  # IMP-7
        (ImportState.FAILED, ImportEvent.RESUME): ImportState.SCHEDULED,  # IMP-7
        # Completed, though some students failed unexpectedly (IMP-6, IMP-7).
        (ImportState.COMPLETED, ImportEvent.RESUME): ImportState.SCHEDULED,
    }
)
"""The whole life of an import; what is not in the table cannot happen."""

PENDING = frozenset({ImportState.ANALYSING, ImportState.READY, ImportState.SCHEDULED})
DUE = frozenset({ImportState.ANALYSING, ImportState.SCHEDULED})
ENDED = frozenset({ImportState.COMPLETED, ImportState.FAILED})


@attrs.frozen(kw_only=True)
class Import:
    """One import: from entering a code to the log.

    Attributes:
        id: Names the import on its destination site.
        site_id: The destination site.
        school_id: The school to enrol the students in.
        code_id: The transfer code it holds.
        source_site_id: Where the students come from.
        scope: One student or a year of the source.
        students: Who is in the scope of the code.
        started_at: When the code was entered and the school chosen.
        started_by: Who did.
        state: Where it is in its life.
        confirmed_at: When *Import students* was chosen.
        ended_at: When it was completed, failed or was cancelled.
        reference: The reference code of a failed import (IMP-7), or of an analysis
            whose last run failed and will be run again (PREV-7).
        version: Counts the changes; storage refuses to overwrite a newer one.
    """

    id: ImportId
    site_id: SiteId
    school_id: SchoolId
    code_id: CodeId
    source_site_id: SiteId
    scope: Scope
    students: tuple[StudentKey, ...] = attrs.field(repr=False)
    started_at: datetime
    started_by: ActorId
    state: ImportState = ImportState.ANALYSING
    confirmed_at: datetime | None = None
    ended_at: datetime | None = None
    reference: str | None = None
    version: int = 0

    def after(
        self, event: ImportEvent, *, at: datetime, reference: str | None = None
    ) -> "Import":
        """Give the import as it is after the event.

        Raises:
            IllegalTransitionError: The event cannot happen in this state.
        """
        state = TRANSITIONS.get((self.state, event))
        if state is None:
            raise IllegalTransitionError(
                f"An import that is {self.state.value} cannot be {event.value}.",
                advice=_ADVICE[self.state],
                rule=_RULES[event],
            )
        confirmed = at if event is ImportEvent.CONFIRM else self.confirmed_at
        ended = None if state in PENDING else at
        return attrs.evolve(
            self,
            state=state,
            confirmed_at=confirmed,
            ended_at=ended,
            reference=reference,
        )

    def overdue(self, now: datetime) -> bool:
        """Say whether a confirmed import should long be in (IMP-1)."""
        confirmed = self.confirmed_at
        if confirmed is None or self.state not in {
            ImportState.SCHEDULED,
            ImportState.FAILED,
        }:
            return False
        return elapsed(confirmed, now) > OVERDUE_AFTER


_RULES = {
    ImportEvent.ANALYSED: "PREV-1",
    ImportEvent.ANALYSIS_FAILED: "PREV-7",
    ImportEvent.ANALYSE_AGAIN: "PREV-7",
    ImportEvent.EDIT: "REV-1",
    ImportEvent.CONFIRM: "IMP-1",
    ImportEvent.CANCEL: "IMP-2",
    ImportEvent.COMPLETE: "DONE-1",
    ImportEvent.FAIL: "IMP-7",
    ImportEvent.RESUME: "IMP-7",
}
_ADVICE = {
    ImportState.ANALYSING: "Wait until the preview is ready, or cancel the import.",
    ImportState.READY: "Review the matches, then import the students or cancel.",
    ImportState.SCHEDULED: "It is confirmed and cannot be changed any more: wait until "
    "it is among the completed imports.",
    ImportState.COMPLETED: "Look at its import log.",
    ImportState.FAILED: "Give its reference code to support.",
    ImportState.CANCELLED: "Enter the transfer code again to start a new import.",
}


class Reason(Enum):
    """Why a student's row failed."""

    NOT_ON_SOURCE = "no longer on the source site"
    NOT_IN_PREVIEW = "was not on the source site when the preview was made"
    SOURCE_CHANGED = "another student than in the preview, or corrected since"
    MATCH_GONE = "the matched student is no longer on this site"
    MATCH_CHANGED = "the match is another student now, or was changed too much since"
    MATCH_TAKEN = "the matched student has become another incoming student's match"
    CAME_SINCE = "has come as another student since, or was parted from the match"
    UNEXPECTED = "an unexpected error"


@attrs.frozen(kw_only=True)
class Decision:
    """How a student will be imported, and whether a person has decided it."""

    import_as: ImportAs
    match: StudentKey | None = None
    by_person: bool = False


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of a student when the import ran.

    Attributes:
        source_status: With or without changes, or failed (LOG-2).
        score_status: All, some or none of the records (LOG-2).
        student: The student's key on the destination; None when failed.
        log_row: The student's row of the import log.
        to_merge: Listed after the import as one to merge (IMP-9).
        reason: Why it failed, if it did.
        merged: Whether the student was merged with one of the site; not told of those
            who came before this was kept.
        was_own_record: Whether that record was the student's own already, so that
            there are no two to be parted.
        undone_at: When that was undone, if it was: ``student`` is a new one then.
    """

    source_status: SourceImportStatus
    score_status: ScoreImportStatus
    student: StudentKey | None
    log_row: LogRow = attrs.field(repr=False)
    to_merge: bool = False
    reason: Reason | None = None
    merged: bool = False
    was_own_record: bool = False
    undone_at: datetime | None = None

    @property
    def can_be_parted(self) -> bool:
        """Whether two were merged, and that stands, as far as this tells (AFTER-2)."""
        return self.merged and not self.was_own_record and self.undone_at is None


@attrs.frozen(kw_only=True)
class ImportRow:
    """One student of an import.

    Attributes:
        source_key: The student's key on the source site.
        incoming: The student as the analysis read it, for the preview; None when the
            student was not on the source site then.
        suggestion: What the matching proposes.
        decision: What will be done.
        matched: The matched student as seen when that was decided, so that the data
            never lands on another child who has the key by now (IMP-8).
        outcome: What was done; None until the import has run.
    """

    source_key: StudentKey
    incoming: Student | None
    suggestion: Suggestion
    decision: Decision
    matched: Student | None = None
    outcome: Outcome | None = None

    @property
    def needs_review(self) -> bool:
        """Whether a person should look at it (PREV-3); not once a person has."""
        return self.suggestion.needs_review and not self.decision.by_person

    def takes(self, student_key: StudentKey) -> bool:
        """Say whether a student of the destination is its match, or was (PREV-4).

        The match may have been merged since, so who it became counts as well.
        """
        brought = None if self.outcome is None else self.outcome.student
        return student_key in {self.decision.match, brought}


def in_log_order(rows: Iterable[ImportRow]) -> list[tuple[ImportRow, Outcome]]:
    """Give the rows that have an outcome, each with it, in the order of the log."""
    found = [(row, row.outcome) for row in rows if row.outcome is not None]
    return sorted(found, key=lambda pair: pair[1].log_row.by_name)


@attrs.frozen(kw_only=True)
class Edit:
    """One change of the review: who, when, before and after (REV-3)."""

    source_key: StudentKey
    by: ActorId
    at: datetime
    before: Decision
    after: Decision


@attrs.frozen
class Progress:
    """How much of a background step is done, of how much."""

    done: int = 0
    total: int = 0


class ImportStatus(Enum):
    """How an ended import went, for the list of completed imports (DONE-2)."""

    NO_CHANGES = "imported with no changes"
    CHANGES = "imported with changes"
    FAILED = "import failed"


def import_status(import_: Import, outcomes: Iterable[Outcome]) -> ImportStatus:
    """Sum up an ended import (DONE-2).

    An import in which some students failed counts as one with changes; one in which
    every student failed ends in the state *failed*.
    """
    if import_.state is ImportState.FAILED:
        return ImportStatus.FAILED
    statuses = {outcome.source_status for outcome in outcomes}
    if statuses <= {SourceImportStatus.NO_CHANGES}:
        return ImportStatus.NO_CHANGES
    return ImportStatus.CHANGES


def reference_code(randomness: Callable[[int], bytes]) -> str:
    """Make a reference code to quote to support: 40 random bits, easy to read out.

    >>> reference_code(bytes)
    'ST-0000-0000'
    """
    number = int.from_bytes(randomness(5), "big")
    symbols = "".join(ALPHABET[number >> shift & 31] for shift in range(35, -1, -5))
    return f"ST-{symbols[:4]}-{symbols[4:]}"


def scheduled_message(*, one_student: bool) -> str:
    """Say what happens after *Import students*, and what to do then (IMP-1)."""
    who = "The student's data" if one_student else "The students' data"
    return (
        f"{who} will be imported within the next 48 hours, usually sooner. "
        "When the import is among the completed imports: enrol students who are new to "
        "your site in their classes; and merge students who were on your site already "
        "but were not matched with their existing records."
    )


def flag_unmatched(suggestion: Suggestion) -> Suggestion:
    """Flag an unmatched student on a site whose roster comes from an SIS (IMP-9)."""
    if suggestion.import_as is ImportAs.MATCHED:
        return suggestion
    return attrs.evolve(
        suggestion,
        needs_review=True,
        why=f"{suggestion.why}; students of this site come from its SIS, so this one "
        "should have a match".removeprefix("; "),
    )


def failed_outcome(
    row: ImportRow, source: Student | None, reason: Reason, failure: str = ""
) -> Outcome:
    """Say on the log that a student did not arrive, and why (IMP-6, IMP-10).

    The names are those of the source now, else those that the analysis saw; a student
    of whom neither is known is named by key.

    Args:
        row: The student's row.
        source: The student on the source site, if still there.
        reason: Why the student did not arrive.
        failure: The kind of an unexpected error, for support; no personal data.
    """
    known = source or row.incoming
    detail = f"{reason.value} ({failure})" if failure else reason.value
    return Outcome(
        source_status=SourceImportStatus.FAILED,
        score_status=ScoreImportStatus.NONE,
        student=None,
        log_row=_log_row(
            known,
            None,
            SourceImportStatus.FAILED,
            ScoreImportStatus.NONE,
            detail if known else f"student {row.source_key}: {detail}",
        ),
        reason=reason,
    )


def arrived_outcome(
    source: Student,
    settled: Settled,
    *,
    brought: int,
    kept: int,
    to_merge: bool,
    merged: bool = False,
    was_own_record: bool = False,
) -> Outcome:
    """Say on the log how a student arrived (LOG-1, LOG-2, CONF-1).

    Args:
        source: The student on the source site.
        settled: The student on the destination and what was changed.
        brought: How many records the student has on the source site.
        kept: How many of these the student has on the destination now.
        to_merge: Whether a person should merge the student later (IMP-9).
        merged: Whether the student was merged with one of the site.
        was_own_record: Whether that record was the student's own already.
    """
    changed = SourceImportStatus.CHANGES if settled.changes else None
    source_status = changed or SourceImportStatus.NO_CHANGES
    score_status = _score_status(brought, kept)
    detail = _told(settled.changes)
    student = settled.student
    return Outcome(
        source_status=source_status,
        score_status=score_status,
        student=student.key,
        log_row=_log_row(source, student, source_status, score_status, detail),
        to_merge=to_merge,
        merged=merged,
        was_own_record=was_own_record,
    )


def parted_outcome(
    outcome: Outcome, student: Student, *, at: datetime, to_merge: bool
) -> Outcome:
    """Say on the log that a match was undone since, and what came of it (AFTER-2).

    Args:
        outcome: What became of the student when the import ran.
        student: The new student on the destination.
        at: When the match was undone.
        to_merge: Whether a person should merge the new student later (IMP-9).
    """
    row = outcome.log_row
    told = "; ".join(filter(None, (row.detail, _PARTED)))
    return attrs.evolve(
        outcome,
        student=student.key,
        log_row=attrs.evolve(
            row,
            destination_student_id=_said(student, "student_id"),
            destination_user_name=_said(student, "user_name"),
            destination_email=_said(student, "email"),
            detail=told,
        ),
        to_merge=to_merge,
        undone_at=at,
    )


_PARTED = "the match was undone since: the student has a record of their own"


def _told(changes: Iterable[Change]) -> str:
    """Say in words which fields were treated how (CONF-1).

    >>> kept = Treatment.KEPT
    >>> _told([Change("user_name", kept), Change("email", kept)])
    'user name, email: the value on this site was kept'
    """
    fields: dict[Treatment, list[str]] = {}
    for change in changes:
        fields.setdefault(change.treatment, []).append(change.field.replace("_", " "))
    return "; ".join(f"{', '.join(of)}: {how.value}" for how, of in fields.items())


def _score_status(brought: int, kept: int) -> ScoreImportStatus:
    """Tell all, some and none; a student without scores is "all" (LOG-2)."""
    if kept == brought:
        return ScoreImportStatus.ALL
    return ScoreImportStatus.SOME if kept else ScoreImportStatus.NONE


def _log_row(
    source: Student | None,
    student: Student | None,
    source_status: SourceImportStatus,
    score_status: ScoreImportStatus,
    detail: str,
) -> LogRow:
    """Put the student's row of the log together (LOG-1).

    Half of a surrogate pair, which no file can hold, becomes the replacement sign, so
    that one student's damaged name does not cost all the log (LOG-3).
    """
    return LogRow(
        first_name=_said(source, "given_name"),
        last_name=_said(source, "family_name"),
        year=_said(source, "year"),
        source_import_status=source_status,
        score_import_status=score_status,
        source_student_id=_said(source, "student_id"),
        destination_student_id=_said(student, "student_id"),
        source_user_name=_said(source, "user_name"),
        destination_user_name=_said(student, "user_name"),
        source_email=_said(source, "email"),
        destination_email=_said(student, "email"),
        detail=_HALF.sub("\ufffd", detail),
    )


def _said(who: Student | None, field: str) -> str:
    return _HALF.sub("\ufffd", getattr(who, field)) if who else ""


_HALF = re.compile("[\ud800-\udfff]")
