"""Probabilities of the levels, learnt from two rosters without labels (MATCH-6).

How often strangers agree at a level (u) is counted on pairs of any two students. How
often two records of one child do (m) is found by expectation and maximisation: how
likely each pair of candidates is one child, given the probabilities, makes the
probabilities anew. Both are drawn towards the present settings, so that few students
change little (MATCH-1), and nothing comes to weigh more than what is the same.

Levels that rosters do not show stay: of a field where only what is the same is looked
at (an email), and of values of which a part is known. What siblings share goes along.

The same rosters give the same settings, in any order; no chance is in it.
"""

from collections.abc import Iterable, Iterator, Mapping

import attrs

from student_transfer.field_types import check_argument
from student_transfer.linkage.comparing.levels import Level, LevelProbabilities, Levels
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.incoming import incoming_by_key
from student_transfer.linkage.tuning.evaluation import shortened
from student_transfer.linkage.tuning.learning import (
    Model,
    Strangers,
    learnable_levels,
)
from student_transfer.linkage.tuning.learning_sample import LearningSample
from student_transfer.linkage.tuning.new_levels import (
    SAME_CELL,
    sensible,
    tables_of,
    with_frequencies,
    with_tables,
)
from student_transfer.students import Student, each_student


@attrs.frozen
class WeightChange:
    """How the probabilities of one level have changed.

    Attributes:
        field: The field, or the table of levels that stands for it; that of a
            `CustomComparison` as it is there.
        level: The level.
        before: What the settings had.
        after: What was estimated.
    """

    field: str
    level: Level
    before: LevelProbabilities
    after: LevelProbabilities

    @property
    def bits(self) -> float:
        """By how much the level weighs more than before, in bits."""
        return self.after.weight - self.before.weight


@attrs.frozen(kw_only=True)
class Estimate:
    """Settings with estimated levels, and how they came about (MATCH-6).

    Attributes:
        settings: The new settings: other levels, also of comparisons that a host has
            added, everything else as it was.
        rounds: How often the probabilities were made anew.
        students: How many incoming students were learnt from.
        pairs: How many pairs of candidates were weighed.
        strangers: How many pairs of any two students were compared.
        share: The share of the incoming students that is on the site, as it seems;
            where nobody comes, or is there, nothing shows it.
        fits: How well each round's probabilities fit what is seen, in bits: the first
            before any change, the last after all. It never falls.
        changes: Every level that has changed.
    """

    settings: Settings
    rounds: int
    students: int
    pairs: int
    strangers: int
    share: float
    fits: tuple[float, ...]
    changes: tuple[WeightChange, ...]

    def as_text(self) -> str:
        """Lay out what has changed for reading, in 80 columns."""
        return "\n".join(_text(self)) + "\n"


def estimate(
    incoming: Iterable[Student],
    existing: Iterable[Student],
    settings: Settings = DEFAULT_SETTINGS,
    *,
    rounds: int = 10,
    seed: str = "",
) -> Estimate:
    """Estimate from two rosters how often the levels are met, by one child and by two.

    Args:
        incoming: The students who come, each key once.
        existing: The students who are there; read once and not kept.
        settings: Where to begin, and what the estimate is drawn towards.
        rounds: How often the probabilities are made anew.
        seed: Any text; with another one other pairs of strangers are compared and, of
            very many incoming students, others are learnt from.

    Raises:
        ValueError: Two incoming students have one key, or the rounds are below 0.
        TypeError: A roster has something in it that is no `Student`, or the settings
            are none.
    """
    check_argument("settings", settings, Settings)
    if rounds < 0:
        raise ValueError("rounds has to be 0 or more: 0 learns of strangers alone.")
    coming = incoming_by_key(incoming).values()
    stream = each_student(existing, "existing")
    sample = LearningSample.read(coming, stream, settings, seed)
    learnable = learnable_levels(settings)
    strangers = Strangers.count(sample, sample.scorer(settings), learnable, seed)
    usual = strangers.applied(settings, learnable)
    model = Model.of(sample, usual, learnable)
    fits = [model.advance() for _ in range(rounds)]
    before = tables_of(settings)
    after = _estimated(before, tables_of(usual), model)
    return Estimate(
        settings=with_tables(settings, after),
        rounds=rounds,
        students=len(sample.incoming),
        pairs=model.pairs,
        strangers=strangers.pairs,
        share=model.share,
        fits=(*fits, model.fit()),
        changes=_changes(before, after),
    )


# The new levels -----------------------------------------------------------------------


def _estimated(
    before: Mapping[str, Levels], usual: Mapping[str, Levels], model: Model
) -> Mapping[str, Levels]:
    """Return the levels with the m of the model and the usual u."""
    after = dict(before)
    for table, found in model.m.items():
        m = {}
        for level, chances in before[table].items():
            cell = SAME_CELL.get(level, level)
            if cell in found:
                m[level] = min(1.0, chances.m * found[cell] / model.start[table][cell])
        u = {level: usual[table][level].u for level in m}
        changed = sensible(before[table], with_frequencies(before[table], m, u))
        after[table] = {**before[table], **changed}
    return after


def _changes(
    before: Mapping[str, Levels], after: Mapping[str, Levels]
) -> tuple[WeightChange, ...]:
    return tuple(
        WeightChange(table, level, chances, after[table][level])
        for table, levels in before.items()
        for level, chances in levels.items()
        if chances != after[table][level]
    )


# Showing ------------------------------------------------------------------------------

_TOLD = 0.25
"""Bits from which on a change is told."""

_NAME = 31
"""Signs of the name of a level in the text at most, as of the longest of ours."""


def _text(found: Estimate) -> Iterator[str]:
    there = f"{found.share:.1%} seem to be there"
    told = there if found.pairs or found.strangers else "nothing can be learnt"
    yield f"{found.students:,} students come; {told}."
    yield (
        f"{found.pairs:,} pairs of candidates, {found.strangers:,} of strangers, "
        f"{found.rounds} rounds."
    )
    moved = [change for change in found.changes if abs(change.bits) >= _TOLD]
    if moved:
        yield ""
        yield f"{'':<{_NAME}}{'m':>8}{'now':>8}{'u':>8}{'now':>8}{'bits':>7}{'now':>7}"
    for change in moved:
        name = shortened(f"{change.field}.{change.level.name.lower()}", _NAME)
        before, after = change.before, change.after
        shares = (before.m, after.m, before.u, after.u)
        yield (
            f"{name:<{_NAME}}"
            + "".join(f"{share:>8.2g}" for share in shares)
            + f"{before.weight:>7.1f}{after.weight:>7.1f}"
        )
    less = len(found.changes) - len(moved)
    if less:
        yield f"{less} more levels have moved by less than {_TOLD} bits."
