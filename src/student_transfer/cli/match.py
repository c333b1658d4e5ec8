"""The command match: two rosters in, the matches out, without any database."""

import gc
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import attrs
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from student_transfer.cli.parallel import can_fork, in_processes, processors
from student_transfer.cli.running import run_in_words
from student_transfer.errors import InputFileError
from student_transfer.formats.match_csv import (
    RosterFile,
    Row,
    matches_text,
    write_matches,
)
from student_transfer.linkage.linking import has_numpy, sieve_for
from student_transfer.linkage.proposing import Scored
from student_transfer.linkage.sieve import Harvest, Incoming, Sieve, Sifted
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    ImportAs,
    Rows,
    Settings,
    Suggestion,
    link_sifted,
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
    settings: Annotated[
        Path | None,
        typer.Option(
            help="Settings of the matching in a TOML file.",
            show_default="those of the library",
        ),
    ] = None,
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
    gc.disable()  # much is kept and nothing refers in circles: looking costs a third
    chosen = DEFAULT_SETTINGS if settings is None else _read_settings(settings)
    found = match_files(
        incoming,
        existing,
        chosen,
        lambda text: None if quiet else err.print(text, soft_wrap=True),
    )
    if str(output) == "-":
        sys.stdout.write(matches_text(found))
    else:
        write_matches(output, found)
    if not quiet:
        err.print(summary(found), soft_wrap=True)


def _read_settings(path: Path) -> Settings:
    """Read settings; the module is loaded only for that."""
    from student_transfer.matching import settings_from_toml  # noqa: PLC0415

    try:
        return settings_from_toml(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        problem = f"{path.name}: no text: save it as UTF-8"
        raise InputFileError("The settings cannot be read.", [problem]) from None


def match_files(
    incoming: Path, existing: Path, settings: Settings, tell: Callable[[str], None]
) -> dict[StudentKey, Suggestion]:
    """Match two roster files, with a progress bar on a terminal.

    Raises:
        InputFileError: A file has bad rows; each is named.
    """
    coming = RosterFile(incoming)
    students = {
        StudentKey(key): coming.profile("incoming", row, key)
        for chunk in coming.chunks()
        for key, row in zip(chunk.ids, chunk.rows, strict=True)
    }
    reading = _Reading(existing, Incoming(tuple(students.values())), settings)
    there, harvests = reading.in_parts() or reading.at_once()
    for note in (*coming.notes, *there.notes):
        tell(str(note))
    found = link_sifted(
        students,
        Sifted(reading.incoming, harvests, settings),
        Rows(
            key=lambda kept: StudentKey(kept[0]),
            profile=lambda kept: there.profile("existing", kept[1], kept[0]),
            texts=lambda kept: there.values(kept[1]),
        ),
        settings,
        share=_share,
    )
    return dict(zip(students, found, strict=True))


def _share(
    work: Callable[[Sequence[StudentKey]], Scored], keys: Sequence[StudentKey]
) -> list[Scored]:
    """Share the comparing out among the processors, where it is enough."""
    shares = min(processors(), len(keys) // _WORTH_SHARING)
    if shares <= 1:
        return [work(keys)]
    return in_processes(work, [keys[place::shares] for place in range(shares)])


@attrs.frozen
class _Reading:
    """The reading of the existing roster."""

    path: Path
    incoming: Incoming
    settings: Settings

    def at_once(self) -> tuple[RosterFile, list[Harvest[_Kept]]]:
        """Read the file from the top."""
        file, harvest = self._read((0, None))
        return file, [harvest]

    def in_parts(self) -> tuple[RosterFile, list[Harvest[_Kept]]] | None:
        """Read its halves at the same time; None where they have to be read in turn.

        That is so, too, where something is wrong: so that it is told in its place.
        """
        halves = RosterFile(self.path).halves() if processors() > 1 else None
        if halves is None or not can_fork():
            return None
        middle, end = halves
        has_numpy()  # loaded here once, and not in each process
        try:
            parts = in_processes(self._read_part, [(0, middle), (middle, end)])
        except InputFileError:
            return None
        (file, first), (rest, second) = parts
        if not file.ids.isdisjoint(rest.ids):
            return None
        file.join(rest)
        return file, [_unpacked(first), _unpacked(second)]

    def _read_part(
        self, part: tuple[int, int]
    ) -> tuple[RosterFile, Harvest[_Kept | str]]:
        """Read a part, and pack what was kept: it may come from another process."""
        file, harvest = self._read(part)
        return file, _packed(harvest)

    def _read(self, part: tuple[int, int | None]) -> tuple[RosterFile, Harvest[_Kept]]:
        """Read a part; the first shows how far it is, since it is read here."""
        start, end = part
        file = RosterFile(self.path)
        sieve: Sieve[_Kept] = sieve_for(self.incoming, self.settings)
        with nullcontext() if start else _progress(file) as on_bytes:
            for chunk in file.chunks(on_bytes, start, end):
                sieve.take(list(zip(chunk.ids, chunk.rows, strict=True)), chunk.columns)
        return file, sieve.harvest()


_BETWEEN = "\x1f"


def _packed(harvest: Harvest[_Kept]) -> Harvest[_Kept | str]:
    """Make one text of each row: one goes to another process in a tenth of the time."""
    packed: dict[int, _Kept | str] = {}
    for number, kept in harvest.rows.items():
        text = _BETWEEN.join((kept[0], *kept[1]))
        is_whole = text.count(_BETWEEN) == len(kept[1])
        packed[number] = text if is_whole else kept
    return Harvest(harvest.size, harvest.sharing, packed, harvest.counts)


def _unpacked(harvest: Harvest[_Kept | str]) -> Harvest[_Kept]:
    """Make rows of them again."""
    unpacked: dict[int, _Kept] = {}
    for number, kept in harvest.rows.items():
        if isinstance(kept, str):
            key, *row = kept.split(_BETWEEN)
            unpacked[number] = key, row
        else:
            unpacked[number] = kept
    return Harvest(harvest.size, harvest.sharing, unpacked, harvest.counts)


_WORTH_SHARING = 200
"""Students whose comparing is worth a process of its own."""


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


def run() -> None:
    """Run this command alone, as ``student-transfer match``."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_only)
    app.command("match")(match)
    run_in_words(lambda: app(prog_name="student-transfer"))


def _only() -> None:
    """Match two files."""
