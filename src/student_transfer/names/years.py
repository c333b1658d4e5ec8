"""Dates of birth and years as rosters have them (MATCH-5)."""

import re
from datetime import date

from student_transfer.names.normal import normal_words

_NO_DATES = frozenset(
    {
        date(1970, 1, 1),  # a computer's zero
        date(1980, 1, 1),  # likewise
        date(1111, 11, 11),
    }
)
_FIRST_BIRTH = date(1920, 1, 1)
_LAST_BIRTH = date(2200, 1, 1)


def known_date(born: date | None) -> date | None:
    """Give a date of birth, or None where it stands for "not known" (MATCH-5).

    >>> known_date(date(1900, 1, 1)) is None
    True
    >>> known_date(date(2014, 3, 5))
    datetime.date(2014, 3, 5)
    """
    if born is None or born in _NO_DATES:
        return None
    return born if _FIRST_BIRTH <= born <= _LAST_BIRTH else None


# Years --------------------------------------------------------------------------

_YEAR_WORDS = re.compile(r"^(?:year|yr|y|grade|gr|g|class)?0*(\d{1,2})(?:st|nd|rd|th)?")
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
_LAST_YEAR = 14


def year_number(text: str) -> int | None:
    """Read a year group, or a US grade, as the number it is given as.

    Reception and kindergarten are 0, nursery and pre-kindergarten -1. What cannot be
    read is None; a year and a grade of one number are not told apart.

    >>> [year_number(t) for t in ("6", "Year 6", "06", "6th grade", "K", "Nursery")]
    [6, 6, 6, 6, 0, -1]
    >>> year_number("Mixed 3/4") is None
    True
    """
    words = normal_words(text)
    joined = "".join(words)
    if joined in _RECEPTION:
        return 0
    if joined in _NURSERY:
        return -1
    found = _YEAR_WORDS.match(joined)
    numbers = sum(any(map(str.isdigit, word)) for word in words)
    if found is None or numbers > 1 or joined[found.end() :] not in _YEAR_TAILS:
        return None
    number = int(found[1])
    return number if number <= _LAST_YEAR else None


def same_year(left: str, right: str) -> bool:
    """Say whether two texts mean one year; blank is no year.

    >>> same_year("Year 6", "06"), same_year("Oak", "oak "), same_year("", "")
    (True, True, False)
    """
    number = year_number(left)
    if number is not None or year_number(right) is not None:
        return number == year_number(right)
    words = normal_words(left)
    return words != () and words == normal_words(right)
