"""One-to-one: who goes with whom when no student is the match of two (PREV-4).

How likely is each pair of students who compete, directly or through others, given that
nobody is matched twice? For a few students that is summed over every way to pair them,
exactly. For more it is bounded; see `bounds`.
"""

from collections.abc import Iterable, Mapping
from math import fsum
from typing import TypeVar

from student_transfer.linkage.proposing.best_pairs import Weights, groups_of
from student_transfer.linkage.proposing.bounds import alone, bounded, odds_of

_C = TypeVar("_C", bound=str)

_SUMMED_UP_TO = 8
_STATES = 20_000
"""Rows of a group, and ways to have paired some, up to which all ways are summed."""


def pair_probabilities(odds: Weights, least: float) -> dict[str, dict[str, float]]:
    """Return how likely each pair is, given that rows and columns go one to one.

    Of each row, and of each column, those of students who compete add up to at most 1,
    so at most one is above one half: whoever matches only above one half matches one to
    one. Where they are too many for all ways to be summed, what is above one half is
    never above the sum. The order of the input does not count (PREV-5).

    Args:
        odds: For each row, the log2 odds that it and a column are one, before anything
            is known of others.
        least: Pairs of lower odds do not make their rows compete. Of a pair it is its
            own that counts: a column far behind the row's best is where the row goes
            when another one has the best.

    >>> found = pair_probabilities({"a": {"x": 9.0, "y": 8.0}, "b": {"x": 7.0}}, 0.01)
    >>> {row: {c: round(p, 2) for c, p in columns.items()}
    ...  for row, columns in found.items()}
    {'a': {'x': 0.02, 'y': 0.98}, 'b': {'x': 0.98}}
    """
    found = {row: alone(columns) for row, columns in sorted(odds.items())}
    linked = {
        row: {c: bits for c, bits in sorted(columns.items()) if odds_of(bits) >= least}
        for row, columns in sorted(odds.items())
    }
    for group in groups_of(linked):
        if len(group) > 1:
            for row, columns in (_summed(group) or bounded(group)).items():
                found[row] |= columns
    return found


def found_share(
    odds: Iterable[Mapping[_C, float]], expected: float, most: float
) -> float:
    """Estimate which share of the rows has its column, from how well the best fit.

    By expectation and maximisation: how likely each row is to have one, given the
    share, makes the share anew. It is drawn to what is expected, as if some rows more
    had shown it, and is never above ``most``: the next row may be without all the same.

    Args:
        odds: For each row the log2 odds of its columns, were the share as expected.
        expected: The expected share.
        most: The highest share to be believed in.
    """
    best = sorted(map(_sum_of_odds, odds))
    share = expected
    for _ in range(_ROUNDS):
        shift = share / (1 - share) / (expected / (1 - expected))
        found = fsum(each * shift / (1 + each * shift) for each in best)
        share = (found + expected * _ASSUMED_ROWS) / (len(best) + _ASSUMED_ROWS)
        share = min(share, most)
    return share


_ROUNDS, _ASSUMED_ROWS = 8, 20


def _sum_of_odds(columns: Mapping[_C, float]) -> float:
    return fsum(map(odds_of, columns.values()))


def _summed(group: Weights) -> dict[str, dict[str, float]] | None:
    """Sum over every way to pair a few rows; None where there are too many ways.

    After each row, a state is the set of columns taken; what leads to it and what can
    still follow it are summed apart.
    """
    if len(group) > _SUMMED_UP_TO:
        return None
    columns = sorted({column for row in group.values() for column in row})
    bit = {column: 1 << place for place, column in enumerate(columns)}
    odds = [
        {bit[column]: odds_of(bits) for column, bits in row.items()}
        for row in group.values()
    ]
    before: list[dict[int, float]] = [{0: 1.0}]
    for row in odds:
        states: dict[int, float] = {}
        for taken, ways in before[-1].items():
            states[taken] = states.get(taken, 0.0) + ways
            for one, each in row.items():
                if not taken & one:
                    states[taken | one] = states.get(taken | one, 0.0) + ways * each
        if len(states) > _STATES:
            return None
        before.append(states)
    return _shares(group, bit, odds, before)


def _shares(
    group: Weights,
    bit: Mapping[str, int],
    odds: list[dict[int, float]],
    before: list[dict[int, float]],
) -> dict[str, dict[str, float]]:
    """Return each pair's share of all ways, going back from the last row."""
    after = dict.fromkeys(before[-1], 1.0)
    total = fsum(before[-1].values())
    found: dict[str, dict[str, float]] = {}
    for place, (row, columns) in reversed(list(enumerate(group.items()))):
        found[row] = {
            column: odds[place][bit[column]]
            * fsum(
                ways * after[taken | bit[column]]
                for taken, ways in before[place].items()
                if not taken & bit[column]
            )
            / total
            for column in columns
        }
        after = {
            taken: after[taken]
            + fsum(
                each * after[taken | one]
                for one, each in odds[place].items()
                if not taken & one
            )
            for taken in before[place]
        }
    return found
