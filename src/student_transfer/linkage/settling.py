"""Settling at a glance, with numpy, which pairs no comparison could make a match.

Most candidates share one key with a student and nothing else. What `Scorer.sums` would
find in their names and dates is bounded from above here, for many pairs at once; a pair
is settled only where even the bound is hopeless. So the proposals are the same, sooner.
"""

from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from typing import TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from student_transfer.linkage.agreement import (
    CUT_FROM,
    SIMILAR,
    TWO_EDITS_FROM,
    birth_level,
)
from student_transfer.linkage.frequencies import birth_text
from student_transfer.linkage.identifiers import (
    OfHouses,
    email,
    national_id,
    postcode,
)
from student_transfer.linkage.levels import AGREEING, Level
from student_transfer.linkage.naming import NameScorer
from student_transfer.linkage.profile import (
    Address,
    Birth,
    Name,
    Profile,
    Values,
    birth,
)
from student_transfer.linkage.scoring import FAR, LOST, SETTLED, Scorer
from student_transfer.linkage.weights import Part, WeightTables
from student_transfer.names import sounds
from student_transfer.students import StudentKey

Bits = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

_T = TypeVar("_T", bound=Hashable)

_GIVEN, _FAMILY, _MIDDLE, _PREFERRED, _YEAR, _MONTH, _DAY, _CODE = range(8)
_NUMBER, _STREET, _HAS_WORDS, _ID, _EMAIL, _IS_LINKED, _WIDTH = range(8, 15)
_NONE = 0
"""Stands for a value that is missing."""

Compare = Callable[[Name, Name], Part]
"""Compares two names."""

_Sheet = tuple[int, ...]
"""A student in numbers, one for each column above; equal values have equal ones."""

_NO_BIRTH = (0, 0, 0)

_AT_ONCE = 5000
"""So many candidates' texts are held at once."""


class _Numbers(dict[_T, int]):
    """Numbers values as they come; the first one stands for what is missing."""

    def __init__(self, missing: _T) -> None:
        super().__init__({missing: _NONE})

    def __missing__(self, value: _T) -> int:
        number = self[value] = len(self)
        return number


