"""Matching two roster files, the existing one read in parts where that is sooner."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING

import attrs

from student_transfer.errors import InputFileError
from student_transfer.field_types import check_argument
from student_transfer.formats.dates import DateOrder
from student_transfer.formats.findings import Note
from student_transfer.linkage.bulk_blocking.backend import (
    blocker_for,
    has_numpy,
    have_repeated,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    PartBlocks,
    RosterBlocker,
    SoughtStudents,
)
from student_transfer.linkage.profiles.profile import Profile
from student_transfer.linkage.proposing.pair_scoring import Scored
from student_transfer.linkage.proposing.parts import (
    LocalParts,
    Part,
    Parts,
    Wanted,
    link_parts,
)
from student_transfer.matching import DEFAULT_SETTINGS, Settings, Suggestion
from student_transfer.roster_files.kept_rows import Kept, kept_of
from student_transfer.roster_files.opening import open_rosters
from student_transfer.roster_files.parallel import Workers, can_fork
from student_transfer.roster_files.roster_file import Chunk, OnBytes, RosterFile
from student_transfer.students import StudentKey

if TYPE_CHECKING:
    from array import array

INCOMING, EXISTING = kept_of("incoming"), kept_of("existing")
"""How the rows of either file are read, when they were kept."""

Progress = Callable[[RosterFile], AbstractContextManager[OnBytes]]
"""Shows how much of a file is read, for as long as its context lasts."""


@attrs.frozen(repr=False)
class Matches:
    """What came of matching two roster files.

    Attributes:
        suggestions: What is proposed for each incoming student, by id, in the order of
            the file.
        notes: What is worth knowing of the files, such as a column that is not read.
        nameless: The names of the files that have no column of names to compare.
    """

    suggestions: Mapping[StudentKey, Suggestion]
    notes: tuple[Note, ...]
    nameless: tuple[str, ...]

    def __repr__(self) -> str:
        """Count the students, and name none."""
        return f"<Matches of {len(self.suggestions)} students>"


def match_files(
    incoming: str | PathLike[str],
    existing: str | PathLike[str],
    *,
    settings: Settings = DEFAULT_SETTINGS,
    date_order: DateOrder | None = None,
    processes: int = 1,
    progress: Progress | None = None,
) -> Matches:
    """Match two roster files, as ``student-transfer match`` does.

    It proposes what `matching.link` does for the students of `read_rosters`, in less
    time and memory: the existing roster is read as a stream, and may be of any length.

    Args:
        incoming: The file of those who come.
        existing: The file of those who are there.
        settings: Thresholds and limits. Comparisons that they add have nothing to
            compare: a file's further columns are not read.
        date_order: Whether day or month comes first in dates such as ``3/5/2014``;
            without, the dates of both files tell. Where they do not, only the year is
            taken of a date that could be either.
        processes: How many may read a large existing file at the same time, where the
            system can fork. The others are forked from this process, which should not
            have further threads then. Those that NumPy's OpenBLAS begins wait and take
            time: set ``OPENBLAS_NUM_THREADS=1`` before NumPy is loaded.
        progress: Is given the existing file when it begins to be read; what it returns
            is a context, open until the file is read, of a function that is told how
            many bytes of `RosterFile.size` have been read so far.

    Raises:
        InputFileError: A file cannot be read, has no column ``id``, or has bad rows;
            all of one file are in its `problems`.
        TypeError: The settings are none.
        ValueError: The order is neither of the two.
    """
    check_argument("settings", settings, Settings)
    coming, there = files = open_rosters(incoming, existing, date_order)
    linking = Linking.of(coming, settings)
    show = progress or _shown_nowhere
    found = linking.in_parts(there, processes, show)
    if found is None:
        found = linking.in_turn(there, show)
    return Matches(
        suggestions=linking.by_key(found),
        notes=(*coming.notes, *there.notes),
        nameless=tuple(file.name for file in files if not file.layout().has_names),
    )


def _shown_nowhere(_: RosterFile) -> AbstractContextManager[OnBytes]:
    return nullcontext(lambda _: None)


@attrs.frozen
class Linking:
    """The linking of incoming students with those of a roster file.

    Attributes:
        incoming: The incoming students in normal form.
        sought: The same, as blockers are given them.
        settings: Thresholds and limits.
    """

    incoming: Mapping[StudentKey, Profile]
    sought: SoughtStudents
    settings: Settings

    @classmethod
    def of(cls, file: RosterFile, settings: Settings) -> "Linking":
        """Read the file of the incoming students.

        Raises:
            InputFileError: The file has bad rows; each is named.
        """
        students = {INCOMING.key(row): INCOMING.profile(row) for row in file.rows()}
        return cls(students, SoughtStudents(tuple(students.values())), settings)

    def by_key(self, found: Sequence[Suggestion]) -> dict[StudentKey, Suggestion]:
        """Return what is proposed for each student by key, given in their order."""
        return dict(zip(self.incoming, found, strict=True))

    def blocker(self, chunks: Iterable[Chunk]) -> RosterBlocker[Kept]:
        """Return what has read the existing roster, or a part of it."""
        blocker: RosterBlocker[Kept] = blocker_for(self.sought, self.settings)
        for chunk in chunks:
            blocker.take(len(chunk.ids), chunk.columns, chunk.pick)
        return blocker

    def part(self, blocker: RosterBlocker[Kept]) -> Part[Kept]:
        """Return what a blocker has read, ready to be compared."""
        return Part(blocker, EXISTING, self.incoming, self.settings)

    def in_turn(self, file: RosterFile, progress: Progress) -> tuple[Suggestion, ...]:
        """Read the file from the top, and link.

        Raises:
            InputFileError: The file has bad rows; each is named.
        """
        return self._link(LocalParts(self._read(progress, file).part))

    def in_parts(
        self, file: RosterFile, processes: int, progress: Progress
    ) -> tuple[Suggestion, ...] | None:
        """Read parts of the file at the same time; None where it is read in turn.

        That is so, too, where something is wrong: so that it is told in its place.
        """
        parts = file.parts(processes if can_fork() else 1)
        if not parts:
            return None
        has_numpy()  # loaded here once, and not in each process
        try:
            with Workers(partial(self._read, progress), parts) as workers:
                found = _Parts(workers, len(parts))
                if not found.are_apart():
                    return None
                linked = self._link(found)
        except InputFileError:
            return None
        file.unread, file.students = found.unread, found.students
        return linked

    def _link(self, parts: Parts) -> tuple[Suggestion, ...]:
        return link_parts(self.incoming, self.sought, parts, self.settings)

    def _read(self, progress: Progress, file: RosterFile) -> "_Read":
        """Read a part; the first shows how far it is, since it is read here."""
        with progress(file) if file.is_first else nullcontext() as on_bytes:
            blocker = self.blocker(file.chunks(on_bytes))
        return _Read(file.numbers, file.unread, self.part(blocker))


@attrs.frozen
class _Read:
    """A part that was read.

    Attributes:
        ids: A number for each id: two numbers that differ are of different ids.
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
    students: int = 0

    def are_apart(self) -> bool:
        """Return whether no two parts have an id in common."""
        told = self.workers.each(_Read.told, [None] * self.parts)
        self.unread = sum((unread for _, unread in told), Counter())
        self.students = sum(len(ids) for ids, _ in told)
        return not have_repeated([ids for ids, _ in told])

    def blocks(self) -> list[PartBlocks]:
        """Return what was found in each part."""
        return self.workers.each(_Read.blocks, [None] * self.parts)

    def score(self, wanted: Sequence[Wanted]) -> list[Scored]:
        """Compare in each part what is wanted there."""
        return self.workers.each(_Read.score, wanted)
