"""What dates of birth and all else but the names of many pairs weigh, with numpy."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import numpy as np

from student_transfer.linkage.bulk_blocking.numbers import HALF, LOWER, Numbers
from student_transfer.linkage.comparing.agreement import birth_level, postcode_level
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.review_reasons import OTHER_IDENTIFIERS
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.weights import (
    ADDRESS_TABLES,
    YEAR_TABLES,
)
from student_transfer.linkage.profiles.births import Birth, birth_text
from student_transfer.linkage.profiles.profile import Profile
from student_transfer.linkage.pruning.name_numbers import Bits
from student_transfer.linkage.pruning.pairs import (
    CODE,
    DAY,
    GENDER,
    GRADE,
    HAS_WORDS,
    ID,
    MONTH,
    STUDENT_ID,
    USER_NAME,
    YEAR,
    Pairs,
)

_REST = (
    *("gender", "student_id", "user_name", "national_id", "postcode"),
    *(*YEAR_TABLES, *ADDRESS_TABLES),
)


@attrs.frozen
class FieldBounds:
    """What the incoming students' dates weigh; and all else but the names, at most.

    Attributes:
        born: What the date of birth weighs if it is the same.
        births: What levels of dates of birth weigh.
        code: What the postcode weighs if it is the same.
        rest: What levels weigh in the tables of all other fields.
        defaults: The dates of birth that stand for "not known", packed.
        january_is_year: Whether any other first of January stands for its year.
        january_is_common: Whether two that are the same weigh as other dates, even so.
        some_share_identifiers: Whether several students have one national identifier:
            beside it another one may weigh nothing.
    """

    born: Bits
    births: Mapping[Level, float]
    code: Bits
    rest: Mapping[str, Mapping[Level, float]]
    defaults: Numbers
    january_is_year: bool
    january_is_common: bool
    some_share_identifiers: bool

    @classmethod
    def of(cls, scorer: Scorer, incoming: Sequence[Profile]) -> "FieldBounds":
        """Weigh what the incoming students have."""
        tables = scorer.tables

        def levels(table: str) -> Mapping[Level, float]:
            return {level: tables.evidence(table, level).weight for level in Level}

        counts = tables.frequencies.counts.items()
        births = [birth_text(one.born) if one.born else "" for one in incoming]
        codes = [one.postcode for one in incoming]
        return cls(
            born=np.array(tables.same_each("date_of_birth", births), np.float64),
            births=levels("date_of_birth"),
            code=np.array(tables.same_each("postcode", codes), np.float64),
            rest={table: levels(table) for table in _REST},
            defaults=np.array(
                [*map(_as_one, tables.frequencies.default_births)], np.int64
            ),
            january_is_year=tables.frequencies.january_is_year,
            january_is_common=tables.frequencies.january_is_common,
            some_share_identifiers=any(
                count > 1 for (kind, _), count in counts if kind == "national_id"
            ),
        )

    def with_known_births(self, pairs: Pairs) -> Pairs:
        """Return the pairs with what is known of dates that a program has filled in."""
        if not len(self.defaults) and not self.january_is_year:
            return pairs
        known = self._with_known_births
        return attrs.evolve(
            pairs, incoming=known(pairs.incoming), existing=known(pairs.existing)
        )

    def _with_known_births(self, sheet: Numbers) -> Numbers:
        found = sheet.copy()
        if self.january_is_year:
            first = (found[MONTH] == 1) & (found[DAY] == 1)
            found[MONTH : DAY + 1, first] = 0
        default = np.isin(_packed(sheet.__getitem__), self.defaults)
        found[YEAR : DAY + 1, default] = 0
        return found

    def of_births(self, written: Pairs, pairs: Pairs) -> Bits:
        """Return what the dates of birth weigh.

        Args:
            written: The pairs as they are written.
            pairs: The same, `with_known_births`.
        """
        day = pairs.both(DAY)
        year = pairs.left(YEAR) == pairs.right(YEAR)
        date = (pairs.left(MONTH) == pairs.right(MONTH)) & (
            pairs.left(DAY) == pairs.right(DAY)
        )
        at_once = day & year & date
        if self.january_is_common:
            at_once |= written.both(DAY) & written.are_born_at_once()
        bound = np.full(len(pairs), self.births[Level.DIFFERENT])
        bound[at_once] = self.born[pairs.place[at_once]]
        near = np.flatnonzero((year | date | ~day) & ~at_once)
        some = pairs.at(near)
        bound[near] = _each_once(
            _packed(some.left),
            _packed(some.right),
            lambda one, other: self.births[
                birth_level(_unpacked(one), _unpacked(other))
            ],
        )
        return np.where(pairs.both(YEAR), bound, 0.0)

    def of_rest(self, pairs: Pairs, codes: Sequence[str]) -> Bits:
        """Bound what all else weighs, of pairs of whom nothing else is the same.

        Args:
            pairs: Pairs that nothing saves; where both have an identifier, it differs.
            codes: The postcodes by their numbers.
        """
        rest = self.rest
        found = self._of_grades(pairs) + self._of_homes(pairs, codes)
        differ = [rest["national_id"][each] for each in OTHER_IDENTIFIERS]
        if self.some_share_identifiers:
            differ.append(0.0)
        found[pairs.both(ID)] += max(differ)
        other, same = (rest["gender"][each] for each in (Level.DIFFERENT, Level.EXACT))
        gender = np.where(pairs.same(GENDER), same, other)
        found += np.where(pairs.both(GENDER), gender, 0.0)
        for field, what in (("student_id", STUDENT_ID), ("user_name", USER_NAME)):
            found += np.where(pairs.same(what), max(0.0, *rest[field].values()), 0.0)
        return found

    def _of_grades(self, pairs: Pairs) -> Bits:
        """Return what the years at school weigh."""
        apart = np.abs(pairs.left(GRADE) - pairs.right(GRADE))
        weights = [
            np.select(
                [apart == 0, apart == 1],
                [self.rest[table][Level.EXACT], self.rest[table][Level.NEXT]],
                self.rest[table][Level.DIFFERENT],
            )
            for table in YEAR_TABLES
        ]
        far = np.abs(pairs.left(YEAR) - pairs.right(YEAR)) > 1
        beside = np.where(far, weights[1], 0.0)
        found = np.where(pairs.both(DAY), beside, weights[0])
        found = np.where(
            pairs.same(YEAR),
            np.where(pairs.both(MONTH), 0.0, weights[2]),
            found,
        )
        return np.where(pairs.both(GRADE), found, 0.0)

    def _of_homes(self, pairs: Pairs, codes: Sequence[str]) -> Bits:
        """Bound what postcode and address weigh."""
        tables = [self.rest[table] for table in ADDRESS_TABLES]
        most = max(0.0, *(max(each.values()) for each in tables))
        other = max(each[Level.DIFFERENT] for each in tables)
        found = np.where(pairs.are_elsewhere(), other, most)
        found[~pairs.both(HAS_WORDS)] = 0.0
        same = pairs.same(CODE)
        found[same] += self.code[pairs.place[same]]
        known = np.flatnonzero(pairs.both(CODE) & ~same)
        some = pairs.at(known)
        found[known] += _each_once(
            some.left(CODE),
            some.right(CODE),
            lambda one, other: self.rest["postcode"][
                postcode_level(codes[one], codes[other])
            ],
        )
        return found


def _each_once(
    left: Numbers, right: Numbers, weigh: Callable[[int, int], float]
) -> Bits:
    """Weigh pairs of numbers, each pair once."""
    pairs, which = np.unique(left << HALF | right, return_inverse=True)
    weights = [weigh(pair >> HALF, pair & LOWER) for pair in pairs.tolist()]
    return np.array(weights, np.float64)[which]


def _packed(number: Callable[[int], Numbers]) -> Numbers:
    """Make one number of each date."""
    days: Numbers = number(YEAR) << 9 | number(MONTH) << 5 | number(DAY)
    return days


def _as_one(born: Birth) -> int:
    """Make the same number of one date."""
    year, month, day = born
    return year << 9 | month << 5 | day


def _unpacked(day: int) -> Birth:
    return day >> 9, (day >> 5) & 15, day & 31
