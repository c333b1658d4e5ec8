"""A process of its own that works on a host's storage, job by job.

``python -m student_transfer.testing.worker MODULE:FACTORY LOCATION`` makes the host,
opens its storage at the location, and answers each line of standard input, a job as a
list in JSON, by a line of standard output.
"""

import json
import os
import sys
from typing import TextIO

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.host import find_factory
from student_transfer.testing.jobs import attempt, do

DIE = "die"
"""What comes before a job that the process dies of, instead of committing it."""

DEAD = 3
"""The exit code of a process that died as it was told to."""


def serve(storage: UnitOfWorkFactory, asked: TextIO, answers: TextIO) -> None:
    """Do what is asked, until there is no more."""
    answers.write("ready\n")
    answers.flush()
    for line in asked:
        name, *rest = json.loads(line)
        if name == DIE:
            _die_of(storage, tuple(rest))
        answers.write(json.dumps(attempt(storage, (name, *rest))) + "\n")
        answers.flush()


def _die_of(storage: UnitOfWorkFactory, job: tuple[str, ...]) -> None:
    """Do all of a job but commit it, and end at once, as a killed process does."""
    with storage() as work:
        do(work, job)
        os._exit(DEAD)


def main(reference: str, location: str) -> None:
    """Open the storage and serve; what the host prints goes to standard error."""
    answers, sys.stdout = sys.stdout, sys.stderr
    host = find_factory(reference)()
    storage = host.open(location)
    try:
        serve(storage, sys.stdin, answers)
    finally:
        host.close(storage)


if __name__ == "__main__":
    main(*sys.argv[1:])
