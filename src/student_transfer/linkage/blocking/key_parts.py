"""What blocking keys are made of: numbers that stand for the values of a student.

A part is a number of 61 bits that one value in one role hashes to; of a name that value
is its consonants. `keys` says which parts together make a key.
"""

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import attrs

from student_transfer.linkage.profiles.births import Birth, birth_text
from student_transfer.linkage.profiles.identifiers import House
from student_transfer.linkage.profiles.profile import Name, Profile
from student_transfer.names import (
    irish_root,
    is_customary,
    is_shared_given,
    listed_full_names,
    skeleton,
)
from student_transfer.names.sounds import skeletons

_SPARE_BITS = 3


def hashed(role: str, text: str) -> int:
    """Return the part that a value in a role is; the same in every process."""
    written = f"{role}\0{text}".encode(errors="surrogatepass")  # half an emoji
    digest = blake2b(written, digest_size=8).digest()
    return int.from_bytes(digest) >> _SPARE_BITS


_part = lru_cache(maxsize=65536)(hashed)


@attrs.frozen(repr=False)
class NameParts:
    """What a name gives to keys.

    Attributes:
        own: The name's consonants in its own role; one for each way to write it.
        either: The same in a role that given and family names share.
        initial: The first letter in its own role; 0 without a name.
        either_initial: The first letter in a role that both share.
    """

    own: tuple[int, ...] = ()
    either: tuple[int, ...] = ()
    initial: int = 0
    either_initial: int = 0


_PARTS_OF_A_NAME = 3
_NONE = NameParts()


class NameSkeletons(NamedTuple):
    """The consonants of a name, in each way to write it, and its first letter."""

    all: tuple[str, ...] = ()
    initial: str = ""

    def __repr__(self) -> str:
        """Hide the name."""
        return "NameSkeletons(…)"


_NO_SKELETONS = NameSkeletons()


SkeletonOf = Callable[[str], str]
"""Gives the consonants of a word, as `skeleton` does."""


class SkeletonCache(dict[str, str]):
    """The consonants of words, each worked out once, and many at a time."""

    __repr__ = object.__repr__  # it holds personal data

    def learn(self, words: Iterable[str]) -> None:
        """Work out the consonants of words."""
        new = [word for word in dict.fromkeys(words) if word not in self]
        self.update(zip(new, skeletons(new), strict=True))


def given_skeletons(
    given: Name, preferred: Name, skeleton_of: SkeletonOf = skeleton
) -> NameSkeletons:
    """Return the consonants of the given names: the later words are left out most."""
    return joined_skeletons(
        first_skeletons(given, skeleton_of), first_skeletons(preferred, skeleton_of)
    )


def joined_skeletons(given: NameSkeletons, preferred: NameSkeletons) -> NameSkeletons:
    """Return what a given name and a preferred one have together."""
    if not preferred.all or preferred.all == given.all:
        return given
    if not given.all:
        return preferred
    return NameSkeletons(tuple(sorted({*given.all, *preferred.all})), given.initial)


def first_skeletons(name: Name, skeleton_of: SkeletonOf = skeleton) -> NameSkeletons:
    """Return the consonants of one given name."""
    words = first_words(name)
    return _skeletons_of(words, name.words[0], skeleton_of) if words else _NO_SKELETONS


def first_words(name: Name) -> set[str]:
    """Return the words of a given name whose consonants make keys."""
    if not name.words:
        return set()
    first = name.words[0]  # a short form also stands for what it is short for
    return {first, _called(name), *listed_full_names(first)[:_PARTS_OF_A_NAME]}


def _called(name: Name) -> str:
    """Return the word of a given name that is not what several of a family have.

    Mohammad Hamza and Thi Mai are written as Hamza and Mai, too.
    """
    words = name.words if len(name.words) > 1 else ()
    own = (word for word in words if not _is_of_many(word))
    return next(own, name.words[-1])


def _is_of_many(word: str) -> bool:
    return is_shared_given(word) or is_customary(word)


def family_skeletons(family: Name, skeleton_of: SkeletonOf = skeleton) -> NameSkeletons:
    """Return the consonants of a family name, and of words that may stand alone."""
    words = family_words(family)
    if not words:
        return _NO_SKELETONS
    return _skeletons_of(words, _telling_words(family)[0], skeleton_of)


def family_words(family: Name) -> set[str]:
    """Return the words of a family name whose consonants make keys."""
    if len(family.words) == 1:
        return {family.joined, family.whole}
    return {family.joined, family.whole, *_telling_words(family)} - {""}


