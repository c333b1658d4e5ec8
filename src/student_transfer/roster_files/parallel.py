"""Doing a few things at once, where the machine can: in processes of their own."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

W = TypeVar("W")
P = TypeVar("P")
Q = TypeVar("Q")
R = TypeVar("R")


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Return whether a process can go on as two, with all that it knows."""
    return "fork" in multiprocessing.get_all_start_methods()


class Workers(Generic[W]):
    """Workers who keep what they have: the first here, others in their own processes.

    What is asked of them and what they answer is copied. A worker whose process ends
    without an answer is made here and asked again, so that an error is raised where it
    can be handled.
    """

    def __init__(self, make: Callable[[P], W], parts: Sequence[P]) -> None:
        """Begin to make a worker of each part; nothing is made here yet."""
        share = can_fork()
        self._workers = [
            _There(make, part) if share and place else _Here(make, part)
            for place, part in enumerate(parts)
        ]

    def __enter__(self) -> Self:
        """Let them work."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Send them home; after an error without waiting for what they do."""
        for worker in self._workers:
            worker.end(at_once=error is not None)

    def each(self, do: Callable[[W, Q], R], questions: Sequence[Q]) -> list[R]:
        """Ask each worker one question at the same time; give the answers in order.

        Args:
            do: A function that another process finds by its name.
            questions: One for each worker.
        """
        asked = zip(self._workers, questions, strict=True)
        answers = [worker.ask(do, question) for worker, question in asked]
        return [answer() for answer in answers]  # the first is worked out here now


class _Here(Generic[W]):
    """A worker in this process, made when first asked."""

    def __init__(self, make: Callable[[P], W], part: P) -> None:
        self._make: Callable[[], W] = lambda: make(part)
        self._made: list[W] = []

    def ask(self, do: Callable[[W, Q], R], question: Q) -> Callable[[], R]:
        """Return what works when it is called."""

        def work() -> R:
            if not self._made:
                self._made.append(self._make())
            return do(self._made[0], question)

        return work

    def end(self, *, at_once: bool) -> None:
        """Do nothing: there is no process to end."""


class _There(_Here[W]):
    """A worker in a process of its own, or in this one if that process fails."""

    def __init__(self, make: Callable[[P], W], part: P) -> None:
        super().__init__(make, part)
        context = multiprocessing.get_context("fork")
        here, there = context.Pipe()
        self._process: BaseProcess = context.Process(
            target=_work, args=(there, here, make, part), daemon=True
        )
        self._process.start()
        there.close()
        self._line = here

    def ask(self, do: Callable[[W, Q], R], question: Q) -> Callable[[], R]:
        """Send the question, and give what waits for the answer."""
        instead = super().ask(do, question)
        try:
            self._line.send((do, question))
        except OSError:
            return instead

        def wait() -> R:
            try:
                answer: R = self._line.recv()
            except (EOFError, OSError):
                return instead()
            return answer

        return wait

    def end(self, *, at_once: bool) -> None:
        """Let the process end, and wait for it."""
        if at_once:
            self._process.kill()
        with suppress(OSError):
            self._line.send(None)
        self._line.close()
        self._process.join()


def _work(
    line: Connection, other_end: Connection, make: Callable[[Any], W], part: object
) -> None:
    """Make a worker, and answer until there are no more questions.

    Where it fails it ends without a word: who asked does it again, and says why.
    """
    other_end.close()
    try:
        worker = make(part)
        while (asked := line.recv()) is not None:
            do, question = asked
            line.send(do(worker, question))
    except BaseException:  # noqa: BLE001 - see above
        line.close()
    os._exit(0)
