"""Levels that are learnt from the rosters of whole schools; all people are invented."""

from math import fsum
from random import Random

import attrs
import pytest

from student_transfer.linkage.comparing.levels import DEFAULT_LEVELS, Levels
from student_transfer.linkage.profiles.identifiers import upn_letter
from student_transfer.linkage.tuning.estimating import estimate
from student_transfer.linkage.tuning.evaluating import evaluate
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    Level,
    Settings,
    Suggestion,
    link,
)
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.tuning.invented import (
    estimated,
    invented_child,
    m,
    rosters,
)

EDITED = (Level.ONE_EDIT, Level.ONE_EDIT_LONG)


# What is learnt -----------------------------------------------------------------------


@pytest.mark.parametrize("field", ["given_name", "family_name"])
def test_more_typing_errors_are_found_more(field: str) -> None:
    """MATCH-6: three times the typing errors make them about three times as likely."""
    few = m(estimated(1000, 2000, 0.05), field, *EDITED)
    many = m(estimated(1000, 2000, 0.15), field, *EDITED)
    assert 0.03 < few < 0.08
    assert 0.10 < many < 0.18


def test_errors_that_nobody_made_become_less_likely() -> None:
    """What was never met in many pairs weighs less when it is met."""
    found = estimated(1000, 2000, 0.05)
    for field, level in (
        ("date_of_birth", Level.EXCHANGED),
        ("date_of_birth", Level.DIFFERENT),
        ("gender", Level.DIFFERENT),
    ):
        odds = found.settings.levels[field][level]
        assert odds.m < DEFAULT_LEVELS[field][level].m / 2


@pytest.mark.parametrize(
    ("field", "level", "true"),
    [
        ("given_name", Level.EXACT, 1 / 40),
        ("family_name", Level.EXACT, 1 / 196),
        ("postcode", Level.EXACT, 1 / 190),
        ("gender", Level.EXACT, 1 / 2),
    ],
)
def test_how_often_strangers_agree_is_counted(
    field: str, level: Level, true: float
) -> None:
    """MATCH-5: u is what any two students do, and not what one child's records do."""
    usual = DEFAULT_LEVELS[field][level].u
    found = estimated(1000, 2000, 0.05).settings.levels[field][level].u
    assert usual + 0.4 * (true - usual) <= found * 1.01 <= true * 1.1


def test_pairs_of_one_child_are_no_strangers() -> None:
    """MATCH-5: where all are there, and no name repeats, u of the same name falls."""
    random = Random(1)
    names = sorted({"".join(random.sample("abdefgiklmnoprstu", 8)) for _ in range(300)})
    there = [
        attrs.evolve(invented_child(random, f"e{place}", place), family_name=name)
        for place, name in enumerate(names)
    ]
    found = estimate(there, there).settings.levels["family_name"]
    assert found[Level.EXACT].u < DEFAULT_LEVELS["family_name"][Level.EXACT].u / 1.3


def test_half_who_moved_are_seen_in_the_postcodes() -> None:
    """Two fifths of the children have moved house, and only they."""
    found = estimated(1000, 2000, 0.05)
    assert m(found, "postcode", Level.EXACT) == pytest.approx(0.6, abs=0.04)
    elsewhere = found.settings.levels["address_elsewhere"][Level.DIFFERENT]
    assert elsewhere.m > 0.8
    one_unit = found.settings.levels["address_of_one_unit"][Level.EXACT]
    assert one_unit.m > 0.8


def test_the_share_who_are_there_is_found() -> None:
    """The share of the incoming students who are there is estimated besides."""
    assert estimated(1000, 2000, 0.05).share == pytest.approx(0.7, abs=0.02)
    assert estimated(500, 1000, 0.05, 0.0).share < 0.1
    assert estimated(500, 1000, 0.05, 1.0).share == DEFAULT_SETTINGS.most_share


def test_where_names_are_mistyped_the_estimate_finds_more() -> None:
    """What is learnt is worth something: more children are found, and none wrongly."""
    coming, there, truth = rosters(500, 1000, typing_errors=0.3)
    bare = [
        [attrs.evolve(one, date_of_birth=None, year="", extra={}) for one in roster]
        for roster in (coming, there)
    ]
    usual, learnt = (
        evaluate(_linked(bare[0], bare[1], settings), truth).counts
        for settings in (DEFAULT_SETTINGS, estimate(bare[0], bare[1]).settings)
    )
    assert learnt.recall > usual.recall
    assert learnt.f1 > usual.f1
    assert learnt.false_unreviewed <= usual.false_unreviewed


