"""How a roster to match is written: its encoding, its delimiter and its columns."""

from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TextIO

import attrs

from student_transfer.errors import InputFileError
from student_transfer.formats.encoding import (
    ENCODED_TWICE,
    READ_AS_WINDOWS,
    UNKNOWN_ENCODING,
    UTF_16,
    Utf8Blocks,
    binary_kind,
    decode,
    no_text,
)
from student_transfer.formats.findings import Note, Problem, Summed
from student_transfer.formats.tables import clean, normal
from student_transfer.linkage.comparing.agreement import are_near
from student_transfer.linkage.profiles.profile import FIELDS
from student_transfer.roster_files.birth_dates import Dating, dating_of
from student_transfer.roster_files.file_parts import as_text, blocks
from student_transfer.roster_files.genders import SPANISH_NOTE, are_spanish
from student_transfer.roster_files.header import HEADER_LINES, Header, header_of

ROSTER_COLUMNS = ("id", *FIELDS)
"""The columns that are read; all but ``id`` may be missing."""

_ALSO_CALLED = {
    "given_name": (
        *("first name", "forename"),
        *("legal first name", "legal forename", "legal given name"),
    ),
    "middle_name": ("middle names", "middle name(s)", "legal middle name"),
    "family_name": (
        *("last name", "surname"),
        *("legal last name", "legal surname", "legal family name"),
    ),
    "preferred_name": (
        *("known as", "preferred first name", "preferred forename"),
        *("preferred given name", "chosen name", "chosen first name"),
        "chosen forename",
    ),
    "date_of_birth": ("dob", "d.o.b.", "d.o.b", "birth date", "birthday"),
    "gender": ("sex", "gender (m/f)", "sex (m/f)"),
    "year": (
        *("year group", "grade", "year level", "grade level"),
        *("NC year", "NC year group", "national curriculum year"),
    ),
    "national_id": ("UPN", "unique pupil number", "ULN", "state id"),
    "student_id": ("admission number", "admission no", "admission no.", "adno"),
    "email": ("email address", "e-mail"),
    "postcode": (
        *("postal code", "post code", "zip", "zip code"),
        *("home postcode", "home postal code", "home zip", "home zip code"),
    ),
    "address": ("home address", "street address"),
}
"""What offices call the columns, where a file has none of the name itself.

A first line alone (*address 1*) is no address: many children live in a flat 3.
"""

_NAMES = ("given_name", "family_name", "preferred_name")
_NEEDED = ("given_name", "family_name", "date_of_birth")
_FEW = "few can be matched so"
_FEWER = "fewer can be matched so, and more have to be reviewed"
_SHORTEST = 5  # letters of a name that may be another one misspelt

_BLOCK, _BEGINNING = 1 << 15, 1 << 10  # blocks that stay in a processor's cache
BORN = FIELDS.index("date_of_birth")
"""The place of the date of birth among `FIELDS`."""

GENDER = FIELDS.index("gender")
"""The place of the gender."""

_NO_ID = "there is no column id: add one that names each student"
_EMPTY = (
    "the file is empty, or its first row is: begin it with the names of the columns"
)
_SURE, _LONGEST, _SHOWN = 2, 40, 50

_DAMAGED = "some letters are damaged: export the file again as UTF-8"
_ADVICE = "Correct the places named and match the files again."

_TOLD = {"cp1252": READ_AS_WINDOWS, "utf-8": _DAMAGED}
"""What is noted of a file that is not sound UTF-8, by how it is read."""


class Told:
    """What is told of a roster: what is wrong with it, and what is worth knowing.

    Attributes:
        notes: What is worth knowing.
    """

    def __init__(self, name: str) -> None:
        """Take the name of the file."""
        self.notes: list[Note] = []
        self._name = name
        self._problems = Summed()

    @property
    def count(self) -> int:
        """How many things are wrong."""
        return self._problems.count

    def note(self, message: str, *, is_warning: bool = False) -> None:
        """Add what is worth knowing; see `Note`."""
        self.notes.append(Note(self._name, message, is_warning=is_warning))

    def problem(self, line: int, column: str, message: str) -> None:
        """Add what is wrong; of very many of a kind only the first are kept."""
        self._problems.add(Problem(self._name, line, column, message))

    def refusal(self) -> InputFileError:
        """Make the error that says all of it."""
        told = [*self._problems.lines()]
        message = f"{self._name} cannot be matched."
        return InputFileError(message, told, advice=_ADVICE)


