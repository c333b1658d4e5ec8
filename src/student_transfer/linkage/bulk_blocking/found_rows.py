"""Who has which blocking keys, of very many, with numpy."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain

import numpy as np

from student_transfer.linkage.blocking.keys import BlockingKey
from student_transfer.linkage.bulk_blocking.numbers import HALF, LOWER, Flags, Numbers

KeySets = Sequence[Collection[BlockingKey]]


class FoundRows(Mapping[BlockingKey, list[int]]):
    """For each blocking key that somebody has the numbers of the rows, in their order.

    Attributes:
        sought: All keys that are looked for, in their order.
        found: What was found, in order: the place of a key, and a row that has it.
    """

    def __init__(self, sought: Numbers, found: Numbers) -> None:
        """Take the keys, and what was found."""
        self.sought = sought
        self.found = found
        places = np.arange(len(sought) + 1) << HALF
        self._starts = np.searchsorted(found, places)
        self._times = np.diff(self._starts)

    @cached_property
    def _place(self) -> dict[BlockingKey, int]:
        """The place of each key that somebody has."""
        places = np.flatnonzero(self._times)
        return dict(zip(self.sought[places].tolist(), places.tolist(), strict=True))

    def __contains__(self, key: object) -> bool:
        """Return whether somebody has a key."""
        return key in self._place

    def __getitem__(self, key: BlockingKey) -> list[int]:
        """Return the rows that have a key."""
        place = self._place[key]
        start, end = self._starts[place : place + 2]
        rows: list[int] = (self.found[start:end] & LOWER).tolist()
        return rows

    def __iter__(self) -> Iterator[BlockingKey]:
        """Return the keys that somebody has."""
        return iter(self._place)

    def __len__(self) -> int:
        """Count the keys that somebody has."""
        return len(self._place)

    def first(self, limit: int) -> "FoundRows":
        """Leave out the rows of a key beyond the first ones."""
        before = self._starts[self.found >> HALF]
        return FoundRows(
            self.sought, self.found[np.arange(len(self.found)) - before < limit]
        )

    def beside(self, others: "FoundRows", size: int) -> "FoundRows":
        """Add what was found in rows that come after so many here."""
        both = np.concatenate([self.found, others.found + size])
        return FoundRows(self.sought, np.sort(both))

    def above(self, limit: int) -> "tuple[FoundRows, Flags]":
        """Leave out the keys that more rows have, and say which they are."""
        many = self._times > limit
        few = self.found[~many[self.found >> HALF]]
        return FoundRows(self.sought, few), many

    def of_sets(self, sets: KeySets) -> Numbers:
        """Return for each set of keys who has them, as often as a row has one.

        Args:
            sets: Some sets of the keys that are looked for.

        Returns:
            The place of the set and the row, as one number each; in no order.
        """
        sizes = np.fromiter(map(len, sets), np.int64, len(sets))
        keys = np.fromiter(chain.from_iterable(sets), np.int64, sizes.sum())
        owners = np.repeat(np.arange(len(sets)), sizes)
        places = np.searchsorted(self.sought, keys)
        times = self._times[places]
        shift = self._starts[places] - (np.cumsum(times) - times)
        which = np.arange(times.sum()) + np.repeat(shift, times)
        rows = self.found[which] & LOWER
        found: Numbers = np.repeat(owners, times) << HALF | rows
        return found
