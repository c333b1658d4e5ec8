"""Comparing the students of an import with their candidates, pair by pair.

Scoring is by far the most work and each incoming student's is its own, so it can be
shared out among processes. What comes of it is small, and is put together again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

import attrs

from student_transfer.linkage.bulk_blocking.backend import has_numpy
from student_transfer.linkage.comparing.families import Groups
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.learnt_frequencies import learnt_from
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.prior import Sums
from student_transfer.linkage.comparing.scoring import Scorer, may_be_learnt
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.profile import Profile, TextColumns
from student_transfer.students import StudentKey

ProfileOf = Callable[[StudentKey], Profile]
"""Gives a student of the site in normal form."""

AsColumns = Callable[[Sequence[StudentKey]], TextColumns]
"""Gives students of the site as columns of texts, as far as texts tell all of them."""

Agreed = tuple[tuple[str, Level], ...]
"""The fields that two students both have, each with its level."""


@attrs.frozen(repr=False)
class Scored:
    """What some incoming students' comparisons came to.

    Attributes:
        sums: For each of them the sums of each candidate who may be a match; see
            `Scorer.weigh`.
        levels: At which levels each of these agrees.
        groups: The families of the site that they meet.
        learnable: Of each whose names are swapped, how many bits may be learnt of that;
            see `may_be_learnt`.
    """

    sums: Mapping[StudentKey, Mapping[StudentKey, Sums]]
    levels: Mapping[StudentKey, Mapping[StudentKey, Agreed]]
    groups: Groups
    learnable: Mapping[tuple[StudentKey, StudentKey], float]

    @classmethod
    def together(cls, parts: Iterable["Scored"]) -> "Scored":
        """Return what all parts came to; a student may be in several of them."""
        groups = Groups()
        sums: dict[StudentKey, dict[StudentKey, Sums]] = {}
        levels: dict[StudentKey, dict[StudentKey, Agreed]] = {}
        learnable: dict[tuple[StudentKey, StudentKey], float] = {}
        for part in parts:
            groups.merge(part.groups)
            learnable.update(part.learnable)
            for key, each in part.sums.items():
                sums.setdefault(key, {}).update(each)
                levels.setdefault(key, {}).update(part.levels[key])
        return cls(sums, levels, groups, learnable)


class PairScorer:
    """Compares the students of one import with their candidates."""

    def __init__(
        self,
        incoming: Mapping[StudentKey, Profile],
        candidates: Mapping[StudentKey, Collection[StudentKey]],
        profile_of: ProfileOf,
        frequencies: Frequencies,
        settings: Settings,
        *,
        as_columns: AsColumns | None = None,
    ) -> None:
        """Take the students, and for each incoming one the candidates.

        Args:
            incoming: All students of the import.
            candidates: For each of them, students of the site.
            profile_of: Gives those students of the site, one by one.
            frequencies: How common values are on the site.
            settings: Thresholds, limits and levels.
            as_columns: Gives students of the site so; with it most candidates are
                pruned at a glance.
        """
        self._incoming = incoming
        self._candidates = candidates
        self._profile_of = profile_of
        self._settings = settings
        self._as_columns = as_columns
        learnt = learnt_from(frequencies, incoming.values(), settings.most_share)
        self._scorer = Scorer(learnt, settings)

    def score(self, keys: Iterable[StudentKey]) -> Scored:
        """Compare some of the incoming students with their candidates."""
        groups, known = Groups(), self._scorer.known_birth
        sums: dict[StudentKey, dict[StudentKey, Sums]] = {}
        levels: dict[StudentKey, dict[StudentKey, Agreed]] = {}
        learnable: dict[tuple[StudentKey, StudentKey], float] = {}
        for key, candidates in self._plausible([*keys]):
            one = self._incoming[key]
            mine, told = sums[key], levels[key] = {}, {}
            for candidate in candidates:
                other = self._profile_of(candidate)
                groups.add(one, other, known)
                found = self._scorer.weigh(one, other)
                if found is not None:
                    mine[candidate], evidence = found
                    told[candidate] = tuple(map(_field_and_level, evidence))
                    more = may_be_learnt(evidence)
                    if more:
                        learnable[key, candidate] = more
        return Scored(sums, levels, groups, learnable)

    def _plausible(
        self, keys: Sequence[StudentKey]
    ) -> Iterator[tuple[StudentKey, Collection[StudentKey]]]:
        """Leave out the candidates who are pruned at a glance, where that is quick."""
        if self._as_columns is None or self._settings.comparisons or not has_numpy():
            yield from ((key, self._candidates[key]) for key in keys)
            return
        from student_transfer.linkage.pruning.pruner import Pruner  # noqa: PLC0415 - numpy

        for start in range(0, len(keys), _AT_ONCE):
            some = keys[start : start + _AT_ONCE]
            pruner = Pruner(
                {key: self._incoming[key] for key in some},
                {key: self._candidates[key] for key in some},
                self._as_columns,
            )
            yield from pruner.plausible(self._scorer).items()


_field_and_level = attrgetter("field", "level")

_AT_ONCE = 5000
"""So many incoming students' candidates are looked at together: some 50 MB of them."""