@attrs.frozen
class Layout:
    """How a file is written, and where its columns are.

    Attributes:
        encoding: The encoding.
        delimiter: What stands between cells.
        width: How many cells a row has.
        least: How many it has at least: those at its end may be missing where the
            header has no names for them.
        id_place: Which of them is the id.
        places: For each of `FIELDS` which cell it is, or None.
        top: How many lines stand before the rows: the header, and one that says the
            delimiter.
        start: Where the header ends, in bytes.
        middle: Where a row ends near the middle of the file; None where that cannot be
            said: rows end where a line ends outside quotation marks.
        dating: How dates of birth are written.
        is_spanish: Whether the genders are H and M, for *hombre* and *mujer*.
    """

    encoding: str
    delimiter: str
    width: int
    least: int
    id_place: int
    places: tuple[int | None, ...]
    top: int
    start: int
    middle: int | None
    dating: Dating = attrs.field(factory=Dating)
    is_spanish: bool = False

    @property
    def has_names(self) -> bool:
        """Whether any column is one of first, last or preferred names."""
        return any(self.places[FIELDS.index(name)] is not None for name in _NAMES)

    @property
    def born(self) -> int | None:
        """Which cell is the date of birth."""
        return self.places[BORN]

    @property
    def gender(self) -> int | None:
        """Which cell is the gender."""
        return self.places[GENDER]


def layout_of(path: Path, size: int, told: Told) -> Layout:
    """Find out how a file is written; the whole of it is looked at once.

    Args:
        path: Where it is.
        size: How many bytes it has.
        told: Is told what is wrong, and what is worth knowing.

    Raises:
        InputFileError: There is no column ``id``, or the text cannot be read.
    """
    with path.open("rb") as binary:
        encoding, middle = _look(binary, size, told)
        binary.seek(0)
        with as_text(binary, with_mark(encoding)) as text:
            head = header_of(list(islice(text, HEADER_LINES)))
        binary.seek(0)
        mark = len(BOM_UTF8) if binary.read(3) == BOM_UTF8 else 0
        start = mark + len("".join(head.lines).encode(encoding, "replace"))
        if middle is not None and middle < start:
            middle = None
        layout = _read_header(head, told, encoding=encoding, start=start, middle=middle)
        if layout.born is not None:
            with _rows(binary, layout) as text:
                dating = dating_of(text, layout.delimiter, layout.born)
            layout = attrs.evolve(layout, dating=dating)
        if layout.gender is not None:
            with _rows(binary, layout) as text:
                is_spanish = are_spanish(text, layout.delimiter, layout.gender)
            layout = attrs.evolve(layout, is_spanish=is_spanish)
    if layout.is_spanish:
        told.note(SPANISH_NOTE)
    return layout


@contextmanager
def _rows(binary: BinaryIO, layout: Layout) -> Iterator[TextIO]:
    """Read the lines from the first row on."""
    binary.seek(0)
    with as_text(binary, with_mark(layout.encoding)) as text:
        skip_top(text, layout)
        yield text


