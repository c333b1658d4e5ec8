"""What of two rosters levels are learnt from: the candidates, and strangers by lot."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import blake2b
from heapq import nsmallest
from itertools import chain, islice
from typing import TypeVar

import attrs

from student_transfer.linkage.bulk_blocking.backend import (
    blocker_for,
    roster_blocks_of,
    take_students,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    SoughtStudents,
)
from student_transfer.linkage.comparing.families import Groups
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.learnt_frequencies import learnt_from
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import Student, StudentKey

_AT_ONCE = 5000

_LEARNT_FROM = 5000
"""So many incoming students tell enough; what it costs grows with them."""

SAMPLE_SIZE = 2000
"""From so many students of each roster the pairs of strangers are made."""

_One = TypeVar("_One")


@attrs.frozen(kw_only=True)
class LearningSample:
    """What of two rosters the levels are learnt from.

    Attributes:
        incoming: The incoming students, or some of very many.
        existing: The students of the site who are a candidate of one of them.
        candidates: For each incoming student the candidates, in order.
        drawn: Students of the site, drawn by lot, to be compared as strangers.
        frequencies: How common values are, as the matching weighs them.
        groups: The families of the site that the incoming students meet.
    """

    incoming: Mapping[StudentKey, Profile]
    existing: Mapping[StudentKey, Profile]
    candidates: Mapping[StudentKey, Sequence[StudentKey]]
    drawn: Sequence[Profile]
    frequencies: Frequencies
    groups: Groups

    @classmethod
    def read(
        cls,
        coming: Iterable[Student],
        existing: Iterable[Student],
        settings: Settings,
        seed: str,
    ) -> "LearningSample":
        """Read the existing roster once; keep the candidates, and some by lot."""
        some = drawn_by_lot(
            coming, lambda one: one.key, f"incoming {seed}", _LEARNT_FROM
        )
        incoming = {one.key: profile(one) for one in some}
        sought = SoughtStudents(tuple(incoming.values()))
        blocker: RosterBlocker[Student] = blocker_for(sought, settings)
        drawn = list[Student]()
        stream = iter(existing)
        while rows := list(islice(stream, _AT_ONCE)):
            take_students(blocker, rows)
            drawn = drawn_by_lot(
                chain(drawn, rows), lambda one: one.key, f"existing {seed}", SAMPLE_SIZE
            )
        blocks = roster_blocks_of(sought, [blocker.blocks()], settings)
        numbers = {
            key: blocks.candidates(place)[0] for place, key in enumerate(incoming)
        }
        there = blocker.rows.of(set[int]().union(*numbers.values()))
        found = {key: [there[one] for one in each] for key, each in numbers.items()}
        known = {one.key: profile(one) for each in found.values() for one in each}
        candidates = {key: sorted(one.key for one in found[key]) for key in found}
        frequencies = learnt_from(
            blocks.frequencies(), incoming.values(), settings.most_share
        )
        groups = Groups()
        for key, others in candidates.items():
            for other in others:
                groups.add(incoming[key], known[other], frequencies.known_birth)
        return cls(
            incoming=incoming,
            existing=known,
            candidates=candidates,
            drawn=[profile(one) for one in drawn],
            frequencies=frequencies,
            groups=groups,
        )

    def scorer(self, settings: Settings) -> Scorer:
        """Return a scorer that compares as `student_transfer.matching.link` does.

        It takes the expected share for how many students are on the site, where `link`
        learns the share: here the model does, together with the levels.
        """
        return Scorer(self.frequencies, settings, self.groups.families(settings))


def drawn_by_lot(
    them: Iterable[_One], key_of: Callable[[_One], StudentKey], seed: str, most: int
) -> list[_One]:
    """Draw some by lot: the same ones in every process and order."""

    def lot(one: _One) -> bytes:
        return blake2b(
            f"{seed}\0{key_of(one)}".encode(errors="surrogatepass"), digest_size=16
        ).digest()

    return nsmallest(most, them, key=lot)
