"""The sieve that reads many rows at once, with numpy: the same result, sooner.

Each value is numbered once, with the parts that it gives to keys beside it. The keys of
all rows are then sums of columns, of which those are looked up that may be somebody's.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import chain, takewhile
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from student_transfer.linkage.blocking import (
    BlockingKey,
    Bones,
    family_bones,
    family_words,
    first_bones,
    first_words,
    joined_bones,
)
from student_transfer.linkage.frequencies import Term, birth_form
from student_transfer.linkage.identifiers import postcode
from student_transfer.linkage.profile import Name
from student_transfer.linkage.settings import Settings
from student_transfer.linkage.sieve import (
    Coded,
    Harvest,
    Incoming,
    Named,
    Pick,
    Row,
    Sieve,
)
from student_transfer.linkage.vocabulary import ABSENT, Role, Vocabulary
from student_transfer.names import listed_full_names, name_words

Numbers = NDArray[np.int64]

_V = TypeVar("_V", bound=Hashable)

_MOST_PARTS = 8
"""A name has at most so many ways to be written; see `given_bones`."""

_INITIAL = 2 * _MOST_PARTS
_EITHER_INITIAL, _TEXT, _TERM, _NICK = range(_INITIAL + 1, _INITIAL + 5)
_WHOLE, _DAY, _YEAR, _BORN = range(4)
_HOME, _POSTCODE = range(2)
_NO_TERM = -1
_ABSENT = [(ABSENT,) * (_MOST_PARTS - known) for known in range(_MOST_PARTS + 1)]


class _Column(dict[_V, int]):
    """Numbers the values of a column as they come, and keeps what each is made into.

    Attributes:
        times: How often each value was met.
    """

    def __init__(
        self, make: Callable[[Sequence[_V]], Sequence[Sequence[int]]], width: int
    ) -> None:
        super().__init__()
        self._make = make
        self._made = np.empty((1024, width), np.int64)
        self.times = np.zeros(1024, np.int64)

    @property
    def made(self) -> Numbers:
        """What each value was made into: a row for each."""
        return self._made[: len(self)]

    def read(self, values: Sequence[_V]) -> Numbers:
        """Give for each value what it was made into."""
        if not isinstance(values, Coded):
            return self.take(self.codes(values))
        codes = self.codes(cast("Sequence[_V]", values.values))
        return self.take(codes[np.asarray(values.codes)])

    def codes(self, values: Iterable[_V]) -> Numbers:
        """Give the number of each value."""
        listed = list(values)
        new = [value for value in dict.fromkeys(listed) if value not in self]
        if new:
            self._grow(new)
        return np.fromiter(map(self.__getitem__, listed), np.int64, len(listed))

    def take(self, codes: Numbers) -> Numbers:
        """Give for each row, by the number of its value, what that was made into."""
        self.times[: len(self)] += np.bincount(codes, minlength=len(self))
        return self._made[codes]

    def _grow(self, new: Sequence[_V]) -> None:
        before = len(self)
        self.update(zip(new, range(before, before + len(new)), strict=True))
        if len(self) > len(self._made):
            room = max(len(self), 2 * len(self._made))
            made = np.empty((room, self._made.shape[1]), np.int64)
            times = np.zeros(room, np.int64)
            made[:before], times[:before] = self._made[:before], self.times[:before]
            self._made, self.times = made, times
        self._made[before : len(self)] = self._make(new)


class _Strangers(dict[tuple[str, str], Sequence[int]]):
    """For a role and a first letter what a name is made into that nobody has."""

    def __init__(self, parts: Vocabulary) -> None:
        super().__init__()
        self._parts = parts

    def __missing__(self, key: tuple[str, str]) -> Sequence[int]:
        name, letter = key
        role = self._parts.given if name == "given" else self._parts.family
        initials = (
            role.initials.get(letter, ABSENT),
            self._parts.initials.get(letter, ABSENT),
        )
        made = (ABSENT,) * _INITIAL + (*initials, ABSENT, _NO_TERM, _NO_TERM)
        self[key] = made
        return made


class _Finder:
    """Finds the keys of incoming students among very many."""

    def __init__(self, keys: Iterable[BlockingKey], limit: int) -> None:
        self.keys = np.array(sorted(keys), np.int64)
        self._limit = limit
        self._times = np.zeros(len(self.keys), np.int64)
        self._is_open = np.ones(len(self.keys), np.bool_)
        self._found: list[Numbers] = []
        self._maybe = np.zeros(_PLACES, np.bool_)
        self._maybe[self.keys & (_PLACES - 1)] = True

    def look(self, keys: Numbers, numbers: Numbers) -> None:
        """Look for a key of each row; what is not a key is nobody's."""
        near = np.flatnonzero(self._maybe[keys & (_PLACES - 1)])
        if not near.size:
            return
        keys = keys[near]
        places = np.searchsorted(self.keys, keys)
        places[places == len(self.keys)] = 0
        right = np.flatnonzero(self.keys[places] == keys)
        places = places[right]
        still = self._is_open[places]
        self._found.append(places[still] << _HALF | numbers[near[right[still]]])

    def take(self) -> Numbers:
        """Give what was found since, once each: the place of the key, and the row.

        A key that is too common now is not looked for any more.
        """
        if not self._found:
            return np.empty(0, np.int64)
        found = np.unique(np.concatenate(self._found))
        self._found.clear()
        self._times += np.bincount(found >> _HALF, minlength=len(self.keys))
        self._is_open &= self._times <= self._limit
        return found

    def few(self, found: Numbers) -> Numbers:
        """Give the rows under keys that are not too common."""
        return np.unique(found[self._is_open[found >> _HALF]] & _LOWER)


