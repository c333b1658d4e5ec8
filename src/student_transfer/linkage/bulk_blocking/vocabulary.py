"""What incoming students' blocking keys are made of: nothing else has to be made.

Of each student of a roster only the keys count that some incoming student has. A part
of a name or a date that no incoming student has makes none of them.
"""

import attrs

from student_transfer.linkage.blocking.key_parts import (
    KeyParts,
    NameParts,
    NameSkeletons,
    date_mark,
    day_of_year,
    number_part,
    street_part,
)
from student_transfer.linkage.profiles.births import Birth, birth
from student_transfer.linkage.profiles.identifiers import House, OfHouses
from student_transfer.linkage.profiles.profile import Profile

ABSENT = -(1 << 62)
"""Stands for a part that no incoming student has: with parts added it stays below 0."""


@attrs.define(repr=False)
class Role:
    """What incoming students have as given, or as family name.

    Attributes:
        parts: For the consonants of a name its part in keys.
        initials: For a first letter its part in keys.
    """

    parts: dict[str, int] = attrs.field(factory=dict)
    initials: dict[str, int] = attrs.field(factory=dict)

    def add(self, skeletons: NameSkeletons, parts: NameParts) -> None:
        """Add a name."""
        self.parts.update(zip(skeletons.all, parts.own, strict=True))
        if skeletons.initial:
            self.initials[skeletons.initial] = parts.initial


@attrs.define(repr=False)
class Vocabulary:
    """Every part that some incoming student's keys are made of."""

    given: Role = attrs.field(factory=Role)
    family: Role = attrs.field(factory=Role)
    names: dict[str, int] = attrs.field(factory=dict)
    initials: dict[str, int] = attrs.field(factory=dict)
    homes: dict[str, int] = attrs.field(factory=dict)
    births: dict[Birth, int] = attrs.field(factory=dict)
    days: dict[tuple[int, ...], int] = attrs.field(factory=dict)
    years: dict[int, int] = attrs.field(factory=dict)
    numbers: set[int] = attrs.field(factory=set)
    streets: set[int] = attrs.field(factory=set)
    house: OfHouses[int] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        """Give the key of an address, each house's made once."""
        self.house = OfHouses(self._house)

    def add(self, one: Profile, made: KeyParts) -> None:
        """Add an incoming student."""
        self.given.add(made.given_skeletons, made.given)
        self.family.add(made.family_skeletons, made.family)
        names = (made.given_skeletons, made.given), (made.family_skeletons, made.family)
        for skeletons, parts in names:
            self.names.update(zip(skeletons.all, parts.either, strict=True))
            if skeletons.initial:
                self.initials[skeletons.initial] = parts.either_initial
        if one.born and made.born:
            self.years[one.born[0]] = made.born.year
            if made.born.whole:
                self.births[one.born] = made.born.whole
                self.days[day_of_year(one.born)] = made.born.day
        if one.postcode:
            self.homes[one.postcode] = made.home
        if one.address.house:
            number, street = one.address.house
            self.numbers.add(number_part(number))
            self.streets.add(street_part(street))

    def home(self, code: str) -> int:
        """Return the part of a postcode in normal form."""
        return self.homes.get(code, ABSENT)

    def birth(self, text: str) -> tuple[int, int, int, int]:
        """Return the parts of a date as a roster writes it: whole, day, year, mark."""
        born = birth(None, text)
        mark = date_mark(born)
        if born is None:
            return ABSENT, ABSENT, ABSENT, mark
        return (
            self.births.get(born, ABSENT),
            self.days.get(day_of_year(born), ABSENT),
            self.years.get(born[0], ABSENT),
            mark,
        )

    def _house(self, _address: str, found: House | None) -> int:
        """Return the key of the house that an address tells."""
        if found is None:
            return ABSENT
        number, street = number_part(found[0]), street_part(found[1])
        known = number in self.numbers and street in self.streets
        return number + street if known else ABSENT
