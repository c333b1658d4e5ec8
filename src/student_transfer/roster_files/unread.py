"""What a roster has that cannot be read: counted, so that a note can tell it."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from student_transfer.names import is_gender, is_year

CHECKED: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {"gender": is_gender, "year": is_year}
)
"""For each column that is told, besides dates of birth, what can be read of it."""

_NOTES = {
    "date_of_birth": (
        "dates of birth are taken as not known: they cannot be read; write "
        "YYYY-MM-DD, YYYY-MM or YYYY"
    ),
    "gender": "values of gender are no evidence: they cannot be read; write F or M",
    "year": (
        "values of year are no evidence: they cannot be read; write a number, such as 6"
    ),
}


def count_unread(column: str, counts: Mapping[str, int]) -> int:
    """Count what cannot be read in a column of `CHECKED`.

    Args:
        column: The column.
        counts: How often each text is written in it.

    >>> count_unread("gender", {"F": 40, "X": 1, "?": 2, "Hombre": 3})
    3
    """
    can_be_read = CHECKED[column]
    return sum(times for text, times in counts.items() if not can_be_read(text))


def unread_notes(unread: Mapping[str, int]) -> list[str]:
    """Return how many values of which column cannot be read, and what to write.

    >>> unread_notes({"gender": 1200})[0]
    '1,200 values of gender are no evidence: they cannot be read; write F or M'
    """
    return [
        f"{unread[column]:,} {note}"
        for column, note in _NOTES.items()
        if unread.get(column)
    ]
