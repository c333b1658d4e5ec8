"""The command match: two rosters in, the matches out, without any database."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from student_transfer.formats.match_csv import (
    RosterFile,
    Row,
    matches_text,
    write_matches,
)
from student_transfer.linkage.linking import Sieve
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    ImportAs,
    Settings,
    Suggestion,
    link_sieved,
)
from student_transfer.students import StudentKey

_Kept = tuple[str, Row]


def match(
    incoming: Annotated[Path, typer.Argument(help="The roster of those who come.")],
    existing: Annotated[
        Path, typer.Argument(help="The roster of those who are there.")
    ],
    *,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Where to write; - prints it.")
    ],
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print nothing but problems.")
    ] = False,
) -> None:
    """Match the students of two rosters in CSV files.

    Columns: id, and any of given_name, middle_name, family_name, preferred_name,
    date_of_birth (2014-03-05, or 2014-03 or 2014), gender, year, national_id,
    student_id, user_name, email, postcode, address.

    The output has a row for each incoming student and candidate, best first:
    incoming_id, existing_id, probability, import_as, needs_review, rank. The match is
    the row of rank 1 whose import_as is matched.
    """
    err = Console(stderr=True, highlight=False, markup=False, emoji=False)
    found = match_files(
        incoming,
        existing,
        DEFAULT_SETTINGS,
        lambda text: None if quiet else err.print(text, soft_wrap=True),
    )
    if str(output) == "-":
        sys.stdout.write(matches_text(found))
    else:
        write_matches(output, found)
    if not quiet:
        err.print(summary(found), soft_wrap=True)


def match_files(
    incoming: Path, existing: Path, settings: Settings, tell: Callable[[str], None]
) -> dict[StudentKey, Suggestion]:
    """Match two roster files, with a progress bar on a terminal.

    Raises:
        InputFileError: A file has bad rows; each is named.
    """
    coming, there = RosterFile(incoming), RosterFile(existing)
    students = {
        StudentKey(key): coming.profile("incoming", row, key)
        for chunk in coming.chunks()
        for key, row in zip(chunk.ids, chunk.rows, strict=True)
    }
    sieve = Sieve[_Kept](tuple(students.values()), settings)
    with _progress(there) as on_bytes:
        for chunk in there.chunks(on_bytes):
            sieve.take(list(zip(chunk.ids, chunk.rows, strict=True)), chunk.columns)
    for note in (*coming.notes, *there.notes):
        tell(str(note))
    found = link_sieved(
        students,
        sieve,
        lambda kept: StudentKey(kept[0]),
        lambda kept: there.profile("existing", kept[1], kept[0]),
        settings,
    )
    return dict(zip(students, found, strict=True))


@contextmanager
def _progress(file: RosterFile) -> Iterator[Callable[[int], None]]:
    """Show how much of the existing roster is read, on a terminal."""
    err = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task(f"Reading {file.name}", total=file.size)
        yield lambda done: bar.update(task, completed=done)


def summary(found: dict[StudentKey, Suggestion]) -> str:
    """Say in a line what came out."""
    matched = sum(one.import_as is ImportAs.MATCHED for one in found.values())
    review = sum(one.needs_review for one in found.values())
    return (
        f"{len(found):,} students: {matched:,} matched, {len(found) - matched:,} new; "
        f"{review:,} to review."
    )
