"""What pairs need to be possible matches, so that hopeless ones are settled early."""

from collections.abc import Sequence
from functools import lru_cache
from math import log2

import attrs

from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.comparing.weights import ADDRESS_TABLES, YEAR_TABLES


@attrs.frozen
class Needs:
    """Bits of names and dates, with the prior, below which only more can save a pair.

    Attributes:
        home: Below these only where the child lives can make it a possible match.
        postcode: Below these only a postcode that is (nearly) the same.
        identifier: Below these only an identifier, an email or an earlier transfer.
    """

    home: float = -12.0
    postcode: float = -20.0
    identifier: float = -30.0


@lru_cache(maxsize=16)  # many are compared by the same settings, one by one
def needs_of(settings: Settings) -> Needs:
    """Return what pairs need by some settings: by as much less as more is possible.

    That is where other fields may weigh more than at the default settings, or less
    likely pairs are offered.

    >>> needs_of(DEFAULT_SETTINGS) == Needs()
    True
    >>> needs_of(Settings(possible_threshold=0.0001)).home < -12
    True
    """
    lower = least_offered(settings) - least_offered(DEFAULT_SETTINGS)
    shifts = []
    for tables in (_OTHERS, ADDRESS_TABLES, ("postcode",)):
        lower -= _most_of(settings, tables) - _most_of(DEFAULT_SETTINGS, tables)
        shifts.append(min(0.0, lower))
    usual = Needs()
    return Needs(
        usual.home + shifts[0],
        usual.postcode + min(shifts[:2]),
        usual.identifier + min(shifts),
    )


def _most_of(settings: Settings, tables: Sequence[str]) -> float:
    """Return the most bits that some tables together can weigh."""
    return sum(
        max(0.0, *(chances.weight for chances in settings.levels[table].values()))
        for table in tables
    )


_OTHERS = ("gender", "student_id", "user_name", *YEAR_TABLES)


def least_offered(settings: Settings) -> float:
    """Return the bits, prior included, that every possible match has at least.

    That is before the whole import is learnt from: what is learnt of families takes
    bits away, how many students are on the site may add a few, and how often names are
    swapped what `scoring.may_be_learnt` says.
    """
    possible, most = settings.possible_threshold, settings.most_share
    learnt = _odds_bits(max(most, settings.expected_share))
    learnt -= _odds_bits(settings.expected_share)
    return _odds_bits(min(possible, most)) - learnt - _ROUNDED


_ROUNDED = 1.0
"""Bits by which a sum may be rounded, and more."""


def _odds_bits(probability: float) -> float:
    return log2(probability / (1 - probability))
