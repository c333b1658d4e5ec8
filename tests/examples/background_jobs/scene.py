"""The host with jobs as its tests see it: a database each, and workers to kill.

What is stored after a run is compared with what is stored after one that nobody
disturbed. Left out is only what is new in every run: the keys of new students, the
names of codes and imports, and the times.
"""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from multiprocessing.process import BaseProcess
from typing import Any

import attrs
import psycopg
import sqlalchemy as sa
from procrastinate.jobs import Job
from psycopg import sql

from background_jobs.__main__ import main
from background_jobs.host import Host
from background_jobs.settings import Settings
from student_transfer import ImportState, Student, YearScope
from student_transfer.adapters.sql import SqlStorage
from student_transfer.demo.world import World
from student_transfer.imports import Import, ImportId
from student_transfer.outcomes import Outcome
from student_transfer.services import Due, Step
from student_transfer.students import StudentKey
from student_transfer.testing.dump import dump
from tests.forking import forking

_PROCESSES = forking("tests.examples.background_jobs.scene")
PATIENCE = 30.0  # seconds; whatever takes longer hangs
ANOTHER_YEAR = "5"  # of the source school, beside the year that moves
NEW_KEY = StudentKey("new")
_numbers = count(1)


def settings_for(url: str) -> Settings:
    """Return settings with which a test need not wait for long."""
    return Settings(
        database=url,
        sweep="* * * * * *",
        heartbeat=0.3,
        stalled_after=1.5,
        tries=3,
        back_off=0.3,
        busy_timeout=1.0,
    )


@contextmanager
def database(server: str, template: str | None = None) -> Iterator[str]:
    """Make a database on the server, a copy of the template; drop it in the end."""
    name = sql.Identifier(f"jobs_{next(_numbers)}")
    url = sa.make_url(server).set(database=name.as_string().strip('"'))
    original = sa.make_url(template).database if template else "template1"
    assert original is not None
    make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(make.format(name, sql.Identifier(original)))
    yield url.render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)


def until(held: Callable[[], Any], what: str, every: float = 0.03) -> Any:
    """Wait until something holds, looking every so many seconds; give what it is."""
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        if found := held():
            return found
        time.sleep(every)
    raise AssertionError(f"after {PATIENCE:.0f} s not so: {what}")


def _work(environment: dict[str, str], name: str) -> None:
    """Be a worker, as the command is; `test_the_demonstration` starts it as it is."""
    os.environ.update(environment)
    sys.argv = ["background_jobs", "worker", "--name", name]
    main()


