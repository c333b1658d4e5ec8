"""The background step that brings the students over, one transaction each."""

from collections import Counter
from collections.abc import Set as AbstractSet

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    NotFoundError,
    SchoolGoneError,
    StorageBusyError,
    StorageReadOnlyError,
    StorageVersionError,
)
from student_transfer.identity import MatchTarget, check_source
from student_transfer.imports import (
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
    how_many,
    reference_code,
)
from student_transfer.match_undo import AppliedMatch, is_own_record, of_same_child
from student_transfer.merging import (
    Settled,
    settle_match,
    settle_match_on_sis,
    settle_new,
)
from student_transfer.outcomes import Outcome, Reason, arrived_outcome, failed_outcome
from student_transfer.ports import UnitOfWork
from student_transfer.records import Origin
from student_transfer.services.context import Context, OnProgress
from student_transfer.services.identifiers import taken_on
from student_transfer.services.lookups import get_import, is_on_sis
from student_transfer.services.match_target import resolve_target
from student_transfer.services.merge_history import (
    absorbed_by,
    refs_of_others,
    standing_matches,
)
from student_transfer.services.retries import MAX_TRIES, RETRYABLE
from student_transfer.services.step_failures import fail_step
from student_transfer.services.steps import Step
from student_transfer.students import Student, StudentKey

_STORAGE_IS_OUT = (StorageBusyError, StorageReadOnlyError, StorageVersionError)


def run_import(
    context: Context, import_id: ImportId, on_progress: OnProgress | None = None
) -> Import:
    """Return a scheduled import, with its students brought one by one (IMP-6).

    Each student is one transaction. Only a scheduled import is touched, and only its
    students without an outcome, so calling this twice, from two workers at once, or
    again after a crash brings nobody twice (IMP-7). An import that others have ended
    meanwhile is returned as it is, whatever went wrong here.

    Raises:
        NotFoundError: There is no such import.
        ImportFailedError: It stopped; what arrived stays. Carries the reference code
            and the cause. An operator resumes it with `resume`.
        StorageBusyError: The storage is out for now. The import is still due, and the
            next run goes on with it.
        ConcurrentChangeError: Others have changed it at each try; likewise.
    """
    while True:
        try:
            turn = _take_turn(context, import_id)
        except (NotFoundError, *RETRYABLE):
            raise
        except Exception as error:  # noqa: BLE001 - it is the cause of what is raised
            return fail_step(context, import_id, Step.RUN_IMPORT, error)
        if turn.progress is not None:
            if turn.failure is not None:
                failed = turn.failure
                context.on_failure(import_id, failed.source_key, failed.cause)
            if on_progress is not None:
                on_progress(turn.progress)
        if turn.import_.state is not ImportState.SCHEDULED:
            return turn.import_


class _StudentError(Exception):
    """One student could not be brought; the others can."""

    def __init__(self, source_key: StudentKey, cause: Exception) -> None:
        super().__init__()
        self.source_key = source_key
        self.cause = cause


@attrs.frozen
class _Turn:
    """What the turn of one student came to.

    Attributes:
        import_: The import after the turn.
        progress: How far the import is, where a student was dealt with.
        failure: Why the student was given up, where it was.
    """

    import_: Import
    progress: Progress | None = None
    failure: _StudentError | None = None


def _take_turn(context: Context, import_id: ImportId) -> _Turn:
    """Bring the next student, trying again when others interfere.

    A student is given up after too many conflicts about that student, and the run after
    too many about the import itself.
    """
    overtaken, conflicts = 0, Counter[StudentKey]()
    give_up: _StudentError | None = None
    while True:
        try:
            turn = _bring_next(context, import_id, give_up=give_up)
            return attrs.evolve(turn, failure=give_up)
        except _StudentError as error:
            key, cause = error.source_key, error.cause
            conflicts[key] += 1
            conflict = isinstance(cause, ConcurrentChangeError | IdentifierTakenError)
            if not conflict or conflicts[key] == MAX_TRIES:
                give_up = error
        except ConcurrentChangeError:  # of the import, not of a student
            overtaken += 1
            if overtaken == MAX_TRIES:
                raise


