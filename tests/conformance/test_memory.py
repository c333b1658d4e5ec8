"""The storage in memory keeps every promise of the ports."""

from student_transfer.testing.conformance import StorageContract
from tests.conformance.hosts import MemoryHost


class TestMemory(StorageContract):
    """Every promise, on the storage in memory."""

    make_host = MemoryHost