class _Made(dict[str, _T]):
    """Makes something of each text once."""

    def __init__(self, make: Callable[[str], _T]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> _T:
        made = self[text] = self._make(text)
        return made


class Settler:
    """Tells the pairs worth comparing from those that are settled at a glance."""

    def __init__(self, scorer: Scorer, incoming: Mapping[StudentKey, Profile]) -> None:
        """Take the scorer as it compares, and the incoming students."""
        self._scorer = scorer
        self._names = _Names()
        self._codes, self._houses = _Numbers(""), _Numbers("")
        self._emails, self._ids = _Numbers(""), _Numbers("")
        self._code_of = _Made(lambda text: self._codes[postcode(text)])
        self._id_of = _Made(lambda text: self._ids[national_id(text)])
        self._email_of = _Made(lambda text: self._emails[email(text)])
        self._birth_of = _Made(lambda text: birth(None, text) or _NO_BIRTH)
        self._house_of = OfHouses(self._of_address)
        self._place = {key: place for place, key in enumerate(incoming)}
        students = list(incoming.values())
        self._incoming = np.array([self._of_profile(one) for one in students])
        self._names.begin()
        self._bounds = _Bounds.of(scorer.tables, students)

    def likely(
        self,
        candidates: Mapping[StudentKey, Collection[StudentKey]],
        texts: Callable[[StudentKey], Values | None],
    ) -> dict[StudentKey, list[StudentKey]]:
        """Leave out the candidates of whom `Scorer.sums` would make nothing.

        Whoever families are learnt from stays, too.

        Args:
            candidates: For each of some incoming students the candidates.
            texts: Gives a candidate's texts; None for one of whom more is known than
                texts, who stays.
        """
        listed = list({other: None for each in candidates.values() for other in each})
        known = {other: place for place, other in enumerate(listed)}
        there = np.concatenate(
            [
                self._of_texts([*map(texts, listed[start : start + _AT_ONCE])])
                for start in range(0, len(listed), _AT_ONCE)
            ]
            or [self._of_texts([])]
        )
        left = [self._place[key] for key, each in candidates.items() for _ in each]
        right = [known[other] for each in candidates.values() for other in each]
        if not right:
            return {key: [] for key in candidates}
        self._names.settle()
        incoming = np.array(left, np.int64)
        pairs = _Pairs(incoming, self._incoming[incoming], there[right])
        keeps = iter((~self._settled(pairs)).tolist())
        return {
            key: [other for other in others if next(keeps)]
            for key, others in candidates.items()
        }

    # Students in numbers ----------------------------------------------------------

    def _of_profile(self, one: Profile) -> _Sheet:
        number, street = one.address.house or ("", "")
        names = one.given, one.family, one.middle, one.preferred
        return (
            *map(self._names.number, names),
            *(one.born or _NO_BIRTH),
            self._codes[one.postcode],
            self._houses[number],
            self._houses[street],
            bool(one.address.words),
            self._ids[one.national_id],
            self._emails[one.email],
            one.is_linked,
        )

    def _of_texts(self, listed: Sequence[Values | None]) -> Numbers:
        """Give a sheet of students given as texts, column by column."""
        sheet = np.zeros((len(listed), _WIDTH), np.int64)
        texts = [values for values in listed if values is not None]
        told = np.array([values is not None for values in listed], np.bool_)
        sheet[~told, _IS_LINKED] = True
        if not texts:
            return sheet
        given, middle, family, preferred, day, _, _, identifier, *_ = columns = list(
            zip(*texts, strict=True)
        )
        mail, code, address = columns[-3:]
        found = np.zeros((len(texts), _WIDTH), np.int64)
        for place, names in (
            (_GIVEN, given),
            (_FAMILY, family),
            (_MIDDLE, middle),
            (_PREFERRED, preferred),
        ):
            if any(names):
                found[:, place] = self._names.of_texts(names)
        for place, numbers, column in (
            (_CODE, self._code_of, code),
            (_ID, self._id_of, identifier),
            (_EMAIL, self._email_of, mail),
        ):
            if any(column):
                found[:, place] = np.fromiter(
                    map(numbers.__getitem__, column), np.int64, len(texts)
                )
        found[:, _YEAR:_CODE] = [*map(self._birth_of.__getitem__, day)]
        if any(address):
            found[:, _NUMBER : _HAS_WORDS + 1] = self._house_of.of_all(address)
        sheet[told] = found
        return sheet

    def _of_address(self, text: str) -> tuple[int, int, bool]:
        """Give number and street, and whether there are words."""
        address = Address(text)
        number, street = address.house or ("", "")
        has_words = bool(number or address.words)
        return self._houses[number], self._houses[street], has_words

    # Pairs ------------------------------------------------------------------------

    def _settled(self, pairs: "_Pairs") -> Flags:
        """Say which pairs are settled."""
        names = self._bounds.of_names(pairs, self._names, self._scorer.names)
        most = self._scorer.prior + names + self._bounds.of_births(pairs)
        hopeless = (most < SETTLED) & ((most < FAR) | ~pairs.may_be_one_home())
        settled = hopeless & ~pairs.are_saved() & ~pairs.are_family(self._names)
        known = np.flatnonzero(settled & (most >= LOST) & pairs.both(_CODE))
        settled[known] = ~_are_near([*self._codes], pairs.at(known), _CODE)
        known = np.flatnonzero(settled & pairs.both(_ID))
        settled[known] = ~_are_near([*self._ids], pairs.at(known), _ID)
        doubtful = np.flatnonzero(settled)
        settled[doubtful] = ~pairs.at(doubtful).may_be_swapped(self._names)
        return settled


@attrs.frozen
class _Pairs:
    """Pairs of an incoming student and a candidate, each a row of a sheet.

    Attributes:
        place: The place of the incoming student.
        left: The incoming student.
        right: The candidate.
    """

    place: Numbers
    left: Numbers
    right: Numbers

    def at(self, which: Numbers) -> "_Pairs":
        """Give some of the pairs."""
        return _Pairs(self.place[which], self.left[which], self.right[which])

    def same(self, column: int) -> Flags:
        """Say where both have one value."""
        left = self.left[:, column]
        found: Flags = (left == self.right[:, column]) & (left != _NONE)
        return found

    def both(self, column: int) -> Flags:
        """Say where both have a value."""
        left, right = self.left[:, column], self.right[:, column]
        found: Flags = (left != _NONE) & (right != _NONE)
        return found

    def may_be_one_home(self) -> Flags:
        """Say whose addresses `may_be_one_home`."""
        houses = self.both(_STREET) & self.both(_NUMBER)
        near = self.same(_NUMBER) | self.same(_STREET)
        return np.where(houses, near, self.both(_HAS_WORDS))

    def are_saved(self) -> Flags:
        """Say where something else may save a pair."""
        more = (self.left[:, _IS_LINKED] != 0) | (self.right[:, _IS_LINKED] != 0)
        found: Flags = self.same(_EMAIL) | more
        return found

    def are_born_at_once(self) -> Flags:
        """Say where two dates of birth are the same, in whole or in part."""
        days = (self.left[:, _YEAR:_CODE] == self.right[:, _YEAR:_CODE]).all(axis=1)
        found: Flags = days & (self.left[:, _YEAR] != 0)
        return found

    def are_family(self, names: "_Names") -> Flags:
        """Say where families may be learnt from a pair."""
        family = names.are_same(self.left[:, _FAMILY], self.right[:, _FAMILY])
        house = self.same(_NUMBER) & self.same(_STREET)
        found: Flags = family & (house | self.are_born_at_once())
        return found

    def may_be_swapped(self, names: "_Names") -> Flags:
        """Say where given and family name may be exchanged."""
        may, told = (
            np.ones(len(self.place), np.bool_),
            np.zeros(len(self.place), np.bool_),
        )
        ways = (
            (self.left[:, _GIVEN], self.right[:, _FAMILY]),
            (self.left[:, _FAMILY], self.right[:, _GIVEN]),
        )
        for one, other in ways:
            both = (one != _NONE) & (other != _NONE)
            told |= both
            may[both] &= ~names.are_unlike(one[both], other[both])
        return may & told


def _are_near(values: Sequence[str], pairs: _Pairs, column: int) -> Flags:
    """Say in which pairs the values of a column `are_near`."""
    left = [values[number] for number in pairs.left[:, column].tolist()]
    right = [values[number] for number in pairs.right[:, column].tolist()]
    edits = cpdist(left, right, scorer=OSA.distance, score_cutoff=1, dtype=np.int64)
    found: Flags = edits <= 1
    return found


class _Names:
    """The names of all students, each once."""

    def __init__(self) -> None:
        self._of_text: dict[str, int] = {}
        self._known: list[Name] = []
        self._texts: list[str] = []
        self._related: dict[str, list[int]] = {}
        self._letters, self._starts = _Numbers(""), _Numbers("")
        self._sheet: list[tuple[int, int, int, bool]] = []
        self._made = np.empty((0, 4), np.int64)
        self._pairs = np.empty(0, np.int64)
        self._incoming = 0
        self._of_text[""] = self.number(Name.of(""))

    def of_texts(self, column: Sequence[str]) -> Numbers:
        """Number names as rosters write them."""
        new = [text for text in dict.fromkeys(column) if text not in self._of_text]
        names = [Name.of(text) for text in new]
        heard = sounds([name.joined for name in names])
        for name, key in zip(names, heard, strict=True):
            name.heard_as(key)
        self._of_text.update(zip(new, map(self.number, names), strict=True))
        return np.fromiter(
            map(self._of_text.__getitem__, column), np.int64, len(column)
        )

    def number(self, name: Name) -> int:
        """Number a name; one that is written in several ways has several numbers."""
        if not name and self._texts:
            return _NONE
        number, text = len(self._texts), name.joined
        self._known.append(name)
        start = self._starts[text[:CUT_FROM]] if len(text) >= CUT_FROM else _NONE
        is_plain = name.is_plain
        self._texts.append(text)
        self._sheet.append((self._letters[text], start, len(text), is_plain))
        if is_plain:
            for relation in name.relations:
                self._related.setdefault(relation, []).append(number)
        return number

    def begin(self) -> None:
        """Note that the incoming students' names are all here: they are on the left."""
        self._incoming = len(self._texts)

    def settle(self) -> None:
        """Work out which names are related, when all are known."""
        self._made = np.array(self._sheet, np.int64)
        pairs = [
            one << _HALF | other
            for each in self._related.values()
            if len(each) > 1
            for one in each
            if one < self._incoming
            for other in each
        ]
        pairs.append(_BEYOND)
        self._pairs = np.sort(np.array(pairs, np.int64))

    def are_same(self, left: Numbers, right: Numbers) -> Flags:
        """Say which pairs of names have the same letters."""
        letters = self._made[:, _LETTERS]
        found: Flags = letters[left] == letters[right]
        return found

    def weights(
        self, left: Numbers, right: Numbers, compare: Compare
    ) -> tuple[Bits, Flags]:
        """Weigh pairs of names, each pair once, and say which agree.

        A missing name weighs nothing.
        """
        pairs, which = np.unique(left << _HALF | right, return_inverse=True)
        known = self._known
        parts = [
            compare(known[pair >> _HALF], known[pair & _LOWER])
            for pair in pairs.tolist()
        ]
        weights = np.array([part[2] for part in parts], np.float64)
        agree = np.array([part[1] in AGREEING for part in parts], np.bool_)
        return weights[which], agree[which]

    def are_unlike(self, left: Numbers, right: Numbers) -> Flags:
        """Say which pairs of names `are_unlike`; of a few it is not said."""
        one, other = self._made[left], self._made[right]
        maybe = (one[:, _IS_PLAIN] & other[:, _IS_PLAIN]) != 0
        maybe &= (one[:, _START] == _NONE) | (one[:, _START] != other[:, _START])
        pairs = left << _HALF | right
        places = np.searchsorted(self._pairs, pairs)
        maybe &= self._pairs[places] != pairs
        which = np.flatnonzero(maybe)
        known = self._texts
        texts = (
            [known[number] for number in left[which].tolist()],
            [known[number] for number in right[which].tolist()],
        )
        edits = cpdist(*texts, scorer=OSA.distance, score_cutoff=2, dtype=np.int64)
        alike = cpdist(
            *texts,
            scorer=JaroWinkler.similarity,
            score_cutoff=SIMILAR,
            dtype=np.float64,
        )
        shorter = np.minimum(one[which, _LENGTH], other[which, _LENGTH])
        most = np.where(shorter >= TWO_EDITS_FROM, 2, 1)
        unlike = np.zeros(len(left), np.bool_)
        unlike[which] = (alike < SIMILAR) & (edits > most)
        return unlike


_LETTERS, _START, _LENGTH, _IS_PLAIN = range(4)
_HALF, _LOWER, _BEYOND = 32, (1 << 32) - 1, (1 << 63) - 1


@attrs.frozen
class _Bounds:
    """What names and dates of the incoming students weigh, and at most.

    Attributes:
        given: What the given name weighs if it is the same.
        family: Likewise the family name.
        born: Likewise the date of birth.
        given_differs: What it weighs that given names differ.
        family_differs: Likewise for family names.
        middle_differs: Likewise for middle names.
        births: What levels of dates of birth weigh.
    """

    given: Bits
    family: Bits
    born: Bits
    given_differs: float
    family_differs: float
    middle_differs: float
    births: Mapping[Level, float]

    @classmethod
    def of(cls, tables: WeightTables, incoming: Sequence[Profile]) -> "_Bounds":
        """Weigh what the incoming students have."""

        def exact(field: str, kind: str, values: Sequence[str]) -> Bits:
            weights = (
                tables.exact(field, (kind, value))[0] if value else 0.0
                for value in values
            )
            return np.fromiter(weights, np.float64, len(values))

        births = [birth_text(one.born) if one.born else "" for one in incoming]
        return cls(
            given=exact("given_name", "given", [one.given.joined for one in incoming]),
            family=exact("family_name", "family", [o.family.joined for o in incoming]),
            born=exact("date_of_birth", "born", births),
            given_differs=tables.part("given_name", Level.DIFFERENT)[2],
            family_differs=tables.part("family_name", Level.DIFFERENT)[2],
            middle_differs=tables.part("middle_name", Level.DIFFERENT)[2],
            births={level: tables.part("date_of_birth", level)[2] for level in Level},
        )

    def of_births(self, pairs: _Pairs) -> Bits:
        """Say what the dates of birth weigh."""
        left, right = pairs.left[:, _YEAR:_CODE], pairs.right[:, _YEAR:_CODE]
        same = left == right
        bound = np.full(len(pairs.place), self.births[Level.DIFFERENT])
        at_once = same.all(axis=1) & (left[:, 2] != 0)
        bound[at_once] = self.born[pairs.place[at_once]]
        whole = (left[:, 2] != 0) & (right[:, 2] != 0)
        may_be_near = same[:, 0] | same[:, 1:].all(axis=1) | ~whole
        near = np.flatnonzero(may_be_near & ~at_once)
        both = _packed(left[near]) << _HALF | _packed(right[near])
        days, which = np.unique(both, return_inverse=True)
        weights = [
            self.births[birth_level(_unpacked(day >> _HALF), _unpacked(day & _LOWER))]
            for day in days.tolist()
        ]
        bound[near] = np.array(weights, np.float64)[which]
        return np.where((left[:, 0] != 0) & (right[:, 0] != 0), bound, 0.0)

    def of_names(self, pairs: _Pairs, names: _Names, scorer: NameScorer) -> Bits:
        """Bound what the names weigh, unless given and family name are exchanged.

        Names that go together could weigh more than each; so nothing is said where
        neither name differs.
        """
        place, left, right = pairs.place, pairs.left, pairs.right
        other_family = names.are_unlike(left[:, _FAMILY], right[:, _FAMILY])
        other_given = names.are_unlike(left[:, _GIVEN], right[:, _GIVEN])
        given = np.where(other_given, self.given_differs, self.given[place])
        family = np.where(other_family, self.family_differs, self.family[place])
        none = ~other_family & ~other_given
        for column, other, bound, compare in (
            (_GIVEN, other_given, given, scorer.given_name),
            (_FAMILY, other_family, family, scorer.family_name),
        ):
            same = names.are_same(left[:, column], right[:, column])
            some = np.flatnonzero(~other & ~same)
            one, two = left[some, column], right[some, column]
            bound[some], agree = names.weights(one, two, compare)
            none[some[~agree]] = False
        more = np.flatnonzero(_have_more(left) | _have_more(right))
        extra = np.zeros(len(place))
        given[more], extra[more] = self._with_more(
            pairs.at(more), names, scorer, given[more]
        )
        return np.where(none, np.inf, given + family + extra)

    def _with_more(
        self, pairs: _Pairs, names: _Names, scorer: NameScorer, given: Bits
    ) -> tuple[Bits, Bits]:
        """Bound given names and what may stand for them; and middle names."""
        compare = scorer.given_name
        for one, other in (
            (_GIVEN, _PREFERRED),
            (_PREFERRED, _GIVEN),
            (_PREFERRED, _PREFERRED),
        ):
            given = np.maximum(given, _agreeing(pairs, names, one, other, compare))
        across = _agreeing(pairs, names, _GIVEN, _MIDDLE, compare)
        back = _agreeing(pairs, names, _MIDDLE, _GIVEN, compare)
        for bound in (across, back, across + back):
            given = np.maximum(given, bound)
        middle = np.zeros(len(pairs.place))
        both = np.flatnonzero(pairs.both(_MIDDLE))
        left, right = pairs.left[both, _MIDDLE], pairs.right[both, _MIDDLE]
        unlike = names.are_unlike(left, right)
        middle[both[unlike]] = self.middle_differs
        maybe = ~unlike
        middle[both[maybe]], _ = names.weights(
            left[maybe], right[maybe], scorer.middle_name
        )
        used = (across > -np.inf) | (back > -np.inf)
        return given, np.where(used, np.maximum(middle, 0.0), middle)


def _agreeing(
    pairs: _Pairs, names: _Names, one: int, other: int, compare: Compare
) -> Bits:
    """Weigh a name against another one of the other student, where they agree."""
    left, right = pairs.left[:, one], pairs.right[:, other]
    found = np.full(len(pairs.place), -np.inf)
    both = np.flatnonzero((left != _NONE) & (right != _NONE))
    maybe = both[~names.are_unlike(left[both], right[both])]
    weights, agree = names.weights(left[maybe], right[maybe], compare)
    found[maybe[agree]] = weights[agree]
    return found


def _packed(births: Numbers) -> Numbers:
    """Make one number of each date."""
    days: Numbers = births @ np.array([1 << 9, 1 << 5, 1])
    return days


def _unpacked(day: int) -> Birth:
    return day >> 9, (day >> 5) & 15, day & 31


def _have_more(sheet: Numbers) -> Flags:
    found: Flags = (sheet[:, _MIDDLE] != _NONE) | (sheet[:, _PREFERRED] != _NONE)
    return found
