"""What names and dates of birth of many pairs weigh, and at most, with numpy."""

from collections.abc import Callable, Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from student_transfer.linkage.bulk_blocking.numbers import HALF, LOWER, Numbers
from student_transfer.linkage.comparing.agreement import birth_level, postcode_level
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.naming import NameScorer
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.weights import (
    ADDRESS_TABLES,
    YEAR_TABLES,
)
from student_transfer.linkage.profiles.births import Birth, birth_text
from student_transfer.linkage.profiles.profile import Name, Profile
from student_transfer.linkage.pruning.name_numbers import CompareNames, NameNumbers
from student_transfer.linkage.pruning.pairs import (
    CODE,
    DAY,
    FAMILY,
    GENDER,
    GIVEN,
    GRADE,
    HAS_WORDS,
    ID,
    MIDDLE,
    MONTH,
    NONE,
    PREFERRED,
    STUDENT_ID,
    USER_NAME,
    YEAR,
    Pairs,
)

Bits = NDArray[np.float64]

_REST = (
    *("gender", "student_id", "user_name", "national_id", "postcode"),
    *(*YEAR_TABLES, *ADDRESS_TABLES),
)


@attrs.frozen
class Bounds:
    """What names and dates of the incoming students weigh, and at most.

    Attributes:
        given: What the given name weighs if it is the same.
        family: Likewise the family name.
        born: Likewise the date of birth.
        together: What is added where both names are the same.
        given_differs: What it weighs that given names differ.
        family_differs: Likewise for family names.
        middle_differs: Likewise for middle names.
        births: What levels of dates of birth weigh.
        code: What the postcode weighs if it is the same.
        rest: What levels weigh in the tables of all other fields.
        defaults: The dates of birth that stand for "not known", packed.
        january_is_year: Whether any other first of January stands for its year.
        january_is_common: Whether two that are the same weigh as other dates, even so.
        some_share_identifiers: Whether several students have one national identifier:
            beside it another one may weigh nothing.
    """

    given: Bits
    family: Bits
    born: Bits
    together: Bits
    given_differs: float
    family_differs: float
    middle_differs: float
    births: Mapping[Level, float]
    code: Bits
    rest: Mapping[str, Mapping[Level, float]]
    defaults: Numbers
    january_is_year: bool
    january_is_common: bool
    some_share_identifiers: bool

    @classmethod
    def of(cls, scorer: Scorer, incoming: Sequence[Profile]) -> "Bounds":
        """Weigh what the incoming students have."""
        tables, namesakes = scorer.tables, scorer.names.namesakes

        def exact(field: str, values: Sequence[str]) -> Bits:
            same = tables.exact[field]
            weights = (same[value].weight if value else 0.0 for value in values)
            return np.fromiter(weights, np.float64, len(values))

        def levels(table: str) -> Mapping[Level, float]:
            return {level: tables.evidence(table, level).weight for level in Level}

        counts = tables.frequencies.counts.items()
        births = [birth_text(one.born) if one.born else "" for one in incoming]
        codes = [one.postcode for one in incoming]
        return cls(
            given=exact("given_name", [one.given.joined for one in incoming]),
            family=exact("family_name", [o.family.joined for o in incoming]),
            born=exact("date_of_birth", births),
            together=np.array(
                [
                    namesakes(one.given, one.family) if one.given and one.family else 0
                    for one in incoming
                ],
                np.float64,
            ),
            given_differs=tables.evidence("given_name", Level.DIFFERENT).weight,
            family_differs=tables.evidence("family_name", Level.DIFFERENT).weight,
            middle_differs=tables.evidence("middle_name", Level.DIFFERENT).weight,
            births=levels("date_of_birth"),
            code=exact("postcode", codes),
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

    def of_names(self, pairs: Pairs, names: NameNumbers, scorer: NameScorer) -> Bits:
        """Bound what the names weigh, unless given and family name are swapped.

        Where neither differs, what is known of both names together counts, too.
        """
        place = pairs.place
        other_family = names.are_unlike(pairs.left(FAMILY), pairs.right(FAMILY))
        other_given = names.are_unlike(pairs.left(GIVEN), pairs.right(GIVEN))
        given = np.where(other_given, self.given_differs, self.given[place])
        family = np.where(other_family, self.family_differs, self.family[place])
        agree = ~other_family & ~other_given & pairs.both(GIVEN) & pairs.both(FAMILY)
        same = agree.copy()
        alike = []
        for column, other, bound, compare in (
            (GIVEN, other_given, given, scorer.given_name),
            (FAMILY, other_family, family, scorer.family_name),
        ):
            left, right = pairs.left(column), pairs.right(column)
            some = np.flatnonzero(~other & ~names.are_same(left, right))
            one, two = left[some], right[some]
            bound[some], is_agreement = names.weights(one, two, compare)
            agree[some[~is_agreement]] = False
            same[some] = False
            alike.append((some[is_agreement], some[~is_agreement]))
        more = np.flatnonzero(pairs.have_other_names())
        extra = np.zeros(len(pairs))
        given[more], extra[more] = self._with_more(
            pairs.at(more), names, scorer, given[more]
        )
        for which, weigh in zip(
            alike[0], (_in_one_column, _taken_together), strict=True
        ):
            moved, (first, second) = weigh(pairs, which, names, scorer)
            given[moved] = np.maximum(given[moved], first)
            extra[moved] = np.maximum(extra[moved], second)
        both = self.together[place]
        together = np.where(same, both, np.minimum(both, scorer.community_bits))
        return given + family + extra + np.where(agree, together, 0.0)

    def of_rest(self, pairs: Pairs, codes: Sequence[str]) -> Bits:
        """Bound what all else weighs, of pairs of whom nothing else is the same.

        Args:
            pairs: Pairs that nothing saves; where both have an identifier, it differs.
            codes: The postcodes by their numbers.
        """
        rest = self.rest
        found = self._of_grades(pairs) + self._of_homes(pairs, codes)
        other = rest["national_id"]
        levels = [Level.DIFFERENT, Level.OTHER_CHECKED]
        if self.some_share_identifiers:
            levels.append(Level.SHARED)
        found[pairs.both(ID)] += max(other[level] for level in levels)
        differ, same = (rest["gender"][each] for each in (Level.DIFFERENT, Level.EXACT))
        gender = np.where(pairs.same(GENDER), same, differ)
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

    def _with_more(
        self, pairs: Pairs, names: NameNumbers, scorer: NameScorer, given: Bits
    ) -> tuple[Bits, Bits]:
        """Bound given names and what may stand for them; and middle names."""
        compare = scorer.given_name
        for one, other in (
            (GIVEN, PREFERRED),
            (PREFERRED, GIVEN),
            (PREFERRED, PREFERRED),
        ):
            given = np.maximum(given, _agreeing(pairs, names, one, other, compare))
        across = _agreeing(pairs, names, GIVEN, MIDDLE, compare)
        back = _agreeing(pairs, names, MIDDLE, GIVEN, compare)
        for bound in (across, back, across + back):
            given = np.maximum(given, bound)
        middle = np.zeros(len(pairs))
        both = np.flatnonzero(pairs.both(MIDDLE))
        some = pairs.at(both)
        left, right = some.left(MIDDLE), some.right(MIDDLE)
        unlike = names.are_unlike(left, right)
        middle[both[unlike]] = self.middle_differs
        maybe = ~unlike
        middle[both[maybe]], _ = names.weights(
            left[maybe], right[maybe], scorer.middle_name
        )
        used = (across > -np.inf) | (back > -np.inf)
        return given, np.where(used, np.maximum(middle, 0.0), middle)


def _in_one_column(
    pairs: Pairs, which: Numbers, names: NameNumbers, scorer: NameScorer
) -> tuple[Numbers, Bits]:
    """Weigh given and middle name of pairs one of whom has both in one column.

    Args:
        pairs: The pairs.
        which: Those whose given names nearly agree.
        names: Their names.
        scorer: Compares them.

    Returns:
        Some of the pairs, and two rows of what their given and middle names weigh.
    """

    def weigh(one: Name, other: Name, middle: Name, others: Name) -> _Weights | None:
        known = (one, other, others) if others else (other, one, middle)
        found = scorer.in_one_column(*known)
        return found and (found[0].weight, found[1].weight)

    left, right = (side(MIDDLE)[which] != NONE for side in (pairs.left, pairs.right))
    return _by_given_and_middle(pairs, which[left != right], names, weigh)


def _taken_together(
    pairs: Pairs, which: Numbers, names: NameNumbers, scorer: NameScorer
) -> tuple[Numbers, Bits]:
    """Weigh likewise given and middle name as one, where given names do not agree."""

    def weigh(one: Name, other: Name, middle: Name, others: Name) -> _Weights | None:
        found = scorer.with_middle_names((one, middle), (other, others))
        return found and (found.weight, 0.0)

    left, right = (side(MIDDLE)[which] != NONE for side in (pairs.left, pairs.right))
    return _by_given_and_middle(pairs, which[left | right], names, weigh)


_Weights = tuple[float, float]


def _by_given_and_middle(
    pairs: Pairs,
    which: Numbers,
    names: NameNumbers,
    weigh: Callable[[Name, Name, Name, Name], _Weights | None],
) -> tuple[Numbers, Bits]:
    """Weigh the given and the middle names of some pairs, all that are alike once."""
    some = pairs.at(which)
    sheet = np.stack(
        [side(what) for what in (GIVEN, MIDDLE) for side in (some.left, some.right)]
    )
    rows, alike = np.unique(sheet, axis=1, return_inverse=True)
    weights = np.full((2, rows.shape[1]), -np.inf)
    for place, row in enumerate(rows.T.tolist()):
        one, other, middle, others = map(names.name, row)
        found = weigh(one, other, middle, others)
        if found:
            weights[:, place] = found
    return which, weights[:, alike.ravel()]


def _agreeing(
    pairs: Pairs, names: NameNumbers, one: int, other: int, compare: CompareNames
) -> Bits:
    """Weigh a name against another one of the other student, where they agree.

    So where only a particle is between them, which may stand in another column.
    """
    left, right = pairs.left(one), pairs.right(other)
    found = np.full(len(pairs), -np.inf)
    both = np.flatnonzero((left != NONE) & (right != NONE))
    maybe = both[~names.are_unlike(left[both], right[both])]
    weights, agree = names.weights(left[maybe], right[maybe], compare)
    agree |= names.are_same(left[maybe], right[maybe])
    found[maybe[agree]] = weights[agree]
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
