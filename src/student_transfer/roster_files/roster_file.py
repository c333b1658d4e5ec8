"""Rosters to match, as plain CSV files.

A roster has a column ``id`` and any of the columns of `ROSTER_COLUMNS`, which
`layout` finds; others are left out, with a note. It is read as a stream, so that
a million rows need little memory; the bad rows of a file are all told at once.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from io import BufferedReader, BytesIO
from itertools import pairwise
from operator import itemgetter
from os import PathLike
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO, cast

import attrs

from student_transfer.errors import InputFileError
from student_transfer.formats.findings import UNREADABLE, Note
from student_transfer.linkage.bulk_blocking.candidate_rows import ListedRows, Pick
from student_transfer.linkage.profiles.profile import FIELDS, Columns
from student_transfer.roster_files.birth_dates import Births, Dating
from student_transfer.roster_files.file_parts import (
    FilePart,
    as_text,
    blocks_of_rows,
)
from student_transfer.roster_files.genders import SpanishGenders
from student_transfer.roster_files.kept_rows import Kept, packed
from student_transfer.roster_files.layout import (
    BORN,
    Layout,
    Told,
    layout_of,
    skip_top,
    with_mark,
)
from student_transfer.roster_files.sound_rows import SoundRows
from student_transfer.roster_files.unread import (
    CHECKED,
    count_unread,
    unread_notes,
)
from student_transfer.students import StudentKey

_WORTH_SPLITTING = 1 << 18
_WORTH_COLUMNS = 24 << 20
_COLUMNS_AT_ONCE = 8 << 20

_CHANGED = "changed while it was read: match again when nobody writes it"
_FOLDER = "a folder: name the file in it"
_NOBODY = "there are no students in it: nobody is matched, and all who come are new"
_NO_FILE = "not a file that can be read twice: save it as one first"

OnBytes = Callable[[int], None]


@attrs.frozen(repr=False)
class Chunk:
    """Some rows of a roster.

    Attributes:
        ids: Their ids.
        columns: The columns that are compared; see
            `student_transfer.linkage.bulk_blocking.roster_blocker`.
        pick: Gives some of the rows as they are kept.
    """

    ids: Sequence[str]
    columns: Columns
    pick: Pick[Kept]


def has_arrow() -> bool:
    """Tell whether pyarrow and numpy are there, to read large files by columns."""
    return all(find_spec(package) is not None for package in ("pyarrow", "numpy"))


class RosterFile:
    """One roster file, or a part of it, read from the top once.

    Attributes:
        name: The file's name, or the path of a folder that has none, such as ``.``.
        size: How many bytes it has.
        numbers: For a part, a number for each id: two numbers that differ are of
            different ids.
        unread: How many values could not be read, by column; see `unread_notes`.
        students: How many students there are; None before the file is read.
    """

    def __init__(
        self, path: str | PathLike[str], part: tuple[int, int] | None = None
    ) -> None:
        """Take the file; nothing is read yet.

        Args:
            path: Where it is.
            part: Where a part begins and ends; see `parts`.

        Raises:
            InputFileError: It is not there, or no file that can be read twice.
        """
        self._path = Path(path)
        self.name = self._path.name or str(self._path)
        self.unread = Counter[str]()
        self.students: int | None = None
        self._part = part
        self._layout: Layout | None = None
        self._told = Told(self.name)
        self._sound_rows = SoundRows(self._told, is_part=part is not None)
        self.numbers = self._sound_rows.numbers
        try:
            known = self._path.stat()
        except OSError:
            raise self._refused(UNREADABLE) from None
        self.size = known.st_size
        if not S_ISREG(known.st_mode):
            raise self._refused(_FOLDER if S_ISDIR(known.st_mode) else _NO_FILE)

    def _refused(self, message: str) -> InputFileError:
        """Make the error that refuses the file as a whole."""
        self._told.problem(0, "", message)
        return self._told.refusal()

    @property
    def is_first(self) -> bool:
        """Whether this is the whole file, or its first part."""
        return self._part is None or not self._part[0]

    def parts(self, most: int) -> list["RosterFile"]:
        """Return parts of the file that can be read apart, each sooner than in turn.

        A part tells that something is wrong, but not in which line. It does not notice
        two rows of one id; both have the same number in `numbers`.

        Args:
            most: At most so many parts.

        Returns:
            The parts in their order; none where the file has to be read in turn.

        Raises:
            InputFileError: There is no column ``id``, or the text cannot be read.
        """
        layout = self.layout()
        middle = layout.middle if self.size >= _WORTH_SPLITTING and most > 1 else None
        if self._told.count or (middle is None and not self._is_large()):
            return []
        ends = [0, self.size] if middle is None else [0, middle, self.size]
        return [self._apart(each) for each in pairwise(ends)]

    def _apart(self, part: tuple[int, int]) -> "RosterFile":
        apart = RosterFile(self._path, part)
        apart.size, apart._layout = self.size, self._layout
        return apart

    def _is_large(self) -> bool:
        """Return whether it is worth reading by columns, and that can be done."""
        layout = self.layout()
        plain = layout.encoding == "utf-8" and layout.middle is not None
        return plain and self.size >= _WORTH_COLUMNS and has_arrow()

    def chunks(self, on_bytes: OnBytes | None = None) -> Iterator[Chunk]:
        """Read the file.

        Args:
            on_bytes: Is told how many bytes have been read so far.

        Raises:
            InputFileError: There is no column ``id``, or rows are bad; all are named.
        """
        layout = self.layout()
        by_columns = self._part is not None and self._is_large()
        read = self._by_columns if by_columns else self._by_rows
        self.students = 0
        with self._path.open("rb") as binary:
            for chunk in read(binary, layout):
                self.students += len(chunk.ids)
                yield chunk
                if on_bytes is not None:
                    on_bytes(binary.tell())
            if os.fstat(binary.fileno()).st_size != self.size:
                self._told.problem(0, "", _CHANGED)
        if self._told.count:
            raise self._told.refusal()

    def rows(self) -> Iterator[Kept]:
        """Read the file, and keep every row; see `chunks`."""
        for chunk in self.chunks():
            every = range(len(chunk.ids))
            yield from chunk.pick(every).rows(every)

    def keys(self) -> set[StudentKey]:
        """Read the file, and keep the ids alone; see `chunks`."""
        return {StudentKey(key) for chunk in self.chunks() for key in chunk.ids}

    def layout(self) -> Layout:
        """Find out how the file is written; the whole of it is looked at once.

        Raises:
            InputFileError: There is no column ``id``, or the text cannot be read, as
                where the file may not be.
        """
        if self._layout is None:
            try:
                self._layout = layout_of(self._path, self.size, self._told)
            except OSError:
                raise self._refused(UNREADABLE) from None
        return self._layout

    @property
    def dating(self) -> Dating:
        """How dates of birth are written; it may be set before a row is read.

        Raises:
            InputFileError: There is no column ``id``, or the text cannot be read.
        """
        return self.layout().dating

    @dating.setter
    def dating(self, dating: Dating) -> None:
        self._layout = attrs.evolve(self.layout(), dating=dating)

    @cached_property
    def _births(self) -> Births:
        """Reads the dates of birth."""
        return Births(self.dating)

    @cached_property
    def _genders(self) -> SpanishGenders:
        """Reads the genders of a column that is Spanish."""
        return SpanishGenders()

    # Rows -------------------------------------------------------------------------

    def _by_rows(self, binary: BinaryIO, layout: Layout) -> Iterator[Chunk]:
        """Read row by row, and know where each row is."""
        start, end = self._part or (0, self.size)
        binary.seek(start)
        encoding = layout.encoding if start else with_mark(layout.encoding)
        parted = self._part is not None
        part = (
            cast("BinaryIO", BufferedReader(FilePart(binary, end)))
            if parted
            else binary
        )
        with as_text(part, encoding) as text:
            if not start:
                skip_top(text, layout)
            yield from self._chunks_of(text, layout)

    def _chunks_of(self, text: Iterable[str], layout: Layout) -> Iterator[Chunk]:
        for rows in self._sound_rows.read(text, layout):
            yield self._chunk(rows, layout)

    def _chunk(self, rows: list[list[str]], layout: Layout) -> Chunk:
        at = layout.born
        if at is not None:
            for row in rows:
                row[at] = self._births[row[at]]
        if layout.is_spanish and (at := layout.gender) is not None:
            for row in rows:
                row[at] = self._genders[row[at]]
        columns = list(zip(*rows, strict=True))
        named = [() if at is None else columns[at] for at in layout.places]
        told = {FIELDS[at]: Counter(named[at]) for at in (BORN, *_CHECKED)}
        self._count_unread(told)
        kept = _kept(layout)
        return Chunk(
            ids=columns[layout.id_place],
            columns=named,
            pick=lambda places: ListedRows(
                packed(map(kept, map(rows.__getitem__, places)))
            ),
        )

    # Columns ----------------------------------------------------------------------

    def _by_columns(self, binary: BinaryIO, layout: Layout) -> Iterator[Chunk]:
        """Read many rows at once, column by column; the same rows, sooner."""
        from student_transfer.roster_files.columns import (  # noqa: PLC0415 - arrow
            read_columns,
        )

        start, end = self._part or (0, self.size)
        binary.seek(start or layout.start)
        for block in blocks_of_rows(binary, end, _COLUMNS_AT_ONCE):
            found = read_columns(block, layout, self._births, self._genders)
            if found is None or not self._sound_rows.are_new(found.ids):
                with as_text(BytesIO(block), layout.encoding) as text:
                    yield from self._chunks_of(text, layout)
                continue
            self._count_unread(found.counts)
            if not self._told.count:
                yield Chunk(found.ids, found.columns, found.pick)

    # What cannot be read ----------------------------------------------------------

    def _count_unread(self, counts: Mapping[str, Mapping[str, int]]) -> None:
        """Count what cannot be read, by how often each text is in which column."""
        births = counts[FIELDS[BORN]]
        of_births = sum(births.get(text, 0) for text in self._births.unread)
        self.unread[FIELDS[BORN]] += of_births
        for column in CHECKED:
            self.unread[column] += count_unread(column, counts[column])

    @property
    def notes(self) -> list[Note]:
        """What is worth knowing; complete when the file has been read."""
        dating = Dating() if self._layout is None else self._layout.dating
        unread = (
            Note(self.name, each, is_warning=True) for each in unread_notes(self.unread)
        )
        nobody = [Note(self.name, _NOBODY, is_warning=True)] * (self.students == 0)
        return [*nobody, *self._told.notes, *dating.notes(self.name), *unread]


_CHECKED = [FIELDS.index(column) for column in CHECKED]


def _kept(layout: Layout) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Return what makes of a row as it is in the file one as it is kept."""
    wanted = (layout.id_place, *layout.places)
    known = [at for at in wanted if at is not None]
    if len(known) == len(wanted):
        return itemgetter(*known)
    return lambda row: tuple("" if at is None else row[at] for at in wanted)
