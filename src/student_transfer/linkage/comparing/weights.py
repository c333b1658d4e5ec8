"""What the levels of a comparison weigh on one site.

`Evidence` is one line of the sum: a field, the level at which it agrees, and what that
says for one child, for siblings and for twins, each against two strangers.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

import attrs

from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.levels import (
    Level,
    LevelProbabilities,
    Levels,
    bits,
)
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.births import Birth
from student_transfer.linkage.profiles.identifiers import is_unit


class Evidence(NamedTuple):
    """What one field says of two records; the weights are in bits, against strangers.

    Attributes:
        field: The field.
        level: How well it agrees.
        weight: What that says for one child.
        sibling: What it says for a child and a sister or brother of another age.
        twin: What it says for a child and a twin.
        note: What else was considered, without personal data.
        below: By how many bits the weight would be below 0, where it is held there.
        table: By which table it weighs; blank for that of its field.
    """

    field: str
    level: Level
    weight: float
    sibling: float
    twin: float
    note: str = ""
    below: float = 0.0
    table: str = ""

    def plus(self, bits_: float) -> "Evidence":
        """Return the same with so many bits more for each of the three."""
        field, level, weight, sibling, twin, note, _, _ = self
        return Evidence(
            field, level, weight + bits_, sibling + bits_, twin + bits_, note
        )

    def up_to(self, most: float) -> "Evidence":
        """Return the same with the weight lowered to a limit, the others as much."""
        return self if self.weight <= most else self.plus(most - self.weight)


Weights = tuple[float, float, float]
"""What a level weighs for one child, for siblings and for twins."""

NOTHING: Weights = (0.0, 0.0, 0.0)

ELSEWHERE, UNIT = "address_elsewhere", "address_of_one_unit"
AREA = "address_of_one_area"
BESIDE_BIRTH, BESIDE_BIRTH_YEAR = "year_beside_birth", "year_beside_birth_year"

ADDRESS_TABLES = ("address", ELSEWHERE, UNIT, AREA)
"""By which tables addresses weigh; see `address_table`."""

YEAR_TABLES = ("year", BESIDE_BIRTH, BESIDE_BIRTH_YEAR)
"""By which tables years weigh; see `year_table`."""

_FIELDS = {
    **dict.fromkeys(ADDRESS_TABLES, "address"),
    **dict.fromkeys(YEAR_TABLES, "year"),
}
"""The field of each table, where a field has several."""

_NOTES = {
    ELSEWHERE: "beside the postcodes",
    UNIT: "within the postcode",
    AREA: "within the postcode",
    BESIDE_BIRTH: "beside the dates of birth",
    BESIDE_BIRTH_YEAR: "beside the year of birth",
}

_NEAR_POSTCODES = frozenset({Level.EXACT, Level.ONE_EDIT})


def year_table(left: Birth | None, right: Birth | None) -> str:
    """Return by which table years weigh beside two dates of birth; blank for nothing.

    A school year follows from the date of birth. Where the years of birth agree it says
    little more, and nothing if the months are known. Where two whole dates are more
    than a year apart it says which of them is to be believed.
    """
    if left is None or right is None:
        return "year"
    if left[0] == right[0]:
        return "" if left[1] and right[1] else BESIDE_BIRTH_YEAR
    if not (left[2] and right[2]):
        return "year"
    return BESIDE_BIRTH if abs(left[0] - right[0]) > 1 else ""


def address_table(postcodes: Iterable[str], level: Level | None) -> str:
    """Return by which table addresses weigh beside two postcodes.

    Where the postcodes are (nearly) the same an address says less: hardly anything
    within a British one, of a few homes, and more within one of a whole area.

    Args:
        postcodes: The two.
        level: How well they agree; None where one is missing.

    >>> [address_table([code, code], Level.EXACT) for code in ("B139QX", "90210")]
    ['address_of_one_unit', 'address_of_one_area']
    >>> address_table(["B139QX", "LS62AB"], Level.DIFFERENT)
    'address_elsewhere'
    >>> address_table(["", "B139QX"], None)
    'address'
    """
    if level is None:
        return "address"
    if level in _NEAR_POSTCODES:
        return UNIT if any(map(is_unit, postcodes)) else AREA
    return ELSEWHERE


def weights_of(chances: LevelProbabilities) -> Weights:
    """Return what a level weighs by its probabilities alone."""
    return (
        chances.weight,
        bits(chances.sibling / chances.u),
        bits(chances.twin / chances.u),
    )


_COUNTED = {
    "given_name": "given",
    "middle_name": "middle",
    "family_name": "family",
    "date_of_birth": "born",
    "postcode": "postcode",
}
"""The fields whose values weigh by how rare they are, and as what they are counted."""


class Rarity(dict[str, Evidence]):
    """What it says that a value of a field is the same, by how rare it is (MATCH-5)."""

    __repr__ = object.__repr__  # it holds personal data

    def __init__(
        self,
        field: str,
        kind: str,
        chances: LevelProbabilities,
        frequencies: Frequencies,
    ) -> None:
        """Take the field, as what it is counted, and how common values are."""
        super().__init__()
        self._shares: dict[str, float] = {}
        self._field, self._kind, self._chances = field, kind, chances
        self._frequencies, self._counts = frequencies, frequencies.counts
        self._usual, self._other = frequencies.usual_shares(kind)
        self._known: dict[tuple[int, float], tuple[Evidence, float]] = {}

    def __missing__(self, value: str) -> Evidence:
        """Weigh a value that is met for the first time."""
        return self._new(value)[0]

    def _new(self, value: str) -> tuple[Evidence, float]:
        """Weigh a value; those that are as common weigh the same."""
        count = self._counts.get((self._kind, value), 0)
        usual = self._usual.get(value, self._other)
        known = self._known.get((count, usual))
        if known is None:
            known = self._known[count, usual] = self._weighed(count, usual)
        self[value], self._shares[value] = known
        return known

    def share(self, value: str) -> float:
        """Return the share of students who have a value."""
        found = self._shares.get(value)
        return self._new(value)[1] if found is None else found

    def share_alike(self, value: str) -> float:
        """Return the share of students who have a value, be it counted or not.

        The site is asked only for the names of the incoming students: another name may
        be common there without a count.
        """
        if (self._kind, value) in self._counts:
            return self.share(value)
        return self._frequencies.share_uncounted(self._usual.get(value, self._other))

    def uncounted(self, value: str) -> Evidence:
        """Weigh a value that may be more common than its count, as a part of others.

        It counts as no rarer than it usually is, nor than the u of the level says.
        """
        usual = max(self._usual.get(value, self._other), self._chances.u)
        return self[value].up_to(max(0.0, bits(self._chances.m / usual)))

    def _weighed(self, count: int, usual: float) -> tuple[Evidence, float]:
        share = self._frequencies.share_of(self._kind, count, usual)
        chances = self._chances
        found = Evidence(
            self._field,
            Level.EXACT,
            max(0.0, bits(chances.m / share)),
            bits(max(chances.sibling / share, 0.5)),
            bits(max(chances.twin / share, 0.5)),
        )
        return found, share


class LevelTable(dict[Level, Evidence]):
    """What meeting each level of a field says; one without probabilities says nothing.

    Attributes:
        strangers: How often two strangers meet each level that has probabilities (u).
    """

    def __init__(self, table: str, levels: Levels) -> None:
        """Take the name of the table and the levels."""
        self._field = _FIELDS.get(table, table)
        self.strangers = {level: chances.u for level, chances in levels.items()}
        note = _NOTES.get(table, "")
        super().__init__(
            (
                level,
                Evidence(self._field, level, *weights_of(chances), note, table=table),
            )
            for level, chances in levels.items()
        )

    def __missing__(self, level: Level) -> Evidence:
        """Return what a level without probabilities says."""
        return Evidence(self._field, level, *NOTHING)


@lru_cache(maxsize=16)  # many are compared by the same settings, one by one
def _level_tables(settings: Settings) -> Mapping[str, LevelTable]:
    """Return what the levels of all tables say."""
    return {
        table: LevelTable(table, levels) for table, levels in settings.levels.items()
    }


_YEARS = (Level.EXACT, Level.NEXT, Level.DIFFERENT)
_MONTHS = 12


def _of_few_years(
    levels: Mapping[str, Levels], frequencies: Frequencies
) -> Iterator[tuple[str, Levels]]:
    """Yield the tables of years in which strangers agree more often than usual.

    So it is in an import of one year group: its year tells little (MATCH-5). Strangers'
    records may be a school year apart as often as those of one child.
    """
    years, births = levels["year"], levels["date_of_birth"]
    exact, near, far = (years[level] for level in _YEARS)
    same, next_ = frequencies.same_year, frequencies.next_year
    agree = min(1.0, exact.m * same + near.m * next_ / 2)
    if agree > exact.u:
        apart = min(1.0, max(near.u, exact.m * next_ + near.m * same))
        rest = min(far.u, max(far.m, 1 - agree - apart))
        of_strangers = zip(_YEARS, (agree, apart, rest), strict=True)
        yield "year", _with_strangers(years, of_strangers)
    same = frequencies.same_birth_year
    shares = ((Level.SAME_YEAR, same), (Level.SAME_MONTH, same / _MONTHS))
    known = [(level, share) for level, share in shares if share > births[level].u]
    if known:
        yield "date_of_birth", _with_strangers(births, known)


def _with_strangers(levels: Levels, shares: Iterable[tuple[Level, float]]) -> Levels:
    """Return levels of which some are met by other shares of strangers."""
    more = {level: attrs.evolve(levels[level], u=share) for level, share in shares}
    return {**levels, **more}


def counted_size(frequencies: Frequencies, settings: Settings) -> int:
    """Return how many students a site counts as having: a small one as more.

    >>> counted_size(Frequencies(800), Settings(smallest_size=200))
    800
    >>> counted_size(Frequencies(20), Settings(smallest_size=200))
    200
    """
    return max(frequencies.size, settings.smallest_size)


class WeightTables:
    """The weights of every level, and of a value that is the same by its rarity.

    Attributes:
        levels: What the levels say, by tables, each named as its field or a constant
            above.
        exact: What values that are the same say, by fields.
    """

    def __init__(self, frequencies: Frequencies, settings: Settings) -> None:
        """Take how common values are on the site, and the settings."""
        self.frequencies = frequencies
        self.size = counted_size(frequencies, settings)
        self._same = {
            field: levels[Level.EXACT]
            for field, levels in settings.levels.items()
            if Level.EXACT in levels
        }
        self.exact = {
            field: Rarity(field, kind, self._same[field], frequencies)
            for field, kind in _COUNTED.items()
            if field in self._same
        }
        self.levels: Mapping[str, LevelTable] = {
            **_level_tables(settings),
            **{
                table: LevelTable(table, levels)
                for table, levels in _of_few_years(settings.levels, frequencies)
            },
        }

    def evidence(self, table: str, level: Level) -> Evidence:
        """Return what a level says."""
        return self.levels[table][level]

    def same(self, field: str, share: float) -> float:
        """Return the bits for one child of a value that a share of students has."""
        return bits(self._same[field].m / share)

    def same_each(self, field: str, values: Iterable[str]) -> list[float]:
        """Return the bits for one child of each value, if it is the same; 0 for none.

        By how rare the values are.
        """
        same = self.exact[field]
        return [same[value].weight if value else 0.0 for value in values]

    def sibling_share(self, field: str) -> float:
        """Return in bits how often siblings have a value alike, against one child."""
        chances = self._same[field]
        return bits(chances.sibling / chances.m)
