"""The storage in a database: opening it, and its units of work."""

import weakref
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import (
    Transaction,
    not_open,
    translated,
)
from student_transfer.adapters.sql.processes import (
    SqlArrivals,
    SqlCodes,
    SqlImports,
    SqlMerges,
)
from student_transfer.adapters.sql.rosters import SqlRoster, SqlSource
from student_transfer.adapters.sql.sites import SqlSites
from student_transfer.adapters.sql.versions import (
    Versions,
    bring_up_to_date,
    find_versions,
)
from student_transfer.errors import StorageError
from student_transfer.permissions import Actor, ActorId
from student_transfer.storing import codec
from student_transfer.storing.refusals import entered_before


class SqlStorage:
    """Opens units of work on one database; safe to share between threads.

    SQLite is the embedded default and PostgreSQL, through psycopg, the server. On
    SQLite one unit of work writes at a time; those that only read never wait.

    >>> import tempfile
    >>> from student_transfer.sites import Site
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with SqlStorage.open(Path(folder, "school.db")) as storage:
    ...         with storage() as work:
    ...             changed = work.sites.put_site(Site("a", "Oak Trust"))
    ...             work.commit()
    ...         with storage(read_only=True) as work:
    ...             work.sites.site("a").name
    'Oak Trust'
    """

    def __init__(self, engine: sa.Engine, *, busy_timeout: float) -> None:
        """Take an engine on a database whose tables are up to date; see `open`."""
        self._engine = engine
        self._busy_timeout = busy_timeout
        self._close = weakref.finalize(self, engine.dispose)

    @classmethod
    def open(
        cls, where: str | Path, *, create: bool = True, busy_timeout: float = 5.0
    ) -> Self:
        """Open a database and bring its tables up to date.

        Args:
            where: The path of an SQLite file, or a URL such as
                ``postgresql://user:password@host/database``.
            create: Make the file or the tables where there are none.
            busy_timeout: How many seconds to wait for a lock before giving up.

        Raises:
            StorageVersionError: A newer version of the library made the tables.
            StorageBusyError: The database is locked.
            StorageReadOnlyError: The tables are out of date and may not be written.
            StorageError: There is no database to open, or it is none.
        """
        url = _url(where)
        if not create and _has_no_file(url):
            raise _no_database()
        storage = cls(_engine(url, busy_timeout), busy_timeout=busy_timeout)
        try:
            storage._prepare(create=create)
        except BaseException:
            storage.close()
            raise
        return storage

    def _prepare(self, *, create: bool) -> None:
        """Make or change the tables if they are not as this version needs them."""
        with self(read_only=True) as work:
            now = find_versions(work.transaction)
        if now == Versions():
            return
        if now is None and not create:
            raise _no_database()
        if now is None and self._engine.dialect.name == "sqlite":
            with translated(), self._engine.connect() as connection:
                # lets readers go on while one writes
                connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        with self() as work:
            bring_up_to_date(work.transaction, Versions())
            work.commit()

    def begin(self, *, read_only: bool) -> Transaction:
        """Begin a transaction.

        Raises:
            StorageError: The database is locked, cannot be opened or written.
        """
        return Transaction(self._engine, self._busy_timeout, read_only=read_only)

    def __call__(self, *, read_only: bool = False) -> "SqlUnitOfWork":
        """Make a new unit of work; with ``read_only`` nothing is written in it."""
        return SqlUnitOfWork(self, read_only=read_only)

    def close(self) -> None:
        """Let go of the database; happens by itself when the storage is forgotten."""
        self._close()

    def __enter__(self) -> Self:
        """Give the storage, to be closed at the end of the with statement."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def put_actor(self, actor: Actor) -> None:
        """Keep an administrator, in place of any of the same id."""
        table = schema.actors
        values = {"id": actor.id, "payload": codec.ACTOR.dumps(actor)}
        with self() as work:
            work.transaction.write(sa.delete(table).where(table.c.id == actor.id))
            work.transaction.write(sa.insert(table).values(values))
            work.commit()

    def actor(self, actor_id: ActorId) -> Actor | None:
        """Find an administrator."""
        table = schema.actors
        with self(read_only=True) as work:
            kept = sa.select(table).where(table.c.id == actor_id)
            row = work.transaction.first(kept)
        return None if row is None else codec.ACTOR.loads(row.payload)

    def actors(self) -> Sequence[Actor]:
        """Give every administrator, by id."""
        table = schema.actors
        with self(read_only=True) as work:
            rows = work.transaction.rows(sa.select(table).order_by(table.c.id))
        return [codec.ACTOR.loads(row.payload) for row in rows]


class SqlUnitOfWork:
    """One transaction; see `student_transfer.ports.UnitOfWork`."""

    def __init__(self, storage: SqlStorage, *, read_only: bool) -> None:
        """Belong to the storage; nothing happens before it is entered."""
        self._storage = storage
        self._read_only = read_only
        self._transaction: Transaction | None = None

    @property
    def transaction(self) -> Transaction:
        """The open transaction, for statements of the host's own.

        Raises:
            StorageError: It was not entered.
        """
        if self._transaction is None:
            raise not_open()
        return self._transaction

    @property
    def sites(self) -> SqlSites:
        """The sites and schools."""
        return SqlSites(self.transaction)

    @property
    def source(self) -> SqlSource:
        """Any site's students and records, for reading only (IMP-3)."""
        return SqlSource(self.transaction)

    @property
    def roster(self) -> SqlRoster:
        """The students and records of the sites that may be written."""
        return SqlRoster(self.transaction)

    @property
    def codes(self) -> SqlCodes:
        """The transfer codes."""
        return SqlCodes(self.transaction)

    @property
    def imports(self) -> SqlImports:
        """The imports."""
        return SqlImports(self.transaction)

    @property
    def merges(self) -> SqlMerges:
        """The merges of duplicates."""
        return SqlMerges(self.transaction)

    @property
    def arrivals(self) -> SqlArrivals:
        """What imports' matches have filled."""
        return SqlArrivals(self.transaction)

    def __enter__(self) -> Self:
        """Begin the transaction.

        Raises:
            StorageBusyError: The database stayed locked for too long.
            StorageReadOnlyError: The database may not be written.
            StorageError: It was used before; each unit of work is entered once.
        """
        if self._transaction is not None:
            raise entered_before()
        self._transaction = self._storage.begin(read_only=self._read_only)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; undo what was not committed."""
        self.transaction.close()

    def commit(self) -> None:
        """Make what was written lasting, all of it or nothing."""
        self.transaction.commit()


def _url(where: str | Path) -> sa.URL:
    """Make the URL of a database that can be used here.

    Raises:
        StorageError: It cannot be read, or is of another kind of database.
    """
    if isinstance(where, Path) or "://" not in where:
        return sa.URL.create("sqlite", database=str(where))
    try:
        url = sa.make_url(where)
    except (sa.exc.ArgumentError, ValueError):
        raise StorageError(
            "The URL of the database cannot be read.",
            advice="Write it like postgresql://user:password@host/database.",
        ) from None  # the cause would quote the password
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise StorageError(
            "This kind of database is not known.", advice="Use SQLite or PostgreSQL."
        )
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    return url


def _engine(url: sa.URL, busy_timeout: float) -> sa.Engine:
    """Make an engine that shows no values and leaves beginning to `Transaction`.

    Raises:
        StorageError: The database would be in memory, or its driver is missing.
    """
    if url.get_backend_name() == "sqlite":
        if url.database in {None, "", ":memory:"}:
            raise StorageError(
                "An SQLite database in memory is another one for every connection.",
                advice="Name a file, or use MemoryStorage.",
            )
        connecting: dict[str, Any] = {"timeout": busy_timeout, "isolation_level": None}
        level = {}
    else:
        connecting = {}
        # Whatever the server's own: who has waited for a lock has to see what was
        # committed meanwhile, and not a snapshot from before (`SqlRoster.hold`).
        level = {"isolation_level": "READ COMMITTED"}
    try:
        return sa.create_engine(
            url,
            hide_parameters=True,  # they are about children
            pool_pre_ping=True,
            pool_timeout=busy_timeout,
            connect_args=connecting,
            execution_options={"preserve_rowcount": True},  # for inserts too
            **level,
        )
    except ImportError as error:
        raise StorageError(
            "The driver for this database is not installed.",
            advice='For PostgreSQL: pip install "psycopg[binary]".',
        ) from error


def _has_no_file(url: sa.URL) -> bool:
    """Say whether the file of an SQLite database is missing, as far as can be told."""
    path = url.database or ""
    on_sqlite = url.get_backend_name() == "sqlite" and not path.startswith("file:")
    return on_sqlite and not Path(path).is_file()


def _no_database() -> StorageError:
    return StorageError(
        "There is no database of student_transfer at that place.",
        advice="Check where it is, or open it so that it is made.",
    )
