"""Rosters to match, as plain CSV files.

A roster has a column ``id`` and any of the columns of `ROSTER_COLUMNS`; others are left
out, with a note. It is read as a stream, so that a million rows need little memory; the
bad rows of a file are all told at once.
"""

import csv
import os
import re
from array import array
from codecs import BOM_UTF8, getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from importlib.util import find_spec
from io import BufferedReader, BytesIO
from itertools import islice, pairwise
from operator import itemgetter
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Protocol, cast

import attrs

from student_transfer.errors import InputFileError
from student_transfer.formats.dates import DateOrder
from student_transfer.formats.file_parts import (
    FilePart,
    as_text,
    blocks,
    blocks_of_rows,
)
from student_transfer.formats.kept_rows import Kept, pack
from student_transfer.formats.reading import Note, Problem
from student_transfer.formats.roster_dates import NOTES, Births, order_of
from student_transfer.formats.tables import clean, normal
from student_transfer.linkage.picked import Listed, Pick
from student_transfer.linkage.profile import (
    FIELDS,
    is_birth,
)
from student_transfer.linkage.sieve import Columns

ROSTER_COLUMNS = ("id", *FIELDS)
"""The columns that are read; all but ``id`` may be missing."""

_AT_ONCE = 10_000
_BLOCK = 1 << 20
_PROBLEMS = 50
_WORTH_PARTING = 1 << 18
_WORTH_COLUMNS = 24 << 20
_COLUMNS_AT_ONCE = 8 << 20
_UTF_16 = {b"\xff\xfe", b"\xfe\xff"}
_DELIMITERS = ",;\t|"

_UNPAIRED = "quotation marks do not pair up, or a cell is too large"
_DAMAGED = "some letters are damaged: export the file again as UTF-8"
_WINDOWS = "read as Windows-1252, since it is not UTF-8: check accented letters"
_ENCODING = "in an unknown encoding: save it as CSV UTF-8"
_CHANGED = "changed while it was read: match again when nobody writes it"
_NO_FILE = "not a file that can be read twice: save it as one first"
_ADVICE = "Correct the places named and match the files again."

_BORN = FIELDS.index("date_of_birth")

OnBytes = Callable[[int], None]


@attrs.frozen(repr=False)
class Chunk:
    """Some rows of a roster.

    Attributes:
        ids: Their ids.
        columns: The columns that are compared; see `student_transfer.linkage.sieve`.
        pick: Gives some of the rows as they are kept.
    """

    ids: Sequence[str]
    columns: Columns
    pick: Pick[Kept]


# How a file is written ----------------------------------------------------------------


@attrs.frozen
class Layout:
    """How a file is written, and where its columns are.

    Attributes:
        encoding: The encoding.
        delimiter: What stands between cells.
        width: How many cells a row has.
        id_place: Which of them is the id.
        places: For each of `FIELDS` which cell it is, or None.
        start: Where the header ends, in bytes.
        middle: Where a row ends near the middle of the file; None where that cannot be
            said: rows end where a line ends outside quotation marks.
        order: Whether day or month comes first in dates of birth, where that matters.
    """

    encoding: str
    delimiter: str
    width: int
    id_place: int
    places: tuple[int | None, ...]
    start: int
    middle: int | None
    order: DateOrder | None = None

    @property
    def born(self) -> int | None:
        """Which cell is the date of birth."""
        return self.places[_BORN]


def has_arrow() -> bool:
    """Say whether pyarrow and numpy are there: large files are read by columns then."""
    return all(find_spec(package) is not None for package in ("pyarrow", "numpy"))


