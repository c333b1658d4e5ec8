"""The platform keeps every promise of the ports, on SQLite and on PostgreSQL."""

import pytest

from student_transfer.testing.conformance import StorageContract
from transfers.tests.host import PostgresqlHost, SqliteHost


class TestOnSqlite(StorageContract):
    """Every promise, on SQLite."""

    make_host = SqliteHost


@pytest.mark.usefixtures("on_server")
class TestOnPostgresql(StorageContract):
    """Every promise, on PostgreSQL, where rows are locked."""

    make_host = PostgresqlHost