@attrs.define
class Scene:
    """The host on a database of its own, with the workers that a test starts."""

    host: Host
    world: World
    workers: list[BaseProcess] = attrs.Factory(list)

    @property
    def database(self) -> str:
        """The URL of the database."""
        return self.host.settings.database

    def work(self, count_: int = 1) -> None:
        """Start so many workers."""
        environment = self.host.settings.as_environment()
        for _ in range(count_):
            given = environment, f"worker-{len(self.workers) + 1}"
            worker = _PROCESSES.Process(target=_work, args=given, daemon=True)
            worker.start()
            self.workers.append(worker)

    def kill_all(self) -> None:
        """Kill every worker, as a machine that loses its power does."""
        for worker in self.workers:
            worker.kill()
            worker.join(PATIENCE)
            assert worker.exitcode == -signal.SIGKILL

    def stop(self) -> None:
        """Stop the workers that are left."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.join(PATIENCE)
            if worker.is_alive():
                worker.kill()
                worker.join()

    # As the people on the two sites -----------------------------------------------

    def code(self, year: str | None = None) -> str:
        """Generate the code of the year."""
        scope = YearScope(self.world.source_school.id, year or self.world.year)
        administrator = self.world.source_administrator
        return self.host.service.generate_code(administrator, scope).code.reveal()

    def start(self, code: str | None = None) -> ImportId:
        """Enter a code, which enqueues the analysis."""
        return self.host.service.start_import(
            self.world.destination_administrator,
            code or self.code(),
            self.world.destination_school.id,
        ).id

    def confirm(self, import_id: ImportId) -> None:
        """Have the students imported, which enqueues the import."""
        who = self.world.destination_administrator
        self.host.service.confirm(who, import_id, accept_unreviewed=True)

    def ready(self) -> ImportId:
        """Take an import to its preview, without a worker."""
        import_id = self.start()
        self.host.service.analyse(import_id)
        self.forget_jobs()
        return import_id

    # What there is ----------------------------------------------------------------

    def get(self, import_id: ImportId) -> Import:
        """Read the import."""
        with self.host.storage(read_only=True) as work:
            import_ = work.imports.get(import_id)
        assert import_ is not None
        return import_

    def until(self, import_id: ImportId, state: ImportState) -> None:
        """Wait until the import is in that state."""
        until(lambda: self.get(import_id).state is state, f"the import is {state}")

    def until_done(self, import_id: ImportId, students: int) -> None:
        """Wait until so many students have arrived."""

        def enough() -> bool:
            with self.host.storage(read_only=True) as work:
                return work.imports.progress(import_id).done >= students

        until(enough, f"{students} students have arrived", every=0.01)

    def jobs(self, step: Step, import_id: ImportId) -> list[Job]:
        """Return the jobs that the queue has had for the step, oldest first."""
        return self.host.jobs(Due(import_id, step))

    def statuses(self, step: Step, import_id: ImportId) -> list[str]:
        """Return what became of these jobs."""
        return [str(job.status) for job in self.jobs(step, import_id)]

    def until_statuses(self, step: Step, import_id: ImportId, *wanted: str) -> None:
        """Wait until this is what became of the jobs."""
        until(
            lambda: self.statuses(step, import_id) == list(wanted),
            f"{wanted} instead of {self.statuses(step, import_id)}",
        )

    def until_swept(self, times: int = 2) -> None:
        """Wait until the sweep, begun from now on, has been through."""
        for _ in range(times):
            until(partial(self._swept_after, self._last_sweep()), "the sweep ran")

    def _last_sweep(self) -> int:
        manager = self.host.app.job_manager
        jobs = manager.list_jobs(task="sweep", status="succeeded")
        return max([job.id or 0 for job in jobs], default=0)

    def _swept_after(self, job_id: int) -> bool:
        return self._last_sweep() > job_id

    # What happens to a database ---------------------------------------------------

    def forget_jobs(self) -> None:
        """Lose every job."""
        self.execute("TRUNCATE procrastinate_jobs CASCADE")

    def execute(self, statement: str) -> None:
        """Run a statement in the database."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute(statement.encode())

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Hold a table, so that nobody writes in it."""
        with psycopg.connect(self.database) as connection:
            lock = sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE")
            connection.execute(lock.format(sql.Identifier(table)))
            yield

    @contextmanager
    def broken(self, table: str) -> Iterator[None]:
        """Refuse every write in a table."""
        self.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'refused by a test'; END $$"
        )
        self.execute(
            f"CREATE TRIGGER refusing BEFORE INSERT OR UPDATE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )
        yield
        self.execute(f"DROP TRIGGER refusing ON {table}")

    def someone_waits(self) -> bool:
        """Return whether a process of the database waits for a lock."""
        waiting = "pg_stat_activity WHERE wait_event_type = 'Lock'"
        return self.count(f"{waiting} AND datname = current_database()") > 0

    def count(self, rows: str) -> int:
        """Count the rows of a table."""
        with psycopg.connect(self.database) as connection:
            query = f"SELECT count(*) FROM {rows}"  # noqa: S608 - of the tests alone
            [[found]] = connection.execute(query.encode())
        return int(found)


def stored(storage: SqlStorage, world: World) -> dict[str, Any]:
    """Return everything that is stored, without what is new in every run."""
    known = {one.key for one in (*world.source_students, *world.destination_students)}
    sites = dump(storage, [world.source.id, world.destination.id], known)
    source, destination = sites[world.source.id], sites[world.destination.id]
    students = [
        (_named(one, known), destination.records[key])
        for key, one in destination.students.items()
    ]
    return {
        "source": (source.students, source.records, source.size),
        "codes": [code.state for code in source.codes],
        "size": destination.size,
        "students": sorted(students, key=lambda pair: _order(pair[0])),
        "imports": [
            (
                kept.import_.state,
                kept.progress,
                [
                    attrs.evolve(row, outcome=_outcome(row.outcome, known))
                    for row in kept.rows
                ],
            )
            for kept in destination.imports
        ],
    }


def _named(one: Student, known: set[Any]) -> Student:
    return one if one.key in known else attrs.evolve(one, key=NEW_KEY)


def _outcome(outcome: Outcome | None, known: set[Any]) -> Outcome | None:
    if outcome is None or outcome.student is None or outcome.student in known:
        return outcome
    return attrs.evolve(outcome, student=NEW_KEY)


def _order(one: Student) -> tuple[str, ...]:
    return (one.key, one.full_name, str(one.date_of_birth), one.student_id, one.email)
