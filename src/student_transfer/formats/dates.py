"""Dates and instants as files write them.

ISO 8601 is read as it is. In ``1/13/2013`` the order of day and month is decided for
a whole column at once, because a single cell often cannot tell. ``2013/01/13``,
``2013 01 13``, ``13-Jan-2013`` and ``January 13, 2013`` tell it themselves. A time may
follow each of them.
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from enum import Enum

from student_transfer.names import without_fraction

_ISO = re.compile(r"\d{4}-?\d\d-?\d\d(?:[T ].*)?", re.ASCII | re.DOTALL)
_UTC = re.compile(r" ?(?:UTC|GMT)$", re.IGNORECASE)
_TIME = r"(?:[T ]+(?P<time>.+))?"
_PARTS = re.compile(rf"(\d{{1,2}})[/.-](\d{{1,2}})[/.-](\d{{4}}){_TIME}", re.ASCII)
_YEAR_FIRST = re.compile(
    r"(\d{4})( ?[/.-] ?| )(?:(\d{1,2})|([a-z]{3,9}))\2(\d{1,2})" + _TIME,
    re.ASCII | re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:(\d{1,2})[ .-]+([a-z]{3,9})|([a-z]{3,9})[ .-]+(\d{1,2}),?)[ .-]+(\d{4})"
    + _TIME,
    re.ASCII | re.IGNORECASE,
)
_MONTH_OF = re.compile(r"(\d{1,2})[/.-](\d{4})", re.ASCII)
_OF_YEAR = re.compile(
    r"(\d{4})(?:[/ ](\d{1,2})|[ /.-]([a-z]{3,9}))", re.ASCII | re.IGNORECASE
)
_NAMED_MONTH = re.compile(r"([a-z]{3,9})[ .,-]+(\d{4})", re.ASCII | re.IGNORECASE)
_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_CLOCK = re.compile(
    r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d+)?(?: ?([AP])M)?", re.ASCII | re.IGNORECASE
)
_NOON = 12
_FIRST_YEAR, _LAST_YEAR = 1900, 2200


class DateOrder(Enum):
    """In which order a column has day and month."""

    MONTH_FIRST = "month/day/year"
    DAY_FIRST = "day/month/year"
    MIXED = "both orders"
    EITHER = "either order"


DATE_ORDER = "date_order"
"""The argument by which a person says the order to whatever reads files."""

SAID = {"day-first": DateOrder.DAY_FIRST, "month-first": DateOrder.MONTH_FIRST}
"""The orders that a person can say, by the word for each."""

_OTHER = dict(zip(SAID.values(), reversed(SAID.values()), strict=True))


def _possible(day: int, month: int, year: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _told_by(text: str) -> DateOrder | None:
    """Return which order a date proves; None where it proves nothing."""
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return None
    first, second, year = (int(part) for part in parts.groups()[:3])
    month_first = _possible(second, first, year)
    day_first = _possible(first, second, year)
    if month_first and day_first:
        return None if first == second else DateOrder.EITHER
    if not month_first and not day_first:
        return None
    return DateOrder.MONTH_FIRST if month_first else DateOrder.DAY_FIRST


def date_order(values: Iterable[str]) -> DateOrder | None:
    """Tell the order of day and month that all dates of a column have.

    None means that no date of the column depends on it.

    >>> date_order(["1/2/2013", "1/13/2013"])
    <DateOrder.MONTH_FIRST: 'month/day/year'>
    >>> date_order(["1/2/2013", "25/12/2013"])
    <DateOrder.DAY_FIRST: 'day/month/year'>
    >>> date_order(["1/13/2013", "25/12/2013"])
    <DateOrder.MIXED: 'both orders'>
    """
    told = {_told_by(value) for value in values} - {None}
    proved = told - {DateOrder.EITHER}
    if len(proved) > 1:
        return DateOrder.MIXED
    return next(iter(proved or told), None)


def settled(told: DateOrder | None, said: DateOrder | None) -> DateOrder | None:
    """Return the order in which a column is read when a person has named one.

    Where the dates prove only the other order, either may be wrong: the column is read
    as one that has both. A column that has both stays one, whatever a person names.

    >>> settled(DateOrder.EITHER, DateOrder.DAY_FIRST)
    <DateOrder.DAY_FIRST: 'day/month/year'>
    >>> settled(DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST)
    <DateOrder.MIXED: 'both orders'>
    """
    if said is None or told is DateOrder.MIXED:
        return told
    return DateOrder.MIXED if told is _OTHER[said] else said


def is_open(order: DateOrder) -> bool:
    """Return whether a date of a column may yet be in either order of day and month."""
    return order not in _OTHER


def has_two_readings(text: str) -> bool:
    """Return whether a date would be another one in the other order of day and month.

    >>> has_two_readings("3/5/2014"), has_two_readings("5/5/2014")
    (True, False)
    """
    return _told_by(text) is DateOrder.EITHER


def parse_instant(text: str, order: DateOrder | None = None) -> datetime:
    """Read a date with or without a time; the zone is kept where there is one.

    Nothing is guessed: without an order, and in a column that has both or tells none,
    only a date that can be read in one order alone is read.

    >>> parse_instant("25/12/2013 4:05 PM", DateOrder.DAY_FIRST).isoformat()
    '2013-12-25T16:05:00'

    Raises:
        ValueError: It is none, or not in a year from 1900 to 2200; the message says
            what is wrong and does not hold the text.
    """
    if iso := _iso(text):
        instant = iso
    elif parts := _PARTS.fullmatch(text):
        own = _told_by(text) if order is None or is_open(order) else order
        if own is DateOrder.EITHER:
            raise ValueError("day and month cannot be told apart: write YYYY-MM-DD")
        instant = _parse_parts(parts, own)
    elif parts := _YEAR_FIRST.fullmatch(text):
        instant = datetime.combine(_parse_year_first(parts), _parse_clock(parts))
    elif parts := _NAMED.fullmatch(text):
        instant = datetime.combine(_parse_named(parts), _parse_clock(parts))
    elif _ISO.fullmatch(text):
        raise ValueError("a date or time that does not exist")
    else:
        raise ValueError("not a date: write it as YYYY-MM-DD")
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise ValueError("a date whose year is not possible")
    return instant


def parse_birth(text: str, order: DateOrder | None = None) -> date:
    """Read a date of birth, as `parse_instant` reads dates.

    A time may follow it, and with a zone midnight alone. Any other time is on another
    day elsewhere: a browser exports a midnight of the British summer as
    ``2014-03-04T23:00:00Z``, and nothing tells that from a child of the day before.

    >>> parse_birth("2014-03-05T00:00:00+01:00"), parse_birth("2014-03-05 23:00")
    (datetime.date(2014, 3, 5), datetime.date(2014, 3, 5))

    Raises:
        ValueError: It is none; the message says why and does not hold the text.
    """
    instant = parse_instant(without_fraction(text), order)
    if instant.tzinfo is not None and instant.time() != time():
        raise ValueError("a time that is on two days: write the day as YYYY-MM-DD")
    return instant.date()


def _iso(text: str) -> datetime | None:
    """Read ISO 8601, with the zone named or not; None where it is another text."""
    if not _ISO.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(_UTC.sub("Z", text))
    except ValueError:
        return None


def _parse_parts(parts: re.Match[str], order: DateOrder | None) -> datetime:
    first, second, year = (int(part) for part in parts.groups()[:3])
    day, month = (first, second) if order is DateOrder.DAY_FIRST else (second, first)
    return datetime.combine(_on_day(year, month, day), _parse_clock(parts))


def _parse_year_first(parts: re.Match[str]) -> date:
    month = int(parts[3]) if parts[3] else _sure_month(parts[4])
    return _on_day(int(parts[1]), month, int(parts[5]))


def _parse_named(parts: re.Match[str]) -> date:
    """Read a date whose month is an English word, or its first letters."""
    month = _sure_month(parts[2] or parts[3])
    return _on_day(int(parts[5]), month, int(parts[1] or parts[4]))


def _sure_month(word: str) -> int:
    """Return the month that an English word is the beginning of.

    Raises:
        ValueError: It is the beginning of none.
    """
    month = _month_named(word)
    if month is None:
        raise ValueError("a date whose month cannot be read: write it as YYYY-MM-DD")
    return month


def _month_named(word: str) -> int | None:
    """Return the month that an English word is the beginning of; None where none is."""
    found = [n for n, name in enumerate(_MONTHS, 1) if name.startswith(word.lower())]
    return found[0] if len(found) == 1 else None


def month_of(text: str) -> tuple[int, int] | None:
    """Return year and month, where a text says these two alone and can mean no others.

    The year has four digits: ``03/15`` may be a day of March. None for anything else;
    ``2014-03`` is ISO 8601, and not looked for here.

    >>> month_of("03/2014"), month_of("2014/3"), month_of("Mar 2014"), month_of("03/14")
    ((2014, 3), (2014, 3), (2014, 3), None)
    >>> month_of("2014 03"), month_of("2014 Mar"), month_of("2014 Ma")
    ((2014, 3), (2014, 3), None)
    """
    if parts := _NAMED_MONTH.fullmatch(text):
        year, month = int(parts[2]), _month_named(parts[1]) or 0
    elif parts := _MONTH_OF.fullmatch(text):
        year, month = int(parts[2]), int(parts[1])
    elif parts := _OF_YEAR.fullmatch(text):
        month = int(parts[2]) if parts[2] else _month_named(parts[3]) or 0
        year = int(parts[1])
    else:
        return None
    is_year = _FIRST_YEAR <= year <= _LAST_YEAR
    return (year, month) if is_year and month in range(1, len(_MONTHS) + 1) else None


def _on_day(year: int, month: int, day: int) -> date:
    if not _possible(day, month, year):
        raise ValueError("a date that does not exist")
    return date(year, month, day)


def _parse_clock(parts: re.Match[str]) -> time:
    """Read the time that follows a date; midnight where there is none."""
    if parts["time"] is None:
        return time()
    clock = _CLOCK.fullmatch(parts["time"].strip())
    if clock is None:
        raise ValueError("a date with a time that cannot be read")
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    if half := clock[4]:
        hour = hour % _NOON + (_NOON if half in "Pp" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        raise ValueError("a date or time that does not exist") from None


def in_utc(instant: datetime) -> datetime:
    """Return the instant in UTC; without a zone it is taken to be UTC already.

    >>> in_utc(datetime.fromisoformat("2024-05-01T12:00:00+02:00")).isoformat()
    '2024-05-01T10:00:00+00:00'
    """
    if instant.tzinfo is None:
        return instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC)


def wall_clock(instant: datetime) -> datetime:
    """Return what a clock on the wall shows: exports mark local times with a false Z.

    >>> wall_clock(datetime.fromisoformat("2024-05-01T12:00:00Z")).isoformat()
    '2024-05-01T12:00:00'
    """
    return instant.replace(tzinfo=None)
