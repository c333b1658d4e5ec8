"""Two rosters to match, as plain CSV files, and the file of the matches.

A roster has a column ``id`` and any of the columns of `ROSTER_COLUMNS`; others are left
out, with a note. It is read as a stream, so that a million rows need little memory; the
bad rows of a file are all told at once, and then nothing is written.

An id that a spreadsheet program might run as a formula gets an apostrophe before it in
the file of the matches, as in the import log; `import_log.original_cell` takes it away.
"""

import csv
import os
from codecs import getincrementaldecoder
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from io import BufferedReader, RawIOBase, StringIO, TextIOWrapper
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TextIO, cast

import attrs

from student_transfer.errors import InputFileError
from student_transfer.formats.files import decode
from student_transfer.formats.reading import Note, Problem
from student_transfer.formats.tables import clean, normal
from student_transfer.import_log import harmless_cell
from student_transfer.linkage.profile import (
    FIELDS,
    Profile,
    Values,
    is_birth,
    profile_of,
)
from student_transfer.linkage.sieve import Columns
from student_transfer.matching import Suggestion
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey, StudentRef

ROSTER_COLUMNS = ("id", *FIELDS)
"""The columns that are read; all but ``id`` may be missing."""

MATCH_COLUMNS = (
    "incoming_id",
    "existing_id",
    "probability",
    "import_as",
    "needs_review",
    "rank",
)
"""The columns of the matches: a row for each incoming student and candidate kept."""

_AT_ONCE = 10_000
_UNPAIRED = "quotation marks do not pair up, or a cell is too large"
_DAMAGED = "some letters are damaged: export the file again as UTF-8"
_BLOCK = 1 << 20
_PROBLEMS = 50
_WORTH_PARTING = 8 << 20
_UTF_16 = {b"\xff\xfe", b"\xfe\xff"}
_DELIMITERS = ",;\t|"
_ADVICE = "Correct the places named and match the files again."

Row = Sequence[str]
OnBytes = Callable[[int], None]


@attrs.frozen(repr=False)
class Chunk:
    """Some rows of a roster.

    Attributes:
        ids: Their ids.
        rows: The rows as they are in the file.
        columns: The columns that are compared; see `student_transfer.linkage.linking`.
    """

    ids: Sequence[str]
    rows: Sequence[Row]
    columns: Columns


class _Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class _Part(RawIOBase):
    """A part of a file as a file."""

    def __init__(self, file: BinaryIO, end: int) -> None:
        self._file, self._end = file, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        wanted = min(len(buffer), self._end - self._file.tell())
        read = self._file.read(max(0, wanted))
        buffer[: len(read)] = read
        return len(read)


