"""The platform keeps every promise of the ports on PostgreSQL, which locks rows."""

import pytest

from student_transfer.testing.conformance import StorageContract
from transfers.tests.host import PostgresqlHost

pytestmark = pytest.mark.usefixtures("on_server")


class TestOnPostgresql(StorageContract):
    """Every promise."""

    make_host = PostgresqlHost
