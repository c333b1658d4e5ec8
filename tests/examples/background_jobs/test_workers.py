"""The example with jobs: real workers, killed and restarted, on a real PostgreSQL."""

import logging
from collections import Counter
from typing import Any

import pytest

from background_jobs.__main__ import main
from background_jobs.demo import run_demo
from background_jobs.tasks import deferrer
from background_jobs.worker import without_trace
from student_transfer import ImportState, TransferService
from student_transfer.errors import (
    IllegalTransitionError,
    ImportFailedError,
    NotFoundError,
)
from student_transfer.imports import ImportId
from student_transfer.ports import UnitOfWork
from student_transfer.services import Due, Step
from tests.examples.background_jobs.scene import (
    ANOTHER_YEAR,
    Scene,
    database,
    stored,
    until,
)

ANALYSE, RUN = Step.ANALYSE, Step.RUN_IMPORT
ENOUGH = 5  # students after whom the worker is killed


def test_a_year_goes_through_two_workers(
    scene: Scene, undisturbed: dict[str, Any]
) -> None:
    """One job for each step, and the result is that of a run without a queue."""
    scene.work(2)
    import_id = scene.start()
    scene.until(import_id, ImportState.READY)
    scene.confirm(import_id)
    scene.until(import_id, ImportState.COMPLETED)
    for step in (ANALYSE, RUN):
        scene.until_statuses(step, import_id, "succeeded")
    assert stored(scene.host.storage, scene.world) == undisturbed
    assert undisturbed["size"] > len(scene.world.destination_students)


def test_a_worker_killed_in_an_import(
    scene: Scene, undisturbed: dict[str, Any]
) -> None:
    """Both workers die with the students half in; new ones bring the rest."""
    import_id = scene.ready()
    scene.confirm(import_id)
    scene.work(2)
    scene.until_done(import_id, ENOUGH)
    scene.kill_all()
    with scene.host.storage(read_only=True) as work:
        assert ENOUGH <= work.imports.progress(import_id).done < 58
    assert scene.statuses(RUN, import_id) == ["doing"]
    scene.work()
    scene.until(import_id, ImportState.COMPLETED)
    scene.until_statuses(RUN, import_id, "succeeded")
    [job] = scene.jobs(RUN, import_id)
    assert job.attempts == 2
    assert stored(scene.host.storage, scene.world) == undisturbed


def test_a_worker_killed_in_an_analysis(
    scene: Scene, undisturbed: dict[str, Any]
) -> None:
    """Nothing of the unfinished analysis is kept, and it is made again."""
    import_id = scene.start()
    with scene.locked("st_progress"):
        scene.work()
        until(scene.someone_waits, "the analysis waits")
        scene.kill_all()
    assert scene.get(import_id).state is ImportState.ANALYSING
    assert scene.statuses(ANALYSE, import_id) == ["doing"]
    scene.work()
    scene.until(import_id, ImportState.READY)
    scene.confirm(import_id)
    scene.until(import_id, ImportState.COMPLETED)
    assert stored(scene.host.storage, scene.world) == undisturbed


def test_a_job_delivered_twice(scene: Scene, undisturbed: dict[str, Any]) -> None:
    """Enqueued by hand without the locks, it runs in both workers at once."""
    import_id = scene.ready()
    scene.confirm(import_id)
    for _ in range(2):
        task = scene.host.app.configure_task(RUN.value, queue="transfer")
        task.defer(import_id=import_id)
    scene.work(2)
    scene.until(import_id, ImportState.COMPLETED)
    jobs = scene.host.app.job_manager
    until(
        lambda: len(jobs.list_jobs(task=RUN.value, status="succeeded")) == 3,
        "all three have ended well",
    )
    assert stored(scene.host.storage, scene.world) == undisturbed


def test_two_imports_at_once(scene: Scene) -> None:
    """Each worker has one, and every student arrives once."""
    first = scene.start()
    second = scene.start(scene.code(ANOTHER_YEAR))
    for import_id in (first, second):
        scene.host.service.analyse(import_id)
    scene.work(2)
    until(lambda: scene.count("procrastinate_workers") == 2, "both workers are up")
    for import_id in (first, second):
        scene.confirm(import_id)
    until(
        lambda: (
            [scene.statuses(RUN, one) for one in (first, second)] == [["doing"]] * 2
        ),
        "both are being done",
    )
    workers = {job.worker_id for one in (first, second) for job in scene.jobs(RUN, one)}
    assert len(workers) == 2
    for import_id in (first, second):
        scene.until(import_id, ImportState.COMPLETED)
    with scene.host.storage(read_only=True) as work:
        outcomes = [
            row.outcome for one in (first, second) for row in work.imports.rows(one)
        ]
    arrived = [outcome.student for outcome in outcomes if outcome is not None]
    assert len(arrived) == len(outcomes) > 58
    assert None not in arrived
    assert max(Counter(arrived).values()) == 1


