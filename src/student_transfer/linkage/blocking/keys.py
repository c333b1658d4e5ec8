"""Blocking keys: numbers that records of one child share, and few others do.

Storage keeps the keys with each student. They depend on nothing but the student and
this version: no process, no hash seed, no order. A change of what they are for anybody,
be it through a data file of names, counts `BLOCKING_VERSION` up, so that storage knows
to compute them again.

A key is a sum of parts of 61 bits each, so at most four make a key of 63 bits. Two keys
that are equal by chance only make two students candidates, who are then compared as
all are.
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import chain
from typing import NamedTuple

import attrs

from student_transfer.linkage.blocking.key_parts import (
    DATED,
    ONLY_NAME,
    UNDATED,
    BirthParts,
    KeyParts,
    NameParts,
    SkeletonCache,
    hashed,
    initials_part,
    key_parts,
    words_of_keys,
)
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import Student, StudentRef

BLOCKING_VERSION = 10
"""Counts the changes of what `blocking_keys` and `terms` give."""

BlockingKey = int
"""A signed 64-bit number that students share who may be one child."""


MARKS = (DATED, UNDATED)
"""Both are looked for: whoever has a date may be written elsewhere without one."""


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


def partners(parts: KeyParts) -> Partners:
    """Return what the parts of names go together with; a part that is 0 is left out."""
    return _partners(parts, (mark_of(parts.born),))


def sought_partners(parts: KeyParts) -> Partners:
    """Return likewise what makes the keys that are looked for: by either mark."""
    return _partners(parts, MARKS)


def mark_of(born: BirthParts | None) -> int:
    """Return the part that tells whether a date of birth is known."""
    return born.mark if born else UNDATED


def _partners(parts: KeyParts, marks: tuple[int, ...]) -> Partners:
    born = parts.born
    years = (born.year,) if born else ()
    days = (born.whole, born.day) if born and born.whole else ()

    def with_initial(initial: int) -> tuple[int, ...]:
        if not initial:
            return days
        return (*[initial + other for other in marks + years], *days)

    only = (ONLY_NAME, *[ONLY_NAME + year for year in years])
    return Partners(
        with_initial(parts.given.initial),
        with_initial(parts.family.initial),
        only if are_one_name(parts.given, parts.family) else (),
    )


def are_one_name(given: NameParts, family: NameParts) -> bool:
    """Return whether there is one name only, in either column or in both."""
    is_twice = given.either == family.either and len(family.either) == 1
    return is_twice or not (given.initial and family.initial)


def name_keys(parts: KeyParts, both: Partners) -> list[BlockingKey]:
    """Return the keys of names and date of birth; see `blocking_keys`."""
    given, family, born = parts.given, parts.family, parts.born
    found = [one + other for one in given.either for other in family.either]
    found += [one + other for one in family.own for other in both.of_family]
    found += [one + other for one in given.own for other in both.of_given]
    only = *given.either, *family.either
    found += [one + other for one in only for other in both.of_only]
    if born and born.whole:
        found.append(initials_part(given, family) + born.whole)
        found.append(born.whole)
    return found


def faint_name_keys(parts: KeyParts, both: Partners) -> Iterator[BlockingKey]:
    """Yield those of the keys that are looked for that many strangers share.

    They are the date of birth alone, and one name with anything but the whole other
    name or the whole date.
    """
    whole = parts.born.whole if parts.born else 0
    for own, others in (
        (parts.family.own, both.of_family),
        (parts.given.own, both.of_given),
    ):
        yield from [one + tail for one in own for tail in others if tail != whole]
    if whole:
        yield whole


class Room(Enum):
    """What whoever shares little shares; of each so many students are compared."""

    DATE = 0
    REST = 1


class WeakKeys(NamedTuple):
    """Keys of one kind, of which one by itself tells little.

    Attributes:
        own: The keys.
        within: Those that tell a part of the same: who shares one of `own` shares them
            as well.
        beside: Those by which it would be told that the other name is shared, too.
        dated: Of one name and an initial of students without a date: the same keys of
            students with one. Where few share these the site lacks dates, and nobody is
            set aside for having none. None for other kinds.
        room: With which other kinds they share the room there is.
        is_last: Whether all other kinds come first, however many share them.
    """

    own: frozenset[BlockingKey]
    within: frozenset[BlockingKey] = frozenset()
    beside: frozenset[BlockingKey] = frozenset()
    dated: frozenset[BlockingKey] | None = None
    room: Room = Room.REST
    is_last: bool = False

    def __repr__(self) -> str:
        """Hide the keys."""
        return "WeakKeys(…)"


def weak_keys(parts: KeyParts, of_names: frozenset[BlockingKey]) -> Iterator[WeakKeys]:
    """Yield the kinds of keys that tell little by themselves.

    They are the date of birth, alone and with both initials; one name with the day of
    the year, or with the other's initial and the year of birth; where the date is
    known, one name with the other's initial; the house. Who shares one of them and
    nothing else differs in all the rest that is looked for.

    Args:
        parts: What the student's keys are made of.
        of_names: Those of both names.
    """
    given, family, born = parts.given, parts.family, parts.born
    dated, undated = _with_initials(parts, DATED), _with_initials(parts, UNDATED)
    if born and born.whole:
        whole = frozenset([born.whole])
        yield WeakKeys(whole, room=Room.DATE)
        initials = initials_part(given, family)
        if initials:
            both = frozenset([initials + born.whole])
            yield WeakKeys(both, within=whole, room=Room.DATE)
        families, givens = _each_with(family, born.day), _each_with(given, born.day)
        yield WeakKeys(families, beside=givens)
        yield WeakKeys(givens, beside=families)
        families, givens = _with_initials(parts, born.year)
        yield WeakKeys(families, dated[0] | undated[0], givens)
        yield WeakKeys(givens, dated[1] | undated[1], families)
    if mark_of(born) == DATED:
        yield WeakKeys(dated[0], beside=dated[1], is_last=True)
        yield WeakKeys(dated[1], beside=dated[0], is_last=True)
        yield WeakKeys(undated[0], beside=undated[1], dated=dated[0])
        yield WeakKeys(undated[1], beside=undated[0], dated=dated[1])
    if parts.house:
        yield WeakKeys(frozenset([parts.house]), beside=of_names)


def _with_initials(
    parts: KeyParts, other: int
) -> tuple[frozenset[BlockingKey], frozenset[BlockingKey]]:
    """Return the keys of each name, the other's initial, and another part."""
    given, family = parts.given, parts.family
    return (
        _each_with(family, given.initial and given.initial + other),
        _each_with(given, family.initial and family.initial + other),
    )


