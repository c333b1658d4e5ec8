"""How the command line shows things: tables for people, JSON for scripts."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum, IntEnum
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from student_transfer.characters import SURROGATES, UNPRINTABLE
from student_transfer.cli import layout
from student_transfer.errors import (
    BackgroundStepError,
    InputFileError,
    StorageError,
    StudentTransferError,
)

if TYPE_CHECKING:  # a command that shows tables alone should begin at once
    from student_transfer import imports
    from student_transfer.services import OnProgress

Row = Mapping[str, object]

out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)

# A name in a file may hold any of it.
_NOT_SHOWN = re.compile(f"[{UNPRINTABLE}]+")
_SURROGATE = re.compile(f"[{SURROGATES}]+")


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
    """Return the exit code that tells a script what kind of thing went wrong."""
    if isinstance(error, InputFileError):
        return Exit.BAD_FILES
    if isinstance(error, StorageError):
        return Exit.STORAGE
    if isinstance(error, BackgroundStepError):
        return Exit.IMPORT_FAILED
    return Exit.REFUSED


def _plain(value: object) -> object:
    """Turn a value into what JSON can hold."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def harmless(text: str) -> str:
    r"""Return a text as it can be shown: nothing in it steers a terminal.

    >>> harmless("Ada\x1b[31m\nNg")
    'Ada\ufffd[31m\ufffdNg'
    """
    return _NOT_SHOWN.sub("\ufffd", text)


def say(text: str | Text, *, to: Console | None = None) -> None:
    """Print a line; it wraps on a terminal only, so that a script finds it whole."""
    console = to or out
    shown = Text(harmless(text)) if isinstance(text, str) else text
    console.print(shown, soft_wrap=not console.is_terminal)


def warn(text: str) -> None:
    """Print a line on standard error."""
    say(text, to=err)


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
    return harmless(str(_plain(value)))


def print_json(value: object) -> None:
    """Print JSON to standard output, in ASCII where that cannot take every letter."""
    encoding = (sys.stdout.encoding or "ascii").casefold()
    text = json.dumps(
        value, indent=2, ensure_ascii=not encoding.startswith("utf"), default=_plain
    )
    sys.stdout.write(_SURROGATE.sub("\ufffd", text) + "\n")


def print_rows(
    rows: Iterable[Row],
    columns: Sequence[str],
    *,
    title: str = "",
    below: str = "",
    as_json: bool,
) -> None:
    """Print rows: as JSON with every field, else as a table of these columns.

    Columns that are blank throughout are left out; ``below`` is the column that goes
    under its row where the terminal is narrow.
    """
    listed = list(rows)
    if as_json:
        print_json(listed)
        return
    if not listed:
        say(f"{title}: none.")
        return
    cells = [{name: _cell(row[name]) for name in columns} for row in listed]
    shown = [
        layout.Column(name, name.replace("_", " "), _is_numeric(listed, name))
        for name in columns
        if any(row[name] for row in cells)
    ]
    say(Text(title, "bold underline"))
    for line in layout.table(cells, shown, out, below):
        say(line)


def _is_numeric(rows: Iterable[Row], name: str) -> bool:
    values = [row[name] for row in rows]
    return all(
        isinstance(value, int | float) and not isinstance(value, bool)
        for value in values
    )


def print_fields(fields: Row, *, as_json: bool) -> None:
    """Print one thing: as JSON, else a line for each field."""
    if as_json:
        print_json(fields)
        return
    width = max(map(len, fields))
    for name, value in fields.items():
        heading = f"{name.replace('_', ' '):<{width}}  "
        say(Text.assemble((heading, "bold"), _cell(value)))


def print_error(error: StudentTransferError) -> None:
    """Tell a person what is wrong and what to do, on standard error."""
    rule = f" [{error.rule}]" if error.rule else ""
    print_failure(f"{error.message}{rule}")
    if isinstance(error, InputFileError):
        for problem in error.problems:
            warn(f"  {problem}")
    warn(error.advice)


def print_failure(message: str) -> None:
    """Tell a person that something failed, on standard error."""
    say(Text.assemble(("Error:", "bold red"), " ", harmless(message)), to=err)


@contextmanager
def progress_bar(title: str) -> "Iterator[OnProgress]":
    """Show the progress of a background step on standard error, on a terminal."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as bar:
        task = bar.add_task(title, total=None)

        def update(progress: "imports.Progress") -> None:
            bar.update(task, completed=progress.done, total=progress.total)

        yield update
