"""How likely pairs are at least, where too many students compete for all to be summed.

The assignment of the highest sum is found. Every way without one of its pairs comes
from a way with it by a change along one path, and the paths are summed up.
"""

from collections.abc import Mapping
from math import exp2, fsum

from student_transfer.linkage.proposing.best_pairs import Weights, assign

_MOST_BITS = 60.0

_PATHS_UP_TO = 40
"""Rows of a group for which all paths of changes are summed, in milliseconds."""


def odds_of(bits: float) -> float:
    """Return the odds of bits; so many that nothing is surer are taken for fewer."""
    return exp2(min(bits, _MOST_BITS))


def alone(columns: Mapping[str, float]) -> dict[str, float]:
    """Return the probabilities of a row that competes with nobody.

    >>> alone({"x": 1.0, "y": 0.0})
    {'x': 0.5, 'y': 0.25}
    """
    odds = {column: odds_of(bits) for column, bits in columns.items()}
    total = 1 + fsum(odds.values())
    return {column: each / total for column, each in odds.items()}


def bounded(group: Weights) -> dict[str, dict[str, float]]:
    """Return careful probabilities for many rows that compete.

    What is above one half is of the best assignment, and never above the exact sum.
    All else is at most what the row alone and the column alone make it. Rows and
    columns add up to at most 1.
    """
    group = {
        row: {column: min(bits, _MOST_BITS) for column, bits in columns.items()}
        for row, columns in group.items()
    }
    by_row = {row: alone(columns) for row, columns in group.items()}
    turned = _turned(group)
    shares = {column: alone(rows) for column, rows in turned.items()}
    found = {
        row: {
            column: min(0.5, by_row[row][column], shares[column][row])
            for column in columns
        }
        for row, columns in group.items()
    }
    best = assign(group)
    against = _odds_against(group, turned, best)
    likely = {
        row: max(found[row][c], 1 / (1 + against[row])) for row, c in best.items()
    }
    in_rows = _rooms(found, best, likely)
    holders = {column: row for row, column in best.items()}
    taken = {column: likely[row] for column, row in holders.items()}
    in_columns = _rooms(_turned(found), holders, taken)
    return {
        row: {
            column: likely[row]
            if best.get(row) == column
            else each * min(in_rows.get(row, 1.0), in_columns.get(column, 1.0))
            for column, each in columns.items()
        }
        for row, columns in found.items()
    }


def _turned(weights: Weights) -> dict[str, dict[str, float]]:
    """Return for each column its rows."""
    turned: dict[str, dict[str, float]] = {}
    for row, columns in weights.items():
        for column, weight in columns.items():
            turned.setdefault(column, {})[row] = weight
    return turned


def _rooms(
    found: Weights, best: Mapping[str, str], likely: Mapping[str, float]
) -> dict[str, float]:
    """Say to which part the others of a row have to shrink beside its best pair."""
    rooms = {}
    for row, column in best.items():
        others = fsum(_without(found[row], column).values())
        left = 1 - likely[row]
        rooms[row] = left / others if others > left else 1.0
    return rooms


def _without(columns: Mapping[str, float], column: str) -> dict[str, float]:
    return {name: weight for name, weight in columns.items() if name != column}


def _odds_against(
    group: Weights, turned: Weights, best: Mapping[str, str]
) -> dict[str, float]:
    """Bound the odds that a row does not have its column of the best assignment.

    Never too low. Without the pair the row has another column or none, and the column
    another row or none: at most each with each.
    """
    bounds = {
        row: exp2(-group[row][column])
        * _alternatives(_without(group[row], column))
        * _alternatives(_without(turned[column], row))
        for row, column in best.items()
    }
    if len(group) <= _PATHS_UP_TO:
        for row, paths in _sums_of_paths(group, turned, best).items():
            bounds[row] = min(bounds[row], paths)  # the first where paths are no number
    return bounds


def _alternatives(weights: Mapping[str, float]) -> float:
    """Sum up how well others fit, and that nobody does."""
    return 1 + fsum(map(exp2, weights.values()))


def _sums_of_paths(
    group: Weights, turned: Weights, best: Mapping[str, str]
) -> dict[str, float]:
    """Sum up for each row all changes that take its column of the best assignment.

    From any way to pair to the best one leads a change along closed paths: a row takes
    the column of the next, and so on, once around. A path may pass "nobody" once, where
    a row goes without or takes what is nobody's, and another's column is left. So all
    ways without a pair weigh at most as much, set against those with it, as all closed
    paths through its row that pass nothing twice.
    """
    rows = [*best]
    free_columns = turned.keys() - set(best.values())
    free_rows = [columns for row, columns in group.items() if row not in best]
    left = (1 + fsum(_odds(each, best[row]) for each in free_rows) for row in rows)
    paths = [[0.0, *left]]
    for row in rows:
        lost = exp2(-group[row][best[row]])
        nobody = 1 + fsum(_odds(group[row], column) for column in free_columns)
        taken = (_odds(group[row], best[o]) if o != row else 0.0 for o in rows)
        paths.append([lost * each for each in (nobody, *taken)])
    _lengthen(paths)
    return {row: paths[at][at] for at, row in enumerate(rows, 1)}


def _odds(columns: Mapping[str, float], column: str) -> float:
    return exp2(columns[column]) if column in columns else 0.0


def _lengthen(paths: list[list[float]]) -> None:
    """Sum up the paths between any two places, one more of them let between at a time.

    Every path that passes nothing twice counts; a few others do, too, so that a sum is
    never too low (the algorithm of Floyd, Warshall and Kleene).
    """
    for middle in range(len(paths)):
        onward = [*paths[middle]]
        onward[middle] = 0.0
        for place, row in enumerate(paths):
            first = row[middle]
            if place != middle:
                paths[place] = [
                    each + first * more for each, more in zip(row, onward, strict=True)
                ]
