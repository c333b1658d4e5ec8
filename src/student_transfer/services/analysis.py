"""The background step that finds matches for the students of an import (PREV-1)."""

from collections.abc import Collection, Mapping, Sequence

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    RevokedCodeError,
)
from student_transfer.identity import those_seen
from student_transfer.imports import (
    Decision,
    Import,
    ImportEvent,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
    flag_unmatched,
)
from student_transfer.matching import (
    ImportAs,
    Suggestion,
    learnt_from_students,
)
from student_transfer.outcomes import Reason
from student_transfer.services.asking_matcher import ask_matcher, match_of
from student_transfer.services.candidates import (
    Candidates,
    IncomingStudent,
    candidates,
    frequencies,
)
from student_transfer.services.context import Context, OnProgress
from student_transfer.services.import_lifecycle import end_unused
from student_transfer.services.kept_decisions import KeptDecision, kept_decisions
from student_transfer.services.known_links import add_linked, keep_apart, undone_refs
from student_transfer.services.lookups import get_import, get_site, held_code
from student_transfer.services.merge_history import (
    once_here,
)
from student_transfer.services.retries import RETRYABLE, retrying
from student_transfer.services.step_failures import fail_step
from student_transfer.services.steps import Step
from student_transfer.sites import RosterSource
from student_transfer.students import Student, StudentKey

_BATCH = 200  # incoming students whose candidates are fetched at once


def analyse(
    context: Context, import_id: ImportId, on_progress: OnProgress | None = None
) -> Import:
    """Match the incoming students and make the preview ready.

    Only an import that is being analysed is touched, so calling this twice, from two
    workers at once, or again after a crash does no harm: whoever finishes first has
    made the preview, and nothing of an unfinished run is kept (PREV-7).

    Raises:
        NotFoundError: There is no such import.
        AnalysisFailedError: It carries a reference code and the cause. The import
            stays due and can be analysed again.
        StorageBusyError: The storage is out for now. The import is still due, and shows
            no reference code.
        ConcurrentChangeError: Others have changed it at each try; likewise.
    """

    def attempt() -> Import:
        import_ = _current(context, import_id)
        if import_.state is not ImportState.ANALYSING:  # somebody else was faster
            return import_
        try:
            return _analyse(context, import_, on_progress)
        except (_ProgressError, *RETRYABLE):
            raise
        except Exception as error:  # noqa: BLE001 - it is the cause of what is raised
            return fail_step(context, import_id, Step.ANALYSE, error)

    try:
        return retrying(attempt)
    except _ProgressError as error:
        raise error.cause from None


