"""Processes that are kept alive, so that thousands of races cost little."""

import random
import time
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from student_transfer.adapters.sql import SqlStorage
from student_transfer.errors import StudentTransferError
from student_transfer.imports import ImportId
from student_transfer.merges import MergeId
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import StudentKey
from tests.faults.places import PATIENCE, open_storage
from tests.forking import forking
from tests.services.worker import service_over

_PROCESSES = forking("tests.faults.crew")
_APART = 0.003  # seconds; so far apart do those begin who race

Job = tuple[str, ...]
"""The name of a job, the site of who does it, and its other arguments."""

Answer = tuple[str, str]
"""`WON` and what the job gives, or the kind of the library's refusal."""

WON = "won"


def head(site: str) -> Actor:
    """Return the administrator of a site."""
    return Actor(ActorId(f"head@{site}"), SiteId(site), Role.NETWORK_ADMINISTRATOR)


def school(site: str) -> SchoolId:
    """Return the one school of a site."""
    return SchoolId(f"school of {site}")


def quiz(site: str, name: str) -> ReaderQuiz:
    """Return a record."""
    return ReaderQuiz(origin=Origin(SiteId(site), name), quiz_number="7")


def _add_record(storage: SqlStorage, site: str, key: str, name: str) -> str:
    """Add a record as a host does, in a unit of work of its own."""
    with storage() as work:
        work.roster.add_records(SiteId(site), StudentKey(key), [quiz(site, name)])
        work.commit()
    return name


def _do(storage: SqlStorage, service: TransferService, job: Job) -> str:
    name, site, *rest = job
    if name == "add record":
        return _add_record(storage, site, *rest)
    return str(_JOBS[name](service, site, *rest))


_JOBS: dict[str, Callable[..., object]] = {
    "enter": lambda s, site, code: s.start_import(head(site), code, school(site)).id,
    "analyse": lambda s, _, one: s.analyse(ImportId(one)).state.value,
    "clear": lambda s, site, one, key: (
        s.clear_match(head(site), ImportId(one), StudentKey(key)).source_key
    ),
    "choose": lambda s, site, one, key, match: (
        s.choose_match(
            head(site),
            ImportId(one),
            StudentKey(key),
            StudentKey(match),
            accept_unlike=True,
        ).source_key
    ),
    "confirm": lambda s, site, one: s.confirm(head(site), ImportId(one)).unreviewed,
    "cancel": lambda s, site, one: (
        s.cancel(head(site), ImportId(one), confirmed=True).state.value
    ),
    "revoke": lambda s, site, code: s.revoke_code(head(site), code).state.value,
    "run": lambda s, _, one: s.run_import(ImportId(one)).state.value,
    "merge": lambda s, site, stays, goes: (
        s.merge_students(
            head(site), StudentKey(stays), StudentKey(goes), accept_unlike=True
        ).id
    ),
    "undo": lambda s, site, merge: s.undo_merge(head(site), MergeId(merge)).id,
}


def _serve(location: str, pipe: Connection) -> None:
    """Do what is asked, until there is no more."""
    with open_storage(location) as storage:
        service = service_over(storage)
        while (asked := pipe.recv()) is not None:
            delay, job = asked
            time.sleep(delay)
            try:
                answer = (WON, _do(storage, service, job))
            except StudentTransferError as error:
                answer = (type(error).__name__, "")
            except Exception:  # noqa: BLE001 - for the parent to fail by
                answer = ("", traceback.format_exc())
            pipe.send(answer)


class Crew:
    """So many processes on the database of one location."""

    def __init__(self, location: str, size: int, rng: random.Random) -> None:
        """Start them; the source of randomness decides how far apart they begin."""
        self._rng = rng
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(size):
            parent, child = _PROCESSES.Pipe()
            process = _PROCESSES.Process(
                target=_serve, args=(location, child), daemon=True
            )
            process.start()
            child.close()
            self._pipes.append(parent)
            self._processes.append(process)

    def __enter__(self) -> Self:
        """Return the crew, to be sent home at the end of the with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the processes."""
        for pipe, process in zip(self._pipes, self._processes, strict=True):
            if process.is_alive():
                pipe.send(None)
            process.join(PATIENCE)
            process.kill()
            pipe.close()

    def at_once(self, *jobs: Job) -> list[Answer]:
        """Do each job in a process of its own, all at about the same instant.

        Raises:
            TimeoutError: A job hangs.
            RuntimeError: A job raised what is no refusal of the library.
        """
        taking = list(zip(self._pipes, jobs, strict=False))
        assert len(taking) == len(jobs), "The crew is too small."
        for pipe, job in taking:
            pipe.send((self._rng.uniform(0, _APART), job))
        return [self._answer(pipe) for pipe, _ in taking]

    def _answer(self, pipe: Connection) -> Answer:
        if not pipe.poll(PATIENCE):
            raise TimeoutError("A process hangs.")
        kind, value = pipe.recv()
        if not kind:
            raise RuntimeError(f"A job failed:\n{value}")
        return kind, value
