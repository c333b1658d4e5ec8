"""One open transaction, and how it differs between databases and drivers.

What differs here is how a transaction begins (`beginning`), how rows are inserted where
there are many, or some are there (`inserting`), whether another transaction may be
writing (`Transaction.free_slot`, `Transaction.lock`), and how it shows that the
database has undone this one (`Transaction.check_writable`). Rows are locked by
``SELECT ... FOR UPDATE``, which SQLAlchemy leaves out on SQLite, where the transaction
that writes has locked the database.

Elsewhere it is the types of columns (`schema`, and the steps of `versions`), how rows
are found by very many values (`student_rows`, `matching_index`), and how a database is
opened (`storage`).
"""

from collections.abc import (
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import contextmanager
from hashlib import blake2b
from operator import itemgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from student_transfer.adapters.sql import beginning
from student_transfer.adapters.sql.inserting import array_text, insertion, sqlite_text
from student_transfer.adapters.writing import Writing
from student_transfer.errors import (
    ConcurrentChangeError,
    StorageBusyError,
    StorageError,
)
from student_transfer.storing.driver_errors import known_meaning, meaning_of
from student_transfer.storing.kept_text import not_kept
from student_transfer.storing.refusals import not_open, only_reads

T = TypeVar("T")
Values = Mapping[str, object]

_CHUNK = 400  # values or pairs in one statement; the smallest limit is 999 values


def _translate(error: Exception) -> StorageError:
    """Return what an error of SQLAlchemy or of the driver means."""
    if isinstance(error, PoolTimeoutError):
        return StorageBusyError("Too many units of work are open.")
    if isinstance(error, IntegrityError):
        return known_meaning(error.orig) or ConcurrentChangeError()
    if getattr(error, "connection_invalidated", False):
        return _lost()
    cause = getattr(error, "orig", None)
    if isinstance(cause, StorageError):
        return cause
    return meaning_of(cause)


def _lost() -> StorageError:
    """Make the error for a connection that the server or the network has ended."""
    return StorageBusyError(
        "The connection to the database was lost.",
        advice="Try again. If it was lost at the very end, the change may be there.",
    )


@contextmanager
def translated() -> Iterator[None]:
    """Raise errors of SQLAlchemy and of the driver as errors of the storage.

    Raises:
        StorageError: With the error as its cause.
    """
    try:
        yield
    except UnicodeEncodeError:
        # Without cause: it carries the text, which may be about a child.
        raise not_kept() from None
    except SQLAlchemyError as error:
        raise _translate(error) from error


def _connect(engine: sa.Engine) -> sa.Connection:
    """Connect to the database.

    Raises:
        StorageBusyError: The server refuses, for which drivers have no code: it starts,
            has no place for another, or is not there.
        StorageError: What else the driver says; of a file as of any statement.
    """
    with translated():
        try:
            return engine.connect()
        except OperationalError as error:
            on_server = engine.dialect.name != "sqlite"
            if on_server and getattr(error.orig, "sqlstate", None) is None:
                raise _unreachable() from error
            raise


def _unreachable() -> StorageError:
    """Make the error for a server that lets nobody in."""
    return StorageBusyError(
        "The database cannot be reached.",
        advice="Nothing was changed. Try again; if it stays so, check that the server "
        "runs, and its address, user and password.",
    )


def chunks(values: Collection[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces that fit into one statement."""
    listed = list(values)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]


Query = sa.Select[Any] | sa.CompoundSelect[Any] | sa.TextClause | sa.TextualSelect
"""A statement that gives rows."""


def _lock_number(name: str) -> int:
    """Return the number by which a server knows a lock."""
    digest = blake2b(name.encode(errors="surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


_IDLE, _IN_ERROR = 0, 3  # in libpq: there is no transaction; a statement of it failed


class Transaction:
    """One transaction over one connection; it begins when it is made."""

    def __init__(
        self,
        engine: sa.Engine,
        busy_timeout: float,
        *,
        read_only: bool,
        writing: Writing | None = None,
    ) -> None:
        """Begin; ``writing`` is told when this one begins to write, and when it ends.

        Raises:
            StorageError: The database is locked, cannot be reached, opened or written.
        """
        self._writing: Writing | None = None
        self._read_only = read_only
        self._before: Mapping[str, int] = {}
        self._connection: sa.Connection | None = _connect(engine)
        try:
            with translated():
                self._before = beginning.set_up(
                    self.connection, busy_timeout, read_only=read_only
                )
                self._begun = beginning.begin(
                    self.connection, busy_timeout, read_only=read_only
                )
        except BaseException:
            self.close()
            raise
        if writing is not None:
            writing.begins(self)
            self._writing = writing

    @property
    def connection(self) -> sa.Connection:
        """The bare connection, on which a driver's error is not translated.

        An import that meets a lock there fails instead of waiting: use `rows`, `first`
        and `write`.

        Raises:
            StorageError: The transaction has ended.
        """
        if self._connection is None:
            raise not_open()
        return self._connection

    @property
    def dialect(self) -> str:
        """What kind of database it is."""
        return self.connection.dialect.name

    def run(self, step: Callable[[sa.Connection], None]) -> None:
        """Let a step work on the connection."""
        with translated():
            step(self.connection)

    def has_table(self, table: sa.Table) -> bool:
        """Return whether the database has the table."""
        with translated():
            return sa.inspect(self.connection).has_table(table.name)

    def rows(
        self, statement: Query, values: Values | None = None
    ) -> Sequence[sa.Row[Any]]:
        """Return all rows.

        Raises:
            StorageBusyError: A row that is to be locked was held for too long, or the
                connection was lost.
            StorageError: What else the driver says.
        """
        with translated():
            return self.connection.execute(statement, values).all()

    def first(
        self, statement: Query, values: Values | None = None
    ) -> sa.Row[Any] | None:
        """Return the first row, or None where there is none.

        Raises:
            StorageError: As for `rows`.
        """
        with translated():
            return self.connection.execute(statement, values).first()

    def write(
        self, statement: sa.Executable, rows: Values | Sequence[Values] | None = None
    ) -> int:
        """Run a statement, once or once a row; give how many rows it has changed.

        On a server the count is not reliable when the statement runs for several rows.

        Raises:
            ConcurrentChangeError: A constraint does not hold any more.
            StorageReadOnlyError: This transaction only reads.
            StorageError: As for `rows`.
        """
        self.check_writable()
        if rows is not None and not rows:
            return 0
        with translated():
            return self.connection.execute(statement, rows).rowcount

    def insert(
        self, table: sa.Table, rows: Sequence[Values], *, skip: bool = False
    ) -> int:
        """Insert rows that have a value for every column; give how many were inserted.

        With ``skip`` rows that are in conflict with existing ones are left out.
        """
        statement = insertion(self.dialect, table, skip=skip, total=None)
        if isinstance(statement, sqlite.Insert) or not rows:
            return self.write(statement, rows)
        names = table.c.keys()
        return self.write(
            statement, {name: array_text([row[name] for row in rows]) for name in names}
        )

    def insert_columns(
        self, table: sa.Table, *columns: Sequence[Any], total: str | None = None
    ) -> None:
        """Insert very many rows of numbers and texts, given column by column.

        With ``total``, a row that is there already stays, and what the new one has in
        the column of that name is added to it.
        """
        statement = insertion(self.dialect, table, skip=False, total=total)
        if not columns[0]:
            return
        if not isinstance(statement, sqlite.Insert):
            values = zip(table.c.keys(), map(array_text, columns), strict=True)
            self.write(statement, dict(values))
            return
        self.check_writable()
        # In the order of the table, so that each page is written once.
        rows = sorted(zip(*columns, strict=True), key=itemgetter(0))
        with translated():
            self.connection.exec_driver_sql(sqlite_text(statement), rows)

    def free_slot(self, name: str) -> int:
        """Return the smallest number that no other open transaction has for a name.

        All transactions that write the same thing ask for the same name. The number is
        this transaction's until it ends, or undoes what was written since.
        """
        if self.dialect == "sqlite":
            return 0  # no other one writes
        slot = 0
        while not self._locks(f"student_transfer {slot} {name}"):
            slot += 1
        return slot

    def lock(self, name: str) -> None:
        """Make others that ask for the same lock wait until this transaction ends.

        Raises:
            StorageBusyError: Another one has not ended in time.
        """
        if self.dialect != "sqlite":  # there no other one writes
            self.rows(sa.select(sa.func.pg_advisory_xact_lock(_lock_number(name))))

    def _locks(self, name: str) -> bool:
        """Take a lock of that name, unless another transaction has it; say whether."""
        lock = sa.select(sa.func.pg_try_advisory_xact_lock(_lock_number(name)))
        return bool(self.rows(lock)[0][0])

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Undo what was written inside if it raises; the transaction goes on."""
        self.check_writable()
        with translated(), self.connection.begin_nested():
            yield

    def check_writable(self) -> None:
        """Refuse to write where only reading was announced.

        Raises:
            StorageReadOnlyError: It was.
        """
        if self._read_only:
            raise only_reads()
        self._check_begun()
        if self.dialect == "sqlite":
            self._check_kept()  # else each statement would be kept by itself

    def _check_begun(self) -> None:
        """Refuse to go on where a host has ended the transaction, or it was lost."""
        if self.connection.invalidated:
            raise _lost()
        if not self._begun.is_active:
            raise StorageError(
                "This transaction was ended on its connection, not by its unit of "
                "work.",
                advice="What was written before may have been kept. Look at what is "
                "there, and leave it to the unit of work to commit or undo.",
            )

    def _check_kept(self) -> None:
        """Refuse to go on where the database has undone, or will undo, all of it.

        A server does so after any failed statement, whoever ran it; SQLite does so when
        the disk is full or fails. On SQLite it looks the same where a host has sent
        COMMIT as a statement, so the error names both.
        """
        driver: Any = self.connection.connection.dbapi_connection
        if self.dialect == "sqlite":
            ended = not driver.in_transaction
        else:
            status = getattr(getattr(driver, "info", None), "transaction_status", None)
            if status == _IN_ERROR:
                raise StorageError(
                    "A statement of this transaction has failed before.",
                    advice="Nothing was changed. Repeat the step from its beginning.",
                )
            ended = status == _IDLE
        if ended:
            raise StorageError(
                "This transaction ended before its commit: the database has undone it "
                "after a failure, or a statement on its connection has ended it.",
                advice="Look at what is there, then repeat the step from its start.",
            )

    def commit(self) -> None:
        """Make everything lasting, and end.

        Raises:
            StorageError: A statement failed before, so that the server would undo all
                of it, and not say so; or the transaction has ended already.
        """
        connection = self.connection
        self._check_begun()
        self._check_kept()
        with translated():
            connection.commit()
        self.close()

    def close(self) -> None:
        """Undo what was not committed, and end."""
        if self._writing is not None:
            self._writing.ends(self)
            self._writing = None
        connection, self._connection = self._connection, None
        if connection is not None:
            with translated():
                beginning.leave(connection, self._before)
