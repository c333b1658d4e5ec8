"""The text of a file in cells: first its header, and its rows where it is needed.

A row that is broken is a problem and no row; the rows after it are read all the same.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

import attrs

from student_transfer.formats.dates import DateOrder
from student_transfer.formats.encoding import damaged
from student_transfer.formats.findings import Findings
from student_transfer.formats.passwords import holds_passwords
from student_transfer.formats.tables import Row, Table, clean, normal

MAX_CELL = 32_767
"""No cell is longer than a spreadsheet can hold."""

_READ_AGAIN = 1_000_000  # lines, besides 20 times all of a file, after broken rows
_SEPARATOR_LINE = re.compile(r"\"?sep=([^\s\"\0]|\t)\"? *[\r\n]*", re.IGNORECASE)


def said_delimiter(line: str) -> str:
    r"""Return the delimiter that a first line says; blank where it is no such line.

    Excel writes it for itself, before the header.

    >>> said_delimiter("sep=;\r\n"), said_delimiter("sep=\t\n")
    (';', '\t')
    """
    said = _SEPARATOR_LINE.fullmatch(line)
    return said[1] if said else ""


def delimiter_of(header: str) -> str:
    """Return what stands between the cells of a header: what it has most of.

    >>> delimiter_of("sourcedId|givenName|familyName")
    '|'
    """
    return max(_DELIMITERS, key=header.count)


_DELIMITERS = ",;\t|"
"""Of those that a header has equally often it is the first."""


@attrs.frozen(repr=False)
class Header:
    """The first row of a file; the others are not read yet.

    What is wrong with the file is told when `table` is called, and not before: a file
    that nobody needs has no problems. Where a file has no header, the first row is
    data, and the problems would quote it as names of columns.

    Attributes:
        file: The name.
        line: The line on which it starts.
        cells: What each column is called in the file, in order.
        wrong: What is wrong with it, so that no row can be read; blank where nothing.
    """

    file: str
    line: int
    cells: tuple[str, ...]
    wrong: str
    _rows: Iterator[tuple[int, list[str] | str]]

    @property
    def names(self) -> tuple[str, ...]:
        """The normal name of each column, in order."""
        return tuple(map(normal, self.cells))

    def table(self, findings: Findings, date_order: DateOrder | None = None) -> Table:
        """Return the whole table, once; what is wrong with it becomes problems.

        Columns that share a name are left out of it, and so are those of passwords.

        Args:
            findings: Where problems go.
            date_order: What a person says of dates that do not tell it themselves.
        """
        if self.wrong:
            findings.problem(self.file, self.line, "", self.wrong)
            return Table(self.file, {}, findings)
        names, columns = self.names, dict(zip(self.names, self.cells, strict=True))
        unread = {name for name in names if holds_passwords(columns[name])} | {""}
        doubled = {name for name, n in Counter(names).items() if n > 1} - unread
        for name in sorted(doubled):
            message = "there are two columns of this name, so neither is read"
            findings.problem(self.file, self.line, columns[name], message)
        kept = {name: columns[name] for name in names if name not in doubled | unread}
        table = Table(self.file, kept, findings, date_order)
        for line, cells in self._rows:
            wrong = cells if isinstance(cells, str) else _wrong(cells, len(names))
            if wrong:
                findings.problem(self.file, line, "", wrong)
                continue
            named = zip(names, cells, strict=False)
            held = {name: clean(cell, name) for name, cell in named if name in kept}
            table.rows.append(Row(table, line, held))
        return table


def read_header(file: str, text: str, findings: Findings) -> Header | None:
    """Return the header of a file; None, with a problem, where the file is empty.

    Of a header whose quotation marks do not pair up the columns are told as well as
    can be, so that it is known which file cannot be read.
    """
    lines = list(io.StringIO(text, newline=""))
    head = next((line for line in lines if line.strip()), "")
    said = said_delimiter(head)
    delimiter = said or delimiter_of(head)
    rows = _split(lines, delimiter)
    if said:
        next(rows)
    line, cells = next(rows, (0, []))
    if not cells:
        findings.problem(file, line, "", "the file is empty")
        return None
    wrong = cells if isinstance(cells, str) else ""
    if isinstance(cells, str):
        cells = [cell.strip(' "\r\n') for cell in lines[line - 1].split(delimiter)]
    return Header(file, line, tuple(map(clean, cells)), wrong, rows)


def _split(lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str] | str]]:
    """Yield each row that is not blank with its line, or what is wrong with it.

    After a row with misplaced quotation marks reading goes on in the next line: one
    that is never closed would otherwise take the rest of the file with it. Lines that
    are read again are counted, since a file can be made to have nothing else.
    """
    start = again = 0
    while start < len(lines):
        rest = map(lines.__getitem__, range(start, len(lines)))
        reader = csv.reader(rest, delimiter=delimiter, strict=True)
        row = start
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    yield row + 1, cells
                row = start + reader.line_num
        except csv.Error:
            yield row + 1, "quotation marks do not pair up, or a cell is too large"
            again += start + reader.line_num - (row + 1)
            start = row + 1
            if again > _READ_AGAIN + 20 * len(lines) and start < len(lines):
                yield start + 1, "too many quotation marks do not pair up to read on"
                return
        else:
            return


def _wrong(cells: list[str], wanted: int) -> str:
    """Return what is wrong with a row; blank where it is whole."""
    if any("\0" in cell for cell in cells):
        return "the row has NUL bytes: the file is damaged, export it again"
    if len(cells) < wanted:
        return f"the row has {len(cells)} cells where the header has {wanted}"
    if any(cells[wanted:]):
        return f"the row has {len(cells)} cells where the header has only {wanted}"
    if any(len(cell) > MAX_CELL for cell in cells):
        return f"a cell is longer than {MAX_CELL} characters"
    if any(damaged(cell) for cell in cells):
        return "the row has damaged letters: export the file again as UTF-8"
    return ""
