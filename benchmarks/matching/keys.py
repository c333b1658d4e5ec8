"""What the keys of a site cost beside its rows.

    python -m benchmarks.matching.keys [--folder DIR] [--students 20000]

stores invented students in a new database, on SQLite and on PostgreSQL, and prints the
microseconds that each student costs: the rows (student, enrolments, identifiers, search
words) on one side; on the other what it costs more to build and store the blocking keys
and the counts of terms. Of several repeats the fastest counts.
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
from student_transfer.storing.finding import Finding, identifiers_of
from student_transfer.storing.search_words import search_words
from student_transfer.students import Student

_BATCH = 10_000


def storing(storage: SqlStorage, students: list[Student]) -> float:
    """Return the seconds that storing the students takes, batch by batch."""
    waiting = iter(students)
    start = time.perf_counter()
    while batch := list(islice(waiting, _BATCH)):
        with storage() as work:
            work.roster.add_all(batch)
            work.commit()
    return time.perf_counter() - start


def _rows_alone(students: Iterable[Student]) -> list[Finding]:
    """Return of what finds the students only the words and identifiers."""
    none = frozenset[int]()
    return [
        Finding(none, none, search_words(student), identifiers_of(student))
        for student in students
    ]


def without_keys(storage: SqlStorage, students: list[Student]) -> float:
    """Return the seconds that it takes where no keys are made or kept."""
    with (
        patch("student_transfer.adapters.sql.rosters.findings_of", _rows_alone),
        patch.object(MatchingIndex, "enter", lambda *_: None),
    ):
        return storing(storage, students)


def building(students: list[Student]) -> float:
    """Return the seconds that the keys and terms take to be made and not kept."""
    start = time.perf_counter()
    for student in students:
        blocking_keys(student)
        terms(student)
    return time.perf_counter() - start


def measure(database: str, folder: Path, students: list[Student], repeats: int) -> None:
    """Print what the students cost in new databases, with keys and without."""
    spent = dict.fromkeys((without_keys, storing), float("inf"))
    for repeat in range(repeats):
        for way, best in spent.items():
            name = f"keys_{way.__name__}_{repeat}_{time.time_ns()}"
            with opened(database, name, folder) as storage:
                spent[way] = min(best, way(storage, students))
    rows, both = (1e6 * seconds / len(students) for seconds in spent.values())
    figures = f"rows {rows:.0f}  keys {both - rows:.0f}"
    print(f"{database:10} {figures}  keys : rows = {both / rows - 1:.2f}", flush=True)


def run(folder: Path, options: argparse.Namespace) -> None:
    """Print the figures of every database."""
    rosters = make_rosters(folder, options.students, 200, options.seed)
    students = list(read_students(rosters / "existing.csv", SITE))
    print(f"microseconds for one student, of {len(students)}")
    alone = min(building(students) for _ in range(options.repeats))
    print(f"making keys and terms, without storing: {1e6 * alone / len(students):.0f}")
    for database in options.databases:
        measure(database, folder, students, options.repeats)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--students", type=int, default=20_000)
    parser.add_argument("--databases", nargs="+", default=DATABASES, choices=DATABASES)
    parser.add_argument("--repeats", type=int, default=3)
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
