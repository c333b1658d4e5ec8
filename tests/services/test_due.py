"""A host's job queue is told which step is due, in the transaction that makes it so."""

from typing import Any

import pytest

from student_transfer.errors import (
    ClaimedCodeError,
    NotFoundError,
    StorageBusyError,
    StorageError,
)
from student_transfer.imports import DUE, ImportId, ImportState
from student_transfer.ports import UnitOfWork
from student_transfer.services import Due, Step, TransferService
from student_transfer.services.steps import due_step
from student_transfer.testing.values import new_import
from tests.services.conftest import MAYA, NEW, NEW_HEAD, OAK, TwoSites


class _Queue:
    """Keeps what it was told, and whether the import was to be seen in that unit."""

    def __init__(self) -> None:
        self.told: list[Due] = []
        self.seen: list[ImportState] = []
        self.error: Exception | None = None

    def __call__(self, work: UnitOfWork, due: Due) -> None:
        if self.error is not None:
            raise self.error
        import_ = work.imports.get(due.import_id)
        assert import_ is not None
        self.told.append(due)
        self.seen.append(import_.state)


@pytest.mark.parametrize("state", ImportState)
def test_a_step_is_due_where_storages_look_for_one(state: ImportState) -> None:
    """PREV-7, IMP-7: an import that waits for a step is found, and no other."""
    step = due_step(new_import(state=state))
    assert (step is not None) is (state in DUE)


@pytest.fixture
def queue() -> _Queue:
    """Return a queue that was told nothing."""
    return _Queue()


@pytest.fixture
def telling(sites: TwoSites, queue: _Queue) -> TransferService:
    """Return a service over the two sites that tells the queue."""
    sites.add_old("1", **MAYA)
    return TransferService(sites.storage, clock=sites.clock, on_due=queue)


def test_each_step_is_told_once_in_its_unit_of_work(
    sites: TwoSites, telling: TransferService, queue: _Queue
) -> None:
    """After starting, analysing again, confirming; not after the steps themselves."""
    import_id = telling.start_import(NEW_HEAD, sites.code(), OAK).id
    telling.analyse(import_id)
    telling.analyse_again(NEW_HEAD, import_id)
    telling.analyse(import_id)
    telling.confirm(NEW_HEAD, import_id)
    telling.run_import(import_id)
    analyse, run = Due(import_id, Step.ANALYSE), Due(import_id, Step.RUN_IMPORT)
    assert queue.told == [analyse, analyse, run]
    analysing, scheduled = ImportState.ANALYSING, ImportState.SCHEDULED
    assert queue.seen == [analysing, analysing, scheduled]


def test_a_resumed_import_is_told(
    sites: TwoSites,
    telling: TransferService,
    queue: _Queue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """IMP-7: nobody arrived, the operator resumes, and the step is due again."""
    import_id = telling.start_import(NEW_HEAD, sites.code(), OAK).id
    telling.analyse(import_id)
    telling.confirm(NEW_HEAD, import_id)
    with monkeypatch.context() as broken:
        broken.delattr("student_transfer.services.importing.resolve_target")
        assert telling.run_import(import_id).state is ImportState.FAILED
    telling.resume(import_id)
    assert queue.told[-1] == Due(import_id, Step.RUN_IMPORT)
    assert len(queue.told) == 3


def test_a_queue_that_fails_undoes_the_change(
    sites: TwoSites, telling: TransferService, queue: _Queue
) -> None:
    """The code is free as before, and there is no import that nobody works on."""
    code = sites.code()
    queue.error = StorageError()
    with pytest.raises(StorageError):
        telling.start_import(NEW_HEAD, code, OAK)
    with sites.storage(read_only=True) as work:
        assert not work.imports.of_site(NEW)
    queue.error = None
    assert telling.start_import(NEW_HEAD, code, OAK).state is ImportState.ANALYSING


def test_nobody_is_told_of_what_is_refused(
    sites: TwoSites, telling: TransferService, queue: _Queue
) -> None:
    """A code that is claimed starts no import."""
    code = sites.code()
    telling.start_import(NEW_HEAD, code, OAK)
    with pytest.raises(ClaimedCodeError):
        telling.start_import(NEW_HEAD, code, OAK)
    assert len(queue.told) == 1


def test_what_is_due_is_listed(sites: TwoSites) -> None:
    """Oldest first, with the step; a preview that waits for a person is not due."""
    sites.add_old("1", **MAYA)
    ready = sites.ready()
    first = sites.ready()
    sites.clock.advance(hours=1)
    second = sites.start().id
    sites.service.confirm(NEW_HEAD, first)
    assert sites.service.due() == (
        Due(first, Step.RUN_IMPORT),
        Due(second, Step.ANALYSE),
    )
    assert ready not in {due.import_id for due in sites.service.due()}


def test_a_state_that_cannot_be_read_is_none(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The storage is out: the error says so, and `run_due` goes on."""
    sites.add_old("1", **MAYA)
    sites.start()

    def lost(*_: Any) -> None:
        raise StorageBusyError

    with sites.storage(read_only=True) as work:
        monkeypatch.setattr(type(work.imports), "get", lost)
    [ran] = sites.service.run_due()
    assert (ran.state, type(ran.error)) == (None, StorageBusyError)


@pytest.mark.parametrize("gone", [False, True])
def test_an_import_that_waits_for_nothing_any_more(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    """It was due when `run_due` looked: nothing is run, and its state is said."""
    sites.add_old("1", **MAYA)
    import_id = ImportId("gone") if gone else sites.ready()
    with sites.storage(read_only=True) as work:
        monkeypatch.setattr(type(work.imports), "due", lambda *_: [import_id])
    for step in ("analyse", "run_import"):
        monkeypatch.delattr(f"student_transfer.services.background.{step}")
    [ran] = sites.service.run_due()
    assert ran.state is (None if gone else ImportState.READY)
    assert isinstance(ran.error, NotFoundError) is gone


def test_a_failed_analysis_is_due_with_its_reference(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-7: so that a sweep can leave alone what the queue has given up."""
    sites.add_old("1", **MAYA)
    import_id = sites.start().id

    def break_down(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("student_transfer.services.analysis.frequencies", break_down)
        with pytest.raises(Exception, match="reference code"):
            sites.service.analyse(import_id)
    [due] = sites.service.due()
    assert due.reference is not None
    assert due.reference.startswith("ST-")
    assert (due.import_id, due.step) == (import_id, Step.ANALYSE)
