"""From what each pair came to, to the proposals: learn from the whole import, decide.

What is learnt, and the decision, are of all incoming students together.
"""

from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

import attrs

from student_transfer.linkage.comparing.comparison import Agreement
from student_transfer.linkage.comparing.families import Families
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.learnt_frequencies import with_defaults_of
from student_transfer.linkage.comparing.levels import SWAP, bits
from student_transfer.linkage.comparing.prior import Prior, Sums
from student_transfer.linkage.comparing.review_reasons import NO_WHOLE_DATES
from student_transfer.linkage.comparing.scoring import SWAPS_LEARNT
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.comparing.weights import counted_size
from student_transfer.linkage.profiles.births import KnownBirth, birth_text
from student_transfer.linkage.profiles.profile import Profile
from student_transfer.linkage.proposing.assignment import found_share
from student_transfer.linkage.proposing.deciding import (
    Completeness,
    Decided,
    Suggestion,
    decide,
)
from student_transfer.linkage.proposing.pair_scoring import Scored
from student_transfer.students import StudentKey


def propose(
    incoming: Mapping[StudentKey, Profile],
    scored: Iterable[Scored],
    frequencies: Frequencies,
    settings: Settings,
    *,
    decided: Decided,
    truncated: Collection[StudentKey],
) -> tuple[Suggestion, ...]:
    """Propose for all incoming students whom to match, in their order (PREV-3).

    Args:
        incoming: All students of the import.
        scored: What comparing them came to, in any number of parts. A student may be in
            several, with other candidates in each.
        frequencies: How common values are on the site.
        settings: Thresholds, limits and levels.
        decided: What people have decided.
        truncated: Of whom some candidates were left out.
    """
    found = Scored.together(scored)
    whole = _WholeImport(incoming, found, frequencies, settings)

    def agreement_of(one: StudentKey, other: StudentKey) -> Agreement:
        # The levels are there of everybody who may be shown; see `Scored`.
        return Agreement(dict(found.levels[one][other]))

    proposed = decide(
        whole.odds(),
        agreement_of,
        settings,
        decided=decided,
        completeness=whole.completeness(truncated),
    )
    return tuple(proposed[key] for key in incoming)


@attrs.frozen(slots=False, repr=False)
class _WholeImport:
    """What the comparisons of all students of an import show together."""

    incoming: Mapping[StudentKey, Profile]
    scored: Scored
    frequencies: Frequencies
    settings: Settings

    def odds(self) -> dict[StudentKey, dict[StudentKey, float]]:
        """Return the log2 odds of each candidate, by all that is learnt.

        That is how often names are swapped, of families, and of how many are there.
        """
        settings = self.settings
        prior = Prior.of(self._size, settings.expected_share, self._families)
        sums = self._with_swaps()
        odds = {
            key: {other: prior.odds(each) for other, each in sums.get(key, {}).items()}
            for key in self.incoming
        }
        share = found_share(odds.values(), settings.expected_share, settings.most_share)
        more = Prior.of(self._size, share, self._families).bits - prior.bits
        return {
            key: {other: one + more for other, one in others.items()}
            for key, others in odds.items()
        }

    def completeness(
        self, truncated: Collection[StudentKey]
    ) -> dict[StudentKey, Completeness]:
        """Return of whom not every candidate was compared, and whether that matters.

        Whoever has a date of birth is found by it where the site has dates, however
        common the name is.
        """
        if not truncated:
            return {}
        has_dates = self._has_dates()
        return {
            key: Completeness.CUT
            if has_dates and self._is_dated(one)
            else Completeness.MAY_MISS_THE_MATCH
            for key, one in self.incoming.items()
            if key in truncated
        }

    @property
    def _size(self) -> int:
        return counted_size(self.frequencies, self.settings)

    @cached_property
    def _families(self) -> Families:
        return self.scored.groups.families(self.settings)

    @cached_property
    def _best(self) -> dict[StudentKey, StudentKey]:
        """Each student's best candidate, where more likely the child than not."""
        share = self.settings.expected_share
        prior = Prior.of(self._size, share, self._families).bits
        found = {}
        for key, sums in self.scored.sums.items():
            best = max(sums, key=lambda other: (sums[other][0], other), default=None)
            if best is not None and prior + sums[best][0] > 0:
                found[key] = best
        return found

    @cached_property
    def _known_birth(self) -> KnownBirth:
        return with_defaults_of(self.frequencies, self.incoming.values()).known_birth

    def _is_dated(self, one: Profile) -> bool:
        """Return whether a whole date of birth is known that no program filled in."""
        born = self._known_birth(one.born)
        return bool(born and born[2])

    def _has_dates(self) -> bool:
        """Return whether the site has whole dates of birth of nine students in ten.

        Judged by the best candidates of the dated incoming students; if they have none,
        by whether any student of the site has one of their dates.
        """
        dated = {k: one for k, one in self.incoming.items() if self._is_dated(one)}
        best = {key: other for key, other in self._best.items() if key in dated}
        if best:
            undated = sum(
                dict(self.scored.levels[key].get(other, ())).get("date_of_birth")
                in NO_WHOLE_DATES
                for key, other in best.items()
            )
            return undated <= _FEW * len(best)
        counts = self.frequencies.counts
        births = {birth_text(one.born) for one in dated.values() if one.born}
        return any(counts.get(("born", each)) for each in births)

    def _with_swaps(self) -> Mapping[StudentKey, Mapping[StudentKey, Sums]]:
        """Learn how often given and family name are swapped (MATCH-3).

        It is a slip of one in a hundred, or how one of the two sites writes names.
        """
        sums, learnable = self.scored.sums, self.scored.learnable
        swapped = sum(pair in learnable for pair in self._best.items())
        share = (swapped + _ASSUMED * SWAP.m) / (len(self._best) + _ASSUMED)
        more = bits(share / SWAP.m)
        if more <= 0 or not learnable:
            return sums
        found = {key: {**each} for key, each in sums.items()}
        for (key, other), most in learnable.items():
            gain = max(0.0, more + most - SWAPS_LEARNT)
            one, sibling, twin = sums[key][other]
            found[key][other] = one + gain, sibling + gain, twin + gain
        return found


_FEW = 0.1
"""Where a larger share has no whole date, some one in ten of the dated students who are
not found is there all the same, as likely as a possible match that is offered."""

_ASSUMED = 100
"""So many students are taken to have shown how often names are swapped."""
