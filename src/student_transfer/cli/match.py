"""The command match: two rosters in, the matches out, without any database."""

import gc
import os
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from errno import EBADF
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import attrs

from student_transfer.cli.running import run_in_words
from student_transfer.errors import InputFileError
from student_transfer.formats.dates import SAID
from student_transfer.formats.reading import UNREADABLE
from student_transfer.formats.writing import check_place, would_replace
from student_transfer.linkage.bulk_blocking.backend import (
    blocker_for,
    has_numpy,
    have_repeated,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Incoming,
    PartBlocks,
    RosterBlocker,
)
from student_transfer.linkage.profiles.profile import Profile
from student_transfer.linkage.proposing.parts import (
    LocalParts,
    Part,
    Parts,
    Wanted,
    link_parts,
)
from student_transfer.linkage.proposing.proposer import Scored
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    ImportAs,
    Settings,
    Suggestion,
)
from student_transfer.roster_files.kept_rows import Kept, kept_of
from student_transfer.roster_files.match_csv import matches_text, write_matches
from student_transfer.roster_files.parallel import Workers, can_fork, processors
from student_transfer.roster_files.roster_file import RosterFile
from student_transfer.roster_files.two_rosters import settle_dates
from student_transfer.students import StudentKey

if TYPE_CHECKING:
    from array import array


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


def _read_words(words: Sequence[str]) -> Namespace:
    """Read the command line."""
    parser = _Parser(
        "student-transfer match",
        description=SUMMARY,
        epilog=_MORE,
        formatter_class=RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("incoming", type=Path, help="the roster of those who come")
    parser.add_argument("existing", type=Path, help="the roster of those who are there")
    option = parser.add_argument
    told = "where to write; - prints it (required)"
    option("-o", "--output", type=Path, metavar="FILE", required=True, help=told)
    told = "settings of the matching in TOML; without, those of the library"
    option("--settings", type=Path, metavar="FILE", help=told)
    told = "what comes first in dates such as 3/5/2014; without, the dates tell"
    option("--dates", choices=[*SAID], help=told)
    told = "print nothing but problems"
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
    rosters = RosterFile(asked.incoming), RosterFile(asked.existing)
    settle_dates(*rosters, SAID.get(asked.dates))
    found = match_files(*rosters, chosen, tell)
    if str(asked.output) == "-":
        if sys.stdout is None:
            raise OSError(EBADF, "standard output is closed", "-")
        sys.stdout.write(matches_text(found))
        sys.stdout.flush()  # so that what is wrong with it is told here
    else:
        write_matches(asked.output, found)
    nameless = [file.name for file in rosters if not file.layout().has_names]
    said = summary(found, nameless)
    is_matched = any(one.import_as is ImportAs.MATCHED for one in found.values())
    if found and nameless and not is_matched:
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


def read_settings(path: Path | None) -> Settings:
    """Read settings, those of the library if there is no file of them.

    The module is loaded only for that.

    Raises:
        InputFileError: The file cannot be read, or is no text.
        SettingsError: What is in it makes no sense.
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
    raise InputFileError(
        "The settings cannot be read.",
        [f"{path.name}: {problem}"],
        advice=f"{advice} and match again.",
    )


def match_files(
    coming: RosterFile,
    there: RosterFile,
    settings: Settings,
    tell: Callable[[str], None],
) -> dict[StudentKey, Suggestion]:
    """Match two roster files, with a progress bar on a terminal.

    Raises:
        InputFileError: A file has bad rows; each is named.
    """
    read = kept_of("incoming")
    students = {read.key(row): read.profile(row) for row in coming.rows()}
    reading = _Reading(students, Incoming(tuple(students.values())), settings)
    found = reading.in_parts(there)
    if found is None:
        found = reading.in_turn(there)
    for note in (*coming.notes, *there.notes):
        tell(str(note))
    return dict(zip(students, found, strict=True))


@attrs.frozen
class _Reading:
    """The reading of the existing roster."""

    incoming: Mapping[StudentKey, Profile]
    sought: Incoming
    settings: Settings

    def in_turn(self, file: RosterFile) -> tuple[Suggestion, ...]:
        """Read the file from the top, and link.

        Raises:
            InputFileError: The file has bad rows; each is named.
        """
        return self._link(LocalParts(self._read(file).part))

    def in_parts(self, file: RosterFile) -> tuple[Suggestion, ...] | None:
        """Read parts of the file at the same time; None where it is read in turn.

        That is so, too, where something is wrong: so that it is told in its place.
        """
        parts = file.parts(processors() if can_fork() else 1)
        if not parts:
            return None
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # others would spin idly
        has_numpy()  # loaded here once, and not in each process
        try:
            with Workers(self._read, parts) as workers:
                found = _Parts(workers, len(parts))
                if not found.are_apart():
                    return None
                linked = self._link(found)
        except InputFileError:
            return None
        file.unread = found.unread
        return linked

    def _link(self, parts: Parts) -> tuple[Suggestion, ...]:
        return link_parts(self.incoming, self.sought, parts, self.settings)

    def _read(self, file: RosterFile) -> "_Read":
        """Read a part; the first shows how far it is, since it is read here."""
        blocker: RosterBlocker[Kept] = blocker_for(self.sought, self.settings)
        with _progress(file) if file.is_first else nullcontext() as on_bytes:
            for chunk in file.chunks(on_bytes):
                blocker.take(len(chunk.ids), chunk.columns, chunk.pick)
        part = Part(blocker, _EXISTING, self.incoming, self.settings)
        return _Read(file.numbers, file.unread, part)


@attrs.frozen
class _Read:
    """A part that was read.

    Attributes:
        ids: Numbers of the ids: two that differ are of two ids.
        unread: How many values could not be read, by column.
        part: The part, ready to be compared.
    """

    ids: "array[int]"
    unread: Counter[str]
    part: Part[Kept]

    def told(self, _: None) -> "tuple[array[int], Counter[str]]":
        """Return the ids, and how many values could not be read."""
        return self.ids, self.unread

    def blocks(self, _: None) -> PartBlocks:
        """Return what was found."""
        return self.part.blocks()

    def score(self, wanted: Wanted) -> Scored:
        """Compare with the candidates in it."""
        return self.part.score(wanted)


@attrs.define
class _Parts(Parts):
    """The parts of the existing roster, with their workers."""

    workers: Workers[_Read]
    parts: int
    unread: Counter[str] = attrs.field(factory=Counter)

    def are_apart(self) -> bool:
        """Return whether no two parts have an id in common."""
        told = self.workers.each(_Read.told, [None] * self.parts)
        self.unread = sum((unread for _, unread in told), Counter())
        return not have_repeated([ids for ids, _ in told])

    def blocks(self) -> list[PartBlocks]:
        """Return what was found in each part."""
        return self.workers.each(_Read.blocks, [None] * self.parts)

    def score(self, wanted: Sequence[Wanted]) -> list[Scored]:
        """Compare in each part what is wanted there."""
        return self.workers.each(_Read.score, wanted)


_EXISTING = kept_of("existing")


@contextmanager
def _progress(file: RosterFile) -> Iterator[Callable[[int], None]]:
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


def summary(found: dict[StudentKey, Suggestion], nameless: Sequence[str] = ()) -> str:
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
