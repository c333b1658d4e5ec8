"""How a transaction begins, and how its connection is left for whoever gets it next."""

import sqlite3
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from student_transfer.errors import StorageError


def begin(
    connection: sa.Connection, busy_timeout: float, *, read_only: bool
) -> sa.RootTransaction:
    """Begin a transaction that may or may not write.

    SQLite locks the database for writing at once: a transaction that began by reading
    could not write after another one has. Servers lock the rows instead.

    Raises:
        StorageError: A host's engine begins or commits transactions by itself.
    """
    begun = connection.begin()
    if connection.dialect.name == "sqlite":
        driver: Any = connection.connection.dbapi_connection
        # With autocommit (Python 3.12) a commit would do nothing, and not say so.
        if driver.in_transaction or getattr(driver, "autocommit", None) is True:
            raise _not_ours_to_begin()
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
        return begun
    if read_only:
        connection.exec_driver_sql(
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        )
    milliseconds = max(1, int(busy_timeout * 1000))  # 0 would mean for ever
    # A bitmap would read to its end what a query takes the first few rows of.
    connection.exec_driver_sql(
        f"SELECT set_config('lock_timeout', '{milliseconds}', true), "
        "set_config('enable_bitmapscan', 'off', true)"
    )
    return begun


def set_up(
    connection: sa.Connection, busy_timeout: float, *, read_only: bool
) -> Mapping[str, int]:
    """Change the settings that SQLite keeps for each connection.

    Returns:
        Those that were different before, for `leave`. On a server there are none: its
        settings end with the transaction.
    """
    if connection.dialect.name != "sqlite":
        return {}
    driver: Any = connection.connection.dbapi_connection
    before: dict[str, int] = {}
    wanted = {
        "foreign_keys": 1,
        "query_only": int(read_only),
        "busy_timeout": int(busy_timeout * 1000),
    }
    for name, value in wanted.items():
        [[now]] = driver.execute(f"PRAGMA {name}")
        if now != value:
            before[name] = now
            driver.execute(f"PRAGMA {name} = {value}")
    return before


def leave(connection: sa.Connection, before: Mapping[str, int]) -> None:
    """Undo what was not committed, and restore the settings that `set_up` changed.

    The pool gives the connection to others next; on a host's engine that is the host. A
    connection that cannot be restored is given to nobody.
    """
    if before and not connection.closed and not connection.invalidated:
        driver: Any = connection.connection.dbapi_connection
        try:
            driver.rollback()  # in a transaction SQLite keeps foreign_keys as it is
            for name, value in before.items():
                driver.execute(f"PRAGMA {name} = {value}")
        except sqlite3.Error:
            connection.invalidate()
    connection.close()


def _not_ours_to_begin() -> StorageError:
    return StorageError(
        "The engine begins or commits transactions by itself.",
        advice="Use one without a listener that begins them and without the driver's "
        "autocommit; or SqlStorage.open with the path of the file.",
    )
