"""The storage in SQLite keeps every promise of the ports."""

from student_transfer.testing.conformance import StorageContract
from tests.conformance.hosts import SqliteHost


class TestSqlite(StorageContract):
    """Every promise, on SQLite."""

    make_host = SqliteHost
