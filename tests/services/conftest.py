"""Two small sites, a clock that tests move, and a service over them."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import attrs
import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.sql import SqlStorage
from student_transfer.adapters.sql.engines import own_engine, url_of
from student_transfer.codes import StudentScope, YearScope
from student_transfer.imports import Import, ImportId
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Origin, Record, StarAssessment, StarProduct
from student_transfer.services import TransferService
from student_transfer.sites import RosterSource, School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.faults import FaultyStorage, OneAtATime

OLD, NEW = SiteId("old"), SiteId("new")
ELM, ASH = SchoolId("elm"), SchoolId("ash")
OAK, FIR = SchoolId("oak"), SchoolId("fir")

OLD_HEAD = Actor(ActorId("head@old"), OLD, Role.NETWORK_ADMINISTRATOR)
NEW_HEAD = Actor(ActorId("head@new"), NEW, Role.NETWORK_ADMINISTRATOR)
ELM_HEAD = Actor(ActorId("elm"), OLD, Role.SCHOOL_ADMINISTRATOR, {ELM})
ASH_HEAD = Actor(ActorId("ash"), OLD, Role.SCHOOL_ADMINISTRATOR, {ASH})
OAK_HEAD = Actor(ActorId("oak"), NEW, Role.SCHOOL_ADMINISTRATOR, {OAK})
FIR_HEAD = Actor(ActorId("fir"), NEW, Role.SCHOOL_ADMINISTRATOR, {FIR})
TEACHER = Actor(ActorId("teacher"), NEW, Role.TEACHER, {OAK})

START = datetime(2026, 7, 1, 12, tzinfo=UTC)


class MovingClock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        """Begin at the same instant in every test."""
        self.now = START

    def __call__(self) -> datetime:
        """Return the instant it stands at."""
        return self.now

    def advance(self, **by: float) -> None:
        """Move on by so many days or hours."""
        self.now += timedelta(**by)


def star(site: str, name: str, score: int = 500) -> StarAssessment:
    """Make an assessment that was first written on the site."""
    return StarAssessment(
        origin=Origin(SiteId(site), name),
        product=StarProduct.READING,
        completed_at=START - timedelta(days=40),
        scaled_score=Decimal(score),
    )


MAYA: dict[str, Any] = {
    "given_name": "Maya",
    "family_name": "Okafor",
    "date_of_birth": date(2015, 3, 9),
    "gender": "F",
    "year": "6",
}
TOM: dict[str, Any] = {
    "given_name": "Thomas",
    "family_name": "Wilkinson",
    "date_of_birth": date(2014, 11, 23),
    "gender": "M",
    "year": "6",
}
ZOFIA: dict[str, Any] = {
    "given_name": "Zofia",
    "family_name": "Kaczmarek",
    "date_of_birth": date(2015, 6, 2),
    "gender": "F",
    "year": "6",
}


@attrs.frozen
class TwoSites:
    """The storage, the service and the clock, and short ways to use them."""

    storage: Any
    service: TransferService
    clock: MovingClock

    def add(self, student: Student, *records: Record) -> Student:
        """Put a student with records on its site."""
        with self.storage() as work:
            work.roster.add(student)
            work.roster.add_records(student.site_id, student.key, records)
            work.commit()
        return student

    def add_old(self, key: str, *records: Record, **fields: Any) -> Student:
        """Put a student on the old site, enrolled in Elm."""
        student = Student(
            **{"key": StudentKey(key), "site_id": OLD, "enrolments": {ELM}, **fields}
        )
        return self.add(student, *records)

    def add_new(self, key: str, *records: Record, **fields: Any) -> Student:
        """Put a student on the new site, enrolled in Fir."""
        student = Student(
            **{"key": StudentKey(key), "site_id": NEW, "enrolments": {FIR}, **fields}
        )
        return self.add(student, *records)

    def student(self, key: str, site: SiteId = NEW) -> Student | None:
        """Read a student."""
        with self.storage(read_only=True) as work:
            found: Student | None = work.roster.students(site, [StudentKey(key)]).get(
                StudentKey(key)
            )
            return found

    def everybody(self, site: SiteId = NEW) -> list[Student]:
        """Read every enrolled student of a site, by key."""
        with self.storage(read_only=True) as work:
            found = {
                student.key: student
                for school in work.sites.schools(site)
                for student in work.roster.enrolled(site, school.id)
            }
        return [found[key] for key in sorted(found)]

    def records(self, key: str, site: SiteId = NEW) -> list[Record]:
        """Read a student's records."""
        with self.storage(read_only=True) as work:
            return list(work.roster.records(site, StudentKey(key)))

    def replace(self, before: Student, **fields: Any) -> Student:
        """Edit a student as the host would."""
        after = attrs.evolve(before, **fields)
        with self.storage() as work:
            work.roster.replace(before, after)
            work.commit()
        return after

    def remove(self, student: Student) -> None:
        """Take a student off its site, as the host would."""
        with self.storage() as work:
            work.roster.remove(student)
            work.commit()

    def set_roster_source(self, source: RosterSource) -> None:
        """Say who owns the new site's roster."""
        with self.storage() as work:
            work.sites.put_site(Site(NEW, "New Trust", roster_source=source))
            work.commit()

    def code(self, student: str | None = None) -> str:
        """Generate a code for Year 6 of Elm, or for one student."""
        year = YearScope(ELM, "6")
        scope = year if student is None else StudentScope(ELM, StudentKey(student))
        return self.service.generate_code(OLD_HEAD, scope).code.reveal()

    def start(self, code: str | None = None) -> Import:
        """Start an import into Oak."""
        return self.service.start_import(NEW_HEAD, code or self.code(), OAK)

    def ready_for(self, school: SchoolId) -> ImportId:
        """Start an import into a school and analyse it."""
        import_ = self.service.start_import(NEW_HEAD, self.code(), school)
        return self.service.analyse(import_.id).id

    def ready(self, code: str | None = None) -> ImportId:
        """Start an import and analyse it."""
        return self.service.analyse(self.start(code).id).id

    def overtaken(self, nth: int, others: Callable[[], object]) -> TransferService:
        """Return a service whose storage breaks once, after others have done something.

        Args:
            nth: Which of its units of work breaks as it begins, from 1.
            others: What is done before by whom else.
        """
        numbers = count(1)

        def storage(**options: bool) -> Any:
            if next(numbers) == nth:
                others()
                raise ZeroDivisionError
            return self.storage(**options)

        return TransferService(storage, clock=self.clock)

    def done(self, code: str | None = None) -> ImportId:
        """Take an import from the code to the end without review."""
        import_id = self.ready(code)
        self.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
        return self.service.run_import(import_id).id


