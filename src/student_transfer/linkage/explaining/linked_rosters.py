"""Two rosters that were linked, and kept so that it can be said why (PREV-6)."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Generic, TypeVar

from student_transfer.linkage.bulk_blocking.backend import roster_blocks_of
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    SoughtStudents,
)
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.learnt_frequencies import learnt_from
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.explaining.why_not import PairContext, WhyNot, why_not_of
from student_transfer.linkage.proposing.deciding import Suggestion
from student_transfer.linkage.proposing.parts import (
    LocalParts,
    Part,
    Profiles,
    Rows,
    link_blocks,
)
from student_transfer.students import StudentKey

Row = TypeVar("Row")


class LinkedRosters(ABC, Generic[Row]):
    """Two rosters that were linked, wherever their students come from.

    Attributes:
        suggestions: What is proposed for each incoming student, by key, in their order.
    """

    suggestions: Mapping[StudentKey, Suggestion]

    def __init__(
        self,
        incoming: Profiles,
        sought: SoughtStudents,
        blocker: RosterBlocker[Row],
        rows: Rows[Row],
        settings: Settings,
    ) -> None:
        """Link.

        Args:
            incoming: The incoming students.
            sought: The same, as the blocker was given them.
            blocker: What has read the existing roster.
            rows: How a row of that is read.
            settings: Thresholds and limits.
        """
        parts = LocalParts(Part(blocker, rows, incoming, settings))
        self._blocks = roster_blocks_of(sought, parts.blocks(), settings)
        found = link_blocks(incoming, self._blocks, parts, settings)
        self.suggestions = dict(zip(incoming, found, strict=True))
        self._incoming = incoming
        self._found = blocker.rows
        self._rows = rows
        self._settings = settings

    def __repr__(self) -> str:
        """Count the students, and name none."""
        name = type(self).__name__
        return f"<{name} of {len(self.suggestions)} incoming students>"

    def suggestion(self, key: StudentKey) -> Suggestion:
        """Return what is proposed for an incoming student; refuse anybody else."""
        if key not in self.suggestions:
            raise self._unknown(key)
        return self.suggestions[key]

    def likeliest(self, key: StudentKey) -> StudentKey | None:
        """Return the existing student who is likeliest the incoming one.

        That is the best candidate. Where there is none, since whoever is possible is
        rather another incoming student's match, it is that one; None if nobody is.
        Whoever is no incoming student is refused as by `suggestion`.
        """
        suggestion = self.suggestion(key)
        if suggestion.candidates:
            return suggestion.candidates[0].key
        if not suggestion.is_taken:
            return None
        numbers, _ = self._blocks.candidates(self._place(key))
        scorer, one = Scorer(self._learnt, self._settings), self._incoming[key]
        likely = {
            self._rows.key(row): scorer.compare(
                one, self._rows.profile(row)
            ).probability
            for row in self._found.of(numbers).values()
        }
        return min(likely, key=lambda other: (-likely[other], other))

    def why_not(self, key: StudentKey, other: StudentKey) -> WhyNot:
        """Return why an incoming and an existing student are matched, or not.

        Whoever is no incoming student is refused as by `suggestion`.

        Args:
            key: The incoming student's key.
            other: The existing student's key.

        Raises:
            ValueError: Nothing is known of the existing student.
        """
        self.suggestion(key)  # refuses one who is not there
        few, common = self._blocks.shared(self._place(key))
        rows = self._found.of({number for each in few.values() for number in each})
        keys = {number: self._rows.key(row) for number, row in rows.items()}
        known = {keys[number]: row for number, row in rows.items()}
        there = known[other] if other in known else self._beside(other)
        matched = (one for one, each in self.suggestions.items() if each.match == other)
        context = PairContext.of(
            self.suggestions,
            key,
            other,
            taken_by=next((one for one in matched if one != key), None),
            sharing={key: [keys[each] for each in some] for key, some in few.items()},
            overflowing=common,
        )
        profile = self._rows.profile(there)
        return why_not_of(
            self._incoming[key], profile, self._learnt, self._settings, context
        )

    @abstractmethod
    def _unknown(self, key: StudentKey) -> Exception:
        """Return the error for a key that no incoming student has."""

    @abstractmethod
    def _beside(self, other: StudentKey) -> Row:
        """Return an existing student who shares no key that is looked for.

        Raises:
            ValueError: Nothing is known of that one.
        """

    def _place(self, key: StudentKey) -> int:
        return [*self.suggestions].index(key)

    @cached_property
    def _learnt(self) -> Frequencies:
        """How common values are there, with what those who come show."""
        counted, coming = self._blocks.frequencies(), self._incoming.values()
        return learnt_from(counted, coming, self._settings.most_share)
