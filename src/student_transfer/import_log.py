"""The import log: one row a student, as values and as CSV (LOG-1 to LOG-3).

The file is made for spreadsheet programs: UTF-8 with a byte order mark, so that Excel
reads names in every script, and lines that end in CR LF.

No cell is ever run as a formula: see `cells`. So `read_log` gives back exactly what was
written.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import Any

import attrs

from student_transfer.cells import harmless_cell, original_cell
from student_transfer.characters import SURROGATES, UNDECODED
from student_transfer.errors import InputFileError, StudentTransferError
from student_transfer.names import name_order


class SourceImportStatus(Enum):
    """Whether a student's own data was imported as it was (LOG-2)."""

    NO_CHANGES = "imported with no changes"
    CHANGES = "imported with changes"
    FAILED = "failed"


class ScoreImportStatus(Enum):
    """How many of a student's scores were imported (LOG-2)."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@attrs.frozen(kw_only=True, repr=False)
class LogRow:
    """What happened to one student (LOG-1).

    The identifiers are given as they were on the source site and as they are on the
    destination after the import. ``detail`` says in words what was changed or why the
    student failed.
    """

    first_name: str
    last_name: str
    year: str
    source_import_status: SourceImportStatus
    score_import_status: ScoreImportStatus
    source_student_id: str = ""
    destination_student_id: str = ""
    source_user_name: str = ""
    destination_user_name: str = ""
    source_email: str = ""
    destination_email: str = ""
    detail: str = ""

    @property
    def by_name(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The last and the first name, in the form by which all lists are sorted."""
        return name_order(self.last_name, self.first_name)

    def __repr__(self) -> str:
        """Return the statuses, not the student."""
        return (
            f"<LogRow {self.source_import_status.value}, "
            f"scores {self.score_import_status.value}>"
        )


COLUMNS = {
    "FirstName": "first_name",
    "LastName": "last_name",
    "Year": "year",
    "SourceImportStatus": "source_import_status",
    "ScoreImportStatus": "score_import_status",
    "SourceStudentID": "source_student_id",
    "DestinationStudentID": "destination_student_id",
    "SourceUserName": "source_user_name",
    "DestinationUserName": "destination_user_name",
    "SourceEmail": "source_email",
    "DestinationEmail": "destination_email",
    "Detail": "detail",
}
"""The headings of the file in order, each with the field of `LogRow` (LOG-1)."""

_STATUSES: dict[str, type[Enum]] = {
    "source_import_status": SourceImportStatus,
    "score_import_status": ScoreImportStatus,
}
_HEADINGS = tuple(COLUMNS)
_BYTE_ORDER_MARK = "\ufeff"
_NEEDS_QUOTES = re.compile(r"""[",;\t\r\n]|^\s|\s$""")

_CELL = re.compile(
    r"""(?:"(?P<quoted>[^"]*+(?:""[^"]*+)*+)"|(?P<bare>[^",\r\n]*+))"""
    r"(?P<end>,|\r\n|\r|\n)"
)
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_UNDECODED = re.compile(f"[{UNDECODED}]")
_SURROGATE = re.compile(f"[{SURROGATES}]")


def write_log(rows: Iterable[LogRow]) -> bytes:
    """Write the import log as a CSV that spreadsheet programs open (LOG-1, LOG-3).

    `read_log` gives the same rows back. The only text that is refused is one with half
    of a surrogate pair, which UTF-8 cannot hold and no storage gives.

    >>> row = LogRow(
    ...     first_name="=Zo",
    ...     last_name="Ng",
    ...     year="6",
    ...     source_import_status=SourceImportStatus.NO_CHANGES,
    ...     score_import_status=ScoreImportStatus.ALL,
    ... )
    >>> write_log([row]).splitlines()[1]
    b"'=Zo,Ng,6,imported with no changes,all,,,,,,,"

    Raises:
        StudentTransferError: A cell is no valid text; its row and column are named.
    """
    lines = [_HEADINGS]
    for number, row in enumerate(rows, start=1):
        lines.append(_texts(row, number))
    text = "".join(",".join(map(_written, line)) + "\r\n" for line in lines)
    return (_BYTE_ORDER_MARK + text).encode()


