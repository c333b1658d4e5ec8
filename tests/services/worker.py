"""What a process of its own does in the tests, and how it is killed on the way."""

import os
import signal
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage
from student_transfer.errors import CodeRefusedError
from student_transfer.imports import ImportId
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey

OLD, NEW = SiteId("old"), SiteId("new")
OLD_HEAD, NEW_HEAD = (
    Actor(ActorId(f"head@{site}"), site, Role.NETWORK_ADMINISTRATOR)
    for site in (OLD, NEW)
)
ELM, OAK = SchoolId("elm"), SchoolId("oak")
PEOPLE = (
    ("Amina", "Yusuf", date(2015, 2, 3)),
    ("Bartosz", "Dabrowski", date(2014, 10, 21)),
    ("Charlotte", "Penrose", date(2015, 5, 30)),
    ("Devika", "Raghunathan", date(2015, 8, 8)),
    ("Euan", "MacAllister", date(2014, 9, 17)),
)
STAYS, GOES = StudentKey("00"), StudentKey("twice")


def service_over(storage: SqlStorage) -> TransferService:
    """Make a service whose clock stands still."""
    return TransferService(storage, clock=lambda: datetime(2026, 7, 1, tzinfo=UTC))


def fill(storage: Any) -> None:
    """Put five students on the old site, and three of them on the new one, one twice.

    Each has a record of each site where the student is.
    """
    with storage() as work:
        for site, school in ((OLD, ELM), (NEW, OAK)):
            work.sites.put_site(Site(site, str(site)))
            work.sites.put_school(School(school, site, str(school)))
        for number, person in enumerate(PEOPLE):
            _add(work, OLD, ELM, f"{number:02}", person)
            if number < 2:
                _add(work, NEW, OAK, f"{number:02}", person)
        _add(work, NEW, OAK, GOES, ("Charlotte", "Penrose", date(2015, 5, 30)))
        work.commit()


def _add(work: Any, site: SiteId, school: SchoolId, key: str, person: Any) -> None:
    given, family, birth = person
    student = Student(
        key=StudentKey(key),
        site_id=site,
        given_name=given,
        family_name=family,
        date_of_birth=birth,
        year="6",
        user_name=f"{given.lower()}-{site}",
        enrolments={school},
    )
    work.roster.add(student)
    quiz = ReaderQuiz(origin=Origin(site, f"{site}-{key}"), quiz_number="7")
    work.roster.add_records(site, student.key, [quiz])


def kill_at(storage: SqlStorage, count: int) -> None:
    """Kill this process, as a power cut would, before its so-manieth statement.

    A commit counts twice: once before and once after it.
    """
    left = [count]

    def count_down() -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)

    at_each_statement(storage, count_down)


def at_each_statement(storage: SqlStorage, do: Callable[[], object]) -> None:
    """Do something before each statement, and before and after each commit."""

    def step(*_: object) -> None:
        do()

    engine = storage._engine
    commit = engine.dialect.do_commit

    def commit_between(connection: Any) -> None:
        step()
        commit(connection)
        step()

    sa.event.listen(engine, "before_cursor_execute", step)
    engine.dialect.do_commit = commit_between  # type: ignore[method-assign, assignment]  # to stand on both sides of it


Step = Callable[[TransferService, ImportId], object]
STEPS: dict[str, Step] = {
    "analyse": lambda service, import_id: service.analyse(import_id),
    "run": lambda service, import_id: service.run_import(import_id),
    "merge": lambda service, _: service.merge_students(
        NEW_HEAD, STAYS, GOES, accept_unlike=True
    ),
    "confirm": lambda service, import_id: service.confirm(NEW_HEAD, import_id),
}


def work(path: Path, step: str, import_id: ImportId, count: int = 0) -> None:
    """Do one step in this process, and die on the way if told so."""
    with SqlStorage.open(path, busy_timeout=30) as storage:
        service = service_over(storage)
        if count:
            kill_at(storage, count)
        STEPS[step](service, import_id)


def claim(path: Path, code: str, answer: Any) -> None:
    """Enter a code and say who won, by import or by the kind of refusal."""
    with SqlStorage.open(path, busy_timeout=30) as storage:
        try:
            service_over(storage).start_import(NEW_HEAD, code, OAK)
        except CodeRefusedError as error:
            answer.put(type(error).__name__)
        else:
            answer.put("claimed")
