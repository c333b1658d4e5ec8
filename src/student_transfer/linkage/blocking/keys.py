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
from itertools import chain

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
    home_part,
    initials_part,
    key_parts,
    number_part,
    street_part,
    words_of_keys,
)
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import Student, StudentRef

BLOCKING_VERSION = 8
"""Counts the changes of what `blocking_keys` and `terms` give."""

BlockingKey = int
"""A signed 64-bit number that students share who may be one child."""


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


def partners(given: NameParts, family: NameParts, born: BirthParts | None) -> Partners:
    """Return what the parts of names go together with; a part that is 0 is left out."""
    return _partners(given, family, born, (mark_of(born),))


def sought_partners(
    given: NameParts, family: NameParts, born: BirthParts | None
) -> Partners:
    """Return likewise what makes the keys that are looked for; see `sought_marks`."""
    return _partners(given, family, born, sought_marks(born))


def mark_of(born: BirthParts | None) -> int:
    """Return the part that tells whether a date of birth is known."""
    return born.mark if born else UNDATED


def sought_marks(born: BirthParts | None) -> tuple[int, ...]:
    """Return those of students who may be the same child, by one name and an initial.

    Where both dates are known, the date or a part of it is the same, too, or more of
    the names, or it is another child.
    """
    return (UNDATED,) if mark_of(born) == DATED else (DATED, UNDATED)


def _partners(
    given: NameParts,
    family: NameParts,
    born: BirthParts | None,
    marks: tuple[int, ...],
) -> Partners:
    year, *days = (born.year, born.whole, born.day) if born else (0, 0, 0)

    def with_initial(initial: int) -> tuple[int, ...]:
        both = (_together(initial, mark) for mark in (*marks, year))
        return tuple(filter(None, (*both, *days)))

    only = (ONLY_NAME, _together(ONLY_NAME, year))
    return Partners(
        with_initial(given.initial),
        with_initial(family.initial),
        tuple(filter(None, only)) if are_one_name(given, family) else (),
    )


def are_one_name(given: NameParts, family: NameParts) -> bool:
    """Return whether there is one name only, in either column or in both."""
    is_twice = given.either == family.either and len(family.either) == 1
    return is_twice or not (given.initial and family.initial)


def _together(initial: int, other: int) -> int:
    return initial + other if initial and other else 0


def name_keys(
    given: NameParts, family: NameParts, born: BirthParts | None, both: Partners
) -> list[BlockingKey]:
    """Return the keys of names and date of birth; see `blocking_keys`."""
    found = [one + other for one in given.either for other in family.either]
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
    """Yield those of the keys that are looked for that many strangers share.

    They are the date of birth alone, and one name with anything but the whole other
    name or the whole date.
    """
    whole = born.whole if born else 0
    both = sought_partners(given, family, born)
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


def lone_keys(
    one: Profile, given: NameParts, family: NameParts, born: BirthParts | None
) -> Iterator[tuple[frozenset[BlockingKey], frozenset[BlockingKey]]]:
    """Yield those of the date of birth alone, and of the house alone.

    Who shares the date and no more has other names, since one name with the date is a
    key of its own. With a house that is told by the keys beside it, of both names.
    """
    if born and born.whole:
        yield frozenset([born.whole]), frozenset()
    house = house_keys(one)
    if house:
        yield frozenset(house), telling_name_keys(given, family, born)[0]


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
    - one name and the other's initial: the same, where a date is not known. Of those
      whose date is known only students without one are found by it, and the other way
      round; a first of January counts as not known;
    - the only name there is, with and without the year of birth: the same, in whichever
      column the name stands, or in both;
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


def keys_made_of(one: Profile, parts: KeyParts) -> frozenset[BlockingKey]:
    """Return the keys of a student whose parts are made already."""
    names = parts.given, parts.family, parts.born
    return _keys_of(one, parts, partners(*names))


def sought_keys_made_of(one: Profile, parts: KeyParts) -> frozenset[BlockingKey]:
    """Return the keys that are looked for, for a student whose parts are made."""
    names = parts.given, parts.family, parts.born
    return _keys_of(one, parts, sought_partners(*names))


def _keys_of(one: Profile, parts: KeyParts, both: Partners) -> frozenset[BlockingKey]:
    names = parts.given, parts.family, parts.born
    return frozenset(
        (*name_keys(*names, both), *home_keys(one, *names), *_own_keys(one))
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
    return found + house_keys(one)


def house_keys(one: Profile) -> list[BlockingKey]:
    """Return the key of house number and street, where both are known."""
    if not one.address.house:
        return []
    number, street = one.address.house
    return [number_part(number) + street_part(street)]


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
