"""What incoming students' blocking keys are made of: nothing else has to be made.

Of each student of a roster only the keys count that some incoming student has. A part
of a name or a date that no incoming student has makes none of them.
"""

from collections import defaultdict
from collections.abc import Iterable

import attrs

from student_transfer.linkage.blocking import (
    BirthParts,
    Bones,
    NameParts,
    birth_parts,
    family_bones,
    given_bones,
    home_part,
    name_parts,
    number_part,
    partners,
    street_part,
)
from student_transfer.linkage.identifiers import OfHouses, house
from student_transfer.linkage.profile import Profile, birth

ABSENT = -(1 << 62)
"""Stands for a part that no incoming student has: with parts added it stays below 0."""

Partners = dict[int, set[int]]


@attrs.define
class Role:
    """What incoming students have as given, or as family name.

    Attributes:
        parts: For the consonants of a name its part in keys.
        partners: For that part what makes a key with it.
        initials: For a first letter its part in keys.
    """

    parts: dict[str, int] = attrs.field(factory=dict)
    partners: Partners = attrs.field(factory=lambda: defaultdict(set))
    initials: dict[str, int] = attrs.field(factory=dict)

    def add(self, bones: Bones, parts: NameParts, others: Iterable[int]) -> None:
        """Add a name with what makes a key with it."""
        self.parts.update(zip(bones.all, parts.own, strict=True))
        if bones.initial:
            self.initials[bones.initial] = parts.initial
        for part in parts.own:
            self.partners[part].update(others)


@attrs.define
class Vocabulary:
    """Every part that some incoming student's keys are made of, and its partners."""

    given: Role = attrs.field(factory=Role)
    family: Role = attrs.field(factory=Role)
    names: dict[str, int] = attrs.field(factory=dict)
    either: Partners = attrs.field(factory=lambda: defaultdict(set))
    initials: dict[str, int] = attrs.field(factory=dict)
    codes: dict[str, int] = attrs.field(factory=dict)
    homes: Partners = attrs.field(factory=lambda: defaultdict(set))
    births: set[int] = attrs.field(factory=set)
    numbers: set[int] = attrs.field(factory=set)
    streets: set[int] = attrs.field(factory=set)
    house: OfHouses[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Give the key of an address, each house's made once."""
        self.house = OfHouses(self._house)

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
            part = self.codes[one.postcode] = home_part(one.postcode)
            home = self.homes[part]
            home.update((*first.own, *last.own))
            home.update((born.whole,) if born and born.whole else ())
        if one.address.house:
            number, street = one.address.house
            self.numbers.add(number_part(number))
            self.streets.add(street_part(street))

    def home(self, code: str) -> int:
        """Give the part of a postcode in normal form."""
        return self.codes.get(code, ABSENT)

    def birth(self, text: str) -> tuple[int, int, int]:
        """Give the parts of a date as a roster writes it: whole, day and year."""
        born = birth(None, text)
        parts = birth_parts(born) if born else None
        days = (parts.whole, parts.day, parts.year) if parts else (0, 0, 0)
        whole, day, year = (
            part if part and part in self.births else ABSENT for part in days
        )
        return whole, day, year

    def _house(self, address: str) -> int:
        """Give the key of an address as a roster writes it."""
        found = house(address)
        if found is None:
            return ABSENT
        number, street = number_part(found[0]), street_part(found[1])
        known = number in self.numbers and street in self.streets
        return number + street if known else ABSENT
