"""Many people and workers at once, in threads."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Barrier, Thread

import pytest

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import YearScope
from student_transfer.errors import (
    ClaimedCodeError,
    ConcurrentChangeError,
    IllegalTransitionError,
    NotFoundError,
    StorageBusyError,
    UndoRefusedError,
)
from student_transfer.imports import ImportState, Progress
from student_transfer.services import TransferService
from student_transfer.students import StudentKey

from . import worker
from .conftest import (
    ELM,
    MAYA,
    NEW_HEAD,
    OAK,
    OLD_HEAD,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

ONE, S, G = StudentKey("1"), StudentKey("s"), StudentKey("g")


def at_once(*steps: Callable[[], object]) -> list[object]:
    """Do all at the same instant; give the answers, errors among them."""
    start = Barrier(len(steps))
    answers: list[object] = [None] * len(steps)

    def do(number: int, step: Callable[[], object]) -> None:
        start.wait()
        try:
            answers[number] = step()
        except Exception as error:  # noqa: BLE001 - looked at by the test
            answers[number] = error

    threads = [Thread(target=do, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def kinds(answers: list[object]) -> Counter[str]:
    """Count what kinds of answers there are."""
    return Counter(type(answer).__name__ for answer in answers)


def test_of_many_who_enter_a_code_one_wins(sites: TwoSites) -> None:
    """CODE-7: in threads; the others are told that it is claimed."""
    sites.add_old("1", **MAYA)
    code = sites.code()
    answers = at_once(*[lambda: sites.start(code)] * 8)
    assert kinds(answers) == {"Import": 1, ClaimedCodeError.__name__: 7}
    assert len(sites.service.pending_imports(NEW_HEAD)) == 1


def test_confirming_cancelling_and_editing_at_once(sites: TwoSites) -> None:
    """IMP-2, REV-1: one of them decides, and the code's state is that one's."""
    sites.add_old("1", **MAYA)
    service = sites.service
    for _ in range(4):
        code = sites.code()
        import_id = sites.ready(code)
        confirmed, cancelled, edited = at_once(
            partial(service.confirm, NEW_HEAD, import_id),
            partial(service.cancel, NEW_HEAD, import_id, confirmed=True),
            partial(service.clear_match, NEW_HEAD, import_id, ONE),
        )
        refusals = (IllegalTransitionError, ConcurrentChangeError, NotFoundError)
        won = [one for one in (confirmed, cancelled) if not isinstance(one, Exception)]
        assert len(won) == 1
        assert not isinstance(edited, Exception) or isinstance(edited, refusals)
        status = service.codes(OLD_HEAD)[0].status.value
        assert status == ("used" if won[0] is confirmed else "available")
        kept = not isinstance(edited, Exception)
        assert len(service.edits(NEW_HEAD, import_id)) == kept
        sites.clock.advance(minutes=1)


def test_analysed_by_many_at_once(sites: TwoSites) -> None:
    """PREV-7: all find it ready, and there is one preview."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    sites.add_new("m", **MAYA)
    import_ = sites.start()
    answers = at_once(*[lambda: sites.service.analyse(import_.id)] * 4)
    assert {one.state for one in answers} == {ImportState.READY}  # type: ignore[attr-defined]  # an error fails here
    preview = sites.service.preview(NEW_HEAD, import_.id)
    assert (preview.matched, preview.new) == (1, 1)


def test_a_merge_and_an_import_at_once(sites: TwoSites) -> None:
    """IMP-8, CONF-5: whoever comes first, all records are at the survivor."""
    for number in range(4):
        who = {**MAYA, "given_name": f"Maya{number}", "email": f"{number}@x.example"}
        sites.add_old(f"{number}", star("old", f"a{number}"), **who)
        for key in ("s", "g"):
            sites.add_new(f"{key}{number}", star("new", f"{key}{number}"), **MAYA)
        import_id = sites.ready(sites.code(f"{number}"))
        goes = StudentKey(f"g{number}")
        stays = StudentKey(f"s{number}")
        sites.service.choose_match(NEW_HEAD, import_id, StudentKey(f"{number}"), goes)
        sites.service.confirm(NEW_HEAD, import_id)
        ran, merged = at_once(
            partial(sites.service.run_import, import_id),
            partial(sites.service.merge_students, NEW_HEAD, stays, goes),
        )
        assert not isinstance(ran, Exception)
        assert not isinstance(merged, Exception)
        names = {one.origin.record_id for one in sites.records(stays)}
        assert names == {f"a{number}", f"s{number}", f"g{number}"}


def test_merges_of_the_same_students_at_once(sites: TwoSites) -> None:
    """AFTER-1, CONF-5: both ways round at once, one wins and no record is lost."""
    sites.add_new("s", star("new", "s"), **ZOFIA)
    sites.add_new("g", star("new", "g"), **ZOFIA)
    service = sites.service
    answers = at_once(
        lambda: service.merge_students(NEW_HEAD, S, G),
        lambda: service.merge_students(NEW_HEAD, G, S),
    )
    assert kinds(answers) == {"Merge": 1, "NotFoundError": 1}
    [left] = sites.everybody()
    assert len(sites.records(left.key)) == 2
    merge = service.merges(NEW_HEAD)[0]
    undone = at_once(*[lambda: service.undo_merge(NEW_HEAD, merge.id)] * 4)
    assert sum(not isinstance(one, UndoRefusedError) for one in undone) == 1
    assert len(sites.everybody()) == 2


def test_two_imports_of_one_child_at_once(sites: TwoSites) -> None:
    """IMP-5, IMP-8: run side by side, the child arrives once."""
    sites.add_old("1", star("old", "a"), **MAYA)
    imports = [sites.ready(sites.code("1")) for _ in range(2)]
    for import_id in imports:
        sites.service.confirm(NEW_HEAD, import_id)
    answers = at_once(*(partial(sites.service.run_import, one) for one in imports))
    assert {one.state for one in answers} == {ImportState.COMPLETED}  # type: ignore[attr-defined]  # an error fails here
    assert len(sites.everybody()) == 1


def test_an_analysis_does_not_keep_others_from_writing(sites: TwoSites) -> None:
    """PREV-1: while it compares, anybody can write; what was added is not lost."""
    sites.add_old("1", **MAYA)
    import_ = sites.start()

    def add(_: Progress) -> None:
        sites.add_new("late", **TOM)

    sites.service.analyse(import_.id, add)
    assert sites.student("late") is not None


def test_a_locked_database_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """PREV-7: an analysis that finds the database locked stays due."""
    with SqlStorage.open(tmp_path / "sites.db", busy_timeout=0.05) as storage:
        worker.fill(storage)
        service = TransferService(storage)
        code = service.generate_code(OLD_HEAD, YearScope(ELM, "6")).code.reveal()
        import_ = service.start_import(NEW_HEAD, code, OAK)
        with storage(), pytest.raises(StorageBusyError):
            service.analyse(import_.id)
        assert service.analyse(import_.id).state is ImportState.READY
