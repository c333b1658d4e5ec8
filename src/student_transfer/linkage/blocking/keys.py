"""Blocking keys: numbers that records of one child share, and few others do.

Storage keeps the keys with each student. They depend on nothing but the student and
this version: no process, no hash seed, no order. A change of what they are for anybody,
be it through a data file of names, counts `BLOCKING_VERSION` up, so that storage knows
to compute them again.

A key is a sum of parts: each part is a number of 61 bits that one value in one role
hashes to, so at most four make a key of 63 bits. Two keys that are equal by chance only
make two students candidates, who are then compared as all are.
"""

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Sequence,
)
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

import attrs

from student_transfer.linkage.comparing.frequencies import birth_text
from student_transfer.linkage.profiles.profile import Birth, Name, Profile, profile
from student_transfer.names import (
    is_customary,
    is_shared_given,
    listed_full_names,
    skeleton,
    skeletons,
)
from student_transfer.students import Student, StudentRef

BLOCKING_VERSION = 6
"""Counts the changes of what `blocking_keys` and `terms` give."""

BlockingKey = int
"""A signed 64-bit number that students share who may be one child."""

_SPARE_BITS = 3


def _hash(role: str, text: str) -> int:
    digest = blake2b(f"{role}\0{text}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> _SPARE_BITS


_part = lru_cache(maxsize=65536)(_hash)


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
    return (
        _skeletons_of(words, family.words[0], skeleton_of) if words else _NO_SKELETONS
    )


def family_words(family: Name) -> set[str]:
    """Return the words of a family name whose consonants make keys."""
    if len(family.words) == 1:
        return {family.joined, family.whole}
    return {family.joined, family.whole, *family.words[:_PARTS_OF_A_NAME]} - {""}


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


@attrs.frozen(repr=False)
class BirthParts:
    """What a date of birth gives to keys: the whole, the year, the day of the year.

    A day of the year and the same with day and month exchanged are one.
    """

    whole: int
    year: int
    day: int


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
    )


def day_of_year(born: Birth) -> tuple[int, int]:
    """Return the day of the year, the same with day and month exchanged."""
    _, month, day = born
    return (month, day) if month < day else (day, month)


@attrs.frozen(repr=False)
class Partners:
    """With what a name's part makes a key: see `blocking_keys`.

    Attributes:
        of_family: What goes with each part of the family name.
        of_given: What goes with each part of the given name.
        of_only: What goes with each part, in either role, of the only name there is.
    """

    of_family: tuple[int, ...]
    of_given: tuple[int, ...]
    of_only: tuple[int, ...]


ONLY_NAME = _hash("only name", "")
"""The part of keys of a name beside which the other is missing."""


def partners(given: NameParts, family: NameParts, born: BirthParts | None) -> Partners:
    """Return what the parts of names go together with; a part that is 0 is left out."""
    year, *days = (born.year, born.whole, born.day) if born else (0, 0, 0)
    is_only = not (given.initial and family.initial)
    return Partners(
        tuple(filter(None, (*_initial(given.initial, year), *days))),
        tuple(filter(None, (*_initial(family.initial, year), *days))),
        tuple(filter(None, _initial(ONLY_NAME, year))) if is_only else (),
    )


def _initial(initial: int, year: int) -> tuple[int, ...]:
    return (initial, _together(initial, year))


def _together(initial: int, year: int) -> int:
    return initial + year if initial and year else 0


def name_keys(
    given: NameParts, family: NameParts, born: BirthParts | None
) -> list[BlockingKey]:
    """Return the keys of names and date of birth; see `blocking_keys`."""
    found = [one + other for one in given.either for other in family.either]
    both = partners(given, family, born)
    found += [one + other for one in family.own for other in both.of_family]
    found += [one + other for one in given.own for other in both.of_given]
    only = *given.either, *family.either
    found += [one + other for one in only for other in both.of_only]
    if born and born.whole:
        found.append(initials_part(given, family) + born.whole)
        found.append(born.whole)
    return found


def faint_name_keys(
    given: NameParts, family: NameParts, born: BirthParts | None
) -> Iterator[BlockingKey]:
    """Yield those of `name_keys` that many strangers share.

    They are the date of birth alone, and one name with anything but the whole other
    name or the whole date.
    """
    whole = born.whole if born else 0
    both = partners(given, family, born)
    yield from (
        one + tail for one in family.own for tail in both.of_family if tail != whole
    )
    yield from (
        one + tail for one in given.own for tail in both.of_given if tail != whole
    )
    if whole:
        yield whole


def other_dated_name_keys(
    given: NameParts, family: NameParts, born: BirthParts | None
) -> Iterator[tuple[frozenset[BlockingKey], frozenset[BlockingKey]]]:
    """Yield those of one name and a part of the date, beside those of the other name.

    Where a whole date is known; a part is the year, with an initial, or the day of the
    year. Who shares the first and not the second has neither the other name nor, where
    the date is known, the same one.
    """
    if not born or not born.whole:
        return
    year, day = born.year, born.day
    for of_family, of_given in (
        (_together(given.initial, year), _together(family.initial, year)),
        (day, day),
    ):
        families = frozenset(one + of_family for one in family.own if of_family)
        givens = frozenset(one + of_given for one in given.own if of_given)
        yield families, givens
        yield givens, families


