"""A background step that has failed shows a reference code with its import (IMP-7)."""

from student_transfer.errors import (
    AnalysisFailedError,
    BackgroundStepError,
    ImportFailedError,
)
from student_transfer.imports import Import, ImportEvent, ImportId, reference_code
from student_transfer.services.context import Context
from student_transfer.services.lookups import get_import
from student_transfer.services.steps import Step, due_step

_FAILURES: dict[Step, tuple[ImportEvent, type[BackgroundStepError]]] = {
    Step.ANALYSE: (ImportEvent.ANALYSIS_FAILED, AnalysisFailedError),
    Step.RUN_IMPORT: (ImportEvent.FAIL, ImportFailedError),
}


def fail_step(
    context: Context, import_id: ImportId, step: Step, cause: Exception
) -> Import:
    """Keep that a step failed; give the import as it is if the step has ended.

    Then nothing of it has failed: another worker was there first, a person has
    cancelled it, or only the answer of the last commit was lost. So nobody is told a
    reference code that is kept nowhere.

    Args:
        context: What every use case is given.
        import_id: The import.
        step: The step that has failed.
        cause: What went wrong.

    Raises:
        BackgroundStepError: That of the step; it carries the reference code.
    """
    event, error = _FAILURES[step]
    with context.unit_of_work() as work:
        import_ = get_import(work, import_id)
        waits = due_step(import_)
        if waits is None or waits.step is not step:
            return import_
        reference = reference_code(context.randomness)
        at = context.now()
        work.imports.save(import_.after(event, at=at, reference=reference))
        work.commit()
    raise error(reference) from cause
