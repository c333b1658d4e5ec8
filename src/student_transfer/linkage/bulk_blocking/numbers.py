"""Very many numbers at once, with numpy."""

from collections.abc import Collection, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

HALF, LOWER = 32, (1 << 32) - 1
"""Two numbers are kept as one: the first above its lower half, the other in it."""


def joined(parts: Sequence[Numbers]) -> Numbers:
    """Put some together, or none.

    >>> joined([]).size
    0
    """
    return np.concatenate([np.empty(0, np.int64), *parts])


def columns(rows: Collection[Sequence[int]], width: int) -> Numbers:
    """Return rows of so many numbers as columns.

    >>> columns([(1, 2), (3, 4), (5, 6)], 2).tolist()
    [[1, 3, 5], [2, 4, 6]]
    """
    numbers = np.fromiter(chain.from_iterable(rows), np.int64, width * len(rows))
    return numbers.reshape(-1, width).T


def ordered(numbers: Collection[int]) -> Numbers:
    """Return some in order.

    >>> ordered({3, 1}).tolist()
    [1, 3]
    """
    return np.sort(np.fromiter(numbers, np.int64, len(numbers)))


def distinct(numbers: Numbers) -> Numbers:
    """Return each once, in order.

    NumPy's own `unique` hashes numbers since 2.3, which takes ten times as long.

    >>> distinct(np.array([3, 1, 3])).tolist()
    [1, 3]
    """
    return counted(numbers)[0]


def counted(numbers: Numbers) -> tuple[Numbers, Numbers]:
    """Return each once, in order, and how often it is there.

    >>> [each.tolist() for each in counted(np.array([3, 1, 3]))]
    [[1, 3], [1, 2]]
    """
    return np.unique(numbers, return_counts=True)


def among(numbers: Numbers, others: Numbers) -> Numbers:
    """Return those that are among the others, too; both are distinct and in order.

    >>> among(np.array([1, 3]), np.array([2, 3, 4])).tolist()
    [3]
    """
    if not len(others):
        return others
    places = np.minimum(np.searchsorted(others, numbers), len(others) - 1)
    found: Numbers = numbers[others[places] == numbers]
    return found
