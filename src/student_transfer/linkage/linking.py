"""Linking two whole rosters: what it costs grows with the incoming one.

The existing roster is read once, as a stream. Of each of its students only the blocking
keys that some incoming student has are looked for; who shares none is counted for the
frequencies and forgotten.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from student_transfer.linkage.blocking import (
    BlockingKey,
    NameParts,
    birth_parts,
    choose_candidates,
    email_key,
    family_parts,
    given_parts,
    home_part,
    id_key,
    initials_part,
    keys_of,
    number_part,
    partners,
    street_part,
)
from student_transfer.linkage.frequencies import Frequencies, Term, birth_text, terms_of
from student_transfer.linkage.identifiers import email, house, national_id, postcode
from student_transfer.linkage.profile import FIELDS, Name, Profile, birth
from student_transfer.linkage.settings import Settings

Row = TypeVar("Row")

Columns = Sequence[Sequence[str]]
"""Students as texts: for each of `FIELDS` its column, or nothing."""

_ABSENT = -1
"""Stands for a part that no incoming student has: no key is made with it."""

_Partners = dict[int, set[int]]
_Own = tuple[tuple[int, set[int]], ...]
_Known = tuple[_Own, tuple[int, ...], int, int, str]
"""A name as far as incoming students have it: its parts, each with what makes a key
with it; its parts, then its initial, in either role; and its text."""


@attrs.frozen
class _Vocabulary:
    """Every part that some incoming student's keys are made of, and its partners."""

    family: _Partners
    given: _Partners
    either: _Partners
    homes: _Partners
    births: frozenset[int]
    initials: frozenset[int]
    numbers: frozenset[int]
    streets: frozenset[int]

    @classmethod
    def of(cls, incoming: Iterable[Profile]) -> "_Vocabulary":
        """Collect the parts."""
        family, given, either, homes = (
            defaultdict[int, set[int]](set) for _ in range(4)
        )
        births, initials, numbers, streets = (set[int]() for _ in range(4))
        for one in incoming:
            first = given_parts(one.given, one.preferred)
            last = family_parts(one.family)
            born = birth_parts(one.born) if one.born else None
            both = partners(first, last, born)
            for part in last.own:
                family[part].update(both.of_family)
            for part in first.own:
                given[part].update(both.of_given)
            for part in first.either:
                either[part].update(last.either)
            for part in last.either:  # the other way round, for a swap
                either[part].update(first.either)
            if born:
                births.update((born.whole, born.day, born.year))
            initials.update((first.initial, last.initial))
            if one.postcode:
                home = homes[home_part(one.postcode)]
                home.update((*first.own, *last.own))
                home.update((born.whole,) if born and born.whole else ())
            if one.address.house:
                number, street = one.address.house
                numbers.add(number_part(number))
                streets.add(street_part(street))
        return cls(
            dict(family),
            dict(given),
            dict(either),
            dict(homes),
            *map(frozenset, (births, initials, numbers, streets)),
        )


