"""The options and arguments that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

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

Code = Annotated[
    str,
    typer.Argument(
        metavar="[CODE]",
        help="The transfer code. Left out, it is asked for, "
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


def ask_for_code(code: str) -> str:
    """Ask for the transfer code where it was not given."""
    return code or str(typer.prompt("Transfer code", err=True))
