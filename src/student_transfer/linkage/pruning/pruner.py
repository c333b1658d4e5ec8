"""Pruning at a glance, with numpy, the pairs that no comparison could make a match.

Most candidates share one key with a student and nothing else. What `Scorer.weigh` would
find in their names and dates is bounded from above here, for many pairs at once; a pair
is pruned only where even the bound is hopeless. So the proposals are the same, sooner.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from student_transfer.linkage.bulk_blocking.numbers import Flags, Numbers
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.profiles.profile import Profile, TextColumns
from student_transfer.linkage.pruning.field_bounds import FieldBounds
from student_transfer.linkage.pruning.name_bounds import NameBounds
from student_transfer.linkage.pruning.name_numbers import Bits
from student_transfer.linkage.pruning.pairs import CODE, ID, Pairs
from student_transfer.linkage.pruning.student_numbers import StudentNumbers
from student_transfer.students import StudentKey

_ROUNDED = 1e-6
"""Bits by which a sum may be another one when it is summed up in another order."""


def _numbers(each: Sequence[int]) -> Numbers:
    return np.array(each, np.int64)


class Pruner:
    """Tells the pairs worth comparing from those that are pruned at a glance."""

    def __init__(
        self,
        incoming: Mapping[StudentKey, Profile],
        candidates: Mapping[StudentKey, Collection[StudentKey]],
        as_columns: Callable[[Sequence[StudentKey]], TextColumns],
    ) -> None:
        """Take the students, in numbers.

        Args:
            incoming: The incoming students.
            candidates: For each of them the candidates.
            as_columns: Gives candidates as columns; those of whom texts do not tell all
                stay.
        """
        self._students = list(incoming.values())
        self._candidates = candidates
        self._numbers = numbers = StudentNumbers(self._students)
        listed = list({other: None for each in candidates.values() for other in each})
        existing = numbers.of_candidates(listed, as_columns)
        numbers.names.relate()
        place = {key: at for at, key in enumerate(incoming)}
        known = {other: at for at, other in enumerate(listed)}
        mine = [place[key] for key, others in candidates.items() for _ in others]
        theirs = [known[other] for others in candidates.values() for other in others]
        self._pairs = Pairs(numbers.incoming, existing, *map(_numbers, (mine, theirs)))

    def plausible(self, scorer: Scorer) -> dict[StudentKey, list[StudentKey]]:
        """Leave out the candidates of whom `Scorer.weigh` would make nothing.

        Whoever families are learnt from stays, too.
        """
        if not len(self._pairs):
            return {key: [] for key in self._candidates}
        glance = _Glance(scorer, self._students, self._numbers)
        keeps = iter((~glance.prunes(self._pairs)).tolist())
        return {
            key: [other for other in others if next(keeps)]
            for key, others in self._candidates.items()
        }


class _Glance:
    """What is told at a glance, by what a scorer weighs."""

    def __init__(
        self, scorer: Scorer, incoming: Sequence[Profile], numbers: StudentNumbers
    ) -> None:
        self._scorer, self._numbers = scorer, numbers
        self._names = NameBounds.of(scorer, incoming)
        self._fields = FieldBounds.of(scorer, incoming)

    def prunes(self, pairs: Pairs) -> Flags:
        """Return which pairs are pruned: many by what is plainly unlike alone."""
        names = self._numbers.names
        dated = self._fields.with_known_births(pairs)
        births = self._fields.of_births(pairs, dated)
        at_most = self._names.at_most(pairs, names)
        pruned = self._prunes(pairs, dated, at_most + births)
        rest = np.flatnonzero(~pruned)
        some = pairs.at(rest)
        compared = self._names.compared(some, names, self._scorer.names)
        pruned[rest] = self._prunes(some, dated.at(rest), compared + births[rest])
        return pruned

    def _prunes(self, pairs: Pairs, dated: Pairs, core: Bits) -> Flags:
        """Return which pairs are pruned.

        Args:
            pairs: The pairs as they are written.
            dated: The same, with what is known of their dates.
            core: What names and dates weigh at most.
        """
        scorer, fields, numbers = self._scorer, self._fields, self._numbers
        most = scorer.prior.bits + core
        needs = scorer.needs
        hopeless = (most < needs.home) & (
            (most < needs.postcode) | ~pairs.may_be_one_home()
        )
        saved, family = pairs.are_saved(), pairs.are_family(numbers.names)
        pruned = hopeless & ~saved & ~family
        known = np.flatnonzero(pruned & (most >= needs.identifier) & pairs.both(CODE))
        pruned[known] = ~pairs.at(known).are_near(CODE, numbers.postcodes)
        rest = np.flatnonzero(~pruned & ~saved & ~family)
        bound = most[rest] + fields.of_rest(dated.at(rest), numbers.postcodes)
        pruned[rest] = bound < scorer.least_possible_bits - _ROUNDED
        known = np.flatnonzero(pruned & pairs.both(ID))
        pruned[known] = ~pairs.at(known).are_near(ID, numbers.national_ids)
        doubtful = np.flatnonzero(pruned)
        pruned[doubtful] = ~pairs.at(doubtful).may_be_swapped(numbers.names)
        return pruned
