"""Unit tests of settling pairs at a glance: only what no comparison could save."""

import sys
from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.linkage.frequencies import Frequencies
from student_transfer.linkage.kinds import OwnComparison
from student_transfer.linkage.linking import has_numpy
from student_transfer.linkage.profile import profile, values_of
from student_transfer.linkage.proposing import Proposer
from student_transfer.linkage.scoring import Scorer
from student_transfer.linkage.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.settling import Settler
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
    """Give the keys of the candidates who are compared."""
    known = {other.key: other for other in others}
    settler = Settler(scorer, {one.key: profile(one)})
    found = settler.likely({one.key: [*known]}, lambda key: values_of(known[key]))
    return [str(key) for key in found[one.key]]


def test_a_stranger_is_settled() -> None:
    """Who has another name and birthday and lives elsewhere is not compared."""
    assert SCORER.sums(profile(FULL), profile(STRANGER)) is None
    assert stays(FULL, STRANGER, there(FULL)) == ["9"]


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
    """What differs, is missing or is written otherwise is bounded, and settled."""
    other = attrs.evolve(STRANGER, **changes)
    assert SCORER.sums(profile(FULL), profile(other)) is None
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


def test_whoever_is_known_by_more_than_texts_is_compared() -> None:
    """An earlier transfer may prove what no text says (IMP-5)."""
    settler = Settler(SCORER, {FULL.key: profile(FULL)})
    found = settler.likely({FULL.key: [STRANGER.key]}, lambda _: None)
    assert found == {FULL.key: [STRANGER.key]}
    linked = attrs.evolve(FULL, provenance={STRANGER.ref})
    assert stays(linked, STRANGER) == ["8"]


def test_nobody_is_settled_without_candidates() -> None:
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


def test_own_comparisons_may_save_any_pair() -> None:
    """Where a host compares more, nothing is settled before it is compared."""
    own = OwnComparison(field="Locker", kind="exact", levels={})
    settings = Settings(comparisons=(own,))
    keys = [FULL.key]
    proposer = Proposer(
        {FULL.key: profile(FULL)},
        {FULL.key: [STRANGER.key]},
        {STRANGER.key: profile(STRANGER)},
        Frequencies(100_000),
        settings,
        texts=lambda _: values_of(STRANGER),
    )
    assert list(proposer.score(keys).sums[FULL.key]) == [STRANGER.key]


def test_without_numpy_it_comes_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """The way without numpy gives the same proposals."""
    assert has_numpy()
    existing = [there(FULL), STRANGER, there(NOBODY, "7"), there(LEAN, "6")]
    incoming = [FULL, attrs.evolve(LEAN, key=StudentKey("2"))]
    fast = link(incoming, existing)
    for module in ("linking", "proposing"):
        monkeypatch.setattr(
            f"student_transfer.linkage.{module}.has_numpy", lambda: False
        )
    assert link(incoming, existing) == fast


def test_numpy_may_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is installed without numpy unless a host asks for it."""
    monkeypatch.setitem(sys.modules, "numpy", None)
    assert not has_numpy.__wrapped__()
