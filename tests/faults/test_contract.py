"""What the contract says of a host is what was tried on it."""

from typing import Any

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.testing.conformance import RecoveryContract
from student_transfer.testing.faults import FaultyStorage, OneAtATime
from student_transfer.testing.host import Host
from student_transfer.testing.recovery import ERRORS, STEPS
from tests.conformance.broken import DoesNotRollBack
from tests.conformance.hosts import MemoryHost

STEP = next(step for step in STEPS if step.name == "enter a code")


def noted(host: Host[Any]) -> dict[str, Any]:
    """Take a step on a host, and give what the contract has noted."""
    found = dict[str, Any]()
    RecoveryContract().test_a_step_comes_to_its_end(
        host, host.open(""), STEP, found.__setitem__
    )
    return found


def test_a_sound_host_is_told_how_often_it_failed() -> None:
    """For each error the calls that were tried, each before its effect and after."""
    found = noted(MemoryHost())
    assert set(found) == set(ERRORS)
    assert all(times >= 10 and times % 2 == 0 for times in found.values())


def test_what_is_put_back_is_tried_as_often() -> None:
    """A host that cannot put back what it had is told the same."""

    class NoSnapshot(MemoryHost):
        snapshot = Host.snapshot  # type: ignore[assignment]

    assert noted(NoSnapshot()) == noted(MemoryHost())


def test_a_host_that_keeps_half_of_a_step_fails() -> None:
    """What the storage should have undone is told as what differs (IMP-7)."""
    with pytest.raises(AssertionError) as failure:
        noted(DoesNotRollBack())
    assert str(failure.value).partition("\n")[0] in ERRORS


def test_a_unit_of_work_inside_another_fails() -> None:
    """A host may have one connection; those one after another are let be."""
    storage = FaultyStorage(MemoryStorage(), OneAtATime())
    for _ in range(2):
        with storage():
            pass
        with storage(), pytest.raises(AssertionError, match="inside another"):
            storage(read_only=True).__enter__()
