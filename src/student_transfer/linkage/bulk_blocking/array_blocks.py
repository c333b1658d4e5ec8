"""Choosing whom to compare for all incoming students at once, with numpy.

The same as `choose_candidates` for each, sooner; where too many share a key with a
student, and the rarest are chosen, it is asked.
"""

from collections.abc import Sequence
from itertools import chain, pairwise
from typing import cast

import numpy as np

from student_transfer.linkage.blocking.candidates import CROWD, DATED_TO_UNDATED
from student_transfer.linkage.blocking.keys import BlockingKey, Room, WeakKeys
from student_transfer.linkage.bulk_blocking.found_rows import FoundRows
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
        self._found, many = found.above(self._limit)
        self._few = self._found
        self._overflowing = set(found.sought[many].tolist())

    def chosen(self) -> tuple[list[Chosen], set[int]]:
        """Return for each part the candidates there; and of whom some were left out."""
        pairs, shares = counted(self._found.of_sets([keys.all for keys in self._keys]))
        aside = self._are_beside_another(pairs, shares)
        aside |= self._are_in_a_crowd(pairs, shares)
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
        are_cut = (keys.are_cut_by(self._overflowing) for keys in self._keys)
        truncated = {place for place, is_cut in enumerate(are_cut) if is_cut}
        return self._by_part(pairs), truncated.union(np.flatnonzero(too_many).tolist())

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

    def _are_common(self, sets: Sequence[frozenset[BlockingKey]]) -> Flags:
        """Return which sets of keys have one that is too common."""
        few = (each.isdisjoint(self._overflowing) for each in sets)
        return ~np.fromiter(few, np.bool_, len(sets))

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
        times = np.bincount(pairs >> HALF, minlength=len(self._keys))
        some = np.flatnonzero(times > CROWD)
        each_of = [self._keys[place].weak for place in some.tolist()]
        whose = np.repeat(some, [*map(len, each_of)])
        kinds = [*chain.from_iterable(each_of)]
        lone, kind = self._lone(kinds, whose, pairs, shares)
        sizes = np.bincount(kind, minlength=len(kinds))
        rooms = np.fromiter(
            (each.room is Room.REST for each in kinds), np.int64, len(kinds)
        )
        last = np.fromiter((each.is_last for each in kinds), np.bool_, len(kinds))
        room = whose * len(Room) + rooms
        order = np.lexsort((sizes, last, room))
        before, room = np.cumsum(sizes[order]), room[order]
        first = np.searchsorted(room, room)  # the first of each student's kinds
        compared = before - (before - sizes[order])[first]
        is_crowd = np.zeros(len(kinds), np.bool_)
        is_crowd[order[compared > CROWD]] = True
        aside = np.zeros(len(pairs), np.bool_)
        aside[lone[is_crowd[kind]]] = True
        return aside

    def _lone(
        self,
        kinds: Sequence[WeakKeys],
        whose: Numbers,
        pairs: Numbers,
        shares: Numbers,
    ) -> tuple[Numbers, Numbers]:
        """Return who shares one weak key and nothing else, if that would be told.

        Args:
            kinds: The weak keys of some students.
            whose: For each of these the place of the student.
            pairs: An incoming student and a row that shares a key, in order.
            shares: How many they share.

        Returns:
            The places of such pairs, and those of what they share.
        """
        of_sets = self._found.of_sets
        own, within = (
            of_sets([each.own for each in kinds]),
            of_sets([each.within for each in kinds]),
        )
        own, times = counted(own)
        sizes = np.bincount(own >> HALF, minlength=len(kinds))
        is_told = self._are_told(kinds, whose, sizes)
        own = own[times == 1]
        both, times = counted(np.append(own, within))
        times = times[np.searchsorted(both, own)]
        kind = own >> HALF
        places = np.searchsorted(pairs, whose[kind] << HALF | (own & LOWER))
        lone = (shares[places] == times) & is_told[kind]
        return places[lone], kind[lone]

    def _are_told(
        self, kinds: Sequence[WeakKeys], whose: Numbers, sizes: Numbers
    ) -> Flags:
        """Return whether keys would tell it, did who shares weak ones share more.

        Args:
            kinds: The weak keys of some students.
            whose: For each of these the place of the student.
            sizes: How many have one of them.
        """
        names = self._are_common([keys.telling[0] for keys in self._keys])[whose]
        found: Flags = ~names
        asked = np.flatnonzero(names)
        beside = [kinds[place].beside for place in asked.tolist()]
        found[asked] = ~self._are_common(beside)
        undated = np.flatnonzero([each.dated is not None for each in kinds])
        dated = [kinds[place].dated or frozenset() for place in undated.tolist()]
        having = distinct(self._found.of_sets(dated)) >> HALF
        own, times = sizes[undated], np.bincount(having, minlength=len(dated))
        found[undated] &= np.where(
            self._are_common(dated), own <= CROWD, times >= DATED_TO_UNDATED * own
        )
        return found
