"""Linking two rosters, the existing one read in parts, each compared where it is.

A part keeps the rows that it has read. What passes between parts is small: numbers of
students and how common values are, then what comparing came to. So parts can be read
and compared in processes of their own, and it comes to the same as in one.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import attrs

from student_transfer.linkage.bulk_blocking.backend import roster_blocks_of
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    PartBlocks,
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.profile import Profile, TextColumns
from student_transfer.linkage.proposing.deciding import Suggestion
from student_transfer.linkage.proposing.pair_scoring import PairScorer, Scored
from student_transfer.linkage.proposing.proposals import propose
from student_transfer.students import StudentKey

Row = TypeVar("Row")

Profiles = Mapping[StudentKey, Profile]


@attrs.frozen
class Rows(Generic[Row]):
    """How a row of the existing roster is read.

    Attributes:
        key: Gives its key.
        profile: Gives the student in normal form.
        as_columns: Gives students as columns of texts, as far as that is all of them.
    """

    key: Callable[[Row], StudentKey]
    profile: Callable[[Row], Profile]
    as_columns: Callable[[Sequence[Row]], TextColumns]


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
    """A part of the existing roster that a blocker has read."""

    def __init__(
        self,
        blocker: RosterBlocker[Row],
        rows: Rows[Row],
        incoming: Profiles,
        settings: Settings,
    ) -> None:
        """Take the blocker when it has read all, and the incoming students.

        The blocker is not kept: what it has learnt of names takes much room.
        """
        self._blocks = blocker.blocks()
        self._rows = blocker.rows
        self._kind = rows
        self._incoming = incoming
        self._settings = settings

    def blocks(self) -> PartBlocks:
        """Return what the blocker has found."""
        return self._blocks

    def score(self, wanted: Wanted) -> Scored:
        """Compare the incoming students with their candidates here."""
        numbers = {number for each in wanted.candidates.values() for number in each}
        rows = self._rows.of(numbers)
        keys = {number: self._kind.key(row) for number, row in rows.items()}
        there = {keys[number]: row for number, row in rows.items()}
        scorer = PairScorer(
            self._incoming,
            {
                key: [keys[number] for number in each]
                for key, each in wanted.candidates.items()
            },
            lambda key: self._kind.profile(there[key]),  # few are asked for twice
            wanted.frequencies,
            self._settings,
            as_columns=lambda some: self._kind.as_columns([there[key] for key in some]),
        )
        return scorer.score([*wanted.candidates])


class Parts(ABC):
    """All parts of the existing roster, in their order, wherever they are."""

    @abstractmethod
    def blocks(self) -> Sequence[PartBlocks]:
        """Return what the blocker of each part has found."""

    @abstractmethod
    def score(self, wanted: Sequence[Wanted]) -> Sequence[Scored]:
        """Compare in each part what is wanted there."""


class LocalParts(Parts):
    """Parts in this process, compared one after the other."""

    def __init__(self, *parts: Part[Any]) -> None:
        """Take the parts."""
        self._parts = parts

    def blocks(self) -> list[PartBlocks]:
        """Return what the blocker of each part has found."""
        return [part.blocks() for part in self._parts]

    def score(self, wanted: Sequence[Wanted]) -> list[Scored]:
        """Compare in each part what is wanted there."""
        asked = zip(self._parts, wanted, strict=True)
        return [part.score(each) for part, each in asked]


def link_parts(
    incoming: Profiles,
    sought: SoughtStudents,
    parts: Parts,
    settings: Settings,
) -> tuple[Suggestion, ...]:
    """Propose matches with what blockers have kept of the existing roster.

    Args:
        incoming: The incoming students.
        sought: The same, as given to the blockers.
        parts: The existing roster.
        settings: Thresholds and limits.
    """
    blocks = roster_blocks_of(sought, parts.blocks(), settings)
    return link_blocks(incoming, blocks, parts, settings)


def link_blocks(
    incoming: Profiles, blocks: RosterBlocks, parts: Parts, settings: Settings
) -> tuple[Suggestion, ...]:
    """Propose the same, where the blocks of all parts are put together already."""
    keys, (chosen, truncated) = [*incoming], blocks.chosen()
    frequencies = blocks.frequencies()
    wanted = [
        Wanted({keys[place]: some for place, some in each.items()}, frequencies)
        for each in chosen
    ]
    scored = parts.score(wanted)
    return propose(
        incoming,
        scored,
        frequencies,
        settings,
        decided={},
        truncated={keys[place] for place in truncated},
    )
