"""Genders as rosters write them: what is compared, and what counts as the same."""

from student_transfer.names.normal import name_words, normal_words
from student_transfer.names.spreadsheets import without_fraction

_LETTERS = {
    **dict.fromkeys(("f", "female", "girl", "woman", "w", "2"), "f"),
    **dict.fromkeys(("m", "male", "boy", "man", "1"), "m"),
}
_NEITHER = frozenset(
    {
        *("x", "o", "other", "nonbinary", "nb", "diverse", "indeterminate"),
        *("u", "0", "9", "unspecified", "notspecified", "notapplicable"),
        *("prefernottosay", "prefernottodisclose", "undisclosed"),
    }
)
"""What is written where a child is neither, or it is not known or not said."""


def gender_letter(text: str) -> str:
    """Return ``f`` or ``m``; anything else speaks neither for nor against (MATCH-5).

    >>> gender_letter("Female"), gender_letter("M"), gender_letter("X")
    ('f', 'm', '')
    >>> gender_letter("2.0")
    'f'
    """
    return _LETTERS.get(_joined(text), "")


def _joined(text: str) -> str:
    return "".join(normal_words(without_fraction(text)))


def is_gender(text: str) -> bool:
    """Tell whether a text can be read as a gender, or says that it is neither or none.

    >>> [is_gender(text) for text in ("Girl", "X", "Prefer not to say", "N/A", "")]
    [True, True, True, True, True]
    >>> is_gender("Hombre"), is_gender("7")
    (False, False)
    """
    joined = _joined(text)
    if joined in _LETTERS or joined in _NEITHER:
        return True
    return not joined.isdigit() and not name_words(text)


def same_gender(left: str, right: str) -> bool:
    """Return whether two texts mean one gender; blank is none.

    >>> same_gender("female", "F"), same_gender("X", "x "), same_gender("", "")
    (True, True, False)
    """
    letter = gender_letter(left)
    if letter or gender_letter(right):
        return letter == gender_letter(right)
    words = normal_words(left)
    return words != () and words == normal_words(right)