class Sieve(Generic[Row]):
    """Reads the existing roster and keeps who may be an incoming student.

    Finds for each incoming student the same candidates as a search for the student's
    blocking keys in a storage would, and counts the same frequencies.
    """

    def __init__(self, incoming: Sequence[Profile], settings: Settings) -> None:
        """Take the incoming students."""
        self.size = 0
        self._limit = settings.per_key_limit
        self._most = settings.candidates_compared
        self._keys = [keys_of(one) for one in incoming]
        self._open = set[BlockingKey]().union(*self._keys)
        self._parts = _Vocabulary.of(incoming)
        self._wanted = frozenset[Term]().union(*map(terms_of, incoming))
        self._fulls = {term[1]: 0 for term in self._wanted if term[0] == "full"}
        self._texts = {name for one in incoming for name in _texts(one)}
        self._ids = {one.national_id: id_key(one.national_id) for one in incoming}
        self._emails = {one.email: email_key(one.email) for one in incoming}
        self._sharing: dict[BlockingKey, list[int]] = {}
        self._rows: dict[int, Row] = {}
        self._counts = {field: Counter[str]() for field in _COUNTED}
        self._given: dict[tuple[str, str], _Known] = {}
        self._family: dict[str, _Known] = {}
        self._births: dict[str, tuple[int, int, int]] = {}
        self._homes: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._streets: dict[str, int] = {}

    # Reading ----------------------------------------------------------------------

    def take(
        self,
        rows: Sequence[Row],
        columns: Columns,
        others: Sequence[Iterable[BlockingKey]] = (),
    ) -> None:
        """Read some students of the existing roster.

        Args:
            rows: What is kept of each.
            columns: The same students as texts.
            others: Further blocking keys of each, such as those of earlier transfers.
        """
        blank = ("",) * len(rows)
        named = {
            name: column or blank for name, column in zip(FIELDS, columns, strict=True)
        }
        self._count(named)
        self._find_by_names(rows, named)
        for finds in (self._find_by_home, self._find_by_identifiers):
            finds(rows, named)
        for place, keys in enumerate(others):
            mine = [key for key in keys if key in self._open]
            self._keep(self.size + place, rows[place], mine)
        self.size += len(rows)

    def _find_by_names(
        self, rows: Sequence[Row], named: Mapping[str, Sequence[str]]
    ) -> None:
        """Look for the keys of names and dates: the one loop for every row."""
        givens, families, births = self._given, self._family, self._births
        fulls = self._fulls
        for number, (name, nick, last, day) in enumerate(
            zip(
                named["given_name"],
                named["preferred_name"],
                named["family_name"],
                named["date_of_birth"],
                strict=True,
            ),
            self.size,
        ):
            given = givens.get((name, nick)) or self._new_given(name, nick)
            family = families.get(last) or self._new_family(last)
            born = births.get(day) or self._new_birth(day)
            found = self._keys_of(given, family, born)
            if given[4] and family[4]:
                full = f"{given[4]} {family[4]}"
                if full in fulls:
                    fulls[full] += 1
            if found:
                self._keep(number, rows[number - self.size], found)

    def _keys_of(
        self, given: _Known, family: _Known, born: tuple[int, int, int]
    ) -> list[BlockingKey]:
        """Give those keys of a row that some incoming student has.

        Sets of partners are asked for several parts at once: nearly always for none.
        """
        whole, on_day, year = born
        found: list[BlockingKey] = []
        for name, initial in ((family, given[2]), (given, family[2])):
            tail = (initial, initial + year, whole, on_day)
            for part, others in name[0]:
                if not others.isdisjoint(tail):
                    found += [part + more for more in tail if more in others]
        for part in given[1]:
            others = self._parts.either[part]
            if not others.isdisjoint(family[1]):
                found += [part + more for more in family[1] if more in others]
        if whole != _ABSENT:
            both = (given[3] + family[3] + whole, whole)
            found += [key for key in both if key in self._open]
        return found

    def _find_by_home(
        self, rows: Sequence[Row], named: Mapping[str, Sequence[str]]
    ) -> None:
        """Look for the keys of postcode and house."""
        for place, code in enumerate(named["postcode"]):
            if not code:
                continue
            home = self._homes.get(code)
            if home is None:
                home = self._homes[code] = self._home(code)
            if home != _ABSENT:
                partners_ = self._parts.homes[home]
                given = self._given[
                    named["given_name"][place], named["preferred_name"][place]
                ]
                family = self._family[named["family_name"][place]]
                born = self._births[named["date_of_birth"][place]]
                parts = [part for part, _ in (*given[0], *family[0])]
                found = [home + part for part in (*parts, born[0]) if part in partners_]
                self._keep(self.size + place, rows[place], found)
        for place, address in enumerate(named["address"]):
            if address:
                key = self._house(address)
                if key in self._open:
                    self._keep(self.size + place, rows[place], (key,))

    def _home(self, code: str) -> int:
        normal = postcode(code)
        part = home_part(normal) if normal else _ABSENT
        return part if part in self._parts.homes else _ABSENT

    def _house(self, address: str) -> BlockingKey:
        found = house(address)
        if found is None:
            return _ABSENT
        number, street = found
        first = self._numbers.get(number)
        if first is None:
            part = number_part(number)
            first = part if part in self._parts.numbers else _ABSENT
            self._numbers[number] = first
        second = self._streets.get(street)
        if second is None:
            part = street_part(street)
            second = part if part in self._parts.streets else _ABSENT
            self._streets[street] = second
        return _ABSENT if _ABSENT in (first, second) else first + second

    def _find_by_identifiers(
        self, rows: Sequence[Row], named: Mapping[str, Sequence[str]]
    ) -> None:
        """Look for the keys of national identifier and email."""
        for place, text in enumerate(named["national_id"]):
            if text:
                plain = text.isalnum() and text.isascii()
                key = self._ids.get(text.upper() if plain else national_id(text))
                if key is not None and key in self._open:
                    self._keep(self.size + place, rows[place], (key,))
        for place, text in enumerate(named["email"]):
            if text:
                plain = text.isascii()
                key = self._emails.get(text.strip().lower() if plain else email(text))
                if key is not None and key in self._open:
                    self._keep(self.size + place, rows[place], (key,))

    def _keep(self, number: int, row: Row, keys: Iterable[BlockingKey]) -> None:
        """Keep a row under its keys; a key that is too common keeps no more rows."""
        for key in keys:
            sharing = self._sharing.setdefault(key, [])
            if len(sharing) > self._limit:
                self._open.discard(key)
            elif not sharing or sharing[-1] != number:
                sharing.append(number)
                self._rows[number] = row

    def _new_given(self, text: str, nick: str) -> _Known:
        name = Name.of(text)
        parts = given_parts(name, Name.of(nick))
        known = self._known(parts, name, self._parts.given)
        either = tuple(part for part in parts.either if part in self._parts.either)
        found = self._given[text, nick] = (known[0], either, *known[2:])
        return found

    def _new_family(self, text: str) -> _Known:
        name = Name.of(text)
        parts = family_parts(name)
        found = self._family[text] = self._known(parts, name, self._parts.family)
        return found

    def _known(self, parts: NameParts, name: Name, partners_: _Partners) -> _Known:
        """Leave out what no incoming student has."""
        return (
            tuple((part, partners_[part]) for part in parts.own if part in partners_),
            parts.either,
            parts.initial if parts.initial in self._parts.initials else _ABSENT,
            initials_part(parts, _NO_NAME),
            name.joined if name.joined in self._texts else "",
        )

    def _new_birth(self, text: str) -> tuple[int, int, int]:
        born = birth(None, text)
        parts = birth_parts(born) if born else None
        days = (parts.whole, parts.day, parts.year) if parts else ()
        whole, day, year = (
            part if part and part in self._parts.births else _ABSENT
            for part in days or (0, 0, 0)
        )
        found = self._births[text] = (whole, day, year)
        return found

    def _count(self, named: Mapping[str, Sequence[str]]) -> None:
        """Count the texts; they are brought into normal form once each, at the end."""
        for field, column in _COUNTED.items():
            self._counts[field].update(named[column])
        pairs = zip(named["given_name"], named["preferred_name"], strict=True)
        self._counts["given"].update(
            nick for name, nick in pairs if nick and Name.of(nick) != Name.of(name)
        )

    # Afterwards -------------------------------------------------------------------

    def frequencies(self) -> Frequencies:
        """Say how common the incoming students' terms are in the existing roster."""
        counts = {("full", text): count for text, count in self._fulls.items()}
        for field, counted in self._counts.items():
            normal = _NORMAL[field]
            for text, count in counted.items():
                term = (field, normal(text))
                if term in self._wanted:
                    counts[term] = counts.get(term, 0) + count
        return Frequencies(self.size, counts)

    def candidates(self, place: int) -> tuple[set[int], bool]:
        """Give the numbers of an incoming student's candidates; see `row`.

        The second value says whether some were left out.
        """
        keys = self._keys[place]
        sharing = {key: self._sharing[key] for key in keys if key in self._sharing}
        overflowing = {key for key, rows in sharing.items() if len(rows) > self._limit}
        return choose_candidates(
            keys,
            {key: rows for key, rows in sharing.items() if key not in overflowing},
            overflowing,
            self._most,
        )

    def row(self, number: int) -> Row:
        """Give a candidate's row."""
        return self._rows[number]


_NO_NAME = NameParts()


def _texts(one: Profile) -> tuple[str, str]:
    return one.given.joined, one.family.joined


def _name_form(text: str) -> str:
    return Name.of(text).joined


def _birth_form(text: str) -> str:
    born = birth(None, text)
    return birth_text(born) if born and born[2] else ""


_COUNTED = {
    "given": "given_name",
    "middle": "middle_name",
    "family": "family_name",
    "born": "date_of_birth",
    "national_id": "national_id",
    "postcode": "postcode",
}
"""The terms that are counted, and the field of each."""

_NORMAL: Mapping[str, Callable[[str], str]] = {
    "given": _name_form,
    "middle": _name_form,
    "family": _name_form,
    "born": _birth_form,
    "national_id": national_id,
    "postcode": postcode,
}
