"""How the command line shows things: tables for people, JSON for scripts."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum, IntEnum

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from student_transfer import imports
from student_transfer.errors import (
    ImportFailedError,
    InputFileError,
    StorageError,
    StudentTransferError,
)
from student_transfer.services import OnProgress

Row = Mapping[str, object]

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

_NARROWEST = 100  # columns assumed where the output is not a terminal
if not out.is_terminal:
    out = Console(highlight=False, width=max(_NARROWEST, out.width), soft_wrap=True)


class Exit(IntEnum):
    """The exit codes, told in the help and the docs."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    REFUSED = 3
    BAD_FILES = 4
    STORAGE = 5
    IMPORT_FAILED = 6


def exit_code(error: StudentTransferError) -> Exit:
    """Give the exit code that tells a script what kind of thing went wrong."""
    if isinstance(error, InputFileError):
        return Exit.BAD_FILES
    if isinstance(error, StorageError):
        return Exit.STORAGE
    if isinstance(error, ImportFailedError):
        return Exit.IMPORT_FAILED
    return Exit.REFUSED


def _plain(value: object) -> object:
    """Turn a value into what JSON can hold."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def _cell(value: object) -> str:
    """Turn a value into what a person reads in a table."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M UTC")
    if isinstance(value, float):
        return f"{value:.3f}"
    return escape(str(_plain(value)))


def print_json(value: object) -> None:
    """Print JSON to standard output."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=_plain)
    sys.stdout.write(text + "\n")


def print_rows(
    rows: Iterable[Row], columns: Sequence[str], *, title: str = "", as_json: bool
) -> None:
    """Print rows: as JSON with every field, else as a table of these columns."""
    listed = list(rows)
    if as_json:
        print_json(listed)
        return
    if not listed:
        out.print(f"{title}: none." if title else "None.")
        return
    table = Table(title=title or None, title_justify="left")
    for column in columns:
        numeric = all(isinstance(row[column], int | float) for row in listed)
        plain = numeric and not any(isinstance(row[column], bool) for row in listed)
        table.add_column(
            column.replace("_", " "),
            justify="right" if plain else "left",
            overflow="fold",
        )
    for row in listed:
        table.add_row(*(_cell(row[column]) for column in columns))
    out.print(table)


def print_fields(fields: Row, *, as_json: bool) -> None:
    """Print one thing: as JSON, else a line for each field."""
    if as_json:
        print_json(fields)
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        shown = _cell(value) if not isinstance(value, list) else str(len(value))
        out.print(f"[bold]{name.replace('_', ' '):<{width}}[/]  {shown}")


def print_error(error: StudentTransferError) -> None:
    """Tell a person what is wrong and what to do, on standard error."""
    rule = f" \\[{error.rule}]" if error.rule else ""
    err.print(f"[bold red]Error:[/] {escape(error.message)}{rule}")
    if isinstance(error, InputFileError):
        for problem in error.problems:
            err.print(f"  {escape(problem)}")
    err.print(escape(error.advice))


@contextmanager
def progress_bar(title: str) -> Iterator[OnProgress]:
    """Show the progress of a background step on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def update(progress: imports.Progress) -> None:
            bar.update(task, completed=progress.done, total=progress.total)

        yield update
