"""Which background steps are due, running them, and resuming what has stopped."""

from contextlib import suppress

import attrs

from student_transfer.errors import IllegalTransitionError
from student_transfer.imports import (
    Import,
    ImportEvent,
    ImportId,
    ImportState,
    Progress,
    can_resume,
    how_many,
)
from student_transfer.services.analysis import analyse
from student_transfer.services.context import Context, OnProgress
from student_transfer.services.importing import run_import
from student_transfer.services.lookups import get_import
from student_transfer.services.steps import Due, Step, due_step


@attrs.frozen
class Ran:
    """What a background step of one import came to.

    Attributes:
        import_id: The import.
        state: The state it is in now, also where the step failed; None if that could
            not be read.
        error: Why the step failed, if it did.
    """

    import_id: ImportId
    state: ImportState | None
    error: Exception | None = None


def resume(context: Context, import_id: ImportId) -> Import:
    """Schedule an import again that failed, or of which some students did (IMP-7).

    What arrived stays; students who failed unexpectedly are tried again. For an
    operator: whether the caller is one is for the host to say.

    Raises:
        NotFoundError: There is no such import.
        IllegalTransitionError: It has not ended, or nothing of it is left to do: nobody
            waits, and nobody failed unexpectedly.
    """
    with context.unit_of_work() as work:
        import_ = get_import(work, import_id)
        resumed = import_.after(ImportEvent.RESUME, at=context.now())
        kinds = work.imports.kinds(import_id)
        if not can_resume(import_, kinds):
            raise IllegalTransitionError(
                "There is nothing to resume: no student failed unexpectedly.",
                advice="Look at the import log for who failed, and why.",
                rule="IMP-7",
            )
        unexpected = [kind for kind in kinds if kind.unexpected]
        again = work.imports.rows(import_id, unexpected)
        for row in again:
            work.imports.save_row(import_id, attrs.evolve(row, outcome=None))
        done = how_many(kinds, lambda kind: kind.status is not None) - len(again)
        work.imports.set_progress(import_id, Progress(done, how_many(kinds)))
        saved = work.imports.save(resumed)
        context.tell_due(work, saved)
        work.commit()
    return saved


def due(context: Context) -> tuple[Due, ...]:
    """Return which background steps are due, on all sites, oldest first."""
    with context.unit_of_work(read_only=True) as work:
        imports = map(work.imports.get, work.imports.due())
        steps = [due_step(import_) for import_ in imports if import_ is not None]
    return tuple(step for step in steps if step is not None)


def run_due(context: Context, on_progress: OnProgress | None = None) -> tuple[Ran, ...]:
    """Run every background step that is due, on all sites, oldest first.

    One that fails does not stop the others; its error is in the answer.
    """
    with context.unit_of_work(read_only=True) as work:
        due = work.imports.due()
    return tuple(_run(context, import_id, on_progress) for import_id in due)


def _run(context: Context, import_id: ImportId, on_progress: OnProgress | None) -> Ran:
    """Run the step that one import waits for, and say what it came to."""
    try:
        return Ran(import_id, _ran(context, import_id, on_progress).state)
    except Exception as error:  # noqa: BLE001 - told to the caller, with the import
        return Ran(import_id, _state_now(context, import_id), error)


def _state_now(context: Context, import_id: ImportId) -> ImportState | None:
    """Return the state in which a step that failed has left the import."""
    with suppress(Exception), context.unit_of_work(read_only=True) as work:
        return get_import(work, import_id).state
    return None  # the storage is out, or the import is gone: the error tells of it


def _ran(
    context: Context, import_id: ImportId, on_progress: OnProgress | None
) -> Import:
    """Return an import after the step that it waits for, or as it is if for none.

    Raises:
        NotFoundError: It is gone.
    """
    with context.unit_of_work(read_only=True) as work:
        import_ = get_import(work, import_id)
    waits = due_step(import_)
    if waits is None:  # somebody else has done it since
        return import_
    run = analyse if waits.step is Step.ANALYSE else run_import
    return run(context, import_id, on_progress)
