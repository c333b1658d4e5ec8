"""Unit tests of pruning pairs at a glance: only what no comparison could save."""

import sys
from datetime import date
from typing import Any

import attrs
import numpy as np
import pytest

from student_transfer.linkage.bulk_blocking.backend import has_numpy
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.kinds import CustomComparison
from student_transfer.linkage.comparing.levels import Level, LevelProbabilities
from student_transfer.linkage.comparing.needs import Needs
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.births import Birth
from student_transfer.linkage.profiles.profile import as_columns, profile, values_of
from student_transfer.linkage.proposing.pair_scoring import PairScorer
from student_transfer.linkage.pruning.field_bounds import FieldBounds
from student_transfer.linkage.pruning.pairs import (
    DAY,
    GRADE,
    MONTH,
    WIDTH,
    YEAR,
    Pairs,
)
from student_transfer.linkage.pruning.pruner import Pruner
from student_transfer.matching import link
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import FULL, LEAN, NOBODY, named, there

SCORER = Scorer(Frequencies(100_000), DEFAULT_SETTINGS)
STRANGER = there(
    named(
        "Oluwaseun",
        "Fitzgerald",
        date_of_birth=date(2010, 11, 23),
        extra={"postcode": "LS6 2AB", "address": "7 Otley Road"},
    ),
    "8",
)


def stays(one: Student, *others: Student, scorer: Scorer = SCORER) -> list[str]:
    """Return the keys of the candidates who are compared."""
    known = {other.key: other for other in others}
    pruner = Pruner(
        {one.key: profile(one)},
        {one.key: [*known]},
        lambda keys: as_columns([values_of(known[key]) for key in keys]),
    )
    return [str(key) for key in pruner.plausible(scorer)[one.key]]


def test_a_stranger_is_pruned() -> None:
    """Who has another name and birthday and lives elsewhere is not compared."""
    assert SCORER.weigh(profile(FULL), profile(STRANGER)) is None
    assert stays(FULL, STRANGER, there(FULL)) == ["9"]


def test_names_that_are_just_similar_are_not_taken_for_unlike() -> None:
    """As the scorer has it, to whom Henry and a slip in Henrique are just similar."""
    site = Frequencies(10_000, {("family", "vieira"): 5})
    scorer = Scorer(site, DEFAULT_SETTINGS)
    one = named("Henriqeu", "Vieira", date_of_birth=date(2013, 4, 15), gender="M")
    other = there(named("Henry", "Vieira", date_of_birth=date(2010, 9, 25), gender="M"))
    assert scorer.weigh(profile(one), profile(other))
    assert stays(one, other, scorer=scorer) == ["9"]


@pytest.mark.parametrize(
    "changes",
    [
        {"national_id": FULL.national_id},
        {"national_id": FULL.national_id[:-1] + "7"},
        {"email": FULL.email.upper()},
        {"given_name": FULL.family_name, "family_name": FULL.given_name},
        {
            "given_name": FULL.given_name,
            "family_name": FULL.family_name,
            "date_of_birth": FULL.date_of_birth,
            "extra": {},
        },
        {
            "family_name": FULL.family_name,
            "date_of_birth": FULL.date_of_birth,
            "extra": {},
        },
        {"family_name": FULL.family_name, "extra": dict(FULL.extra)},
        {"given_name": "", "date_of_birth": FULL.date_of_birth},
    ],
)
def test_whom_something_may_save_is_compared(changes: dict[str, Any]) -> None:
    """An identifier, a home, a name or a birthday that agrees: all is looked at."""
    other = attrs.evolve(STRANGER, **changes)
    assert stays(FULL, other) == ["8"]


@pytest.mark.parametrize(
    "changes",
    [
        {"national_id": "B912311112112", "email": "other@example.org"},
        {"preferred_name": "Seun", "middle_name": "Ayodele"},
        {"extra": {"address": "14 Otley Road"}},
        {"extra": {"address": "Mill Cottage"}},
        {"extra": {"address": "Zoë Street 9, Leeds"}},
        {"extra": {"address": "9 Leeds"}},
        {"date_of_birth": None, "extra": {"date of birth": "2010-11"}},
        {"date_of_birth": None, "extra": {}},
        {"given_name": "Al", "family_name": "Ng"},
    ],
)
def test_nothing_else_saves_a_stranger(changes: dict[str, Any]) -> None:
    """What differs, is missing or is written otherwise is bounded, and pruned."""
    other = attrs.evolve(STRANGER, **changes)
    assert SCORER.weigh(profile(FULL), profile(other)) is None
    assert stays(FULL, other) == []


