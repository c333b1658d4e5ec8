"""How the transactions of a database begin, as the page on storage says."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage, SqlUnitOfWork
from student_transfer.errors import (
    IdentifierTakenError,
    StorageBusyError,
    StorageError,
)
from student_transfer.sites import Site, SiteId
from student_transfer.students import Student, StudentKey


def asked(work: SqlUnitOfWork, what: str) -> object:
    """Ask the database for a setting of the transaction."""
    return work.transaction.rows(sa.text(what).columns(sa.column("value")))[0].value


@pytest.fixture
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStorage]:
    """Yield an empty storage that gives up soon."""
    where = tmp_path_factory.mktemp("isolation") / "s.db"
    with SqlStorage.open(where, busy_timeout=0.1) as storage:
        yield storage


def test_postgresql_reads_a_snapshot(on_postgresql: SqlStorage) -> None:
    """Reading is REPEATABLE READ READ ONLY; what is committed later is not seen."""
    with on_postgresql(read_only=True) as work:
        assert asked(work, "SHOW transaction_isolation") == "repeatable read"
        assert asked(work, "SHOW transaction_read_only") == "on"
        assert work.sites.all_sites() == []
        with on_postgresql() as other:
            other.sites.put_site(Site(SiteId("a"), "A"))
            other.commit()
        assert work.sites.all_sites() == []
    with on_postgresql(read_only=True) as work:
        assert len(work.sites.all_sites()) == 1


def test_postgresql_writes_what_it_has_locked(on_postgresql: SqlStorage) -> None:
    """Writing is READ COMMITTED, and waits for a lock only so long."""
    with on_postgresql() as work:
        assert asked(work, "SHOW transaction_isolation") == "read committed"
        assert asked(work, "SHOW transaction_read_only") == "off"
        assert asked(work, "SHOW lock_timeout") == "500ms"


@pytest.mark.parametrize("level", ["SERIALIZABLE", "AUTOCOMMIT"])
def test_postgresql_on_a_hosts_engine(postgresql: str, level: Any) -> None:
    """The levels are those of the page, and the host's connections stay as they are."""
    url = sa.make_url(postgresql).set(drivername="postgresql+psycopg")
    host = sa.create_engine(url, isolation_level=level, pool_size=1, max_overflow=0)
    with SqlStorage.on(host, busy_timeout=0.5) as storage:
        with storage() as work:
            assert asked(work, "SHOW transaction_isolation") == "read committed"
            assert asked(work, "SHOW lock_timeout") == "500ms"
            work.sites.put_site(Site(SiteId("mine"), "Mine"))
        with storage(read_only=True) as work:
            assert asked(work, "SHOW transaction_isolation") == "repeatable read"
            assert asked(work, "SHOW transaction_read_only") == "on"
            assert work.sites.site(SiteId("mine")) is None
        by_none = sa.select(1 / sa.func.length(sa.literal("")))
        with storage() as work, pytest.raises(StorageError) as refusal:
            work.transaction.rows(by_none)
        assert "hidden" in str(refusal.value.__cause__)
    with host.connect() as connection:  # the same one
        driver: Any = connection.connection.dbapi_connection
        assert driver.autocommit == (level == "AUTOCOMMIT")
        assert driver.autocommit or connection.get_isolation_level() == level
        for setting, value in (("transaction_read_only", "off"), ("lock_timeout", "0")):
            assert connection.exec_driver_sql(f"SHOW {setting}").scalar() == value
    host.dispose()


def test_sqlite_reads_a_snapshot(on_sqlite: SqlStorage) -> None:
    """Reading may not write, and what is committed later is not seen."""
    with on_sqlite(read_only=True) as work:
        assert asked(work, "SELECT query_only AS value FROM pragma_query_only") == 1
        assert work.sites.all_sites() == []
        with on_sqlite() as other:
            other.sites.put_site(Site(SiteId("a"), "A"))
            other.commit()
        assert work.sites.all_sites() == []


def test_sqlite_has_one_writer_from_the_beginning(on_sqlite: SqlStorage) -> None:
    """A second one is refused before it has read anything: nothing is read in vain."""
    with on_sqlite():
        with pytest.raises(StorageBusyError):
            on_sqlite().__enter__()
        with on_sqlite(read_only=True) as reading:
            assert reading.sites.all_sites() == []


