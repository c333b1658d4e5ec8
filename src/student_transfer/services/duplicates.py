"""Two records of one student on a site are merged, and that can be undone."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    MergeRefusedError,
    MergeUndoRefusedError,
    NotFoundError,
    UndoRefusedError,
)
from student_transfer.merges import (
    Merge,
    MergeId,
    Snapshot,
    check_undo,
    mark_of,
    merge_duplicates,
)
from student_transfer.merging import missing_records
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.all_or_nothing import add_all_or_refuse
from student_transfer.services.context import Context
from student_transfer.services.lookups import get_student, is_on_sis
from student_transfer.services.match_undo import record_undone
from student_transfer.services.merge_history import (
    came_since,
    matches_of_absorbed,
    standing_for_survivor,
)
from student_transfer.services.plain_differences import plainly_differing, refuse_unlike
from student_transfer.services.student_search import check_page, read_on
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

_MERGE = Action.MERGE_STUDENTS


def _snapshot(work: UnitOfWork, student: Student) -> Snapshot:
    """Take a student with all records."""
    return Snapshot.of(student, work.roster.records(student.site_id, student.key))


def merge_students(
    context: Context,
    actor: Actor,
    survivor_key: StudentKey,
    absorbed_key: StudentKey,
    *,
    seen: str | None = None,
    accept_unlike: bool = False,
) -> Merge:
    """Merge one student of the own site into another (AFTER-1).

    The survivor keeps its values and gets the other's records; the other record
    leaves the site. Where a Student Information System owns the roster, nothing else
    of the survivor changes (IMP-9). What both were before is kept for `undo_merge`.
    Both are held, so that no record comes to the one who goes after they were counted
    (CONF-5).
    """
    with context.unit_of_work() as work:
        work.roster.hold(actor.site_id, [survivor_key, absorbed_key])
        survivor = _own_student(context, work, actor, survivor_key)
        absorbed = _own_student(context, work, actor, absorbed_key)
        before, gone = _snapshot(work, survivor), _snapshot(work, absorbed)
        if seen is not None and seen != mark_of(before, gone):
            raise ConcurrentChangeError(
                "One of the two records has changed since you looked at them.",
                advice="Nothing was merged. Look at both again.",
                rule="AFTER-1",
            )
        on_sis = is_on_sis(work, actor.site_id)
        result = merge_duplicates(before, gone, on_sis=on_sis)
        if seen is None and not accept_unlike:
            refuse_unlike(context, work, absorbed, survivor)
        merge = Merge(
            id=MergeId(context.new_id()),
            site_id=actor.site_id,
            survivor=before,
            absorbed=gone,
            result=result,
            merged_at=context.now(),
            merged_by=actor.id,
        )
        work.merges.add(merge)  # while the absorbed one is there; see `MergeStore.add`
        work.roster.remove(absorbed)  # before the other has its identifiers
        work.roster.replace(survivor, result.student)
        added = missing_records(before.records, gone.records)
        add_all_or_refuse(
            work, survivor, added, MergeRefusedError, "the merged student"
        )
        work.commit()
    return merge


@attrs.frozen(kw_only=True)
class MergePlan:
    """What a merge of two records would make, before it is done (AFTER-1).

    Attributes:
        survivor: The student who would stay.
        absorbed: The student who would go.
        result: The student who stays, as after the merge.
        on_sis: Whether a Student Information System owns the site's roster: then only
            records are added, and names, identifiers and enrolments stay (IMP-9).
        plainly_differing: The fields in which they differ as two children do, by name
            (MATCH-1); a person should be shown them.
    """

    survivor: Snapshot
    absorbed: Snapshot
    result: Snapshot
    on_sis: bool = False
    plainly_differing: tuple[str, ...] = ()

    @property
    def added(self) -> int:
        """How many records the survivor would get."""
        return len(self.result.records) - len(self.survivor.records)

    @property
    def mark(self) -> str:
        """Name what the two records are now; `merge_students` refuses others."""
        return mark_of(self.survivor, self.absorbed)


def plan_merge(
    context: Context, actor: Actor, survivor_key: StudentKey, absorbed_key: StudentKey
) -> MergePlan:
    """Show what `merge_students` would do; changes nothing (AFTER-1)."""
    with context.unit_of_work(read_only=True) as work:
        survivor = _snapshot(work, _own_student(context, work, actor, survivor_key))
        absorbed = _snapshot(work, _own_student(context, work, actor, absorbed_key))
        on_sis = is_on_sis(work, actor.site_id)
        result = merge_duplicates(survivor, absorbed, on_sis=on_sis)
        differing = plainly_differing(context, work, absorbed.student, survivor.student)
    return MergePlan(
        survivor=survivor,
        absorbed=absorbed,
        result=result,
        on_sis=on_sis,
        plainly_differing=differing,
    )


def _own_student(
    context: Context, work: UnitOfWork, actor: Actor, key: StudentKey
) -> Student:
    """Find a student of the own site whom the actor may merge."""
    student = get_student(work, actor.site_id, key)
    context.require_for_student(work, actor, _MERGE, student)
    return student


def undo_merge(context: Context, actor: Actor, merge_id: MergeId) -> Merge:
    """Restore both records exactly as they were before a merge (AFTER-2).

    Raises:
        NotFoundError: There is no such merge on the actor's site.
        MergeUndoRefusedError: Something changed since; it is named.
        UndoRefusedError: The storage cannot keep every record (CONF-5).
    """
    with context.unit_of_work() as work:
        work.roster.hold(actor.site_id)
        merge = _own_merge(context, work, actor, merge_id)
        now = _survivor_now(work, actor.site_id, merge)
        standing = standing_for_survivor(work, merge)
        check_undo(merge, now, came_since(work, merge, standing))
        at = context.now()
        undone = attrs.evolve(merge, undone_at=at, undone_by=actor.id)
        _restore(work, merge)
        work.merges.save(undone)
        theirs = matches_of_absorbed(merge, standing)
        record_undone(work, theirs, merge.absorbed, at=at, by=actor.id)
        work.commit()
    return undone


def _survivor_now(work: UnitOfWork, site_id: SiteId, merge: Merge) -> Snapshot | None:
    """Take the surviving student as it is now, held as such."""
    key = merge.result.student.key
    student = work.roster.hold(site_id, [key]).get(key)
    return None if student is None else _snapshot(work, student)


def _restore(work: UnitOfWork, merge: Merge) -> None:
    """Put both records back; what the storage refuses was changed since."""
    survivor, absorbed = merge.survivor, merge.absorbed
    came = missing_records(survivor.records, merge.result.records)
    try:
        work.roster.replace(merge.result.student, survivor.student)
        work.roster.remove_records(
            merge.site_id, survivor.student.key, [record.origin for record in came]
        )
        work.roster.add(absorbed.student)
        add_all_or_refuse(
            work,
            absorbed.student,
            absorbed.records,
            UndoRefusedError,
            "the restored student",
        )
    except IdentifierTakenError as error:
        raise MergeUndoRefusedError(
            ["an identifier of the absorbed record is another student's now"]
        ) from error
    except ConcurrentChangeError as error:
        raise MergeUndoRefusedError(
            ["there is another student with the absorbed record's key"]
        ) from error


def merges(
    context: Context, actor: Actor, *, offset: int = 0, limit: int | None = None
) -> tuple[Merge, ...]:
    """List the merges on the own site that the actor could undo, newest first.

    Not those of a student whom the actor's schools have lost since: a merge shows both
    records as they were (PERM-2).

    Raises:
        ValueError: The offset or the limit is below 0.
    """
    context.require(actor, _MERGE)
    check_page(offset, limit)
    with context.unit_of_work(read_only=True) as work:
        if context.allows_everywhere(work, actor, _MERGE):
            found = work.merges.of_site(actor.site_id, offset=offset, limit=limit)
            return tuple(found)
        end = None if limit is None else offset + limit
        own = (
            merge
            for merge in read_on(partial(work.merges.of_site, actor.site_id), end)
            if all(
                context.allows_one(actor, _MERGE, student)
                for student in _students_of(work, merge)
            )
        )
        return tuple(islice(own, offset, end))


def get_merge(context: Context, actor: Actor, merge_id: MergeId) -> Merge:
    """Return a merge on the own site that the actor may undo (AFTER-2)."""
    with context.unit_of_work(read_only=True) as work:
        return _own_merge(context, work, actor, merge_id)


def _own_merge(
    context: Context, work: UnitOfWork, actor: Actor, merge_id: MergeId
) -> Merge:
    """Find a merge of two students of the actor's (PERM-2)."""
    merge = work.merges.get(actor.site_id, merge_id)
    if merge is None:
        raise NotFoundError.of("merge")
    for student in _students_of(work, merge):
        context.require_for_student(work, actor, _MERGE, student)
    return merge


def _students_of(work: UnitOfWork, merge: Merge) -> Iterator[Student]:
    """Yield the two as they were before a merge, then who of them is there now."""
    were = [merge.survivor.student, merge.absorbed.student]
    yield from were
    yield from work.roster.students(merge.site_id, {one.key for one in were}).values()