def _linked(
    coming: list[Student], there: list[Student], settings: Settings
) -> dict[StudentKey, Suggestion]:
    found = link(coming, there, settings)
    return {one.key: suggestion for one, suggestion in zip(coming, found, strict=True)}


# Caution ------------------------------------------------------------------------------


def test_nobody_there_teaches_nothing_about_one_child() -> None:
    """Where no pair is one child, how one child is written stays as it was."""
    found = estimated(500, 1000, 0.05, 0.0)
    for field in ("given_name", "family_name", "date_of_birth", "gender"):
        for level, odds in found.settings.levels[field].items():
            assert odds.m == pytest.approx(DEFAULT_LEVELS[field][level].m, rel=0.05)


@pytest.mark.parametrize("typing_errors", [0.0, 0.05, 0.3])
def test_no_level_outweighs_the_same_or_changes_sides(typing_errors: float) -> None:
    """MATCH-1: whatever is seen, the same weighs most, and what differs never for."""
    found = estimated(500, 1000, typing_errors)
    changed = {(change.field, change.level) for change in found.changes}
    for field, level in changed - {("national_id", Level.CHECKED)}:
        before = DEFAULT_LEVELS[field][level]
        after = found.settings.levels[field][level]
        exact = found.settings.levels[field][Level.EXACT]
        assert after.weight <= exact.weight + 0.01
        assert exact.weight >= 0
        if before.weight <= 0:
            assert after.weight <= 0.01


def test_where_all_are_of_one_gender_it_tells_nothing() -> None:
    """In a girls' school nobody is more likely the same child for being a girl."""
    coming, there, _ = rosters(300, 600, typing_errors=0.05)
    coming, there = (
        [attrs.evolve(one, gender="F") for one in roster] for roster in (coming, there)
    )
    gender = estimate(coming, there).settings.levels["gender"]
    assert 0 <= gender[Level.EXACT].weight < 0.1
    assert gender[Level.DIFFERENT].weight <= 0


def test_siblings_go_along_with_what_they_share() -> None:
    """MATCH-4: a family's name is mistyped as often, a child's own name stays apart."""
    found = estimated(1000, 2000, 0.15).settings.levels
    for level in EDITED:
        family = DEFAULT_LEVELS["family_name"][level]
        now = found["family_name"][level]
        assert now.sibling / family.sibling == pytest.approx(now.m / family.m, rel=0.01)
        given = DEFAULT_LEVELS["given_name"][level]
        assert found["given_name"][level].sibling >= given.sibling
    short = found["given_name"][Level.SHORT_FORM]
    usual = DEFAULT_LEVELS["given_name"][Level.SHORT_FORM]
    assert short.m < usual.m
    assert short.sibling == usual.sibling
    born = DEFAULT_LEVELS["date_of_birth"][Level.EXCHANGED]
    now = found["date_of_birth"][Level.EXCHANGED]
    assert now.twin / born.twin == pytest.approx(now.m / born.m, rel=0.01)


# What stays ---------------------------------------------------------------------------


def test_what_cannot_be_learnt_stays() -> None:
    """MATCH-6: other settings stay, and so do levels that such rosters do not show."""
    found = estimated(500, 1000, 0.15).settings
    assert attrs.evolve(found, levels=DEFAULT_LEVELS) == DEFAULT_SETTINGS
    for field in ("student_id", "user_name", "email", "link"):
        assert found.levels[field] == DEFAULT_LEVELS[field]
    for field, level in (
        ("given_name", Level.INITIAL),
        ("date_of_birth", Level.SAME_MONTH),
        ("national_id", Level.SHARED),
    ):
        assert found.levels[field][level] == DEFAULT_LEVELS[field][level]


