"""Dates of birth, as far as they are known: read, and written as they are counted."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from student_transfer.names import is_known_birth

Birth = tuple[int, int, int]
"""Year, month and day of birth; month or day is 0 where it is not known."""

KnownBirth = Callable[[Birth | None], Birth | None]
"""Gives what is known of a date of birth, which a program may have filled in."""

_CLOCK = (
    r"(?:T\d{2,6}|[T ] *\d{1,2}:\d\d[\d:.,]*(?: ?[AP]M)?"
    r"|(?:T0{2,6}|[T ] *(?:0?0:00[0:.,]*|12:00[0:.,]* ?AM))"
    r" ?(?:Z|UTC|GMT|[+-]\d\d(?::?\d\d)?))"
)
_PARTIAL = re.compile(
    r"(\d{4})(?:-(\d{1,2})"
    rf"|(?:-(\d{{1,2}})-(\d{{1,2}})|(\d\d)(\d\d))(?:{_CLOCK})?)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS, _MONTH_DAYS, _SHORTEST, _LEAP = 12, 31, 28, 4


def birth(born: date | None, known: str = "") -> Birth | None:
    """Return a date of birth, as far as it is known; None for a placeholder.

    Six digits are none: ``170512`` may be a day in May, ``201203`` one in December.

    Args:
        born: The date, where it is known whole.
        known: Else what is known of it: ``2014`` or ``2014-03``. A time may follow a
            whole date, and nothing else; with a zone midnight alone, since any other
            time is on another day elsewhere.

    >>> birth(date(2014, 3, 5)), birth(None, "2014-03"), birth(date(1900, 1, 1))
    ((2014, 3, 5), (2014, 3, 0), None)
    >>> birth(None, "2014-03-05T00:00:00Z"), birth(None, "2014-03-04T23:00:00Z")
    ((2014, 3, 5), None)
    """
    found = (born.year, born.month, born.day) if born else _read_birth(known)
    return found if found and is_known_birth(*found) else None


@lru_cache(maxsize=16384)
def _read_birth(known: str) -> Birth | None:
    matched = _PARTIAL.fullmatch(known.strip()) if known else None
    if matched is None:
        return None
    year, *parts = (int(part or 0) for part in matched.groups())
    month, day = parts[0] or parts[1] or parts[3], parts[2] or parts[4]
    if month > _MONTHS or day > _MONTH_DAYS:
        return None
    if month and day > _SHORTEST and not _has_day(year, month, day):
        return None
    return (year, month, day if month else 0)


def _has_day(year: int, month: int, day: int) -> bool:
    """Return whether a month has such a day; the year is 0 where there is none."""
    try:
        date(year or _LEAP, month, day)
    except ValueError:
        return False
    return True


def is_birth(known: str) -> bool:
    """Return whether a text can be read as a date of birth, be it a placeholder.

    >>> is_birth("2014-03"), is_birth("1900-01-01"), is_birth("5.3.2014")
    (True, True, False)
    >>> is_birth("2012-02-29"), is_birth("2014-02-30")
    (True, False)
    """
    return _read_birth(known) is not None


def birth_text(born: Birth) -> str:
    """Write a date of birth as it is counted.

    >>> birth_text((2014, 3, 5)), birth_text((2014, 0, 0))
    ('2014-03-05', '2014')
    """
    year, month, day = born
    if not month:
        return f"{year:04}"
    return f"{year:04}-{month:02}-{day:02}" if day else f"{year:04}-{month:02}"


def birth_form(text: str) -> str:
    """Write a date of birth that a roster has as it is counted; blank unless whole.

    >>> birth_form("2014-03-05"), birth_form("2014-03")
    ('2014-03-05', '')
    """
    born = birth(None, text)
    return birth_text(born) if born and born[2] else ""