def _each_with(name: NameParts, other: int) -> frozenset[BlockingKey]:
    """Return the keys of a name, in each way to write it, and another part.

    There are none where the part is not known, and 0.
    """
    return frozenset([one + other for one in name.own] if other else ())


def telling_name_keys(parts: KeyParts) -> tuple[frozenset[BlockingKey], ...]:
    """Return those of both names, and of each name with the whole date of birth."""
    given, family = parts.given, parts.family
    whole = parts.born.whole if parts.born else 0
    return (
        frozenset([one + other for one in given.either for other in family.either]),
        _each_with(given, whole),
        _each_with(family, whole),
    )


def blocking_keys(student: Student) -> frozenset[BlockingKey]:
    """Return the keys of a student: by one who is the same child is found (MATCH-3).

    A storage keeps them; `search_keys` says which of them are looked for.

    Each key outlives some of the ways in which a child is written twice:

    - both names, in either order: whatever befell the date, and a swap;
    - family name and date of birth: whatever befell the given name;
    - given name and date of birth: whatever befell the family name;
    - both initials and date of birth: slips in both names;
    - one name and the day of the year: a wrong year, day and month exchanged;
    - one name, the other's initial, and the year of birth: a wrong day or month, and a
      slip in the other name;
    - one name and the other's initial: the same, where a date is not known; where both
      are known, two slips at once, on a site where few share as little. A first of
      January counts as not known;
    - the only name there is, with and without the year of birth: the same, in whichever
      column the name stands, or in both;
    - date of birth alone, where few share it: all else at once;
    - postcode with a name, the date or the house; house number and street: slips in the
      others;
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


def keys_made_of(one: Profile, parts: KeyParts) -> frozenset[BlockingKey]:
    """Return the keys of a student whose parts are made already."""
    return keys_with(one, parts, partners(parts))


def keys_with(one: Profile, parts: KeyParts, both: Partners) -> frozenset[BlockingKey]:
    """Return those with the given partners: what is kept, or what is looked for."""
    return frozenset((*name_keys(parts, both), *home_keys(parts), *_own_keys(one)))


def home_keys(parts: KeyParts) -> list[BlockingKey]:
    """Return the keys of where a student lives, alone and with what is `at_home`."""
    found = [parts.house] if parts.house else []
    if parts.home:
        found += [parts.home + part for part in at_home(parts)]
    return found


def at_home(parts: KeyParts) -> list[int]:
    """Return what makes a key with the postcode: each name, the house, the date."""
    found = [*parts.given.own, *parts.family.own]
    if parts.house:
        found.append(parts.house)
    if parts.born and parts.born.whole:
        found.append(parts.born.whole)
    return found


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
    return [hashed("record", f"{ref.site_id}\0{ref.key}") for ref in refs]


def id_key(identifier: str) -> BlockingKey:
    """Return the key of a national identifier in normal form."""
    return hashed("national id", identifier)


def email_key(address: str) -> BlockingKey:
    """Return the key of an email address in normal form."""
    return hashed("email", address)
