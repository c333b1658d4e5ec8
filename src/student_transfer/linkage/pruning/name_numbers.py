"""The names of many students in numbers, and how pairs of them agree, with numpy."""

from collections.abc import Callable, Collection, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from student_transfer.linkage.bulk_blocking.numbers import HALF, LOWER, Flags, Numbers
from student_transfer.linkage.comparing.levels import AGREEING
from student_transfer.linkage.comparing.name_agreement import (
    CUT_FROM,
    SIMILAR,
    TWO_EDITS_FROM,
)
from student_transfer.linkage.comparing.weights import Evidence
from student_transfer.linkage.profiles.profile import Name
from student_transfer.names import has_no_vowels, kin
from student_transfer.names.normal import plain_word_of_each
from student_transfer.names.sounds import sounds

Bits = NDArray[np.float64]

CompareNames = Callable[[Name, Name], Evidence]
"""Compares two names."""

MISSING = 0
"""The number of a name that is missing."""

_LETTERS, _START, _LENGTH, _IS_PLAIN = range(4)
_BEYOND = (1 << 63) - 1
_CUTOFF = SIMILAR - 0.01  # with `SIMILAR` itself two that are just as alike give 0
_NO_NAME = Name.of("")


@attrs.frozen
class _Related:
    """The names of one side, once for each group of related names that one is in."""

    groups: list[int] = attrs.field(factory=list)
    numbers: list[int] = attrs.field(factory=list)

    def add(self, group: int, number: int) -> None:
        """Add a name to a group."""
        self.groups.append(group)
        self.numbers.append(number)

    def beside(self, others: "_Related") -> Numbers:
        """Pair each name with every name of the other side that a group has, too."""
        groups, there = (np.array(s.groups, np.int64) for s in (self, others))
        names, other = (np.array(s.numbers, np.int64) for s in (self, others))
        order = np.argsort(there)
        there = there[order]
        first = np.searchsorted(there, groups)
        times = np.searchsorted(there, groups, side="right") - first
        before = np.cumsum(times) - times
        which = np.arange(times.sum()) + np.repeat(first - before, times)
        found: Numbers = np.repeat(names, times) << HALF | other[order[which]]
        return found


