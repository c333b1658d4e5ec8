"""Choosing by blocking keys with whom an incoming student is compared.

A storage proposes who shares a key; here it is chosen who of them is worth comparing.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from itertools import chain
from typing import TypeVar

import attrs

from student_transfer.linkage.blocking import (
    BlockingKey,
    KeyParts,
    faint_name_keys,
    key_parts,
    keys_made_of,
)
from student_transfer.linkage.profile import Profile, profile
from student_transfer.linkage.settings import Settings
from student_transfer.students import Student

_K = TypeVar("_K", bound=str | int)


@attrs.frozen(repr=False)
class SearchKeys:
    """The blocking keys of an incoming student.

    Attributes:
        all: All of them; see `student_transfer.matching.blocking_keys`.
        faint: Those of them that many strangers share: a date of birth; a name with
            the other's initial, with or without the year, or with the day of the year.
    """

    all: frozenset[BlockingKey]
    faint: frozenset[BlockingKey]


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
    faint = faint_name_keys(parts.given, parts.family, parts.born)
    return SearchKeys(keys_made_of(one, parts), frozenset(faint))


Sharing = Mapping[BlockingKey, Collection[_K]]
"""For each key that is not too common, the students of the site, each once."""


def choose_candidates(
    keys: SearchKeys,
    sharing: Sharing[_K],
    overflowing: Collection[BlockingKey],
    settings: Settings,
) -> tuple[set[_K], bool]:
    """Choose whom to compare with a student: those who share the rarest keys first.

    Args:
        keys: The student's blocking keys.
        sharing: For each key that is not too common, the students of the site.
        overflowing: The keys that are too common to tell anything.
        settings: How many students are compared at most, and from how many shared
            keys on a candidate is a clear one; see `set_aside`.

    Returns:
        The students, and whether some who share a key were left out for want of room
        or because the key is too common.
    """
    shares = _shares(keys.all, sharing)
    aside = _aside(keys.faint, sharing, shares, settings)
    is_cut = not keys.all.isdisjoint(overflowing)
    most = settings.candidates_compared
    if len(shares) - len(aside) <= most:
        return shares.keys() - aside, is_cut
    known = [key for key in keys.all if key in sharing]
    rarest = iter(sorted(known, key=lambda key: (len(sharing[key]), key)))
    chosen = set[_K]()
    while len(more := chosen.union(sharing[next(rarest)]) - aside) <= most:
        chosen = more  # all together are too many, so this ends before they do
    return chosen, True


def set_aside(keys: SearchKeys, sharing: Sharing[_K], settings: Settings) -> set[_K]:
    """Give those who are not compared because somebody else is so much nearer.

    Where one shares at least `Settings.clear_from` keys with the student, whoever
    shares only one, and that a faint one, is not the child.
    """
    shares = _shares(keys.all, sharing)
    return _aside(keys.faint, sharing, shares, settings)


def _shares(keys: Collection[BlockingKey], sharing: Sharing[_K]) -> Counter[_K]:
    """Count how many of the keys each student shares."""
    return Counter(chain.from_iterable(sharing[key] for key in keys if key in sharing))


def _aside(
    faint: Collection[BlockingKey],
    sharing: Sharing[_K],
    shares: Counter[_K],
    settings: Settings,
) -> set[_K]:
    if max(shares.values(), default=0) < settings.clear_from:
        return set()
    found = [sharing[key] for key in faint if key in sharing]
    return {one for one in chain.from_iterable(found) if shares[one] == 1}
