"""Unit tests of work that is shared out between processes."""

import os
from multiprocessing import Pipe
from typing import NoReturn

import attrs
import pytest

from student_transfer.roster_files import parallel

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
"""Python warns of parting a process that has threads, as that of the tests may have."""


def test_processors_are_counted_on_every_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where a process may use all processors all are counted."""
    assert parallel.processors() >= 1
    monkeypatch.delattr("os.sched_getaffinity", raising=False)
    monkeypatch.setattr("os.cpu_count", lambda: None)
    assert parallel.processors() == 1


@attrs.frozen
class Divider:
    """A worker who divides by a number of its own."""

    number: int

    @classmethod
    def of(cls, number: int) -> "Divider":
        """Make one; none of numbers below 0."""
        if number < 0:
            raise ValueError(number)
        return cls(number)

    def divide(self, by: int) -> tuple[float, int]:
        """Return the ratio, and in which process it was worked out."""
        return by / self.number, os.getpid()

    def leave(self, parent: int) -> float:
        """End, where this is another process."""
        if os.getpid() != parent:
            os._exit(3)
        return self.number


def test_workers_answer_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each keeps what it has, in a process of its own where that can be."""
    for is_forked in (True, False):
        with monkeypatch.context() as patch:
            patch.setattr(parallel, "can_fork", lambda is_forked=is_forked: is_forked)
            with parallel.Workers(Divider.of, [1, 2, 4]) as workers:
                first = workers.each(Divider.divide, [1, 1, 1])
                second = workers.each(Divider.divide, [8, 6, 4])
        assert [ratio for ratio, _ in first] == [1, 0.5, 0.25]
        assert [ratio for ratio, _ in second] == [8, 3, 1]
        processes = [process for _, process in first]
        assert processes == [process for _, process in second]
        assert len(set(processes)) == (3 if is_forked else 1)
        assert processes[0] == os.getpid()


@pytest.mark.parametrize("parts", [[-1, 1], [1, -1], [1, 1, -1]])
def test_an_error_of_a_worker_is_raised_here(parts: list[int]) -> None:
    """What fails elsewhere fails where it can be told, and nobody is left waiting."""
    with (
        pytest.raises(ValueError, match="-1"),
        parallel.Workers(Divider.of, parts) as workers,
    ):
        workers.each(Divider.divide, [1] * len(parts))


def test_an_error_in_a_question_is_raised_here() -> None:
    """A worker who cannot answer has ended; the next question is answered here."""
    with parallel.Workers(Divider.of, [1, 0]) as workers:
        with pytest.raises(ZeroDivisionError):
            workers.each(Divider.divide, [1, 1])
        with pytest.raises(ZeroDivisionError):
            workers.each(Divider.divide, [1, 1])


def test_a_worker_whose_process_dies_is_made_here() -> None:
    """A process that the system ends loses nothing."""
    with parallel.Workers(Divider.of, [1, 2]) as workers:
        assert workers.each(Divider.leave, [os.getpid()] * 2) == [1, 2]
        answers = workers.each(Divider.divide, [4, 4])
        assert [ratio for ratio, _ in answers] == [4, 2]
        assert {process for _, process in answers} == {os.getpid()}


@pytest.mark.parametrize("number", [2, -1])
def test_another_process_ends_without_a_word(
    number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answers, or does not, and leaves nothing of this process behind."""

    def leave(code: int) -> NoReturn:
        raise SystemExit(code)

    monkeypatch.setattr("os._exit", leave)
    here, there = Pipe()
    other_end = Pipe()[0]
    here.send((Divider.divide, 1))
    here.send(None)
    with here, there, pytest.raises(SystemExit) as ended:
        parallel._work(there, other_end, Divider.of, number)
    assert ended.value.code == 0
    assert other_end.closed