def test_a_failing_import_is_left_to_the_operator(
    scene: Scene, undisturbed: dict[str, Any]
) -> None:
    """A reference code, one failed job and no other; resumed, it comes to its end."""
    import_id = scene.ready()
    with scene.broken("st_progress"):
        scene.execute("ALTER TABLE st_progress DISABLE TRIGGER refusing")
        scene.confirm(import_id)
        scene.execute("ALTER TABLE st_progress ENABLE TRIGGER refusing")
        scene.work(2)
        scene.until(import_id, ImportState.FAILED)
        scene.until_statuses(RUN, import_id, "failed")
        scene.until_swept()
        assert scene.statuses(RUN, import_id) == ["failed"]
        assert str(scene.get(import_id).reference).startswith("ST-")
    scene.host.resume(import_id)
    scene.until(import_id, ImportState.COMPLETED)
    scene.until_statuses(RUN, import_id, "failed", "succeeded")
    assert stored(scene.host.storage, scene.world) == undisturbed


def test_a_failing_analysis_is_given_up(
    scene: Scene, undisturbed: dict[str, Any]
) -> None:
    """Three tries with back-off, then the sweep leaves it to the operator."""
    import_id = scene.start()
    with scene.broken("st_import_rows"):
        scene.work()
        scene.until_statuses(ANALYSE, import_id, *["failed"] * 3)
        scene.until_swept()
        assert scene.statuses(ANALYSE, import_id) == ["failed"] * 3
        [line] = scene.host.report()
        assert "failed before: ST-" in line
    scene.host.resume(import_id)
    scene.until(import_id, ImportState.READY)
    scene.confirm(import_id)
    scene.until(import_id, ImportState.COMPLETED)
    assert stored(scene.host.storage, scene.world) == undisturbed


def test_a_storage_that_is_out_for_now(
    scene: Scene, undisturbed: dict[str, Any]
) -> None:
    """IMP-7: the import is still due, fails for nobody, and the next try brings it."""
    import_id = scene.ready()
    scene.confirm(import_id)
    with scene.locked("st_students"):
        scene.work()
        until(lambda: scene.statuses(RUN, import_id)[:1] == ["failed"], "it met a lock")
        assert scene.get(import_id).state is ImportState.SCHEDULED
    scene.until(import_id, ImportState.COMPLETED)
    scene.until_statuses(RUN, import_id, "failed", "succeeded")
    assert stored(scene.host.storage, scene.world) == undisturbed


def test_connections_that_are_cut(scene: Scene, undisturbed: dict[str, Any]) -> None:
    """The server ends them all in the middle; no student is lost by that."""
    import_id = scene.ready()
    scene.confirm(import_id)
    scene.work()
    scene.until_done(import_id, ENOUGH)
    scene.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    scene.work()  # as the host's process manager does where the first has ended
    until(lambda: _state(scene, import_id) is ImportState.COMPLETED, "it is completed")
    assert stored(scene.host.storage, scene.world) == undisturbed


def _state(scene: Scene, import_id: ImportId) -> ImportState | None:
    try:
        return scene.get(import_id).state
    except Exception:  # noqa: BLE001 - a connection of the pool that was cut
        return None


@pytest.mark.parametrize("step", [ANALYSE, RUN])
def test_a_lost_job_is_caught(scene: Scene, step: Step) -> None:
    """The queue has lost it; the sweep finds that the step is due."""
    import_id = scene.start() if step is ANALYSE else scene.ready()
    if step is RUN:
        scene.confirm(import_id)
    scene.forget_jobs()
    scene.work()
    done = ImportState.READY if step is ANALYSE else ImportState.COMPLETED
    scene.until(import_id, done)
    scene.until_statuses(step, import_id, "succeeded")
    scene.until_swept()
    assert len(scene.jobs(step, import_id)) == 1


def test_a_next_try_that_was_lost_is_caught(scene: Scene) -> None:
    """The database was out when a failed job was to defer its next try."""
    import_id = scene.ready()
    scene.confirm(import_id)
    scene.execute("UPDATE procrastinate_jobs SET status = 'failed'")
    scene.work()
    scene.until(import_id, ImportState.COMPLETED)
    scene.until_statuses(RUN, import_id, "failed", "succeeded")
    assert scene.jobs(RUN, import_id)[-1].task_kwargs["attempt"] == 2


def test_a_job_whose_worker_died_beside_a_waiting_one(scene: Scene) -> None:
    """It cannot be put back beside the other, and does not stop it either."""
    import_id = scene.ready()
    scene.confirm(import_id)
    scene.execute("UPDATE procrastinate_jobs SET status = 'doing'")  # by nobody alive
    deferrer(scene.host.app, RUN, import_id).defer()
    scene.work()
    scene.until(import_id, ImportState.COMPLETED)
    scene.until_statuses(RUN, import_id, "failed", "succeeded")


def test_a_job_that_workers_die_of_is_given_up(scene: Scene) -> None:
    """After as many tries as any other; then it is the operator's."""
    import_id = scene.ready()
    scene.confirm(import_id)
    scene.execute("UPDATE procrastinate_jobs SET status = 'doing', attempts = 2")
    scene.work()
    scene.until_statuses(RUN, import_id, "failed")
    scene.until_swept()
    assert scene.statuses(RUN, import_id) == ["failed"]
    assert scene.get(import_id).state is ImportState.SCHEDULED
    scene.host.resume(import_id)
    scene.until(import_id, ImportState.COMPLETED)


