"""One-to-one assignment: who goes with whom so that all fit best together (PREV-4).

The best assignment is found exactly. With each of its pairs comes a margin: how much
worse everything would fit together without that pair. A tie has the margin 0.
"""

from collections.abc import Mapping
from math import fsum, inf

import attrs

Weights = Mapping[str, Mapping[str, float]]
"""For each row the columns it may go with, and how well they fit; above 0 only."""

_EXACT_UP_TO = 24
"""Rows of a group for which margins are exact; above it they are a lower bound."""


@attrs.frozen
class Assigned:
    """What a row was assigned.

    Attributes:
        column: The column.
        margin: By how much the best assignment beats the best one without this pair.
    """

    column: str
    margin: float


def assign(weights: Weights) -> dict[str, Assigned]:
    """Pair rows and columns one to one so that the sum of the weights is highest.

    A pair with a weight of 0 or less is never made: staying alone weighs 0. The order
    of the input does not count (PREV-5): of equally good assignments, the names of
    rows and columns decide. For groups of more than 24 rows that compete with each
    other the margin given is never more than the true one.

    >>> assign({"a": {"x": 9.0, "y": 8.0}, "b": {"x": 7.0}})
    {'a': Assigned(column='y', margin=6.0), 'b': Assigned(column='x', margin=6.0)}
    """
    found: dict[str, Assigned] = {}
    for group in _groups(weights):
        found |= _assign_group(group)
    return dict(sorted(found.items()))


def _groups(weights: Weights) -> list[dict[str, dict[str, float]]]:
    """Split into groups of rows that compete, directly or through others."""
    rows_of: dict[str, list[str]] = {}
    useful = {
        row: {column: w for column, w in sorted(columns.items()) if w > 0}
        for row, columns in sorted(weights.items())
    }
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
    start: str, columns_of: Weights, rows_of: Mapping[str, list[str]]
) -> set[str]:
    members, waiting = {start}, [start]
    while waiting:
        for column in columns_of[waiting.pop()]:
            new = [row for row in rows_of[column] if row not in members]
            members.update(new)
            waiting.extend(new)
    return members


def _assign_group(group: dict[str, dict[str, float]]) -> dict[str, Assigned]:
    pairs = _best(group)
    total = _total(group, pairs)
    assigned = {}
    for row, column in pairs.items():
        if len(group) <= _EXACT_UP_TO:
            others = {**group, row: _without(group[row], column)}
            margin = total - _total(others, _best(others))
        else:
            margin = _lowest_margin(group, row, column)
        assigned[row] = Assigned(column, max(0.0, margin))
    return assigned


def _without(columns: dict[str, float], column: str) -> dict[str, float]:
    return {name: weight for name, weight in columns.items() if name != column}


def _total(group: Weights, pairs: Mapping[str, str]) -> float:
    return fsum(group[row][column] for row, column in pairs.items())


def _lowest_margin(group: Weights, row: str, column: str) -> float:
    """Bound the margin: without the pair, both can at most take their next best."""
    next_column = max(_without(dict(group[row]), column).values(), default=0.0)
    next_row = max(
        (group[other].get(column, 0.0) for other in group if other != row), default=0.0
    )
    return group[row][column] - next_column - next_row


def _best(group: Weights) -> dict[str, str]:
    """Find the pairs with the highest sum, by the Hungarian method.

    Each row may also go with a place of its own, at weight 0: it stays alone.
    """
    rows = list(group)
    columns = sorted({column for row in rows for column in group[row]})
    width = len(columns) + len(rows)
    costs = [
        [-group[row].get(column, 0.0) for column in columns] + [0.0] * len(rows)
        for row in rows
    ]
    taken = _shortest_paths(costs, width)
    return {
        rows[row]: columns[place]
        for place, row in sorted(taken.items(), key=lambda pair: pair[1])
        if place < len(columns) and costs[row][place] < 0
    }


def _shortest_paths(costs: list[list[float]], width: int) -> dict[int, int]:
    """Give each row a place at the lowest sum of costs; as place to row.

    One row after the other is added along the cheapest path of changes; potentials of
    rows and places keep the costs that remain from being negative.
    """
    of_row, of_place = [0.0] * len(costs), [0.0] * width
    taken: dict[int, int] = {}
    for start in range(len(costs)):
        distance, came_from = [inf] * width, [-1] * width
        waiting, done = list(range(width)), list[int]()
        row, place, reached = start, -1, 0.0
        while True:
            for other in waiting:
                step = costs[row][other] - of_row[row] - of_place[other]
                if reached + step < distance[other]:
                    distance[other], came_from[other] = reached + step, place
            place = min(waiting, key=distance.__getitem__)
            reached = distance[place]
            if place not in taken:
                break
            waiting.remove(place)
            done.append(place)
            row = taken[place]
        of_row[start] += reached
        for other in done:
            of_row[taken[other]] += reached - distance[other]
            of_place[other] -= reached - distance[other]
        _shift(taken, came_from, place, start)
    return taken


def _shift(taken: dict[int, int], came_from: list[int], place: int, start: int) -> None:
    """Move every row along the path to its new place, the last one first."""
    while came_from[place] != -1:
        before = came_from[place]
        taken[place] = taken[before]
        place = before
    taken[place] = start
