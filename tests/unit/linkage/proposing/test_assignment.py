"""Unit tests of the one-to-one assignment."""

import random
from collections.abc import Mapping
from functools import cache
from itertools import product
from math import prod

import pytest

from student_transfer.linkage.proposing import assignment, bounds
from student_transfer.linkage.proposing.assignment import (
    found_share,
    pair_probabilities,
)
from tests.unit.linkage.proposing.drawn import Weights, random_weights


def _shares(odds: Weights) -> Weights:
    """Find how likely each pair is by weighing every way to pair one to one."""
    rows = list(odds)
    total, found = 0.0, {row: dict.fromkeys(odds[row], 0.0) for row in rows}
    for chosen in product(*([None, *odds[row]] for row in rows)):
        taken = [column for column in chosen if column is not None]
        if len(taken) > len(set(taken)):
            continue
        pairs = [
            (row, column)
            for row, column in zip(rows, chosen, strict=True)
            if column is not None
        ]
        ways = prod(2.0 ** odds[row][column] for row, column in pairs)
        total += ways
        for row, column in pairs:
            found[row][column] += ways
    return {
        row: {column: ways / total for column, ways in columns.items()}
        for row, columns in found.items()
    }


def _sums_by_column(found: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for columns in found.values():
        for column, each in columns.items():
            sums[column] = sums.get(column, 0.0) + each
    return sums


# How likely each pair is --------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_probabilities_are_those_of_every_way_to_pair(seed: int) -> None:
    """For a few rows the probabilities are exact (PREV-4)."""
    odds = random_weights(seed)
    found, expected = pair_probabilities(odds, 0.0), _shares(odds)
    for row, columns in expected.items():
        assert found[row] == pytest.approx(columns)


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("rows", [5, 20])
def test_one_row_and_one_column_have_one_likely_pair(seed: int, rows: int) -> None:
    """At most one pair of a row, and of a column, is above one half (PREV-4)."""
    odds = random_weights(seed, rows=rows, columns=rows)
    found = pair_probabilities(odds, 0.0)
    likely = [
        (row, column)
        for row, columns in found.items()
        for column, each in columns.items()
        if each > 0.5
    ]
    for place in (0, 1):
        one_side = [pair[place] for pair in likely]
        assert len(one_side) == len(set(one_side))
    assert all(
        0 <= each <= 1 for columns in found.values() for each in columns.values()
    )


@pytest.mark.parametrize("seed", range(40))
def test_probabilities_of_a_few_rows_sum_up_to_one_at_most(seed: int) -> None:
    """A row has one column at most, and a column one row (PREV-4)."""
    found = pair_probabilities(random_weights(seed, rows=6, columns=6), 0.0)
    sums = [sum(columns.values()) for columns in found.values()]
    assert max([*sums, *_sums_by_column(found).values()], default=0) <= 1 + 1e-9


def test_a_row_that_competes_with_nobody_is_judged_alone() -> None:
    """The odds of the candidates and of none share out one row."""
    found = pair_probabilities({"a": {"x": 1.0, "y": 0.0}, "b": {"z": 3.0}}, 0.0)
    assert found["a"] == pytest.approx({"x": 2 / 4, "y": 1 / 4})
    assert found["b"] == pytest.approx({"z": 8 / 9})


def test_a_column_that_fits_two_rows_equally_is_neithers() -> None:
    """Two incoming records of one student are both left to a person (MATCH-1)."""
    found = pair_probabilities({"a": {"x": 20.0}, "b": {"x": 20.0}}, 0.0)
    assert found["a"]["x"] == found["b"]["x"] == pytest.approx(0.5, abs=1e-5)
    assert found["a"]["x"] <= 0.5


def test_twins_on_both_sides_are_sure_together() -> None:
    """That the other twin fits the other record makes both sure (PREV-4)."""
    odds = {"a": {"x": 8.0, "y": 5.0}, "b": {"x": 5.0, "y": 8.0}}
    together, alone = (
        pair_probabilities(odds, 0.0),
        pair_probabilities({"a": odds["a"]}, 0.0),
    )
    assert together["a"]["x"] > alone["a"]["x"]


def test_unlikely_pairs_do_not_make_rows_compete() -> None:
    """Below the least probability a pair changes no other row."""
    odds = {"a": {"x": 5.0}, "b": {"x": -12.0, "y": 5.0}}
    found = pair_probabilities(odds, 0.01)
    assert found["a"]["x"] == pair_probabilities({"a": odds["a"]}, 0.01)["a"]["x"]
    assert 0 < found["b"]["x"] < 0.01


def test_where_a_row_goes_instead_counts_however_far_behind_it_is() -> None:
    """A pair likely by itself competes, though its row has a far likelier one (PREV-4).

    Were it left out, one's wrong match would stand as sure, and the other's right one
    be lost: together they fit best the other way round.
    """
    odds = {"wrong": {"x": 25.0, "own": 14.0}, "right": {"x": 18.0}}
    found = pair_probabilities(odds, 0.001)
    assert found["wrong"]["own"] > 0.99
    assert found["right"]["x"] > 0.99


@pytest.mark.parametrize("rows", [9, 30])
def test_many_rows_that_compete_are_judged_carefully(rows: int) -> None:
    """In a large group a pair is at most as likely as it would be alone (MATCH-1)."""
    odds = {
        f"{row:02}": {"common": 9.0, f"own{row:02}": 12.0, f"other{row:02}": 2.0}
        for row in range(rows)
    }
    found = pair_probabilities(odds, 0.0)
    for row in odds:
        assert found[row][f"own{row}"] > 0.5
        assert found[row]["common"] <= 0.5


def _in_a_large_group(odds: Weights) -> Weights:
    """Let rows compete with ten more, for a column that fits nobody."""
    large = {row: {**columns, "far": -9.0} for row, columns in odds.items()}
    return large | {f"other{each}": {"far": -9.0} for each in range(10)}


def test_the_best_of_a_large_group_are_as_likely_as_by_how_much() -> None:
    """A pair that is better by half a bit is likely by half a bit (MATCH-6)."""
    found = pair_probabilities(_in_a_large_group({"a": {"x": 9.0, "y": 8.5}}), 0.0)
    assert found["a"]["x"] == pytest.approx(1 / (1 + 2**-0.5), rel=0.01)


def test_in_a_large_group_one_student_is_likely_for_one() -> None:
    """Who fits best but is better left to another has what that leaves (PREV-4)."""
    odds = _in_a_large_group({"a": {"x": 10.0, "y": 9.9}, "b": {"x": 9.9}})
    found = pair_probabilities(odds, 0.0)
    assert found["b"]["x"] > 0.5
    assert 0 < found["a"]["x"] <= 1 - found["b"]["x"]


def test_in_a_large_group_rows_and_columns_bound_a_pair() -> None:
    """A pair is at most as likely as its row alone and its column alone (MATCH-1)."""
    odds = {"a": {"x": 12.0, "y": 5.0}, "b": {"x": 5.0}}
    found = pair_probabilities(_in_a_large_group(odds), 0.0)
    assert found["a"]["y"] == pytest.approx(2**-7, rel=0.01)
    assert found["b"]["x"] == pytest.approx(2**-7, rel=0.01)


def test_how_many_others_there_are_counts_in_a_large_group() -> None:
    """Twelve others at seven bits less are twelve times one of them (MATCH-1)."""
    own = {f"x{each}": 13.0 for each in range(1, 13)}
    odds: Weights = {"r0": {"x0": 20.0, **own}}
    odds |= {f"r{each}": {f"x{each}": 2.0} for each in range(1, 9)}
    found = pair_probabilities(odds, 0.001)
    assert 0.9 < found["r0"]["x0"] < _shares(odds)["r0"]["x0"]
    assert sum(found["r0"].values()) <= 1


def test_twins_in_a_large_group_are_sure_together() -> None:
    """That the other twin fits the other record counts there, too (PREV-4)."""
    odds = _in_a_large_group({"a": {"x": 20.0, "y": 15.0}, "b": {"x": 15.0, "y": 20.0}})
    found = pair_probabilities(odds, 0.0)
    assert found["a"]["x"] == pytest.approx(1 - 2**-10, abs=0.0002)


def _namesakes(seed: int, rows: int) -> Weights:
    """Let most fit one a little more than others of that name, who are many or few."""
    draw = random.Random(seed)
    fits, others = draw.choice([(22, 14), (18, 12), (14, 8), (25, 20)])
    share = draw.random()
    columns = range(rows + draw.randint(-1, 2))
    odds: Weights = {
        f"r{row}": {
            f"c{column}": draw.uniform(-6, others)
            for column in columns
            if draw.random() < share
        }
        for row in range(rows)
    }
    for row in range(rows - 1):
        odds[f"r{row}"][f"c{row}"] = draw.uniform(2, fits)
    return odds


@pytest.fixture(params=["paths", "neighbours"])
def bounded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bound each group, by paths of changes or without them."""
    monkeypatch.setattr(assignment, "_SUMMED_UP_TO", 0)
    if request.param == "neighbours":
        monkeypatch.setattr(bounds, "_PATHS_UP_TO", 0)


@cache
def _summed(seed: int, rows: int) -> dict[str, dict[str, float]]:
    """Sum over every way to pair such rows, which is one sum however it is bounded."""
    with pytest.MonkeyPatch.context() as raised:
        raised.setattr(assignment, "_SUMMED_UP_TO", rows)
        raised.setattr(assignment, "_STATES", 1 << 12)
        return pair_probabilities(_namesakes(seed, rows), 0.0)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("rows", [2, 3, 5, 8, 10])
def test_what_is_bounded_is_never_above_the_sum(rows: int) -> None:
    """Whoever is likelier than not is as likely at least, over all ways (MATCH-1)."""
    for seed in range(30):
        found = pair_probabilities(_namesakes(seed, rows), 0.0)
        exact = _summed(seed, rows)
        for row, columns in found.items():
            for column, each in columns.items():
                assert each <= max(0.5, exact[row][column] + 1e-12)


@pytest.mark.usefixtures("bounded")
@pytest.mark.parametrize("rows", [2, 5, 20])
def test_what_is_bounded_adds_up_to_one_at_most(rows: int) -> None:
    """So it is where all ways are summed, of each row and of each column (PREV-4)."""
    for seed in range(60):
        found = pair_probabilities(_namesakes(seed, rows), 0.0)
        sums = [sum(columns.values()) for columns in found.values()]
        assert max([*sums, *_sums_by_column(found).values()]) <= 1 + 1e-9


def test_paths_are_as_good_as_the_sum_nearly_always(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who is sure by the sum is sure by the bound, in four cases of five."""
    sure = {0: 0, 8: 0}
    for most in sure:
        monkeypatch.setattr(assignment, "_SUMMED_UP_TO", most)
        for seed in range(100):
            found = pair_probabilities(_namesakes(seed, 7), 0.0)
            each = (p for columns in found.values() for p in columns.values())
            sure[most] += sum(p >= 0.99 for p in each)
    assert 0.8 * sure[8] < sure[0] <= sure[8]


def test_as_many_paths_as_there_can_be_are_a_number_still() -> None:
    """Forty who fit forty equally well are likely for nobody (MATCH-1)."""
    columns = {f"c{each:02}": 900.0 for each in range(40)}
    odds = {f"r{each:02}": dict(columns) for each in range(40)}
    found = pair_probabilities(odds, 0.0)
    for row in found.values():
        assert row == pytest.approx(dict.fromkeys(columns, 1 / 40))


def test_an_unlikely_pair_is_kept_beside_those_that_compete() -> None:
    """What makes nobody compete is told all the same (PREV-6)."""
    odds = {"a": {"x": 5.0, "w": -12.0}, "b": {"x": 5.0}}
    found = pair_probabilities(odds, 0.01)
    assert 0 < found["a"]["w"] < 0.01


def test_a_tie_in_a_large_group_is_likely_for_nobody() -> None:
    """Where twelve rows fit twelve columns equally each pair is one of twelve."""
    columns = {f"c{each:02}": 9.0 for each in range(12)}
    odds = {f"r{each:02}": dict(columns) for each in range(12)}
    found = pair_probabilities(odds, 0.0)
    assert max(max(columns.values()) for columns in found.values()) <= 0.1


def test_a_few_rows_of_many_columns_are_judged_carefully_too() -> None:
    """More ways to pair than can be summed are bounded, not left out."""
    columns = {f"c{each:03}": 3.0 + each % 3 for each in range(60)}
    odds = {f"r{each}": dict(columns) for each in range(8)}
    found = pair_probabilities(odds, 0.0)
    assert max(max(columns.values()) for columns in found.values()) <= 0.5


def test_probabilities_do_not_depend_on_the_order() -> None:
    """Rows and columns in another order are as likely, to the last digit (PREV-5)."""
    for seed in range(10):
        odds = random_weights(seed, rows=12, columns=6)
        turned = {
            row: dict(reversed(odds[row].items())) for row in reversed(list(odds))
        }
        assert pair_probabilities(turned, 0.0) == pair_probabilities(odds, 0.0)


# How many are there -------------------------------------------------------------------


def test_nobody_shows_what_was_expected() -> None:
    """An import without students changes nothing (MATCH-6)."""
    assert found_share([], 0.7, 0.95) == 0.7


def test_an_import_shows_which_share_is_on_the_site() -> None:
    """Where all are found more are expected, where none is fewer (MATCH-6)."""
    found = {"x": 20.0}
    lost = {"x": -20.0}
    shares = [
        found_share([found] * here + [lost] * (200 - here), 0.7, 0.95)
        for here in (0, 100, 200)
    ]
    assert shares[0] < 0.2
    assert shares[1] == pytest.approx(0.5, abs=0.05)
    assert shares[2] == 0.95


def test_the_share_is_that_of_which_the_evidence_is_likeliest() -> None:
    """Doubtful evidence counts as far as it goes, by the share itself (MATCH-6)."""
    expected, bits = 0.6, [3.0, 1.0, 0.0, -1.0, -2.0] * 40
    proofs = [2**each * (1 - expected) / expected for each in bits]
    share = expected
    for _ in range(50):  # the chance of each, given the share, makes the share
        chances = [share * each / (share * each + 1 - share) for each in proofs]
        share = (sum(chances) + 20 * expected) / (len(bits) + 20)
    found = found_share([{"x": each} for each in bits], expected, 0.95)
    assert found == pytest.approx(share, abs=0.01)


def test_a_few_students_hardly_change_what_is_expected() -> None:
    """Two students who are not found prove nothing about the rest (MATCH-1)."""
    assert found_share([{"x": -20.0}] * 2, 0.7, 0.95) == pytest.approx(0.64, abs=0.02)


def test_the_share_does_not_depend_on_the_order() -> None:
    """The sum of many small numbers is the same in any order (PREV-5)."""
    draw = random.Random(1)
    rows = [{"x": draw.uniform(-3, 3), "y": draw.uniform(-9, 9)} for _ in range(99)]
    assert found_share(rows, 0.7, 0.95) == found_share(rows[::-1], 0.7, 0.95)


def test_evidence_without_end_is_a_number_still() -> None:
    """However high the odds, the share is at most the highest believed."""
    assert found_share([{"x": 900.0}] * 500, 0.5, 0.9) == 0.9
    assert pair_probabilities({"a": {"x": 900.0}}, 0.0)["a"]["x"] <= 1