def test_postgresql_says_that_nothing_is_kept(on_postgresql: SqlStorage) -> None:
    """After a statement that failed the server would undo all, and not say so."""
    oak = SiteId("oak")
    with on_postgresql() as work:
        work.sites.put_site(Site(oak, "Oak"))
        work.commit()
    with on_postgresql() as holding:
        holding.roster.hold(oak)
        with on_postgresql() as work:
            work.roster.add(Student(key=StudentKey("s1"), site_id=oak))
            with pytest.raises(StorageBusyError):
                work.roster.hold(oak)
            with pytest.raises(StorageError, match="has failed before"):
                work.commit()
    with on_postgresql(read_only=True) as work:
        assert work.roster.size(oak) == 0


def test_postgresql_goes_on_after_a_savepoint(on_postgresql: SqlStorage) -> None:
    """What was undone by itself spoils nothing (CONF-3)."""
    oak = SiteId("oak")
    with on_postgresql() as work:
        work.roster.add(Student(key=StudentKey("s1"), site_id=oak, email="a@x.org"))
        with pytest.raises(IdentifierTakenError):
            work.roster.add(Student(key=StudentKey("s2"), site_id=oak, email="A@x.org"))
        work.commit()
    with on_postgresql(read_only=True) as work:
        assert work.roster.size(oak) == 1


def test_postgresql_says_so_whoever_swallowed_it(on_postgresql: SqlStorage) -> None:
    """A host's own statement on the connection, or one inside a savepoint."""
    with on_postgresql() as work:
        work.roster.add(Student(key=StudentKey("s1"), site_id=SiteId("oak")))
        with contextlib.suppress(sa.exc.SQLAlchemyError):
            work.transaction.connection.execute(sa.text("SELECT * FROM nothing"))
        with pytest.raises(StorageError, match="has failed before"):
            work.commit()
    with on_postgresql(read_only=True) as work:
        assert work.roster.size(SiteId("oak")) == 0


def test_sqlite_writes_nothing_after_it_has_undone_all(on_sqlite: SqlStorage) -> None:
    """A full disk ends the transaction, and then each statement would be kept alone."""
    with on_sqlite() as work:
        work.roster.add(Student(key=StudentKey("s1"), site_id=SiteId("oak")))
        driver: Any = work.transaction.connection.connection.dbapi_connection
        [[pages]] = driver.execute("PRAGMA page_count")
        driver.execute(f"PRAGMA max_page_count = {pages}")
        many = [
            Student(key=StudentKey(f"n{number}"), site_id=SiteId("oak"), year="6" * 900)
            for number in range(1000)
        ]
        with pytest.raises(StorageError):
            work.roster.add_all(many)
        driver.execute("PRAGMA max_page_count = 1000000")
        with pytest.raises(StorageError, match="has undone it after a failure"):
            work.roster.add(Student(key=StudentKey("s2"), site_id=SiteId("oak")))
        with pytest.raises(StorageError, match="has undone it after a failure"):
            work.commit()
    with on_sqlite(read_only=True) as work:
        assert work.roster.size(SiteId("oak")) == 0


@pytest.fixture(params=["sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest) -> SqlStorage:
    """Return an empty storage on each of the databases."""
    opened: SqlStorage = request.getfixturevalue(f"on_{request.param}")
    return opened


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_says_that_a_host_has_ended_it(storage: SqlStorage, end: str) -> None:
    """What came before may be kept, and nothing is written after it by itself."""
    with storage() as work:
        work.roster.add(Student(key=StudentKey("s1"), site_id=SiteId("oak")))
        getattr(work.transaction.connection, end)()
        if end != "close":
            work.roster.size(SiteId("oak"))  # which begins another transaction
        with pytest.raises(StorageError, match="ended on its connection") as refusal:
            work.roster.add(Student(key=StudentKey("s2"), site_id=SiteId("oak")))
        assert "may have been kept" in refusal.value.advice
        with pytest.raises(StorageError, match="ended on its connection"):
            work.commit()
    with storage(read_only=True) as work:
        assert work.roster.size(SiteId("oak")) == (end == "commit")


def test_says_that_a_statement_has_ended_it(storage: SqlStorage) -> None:
    """A COMMIT among the statements of a host is not told as a failure alone."""
    with storage() as work:
        work.roster.add(Student(key=StudentKey("s1"), site_id=SiteId("oak")))
        work.transaction.connection.exec_driver_sql("COMMIT")
        with pytest.raises(StorageError, match="ended before its commit"):
            work.commit()
    with storage(read_only=True) as work:
        assert work.roster.size(SiteId("oak")) == 1
