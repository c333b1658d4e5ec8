"""The platform keeps every promise of the ports on SQLite."""

import os

import pytest

from student_transfer.testing.conformance import RecoveryContract, StorageContract
from transfers.tests.host import SqliteHost


class TestOnSqlite(StorageContract):
    """Every promise."""

    make_host = SqliteHost


@pytest.mark.skipif(
    "SCHOOL_PLATFORM_RECOVERY" not in os.environ,
    reason="takes a minute; set SCHOOL_PLATFORM_RECOVERY for it",
)
class TestRecovery(RecoveryContract):
    """Every call fails once; then people do again what failed."""

    make_host = SqliteHost
