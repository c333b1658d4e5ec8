"""The demonstration's invented world, put into a database."""

from collections.abc import Iterable

from student_transfer.adapters.sql import SqlStorage
from student_transfer.demo.world import Records, World
from student_transfer.sites import School, Site
from student_transfer.students import Student


def fill(storage: SqlStorage, invented: World) -> None:
    """Put both sites, their students, records and administrators into a database."""
    _put_site(storage, invented.source, invented.source_schools)
    _put_site(storage, invented.destination, invented.destination_schools)
    _enter(storage, invented.source_students, invented.source_records)
    _enter(storage, invented.destination_students, invented.destination_records)
    for actor in invented.administrators:
        storage.put_actor(actor)


def _put_site(storage: SqlStorage, site: Site, schools: Iterable[School]) -> None:
    with storage() as work:
        work.sites.put_site(site)
        for school in schools:
            work.sites.put_school(school)
        work.commit()


def _enter(storage: SqlStorage, students: Iterable[Student], records: Records) -> None:
    with storage() as work:
        there = list(students)
        work.roster.add_all(there)
        for student in there:
            if of_student := records.get(student.key):
                work.roster.add_records(student.site_id, student.key, of_student)
        work.commit()
