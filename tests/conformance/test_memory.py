"""The storage in memory keeps every promise of the ports."""

from student_transfer.adapters.memory.rosters import MemoryRoster
from student_transfer.adapters.memory.tables import Guard, Tables
from student_transfer.students import StudentKey
from student_transfer.testing.conformance import StorageContract
from student_transfer.testing.values import OAK, quiz
from tests.conformance.hosts import MemoryHost


class TestMemory(StorageContract):
    """Every promise, on the storage in memory."""

    make_host = MemoryHost


def test_an_unknown_student_leaves_no_trace() -> None:
    """Taking records from a student who is not there writes nothing."""
    guard = Guard()
    tables = Tables().fork(guard)
    roster = MemoryRoster(tables, guard)
    roster.remove_records(OAK, StudentKey("nobody"), [quiz("1").origin])
    assert list(tables.records) == []
