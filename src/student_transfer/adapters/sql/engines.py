"""The engines that storages run on: their own ones, and those of a host."""

from pathlib import Path

import sqlalchemy as sa

from student_transfer.errors import StorageError

_DRIVERS = {"sqlite": "pysqlite", "postgresql": "psycopg"}


_ROWCOUNT = {"preserve_rowcount": True}  # for inserts too
_LEVEL = {"isolation_level": "READ COMMITTED"}
"""Whatever the server's own: who has waited for a lock has to see what was committed
meanwhile, and not a snapshot from before (`SqlRoster.hold`)."""


def url_of(where: str | Path) -> sa.URL:
    """Make the URL of a database that can be used here.

    Raises:
        TypeError: It is neither a path nor text.
        StorageError: It cannot be read, or is of another kind of database.
    """
    if isinstance(where, sa.Engine):
        raise TypeError(
            "SqlStorage.open takes a path or a URL and makes an engine of its own; "
            "for an engine of yours use SqlStorage.on(engine)."
        )
    if not isinstance(where, (str, Path)):
        raise TypeError(
            "SqlStorage.open takes a Path, or a path or URL as text, not a value of "
            f"the type {type(where).__name__}."
        )
    if isinstance(where, Path) or "://" not in where:
        return sa.URL.create("sqlite", database=str(where))
    try:
        url = sa.make_url(where)
    except (sa.exc.ArgumentError, ValueError):
        raise StorageError(
            "The URL of the database cannot be read.",
            advice="Write it like postgresql://user:password@host/database.",
        ) from None  # the cause would quote the password
    if url.get_backend_name() not in _DRIVERS:
        raise StorageError(
            "This kind of database is not known.", advice="Use SQLite or PostgreSQL."
        )
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def own_engine(url: sa.URL, busy_timeout: float) -> sa.Engine:
    """Make an engine that shows no values and leaves beginning to `Transaction`.

    Raises:
        StorageError: The database would be in memory, or its driver is missing.
    """
    _refuse_memory(url)
    on_sqlite = url.get_backend_name() == "sqlite"
    connecting = {"timeout": busy_timeout, "isolation_level": None} if on_sqlite else {}
    level = {} if on_sqlite else _LEVEL
    try:
        return sa.create_engine(
            url,
            hide_parameters=True,  # they are about children
            pool_pre_ping=True,
            pool_timeout=busy_timeout,
            connect_args=connecting,
            execution_options=_ROWCOUNT,
            **level,
        )
    except ImportError as error:
        raise StorageError(
            "The driver for this database is not installed.",
            advice='For PostgreSQL: pip install "psycopg[binary]".',
        ) from error


def engine_like(engine: sa.Engine) -> sa.Engine:
    """Return an engine on a host's connections with the options that are needed here.

    The host's own engine stays as it is.

    Raises:
        TypeError: It is no engine of SQLAlchemy, or an asynchronous one.
        StorageError: It is of a database or a driver that was never tried.
    """
    if not isinstance(engine, sa.Engine):
        raise TypeError(
            "SqlStorage.on takes an Engine of SQLAlchemy, not a value of the type "
            f"{type(engine).__name__}; for a path or a URL use SqlStorage.open."
        )
    backend = engine.dialect.name
    if engine.dialect.driver != _DRIVERS.get(backend):
        raise StorageError(
            "This kind of engine is not known.",
            advice="Make it for SQLite, or for postgresql+psycopg.",
        )
    _refuse_memory(engine.url)
    if isinstance(engine.pool, (sa.StaticPool, sa.pool.SingletonThreadPool)):
        raise StorageError(
            "The pool of this engine gives one connection to several units of work.",
            advice="Make the engine with another pool, such as QueuePool.",
        )
    level = {} if backend == "sqlite" else _LEVEL
    ours = engine.execution_options(**_ROWCOUNT, **level)
    ours.hide_parameters = True  # they are about children
    return ours


def _refuse_memory(url: sa.URL) -> None:
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise StorageError(
            "An SQLite database in memory is another one for every connection.",
            advice="Name a file, or use MemoryStorage.",
        )


def has_no_file(url: sa.URL) -> bool:
    """Tell whether the file of an SQLite database is missing, as far as can be told."""
    path = url.database or ""
    on_sqlite = url.get_backend_name() == "sqlite" and not path.startswith("file:")
    return on_sqlite and not Path(path).is_file()