class _Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class RosterFile:
    """One roster file, or a part of it, read from the top once.

    Attributes:
        name: The file's name.
        size: How many bytes it has.
        numbers: Of a part, numbers of the ids: two that differ are of two ids.
        unread: How many dates of birth could not be read.
    """

    def __init__(self, path: Path, part: tuple[int, int] | None = None) -> None:
        """Take the file; nothing is read yet.

        Args:
            path: Where it is.
            part: Where a part begins and ends; see `parts`.

        Raises:
            InputFileError: It is no file that can be read twice.
        """
        known = path.stat()
        self.name = path.name
        self.size = known.st_size
        self.numbers = array("q")
        self.unread = 0
        self._ids: set[str] = set()
        self._path = path
        self._part = part
        self._layout: Layout | None = None
        self._notes: list[Note] = []
        self._problems: list[Problem] = []
        self._count = 0
        if not S_ISREG(known.st_mode):
            self._problem(0, "", _NO_FILE)
            raise self._refusal()

    @property
    def is_first(self) -> bool:
        """Whether this is the whole file, or its first part."""
        return self._part is None or not self._part[0]

    def parts(self, most: int) -> list["RosterFile"]:
        """Give parts of the file that can be read apart, each sooner than in turn.

        What is wrong is told by a part, but not in which line. Two rows of one id are
        not noticed, but have one number in `numbers`.

        Args:
            most: At most so many parts.

        Returns:
            The parts in their order; none where the file has to be read in turn.

        Raises:
            InputFileError: There is no column ``id``, or the text cannot be read.
        """
        layout = self.layout()
        middle = layout.middle if self.size >= _WORTH_PARTING and most > 1 else None
        if self._count or (middle is None and not self._is_large()):
            return []
        ends = [0, self.size] if middle is None else [0, middle, self.size]
        return [self._apart(each) for each in pairwise(ends)]

    def _apart(self, part: tuple[int, int]) -> "RosterFile":
        apart = RosterFile(self._path, part)
        apart.size, apart._layout = self.size, self._layout
        return apart

    def _is_large(self) -> bool:
        """Say whether it is worth reading by columns, and that can be done."""
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
        with self._path.open("rb") as binary:
            for chunk in read(binary, layout):
                yield chunk
                if on_bytes is not None:
                    on_bytes(binary.tell())
            if os.fstat(binary.fileno()).st_size != self.size:
                self._problem(0, "", _CHANGED)
        if self._count:
            raise self._refusal()

    def rows(self) -> Iterator[Kept]:
        """Read the file, and keep every row; see `chunks`."""
        for chunk in self.chunks():
            every = range(len(chunk.ids))
            yield from chunk.pick(every).rows(every)

    # How it is written ------------------------------------------------------------

    def layout(self) -> Layout:
        """Find out how the file is written; the whole of it is looked at once.

        Raises:
            InputFileError: There is no column ``id``, or the text cannot be read.
        """
        if self._layout is None:
            with self._path.open("rb") as binary:
                encoding, middle = self._look(binary)
                binary.seek(0)
                with as_text(binary, _with_mark(encoding)) as text:
                    head = text.readline()
                binary.seek(0)
                mark = len(BOM_UTF8) if binary.read(3) == BOM_UTF8 else 0
            start = mark + len(head.encode(encoding, "replace"))
            layout = self._read_header(head, encoding, start, middle)
            self._layout = self._with_order(layout)
        return self._layout

    @cached_property
    def _births(self) -> Births:
        """Reads the dates of birth."""
        return Births(self.layout().order)

    def _with_order(self, layout: Layout) -> Layout:
        """Find out in which order day and month are."""
        if layout.born is None:
            return layout
        with (
            self._path.open("rb") as binary,
            as_text(binary, _with_mark(layout.encoding)) as text,
        ):
            text.readline()
            order = order_of(text, layout.delimiter, layout.born)
        if order in NOTES:
            self._notes.append(Note(self.name, NOTES[order]))
        return attrs.evolve(layout, order=order)

    def _look(self, binary: BinaryIO) -> tuple[str, int | None]:
        """Tell the encoding by the whole file: a sample may mislead; and the middle."""
        wide = binary.read(2) in _UTF_16
        binary.seek(0)
        decoder, quotes = getincrementaldecoder("utf-8")(), 0
        try:
            for block in blocks(binary, self.size // 2, _BLOCK):
                decoder.decode(block)
                quotes += block.count(b'"')
            line = binary.readline()
            decoder.decode(line)
            middle = binary.tell()
            for block in blocks(binary, self.size, _BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return self._decoded(binary), None
        is_whole = (quotes + line.count(b'"')) % 2 == 0 and not wide
        return "utf-8", middle if is_whole else None

    def _decoded(self, binary: BinaryIO) -> str:
        """Tell the encoding of a file that is not sound UTF-8."""
        from student_transfer.formats.files import decode  # noqa: PLC0415 - it is rare

        binary.seek(0)
        try:
            encoding = decode(binary.read())[1]
        except UnicodeError:
            self._problem(0, "", _ENCODING)
            raise self._refusal() from None
        if encoding in _TOLD:
            self._notes.append(Note(self.name, _TOLD[encoding]))
        return encoding

    def _read_header(
        self, head: str, encoding: str, start: int, middle: int | None
    ) -> Layout:
        """Find the columns."""
        delimiter = max(_DELIMITERS, key=head.count)
        header = next(csv.reader([head], delimiter=delimiter), [])
        names = [normal(name) for name in header]
        wanted = {normal(name): name for name in ROSTER_COLUMNS}
        for name, count in Counter(names).items():
            if count > 1 and name in wanted:
                self._problem(1, wanted[name], "there are two columns of this name")
        if "id" not in names:
            message = "there is no column id: add one that names each student"
            self._problem(1, "", message)
            raise self._refusal()
        others = [
            clean(name)
            for name, known in zip(header, names, strict=True)
            if known and known not in wanted
        ]
        if others:
            told = f"left out, since it is not compared: {', '.join(others)}"
            self._notes.append(Note(self.name, told))
        places = {name: place for place, name in enumerate(names)}
        return Layout(
            encoding=encoding,
            delimiter=delimiter,
            width=len(header),
            id_place=places["id"],
            places=tuple(places.get(normal(field)) for field in FIELDS),
            start=start,
            middle=middle,
        )

    # Rows -------------------------------------------------------------------------

    def _by_rows(self, binary: BinaryIO, layout: Layout) -> Iterator[Chunk]:
        """Read row by row, and know where each row is."""
        start, end = self._part or (0, self.size)
        binary.seek(start)
        encoding = layout.encoding if start else _with_mark(layout.encoding)
        parted = self._part is not None
        part = (
            cast("BinaryIO", BufferedReader(FilePart(binary, end)))
            if parted
            else binary
        )
        with as_text(part, encoding) as text:
            if not start:
                text.readline()
            yield from self._rows(text, layout)

    def _rows(self, text: Iterable[str], layout: Layout) -> Iterator[Chunk]:
        reader: _Reader = csv.reader(text, delimiter=layout.delimiter, strict=True)
        before, is_whole = 1, True
        while is_whole:
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, _AT_ONCE))
            except csv.Error:
                is_whole = False
            if is_whole and not rows:
                return
            sound = self._checked(rows, before, layout)
            if not is_whole:
                line = before + 1 + sum(map(_lines, rows))
                self._problem(line, "", _UNPAIRED)
            before = reader.line_num + 1
            if sound and not self._count:
                yield self._chunk(sound, layout)

    def _checked(
        self, rows: list[list[str]], line: int, layout: Layout
    ) -> list[list[str]]:
        """Leave out blank rows and note bad ones; usually there are none."""
        width, place = layout.width, layout.id_place
        if all(len(row) == width for row in rows) and self._are_new(
            [row[place] for row in rows]
        ):
            return rows
        sound = []
        for row in rows:
            line += 1
            if any(map(str.strip, row)) and self._is_sound(row, line, layout):
                sound.append(row)
            line += _lines(row) - 1
        return sound

    def _are_new(self, ids: Sequence[str]) -> bool:
        """Take ids, where each is one of its own and without blanks."""
        if "" in ids or _BLANK.search("".join(ids)):
            return False
        if self._part is not None:
            self.numbers.extend(map(hash, ids))
            return True
        some = set(ids)
        if len(some) < len(ids) or not some.isdisjoint(self._ids):
            return False
        self._ids |= some
        return True

    def _is_sound(self, row: list[str], line: int, layout: Layout) -> bool:
        """Say whether a row is whole and has an id of its own."""
        if len(row) != layout.width:
            message = (
                f"the row has {len(row)} cells where the header has {layout.width}"
            )
            return self._problem(line, "", message)
        row[layout.id_place] = key = row[layout.id_place].strip()
        if not key:
            return self._problem(line, "id", "there is no id")
        if self._part is not None:
            self.numbers.append(hash(key))
            return True
        if key in self._ids:
            return self._problem(line, "id", "an earlier row has the same id")
        self._ids.add(key)
        return True

    def _problem(self, line: int, column: str, message: str) -> bool:
        """Note a problem, the first ones in words; always False."""
        self._count += 1
        if len(self._problems) < _PROBLEMS:
            self._problems.append(Problem(self.name, line, column, message))
        return False

    def _refusal(self) -> InputFileError:
        told = [str(problem) for problem in self._problems]
        if self._count > len(told):
            told.append(f"{self.name}: and {self._count - len(told):,} more problems")
        message = f"{self.name} cannot be matched."
        return InputFileError(message, told, advice=_ADVICE)

    def _chunk(self, rows: list[list[str]], layout: Layout) -> Chunk:
        at = layout.born
        if at is not None:
            for row in rows:
                row[at] = self._births[row[at]]
        columns = list(zip(*rows, strict=True))
        named = [() if at is None else columns[at] for at in layout.places]
        self._note_dates(Counter(named[_BORN]))
        kept = _kept(layout)
        return Chunk(
            ids=columns[layout.id_place],
            columns=named,
            pick=lambda places: Listed([pack(kept(rows[place])) for place in places]),
        )

    # Columns ----------------------------------------------------------------------

    def _by_columns(self, binary: BinaryIO, layout: Layout) -> Iterator[Chunk]:
        """Read many rows at once, column by column; the same rows, sooner."""
        from student_transfer.formats.roster_columns import (  # noqa: PLC0415 - arrow
            read_columns,
        )

        start, end = self._part or (0, self.size)
        binary.seek(start or layout.start)
        for block in blocks_of_rows(binary, end, _COLUMNS_AT_ONCE):
            found = read_columns(block, layout, self._births)
            if found is None or not self._are_new(found.ids):
                with as_text(BytesIO(block), layout.encoding) as text:
                    yield from self._rows(text, layout)
                continue
            self._note_dates(found.births)
            if not self._count:
                yield Chunk(found.ids, found.columns, found.pick)

    # Dates ------------------------------------------------------------------------

    def _note_dates(self, births: Mapping[str, int]) -> None:
        """Count the dates of birth that cannot be read."""
        for text, count in births.items():
            if text.strip() and not _is_date(text):
                self.unread += count

    @property
    def notes(self) -> list[Note]:
        """What is worth knowing; complete when the file has been read."""
        notes = list(self._notes)
        if self.unread:
            told = (
                f"{self.unread:,} dates of birth are taken as not known: they cannot "
                "be read; write YYYY-MM-DD, YYYY-MM or YYYY"
            )
            notes.append(Note(self.name, told))
        return notes


_BLANK = re.compile(r"\s")

_TOLD = {"cp1252": _WINDOWS, "utf-8": _DAMAGED}
"""What is noted of a file that is not sound UTF-8, by how it is read."""


def _kept(layout: Layout) -> Callable[[Sequence[str]], tuple[str, ...]]:
    """Give what makes of a row as it is in the file one as it is kept."""
    wanted = (layout.id_place, *layout.places)
    known = [at for at in wanted if at is not None]
    if len(known) == len(wanted):
        return itemgetter(*known)
    return lambda row: tuple("" if at is None else row[at] for at in wanted)


def _with_mark(encoding: str) -> str:
    """Give the encoding of the top of a file, where a mark may stand."""
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _lines(row: list[str]) -> int:
    """Say how many lines a row takes in the file."""
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in row)


_LINE_END = re.compile(r"\r\n|\r|\n")


def _is_date(text: str) -> bool:
    """Say whether a text is a date, whole or in part, or a stroke for none."""
    return is_birth(text) or not any(map(str.isalnum, text))
