"""A process of its own that works on a host's storage, job by job.

``python -m student_transfer.testing.worker MODULE:FACTORY LOCATION`` makes the host,
opens its storage at the location, and answers each line of standard input, a job as a
list in JSON, by a line of standard output. Told to leave, it closes the storage; the
line after that is another location, for which it makes a host anew.
"""

import json
import os
import sys
from typing import TextIO

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.host import Factory, find_factory
from student_transfer.testing.jobs import attempt, do

DIE = "die"
"""What comes before a job that the process dies of, instead of committing it."""

LEAVE = "leave"
"""What is said instead of a job, to have the storage closed."""

DEAD = 3
"""The exit code of a process that died as it was told to."""


def serve(storage: UnitOfWorkFactory, asked: TextIO, answers: TextIO) -> bool:
    """Do what is asked; say whether there is more to do, somewhere else."""
    _say(answers, "ready")
    for line in asked:
        name, *rest = json.loads(line)
        if name == LEAVE:
            return True
        if name == DIE:
            _die_of(storage, tuple(rest))
        _say(answers, json.dumps(attempt(storage, (name, *rest))))
    return False


def _say(answers: TextIO, line: str) -> None:
    answers.write(f"{line}\n")
    answers.flush()


def _die_of(storage: UnitOfWorkFactory, job: tuple[str, ...]) -> None:
    """Do all of a job but commit it, and end at once, as a killed process does."""
    with storage() as work:
        do(work, job)
        os._exit(DEAD)


def main(reference: str, location: str) -> None:
    """Open the storage and serve; what the host prints goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    make_host = find_factory(reference)
    while _serve_at(location, make_host, answers):
        _say(answers, "left")
        if not (line := sys.stdin.readline()):
            break
        location = json.loads(line)


def _serve_at(location: str, make_host: Factory, answers: TextIO) -> bool:
    host = make_host()
    storage = host.open(location)
    try:
        return serve(storage, sys.stdin, answers)
    finally:
        host.close(storage)


if __name__ == "__main__":
    main(*sys.argv[1:])