def _put_sites(storage: Any) -> None:
    with storage() as work:
        work.sites.put_site(Site(OLD, "Old Trust"))
        work.sites.put_site(Site(NEW, "New Trust"))
        for school, site in ((ELM, OLD), (ASH, OLD), (OAK, NEW), (FIR, NEW)):
            work.sites.put_school(School(school, site, f"{school.title()} School"))
        work.commit()


@pytest.fixture(scope="session")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Any]]:
    """Yield what opens an SQLite file in which nothing but the two sites is.

    Tables are made once, and copied. The engine is one for all tests, as that of a host
    is for all requests: it compiles each statement once.
    """
    folder = tmp_path_factory.mktemp("two_sites")
    untouched, file = folder / "untouched.db", folder / "sites.db"
    with SqlStorage.open(untouched) as storage:
        _put_sites(storage)
    engine = own_engine(url_of(file), busy_timeout=5.0)

    def opened() -> SqlStorage:
        engine.dispose()  # whoever is still connected has the file of before
        for old in folder.glob("sites.db*"):
            old.unlink()
        shutil.copy(untouched, file)
        return SqlStorage.on(engine)

    yield opened
    engine.dispose()


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest) -> Any:
    """Return each storage in turn, with two sites of two schools each."""
    if request.param == "sqlite":
        return request.getfixturevalue("sqlite")()
    storage = MemoryStorage()
    _put_sites(storage)
    return storage


@pytest.fixture
def sites(storage: Any) -> TwoSites:
    """Return two sites with a service that is the same in every run."""
    clock = MovingClock()
    ids = count(1)
    bytes_ = count(1)
    service = TransferService(
        FaultyStorage(storage, OneAtATime()),  # in whichever story
        clock=clock,
        new_id=lambda: f"{next(ids):08d}-new",
        randomness=lambda size: next(bytes_).to_bytes(size, "big"),
    )
    return TwoSites(storage, service, clock)
