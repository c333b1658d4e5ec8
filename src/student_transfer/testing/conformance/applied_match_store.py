"""What a store of applied matches promises."""

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
    add_applied_matches,
    minutes,
    new_applied_match,
    row,
    undone,
)

I1, I2 = ImportId("i1"), ImportId("i2")
S1, S2 = StudentKey("s1"), StudentKey("s2")
D1 = StudentKey("d1")


class AppliedMatchStoreContract(Contract):
    """Promises of `ports.AppliedMatchStore`."""

    port = "applied match store"

    def test_finds_an_applied_match(self, storage: UnitOfWorkFactory) -> None:
        """A match comes back with every field as stored, by import and key alone."""
        standing, gone = (
            new_applied_match("i1", "s1"),
            undone(new_applied_match("i1", "s2")),
        )
        bare = new_applied_match("i2", "s1", before=new_applied_match().after, added=())
        add_applied_matches(storage, standing, gone, bare)
        with storage(read_only=True) as work:
            assert work.applied_matches.get(I1, S1) == standing
            assert work.applied_matches.get(I1, S2) == gone
            assert work.applied_matches.get(I2, S1) == bare
            assert work.applied_matches.get(I2, S2) is None
            assert work.applied_matches.get(ImportId("i3"), S1) is None

    def test_refuses_a_second_applied_match(self, storage: UnitOfWorkFactory) -> None:
        """No two applied matches are of one row, though the first was undone."""
        add_applied_matches(
            storage,
            new_applied_match("i1", "s1"),
            undone(new_applied_match("i1", "s2")),
        )
        with storage() as work:
            for key in ("s1", "s2"):
                with pytest.raises(ConcurrentChangeError):
                    work.applied_matches.add(
                        new_applied_match("i1", key, match="another")
                    )
            assert work.applied_matches.get(I1, S1) == new_applied_match("i1", "s1")
            assert work.applied_matches.get(I1, S2) == undone(
                new_applied_match("i1", "s2")
            )

    def test_gives_those_standing_for_a_student(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """Those merged with students come oldest first, of that site and keys alone."""
        instant = timedelta(microseconds=1)
        second = new_applied_match("i2", "s1", arrived_at=minutes(1))
        third = new_applied_match("i1", "s1", arrived_at=minutes(1) + instant)
        first = new_applied_match("i3", "s1", arrived_at=minutes(-1))
        other = new_applied_match("i3", "s2", match="d2")
        add_applied_matches(
            storage,
            *(third, second, first, other),
            new_applied_match("i4", "s1", site_id=OAK),
        )
        many = [StudentKey(f"n{number}") for number in range(1500)]
        with storage(read_only=True) as work:
            assert list(work.applied_matches.standing_for(ELM, [D1])) == [
                first,
                second,
                third,
            ]
            assert list(work.applied_matches.standing_for(OAK, [D1])) == [
                new_applied_match("i4", "s1", site_id=OAK)
            ]
            among_many = [D1, *many, StudentKey("d2")]
            assert list(work.applied_matches.standing_for(ELM, among_many)) == [
                first,
                other,
                second,
                third,
            ]
            assert not work.applied_matches.standing_for(ELM, [])
            assert not work.applied_matches.standing_for(OAK, [StudentKey("d2")])
            assert not work.applied_matches.standing_for(ELM, [S1])

    def test_orders_applied_matches_of_one_time(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """Of one time the smaller import ID comes first, then the smaller source key.

        Smaller is what Python sorts first: by code point, as source keys are sorted.
        """
        pairs = [("i9", "a"), ("i1", "é"), ("i10", "a"), ("I2", "z"), ("i1", "b")]
        pairs += [("i1", "B"), ("i1", "a")]
        add_applied_matches(storage, *(new_applied_match(*pair) for pair in pairs))
        with storage(read_only=True) as work:
            found = work.applied_matches.standing_for(ELM, [D1])
        given = [(one.import_id, one.source_key) for one in found]
        assert given == sorted(pairs)
        assert {one.arrived_at for one in found} == {NOW}

    def test_gives_no_applied_match_that_was_undone(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """Those that were undone are merged with the student no longer (AFTER-2)."""
        stands = new_applied_match("i2", "s1")
        add_applied_matches(
            storage,
            new_applied_match("i1", "s1"),
            stands,
            undone(new_applied_match("i3")),
        )
        with storage() as work:
            work.applied_matches.save(undone(new_applied_match("i1", "s1")))
            assert list(work.applied_matches.standing_for(ELM, [D1])) == [stands]
            work.applied_matches.save(undone(stands))
            assert not work.applied_matches.standing_for(ELM, [D1])

    def test_saves_the_undo_of_an_applied_match_once(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """An applied match is undone once, alone; one that is not there cannot be."""
        others = (new_applied_match("i1", "s2"), new_applied_match("i2", "s1"))
        add_applied_matches(storage, new_applied_match("i1", "s1"), *others)
        with storage() as work:
            work.imports.put_rows(I2, [row("s1"), row("s2")])
            work.applied_matches.save(undone(new_applied_match("i1", "s1")))
            for stale in (("i1", "s1"), ("i2", "s2"), ("i3", "s1")):
                with pytest.raises(ConcurrentChangeError):
                    work.applied_matches.save(
                        undone(new_applied_match(*stale), undone_at=NOW)
                    )
            assert work.applied_matches.get(I1, S1) == undone(
                new_applied_match("i1", "s1")
            )
            assert [
                work.applied_matches.get(I1, S2),
                work.applied_matches.get(I2, S1),
            ] == [*others]
            assert work.applied_matches.get(I2, S2) is None

    def test_saves_an_applied_match_that_stands(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """One that stands can be another by the undoing of another child's (CONF-2)."""
        other = new_applied_match("i2", "s2", arrived_at=minutes(1))
        add_applied_matches(storage, new_applied_match("i1", "s1"), other)
        changed = new_applied_match("i1", "s1", before=other.after)
        with storage() as work:
            work.applied_matches.save(changed)
            assert work.applied_matches.get(I1, S1) == changed
            found = work.applied_matches.standing_for(ELM, [D1])
            assert sorted(found, key=lambda one: one.arrived_at) == [changed, other]
            assert not work.applied_matches.undone_for(ELM, [D1])

    def test_gives_those_undone_for_a_student(self, storage: UnitOfWorkFactory) -> None:
        """Those that were undone are found by the students, of that site alone."""
        gone = [undone(new_applied_match(f"i{number}", "s1")) for number in (1, 2)]
        elsewhere = undone(new_applied_match("i3", "s1", match="d2"))
        others = (
            new_applied_match("i4", "s1"),
            undone(new_applied_match("i5", "s1", match="d3")),
            undone(new_applied_match("i6", "s1", site_id=OAK)),
        )
        add_applied_matches(storage, *gone, elsewhere, *others)
        many = [StudentKey(f"n{number}") for number in range(1500)]
        with storage() as work:
            found = work.applied_matches.undone_for(ELM, [D1, StudentKey("d2"), *many])
            assert sorted(found, key=lambda one: one.import_id) == [*gone, elsewhere]
            assert not work.applied_matches.undone_for(ELM, [])
            work.applied_matches.save(undone(new_applied_match("i4", "s1")))
            assert len(work.applied_matches.undone_for(ELM, [D1])) == 3
