"""Dates of birth as rosters write them, read as ISO 8601.

Which of day and month comes first is told by all dates of a file together, because a
single one often cannot tell. Spreadsheets write a year in two digits, or a date as the
number of its day; as they read those themselves, so they are read here.
"""

import csv
import re
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice

import attrs

from student_transfer.formats.dates import (
    DATE_ORDER,
    DateOrder,
    date_order,
    has_two_readings,
    is_open,
    month_of,
    parse_birth,
    settled,
)
from student_transfer.formats.findings import Note
from student_transfer.linkage.profiles.births import is_birth
from student_transfer.names import normal_words, without_fraction

_LOOKED_AT = 2000
"""Rows by which a file shows whether it writes dates in ISO 8601."""

_SHORT = re.compile(
    r"(\d{1,2}([/. -])(?:\d{1,2}|[a-z]{3,9})\2)(\d\d)", re.ASCII | re.IGNORECASE
)
_TURN = 30  # two digits from which on a year is of the 20th century
_DAY = re.compile(r"\d{5}", re.ASCII)
_SIX_DIGITS = re.compile(r"(\d{4})(\d\d)", re.ASCII)
_NUMBERS = re.compile(r"\d+", re.ASCII)
_DAY_0 = date(1899, 12, 30)
_DAYS = range((date(1930, 1, 1) - _DAY_0).days, (date(2030, 1, 1) - _DAY_0).days)
_MONTHS, _CENTURY = 12, 100
_PARTS = 3  # day, month and year

_YEAR_ALONE = "of the dates of birth that could be either only the year was taken"
_NOTES = {
    DateOrder.EITHER: f"nothing tells day from month: {_YEAR_ALONE}; "
    "say which is first",
    DateOrder.MIXED: f"has both orders of day and month: {_YEAR_ALONE}; "
    "write YYYY-MM-DD",
}
_AGAINST = (
    "has dates of birth in the other order than was said: of those that could be "
    "either only the year was taken; write YYYY-MM-DD"
)
_FOLLOWED = "the dates of birth were read as {}, since those of the other file are so"
_SHORT_NOTE = (
    "years of birth in two digits were read as 1930 to 2029, at the end of the date"
)
_DAY_NOTE = "numbers of days were read as dates of birth, as spreadsheets count them"


@attrs.frozen
class Dating:
    """How a column writes dates of birth.

    Attributes:
        order: Whether day or month comes first, where that matters.
        about_order: What is worth knowing of that.
        has_short: Whether there are years of two digits at the end, which are read.
        has_days: Whether there are numbers of days, which are read.
        has_months: Whether six digits are year and month (``201403``), and are read.
    """

    order: DateOrder | None = None
    about_order: str = ""
    has_short: bool = False
    has_days: bool = False
    has_months: bool = False

    def notes(self, file: str) -> list[Note]:
        """Return what is worth knowing of it.

        Args:
            file: The name of the file.
        """
        argument = DATE_ORDER if self.order is DateOrder.EITHER else ""
        short = _SHORT_NOTE if self.has_short else ""
        days = _DAY_NOTE if self.has_days else ""
        is_settled = self.order is None or not is_open(self.order)
        told = (
            Note(file, self.about_order, argument, is_warning=not is_settled),
            *(Note(file, message) for message in (short, days)),
        )
        return [note for note in told if note.message]

    def as_said(self, said: DateOrder) -> "Dating":
        """Take the order of day and month that a person says.

        >>> Dating(DateOrder.EITHER).as_said(DateOrder.DAY_FIRST).order
        <DateOrder.DAY_FIRST: 'day/month/year'>
        """
        order = settled(self.order, said)
        if order is self.order:
            return self
        about = _AGAINST if order is DateOrder.MIXED else ""
        return attrs.evolve(self, order=order, about_order=about)

    def after(self, other: "Dating") -> "Dating":
        """Take the order that the dates of another file prove, where these prove none.

        >>> Dating(DateOrder.EITHER).after(Dating(DateOrder.DAY_FIRST)).order
        <DateOrder.DAY_FIRST: 'day/month/year'>
        """
        proved = other.order
        if self.order is not DateOrder.EITHER or not proved or is_open(proved):
            return self
        about = _FOLLOWED.format(proved.value)
        return attrs.evolve(self, order=proved, about_order=about)

    def in_full(self, text: str) -> str:
        """Write the year of a date in four digits, and what is digits alone as a date.

        >>> dating = Dating(has_short=True, has_days=True, has_months=True)
        >>> dating.in_full("5/3/14"), dating.in_full("05-Mar-98")
        ('5/3/2014', '05-Mar-1998')
        >>> dating.in_full("41703"), dating.in_full("201403"), dating.in_full("soon")
        ('2014-03-05', '2014/03', 'soon')
        """
        if self.has_short and (short := _SHORT.fullmatch(text)):
            century = "19" if int(short[3]) >= _TURN else "20"
            return f"{short[1]}{century}{short[3]}"
        if self.has_days and _is_day(text):
            return (_DAY_0 + timedelta(int(text))).isoformat()
        return _with_stroke(text) if self.has_months else text


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
    cells = (without_fraction(row[place].strip()) for row in rows if place < len(row))
    found = set[str]()
    with suppress(csv.Error):  # which is told when the row is read
        found.update(islice(cells, _LOOKED_AT))
        if date_order(map(_looked_at(found).in_full, found)) is not None:
            found.update(cells)
    dating = _looked_at(found)
    order = date_order(map(dating.in_full, found))
    return attrs.evolve(
        dating, order=order, about_order=_NOTES.get(order, "") if order else ""
    )


