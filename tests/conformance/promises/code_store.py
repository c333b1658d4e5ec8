"""What a store of transfer codes promises."""

import threading

import attrs
import pytest

from student_transfer.codes import CodeEvent, CodeId, StudentScope
from student_transfer.errors import ConcurrentChangeError, StorageBusyError
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey
from tests.conformance.promises.values import (
    ELM,
    OAK,
    add_codes,
    issued_code,
    minutes,
)

TRIES = 200


class CodeStorePromises:
    """Promises of `ports.CodeStore`."""

    def test_finds_a_code(self, storage: UnitOfWorkFactory) -> None:
        """A code is found by id and by digest, with every field as stored."""
        scope = StudentScope(SchoolId("north"), StudentKey("s1"))
        year, one = issued_code("c1"), issued_code("c2", scope=scope)
        held = attrs.evolve(issued_code("c3"), holder="i1")
        add_codes(storage, year, one, held)
        with storage(read_only=True) as work:
            for code in (year, one, held):
                assert work.codes.get(code.id) == code
                assert work.codes.by_digest(code.digest) == code

    def test_finds_no_unknown_code(self, storage: UnitOfWorkFactory) -> None:
        """What was never stored is None."""
        with storage(read_only=True) as work:
            assert work.codes.get(CodeId("c1")) is None
            assert work.codes.by_digest(issued_code().digest) is None

    def test_lists_newest_codes_first(self, storage: UnitOfWorkFactory) -> None:
        """A site's codes come newest first, and no other site's."""
        add_codes(
            storage,
            issued_code("c1", generated_at=minutes(1)),
            issued_code("c2", generated_at=minutes(3)),
            issued_code("c3", generated_at=minutes(2)),
            issued_code("c4", site_id=ELM),
        )
        with storage(read_only=True) as work:
            assert [code.id for code in work.codes.of_site(OAK)] == ["c2", "c3", "c1"]

    @pytest.mark.parametrize("field", ["id", "digest"])
    def test_refuses_a_second_code(
        self, storage: UnitOfWorkFactory, field: str
    ) -> None:
        """No two codes have one id or one digest."""
        first = issued_code("c1")
        same = attrs.evolve(issued_code("c2"), **{field: getattr(first, field)})
        add_codes(storage, first)
        with storage() as work, pytest.raises(ConcurrentChangeError):
            work.codes.add(same)

    def test_moves_a_code_on(self, storage: UnitOfWorkFactory) -> None:
        """A code goes from claimed to used, or back when it is released (CODE-4)."""
        free = issued_code()
        claimed = free.after(CodeEvent.CLAIM, "i1")
        add_codes(storage, free)
        with storage() as work:
            work.codes.change(free, claimed)
            assert work.codes.get(free.id) == claimed
            work.codes.change(claimed, claimed.after(CodeEvent.RELEASE))
            assert work.codes.get(free.id) == free

    def test_moves_only_codes_as_read(self, storage: UnitOfWorkFactory) -> None:
        """A code whose state or holder is another, or that is gone, stays (CODE-7)."""
        free = issued_code()
        mine, theirs = (free.after(CodeEvent.CLAIM, by) for by in ("i1", "i2"))
        add_codes(storage, free)
        with storage() as work:
            work.codes.change(free, theirs)
            for stale in (free, mine, issued_code("c2")):
                with pytest.raises(ConcurrentChangeError):
                    work.codes.change(stale, mine)
            assert work.codes.get(free.id) == theirs

    def test_lets_one_of_two_claim(self, storage: UnitOfWorkFactory) -> None:
        """Of two who claim a code at the same instant, one wins (CODE-7)."""
        codes = [issued_code(f"c{number}") for number in range(TRIES)]
        add_codes(storage, *codes)
        winners: dict[str, list[str]] = {code.id: [] for code in codes}
        failures: list[Exception] = []
        barrier = threading.Barrier(2, timeout=30)

        def claim_all(holder: str) -> None:
            for code in codes:
                barrier.wait()
                try:
                    with storage() as work:
                        work.codes.change(code, code.after(CodeEvent.CLAIM, holder))
                        work.commit()
                    winners[code.id].append(holder)
                except (ConcurrentChangeError, StorageBusyError) as error:
                    failures.append(error)

        threads = [threading.Thread(target=claim_all, args=(by,)) for by in ("a", "b")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with storage(read_only=True) as work:
            holders = {code.id: [code.holder] for code in work.codes.of_site(OAK)}
        assert winners == holders
        assert len(failures) == TRIES
