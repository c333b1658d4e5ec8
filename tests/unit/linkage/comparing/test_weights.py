"""Unit tests of what levels weigh on one site."""

import pytest

from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.levels import (
    DEFAULT_LEVELS,
    Level,
    LevelProbabilities,
)
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.comparing.weights import (
    AREA,
    BESIDE_BIRTH,
    BESIDE_BIRTH_YEAR,
    ELSEWHERE,
    NOTHING,
    UNIT,
    WeightTables,
    weights_of,
)

SITE = Frequencies(1000)


def _tables(frequencies: Frequencies = SITE) -> WeightTables:
    return WeightTables(frequencies, DEFAULT_SETTINGS)


@pytest.mark.parametrize("table", sorted(DEFAULT_LEVELS))
def test_every_level_has_its_line(table: str) -> None:
    """A level weighs what its probabilities say, against strangers (PREV-6)."""
    for level, chances in DEFAULT_LEVELS[table].items():
        field, found, *weights, _, _, by = _tables().evidence(table, level)
        assert found is level
        assert by == table
        assert tuple(weights) == weights_of(chances)
        assert field in {table, "address", "year"}


def test_a_level_without_odds_weighs_nothing() -> None:
    """What a host has not set says nothing (MATCH-5)."""
    found = _tables().evidence("gender", Level.PART)
    assert found == ("gender", Level.PART, *NOTHING, "", 0.0, "")


@pytest.mark.parametrize(
    ("table", "field"),
    [
        (ELSEWHERE, "address"),
        (UNIT, "address"),
        (AREA, "address"),
        (BESIDE_BIRTH, "year"),
        (BESIDE_BIRTH_YEAR, "year"),
    ],
)
def test_a_table_beside_another_field_says_so(table: str, field: str) -> None:
    """A line that was weighed beside another one has a note (PREV-6)."""
    found = _tables().evidence(table, Level.EXACT)
    assert found.field == field
    assert found.note
    assert found[2:5] != _tables().evidence(field, Level.EXACT)[2:5]


def test_a_value_that_is_the_same_weighs_by_its_share() -> None:
    """The rarer, the more, and never against (MATCH-5)."""
    counts = {("family", "khan"): 50_000, ("family", "ng"): 100_000}
    tables = WeightTables(Frequencies(100_000, counts), DEFAULT_SETTINGS)
    rare, common, everyone = (
        tables.exact["family_name"][name] for name in ("rara", "khan", "ng")
    )
    assert rare.weight > common.weight > everyone.weight == 0
    assert rare.sibling > common.sibling


def test_a_value_that_hides_in_others_is_taken_for_no_rarer_than_usual() -> None:
    """It weighs what it is counted, or less: nothing is too likely by it (MATCH-5)."""
    counts = {("given", "ng"): 50_000}
    exact = WeightTables(Frequencies(100_000, counts), DEFAULT_SETTINGS).exact
    same = exact["given_name"]
    usual = DEFAULT_LEVELS["given_name"][Level.EXACT]
    assert same.uncounted("ng") == same["ng"]
    assert same.uncounted("nobodys").weight == usual.weight < same["nobodys"].weight
    assert 0 < same.uncounted("oliver").weight < usual.weight  # as many are called
    gap = same["nobodys"].weight - usual.weight
    assert same.uncounted("nobodys").sibling == same["nobodys"].sibling - gap


def test_what_everyone_has_says_little_against_a_family() -> None:
    """A value that is the same never weighs more than one bit against (MATCH-4)."""
    tables = WeightTables(Frequencies(1000, {("given", "ng"): 1000}), DEFAULT_SETTINGS)
    assert tables.exact["given_name"]["ng"][3:5] == (-1, -1)


def test_how_much_rarer_a_value_is_alike_with_siblings() -> None:
    """It is what a rare value weighs less for siblings than for one (MATCH-4)."""
    rara = _tables().exact["given_name"]["rara"]
    assert _tables().sibling_share("given_name") == pytest.approx(
        rara.sibling - rara.weight, abs=0.2
    )


def test_what_a_family_shares_is_likelier_with_siblings() -> None:
    """A rare family name speaks for the family as much as for the child (MATCH-4)."""
    family = _tables().exact["family_name"]["rara"]
    assert family.sibling >= family.weight - 1
    assert family.twin >= family.weight - 1
    given = _tables().exact["given_name"]["rara"]
    assert given.sibling < given.weight - 5


def test_a_small_site_counts_as_the_smallest_size() -> None:
    """A child who comes may have any name, however few are there (MATCH-5)."""
    settings = Settings(smallest_size=300)
    assert WeightTables(Frequencies(3), settings).size == 300
    assert WeightTables(Frequencies(900), settings).size == 900


def test_a_host_sets_what_a_level_weighs() -> None:
    """Levels are settings (MATCH-6)."""
    settings = Settings(levels={"gender": {Level.EXACT: LevelProbabilities(0.8, 0.1)}})
    tables = WeightTables(Frequencies(1000), settings)
    assert tables.evidence("gender", Level.EXACT)[2] == 3
    assert tables.evidence("gender", Level.DIFFERENT) == _tables().evidence(
        "gender", Level.DIFFERENT
    )


def test_years_that_strangers_share_oftener_tell_less() -> None:
    """MATCH-5: in an import of one year group the year is nobody's own."""
    few = _tables(Frequencies(1000, same_year=0.95, same_birth_year=0.6))
    for table, level in (
        ("year", Level.EXACT),
        ("year", Level.NEXT),
        ("date_of_birth", Level.SAME_YEAR),
        ("date_of_birth", Level.SAME_MONTH),
    ):
        weight = few.evidence(table, level).weight
        assert 0 <= weight + 0.1 < _tables().evidence(table, level).weight
    assert few.evidence("year", Level.EXACT).weight < 0.2
    far = few.evidence("year", Level.DIFFERENT).weight
    assert _tables().evidence("year", Level.DIFFERENT).weight < far <= 0


def test_years_that_are_spread_as_usual_weigh_as_usual() -> None:
    """What is not known to be otherwise is as the levels have it."""
    usual = _tables(
        Frequencies(1000, same_year=1 / 13, next_year=2 / 13, same_birth_year=0.01)
    )
    for table in ("year", "date_of_birth"):
        assert usual.levels[table] == _tables().levels[table]
