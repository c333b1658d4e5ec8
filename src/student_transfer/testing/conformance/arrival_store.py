"""What a store of arrivals promises."""

from datetime import timedelta

import pytest

from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import (
    ELM,
    NOW,
    OAK,
    add_arrivals,
    minutes,
    new_arrival,
    row,
    undone,
)

I1, I2 = ImportId("i1"), ImportId("i2")
S1, S2 = StudentKey("s1"), StudentKey("s2")
D1 = StudentKey("d1")


class ArrivalStoreContract(Contract):
    """Promises of `ports.ArrivalStore`."""

    port = "arrival store"

    def test_finds_an_arrival(self, storage: UnitOfWorkFactory) -> None:
        """An arrival comes back with every field as stored, by import and key alone."""
        standing, gone = new_arrival("i1", "s1"), undone(new_arrival("i1", "s2"))
        bare = new_arrival("i2", "s1", before=new_arrival().after, came=())
        add_arrivals(storage, standing, gone, bare)
        with storage(read_only=True) as work:
            assert work.arrivals.get(I1, S1) == standing
            assert work.arrivals.get(I1, S2) == gone
            assert work.arrivals.get(I2, S1) == bare
            assert work.arrivals.get(I2, S2) is None
            assert work.arrivals.get(ImportId("i3"), S1) is None

    def test_refuses_a_second_arrival(self, storage: UnitOfWorkFactory) -> None:
        """No two arrivals are of one row, though the first was undone."""
        add_arrivals(storage, new_arrival("i1", "s1"), undone(new_arrival("i1", "s2")))
        with storage() as work:
            for key in ("s1", "s2"):
                with pytest.raises(ConcurrentChangeError):
                    work.arrivals.add(new_arrival("i1", key, onto="another"))
            assert work.arrivals.get(I1, S1) == new_arrival("i1", "s1")
            assert work.arrivals.get(I1, S2) == undone(new_arrival("i1", "s2"))

    def test_gives_those_onto_a_student(self, storage: UnitOfWorkFactory) -> None:
        """Those merged with a student come oldest first, of that site and key alone."""
        instant = timedelta(microseconds=1)
        second = new_arrival("i2", "s1", arrived_at=minutes(1))
        third = new_arrival("i1", "s1", arrived_at=minutes(1) + instant)
        first = new_arrival("i3", "s1", arrived_at=minutes(-1))
        add_arrivals(
            storage,
            *(third, second, first),
            new_arrival("i3", "s2", onto="d2"),
            new_arrival("i4", "s1", site_id=OAK),
        )
        with storage(read_only=True) as work:
            assert list(work.arrivals.onto(ELM, D1)) == [first, second, third]
            assert list(work.arrivals.onto(OAK, D1)) == [
                new_arrival("i4", "s1", site_id=OAK)
            ]
            assert not work.arrivals.onto(OAK, StudentKey("d2"))
            assert not work.arrivals.onto(ELM, S1)

    def test_orders_arrivals_of_one_time(self, storage: UnitOfWorkFactory) -> None:
        """Of one time the smaller import ID comes first, then the smaller source key.

        Smaller is what Python sorts first: by code point, as source keys are sorted.
        """
        pairs = [("i9", "a"), ("i1", "é"), ("i10", "a"), ("I2", "z"), ("i1", "b")]
        pairs += [("i1", "B"), ("i1", "a")]
        add_arrivals(storage, *(new_arrival(*pair) for pair in pairs))
        with storage(read_only=True) as work:
            found = work.arrivals.onto(ELM, D1)
        given = [(one.import_id, one.source_key) for one in found]
        assert given == sorted(pairs)
        assert {one.arrived_at for one in found} == {NOW}

    def test_gives_no_arrival_that_was_undone(self, storage: UnitOfWorkFactory) -> None:
        """Those that were undone are merged with the student no longer (AFTER-2)."""
        stands = new_arrival("i2", "s1")
        add_arrivals(
            storage, new_arrival("i1", "s1"), stands, undone(new_arrival("i3"))
        )
        with storage() as work:
            work.arrivals.save(undone(new_arrival("i1", "s1")))
            assert list(work.arrivals.onto(ELM, D1)) == [stands]
            work.arrivals.save(undone(stands))
            assert not work.arrivals.onto(ELM, D1)

    def test_saves_the_undo_of_an_arrival_once(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """An arrival is undone once, alone; one that is not there cannot be."""
        others = (new_arrival("i1", "s2"), new_arrival("i2", "s1"))
        add_arrivals(storage, new_arrival("i1", "s1"), *others)
        with storage() as work:
            work.imports.put_rows(I2, [row("s1"), row("s2")])
            work.arrivals.save(undone(new_arrival("i1", "s1")))
            for stale in (("i1", "s1"), ("i2", "s2"), ("i3", "s1")):
                with pytest.raises(ConcurrentChangeError):
                    work.arrivals.save(undone(new_arrival(*stale), undone_at=NOW))
            assert work.arrivals.get(I1, S1) == undone(new_arrival("i1", "s1"))
            assert [work.arrivals.get(I1, S2), work.arrivals.get(I2, S1)] == [*others]
            assert work.arrivals.get(I2, S2) is None

    def test_saves_an_arrival_that_stands(self, storage: UnitOfWorkFactory) -> None:
        """One that stands can be another by the undoing of another child's (CONF-2)."""
        other = new_arrival("i2", "s2", arrived_at=minutes(1))
        add_arrivals(storage, new_arrival("i1", "s1"), other)
        changed = new_arrival("i1", "s1", before=other.after)
        with storage() as work:
            work.arrivals.save(changed)
            assert work.arrivals.get(I1, S1) == changed
            found = work.arrivals.onto(ELM, D1)
            assert sorted(found, key=lambda one: one.arrived_at) == [changed, other]
            assert not work.arrivals.parted(ELM, [D1])

    def test_tells_who_was_parted(self, storage: UnitOfWorkFactory) -> None:
        """Those that were undone are found by the students, of that site alone."""
        gone = [undone(new_arrival(f"i{number}", "s1")) for number in (1, 2)]
        elsewhere = undone(new_arrival("i3", "s1", onto="d2"))
        others = (
            new_arrival("i4", "s1"),
            undone(new_arrival("i5", "s1", onto="d3")),
            undone(new_arrival("i6", "s1", site_id=OAK)),
        )
        add_arrivals(storage, *gone, elsewhere, *others)
        many = [StudentKey(f"n{number}") for number in range(1500)]
        with storage() as work:
            found = work.arrivals.parted(ELM, [D1, StudentKey("d2"), *many])
            assert sorted(found, key=lambda one: one.import_id) == [*gone, elsewhere]
            assert not work.arrivals.parted(ELM, [])
            work.arrivals.save(undone(new_arrival("i4", "s1")))
            assert len(work.arrivals.parted(ELM, [D1])) == 3
