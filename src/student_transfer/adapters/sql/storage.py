"""The storage in a database: opening it, and its units of work."""

import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.applied_matches import SqlAppliedMatches
from student_transfer.adapters.sql.codes import SqlCodes
from student_transfer.adapters.sql.connection import Transaction, translated
from student_transfer.adapters.sql.engines import (
    engine_like,
    has_no_file,
    own_engine,
    url_of,
)
from student_transfer.adapters.sql.imports import SqlImports
from student_transfer.adapters.sql.merges import SqlMerges
from student_transfer.adapters.sql.rosters import SqlRoster, SqlSource
from student_transfer.adapters.sql.sites import SqlSites
from student_transfer.adapters.sql.versions import (
    Versions,
    bring_up_to_date,
    find_versions,
)
from student_transfer.adapters.writing import Writing
from student_transfer.errors import StorageError
from student_transfer.permissions import Actor, ActorId
from student_transfer.ports import (
    AppliedMatchStore,
    CodeStore,
    ImportStore,
    MergeStore,
)
from student_transfer.storing import codec
from student_transfer.storing.refusals import entered_before, not_open


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
        """Take an engine that is made for it; a host uses `open` or `on`."""
        self._engine = engine
        self._busy_timeout = busy_timeout
        self._writing = Writing()
        self._close: Callable[[], object] = _leave_open

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
            TypeError: It is neither; for an engine there is `on`.
            StorageVersionError: A newer version of the library made the tables.
            StorageBusyError: The database is locked.
            StorageReadOnlyError: The tables are out of date and may not be written.
            StorageError: There is no database to open, or it is none.
        """
        url = url_of(where)
        if not create and has_no_file(url):
            raise _no_database()
        engine = own_engine(url, busy_timeout)
        storage = cls(engine, busy_timeout=busy_timeout)
        storage._close = weakref.finalize(storage, engine.dispose)
        try:
            storage._prepare(create=create)
        except BaseException:
            storage.close()
            raise
        return storage

    @classmethod
    def on(
        cls, engine: sa.Engine, *, create: bool = True, busy_timeout: float = 5.0
    ) -> Self:
        """Use the engine of a host, and bring the tables in its database up to date.

        The engine stays the host's: `close` does not dispose of it, and it and its
        connections are left as they were found. Whatever its options, no value is in
        an error or a line of the log, and on PostgreSQL writing is ``READ COMMITTED``.

        Args:
            engine: An engine on an SQLite file, or on PostgreSQL through psycopg. It
                gives each unit of work a connection of its own, and begins no
                transaction itself.
            create: Make the tables where there are none.
            busy_timeout: How many seconds to wait for a lock before giving up. How
                long to wait for a connection the engine's own ``pool_timeout`` says.

        Raises:
            TypeError: It is no engine, or an asynchronous one.
            StorageVersionError: A newer version of the library made the tables.
            StorageBusyError: The database is locked.
            StorageReadOnlyError: The tables are out of date and may not be written.
            StorageError: The engine cannot be used so, or there are no tables.
        """
        storage = cls(engine_like(engine), busy_timeout=busy_timeout)
        if not create and has_no_file(engine.url):
            raise _no_database()
        storage._prepare(create=create)
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
            StorageBusyError: The database is locked, on SQLite also by a unit of work
                that this thread has open and that writes.
            StorageError: The database cannot be opened or written.
        """
        one_writes = not read_only and self._engine.dialect.name == "sqlite"
        if one_writes:
            self._writing.check()
        return Transaction(
            self._engine,
            self._busy_timeout,
            read_only=read_only,
            writing=self._writing if one_writes else None,
        )

    def __call__(self, *, read_only: bool = False) -> "SqlUnitOfWork":
        """Make a new unit of work; with ``read_only`` nothing is written in it."""
        return SqlUnitOfWork(self, read_only=read_only)

    def close(self) -> None:
        """Let go of the database; happens by itself when the storage is forgotten.

        The engine of a host stays as it is.
        """
        self._close()

    def __enter__(self) -> Self:
        """Return the storage, to be closed at the end of the with statement."""
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
        """Return every administrator, by id."""
        table = schema.actors
        with self(read_only=True) as work:
            rows = work.transaction.rows(sa.select(table).order_by(table.c.id))
        return [codec.ACTOR.loads(row.payload) for row in rows]


class SqlTransferWork:
    """One transaction, with the stores of the transfers alone.

    Those are codes, imports, merges and applied matches: what every host needs and has
    no tables for. A host whose students are in tables of its own subclasses it and adds
    ``sites``, ``source`` and ``roster``, which makes it a
    `student_transfer.ports.UnitOfWork`. `SqlUnitOfWork` has the library's.
    """

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
    def codes(self) -> CodeStore:
        """The transfer codes."""
        return SqlCodes(self.transaction)

    @property
    def imports(self) -> ImportStore:
        """The imports."""
        return SqlImports(self.transaction)

    @property
    def merges(self) -> MergeStore:
        """The merges of duplicates."""
        return SqlMerges(self.transaction)

    @property
    def applied_matches(self) -> AppliedMatchStore:
        """What imports' matches have filled."""
        return SqlAppliedMatches(self.transaction)

    def __enter__(self) -> Self:
        """Begin the transaction.

        Raises:
            StorageBusyError: The database stayed locked for too long, or on SQLite
                this thread has a unit of work open that writes.
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


class SqlUnitOfWork(SqlTransferWork):
    """One transaction; see `student_transfer.ports.UnitOfWork`.

    A subclass may write along in `commit`. One with stores of its own is a subclass of
    `SqlTransferWork` instead.
    """

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


def _leave_open() -> None:
    """Do nothing: the engine is somebody else's."""


def _no_database() -> StorageError:
    return StorageError(
        "There is no database of student_transfer at that place.",
        advice="Check where it is, or open it so that it is made.",
    )
