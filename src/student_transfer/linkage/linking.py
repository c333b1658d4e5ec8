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
    BirthParts,
    BlockingKey,
    Bones,
    NameParts,
    birth_parts,
    choose_candidates,
    email_key,
    family_bones,
    given_bones,
    home_part,
    id_key,
    keys_of,
    name_parts,
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


_KnownRow = tuple[_Known, _Known, tuple[int, int, int]]
"""Given and family name, and whole date, day and year of birth."""


@attrs.define
class _Role:
    """What incoming students have as given, or as family name.

    Attributes:
        parts: For the consonants of a name its part in keys.
        partners: For that part what makes a key with it.
        initials: For a first letter its part in keys.
    """

    parts: dict[str, int] = attrs.field(factory=dict)
    partners: _Partners = attrs.field(factory=lambda: defaultdict(set))
    initials: dict[str, int] = attrs.field(factory=dict)

    def add(self, bones: Bones, parts: NameParts, others: Iterable[int]) -> None:
        """Add a name with what makes a key with it."""
        self.parts.update(zip(bones.all, parts.own, strict=True))
        if bones.initial:
            self.initials[bones.initial] = parts.initial
        for part in parts.own:
            self.partners[part].update(others)


@attrs.define
class _Vocabulary:
    """Every part that some incoming student's keys are made of, and its partners."""

    given: _Role = attrs.field(factory=_Role)
    family: _Role = attrs.field(factory=_Role)
    names: dict[str, int] = attrs.field(factory=dict)
    either: _Partners = attrs.field(factory=lambda: defaultdict(set))
    initials: dict[str, int] = attrs.field(factory=dict)
    homes: _Partners = attrs.field(factory=lambda: defaultdict(set))
    births: set[int] = attrs.field(factory=set)
    numbers: set[int] = attrs.field(factory=set)
    streets: set[int] = attrs.field(factory=set)

    def add(self, one: Profile) -> None:
        """Add an incoming student."""
        bones = given_bones(one.given, one.preferred), family_bones(one.family)
        first, last = name_parts("given", bones[0]), name_parts("family", bones[1])
        born = birth_parts(one.born) if one.born else None
        both = partners(first, last, born)
        self.given.add(bones[0], first, both.of_given)
        self.family.add(bones[1], last, both.of_family)
        for bone, parts in zip(bones, (first, last), strict=True):
            self.names.update(zip(bone.all, parts.either, strict=True))
            if bone.initial:
                self.initials[bone.initial] = parts.either_initial
        for parts, others in ((first, last), (last, first)):  # a swap is the other way
            for part in parts.either:
                self.either[part].update(others.either)
        if born:
            self.births.update((born.whole, born.day, born.year))
        self._add_home(one, first, last, born)

    def _add_home(
        self, one: Profile, first: NameParts, last: NameParts, born: BirthParts | None
    ) -> None:
        if one.postcode:
            home = self.homes[home_part(one.postcode)]
            home.update((*first.own, *last.own))
            home.update((born.whole,) if born and born.whole else ())
        if one.address.house:
            number, street = one.address.house
            self.numbers.add(number_part(number))
            self.streets.add(street_part(street))


