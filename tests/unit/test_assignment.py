"""Unit tests of the one-to-one assignment."""

import random
from itertools import permutations

import pytest

from student_transfer.assignment import assign

Weights = dict[str, dict[str, float]]


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


def _random_weights(seed: int) -> Weights:
    draw = random.Random(seed)
    return {
        f"r{row}": {
            f"c{column}": float(draw.randint(-2, 6))
            for column in range(draw.randint(1, 3))
            if draw.random() < 0.8
        }
        for row in range(draw.randint(1, 3))
    }


@pytest.mark.parametrize("seed", range(60))
def test_the_assignment_is_the_best_of_all(seed: int) -> None:
    """No other one-to-one assignment has a higher sum, and margins are exact."""
    weights = _random_weights(seed)
    found = assign(weights)
    total = sum(weights[row][pair.column] for row, pair in found.items())
    assert total == pytest.approx(_best_sum(weights))
    for row, pair in found.items():
        without = {c: w for c, w in weights[row].items() if c != pair.column}
        rest = _best_sum({**weights, row: without})
        assert pair.margin == pytest.approx(total - rest)


@pytest.mark.parametrize("seed", range(60))
def test_no_column_goes_to_two_rows(seed: int) -> None:
    """The assignment is one to one (PREV-4)."""
    columns = [pair.column for pair in assign(_random_weights(seed)).values()]
    assert len(columns) == len(set(columns))


def test_the_order_of_the_input_does_not_count() -> None:
    """Rows and columns in another order give the same pairs, ties too (PREV-5)."""
    weights = {"a": {"x": 5.0, "y": 5.0}, "b": {"x": 5.0, "y": 5.0}}
    turned = {"b": {"y": 5.0, "x": 5.0}, "a": {"y": 5.0, "x": 5.0}}
    assert assign(weights) == assign(turned)


def test_a_tie_has_no_margin() -> None:
    """Where two columns fit equally well neither is certain."""
    assert assign({"a": {"x": 5.0, "y": 5.0}})["a"].margin == 0


def test_what_weighs_nothing_stays_alone() -> None:
    """A pair without a positive weight is never made."""
    assert assign({"a": {"x": 0.0, "y": -3.0}, "b": {}}) == {}


def test_a_column_that_another_row_needs_more_is_left_to_it() -> None:
    """The sum decides, not who comes first."""
    found = assign({"a": {"x": 30.0, "y": 28.0}, "b": {"x": 29.0}})
    assert {row: pair.column for row, pair in found.items()} == {"a": "y", "b": "x"}


def test_in_a_large_group_the_margin_is_a_lower_bound() -> None:
    """Thirty rows that compete are still paired best, with careful margins."""
    rows = range(30)
    weights = {f"{r:02}": {"common": 2.0, f"own{r:02}": 20.0} for r in rows}
    found = assign(weights)
    assert [pair.column for pair in found.values()] == [f"own{r:02}" for r in rows]
    assert {pair.margin for pair in found.values()} == {18.0}
