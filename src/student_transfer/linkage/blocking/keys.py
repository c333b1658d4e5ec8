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
    initials_part,
    key_parts,
    words_of_keys,
)
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import Student, StudentRef

BLOCKING_VERSION = 8
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


Crowding = tuple[frozenset[BlockingKey], frozenset[BlockingKey]]
"""Keys that tell little, and those by which it would be told that more is shared."""


def other_name_keys(parts: KeyParts) -> Iterator[Crowding]:
    """Yield those of one name and little else, beside those of the other name.

    Where a whole date is known. The little is the other name's initial with the year of
    birth, or the day of the year. Who shares the first and not the second has neither
    the other name nor, where the date is known, the same one.
    """
    given, family, born = parts.given, parts.family, parts.born
    if not born or not born.whole:
        return
    for of_family, of_given in (
        (_after(given.initial, born.year), _after(family.initial, born.year)),
        ([born.day], [born.day]),
    ):
        families = _sums(family.own, of_family)
        givens = _sums(given.own, of_given)
        yield families, givens
        yield givens, families


def _after(initial: int, part: int) -> list[int]:
    return [initial + part] if initial else []


def spare_keys(parts: KeyParts) -> frozenset[BlockingKey]:
    """Return those of one name and an initial by which both dates are known.

    Who shares nothing else differs in the other name and in every part of the date.
    """
    if mark_of(parts.born) == UNDATED:
        return frozenset()
    of_family = _sums(parts.family.own, _after(parts.given.initial, DATED))
    return of_family | _sums(parts.given.own, _after(parts.family.initial, DATED))


def lone_keys(parts: KeyParts, of_names: frozenset[BlockingKey]) -> Iterator[Crowding]:
    """Yield those of the date of birth alone, and of the house alone.

    Who shares the date and no more has other names, since one name with the date is a
    key of its own. With a house that is told by the keys of both names.
    """
    if parts.born and parts.born.whole:
        yield frozenset([parts.born.whole]), frozenset()
    if parts.house:
        yield frozenset([parts.house]), of_names


def telling_name_keys(parts: KeyParts) -> tuple[frozenset[BlockingKey], ...]:
    """Return those of both names, and of each name with the whole date of birth."""
    given, family = parts.given, parts.family
    whole = [parts.born.whole] if parts.born and parts.born.whole else []
    return (
        _sums(given.either, family.either),
        _sums(given.own, whole),
        _sums(family.own, whole),
    )


def _sums(parts: Sequence[int], others: Sequence[int]) -> frozenset[BlockingKey]:
    """Make keys of each part with each other."""
    return frozenset([part + other for part in parts for other in others])


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
      are known, two slips at once, on a site where few share no more. A first of
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
