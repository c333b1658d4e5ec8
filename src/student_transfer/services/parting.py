"""The match of an import is undone: the student who came gets a record of their own."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    NotFoundError,
    PartingRefusedError,
    UndoRefusedError,
)
from student_transfer.imports import ImportId, ImportState
from student_transfer.merging import (
    Change,
    Merge,
    Settled,
    Snapshot,
    check_undo,
    mark_of,
    settle_new,
    who_became,
)
from student_transfer.outcomes import parted_outcome
from student_transfer.parting import (
    Arrival,
    Met,
    are_merged,
    is_own,
    met_since,
    of_one_child,
    part,
)
from student_transfer.permissions import Action, Actor, ActorId
from student_transfer.ports import UnitOfWork
from student_transfer.records import Origin, Record
from student_transfer.services.context import Context, get_site
from student_transfer.services.identifiers import names_taken_on, taken_from
from student_transfer.services.keeping import keep_all
from student_transfer.services.landing import merges_into, standing_onto
from student_transfer.sites import RosterSource, SiteId
from student_transfer.students import (
    Identifier,
    Student,
    StudentKey,
    StudentRef,
    identifier_key,
)

_ACTION = Action.MERGE_STUDENTS
_UNNAMED = StudentKey("not named yet")

_Read = Callable[[SiteId, Sequence[StudentKey]], Mapping[StudentKey, Student]]


@attrs.frozen(kw_only=True)
class Parting:
    """What undoing a match makes of the two (AFTER-2).

    Attributes:
        arrivals: What is undone, newest first: more than one where the child came to
            the same student more than once.
        now: The student of the site, as before it.
        stays: The same, as after it.
        goes: The student who came, with a record of their own.
        changes: What of it is not as on the source site (CONF-1).
        records: Those that go along.
        changed_since: The fields that the import filled and that are not as it left
            them: they stay as they are, blank or not.
    """

    arrivals: tuple[Arrival, ...]
    now: Student
    stays: Student
    goes: Student
    changes: tuple[Change, ...]
    records: tuple[Record, ...] = attrs.field(repr=False)
    changed_since: tuple[str, ...]

    @property
    def mark(self) -> str:
        """Name what is parted as it is now; `undo_match` refuses another."""
        goes = attrs.evolve(self.goes, key=_UNNAMED)  # its own is made each time anew
        shown = Snapshot.of(self.now, self.records), Snapshot.of(goes, ())
        return mark_of(*shown, *(Snapshot.of(one.source, ()) for one in self.arrivals))


@attrs.frozen
class _Plan:
    """What a person is shown, and what writing it needs besides.

    Attributes:
        parting: What is shown.
        others: What other arrivals at the student of the site are from then on: as if
            this child had never come. They may be of imports into schools that are not
            the actor's, so nobody is shown them (PERM-2).
    """

    parting: Parting
    others: tuple[Arrival, ...] = attrs.field(repr=False)


def plan_undo_match(
    context: Context, actor: Actor, import_id: ImportId, source_key: StudentKey
) -> Parting:
    """Show what `undo_match` would make; changes nothing (AFTER-2)."""
    with context.unit_of_work(read_only=True) as uow:
        arrival = _arrival(context, uow, actor, import_id, source_key)
        return _plan(context, uow, actor, arrival, uow.roster.students).parting


def undo_match(
    context: Context,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
    *,
    seen: str | None = None,
) -> Parting:
    """Return a student whom an import has merged a record of their own (AFTER-2).

    The site is held, and the student of it, so that no record comes meanwhile.
    """
    with context.unit_of_work() as uow:
        uow.roster.hold(actor.site_id)  # before it is read what there is to undo
        arrival = _arrival(context, uow, actor, import_id, source_key)
        plan = _plan(context, uow, actor, arrival, uow.roster.hold)
        _check_seen(plan.parting, seen)
        _write(uow, plan.parting)
        _tell(context, uow, actor, plan)
        uow.commit()
    return plan.parting


def _check_seen(parting: Parting, seen: str | None) -> None:
    """Refuse what is not as a person has looked at it."""
    if seen is not None and seen != parting.mark:
        raise ConcurrentChangeError(
            "The student has changed since you looked.",
            advice="Nothing was changed. Look at both again.",
            rule="AFTER-2",
        )


def _arrival(
    context: Context,
    uow: UnitOfWork,
    actor: Actor,
    import_id: ImportId,
    source_key: StudentKey,
) -> Arrival:
    """Find what is to be undone.

    Raises:
        NotFoundError: There is no such import on the site, or no such row of it.
        PartingRefusedError: The student was not merged with another, or that was
            undone already.
    """
    import_ = context.find_import(uow, actor, _ACTION, import_id)
    arrival = uow.arrivals.get(import_id, source_key)
    if arrival is not None and arrival.undone_at is None:
        return arrival
    if arrival is not None:
        raise PartingRefusedError(
            "This match was undone already.",
            advice="Nothing is left to do: the two have a record each.",
        )
    row = uow.imports.row(import_id, source_key)
    if row is None and source_key not in import_.students:
        raise NotFoundError.of("incoming student")
    if row is None or row.outcome is None:
        _refuse_not_brought(import_.state)
    raise PartingRefusedError(
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
        PartingRefusedError: The import has not brought the student.
    """
    if state in _NOT_BROUGHT:
        message, advice = _NOT_BROUGHT[state]
        raise PartingRefusedError(message, advice=advice)


