"""The jobs: one for each background step of the library, and the sweep.

A job is delivered at least once. That is enough, because the steps may be run twice, in
two workers at once, and again after a crash.
"""

import asyncio
import logging
from typing import Any, Unpack, cast

import attrs
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, JobDeferrer, Status
from procrastinate.tasks import ConfigureTaskOptions

from background_jobs.settings import Settings
from student_transfer import TransferService
from student_transfer.errors import (
    AnalysisFailedError,
    NotFoundError,
    StorageError,
)
from student_transfer.imports import ImportId
from student_transfer.services import Due, Step

QUEUE = "transfer"
SWEEP = "sweep"
_OVER = {Status.SUCCEEDED.value, Status.CANCELLED.value, Status.ABORTED.value}
_UNDER_WAY = {Status.TODO.value, Status.DOING.value}

_log = logging.getLogger(__name__)


@attrs.frozen
class Tools:
    """What the jobs of a worker work with."""

    service: TransferService
    settings: Settings

    def given(self) -> dict[str, Any]:
        """Return what the worker hands to every job."""
        return {"tools": self}

    @staticmethod
    def of(context: JobContext) -> "Tools":
        """Return the tools that the worker was started with."""
        return cast("Tools", context.additional_context["tools"])


def make_app(settings: Settings) -> App:
    """Make the queue and tell it the tasks."""
    app = App(connector=PsycopgConnector(conninfo=settings.database, min_size=1))
    app.task(name=Step.ANALYSE.value, queue=QUEUE, pass_context=True)(analyse)
    app.task(name=Step.RUN_IMPORT.value, queue=QUEUE, pass_context=True)(run_import)
    # No lock: the job of a worker that died in a sweep must not stop the next sweep.
    sweeping = app.task(
        name=SWEEP, queue=QUEUE, queueing_lock=SWEEP, priority=1, pass_context=True
    )(sweep)
    app.periodic(cron=settings.sweep)(sweeping)
    return app


def lock_of(step: Step, import_id: ImportId) -> str:
    """Name the lock of a step: one such job waits, and one runs, at any time."""
    return f"{step.value}:{import_id}"


def deferrer(
    app: App, step: Step, import_id: ImportId, **options: Unpack[ConfigureTaskOptions]
) -> JobDeferrer:
    """Prepare the job of a step, to be deferred."""
    lock = lock_of(step, import_id)
    return app.configure_task(
        step.value,
        lock=lock,
        queueing_lock=lock,
        task_kwargs={"import_id": import_id},
        **options,
    )


async def analyse(context: JobContext, import_id: str, attempt: int = 1) -> str:
    """Find the matches of an import. Every failure is tried again, with back-off."""
    service = Tools.of(context).service
    try:
        done = await asyncio.to_thread(service.analyse, ImportId(import_id))
    except NotFoundError:
        return "no such import"
    except (AnalysisFailedError, StorageError):
        await _try_again(context, Step.ANALYSE, import_id, attempt)
        raise
    return done.state.value


async def run_import(context: JobContext, import_id: str, attempt: int = 1) -> str:
    """Import the students who have not arrived.

    Tried again is only what leaves the import due: a storage that is out, or locked.
    Any other failure has stopped the import, and an operator resumes it.
    """
    service = Tools.of(context).service
    try:
        done = await asyncio.to_thread(service.run_import, ImportId(import_id))
    except NotFoundError:
        return "no such import"
    except StorageError:
        await _try_again(context, Step.RUN_IMPORT, import_id, attempt)
        raise
    return done.state.value


async def _try_again(
    context: JobContext, step: Step, import_id: str, attempt: int
) -> None:
    """Defer the next try, a job of its own.

    Procrastinate's own retry puts the failed job back to the waiting ones. That fails
    on the queueing lock where another one waits by then, and leaves a job that is
    being done for ever by nobody.
    """
    settings = Tools.of(context).settings
    if attempt >= settings.tries:
        _log.error(
            "%s %s is given up; see the operator's commands", step.value, import_id
        )
        return
    wait = settings.back_off * 2 ** (attempt - 1)
    job = deferrer(
        context.app,
        step,
        ImportId(import_id),
        schedule_in={"milliseconds": int(wait * 1000)},
    )
    try:
        await job.defer_async(attempt=attempt + 1)
    except AlreadyEnqueued:
        _log.info("another job waits for %s %s", step.value, import_id)


async def sweep(context: JobContext, timestamp: int) -> str:
    """Find the jobs of dead workers, and the steps that are due without a job."""
    tools = Tools.of(context)
    revived = await _revive_stalled(context.app, tools.settings)
    found = 0
    for due in await asyncio.to_thread(tools.service.due):
        attempt = await _attempt_lost(context.app, due, tools.settings)
        # A job that has ended since may have left nothing due: what is read now tells.
        if attempt and due in await asyncio.to_thread(tools.service.due):
            found += await _defer(context.app, due, attempt)
    return f"at {timestamp}: {revived} of dead workers, {found} lost"


async def _revive_stalled(app: App, settings: Settings) -> int:
    """Return the jobs of dead workers back to the queue; give how many there were."""
    jobs = await app.job_manager.get_stalled_jobs(
        queue=QUEUE, seconds_since_heartbeat=settings.stalled_after
    )
    stalled = list(jobs)
    for job in stalled:
        if job.task_name == SWEEP or job.attempts + 1 >= settings.tries:
            await _bury(app, job)  # it may be the job that the workers die of
            continue
        try:
            await app.job_manager.retry_job(job)
        except ConnectorException:  # another one waits with this queueing lock
            await _bury(app, job)
    return len(stalled)


async def _bury(app: App, job: Job) -> None:
    _log.error("job %s (%s) of a dead worker is given up", job.id, job.queueing_lock)
    await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


async def _attempt_lost(app: App, due: Due, settings: Settings) -> int:
    """Return which attempt at a due step is lost; 0 where a job waits, runs or gave up.

    Where the last one has failed, its next try may be what was lost; after the last
    try the queue has given up, and the step is the operator's.
    """
    lock = lock_of(due.step, due.import_id)
    jobs = await app.job_manager.list_jobs_async(queueing_lock=lock)
    last = max(jobs, key=lambda job: job.id or 0, default=None)
    attempt = 1 if last is None or last.status in _OVER else _tried(last) + 1
    waits_or_runs = last is not None and last.status in _UNDER_WAY
    return 0 if waits_or_runs or attempt > settings.tries else attempt


async def _defer(app: App, due: Due, attempt: int) -> bool:
    """Defer the job of a due step; say whether no other one waits for it."""
    try:
        await deferrer(app, due.step, due.import_id).defer_async(attempt=attempt)
    except AlreadyEnqueued:
        return False
    return True


def _tried(job: Job) -> int:
    """Return how often a failed job was tried, with those before it."""
    attempt = job.task_kwargs.get("attempt")
    return max(attempt if isinstance(attempt, int) else 1, job.attempts)