def test_a_name_to_go_by_may_save_a_pair() -> None:
    """A preferred or a middle name may be the other record's given name (MATCH-3)."""
    one = attrs.evolve(FULL, middle_name="Rosalind", preferred_name="Clementine")
    ways: list[dict[str, Any]] = [
        {"given_name": "Rosalind"},
        {"given_name": "Clementine"},
        {"middle_name": one.given_name},
        {"middle_name": one.given_name, "given_name": "Rosalind"},
    ]
    for changes in ways:
        other = attrs.evolve(
            STRANGER, date_of_birth=FULL.date_of_birth, extra={}, **changes
        )
        assert stays(one, other) == ["8"]


@pytest.mark.parametrize(
    ("names", "others", "is_kept"),
    [
        (("Ada Rosalind", ""), ("Ada", "Rosalind"), True),
        (("Ada", "Rosalind"), ("Ada Rosalind", ""), True),
        (("Ada", "Rosalind"), ("Ada R", ""), True),
        (("De", "Rosalind"), ("De Rosalind", ""), True),
        (("De Rosalind", ""), ("De", "Rosalind"), True),
        (("Muhammad Rosalind", ""), ("Muhammad", "Rosalind"), True),
        (("Muhammad", "Rosalind Jane"), ("Muhammad Rosalind", "Jane"), True),
        (("Muhammad Rosalind", ""), ("Muhammad", "Jane"), False),
        (("Ada", "Rosalind"), ("Ada Jane", ""), False),
        (("Ada", ""), ("Ada Rosalind", ""), False),
        (("Ada", ""), ("Ada Rosalind", "Jane"), False),
    ],
)
def test_names_in_one_column_may_save_a_pair(
    names: tuple[str, str], others: tuple[str, str], *, is_kept: bool
) -> None:
    """As does what is in two: it is bounded by what it weighs (MATCH-3)."""
    one, other = (
        attrs.evolve(student, given_name=given, middle_name=middle, extra={})
        for student, (given, middle) in ((FULL, names), (STRANGER, others))
    )
    born = date(FULL.date_of_birth.year, 11, 23) if FULL.date_of_birth else None
    other = attrs.evolve(other, date_of_birth=born, gender=FULL.gender)
    scorer = Scorer(Frequencies(200), DEFAULT_SETTINGS)
    found = scorer.weigh(profile(one), profile(other))
    assert (found is not None) is is_kept
    assert (stays(one, other, scorer=scorer) == ["8"]) is is_kept


def test_whoever_is_known_by_more_than_texts_is_compared() -> None:
    """An earlier transfer may prove what no text says (IMP-5)."""
    pruner = Pruner(
        {FULL.key: profile(FULL)},
        {FULL.key: [STRANGER.key]},
        lambda _: as_columns([None]),
    )
    assert pruner.plausible(SCORER) == {FULL.key: [STRANGER.key]}
    linked = attrs.evolve(FULL, provenance={STRANGER.ref})
    assert stays(linked, STRANGER) == ["8"]


def test_nobody_is_pruned_without_candidates() -> None:
    """An incoming student without candidates has none afterwards."""
    assert stays(LEAN) == []


def test_families_are_learnt_from_whom_no_comparison_could_match() -> None:
    """A sister in the same house stays: she tells how many sisters there are."""
    sister = attrs.evolve(
        STRANGER, family_name=FULL.family_name, extra={"address": "14 Mill Street"}
    )
    scorer = Scorer(Frequencies(50_000_000), DEFAULT_SETTINGS)
    one = attrs.evolve(FULL, extra={"address": "14 Mill Street"})
    assert stays(one, sister, scorer=scorer) == ["8"]


def test_custom_comparisons_may_save_any_pair() -> None:
    """Where a host compares more, nothing is pruned before it is compared."""
    custom = CustomComparison(
        field="Locker", kind="exact", levels={Level.EXACT: LevelProbabilities(1, 1e-15)}
    )
    settings = Settings(comparisons=(custom,))
    locker = {"Locker": "12"}
    one = attrs.evolve(FULL, extra={**dict(FULL.extra), **locker})
    other = attrs.evolve(STRANGER, extra={**dict(STRANGER.extra), **locker})
    scorer = PairScorer(
        {FULL.key: profile(one)},
        {FULL.key: [other.key]},
        {other.key: profile(other)}.__getitem__,
        Frequencies(100_000),
        settings,
        as_columns=lambda _: as_columns([values_of(other)]),
    )
    assert list(scorer.score([FULL.key]).sums[FULL.key]) == [other.key]


