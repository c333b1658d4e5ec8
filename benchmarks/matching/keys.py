"""What the keys of a site cost beside its rows.

    python -m benchmarks.matching.keys [--folder DIR] [--students 20000]

stores invented students in a new database, on SQLite and on PostgreSQL, and prints the
microseconds that each student costs: the rows (student, enrolments, identifiers, search
words) on one side, building and storing the blocking keys and term counts on the other.
See `benchmarks.matching.stored` for what PostgreSQL needs.
"""

import argparse
import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from benchmarks.matching.stored import (
    DATABASES,
    SITE,
    make_rosters,
    opened,
    read_students,
)
from student_transfer.adapters.sql import SqlStorage
from student_transfer.adapters.sql.matching_index import MatchingIndex
from student_transfer.matching import blocking_keys, terms
from student_transfer.students import Student

_BATCH = 10_000


class Stopwatch:
    """Adds up the seconds that the keys take of storing students."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.keys = 0.0
        self.all = 0.0
        self._enter = MatchingIndex.enter

    def enter(self, index: MatchingIndex, students: Iterable[Student]) -> None:
        """Keep what finds the students, as the index does, and take the time."""
        start = time.perf_counter()
        self._enter(index, students)
        self.keys += time.perf_counter() - start

    def store(self, storage: SqlStorage, students: list[Student]) -> None:
        """Store the students, batch by batch."""
        waiting = iter(students)
        start = time.perf_counter()
        with patch.object(MatchingIndex, "enter", lambda *given: self.enter(*given)):
            while batch := list(islice(waiting, _BATCH)):
                with storage() as work:
                    work.roster.add_all(batch)
                    work.commit()
        self.all = time.perf_counter() - start


def building(students: list[Student]) -> float:
    """Give the seconds that the keys and terms take to be made and not kept."""
    start = time.perf_counter()
    for student in students:
        blocking_keys(student)
        terms(student)
    return time.perf_counter() - start


def measure(database: str, folder: Path, students: list[Student]) -> None:
    """Print what the students cost in a new database."""
    watch = Stopwatch()
    with opened(database, f"keys_{time.time_ns()}", folder) as storage:
        watch.store(storage, students)
    figures = {
        "rows": watch.all - watch.keys,
        "keys": watch.keys,
    }
    each = {name: 1e6 * spent / len(students) for name, spent in figures.items()}
    shown = "  ".join(f"{name} {figure:.0f}" for name, figure in each.items())
    print(f"{database:10} {shown}  keys : rows = {each['keys'] / each['rows']:.2f}")


def run(folder: Path, options: argparse.Namespace) -> None:
    """Print the figures of every database."""
    rosters = make_rosters(folder, options.students, 200, options.seed)
    students = list(read_students(rosters / "existing.csv", SITE))
    print(f"microseconds for one student, of {len(students)}")
    print(f"building keys and terms alone: {1e6 * building(students) / len(students):.0f}")
    for database in options.databases:
        measure(database, folder, students)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--databases", nargs="+", default=DATABASES, choices=DATABASES)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
        run(options.folder, options)
        return
    with TemporaryDirectory() as folder:
        run(Path(folder), options)


if __name__ == "__main__":
    main()
