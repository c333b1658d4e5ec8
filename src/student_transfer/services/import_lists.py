"""The lists of a site's imports, how far each one is, and the log of one that ran."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import chain

import attrs

from student_transfer.errors import ConcurrentChangeError, RevokedCodeError
from student_transfer.imports import (
    ENDED,
    PENDING,
    Import,
    ImportId,
    ImportState,
    ImportStatus,
    LogEntry,
    Progress,
    can_resume,
    how_many,
    import_status,
    in_log_order,
)
from student_transfer.permissions import Action, Actor
from student_transfer.ports import UnitOfWork
from student_transfer.services.context import Context
from student_transfer.services.labels import Names, rows_for_label, students_label
from student_transfer.services.lookups import refuse_revoked
from student_transfer.services.merge_history import still_to_merge
from student_transfer.services.student_search import page
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey


@attrs.frozen(kw_only=True)
class PendingImport:
    """A line of the pending imports.

    Attributes:
        import_: The import.
        school: The name of the school to enrol in.
        previous: Where the students come from: school network and school.
        students: The year, or the student's name once the analysis has read it.
        progress: How far the background step is (PREV-1).
        overdue: Confirmed more than 48 hours ago (IMP-1).
        revoked: The source has withdrawn the code, so nothing is left but to cancel it
            (CODE-8).
    """

    import_: Import
    school: str
    previous: str
    students: str = attrs.field(repr=False)
    progress: Progress
    overdue: bool
    revoked: bool


@attrs.frozen(kw_only=True)
class ImportProgress:
    """How far an import is, without its students (PREV-1).

    Attributes:
        import_: The import.
        progress: How far the background step is.
    """

    import_: Import
    progress: Progress


@attrs.frozen(kw_only=True)
class CompletedImport:
    """A line of the completed imports (DONE-1, DONE-2).

    Attributes:
        import_: The import; its ``reference`` is the one to quote when it failed.
        school: The requesting school: the one the students came into.
        previous: Where the students came from: school network and school.
        date: When it ended.
        students: The student's name, or the year.
        status: How it went.
        imported: How many students arrived.
        failed: How many did not.
        to_merge: How many are to be merged with a student of the site (IMP-9); not
            those who were merged, or have left, since.
        overdue: Failed and not resumed for more than 48 hours (IMP-1), unless there is
            nothing to resume.
    """

    import_: Import
    school: str
    previous: str
    date: datetime
    students: str = attrs.field(repr=False)
    status: ImportStatus
    imported: int
    failed: int
    to_merge: int
    overdue: bool


def listed_imports(context: Context, actor: Actor) -> tuple[Import, ...]:
    """Return the imports listed, pending or completed; reads none of their rows.

    Newest first, as the storage gives them.
    """
    with context.unit_of_work(read_only=True) as work:
        return tuple(
            import_ for import_ in _visible(context, work, actor, PENDING | ENDED)
        )


def pending_imports(context: Context, actor: Actor) -> tuple[PendingImport, ...]:
    """List the imports under way into the actor's schools, newest first (LOOK-3)."""
    now = context.now()
    with context.unit_of_work(read_only=True) as work:
        names = Names(work)
        return tuple(
            _pending(work, names, import_, now)
            for import_ in _visible(context, work, actor, PENDING)
        )


def _pending(
    work: UnitOfWork, names: Names, import_: Import, now: datetime
) -> PendingImport:
    """Describe one import under way; nobody is named if it is revoked (CODE-8)."""
    revoked = _is_revoked(work, import_)
    rows = () if revoked else rows_for_label(work, import_)
    return PendingImport(
        import_=import_,
        school=names.school(import_.site_id, import_.school_id),
        previous=names.previous(import_),
        students=students_label(import_, rows),
        progress=work.imports.progress(import_.id),
        overdue=import_.overdue(now),
        revoked=revoked,
    )


def _is_revoked(work: UnitOfWork, import_: Import) -> bool:
    """Return whether the source has withdrawn the code (CODE-8)."""
    try:
        refuse_revoked(work, import_)
    except RevokedCodeError:
        return True
    except ConcurrentChangeError:
        pass  # it was cancelled since it was listed
    return False


