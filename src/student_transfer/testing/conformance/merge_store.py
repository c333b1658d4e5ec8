"""What a store of merges promises."""

import pytest

from student_transfer.errors import ConcurrentChangeError
from student_transfer.merges import MergeId
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import (
    ELM,
    OAK,
    add_merges,
    minutes,
    new_merge,
    undone,
)

GONE = StudentKey("gone")


class MergeStoreContract(Contract):
    """Promises of `ports.MergeStore`."""

    port = "merge store"

    def test_finds_a_merge(self, storage: UnitOfWorkFactory) -> None:
        """A merge comes back with every field as stored, on its site alone."""
        add_merges(storage, new_merge("m1"), undone(new_merge("m2")))
        with storage(read_only=True) as work:
            assert work.merges.get(OAK, MergeId("m1")) == new_merge("m1")
            assert work.merges.get(OAK, MergeId("m2")) == undone(new_merge("m2"))
            assert work.merges.get(ELM, MergeId("m1")) is None
            assert work.merges.get(OAK, MergeId("m3")) is None

    def test_lists_newest_merges_first(self, storage: UnitOfWorkFactory) -> None:
        """A site's merges come newest first, and no other site's."""
        add_merges(
            storage,
            new_merge("m1", merged_at=minutes(1)),
            new_merge("m2", merged_at=minutes(3)),
            new_merge("m3", merged_at=minutes(2)),
            new_merge("m4", site_id=ELM),
        )
        with storage(read_only=True) as work:
            ids = [merge.id for merge in work.merges.of_site(OAK)]
        assert ids == ["m2", "m3", "m1"]

    def test_gives_some_of_the_merges(self, storage: UnitOfWorkFactory) -> None:
        """Merges are given from an offset on, and up to a limit."""
        add_merges(
            storage,
            *(new_merge(f"m{nth}", merged_at=minutes(5 - nth)) for nth in range(1, 5)),
        )
        with storage(read_only=True) as work:
            for offset, limit, ids in (
                (0, 2, ["m1", "m2"]),
                (1, 2, ["m2", "m3"]),
                (3, 2, ["m4"]),
                (2, None, ["m3", "m4"]),
                (4, 1, []),
                (0, 0, []),
            ):
                some = work.merges.of_site(OAK, offset=offset, limit=limit)
                assert [merge.id for merge in some] == ids

    def test_gives_the_merges_into_students(self, storage: UnitOfWorkFactory) -> None:
        """Those that stand come by whom they went into, newest first (AFTER-2)."""
        first, *others = (
            new_merge("m1", merged_at=minutes(1)),
            new_merge("m2", absorbed="a", merged_at=minutes(4)),
            new_merge("m0", absorbed="b", survivor="last", merged_at=minutes(2)),
            new_merge("m4", absorbed="kept", survivor="last", merged_at=minutes(3)),
            new_merge("m5", absorbed="c", survivor="other", merged_at=minutes(5)),
            undone(new_merge("m6", absorbed="d", merged_at=minutes(6))),
            new_merge("m7", site_id=ELM),
        )
        kept, many = StudentKey("kept"), [StudentKey(f"x{n}") for n in range(1500)]
        add_merges(storage, first, *others)
        with storage() as work:
            found = work.merges.into(OAK, [StudentKey("last"), *many, kept])
            assert [one.id for one in found] == ["m2", "m4", "m0", "m1"]
            assert found[-1] == first
            assert not work.merges.into(OAK, [GONE])
            assert not work.merges.into(OAK, [])
            work.merges.save(undone(first))
            assert [one.id for one in work.merges.into(OAK, [kept])] == ["m2"]

    def test_gives_the_merges_that_were_undone(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """Those that were undone come by whom they took off, newest first (AFTER-2)."""
        standing, *others = (
            new_merge("m1", merged_at=minutes(1)),
            undone(new_merge("m2", survivor="last", merged_at=minutes(4))),
            undone(new_merge("m0", absorbed="a", merged_at=minutes(2))),
            undone(new_merge("m4", merged_at=minutes(3))),
            undone(new_merge("m5", absorbed="b", survivor="a", merged_at=minutes(5))),
            undone(new_merge("m6", site_id=ELM)),
        )
        many = [StudentKey(f"x{n}") for n in range(1500)]
        add_merges(storage, standing, *others)
        with storage() as work:
            found = work.merges.undone(OAK, [StudentKey("a"), *many, GONE])
            assert [one.id for one in found] == ["m2", "m4", "m0"]
            assert found[0] == others[0]
            assert not work.merges.undone(OAK, [StudentKey("last")])
            assert not work.merges.undone(OAK, [])
            work.merges.save(undone(standing))
            found = work.merges.undone(OAK, [GONE])
            assert [one.id for one in found] == ["m2", "m4", "m1"]

    def test_refuses_a_second_merge(self, storage: UnitOfWorkFactory) -> None:
        """No two merges of a site have one id."""
        add_merges(storage, new_merge())
        with storage() as work, pytest.raises(ConcurrentChangeError):
            work.merges.add(new_merge())

    def test_saves_an_undo_once(self, storage: UnitOfWorkFactory) -> None:
        """A merge is undone once; one that is not there cannot be (AFTER-2)."""
        add_merges(storage, new_merge())
        with storage() as work:
            work.merges.save(undone(new_merge()))
            assert work.merges.get(OAK, MergeId("m1")) == undone(new_merge())
            for stale in (new_merge("m1"), new_merge("m2")):
                with pytest.raises(ConcurrentChangeError):
                    work.merges.save(undone(stale))

    def test_says_who_survived(self, storage: UnitOfWorkFactory) -> None:
        """An absorbed student leads one step to the survivor (IMP-8)."""
        add_merges(
            storage,
            new_merge("m1"),
            new_merge("m2", absorbed="kept", survivor="last", merged_at=minutes(1)),
        )
        with storage(read_only=True) as work:
            assert work.merges.survivor(OAK, GONE) == "kept"
            assert work.merges.survivor(OAK, StudentKey("kept")) == "last"
            assert work.merges.survivor(OAK, StudentKey("last")) is None
            assert work.merges.survivor(ELM, GONE) is None

    def test_gives_the_merge_that_absorbed(self, storage: UnitOfWorkFactory) -> None:
        """The merge itself is given too, of the site alone (IMP-8)."""
        add_merges(storage, new_merge("m1"))
        with storage(read_only=True) as work:
            assert work.merges.absorbing(OAK, GONE) == new_merge("m1")
            assert work.merges.absorbing(OAK, StudentKey("kept")) is None
            assert work.merges.absorbing(ELM, GONE) is None

    def test_gives_the_latest_merge_that_stands(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """Of two merges of one key the later counts, and none that was undone."""
        later = new_merge("m0", survivor="other", merged_at=minutes(1))
        add_merges(storage, new_merge("m1"), later)
        with storage() as work:
            assert work.merges.absorbing(OAK, GONE) == later
            work.merges.save(undone(later))
            assert work.merges.absorbing(OAK, GONE) == new_merge("m1")
            work.merges.save(undone(new_merge("m1")))
            assert work.merges.absorbing(OAK, GONE) is None

    def test_follows_no_undone_merge(self, storage: UnitOfWorkFactory) -> None:
        """A merge that was undone leads nowhere; the latest that stands does."""
        add_merges(storage, new_merge("m1"))
        later = new_merge("m2", survivor="other", merged_at=minutes(1))
        with storage() as work:
            work.merges.save(undone(new_merge("m1")))
            assert work.merges.survivor(OAK, GONE) is None
            work.merges.add(later)
            assert work.merges.survivor(OAK, GONE) == "other"
