"""A year of students with a hundred records each, and what that costs in statements."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import attrs
import pytest
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import StudentScope, YearScope
from student_transfer.formats import Format
from student_transfer.formats.reading import Reading, StudentReference, StudentRow
from student_transfer.imports import ImportId
from student_transfer.loading import Tally, load
from student_transfer.sites import School, Site, SiteId
from student_transfer.students import Student, StudentKey
from tests.faults.crew import WON, Crew, head, quiz, school
from tests.faults.places import STORAGES, open_storage, places
from tests.services.worker import service_over

OLD, NEW = SiteId("old"), SiteId("new")
STUDENTS, RECORDS, THERE = 180, 100, 60
SYLLABLES = ("ba", "ko", "mi", "ra", "tu", "le", "so", "ni", "dan", "ver")


@pytest.fixture(params=STORAGES)
def new_place(request: pytest.FixtureRequest) -> Iterator[Callable[[], str]]:
    """Yield what makes an empty database."""
    with places(request.param) as new_place:
        yield new_place


def year_of(count: int) -> list[Student]:
    """Make so many children of one year on the old site."""
    rng = random.Random(count)

    def name() -> str:
        return "".join(rng.choices(SYLLABLES, k=3)).title()

    return [
        Student(
            key=StudentKey(f"{number:04}"),
            site_id=OLD,
            given_name=name(),
            family_name=name(),
            date_of_birth=date(2015, 1, 1) + timedelta(rng.randrange(365)),
            year="6",
            user_name=f"user{number}",
            enrolments={school(OLD)},
        )
        for number in range(count)
    ]


def fill(storage: SqlStorage, students: list[Student], records: int) -> None:
    """Put the year on the old site, and make both sites."""
    with storage() as work:
        for site in (OLD, NEW):
            work.sites.put_site(Site(site, site))
            work.sites.put_school(School(school(site), site, site))
        work.roster.add_all(students)
        for one in students:
            of_student = [quiz(OLD, f"{one.key}-{n:03}") for n in range(records)]
            work.roster.add_records(OLD, one.key, of_student)
        work.commit()


def scheduled(storage: SqlStorage) -> ImportId:
    """Return an import of the year that is to be run."""
    service = service_over(storage)
    year = YearScope(school(OLD), "6")
    code = service.generate_code(head(OLD), year).code.reveal()
    import_ = service.start_import(head(NEW), code, school(NEW))
    service.analyse(import_.id)
    service.confirm(head(NEW), import_.id, accept_unreviewed=True)
    return import_.id


def counted(storage: SqlStorage, do: Callable[[], object], verb: str = "") -> int:
    """Count the statements of a kind that are run meanwhile."""
    count = Counter[str]()

    def see(*of_statement: object) -> None:
        count.update([str(of_statement[2]).split()[0]])

    engine = storage._engine
    sa.event.listen(engine, "before_cursor_execute", see)
    do()
    sa.event.remove(engine, "before_cursor_execute", see)
    return count[verb] if verb else count.total()


def test_a_year_arrives_while_others_work(new_place: Callable[[], str]) -> None:
    """IMP-6, CONF-5, CODE-7: by two workers, while a code is entered and two merged.

    180 students with 100 records each, 60 of whom are on the new site already.
    """
    location, students = new_place(), year_of(STUDENTS)
    with open_storage(location) as storage:
        fill(storage, students, RECORDS)
        with storage() as work:
            known = [
                attrs.evolve(one, site_id=NEW, enrolments={school(NEW)})
                for one in students[:THERE]
            ]
            twin = attrs.evolve(known[0], key=StudentKey("again"), user_name="again")
            work.roster.add_all([*known, twin])
            for one in (known[0], twin):
                work.roster.add_records(NEW, one.key, [quiz(NEW, one.key)])
            work.commit()
        before = everybody(storage, OLD)
        import_id = scheduled(storage)
        scope = StudentScope(school(OLD), students[-1].key)
        code = service_over(storage).generate_code(head(OLD), scope).code.reveal()
        with Crew(location, 4, random.Random(1)) as crew:
            *ran, entered, merged = crew.at_once(
                ("run", NEW, import_id),
                ("run", NEW, import_id),
                ("enter", NEW, code),
                ("merge", NEW, known[0].key, twin.key),
            )
        assert ran == [(WON, "completed")] * 2
        assert (entered[0], merged[0]) == (WON, WON)
        [completed] = service_over(storage).completed_imports(head(NEW))
        assert (completed.imported, completed.failed) == (STUDENTS, 0)
        assert everybody(storage, OLD) == before
        there = everybody(storage, NEW)
        assert len(there) == STUDENTS
        assert sorted(there.values()) == sorted(
            {**before, "user0": sorted([*before["user0"], "0000", "again"])}.values()
        )
        assert len(service_over(storage).import_log(head(NEW), import_id)) == STUDENTS


def test_many_imports_of_one_year_at_once(new_place: Callable[[], str]) -> None:
    """IMP-5, IMP-7: eight connections bring the same children, who are there once."""
    location, students = new_place(), year_of(10)
    with open_storage(location) as storage:
        fill(storage, students, 5)
        imports = [scheduled(storage) for _ in range(8)]
        with Crew(location, len(imports), random.Random(1)) as crew:
            answers = crew.at_once(*(("run", NEW, one) for one in imports))
        assert answers == [(WON, "completed")] * len(imports)
        assert everybody(storage, NEW) == everybody(storage, OLD)


def everybody(storage: SqlStorage, site: SiteId) -> dict[str, list[str]]:
    """Return each student's records, by user name."""
    with storage(read_only=True) as work:
        return {
            one.user_name: sorted(
                record.origin.record_id for record in work.roster.records(site, one.key)
            )
            for one in work.roster.enrolled(site, school(site))
        }


def test_a_hundred_records_take_no_more_statements_than_one(tmp_path: Path) -> None:
    """The records of a student are written together."""
    counts = set()
    for records in (1, 100):
        with SqlStorage.open(tmp_path / f"{records}.db") as storage:
            fill(storage, year_of(3), records)
            one, run = scheduled(storage), service_over(storage).run_import
            counts.add(counted(storage, lambda: run(one)))  # noqa: B023 - called here
    assert len(counts) == 1


def test_many_new_students_take_no_more_inserts_than_few(tmp_path: Path) -> None:
    """What a load adds is written together; what is wrong is told by row all the same.

    The last row of each file wants the user name of the first.
    """
    counts = set()
    for number in (3, 300):
        with SqlStorage.open(tmp_path / f"{number}.db") as storage:
            fill(storage, [], 0)
            students = year_of(number)
            students[-1] = attrs.evolve(students[-1], user_name="USER0")
            reading = Reading(student_rows=tuple(rows_of(students)))
            reports = []
            counts.add(
                counted(
                    storage,
                    lambda: reports.append(load(storage, OLD, reading)),  # noqa: B023 - called here
                    "INSERT",
                )
            )
            assert reports[0].students == Tally(added=number)
            first, last = sorted(one.line for one in reports[0].problems)
            assert last == number
            assert first < number
            with storage(read_only=True) as work:
                assert work.roster.size(OLD) == number
    assert len(counts) == 1


def rows_of(students: list[Student]) -> Iterator[StudentRow]:
    """Yield the rows of a roster."""
    for line, student in enumerate(students, start=1):
        yield StudentRow(
            student=student,
            reference=StudentReference(keys=(student.key,)),
            format=Format.ONEROSTER_1_1,
            file="users.csv",
            line=line,
        )
