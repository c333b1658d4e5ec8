"""One-to-one: who goes with whom when no student is the match of two (PREV-4).

Two questions are answered for students who compete, directly or through others. How
likely is each pair, given that nobody is matched twice? For a few students that is
summed over every way to pair them, exactly. Which pairs fit best together? That is the
assignment of the highest sum, exact for any number; with each of its pairs comes a
margin, by how much it beats the best assignment without the pair. A tie has margin 0.
"""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from math import exp2, fsum, inf
from typing import TypeVar

import attrs

_C = TypeVar("_C", bound=str)

Weights = Mapping[str, Mapping[str, float]]
"""For each row the columns it may go with, and how well they fit, in bits."""

_EXACT_UP_TO = 24
"""Rows of a group for which margins are exact; above it they are a lower bound."""

_SUMMED_UP_TO = 8
_STATES = 20_000
"""Rows of a group, and ways to have paired some, up to which all ways are summed."""

_MOST_BITS = 60.0


@attrs.frozen
class Assigned:
    """What a row was assigned.

    Attributes:
        column: The column.
        margin: By how much the best assignment beats the best one without this pair.
    """

    column: str
    margin: float


def pair_probabilities(odds: Weights, least: float) -> dict[str, dict[str, float]]:
    """Say how likely each pair is, given that rows and columns go one to one.

    Of each row, and of each column, at most one is above one half, since where all ways
    are summed they add up to at most 1, and elsewhere they are bounded: whoever matches
    only above one half matches one to one. The order of the input does not count
    (PREV-5).

    Args:
        odds: For each row, the log2 odds that it and a column are one, before anything
            is known of others.
        least: Pairs that are less likely do not make their rows compete.

    >>> found = pair_probabilities({"a": {"x": 9.0, "y": 8.0}, "b": {"x": 7.0}}, 0.01)
    >>> {row: {c: round(p, 2) for c, p in columns.items()}
    ...  for row, columns in found.items()}
    {'a': {'x': 0.02, 'y': 0.98}, 'b': {'x': 0.98}}
    """
    alone = {row: _alone(columns) for row, columns in sorted(odds.items())}
    linked = {
        row: {c: odds[row][c] for c in sorted(columns) if columns[c] >= least}
        for row, columns in alone.items()
    }
    for group in _groups(linked):
        if len(group) > 1:
            for row, columns in (_summed(group) or _bounded(group)).items():
                alone[row] |= columns
    return alone


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
    return fsum(exp2(min(bits, _MOST_BITS)) for bits in columns.values())


def _alone(columns: Mapping[str, float]) -> dict[str, float]:
    """Give the probabilities of a row that competes with nobody."""
    odds = {column: exp2(min(bits, _MOST_BITS)) for column, bits in columns.items()}
    total = 1 + fsum(odds.values())
    return {column: each / total for column, each in odds.items()}


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
        {bit[column]: exp2(min(bits, _MOST_BITS)) for column, bits in row.items()}
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
    """Give each pair's share of all ways, going back from the last row."""
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


def _bounded(group: Weights) -> dict[str, dict[str, float]]:
    """Give careful probabilities for many rows that compete.

    A pair of the best assignment is as likely as its margin says; another is at most
    what the rows and columns that compete for it leave.
    """
    assigned = assign(group)
    by_row = {row: _alone(columns) for row, columns in group.items()}
    by_column: dict[str, dict[str, float]] = {}
    for row, columns in group.items():
        for column, weight in columns.items():
            by_column.setdefault(column, {})[row] = weight
    shares = {column: _alone(rows) for column, rows in by_column.items()}
    found: dict[str, dict[str, float]] = {}
    for row, columns in group.items():
        best = assigned.get(row)
        found[row] = {
            column: 1 / (1 + exp2(-min(best.margin, _MOST_BITS)))
            if best and best.column == column and best.margin > 0
            else min(0.5, by_row[row][column], shares[column][row])
            for column in columns
        }
    return found


# The best assignment --------------------------------------------------------------


def assign(weights: Weights) -> dict[str, Assigned]:
    """Pair rows and columns one to one so that the sum of the weights is highest.

    A pair with a weight of 0 or less is never made: staying alone weighs 0. The order
    of the input does not count (PREV-5): of equally good assignments, the names of
    rows and columns decide. For groups of more than 24 rows that compete with each
    other the margin given is never more than the true one.

    >>> assign({"a": {"x": 9.0, "y": 8.0}, "b": {"x": 7.0}})
    {'a': Assigned(column='y', margin=6.0), 'b': Assigned(column='x', margin=6.0)}
    """
    useful = {
        row: {column: w for column, w in sorted(columns.items()) if w > 0}
        for row, columns in sorted(weights.items())
    }
    found: dict[str, Assigned] = {}
    for group in _groups(useful):
        found |= _assign_group(group)
    return dict(sorted(found.items()))