class _ProgressError(Exception):
    """The host's own callback failed, and not the analysis."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


def _tell(on_progress: OnProgress, progress: Progress) -> None:
    try:
        on_progress(progress)
    except Exception as error:
        raise _ProgressError(error) from error


def _current(context: Context, import_id: ImportId) -> Import:
    """Return the import as somebody else has left it."""
    with context.unit_of_work(read_only=True) as work:
        return get_import(work, import_id)


@attrs.frozen(kw_only=True)
class _Read:
    """What an analysis begins with.

    Attributes:
        on_sis: Whether the students of the site come from an SIS (IMP-9).
        incoming: The students of the source for whom the code is.
        decided: What people have decided already (PREV-7).
        were: Which students of the site each once was.
        there: Whom the source has under the keys of the code, be they others by now.
    """

    on_sis: bool
    incoming: Mapping[StudentKey, Student]
    decided: Mapping[StudentKey, KeptDecision]
    were: Mapping[StudentKey, Collection[StudentKey]]
    there: Collection[StudentKey]


def _read(context: Context, import_: Import) -> _Read:
    """Read whom the code is for, as the source has them now.

    Raises:
        RevokedCodeError: The source has withdrawn it (CODE-8).
    """
    with context.unit_of_work(read_only=True) as work:
        code = held_code(work, import_)
        sis = get_site(work, import_.site_id).roster_source is RosterSource.SIS
        there = work.source.students(import_.source_site_id, import_.students)
        # Who has got the key of another since is not whom the code is for (CODE-3).
        incoming = those_seen(code.seen, there, context.settings)
        return _Read(
            on_sis=sis,
            incoming=incoming,
            decided=kept_decisions(work, import_, incoming, context.settings),
            were={
                key: once_here(work, import_.site_id, one)
                for key, one in incoming.items()
            },
            there=there.keys(),
        )


def _analyse(
    context: Context, import_: Import, on_progress: OnProgress | None
) -> Import:
    """Read, match and save; saving is refused if the import changed meanwhile."""
    try:
        read = _read(context, import_)
    except RevokedCodeError:  # what was read in is closed: no unit is inside another
        return _withdraw(context, import_)
    decided = read.decided
    present = [read.incoming[key] for key in import_.students if key in read.incoming]
    found = _find_candidates(context, import_, present, read.were, on_progress)
    with context.unit_of_work(read_only=True) as work:
        counted = frequencies(work, import_.site_id, present)
    settings = context.settings
    learnt = learnt_from_students(counted, present, settings.most_share)
    proposed = ask_matcher(context, counted, learnt, present, found, decided=decided)
    undone = undone_refs(context, import_.site_id, present, proposed)
    rows = {
        key: _absent_row(key, decided.get(key), is_there=key in read.there)
        for key in import_.students
        if key not in read.incoming
    }
    for student, suggestion in zip(present, proposed, strict=True):
        incoming = IncomingStudent(
            student=student,
            candidates=found.by_student[student.key],
            were=read.were[student.key],
        )
        apart = keep_apart(incoming, suggestion, undone)
        known = add_linked(incoming, apart, learnt, settings)
        shown = flag_unmatched(known) if read.on_sis else known
        row = _row(incoming, shown, decided.get(student.key))
        offered = {one.key for one in shown.candidates}
        there = [one for one in incoming.candidates if one.key in offered]
        rows[student.key] = attrs.evolve(
            row, frequencies=learnt.only_of([student, *there])
        )
    return _save(context, import_, [rows[key] for key in import_.students])


def _withdraw(context: Context, import_: Import) -> Import:
    """End an import whose code the source has revoked meanwhile (CODE-8)."""
    with context.unit_of_work() as work:
        cancelled = import_.after(ImportEvent.CANCEL, at=context.now())
        saved = end_unused(work, cancelled)
        work.commit()
    return saved


def _find_candidates(
    context: Context,
    import_: Import,
    incoming: Sequence[Student],
    were: Mapping[StudentKey, Collection[StudentKey]],
    on_progress: OnProgress | None,
) -> Candidates:
    """Fetch the candidates batch by batch and keep the progress (PREV-1).

    Raises:
        ConcurrentChangeError: The import was changed meanwhile, by a worker who has
            finished first or by a person; the progress is not this run's any more.
    """
    by_student: dict[StudentKey, Sequence[Student]] = {}
    truncated: set[StudentKey] = set()
    for start in range(0, len(incoming), _BATCH):
        batch = incoming[start : start + _BATCH]
        with context.unit_of_work(read_only=True) as work:
            found = candidates(work, import_.site_id, batch, context.settings, were)
        by_student |= found.by_student
        truncated |= found.truncated
        progress = Progress(start + len(batch), len(incoming))
        with context.unit_of_work() as work:
            if work.imports.get(import_.id) != import_:
                raise ConcurrentChangeError
            work.imports.set_progress(import_.id, progress)
            work.commit()
        if on_progress is not None:
            _tell(on_progress, progress)
    return Candidates(by_student, frozenset(truncated))


def _row(
    incoming: IncomingStudent, suggestion: Suggestion, decided: KeptDecision | None
) -> ImportRow:
    """Put a row together; what a person decided stays while it can (PREV-7)."""
    student = incoming.student
    if decided is not None and not decided.void:
        return attrs.evolve(
            decided.row, incoming=student, suggestion=suggestion, absence=None
        )
    if decided is not None:
        suggestion = suggestion.doubted(
            f"what a person decided does not hold any more: {decided.void}"
        )
    return ImportRow(
        source_key=student.key,
        incoming=student,
        suggestion=suggestion,
        decision=Decision(import_as=suggestion.import_as, match=suggestion.match),
        matched=match_of(suggestion, incoming.candidates),
    )


def _absent_row(
    key: StudentKey, decided: KeptDecision | None, *, is_there: bool
) -> ImportRow:
    """Put the row of one together who is not on the source site (IMP-10).

    Or in whose place another is there, whom the code is not for (CODE-3). What a person
    decided is still to be seen, and keeps the match from nobody.
    """
    reason = Reason.NOT_OF_CODE if is_there else Reason.NOT_ON_SOURCE
    proposed = Suggestion(import_as=ImportAs.NEW, why=reason.value)
    if decided is not None:
        return attrs.evolve(
            decided.row,
            incoming=None,
            suggestion=proposed,
            absence=reason,
            frequencies=None,
        )
    return ImportRow(
        source_key=key,
        incoming=None,
        suggestion=proposed,
        decision=Decision(import_as=ImportAs.NEW),
        absence=reason,
    )


def _save(context: Context, import_: Import, rows: Sequence[ImportRow]) -> Import:
    """Make the preview ready, unless the import was changed since it was read."""
    with context.unit_of_work() as work:
        ready = import_.after(ImportEvent.ANALYSED, at=context.now())
        saved = work.imports.save(ready)
        work.imports.put_rows(import_.id, rows)
        work.imports.set_progress(import_.id, Progress(len(rows), len(rows)))
        work.commit()
    return saved