_PLACES = 1 << 20
_HALF, _LOWER = 32, (1 << 32) - 1


class ArraySieve(Sieve[Row]):
    """Reads the existing roster with numpy."""

    def __init__(self, incoming: Incoming, settings: Settings) -> None:
        """Take the incoming students."""
        super().__init__(incoming, settings)
        self._parts = incoming.parts
        self._terms: dict[Term, int] = {
            term: place for place, term in enumerate(sorted(incoming.terms))
        }
        self._terms_of: dict[str, dict[str, int]] = defaultdict(dict)
        for (field, value), place in self._terms.items():
            self._terms_of[field][value] = place
        texts = sorted(incoming.texts - {""})
        self._texts = {text: place for place, text in enumerate(texts)}
        self._words = {value for _, value in self._terms} | incoming.texts
        self._strangers = _Strangers(self._parts)
        self._bones = incoming.skeletons
        self._known: dict[str, tuple[Name, Bones]] = {}
        self._finder = _Finder(incoming.all_keys, self._limit)
        self._found: list[Numbers] = []
        self._given = _Column[str | tuple[str, str]](self._of_given, _NICK + 1)
        self._family = _Column[str](self._of_family, _NICK + 1)
        self._births = _Column[str](self._of_births, _BORN + 1)
        self._homes = _Column[str](self._of_postcodes, _POSTCODE + 1)
        self._middle = _Column[str](self._of_middle, 1)
        self._ids = np.zeros(len(self._terms), np.int64)
        self._full_texts, self._full_terms = self._fulls()
        self._full_times = np.zeros(len(self._full_terms), np.int64)

    # What values are made into ----------------------------------------------------

    def _of_given(
        self, values: Sequence[str | tuple[str, str]]
    ) -> Sequence[Sequence[int]]:
        made = self._of_strangers(values, "given")
        both = [
            (value, "") if isinstance(value, str) else value
            for value in values
            if value not in made
        ]
        self._know_given(set(chain.from_iterable(both)))
        found = iter([self._of_given_name(*each) for each in both])
        return [made.get(value) or next(found) for value in values]

    def _know_given(self, texts: Iterable[str]) -> None:
        """Work out the consonants of given names."""
        names = {text: Name.of(text) for text in texts if text not in self._known}
        self._bones.learn(chain.from_iterable(map(first_words, names.values())))
        bone = self._bones.__getitem__
        for text, name in names.items():
            self._known[text] = name, first_bones(name, bone)

    def _of_given_name(self, text: str, nick: str) -> Sequence[int]:
        (name, bones), (other, more) = self._known[text], self._known[nick]
        made = self._of_name(joined_bones(bones, more), name, self._parts.given)
        also = other.joined if other.joined != name.joined else ""
        terms = self._terms_of["given"]
        return (*made, terms.get(name.joined, _NO_TERM), terms.get(also, _NO_TERM))

    def _of_family(self, values: Sequence[str]) -> Sequence[Sequence[int]]:
        made = self._of_strangers(values, "family")
        names = [Name.of(value) for value in values if value not in made]
        self._bones.learn(chain.from_iterable(map(family_words, names)))
        found = iter([self._of_family_name(name) for name in names])
        return [made.get(value) or next(found) for value in values]

    def _of_family_name(self, name: Name) -> Sequence[int]:
        bones = family_bones(name, self._bones.__getitem__)
        made = self._of_name(bones, name, self._parts.family)
        term = self._terms_of["family"].get(name.joined, _NO_TERM)
        return (*made, term, _NO_TERM)

    def _of_strangers(
        self, values: Sequence[str | tuple[str, str]], role: str
    ) -> dict[str | tuple[str, str], Sequence[int]]:
        """Make the names of one word of which no incoming student has anything.

        Most names in a large roster are strangers.
        """
        plain = {
            value: words[0]
            for value in values
            if isinstance(value, str)
            and value.isalpha()
            and value.isascii()
            and (words := name_words(value))
            and words[0] not in self._words
            and not listed_full_names(words[0])
        }
        self._bones.learn(plain.values())
        return {
            value: self._strangers[role, bone[0]]
            for value, word in plain.items()
            if (bone := self._bones[word]) not in self._parts.names
        }

    def _of_name(self, bones: Bones, name: Name, role: Role) -> Sequence[int]:
        """Give the parts in the name's own role, in either, the initials, the text."""
        parts, names, initials = role.parts, self._parts.names, self._parts.initials
        own = [parts[bone] for bone in bones.all if bone in parts]
        either = [names[bone] for bone in bones.all if bone in names]
        return (
            *own,
            *_ABSENT[len(own)],
            *either,
            *_ABSENT[len(either)],
            role.initials.get(bones.initial, ABSENT),
            initials.get(bones.initial, ABSENT) if bones.initial else 0,
            self._texts.get(name.joined, ABSENT),
        )

    def _of_births(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        terms = self._terms_of["born"]
        found = []
        for text in texts:
            whole, day, year = self._parts.birth(text)
            is_known = whole != ABSENT
            term = terms.get(birth_form(text), _NO_TERM) if is_known else _NO_TERM
            found.append((whole, day, year, term))
        return found

    def _of_postcodes(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        terms = self._terms_of["postcode"]
        home = self._parts.home
        return [
            (home(code), terms.get(code, _NO_TERM)) for code in map(postcode, texts)
        ]

    def _of_middle(self, texts: Sequence[str]) -> Sequence[Sequence[int]]:
        terms = self._terms_of["middle"]
        return [
            (terms.get(word if word.isalpha() else Name.of(text).joined, _NO_TERM),)
            for text, word in zip(texts, map(_plain_word, texts), strict=True)
        ]

    def _fulls(self) -> tuple[Numbers, list[Term]]:
        """Give for both names of incoming students one number, and the term."""
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
        given = self._read_given(named["given_name"], named["preferred_name"])
        family = self._family.read(named["family_name"])
        born = self._births.read(named["date_of_birth"])
        home = self._homes.read(named["postcode"])
        self._middle.read(named["middle_name"])
        self._look_by_names(numbers, given, family, born)
        self._look_by_home(numbers, given, family, born[:, _WHOLE], home[:, _HOME])
        self._count_fulls(given[:, _TEXT], family[:, _TEXT])
        self._look_further(numbers, named, others)
        found = self._finder.take()
        self._found.append(found)
        few = self._finder.few(found)
        rows = pick((few - self.size).tolist())
        self._rows.update(zip(few.tolist(), rows, strict=True))

    def _read_given(self, names: Sequence[str], nicks: Sequence[str]) -> Numbers:
        """Read given names, with the preferred name where there is one."""
        if isinstance(names, Coded) and isinstance(nicks, Coded):
            many = len(nicks.values)
            both = np.asarray(names.codes) * many + np.asarray(nicks.codes)
            pairs, codes = np.unique(both, return_inverse=True)
            values = [
                _both(names.values[pair // many], nicks.values[pair % many])
                for pair in pairs.tolist()
            ]
            return self._given.take(self._given.codes(values)[codes])
        return self._given.read([*map(_both, names, nicks)])

    def _look_by_names(
        self, numbers: Numbers, given: Numbers, family: Numbers, born: Numbers
    ) -> None:
        look = self._finder.look
        whole = born[:, _WHOLE]
        dated = np.flatnonzero(whole != ABSENT)
        look(whole[dated], numbers[dated])
        initials = given[dated, _EITHER_INITIAL] + family[dated, _EITHER_INITIAL]
        look(initials + whole[dated], numbers[dated])
        for one, other in ((given, family), (family, given)):
            for column, known in _known(one, range(_MOST_PARTS)):
                part, initial = one[known, column], other[known, _INITIAL]
                year, day = born[known, _YEAR], born[known, _DAY]
                for tail in (initial, initial + year, whole[known], day):
                    look(part + tail, numbers[known])
        either = range(_MOST_PARTS, _INITIAL)
        for column, known in _known(given, either):
            part = given[known, column]
            for second, both in _known(family[known], either):
                look(part[both] + family[known[both], second], numbers[known[both]])

    def _look_by_home(
        self,
        numbers: Numbers,
        given: Numbers,
        family: Numbers,
        whole: Numbers,
        home: Numbers,
    ) -> None:
        look = self._finder.look
        known = np.flatnonzero(home != ABSENT)
        home, numbers = home[known], numbers[known]
        look(home + whole[known], numbers)
        for name in (given[known], family[known]):
            for column, which in _known(name, range(_MOST_PARTS)):
                look(home[which] + name[which, column], numbers[which])

    def _count_fulls(self, given: Numbers, family: Numbers) -> None:
        """Count both names together, as incoming students have them."""
        if not self._full_terms:
            return
        known = np.flatnonzero((given != ABSENT) & (family != ABSENT))
        both = given[known] * len(self._texts) + family[known]
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
        """Look for the keys of addresses, identifiers, and what else is given."""
        addresses, places = _once(named["address"])
        keys = np.array(self._parts.house.of_all(addresses), np.int64)
        self._finder.look(keys[places], numbers)
        identifiers, places = _once(named["national_id"])
        ids = np.full(len(identifiers), ABSENT, np.int64)
        times = np.bincount(places, minlength=len(identifiers))
        for place, term, key in self._incoming.identified(identifiers):
            self._ids[self._terms[term]] += times[place]
            ids[place] = key
        self._finder.look(ids[places], numbers)
        emails, places = _once(named["email"])
        mails = np.full(len(emails), ABSENT, np.int64)
        for place, key in self._incoming.addressed(emails):
            mails[place] = key
        self._finder.look(mails[places], numbers)
        found = [(key, place) for place, keys in enumerate(others) for key in keys]
        if found:
            pairs = np.array(found, np.int64)
            self._finder.look(pairs[:, 0], numbers[pairs[:, 1]])

    # Afterwards -------------------------------------------------------------------

    def harvest(self) -> Harvest:
        """Give what was found."""
        found = np.unique(np.concatenate([np.empty(0, np.int64), *self._found]))
        self._found = [found]
        kept = set(self._finder.few(found).tolist())
        self._rows = {
            number: row for number, row in self._rows.items() if number in kept
        }
        return Harvest(self.size, self._shared(found), self._counted())

    def _shared(self, found: Numbers) -> dict[BlockingKey, list[int]]:
        """Give the rows under each key, no more than one above the limit."""
        places, starts = np.unique(found >> _HALF, return_index=True)
        ends = np.append(starts[1:], len(found))[: len(starts)].tolist()
        numbers = found & _LOWER
        return {
            key: numbers[start : min(end, start + self._limit + 1)].tolist()
            for key, start, end in zip(
                self._finder.keys[places].tolist(), starts.tolist(), ends, strict=True
            )
        }

    def _counted(self) -> dict[Term, int]:
        total = self._ids.copy()
        columns = (
            (self._given, _TERM),
            (self._given, _NICK),
            (self._family, _TERM),
            (self._births, _BORN),
            (self._homes, _POSTCODE),
            (self._middle, 0),
        )
        for column, which in columns:
            terms = column.made[:, which]
            known = np.flatnonzero(terms != _NO_TERM)
            np.add.at(total, terms[known], column.times[known])
        counted = (
            *zip(self._terms, total.tolist(), strict=True),
            *zip(self._full_terms, self._full_times.tolist(), strict=True),
        )
        return {term: count for term, count in counted if count}


def _plain_word(text: str) -> str:
    """Give a name of one word as `Name` does, unless it is no name; else nothing."""
    return text.lower() if text.isascii() and text.isalpha() else ""


def _both(name: str, nick: str) -> str | tuple[str, str]:
    return (name, nick) if nick else name


def _once(column: Sequence[str]) -> tuple[Sequence[str], Numbers]:
    """Give values of a column, and for each row which of them it has."""
    if isinstance(column, Coded):
        return column.values, np.asarray(column.codes)
    return column, np.arange(len(column))


def _known(sheet: Numbers, columns: Iterable[int]) -> Iterator[tuple[int, Numbers]]:
    """Give for each of some columns the rows that have it, up to one that none has."""
    rows = ((column, np.flatnonzero(sheet[:, column] != ABSENT)) for column in columns)
    return takewhile(lambda found: found[1].size > 0, rows)
