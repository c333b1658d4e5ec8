"""A storage on the engine of a host, which has the connections too."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage
from student_transfer.errors import (
    StorageBusyError,
    StorageError,
    StorageVersionError,
)
from student_transfer.testing.values import OAK, add_students, student
from tests.conformance.back_door import raw

SETTINGS = ("foreign_keys", "query_only", "busy_timeout")


@pytest.fixture
def engine(path: Path) -> Iterator[sa.Engine]:
    """Yield a host's engine as it is made without a thought, with one connection."""
    engine = sa.create_engine(
        f"sqlite:///{path}", pool_size=1, max_overflow=0, pool_timeout=0.1
    )
    yield engine
    engine.dispose()


def settings(engine: sa.Engine) -> list[int]:
    """Ask for the settings of the connection that the pool gives."""
    with engine.connect() as connection:
        asked = [connection.exec_driver_sql(f"PRAGMA {name}") for name in SETTINGS]
        return [int(one.scalar_one()) for one in asked]


def test_a_hosts_connections_are_as_they_were(engine: sa.Engine) -> None:
    """After reading, writing and an error the host's own statements run as before."""
    before = settings(engine)
    storage = SqlStorage.on(engine, busy_timeout=0.5)
    assert settings(engine) == before
    add_students(storage, student())
    assert settings(engine) == before
    with storage(read_only=True) as work:
        assert work.roster.size(OAK) == 1
    assert settings(engine) == before
    with pytest.raises(LookupError), storage(read_only=True) as work:
        raise LookupError
    assert settings(engine) == before
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE theirs (x)")


def test_a_hosts_own_settings_come_back(engine: sa.Engine) -> None:
    """Settings of a host other than SQLite's own are kept as well."""

    @sa.event.listens_for(engine, "connect")
    def set_them(driver: Any, _: object) -> None:
        for name, value in zip(SETTINGS, (1, 1, 70), strict=True):
            driver.execute(f"PRAGMA {name} = {value}")

    storage = SqlStorage.on(engine, busy_timeout=0.5)
    add_students(storage, student())
    assert settings(engine) == [1, 1, 70]


def test_own_connections_are_no_more_read_only(path: Path) -> None:
    """A connection that only read writes when it comes out of the pool again."""
    with SqlStorage.open(path) as storage:
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == 0
        assert settings(storage._engine)[1] == 0


def test_a_connection_that_cannot_be_left_is_given_to_nobody(
    engine: sa.Engine,
) -> None:
    """Such as one that somebody has closed: the next one is a new one."""
    storage = SqlStorage.on(engine)
    with storage(read_only=True) as work:
        driver: Any = work.transaction.connection.connection.dbapi_connection
        driver.close()
    assert settings(engine)[1] == 0


def test_a_connection_that_a_host_has_closed(engine: sa.Engine) -> None:
    """The end of the unit of work does not open another one."""
    storage = SqlStorage.on(engine)
    with storage() as work:
        work.transaction.connection.close()
    with storage() as work:
        work.transaction.connection.invalidate()
        with pytest.raises(StorageBusyError, match="was lost"):
            work.commit()
    add_students(storage, student())


def test_waits_for_a_lock_as_long_as_it_is_told(path: Path, engine: sa.Engine) -> None:
    """Not as long as the host's connections do."""
    storage = SqlStorage.on(engine, busy_timeout=0.01)
    with storage(read_only=True) as work:
        asked = work.transaction.connection.exec_driver_sql("PRAGMA busy_timeout")
        assert asked.scalar_one() == 10
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusyError):
            storage().__enter__()


def test_the_engine_stays_the_hosts(engine: sa.Engine) -> None:
    """Closing the storage closes none of its connections, nor does forgetting it."""
    drivers: list[object] = []
    for _ in range(2):
        with SqlStorage.on(engine) as storage:
            add_students(storage, student(str(len(drivers))))
        del storage
        with engine.connect() as connection:
            drivers.append(connection.connection.dbapi_connection)
    assert drivers[0] is drivers[1]
    assert not engine.hide_parameters
    assert "preserve_rowcount" not in engine.get_execution_options()


def test_tables_are_made_only_where_asked(path: Path, engine: sa.Engine) -> None:
    """Without ``create`` an engine makes neither a file nor tables."""
    with pytest.raises(StorageError, match="no database of student_transfer"):
        SqlStorage.on(engine, create=False)
    assert not path.exists()
    raw(path, "CREATE TABLE students (name TEXT)")
    with pytest.raises(StorageError, match="no database of student_transfer"):
        SqlStorage.on(engine, create=False)
    assert raw(path, "SELECT name FROM sqlite_master") == [("students",)]
    add_students(SqlStorage.on(engine), student())
    with SqlStorage.on(engine, create=False)(read_only=True) as work:
        assert work.roster.size(OAK) == 1


def test_a_database_of_a_newer_version_is_refused(
    path: Path, engine: sa.Engine
) -> None:
    """The version is looked at here, too."""
    SqlStorage.on(engine)
    raw(path, "UPDATE st_schema_version SET tables = tables + 1")
    with pytest.raises(StorageVersionError):
        SqlStorage.on(engine)


def test_no_value_is_in_an_error_or_the_log(
    path: Path, engine: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    """Though the host's engine shows them, they are about children."""
    engine.echo = True
    storage = SqlStorage.on(engine)
    raw(path, "DROP TABLE st_search_words")
    with storage() as work, pytest.raises(StorageError) as refusal:
        work.roster.add(student(given_name="Zerlina", email="zerlina@x.org"))
    assert "INSERT" in caplog.text
    assert "erlina" not in f"{caplog.text} {refusal.value.__cause__}"


def test_an_engine_is_not_opened(engine: sa.Engine) -> None:
    """The error names what is meant, for an engine and for anything else."""
    with pytest.raises(TypeError, match=r"use SqlStorage\.on\(engine\)"):
        SqlStorage.open(cast("Any", engine))
    with pytest.raises(TypeError, match="type int"):
        SqlStorage.open(cast("Any", 7))
    with pytest.raises(TypeError, match=r"type str; .* use SqlStorage\.open"):
        SqlStorage.on(cast("Any", "school.db"))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_refuses_an_engine_in_memory(url: str) -> None:
    """Each connection would have a database of its own."""
    with pytest.raises(StorageError, match="MemoryStorage"):
        SqlStorage.on(sa.create_engine(url))


def test_refuses_a_pool_of_one_connection_for_all(path: Path) -> None:
    """Two units of work would be one transaction."""
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.StaticPool)
    with pytest.raises(StorageError, match="one connection to several"):
        SqlStorage.on(engine)


def test_refuses_an_engine_that_was_never_tried(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another driver has other errors and other ways to begin."""
    engine = sa.create_engine(f"sqlite:///{path}")
    monkeypatch.setattr(engine.dialect, "driver", "aiosqlite")
    with pytest.raises(StorageError, match="kind of engine is not known"):
        SqlStorage.on(engine)


def test_refuses_an_engine_that_begins_by_itself(engine: sa.Engine) -> None:
    """Such as one with the listener of SQLAlchemy's recipes."""

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    with pytest.raises(StorageError, match="begins or commits transactions by itself"):
        SqlStorage.on(engine)


def test_refuses_an_engine_whose_commit_does_nothing(path: Path) -> None:
    """As with ``autocommit=True`` of newer drivers."""

    class Autocommit(sqlite3.Connection):
        autocommit = True

    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"factory": Autocommit})
    with pytest.raises(StorageError, match="begins or commits transactions by itself"):
        SqlStorage.on(engine)
    engine.dispose()
