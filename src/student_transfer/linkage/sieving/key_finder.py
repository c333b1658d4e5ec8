"""Finding the blocking keys of incoming students among very many, with numpy."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from student_transfer.linkage.blocking.keys import BlockingKey

Numbers = NDArray[np.int64]

_PLACES = 1 << 20
_HALF, _LOWER = 32, (1 << 32) - 1


class KeyFinder:
    """Finds the keys of incoming students among very many.

    What is found is one number: above its lower half the place of the key, in it the
    number of the row.

    Attributes:
        keys: The keys, each at its place.
    """

    def __init__(self, keys: Iterable[BlockingKey], limit: int) -> None:
        """Take the keys, and how many rows may share one."""
        self.keys = np.array(sorted(keys), np.int64)
        self._limit = limit
        self._times = np.zeros(len(self.keys), np.int64)
        self._is_open = np.ones(len(self.keys), np.bool_)
        self._found: list[Numbers] = []
        self._maybe = np.zeros(_PLACES, np.bool_)
        self._maybe[self.keys & (_PLACES - 1)] = True

    def look(self, keys: Numbers, rows: Numbers) -> None:
        """Look for a key of each row; what is not a key is nobody's."""
        near = np.flatnonzero(self._maybe[keys & (_PLACES - 1)])
        if not near.size:
            return
        keys = keys[near]
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        right = np.flatnonzero(self.keys[places] == keys)
        places = places[right]
        still = self._is_open[places]
        self._found.append(places[still] << _HALF | rows[near[right[still]]])

    def take(self) -> Numbers:
        """Give what was found since, each once.

        A key that is too common now is not looked for any more.
        """
        if not self._found:
            return np.empty(0, np.int64)
        found = np.unique(np.concatenate(self._found))
        self._found.clear()
        self._times += np.bincount(found >> _HALF, minlength=len(self.keys))
        self._is_open &= self._times <= self._limit
        return found

    def few(self, found: Numbers) -> Numbers:
        """Give the rows under keys that are not too common."""
        return np.unique(found[self._is_open[found >> _HALF]] & _LOWER)

    def sharing(self, found: Numbers) -> dict[BlockingKey, list[int]]:
        """Give the rows under each key, no more than one above the limit."""
        places, starts = np.unique(found >> _HALF, return_index=True)
        ends = np.append(starts[1:], len(found))[: len(starts)].tolist()
        rows = found & _LOWER
        return {
            key: rows[start : min(end, start + self._limit + 1)].tolist()
            for key, start, end in zip(
                self.keys[places].tolist(), starts.tolist(), ends, strict=True
            )
        }