REST: tuple[dict[str, Any], ...] = (
    {},
    {"gender": "M"},
    {"year": "2"},
    {"year": "7"},
    {"year": "Nursery"},
    {"gender": "M", "year": "", "date_of_birth": None},
    {"year": "2", "date_of_birth": None},
    {"date_of_birth": None, "extra": {"date of birth": "2014"}, "gender": "M"},
    {"date_of_birth": None, "extra": {"date of birth": "2014"}, "year": "7"},
    {"date_of_birth": None, "extra": {"date of birth": "2014-03"}, "gender": "M"},
    {"date_of_birth": None, "extra": {"date of birth": "2011"}, "gender": "M"},
    {"national_id": "B912311112112", "gender": "M"},
    {"national_id": "B912311112112"},
    {"student_id": FULL.student_id, "gender": "M"},
    {"user_name": FULL.user_name, "gender": "M"},
    {"extra": {"postcode": "B13 9QX"}, "gender": "M"},
    {"extra": {"postcode": "B13 9QY"}, "gender": "M"},
    {"extra": {"postcode": "B13 8AA"}, "gender": "M"},
    {"extra": {"address": "14 Mill Street"}, "gender": "M"},
    {"extra": {"address": "14 Otley Road", "postcode": "LS6 2AB"}, "gender": "M"},
    {"extra": {}, "family_name": "Patel", "gender": "M"},
)
"""What else agrees or differs, of one who has the given name."""


@pytest.mark.parametrize("size", [200, 20_000, 1_000_000])
@pytest.mark.parametrize("changes", REST)
def test_all_else_is_bounded_from_above(changes: dict[str, Any], size: int) -> None:
    """Who is pruned by all together is nobody whom the comparison keeps."""
    other = there(
        FULL, "8", **{"family_name": "Fitzgerald", **_UNKNOWN, "year": "6", **changes}
    )
    scorer = Scorer(Frequencies(size), DEFAULT_SETTINGS)
    is_kept = scorer.weigh(profile(FULL), profile(other)) is not None
    assert stays(FULL, other, scorer=scorer) in ([["8"]] if is_kept else [[], ["8"]])


def test_an_identifier_of_the_site_counts_however_it_is_written() -> None:
    """Where a host weighs it much, it is the same as in a comparison (MATCH-3)."""
    much = {"student_id": {Level.EXACT: LevelProbabilities(0.9, 1e-9)}}
    scorer = Scorer(Frequencies(20_000), Settings(levels=much))
    for text in ("1001", "01001", " 1001 ", "1001.0"):
        other = attrs.evolve(STRANGER, given_name=FULL.given_name, student_id=text)
        assert scorer.weigh(profile(FULL), profile(other)) is not None
        assert stays(FULL, other, scorer=scorer) == ["8"]
    other = attrs.evolve(STRANGER, given_name=FULL.given_name, student_id="100.1")
    assert stays(FULL, other, scorer=scorer) == []


@pytest.mark.parametrize("size", [3, 30, 300])
def test_another_identifier_may_weigh_nothing_where_several_have_one(size: int) -> None:
    """MATCH-5: two right numbers that differ are no evidence if one is shared."""
    number, home = "M823299917045", {"address": "1 High St"}
    same = {"year": "4", "extra": home}
    one = named("Ali", "Kaya", gender="M", national_id=number, **same)
    changes = {"gender": "F", "national_id": "H801200001001"}
    other = there(named("Eva", "Novak", **changes, **same), "8")
    shared = Frequencies(size, {("national_id", profile(one).national_id): 2})
    scorer = Scorer(shared, DEFAULT_SETTINGS)
    assert scorer.weigh(profile(one), profile(other)) is not None
    assert stays(one, other, scorer=scorer) == ["8"]
    assert stays(one, other, scorer=Scorer(Frequencies(size), DEFAULT_SETTINGS)) == []


