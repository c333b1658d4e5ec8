"""Unit tests of what is known before a pair is compared."""

import attrs
import pytest

from student_transfer.linkage.comparing.families import Families
from student_transfer.linkage.comparing.prior import Prior
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS
from student_transfer.linkage.profiles.profile import profile
from tests.unit.linkage.people import LEAN, SITE, there

NOBODY_ELSE = Families(0.0, 0.0)


def test_the_more_are_expected_the_likelier_is_each() -> None:
    """Four times the odds of being there are four times those of a pair (MATCH-6)."""
    few, many = (Prior.of(1000, share, NOBODY_ELSE).bits for share in (0.5, 0.8))
    assert many == pytest.approx(few + 2, abs=1e-4)


def test_what_is_learnt_of_families_needs_no_pair_compared_again() -> None:
    """What the import shows of families corrects what is expected (MATCH-4)."""
    families, one = Families(0.0, 0.5), profile(LEAN)
    twin = profile(there(LEAN, given_name=""))
    scorer = Scorer(SITE, DEFAULT_SETTINGS)
    before = scorer.compare(one, twin)
    found = scorer.weigh(one, twin)
    assert found is not None
    learnt = Prior.of(1000, DEFAULT_SETTINGS.expected_share, families)
    informed = Scorer(SITE, DEFAULT_SETTINGS, families).compare(one, twin)
    assert learnt.odds(found[0]) == informed.prior + informed.weight
    assert learnt.odds(found[0]) != before.prior + before.weight
    assert scorer.compare(one, twin) == before


def test_without_a_family_nothing_is_taken_back() -> None:
    """Where nobody has brothers and sisters, what is alike is the child's own."""
    prior = Prior.of(1000, 0.7, NOBODY_ELSE)
    assert prior.family_bits(150.0, 150.0) == 0
    assert attrs.evolve(prior, twins=1e-3).family_bits(0.0, 10.0) > 0
    assert attrs.evolve(prior, siblings=1e-3).family_bits(10.0, 0.0) > 0
