"""Which background step an import waits for, and telling a host's job queue of it."""

from collections.abc import Callable
from enum import Enum

import attrs

from student_transfer.imports import Import, ImportId, ImportState
from student_transfer.ports import UnitOfWork


class Step(Enum):
    """A background step; the value is the name of the service's method."""

    ANALYSE = "analyse"
    RUN_IMPORT = "run_import"


_STEP_IN = {
    ImportState.ANALYSING: Step.ANALYSE,
    ImportState.SCHEDULED: Step.RUN_IMPORT,
}


@attrs.frozen
class Due:
    """A background step that an import waits for.

    Attributes:
        import_id: The import.
        step: What is to be called for it.
        reference: The reference code of the last run, if that has failed (PREV-7).
    """

    import_id: ImportId
    step: Step
    reference: str | None = None


OnDue = Callable[[UnitOfWork, Due], None]
"""Called when a step becomes due, in the unit of work that makes it so.

Before the commit: what it writes in that unit of work is kept with the change or undone
with it, and an error that it raises undoes the change and goes to the caller.
"""


def due_step(import_: Import) -> Due | None:
    """Return the step that the import waits for; None while it waits for a person."""
    step = _STEP_IN.get(import_.state)
    return None if step is None else Due(import_.id, step, import_.reference)


def tell_nobody(work: UnitOfWork, due: Due) -> None:
    """Do nothing when a step becomes due: the host enqueues it, or asks `due`."""
