"""The blocker that reads row by row: it needs nothing but Python."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from student_transfer.linkage.blocking.key_parts import (
    ONLY_NAME,
    NameSkeletons,
    family_skeletons,
    given_skeletons,
)
from student_transfer.linkage.blocking.keys import BlockingKey, at_home, sought_partners
from student_transfer.linkage.bulk_blocking.candidate_rows import ListedRows, Pick, Row
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Named,
    PartBlocks,
    RosterBlocker,
    SoughtStudents,
)
from student_transfer.linkage.bulk_blocking.vocabulary import ABSENT, Role
from student_transfer.linkage.comparing.frequencies import Term
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.births import birth_form
from student_transfer.linkage.profiles.identifiers import postcode
from student_transfer.linkage.profiles.profile import Name


class _KnownName(NamedTuple):
    """A name as far as incoming students have it.

    Attributes:
        own: Its parts in its own role, each with what makes a key with it.
        either: Its parts in either role.
        initial: The part of its initial, in its own role.
        either_initial: The same in either role; 0 where there is no name.
        text: What is counted with the other name.
        only: Its part in either role, where it has one way to be written.
    """

    own: tuple[tuple[int, set[int]], ...]
    either: tuple[int, ...]
    initial: int
    either_initial: int
    text: str
    only: int


class _KnownBirth(NamedTuple):
    """The parts of a date of birth, as far as incoming students have them."""

    whole: int
    day: int
    year: int
    mark: int


class _KnownRow(NamedTuple):
    """The names and the date of birth of a row."""

    given: _KnownName
    family: _KnownName
    born: _KnownBirth

    @property
    def has_one_name(self) -> bool:
        """Whether there is one name only, in either column or in both."""
        given, family = self.given, self.family
        is_twice = given.only == family.only != ABSENT
        return is_twice or not (given.either_initial and family.either_initial)


_Sets = dict[int, set[int]]
_Pairs = Iterator[tuple[int, set[int], int]]
"""A part of a key, all that makes a key with it, and one that may be among them."""


class _Partners:
    """For each part of a key what makes a key with it."""

    def __init__(self, incoming: SoughtStudents) -> None:
        self.given: _Sets = defaultdict(set)
        self.family: _Sets = defaultdict(set)
        self.either: _Sets = defaultdict(set)
        self.homes: _Sets = defaultdict(set)
        for made in incoming.made:
            both = sought_partners(made)
            for part in made.given.own:
                self.given[part].update(both.of_given)
            for part in made.family.own:
                self.family[part].update(both.of_family)
            for part in made.given.either:  # a swap is the other way
                self.either[part].update(made.family.either)
            for part in made.family.either:
                self.either[part].update(made.given.either)
            for part in (*made.given.either, *made.family.either):
                self.either[part].update(both.of_only)
            if made.home:
                self.homes[made.home].update(at_home(made))


def _by_own(row: _KnownRow) -> _Pairs:
    """Pair a name in its own role with the other's initial and the date of birth.

    Sets of partners are asked for several parts at once: nearly always for none.
    """
    born = row.born
    for name, other in ((row.family, row.given), (row.given, row.family)):
        if name.own:
            by_year = (other.initial + born.mark, other.initial + born.year)
            tails = (*by_year, born.whole, born.day)
            for part, others in name.own:
                if not others.isdisjoint(tails):
                    yield from ((part, others, more) for more in tails)


def _by_either(row: _KnownRow, either: _Sets) -> _Pairs:
    """Pair both names, whichever is which; or the only one with the year of birth."""
    for part in row.given.either:
        others = either[part]
        if not others.isdisjoint(row.family.either):
            yield from ((part, others, more) for more in row.family.either)
    if row.has_one_name:
        tails = (ONLY_NAME, ONLY_NAME + row.born.year)
        for part in (*row.given.either, *row.family.either):
            yield from ((part, either[part], more) for more in tails)


class RowBlocker(RosterBlocker[Row]):
    """Reads the existing roster in Python alone."""

    def __init__(self, incoming: SoughtStudents, settings: Settings) -> None:
        """Take the incoming students."""
        super().__init__(incoming, settings)
        self._open = set(incoming.all_keys)
        self._parts = incoming.parts
        self._partners = _Partners(incoming)
        self._fulls = {term[1]: 0 for term in incoming.terms if term[0] == "full"}
        self._sharing: dict[BlockingKey, list[int]] = {}
        self._counts = {field: Counter[str]() for field in _COUNTED}
        self._ids = Counter[Term]()
        self._found = set[int]()
        self._found_rows: dict[int, Row] = {}
        self._given: dict[tuple[str, str], _KnownName] = {}
        self._family: dict[str, _KnownName] = {}
        self._births: dict[str, _KnownBirth] = {}
        self._homes: dict[str, int] = {}

    def _read(
        self,
        named: Named,
        pick: Pick[Row],
        others: Sequence[Iterable[BlockingKey]],
    ) -> None:
        self._found = set[int]()
        self._count(named)
        known = self._find_by_names(named)
        self._find_by_home(named, known)
        for place, term, key in chain(
            self._incoming.identified(named["national_id"]),
            self._incoming.addressed(named["email"]),
        ):
            self._ids[term] += 1
            self._keep_open(self.size + place, key)
        for place, keys in enumerate(others):
            for key in keys:
                self._keep_open(self.size + place, key)
        found = sorted(self._found)
        picked = pick([number - self.size for number in found])
        rows = picked.rows(range(len(found)))
        self._found_rows.update(zip(found, rows, strict=True))

    def _keep_open(self, number: int, key: BlockingKey) -> None:
        if key in self._open:
            self._keep(number, key)

    def _find_by_names(self, named: Named) -> list[_KnownRow]:
        """Look for the keys of names and dates; give what is known of each row.

        A partner that makes a key that is too common is taken out.
        """
        givens, families, births = self._given, self._family, self._births
        known: list[_KnownRow] = []
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
            row = _KnownRow(
                givens.get((name, nick)) or self._new_given(name, nick),
                families.get(last) or self._new_family(last),
                births.get(day) or self._new_birth(day),
            )
            known.append(row)
            pairs = [*_by_own(row), *_by_either(row, self._partners.either)]
            for part, others, more in pairs:
                if more in others and not self._keep(number, part + more):
                    others.discard(more)
            self._find_by_date(number, row)
            given, family = row.given.text, row.family.text
            if given and family and (full := f"{given} {family}") in self._fulls:
                self._fulls[full] += 1
        return known

    def _find_by_date(self, number: int, row: _KnownRow) -> None:
        """Look for the keys of the date of birth, alone and with the initials."""
        whole = row.born.whole
        if whole == ABSENT:
            return
        self._keep_open(number, whole)
        initials = row.given.either_initial, row.family.either_initial
        if ABSENT not in initials:
            self._keep_open(number, sum(initials) + whole)

    def _find_by_home(self, named: Named, known: Sequence[_KnownRow]) -> None:
        """Look for the keys of postcode and house."""
        homes, is_open = self._homes, self._open
        houses = self._parts.house.of_all(named["address"])
        for place, code in enumerate(named["postcode"]):
            if not code:
                continue
            home = homes.get(code)
            if home is None:
                home = homes[code] = self._parts.home(postcode(code))
            if home != ABSENT:
                row, partners_ = known[place], self._partners.homes[home]
                names = (part for part, _ in (*row.given.own, *row.family.own))
                for part in (*names, row.born.whole, houses[place]):
                    if part in partners_ and home + part in is_open:
                        self._keep(self.size + place, home + part)
        for place, key in enumerate(houses):
            self._keep_open(self.size + place, key)

    def _keep(self, number: int, key: BlockingKey) -> bool:
        """Keep a row under a key; False when the key is too common to keep more."""
        sharing = self._sharing.get(key)
        if sharing is None:
            sharing = self._sharing[key] = []
        if len(sharing) > self._limit:
            self._open.discard(key)
            return False
        if not sharing or sharing[-1] != number:
            sharing.append(number)
            self._found.add(number)
        return True

    def _new_given(self, text: str, nick: str) -> _KnownName:
        name = Name.of(text)
        skeletons = given_skeletons(name, Name.of(nick))
        found = self._known(skeletons, name, self._parts.given, self._partners.given)
        self._given[text, nick] = found
        return found

    def _new_family(self, text: str) -> _KnownName:
        name = Name.of(text)
        skeletons, role = family_skeletons(name), self._parts.family
        found = self._known(skeletons, name, role, self._partners.family)
        self._family[text] = found
        return found

    def _known(
        self, skeletons: NameSkeletons, name: Name, role: Role, sets: _Sets
    ) -> _KnownName:
        """Leave out what no incoming student has; of that nothing has to be made."""
        own = tuple(
            role.parts[skeleton] for skeleton in skeletons.all if skeleton in role.parts
        )
        names = self._parts.names
        is_one = len(skeletons.all) == 1
        initial = skeletons.initial
        return _KnownName(
            own=tuple((part, sets[part]) for part in own),
            either=tuple(names[each] for each in skeletons.all if each in names),
            initial=role.initials.get(initial, ABSENT),
            either_initial=self._parts.initials.get(initial, ABSENT) if initial else 0,
            text=name.joined if name.joined in self._incoming.texts else "",
            only=names.get(skeletons.all[0], ABSENT) if is_one else ABSENT,
        )

    def _new_birth(self, text: str) -> _KnownBirth:
        found = self._births[text] = _KnownBirth(*self._parts.birth(text))
        return found

    def _count(self, named: Named) -> None:
        """Count the texts; they are brought into normal form once each, at the end."""
        for field, column in _COUNTED.items():
            self._counts[field].update(named[column])
        pairs = zip(named["given_name"], named["preferred_name"], strict=True)
        self._counts["given"].update(
            nick
            for name, nick in pairs
            if nick and Name.of(nick).joined != Name.of(name).joined
        )

    def blocks(self) -> PartBlocks:
        """Return what was found."""
        few = [each for each in self._sharing.values() if len(each) <= self._limit]
        kept = set[int]().union(*few)
        rows = self._found_rows
        numbers = [number for number in rows if number in kept]
        self.rows.add(numbers, ListedRows([rows[number] for number in numbers]))
        self._found_rows = {}
        return PartBlocks(self.size, self._sharing, self._counted())

    def _counted(self) -> Mapping[Term, int]:
        counts = {("full", text): count for text, count in self._fulls.items()}
        counts |= self._ids
        for field, counted in self._counts.items():
            normal = _NORMAL[field]
            for text, count in counted.items():
                term = (field, normal(text))
                if term in self._incoming.terms:
                    counts[term] = counts.get(term, 0) + count
        return counts


def _name_form(text: str) -> str:
    return Name.of(text).joined


_COUNTED = {
    "given": "given_name",
    "middle": "middle_name",
    "family": "family_name",
    "born": "date_of_birth",
    "postcode": "postcode",
}
"""The terms that are counted, and the field of each."""

_NORMAL: Mapping[str, Callable[[str], str]] = {
    "given": _name_form,
    "middle": _name_form,
    "family": _name_form,
    "born": birth_form,
    "postcode": postcode,
}
