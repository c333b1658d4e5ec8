"""The names of many students in numbers, and how pairs of them agree, with numpy."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from student_transfer.linkage.agreement import CUT_FROM, SIMILAR, TWO_EDITS_FROM
from student_transfer.linkage.levels import AGREEING
from student_transfer.linkage.profile import Name
from student_transfer.linkage.weights import Part
from student_transfer.names import sounds

Bits = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

Compare = Callable[[Name, Name], Part]
"""Compares two names."""

MISSING = 0
"""The number of a name that is missing."""

_LETTERS, _START, _LENGTH, _IS_PLAIN = range(4)
_HALF, _LOWER, _BEYOND = 32, (1 << 32) - 1, (1 << 63) - 1


class NameNumbers:
    """The names of all students, each once; the incoming students' come first."""

    def __init__(self) -> None:
        """Begin with the name that is missing."""
        self._of_text: dict[str, int] = {}
        self._names: list[Name] = []
        self._related: dict[str, list[int]] = {}
        self._letters: dict[str, int] = {}
        self._starts: dict[str, int] = {"": MISSING}
        self._rows: list[tuple[int, int, int, bool]] = []
        self._made = np.empty((4, 0), np.int64)
        self._pairs = np.empty(0, np.int64)
        self._incoming = 0
        self._of_text[""] = self._add(Name.of(""))

    def of_incoming(self, name: Name) -> int:
        """Number an incoming student's name.

        One that is written in several ways has several numbers.
        """
        if not name:
            return MISSING
        number = self._add(name)
        if self._rows[number][_IS_PLAIN]:
            for relation in name.relations:
                self._related.setdefault(relation, []).append(number)
        return number

    def begin(self) -> None:
        """Note that the incoming students' names are all here: they are on the left."""
        self._incoming = len(self._names)

    def of_texts(self, column: Sequence[str]) -> Numbers:
        """Number names as a roster writes them."""
        new = list(set(column).difference(self._of_text))
        names = [Name.of(text) for text in new]
        heard = sounds([name.joined for name in names])
        for name, key in zip(names, heard, strict=True):
            name.heard_as(key)
        self._of_text.update(zip(new, map(self._of_name, names), strict=True))
        numbers = map(self._of_text.__getitem__, column)
        return np.fromiter(numbers, np.int64, len(column))

    def _of_name(self, name: Name) -> int:
        if not name:
            return MISSING
        number = self._add(name)
        if self._rows[number][_IS_PLAIN]:
            for relation in name.related_by():
                others = self._related.get(relation)
                if others is not None:
                    others.append(number)
        return number

    def _add(self, name: Name) -> int:
        number, text, starts = len(self._names), name.joined, self._starts
        start = text[:CUT_FROM] if len(text) >= CUT_FROM else ""
        self._names.append(name)
        self._rows.append(
            (
                self._letters.setdefault(text, len(self._letters)),
                starts.setdefault(start, len(starts)),
                len(text),
                name.is_plain,
            )
        )
        return number

    def settle(self) -> None:
        """Work out which names are related, when all are known."""
        self._made = np.array(self._rows, np.int64).T.copy()
        pairs = [
            one << _HALF | other
            for each in self._related.values()
            if len(each) > 1
            for one in each
            if one < self._incoming
            for other in each
        ]
        pairs.append(_BEYOND)
        self._pairs = np.sort(np.array(pairs, np.int64))

    # Pairs ------------------------------------------------------------------------

    def are_same(self, left: Numbers, right: Numbers) -> Flags:
        """Say which pairs of names have the same letters."""
        letters = self._made[_LETTERS]
        found: Flags = letters[left] == letters[right]
        return found

    def are_unlike(self, left: Numbers, right: Numbers) -> Flags:
        """Say which pairs of names `are_unlike`; of a few it is not said."""
        plain, starts, lengths = (
            self._made[which] for which in (_IS_PLAIN, _START, _LENGTH)
        )
        maybe = (plain[left] & plain[right]) != 0
        start = starts[left]
        maybe &= (start == MISSING) | (start != starts[right])
        pairs = left << _HALF | right
        maybe &= self._pairs[np.searchsorted(self._pairs, pairs)] != pairs
        which = np.flatnonzero(maybe)
        left, right = left[which], right[which]
        texts = (
            [self._names[number].joined for number in left.tolist()],
            [self._names[number].joined for number in right.tolist()],
        )
        edits = cpdist(*texts, scorer=OSA.distance, score_cutoff=2, dtype=np.int64)
        alike = cpdist(
            *texts,
            scorer=JaroWinkler.similarity,
            score_cutoff=SIMILAR,
            dtype=np.float64,
        )
        shorter = np.minimum(lengths[left], lengths[right])
        most = np.where(shorter >= TWO_EDITS_FROM, 2, 1)
        unlike = np.zeros(len(pairs), np.bool_)
        unlike[which] = (alike < SIMILAR) & (edits > most)
        return unlike

    def weights(
        self, left: Numbers, right: Numbers, compare: Compare
    ) -> tuple[Bits, Flags]:
        """Weigh pairs of names, each pair once, and say which agree.

        A missing name weighs nothing.
        """
        pairs, which = np.unique(left << _HALF | right, return_inverse=True)
        names = self._names
        parts = [
            compare(names[pair >> _HALF], names[pair & _LOWER])
            for pair in pairs.tolist()
        ]
        weights = np.array([part[2] for part in parts], np.float64)
        agree = np.array([part[1] in AGREEING for part in parts], np.bool_)
        return weights[which], agree[which]
