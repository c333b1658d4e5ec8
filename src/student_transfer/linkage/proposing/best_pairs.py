"""The assignment of the highest sum: which pairs fit best together (PREV-4)."""

from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from math import inf

Weights = Mapping[str, Mapping[str, float]]
"""For each row the columns it may go with, and how well they fit, in bits."""


def assign(weights: Weights) -> dict[str, str]:
    """Pair rows and columns one to one so that the sum of the weights is highest.

    A pair with a weight of 0 or less is never made: staying alone weighs 0. The order
    of the input does not count (PREV-5): of equally good assignments, the names of
    rows and columns decide.

    >>> assign({"a": {"x": 9.0, "y": 8.0}, "b": {"x": 7.0}})
    {'a': 'y', 'b': 'x'}
    """
    useful = {
        row: {column: w for column, w in sorted(columns.items()) if w > 0}
        for row, columns in sorted(weights.items())
    }
    found: dict[str, str] = {}
    for group in groups_of(useful):
        found |= _best(group)
    return dict(sorted(found.items()))


def groups_of(useful: Weights) -> list[dict[str, Mapping[str, float]]]:
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
    while (row := came_from[place]) != start:
        taken[place] = row
        place = at[row]
    taken[place] = start
