"""Levels that are learnt from a few students; all people are invented."""

from datetime import date

import attrs
import pytest

from student_transfer.linkage.comparing.kinds import CustomComparison
from student_transfer.linkage.comparing.levels import DEFAULT_LEVELS, LevelProbabilities
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.comparing.settings_file import (
    settings_from_toml,
    settings_to_toml,
)
from student_transfer.linkage.tuning.estimating import estimate
from student_transfer.linkage.tuning.learning_sample import LearningSample
from student_transfer.matching import DEFAULT_SETTINGS, Level
from tests.unit.linkage.tuning.invented import estimated, m, rosters


@pytest.mark.parametrize(
    ("code", "table"),
    [
        ("", "address"),
        ("10027", "address_of_one_area"),
        ("B1 1QA", "address_of_one_unit"),
    ],
)
def test_addresses_teach_the_levels_that_they_are_weighed_by(
    code: str, table: str
) -> None:
    """MATCH-3: an address counts for what the postcode does not say already."""
    coming, there, _ = rosters(200, 400, typing_errors=0.05)
    coming, there = (
        [
            attrs.evolve(one, extra={**dict(one.extra), "Postcode": code})
            for one in roster
        ]
        for roster in (coming, there)
    )
    found = estimate(coming, there)
    changed = {change.field for change in found.changes if "address" in change.field}
    assert changed == {table}
    similar = DEFAULT_LEVELS[table][Level.SIMILAR]
    assert m(found, table, Level.SIMILAR) < 0.8 * similar.m


def test_years_teach_beside_the_dates_of_birth_or_without_them() -> None:
    """MATCH-3: a year counts for what the date of birth does not say already."""
    coming, there, _ = rosters(200, 400, typing_errors=0.05)
    dated = {change.field for change in estimate(coming, there).changes}
    assert "year_beside_birth" in dated
    assert "year" not in dated
    coming, there = (
        [attrs.evolve(one, date_of_birth=None) for one in roster]
        for roster in (coming, there)
    )
    undated = {change.field for change in estimate(coming, there).changes}
    assert "year" in undated
    assert "year_beside_birth" not in undated


def test_years_teach_beside_the_dates_that_are_known() -> None:
    """MATCH-5: where a program filled in one date for all, as where there is none."""
    coming, there, _ = rosters(200, 400, typing_errors=0.05)
    coming, there = (
        [attrs.evolve(one, date_of_birth=date(2000, 9, 1)) for one in roster]
        for roster in (coming, there)
    )
    filled = {change.field for change in estimate(coming, there).changes}
    assert "year" in filled
    assert filled.isdisjoint({"year_beside_birth", "date_of_birth"})


def test_the_levels_are_learnt_by_the_frequencies_of_the_matching() -> None:
    """MATCH-5: one number for everybody is no agreement, here as where one matches."""
    coming, there, truth = rosters(20, 40, typing_errors=0.05)
    key, match = next((key, other) for key, other in truth.items() if other)
    coming = [attrs.evolve(one, national_id="STATE20245") for one in coming]
    there = [
        attrs.evolve(one, national_id="STATE20245" if one.key == match else "")
        for one in there
    ]
    sample = LearningSample.read(coming, there, DEFAULT_SETTINGS, "")
    one, other = sample.incoming[key], sample.existing[match]
    found = sample.scorer(DEFAULT_SETTINGS).compare(one, other)
    assert found.levels["national_id"] is Level.SHARED


@pytest.mark.parametrize("field", ["Mother's phone", "The phone of whoever is at home"])
def test_a_comparison_of_a_hosts_own_is_learnt_too(field: str) -> None:
    """MATCH-6: what a host has guessed is what rosters show best."""
    guess = {
        Level.EXACT: LevelProbabilities(0.5, 0.3),
        Level.DIFFERENT: LevelProbabilities(0.5, 0.7),
    }
    custom = CustomComparison(field=field, kind="exact", levels=guess)
    coming, there, truth = rosters(300, 400, typing_errors=0.05)
    numbers = {key: f"0121 {number}" for number, key in enumerate(truth.values(), 500)}
    coming, there = (
        [
            attrs.evolve(one, extra={**dict(one.extra), field: phone})
            for one, phone in phones
        ]
        for phones in (
            [(one, numbers[truth[one.key]]) for one in coming],
            [(one, numbers.get(one.key, f"0113 {one.key}")) for one in there],
        )
    )
    found = estimate(coming, there, Settings(comparisons=(custom,)))
    (learnt,) = found.settings.comparisons
    assert (learnt.field, learnt.kind) == (custom.field, custom.kind)
    assert learnt.levels[Level.EXACT].m > 0.6
    assert learnt.levels[Level.EXACT].u < 0.02
    changed = {change.level for change in found.changes if change.field == field}
    assert changed == set(guess)
    told = [line for line in found.as_text().splitlines() if field[:20] in line]
    assert told
    assert max(map(len, told)) <= 80