def _plan(
    context: Context, uow: UnitOfWork, actor: Actor, arrival: Arrival, read: _Read
) -> _Plan:
    """Find out what parting the two makes, and whether the actor may."""
    site_id = arrival.site_id
    now = _find(uow, arrival, read)
    context.require_for_student(uow, actor, _ACTION, now)
    merges = merges_into(uow, site_id, [now.key])
    keys = who_became(now.key, merges)
    standing = standing_onto(uow, site_id, keys, now)
    undone = of_one_child(arrival, standing)[::-1]
    before = uow.arrivals.parted(site_id, keys)
    if is_own(undone) or are_merged(undone, merges, before):
        raise PartingRefusedError(
            "The student had come to this record before, or a person has merged it.",
            advice="If two were merged by hand, undo that merge; else correct the "
            "record by hand.",
        )
    for one in undone:
        _check_import(context, uow, actor, one)
    parted = part(
        now,
        undone,
        standing,
        merges,
        before,
        is_taken=taken_from(uow, now),
    )
    came = frozenset[Origin]().union(
        *(_came(one, met_since(one, [*undone, *before], merges)) for one in undone)
    )
    records = uow.roster.records(site_id, now.key)
    refs = frozenset[StudentRef]().union(*(one.refs for one in undone))
    settled = _settle(context, uow, undone[0], parted.student)
    goes = attrs.evolve(
        settled.student,
        enrolments={one.school_id for one in undone},
        provenance=refs - {StudentRef(site_id, key) for key in keys},
    )
    parting = Parting(
        arrivals=tuple(undone),
        now=now,
        stays=parted.student,
        goes=goes,
        changes=settled.changes,
        records=tuple(record for record in records if record.origin in came),
        changed_since=parted.changed_since,
    )
    return _Plan(parting, parted.others)


def _came(arrival: Arrival, met: Sequence[Met]) -> set[Origin]:
    """Return what an arrival brought, but not what a merge would have brought as well.

    That is the other child's (CONF-5).
    """
    theirs = {record.origin for one in met for record in one.other.records}
    return set(arrival.came) - theirs


def _find(uow: UnitOfWork, arrival: Arrival, read: _Read) -> Student:
    """Find the student of the site, or whom people have merged that one into since.

    A merge that can be undone is undone first: that restores both exactly.

    Raises:
        PartingRefusedError: There is such a merge, or the student has gone.
    """
    site_id, key, merge = arrival.site_id, arrival.after.key, None
    passed = set[StudentKey]()
    while key not in passed:
        passed.add(key)
        now = read(site_id, [key]).get(key)
        if now is not None and not arrival.refs.isdisjoint(now.provenance):
            if merge is not None and _can_undo(uow, merge, now):
                raise PartingRefusedError(
                    "The student of this site was merged with another one since.",
                    advice="Undo that merge first, then this match.",
                )
            return now
        merge = uow.merges.absorbing(site_id, key)
        if merge is None:
            break
        key = merge.result.student.key
    # or another child has the key by now
    raise PartingRefusedError(
        "The student of this site is no longer there.",
        advice="There are no two to part. If the student who came is missing, ask the "
        "previous site for a new code and import the student again.",
    )


