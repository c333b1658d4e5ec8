"""Linking two whole rosters: of the existing one little is kept.

It is read once, as a stream, by one blocker or in parts by several. Of
each of its students only the blocking keys that some incoming student has are looked
for; who shares none is counted for the frequencies and forgotten.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, pairwise
from typing import Generic, overload

import attrs

from student_transfer.linkage.blocking.candidates import (
    choose_candidates,
    search_keys_made_of,
)
from student_transfer.linkage.blocking.key_parts import (
    SkeletonCache,
    key_parts,
    words_of_keys,
)
from student_transfer.linkage.blocking.keys import BlockingKey, email_key, id_key
from student_transfer.linkage.bulk_blocking.candidate_rows import (
    CandidateRows,
    Pick,
    Row,
)
from student_transfer.linkage.bulk_blocking.vocabulary import Vocabulary
from student_transfer.linkage.comparing.frequencies import (
    Frequencies,
    Term,
    sought_terms_of,
)
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.identifiers import identifier_keys, national_id
from student_transfer.linkage.profiles.profile import FIELDS, Columns, Profile


@attrs.frozen(eq=False, repr=False)
class Coded(Sequence[str]):
    """A column whose values are numbered: much is done once for each of them.

    Attributes:
        values: The values, each once.
        codes: For each row the place of its value; where numpy reads it, an array.
    """

    values: Sequence[str]
    codes: Sequence[int]

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.codes)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> list[str]: ...

    def __getitem__(self, place: int | slice) -> str | list[str]:
        """Return the value of a row, or those of some."""
        if isinstance(place, slice):
            return [self.values[code] for code in self.codes[place]]
        return self.values[self.codes[place]]


SOUGHT = frozenset(
    {
        "given_name",
        "middle_name",
        "family_name",
        "preferred_name",
        "date_of_birth",
        "national_id",
        "email",
        "postcode",
        "address",
    }
)
"""The fields that a blocker reads: of the others the columns need not be given."""

Named = Mapping[str, Sequence[str]]
"""The same by the names of the fields, blank columns filled in."""


Shared = Mapping[BlockingKey, Sequence[int]]
"""For each blocking key that somebody has the numbers of the rows, in their order."""

Chosen = dict[int, list[int]]
"""For some incoming students, by their places, the numbers of whom to compare."""


@attrs.frozen(repr=False)
class PartBlocks:
    """What a blocker has found in a part of the existing roster, in numbers.

    Attributes:
        size: How many students the part has.
        sharing: For each blocking key of an incoming student the numbers of those who
            share it, counted from 0, up to one more than the limit.
        counts: How many have each term of an incoming student.
    """

    size: int
    sharing: Shared
    counts: Mapping[Term, int]


class SoughtStudents:
    """The incoming students, in the forms by which a blocker finds their candidates.

    Attributes:
        keys: Each one's blocking keys.
        made: What each one's keys are made of.
        all_keys: The blocking keys of all.
        terms: The terms of all that are counted.
        parts: The parts of all keys.
        skeletons: The consonants of the words in them.
        texts: All given and family names, and those of the terms of both.
    """

    def __init__(self, incoming: Sequence[Profile]) -> None:
        """Take the incoming students."""
        self.skeletons = SkeletonCache()
        self.skeletons.learn(chain.from_iterable(map(words_of_keys, incoming)))
        skeleton_of = self.skeletons.__getitem__
        self.made = [key_parts(one, skeleton_of) for one in incoming]
        both = list(zip(incoming, self.made, strict=True))
        self.keys = [search_keys_made_of(one, made) for one, made in both]
        self.all_keys = frozenset[BlockingKey]().union(*(one.all for one in self.keys))
        self.terms = frozenset[Term]().union(*map(sought_terms_of, incoming))
        self.parts = Vocabulary()
        for one, made in both:
            self.parts.add(one, made)
        self.texts = {
            name for one in incoming for name in (one.given.joined, one.family.joined)
        }
        fulls = (text.split(" ") for field, text in self.terms if field == "full")
        self.texts.update(chain.from_iterable(fulls))
        self._ids = {
            one.national_id: id_key(one.national_id)
            for one in incoming
            if one.national_id
        }
        self._emails = {
            one.email: email_key(one.email) for one in incoming if one.email
        }

    def identified(self, column: Sequence[str]) -> Iterator[tuple[int, Term, int]]:
        """Find national identifiers: the place in the column, the term, the key."""
        if not self._ids or not any(column):
            return
        normal = "\n".join(column).upper().split("\n")
        if len(normal) > len(column):
            normal = [national_id(text) for text in column]
        together = "".join(column)
        if not (together.isalnum() and together.isascii()):
            for place, text in enumerate(column):
                if text and not (text.isalnum() and text.isascii()):
                    normal[place] = national_id(text)
        for place in [at for at, text in enumerate(normal) if text in self._ids]:
            text = normal[place]
            yield place, ("national_id", text), self._ids[text]

    def addressed(self, column: Sequence[str]) -> Iterator[tuple[int, Term, int]]:
        """Find email addresses: the place in the column, the term, the key."""
        if not self._emails or not any(column):
            return
        normal = identifier_keys(column)
        for place in [at for at, text in enumerate(normal) if text in self._emails]:
            text = normal[place]
            yield place, ("email", text), self._emails[text]


class RosterBlocker(ABC, Generic[Row]):
    """Reads the existing roster, or a part, and keeps who may be an incoming student.

    Finds for each incoming student the same candidates as a search for the student's
    blocking keys in a storage would, and counts the same frequencies.

    Attributes:
        size: How many students it has read.
        rows: The rows of all who may be a candidate, by their numbers; complete after
            `blocks`.
    """

    def __init__(self, incoming: SoughtStudents, settings: Settings) -> None:
        """Take the incoming students."""
        self.size = 0
        self._incoming = incoming
        self._limit = settings.per_key_limit
        self.rows = CandidateRows[Row]()

    def take(
        self,
        size: int,
        columns: Columns,
        pick: Pick[Row],
        others: Sequence[Iterable[BlockingKey]] = (),
    ) -> None:
        """Read some students of the existing roster.

        Args:
            size: How many they are.
            columns: The students as texts.
            pick: Called with places in the columns; gives the rows there, to be kept as
                possible candidates.
            others: Further blocking keys of each, such as those of earlier transfers.
        """
        blank = ("",) * size
        named = {
            name: column if len(column) else blank
            for name, column in zip(FIELDS, columns, strict=True)
        }
        self._read(named, pick, others)
        self.size += size

    @abstractmethod
    def _read(
        self,
        named: Named,
        pick: Pick[Row],
        others: Sequence[Iterable[BlockingKey]],
    ) -> None:
        """Read some students; their numbers begin at `size`."""

    @abstractmethod
    def blocks(self) -> PartBlocks:
        """Return what was found, when all is read."""


class RosterBlocks:
    """What blockers have found in the parts of the existing roster, taken together.

    Attributes:
        size: How many students the roster has.
    """

    def __init__(
        self, incoming: SoughtStudents, parts: Iterable[PartBlocks], settings: Settings
    ) -> None:
        """Take what was found, in the order of the parts."""
        listed = [*parts]
        self._keys, self._all_keys = incoming.keys, incoming.all_keys
        self._limit = settings.per_key_limit
        self._most = settings.candidates_compared
        self._starts = [*accumulate((each.size for each in listed), initial=0)]
        self.size = self._starts[-1]
        self._counts: dict[Term, int] = defaultdict(int)
        for each in listed:
            for term, count in each.counts.items():
                self._counts[term] += count
        self._sort_out([each.sharing for each in listed])

    def _sort_out(self, sharing: Sequence[Shared]) -> None:
        """Tell the keys that are too common from others, in all parts together."""
        found: dict[BlockingKey, list[int]] = {}
        for start, each in zip(self._starts, sharing, strict=False):
            for key, numbers in each.items():
                together = found.setdefault(key, [])
                room = self._limit + 1 - len(together)
                together += [start + number for number in numbers[: max(0, room)]]
        self._overflowing: Collection[BlockingKey] = {
            key for key, each in found.items() if len(each) > self._limit
        }
        self._few: Shared = {
            key: each for key, each in found.items() if key not in self._overflowing
        }

    @property
    def parts(self) -> int:
        """How many parts there are."""
        return len(self._starts) - 1

    def frequencies(self) -> Frequencies:
        """Return how common the incoming students' terms are in the existing roster."""
        return Frequencies(self.size, dict(self._counts))

    def shared(self, place: int) -> tuple[Shared, frozenset[BlockingKey]]:
        """Return who shares each key of an incoming student; and those too common."""
        keys = self._keys[place].all
        few = {key: self._few[key] for key in keys if key in self._few}
        return few, keys.intersection(self._overflowing)

    def candidates(self, place: int) -> tuple[set[int], bool]:
        """Return the numbers of an incoming student's candidates; see `apart`.

        The second value says whether some were left out.
        """
        return choose_candidates(
            self._keys[place], self._few, self._overflowing, self._most
        )

    def chosen(self) -> tuple[list[Chosen], set[int]]:
        """Return for each part the candidates there; and of whom some were left out."""
        found: list[Chosen] = [{} for _ in range(self.parts)]
        truncated = set[int]()
        for place in range(len(self._keys)):
            numbers, is_truncated = self.candidates(place)
            if is_truncated:
                truncated.add(place)
            for mine, some in zip(found, self.apart(numbers), strict=True):
                if some:
                    mine[place] = some
        return found, truncated

    def apart(self, numbers: Iterable[int]) -> list[list[int]]:
        """Return for each part which of some students are there, by its own numbers."""
        listed = sorted(numbers)
        return [
            [number - start for number in listed if start <= number < end]
            for start, end in pairwise(self._starts)
        ]