def test_the_levels_of_a_field_still_share_out_every_pair() -> None:
    """What m and u add up to is the same as before, but for what caution adds."""
    found = estimated(500, 1000, 0.15).settings.levels
    for field in ("given_name", "family_name", "date_of_birth", "year", "postcode"):
        for number in ("m", "u"):
            before, after = (
                _whole(levels[field], number) for levels in (DEFAULT_LEVELS, found)
            )
            assert after == pytest.approx(before, rel=0.01)


def _whole(levels: Levels, number: str) -> float:
    rough = {Level.INITIAL, Level.SAME_MONTH, Level.SAME_YEAR}
    return fsum(
        getattr(odds, number) for level, odds in levels.items() if level not in rough
    )


def test_what_is_known_in_part_teaches_nothing() -> None:
    """An initial or a year of birth says nothing about how whole values are written."""
    coming, there, _ = rosters(300, 600, typing_errors=0.05)
    cut = [
        attrs.evolve(
            one,
            given_name=one.given_name[0],
            date_of_birth=None,
            extra={"DateOfBirth": f"{one.date_of_birth:%Y}", "Postcode": "B1 1QX"},
        )
        for one in coming
    ]
    found = estimate(cut, there).settings.levels
    for field in ("given_name", "date_of_birth", "middle_name"):
        for level, odds in found[field].items():
            usual = DEFAULT_LEVELS[field][level]
            assert attrs.astuple(odds) == pytest.approx(attrs.astuple(usual), rel=0.001)


@pytest.mark.parametrize("check_letter", [True, False])
def test_check_letters_change_with_what_is_the_same(*, check_letter: bool) -> None:
    """National identifiers with and without check letter are one outcome of two."""
    coming, there, truth = rosters(300, 600, typing_errors=0.05)

    def national_id(number: int) -> str:
        digits = f"801200{number:06}"
        return upn_letter(digits) + digits if check_letter else digits

    ids = {one.key: national_id(number) for number, one in enumerate(there)}
    for place, one in enumerate(there):
        there[place] = attrs.evolve(one, national_id=ids[one.key])
    for place, one in enumerate(coming):
        match = truth[one.key]
        number = ids[match] if match else national_id(9000 + place)
        coming[place] = attrs.evolve(one, national_id=number)
    found = estimate(coming, there).settings.levels["national_id"]
    usual = DEFAULT_LEVELS["national_id"]
    assert found[Level.EXACT].m > usual[Level.EXACT].m
    assert found[Level.CHECKED].m == found[Level.EXACT].m
    assert found[Level.DIFFERENT].m < usual[Level.DIFFERENT].m
    differ, checked = (found[one] for one in (Level.DIFFERENT, Level.OTHER_CHECKED))
    assert checked.weight < differ.weight < usual[Level.DIFFERENT].weight
    assert checked.u == differ.u


# The rounds ---------------------------------------------------------------------------


@pytest.mark.parametrize("typing_errors", [0.0, 0.05, 0.3])
def test_the_fit_never_falls(typing_errors: float) -> None:
    """MATCH-6: each round's probabilities fit at least as well as the last ones."""
    found = estimated(500, 1000, typing_errors)
    assert len(found.fits) == found.rounds + 1 == 11
    for before, after in zip(found.fits, found.fits[1:], strict=False):
        assert after >= before - 1e-6
    assert found.fits[-1] > found.fits[0]


def test_another_seed_compares_other_strangers() -> None:
    """The seed counts, a little, where not every pair is compared."""
    coming, there, _ = rosters(500, 1000, typing_errors=0.1)
    one, other = (estimate(coming, there, seed=seed) for seed in ("1", "2"))
    assert one.strangers == other.strangers == 20_000
    assert one != other
    for change in one.changes:
        now = other.settings.levels[change.field][change.level]
        assert now.weight == pytest.approx(change.after.weight, abs=0.6)
    small = rosters(20, 40, typing_errors=0.1)
    assert estimate(*small[:2], seed="1") == estimate(*small[:2], seed="2")


def test_estimating_again_changes_little() -> None:
    """What was learnt is where the next estimate from the same rosters begins."""
    coming, there, _ = rosters(500, 1000, typing_errors=0.15)
    first = estimated(500, 1000, 0.15)
    second = estimate(coming, there, first.settings)
    assert second.fits[0] > first.fits[0]
    moved = sum(abs(change.bits) for change in first.changes)
    assert sum(abs(change.bits) for change in second.changes) < moved
