"""Doing a few things at once, where the machine can: in processes of their own."""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def processors() -> int:
    """Say how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Say whether a process can go on as two, with all that it knows."""
    return "fork" in multiprocessing.get_all_start_methods()


def in_processes(work: Callable[[T], R], parts: Sequence[T]) -> list[R]:
    """Do the work for each part, the first here and each other in a process of its own.

    What a process gives back is copied. A part whose process ends without an answer is
    done here, so that an error is raised where it can be handled.
    """
    if len(parts) < 2 or not can_fork():  # noqa: PLR2004 - nothing to share out
        return [work(part) for part in parts]
    context = multiprocessing.get_context("fork")
    running = []
    for part in parts[1:]:
        here, there = context.Pipe(duplex=False)
        process = context.Process(target=_answer, args=(there, work, part), daemon=True)
        process.start()
        there.close()
        running.append((process, here))
    found = [work(parts[0])]
    for part, (process, here) in zip(parts[1:], running, strict=True):
        try:
            found.append(here.recv())
        except EOFError:
            found.append(work(part))
        process.join()
        here.close()
    return found


def _answer(to: Connection, work: Callable[[T], R], part: T) -> None:
    """Send what the work gives; nothing where it fails."""
    try:
        found = work(part)
    except Exception:  # noqa: BLE001 - it is done again, and raised, by who asked
        os._exit(1)
    to.send(found)
    to.close()
    os._exit(0)
