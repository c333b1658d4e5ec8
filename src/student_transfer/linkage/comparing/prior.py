"""What is known before a pair is compared, and what it makes of the sums of one.

How many of the incoming students are on the site, and how many siblings and twins each
of them has there, is expected by the settings, and better known when a whole import has
been compared. So it is a value of its own: the sums of a pair stay as they are.
"""

from math import exp2, inf, log2

import attrs

from student_transfer.linkage.comparing.comparison import CERTAIN
from student_transfer.linkage.comparing.families import Families
from student_transfer.linkage.comparing.levels import bits

Sums = tuple[float, float, float]
"""For one child, for siblings and for twins, each against two strangers, in bits."""

_NEGLIGIBLE = 1e-6
"""Odds that are less than half the smallest step of bits, even twice."""

_HOPELESS = -30.0
"""Bits below which it does not matter any more how siblings would agree."""


@attrs.frozen
class Prior:
    """How likely two students are one child, or of one family, before comparing them.

    Attributes:
        bits: The log2 odds that they are one child.
        siblings: The odds that they are a child and a sister or brother of another age.
        twins: The odds that they are a child and a twin.
    """

    bits: float
    siblings: float
    twins: float
    _sibling_floor: float = attrs.field(init=False)
    _twin_floor: float = attrs.field(init=False)

    @_sibling_floor.default
    def _least_sibling(self) -> float:
        return _floor(self.siblings)

    @_twin_floor.default
    def _least_twin(self) -> float:
        return _floor(self.twins)

    @classmethod
    def of(cls, size: int, share: float, families: Families) -> "Prior":
        """Return the prior of a site; each student there is as likely as any other.

        Args:
            size: How many students the site has.
            share: Which share of the incoming students is on it.
            families: How many siblings and twins a student has there.

        >>> Prior.of(700, 0.7, Families(siblings=0.5, twins=0.0)).bits
        -8.22...
        """
        return cls(
            bits(share / (1 - share) / size),
            families.siblings / size,
            families.twins / size,
        )

    def odds(self, sums: Sums) -> float:
        """Return the log2 odds of one child, by what a pair's fields sum up to."""
        one, sibling, twin = sums
        if self.bits + one < _HOPELESS:
            return self.bits + one
        return self.bits + one - self.family_bits(sibling, twin)

    def family_bits(self, sibling: float, twin: float) -> float:
        """Return by how many bits two of a family are likelier than two strangers."""
        if sibling < self._sibling_floor and twin < self._twin_floor:
            return 0.0
        odds = 1 + self.siblings * exp2(min(sibling, CERTAIN))
        return bits(odds + self.twins * exp2(min(twin, CERTAIN)))


def _floor(prior: float) -> float:
    """Return the bits below which a family is too unlikely to change a sum."""
    return log2(_NEGLIGIBLE / prior) if prior else inf
