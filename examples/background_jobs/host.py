"""The web process's side: the service, which enqueues what becomes due."""

from types import TracebackType
from typing import Self

import sqlalchemy as sa
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job

from background_jobs.settings import Settings
from background_jobs.tasks import deferrer, lock_of, make_app
from student_transfer import TransferService
from student_transfer.adapters.sql import SqlStorage, SqlUnitOfWork
from student_transfer.imports import ImportId
from student_transfer.ports import UnitOfWork
from student_transfer.services import Due

_TRIES = 3


class Host:
    """The application as its web pages and its operators use it.

    Attributes:
        settings: What the environment has told.
        storage: Where the students are.
        app: The queue, on the same database.
        service: The library's use cases; what becomes due is enqueued with them.
    """

    def __init__(self, settings: Settings) -> None:
        """Open the storage and the queue; make their tables where there are none."""
        self.settings = settings
        self.storage = SqlStorage.open(
            settings.database, busy_timeout=settings.busy_timeout
        )
        self.app = make_app(settings)
        self.app.open()
        if not self.app.check_connection():
            self.app.schema_manager.apply_schema()
        self.service = TransferService(self.storage, on_due=self.enqueue)

    def __enter__(self) -> Self:
        """Return the application, to be closed at the end of the with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the queue and the storage."""
        self.app.close()
        self.storage.close()

    def enqueue(self, work: UnitOfWork, due: Due) -> None:
        """Put the job of a step into the queue, in the transaction of the change.

        A job that waits for this step already takes its place: a worker might fetch
        that one before this transaction is committed, and find nothing to do.
        """
        if not isinstance(work, SqlUnitOfWork):
            raise TypeError("the queue is in the database of SqlStorage")
        work.transaction.run(lambda connection: self._replace(connection, due))

    def _replace(self, connection: sa.Connection, due: Due) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        for tries_left in reversed(range(_TRIES)):
            for job in self.jobs(due, status="todo"):
                assert job.id is not None
                self.app.job_manager.cancel_job_by_id(job.id, connection=driver)
            try:
                with driver.transaction():  # a savepoint
                    deferrer(
                        self.app, due.step, due.import_id, connection=driver
                    ).defer()
            except AlreadyEnqueued:  # by the sweep, just now
                if not tries_left:
                    raise
            else:
                return

    def jobs(self, due: Due, status: str | None = None) -> list[Job]:
        """Return the jobs that the queue has had for a step, oldest first."""
        lock = lock_of(due.step, due.import_id)
        found = self.app.job_manager.list_jobs(queueing_lock=lock, status=status)
        return sorted(found, key=lambda job: job.id or 0)

    # For operators --------------------------------------------------------------------

    def resume(self, import_id: ImportId) -> None:
        """Get an import going again, now: a failed one, or one the queue has given up.

        Raises:
            NotFoundError: There is no such import.
            IllegalTransitionError: It neither failed nor waits for a background step.
        """
        waiting = {due.import_id: due for due in self.service.due()}
        if import_id not in waiting:
            self.service.resume(import_id)
            return
        with self.storage() as work:
            self.enqueue(work, waiting[import_id])
            work.commit()

    def report(self) -> list[str]:
        """Say of every step that is due what the queue is doing about it."""
        lines = []
        for due in self.service.due():
            jobs = self.jobs(due)
            job = f"job {jobs[-1].id} {jobs[-1].status}" if jobs else "no job"
            failed = f", failed before: {due.reference}" if due.reference else ""
            lines.append(f"{due.import_id} {due.step.value}: {job}{failed}")
        return lines
