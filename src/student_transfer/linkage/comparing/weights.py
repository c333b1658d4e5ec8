"""What the levels of a comparison weigh on one site.

`Evidence` is one line of the sum: a field, the level at which it agrees, and what that
says for one child, for siblings and for twins, each against two strangers.
"""

from collections import defaultdict
from typing import NamedTuple

from student_transfer.linkage.comparing.frequencies import Frequencies, Term
from student_transfer.linkage.comparing.levels import Level, Odds, bits
from student_transfer.linkage.comparing.settings import Settings


class Evidence(NamedTuple):
    """What one field says of two records; the weights are in bits, against strangers.

    Attributes:
        field: The field.
        level: How well it agrees.
        weight: What that says for one child.
        sibling: What it says for a child and a sister or brother of another age.
        twin: What it says for a child and a twin.
        note: What else was considered, without personal data.
    """

    field: str
    level: Level
    weight: float
    sibling: float
    twin: float
    note: str = ""

    def plus(self, bits_: float) -> "Evidence":
        """Give the same with so many bits more for each of the three."""
        field, level, weight, sibling, twin, note = self
        return Evidence(
            field, level, weight + bits_, sibling + bits_, twin + bits_, note
        )

    def up_to(self, most: float) -> "Evidence":
        """Give the same with the weight lowered to a limit, and the others as much."""
        return self if self.weight <= most else self.plus(most - self.weight)


Weights = tuple[float, float, float]
"""What a level weighs for one child, for siblings and for twins."""

NOTHING: Weights = (0.0, 0.0, 0.0)

ELSEWHERE, UNIT = "address_elsewhere", "address_of_one_unit"
AREA = "address_of_one_area"
BESIDE_BIRTH = "year_beside_birth"
_FIELDS = {
    **dict.fromkeys((ELSEWHERE, UNIT, AREA), "address"),
    BESIDE_BIRTH: "year",
}
"""The field of a table of weights that is not named as its field."""

_NOTES = {
    ELSEWHERE: "beside the postcodes",
    UNIT: "within the postcode",
    AREA: "within the postcode",
    BESIDE_BIRTH: "beside the dates of birth",
}


def weights_of(odds: Odds) -> Weights:
    """Give what a level weighs by its odds alone."""
    return (odds.weight, bits(odds.sibling / odds.u), bits(odds.twin / odds.u))


class WeightTables:
    """The weights of every level, and of a value that is the same by its rarity."""

    def __init__(self, frequencies: Frequencies, settings: Settings) -> None:
        """Take how common values are on the site, and the settings."""
        self.frequencies = frequencies
        self.size = max(frequencies.size, settings.smallest_size)
        self._same = {
            field: levels[Level.EXACT]
            for field, levels in settings.levels.items()
            if Level.EXACT in levels
        }
        self._shares: dict[Term, float] = {}
        self._exact: defaultdict[str, dict[Term, Weights]] = defaultdict(dict)
        self._tables: dict[str, dict[Level, Evidence]] = {
            table: {
                level: Evidence(
                    _FIELDS.get(table, table),
                    level,
                    *weights_of(odds),
                    _NOTES.get(table, ""),
                )
                for level, odds in levels.items()
            }
            for table, levels in settings.levels.items()
        }

    def evidence(self, field: str, level: Level, table: str = "") -> Evidence:
        """Give what a level says; the table of weights is named as the field."""
        found = self._tables[table or field].get(level)
        return found or Evidence(field, level, *NOTHING)

    def share(self, term: Term) -> float:
        """Give the share of the site's students who have a term."""
        found = self._shares.get(term)
        if found is None:
            found = self._shares[term] = self.frequencies.share(term)
        return found

    def exact(self, field: str, term: Term) -> Weights:
        """Weigh a value that is the same by how rare it is (MATCH-5)."""
        known = self._exact[field]
        found = known.get(term)
        if found is None:
            share, odds = self.share(term), self._same[field]
            found = known[term] = (
                max(0.0, self.same(field, share)),
                bits(max(odds.sibling / share, 0.5)),
                bits(max(odds.twin / share, 0.5)),
            )
        return found

    def same(self, field: str, share: float) -> float:
        """Say in bits what the same value says for one child, where a share has it."""
        return bits(self._same[field].m / share)

    def sibling_share(self, field: str) -> float:
        """Give in bits how much rarer a value is alike with siblings than with one."""
        odds = self._same[field]
        return bits(odds.sibling / odds.m)
