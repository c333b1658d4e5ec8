"""What a store of imports promises."""

from collections import Counter

import attrs
import pytest

from student_transfer.codes import CodeId
from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import (
    DUE,
    ENDED,
    PENDING,
    Decision,
    ImportEvent,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
)
from student_transfer.matching import ImportAs
from student_transfer.outcomes import Reason
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import (
    ELM,
    FAILED,
    NOW,
    OAK,
    add_import,
    edit,
    full_row,
    minutes,
    new_import,
    row,
)

I1 = ImportId("i1")
MANY = 1200  # more than one statement of a database takes


def matched(key: str, match: str) -> ImportRow:
    """Make the row of an incoming student who will be merged with one of the site."""
    decision = Decision(import_as=ImportAs.MATCHED, match=StudentKey(match))
    return attrs.evolve(row(key), decision=decision)


class ImportStoreContract(Contract):
    """Promises of `ports.ImportStore`."""

    port = "import store"

    def test_finds_an_import(self, storage: UnitOfWorkFactory) -> None:
        """An import comes back with every field as stored."""
        ended = new_import(
            "i2",
            state=ImportState.FAILED,
            confirmed_at=minutes(1),
            ended_at=minutes(2),
            reference="R-1",
            version=7,
        )
        add_import(storage, new_import())
        add_import(storage, ended)
        with storage(read_only=True) as work:
            assert work.imports.get(I1) == new_import()
            assert work.imports.get(ended.id) == ended
            assert work.imports.get(ImportId("i3")) is None

    def test_lists_newest_imports_first(self, storage: UnitOfWorkFactory) -> None:
        """A site's imports come newest first, and no other site's."""
        add_import(storage, new_import("i1", started_at=minutes(1)))
        add_import(storage, new_import("i2", started_at=minutes(3)))
        add_import(storage, new_import("i3", started_at=minutes(2)))
        add_import(storage, new_import("i4", site_id=OAK))
        with storage(read_only=True) as work:
            ids = [import_.id for import_ in work.imports.of_site(ELM)]
        assert ids == ["i2", "i3", "i1"]

    def test_lists_imports_in_some_states(self, storage: UnitOfWorkFactory) -> None:
        """Those under way come without the others, newest first; of no state none."""
        for number, state in enumerate(ImportState):
            new = new_import(f"i{number}", state=state, started_at=minutes(number))
            add_import(storage, new)
        add_import(storage, new_import("another", site_id=OAK))
        newest = [*enumerate(ImportState)][::-1]
        with storage(read_only=True) as work:
            for states in (PENDING, ENDED, {ImportState.READY}, set[ImportState]()):
                ids = [one.id for one in work.imports.of_site(ELM, states)]
                assert ids == [f"i{n}" for n, state in newest if state in states]

    def test_lists_what_is_due(self, storage: UnitOfWorkFactory) -> None:
        """What waits for a background step comes oldest first, of all sites."""
        for number, state in enumerate(ImportState):
            new = new_import(f"i{number}", state=state, started_at=minutes(-number))
            add_import(storage, new)
        add_import(storage, new_import("last", site_id=OAK))
        due = [f"i{n}" for n, state in enumerate(ImportState) if state in DUE]
        with storage(read_only=True) as work:
            assert list(work.imports.due()) == [*reversed(due[1:]), *due[:1], "last"]

    def test_refuses_a_second_import(self, storage: UnitOfWorkFactory) -> None:
        """No two imports have one id."""
        add_import(storage, new_import())
        with storage() as work, pytest.raises(ConcurrentChangeError):
            work.imports.add(new_import(code_id=CodeId("another")))

    def test_lets_one_import_hold_a_code(self, storage: UnitOfWorkFactory) -> None:
        """A code has one import, until that one is cancelled (CODE-4, CODE-7)."""
        first = new_import("i1", code_id=CodeId("c"))
        second = new_import("i2", code_id=CodeId("c"))
        add_import(storage, first)
        with storage() as work:
            with pytest.raises(ConcurrentChangeError):
                work.imports.add(second)
            cancelled = first.after(ImportEvent.CANCEL, at=NOW)
            saved = work.imports.save(cancelled)
            work.imports.add(second)
            work.imports.save(saved)
            with pytest.raises(ConcurrentChangeError):
                work.imports.save(attrs.evolve(first, version=2))

    def test_saves_and_counts(self, storage: UnitOfWorkFactory) -> None:
        """A saved import has its version counted up, in the answer and the store."""
        add_import(storage, new_import())
        ready = new_import().after(ImportEvent.ANALYSED, at=NOW)
        with storage() as work:
            saved = work.imports.save(ready)
            assert saved == attrs.evolve(ready, version=1)
            assert work.imports.get(I1) == saved
            assert work.imports.save(saved).version == 2

    def test_saves_only_imports_as_read(self, storage: UnitOfWorkFactory) -> None:
        """An import that was saved meanwhile, or is not there, is not overwritten."""
        add_import(storage, new_import())
        with storage() as work:
            saved = work.imports.save(new_import())
            for stale in (new_import(), new_import("i2")):
                with pytest.raises(ConcurrentChangeError):
                    work.imports.save(stale)
            assert work.imports.get(I1) == saved

    def test_keeps_rows(self, storage: UnitOfWorkFactory) -> None:
        """Rows come by source key, with every field as stored."""
        rows = [full_row("b"), row("c"), row("a", FAILED)]
        add_import(storage, new_import(), rows)
        with storage(read_only=True) as work:
            kept = work.imports.rows(I1)
            assert not work.imports.rows(ImportId("i2"))
        assert list(kept) == [row("a", FAILED), full_row("b"), row("c")]

    def test_finds_a_row(self, storage: UnitOfWorkFactory) -> None:
        """One row is found by its key in its own import, with every field as stored."""
        add_import(storage, new_import(), [full_row("b"), row("a", FAILED)])
        add_import(storage, new_import("i2"), [row("a"), row("c")])
        with storage() as work:
            assert work.imports.row(I1, StudentKey("b")) == full_row("b")
            assert work.imports.row(I1, StudentKey("a")) == row("a", FAILED)
            assert work.imports.row(I1, StudentKey("c")) is None
            assert work.imports.row(ImportId("i3"), StudentKey("a")) is None
            work.imports.save_row(I1, row("a"))
            assert work.imports.row(I1, StudentKey("a")) == row("a")

    def test_finds_whom_a_student_is_taken_by(self, storage: UnitOfWorkFactory) -> None:
        """The rows of which students are the match, or whom it became (PREV-4)."""
        brought = attrs.evolve(FAILED, student=StudentKey("d2"), reason=None)
        moved = attrs.evolve(full_row("a"), outcome=brought)
        rows = [matched("é", "d2"), matched("b", "d1"), row("d2"), moved]
        add_import(storage, new_import(), rows)
        add_import(storage, new_import("i2"), [matched("c", "d2")])
        with storage() as work:

            def taking(*keys: str) -> list[ImportRow]:
                return list(work.imports.rows_taking(I1, [*map(StudentKey, keys)]))

            assert taking("d1") == [moved, matched("b", "d1")]
            assert taking("d2") == [moved, matched("é", "d2")]
            both = [moved, matched("b", "d1"), matched("é", "d2")]
            assert taking("d2", *(f"n{number}" for number in range(1500)), "d1") == both
            assert not taking("d3")
            assert not taking()
            assert not work.imports.rows_taking(ImportId("i3"), [StudentKey("d2")])
            work.imports.save_row(I1, row("b"))
            work.imports.save_row(I1, row("d2", brought))
            assert taking("d1") == [moved]
            assert taking("d2") == [moved, row("d2", brought), matched("é", "d2")]
            work.imports.put_rows(I1, [matched("b", "d1")])
            assert taking("d1") == [matched("b", "d1")]
            assert not taking("d2")

    def test_counts_rows_by_kind(self, storage: UnitOfWorkFactory) -> None:
        """Rows are counted and found by what lists tell of them (PREV-2, DONE-2)."""
        arrived = attrs.evolve(FAILED, student=StudentKey("d2"), reason=None)
        to_merge = attrs.evolve(arrived, to_merge=True)
        unexpected = attrs.evolve(FAILED, reason=Reason.UNEXPECTED)
        rows = [row("é", unexpected), row("b", arrived), row("c"), full_row("f")]
        rows += [row("a"), row("d", FAILED), row("e", to_merge), matched("m", "d1")]
        add_import(storage, new_import(), rows)
        add_import(storage, new_import("i2"), [row("a")])
        with storage() as work:

            def check(of_import: list[ImportRow]) -> None:
                counted = Counter(one.kind for one in of_import)
                assert dict(work.imports.kinds(I1)) == counted
                for kind in counted:
                    there = [one for one in of_import if one.kind == kind]
                    assert list(work.imports.rows(I1, [kind])) == there
                assert list(work.imports.rows(I1, counted)) == of_import

            rows.sort(key=lambda one: one.source_key)
            check(rows)
            assert not work.imports.rows(I1, [])
            assert not work.imports.kinds(ImportId("i3"))
            work.imports.save_row(I1, row("a", unexpected))
            check([row("a", unexpected), *rows[1:]])
            work.imports.put_rows(I1, rows[2:4])
            check(rows[2:4])
            assert dict(work.imports.kinds(ImportId("i2"))) == {row("a").kind: 1}

    def test_puts_rows_in_place(self, storage: UnitOfWorkFactory) -> None:
        """Rows that are put take the place of all rows of that import."""
        add_import(storage, new_import(), [row("a"), row("b")])
        add_import(storage, new_import("i2"), [row("a")])
        rows = [row(f"{number:04}") for number in range(MANY)]
        with storage() as work:
            work.imports.put_rows(I1, iter(rows))
            assert list(work.imports.rows(I1)) == rows
            work.imports.put_rows(I1, [])
            assert not work.imports.rows(I1)
            assert list(work.imports.rows(ImportId("i2"))) == [row("a")]

    def test_saves_a_row(self, storage: UnitOfWorkFactory) -> None:
        """A saved row takes the place of the one of its key, in that import."""
        add_import(storage, new_import(), [row("a"), row("b")])
        add_import(storage, new_import("i2"), [row("a")])
        with storage() as work:
            work.imports.save_row(I1, row("a", FAILED))
            assert list(work.imports.rows(I1)) == [row("a", FAILED), row("b")]
            assert list(work.imports.rows(ImportId("i2"))) == [row("a")]

    def test_gives_pending_rows_in_order(self, storage: UnitOfWorkFactory) -> None:
        """The first row without outcome is given, until there is none (CONF-4)."""
        add_import(storage, new_import(), [row("c"), row("a", FAILED), row("b")])
        add_import(storage, new_import("i2"), [row("a")])
        with storage() as work:
            assert work.imports.take_pending_row(I1) == row("b")
            work.imports.save_row(I1, row("b", FAILED))
            assert work.imports.take_pending_row(I1) == row("c")
            work.imports.save_row(I1, row("c", FAILED))
            assert work.imports.take_pending_row(I1) is None
            work.imports.save_row(I1, row("c"))  # it is tried again (IMP-7)
            work.imports.save_row(I1, row("a"))
            assert work.imports.take_pending_row(I1) == row("a")
        with storage() as work:  # nothing of that was committed
            assert work.imports.take_pending_row(I1) == row("b")
            work.imports.put_rows(I1, [row("d"), row("a")])
            assert work.imports.take_pending_row(I1) == row("a")
            assert [one.source_key for one in work.imports.rows(I1)] == ["a", "d"]
            assert work.imports.row(I1, StudentKey("b")) is None

    def test_keeps_edits(self, storage: UnitOfWorkFactory) -> None:
        """Edits come oldest first, with every field as stored (REV-3)."""
        add_import(storage, new_import())
        add_import(storage, new_import("i2"))
        first, second, third = edit("b", 1), edit("a", 1), edit("a", 2)
        with storage() as work:
            work.imports.add_edits(I1, [first, second])
            work.imports.add_edits(I1, [])
            work.imports.add_edits(ImportId("i2"), [first])
            work.imports.add_edits(I1, [third])
            assert list(work.imports.edits(I1)) == [first, second, third]

    def test_keeps_progress(self, storage: UnitOfWorkFactory) -> None:
        """The progress is kept, and counts as no change (PREV-1)."""
        add_import(storage, new_import())
        with storage() as work:
            assert work.imports.progress(I1) == Progress()
            work.imports.set_progress(I1, Progress(1, 3))
            work.imports.set_progress(I1, Progress(2, 3))
            assert work.imports.progress(I1) == Progress(2, 3)
            assert work.imports.progress(ImportId("i2")) == Progress()
            assert work.imports.save(new_import()).version == 1
