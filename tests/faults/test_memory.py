"""Whichever call fails on the storage in memory, every step comes to its end."""

from student_transfer.testing.conformance import RecoveryContract
from tests.conformance.hosts import MemoryHost


class TestMemory(RecoveryContract):
    """Every step, with every error."""

    make_host = MemoryHost
