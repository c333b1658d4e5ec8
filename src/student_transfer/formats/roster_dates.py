"""Dates of birth as rosters write them, read as ISO 8601.

Which of day and month comes first is told by all dates of a file together, because a
single one often cannot tell. Spreadsheets write a year in two digits, or a date as the
number of its day; as they read those themselves, so they are read here.
"""

import csv
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice

import attrs

from student_transfer.formats.dates import DateOrder, date_order, parse_instant
from student_transfer.linkage.profiles.profile import is_birth

_LOOKED_AT = 2000
"""Rows by which a file shows whether it writes dates in ISO 8601."""

_SHORT = re.compile(
    r"(\d{1,2}([/. -])(?:\d{1,2}|[a-z]{3,9})\2)(\d\d)", re.ASCII | re.IGNORECASE
)
_TURN = 30  # two digits from which on a year is of the 20th century
_DAY = re.compile(r"\d{5}", re.ASCII)
_DAY_0, _LAST_DAY = date(1899, 12, 30), 60_000  # in the year 2064

_NOTES = {
    DateOrder.UNTOLD: "the dates of birth were read as month/day/year",
    DateOrder.MIXED: "has dates of birth in both orders of day and month: "
    "those that could be either are taken as not known",
}
_SHORT_NOTE = "years of birth in two digits were read as 1930 to 2029"


@attrs.frozen
class Dating:
    """How a column writes dates of birth.

    Attributes:
        order: Whether day or month comes first, where that matters.
        is_short: Whether there are years of two digits.
    """

    order: DateOrder | None
    is_short: bool

    @property
    def notes(self) -> list[str]:
        """What is worth knowing of it."""
        noted = [_NOTES[self.order]] if self.order in _NOTES else []
        return [*noted, _SHORT_NOTE] if self.is_short else noted


def dating_of(text: Iterable[str], delimiter: str, place: int) -> Dating:
    """Tell how a column of dates of birth is written.

    Where a date of the first rows depends on the order of day and month, all rows are
    looked at: a file that is sorted by date shows the days of one month first.

    Args:
        text: The lines of the file, from the first row on.
        delimiter: What stands between cells.
        place: Which cell of a row is the date.
    """
    rows = csv.reader(text, delimiter=delimiter)
    cells = (row[place].strip() for row in rows if place < len(row))
    found = set[str]()
    with suppress(csv.Error):  # which is told when the row is read
        found.update(islice(cells, _LOOKED_AT))
        if date_order(map(in_full, found)) is not None:
            found.update(cells)
    full = set(map(in_full, found))
    return Dating(date_order(full), is_short=any(map(_SHORT.fullmatch, found)))


def in_full(text: str) -> str:
    """Write the year of a date in four digits, and the number of a day as a date.

    >>> in_full("5/3/14"), in_full("05-Mar-98"), in_full("41703"), in_full("soon")
    ('5/3/2014', '05-Mar-1998', '2014-03-05', 'soon')
    """
    if short := _SHORT.fullmatch(text):
        return f"{short[1]}{'19' if int(short[3]) >= _TURN else '20'}{short[3]}"
    if _DAY.fullmatch(text) and int(text) <= _LAST_DAY:
        return (_DAY_0 + timedelta(int(text))).isoformat()
    return text


class Births(dict[str, str]):
    """Gives for a date as a file writes it the date in ISO 8601, each read once.

    What is known in part stays so (``2014-03``); what cannot be read stays as it is.

    >>> births = Births(DateOrder.DAY_FIRST)
    >>> births["5/3/2014"], births["2014-03"], births["05-Mar-14"], births["soon"]
    ('2014-03-05', '2014-03', '2014-03-05', 'soon')
    """

    def __init__(self, order: DateOrder | None) -> None:
        """Take the order of day and month; without it a date has to prove its own."""
        super().__init__()
        self._order = order or DateOrder.MIXED

    def __missing__(self, text: str) -> str:
        """Read a date that was not met before."""
        found = self[text] = self._read(text)
        return found

    def _read(self, text: str) -> str:
        written = text.strip()
        if not written or is_birth(written):
            return text
        try:
            instant = parse_instant(in_full(written), self._order)
            return instant.date().isoformat()
        except ValueError:
            return text
