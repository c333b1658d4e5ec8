"""What the errors of SQLite's and PostgreSQL's drivers mean, as errors of a storage."""

import re
from collections.abc import Callable

from student_transfer.errors import (
    ConcurrentChangeError,
    KeyTakenError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
)
from student_transfer.storing.kept_text import not_kept

_MEANINGS: dict[str, Callable[[], StorageError]] = {  # the first that begins it
    # names of SQLite
    "SQLITE_BUSY": StorageBusyError,
    "SQLITE_LOCKED": StorageBusyError,
    "SQLITE_CONSTRAINT_PRIMARYKEY": KeyTakenError,
    "SQLITE_CONSTRAINT_UNIQUE": KeyTakenError,
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
    "22021": not_kept,
    "22P05": not_kept,
    "23505": KeyTakenError,
    "23": ConcurrentChangeError,
    "53300": lambda: StorageBusyError(
        "The server has no place for another connection.",
        advice="Nothing was changed. Try again when others are done.",
    ),
    "55P03": StorageBusyError,
    "57P03": lambda: StorageBusyError(
        "The server lets nobody in for now.",
        advice="Nothing was changed. Try again when it has started.",
    ),
    "40001": ConcurrentChangeError,
    "40P01": ConcurrentChangeError,
    "25006": StorageReadOnlyError,
    "42501": StorageReadOnlyError,
    "54000": lambda: StorageError(
        "A key or an identifier is too long to be found by.",
        advice="Nothing was changed. Shorten it to 255 characters or fewer.",
    ),
}

_HAS_NUL = re.compile(
    r"(PostgreSQL text fields|A string literal) cannot contain NUL \(0x00\) \w+\.?"
)
"""What psycopg and psycopg2 say of a text that they send to no server."""


def meaning_of(error: object) -> StorageError:
    """Return what a driver's error means; it is raised with that error as its cause.

    A constraint that does not hold is a `ConcurrentChangeError`, and a `KeyTakenError`
    where something has to be its own; whether that is an identifier (CONF-3) only the
    storage can tell.

    Args:
        error: The error of the driver itself, such as SQLAlchemy's ``orig`` or the
            cause of Django's.

    >>> import sqlite3
    >>> error = sqlite3.OperationalError()
    >>> error.sqlite_errorname = "SQLITE_BUSY"
    >>> meaning_of(error).message
    'The database is locked by another process.'
    """
    name = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if name is None and _is_about_text(error):
        return not_kept()  # of what is looked for; what is written was checked before
    known = (make for code, make in _MEANINGS.items() if str(name).startswith(code))
    return next(known, StorageError)()


def _is_about_text(error: object) -> bool:
    """Return whether a driver refused a text itself, for which it has no code."""
    return isinstance(error, UnicodeEncodeError) or bool(_HAS_NUL.fullmatch(str(error)))
