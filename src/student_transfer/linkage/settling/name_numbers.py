"""The names of many students in numbers, and how pairs of them agree, with numpy."""

from collections.abc import Callable, Sequence
from itertools import starmap

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from student_transfer.linkage.comparing.agreement import (
    CUT_FROM,
    SIMILAR,
    TWO_EDITS_FROM,
)
from student_transfer.linkage.comparing.levels import AGREEING
from student_transfer.linkage.comparing.weights import Evidence
from student_transfer.linkage.profiles.profile import Name
from student_transfer.names import has_no_vowels, plain_word, sounds, stands_alone

Bits = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

Compare = Callable[[Name, Name], Evidence]
"""Compares two names."""

MISSING = 0
"""The number of a name that is missing."""

_LETTERS, _START, _LENGTH, _IS_PLAIN = range(4)
_HALF, _LOWER, _BEYOND = 32, (1 << 32) - 1, (1 << 63) - 1


class NameNumbers:
    """The names of all students, each once; the incoming students' come first."""

    def __init__(self) -> None:
        """Begin with the name that is missing."""
        self._of_text: dict[str, int] = {"": MISSING}
        self._names: list[Name | str] = []
        self._texts: list[str] = []
        self._related: dict[str, list[int]] = {}
        self._letters: dict[str, int] = {}
        self._starts: dict[str, int] = {"": MISSING}
        self._rows: list[tuple[int, int, int, bool]] = []
        self._made = np.empty((4, 0), np.int64)
        self._pairs = np.empty(0, np.int64)
        self._incoming = 0
        self._add(Name.of(""), "", is_plain=False)

    def of_incoming(self, name: Name) -> int:
        """Number an incoming student's name.

        One that is written in several ways has several numbers.
        """
        if not name:
            return MISSING
        number = self._add(name, name.joined, is_plain=name.is_plain)
        if name.is_plain:
            for relation in name.relations:
                self._related.setdefault(relation, []).append(number)
        return number

    def begin(self) -> None:
        """Note that the incoming students' names are all here: they are on the left."""
        self._incoming = len(self._names)

    def of_texts(self, column: Sequence[str]) -> Numbers:
        """Number names as a roster writes them."""
        new = list(set(column).difference(self._of_text))
        words = list(map(plain_word, new))
        names = [
            None if word else Name.of(text)
            for text, word in zip(new, words, strict=True)
        ]
        joined = [
            word if name is None else name.joined
            for word, name in zip(words, names, strict=True)
        ]
        read = zip(new, names, joined, sounds(joined), strict=True)
        self._of_text.update(zip(new, starmap(self._of_new, read), strict=True))
        numbers = map(self._of_text.__getitem__, column)
        return np.fromiter(numbers, np.int64, len(column))

    def _of_new(self, text: str, name: Name | None, joined: str, sound: str) -> int:
        """Number a name; without its words it is one word in plain letters."""
        if not joined:
            return MISSING
        if name is None:
            is_plain, is_one = len(joined) > 1 and not has_no_vowels(joined), True
        else:
            is_plain, is_one = name.is_plain, name.whole == joined and not name.is_many
        written = name or text
        number = self._add(written, joined, is_plain=is_plain)
        if is_plain:
            simple = is_one and stands_alone(joined)
            related = (joined, f"~{sound}") if simple else _name(written).relations
            for relation in related:
                others = self._related.get(relation)
                if others is not None:
                    others.append(number)
        return number

    def _add(self, name: Name | str, joined: str, *, is_plain: bool) -> int:
        number, starts = len(self._names), self._starts
        start = joined[:CUT_FROM] if len(joined) >= CUT_FROM else ""
        self._names.append(name)
        self._texts.append(joined)
        self._rows.append(
            (
                self._letters.setdefault(joined, len(self._letters)),
                starts.setdefault(start, len(starts)),
                len(joined),
                is_plain,
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
        text = self._texts.__getitem__
        texts = [*map(text, left.tolist())], [*map(text, right.tolist())]
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
            compare(_name(names[pair >> _HALF]), _name(names[pair & _LOWER]))
            for pair in pairs.tolist()
        ]
        weights = np.array([part.weight for part in parts], np.float64)
        agree = np.array([part.level in AGREEING for part in parts], np.bool_)
        return weights[which], agree[which]


def _name(written: Name | str) -> Name:
    """Give a name in its words, which most are never asked for."""
    return Name.of(written) if isinstance(written, str) else written
