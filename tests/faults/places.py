"""The databases on which processes are killed and race, each as a place by itself."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage
from tests.conformance.postgresql import empty, server

PATIENCE = 60.0  # seconds; who hangs for longer has failed
STORAGES = ("sqlite", "postgresql")


def open_storage(location: str) -> SqlStorage:
    """Open the database at a location, to wait for locks for long."""
    where = location if "://" in location else Path(location)
    return SqlStorage.open(where, busy_timeout=30)


@contextmanager
def places(storage: str) -> Iterator[Callable[[], str]]:
    """Yield what makes an empty database, each time, and says where it is.

    On PostgreSQL it is one and the same database each time, emptied; its server stops
    when this process ends.
    """
    if storage == "postgresql":
        yield _emptied
        return
    with TemporaryDirectory() as folder:
        numbers = iter(range(1_000_000))
        yield lambda: str(Path(folder, f"{next(numbers)}.db"))


def _emptied() -> str:
    empty(url := server())
    return url


def is_sound(storage: SqlStorage) -> bool:
    """Return whether the database itself finds no fault in its file."""
    with storage(read_only=True) as work:
        if work.transaction.dialect != "sqlite":
            return True
        check = sa.text("PRAGMA integrity_check").columns(sa.column("told"))
        return [row.told for row in work.transaction.rows(check)] == ["ok"]
