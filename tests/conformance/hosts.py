"""How the kit gets at the library's own storages that need no server."""

import atexit
import contextlib
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from tempfile import mkdtemp

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.sql import SqlStorage
from student_transfer.sites import School, Site, SiteId
from student_transfer.testing import Capability, Host, Rows


class MemoryHost(Host[MemoryStorage]):
    """The storage in memory; nothing of it lasts, and no other process has it."""

    claims = Capability.SITES | Capability.THREADS

    def open(self, location: str) -> MemoryStorage:
        """Return an empty storage that gives up soon."""
        del location  # it has none
        return MemoryStorage(busy_timeout=2.0)

    def put_sites(
        self, storage: MemoryStorage, sites: Sequence[Site], schools: Sequence[School]
    ) -> None:
        """Put sites and schools into the storage for good."""
        fill(storage, sites, schools)

    def snapshot(self, storage: MemoryStorage) -> Callable[[], None]:
        """Keep the tables themselves, of which every transaction is a fork."""
        return partial(storage.keep, storage._tables)


@cache
def empty_file() -> Path:
    """Make a file with tables and without a row, once; to be copied."""
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    SqlStorage.open(path := Path(folder, "empty.db")).close()
    return path


class SqliteHost(Host[SqlStorage]):
    """The storage in an SQLite file, and the file itself."""

    claims = (
        Capability.SITES
        | Capability.DURABLE
        | Capability.THREADS
        | Capability.PROCESSES
        | Capability.BACK_DOOR
    )

    def begin(self, folder: Path) -> str:
        """Copy a file without a row into the folder."""
        shutil.copy(empty_file(), folder / "school.db")
        return str(folder)

    def open(self, location: str) -> SqlStorage:
        """Open the file in the folder, to give up soon."""
        return SqlStorage.open(Path(location, "school.db"), busy_timeout=2.0)

    def put_sites(
        self, storage: SqlStorage, sites: Sequence[Site], schools: Sequence[School]
    ) -> None:
        """Put sites and schools into the storage for good."""
        fill(storage, sites, schools)

    def snapshot(self, storage: SqlStorage) -> Callable[[], None]:
        """Keep the file in memory, to be copied over it while it is open."""
        file = str(storage._engine.url.database)
        kept = sqlite3.connect(":memory:")
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.backup(kept)

        def put_back() -> None:
            with contextlib.closing(sqlite3.connect(file)) as connection:
                kept.backup(connection)

        return put_back

    def count_rows(self, location: str, rows: Rows, site_id: SiteId) -> int:
        """Count in the file, without the library."""
        query = f"SELECT count(*) FROM {table_of(rows)} WHERE site_id = ?"  # noqa: S608 - the names are ours
        file = Path(location, "school.db")
        with contextlib.closing(sqlite3.connect(file)) as connection:
            [[count]] = connection.execute(query, [site_id])
        return int(count)


def table_of(rows: Rows) -> str:
    """Name the table of the library's databases that has these rows."""
    if rows is Rows.APPLIED_MATCHES:
        return "st_arrivals"
    return f"st_{rows.value}"


def fill(
    storage: MemoryStorage | SqlStorage,
    sites: Sequence[Site],
    schools: Sequence[School],
) -> None:
    """Put sites and schools into one of the library's storages for good."""
    with storage() as work:
        for site in sites:
            work.sites.put_site(site)
        for school in schools:
            work.sites.put_school(school)
        work.commit()
