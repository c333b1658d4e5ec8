"""A storage that fails by a plan fails where the plan says, and nowhere else."""

from collections.abc import Iterator

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.errors import StorageBusyError, StorageError
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.faults import Call, Fault, FaultyStorage, Moment, Once
from student_transfer.testing.values import OAK, add_students, student


@pytest.fixture
def inner() -> MemoryStorage:
    """Return a storage in which no writer waits long for another."""
    return MemoryStorage(busy_timeout=0.01)


@pytest.fixture
def faulty(inner: MemoryStorage) -> FaultyStorage:
    """Return the same as it fails."""
    storage: UnitOfWorkFactory = FaultyStorage(inner)
    assert isinstance(storage, FaultyStorage)
    return storage


def size(storage: UnitOfWorkFactory) -> int:
    """Count the students."""
    with storage(read_only=True) as work:
        return work.roster.size(OAK)


def test_is_the_storage_while_nothing_fails(
    faulty: FaultyStorage, inner: MemoryStorage
) -> None:
    """Every call arrives, and is noted."""
    with faulty() as work:
        work.roster.add(student("1"))
        assert work.roster.students(site_id=OAK, keys=["1"]) == {"1": student("1")}  # type: ignore[list-item]
        assert work.sites.site(OAK) is None
        assert work.source.records(OAK, student("1").key) == []
        assert work.codes.of_site(OAK) == []
        assert work.imports.of_site(OAK) == []
        assert work.merges.of_site(OAK) == []
        work.commit()
    assert size(inner) == 1
    assert faulty.calls == [
        "begin",
        "roster.add",
        "roster.students",
        "sites.site",
        "source.records",
        "codes.of_site",
        "imports.of_site",
        "merges.of_site",
        "commit",
        "end",
    ]


def names() -> Iterator[tuple[str, Moment, int]]:
    """Yield every call of a small unit of work, and how many students it leaves."""
    for moment in Moment:
        for name in ("begin", "roster.add", "commit", "end"):
            committed = name == "end" or (name, moment) == ("commit", Moment.AFTER)
            yield name, moment, int(committed)


@pytest.mark.parametrize(("name", "moment", "left"), list(names()))
def test_fails_once_before_or_after(
    faulty: FaultyStorage, inner: MemoryStorage, name: str, moment: Moment, left: int
) -> None:
    """The caller sees an error either way; only what was committed is there."""
    faulty.plan = once = Once(Fault(moment), name=name)
    with pytest.raises(StorageBusyError):
        add_students(faulty, student("1"))
    number = ["begin", "roster.add", "commit", "end"].index(name)
    assert once.happened is not None
    assert (once.happened.number, once.happened.name) == (number, name)
    assert size(inner) == left
    add_students(faulty, student("2"))  # nobody is left waiting for who failed
    assert size(inner) == left + 1


def test_fails_by_number_with_any_error(faulty: FaultyStorage) -> None:
    """The plan says which error it is."""
    error = StorageError("The disk is full.")
    faulty.plan = Once(Fault(error=lambda: error), number=1)
    with pytest.raises(StorageError) as raised:
        add_students(faulty, student("1"))
    assert raised.value is error


def test_a_plan_sees_what_is_asked(faulty: FaultyStorage) -> None:
    """A plan may choose by the arguments, and fail more than once."""

    def unreadable(call: Call) -> Fault | None:
        return Fault() if call.arguments == (OAK, "1") else None

    faulty.plan = unreadable
    for _ in range(2):
        with faulty(read_only=True) as work:
            assert work.roster.records(OAK, student("2").key) == []
            with pytest.raises(StorageBusyError):
                work.roster.records(OAK, student("1").key)
            with pytest.raises(StorageBusyError):
                work.roster.records(site_id=OAK, key=student("1").key)


def test_shows_no_child(faulty: FaultyStorage) -> None:
    """What a call is given is in no repr."""
    assert repr(Call(7, "roster.add", (student(given_name="Maya"),))) == (
        "Call(number=7, name='roster.add')"
    )
