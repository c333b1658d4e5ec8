"""Choosing whom to compare for all incoming students at once, with numpy.

The same as `choose_candidates` for each, sooner; where too many share a key with a
student, and the rarest are chosen, it is asked.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import cast

import numpy as np

from student_transfer.linkage.blocking.candidates import CROWD, FEW
from student_transfer.linkage.bulk_blocking.found_rows import FoundRows, Placed
from student_transfer.linkage.bulk_blocking.numbers import (
    HALF,
    LOWER,
    Flags,
    Numbers,
    among,
    counted,
    distinct,
    ordered,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Chosen,
    RosterBlocks,
    Shared,
)


class ArrayBlocks(RosterBlocks):
    """What blockers that read with numpy, and no others, have found, taken together."""

    def _sort_out(self, sharing: Sequence[Shared]) -> None:
        """Tell the keys that are too common from others, in all parts together."""
        found = FoundRows(ordered(self._all_keys), np.empty(0, np.int64))
        for start, each in zip(self._starts, sharing, strict=False):
            found = found.beside(cast("FoundRows", each), start)
        self._found, self._many = found.above(self._limit)
        self._few = self._found
        self._overflowing = set(found.sought[self._many].tolist())

    def chosen(self) -> tuple[list[Chosen], set[int]]:
        """Return for each part the candidates there; and of whom some were left out."""
        firm = self._found.places([keys.firm for keys in self._keys])
        spare = self._found.of_sets([keys.spare for keys in self._keys])
        both = np.append(self._found.of_places(*firm), spare)
        pairs, shares = counted(both)
        aside = self._are_beside_another(pairs, shares)
        spare, times = counted(spare)
        places = np.searchsorted(pairs, spare)
        shares[places] -= times
        aside |= self._are_in_a_crowd(pairs, shares)
        last = places[shares[places] == 0]
        of_each = np.bincount(pairs[last] >> HALF, minlength=len(self._keys))
        aside[last[of_each[pairs[last] >> HALF] > FEW]] = True
        pairs = pairs[~aside]
        times = np.bincount(pairs >> HALF, minlength=len(self._keys))
        too_many = times > self._most
        few = pairs[~too_many[pairs >> HALF]]
        rarest = [
            place << HALF | number
            for place in np.flatnonzero(too_many).tolist()
            for number in self.candidates(place)[0]
        ]
        pairs = np.sort(np.append(few, np.array(rarest, np.int64)))
        truncated = np.flatnonzero(too_many | self._are_common(len(self._keys), firm))
        return self._by_part(pairs), set(truncated.tolist())

    def _by_part(self, pairs: Numbers) -> list[Chosen]:
        """Return pairs of an incoming student and a row part by part."""
        found, numbers = [], pairs & LOWER
        for start, end in pairwise(self._starts):
            there = np.flatnonzero((numbers >= start) & (numbers < end))
            places, begins = np.unique(pairs[there] >> HALF, return_index=True)
            rows = (numbers[there] - start).tolist()
            ends = [*begins.tolist(), len(rows)]
            cut = (rows[one:other] for one, other in pairwise(ends))
            found.append(dict(zip(places.tolist(), cut, strict=True)))
        return found

    def _are_common(self, count: int, placed: Placed) -> Flags:
        """Return which of so many sets of keys have one that is too common."""
        owners, places = placed
        found = np.zeros(count, np.bool_)
        found[owners[self._many[places]]] = True
        return found

    def _are_beside_another(self, pairs: Numbers, shares: Numbers) -> Flags:
        """Return who is not compared, as `beside_another` does.

        Args:
            pairs: An incoming student and a row that shares a key, in order.
            shares: How many they share.
        """
        agreeing = pairs
        for each in zip(*(keys.telling for keys in self._keys), strict=True):
            agreeing = among(distinct(self._found.of_sets(each)), agreeing)
        has_nearer = np.zeros(len(self._keys), np.bool_)
        has_nearer[agreeing >> HALF] = True
        faint = self._found.of_sets([keys.faint for keys in self._keys])
        found = np.zeros(len(pairs), np.bool_)
        found[np.searchsorted(pairs, np.sort(faint))] = True
        found &= (shares == 1) & has_nearer[pairs >> HALF]
        return found

    def _are_in_a_crowd(self, pairs: Numbers, shares: Numbers) -> Flags:
        """Say likewise what `in_a_crowd` does."""
        whose = np.array(
            [place for place, keys in enumerate(self._keys) for _ in keys.crowding],
            np.int64,
        )
        both = [each for keys in self._keys for each in keys.crowding]
        found, times = counted(self._found.of_sets([one for one, _ in both]))
        names = self._found.places([keys.telling[0] for keys in self._keys])
        others = self._found.places([other for _, other in both])
        is_known = ~self._are_common(len(self._keys), names)[whose]
        is_known |= ~self._are_common(len(both), others)
        sizes = np.bincount(found >> HALF, minlength=len(both))
        some = ((sizes > CROWD) & is_known)[found >> HALF]
        found, times = found[some], times[some]
        places = np.searchsorted(pairs, whose[found >> HALF] << HALF | (found & LOWER))
        aside = np.zeros(len(pairs), np.bool_)
        aside[places[shares[places] == times]] = True
        return aside
