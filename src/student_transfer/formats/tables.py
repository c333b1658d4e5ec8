"""Tables, whose rows have all the cells of the header, and how a cell is read."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar

import attrs

from student_transfer.characters import CONTROLS, DIRECTIONS
from student_transfer.formats.dates import (
    DATE_ORDER,
    DateOrder,
    date_order,
    in_utc,
    parse_birth,
    parse_instant,
    settled,
    wall_clock,
)
from student_transfer.formats.findings import Findings
from student_transfer.names import without_fraction
from student_transfer.names.normal import NO_VALUE

_FLAGS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_NUMBER = re.compile(
    r"[+-]?(\d{1,30}(\.\d*)?|\.\d+)(E[+-]?\d\d?)?", re.ASCII | re.IGNORECASE
)
_LARGEST = 2**31 - 1
_CONTROLS = re.compile(f"[{CONTROLS}]+")
_DIRECTIONS = re.compile(f"[{DIRECTIONS}]+")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_OF_IDENTIFIERS = ("id", "ids", "identifier", "number", "username")
"""How the names of columns end, in normal form, that hold identifiers."""

_BRITISH = frozenset({"dfenumber", "schooldfenumber"})
"""Columns, by normal name, that only British files have."""

_BOTH = "both orders of day and month"
_AGAINST = "the other order of day and month than was said"
_SAY = "say which is first"
_NOT_LETTERS = re.compile(r"[\s_]+")

T = TypeVar("T")


def normal(column: str) -> str:
    """Return the form in which names of columns are compared.

    >>> normal(" School SIS_ID ") == normal("schoolSISID")
    True
    """
    return _NOT_LETTERS.sub("", clean(column)).casefold()


def clean(cell: str, column: str = "") -> str:
    r"""Return a cell without what cannot be seen, and blank for a database's blank.

    Line breaks and control characters become blanks, so that no cell can steer a
    terminal. Letters that cannot be seen are taken off both ends, and what changes the
    direction of writing is taken out: two identifiers that look the same have to be the
    same, and no name looks like another. Blanks are ``\N`` and ``NULL``; in a name
    ``NULL`` is a name. An identifier that a program took for a number loses its ``.0``.

    >>> clean("\u200b Ada\x1b[0m\n ")
    'Ada [0m'
    >>> clean("NULL", "studentidentifier"), clean("NULL", "studentlastname")
    ('', 'NULL')
    >>> clean("1001.0", "studentidentifier"), clean("6.0", "gradeequivalent")
    ('1001', '6.0')
    """
    shown = cell if cell.isascii() else _DIRECTIONS.sub("", cell)
    text = _CONTROLS.sub(" ", shown)
    stripped = text.strip().strip(_INVISIBLE).strip()
    while stripped != text:
        text, stripped = stripped, stripped.strip(_INVISIBLE).strip()
    if "." in text and column.endswith(_OF_IDENTIFIERS):
        text = without_fraction(text)
    is_name = column.endswith("name") and column != "username"
    return "" if text == NO_VALUE or (text == "NULL" and not is_name) else text


def column_set(names: str) -> frozenset[str]:
    """Return a set of columns, written as one text of normal names.

    >>> sorted(column_set("sourcedid name"))
    ['name', 'sourcedid']
    """
    return frozenset(names.split())


@attrs.define(repr=False)
class Table:
    """A file with a header.

    Attributes:
        file: The name.
        columns: What each column is called in the file, by normal name.
        rows: The rows that are whole.
        findings: Where problems go.
        date_order: What a person says of dates that do not tell it themselves.
    """

    file: str
    columns: Mapping[str, str]
    findings: Findings
    date_order: DateOrder | None = None
    rows: list["Row"] = attrs.field(factory=list)
    _orders: dict[str, DateOrder | None] = attrs.field(factory=dict)

    def has(self, *columns: str) -> bool:
        """Return whether all of these columns are there, by normal name."""
        return all(column in self.columns for column in columns)

    def note(self, message: str, argument: str = "") -> None:
        """Add a note on the file; see `Note`."""
        self.findings.note(self.file, message, argument)

    def order(self, column: str) -> DateOrder | None:
        """Tell the order of day and month in a column; say where it is open."""
        if column not in self._orders:
            told = date_order(row.cells[column] for row in self.rows)
            self._orders[column] = self._settled(told, self.columns[column])
        return self._orders[column]

    def _settled(self, told: DateOrder | None, name: str) -> DateOrder | None:
        """Return the order that dates, a person or the kind of file leave no doubt of.

        What the dates are in a file with British columns is noted.
        """
        order = settled(told, self.date_order)
        if order is DateOrder.EITHER and not _BRITISH.isdisjoint(self.columns):
            read = f"the dates in {name} were read as day/month/year, as in Britain"
            self.note(f"{read}: say so if month comes first", DATE_ORDER)
            return DateOrder.DAY_FIRST
        if order is DateOrder.EITHER:
            unread = f"the dates in {name} that could be either were not read"
            self.note(f"nothing tells day from month: {unread}; {_SAY}", DATE_ORDER)
        elif order is DateOrder.MIXED:
            both = _BOTH if told is DateOrder.MIXED else _AGAINST
            message = f"has dates in {both}: write YYYY-MM-DD"
            self.findings.problem(self.file, 0, name, message)
        return order


@attrs.define(repr=False)
class Row:
    """One row of a table; the reading of its cells notes what is wrong with them.

    Columns are named by normal name. A column that is not there is blank.

    Attributes:
        table: The table.
        line: The line on which it starts.
        cells: The cells without surrounding blanks, by column.
        sound: Whether every cell that was read so far could be read.
    """

    table: Table
    line: int
    cells: Mapping[str, str]
    sound: bool = True

    def problem(self, column: str, message: str) -> None:
        """Say what is wrong with the row or a cell of it."""
        name = self.table.columns.get(column, "")
        self.table.findings.problem(self.table.file, self.line, name, message)
        self.sound = False

    def text(self, *columns: str) -> str:
        """Return the first of these cells that is not blank."""
        texts = (self.cells.get(column, "") for column in columns)
        return next((text for text in texts if text), "")

    def listed(self, column: str) -> list[str]:
        """Return the values of a cell that holds a list.

        Commas part the values; quotation marks around one are dropped.
        """
        values = (value.strip(" \"'[]") for value in self.text(column).split(","))
        return [value for value in values if value]

    def number(self, column: str) -> Decimal | None:
        """Return a number."""
        return self._parsed(column, _parse_number)

    def whole(self, column: str) -> int | None:
        """Return a whole number that is not negative."""
        return self._parsed(column, _parse_whole)

    def flag(self, column: str) -> bool | None:
        """Return a yes or no."""
        return self._parsed(column, _parse_flag)

    def instant(self, column: str) -> datetime | None:
        """Return an instant in UTC."""
        instant = self._dated(column, parse_instant)
        return None if instant is None else in_utc(instant)

    def local(self, column: str) -> datetime | None:
        """Return a local time as the clock on the wall shows it."""
        instant = self._dated(column, parse_instant)
        return None if instant is None else wall_clock(instant)

    def born(self, column: str) -> date | None:
        """Return a date of birth."""
        return self._dated(column, parse_birth)

    def day(self, *columns: str) -> date | None:
        """Return the date of the first of these columns that is not blank."""
        column = next((name for name in columns if self.text(name)), columns[0])
        instant = self._dated(column, parse_instant)
        return None if instant is None else instant.date()

    def others(self, known: Iterable[str]) -> dict[str, str]:
        """Return the cells of all columns but these, named as in the file."""
        left = self.cells.keys() - set(known)
        return {self.table.columns[column]: self.cells[column] for column in left}

    def _dated(
        self, column: str, parse: Callable[[str, DateOrder | None], T]
    ) -> T | None:
        if not self.text(column):
            return None
        order = self.table.order(column)
        return self._parsed(column, lambda text: parse(text, order))

    def _parsed(self, column: str, parse: Callable[[str], T]) -> T | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return parse(text)
        except ValueError as error:
            self.problem(column, str(error))
            return None


def _parse_number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return Decimal(text)


def _parse_whole(text: str) -> int:
    number = _parse_number(text)
    if not 0 <= number <= _LARGEST or number != int(number):
        raise ValueError("not a whole number from 0 upwards")
    return int(number)


def _parse_flag(text: str) -> bool:
    try:
        return _FLAGS[text.casefold()]
    except KeyError:
        raise ValueError("neither yes nor no") from None
