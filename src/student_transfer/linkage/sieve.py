"""Linking two whole rosters: what it costs grows with the incoming one.

The existing roster is read once, as a stream, by one sieve or in parts by several. Of
each of its students only the blocking keys that some incoming student has are looked
for; who shares none is counted for the frequencies and forgotten.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from student_transfer.linkage.blocking import (
    BlockingKey,
    choose_candidates,
    email_key,
    id_key,
    keys_of,
)
from student_transfer.linkage.frequencies import Frequencies, Term, terms_of
from student_transfer.linkage.identifiers import email, national_id
from student_transfer.linkage.profile import FIELDS, Profile
from student_transfer.linkage.settings import Settings
from student_transfer.linkage.vocabulary import Vocabulary

Row = TypeVar("Row")

Columns = Sequence[Sequence[str]]
"""Students as texts: for each of `FIELDS` its column, or nothing."""

Named = Mapping[str, Sequence[str]]
"""The same by the names of the fields, blank columns filled in."""


@attrs.frozen
class Harvest(Generic[Row]):
    """What a sieve has kept of a part of the existing roster.

    Attributes:
        size: How many students the part has.
        sharing: For each blocking key of an incoming student the numbers of those who
            share it, counted from 0, up to one more than the limit.
        rows: The rows of those who share a key that is not too common.
        counts: How many have each term of an incoming student.
    """

    size: int
    sharing: Mapping[BlockingKey, Sequence[int]]
    rows: Mapping[int, Row]
    counts: Mapping[Term, int]


class Incoming:
    """The incoming students, in the forms in which a sieve looks for them."""

    def __init__(self, incoming: Sequence[Profile]) -> None:
        """Take the incoming students."""
        self.keys = [keys_of(one) for one in incoming]
        self.all_keys = frozenset[BlockingKey]().union(*self.keys)
        self.terms = frozenset[Term]().union(*map(terms_of, incoming))
        self.parts = Vocabulary()
        for one in incoming:
            self.parts.add(one)
        self.texts = {
            name for one in incoming for name in (one.given.joined, one.family.joined)
        }
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
        for place, text in enumerate(column):
            if text:
                plain = text.isalnum() and text.isascii()
                normal = text.upper() if plain else national_id(text)
                key = self._ids.get(normal)
                if key is not None:
                    yield place, ("national_id", normal), key

    def addressed(self, column: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Find email addresses: the place in the column, and the key."""
        if not self._emails or not any(column):
            return
        for place, text in enumerate(column):
            if text:
                plain = text.isascii()
                key = self._emails.get(text.strip().lower() if plain else email(text))
                if key is not None:
                    yield place, key


class Sieve(ABC, Generic[Row]):
    """Reads the existing roster, or a part, and keeps who may be an incoming student.

    Finds for each incoming student the same candidates as a search for the student's
    blocking keys in a storage would, and counts the same frequencies.
    """

    def __init__(self, incoming: Incoming, settings: Settings) -> None:
        """Take the incoming students."""
        self.size = 0
        self._incoming = incoming
        self._limit = settings.per_key_limit

    def take(
        self,
        rows: Sequence[Row],
        columns: Columns,
        others: Sequence[Iterable[BlockingKey]] = (),
    ) -> None:
        """Read some students of the existing roster.

        Args:
            rows: What is kept of each.
            columns: The same students as texts.
            others: Further blocking keys of each, such as those of earlier transfers.
        """
        blank = ("",) * len(rows)
        named = {
            name: column or blank for name, column in zip(FIELDS, columns, strict=True)
        }
        self._read(rows, named, others)
        self.size += len(rows)

    @abstractmethod
    def _read(
        self,
        rows: Sequence[Row],
        named: Named,
        others: Sequence[Iterable[BlockingKey]],
    ) -> None:
        """Read some students; their numbers begin at `size`."""

    @abstractmethod
    def harvest(self) -> Harvest[Row]:
        """Give what was kept."""


class Sifted(Generic[Row]):
    """What sieves have kept of the parts of the existing roster, taken together.

    Attributes:
        size: How many students the roster has.
    """

    def __init__(
        self, incoming: Incoming, harvests: Iterable[Harvest[Row]], settings: Settings
    ) -> None:
        """Take the harvests in the order of the parts."""
        self.size = 0
        self._keys = incoming.keys
        self._limit = settings.per_key_limit
        self._most = settings.candidates_compared
        self._sharing: dict[BlockingKey, list[int]] = {}
        self._rows: dict[int, Row] = {}
        self._counts: dict[Term, int] = defaultdict(int)
        for each in harvests:
            self._add(each)

    def _add(self, later: Harvest[Row]) -> None:
        for key, numbers in later.sharing.items():
            sharing = self._sharing.setdefault(key, [])
            room = self._limit + 1 - len(sharing)
            sharing += [self.size + number for number in numbers[: max(0, room)]]
        for number, row in later.rows.items():
            self._rows[self.size + number] = row
        for term, count in later.counts.items():
            self._counts[term] += count
        self.size += later.size

    def frequencies(self) -> Frequencies:
        """Say how common the incoming students' terms are in the existing roster."""
        return Frequencies(self.size, dict(self._counts))

    def candidates(self, place: int) -> tuple[set[int], bool]:
        """Give the numbers of an incoming student's candidates; see `row`.

        The second value says whether some were left out.
        """
        keys = self._keys[place]
        sharing = {key: self._sharing[key] for key in keys if key in self._sharing}
        overflowing = {key for key, rows in sharing.items() if len(rows) > self._limit}
        return choose_candidates(
            keys,
            {key: rows for key, rows in sharing.items() if key not in overflowing},
            overflowing,
            self._most,
        )

    def row(self, number: int) -> Row:
        """Give a candidate's row."""
        return self._rows[number]
