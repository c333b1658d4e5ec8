"""What two rosters without labels teach: how strangers agree, and how one child does.

The model of `estimating`: on which levels pairs meet, counted on strangers, and by
expectation and maximisation on candidates.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from math import exp2, fsum, log2

import attrs

from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.prior import Sums
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.comparing.weights import Evidence
from student_transfer.linkage.profiles.births import Birth, KnownBirth
from student_transfer.linkage.profiles.profile import Profile
from student_transfer.linkage.tuning.learning_sample import (
    SAMPLE_SIZE,
    LearningSample,
    drawn_by_lot,
)
from student_transfer.linkage.tuning.new_levels import (
    SAME_CELL,
    sided,
    tables_of,
    with_frequencies,
    with_tables,
)

Cell = tuple[str, Level]
"""A field's table of levels and one of them."""


# What can be learnt -------------------------------------------------------------------

_ROUGH = frozenset({Level.INITIAL, Level.SAME_MONTH, Level.SAME_YEAR, Level.SHARED})
"""Levels of values of which only a part is known: they share out other pairs."""


def learnable_levels(settings: Settings) -> dict[str, tuple[Level, ...]]:
    """Return the levels that share out every pair that has both values, by table."""
    return {
        table: tuple(level for level in levels if level not in _ROUGH)
        for table, levels in tables_of(settings).items()
        if Level.EXACT in levels and Level.DIFFERENT in levels
    }


def _met(
    evidence: Sequence[Evidence],
    left: Profile,
    right: Profile,
    learnable: Mapping[str, Sequence[Level]],
    known: KnownBirth,
) -> Iterator[Cell]:
    """Yield the levels that a pair meets and that can be learnt.

    Args:
        evidence: What the pair was found to have.
        left: The one student.
        right: The other one.
        learnable: The levels that can be learnt, by table.
        known: Gives what is known of a date of birth, as the scorer took it.
    """
    rough = _rough_fields(left, right, (known(left.born), known(right.born)))
    for each in evidence:
        table = each.table or each.field
        if each.field not in rough and each.level in learnable.get(table, ()):
            yield table, SAME_CELL.get(each.level, each.level)


def _sums(evidence: Sequence[Evidence]) -> Sums:
    """Return what all evidence comes to, of any pair: none is settled early."""
    one = sum(each.weight for each in evidence)
    sibling = sum(each.sibling for each in evidence)
    return one, sibling, sum(each.twin for each in evidence)


def _rough_fields(
    left: Profile, right: Profile, births: tuple[Birth | None, Birth | None]
) -> set[str]:
    """Return the fields of which only a part is known."""
    names = (
        ("given_name", left.given, right.given),
        ("middle_name", left.middle, right.middle),
        ("family_name", left.family, right.family),
    )
    rough = {
        field
        for field, one, other in names
        if len(one.joined) == 1 or len(other.joined) == 1
    }
    if not all(born and born[2] for born in births):
        rough.add("date_of_birth")
    return rough


# Strangers ----------------------------------------------------------------------------

_PAIRS, _PARTNERS = 40_000, 40
"""How many pairs are compared, and with how many others each student is, at most."""

_WORTH = 10
"""So many pairs of one student tell as much as pairs of ever new students would."""

_SEEN = 10
"""How firmly a level's u is held: as if it had been met so often."""


@attrs.frozen
class Strangers:
    """How often any two students meet the levels.

    Attributes:
        counts: For each level how many pairs of strangers are expected to be at it.
        pairs: How many pairs were compared.
        worth: How many independent pairs one of them stands for.
    """

    counts: Mapping[Cell, float]
    pairs: int
    worth: float

    @classmethod
    def count(
        cls,
        sample: LearningSample,
        scorer: Scorer,
        learnable: Mapping[str, Sequence[Level]],
        seed: str,
    ) -> "Strangers":
        """Compare pairs; one that may be a child or a family counts less."""
        coming = drawn_by_lot(
            sample.incoming, lambda key: key, f"incoming {seed}", SAMPLE_SIZE
        )
        found, pairs = defaultdict[Cell, list[float]](list), 0
        for left, right in _pairs(
            [sample.incoming[key] for key in coming], sample.drawn
        ):
            evidence = scorer.evidence(left, right)
            sums = _sums(evidence)
            one = scorer.prior.bits + sums[0]
            family = one - scorer.prior.odds(sums)
            stranger = 1 / (exp2(family) + exp2(one))
            for cell in _met(evidence, left, right, learnable, scorer.known_birth):
                found[cell].append(stranger)
            pairs += 1
        # Summed so that the order does not count: it is another for another seed.
        counts = {cell: fsum(each) for cell, each in found.items()}
        fewer = min(len(sample.incoming), len(sample.drawn))
        return cls(counts, pairs, min(1.0, _WORTH * fewer / max(1, pairs)))

    def applied(
        self, settings: Settings, learnable: Mapping[str, Sequence[Level]]
    ) -> Settings:
        """Return settings with these u; siblings agree more where strangers do."""
        levels = tables_of(settings)
        for table, learnt in learnable.items():
            before = levels[table]
            found = self._shares(table, {level: before[level].u for level in learnt})
            after = {
                level: sided(level, before[level].m, u) for level, u in found.items()
            }
            levels[table] = {**before, **with_frequencies(before, {}, after)}
        return with_tables(settings, levels)

    def _shares(self, table: str, usual: Mapping[Level, float]) -> dict[Level, float]:
        """Estimate the u of a table, each drawn towards the usual one.

        A level of one outcome with another is counted there, and its u goes along.
        """
        cells = {level: u for level, u in usual.items() if level not in SAME_CELL}
        seen = {
            cell: self.worth * self.counts.get((table, cell), 0.0) for cell in cells
        }
        total = fsum(seen.values())
        drawn = {
            cell: (seen[cell] + _SEEN) / (total + _SEEN / share)
            for cell, share in cells.items()
        }
        scale = fsum(cells.values()) / fsum(drawn.values())
        moved = {cell: drawn[cell] * scale / share for cell, share in cells.items()}
        return {
            level: min(1.0, u * moved[SAME_CELL.get(level, level)])
            for level, u in usual.items()
        }


