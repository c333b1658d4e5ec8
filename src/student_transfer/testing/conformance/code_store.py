"""What a store of transfer codes promises."""

import attrs
import pytest

from student_transfer.codes import CodeEvent, CodeId, CodeState, StudentScope
from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import (
    ELM,
    OAK,
    add_codes,
    issued_code,
    minutes,
)


class CodeStoreContract(Contract):
    """Promises of `ports.CodeStore`."""

    port = "code store"

    def test_finds_a_code(self, storage: UnitOfWorkFactory) -> None:
        """A code is found by id and by digest, with every field as stored."""
        scope = StudentScope(SchoolId("north"), StudentKey("s1"))
        year, one = issued_code("c1"), issued_code("c2", scope=scope)
        held = attrs.evolve(issued_code("c3"), holder=ImportId("i1"))
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

    def test_lists_some_of_the_codes(self, storage: UnitOfWorkFactory) -> None:
        """A part of a site's codes comes in the same order as all."""
        codes = [issued_code(f"c{n}", generated_at=minutes(n)) for n in range(4)]
        add_codes(storage, *codes)
        newest = codes[::-1]
        with storage(read_only=True) as work:
            for offset, limit in ((0, 2), (1, 2), (3, 2), (4, 1), (2, None), (0, 0)):
                some = work.codes.of_site(OAK, offset=offset, limit=limit)
                assert list(some) == newest[offset:][:limit]

    def test_finds_available_codes(self, storage: UnitOfWorkFactory) -> None:
        """A site's codes that are available come, if they are of before the time."""
        old = issued_code("c1", generated_at=minutes(1))
        used = attrs.evolve(
            issued_code("c4", generated_at=minutes(1)), state=CodeState.USED
        )
        add_codes(
            storage,
            old,
            issued_code("c2", generated_at=minutes(2)),
            issued_code("c3", generated_at=minutes(1), site_id=ELM),
            used,
        )
        with storage(read_only=True) as work:
            assert list(work.codes.available(OAK, minutes(2))) == [old]

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
        """A code goes from claimed to used, and forgets whom it was for (CODE-4)."""
        free = issued_code()
        claimed = free.after(CodeEvent.CLAIM, ImportId("i1"))
        used = claimed.after(CodeEvent.USE)
        assert free.seen
        assert not used.seen
        add_codes(storage, free)
        with storage() as work:
            work.codes.change(free, claimed)
            assert work.codes.get(free.id) == claimed
            work.codes.change(claimed, claimed.after(CodeEvent.RELEASE))
            assert work.codes.get(free.id) == free
            expired = attrs.evolve(free, seen=())
            work.codes.change(free, expired)
            assert work.codes.get(free.id) == expired
            work.codes.change(free, claimed)
            work.codes.change(claimed, used)
            assert work.codes.get(free.id) == used

    def test_moves_only_codes_as_read(self, storage: UnitOfWorkFactory) -> None:
        """A code whose state or holder is another, or that is gone, stays (CODE-7)."""
        free = issued_code()
        mine, theirs = (
            free.after(CodeEvent.CLAIM, ImportId(by)) for by in ("i1", "i2")
        )
        add_codes(storage, free)
        with storage() as work:
            work.codes.change(free, theirs)
            for stale in (free, mine, issued_code("c2")):
                with pytest.raises(ConcurrentChangeError):
                    work.codes.change(stale, mine)
            assert work.codes.get(free.id) == theirs
