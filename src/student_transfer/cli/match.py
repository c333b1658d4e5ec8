"""The command match: two rosters in, the matches out, without any database."""

import gc
import os
import sys
from argparse import (
    ArgumentParser,
    ArgumentTypeError,
    Namespace,
    RawDescriptionHelpFormatter,
)
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from errno import EBADF
from pathlib import Path
from typing import NoReturn

from student_transfer.cli.notes import note_line
from student_transfer.cli.running import run_in_words
from student_transfer.errors import InputFileError, SettingsError
from student_transfer.formats.dates import SAID, DateOrder
from student_transfer.formats.findings import UNREADABLE
from student_transfer.formats.writing import check_place, would_replace
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    ImportAs,
    Settings,
    Suggestion,
)
from student_transfer.roster_files.linking import Matches, match_files
from student_transfer.roster_files.match_csv import matches_text, write_matches
from student_transfer.roster_files.parallel import processors
from student_transfer.roster_files.roster_file import OnBytes, RosterFile
from student_transfer.students import StudentKey

SUMMARY = "Match the students of two rosters in CSV files."

_MORE = """
columns: id, and any of given_name, middle_name, family_name, preferred_name,
date_of_birth (2014-03-05, 3/5/2014, 2014-03, …), gender, year, national_id,
student_id, user_name, email, postcode, address

The output has a row for each incoming student and candidate, best first:
incoming_id, existing_id, probability, import_as, needs_review, rank. The match is
the row of rank 1 whose import_as is matched. Ask student-transfer why about one.
"""


class _Parser(ArgumentParser):
    """Reads the command line, without Typer: loading that takes longer than this."""

    def error(self, message: str) -> NoReturn:
        """Return what is wrong; what was given may be the name of any file."""
        from student_transfer.cli.output import harmless  # noqa: PLC0415 - it is rare

        super().error(harmless(message))


def _place(text: str) -> Path:
    """Read the name of a file; a blank one would be taken for the folder one is in."""
    if not text.strip():
        raise ArgumentTypeError("the name is blank: give the name of a file")
    return Path(text)


def _read_words(words: Sequence[str]) -> Namespace:
    """Read the command line."""
    parser = _Parser(
        "student-transfer match",
        description=SUMMARY,
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("incoming", type=_place, help="the roster of those who come")
    parser.add_argument(
        "existing", type=_place, help="the roster of those who are there"
    )
    option = parser.add_argument
    told = "where to write (required); replaced only if all goes well; - prints it"
    option("-o", "--output", type=_place, metavar="FILE", required=True, help=told)
    told = "settings of the matching in TOML; without, those of the library"
    option("--settings", type=_place, metavar="FILE", help=told)
    told = "what comes first in dates such as 3/5/2014; without, the dates tell"
    option("--dates", choices=[*SAID], help=told)
    told = "print problems alone, and what makes the matching worse"
    option("-q", "--quiet", action="store_true", help=told)
    asked = parser.parse_args(words)
    output: Path = asked.output
    needed = (asked.incoming, asked.existing, asked.settings)
    if would_replace(output, filter(None, needed)):
        parser.error(
            "the matches would replace a file that is read: give another --output"
        )
    return asked


def match(words: Sequence[str]) -> None:
    """Match two files as the words of a command line say."""
    asked = _read_words(words)
    if str(asked.output) != "-":
        check_place(asked.output)
    gc.disable()  # much is kept and nothing refers in circles: looking costs a third
    chosen = read_settings(asked.settings)
    tell = _tell_nobody if asked.quiet else _tell
    if chosen.comparisons:
        tell(NOT_COMPARED)
    order = SAID.get(asked.dates)
    matches = match_and_tell(
        asked.incoming, asked.existing, chosen, order, _tell, is_quiet=asked.quiet
    )
    found = matches.suggestions
    if str(asked.output) == "-":
        if sys.stdout is None:
            raise OSError(EBADF, "standard output is closed", "-")
        sys.stdout.write(matches_text(found))
        sys.stdout.flush()  # so that what is wrong with it is told here
    else:
        write_matches(asked.output, found)
    said = summary(found, matches.nameless)
    is_matched = any(one.import_as is ImportAs.MATCHED for one in found.values())
    if found and matches.nameless and not is_matched:
        _tell(said)  # nobody is matched for want of names, which is a problem
    else:
        tell(said)


NOT_COMPARED = (
    "Of a roster file only the columns of student-transfer match --help are read: the "
    "comparisons that the settings add have nothing to compare."
)
"""What is told of settings that compare further fields."""


def _tell(text: str) -> None:
    if sys.stderr is not None:  # else nobody listens
        sys.stderr.write(f"{text}\n")


def _tell_nobody(_: str) -> None:
    pass


def read_settings(path: Path | None, repeat: str = "match again") -> Settings:
    """Read settings, those of the library if there is no file of them.

    The module is loaded only for that.

    Args:
        path: The file.
        repeat: What a person does again, when the file is corrected.

    Raises:
        InputFileError: The file cannot be read, is no text, or makes no sense.
    """
    if path is None:
        return DEFAULT_SETTINGS
    from student_transfer.matching import settings_from_toml  # noqa: PLC0415 - rare

    try:
        return settings_from_toml(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        problem, advice = "no text", "Save the file of the settings as UTF-8"
    except OSError:
        problem, advice = UNREADABLE, "Correct the place named"
    except SettingsError as error:
        raise InputFileError(
            "The settings cannot be used.",
            [f"{path.name}: {problem}" for problem in error.problems],
            advice=f"Correct the places named and {repeat}.",
            rule=error.rule,
        ) from error
    raise InputFileError(
        "The settings cannot be read.",
        [f"{path.name or path}: {problem}"],
        advice=f"{advice} and {repeat}.",
    )


def match_and_tell(
    incoming: Path,
    existing: Path,
    settings: Settings,
    date_order: DateOrder | None,
    tell: Callable[[str], None],
    *,
    is_quiet: bool = False,
) -> Matches:
    """Match two roster files on all processors, and tell the notes about them.

    Who wants it quiet is told only of what makes the matching worse. On a terminal a
    bar shows how much of the existing roster is read.

    Raises:
        InputFileError: A file has bad rows; each is named.
    """
    processes = processors()
    if processes > 1:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # others would spin idly
    found = match_files(
        incoming,
        existing,
        settings=settings,
        date_order=date_order,
        processes=processes,
        progress=_progress,
    )
    for note in found.notes:
        if note.is_warning or not is_quiet:
            tell(note_line(note))
    return found


@contextmanager
def _progress(file: RosterFile) -> Iterator[OnBytes]:
    """Show how much of the existing roster is read, on a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only for a person who waits
    from rich.progress import (  # noqa: PLC0415 - likewise
        BarColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(f"Reading {file.name}", total=file.size)
        yield lambda done: bar.update(task, completed=done)


def summary(
    found: Mapping[StudentKey, Suggestion], nameless: Sequence[str] = ()
) -> str:
    """Say in a line what came out, and which files had no names to compare."""
    matched = sum(one.import_as is ImportAs.MATCHED for one in found.values())
    review = sum(one.needs_review for one in found.values())
    told = (
        f"{len(found):,} students: {matched:,} matched, {len(found) - matched:,} new; "
        f"{review:,} to review."
    )
    if not found or not nameless:
        return told
    where = ", ".join(nameless)
    return f"{told} No names were compared: there is no column for them in {where}."


def run() -> None:
    """Run this command alone, as ``student-transfer match``."""
    run_in_words(lambda: match(sys.argv[2:]))
    sys.exit()
