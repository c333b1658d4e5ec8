"""New probabilities for levels, and how far they may go from those before (MATCH-1)."""

from collections.abc import Mapping

import attrs

from student_transfer.linkage.comparing.levels import Level, LevelProbabilities, Levels
from student_transfer.linkage.comparing.settings import Settings

SAME_CELL = {Level.CHECKED: Level.EXACT, Level.OTHER_CHECKED: Level.DIFFERENT}
"""Levels that are one outcome, told apart by the value."""

_MOVED = 0.001


def tables_of(settings: Settings) -> dict[str, Levels]:
    """Return the levels of all tables, and of the comparisons that a host adds."""
    custom = {each.field: each.levels for each in settings.comparisons}
    return {**custom, **settings.levels}


def with_tables(settings: Settings, tables: Mapping[str, Levels]) -> Settings:
    """Return settings with other levels, which are given as `tables_of` gives them."""
    return attrs.evolve(
        settings,
        levels={table: tables[table] for table in settings.levels},
        comparisons=[
            attrs.evolve(each, levels=tables[each.field])
            for each in settings.comparisons
        ],
    )


def with_frequencies(
    before: Levels, m: Mapping[Level, float], u: Mapping[Level, float]
) -> dict[Level, LevelProbabilities]:
    """Change the u of some levels, and the m; what siblings do goes along.

    What a family has in common differs in writing as often as what is the child's own.
    What is each child's own agrees as often as it did, or more where strangers' does:
    rosters do not tell, and it is safer to think siblings alike (MATCH-4).
    """
    exact = before[Level.EXACT]
    own = exact.m - exact.u
    shared = [
        min(1.0, max(0.0, (chance - exact.u) / own)) if own > 0 else 0.0
        for chance in (exact.sibling, exact.twin)
    ]
    after = {}
    for level, now_u in u.items():
        chances = before[level]
        now_m = m.get(level, chances.m)
        of_m, of_u = now_m / chances.m, max(1.0, now_u / chances.u)
        sibling, twin = (
            min(1.0, each * (part * of_m + (1 - part) * of_u))
            for each, part in zip((chances.sibling, chances.twin), shared, strict=True)
        )
        after[level] = LevelProbabilities(now_m, now_u, sibling, twin)
    return after


def sided(level: Level, m: float, u: float) -> float:
    """Return u, so that what is the same speaks not against one child, nor else for it.

    >>> sided(Level.EXACT, 0.98, 1.0), sided(Level.DIFFERENT, 0.02, 0.01)
    (0.98, 0.02)
    """
    if level is Level.EXACT:
        return min(u, m)
    return max(u, m) if level is Level.DIFFERENT else u


def sensible(
    before: Levels, found: Mapping[Level, LevelProbabilities]
) -> dict[Level, LevelProbabilities]:
    """Let nothing weigh more than what is the same, nor change sides (MATCH-1).

    A level that spoke against one child does not come to speak for it, such as names
    that look alike: where a twin comes instead of the child that is what is seen.
    """
    exact = found[Level.EXACT]
    least = min(1.0, exact.u / exact.m)
    after = {}
    for level, chances in found.items():
        u = sided(level, chances.m, chances.u)
        if level is not Level.EXACT and level not in SAME_CELL:
            u = max(u, chances.m * least)
        if before[level].m <= before[level].u:
            u = max(u, chances.m)
        now = (chances.m, u, chances.sibling, chances.twin)
        pairs = zip(attrs.astuple(before[level]), now, strict=True)
        after[level] = LevelProbabilities(
            *(_rounded(was, number) for was, number in pairs)
        )
    return after


def _rounded(before: float, now: float) -> float:
    """Round to four digits; what has not moved by a thousandth has not moved."""
    return before if abs(now / before - 1) < _MOVED else float(f"{now:.4g}")
