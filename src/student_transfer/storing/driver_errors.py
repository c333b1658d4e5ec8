"""What the errors of SQLite's and PostgreSQL's drivers mean, as errors of a storage."""

from collections.abc import Callable

from student_transfer.errors import (
    ConcurrentChangeError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
)
from student_transfer.storing.kept_text import not_kept

_MEANINGS: dict[str, Callable[[], StorageError]] = {
    # names of SQLite
    "SQLITE_BUSY": StorageBusyError,
    "SQLITE_LOCKED": StorageBusyError,
    "SQLITE_CONSTRAINT": ConcurrentChangeError,
    "SQLITE_READONLY": StorageReadOnlyError,
    "SQLITE_NOTADB": lambda: StorageError(
        "The file is not a database.", advice="Check the path of the database."
    ),
    "SQLITE_CANTOPEN": lambda: StorageError(
        "The database cannot be opened.",
        advice="Check that its folder exists and may be read and written.",
    ),
    "SQLITE_FULL": lambda: StorageError("The disk is full.", advice="Free some space."),
    # SQLSTATE
    "23": ConcurrentChangeError,
    "55P03": StorageBusyError,
    "40001": ConcurrentChangeError,
    "40P01": ConcurrentChangeError,
    "25006": StorageReadOnlyError,
    "42501": StorageReadOnlyError,
    "54000": lambda: StorageError(
        "A key or an identifier is too long to be found by.",
        advice="Nothing was changed. Shorten it to 255 characters or fewer.",
    ),
}


def meaning_of(error: object) -> StorageError:
    """Say what the error of a driver means; it is raised with that error as its cause.

    A constraint that does not hold is a `ConcurrentChangeError`; whether it is about an
    identifier (CONF-3) only the storage can tell.

    Args:
        error: The error of the driver itself, such as SQLAlchemy's ``orig`` or the
            cause of Django's.

    >>> import sqlite3
    >>> error = sqlite3.OperationalError()
    >>> error.sqlite_errorname = "SQLITE_BUSY"
    >>> meaning_of(error).message
    'The database is locked by another process.'
    """
    if isinstance(error, UnicodeEncodeError) or "NUL" in str(error):
        return not_kept()  # of what is looked for; what is written was checked before
    name = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    known = (make for code, make in _MEANINGS.items() if str(name).startswith(code))
    return next(known, StorageError)()
