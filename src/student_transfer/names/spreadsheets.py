"""What spreadsheets and programs for tables make of numbers (MATCH-5)."""

import re

_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+", re.ASCII | re.IGNORECASE)
_WITH_FRACTION = re.compile(r"(\d+)\.00?", re.ASCII)


def is_rounded(text: str) -> bool:
    """Return whether a spreadsheet has rounded a long number, so that several have it.

    >>> is_rounded("1.23457E+11"), is_rounded("123457000000"), is_rounded("E11")
    (True, False, False)
    """
    return _ROUNDED.fullmatch(text.strip()) is not None


def without_fraction(text: str) -> str:
    """Return a whole number without the ``.0`` behind it; any other text as it is.

    A program that takes a column for numbers writes it so, where one cell is blank. A
    spreadsheet writes ``.00``; three noughts may be a group of a larger number.

    >>> [without_fraction(text) for text in ("1001.0", " 6.00 ", "6", "1.000", "12.5")]
    ['1001', '6', '6', '1.000', '12.5']
    >>> without_fraction("283.045.671")
    '283.045.671'
    """
    if "." not in text:
        return text
    found = _WITH_FRACTION.fullmatch(text.strip())
    return found[1] if found else text