@pytest.mark.parametrize("mine", [(2014, 3, 5), (2014, 1, 1), (2014, 0, 0)])
@pytest.mark.parametrize(
    "born",
    [
        *((2014, 0, 0), (2014, 3, 0), (2014, 5, 0), (2013, 0, 0), (2010, 11, 23)),
        *((2014, 1, 1), (2013, 1, 1), (2014, 3, 5)),
    ],
)
@pytest.mark.parametrize("year", [6, 7, 2])
@pytest.mark.parametrize("default", [(2014, 3, 5), (2010, 11, 23), (2013, 1, 1)])
@pytest.mark.parametrize(
    ("is_year", "is_common"), [(False, False), (True, False), (True, True)]
)
def test_years_are_bounded_by_what_they_weigh(
    *,
    mine: Birth,
    born: Birth,
    year: int,
    default: Birth,
    is_year: bool,
    is_common: bool,
) -> None:
    """A year says less beside a date of birth, by whichever way (MATCH-2)."""
    lean = attrs.evolve(profile(LEAN), gender="", born=mine)
    other = attrs.evolve(lean, born=born, year=year)
    sheet = np.zeros((WIDTH, 2), np.int64)
    for place, one in enumerate((lean, other)):
        sheet[[YEAR, MONTH, DAY], place] = one.born or (0, 0, 0)
        sheet[GRADE, place] = (one.year or 0) + 2
    pairs = Pairs(sheet[:, :1], sheet[:, 1:], *np.zeros((2, 1), np.int64))
    site = Frequencies(100_000, default_births=frozenset({default}))
    site = attrs.evolve(site, january_is_year=is_year, january_is_common=is_common)
    scorer = Scorer(site, DEFAULT_SETTINGS)
    bounds, compared = FieldBounds.of(scorer, [lean]), scorer.evidence(lean, other)
    known = bounds.with_known_births(pairs)
    for field, bound in (
        ("year", bounds.of_rest(known, [""])),
        ("date_of_birth", bounds.of_births(pairs, known)),
    ):
        weights = [part.weight for part in compared if part.field == field]
        assert bound.tolist() == [sum(weights)]


_UNKNOWN: dict[str, Any] = {
    **dict.fromkeys(("national_id", "student_id", "user_name", "email"), ""),
    "date_of_birth": date(2010, 11, 23),
    "extra": {},
}


@pytest.mark.parametrize(
    "changes",
    [
        {"given_name": "Zuzanna", "gender": "M", "year": "2"},
        {"family_name": "Fitzgerald", "gender": "M"},
        {"family_name": "Fitzgerald", "gender": "M", "extra": STRANGER.extra},
        {"family_name": "Fitzgerald", "gender": "M", "national_id": "B912311112112"},
    ],
)
def test_who_is_improbable_all_in_all_is_pruned(changes: dict[str, Any]) -> None:
    """One name is shared; what else is known is against it."""
    other = there(FULL, "8", **{**_UNKNOWN, "middle_name": "", **changes})
    found = SCORER.compare(profile(FULL), profile(other)).fields
    core = sum(one.weight for one in found if one.field in _CORE)
    assert SCORER.prior.bits + core > Needs().home
    assert SCORER.weigh(profile(FULL), profile(other)) is None
    assert stays(FULL, other) == []


_CORE = {"given_name", "family_name", "date_of_birth"}


def test_a_name_that_both_have_not_agrees_with_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only where both names agree is anything taken back (MATCH-5)."""
    one = attrs.evolve(
        named("", "Smith-Jones", gender="F", year="6", user_name="qx99"),
        national_id="H801200001001",
        extra={"postcode": "B13 9QX"},
    )
    other = there(
        one,
        family_name="Smith",
        gender="M",
        year="1",
        national_id="B123456789012",
    )
    settings = Settings(smallest_size=30_000, possible_threshold=0.0001, most_share=0.7)
    fast = link([one], [other], settings)
    assert [found.key for found in fast[0].candidates] == ["9"]
    monkeypatch.setattr(
        "student_transfer.linkage.proposing.pair_scoring.has_numpy", lambda: False
    )
    assert link([one], [other], settings) == fast


def test_without_numpy_it_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way without numpy gives the same proposals."""
    assert has_numpy()
    existing = [there(FULL), STRANGER, there(NOBODY, "7"), there(LEAN, "6")]
    incoming = [FULL, attrs.evolve(LEAN, key=StudentKey("2"))]
    fast = link(incoming, existing)
    for module in ("bulk_blocking.backend", "proposing.pair_scoring"):
        monkeypatch.setattr(
            f"student_transfer.linkage.{module}.has_numpy", lambda: False
        )
    assert link(incoming, existing) == fast


def test_numpy_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is installed without numpy unless a host asks for it."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert not has_numpy.__wrapped__()