def test_few_students_change_little() -> None:
    """MATCH-1: ten students move few levels by a bit, and most by hardly anything."""
    found = estimated(10, 1000, 0.3)
    moved = [abs(change.bits) for change in found.changes]
    assert max(moved) < 1.5
    assert sorted(moved)[len(moved) // 2] < 0.1


def test_the_order_of_the_students_does_not_count() -> None:
    """PREV-5: the same rosters give the same estimate to the last digit."""
    coming, there, _ = rosters(200, 400, typing_errors=0.1)
    found = estimate(coming, there)
    again = estimate(coming[::-1], iter(sorted(there, key=lambda one: one.family_name)))
    assert again == found


def test_no_students_give_the_settings_back() -> None:
    """Where there is nothing to learn from nothing changes, and nothing fails."""
    some = rosters(3, 3, typing_errors=0.0)[0]
    for coming, there in (([], []), (some, []), ([], some)):
        found = estimate(coming, there)
        assert found.settings == DEFAULT_SETTINGS
        assert found.changes == ()
        assert (found.pairs, found.strangers) == (0, 0)
        assert found.as_text().count("\n") == 2


def test_two_students_of_one_key_are_refused() -> None:
    """Each incoming student is given once."""
    some = rosters(3, 3, typing_errors=0.0)[0]
    with pytest.raises(ValueError, match="one key"):
        estimate([*some, some[0]], some)


def test_fewer_rounds_than_none_are_refused() -> None:
    """With none what strangers show is learnt, and nothing of one child."""
    coming, there, _ = rosters(20, 40, typing_errors=0.05)
    assert estimate(coming, there, rounds=0).rounds == 0
    with pytest.raises(ValueError, match="rounds has to be 0 or more"):
        estimate(coming, there, rounds=-1)


def test_every_change_is_named() -> None:
    """PREV-6: what was and what is, for each level that is not as before."""
    found = estimated(200, 400, 0.15)
    named = {(change.field, change.level): change for change in found.changes}
    for field, levels in DEFAULT_LEVELS.items():
        for level, odds in levels.items():
            after = found.settings.levels[field][level]
            change = named.get((field, level))
            assert (change is not None) == (odds != after)
            if change is not None:
                assert (change.before, change.after) == (odds, after)
                assert change.bits == after.weight - odds.weight


@pytest.mark.parametrize(("incoming", "existing"), [(0, 0), (9, 0), (0, 9)])
def test_where_nobody_can_be_compared_no_share_is_told(
    incoming: int, existing: int
) -> None:
    """What was expected is not told as what was found."""
    coming, there, _ = rosters(9, 9, typing_errors=0.1)
    text = estimate(coming[:incoming], there[:existing]).as_text()
    assert text.startswith(f"{incoming} students come; nothing can be learnt.\n")


def test_the_text_tells_the_changes_in_80_columns() -> None:
    """What has moved is told line by line, the rest as a number."""
    found = estimated(200, 400, 0.15)
    lines = found.as_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == f"200 students come; {found.share:.1%} seem to be there."
    assert lines[1].startswith(f"{found.pairs:,} pairs of candidates, 8,000 of")
    told = [line.split()[0] for line in lines if "." in line.split(" ")[0]]
    for change in found.changes:
        name = f"{change.field}.{change.level.name.lower()}"
        assert (name in told) == (abs(change.bits) >= 0.25)
    assert lines[-1].endswith("more levels have moved by less than 0.25 bits.")


def test_estimated_settings_can_be_saved() -> None:
    """What was learnt from one import is there for the next."""
    settings = estimated(200, 400, 0.15).settings
    assert settings_from_toml(settings_to_toml(settings)) == settings


@pytest.mark.parametrize("gender", ["F", ""])
@pytest.mark.parametrize("postcode", ["B13 9QX", ""])
def test_what_is_estimated_is_never_refused(gender: str, postcode: str) -> None:
    """MATCH-6: not where all are alike either, as in a school for girls."""
    coming, there, _ = rosters(60, 120, typing_errors=0.1)
    coming, there = (
        [
            attrs.evolve(one, gender=gender, extra={"postcode": postcode})
            for one in roster
        ]
        for roster in (coming, there)
    )
    for _ in range(2):
        found = estimate(coming, there, seed="1").settings
        found = estimate(coming, there, found, rounds=20).settings
        assert settings_from_toml(settings_to_toml(found)) == found
    exact = found.levels["gender"][Level.EXACT]
    assert (exact.weight < 0.5) is (gender != "")
