"""An applied match is undone: the student who came gets a separate record again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    MatchUndoRefusedError,
)
from student_transfer.imports import ImportId
from student_transfer.match_undo import AppliedMatch, MatchHistory
from student_transfer.merges import Snapshot, mark_of, who_became
from student_transfer.merging import Change, Settled, settle_new
from student_transfer.outcomes import undone_outcome
from student_transfer.permissions import Action, Actor, ActorId
from student_transfer.ports import UnitOfWork
from student_transfer.records import Record
from student_transfer.services.all_or_nothing import add_all_or_refuse
from student_transfer.services.context import Context
from student_transfer.services.identifiers import taken_on
from student_transfer.services.lookups import is_on_sis
from student_transfer.services.merge_history import (
    merges_into,
    refs_of_others,
    standing_matches,
)
from student_transfer.services.undoable_matches import (
    Read,
    check_import,
    find_applied_match,
    find_matched,
)
from student_transfer.students import (
    Identifier,
    Student,
    StudentKey,
    StudentRef,
    identifier_key,
)

_MERGE = Action.MERGE_STUDENTS
_UNNAMED = StudentKey("not named yet")


@attrs.frozen(kw_only=True)
class MatchUndo:
    """What becomes of two students when their match is undone, or became (AFTER-2).

    Attributes:
        applied_matches: The matches that are undone, newest first: more than one where
            the child came to the same student more than once.
        now: The student of the site, as before they are undone.
        stays: The student of the site, as afterwards.
        goes: The student who came, with a separate record.
        changes: The fields in which ``goes`` is not as on the source site (CONF-1).
        records: The records that go with ``goes``.
        changed_since: The fields that the import filled and that are no longer as it
            left them: they stay as they are, blank or not.
    """

    applied_matches: tuple[AppliedMatch, ...]
    now: Student
    stays: Student
    goes: Student
    changes: tuple[Change, ...]
    records: tuple[Record, ...] = attrs.field(repr=False)
    changed_since: tuple[str, ...]

    @property
    def mark(self) -> str:
        """A digest of what a person was shown; `undo_match` refuses another."""
        goes = attrs.evolve(self.goes, key=_UNNAMED)  # a plan makes a new key each time
        shown = Snapshot.of(self.now, self.records), Snapshot.of(goes, ())
        return mark_of(
            *shown, *(Snapshot.of(one.source, ()) for one in self.applied_matches)
        )


@attrs.frozen
class _Plan:
    """What a person is shown of an undo, and what else has to be written.

    Attributes:
        undo: What is shown.
        others: Other matches with the student of the site, as they are once this child
            has never come. They may be of imports into schools that are not the
            actor's, so nobody is shown them (PERM-2).
    """

    undo: MatchUndo
    others: tuple[AppliedMatch, ...] = attrs.field(repr=False)


def plan_undo_match(
    context: Context, actor: Actor, import_id: ImportId, source_key: StudentKey
) -> MatchUndo:
    """Return what `undo_match` would make; nothing is changed (AFTER-2)."""
    with context.unit_of_work(read_only=True) as work:
        applied_match = find_applied_match(context, work, actor, import_id, source_key)
        return _plan(context, work, actor, applied_match, work.roster.students).undo


def undo_match(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    *,
    seen: str | None = None,
) -> MatchUndo:
    """Return what became of a student whom an import had merged, and of the match.

    The student is given a separate record again (AFTER-2). The site and the student of
    the site are held, so that no record comes meanwhile.
    """
    with context.unit_of_work() as work:
        work.roster.hold(actor.site_id)  # before it is read what there is to undo
        applied_match = find_applied_match(context, work, actor, import_id, source_key)
        plan = _plan(context, work, actor, applied_match, work.roster.hold)
        if seen is not None and seen != plan.undo.mark:
            raise ConcurrentChangeError(
                "The student has changed since you looked.",
                advice="Nothing was changed. Look at both again.",
                rule="AFTER-2",
            )
        _write(work, plan.undo)
        _record(context, work, actor, plan)
        work.commit()
    return plan.undo


def _plan(
    context: Context,
    work: UnitOfWork,
    actor: Actor,
    applied_match: AppliedMatch,
    read: Read,
) -> _Plan:
    """Return what undoing a match makes of the two, if the actor may undo it."""
    now = find_matched(work, applied_match, read)
    context.require_for_student(work, actor, _MERGE, now)
    history = _history(work, applied_match, now)
    if history.is_own_record():
        raise MatchUndoRefusedError(
            "The student had come to this record before, or a person has merged it.",
            advice="If two were merged by hand, undo that merge; else correct the "
            "record by hand.",
        )
    for one in history.undone:
        check_import(context, work, actor, one)
    reverted = history.reverted(taken_on(work, now.site_id, besides=now.key))
    go = history.records_that_go()
    records = work.roster.records(now.site_id, now.key)
    own = _own_record(context, work, history, reverted.student)
    undo = MatchUndo(
        applied_matches=history.undone,
        now=now,
        stays=reverted.student,
        goes=own.student,
        changes=own.changes,
        records=tuple(record for record in records if record.origin in go),
        changed_since=reverted.changed_since,
    )
    return _Plan(undo, reverted.others)


def _history(
    work: UnitOfWork, applied_match: AppliedMatch, now: Student
) -> MatchHistory:
    """Return what has become of the student of a match, as the storage has it."""
    site_id = applied_match.site_id
    merges = merges_into(work, site_id, [now.key])
    keys = who_became(now.key, merges)
    return MatchHistory(
        applied_match=applied_match,
        now=now,
        standing=standing_matches(work, site_id, keys, now),
        merges=merges,
        undone_before=work.applied_matches.undone_for(site_id, keys),
    )


def _own_record(
    context: Context, work: UnitOfWork, history: MatchHistory, stays: Student
) -> Settled:
    """Return the student who came with a separate record, as if never matched."""
    undone = history.undone
    settled = _settle(context, work, undone[0], stays)
    site_id = stays.site_id
    refs = frozenset[StudentRef]().union(
        *(one.refs - refs_of_others(work, site_id, one.source, None) for one in undone)
    )
    goes = attrs.evolve(
        settled.student,
        enrolments={one.school_id for one in undone},
        provenance=refs - {StudentRef(site_id, key) for key in history.keys},
    )
    return attrs.evolve(settled, student=goes)


def _settle(
    context: Context, work: UnitOfWork, applied_match: AppliedMatch, stays: Student
) -> Settled:
    """Return the student who came as a new one, beside the one who stays (CONF-3)."""
    others = taken_on(work, stays.site_id, besides=stays.key)

    def taken(kind: Identifier, values: Sequence[str]) -> Collection[str]:
        kept = identifier_key(stays.identifier(kind))
        return {
            *others(kind, values),
            *(value for value in values if kept and identifier_key(value) == kept),
        }

    return settle_new(
        applied_match.source,
        key=StudentKey(context.new_id()),
        site_id=applied_match.site_id,
        school_id=applied_match.school_id,
        taken=taken,
    )


def _write(work: UnitOfWork, undo: MatchUndo) -> None:
    """Write the student of the site and the one who gets a separate record."""
    stays, goes = undo.stays, undo.goes
    origins = [record.origin for record in undo.records]
    try:
        work.roster.replace(undo.now, stays)  # first, so that identifiers are free
        work.roster.remove_records(stays.site_id, stays.key, origins)
        work.roster.add(goes)
    except IdentifierTakenError as error:
        raise ConcurrentChangeError from error
    add_all_or_refuse(
        work, goes, undo.records, MatchUndoRefusedError, "the separated student"
    )


def _record(context: Context, work: UnitOfWork, actor: Actor, plan: _Plan) -> None:
    """Keep that the match was undone, and say so on the log."""
    for applied_match in plan.others:
        work.applied_matches.save(applied_match)
    undo = plan.undo
    own = Snapshot.of(undo.goes, undo.records)
    record_undone(
        work,
        undo.applied_matches,
        own,
        undo.changes,
        at=context.now(),
        by=actor.id,
    )


def record_undone(
    work: UnitOfWork,
    applied_matches: Iterable[AppliedMatch],
    own: Snapshot,
    changes: tuple[Change, ...] = (),
    *,
    at: datetime,
    by: ActorId,
) -> None:
    """Keep that matches were undone, and say on each log who has the separate record.

    Args:
        work: The unit of work.
        applied_matches: The matches.
        own: The separate record that the child has from then on.
        changes: What of it is not as on the source site (CONF-1).
        at: When they were undone.
        by: Who undid them.
    """
    on_sis = is_on_sis(work, own.student.site_id)
    has = {record.origin for record in own.records}
    for applied_match in applied_matches:
        work.applied_matches.save(
            attrs.evolve(applied_match, undone_at=at, undone_by=by)
        )
        row = work.imports.row(applied_match.import_id, applied_match.source_key)
        if row is None or row.outcome is None:
            continue  # a host has deleted the log
        outcome = undone_outcome(
            row.outcome,
            Settled(own.student, changes),
            kept=len(applied_match.kept),
            has=len(applied_match.kept & has),
            at=at,
            to_merge=on_sis,
        )
        work.imports.save_row(
            applied_match.import_id, attrs.evolve(row, outcome=outcome)
        )