def _texts(row: LogRow, number: int) -> tuple[str, ...]:
    """Return the cells of a row as they are meant."""
    texts = []
    for heading, field in COLUMNS.items():
        value = getattr(row, field)
        text = str(value.value if isinstance(value, Enum) else value)
        if _SURROGATE.search(text):
            raise StudentTransferError(
                f"Row {number}, column {heading} of the import log is no valid text.",
                advice="Correct that value where it comes from; half a character "
                "stands in it.",
                rule="LOG-3",
            )
        texts.append(text)
    return tuple(texts)


def _written(text: str) -> str:
    """Return a cell as it stands in the file: harmless, and quoted where needed."""
    cell = harmless_cell(text)
    if _NEEDS_QUOTES.search(cell):
        doubled = cell.replace('"', '""')
        return f'"{doubled}"'
    return cell


def read_log(data: bytes) -> tuple[LogRow, ...]:
    """Read an import log that `write_log` wrote (LOG-3).

    A byte order mark that is missing, other line ends and blank lines do no harm.

    >>> read_log(write_log([]))
    ()

    Raises:
        InputFileError: The file is damaged or not an import log. Each place is named
            by line and column; no value is repeated.
    """
    text = data.decode("utf-8-sig", errors="surrogateescape")
    problems: list[str] = []

    def report(line: int, column: int, what: str) -> None:
        name = _HEADINGS[column] if column < len(_HEADINGS) else column + 1
        problems.append(f"import log, line {line}, column {name}: {what}")

    lines = (line for line in _lines(text, report) if line[1] != [""])
    if tuple(next(lines, (1, []))[1]) != _HEADINGS:
        raise InputFileError(
            "This is not an import log.",
            ["import log, line 1: the headings have to be " + ", ".join(_HEADINGS)],
            advice="Choose a file to which the log of an import was written.",
            rule="LOG-3",
        )
    rows = [_row(number, cells, report) for number, cells in lines]
    if problems:
        raise InputFileError(
            "The import log is damaged.",
            problems,
            advice="Have the log of the import written again; another program may have "
            "changed this one.",
            rule="LOG-3",
        )
    return tuple(row for row in rows if row is not None)


_Report = Callable[[int, int, str], None]


def _lines(text: str, report: _Report) -> Iterator[tuple[int, list[str]]]:
    """Split CSV into lines of cells, each with the number of the line it begins on.

    After a damaged cell it goes on with the next line, so that all are reported.
    """
    line, position = 1, 0
    first, cells = line, list[str]()
    while position < len(text) or cells:
        found = _CELL.match(text, position)
        if found is None:
            report(line, len(cells), "the cell is damaged or the file cut off here")
            break_ = _LINE_BREAK.search(text, position)
            position = break_.end() if break_ else len(text)
            line += 1
            first, cells = line, []
            continue
        cell = found["bare"] if found["quoted"] is None else found["quoted"]
        if _UNDECODED.search(cell):
            report(line, len(cells), "the text is not in UTF-8")
        cells.append(cell.replace('""', '"') if found["quoted"] else cell)
        line += len(_LINE_BREAK.findall(found[0]))
        position = found.end()
        if found["end"] != ",":
            yield first, cells
            first, cells = line, []


def _row(line: int, cells: list[str], report: _Report) -> LogRow | None:
    """Make a row of the cells of a line, or report why there is none."""
    if len(cells) != len(_HEADINGS):
        what = f"the line has {len(cells)} cells, not {len(_HEADINGS)}"
        report(line, min(len(cells), len(_HEADINGS)), what)
        return None
    fields: dict[str, Any] = {}
    for column, (field, cell) in enumerate(zip(COLUMNS.values(), cells, strict=True)):
        value: str | Enum | None = original_cell(cell)
        if field in _STATUSES:
            known = {status.value: status for status in _STATUSES[field]}
            value = known.get(value)
            if value is None:
                report(line, column, "has to be one of: " + ", ".join(known))
        fields[field] = value
    return None if None in fields.values() else LogRow(**fields)
