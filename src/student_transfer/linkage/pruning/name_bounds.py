"""What the names of many pairs weigh at most, with numpy.

First by what is plainly unlike, at a glance; then by what each name weighs beside the
other one, of the pairs that are left.
"""

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from student_transfer.linkage.bulk_blocking.numbers import Flags, Numbers
from student_transfer.linkage.comparing.levels import AGREEING, Level
from student_transfer.linkage.comparing.naming import NameScorer
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.profiles.profile import Name, Profile
from student_transfer.linkage.pruning.name_numbers import (
    Bits,
    CompareNames,
    NameNumbers,
)
from student_transfer.linkage.pruning.pairs import (
    FAMILY,
    GIVEN,
    MIDDLE,
    NONE,
    PREFERRED,
    Pairs,
)


@attrs.frozen
class NameBounds:
    """What the names of the incoming students weigh, and at most.

    Names that are not the same weigh no more than either does where it is.

    Attributes:
        given: What the given name weighs if it is the same.
        family: Likewise the family name.
        preferred: Likewise the preferred name, as a given name.
        middle_as_given: Likewise the middle name, as a given name.
        whole: Likewise given and middle name as one given name.
        middle: Likewise the middle name, in its column.
        together: What is added where given and family name are the same.
        given_differs: What it weighs that given names differ.
        family_differs: Likewise for family names.
        middle_differs: Likewise for middle names.
        middle_is_near: What middle names that do not agree weigh at most.
    """

    given: Bits
    family: Bits
    preferred: Bits
    middle_as_given: Bits
    whole: Bits
    middle: Bits
    together: Bits
    given_differs: float
    family_differs: float
    middle_differs: float
    middle_is_near: float

    @classmethod
    def of(cls, scorer: Scorer, incoming: Sequence[Profile]) -> "NameBounds":
        """Weigh what the incoming students have."""
        tables, namesakes = scorer.tables, scorer.names.namesakes

        def exact(field: str, names: Sequence[str]) -> Bits:
            return np.array(tables.same_each(field, names), np.float64)

        def differs(field: str) -> float:
            return tables.evidence(field, Level.DIFFERENT).weight

        middle = [one.middle.joined for one in incoming]
        wholes = [one.given.joined + one.middle.joined for one in incoming]
        near = tables.levels["middle_name"].items()
        return cls(
            given=exact("given_name", [one.given.joined for one in incoming]),
            family=exact("family_name", [one.family.joined for one in incoming]),
            preferred=exact("given_name", [one.preferred.joined for one in incoming]),
            middle_as_given=exact("given_name", middle),
            whole=exact("given_name", wholes),
            middle=exact("middle_name", middle),
            together=np.array(
                [
                    namesakes(one.given, one.family) if one.given and one.family else 0
                    for one in incoming
                ],
                np.float64,
            ),
            given_differs=differs("given_name"),
            family_differs=differs("family_name"),
            middle_differs=differs("middle_name"),
            middle_is_near=max(
                0.0, *(part.weight for level, part in near if level not in AGREEING)
            ),
        )

    def at_most(self, pairs: Pairs, names: NameNumbers) -> Bits:
        """Bound what the names weigh, by which of them are plainly unlike.

        Unless given and family name are swapped.
        """
        place = pairs.place
        other_family = names.are_unlike(pairs.left(FAMILY), pairs.right(FAMILY))
        other_given = names.are_unlike(pairs.left(GIVEN), pairs.right(GIVEN))
        bound = np.where(other_given, self.given_differs, self.given[place])
        more = np.flatnonzero(pairs.have_other_names())
        bound[more] = self._at_most_with_more(
            pairs.at(more), names, bound[more], ~other_given[more]
        )
        bound += np.where(other_family, self.family_differs, self.family[place])
        return bound + np.maximum(self.together[place], 0.0)

    def _at_most_with_more(
        self, pairs: Pairs, names: NameNumbers, given: Bits, are_alike: Flags
    ) -> Bits:
        """Bound given names, what may stand for them, and middle names.

        Args:
            pairs: The pairs.
            names: Their names.
            given: The bounds of their given names alone.
            are_alike: Whether these may be alike.
        """
        place = pairs.place

        def where(alike: Flags, weights: Bits) -> Bits:
            return np.where(alike, weights[place], 0.0)

        across = pairs.may_be_alike(names, GIVEN, MIDDLE)
        back = pairs.may_be_alike(names, MIDDLE, GIVEN)
        by_given = pairs.may_be_alike(names, GIVEN, PREFERRED)
        by_preferred = pairs.may_be_alike(names, PREFERRED, GIVEN)
        by_preferred |= pairs.may_be_alike(names, PREFERRED, PREFERRED)
        others = np.maximum.reduce(
            (
                where(by_given, self.given),
                where(by_preferred, self.preferred),
                where(across, self.given) + where(back, self.middle_as_given),
                where(are_alike, self.whole),
            )
        )
        given = np.where(
            across | back | by_given | by_preferred | are_alike,
            np.maximum(given, others),
            given,
        )
        both = pairs.both(MIDDLE)
        alike = pairs.may_be_alike(names, MIDDLE, MIDDLE)
        alike |= are_alike & ~both  # which may stand beside the given name
        differ = both & ~alike & ~across & ~back & ~are_alike
        near = np.maximum(self.middle[place], self.middle_is_near)
        most = max(0.0, self.middle_differs)  # they may not be compared
        middle: Bits = np.select(
            [alike, differ, both], [near, self.middle_differs, most], 0.0
        )
        return given + middle

    def compared(self, pairs: Pairs, names: NameNumbers, scorer: NameScorer) -> Bits:
        """Bound what the names weigh, each compared with the other student's.

        Unless given and family name are swapped. Where neither differs, what is known
        of both names together counts, too.
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
