"""Genders of a roster whose letters are Spanish: H is *hombre*, and M is *mujer*."""

import csv
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

from student_transfer.names import gender_letter, normal_words

SPANISH_NOTE = "H and M in the column gender were read as hombre and mujer, in Spanish"
"""What is noted of a column that `are_spanish`."""

_LOOKED_AT = 2000
_ONE_IN = 10
_SPANISH = {"h": "M", "m": "F"}


def are_spanish(text: Iterable[str], delimiter: str, place: int) -> bool:
    """Return whether a column of genders has H for boys and M for girls.

    That is so where the first rows have many of each, and nothing that is a gender in
    English: a few H among the M of a boys' school are slips.

    Args:
        text: The lines of the file, from the first row on.
        delimiter: What stands between cells.
        place: Which cell of a row is the gender.

    >>> are_spanish(["1,H", "2,M", "3,m", "4,X"], ",", 1)
    True
    >>> are_spanish(["1,H", "2,M", "3,F"], ",", 1)
    False
    """
    rows = csv.reader(text, delimiter=delimiter)
    cells = (row[place] for row in rows if place < len(row))
    written = Counter[str]()
    with suppress(csv.Error):  # which is told when the row is read
        written.update(islice(cells, _LOOKED_AT))
    found = Counter[str]()
    for cell, times in written.items():
        found["".join(normal_words(cell))] += times
    del found[""]
    if any(gender_letter(word) for word in found.keys() - _SPANISH.keys()):
        return False
    least = max(1, found.total() / _ONE_IN)
    return all(found[letter] >= least for letter in _SPANISH)


class SpanishGenders(dict[str, str]):
    """Gives for H and M of such a column M and F; anything else stays as it is.

    >>> genders = SpanishGenders()
    >>> genders["H"], genders[" m "], genders["X"]
    ('M', 'F', 'X')
    """

    def __missing__(self, text: str) -> str:
        """Read a text that was not met before."""
        letter = "".join(normal_words(text))
        found = self[text] = _SPANISH.get(letter, text)
        return found
