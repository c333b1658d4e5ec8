"""Imports in memory: what they cost."""

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.students import StudentKey
from student_transfer.testing.values import add_import, full_row, new_import, row

MANY = 200


class Counted(str):
    """A key that counts how often one is compared with another."""

    __slots__ = ()
    comparisons = 0

    def __lt__(self, other: str) -> bool:
        """Compare, and count it."""
        Counted.comparisons += 1
        return str.__lt__(self, other)


def test_the_rows_of_an_import_are_not_sorted_for_each_student() -> None:
    """IMP-6: each student has a transaction, so an import would take long."""
    storage, import_ = MemoryStorage(), new_import()
    keys = [StudentKey(Counted(f"s{number:03}")) for number in range(MANY)]
    add_import(storage, import_, [row(key) for key in reversed(keys)])
    Counted.comparisons = 0
    for key in keys:
        with storage() as work:
            taken = work.imports.take_pending_row(import_.id)
            assert taken is not None
            assert taken.source_key == key
            work.imports.save_row(import_.id, full_row(key))
            work.commit()
    assert Counted.comparisons < MANY
    with storage() as work:
        assert work.imports.take_pending_row(import_.id) is None
