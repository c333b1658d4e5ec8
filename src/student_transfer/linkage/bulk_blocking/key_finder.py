"""Finding the blocking keys of incoming students among very many, with numpy."""

from collections.abc import Collection

import numpy as np

from student_transfer.linkage.blocking.keys import BlockingKey
from student_transfer.linkage.bulk_blocking.found_rows import FoundRows
from student_transfer.linkage.bulk_blocking.numbers import (
    HALF,
    LOWER,
    Numbers,
    distinct,
    joined,
    ordered,
)

_PLACES = 1 << 20


class KeyFinder:
    """Finds the keys of incoming students among very many.

    What is found is the place of the key and the number of the row.

    Attributes:
        keys: The keys, each at its place.
    """

    def __init__(self, keys: Collection[BlockingKey], limit: int) -> None:
        """Take the keys, and how many rows may share one."""
        self.keys = ordered(keys)
        self._limit = limit
        self._times = np.zeros(len(self.keys), np.int64)
        self._is_open = np.ones(len(self.keys), np.bool_)
        self._found: list[Numbers] = []
        self._maybe = np.zeros(_PLACES, np.bool_)
        self._maybe[self.keys & (_PLACES - 1)] = True

    def look(self, keys: Numbers, rows: Numbers) -> None:
        """Look each row's number up among the keys; most are no key of anybody."""
        near = np.flatnonzero(self._maybe[keys & (_PLACES - 1)])
        if not near.size:
            return
        keys = keys[near]
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        right = np.flatnonzero(self.keys[places] == keys)
        places = places[right]
        still = self._is_open[places]
        self._found.append(places[still] << HALF | rows[near[right[still]]])

    def take(self) -> Numbers:
        """Return what was found since, each once.

        A key that is too common now is not looked for any more.
        """
        found = distinct(joined(self._found))
        self._found.clear()
        self._times += np.bincount(found >> HALF, minlength=len(self.keys))
        self._is_open &= self._times <= self._limit
        return found

    def few(self, found: Numbers) -> Numbers:
        """Return the rows under keys that are not too common."""
        return distinct(found[self._is_open[found >> HALF]] & LOWER)

    def sharing(self, found: Numbers) -> FoundRows:
        """Return the rows under each key, no more than one above the limit."""
        return FoundRows(self.keys, found).first(self._limit + 1)