def import_progress(
    context: Context, actor: Actor, import_id: ImportId
) -> ImportProgress:
    """Show how far an import is; reads none of its rows, which may be many (PREV-1)."""
    with context.unit_of_work(read_only=True) as work:
        import_ = context.find_import(work, actor, Action.SEE_IMPORT, import_id)
        refuse_revoked(work, import_)
        progress = work.imports.progress(import_id)
    return ImportProgress(import_=import_, progress=progress)


def completed_imports(
    context: Context, actor: Actor, *, offset: int = 0, limit: int | None = None
) -> tuple[CompletedImport, ...]:
    """List the ended imports into the actor's schools, latest end first (DONE-1).

    Their students are counted, and not read: they may be many.
    """
    now = context.now()
    with context.unit_of_work(read_only=True) as work:
        ended = _visible(context, work, actor, ENDED)
        latest = sorted(ended, key=_date, reverse=True)
        names = Names(work)
        shown = page(latest, offset, limit)
        to_merge = _to_merge(work, actor.site_id, shown)
        return tuple(
            _completed(work, names, import_, now, to_merge[import_.id])
            for import_ in shown
        )


def _to_merge(
    work: UnitOfWork, site_id: SiteId, imports: Iterable[Import]
) -> Mapping[ImportId, int]:
    """Count for each import who is to be merged still; the students are asked once."""
    flagged = {one.id: _flagged(work, one.id) for one in imports}
    left = still_to_merge(work, site_id, chain.from_iterable(flagged.values()))
    return {one: len(left.intersection(keys)) for one, keys in flagged.items()}


def _flagged(work: UnitOfWork, import_id: ImportId) -> list[StudentKey]:
    """Name who came to be merged; no row is read where nobody did."""
    kinds = [kind for kind in work.imports.kinds(import_id) if kind.to_merge]
    rows = work.imports.rows(import_id, kinds) if kinds else ()
    outcomes = (row.outcome for row in rows)
    return [one.student for one in outcomes if one is not None and one.student]


def _date(import_: Import) -> datetime:
    """Return when an import ended, as far as it is kept."""
    return import_.ended_at or import_.started_at


def _visible(
    context: Context, work: UnitOfWork, actor: Actor, states: Collection[ImportState]
) -> list[Import]:
    """Return the imports in some states that the actor may see (PERM-2)."""
    context.require(actor, Action.SEE_IMPORT)
    return [
        import_
        for import_ in work.imports.of_site(actor.site_id, states)
        if context.allows(actor, Action.SEE_IMPORT, {import_.school_id})
    ]


def _completed(
    work: UnitOfWork, names: Names, import_: Import, now: datetime, to_merge: int
) -> CompletedImport:
    """Sum up one ended import."""
    kinds = work.imports.kinds(import_.id)
    arrived = how_many(kinds, lambda kind: kind.arrived)
    return CompletedImport(
        import_=import_,
        school=names.school(import_.site_id, import_.school_id),
        previous=names.previous(import_),
        date=_date(import_),
        students=students_label(import_, rows_for_label(work, import_)),
        status=import_status(import_, (one.status for one in kinds if one.status)),
        imported=arrived,
        failed=how_many(kinds) - arrived,
        to_merge=to_merge,
        overdue=import_.overdue(now) and can_resume(import_, kinds),
    )


def log_entries(
    context: Context, actor: Actor, import_id: ImportId
) -> tuple[LogEntry, ...]:
    """Return what became of each student of an import, by name (LOG-1).

    Who was merged since is not said to be one to merge any more (IMP-9).
    """
    with context.unit_of_work(read_only=True) as work:
        context.find_import(work, actor, Action.SEE_IMPORT, import_id)
        told = in_log_order(work.imports.rows(import_id))
        flagged = (one.student for _, one in told if one.to_merge and one.student)
        left = still_to_merge(work, actor.site_id, flagged)
    return tuple(
        LogEntry(
            row.source_key,
            attrs.evolve(
                outcome, to_merge=outcome.to_merge and outcome.student in left
            ),
        )
        for row, outcome in told
    )
