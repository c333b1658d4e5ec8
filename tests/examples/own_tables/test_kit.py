"""The example keeps every promise of the ports, on SQLite and on PostgreSQL."""

import pytest

from student_transfer.testing.conformance import StorageContract
from tests.examples.own_tables.hosts import PostgresqlHost, SqliteHost


class TestOnSqlite(StorageContract):
    """Every promise, on SQLite."""

    make_host = SqliteHost


@pytest.mark.usefixtures("postgresql")
class TestOnPostgresql(StorageContract):
    """Every promise, on PostgreSQL."""

    make_host = PostgresqlHost
