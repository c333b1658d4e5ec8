"""Choosing by blocking keys with whom an incoming student is compared.

A storage proposes who shares a key; here it is chosen who of them is worth comparing.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from typing import TypeVar

import attrs

from student_transfer.linkage.blocking.key_parts import KeyParts, key_parts
from student_transfer.linkage.blocking.keys import (
    BlockingKey,
    Crowding,
    faint_name_keys,
    keys_with,
    lone_keys,
    other_name_keys,
    sought_partners,
    spare_keys,
    telling_name_keys,
)
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import Student

_K = TypeVar("_K", bound=str | int)

CROWD = 10
"""So many of a site may share as little as one thing, and all be compared.

That is the date of birth alone, the house alone, or one name with a part of the date.
Whoever shares nothing else differs in all the rest that is looked for. Among more of
them that is improbable to be the child, however what is not looked for agrees.
"""

FEW = 6
"""So many of a site may share one name and an initial alone, and all be compared.

Where both dates of birth are known, and are not alike.
"""


@attrs.frozen(repr=False)
class SearchKeys:
    """The blocking keys that are looked for, for an incoming student.

    Attributes:
        all: All of them: whoever has one of them may be the same child; see
            `student_transfer.matching.blocking_keys`.
        faint: Those of them that many strangers share: a date of birth; a name with
            the other's initial, with or without the year, or with the day of the year.
        telling: Those of both names, of the given name and the date of birth, and of
            the family name and the date: who shares one of each agrees in all three.
        crowding: Those of which one by itself tells little: of one name and a part of
            the whole date of birth; of the date alone; of the house. Beside each are
            those by which it would be told that the other name is shared as well.
        spare: Those that tell least: of one name and an initial, where both dates are
            known.
    """

    all: frozenset[BlockingKey]
    faint: frozenset[BlockingKey]
    telling: tuple[frozenset[BlockingKey], ...]
    crowding: tuple[Crowding, ...] = ()
    spare: frozenset[BlockingKey] = frozenset()

    @property
    def firm(self) -> frozenset[BlockingKey]:
        """All but the spare ones."""
        return self.all - self.spare


def search_keys(student: Student) -> SearchKeys:
    """Return the keys by which candidates for a student are searched for and chosen.

    >>> amelia = Student(key="1", site_id="a", given_name="Amelia", family_name="Khan")
    >>> len(search_keys(amelia).all), len(search_keys(amelia).faint)
    (6, 4)
    """
    one = profile(student)
    return search_keys_made_of(one, key_parts(one))


def search_keys_made_of(one: Profile, parts: KeyParts) -> SearchKeys:
    """Return the same of a student whose parts are made already."""
    both, telling = sought_partners(parts), telling_name_keys(parts)
    alone = lone_keys(parts, telling[0])
    return SearchKeys(
        all=keys_with(one, parts, both),
        faint=frozenset(faint_name_keys(parts, both)),
        telling=telling,
        crowding=(*other_name_keys(parts), *alone),
        spare=spare_keys(parts),
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
    known = {key: sharing[key] for key in keys.all if key in sharing}
    everybody = set[_K]().union(*known.values())
    aside = beside_another(keys, known) | in_a_crowd(keys, known, overflowing)
    if len(everybody) - len(aside) <= limit:
        return everybody - aside, not keys.firm.isdisjoint(overflowing)
    rarest = iter(sorted(known, key=lambda key: (len(known[key]), key)))
    chosen = set[_K]()
    while len(more := chosen.union(known[next(rarest)]) - aside) <= limit:
        chosen = more  # all together are too many, so this ends before they do
    return chosen, True


def beside_another(keys: SearchKeys, sharing: Sharing[_K]) -> set[_K]:
    """Return those who are not compared because somebody else is so much nearer.

    Where one agrees in both names and the whole date of birth, as far as keys tell,
    whoever shares only one key, and that a faint one, is not the child.
    """
    first, *others = keys.telling
    agreeing = set(chain.from_iterable(_shared(first, sharing)))
    for each in others:
        agreeing.intersection_update(chain.from_iterable(_shared(each, sharing)))
    if not agreeing:
        return set()
    shares = _counts(keys.all, sharing)
    return {one for one in _counts(keys.faint, sharing) if shares[one] == 1}


def in_a_crowd(
    keys: SearchKeys, sharing: Sharing[_K], overflowing: Collection[BlockingKey]
) -> set[_K]:
    """Return those who are not compared because too many others share as little.

    Where more than `CROWD` students share one name and little else, the date of birth
    alone or the house alone, whoever shares nothing else is not the child. But where
    the keys of both names are too common to be looked for, nothing tells whether the
    names are the same, and all are compared.

    Likewise where more than `FEW` share one name and an initial alone.
    """
    tells_names, crowds = keys.telling[0].isdisjoint(overflowing), []
    for of_one, of_other in keys.crowding:
        if sum(map(len, _shared(of_one, sharing))) <= CROWD:
            continue  # as most are: they need not be told apart
        found = _counts(of_one, sharing)
        is_known = tells_names or of_other.isdisjoint(overflowing)
        if len(found) > CROWD and is_known:
            crowds.append(found)
    spare = _counts(keys.spare, sharing)
    if not crowds and len(spare) <= FEW:
        return set()
    shares = _counts(keys.firm, sharing)
    last = {one for one in spare if one not in shares}
    aside = {one for each in crowds for one, n in each.items() if shares[one] == n}
    return aside | last if len(last) > FEW else aside


def _shared(
    keys: Collection[BlockingKey], sharing: Sharing[_K]
) -> Iterator[Collection[_K]]:
    """Return who shares each of the keys."""
    return (sharing[key] for key in keys if key in sharing)


def _counts(keys: Collection[BlockingKey], sharing: Sharing[_K]) -> Counter[_K]:
    """Count how many of the keys each student of the site shares."""
    return Counter(chain.from_iterable(_shared(keys, sharing)))
