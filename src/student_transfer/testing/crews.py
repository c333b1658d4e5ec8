"""Several who work on one storage at the same instant: threads, or processes."""

import json
import os
import subprocess
import sys
import threading
from types import TracebackType
from typing import ClassVar, Protocol, Self

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.jobs import Job, attempt
from student_transfer.testing.worker import DIE, LEAVE

PATIENCE = 60.0  # seconds; who answers nothing for so long hangs


class Crew(Protocol):
    """Does jobs at the same instant.

    Attributes:
        rounds: How often a race is run.
    """

    rounds: ClassVar[int]

    def at_once(self, *jobs: Job) -> list[str]:
        """Do all jobs at the same instant; give their answers, in order."""
        ...


class Threads:
    """Threads that share one storage."""

    rounds: ClassVar[int] = 100

    def __init__(self, storage: UnitOfWorkFactory) -> None:
        """Work on this storage."""
        self._storage = storage

    def at_once(self, *jobs: Job) -> list[str]:
        """Do each job in a thread of its own; give the answers, in order.

        Raises:
            Exception: Whatever a job raised that is no refusal.
            TimeoutError: A job hangs.
        """
        start = threading.Barrier(len(jobs), timeout=PATIENCE)
        answers: dict[int, str | Exception] = {}

        def work(number: int, job: Job) -> None:
            start.wait()
            try:
                answers[number] = attempt(self._storage, job)
            except Exception as error:  # noqa: BLE001 - raised below
                answers[number] = error

        threads = [
            threading.Thread(target=work, args=pair, daemon=True)
            for pair in enumerate(jobs)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
            if thread.is_alive():
                raise TimeoutError(f"A thread gave no answer for {PATIENCE:.0f} s.")
        return [_answer(answers[number]) for number in range(len(jobs))]


def _answer(answer: str | Exception) -> str:
    if isinstance(answer, Exception):
        raise answer
    return answer


class Waiting:
    """Processes that have left one location, and wait to be sent to another.

    To start one takes most of what it costs. They end with the with statement.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._workers: dict[str, list[subprocess.Popen[str]]] = {}

    def __enter__(self) -> Self:
        """Return those who wait."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes."""
        for workers in self._workers.values():
            for worker in workers:
                _end(worker)

    def send(self, reference: str, location: str) -> "subprocess.Popen[str]":
        """Send one of the host to a location; it is started if none waits.

        It says so when it is ready.
        """
        if not (workers := self._workers.get(reference)):
            return _start(reference, location)
        worker = workers.pop()
        _tell(worker, location)
        return worker

    def take(self, reference: str, worker: "subprocess.Popen[str]") -> None:
        """Let one that owes no answer leave its location, and wait."""
        _tell(worker, [LEAVE])
        _line(worker)
        self._workers.setdefault(reference, []).append(worker)


class Processes:
    """Processes that each open the storage of one location.

    They start when the first job needs them, and end with the with statement; or wait
    from then on to be sent elsewhere.
    """

    rounds: ClassVar[int] = 40

    def __init__(
        self, reference: str, location: str, waiting: Waiting | None = None
    ) -> None:
        """Make the host that the reference names, and open this location.

        Args:
            reference: Names what makes the host.
            location: Where its data lies.
            waiting: Where the processes come from and where they wait afterwards.
        """
        self._reference = reference
        self._location = location
        self._waiting = waiting
        self._workers: list[subprocess.Popen[str]] = []
        self._owe = False

    def __enter__(self) -> Self:
        """Return the crew, to be sent home at the end of the with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes, or let them wait; who owes an answer never does."""
        for worker in self._workers:
            if self._waiting is None or self._owe:
                _end(worker)
            else:
                self._waiting.take(self._reference, worker)

    def at_once(self, *jobs: Job) -> list[str]:
        """Do each job in a process of its own; give the answers, in order.

        Raises:
            ChildProcessError: A process ended; its standard error says why.
        """
        self._engage(len(jobs))
        self._owe = True
        workers = self._workers[: len(jobs)]
        for worker, job in zip(workers, jobs, strict=True):
            _tell(worker, job)
        answers = [json.loads(_line(worker)) for worker in workers]
        self._owe = False
        return answers

    def die_of(self, job: Job) -> int:
        """Let a process do a job and die before the commit; give its exit code."""
        self._engage(1)
        worker = self._workers.pop(0)
        _tell(worker, (DIE, *job))
        _end(worker)
        return worker.returncode

    def _engage(self, count: int) -> None:
        """Start what is missing of so many processes, and wait until all are ready."""
        self._owe = True
        send = _start if self._waiting is None else self._waiting.send
        missing = range(count - len(self._workers))
        new = [send(self._reference, self._location) for _ in missing]
        self._workers += new
        for worker in new:
            _line(worker)
        self._owe = False


def _start(reference: str, location: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "student_transfer.testing.worker"]
    return subprocess.Popen(  # noqa: S603 - this Python, on a module of this package
        [*command, reference, location],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _tell(worker: "subprocess.Popen[str]", what: object) -> None:
    assert worker.stdin is not None
    worker.stdin.write(json.dumps(what) + "\n")
    worker.stdin.flush()


def _line(worker: "subprocess.Popen[str]") -> str:
    """Read a line; a process that gives none in time is killed."""
    assert worker.stdout is not None
    timer = threading.Timer(PATIENCE, worker.kill)
    timer.start()
    try:
        line = worker.stdout.readline()
    finally:
        timer.cancel()
    if not line:
        _end(worker)
        raise ChildProcessError(f"A process ended with {worker.returncode}.")
    return line


def _end(worker: "subprocess.Popen[str]") -> None:
    """Let a process come to its end, and let go of it."""
    assert worker.stdout is not None
    if worker.stdout.closed:
        return
    try:
        worker.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.communicate()
