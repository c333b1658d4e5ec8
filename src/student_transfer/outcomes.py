"""What became of each student of an import, and how the log tells it."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import attrs

from student_transfer.characters import SURROGATES
from student_transfer.import_log import (
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
)
from student_transfer.merging import Change, Settled, Treatment
from student_transfer.students import Student, StudentKey


class Reason(Enum):
    """Why a student's row failed, and what a person can do where only one can decide.

    The value is how it is said to a person. What a storage keeps is the name, which
    therefore never changes; and a reason that is no longer given stays.
    """

    NOT_ON_SOURCE = "no longer on the source site"
    NOT_OF_CODE = "another student than the code is for, or corrected too much since"
    NOT_IN_PREVIEW = "was not on the source site when the preview was made"
    SOURCE_CHANGED = "another student than in the preview, or corrected since"
    MATCH_GONE = "the matched student is no longer on this site"
    MATCH_CHANGED = "the match is another student now, or was changed too much since"
    MATCH_TAKEN = "the matched student has become another incoming student's match"
    MATCH_UNDONE = (
        "a person has undone a match of the two: "
        "choose it again only if they are one child"
    )
    KEPT_APART = (
        "a site has the student and the match as two students by now: "
        "choose it again only if they are one child"
    )
    CAME_AS_ANOTHER = (
        "has come as another student of this site since: "
        "choose which of these records it is"
    )
    HERE_TWICE = (
        "is on this site more than once: merge those records, or choose one of them"
    )
    HERE_UNLIKE = (
        "is on this site and looks different there: "
        "choose that record if it is the same child"
    )
    HERE_TAKEN = (
        "is on this site, but as another incoming student's match: "
        "undo that match if it is wrong"
    )
    UNEXPECTED = "an unexpected error"

    # No longer given: of rows from before each of these causes had its own reason.
    CAME_SINCE = "has come as another student since, or was parted from the match"
    ALREADY_HERE = (
        "is here twice, or looks different here, or is another's match: "
        "a person has to decide"
    )


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of a student when the import ran.

    Attributes:
        source_status: With or without changes, or failed (LOG-2).
        score_status: All, some or none of the records (LOG-2).
        student: The student's key on the destination; None when failed.
        log_row: The student's row of the import log.
        to_merge: Whether a person should merge the student later; the completed import
            and the log list these until they are merged (IMP-9).
        reason: Why it failed, if it did.
        merged: Whether the student was merged with one of the site; False for those
            who came before this was kept.
        was_own_record: Whether that record was the student's own already, so that
            there is nothing to undo.
        undone_at: When the match was undone, if it was: ``student`` is the separate
            record then.
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
    def can_undo_match(self) -> bool:
        """Whether two were merged, and are still one as far as this tells (AFTER-2)."""
        return self.merged and not self.was_own_record and self.undone_at is None


def failed_outcome(
    key: StudentKey, known: Student | None, reason: Reason, failure: str = ""
) -> Outcome:
    """Return the outcome of a student who did not arrive, and why (IMP-6, IMP-10).

    Args:
        key: The student's key on the source site; it stands for an unknown name.
        known: The student as on the source site, now or when last seen; None where
            nothing is known but the key.
        reason: Why the student did not arrive.
        failure: The kind of an unexpected error, for support; no personal data.
    """
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
            detail if known else f"student {key}: {detail}",
        ),
        reason=reason,
    )


def arrived_outcome(
    source: Student,
    settled: Settled,
    *,
    on_source: int,
    kept: int,
    to_merge: bool,
    merged: bool = False,
    was_own_record: bool = False,
) -> Outcome:
    """Return the outcome of a student who arrived (LOG-1, LOG-2, CONF-1).

    Args:
        source: The student on the source site.
        settled: The student on the destination and what was changed.
        on_source: How many records the student has on the source site.
        kept: How many of these the student has on the destination now.
        to_merge: Whether a person should merge the student later (IMP-9).
        merged: Whether the student was merged with one of the site.
        was_own_record: Whether that record was the student's own already.
    """
    changed = SourceImportStatus.CHANGES if settled.changes else None
    source_status = changed or SourceImportStatus.NO_CHANGES
    score_status = _score_status(kept, of=on_source)
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


def undone_outcome(
    outcome: Outcome,
    settled: Settled,
    *,
    kept: int,
    has: int,
    at: datetime,
    to_merge: bool,
) -> Outcome:
    """Return the outcome of a student whose match was undone since (AFTER-2).

    The row of the log gives the identifiers of the new student (LOG-1), so what was
    changed when the import ran is told as what was so before.

    Args:
        outcome: What became of the student when the import ran.
        settled: The new student on the destination and what was changed.
        kept: How many records of the student were on the destination after the import.
        has: How many of these the new student has (LOG-2).
        at: When the match was undone.
        to_merge: Whether a person should merge the new student later (IMP-9).
    """
    row, student = outcome.log_row, settled.student
    detail = _UNDONE
    if settled.changes:
        detail += f" ({_told(settled.changes)})"
    if row.detail:
        detail += f"; before that, {row.detail}"
    score_status = outcome.score_status  # what the import left out is still left out
    if has < kept:
        score_status = _score_status(has, of=kept)
    return attrs.evolve(
        outcome,
        score_status=score_status,
        student=student.key,
        log_row=attrs.evolve(
            row,
            score_import_status=score_status,
            destination_student_id=_said(student, "student_id"),
            destination_user_name=_said(student, "user_name"),
            destination_email=_said(student, "email"),
            detail=detail,
        ),
        to_merge=to_merge,
        undone_at=at,
    )


_UNDONE = "the match was undone since: the student has a record of their own"


def _told(changes: Iterable[Change]) -> str:
    """Return in words which fields were treated how (CONF-1).

    >>> kept = Treatment.KEPT
    >>> _told([Change("user_name", kept), Change("email", kept)])
    'user name, email: the value on this site was kept'
    """
    fields: dict[Treatment, list[str]] = {}
    for change in changes:
        fields.setdefault(change.treatment, []).append(change.field.replace("_", " "))
    return "; ".join(f"{', '.join(of)}: {how.value}" for how, of in fields.items())


def _score_status(kept: int, *, of: int) -> ScoreImportStatus:
    """Return whether all, some or none were kept; all, where there are none (LOG-2)."""
    if kept == of:
        return ScoreImportStatus.ALL
    return ScoreImportStatus.SOME if kept else ScoreImportStatus.NONE


def _log_row(
    source: Student | None,
    student: Student | None,
    source_status: SourceImportStatus,
    score_status: ScoreImportStatus,
    detail: str,
) -> LogRow:
    """Return the student's row of the log (LOG-1).

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


_HALF = re.compile(f"[{SURROGATES}]")
