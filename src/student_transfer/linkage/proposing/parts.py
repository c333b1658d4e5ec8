"""Linking two rosters, the existing one read in parts, each compared where it is.

A part keeps the rows that it has read. What passes between parts is small: numbers of
students and how common values are, then what comparing came to. So parts can be read
and compared in processes of their own, and it comes to the same as in one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.profile import Profile, Told
from student_transfer.linkage.proposing.deciding import Suggestion
from student_transfer.linkage.proposing.proposer import Proposer, Scored
from student_transfer.linkage.sieving.choice import sifted_of
from student_transfer.linkage.sieving.sieve import Harvest, Incoming, Sieve, Sifted
from student_transfer.students import StudentKey

Row = TypeVar("Row")

Profiles = Mapping[StudentKey, Profile]


@attrs.frozen
class Rows(Generic[Row]):
    """How a row of the existing roster is read.

    Attributes:
        key: Gives its key.
        profile: Gives the student in normal form.
        told: Gives students as texts, as far as that is all of them.
    """

    key: Callable[[Row], StudentKey]
    profile: Callable[[Row], Profile]
    told: Callable[[Sequence[Row]], Told]


@attrs.frozen
class Wanted:
    """What a part shall compare.

    Attributes:
        candidates: For each incoming student the numbers of the candidates there.
        frequencies: How common the incoming students' terms are in all parts.
    """

    candidates: Mapping[StudentKey, Sequence[int]]
    frequencies: Frequencies


class Part(Generic[Row]):
    """A part of the existing roster that a sieve has read."""

    def __init__(
        self, sieve: Sieve[Row], rows: Rows[Row], incoming: Profiles, settings: Settings
    ) -> None:
        """Take the sieve when it has read all, and the incoming students.

        The sieve is not kept: what it has learnt of names takes much room.
        """
        self._harvest = sieve.harvest()
        self._rows = sieve.rows
        self._kind = rows
        self._incoming = incoming
        self._settings = settings

    def harvest(self) -> Harvest:
        """Return what the sieve has found."""
        return self._harvest

    def score(self, wanted: Wanted) -> Scored:
        """Compare the incoming students with their candidates here."""
        numbers = {number for each in wanted.candidates.values() for number in each}
        rows = self._rows.of(numbers)
        keys = {number: self._kind.key(row) for number, row in rows.items()}
        there = {keys[number]: row for number, row in rows.items()}
        proposer = Proposer(
            self._incoming,
            {
                key: [keys[number] for number in each]
                for key, each in wanted.candidates.items()
            },
            _Profiles(self._kind.profile, there),
            wanted.frequencies,
            self._settings,
            told=lambda some: self._kind.told([there[key] for key in some]),
        )
        return proposer.score([*wanted.candidates])


class Parts(ABC):
    """All parts of the existing roster, in their order, wherever they are."""

    @abstractmethod
    def harvest(self) -> Sequence[Harvest]:
        """Return what the sieve of each part has found."""

    @abstractmethod
    def score(self, wanted: Sequence[Wanted]) -> Sequence[Scored]:
        """Compare in each part what is wanted there."""


class Here(Parts):
    """Parts that are compared one after the other."""

    def __init__(self, *parts: Part[Any]) -> None:
        """Take the parts."""
        self._parts = parts

    def harvest(self) -> list[Harvest]:
        """Return what the sieve of each part has found."""
        return [part.harvest() for part in self._parts]

    def score(self, wanted: Sequence[Wanted]) -> list[Scored]:
        """Compare in each part what is wanted there."""
        asked = zip(self._parts, wanted, strict=True)
        return [part.score(each) for part, each in asked]


def link_parts(
    incoming: Profiles,
    sought: Incoming,
    parts: Parts,
    settings: Settings,
) -> tuple[Suggestion, ...]:
    """Propose matches with what sieves have kept of the existing roster.

    Args:
        incoming: The incoming students.
        sought: The same, as given to the sieves.
        parts: The existing roster.
        settings: Thresholds and limits.
    """
    sifted = sifted_of(sought, parts.harvest(), settings)
    return link_sifted(incoming, sifted, parts, settings)


def link_sifted(
    incoming: Profiles, sifted: Sifted, parts: Parts, settings: Settings
) -> tuple[Suggestion, ...]:
    """Propose the same, where it is sifted already what was found in the parts."""
    keys, (chosen, truncated) = [*incoming], sifted.chosen()
    frequencies = sifted.frequencies()
    wanted = [
        Wanted({keys[place]: some for place, some in each.items()}, frequencies)
        for each in chosen
    ]
    scored = parts.score(wanted)
    proposer = Proposer(incoming, {}, {}, frequencies, settings)
    return proposer.propose(
        scored, decided={}, truncated={keys[place] for place in truncated}
    )


class _Profiles(dict[StudentKey, Profile]):
    """Students in normal form, each brought into it when asked for, and not kept.

    Few are asked for twice, and a profile takes ten times the room of the row.
    """

    def __init__(
        self, make: Callable[[Row], Profile], rows: Mapping[StudentKey, Row]
    ) -> None:
        super().__init__()
        self._make = make
        self._rows = rows

    def __missing__(self, key: StudentKey) -> Profile:
        return self._make(self._rows[key])
