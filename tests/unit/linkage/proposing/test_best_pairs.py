"""Unit tests of the best assignment."""

import random
from itertools import permutations

import pytest

from student_transfer.linkage.proposing.best_pairs import assign
from tests.unit.linkage.proposing.drawn import Weights, random_weights


def _best_sum(weights: Weights) -> float:
    """Find the best sum by trying every assignment."""
    rows = list(weights)
    columns = [*{column for row in weights.values() for column in row}]
    places: list[str | None] = [*columns, *(None for _ in rows)]
    return max(
        sum(
            max(0.0, weights[row].get(place, 0.0)) if place else 0.0
            for row, place in zip(rows, chosen, strict=True)
        )
        for chosen in permutations(places, len(rows))
    )


@pytest.mark.parametrize("seed", range(60))
def test_the_assignment_is_the_best_of_all(seed: int) -> None:
    """No other one-to-one assignment has a higher sum (PREV-4)."""
    weights = random_weights(seed)
    total = sum(weights[row][column] for row, column in assign(weights).items())
    assert total == pytest.approx(_best_sum(weights))


def _best_sum_of_many(weights: Weights) -> float:
    """Find the best sum row by row, for each set of columns that may be taken."""
    best: dict[frozenset[str], float] = {frozenset(): 0.0}
    for columns in weights.values():
        grown = dict(best)
        for taken, total in best.items():
            for column, weight in columns.items():
                if column not in taken:
                    more = taken | {column}
                    grown[more] = max(grown.get(more, 0.0), total + weight)
        best = grown
    return max(best.values())


def _crowded(seed: int, rows: int, columns: int) -> Weights:
    draw = random.Random(seed)
    return {
        f"r{row:02}": {
            f"c{column}": draw.uniform(0, 9)
            for column in range(columns)
            if draw.random() < 0.7
        }
        for row in range(rows)
    }


@pytest.mark.parametrize("seed", range(30))
def test_the_assignment_of_a_crowd_is_the_best_of_all(seed: int) -> None:
    """Where many compete for few, long chains of changes are found (PREV-4)."""
    weights = _crowded(seed, rows=12, columns=7)
    total = sum(weights[row][column] for row, column in assign(weights).items())
    assert total == pytest.approx(_best_sum_of_many(weights))


@pytest.mark.parametrize("seed", range(20))
def test_no_column_goes_to_two_rows(seed: int) -> None:
    """The assignment is one to one (PREV-4)."""
    weights = random_weights(seed, rows=12, columns=12)
    columns = [*assign(weights).values()]
    assert len(columns) == len(set(columns))


def test_the_order_of_the_input_does_not_count() -> None:
    """Rows and columns in another order give the same pairs, ties too (PREV-5)."""
    weights = {"a": {"x": 5.0, "y": 5.0}, "b": {"x": 5.0, "y": 5.0}}
    turned = {"b": {"y": 5.0, "x": 5.0}, "a": {"y": 5.0, "x": 5.0}}
    assert assign(weights) == assign(turned)
    assert list(assign(turned)) == ["a", "b"]


def test_what_weighs_nothing_stays_alone() -> None:
    """A pair without a positive weight is never made."""
    assert assign({"a": {"x": 0.0, "y": -3.0}, "b": {}}) == {}


def test_a_column_that_another_row_needs_more_is_left_to_it() -> None:
    """The sum decides, not who comes first (PREV-4)."""
    found = assign({"a": {"x": 30.0, "y": 28.0}, "b": {"x": 29.0}})
    assert found == {"a": "y", "b": "x"}


def test_rows_move_along_a_chain() -> None:
    """A new row may push the others on, each to its next best."""
    chain = {
        "a": {"1": 10.0},
        "b": {"1": 10.5, "2": 9.0},
        "c": {"2": 9.5, "3": 8.0},
        "d": {"3": 8.5, "4": 7.0},
    }
    assert assign(chain) == {"a": "1", "b": "2", "c": "3", "d": "4"}


def test_a_large_group_is_paired_best() -> None:
    """Thirty rows that compete for one column leave it to the one that has no other."""
    rows = [f"{row:02}" for row in range(30)]
    weights = {row: {"common": 2.0, f"own{row}": 20.0} for row in rows}
    weights["30"] = {"common": 20.0}
    own = {row: f"own{row}" for row in rows}
    assert assign(weights) == own | {"30": "common"}