def _bring_next(
    context: Context, import_id: ImportId, *, give_up: _StudentError | None = None
) -> _Turn:
    """Bring the next student, or end the import when there is none, in one unit.

    The student to give up is marked as failed, if nobody has brought it meanwhile.
    """
    with context.unit_of_work() as work:
        row = work.imports.take_pending_row(import_id)
        import_ = get_import(work, import_id)
        if import_.state is not ImportState.SCHEDULED:
            return _Turn(import_)
        if row is None:
            import_ = work.imports.save(_ended(context, work, import_))
            work.commit()
            return _Turn(import_)
        if give_up is None:
            return _Turn(import_, _bring_row(context, work, import_, row))
        if give_up.source_key != row.source_key:  # somebody else has dealt with it
            return _Turn(import_)
        failure = type(give_up.cause).__name__
        outcome = failed_outcome(
            row.source_key, row.incoming, Reason.UNEXPECTED, failure
        )
        return _Turn(import_, _finish_row(work, import_id, row, outcome))


def _bring_row(
    context: Context, work: UnitOfWork, import_: Import, row: ImportRow
) -> Progress:
    """Bring one student, all or nothing; what fails for that student alone is told.

    Raises:
        _StudentError: It failed for this student; others may succeed.
    """
    try:
        outcome = _bring(context, work, import_, row)
        return _finish_row(work, import_.id, row, outcome)
    except (*_STORAGE_IS_OUT, SchoolGoneError):
        raise
    except Exception as error:
        raise _StudentError(row.source_key, error) from error


def _finish_row(
    work: UnitOfWork, import_id: ImportId, row: ImportRow, outcome: Outcome
) -> Progress:
    """Keep what became of the student, in the student's own transaction."""
    work.imports.save_row(import_id, attrs.evolve(row, outcome=outcome))
    before = work.imports.progress(import_id)
    progress = Progress(before.done + 1, before.total)
    work.imports.set_progress(import_id, progress)
    work.commit()
    return progress


def _ended(context: Context, work: UnitOfWork, import_: Import) -> Import:
    """End an import: failed when not one student arrived, else completed."""
    kinds = work.imports.kinds(import_.id)
    total = how_many(kinds)  # whatever was counted on the way
    work.imports.set_progress(import_.id, Progress(total, total))
    if any(kind.arrived for kind in kinds):
        return import_.after(ImportEvent.COMPLETE, at=context.now())
    reference = reference_code(context.randomness)
    return import_.after(ImportEvent.FAIL, at=context.now(), reference=reference)


def _bring(
    context: Context, work: UnitOfWork, import_: Import, row: ImportRow
) -> Outcome:
    """Bring one student with all records (IMP-4), reading the source now (CODE-3).

    The site is held, so that what another import brings is there or not begun (IMP-5).

    Raises:
        SchoolGoneError: The school was closed after the import was confirmed, or the
            site has gone with it.
        ConcurrentChangeError: The student was changed between being read and the
            records: merged, or gone, or the key given to another child.
    """
    try:
        work.roster.hold(import_.site_id)
    except NotFoundError as error:  # no student can be brought
        raise SchoolGoneError(
            "The site to import the students into is no longer in the storage.",
            advice="Put the site and its school back, then resume the import.",
        ) from error
    schools = work.sites.schools(import_.site_id)
    if all(school.id != import_.school_id for school in schools):
        raise SchoolGoneError
    found = work.source.students(import_.source_site_id, [row.source_key])
    source = found.get(row.source_key)
    if source is None:
        return failed_outcome(row.source_key, row.incoming, Reason.NOT_ON_SOURCE)
    changed = check_source(row, source, context.settings)
    if changed is not None:
        # Under the name of the preview: who has the key now may be another child.
        return failed_outcome(row.source_key, row.incoming, changed)
    target = resolve_target(work, import_, row, source, context.settings)
    if isinstance(target, Reason):
        return failed_outcome(row.source_key, source, target)
    return _apply(context, work, import_, source, target)


