"""The life of one import, and what is kept of each of its students.

One transition table says what can happen to an import; what is not in the table
cannot happen. Storage keeps imports and rows, and never decides about them.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from types import MappingProxyType

import attrs

from student_transfer import ids
from student_transfer.codes import CodeId, Scope
from student_transfer.crockford import encode, fives
from student_transfer.errors import IllegalTransitionError
from student_transfer.import_log import SourceImportStatus
from student_transfer.instants import elapsed
from student_transfer.matching import Frequencies, ImportAs, Suggestion
from student_transfer.outcomes import Outcome, Reason
from student_transfer.permissions import ActorId
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Student, StudentKey

OVERDUE_AFTER = timedelta(hours=48)
"""How long after being confirmed an import that is not completed is overdue (IMP-1)."""

ImportId = ids.ImportId
"""Names an import; unique across all sites."""


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
        id: Names the import; unique across all sites.
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

    def allows(self, event: ImportEvent) -> bool:
        """Return whether the event can happen in this state."""
        return (self.state, event) in TRANSITIONS

    def check(self, event: ImportEvent) -> None:
        """Refuse an event that cannot happen in this state.

        Raises:
            IllegalTransitionError: It cannot; says what can be done instead.
        """
        if not self.allows(event):
            raise IllegalTransitionError(
                self._cannot_be(event),
                advice=self._advice(),
                rule=_RULES[event],
            )

    def after(
        self, event: ImportEvent, *, at: datetime, reference: str | None = None
    ) -> "Import":
        """Return the import as it is after the event.

        Raises:
            IllegalTransitionError: The event cannot happen in this state.
        """
        self.check(event)
        state = TRANSITIONS[self.state, event]
        confirmed = at if event is ImportEvent.CONFIRM else self.confirmed_at
        ended = None if state in PENDING else at
        return attrs.evolve(
            self,
            state=state,
            confirmed_at=confirmed,
            ended_at=ended,
            reference=reference,
        )

    def _cannot_be(self, event: ImportEvent) -> str:
        """Return why an event cannot happen in this state, or that it has already."""
        if self.state is _LEADS_TO.get(event):
            return f"This import {_STANDS[self.state]} already."
        return f"This import {_STANDS[self.state]} and cannot be {event.value}."

    def _advice(self) -> str:
        """Return what can be done in this state; a failed analysis is tried again."""
        analysing = self.state is ImportState.ANALYSING
        failed = _ANALYSIS_FAILED if analysing and self.reference is not None else ""
        return failed + _ADVICE[self.state]

    def overdue(self, now: datetime) -> bool:
        """Return whether a confirmed import should have been completed by now (IMP-1).

        An import that failed may have nothing left to do, and is not late then: ask
        `can_resume` as well, which knows its students.
        """
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
_LEADS_TO = {
    ImportEvent.ANALYSE_AGAIN: ImportState.ANALYSING,
    ImportEvent.CONFIRM: ImportState.SCHEDULED,
    ImportEvent.CANCEL: ImportState.CANCELLED,
    ImportEvent.COMPLETE: ImportState.COMPLETED,
    ImportEvent.FAIL: ImportState.FAILED,
}
_STANDS = {
    ImportState.ANALYSING: "is being analysed",
    ImportState.READY: "is ready to be reviewed",
    ImportState.SCHEDULED: "is confirmed",
    ImportState.COMPLETED: "is completed",
    ImportState.FAILED: "has failed",
    ImportState.CANCELLED: "is cancelled",
}
_ANALYSIS_FAILED = (
    "Its analysis failed, and is tried again by the next run of the background steps. "
)
_ADVICE = {
    ImportState.ANALYSING: "Wait until the preview is ready, or cancel the import.",
    ImportState.READY: "Review the matches, then import the students or cancel.",
    ImportState.SCHEDULED: "It is confirmed and cannot be changed any more: wait until "
    "it is among the completed imports.",
    ImportState.COMPLETED: "Look at its import log.",
    ImportState.FAILED: "Give its reference code to support.",
    ImportState.CANCELLED: "Enter the transfer code again to start a new import.",
}


@attrs.frozen(kw_only=True)
class Decision:
    """How a student will be imported, and whether a person has decided it."""

    import_as: ImportAs
    match: StudentKey | None = None
    by_person: bool = False


@attrs.frozen(kw_only=True)
class RowKind:
    """What kind of row it is: by this, lists count and select the rows of an import.

    It tells nothing of who a student is. A storage keeps it beside each row, so that
    the rows of a large import are counted without being read.

    Attributes:
        import_as: Matched or new student, as decided.
        absent: Whether the student was not on the source site for the preview.
        needs_review: Whether a person should look at it.
        status: How the student was imported; None until the import has run.
        arrived: Whether the student is on the destination.
        to_merge: Whether it is to be merged with a student of the site (IMP-9).
        unexpected: Whether it was given up for a reason that trying again may mend.
    """

    import_as: ImportAs
    absent: bool = False
    needs_review: bool = False
    status: SourceImportStatus | None = None
    arrived: bool = False
    to_merge: bool = False
    unexpected: bool = False


def how_many(
    kinds: Mapping[RowKind, int], which: Callable[[RowKind], bool] = lambda _: True
) -> int:
    """Return how many rows are of the kinds that are asked for.

    Args:
        kinds: How many rows there are of each kind.
        which: Says whether a kind is asked for; all are, unless given.

    >>> kinds = {RowKind(import_as=one): 2 for one in ImportAs}
    >>> how_many(kinds, lambda kind: kind.import_as is ImportAs.NEW), how_many(kinds)
    (2, 4)
    """
    return sum(count for kind, count in kinds.items() if which(kind))


@attrs.frozen(kw_only=True)
class ImportRow:
    """One student of an import.

    Attributes:
        source_key: The student's key on the source site.
        incoming: The student as the analysis read it, for the preview. None when there
            was none on the source site then, or when it was another student than the
            code is for: `Preview.absent` counts both, and ``absence`` tells which.
        suggestion: What the matching proposes.
        decision: What will be done.
        matched: The matched student as seen when that was decided, so that the data
            never lands on another child who has the key by now (IMP-8).
        outcome: What was done; None until the import has run.
        absence: Why there was nobody for the preview: `Reason.NOT_ON_SOURCE` or
            `Reason.NOT_OF_CODE`; None where there was.
        frequencies: How common is what the student and the candidates have, as they
            were weighed: with what the whole import has taught (PREV-6). None where
            there was nobody to compare, and in rows of a version that kept none.
    """

    source_key: StudentKey
    incoming: Student | None
    suggestion: Suggestion
    decision: Decision
    matched: Student | None = None
    outcome: Outcome | None = None
    absence: Reason | None = None
    frequencies: Frequencies | None = attrs.field(default=None, repr=False)

    @property
    def needs_review(self) -> bool:
        """Whether a person should look at it (PREV-3); not once a person has."""
        return self.suggestion.needs_review and not self.decision.by_person

    @property
    def failed_unexpectedly(self) -> bool:
        """Whether it was given up for a reason that trying again may mend (IMP-7)."""
        return self.outcome is not None and self.outcome.reason is Reason.UNEXPECTED

    @property
    def kind(self) -> RowKind:
        """The kind of the row, by which lists count and select it."""
        outcome = self.outcome
        return RowKind(
            import_as=self.decision.import_as,
            absent=self.incoming is None,
            needs_review=self.needs_review,
            status=None if outcome is None else outcome.source_status,
            arrived=outcome is not None and outcome.student is not None,
            to_merge=outcome is not None and outcome.to_merge,
            unexpected=self.failed_unexpectedly,
        )

    @property
    def taken(self) -> frozenset[StudentKey]:
        """The students of the destination that this row claims (PREV-4).

        They are its decided match and, once imported, the student it arrived as, which
        is another one where the match was merged since.
        """
        arrived_as = None if self.outcome is None else self.outcome.student
        return frozenset(filter(None, (self.decision.match, arrived_as)))


@attrs.frozen
class LogEntry:
    """What the log tells of one student, with the student's keys on both sites.

    Attributes:
        source_key: The student's key on the source site.
        outcome: What became of the student: the row of the log, and the key here.
    """

    source_key: StudentKey
    outcome: Outcome


def can_resume(import_: Import, kinds: Collection[RowKind]) -> bool:
    """Return whether an ended import has anything left to do (IMP-7).

    That is a student who waits, or who failed unexpectedly; or its own end, where it
    stopped when students had arrived and nobody waited any more.

    Args:
        import_: The import.
        kinds: The kinds that there are of its rows.
    """
    if any(kind.status is None or kind.unexpected for kind in kinds):
        return True
    arrived = any(kind.arrived for kind in kinds)
    return arrived and import_.state is ImportState.FAILED


def in_log_order(rows: Iterable[ImportRow]) -> list[tuple[ImportRow, Outcome]]:
    """Return the rows that have an outcome, with that outcome, in the log's order."""
    found = [(row, row.outcome) for row in rows if row.outcome is not None]
    return sorted(found, key=lambda pair: (pair[1].log_row.by_name, pair[0].source_key))


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
    """How much of a background step is done, and how much there is to do in all."""

    done: int = 0
    total: int = 0