@attrs.frozen
class Harvest(Generic[Row]):
    """What a sieve has kept of a part of the existing roster; see `Sieve.absorb`."""

    size: int
    sharing: Mapping[BlockingKey, Sequence[int]]
    rows: Mapping[int, Row]
    counts: Mapping[str, Counter[str]]
    fulls: Mapping[str, int]


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
        self._parts = _Vocabulary()
        for one in incoming:
            self._parts.add(one)
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
        known = self._find_by_names(rows, named)
        self._find_by_home(rows, named, known)
        self._find_by_identifiers(rows, named)
        for place, keys in enumerate(others):
            for key in keys:
                if key in self._open:
                    self._keep(self.size + place, rows, key)
        self.size += len(rows)

    def _find_by_names(  # noqa: C901, PLR0912 - the one loop for every row
        self, rows: Sequence[Row], named: Mapping[str, Sequence[str]]
    ) -> list[_KnownRow]:
        """Look for the keys of names and dates; give what is known of each row.

        Sets of partners are asked for several parts at once: nearly always for none. A
        partner that makes a key that is too common is taken out.
        """
        givens, families, births = self._given, self._family, self._births
        is_open, fulls, either = self._open, self._fulls, self._parts.either
        known: list[_KnownRow] = []
        for name, nick, last, day in zip(
            named["given_name"],
            named["preferred_name"],
            named["family_name"],
            named["date_of_birth"],
            strict=True,
        ):
            given = givens.get((name, nick)) or self._new_given(name, nick)
            family = families.get(last) or self._new_family(last)
            born = births.get(day) or self._new_birth(day)
            known.append((given, family, born))
            whole, on_day, year = born
            found = []
            for parts, initial in ((family[0], given[2]), (given[0], family[2])):
                if parts:
                    tail = (initial, initial + year, whole, on_day)
                    for part, others in parts:
                        if not others.isdisjoint(tail):
                            found += [(part, others, more) for more in tail]
            for part in given[1]:
                others = either[part]
                if not others.isdisjoint(family[1]):
                    found += [(part, others, more) for more in family[1]]
            number = self.size + len(known) - 1
            for part, others, more in found:
                if more in others and not self._keep(number, rows, part + more):
                    others.discard(more)
            if whole != _ABSENT:
                if whole in is_open:
                    self._keep(number, rows, whole)
                both = given[3] + family[3] + whole
                if _ABSENT not in (given[3], family[3]) and both in is_open:
                    self._keep(number, rows, both)
            if given[4] and family[4]:
                full = f"{given[4]} {family[4]}"
                if full in fulls:
                    fulls[full] += 1
        return known

    def _find_by_home(
        self,
        rows: Sequence[Row],
        named: Mapping[str, Sequence[str]],
        known: Sequence[_KnownRow],
    ) -> None:
        """Look for the keys of postcode and house."""
        homes, is_open = self._homes, self._open
        for place, code in enumerate(named["postcode"]):
            if not code:
                continue
            home = homes.get(code)
            if home is None:
                home = homes[code] = self._home(code)
            if home != _ABSENT:
                given, family, born = known[place]
                partners_ = self._parts.homes[home]
                for part in (*(part for part, _ in (*given[0], *family[0])), born[0]):
                    if part in partners_ and home + part in is_open:
                        self._keep(self.size + place, rows, home + part)
        for place, address in enumerate(named["address"]):
            if address:
                key = self._house(address)
                if key in is_open:
                    self._keep(self.size + place, rows, key)

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
                    self._keep(self.size + place, rows, key)
        for place, text in enumerate(named["email"]):
            if text:
                plain = text.isascii()
                key = self._emails.get(text.strip().lower() if plain else email(text))
                if key is not None and key in self._open:
                    self._keep(self.size + place, rows, key)

    def _keep(self, number: int, rows: Sequence[Row], key: BlockingKey) -> bool:
        """Keep a row under a key; False when the key is too common to keep more."""
        sharing = self._sharing.get(key)
        if sharing is None:
            sharing = self._sharing[key] = []
        if len(sharing) > self._limit:
            self._open.discard(key)
            return False
        if not sharing or sharing[-1] != number:
            sharing.append(number)
            self._rows[number] = rows[number - self.size]
        return True

    def _new_given(self, text: str, nick: str) -> _Known:
        name = Name.of(text)
        bones = given_bones(name, Name.of(nick))
        found = self._known(bones, name, self._parts.given)
        self._given[text, nick] = found
        return found

    def _new_family(self, text: str) -> _Known:
        name = Name.of(text)
        found = self._known(family_bones(name), name, self._parts.family)
        self._family[text] = found
        return found

    def _known(self, bones: Bones, name: Name, role: "_Role") -> _Known:
        """Leave out what no incoming student has; of that nothing has to be made."""
        own = tuple(role.parts[bone] for bone in bones.all if bone in role.parts)
        names = self._parts.names
        return (
            tuple((part, role.partners[part]) for part in own),
            tuple(names[bone] for bone in bones.all if bone in names),
            role.initials.get(bones.initial, _ABSENT),
            self._parts.initials.get(bones.initial, _ABSENT) if bones.initial else 0,
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
            nick
            for name, nick in pairs
            if nick and Name.of(nick).joined != Name.of(name).joined
        )

    def harvest(self) -> Harvest[Row]:
        """Give what was kept, for another sieve of the same incoming students."""
        kept = self._sharing, self._rows, self._counts, self._fulls
        return Harvest(self.size, *kept)

    def absorb(self, later: Harvest[Row]) -> None:
        """Add what another sieve has kept of a later part of the roster."""
        for key, numbers in later.sharing.items():
            sharing = self._sharing.setdefault(key, [])
            room = self._limit + 1 - len(sharing)
            sharing += [self.size + number for number in numbers[: max(0, room)]]
        self._rows |= {self.size + number: row for number, row in later.rows.items()}
        for field, counted in later.counts.items():
            self._counts[field].update(counted)
        for text, count in later.fulls.items():
            self._fulls[text] += count
        self.size += later.size

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