class NameNumbers:
    """The names of all students, each once; the incoming students' come first."""

    def __init__(self) -> None:
        """Begin with the name that is missing."""
        self._of_key: dict[str, int] = {"": MISSING}
        self._of_text: dict[str, int] = {"": MISSING}
        self._names: list[Name | str] = []
        self._texts: list[str] = []
        self._letters: dict[str, int] = {}
        self._starts: dict[str, int] = {"": MISSING}
        self._columns: tuple[list[int], ...] = ([], [], [], [])
        self._relations: dict[str, int] = {}
        self._left = _Related()
        self._right = _Related()
        self._made = np.empty((4, 0), np.int64)
        self._pairs = np.empty(0, np.int64)
        self._add([_NO_NAME], [""], [False])

    def of_incoming(self, column: Sequence[Name]) -> Numbers:
        """Number incoming students' names, before any other.

        One that is written in several ways has several numbers.
        """
        of_key = self._of_key
        new = {name.key: name for name in column if name.key not in of_key}
        names = list(new.values())
        plain = [name.is_plain for name in names]
        numbers = range(len(self._names), len(self._names) + len(names))
        of_key.update(zip(new, numbers, strict=True))
        self._add(names, [name.joined for name in names], plain)
        known, add = self._relations, self._left.add
        for number, name, is_plain in zip(numbers, names, plain, strict=True):
            if is_plain:
                for relation in name.relations:
                    add(known.setdefault(relation, len(known)), number)
        return np.array([of_key[name.key] for name in column], np.int64)

    def of_texts(self, column: Sequence[str]) -> Numbers:
        """Number names as a roster writes them; all incoming names are known before."""
        new = list(set(column).difference(self._of_text))
        plain = plain_word_of_each(new)
        names: list[Name | str] = [plain.get(text) or Name.of(text) for text in new]
        self._of_text.update((text, MISSING) for text in new)
        named = [place for place, name in enumerate(names) if name]
        self._number([new[at] for at in named], [names[at] for at in named])
        numbers = map(self._of_text.__getitem__, column)
        return np.fromiter(numbers, np.int64, len(column))

    def _number(self, texts: Sequence[str], names: Sequence[Name | str]) -> None:
        """Number new names; one that is a text is one word in plain letters."""
        joined = [name if isinstance(name, str) else name.joined for name in names]
        plain = [
            len(name) > 1 and not has_no_vowels(name)
            if isinstance(name, str)
            else name.is_plain
            for name in names
        ]
        numbers = range(len(self._names), len(self._names) + len(names))
        self._of_text.update(zip(texts, numbers, strict=True))
        self._add(names, joined, plain)
        group_of, add = self._relations.get, self._right.add
        for number, name, heard, is_plain in zip(
            numbers, names, sounds(joined), plain, strict=True
        ):
            if is_plain:
                for relation in _relations(name, heard):
                    group = group_of(relation)
                    if group is not None:
                        add(group, number)

    def _add(
        self, names: Sequence[Name | str], joined: Sequence[str], plain: Sequence[bool]
    ) -> None:
        """Add names with their letters; each has the next number."""
        letters, starts = self._letters, self._starts
        self._names += names
        self._texts += joined
        columns = (
            [letters.setdefault(text, len(letters)) for text in joined],
            [
                starts.setdefault(text[:CUT_FROM], len(starts))
                if len(text) >= CUT_FROM
                else MISSING
                for text in joined
            ],
            map(len, joined),
            plain,
        )
        for column, more in zip(self._columns, columns, strict=True):
            column.extend(more)

    def relate(self) -> None:
        """Work out which names are related, when all are known."""
        self._made = np.array(self._columns, np.int64)
        pairs = self._left.beside(self._right)
        self._pairs = np.sort(np.append(pairs, _BEYOND))

    def name(self, number: int) -> Name:
        """Return the name that has a number."""
        return _name(self._names[number])

    # Pairs ------------------------------------------------------------------------

    def are_same(self, left: Numbers, right: Numbers) -> Flags:
        """Return which pairs of names have the same letters."""
        letters = self._made[_LETTERS]
        found: Flags = letters[left] == letters[right]
        return found

    def are_unlike(self, left: Numbers, right: Numbers) -> Flags:
        """Return which pairs of names `are_unlike`; of a few it is not said."""
        plain, starts, lengths = (
            self._made[which] for which in (_IS_PLAIN, _START, _LENGTH)
        )
        maybe = (plain[left] & plain[right]) != 0
        start = starts[left]
        maybe &= (start == MISSING) | (start != starts[right])
        pairs = left << HALF | right
        maybe &= self._pairs[np.searchsorted(self._pairs, pairs)] != pairs
        which = np.flatnonzero(maybe)
        left, right = left[which], right[which]
        text = self._texts.__getitem__
        texts = [*map(text, left.tolist())], [*map(text, right.tolist())]
        edits = cpdist(*texts, scorer=OSA.distance, score_cutoff=2, dtype=np.int64)
        alike = cpdist(
            *texts,
            scorer=JaroWinkler.similarity,
            score_cutoff=_CUTOFF,
            dtype=np.float64,
        )
        shorter = np.minimum(lengths[left], lengths[right])
        most = np.where(shorter >= TWO_EDITS_FROM, 2, 1)
        unlike = np.zeros(len(pairs), np.bool_)
        unlike[which] = (alike < SIMILAR) & (edits > most)
        return unlike

    def weights(
        self, left: Numbers, right: Numbers, compare: CompareNames
    ) -> tuple[Bits, Flags]:
        """Weigh pairs of names, each pair once, and say which agree.

        A missing name weighs nothing.
        """
        pairs, which = np.unique(left << HALF | right, return_inverse=True)
        name = self.name
        evidence = [
            compare(name(pair >> HALF), name(pair & LOWER)) for pair in pairs.tolist()
        ]
        weights = np.array([each.weight for each in evidence], np.float64)
        agree = np.array([each.level in AGREEING for each in evidence], np.bool_)
        return weights[which], agree[which]


def _relations(name: Name | str, heard: str) -> Collection[str]:
    """Return the `Name.relations` of a name, of which it is known how it sounds."""
    if isinstance(name, str):
        return (*kin(name), f"~{heard}")
    return name.relations_of(heard)


def _name(written: Name | str) -> Name:
    """Return a name in its words, which most are never asked for."""
    return Name.of(written) if isinstance(written, str) else written
