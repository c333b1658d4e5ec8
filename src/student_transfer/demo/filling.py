"""The demonstration's invented world, put into a database."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from student_transfer.adapters.sql import SqlStorage
from student_transfer.demo.world import Records, World
from student_transfer.errors import StorageError
from student_transfer.sites import School, Site
from student_transfer.students import Student

_KEPT_BESIDE = ("-wal", "-shm", "-journal")  # by SQLite, with the name of the file


def make_filled(database: Path, invented: World) -> None:
    """Make a database that is filled: the whole of it or, if that is killed, none.

    It is made in a folder beside its place. One that is there by then stays.

    Raises:
        StorageError: It cannot be made there.
    """
    try:
        with TemporaryDirectory(
            prefix=f".{database.name}.", dir=database.parent
        ) as folder:
            made = Path(folder, database.name)
            with SqlStorage.open(made) as storage:
                fill(storage, invented)
            if not database.exists():
                _put_in_place(made, database)
    except OSError as error:
        raise StorageError(
            "The database cannot be made.",
            advice="Check that its folder exists and may be written.",
        ) from error


def _put_in_place(made: Path, database: Path) -> None:
    """Move it; what is left of one that is gone would be read into it."""
    for ending in _KEPT_BESIDE:
        database.with_name(f"{database.name}{ending}").unlink(missing_ok=True)
    made.replace(database)


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