def _can_undo(uow: UnitOfWork, merge: Merge, now: Student) -> bool:
    records = uow.roster.records(now.site_id, now.key)
    try:
        check_undo(merge, Snapshot.of(now, records))
    except UndoRefusedError:
        return False
    return True


def _check_import(
    context: Context, uow: UnitOfWork, actor: Actor, arrival: Arrival
) -> None:
    """Let nobody undo what they may not, or while the import is under way.

    Raises:
        NotFoundError: The school that the student came into is no longer there.
    """
    context.require_school(uow, actor, _ACTION, arrival.school_id)
    import_ = uow.imports.get(arrival.import_id)
    if import_ is not None and import_.state is ImportState.SCHEDULED:
        raise PartingRefusedError(
            "The import is still bringing students.",
            advice="Wait until it is among the completed imports.",
        )


def _settle(
    context: Context, uow: UnitOfWork, arrival: Arrival, stays: Student
) -> Settled:
    """Make the record of the student who came, as if nobody had been matched."""
    is_others = taken_from(uow, stays)

    def is_taken(kind: Identifier, value: str) -> bool:
        form = identifier_key(value)
        is_kept = form != "" and identifier_key(stays.identifier(kind)) == form
        return is_kept or is_others(kind, value)

    kept = identifier_key(stays.user_name)
    others = names_taken_on(uow, stays.site_id, besides=stays.key)

    def names_taken(names: Sequence[str]) -> Collection[str]:
        return {*others(names), *(one for one in names if identifier_key(one) == kept)}

    return settle_new(
        arrival.source,
        key=StudentKey(context.new_id()),
        site_id=arrival.site_id,
        school_id=arrival.school_id,
        is_taken=is_taken,
        names_taken=names_taken,
    )


def _write(uow: UnitOfWork, parting: Parting) -> None:
    """Make two of one."""
    stays, goes = parting.stays, parting.goes
    origins = [record.origin for record in parting.records]
    try:
        uow.roster.replace(parting.now, stays)  # first, so that identifiers are free
        uow.roster.remove_records(stays.site_id, stays.key, origins)
        uow.roster.add(goes)
    except IdentifierTakenError as error:
        raise ConcurrentChangeError from error
    keep_all(uow, goes, parting.records, PartingRefusedError, "another place")


def _tell(context: Context, uow: UnitOfWork, actor: Actor, plan: _Plan) -> None:
    """Keep that the match was undone, and say so on the log."""
    for arrival in plan.others:
        uow.arrivals.save(arrival)
    parting = plan.parting
    own = Snapshot.of(parting.goes, parting.records)
    tell_parted(
        uow,
        parting.arrivals,
        own,
        parting.changes,
        at=context.now(),
        by=actor.id,
    )


def tell_parted(
    uow: UnitOfWork,
    arrivals: Iterable[Arrival],
    own: Snapshot,
    changes: tuple[Change, ...] = (),
    *,
    at: datetime,
    by: ActorId,
) -> None:
    """Keep that arrivals were undone, and say on each log whose the own record is."""
    site = get_site(uow, own.student.site_id)
    has = {record.origin for record in own.records}
    for arrival in arrivals:
        uow.arrivals.save(attrs.evolve(arrival, undone_at=at, undone_by=by))
        row = uow.imports.row(arrival.import_id, arrival.source_key)
        if row is None or row.outcome is None:
            continue  # a host has deleted the log
        outcome = parted_outcome(
            row.outcome,
            Settled(own.student, changes),
            brought=len(arrival.brought),
            kept=len(arrival.brought & has),
            at=at,
            to_merge=site.roster_source is RosterSource.SIS,
        )
        uow.imports.save_row(arrival.import_id, attrs.evolve(row, outcome=outcome))
