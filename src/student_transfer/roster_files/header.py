"""The header of a roster to match: its lines, its delimiter and its cells."""

import csv
from collections.abc import Sequence

import attrs

from student_transfer.formats.delimited import delimiter_of, said_delimiter

HEADER_LINES = 200
"""So many lines are looked at: the names of columns may be broken into several."""


@attrs.frozen(repr=False)
class Header:
    """What stands before the rows of a file.

    Attributes:
        lines: The lines, with one that says the delimiter.
        line: The line in which the names of the columns begin.
        delimiter: What stands between cells.
        cells: The names of the columns, as they are written.
    """

    lines: Sequence[str]
    line: int
    delimiter: str
    cells: Sequence[str]


def header_of(ahead: Sequence[str]) -> Header:
    r"""Read the header, which may have line breaks in quotation marks.

    Where the lines do not form one row, the marks are strays, and the first line is the
    header.

    Args:
        ahead: The first lines of the file.

    >>> header_of(['id,"given\n', 'name"\n', '1,Ada\n']).cells
    ['id', 'given\nname']
    >>> header_of(['id,"given_name\n', '1,Ada\n']).lines
    ['id,"given_name\n']
    """
    said = said_delimiter(ahead[0]) if ahead else ""
    top = 1 if said else 0
    first = list(ahead[top : top + 1]) or [""]
    lines = _paired(ahead[top:]) or first
    delimiter = said or delimiter_of("".join(lines))
    cells = _one_row(lines, delimiter) if len(lines) > 1 else None
    if cells is None:
        lines, delimiter = first, said or delimiter_of(first[0])
        cells = next(csv.reader(first, delimiter=delimiter), [])
    return Header([*ahead[:top], *lines], top + 1, delimiter, cells)


def _paired(lines: Sequence[str]) -> list[str]:
    """Return the first lines until quotation marks pair up; none if they do not."""
    quotes = 0
    for place, line in enumerate(lines, 1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return list(lines[:place])
    return []


def _one_row(lines: Sequence[str], delimiter: str) -> list[str] | None:
    """Read lines that are one row; None where they are not."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