class RosterFile:
    """One roster file, read from the top once.

    Attributes:
        name: The file's name.
        size: How many bytes it has.
        ids: The ids that were read.
    """

    def __init__(self, path: Path) -> None:
        """Take the file; nothing is read yet."""
        self.name = path.name
        self.size = path.stat().st_size
        self._notes: list[Note] = []
        self.ids: set[str] = set()
        self._path = path
        self._problems: list[Problem] = []
        self._count = 0
        self._places: list[int | None] = []
        self._values: Callable[[Row], Values] | None = None
        self._dates: dict[str, bool] = {}
        self._unread = 0

    def halves(self) -> tuple[int, int] | None:
        """Give where the file can be parted in two, and its end.

        None where it is too small for that to be worth it, or cannot be parted: rows
        end where a line ends outside quotation marks.
        """
        if self.size < _WORTH_PARTING:
            return None
        with self._path.open("rb") as binary:
            if binary.read(2) in _UTF_16:
                return None
            binary.seek(0)
            before = binary.read(self.size // 2)
            line = binary.readline()
            quotes = before.count(b'"') + line.count(b'"')
            return None if quotes % 2 else (len(before) + len(line), self.size)

    def chunks(
        self, on_bytes: OnBytes | None = None, start: int = 0, end: int | None = None
    ) -> Iterator[Chunk]:
        """Read the file.

        Args:
            on_bytes: Is told how many bytes have been read so far.
            start: Where to begin, after the header in any case; see `halves`.
            end: Where to stop.

        Raises:
            InputFileError: There is no column ``id``, or rows are bad; all are named.
        """
        with self._path.open("rb") as binary:
            encoding = self._encoding(binary)
            text = TextIOWrapper(binary, encoding, errors="replace", newline="")
            head = text.readline()
            delimiter = max(_DELIMITERS, key=head.count)
            header = next(csv.reader([head], delimiter=delimiter), [])
            place = self._read_header(header)
            if start or end is not None:
                text.detach()
                binary.seek(start)
                part = BufferedReader(_Part(binary, end or self.size))
                text = TextIOWrapper(
                    cast("Any", part), encoding, errors="replace", newline=""
                )
                if not start:
                    text.readline()
            reader = csv.reader(text, delimiter=delimiter, strict=True)
            for chunk in self._rows(reader, len(header), place):
                yield chunk
                if on_bytes is not None:
                    on_bytes(binary.tell())
        self._finish()

    def _rows(self, reader: _Reader, width: int, place: int) -> Iterator[Chunk]:
        before, is_whole = 1, True
        while is_whole:
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, _AT_ONCE))
            except csv.Error:
                is_whole = False
            if is_whole and not rows:
                return
            sound = self._checked(rows, before, width, place)
            if not is_whole:
                line = before + 1 + sum(map(_lines, rows))
                self._problem(line, "", _UNPAIRED)
            before = reader.line_num + 1
            if sound and not self._count:
                yield self._chunk(sound, place)

    def profile(self, site: str, row: Row, key: str) -> Profile:
        """Bring a row into the form in which students are compared."""
        return profile_of(StudentRef(SiteId(site), StudentKey(key)), self.values(row))

    def values(self, row: Row) -> Values:
        """Give what is compared of a row, as texts."""
        if self._values is None:
            return tuple("" if at is None else row[at] for at in self._places)
        return self._values(row)

    def _encoding(self, binary: BinaryIO) -> str:
        """Tell the encoding; the whole file is looked at: a sample may mislead."""
        is_sound = _is_utf_8(binary)
        try:
            encoding = "utf-8" if is_sound else decode(_whole(binary))[1]
        except UnicodeError:
            message = "in an unknown encoding: save it as CSV UTF-8"
            self._problem(0, "", message)
            raise self._refusal() from None
        binary.seek(0)
        if encoding == "cp1252":
            said = "read as Windows-1252, since it is not UTF-8: check accented letters"
            self._notes.append(Note(self.name, said))
        if encoding == "utf-8" and not is_sound:
            self._notes.append(Note(self.name, _DAMAGED))
        return "utf-8-sig" if encoding == "utf-8" else encoding

    def _read_header(self, header: Sequence[str]) -> int:
        """Find the columns; give the place of the ids."""
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
        self._places = [places.get(normal(field)) for field in FIELDS]
        known = [at for at in self._places if at is not None]
        if len(known) == len(FIELDS):
            self._values = itemgetter(*known)
        return places["id"]

    def _checked(
        self, rows: list[list[str]], line: int, width: int, place: int
    ) -> list[list[str]]:
        """Leave out blank rows and note bad ones; usually there are none."""
        if all(len(row) == width for row in rows):
            ids = {row[place] for row in rows}
            usual = len(ids) == len(rows) and ids.isdisjoint(self.ids)
            if usual and all(key and key == key.strip() for key in ids):
                self.ids |= ids
                return rows
        sound = []
        for row in rows:
            line += 1
            if any(map(str.strip, row)) and self._is_sound(row, line, width, place):
                sound.append(row)
            line += _lines(row) - 1
        return sound

    def _is_sound(self, row: list[str], line: int, width: int, place: int) -> bool:
        """Say whether a row is whole and has an id of its own."""
        if len(row) != width:
            message = f"the row has {len(row)} cells where the header has {width}"
            return self._problem(line, "", message)
        row[place] = key = row[place].strip()
        if not key:
            return self._problem(line, "id", "there is no id")
        if key in self.ids:
            return self._problem(line, "id", "an earlier row has the same id")
        self.ids.add(key)
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
        error = InputFileError(f"{self.name} cannot be matched.", told)
        error.advice = _ADVICE
        return error

    def _chunk(self, rows: list[list[str]], place: int) -> Chunk:
        columns = list(zip(*rows, strict=True))
        named = [() if at is None else columns[at] for at in self._places]
        self._note_dates(named[FIELDS.index("date_of_birth")])
        return Chunk(columns[place], rows, named)

    def _note_dates(self, column: Sequence[str]) -> None:
        for text in set(column).difference(self._dates):
            self._dates[text] = bool(text.strip()) and not _is_date(text)
        self._unread += sum(map(self._dates.__getitem__, column))

    def _finish(self) -> None:
        if self._count:
            raise self._refusal()

    def join(self, later: "RosterFile") -> None:
        """Add what was read in a later part of the file."""
        self.ids |= later.ids
        self._unread += later._unread  # noqa: SLF001 - another of the same class

    @property
    def notes(self) -> list[Note]:
        """What is worth knowing; complete when the file has been read."""
        notes = list(self._notes)
        if self._unread:
            told = (
                f"{self._unread:,} dates of birth are taken as not known: they are "
                "not written as YYYY-MM-DD, YYYY-MM or YYYY"
            )
            notes.append(Note(self.name, told))
        return notes