def test_a_code_revoked_while_the_analysis_waits(scene: Scene) -> None:
    """CODE-8: the job ends the import, and nobody's data is in a preview."""
    import_id = scene.start()
    sender = scene.world.source_administrator
    [entry] = scene.host.service.codes(sender)
    scene.host.service.revoke_code(sender, entry.issued.id)
    scene.work()
    scene.until(import_id, ImportState.CANCELLED)
    scene.until_statuses(ANALYSE, import_id, "succeeded")
    with scene.host.storage(read_only=True) as work:
        assert not work.imports.rows(import_id)


def test_a_change_that_is_undone_leaves_no_job(scene: Scene) -> None:
    """The job is in the transaction of the import: neither is there, or both."""

    def enqueue_and_fail(work: UnitOfWork, due: Due) -> None:
        scene.host.enqueue(work, due)
        raise ZeroDivisionError

    failing = TransferService(scene.host.storage, on_due=enqueue_and_fail)
    school = scene.world.destination_school.id
    code = scene.code()
    administrator = scene.world.destination_administrator
    with pytest.raises(ZeroDivisionError):
        failing.start_import(administrator, code, school)
    assert not scene.host.app.job_manager.list_jobs()
    assert not scene.host.service.due()
    import_id = scene.start(code)
    assert scene.statuses(ANALYSE, import_id) == ["todo"]


def test_a_waiting_job_is_replaced(scene: Scene) -> None:
    """So that what waits is never older than the change that it is for."""
    import_id = scene.start()
    scene.host.service.analyse(import_id)
    administrator = scene.world.destination_administrator
    scene.host.service.analyse_again(administrator, import_id)
    assert scene.statuses(ANALYSE, import_id) == ["cancelled", "todo"]
    scene.work()
    scene.until(import_id, ImportState.READY)


def test_the_commands_of_an_operator(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """They say what is due, get it going, and refuse what cannot be."""
    for name, value in scene.host.settings.as_environment().items():
        monkeypatch.setenv(name, value)

    def command(*words: str) -> str:
        monkeypatch.setattr("sys.argv", ["background_jobs", *words])
        main()
        return capsys.readouterr().out

    assert command("setup") == "the tables are there\n"
    assert command("report") == "nothing is due\n"
    import_id = scene.start()
    scene.forget_jobs()
    assert command("report") == f"{import_id} analyse: no job\n"
    assert not command("resume", import_id)
    assert scene.statuses(ANALYSE, import_id) == ["todo"]
    with pytest.raises(SystemExit, match="no such import"):
        command("resume", "nothing")
    monkeypatch.delenv("BACKGROUND_JOBS_DATABASE")
    with pytest.raises(SystemExit, match="BACKGROUND_JOBS_DATABASE"):
        command("report")


def test_the_demonstration(
    postgresql: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """From an empty database to the log, with all workers killed half-way."""
    with database(postgresql) as url:
        monkeypatch.setenv("BACKGROUND_JOBS_DATABASE", url)
        run_demo(students=58, workers=1, kill=True)
    told = capsys.readouterr().out
    assert "all workers were killed" in told
    assert "== the preview: 24 matched, 34 new" in told
    assert "26 imported with no changes" in told
    assert "32 imported with changes" in told


def test_the_log_of_a_worker_quotes_no_row() -> None:
    """Of a database's error it has the kind, of the library's own the text."""

    def logged(error: Exception) -> str:
        info = (type(error), error, None)
        record = logging.LogRecord("", 0, "", 0, "job %s", (7,), info)
        assert without_trace(record)
        return logging.Formatter().format(record)

    quoting = ValueError("Key (given_name)=(Ada)")
    assert logged(quoting) == "job 7: (ValueError)"
    failed = ImportFailedError("ST-0000-0000")
    failed.__cause__ = quoting
    said = logged(failed)
    assert "ST-0000-0000" in said
    assert said.endswith("(ImportFailedError < ValueError)")


def test_a_job_that_comes_in_between(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sweep enqueues one after the change has looked: it is replaced as well."""
    import_id = scene.start()
    [due] = scene.host.service.due()
    seen = iter([[], scene.host.jobs(due, "todo")])
    with monkeypatch.context() as late:
        late.setattr(scene.host, "jobs", lambda *_, **__: next(seen))
        scene.host.resume(import_id)
    assert scene.statuses(ANALYSE, import_id) == ["cancelled", "todo"]


def test_what_an_operator_cannot_resume(scene: Scene) -> None:
    """An import that waits for a person, and one that is not there."""
    import_id = scene.ready()
    with pytest.raises(IllegalTransitionError):
        scene.host.resume(import_id)
    with pytest.raises(NotFoundError):
        scene.host.resume(ImportId("nothing"))
    assert not scene.host.report()