def _look(binary: BinaryIO, size: int, told: Told) -> tuple[str, int | None]:
    """Tell the encoding by the whole file: a sample may mislead; and the middle."""
    beginning = binary.read(_BEGINNING)
    _refuse_other_kinds(beginning, told)
    wide = beginning.startswith(UTF_16)
    binary.seek(0)
    text, quotes = Utf8Blocks(), 0
    try:
        for block in blocks(binary, size // 2, _BLOCK):
            text.take(block)
            quotes += block.count(b'"')
        line = binary.readline()
        text.take(line)
        middle = binary.tell()
        for block in blocks(binary, size, _BLOCK):
            text.take(block)
        text.end()
    except UnicodeDecodeError:
        return _decoded(binary, told), None
    if text.is_twice:
        told.note(ENCODED_TWICE, is_warning=True)
    is_whole = (quotes + line.count(b'"')) % 2 == 0 and not wide
    return "utf-8", middle if is_whole else None


def _refuse_other_kinds(beginning: bytes, told: Told) -> None:
    """Refuse a workbook, what is no text, and text that nothing says how to read."""
    if other := no_text(beginning) or binary_kind(beginning):
        told.problem(0, "", other)
        raise told.refusal()


def _decoded(binary: BinaryIO, told: Told) -> str:
    """Tell the encoding of a file that is not sound UTF-8."""
    binary.seek(0)
    try:
        encoding = decode(binary.read())[1]
    except UnicodeError:
        told.problem(0, "", UNKNOWN_ENCODING)
        raise told.refusal() from None
    if encoding in _TOLD:
        told.note(_TOLD[encoding], is_warning=encoding == "utf-8")
    return encoding


def skip_top(text: TextIO, layout: Layout) -> None:
    """Pass over the header."""
    for _ in range(layout.top):
        text.readline()


def _read_header(
    head: Header, told: Told, *, encoding: str, start: int, middle: int | None
) -> Layout:
    """Find the columns."""
    header = head.cells
    names = _renamed(header, told)
    wanted = {normal(name): name for name in ROSTER_COLUMNS}
    for name, count in Counter(names).items():
        if count > 1 and name in wanted:
            told.problem(head.line, wanted[name], "there are two columns of this name")
    if "id" not in names:
        told.problem(
            head.line, "", f"{_NO_ID}{_shown(header)}" if any(names) else _EMPTY
        )
        raise told.refusal()
    others = [
        name
        for name, known in zip(header, names, strict=True)
        if known and known not in wanted
    ]
    places = {name: place for place, name in enumerate(names)}
    _note_left_out(others, places, told)
    _note_missing(places, told)
    return Layout(
        encoding=encoding,
        delimiter=head.delimiter,
        width=len(header),
        least=max(place for place, name in enumerate(names, 1) if name),
        id_place=places["id"],
        places=tuple(places.get(normal(field)) for field in FIELDS),
        top=len(head.lines),
        start=start,
        middle=middle,
    )


def _note_left_out(others: Sequence[str], found: Collection[str], told: Told) -> None:
    """Note columns that are not read, and which of them may be misspelt."""
    if not others:
        return
    missing = [name for name in FIELDS if normal(name) not in found]
    known = [
        *missing,
        *chain.from_iterable(_ALSO_CALLED.get(one, ()) for one in missing),
    ]
    meant = [_meant(name, known) for name in others]
    said = [
        f"{clean(name)} (did you mean {other}?)" if other else clean(name)
        for name, other in zip(others, meant, strict=True)
    ]
    message = f"left out, since it is not compared: {', '.join(said)}"
    told.note(message, is_warning=any(meant))


def _meant(name: str, known: Sequence[str]) -> str:
    """Return of which known column a name is a slip of the pen; blank for none."""
    name = normal(name)
    names = {normal(one): one for one in known}
    if len(name) < _SHORTEST or name in names or name[-1].isdigit():
        return ""
    return next((names[one] for one in names if are_near(name, one)), "")


def _note_missing(found: Collection[str], told: Told) -> None:
    """Note which of the columns are not there without which few are matched."""
    missing = [name for name in _NEEDED if normal(name) not in found]
    if missing:
        which = " or ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        has_names = any(normal(name) in found for name in _NAMES)
        message = f"no column is called {which}: {_FEWER if has_names else _FEW}"
        told.note(message, is_warning=True)


def _shown(header: Sequence[str]) -> str:
    """Return which columns there are, but nothing of a row that may be a student.

    A file may have no header. No student is called by the names of two columns.
    """
    others = chain.from_iterable(_ALSO_CALLED.values())
    known = {normal(name) for name in chain(ROSTER_COLUMNS, others)}
    if sum(normal(name) in known for name in header) < _SURE:
        return ""
    columns = [clean(name)[:_LONGEST] for name in header if normal(name)]
    more = ", …" if len(columns) > _SHOWN else ""
    return f"; there are {', '.join(columns[:_SHOWN])}{more}"


def _renamed(header: Sequence[str], told: Told) -> list[str]:
    """Return the columns, of other usual names as those that are read; note it."""
    names = [normal(name) for name in header]
    found, said = dict[str, str](), list[str]()
    for name, others in _ALSO_CALLED.items():
        there = [other for other in map(normal, others) if names.count(other) == 1]
        if normal(name) not in names and there:
            found[there[0]] = normal(name)
            said.append(f"{clean(header[names.index(there[0])])} as {name}")
    if said:
        told.note(f"columns of other names are read, too: {', '.join(said)}")
    return [found.get(name, name) for name in names]


def with_mark(encoding: str) -> str:
    """Return the encoding of the top of a file, where a mark may stand."""
    return "utf-8-sig" if encoding == "utf-8" else encoding