def _lines(row: list[str]) -> int:
    """Say how many lines a row takes in the file."""
    return 1 + sum(cell.count("\n") for cell in row)


def _is_utf_8(binary: BinaryIO) -> bool:
    binary.seek(0)
    decoder = getincrementaldecoder("utf-8")()
    try:
        while block := binary.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _whole(binary: BinaryIO) -> bytes:
    binary.seek(0)
    return binary.read()


def _is_date(text: str) -> bool:
    """Say whether a text is a date, whole or in part, or a stroke for none."""
    return is_birth(text) or not any(map(str.isalnum, text))


def write_matches(path: Path, suggestions: Mapping[StudentKey, Suggestion]) -> None:
    """Write the matches: the whole file or, where that fails, none.

    A row for each incoming student and candidate kept, best first; one with a blank
    ``existing_id`` for a student without a candidate.

    Raises:
        OSError: The file cannot be written.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("x", encoding="utf-8", newline="") as stream:
            _write(stream, suggestions)
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _write(stream: TextIO, suggestions: Mapping[StudentKey, Suggestion]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(MATCH_COLUMNS)
    quoting = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for key, one in suggestions.items():
        ids = (key, *(candidate.key for candidate in one.candidates))
        # By itself the writer quotes no carriage return, which ends a line, too.
        has_return = any("\r" in each for each in ids)
        (quoting if has_return else writer).writerows(_rows(key, one))


def _rows(key: StudentKey, one: Suggestion) -> Iterator[tuple[object, ...]]:
    said = one.import_as.value, "yes" if one.needs_review else "no"
    incoming = harmless_cell(key)
    if not one.candidates:
        yield incoming, "", "", *said, 1
    for rank, candidate in enumerate(one.candidates, 1):
        existing = harmless_cell(candidate.key)
        yield incoming, existing, f"{candidate.probability:.6f}", *said, rank


def matches_text(suggestions: Mapping[StudentKey, Suggestion]) -> str:
    """Give what `write_matches` writes as a text."""
    stream = StringIO()
    _write(stream, suggestions)
    return stream.getvalue()
