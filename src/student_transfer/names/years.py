"""Dates of birth and years as rosters have them (MATCH-5)."""

import re

from student_transfer.names.normal import name_words, normal_words
from student_transfer.names.spreadsheets import without_fraction

_FIRST_YEAR, _LAST_YEAR_OF_BIRTH = 1200, 2199
"""Wide, since a slip in one digit of a year is still told as one (MATCH-3)."""

_NO_NEW_YEAR_BEFORE = 1920
_NO_BIRTHS = frozenset(
    {
        (1858, 11, 17),  # the first day of a calendar that computers count by
        (1899, 12, 30),  # a database's zero
        (1899, 12, 31),  # a spreadsheet's zero
        (1911, 11, 11),  # one key held down
        (1970, 1, 1),  # a computer's zero
        (1980, 1, 1),  # likewise
        (2000, 1, 1),  # what a form fills in
        (2049, 12, 31),  # the last day that a spreadsheet takes two digits for
        (2099, 12, 31),  # the end of time, for many programs
    }
)


def is_known_birth(year: int, month: int, day: int) -> bool:
    """Return whether a date of birth is one, or stands for "not known" (MATCH-5).

    Many programs write the first of January of some year long ago, such as 1753, 1900,
    1901 or 1904, where nothing was entered. Month or day is 0 where it is not known.

    >>> is_known_birth(2014, 3, 5), is_known_birth(2014, 1, 1)
    (True, True)
    >>> is_known_birth(1900, 1, 1), is_known_birth(1899, 12, 30)
    (False, False)
    """
    if (year, month, day) in _NO_BIRTHS:
        return False
    if not _FIRST_YEAR <= year <= _LAST_YEAR_OF_BIRTH:
        return False
    return year >= _NO_NEW_YEAR_BEFORE or (month > 1 or day > 1)


# Years --------------------------------------------------------------------------

_YEAR_WORDS = re.compile(r"^(year|yr|y|grade|gr|g|class)?0*(\d{1,2})(?:st|nd|rd|th)?")
_YEAR_TAILS = frozenset({"", "grade", "year"})
_RECEPTION = frozenset(
    {
        "r",
        "reception",
        "yearr",
        "yr",
        "k",
        "kg",
        "kindergarten",
        "gradek",
        "receptionyear",
    }
)
_NURSERY = frozenset(
    {"n", "nursery", "n1", "n2", "pk", "prek", "prekindergarten", "preschool"}
)
_OTHERS = _RECEPTION | _NURSERY
_LAST_YEAR = 14


def year_number(text: str) -> int | None:
    """Read a year group, or a US grade, as the number it is given as.

    Reception and kindergarten are 0, nursery and pre-kindergarten -1. What cannot be
    read is None; a year and a grade of one number are not told apart.

    >>> [year_number(t) for t in ("6", "Year 6", "06", "6th grade", "K", "Nursery")]
    [6, 6, 6, 6, 0, -1]
    >>> year_number("Mixed 3/4") is None, year_number("6B") is None
    (True, True)
    """
    return _number(text, of_class=False)


def class_year(text: str) -> int | None:
    """Read a year as `year_number` does, and that of a class.

    The letter of a class does not count, nor its name where *year* is said. It is the
    year that is compared; who is in a year is not asked so, since a class is less.

    >>> [class_year(text) for text in ("6", "6B", "Y6 Maple", "Maple", "Mixed 3/4")]
    [6, 6, 6, None, None]
    """
    return _number(text, of_class=True)


def _number(text: str, *, of_class: bool) -> int | None:
    words = normal_words(without_fraction(text))
    joined = "".join(words)
    if joined in _RECEPTION:
        return 0
    if joined in _NURSERY:
        return -1
    found = _YEAR_WORDS.match(joined)
    places = [place for place, word in enumerate(words) if _has_digit(word)]
    if found is None or len(places) > 1:
        return None
    tail = joined[found.end() :]
    if tail not in _YEAR_TAILS and not (
        of_class
        and tail.isalpha()
        and (found[1] or len(tail) == 1)
        and _OTHERS.isdisjoint(words[places[0] + 1 :])
    ):
        return None
    number = int(found[2])
    return number if number <= _LAST_YEAR else None


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))


def is_year(text: str) -> bool:
    """Return whether a text can be read as a year, or says that none is known.

    >>> [is_year(text) for text in ("Year 6", "Reception", "N/A", "")]
    [True, True, True, True]
    >>> is_year("Maple"), is_year("2027")
    (False, False)
    """
    if class_year(text) is not None:
        return True
    return not _has_digit(text) and not name_words(text)


def same_year(left: str, right: str) -> bool:
    """Return whether two texts mean one year; blank is no year.

    >>> same_year("Year 6", "06"), same_year("Oak", "oak "), same_year("", "")
    (True, True, False)
    """
    number = year_number(left)
    if number is not None or year_number(right) is not None:
        return number == year_number(right)
    words = normal_words(left)
    return words != () and words == normal_words(right)
