"""A process that transfers students is killed, and another takes the story up.

Each process gets SIGKILL, either before its so-manieth statement, or before or after a
commit; or at any instant, from outside. Every other time a second worker is at the same
import meanwhile. By hand: ``python -m tests.faults kills``.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from typing import Any

import attrs

from tests.faults.places import (
    PATIENCE,
    is_sound,
    open_storage,
)
from tests.faults.story import (
    STEPS,
    THE_END,
    begin,
    go_on,
    next_step,
    take_step,
    told,
)
from tests.forking import forking
from tests.services.worker import at_each_statement, kill_at, service_over

_PROCESSES = forking("tests.faults.kills")
_KILLED = -signal.SIGKILL
_IN_A_ROW = 4  # how many processes of one story are killed at most


@attrs.define
class Summary:
    """What came of killing processes.

    Attributes:
        stories: How many transfers were brought to their end.
        kills: How many processes were killed while they had something left to do.
        late: How many had done all before they would have been.
        at: The step that was under way, for each kill.
        by: Whether a statement or the clock has chosen the instant.
        resumed: How many processes took up what a killed one had left.
        beside: How many were killed while a second worker was at the same import.
        differences: What is not as in the story in which nobody was killed.
    """

    stories: int = 0
    kills: int = 0
    late: int = 0
    at: Counter[str] = attrs.field(factory=Counter)
    by: Counter[str] = attrs.field(factory=Counter)
    resumed: int = 0
    beside: int = 0
    differences: list[str] = attrs.field(factory=list)

    def note(self, what: str) -> None:
        """Note what is not as it should be in the story that is under way."""
        self.differences.append(f"story {self.stories}: {what}")


def _work(location: str, code: str, count: int, ready: Connection) -> None:
    """Do what is left of the story, and die at that statement if one is given."""
    with open_storage(location) as storage:
        next_step(storage)  # so that connecting is not what takes the time
        if count:
            kill_at(storage, count)
        ready.send("ready")
        go_on(storage, code)


def _work_beside(location: str) -> None:
    """Do what is due, as a second worker."""
    with open_storage(location) as storage:
        for ran in service_over(storage).run_due():
            if ran.error is not None:
                raise ran.error


@contextmanager
def _second_worker(location: str, *, is_there: bool) -> Iterator[None]:
    """Let a second worker work meanwhile, if one is there, who must not fail."""
    if not is_there:
        yield
        return
    process = _PROCESSES.Process(target=_work_beside, args=(location,))
    process.start()
    try:
        yield
    finally:
        process.join(PATIENCE)
        process.kill()
    assert process.exitcode == 0, f"The second worker ended with {process.exitcode}."


def _run(
    location: str, code: str, *, count: int = 0, delay: float | None = None
) -> int | None:
    """Let a process do it; give its exit code."""
    parent, child = _PROCESSES.Pipe()
    process = _PROCESSES.Process(target=_work, args=(location, code, count, child))
    process.start()
    child.close()
    if delay is not None:
        if not parent.poll(PATIENCE):
            raise TimeoutError("A process did not begin.")
        time.sleep(delay)
        process.kill()
    process.join(PATIENCE)
    if process.is_alive():
        process.kill()
        raise TimeoutError("A process hangs.")
    parent.close()
    return process.exitcode


@attrs.frozen
class _Undisturbed:
    """The story in which nobody is killed.

    Attributes:
        told: How it ends.
        statements: How many statements and commits each step takes.
        seconds: How long each step takes.
    """

    told: dict[str, Any]
    statements: dict[str, int]
    seconds: dict[str, float]

    def until(self, step: str, rng: random.Random) -> tuple[int, float]:
        """Choose an instant of what is left, each step being as likely as any other.

        Give how many statements there are until then, and how many seconds.
        """
        left = [*self.statements][[*self.statements].index(step) :]
        chosen = rng.randrange(len(left))
        before, within = left[:chosen], left[chosen]
        return (
            sum(self.statements[one] for one in before)
            + rng.randint(1, self.statements[within]),
            sum(self.seconds[one] for one in before)
            + rng.uniform(0, self.seconds[within]),
        )


def _undisturbed(location: str) -> _Undisturbed:
    """Let the story go by itself."""
    statements, seconds = Counter[str](), dict[str, float]()
    with open_storage(location) as storage:
        code = begin(storage)
        under_way = [next_step(storage)]
        at_each_statement(storage, lambda: statements.update(under_way))
        while under_way != [THE_END]:
            started = time.monotonic()
            take_step(storage, code)
            seconds[under_way[0]] = time.monotonic() - started
            under_way[:] = [next_step(storage)]
        of_steps = {step: statements[step] for step in seconds}
        return _Undisturbed(told(storage), of_steps, seconds)


def kill(new_place: Callable[[], str], kills: int, seed: int) -> Summary:
    """Kill so many processes, and compare each story's end with the undisturbed one."""
    rng = random.Random(seed)
    summary = Summary()
    calm = _undisturbed(new_place())
    for _ in range(kills * 3):
        if summary.kills >= kills:
            break
        _one_story(new_place(), rng, summary, calm)
    return summary


def _one_story(
    location: str, rng: random.Random, summary: Summary, calm: _Undisturbed
) -> None:
    summary.stories += 1
    with open_storage(location) as storage:
        code = begin(storage)
        for _ in range(rng.randint(1, _IN_A_ROW)):
            by = rng.choice(["statement", "clock"])
            count, delay = calm.until(next_step(storage), rng)
            beside = rng.random() < 0.5
            with _second_worker(location, is_there=beside):
                exit_code = (
                    _run(location, code, count=count)
                    if by == "statement"
                    else _run(location, code, delay=delay)
                )
            step = next_step(storage)
            if step == THE_END:
                summary.late += 1
                break
            if exit_code != _KILLED or step not in STEPS:
                summary.note(f"a process ended with {exit_code}, at {step}")
                return
            summary.kills += 1
            summary.by[by] += 1
            summary.at[step] += 1
            summary.resumed += 1
            summary.beside += beside
        if next_step(storage) != THE_END and (failed := _run(location, code)):
            summary.note(f"the last process ended with {failed}")
            return
        for name, value in told(storage).items():
            if value != calm.told[name]:
                summary.note(name)
        if not is_sound(storage):
            summary.note("the file")
