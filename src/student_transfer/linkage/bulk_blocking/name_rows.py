"""Names as rows of numbers, as the blocker with numpy reads them.

A row has the parts that the name gives to keys in its own role, in either role, of its
initial in both, and what of it is counted; of all that as much as incoming students
have. Many names are worked on at once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain

import attrs

from student_transfer.linkage.blocking.key_parts import (
    NameSkeletons,
    SkeletonOf,
    family_skeletons,
    family_words,
    first_skeletons,
    first_words,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import SoughtStudents
from student_transfer.linkage.bulk_blocking.vocabulary import ABSENT, Role
from student_transfer.linkage.profiles.profile import Name
from student_transfer.names import listed_full_names
from student_transfer.names.normal import plain_word_of_each

MOST_PARTS = 5
"""A name has at most so many ways to be written; see `family_words`."""

INITIAL = 2 * MOST_PARTS
EITHER_INITIAL, ONLY, TEXT, TERM, WIDTH = range(INITIAL + 1, INITIAL + 6)
NO_TERM = -1
NO_INITIAL = 0
"""Of a name that is missing; of one that nobody has the part is absent."""

NameRow = Sequence[int]
"""`MOST_PARTS` parts in the own role, as many in either, and one of each of the above.

`ONLY` is the part in either role of a name that has one way to be written. The last two
are the places of the text and of the term that it is.
"""

_REST = [(ABSENT,) * (MOST_PARTS - known) for known in range(MOST_PARTS + 1)]


@attrs.frozen
class _Kind:
    """How names of a role are read.

    Attributes:
        role: What incoming students have in it.
        terms: The places of the terms.
        plain: Gives the word of each name that is nothing but that.
        words: Gives the words whose consonants make keys.
        skeletons: Gives the consonants.
        others: The rows of names that nobody has, by the consonants that somebody has.
        of_skeleton: The same, by all consonants of a name of one word.
    """

    role: Role
    terms: Mapping[str, int]
    plain: Callable[[Sequence[str]], Mapping[str, str]]
    words: Callable[[Name], Collection[str]]
    skeletons: Callable[[Name, SkeletonOf], NameSkeletons]
    others: dict[tuple[NameSkeletons, bool], NameRow] = attrs.field(factory=dict)
    of_skeleton: dict[str, NameRow] = attrs.field(factory=dict)


class NameRows:
    """Makes rows of names."""

    def __init__(
        self,
        incoming: SoughtStudents,
        terms: Mapping[str, Mapping[str, int]],
        texts: Mapping[str, int],
    ) -> None:
        """Take the incoming students.

        Args:
            incoming: The incoming students.
            terms: For each field the places of the terms.
            texts: The places of given and family names.
        """
        parts = incoming.parts
        self._names, self._initials = parts.names, parts.initials
        self._skeletons = incoming.skeletons
        self._texts = texts
        self._given = _Kind(
            parts.given, terms["given"], _plain_given, first_words, first_skeletons
        )
        self._family = _Kind(
            parts.family,
            terms["family"],
            plain_word_of_each,
            family_words,
            family_skeletons,
        )

    def of_given(self, values: Sequence[str]) -> list[NameRow]:
        """Make the rows of given or preferred names."""
        return self._of(values, self._given)

    def of_family(self, values: Sequence[str]) -> list[NameRow]:
        """Make the rows of family names."""
        return self._of(values, self._family)

    def _of(self, values: Sequence[str], kind: _Kind) -> list[NameRow]:
        plain = kind.plain(values)
        self._skeletons.learn(plain.values())
        skeletons = self._skeletons
        made = {
            value: self._of_plain(word, skeletons[word], kind)
            for value, word in plain.items()
        }
        names = {value: Name.of(value) for value in values if value not in made}
        self._skeletons.learn(chain.from_iterable(map(kind.words, names.values())))
        for value, name in names.items():
            made[value] = self._of_name(name, kind)
        return [made[value] for value in values]

    def _of_plain(self, word: str, skeleton: str, kind: _Kind) -> NameRow:
        """Make the row of a name of one word."""
        if word in self._texts or word in kind.terms:
            return self._of_skeletons(
                NameSkeletons((skeleton,), skeleton[0]), word, kind, is_one=True
            )
        found = kind.of_skeleton.get(skeleton)
        if found is None:
            known = (skeleton,) if skeleton in self._names else ()
            found = kind.of_skeleton[skeleton] = self._of_other(
                NameSkeletons(known, skeleton[0]), kind, is_one=True
            )
        return found

    def _of_name(self, name: Name, kind: _Kind) -> NameRow:
        """Make the row of any name."""
        skeletons, text = kind.skeletons(name, self._skeletons.__getitem__), name.joined
        is_one = len(skeletons.all) == 1
        if text in self._texts or text in kind.terms:
            return self._of_skeletons(skeletons, text, kind, is_one=is_one)
        known = tuple(skeleton for skeleton in skeletons.all if skeleton in self._names)
        known_ones = NameSkeletons(known, skeletons.initial)
        return self._of_other(known_ones, kind, is_one=is_one)

    def _of_other(self, known: NameSkeletons, kind: _Kind, *, is_one: bool) -> NameRow:
        """Make the row of a name that nobody has; one for all that sound like it."""
        key = known, is_one
        found = kind.others.get(key)
        if found is None:
            found = self._of_skeletons(known, "", kind, is_one=is_one)
            kind.others[key] = found
        return found

    def _of_skeletons(
        self, skeletons: NameSkeletons, text: str, kind: _Kind, *, is_one: bool
    ) -> NameRow:
        parts, names = kind.role.parts, self._names
        own = [parts[skeleton] for skeleton in skeletons.all if skeleton in parts]
        either = [names[skeleton] for skeleton in skeletons.all if skeleton in names]
        return (
            *own,
            *_REST[len(own)],
            *either,
            *_REST[len(either)],
            *self._of_initial(skeletons.initial, kind),
            either[0] if is_one and either else ABSENT,
            self._texts.get(text, ABSENT),
            kind.terms.get(text, NO_TERM),
        )

    def _of_initial(self, initial: str, kind: _Kind) -> tuple[int, int]:
        if not initial:
            return NO_INITIAL, NO_INITIAL
        own, either = kind.role.initials, self._initials
        return own.get(initial, ABSENT), either.get(initial, ABSENT)


def _plain_given(texts: Sequence[str]) -> Mapping[str, str]:
    words = plain_word_of_each(texts).items()
    return {text: word for text, word in words if not listed_full_names(word)}