def _telling_words(family: Name) -> tuple[str, ...]:
    """Return words of a family name; what Ó or Ní is before stands in their place."""
    words = family.words[:_PARTS_OF_A_NAME]
    root = irish_root(family.words)
    return (root, *words[1:]) if root else words


def _skeletons_of(
    words: Collection[str], first: str, skeleton_of: SkeletonOf
) -> NameSkeletons:
    if len(words) == 1:
        only = skeleton_of(first)
        return NameSkeletons((only,), only[0])
    return NameSkeletons(
        tuple(sorted(set(map(skeleton_of, words)))), skeleton_of(first)[0]
    )


@lru_cache(maxsize=65536)
def name_parts(role: str, skeletons: NameSkeletons) -> NameParts:
    """Make the parts of a name that has the role ``given`` or ``family``."""
    if not skeletons.initial:
        return _NONE
    return NameParts(
        own=tuple(_part(role, one) for one in skeletons.all),
        either=tuple(_part("name", one) for one in skeletons.all),
        initial=_part(f"{role} initial", skeletons.initial),
        either_initial=_part("initial", skeletons.initial),
    )


DATED, UNDATED = hashed("date", "known"), hashed("date", "not known")
"""The parts of keys that tell of whom the date of birth is known."""


@attrs.frozen(repr=False)
class BirthParts:
    """What a date of birth gives to keys: the whole, the year, the day of the year.

    A day of the year and the same with day and month exchanged are one.

    Attributes:
        whole: The part of the whole date.
        year: That of the year.
        day: That of the day of the year.
        mark: `DATED` or `UNDATED`.
    """

    whole: int
    year: int
    day: int
    mark: int


@lru_cache(maxsize=65536)
def birth_parts(born: Birth) -> BirthParts:
    """Return the parts of a date of birth; what is not known is 0."""
    year, month, day = born
    known = bool(month and day)
    first, last = day_of_year(born)
    return BirthParts(
        whole=_part("born", birth_text(born)) if known else 0,
        year=_part("year", str(year)),
        day=_part("day", f"{first}-{last}") if known else 0,
        mark=date_mark(born),
    )


def date_mark(born: Birth | None) -> int:
    """Tell whether a date is known; a first of January may stand for its year."""
    if born is None:
        return UNDATED
    _, month, day = born
    return DATED if month and day and (month, day) != (1, 1) else UNDATED


def day_of_year(born: Birth) -> tuple[int, int]:
    """Return the day of the year, the same with day and month exchanged."""
    _, month, day = born
    return (month, day) if month < day else (day, month)


def initials_part(given: NameParts, family: NameParts) -> int:
    """Return the part of both initials, in either order."""
    return given.either_initial + family.either_initial


def number_part(number: str) -> int:
    """Return the part that a house number is in keys."""
    return _part("house number", number)


def street_part(word: str) -> int:
    """Return the part that the first word of a street is in keys, by its consonants."""
    return _part("street", skeleton(word))


def house_key(house: House) -> int:
    """Return the key of a house: its number and the first word of the street."""
    number, street = house
    return number_part(number) + street_part(street)


def home_part(postcode: str) -> int:
    """Return the part that a postcode is in keys."""
    return _part("postcode", postcode)


ONLY_NAME = hashed("only name", "")
"""The part of keys of a name beside which the other is missing."""


@attrs.frozen(repr=False)
class KeyParts:
    """What a student's keys of names, date of birth and home are made of.

    Attributes:
        given_skeletons: The consonants of the given names.
        family_skeletons: Those of the family name.
        given: What the given names give to keys.
        family: What the family name gives.
        born: What the date of birth gives, as far as it is known.
        home: The part of the postcode; 0 without one.
        house: The key of house number and street; 0 where they are not known.
    """

    given_skeletons: NameSkeletons
    family_skeletons: NameSkeletons
    given: NameParts
    family: NameParts
    born: BirthParts | None
    home: int
    house: int


def key_parts(one: Profile, skeleton_of: SkeletonOf = skeleton) -> KeyParts:
    """Return what a student's keys are made of."""
    given = given_skeletons(one.given, one.preferred, skeleton_of)
    family = family_skeletons(one.family, skeleton_of)
    return KeyParts(
        given,
        family,
        name_parts("given", given),
        name_parts("family", family),
        birth_parts(one.born) if one.born else None,
        home_part(one.postcode) if one.postcode else 0,
        house_key(one.address.house) if one.address.house else 0,
    )


def words_of_keys(one: Profile) -> set[str]:
    """Return the words whose consonants make a student's keys."""
    words = first_words(one.given) | first_words(one.preferred)
    return words | family_words(one.family)
