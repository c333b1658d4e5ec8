"""Which match can be undone, and with whom: else it is said why not (AFTER-2)."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from student_transfer.errors import (
    MatchUndoRefusedError,
    MergeUndoRefusedError,
    NotFoundError,
)
from student_transfer.imports import ImportId, ImportState
from student_transfer.match_undo import AppliedMatch
from student_transfer.merges import Merge, Snapshot, check_undo
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context
from student_transfer.services.merge_history import (
    came_since,
    merges_of,
    standing_for_survivor,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

_MERGE = Action.MERGE_STUDENTS

Read = Callable[[SiteId, Sequence[StudentKey]], Mapping[StudentKey, Student]]
"""Reads students of a site, or holds them as well."""


def find_applied_match(
    context: Context,
    work: UnitOfWork,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
) -> AppliedMatch:
    """Find what is to be undone.

    Raises:
        NotFoundError: There is no such import on the site, or no such row of it.
        MatchUndoRefusedError: The student was not merged with another, or that was
            undone already.
    """
    import_ = context.find_import(work, actor, _MERGE, import_id)
    applied_match = work.applied_matches.get(import_id, source_key)
    if applied_match is not None and applied_match.undone_at is None:
        return applied_match
    if applied_match is not None:
        raise MatchUndoRefusedError(
            "This match was undone already.",
            advice="Nothing is left to do: the two have a record each.",
        )
    row = work.imports.row(import_id, source_key)
    if row is None and source_key not in import_.students:
        raise NotFoundError.of("incoming student")
    if row is None or row.outcome is None:
        _refuse_not_brought(import_.state)
    raise MatchUndoRefusedError(
        "This import has not merged that student with another one, or it ran before "
        "matches could be undone.",
        advice="Correct the record by hand where it is of two children.",
    )


_IN_REVIEW = (
    "The import is not confirmed, so it has not brought this student yet.",
    "Nothing has to be undone. A match that is wrong is mended in the review.",
)
_NOT_BROUGHT = {
    ImportState.ANALYSING: _IN_REVIEW,
    ImportState.READY: _IN_REVIEW,
    ImportState.SCHEDULED: (
        "The import is still bringing students, and has not brought this one yet.",
        "Wait until it is among the completed imports.",
    ),
    ImportState.FAILED: (
        "The import failed before it had brought this student.",
        "Nothing has to be undone. Give the reference code of the import to support.",
    ),
    ImportState.CANCELLED: (
        "The import was cancelled, so it has brought nobody.",
        "Nothing has to be undone.",
    ),
}


def _refuse_not_brought(state: ImportState) -> None:
    """Refuse to undo what has not happened; of a completed import the log was deleted.

    Raises:
        MatchUndoRefusedError: The import has not brought the student.
    """
    if state in _NOT_BROUGHT:
        message, advice = _NOT_BROUGHT[state]
        raise MatchUndoRefusedError(message, advice=advice)


def find_matched(work: UnitOfWork, applied_match: AppliedMatch, read: Read) -> Student:
    """Return the student of the site, or the one who was merged with it since.

    A merge that can be undone is undone first: that restores both exactly.

    Raises:
        MatchUndoRefusedError: There is such a merge, or the student has gone.
    """
    site_id, key = applied_match.site_id, applied_match.after.key
    for merge in chain([None], merges_of(work.merges, site_id, key)):
        key = key if merge is None else merge.result.student.key
        now = read(site_id, [key]).get(key)
        if now is not None and not applied_match.refs.isdisjoint(now.provenance):
            if merge is not None and _can_undo(work, merge, now):
                raise MatchUndoRefusedError(
                    "The student of this site was merged with another one since.",
                    advice="Undo that merge first, then this match.",
                )
            return now
    # or another child has the key by now
    raise MatchUndoRefusedError(
        "The student of this site is no longer there.",
        advice="There are no two to part. If the student who came is missing, ask the "
        "previous site for a new code and import the student again.",
    )


def _can_undo(work: UnitOfWork, merge: Merge, now: Student) -> bool:
    records = work.roster.records(now.site_id, now.key)
    came = came_since(work, merge, standing_for_survivor(work, merge))
    try:
        check_undo(merge, Snapshot.of(now, records), came)
    except MergeUndoRefusedError:
        return False
    return True


def check_import(
    context: Context, work: UnitOfWork, actor: Actor, applied_match: AppliedMatch
) -> None:
    """Let nobody undo what they may not, or while the import is under way.

    Raises:
        NotFoundError: The school that the student came into is no longer there.
    """
    context.require_school(work, actor, _MERGE, applied_match.school_id)
    import_ = work.imports.get(applied_match.import_id)
    if import_ is not None and import_.state is ImportState.SCHEDULED:
        raise MatchUndoRefusedError(
            "The import is still bringing students.",
            advice="Wait until it is among the completed imports.",
        )
