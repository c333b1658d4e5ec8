"""One transaction on a connection of its own.

A request's connection may be in a transaction already, which a commit here would not
end. So each unit of work opens another one, and ends its transaction in any case.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import count
from typing import Any, TypeVar

from django.db import DatabaseError, DataError, Error, IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Model, QuerySet
from django.db.models.functions import Collate
from django.db.transaction import Atomic

from student_transfer.errors import IdentifierTakenError, StorageError
from student_transfer.storing.driver_errors import meaning_of
from student_transfer.storing.refusals import only_reads

M = TypeVar("M", bound=Model)
T = TypeVar("T")

_OWN = ("pupil_own_", "transfers_pupilidentifier")
"""How the constraints are named by which an identifier is a pupil's own (CONF-3)."""

_CHUNK = 500  # values in one statement
_numbers = count(1)


def _translated(error: Exception) -> StorageError:
    """Return what an error of Django means, with the driver's as its cause."""
    if isinstance(error, IntegrityError) and any(name in str(error) for name in _OWN):
        meaning: StorageError = IdentifierTakenError()
    else:
        meaning = meaning_of(error.__cause__ or error)
    # Errors about values quote them, and they are about children.
    shows = not isinstance(error, IntegrityError | DataError | UnicodeEncodeError)
    meaning.__cause__ = error.__cause__ if shows else None
    meaning.__suppress_context__ = True
    return meaning


def _execute(
    execute: Callable[..., Any],
    sql: str,
    params: object,
    many: object,
    context: dict[str, Any],
) -> Any:  # noqa: ANN401 - what Django gives
    """Run a statement; every error comes as one of the library's.

    After one PostgreSQL takes a commit for a rollback and tells nobody, so it is noted;
    undoing to a savepoint takes the note away.
    """
    try:
        return execute(sql, params, many, context)
    except (Error, UnicodeEncodeError) as error:
        context["connection"].needs_rollback = True
        raise _translated(error)  # noqa: B904 - it has its cause


class Rows:
    """The rows of all models, as one connection sees them."""

    def __init__(self, using: str) -> None:
        """Use the connection of this alias."""
        self.using = using

    def of(self, model: type[M]) -> QuerySet[M]:
        """Return the rows of a model."""
        return model._default_manager.using(self.using)  # noqa: SLF001 - its public name


class Pool:
    """Connections to one of Django's databases, each for one transaction at a time.

    How long one stays open is what Django's ``CONN_MAX_AGE`` says.
    """

    def __init__(self, database: str) -> None:
        """Open nothing yet."""
        self._database = database
        self._idle: list[BaseDatabaseWrapper] = []

    def take(self) -> BaseDatabaseWrapper:
        """Return a connection that nobody else has, with an alias of its own."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = connections.create_connection(self._database)
            connection.alias = f"{self._database}, transfers {next(_numbers)}"
            connection.execute_wrappers.append(_execute)
            connection.inc_thread_sharing()  # one after the other
        connection.close_if_unusable_or_obsolete()
        connections[connection.alias] = connection
        return connection

    def give_back(self, connection: BaseDatabaseWrapper) -> None:
        """Let another transaction have a connection."""
        del connections[connection.alias]
        connection.close_if_unusable_or_obsolete()
        self._idle.append(connection)

    def close(self) -> None:
        """Close those that nobody has."""
        while self._idle:
            self._idle.pop().close()


class Transaction(Rows):
    """One transaction; it begins when it is made."""

    def __init__(self, pool: Pool, *, read_only: bool, patience: float) -> None:
        """Take a connection and begin.

        Raises:
            StorageError: The database is locked or cannot be opened.
        """
        self.read_only = read_only
        self._pool = pool
        self._connection: BaseDatabaseWrapper | None = pool.take()
        super().__init__(self._connection.alias)
        self._atomic: Atomic | None = None
        try:
            self._begin(patience)
        except BaseException as error:
            self.close()
            if isinstance(error, DatabaseError):
                raise _translated(error)  # noqa: B904 - it has its cause
            raise

    def _begin(self, patience: float) -> None:
        connection: Any = self._connection
        connection.ensure_connection()
        milliseconds = max(1, int(patience * 1000))
        on_sqlite = connection.vendor == "sqlite"
        if on_sqlite:  # one that began by reading could not write after another has
            connection.transaction_mode = "DEFERRED" if self.read_only else "IMMEDIATE"
            with connection.cursor() as cursor:
                cursor.execute(f"PRAGMA query_only = {int(self.read_only)}")
                cursor.execute(f"PRAGMA busy_timeout = {milliseconds}")
        atomic = Atomic(self.using, savepoint=True, durable=True)
        atomic.__enter__()
        self._atomic = atomic
        if not on_sqlite:
            level = "REPEATABLE READ READ ONLY" if self.read_only else "READ COMMITTED"
            with connection.cursor() as cursor:
                cursor.execute(
                    f"SET TRANSACTION ISOLATION LEVEL {level}; "
                    f"SET LOCAL lock_timeout = {milliseconds}"
                )

    @property
    def is_open(self) -> bool:
        """Whether it has not ended."""
        return self._atomic is not None

    def atomic(self) -> Atomic:
        """Undo what is written inside if it raises; the transaction goes on.

        Every write belongs in one: Django gives up a transaction in which a write
        failed outside, and tells nobody.
        """
        return Atomic(self.using, savepoint=True, durable=False)

    def by_code_point(self, field: str) -> Collate:
        """Order by a text as Python does, whatever the collation of the database."""
        on_sqlite = connections[self.using].vendor == "sqlite"
        return Collate(F(field), "BINARY" if on_sqlite else "C")

    def check_writable(self) -> None:
        """Refuse what would only lock, which the database does not refuse everywhere.

        Raises:
            StorageReadOnlyError: Only reading was announced.
        """
        if self.read_only:
            raise only_reads()

    def commit(self) -> None:
        """Make everything lasting, and end.

        Raises:
            StorageError: It cannot be; nothing of it was kept.
        """
        broken = connections[self.using].needs_rollback
        try:
            self._end()
        except DatabaseError as error:
            raise _translated(error)  # noqa: B904 - it has its cause
        finally:
            self.close()
        if broken:
            raise StorageError

    def close(self) -> None:
        """Undo what was not committed, and end."""
        connection, self._connection = self._connection, None
        if connection is None:
            return
        try:
            if self._atomic is not None:
                connection.needs_rollback = True
                self._end()
        except DatabaseError:
            connection.close()  # then the server undoes it
        finally:
            self._pool.give_back(connection)

    def _end(self) -> None:
        atomic, self._atomic = self._atomic, None
        if atomic is not None:
            atomic.__exit__(None, None, None)


def chunks(values: Collection[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces that fit into one statement."""
    listed = list(values)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]
