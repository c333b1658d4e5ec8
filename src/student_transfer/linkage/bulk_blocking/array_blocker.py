"""The blocker that reads many rows at once, with numpy: the same result, sooner.

Each value is numbered once, with the parts that it gives to keys beside it. The keys of
all rows are then sums of columns, of which those are looked up that may be somebody's.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

import numpy as np

from student_transfer.linkage.blocking.key_parts import ONLY_NAME
from student_transfer.linkage.blocking.keys import BlockingKey
from student_transfer.linkage.bulk_blocking.candidate_rows import Pick, Row
from student_transfer.linkage.bulk_blocking.key_finder import KeyFinder
from student_transfer.linkage.bulk_blocking.name_rows import (
    EITHER_INITIAL,
    INITIAL,
    MOST_PARTS,
    NO_INITIAL,
    NO_TERM,
    ONLY,
    TERM,
    TEXT,
    WIDTH,
    NameRows,
)
from student_transfer.linkage.bulk_blocking.numbers import (
    Flags,
    Numbers,
    distinct,
    joined,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Coded,
    Named,
    PartBlocks,
    RosterBlocker,
    SoughtStudents,
)
from student_transfer.linkage.bulk_blocking.value_column import Sheet, ValueColumn
from student_transfer.linkage.bulk_blocking.vocabulary import ABSENT, Vocabulary
from student_transfer.linkage.comparing.frequencies import Term
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.births import birth_form
from student_transfer.linkage.profiles.identifiers import POSTCODE_DIGITS, postcode
from student_transfer.linkage.profiles.profile import Name
from student_transfer.names.normal import plain_word_of_each

_WHOLE, _DAY, _YEAR, _MARK, _BORN = range(5)
_HOME, _POSTCODE = range(2)
_LONG = 9  # signs of a ZIP code with four digits more, of which five are compared


class _OtherRows:
    """Makes rows of numbers of dates, postcodes and middle names."""

    def __init__(
        self, parts: Vocabulary, terms: Mapping[str, Mapping[str, int]]
    ) -> None:
        self._parts = parts
        self._births, self._homes = terms["born"], terms["postcode"]
        self._middle = terms["middle"]

    def of_births(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Return whole date, day and year, the mark, and the term."""
        found: list[tuple[int, ...]] = []
        for text in texts:
            parts = self._parts.birth(text)
            form = birth_form(text) if parts[_WHOLE] != ABSENT else ""
            found.append((*parts, self._births.get(form, NO_TERM)))
        return found

    def of_postcodes(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Return the part in keys, and the term."""
        home, terms = self._parts.home, self._homes
        known = self._parts.homes
        found: list[tuple[int, ...]] = []
        for text in texts:
            code = text.replace(" ", "").upper()
            if code not in known:  # of those that are no plain ones, what they mean
                plain = code.isalnum() and POSTCODE_DIGITS <= len(code) < _LONG
                code = "" if plain else postcode(text)
            found.append((home(code), terms.get(code, NO_TERM)))
        return found

    def of_middle(self, texts: Sequence[str]) -> list[tuple[int, ...]]:
        """Return the term."""
        plain = plain_word_of_each(texts)
        return [
            (self._middle.get(plain.get(text) or Name.of(text).joined, NO_TERM),)
            for text in texts
        ]


class ArrayBlocker(RosterBlocker[Row]):
    """Reads the existing roster with numpy."""

    def __init__(self, incoming: SoughtStudents, settings: Settings) -> None:
        """Take the incoming students."""
        super().__init__(incoming, settings)
        self._parts = incoming.parts
        self._terms: dict[Term, int] = {
            term: place for place, term in enumerate(incoming.terms)
        }
        self._terms_of: dict[str, dict[str, int]] = defaultdict(dict)
        for (field, value), place in self._terms.items():
            self._terms_of[field][value] = place
        texts = incoming.texts - {""}
        self._texts = {text: place for place, text in enumerate(texts)}
        self._finder = KeyFinder(incoming.all_keys, self._limit)
        names = NameRows(incoming, self._terms_of, self._texts)
        self._found: list[Numbers] = []
        self._given = ValueColumn(names.of_given, WIDTH)
        self._family = ValueColumn(names.of_family, WIDTH)
        others = _OtherRows(incoming.parts, self._terms_of)
        self._births = ValueColumn(others.of_births, _BORN + 1)
        self._homes = ValueColumn(others.of_postcodes, _POSTCODE + 1)
        self._middle = ValueColumn(others.of_middle, 1)
        self._times = np.zeros(len(self._terms), np.int64)
        self._full_texts, self._full_terms = self._fulls()
        self._full_times = np.zeros(len(self._full_terms), np.int64)

    def _fulls(self) -> tuple[Numbers, list[Term]]:
        """Return for both names of incoming students one number, and the term."""
        found = dict[int, Term]()
        for field, text in self._terms:
            if field == "full":
                first, last = text.split(" ")
                number = self._texts[first] * len(self._texts) + self._texts[last]
                found[number] = (field, text)
        return np.array(sorted(found), np.int64), [
            found[each] for each in sorted(found)
        ]

    # Reading ----------------------------------------------------------------------

    def _read(
        self,
        named: Named,
        pick: Pick[Row],
        others: Sequence[Iterable[BlockingKey]],
    ) -> None:
        numbers = self.size + np.arange(len(named["given_name"]))
        given = self._given.read(named["given_name"])
        nick = self._given.read(named["preferred_name"], is_counted=False)
        family = self._family.read(named["family_name"])
        born = self._births.read(named["date_of_birth"])
        home = self._homes.read(named["postcode"])
        self._middle.read(named["middle_name"])
        self._count_nicks(given, nick)
        self._look_by_names(numbers, (given, nick), family, born)
        house = self._houses(named["address"])
        self._look_by_home(numbers, (given, nick, family), born, (home, house))
        self._count_fulls(given, family)
        self._look_further(numbers, named, others)
        found = self._finder.take()
        self._found.append(found)
        few = self._finder.few(found)
        self.rows.add(array("q", few.tobytes()), pick((few - self.size).tolist()))

    def _look_by_names(
        self,
        numbers: Numbers,
        given_or_nick: tuple[Sheet, Sheet],
        family: Sheet,
        born: Sheet,
    ) -> None:
        look = self._finder.look
        whole = born.column(_WHOLE)
        dated = born.has(_WHOLE, ABSENT)
        look(whole[dated], numbers[dated])
        initials = _first(given_or_nick, EITHER_INITIAL)
        initials = initials + family.column(EITHER_INITIAL)
        look(initials[dated] + whole[dated], numbers[dated])
        year, day, mark = map(born.column, (_YEAR, _DAY, _MARK))
        first, last = _first(given_or_nick, INITIAL), family.column(INITIAL)
        for one, initial in (
            *((each, last) for each in given_or_nick),
            (family, first),
        ):
            for column, known in _known(one, range(MOST_PARTS)):
                part, start = one.rows(known).column(column), initial[known]
                for tail in (start + mark[known], start + year[known]):
                    look(part + tail, numbers[known])
                for tail in (whole[known], day[known]):
                    look(part + tail, numbers[known])
        either = range(MOST_PARTS, INITIAL)
        for one in given_or_nick:
            for column, known in _known(one, either):
                part, others = one.rows(known).column(column), family.rows(known)
                for second, both in _known(others, either):
                    other = others.rows(both).column(second)
                    look(part[both] + other, numbers[known[both]])
        twice = _are_one((*given_or_nick, family))
        only = np.flatnonzero((first == NO_INITIAL) | (last == NO_INITIAL) | twice)
        self._look_by_only_name(
            numbers[only],
            [each.rows(only) for each in (*given_or_nick, family)],
            year[only],
        )

    def _look_by_only_name(
        self, numbers: Numbers, names: Sequence[Sheet], year: Numbers
    ) -> None:
        """Look for the keys of those who have one name, in one column or in both."""
        for name in names:
            for column, known in _known(name, range(MOST_PARTS, INITIAL)):
                part = name.rows(known).column(column) + ONLY_NAME
                self._finder.look(part, numbers[known])
                self._finder.look(part + year[known], numbers[known])

    def _houses(self, addresses: Sequence[str]) -> Numbers:
        """Return the key of the house of each row."""
        addresses, places = _once(addresses)
        keys = np.array(self._parts.house.of_all(addresses), np.int64)
        found: Numbers = keys[places]
        return found

    def _look_by_home(
        self,
        numbers: Numbers,
        names: Sequence[Sheet],
        born: Sheet,
        home_and_house: tuple[Sheet, Numbers],
    ) -> None:
        home, house = home_and_house
        look = self._finder.look
        look(house, numbers)
        known = home.has(_HOME, ABSENT)
        part, numbers, house = (
            home.rows(known).column(_HOME),
            numbers[known],
            house[known],
        )
        look(part + house, numbers)
        look(part + born.rows(known).column(_WHOLE), numbers)
        for name in names:
            there = name.rows(known)
            for column, which in _known(there, range(MOST_PARTS)):
                own = there.rows(which).column(column)
                look(part[which] + own, numbers[which])

    def _count_nicks(self, given: Sheet, nick: Sheet) -> None:
        """Count preferred names, where they are not the given name."""
        known = nick.has(TERM, NO_TERM)
        terms = nick.rows(known).column(TERM)
        terms = terms[terms != given.rows(known).column(TERM)]
        self._times += np.bincount(terms, minlength=len(self._times))

    def _count_fulls(self, given: Sheet, family: Sheet) -> None:
        """Count both names together, as incoming students have them."""
        if not self._full_terms:
            return
        first, last = given.column(TEXT), family.column(TEXT)
        known = np.flatnonzero((first != ABSENT) & (last != ABSENT))
        both = first[known] * len(self._texts) + last[known]
        places = np.searchsorted(self._full_texts, both)
        places[places == len(self._full_texts)] = 0
        right = places[self._full_texts[places] == both]
        self._full_times += np.bincount(right, minlength=len(self._full_terms))

    def _look_further(
        self,
        numbers: Numbers,
        named: Named,
        others: Sequence[Iterable[BlockingKey]],
    ) -> None:
        """Look for the keys of identifiers, and what else is given."""
        for field, find in (
            ("national_id", self._incoming.identified),
            ("email", self._incoming.addressed),
        ):
            values, places = _once(named[field])
            keys = np.full(len(values), ABSENT, np.int64)
            times = np.bincount(places, minlength=len(values))
            for place, term, key in find(values):
                self._times[self._terms[term]] += times[place]
                keys[place] = key
            self._finder.look(keys[places], numbers)
        found = [(key, place) for place, keys in enumerate(others) for key in keys]
        if found:
            pairs = np.array(found, np.int64)
            self._finder.look(pairs[:, 0], numbers[pairs[:, 1]])

    # Afterwards -------------------------------------------------------------------

    def blocks(self) -> PartBlocks:
        """Return what was found."""
        found = distinct(joined(self._found))
        self._found = [found]
        return PartBlocks(self.size, self._finder.sharing(found), self._counted())

    def _counted(self) -> dict[Term, int]:
        total = self._times.copy()
        columns = (
            (self._given, TERM),
            (self._family, TERM),
            (self._births, _BORN),
            (self._homes, _POSTCODE),
            (self._middle, 0),
        )
        for column, which in columns:
            terms = column.made(which)
            known = np.flatnonzero(terms != NO_TERM)
            np.add.at(total, terms[known], column.times[known])
        counted = (
            *zip(self._terms, total.tolist(), strict=True),
            *zip(self._full_terms, self._full_times.tolist(), strict=True),
        )
        return {term: count for term, count in counted if count}


def _first(given_or_nick: tuple[Sheet, Sheet], which: int) -> Numbers:
    """Return the part of the first letter: of the given name, where there is one."""
    given, nick = (sheet.column(which) for sheet in given_or_nick)
    return np.where(given == NO_INITIAL, nick, given)


def _are_one(names: Sequence[Sheet]) -> Flags:
    """Return where given and preferred name, if there are any, are the family name."""
    *others, family = (name.column(ONLY) for name in names)
    found: Flags = family != ABSENT
    for name, only in zip(names, others, strict=False):
        found &= (only == family) | (name.column(INITIAL) == NO_INITIAL)
    return found


def _once(column: Sequence[str]) -> tuple[Sequence[str], Numbers]:
    """Return values of a column, and for each row which of them it has."""
    if isinstance(column, Coded):
        return column.values, np.asarray(column.codes)
    return column, np.arange(len(column))


def _known(sheet: Sheet, columns: Iterable[int]) -> Iterator[tuple[int, Numbers]]:
    """Return for each column the rows that have it, up to one that none has."""
    rows = ((column, sheet.has(column, ABSENT)) for column in columns)
    return takewhile(lambda found: found[1].size > 0, rows)
