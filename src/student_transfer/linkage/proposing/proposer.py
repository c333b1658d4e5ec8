"""From candidates to proposals: score, learn from the whole import, decide.

Scoring is by far the most work and each incoming student's is its own, so it can be
shared out among processes; what is learnt, and the decision, are of all together.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter

import attrs

from student_transfer.linkage.bulk_blocking.backend import has_numpy
from student_transfer.linkage.comparing.comparison import Agreement, Comparison
from student_transfer.linkage.comparing.families import Groups
from student_transfer.linkage.comparing.frequencies import Frequencies, birth_text
from student_transfer.linkage.comparing.levels import SWAP, Level, bits
from student_transfer.linkage.comparing.prior import Prior, Sums
from student_transfer.linkage.comparing.scoring import Scorer, least_offered
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.profile import Profile, TextColumns
from student_transfer.linkage.proposing.assignment import found_share
from student_transfer.linkage.proposing.deciding import Suggestion, decide
from student_transfer.students import StudentKey

AsColumns = Callable[[Sequence[StudentKey]], TextColumns]
"""Gives students of the site as columns of texts, as far as texts tell all of them."""


Agreed = tuple[tuple[str, Level], ...]
"""The fields that two students both have, each with its level."""


@attrs.frozen(repr=False)
class Scored:
    """What some incoming students' comparisons came to.

    Attributes:
        sums: For each of them the sums of each candidate who may be a match; see
            `Scorer.sums`.
        levels: At which levels they agree, of those who may be offered.
        groups: The families of the site that they meet.
    """

    sums: Mapping[StudentKey, Mapping[StudentKey, Sums]]
    levels: Mapping[StudentKey, Mapping[StudentKey, Agreed]]
    groups: Groups


class Proposer:
    """Proposes for the students of one import whom to match (PREV-3)."""

    def __init__(
        self,
        incoming: Mapping[StudentKey, Profile],
        candidates: Mapping[StudentKey, Collection[StudentKey]],
        existing: Mapping[StudentKey, Profile],
        frequencies: Frequencies,
        settings: Settings,
        *,
        as_columns: AsColumns | None = None,
    ) -> None:
        """Take the students, and for each incoming one the candidates.

        Args:
            incoming: The students of the import.
            candidates: For each of them, students of the site.
            existing: Those students of the site; asked for one by one.
            frequencies: How common values are on the site.
            settings: Thresholds, limits and levels.
            as_columns: Gives students of the site so; with it most candidates are
                pruned at a glance.
        """
        self._as_columns = as_columns
        self._incoming = incoming
        self._candidates = candidates
        self._existing = existing
        self._settings = settings
        self._frequencies = frequencies
        learnt = frequencies.learnt_from(incoming.values(), settings.most_share)
        self._scorer = Scorer(learnt, settings)
        self._least = least_offered(settings) - self._scorer.prior.bits

    def score(self, keys: Iterable[StudentKey]) -> Scored:
        """Compare some of the incoming students with their candidates."""
        groups = Groups()
        sums: dict[StudentKey, dict[StudentKey, Sums]] = {}
        levels: dict[StudentKey, dict[StudentKey, Agreed]] = {}
        for key, candidates in self._plausible([*keys]):
            one = self._incoming[key]
            mine, told = sums[key], levels[key] = {}, {}
            for candidate in candidates:
                other = self._existing[candidate]
                groups.add(one, other)
                found = self._scorer.weigh(one, other)
                if found is not None:
                    mine[candidate], parts = found
                    if mine[candidate][0] >= self._least:
                        told[candidate] = tuple(map(_field_and_level, parts))
        return Scored(sums, levels, groups)

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
            pruner = Pruner(self._scorer, {key: self._incoming[key] for key in some})
            candidates = {key: self._candidates[key] for key in some}
            yield from pruner.keep_plausible(candidates, self._as_columns).items()

    def propose(
        self,
        scored: Iterable[Scored],
        *,
        decided: Mapping[StudentKey, StudentKey | None],
        truncated: Collection[StudentKey],
    ) -> tuple[Suggestion, ...]:
        """Decide about all incoming students, in their order.

        Args:
            scored: What `score` gave for all of them, in any number of parts. A
                student may be in several, with other candidates in each.
            decided: What people have decided.
            truncated: Of whom some candidates were left out.
        """
        groups = Groups()
        sums: dict[StudentKey, dict[StudentKey, Sums]] = {}
        levels: dict[StudentKey, dict[StudentKey, Agreed]] = {}
        for part in scored:
            groups.merge(part.groups)
            for key, each in part.sums.items():
                sums.setdefault(key, {}).update(each)
                levels.setdefault(key, {}).update(part.levels[key])
        has_dates = self._has_dates(sums, levels)
        odds = self._learn(groups, self._with_exchanged(sums, levels))
        may_be_missed = {
            key: not (has_dates and _is_dated(one))
            for key, one in self._incoming.items()
            if key in truncated
        }

        def agreement(one: StudentKey, other: StudentKey) -> Agreement:
            known = levels.get(one, {}).get(other)
            if known is None:  # a person has decided for somebody unlikely
                return self.compare(one, other).agreement
            return Agreement(dict(known))

        found = decide(
            odds, agreement, self._settings, decided=decided, truncated=may_be_missed
        )
        return tuple(found[key] for key in self._incoming)

    def compare(self, one: StudentKey, other: StudentKey) -> Comparison:
        """Compare an incoming student with a candidate, and keep every step."""
        return self._scorer.compare(self._incoming[one], self._existing[other])

    def _probable(self, sums: Mapping[StudentKey, Sums]) -> StudentKey | None:
        """Return a student's best candidate, where more likely the child than not."""
        best = max(sums, key=lambda other: (sums[other][0], other), default=None)
        if best is None or self._scorer.prior.bits + sums[best][0] <= 0:
            return None
        return best

    def _has_dates(
        self,
        sums: Mapping[StudentKey, Mapping[StudentKey, Sums]],
        levels: Mapping[StudentKey, Mapping[StudentKey, Agreed]],
    ) -> bool:
        """Return whether the site has whole dates of birth of nine students in ten.

        Only there is a student with a date found by it, however common the name is. As
        do those show whom dated students meet; where they meet nobody, that anybody
        has the date of one of them.
        """
        found = undated = 0
        dated = {key: one for key, one in self._incoming.items() if _is_dated(one)}
        for key in dated:
            best = self._probable(sums.get(key, {}))
            if best is not None:
                found += 1
                born = dict(levels[key].get(best, ())).get("date_of_birth")
                undated += born in _NO_WHOLE_DATES
        if found:
            return undated <= _FEW * found
        counts = self._frequencies.counts
        births = {birth_text(one.born) for one in dated.values() if one.born}
        return any(counts.get(("born", each)) for each in births)

    def _with_exchanged(
        self,
        sums: Mapping[StudentKey, Mapping[StudentKey, Sums]],
        levels: Mapping[StudentKey, Mapping[StudentKey, Agreed]],
    ) -> Mapping[StudentKey, Mapping[StudentKey, Sums]]:
        """Learn how often given and family name are exchanged (MATCH-3).

        It is a slip of one in a hundred, or how one of the two sites writes names.
        """
        found = exchanged = 0
        for key, each in sums.items():
            best = self._probable(each)
            if best is not None:
                found += 1
                exchanged += _are_exchanged(levels[key].get(best, ()))
        share = (exchanged + _ASSUMED * SWAP.m) / (found + _ASSUMED)
        more = bits(share / SWAP.m)
        if more <= 0:
            return sums
        return {
            key: {
                other: (one + more, sibling + more, twin + more)
                if _are_exchanged(levels[key].get(other, ()))
                else (one, sibling, twin)
                for other, (one, sibling, twin) in each.items()
            }
            for key, each in sums.items()
        }

    def _learn(
        self, groups: Groups, sums: Mapping[StudentKey, Mapping[StudentKey, Sums]]
    ) -> dict[StudentKey, dict[StudentKey, float]]:
        """Learn of families and of how many are there; give each candidate's odds."""
        settings, size = self._settings, self._scorer.tables.size
        families = groups.families(settings)
        expected = settings.expected_share
        prior = Prior.of(size, expected, families)
        odds = {
            key: {other: prior.odds(each) for other, each in sums.get(key, {}).items()}
            for key in self._incoming
        }
        share = found_share(odds.values(), expected, settings.most_share)
        more = Prior.of(size, share, families).bits - prior.bits
        return {
            key: {other: one + more for other, one in others.items()}
            for key, others in odds.items()
        }


_field_and_level = attrgetter("field", "level")


def _are_exchanged(levels: Agreed) -> bool:
    return any(field == "full_name" for field, _ in levels)


def _is_dated(one: Profile) -> bool:
    """Return whether a student's whole date of birth is known."""
    return bool(one.born and one.born[2])


_NO_WHOLE_DATES = frozenset({None, Level.SAME_MONTH, Level.SAME_YEAR})
"""How dates of birth agree where one of them is missing or known in part."""

_FEW = 0.1
"""Where a larger share has no whole date, some one in ten of the dated students who are
not found is there all the same, as likely as a possible match that is offered."""

_ASSUMED = 100
"""So many students are taken to have shown how often names are exchanged."""

_AT_ONCE = 5000
"""So many incoming students' candidates are looked at together: some 50 MB of them."""
