"""The ``student-transfer`` program: its commands, and how it ends."""

import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from student_transfer.cli import (
    afterwards,
    evaluate,
    match,
    receiving,
    review,
    sending,
    setup,
    why,
)
from student_transfer.cli.output import say
from student_transfer.cli.running import run_in_words
from student_transfer.cli.usage import Program

_EPILOG = (
    "Exit codes: 0 done; 1 an unexpected error; 2 wrong usage; 3 refused by a rule; "
    "4 files with problems; 5 the database cannot be used; 6 an import failed; "
    "130 interrupted. --as, --db: also from STUDENT_TRANSFER_AS, STUDENT_TRANSFER_DB."
)

_LAST_PORT = 65535

app = typer.Typer(
    name="student-transfer",
    cls=Program,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["--help", "-h"]},
)

Command = Callable[..., None]


def _show_version(asked: bool) -> None:  # noqa: FBT001 - Typer's own signature
    if asked:
        say(f"student-transfer {version('student-transfer')}")
        raise typer.Exit


@app.callback()
def top(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Show the version and exit.",
            callback=_show_version,
            is_eager=True,
        ),
    ] = False,
) -> None:
    """Move students and their reading and maths history between school sites."""


def _register(heading: str, commands: Mapping[str, Command]) -> None:
    """Place commands under a heading, in their order."""
    for name, command in commands.items():
        app.command(name, rich_help_panel=heading)(command)


def demo(
    directory: Annotated[
        Path, typer.Option("--dir", help="Where to keep the database and the log.")
    ] = Path("student-transfer-demo"),
    seed: Annotated[int, typer.Option(help="Another seed invents other people.")] = 1,
) -> None:
    """Watch a year of students move from one site to another, on invented data."""
    from student_transfer.demo.story import run_story  # noqa: PLC0415 - only here

    if not run_story(directory, seed):
        raise typer.Exit(1)


def _checked_port(port: int) -> int:
    """Refuse what is no number of a port."""
    if not 0 <= port <= _LAST_PORT:
        raise typer.BadParameter(
            f"give a port from 1 to {_LAST_PORT}, or 0 for any that is free"
        )
    return port


def serve(
    database: Annotated[
        Path,
        typer.Argument(
            metavar="[DB]",
            help="The SQLite file; if there is none it is made, with invented sites.",
        ),
    ] = Path("student-transfer-pages.db"),
    port: Annotated[
        int,
        typer.Option(
            help="The port, on this machine alone; 0 for any that is free.",
            callback=_checked_port,
        ),
    ] = 8000,
) -> None:
    """Try the Transfer Student Data pages in a browser: a demonstration.

    Whoever opens them chooses who to be, so they are for this machine alone.
    """
    needed = ("starlette", "jinja2", "babel", "itsdangerous", "uvicorn")
    if any(find_spec(package) is None for package in needed):
        sys.exit(
            "student-transfer: serve needs its extra. "
            "Install it with: python -m pip install 'student-transfer[serve]'"
        )
    from student_transfer.cli.serving import run_pages  # noqa: PLC0415 - only here

    run_pages(database, port)


_register(
    "Set up",
    {
        "init": setup.init,
        "load": setup.load,
        "schools": setup.schools,
        "students": setup.students,
        "administrators": setup.administrators,
        "administrator": setup.administrator,
        "demo": demo,
        "serve": serve,
    },
)


@app.command(
    "match",
    help=match.SUMMARY,
    rich_help_panel="Match two files",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
)
def _match(context: typer.Context) -> None:
    match.match(context.args)


_register("Match two files", {"why": why.why, "evaluate": evaluate.evaluate})
_register("Ask for data, and send it", {"request": sending.request})
app.add_typer(
    sending.code_app, name="code", rich_help_panel="Ask for data, and send it"
)
_register(
    "Receive data",
    {
        "enter": receiving.enter,
        "start": receiving.start,
        "work": receiving.work,
        "preview": review.preview,
        "explain": review.explain,
        "import": receiving.confirm,
        "cancel": receiving.cancel,
        "imports": receiving.imports,
        "log": receiving.log,
        "resume": receiving.resume,
    },
)
app.add_typer(review.review_app, name="review", rich_help_panel="Receive data")
_register(
    "Afterwards",
    {
        "merge": afterwards.merge,
        "unmerge": afterwards.unmerge,
        "merges": afterwards.merges,
        "unmatch": afterwards.unmatch,
    },
)


def run() -> None:
    """Run the program; an error of the library ends it in words, not in a trace."""
    run_in_words(app)
