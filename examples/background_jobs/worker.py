"""The worker process: takes jobs from the queue until it is told to stop."""

import asyncio
import logging
from collections.abc import Iterator

from background_jobs.settings import Settings
from background_jobs.tasks import QUEUE, Tools, make_app
from student_transfer import StudentTransferError, TransferService
from student_transfer.adapters.sql import SqlStorage


def run_worker(settings: Settings, name: str) -> None:
    """Work until SIGINT or SIGTERM; the job that is being done is finished first.

    The service of a worker enqueues nothing: the jobs see to their own next try.
    """
    with SqlStorage.open(
        settings.database, busy_timeout=settings.busy_timeout
    ) as storage:
        tools = Tools(TransferService(storage), settings)
        asyncio.run(_work(tools, name))


async def _work(tools: Tools, name: str) -> None:
    settings = tools.settings
    app = make_app(settings)
    async with app.open_async():
        await app.run_worker_async(
            name=name,
            queues=[QUEUE],
            update_heartbeat_interval=settings.heartbeat,
            stalled_worker_timeout=settings.stalled_after,
            additional_context=tools.given(),
        )


def log_to_standard_error(name: str) -> None:
    """Log what the jobs do, and of errors their kinds without their traces.

    The text of a database's error can quote a row, and a row is about a child. The
    library's own texts never do.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter(f"%(asctime)s {name} %(message)s"))
    handler.addFilter(without_trace)
    logging.basicConfig(level=logging.INFO, handlers=[handler])


def without_trace(record: logging.LogRecord) -> bool:
    """Put the kinds of a record's error in the place of its trace."""
    if record.exc_info:
        error = record.exc_info[1]
        said = f"{error} " if isinstance(error, StudentTransferError) else ""
        kinds = " < ".join(type(one).__name__ for one in _causes(error))
        record.msg, record.args = f"{record.getMessage()}: {said}({kinds})", None
        record.exc_info = None
    return True


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__