def telling_name_keys(
    given: NameParts, family: NameParts, born: BirthParts | None
) -> tuple[frozenset[BlockingKey], ...]:
    """Return those of both names, and of each name with the whole date of birth."""
    whole = [born.whole] if born and born.whole else []
    return tuple(
        frozenset(one + other for one in some for other in others)
        for some, others in (
            (given.either, family.either),
            (given.own, whole),
            (family.own, whole),
        )
    )


def initials_part(given: NameParts, family: NameParts) -> int:
    """Return the part of both initials, in either order."""
    return given.either_initial + family.either_initial


def blocking_keys(student: Student) -> frozenset[BlockingKey]:
    """Return the keys of a student: who shares one may be the same child (MATCH-3).

    Each key outlives some of the ways in which a child is written twice:

    - both names, in either order: whatever befell the date, and a swap;
    - family name and date of birth: whatever befell the given name;
    - given name and date of birth: whatever befell the family name;
    - both initials and date of birth: slips in both names;
    - one name and the day of the year: a wrong year, day and month exchanged;
    - one name, the other's initial, and the year of birth: a wrong day or month, and a
      slip in the other name;
    - one name and the other's initial: the same, where a date is not known;
    - the only name there is, with and without the year of birth: the same, in whichever
      column the name stands;
    - date of birth alone, where few share it: all else at once;
    - postcode with a name or the date; house number and street: a slip in the others;
    - national identifier; email; the same record, here or before a transfer (IMP-5).

    Names enter by their consonants, so that spellings of one name share a key, and a
    short form also as what it is short for. Of a given name the first word enters and,
    where that is one that several of a family have, the next that is not.

    >>> amelia = Student(key="1", site_id="a", given_name="Amelia", family_name="Khan")
    >>> len(blocking_keys(amelia))
    4
    """
    return keys_of(profile(student))


def keys_of(one: Profile) -> frozenset[BlockingKey]:
    """Return the keys of a student in normal form."""
    return keys_made_of(one, key_parts(one))


def keys_of_all(students: Sequence[Profile]) -> list[frozenset[BlockingKey]]:
    """Return the keys of many students, each sooner than alone."""
    known = SkeletonCache()
    known.learn(chain.from_iterable(map(words_of_keys, students)))
    skeleton_of = known.__getitem__
    return [keys_made_of(one, key_parts(one, skeleton_of)) for one in students]


@attrs.frozen(repr=False)
class KeyParts:
    """What a student's keys of names and date of birth are made of."""

    given_skeletons: NameSkeletons
    family_skeletons: NameSkeletons
    given: NameParts
    family: NameParts
    born: BirthParts | None


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
    )


def words_of_keys(one: Profile) -> set[str]:
    """Return the words whose consonants make a student's keys."""
    words = first_words(one.given) | first_words(one.preferred)
    return words | family_words(one.family)


def keys_made_of(one: Profile, parts: KeyParts) -> frozenset[BlockingKey]:
    """Return the keys of a student whose parts are made already."""
    return frozenset(
        (
            *name_keys(parts.given, parts.family, parts.born),
            *home_keys(one, parts.given, parts.family, parts.born),
            *_own_keys(one),
        )
    )


def home_keys(
    one: Profile, given: NameParts, family: NameParts, born: BirthParts | None
) -> list[BlockingKey]:
    """Return the keys of where a student lives, with a name or the date of birth."""
    found = []
    if one.postcode:
        home = home_part(one.postcode)
        found += [home + part for part in (*given.own, *family.own)]
        if born and born.whole:
            found.append(home + born.whole)
    if one.address.house:
        number, street = one.address.house
        found.append(number_part(number) + street_part(street))
    return found


def number_part(number: str) -> int:
    """Return the part that a house number is in keys."""
    return _part("house number", number)


def street_part(word: str) -> int:
    """Return the part that the first word of a street is in keys, by its consonants."""
    return _part("street", skeleton(word))


def home_part(postcode: str) -> int:
    """Return the part that a postcode is in keys."""
    return _part("postcode", postcode)


def _own_keys(one: Profile) -> list[BlockingKey]:
    found = link_keys(one.links)
    if one.national_id:
        found.append(id_key(one.national_id))
    if one.email:
        found.append(email_key(one.email))
    return found


def link_keys(refs: Iterable[StudentRef]) -> list[BlockingKey]:
    """Return the keys of records: who has one is that record, or came from it (IMP-5).

    >>> student = Student(key="1", site_id="a", given_name="Ada")
    >>> blocking_keys(student) >= set(link_keys(student.refs))
    True
    """
    return [_hash("record", f"{ref.site_id}\0{ref.key}") for ref in refs]


def id_key(identifier: str) -> BlockingKey:
    """Return the key of a national identifier in normal form."""
    return _hash("national id", identifier)


def email_key(address: str) -> BlockingKey:
    """Return the key of an email address in normal form."""
    return _hash("email", address)
