"""The options and arguments that several commands share."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from student_transfer.formats.writing import would_replace

Database = Annotated[
    Path,
    typer.Option(
        "--db",
        envvar="STUDENT_TRANSFER_DB",
        help="The SQLite file that holds the sites.",
    ),
]
DEFAULT_DATABASE = Path("student_transfer.db")

As = Annotated[
    str,
    typer.Option(
        "--as",
        envvar="STUDENT_TRANSFER_AS",
        metavar="ADMINISTRATOR",
        help="The administrator who acts.",
        show_default=False,
    ),
]

Json = Annotated[
    bool, typer.Option("--json", help="Print JSON for scripts, not a table.")
]

Svg = Annotated[
    Path | None,
    typer.Option(
        "--svg", metavar="FILE.svg", help="Draw the sum as a picture in this file too."
    ),
]

Roster = Annotated[
    Path,
    typer.Argument(help="A roster, as `match` reads it.", show_default=False),
]

SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings", metavar="FILE", help="Settings of the matching in TOML."
    ),
]

DatesFirst = Annotated[
    Literal["day-first", "month-first"] | None,
    typer.Option(
        "--dates",
        help="What comes first in dates such as 3/5/2014; without, the dates tell.",
    ),
]

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

Code = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="CODE",
        help="The transfer code, also with blanks in it. Left out, it is asked for, "
        "and stays out of the shell's history.",
        show_default=False,
    ),
]

ImportArgument = Annotated[
    str,
    typer.Argument(
        metavar="IMPORT",
        help="The import's ID, or the beginning of it.",
        show_default=False,
    ),
]

Incoming = Annotated[
    str,
    typer.Argument(
        metavar="INCOMING",
        help="The incoming student's key on the source site.",
        show_default=False,
    ),
]

StudentArgument = Annotated[
    str,
    typer.Argument(
        metavar="STUDENT",
        help="The key of a student of your site.",
        show_default=False,
    ),
]

SchoolOption = Annotated[
    str,
    typer.Option("--school", help="The school's ID.", show_default=False),
]


def check_output(place: Path | None, *needed: Path | None) -> None:
    """Refuse to write over a file that the command reads, or over its database.

    Raises:
        BadParameter: The place is one of them.
    """
    if place is not None and would_replace(place, filter(None, needed)):
        raise typer.BadParameter(
            "the command reads this file: name another for the output"
        )


def check_picture(place: Path | None, *needed: Path | None) -> None:
    """Refuse to draw over what is no picture: a table would be lost by a slip.

    Raises:
        BadParameter: The place is a file that the command reads, or one of another
            ending than ``.svg``.
    """
    check_output(place, *needed)
    if place is None or place.suffix.casefold() == ".svg":
        return
    if place.is_file() or not place.exists():  # nothing is replaced in a pipe
        raise typer.BadParameter("a picture is drawn: give --svg a name that ends .svg")


def ask(question: str) -> str:
    """Ask on standard error and give the line that was entered.

    Standard output stays what a script expects, also while somebody is asked.
    """
    typer.echo(f"{question}: ", err=True, nl=False)
    return sys.stdin.readline().strip()


def agrees(question: str) -> bool:
    """Ask something to which anything but a yes means no."""
    return ask(f"{question} [y/N]").casefold() in {"y", "yes"}


def ask_for_code(words: Sequence[str] | None) -> str:
    """Join the words of the transfer code; ask for it where it was not given.

    Raises:
        BadParameter: None was entered either.
    """
    entered = " ".join(words or ()) or ask("Transfer code")
    if not entered:
        raise typer.BadParameter("no transfer code was entered")
    return entered
