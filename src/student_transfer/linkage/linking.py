"""Linking two whole rosters: what it costs grows with the incoming one.

The existing roster is read once, as a stream. Of each of its students only the blocking
keys that some incoming student has are looked for; who shares none is counted for the
frequencies and forgotten.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

import attrs

from student_transfer.linkage.blocking import (
    BlockingKey,
    NameParts,
    address_part,
    birth_parts,
    choose_candidates,
    email_key,
    family_parts,
    given_parts,
    home_part,
    id_key,
    keys_of,
)
from student_transfer.linkage.frequencies import Frequencies, Term, birth_text, terms_of
from student_transfer.linkage.identifiers import address_words, email, national_id, postcode
from student_transfer.linkage.profile import Name, Profile, Values, birth
from student_transfer.linkage.settings import Settings

Row = TypeVar("Row")

_KnownName = tuple[tuple[int, ...], tuple[int, ...], int, int, str]
"""Of a name what incoming students have: `NameParts`, and the name where one has it."""

_ABSENT = 1
"""Stands for a part that no incoming student has: no sum with it is one of their keys."""


class Sieve(Generic[Row]):
    """Reads the existing roster and keeps who may be an incoming student.

    Finds for each incoming student the same candidates as a search for the student's
    blocking keys in a storage would, and counts the same frequencies.
    """

    def __init__(self, incoming: Sequence[Profile], settings: Settings) -> None:
        """Take the incoming students."""
        self.size = 0
        self._settings = settings
        self._keys = [keys_of(one) for one in incoming]
        self._wanted = frozenset[Term]().union(*map(terms_of, incoming))
        self._index = frozenset[BlockingKey]().union(*self._keys)
        self._parts = _vocabulary(incoming)
        self._ids = {one.national_id: id_key(one.national_id) for one in incoming}
        self._emails = {one.email: email_key(one.email) for one in incoming}
        self._sharing: dict[BlockingKey, list[int]] = {}
        self._rows: dict[int, Row] = {}
        self._counts = {
            field: Counter[str]()
            for field in ("given", "middle", "family", "born", "national_id", "postcode")
        }
        self._fulls = {term[1]: 0 for term in self._wanted if term[0] == "full"}
        self._texts = {one.given.joined for one in incoming}
        self._texts.update(one.family.joined for one in incoming)
        self._given: dict[tuple[str, str], _KnownName] = {}
        self._family: dict[str, _KnownName] = {}
        self._births: dict[str, tuple[int, int, int]] = {}
        self._homes: dict[str, int] = {}

    # Reading ----------------------------------------------------------------------

    def take(
        self,
        rows: Sequence[Row],
        values: Sequence[Values],
        others: Sequence[Iterable[BlockingKey]] = (),
    ) -> None:
        """Read some students of the existing roster.

        Args:
            rows: What is kept of each.
            values: The same students as texts.
            others: Further blocking keys of each, such as those of earlier transfers.
        """
        if not rows:
            return
        columns = list(zip(*values, strict=True))
        given, middle, family, preferred, born = columns[:5]
        national, emails, postcodes, addresses = columns[7], *columns[10:13]
        self._count(columns)
        index, first, fulls = self._index, self.size, self._fulls
        givens, families, births = self._given, self._family, self._births
        for place, (name, nick, last, day) in enumerate(
            zip(given, preferred, family, born, strict=True)
        ):
            one = givens.get((name, nick)) or self._new_given(name, nick)
            other = families.get(last) or self._new_family(last)
            at = births.get(day) or self._new_birth(day)
            g_own, g_either, g_initial, g_first, g_text = one
            f_own, f_either, f_initial, f_first, f_text = other
            whole, year, on_day = at
            found = [
                key
                for key in (
                    *[part + more for part in g_either for more in f_either],
                    *[part + g_initial for part in f_own],
                    *[part + f_initial for part in g_own],
                    *[part + g_initial + year for part in f_own],
                    *[part + f_initial + year for part in g_own],
                    *[part + whole for part in f_own],
                    *[part + whole for part in g_own],
                    *[part + on_day for part in f_own],
                    *[part + on_day for part in g_own],
                    *f_own,
                    g_first + f_first + whole,
                    whole,
                )
                if key in index
            ]
            if g_text and f_text:
                full = f"{g_text} {f_text}"
                if full in fulls:
                    fulls[full] += 1
            if postcodes[place]:
                self._find_home(postcodes[place], g_own, f_own, whole, found)
            if addresses[place]:
                key = self._house(addresses[place])
                if key in index:
                    found.append(key)
            if found:
                self._keep(first + place, rows[place], found)
        self._find_own(first, rows, national, emails, others)
        self.size += len(rows)

    def _find_home(
        self,
        code: str,
        given: Iterable[int],
        family: Iterable[int],
        whole: int,
        found: list[BlockingKey],
    ) -> None:
        home = self._homes.get(code)
        if home is None:
            home = home_part(postcode(code))
            home = self._homes[code] = home if home in self._parts else _ABSENT
        if home != _ABSENT:
            index = self._index
            found += [home + part for part in given if home + part in index]
            found += [home + part for part in family if home + part in index]
            if home + whole in index:
                found.append(home + whole)

    def _house(self, address: str) -> int:
        words = address_words(address)
        return address_part(words) if len(words) > 1 else _ABSENT

    def _find_own(
        self,
        first: int,
        rows: Sequence[Row],
        national: Sequence[str],
        emails: Sequence[str],
        others: Sequence[Iterable[BlockingKey]],
    ) -> None:
        """Look for the keys that are the student's own: identifier, email, links."""
        for place, text in enumerate(national):
            if text:
                form = text.upper() if text.isalnum() and text.isascii() else ""
                key = self._ids.get(form or national_id(text))
                if key is not None:
                    self._keep(first + place, rows[place], (key,))
        for place, text in enumerate(emails):
            if text:
                form = text.strip().lower() if text.isascii() else email(text)
                key = self._emails.get(form)
                if key is not None:
                    self._keep(first + place, rows[place], (key,))
        for place, keys in enumerate(others):
            mine = [key for key in keys if key in self._index]
            if mine:
                self._keep(first + place, rows[place], mine)

    def _keep(self, number: int, row: Row, keys: Iterable[BlockingKey]) -> None:
        """Keep a row under its keys; a key that is too common keeps no more rows."""
        limit = self._settings.per_key_limit
        for key in keys:
            sharing = self._sharing.setdefault(key, [])
            if len(sharing) <= limit and (not sharing or sharing[-1] != number):
                sharing.append(number)
                self._rows[number] = row

    def _new_given(self, text: str, nick: str) -> "_KnownName":
        name = Name.of(text)
        found = self._known(given_parts(name, Name.of(nick)), name)
        self._given[text, nick] = found
        return found

    def _new_family(self, text: str) -> "_KnownName":
        name = Name.of(text)
        found = self._family[text] = self._known(family_parts(name), name)
        return found

    def _new_birth(self, text: str) -> tuple[int, int, int]:
        born = birth(None, text)
        parts = attrs.astuple(birth_parts(born)) if born else (0, 0, 0)
        whole, year, day = (self._part(part) for part in parts)
        found = self._births[text] = (whole, year, day)
        return found

    def _part(self, part: int) -> int:
        return part if part in self._parts else _ABSENT

    def _known(self, parts: NameParts, name: Name) -> "_KnownName":
        """Leave out what no incoming student has."""
        return (
            tuple(part for part in parts.own if part in self._parts),
            tuple(part for part in parts.either if part in self._parts),
            self._part(parts.initial),
            parts.either_initial,
            name.joined if name.joined in self._texts else "",
        )

    def _count(self, columns: Sequence[Sequence[str]]) -> None:
        given, preferred = columns[0], columns[3]
        counts = self._counts
        counts["given"].update(given)
        counts["given"].update(
            nick
            for name, nick in zip(given, preferred, strict=True)
            if nick and Name.of(nick) != Name.of(name)
        )
        for field, place in (("middle", 1), ("family", 2), ("born", 4)):
            counts[field].update(columns[place])
        counts["postcode"].update(columns[11])
        counts["national_id"].update(text for text in columns[7] if text)

    # Afterwards -------------------------------------------------------------------

    def frequencies(self) -> Frequencies:
        """Say how common the incoming students' terms are in the existing roster."""
        counts: dict[Term, int] = {
            ("full", text): count for text, count in self._fulls.items()
        }
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
        limit = self._settings.per_key_limit
        keys = self._keys[place]
        sharing = {key: self._sharing[key] for key in keys if key in self._sharing}
        overflowing = {key for key, rows in sharing.items() if len(rows) > limit}
        return choose_candidates(
            keys,
            {key: rows for key, rows in sharing.items() if key not in overflowing},
            overflowing,
            self._settings.candidates_compared,
        )

    def row(self, number: int) -> Row:
        """Give a candidate's row."""
        return self._rows[number]


def _vocabulary(incoming: Iterable[Profile]) -> frozenset[int]:
    """Give every part that some incoming student's keys are made of."""
    parts = set[int]()
    for one in incoming:
        for names in (given_parts(one.given, one.preferred), family_parts(one.family)):
            parts.update((*names.own, *names.either, names.initial))
        if one.born:
            parts.update(attrs.astuple(birth_parts(one.born)))
        if one.postcode:
            parts.add(home_part(one.postcode))
    return frozenset(parts - {0})


def _name_form(text: str) -> str:
    return Name.of(text).joined


def _birth_form(text: str) -> str:
    born = birth(None, text)
    return birth_text(born) if born and born[2] else ""


_NORMAL: Mapping[str, Callable[[str], str]] = {
    "given": _name_form,
    "middle": _name_form,
    "family": _name_form,
    "born": _birth_form,
    "national_id": national_id,
    "postcode": postcode,
}
