"""Recovery is found wanting where it is: else a step that passes proves nothing."""

from typing import Any

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportRow
from student_transfer.services import analysis, background
from student_transfer.services.context import Context
from student_transfer.testing.faults import Moment
from student_transfer.testing.recovery import (
    CHANGED,
    ERRORS,
    LOST,
    STEPS,
    Tried,
    disturb,
)
from tests.conformance.broken import DoesNotRollBack
from tests.conformance.hosts import fill

NAMED = {step.name: step for step in STEPS}


def tried(name: str, error: str = LOST, storage: Any = None) -> Tried:
    """Take a step on a storage, which is in memory and sound by default."""
    storage = MemoryStorage() if storage is None else storage

    def put_sites(*what: Any) -> None:
        fill(storage, *what)

    return disturb(NAMED[name], storage, put_sites, ERRORS[error])


@pytest.mark.parametrize(
    "name", ["merge", "undo a merge", "undo a match", "enter a code", "cancel"]
)
def test_what_is_kept_without_commit_is_half_done(name: str) -> None:
    """A storage that does not undo is found, at a call in the middle."""
    storage = DoesNotRollBack().open("")
    found = tried(name, storage=storage).differences
    assert any("half done" in one.why for one in found)
    assert all(one.call is not None for one in found)


def test_an_import_that_stays_half_is_found() -> None:
    """In a worker's step it is the end that is wrong."""
    storage = DoesNotRollBack().open("")
    found = tried("confirm and import", storage=storage).differences
    assert "imports.save" in {one.call.name for one in found if one.call}


def test_a_failure_that_is_kept_to_oneself_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A step that comes back undone and without an error is never done again."""
    real = analysis._analyse

    def quiet(context: Context, import_: Any, on_progress: Any) -> Any:
        try:
            return real(context, import_, on_progress)
        except ConcurrentChangeError:
            return import_

    monkeypatch.setattr(analysis, "_analyse", quiet)
    found = tried("analyse", CHANGED).differences
    assert {one.call.name for one in found if one.call} >= {"commit", "imports.save"}
    assert all('"state": "analysing"' in one.why for one in found if "state" in one.why)


def test_a_resume_that_forgets_somebody_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whoever failed by the fault has to be brought by the operator."""
    nobody = property(lambda _: False)
    monkeypatch.setattr(ImportRow, "failed_unexpectedly", nobody)
    monkeypatch.setattr(background, "can_resume", lambda *_: True)
    found = tried("confirm and import").differences
    assert len(found) > 10


def test_every_call_fails_at_both_moments() -> None:
    """What is counted is what was tried: the calls of a merge, each two times."""
    found = tried("merge")
    assert found.differences == ()
    assert found.calls[0] == "begin"
    assert found.calls[-2:] == ("commit", "end")
    assert {"roster.remove", "roster.replace", "merges.add"} <= set(found.calls)
    assert len(Moment) == 2
