"""Unit tests of the levels and what meeting one tells."""

from itertools import permutations
from typing import Any

import pytest

from student_transfer.linkage.comparing.levels import (
    AGREEING,
    DEFAULT_LEVELS,
    Level,
    LevelProbabilities,
    bits,
)

_EVIDENCE_APART = {
    Level.INITIAL,
    Level.SAME_MONTH,
    Level.SAME_YEAR,
    Level.CHECKED,
    Level.OTHER_CHECKED,
}
"""Levels that are met where only a part of a value is known, or of a kind of value."""


@pytest.mark.parametrize("field", sorted(DEFAULT_LEVELS))
def test_a_value_that_differs_never_speaks_for_one_child(field: str) -> None:
    """Where values differ, or are two children's, that weighs below 0 (MATCH-4)."""
    levels = DEFAULT_LEVELS[field]
    for level in (Level.DIFFERENT, Level.OTHER_CHECKED, Level.LOOK_ALIKE):
        assert level not in levels or levels[level].weight < 0


@pytest.mark.parametrize("field", sorted(DEFAULT_LEVELS))
def test_nothing_weighs_more_than_the_same_value(field: str) -> None:
    """A value that is the same is the best that can be met (MATCH-3)."""
    levels = DEFAULT_LEVELS[field]
    best = max(chances.weight for chances in levels.values())
    same = [
        levels[level].weight
        for level in (Level.EXACT, Level.CHECKED, Level.LINKED)
        if level in levels
    ]
    alike = {Level.RESPELT, Level.ONE_EDIT_LONG, Level.TRUNCATED}
    others = [chances.weight for level, chances in levels.items() if level not in alike]
    assert max(same) == max(others)
    assert best <= max(same) + 1


@pytest.mark.parametrize(
    ("field", "who"), [("family_name", "sibling"), ("date_of_birth", "twin")]
)
def test_no_slip_tells_the_child_from_a_sister(field: str, who: str) -> None:
    """What befalls a name or a date befalls a sister's as much (MATCH-4).

    Else a record with a slip would agree better than the same one without.
    """
    levels = DEFAULT_LEVELS[field]
    same = levels[Level.EXACT].m / getattr(levels[Level.EXACT], who)
    for level, found in levels.items():
        if level not in _EVIDENCE_APART | {Level.DIFFERENT}:
            assert found.m / getattr(found, who) <= same, level


@pytest.mark.parametrize("field", sorted(DEFAULT_LEVELS))
@pytest.mark.parametrize("who", ["m", "u", "sibling", "twin"])
def test_the_levels_of_a_field_exclude_each_other(field: str, who: str) -> None:
    """The probabilities of the levels of one field add up to about 1 at most."""
    whole = [
        getattr(chances, who)
        for level, chances in DEFAULT_LEVELS[field].items()
        if level not in _EVIDENCE_APART | {Level.SHARED}
    ]
    assert sum(whole) <= 1.1


def test_nobody_changes_the_levels_for_everybody() -> None:
    """A host sets them in its own settings; those of the library stay."""
    levels: Any = DEFAULT_LEVELS["given_name"]
    with pytest.raises(TypeError):
        levels[Level.DIFFERENT] = LevelProbabilities(0.9, 0.1)


def test_every_level_has_words_of_its_own() -> None:
    """A person reads the level, so no two levels say the same (PREV-6)."""
    assert len({level.value for level in Level}) == len(Level)


def test_names_that_agree_are_one_name_in_some_way() -> None:
    """What is missing, differs or only looks alike never agrees (MATCH-4)."""
    never = {Level.MISSING, Level.DIFFERENT, Level.LOOK_ALIKE, Level.INITIAL}
    assert AGREEING.isdisjoint(never)


def test_odds_without_a_family_are_those_of_strangers() -> None:
    """Who says nothing of siblings says they are as strangers, twins as siblings."""
    assert LevelProbabilities(0.9, 0.1) == LevelProbabilities(0.9, 0.1, 0.1, 0.1)
    assert LevelProbabilities(0.9, 0.1, 0.3) == LevelProbabilities(0.9, 0.1, 0.3, 0.3)
    assert LevelProbabilities(0.8, 0.1).weight == 3


@pytest.mark.parametrize("who", ["m", "u", "sibling", "twin"])
@pytest.mark.parametrize("wrong", [0.0, -0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(who: str, wrong: float) -> None:
    """A probability of 0 would weigh without end (MATCH-6)."""
    given: dict[str, Any] = {"m": 0.9, "u": 0.1, who: wrong}
    with pytest.raises(ValueError, match=f"probability {who}"):
        LevelProbabilities(**given)


@pytest.mark.parametrize("who", ["m", "u", "sibling", "twin"])
@pytest.mark.parametrize("wrong", ["0.9", None, True])
def test_a_probability_that_is_no_number_is_refused(who: str, wrong: object) -> None:
    """MATCH-6: by name, where it is given, and not where it is first weighed."""
    given: dict[str, Any] = {"m": 0.9, "u": 0.1, who: wrong}
    with pytest.raises(
        TypeError, match=f"^{who} of a level has to be a number above 0"
    ):
        LevelProbabilities(**given)


def test_sums_of_weights_are_exact() -> None:
    """Weights are in steps, so that their sum is the same in any order (PREV-5)."""
    weights = [bits(ratio) for ratio in (0.76 / 0.003, 1e-7, 0.33, 3.0)]
    sums = {sum(some) for some in permutations(weights)}
    assert len(sums) == 1
