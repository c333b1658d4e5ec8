"""Choosing by blocking keys with whom an incoming student is compared.

A storage proposes who shares a key; here it is chosen who of them is worth comparing.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import TypeVar

import attrs

from student_transfer.linkage.blocking.keys import (
    BlockingKey,
    KeyParts,
    faint_name_keys,
    key_parts,
    keys_made_of,
    other_dated_name_keys,
    telling_name_keys,
)
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import Student

_K = TypeVar("_K", bound=str | int)

CROWD = 8
"""So many who share nothing but one name and a part of the date may be compared.

Among more the child, whose other name and date would both have to be another, is
improbable whatever else agrees.
"""


@attrs.frozen(repr=False)
class SearchKeys:
    """The blocking keys of an incoming student.

    Attributes:
        all: All of them; see `student_transfer.matching.blocking_keys`.
        faint: Those of them that many strangers share: a date of birth; a name with
            the other's initial, with or without the year, or with the day of the year.
        telling: Those of both names, of the given name and the date of birth, and of
            the family name and the date: who shares one of each agrees in all three.
        partly_dated: Those of one name and a part of the whole date of birth, each
            beside those of the other name and the same part.
    """

    all: frozenset[BlockingKey]
    faint: frozenset[BlockingKey]
    telling: tuple[frozenset[BlockingKey], ...]
    partly_dated: tuple[tuple[frozenset[BlockingKey], frozenset[BlockingKey]], ...] = ()


def search_keys(student: Student) -> SearchKeys:
    """Give the keys by which candidates for a student are searched for and chosen.

    >>> amelia = Student(key="1", site_id="a", given_name="Amelia", family_name="Khan")
    >>> len(search_keys(amelia).all), len(search_keys(amelia).faint)
    (4, 2)
    """
    one = profile(student)
    return search_keys_made_of(one, key_parts(one))


def search_keys_made_of(one: Profile, parts: KeyParts) -> SearchKeys:
    """Give the same of a student whose parts are made already."""
    names = parts.given, parts.family, parts.born
    return SearchKeys(
        all=keys_made_of(one, parts),
        faint=frozenset(faint_name_keys(*names)),
        telling=telling_name_keys(*names),
        partly_dated=tuple(other_dated_name_keys(*names)),
    )


Sharing = Mapping[BlockingKey, Collection[_K]]
"""For each key that is not too common, the students of the site, each once."""


def choose_candidates(
    keys: SearchKeys,
    sharing: Sharing[_K],
    overflowing: Collection[BlockingKey],
    limit: int,
) -> tuple[set[_K], bool]:
    """Choose whom to compare with a student: those who share the rarest keys first.

    Args:
        keys: The student's blocking keys.
        sharing: For each key that is not too common, the students of the site.
        overflowing: The keys that are too common to tell anything.
        limit: How many students are compared at most.

    Returns:
        The students, and whether some who share a key were left out for want of room
        or because the key is too common.
    """
    everybody = set(chain.from_iterable(_shared(keys.all, sharing)))
    aside = beside_another(keys, sharing) or in_a_crowd(keys, sharing, overflowing)
    if len(everybody) - len(aside) <= limit:
        return everybody - aside, not keys.all.isdisjoint(overflowing)
    known = [key for key in keys.all if key in sharing]
    rarest = iter(sorted(known, key=lambda key: (len(sharing[key]), key)))
    chosen = set[_K]()
    while len(more := chosen.union(sharing[next(rarest)]) - aside) <= limit:
        chosen = more  # all together are too many, so this ends before they do
    return chosen, True


def beside_another(keys: SearchKeys, sharing: Sharing[_K]) -> set[_K]:
    """Give those who are not compared because somebody else is so much nearer.

    Where one agrees in both names and the whole date of birth, as far as keys tell,
    whoever shares only one key, and that a faint one, is not the child.
    """
    agreeing = [set(chain.from_iterable(_shared(k, sharing))) for k in keys.telling]
    if not set.intersection(*agreeing):
        return set()
    return _sharing_one(keys.faint, keys, sharing)


def in_a_crowd(
    keys: SearchKeys, sharing: Sharing[_K], overflowing: Collection[BlockingKey]
) -> set[_K]:
    """Give those who are not compared because too many others share as little.

    Where more than `CROWD` students share one name and a part of the date of birth,
    whoever shares nothing else is not the child. Where a key of the other name is too
    common to be looked for, nobody knows that it is not shared.
    """
    crowded = [
        key
        for of_one, of_other in keys.partly_dated
        if of_other.isdisjoint(overflowing)
        for key in of_one
        if len(sharing.get(key, ())) > CROWD
    ]
    return _sharing_one(crowded, keys, sharing) if crowded else set()


def _sharing_one(
    some: Collection[BlockingKey], keys: SearchKeys, sharing: Sharing[_K]
) -> set[_K]:
    """Give who shares one of some keys, and no other of all."""
    shares = Counter(chain.from_iterable(_shared(keys.all, sharing)))
    who = chain.from_iterable(_shared(some, sharing))
    return {one for one in who if shares[one] == 1}


def _shared(
    keys: Collection[BlockingKey], sharing: Sharing[_K]
) -> Iterator[Collection[_K]]:
    """Give who shares each of the keys."""
    return (sharing[key] for key in keys if key in sharing)
