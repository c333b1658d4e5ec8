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


def _refers() -> StorageError:
    return ConcurrentChangeError(
        "Something that this refers to is not there, or something refers to it.",
        advice="Nothing was changed. Read it again and repeat the step: what it refers "
        "to may have gone meanwhile, or another row of your database refers to it.",
    )


def _against_a_rule() -> StorageError:
    return StorageError(
        "A rule of the database refuses this.",
        advice="Nothing was changed. Trying again does not help: look which rule of "
        "the table it is (not null, check, or a trigger), and change it or the data.",
    )


_MEANINGS: dict[str, Callable[[], StorageError]] = {  # the first that begins it
    # names of SQLite
    "SQLITE_BUSY": StorageBusyError,
    "SQLITE_LOCKED": StorageBusyError,
    "SQLITE_CONSTRAINT_PRIMARYKEY": KeyTakenError,
    "SQLITE_CONSTRAINT_UNIQUE": KeyTakenError,
    "SQLITE_CONSTRAINT_FOREIGNKEY": _refers,
    "SQLITE_CONSTRAINT_CHECK": _against_a_rule,
    "SQLITE_CONSTRAINT_NOTNULL": _against_a_rule,
    "SQLITE_CONSTRAINT_TRIGGER": _against_a_rule,
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
    "23001": _refers,
    "23503": _refers,
    "23502": _against_a_rule,
    "23514": _against_a_rule,
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
    "P0001": _against_a_rule,  # what a trigger raises
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

    What has to be its own and is not is a `KeyTakenError`; whether that is an
    identifier (CONF-3) only the storage can tell. A foreign key that does not hold is a
    `ConcurrentChangeError`, since what it refers to may have gone meanwhile. A value
    that a table does not allow is neither: it stays so however often one tries.

    Args:
        error: The error of the driver itself, such as SQLAlchemy's ``orig`` or the
            cause of Django's.

    >>> import sqlite3
    >>> error = sqlite3.OperationalError()
    >>> error.sqlite_errorname = "SQLITE_BUSY"
    >>> meaning_of(error).message
    'The database is locked by another process.'
    """
    return known_meaning(error) or StorageError()


def known_meaning(error: object) -> StorageError | None:
    """Return what a driver's error means, or None where its name tells nothing."""
    name = getattr(error, "sqlite_errorname", None) or getattr(error, "sqlstate", None)
    if name is None and _is_about_text(error):
        return not_kept()  # of what is looked for; what is written was checked before
    known = (make for code, make in _MEANINGS.items() if str(name).startswith(code))
    make = next(known, None)
    return None if make is None else make()


def _is_about_text(error: object) -> bool:
    """Return whether a driver refused a text itself, for which it has no code."""
    return isinstance(error, UnicodeEncodeError) or bool(_HAS_NUL.fullmatch(str(error)))