def _looked_at(found: Collection[str]) -> Dating:
    """Tell in which ways of spreadsheets the dates are written; not their order.

    Where other dates have six digits, five are no number of a day but have lost a
    nought at the front.
    """
    short = [match[0] for text in found if (match := _SHORT.fullmatch(text))]
    days = any(map(_is_day, found))
    six = [text for text in found if _SIX_DIGITS.fullmatch(text)]
    return Dating(
        has_short=bool(short) and not _begin_with_years(short),
        has_days=days and not six,
        has_months=_are_months(six),
    )


def _with_stroke(text: str) -> str:
    """Write a stroke between four digits and two more; else give the text."""
    return _SIX_DIGITS.sub(r"\1/\2", text) if _SIX_DIGITS.fullmatch(text) else text


def _are_months(six: Iterable[str]) -> bool:
    """Return whether texts of six digits are all year and month, and one can be no day.

    ``201203`` may be the 20th of December 2003, but nobody means so by ``201403``.
    """
    years = [month_of(_with_stroke(text)) for text in six]
    return None not in years and any(
        known and known[0] % _CENTURY not in range(1, _MONTHS + 1) for known in years
    )


def _is_day(text: str) -> bool:
    """Return whether a text is a number of a day."""
    return bool(_DAY.fullmatch(text)) and int(text) in _DAYS


def _begin_with_years(short: Iterable[str]) -> bool:
    """Return whether dates of three numbers begin with the year, not end with it.

    A roster has more days of the month than years; months are at most twelve.
    """
    parts = [_NUMBERS.findall(text) for text in short]
    three = [tuple(map(int, each)) for each in parts if len(each) == _PARTS]
    if not three or any(middle > _MONTHS for _, middle, _ in three):
        return False
    firsts, _, lasts = (len(set(column)) for column in zip(*three, strict=True))
    return firsts < lasts


class Births(dict[str, str]):
    """Gives for a date as a file writes it the date in ISO 8601, each read once.

    What is known in part stays so (``2014-03``), also where it is written otherwise
    (``03/2014``, ``Mar 2014``); what cannot be read stays as it is.
    Of a date that could be either, in a column that has both orders of day and month or
    tells none, the year is left: nobody is matched by a date that was guessed.

    >>> births = Births(Dating(DateOrder.DAY_FIRST))
    >>> births["5/3/2014"], births["2014-03"], births["05-Mar-2014"], births["soon"]
    ('2014-03-05', '2014-03', '2014-03-05', 'soon')
    >>> births = Births(Dating(DateOrder.EITHER))
    >>> births["3/5/2014"], births["5/5/2014"]
    ('2014', '2014-05-05')

    Attributes:
        unread: The texts that are no dates, whole or in part, nor strokes or a
            database's blank for none.
    """

    __repr__ = object.__repr__  # it holds personal data

    def __init__(self, dating: Dating) -> None:
        """Take how they are written; without an order a date has to prove its own."""
        super().__init__()
        self.unread = set[str]()
        self._dating = dating
        self._order = dating.order
        self._has_years = dating.order is not None and is_open(dating.order)

    def __missing__(self, text: str) -> str:
        """Read a date that was not met before."""
        found = self[text] = self._read(text)
        if normal_words(found) and not is_birth(found):
            self.unread.add(found)
        return found

    def _read(self, text: str) -> str:
        written = without_fraction(text.strip())
        if is_birth(written):
            return written
        full = self._dating.in_full(written)
        if known := month_of(full):
            return "{:04}-{:02}".format(*known)
        try:
            if self._has_years and has_two_readings(full):
                return str(parse_birth(full, DateOrder.MONTH_FIRST).year)
            return parse_birth(full, self._order).isoformat()
        except ValueError:
            return text
