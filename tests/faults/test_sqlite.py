"""Whichever call fails on SQLite, every step comes to its end."""

from student_transfer.testing.conformance import RecoveryContract
from student_transfer.testing.recovery import LOST
from tests.conformance.hosts import SqliteHost


class TestSqlite(RecoveryContract):
    """Every step, with the error that a lost connection gives."""

    make_host = SqliteHost
    errors = (LOST,)