class ImportStatus(Enum):
    """How an ended import went, for the list of completed imports (DONE-2)."""

    NO_CHANGES = "imported with no changes"
    CHANGES = "imported with changes"
    FAILED = "import failed"


def import_status(
    import_: Import, statuses: Iterable[SourceImportStatus]
) -> ImportStatus:
    """Return how an ended import went, from how its students were imported (DONE-2).

    An import in which some students failed counts as one with changes; one in which
    every student failed ends in the state *failed*.
    """
    if import_.state is ImportState.FAILED:
        return ImportStatus.FAILED
    if set(statuses) <= {SourceImportStatus.NO_CHANGES}:
        return ImportStatus.NO_CHANGES
    return ImportStatus.CHANGES


def reference_code(randomness: Callable[[int], bytes]) -> str:
    """Return a reference code to quote to support: 40 random bits, easy to read out.

    >>> reference_code(bytes)
    'ST-0000-0000'
    """
    symbols = encode(fives(int.from_bytes(randomness(5), "big"), 8))
    return f"ST-{symbols[:4]}-{symbols[4:]}"


def scheduled_message(*, one_student: bool) -> str:
    """Return what happens after *Import students*, and what to do then (IMP-1)."""
    who = "The student's data" if one_student else "The students' data"
    return (
        f"{who} will be imported within the next 48 hours, usually sooner. "
        "When the import is among the completed imports: enrol students who are new to "
        "your site in their classes; and merge students who were on your site already "
        "but were not matched with their existing records."
    )


def flag_unmatched(suggestion: Suggestion) -> Suggestion:
    """Return a suggestion that is flagged where it has no match (IMP-9).

    For a site whose roster comes from a Student Information System.
    """
    if suggestion.import_as is ImportAs.MATCHED:
        return suggestion
    return suggestion.doubted(
        "students of this site come from its SIS, so this one should have a match"
    )
