"""How the kit gets at the storage of the example."""

import atexit
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import sqlalchemy as sa

from own_tables import tables
from own_tables.storage import OurStorage
from student_transfer.sites import RosterSource, School, Site, SiteId, SiteKind
from student_transfer.testing import Capability, Host, Rows
from tests.conformance.hosts import table_of
from tests.conformance.postgresql import empty, server


class EngineStorage(OurStorage):
    """The storage with the engine that it is on, which a platform has anyway."""

    def __init__(self, url: str, **options: int) -> None:
        """Make the engine."""
        self.engine = sa.create_engine(url, hide_parameters=True, **options)
        super().__init__(self.engine, busy_timeout=2.0)

    def close(self) -> None:
        """Let go of both."""
        super().close()
        self.engine.dispose()


def put(
    storage: EngineStorage, sites: Sequence[Site], schools: Sequence[School]
) -> None:
    """Put trusts and schools into the platform, as the platform does."""
    with storage.engine.begin() as connection:
        for site in sites:
            values = {
                "slug": site.id,
                "name": site.name,
                "is_one_school": site.kind is SiteKind.SCHOOL,
                "has_management_system": site.roster_source is RosterSource.SIS,
            }
            made = sa.insert(tables.trusts).values(values)
            connection.execute(made)
        ids = {row.slug: row.id for row in connection.execute(sa.select(tables.trusts))}
        for school in schools:
            trust_id = ids[school.site_id]
            row = {"trust_id": trust_id, "code": school.id, "name": school.name}
            connection.execute(sa.insert(tables.schools).values(row))


@cache
def empty_file() -> Path:
    """Make a file with tables and without a row, once; to be copied."""
    folder = mkdtemp()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = Path(folder, "empty.db")
    EngineStorage(f"sqlite:///{path}").close()
    return path


@cache
def empty_database(url: str) -> str:
    """Make the tables on a server, once; give the URL for SQLAlchemy."""
    to_driver = sa.make_url(url).set(drivername="postgresql+psycopg")
    engine = sa.create_engine(to_driver)
    tables.metadata.drop_all(engine)
    tables.metadata.create_all(engine)
    engine.dispose()
    return to_driver.render_as_string(hide_password=False)


class SqliteHost(Host[EngineStorage]):
    """The example on SQLite."""

    claims = (
        Capability.SITES
        | Capability.DURABLE
        | Capability.THREADS
        | Capability.PROCESSES
        | Capability.BACK_DOOR
    )

    def begin(self, folder: Path) -> str:
        """Copy a file without a row into the folder; give its URL."""
        shutil.copy(empty_file(), folder / "platform.db")
        return f"sqlite:///{folder}/platform.db"

    def open(self, location: str) -> EngineStorage:
        """Open the storage, to give up soon."""
        return EngineStorage(location)

    def put_sites(
        self,
        storage: EngineStorage,
        sites: Sequence[Site],
        schools: Sequence[School],
    ) -> None:
        """Put trusts and schools into the platform."""
        put(storage, sites, schools)

    def count_rows(self, location: str, rows: Rows, site_id: SiteId) -> int:
        """Count in the tables themselves."""
        of_trust = "JOIN trusts ON trusts.id = pupils.trust_id WHERE slug = :site"
        query = {
            Rows.STUDENTS: f"pupils {of_trust}",
            Rows.RECORDS: f"results JOIN pupils ON pupils.id = pupil_id {of_trust}",
        }.get(rows, f"{table_of(rows)} WHERE site_id = :site")
        engine = sa.create_engine(location)
        with engine.connect() as connection:
            counting = sa.text(f"SELECT count(*) FROM {query}")  # noqa: S608 - the names are ours
            count = connection.scalar(counting, {"site": site_id})
        engine.dispose()
        return int(count or 0)


class PostgresqlHost(SqliteHost):
    """The example on a PostgreSQL server."""

    def begin(self, folder: Path) -> str:
        """Empty the tables; give the URL of their database."""
        del folder  # the server keeps the data
        location = empty_database(url := server())
        empty(url, *reversed(tables.metadata.sorted_tables))
        return location