def _pairs(
    left: Sequence[Profile], right: Sequence[Profile]
) -> Iterator[tuple[Profile, Profile]]:
    """Pair each student with as many others, evenly spread."""
    if not left or not right:
        return
    most = min(_PAIRS, _PARTNERS * min(len(left), len(right)))
    each = max(1, most // len(left))
    stride = len(right) / each
    for place, one in enumerate(left):
        for step in range(each):
            yield one, right[(place + int(step * stride)) % len(right)]


# One child ----------------------------------------------------------------------------

_HELD = 300.0
"""How firmly a field's m are held: as if so many children had shown them."""

_SHARE_HELD = 20
"""How firmly the expected share is held: as if so many students had shown it."""

_NEVER = -20.0
"""Bits below which a pair is left out: it is nobody's whatever the levels are."""

_MOST = 500.0


@attrs.frozen
class _Pair:
    """A pair of candidates: log2 odds at the start, and the levels it meets."""

    bits: float
    cells: tuple[Cell, ...]


@attrs.define
class Model:
    """Each incoming student is one of the candidates, or is not there.

    Attributes:
        rows: For each incoming student the candidates.
        start: The m at the start, by table.
        m: The m now.
        expected: The expected share, with which the odds were made.
        most: The highest share to believe in.
        share: The share now.
    """

    rows: Sequence[Sequence[_Pair]]
    start: Mapping[str, Mapping[Level, float]]
    m: Mapping[str, Mapping[Level, float]]
    expected: float
    most: float
    share: float

    @classmethod
    def of(
        cls,
        sample: LearningSample,
        settings: Settings,
        learnable: Mapping[str, Sequence[Level]],
    ) -> "Model":
        """Weigh every pair of candidates once."""
        scorer = sample.scorer(settings)
        rows, known, tables = [], scorer.known_birth, tables_of(settings)
        for key, left in sample.incoming.items():
            row = []
            for other in sample.candidates[key]:
                right = sample.existing[other]
                evidence = scorer.evidence(left, right)
                odds = scorer.prior.odds(_sums(evidence))
                if odds > _NEVER:
                    met = _met(evidence, left, right, learnable, known)
                    row.append(_Pair(min(odds, _MOST), tuple(met)))
            rows.append(row)
        start = {
            table: {
                level: tables[table][level].m
                for level in levels
                if level not in SAME_CELL
            }
            for table, levels in learnable.items()
        }
        share = settings.expected_share
        return cls(rows, start, start, share, settings.most_share, share)

    @property
    def pairs(self) -> int:
        """How many pairs are weighed."""
        return sum(map(len, self.rows))

    def advance(self) -> float:
        """Do one round of EM, and return how well the probabilities before it fit."""
        counts = {table: dict.fromkeys(levels, 0.0) for table, levels in self.m.items()}
        fit, likely = self._expect()
        for row, probabilities in zip(self.rows, likely, strict=True):
            for pair, probability in zip(row, probabilities, strict=True):
                for table, level in pair.cells:
                    counts[table][level] += probability
        self.m = {table: self._drawn(table, each) for table, each in counts.items()}
        share = fsum(chain.from_iterable(likely)) + self.expected * _SHARE_HELD
        self.share = min(share / (len(self.rows) + _SHARE_HELD), self.most)
        return fit

    def fit(self) -> float:
        """Return how well the present probabilities fit, in bits."""
        return self._expect()[0]

    def _expect(self) -> tuple[float, list[list[float]]]:
        """Return how likely each pair is one child, and how well that fits."""
        more = {
            (table, level): log2(m / self.start[table][level])
            for table, levels in self.m.items()
            for level, m in levels.items()
        }
        shift = log2(self.share / (1 - self.share))
        shift -= log2(self.expected / (1 - self.expected))
        fits, likely = [self._held()], []
        for row in self.rows:
            odds = [
                exp2(pair.bits + shift + sum(map(more.__getitem__, pair.cells)))
                for pair in row
            ]
            total = 1 + fsum(odds)
            likely.append([each / total for each in odds])
            fits.append(log2(total) + log2(1 - self.share))
        return fsum(fits), likely

    def _held(self) -> float:
        """Return how near the probabilities are to those at the start, in bits."""
        near = [
            _HELD * m / fsum(levels.values()) * log2(self.m[table][level])
            for table, levels in self.start.items()
            for level, m in levels.items()
        ]
        near.append(_SHARE_HELD * self.expected * log2(self.share))
        near.append(_SHARE_HELD * (1 - self.expected) * log2(1 - self.share))
        return fsum(near)

    def _drawn(self, table: str, counts: Mapping[Level, float]) -> dict[Level, float]:
        """Make the m of a table from counts; what they add up to stays."""
        start = self.start[table]
        whole = fsum(start.values())
        total = fsum(counts.values()) + _HELD
        return {
            level: whole * (count + _HELD * start[level] / whole) / total
            for level, count in counts.items()
        }
