"""A step is taken again and again, and each time another call of a port fails."""

import difflib
from collections.abc import Callable, Mapping
from contextlib import suppress

import attrs

from student_transfer.errors import (
    ConcurrentChangeError,
    StorageBusyError,
    StorageError,
    StudentTransferError,
)
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.faults import Call, Fault, Moment, Once
from student_transfer.testing.recovery.steps import JOBS, Act, Step
from student_transfer.testing.recovery.telling import told
from student_transfer.testing.recovery.world import PutSites, World

LOST, BUSY, CHANGED = "connection lost", "busy", "changed by another"
ERRORS: Mapping[str, Callable[[], Exception]] = {
    LOST: lambda: StorageError("The connection was lost."),
    BUSY: StorageBusyError,
    CHANGED: ConcurrentChangeError,
}
"""What a call fails with: each is an error that a storage may raise."""


@attrs.frozen
class Difference:
    """An end that is not the one that it should have been.

    Attributes:
        step: What was done.
        call: The call that failed; None if it was never made.
        moment: Before its effect, or after it.
        why: The error that stood in the way, or what is otherwise than it should be.
    """

    step: str
    call: Call | None
    moment: Moment
    why: str


@attrs.frozen
class Tried:
    """What came of a step.

    Attributes:
        calls: The calls that were made undisturbed; each failed twice.
        differences: The ends that were not the same.
    """

    calls: tuple[str, ...]
    differences: tuple[Difference, ...]


def disturb(
    step: Step,
    storage: UnitOfWorkFactory,
    put_sites: PutSites,
    error: Callable[[], Exception],
    snapshot: Callable[[], Callable[[], object] | None] = lambda: None,
) -> Tried:
    """Take a step undisturbed, and with each call failing before and after its effect.

    Args:
        step: What is done.
        storage: The storage, which is filled with two more sites each time.
        put_sites: Puts sites into it.
        error: Makes the error with which a call fails.
        snapshot: Keeps what the storage has, and gives what puts it back; or None, as
            by default: then all that comes before the step is done each time.
    """
    prepared = _preparing(step, storage, put_sites, snapshot)
    world = prepared()
    ends = [told(world)]
    for act in step.acts:
        act(world)
        ends.append(told(world))
    calls = tuple(world.faulty.calls)
    differences: list[Difference] = []
    for number in range(len(calls)):
        for moment in Moment:
            world = prepared()
            once = Once(Fault(moment, error), number=number)
            why = _disturbed(step, world, once, ends)
            if why:
                found = Difference(step.name, once.happened, moment, why)
                differences.append(found)
    return Tried(calls, tuple(differences))


def _preparing(
    step: Step,
    storage: UnitOfWorkFactory,
    put_sites: PutSites,
    snapshot: Callable[[], Callable[[], object] | None],
) -> Callable[[], World]:
    """Return what makes a world in which all that comes before a step is done."""

    def prepared() -> World:
        world = World(storage, put_sites)
        for act in step.prepare:
            act(world)
        world.faulty.calls.clear()
        return world

    first = prepared()
    put_back = snapshot()
    if put_back is None:
        return prepared

    def again() -> World:
        put_back()
        return first.as_it_is()

    return again


def _disturbed(step: Step, world: World, once: Once, ends: list[str]) -> str:
    """Take a step with one call failing; say what is otherwise, if anything is."""
    world.faulty.plan = once
    try:
        for number, act in enumerate(step.acts):
            half = _until_done(act, world, step, once, ends[number : number + 2])
            if half:
                return half
    except StudentTransferError as error:
        return f"{type(error).__name__}: {error}"
    if once.happened is None:
        return "the call that should fail was never made"
    return _difference(ends[-1], told(world))


def _until_done(
    act: Act, world: World, step: Step, once: Once, whole: list[str]
) -> str:
    """Do something, and again if it fails by the fault; take what is told then.

    Say what is half done after it has failed: what a person does is done wholly or
    not at all.
    """
    before = once.happened
    try:
        act(world)
    except StudentTransferError:
        if once.happened is before:  # the fault is not to blame
            raise
        if act not in JOBS and told(world) not in whole:
            return f"half done: {_difference(whole[0], told(world))}"
        with suppress(*step.told):
            act(world)
    return ""


def _difference(expected: str, found: str) -> str:
    """Return where two ends differ, if they do."""
    if found == expected:  # to compare them line by line takes long
        return ""
    lines = difflib.unified_diff(
        expected.splitlines(), found.splitlines(), "undisturbed", "disturbed", n=1
    )
    return "\n".join(list(lines)[:20])