def _groups(useful: Weights) -> list[dict[str, Mapping[str, float]]]:
    """Split into groups of rows that compete, directly or through others."""
    rows_of: dict[str, list[str]] = {}
    for row, columns in useful.items():
        for column in columns:
            rows_of.setdefault(column, []).append(row)
    groups, seen = [], set[str]()
    for start in useful:
        if start not in seen:
            members = _reachable(start, useful, rows_of)
            seen |= members
            groups.append({row: useful[row] for row in sorted(members)})
    return groups


def _reachable(
    start: str, columns_of: Weights, rows_of: Mapping[str, Iterable[str]]
) -> set[str]:
    members, waiting, passed = {start}, [start], set[str]()
    while waiting:
        for column in columns_of[waiting.pop()]:
            if column in passed:
                continue
            passed.add(column)
            new = [row for row in rows_of[column] if row not in members]
            members.update(new)
            waiting.extend(new)
    return members


def _assign_group(group: dict[str, Mapping[str, float]]) -> dict[str, Assigned]:
    pairs = _best(group)
    total = _total(group, pairs)
    rivals = _best_two(group)
    assigned = {}
    for row, column in pairs.items():
        if len(group) <= _EXACT_UP_TO:
            others = {**group, row: _without(group[row], column)}
            margin = total - _total(others, _best(others))
        else:
            margin = _lowest_margin(group, rivals, row, column)
        assigned[row] = Assigned(column, max(0.0, margin))
    return assigned


def _without(columns: Mapping[str, float], column: str) -> dict[str, float]:
    return {name: weight for name, weight in columns.items() if name != column}


def _total(group: Weights, pairs: Mapping[str, str]) -> float:
    return fsum(group[row][column] for row, column in pairs.items())


def _best_two(group: Weights) -> dict[str, list[tuple[float, str]]]:
    """Give for each column the two rows that want it most."""
    wanted: dict[str, list[tuple[float, str]]] = {}
    for row, columns in group.items():
        for column, weight in columns.items():
            best = wanted.setdefault(column, [])
            best.append((weight, row))
            best.sort(reverse=True)
            del best[2:]
    return wanted


def _lowest_margin(
    group: Weights,
    rivals: Mapping[str, list[tuple[float, str]]],
    row: str,
    column: str,
) -> float:
    """Bound the margin: without the pair, both can at most take their next best."""
    next_column = max(_without(group[row], column).values(), default=0.0)
    next_row = max(
        (weight for weight, other in rivals[column] if other != row), default=0.0
    )
    return group[row][column] - next_column - next_row


def _best(group: Weights) -> dict[str, str]:
    """Find the pairs with the highest sum, by shortest augmenting paths.

    Each row may also go with a place of its own, named as the row, at weight 0: it
    stays alone. One row after the other is added along the cheapest path of changes;
    potentials keep the costs that remain from being negative.
    """
    costs = {
        row: {(0, column): -weight for column, weight in columns.items()}
        | {(1, row): 0.0}
        for row, columns in group.items()
    }
    of_row = {row: min(places.values()) for row, places in costs.items()}
    of_place: dict[tuple[int, str], float] = {}
    taken: dict[tuple[int, str], str] = {}
    for row in costs:
        _add(row, costs, of_row, of_place, taken)
    return {row: name for (kind, name), row in sorted(taken.items()) if kind == 0}


_Place = tuple[int, str]


def _add(
    start: str,
    costs: Mapping[str, Mapping[_Place, float]],
    of_row: dict[str, float],
    of_place: dict[_Place, float],
    taken: dict[_Place, str],
) -> None:
    """Add a row: find the cheapest path to a free place and move along it."""
    distance: dict[_Place, float] = {}
    came_from: dict[_Place, str] = {}
    done: dict[_Place, float] = {}
    waiting: list[tuple[float, _Place]] = []
    row, reached = start, 0.0
    while True:
        for place, cost in costs[row].items():
            if place in done:
                continue
            step = reached + cost - of_row[row] - of_place.get(place, 0.0)
            if step < distance.get(place, inf):
                distance[place], came_from[place] = step, row
                heappush(waiting, (step, place))
        reached, place = heappop(waiting)
        while place in done or reached > distance[place]:
            reached, place = heappop(waiting)
        done[place] = reached
        if place not in taken:
            break
        row = taken[place]
    of_row[start] += reached
    for other, passed in done.items():
        if other in taken:
            of_row[taken[other]] += reached - passed
            of_place[other] = of_place.get(other, 0.0) - (reached - passed)
    _shift(start, place, came_from, taken)


def _shift(
    start: str,
    place: _Place,
    came_from: Mapping[_Place, str],
    taken: dict[_Place, str],
) -> None:
    """Move every row along the path to its new place, the last one first."""
    at = {row: one for one, row in taken.items()} if came_from[place] != start else {}
    while True:
        row = came_from[place]
        before = at.get(row)
        taken[place] = row
        if row == start:
            return
        place = before  # type: ignore[assignment] # every other row had a place
