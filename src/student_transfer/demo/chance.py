"""Chance that repeats: the same seed gives the same draws on every Python.

Only ``random()`` of `random.Random` is promised to stay the same from one version of
Python to the next, so every draw is made from it.
"""

import random
from collections.abc import Callable, Sequence
from math import sqrt
from typing import TypeVar

T = TypeVar("T")


class Chance:
    """Draws of one seed, in the order in which they are asked for."""

    def __init__(self, seed: int) -> None:
        """Begin the draws of the seed.

        >>> Chance(7).whole(1, 1000) == Chance(7).whole(1, 1000)
        True
        """
        self._random = random.Random(seed).random

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number between two, both included."""
        return low + int((high - low + 1) * self._random())

    def happens(self, share: float) -> bool:
        """Say yes in this share of the cases."""
        return self._random() < share

    def pick(self, items: Sequence[T]) -> T:
        """Draw one of the items, each as likely."""
        return items[int(len(items) * self._random())]

    def pick_early(self, items: Sequence[T]) -> T:
        """Draw one of the items, the earlier the likelier: names by frequency."""
        drawn = self._random()
        return items[int(len(items) * drawn * sqrt(drawn))]

    def normal(self) -> float:
        """Draw a number from -3.5 to 3.5, near to a standard normal distribution."""
        draw = self._random
        return (draw() + draw() + draw() + draw() - 2) * 1.732


def unused(draw: Callable[[], T], used: set[T]) -> T:
    """Draw until something new comes, and remember it as used."""
    drawn = draw()
    while drawn in used:
        drawn = draw()
    used.add(drawn)
    return drawn