def _apply(
    context: Context,
    work: UnitOfWork,
    import_: Import,
    source: Student,
    target: MatchTarget | None,
) -> Outcome:
    """Create the student or merge it, with all records, and tell what came of it.

    Raises:
        ConcurrentChangeError: The student of the source is not as given any more.
    """
    on_sis = is_on_sis(work, import_.site_id)
    if target is None:
        settled = _create(context, work, import_, source)
    else:
        settled = _merge(work, import_, target.now, source, on_sis=on_sis)
    records = _bring_records(
        work, import_, source, settled.student, is_new=target is None
    )
    was_own_record = False
    if target is not None:
        applied_match = AppliedMatch(
            import_id=import_.id,
            source_key=source.key,
            site_id=import_.site_id,
            school_id=import_.school_id,
            source=source,
            before=target.now,
            after=settled.student,
            added=records.added,
            arrived_at=context.now(),
            already_there=records.already_there,
        )
        was_own_record = _keep_applied_match(work, applied_match)
    return arrived_outcome(
        source,
        settled,
        on_source=records.on_source,
        kept=len(records.added | records.already_there),
        to_merge=on_sis and target is None,
        merged=target is not None,
        was_own_record=was_own_record,
    )


@attrs.frozen(kw_only=True)
class _BroughtRecords:
    """What became of the records of an incoming student.

    Attributes:
        on_source: How many the student has on the source site.
        added: The origins of those that the student of the site got.
        already_there: The origins of those that this student had before.
    """

    on_source: int
    added: AbstractSet[Origin]
    already_there: AbstractSet[Origin]


def _bring_records(
    work: UnitOfWork,
    import_: Import,
    source: Student,
    student: Student,
    *,
    is_new: bool,
) -> _BroughtRecords:
    """Add the records of a student of the source to one of the site (IMP-4, IMP-5).

    Raises:
        ConcurrentChangeError: The student of the source is not as given any more.
    """
    records = work.source.records(import_.source_site_id, source.key)
    still = work.source.students(import_.source_site_id, [source.key])
    if still.get(source.key) != source:
        raise ConcurrentChangeError
    had = set() if is_new or not records else _origins(work, student)
    origins = {record.origin for record in records}
    kept = origins & work.roster.add_records(import_.site_id, student.key, records)
    return _BroughtRecords(
        on_source=len(origins), added=kept - had, already_there=kept & had
    )


def _origins(work: UnitOfWork, student: Student) -> set[Origin]:
    """Name the records of a student."""
    records = work.roster.records(student.site_id, student.key)
    return {record.origin for record in records}


def _keep_applied_match(work: UnitOfWork, applied_match: AppliedMatch) -> bool:
    """Keep what a match filled; return whether the record is the child's own."""
    work.applied_matches.add(applied_match)
    if not is_own_record([applied_match]):
        return False
    site_id, now = applied_match.site_id, applied_match.after
    keys = absorbed_by(work, site_id, [now.key])[now.key]
    standing = standing_matches(work, site_id, keys, now)
    return is_own_record(of_same_child(applied_match, standing))


def _create(
    context: Context, work: UnitOfWork, import_: Import, source: Student
) -> Settled:
    """Create a new student on the destination (IMP-4, CONF-3)."""
    settled = settle_new(
        source,
        key=StudentKey(context.new_id()),
        site_id=import_.site_id,
        school_id=import_.school_id,
        taken=taken_on(work, import_.site_id),
        others=refs_of_others(work, import_.site_id, source, None),
    )
    work.roster.add(settled.student)
    return settled


def _merge(
    work: UnitOfWork,
    import_: Import,
    matched: Student,
    source: Student,
    *,
    on_sis: bool,
) -> Settled:
    """Merge the student into the matched one (IMP-4, IMP-9)."""
    others = refs_of_others(work, import_.site_id, source, matched.key)
    if on_sis:
        settled = settle_match_on_sis(matched, source, others=others)
    else:
        settled = settle_match(
            matched,
            source,
            school_id=import_.school_id,
            taken=taken_on(work, import_.site_id, besides=matched.key),
            others=others,
        )
    work.roster.replace(matched, settled.student)  # unchanged, too: it must be there
    return settled
