"""Choosing by blocking keys with whom an incoming student is compared.

A storage proposes who shares a key; here it is chosen who of them is worth comparing.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import chain
from operator import itemgetter
from typing import TypeVar

import attrs

from student_transfer.linkage.blocking.key_parts import KeyParts, key_parts
from student_transfer.linkage.blocking.keys import (
    BlockingKey,
    Room,
    WeakKeys,
    faint_name_keys,
    keys_with,
    sought_partners,
    telling_name_keys,
    weak_keys,
)
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import Student

_K = TypeVar("_K", bound=str | int)

CROWD = 10
"""So many of a site are compared, at most, who share as little as one thing.

So many who share the date of birth, and as many who share something else: see
`weak_keys`. Whoever shares nothing else differs in all the rest that is looked for.
Among more of them that is improbable to be the child, however what is not looked for
agrees.
"""

DATED_TO_UNDATED = 4
"""On a site with dates at least so many students have one for each who has none.

Where fewer do, a record without a date may well be the child's.
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
        weak: Those of which one by itself tells little, by their kinds.
    """

    all: frozenset[BlockingKey]
    faint: frozenset[BlockingKey]
    telling: tuple[frozenset[BlockingKey], ...]
    weak: tuple[WeakKeys, ...] = ()

    def are_cut_by(self, overflowing: Collection[BlockingKey]) -> bool:
        """Tell whether some who share a key are not found, since it is too common.

        Of one name and an initial, where both dates are known, that tells nothing.
        """
        if self.all.isdisjoint(overflowing):
            return False  # as most often
        spare = (each.dated or () for each in self.weak)
        return not self.all.difference(*spare).isdisjoint(overflowing)


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
    return SearchKeys(
        all=keys_with(one, parts, both),
        faint=frozenset(faint_name_keys(parts, both)),
        telling=telling,
        weak=tuple(weak_keys(parts, telling[0])),
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
        return everybody - aside, keys.are_cut_by(overflowing)
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

    Of those who share one weak key alone, `CROWD` at most are compared in each `Room`:
    those of the kinds that fewest share. But where the keys of both names are too
    common to be looked for, nothing tells whether the names are the same, and all are
    compared.
    """
    shares = _counts(keys.all, sharing)
    if len(shares) <= CROWD:
        return set()
    kinds = [
        (each.is_last, len(lone), each.room, lone)
        for each in keys.weak
        if (lone := _lone(each, shares, sharing))
        if _is_told(each, keys, sharing, overflowing)
    ]
    aside, compared = set[_K](), Counter[Room]()
    for _, size, room, lone in sorted(kinds, key=itemgetter(0, 1)):
        compared[room] += size
        if compared[room] > CROWD:
            aside |= lone
    return aside


def _lone(weak: WeakKeys, shares: Mapping[_K, int], sharing: Sharing[_K]) -> set[_K]:
    """Return who shares one weak key, with what is within it, and nothing else."""
    own = [sharing[key] for key in weak.own if key in sharing]
    if not own:  # as most often
        return set()
    once = Counter(chain.from_iterable(own))
    within = _counts(weak.within, sharing)
    return {one for one, n in once.items() if n == 1 and shares[one] == 1 + within[one]}


def _is_told(
    weak: WeakKeys,
    keys: SearchKeys,
    sharing: Sharing[_K],
    overflowing: Collection[BlockingKey],
) -> bool:
    """Return whether keys would tell it, did who shares weak ones share more."""
    needed = keys.telling[0], weak.beside
    if not any(each.isdisjoint(overflowing) for each in needed):
        return False
    if weak.dated is None:
        return True
    dated, own = (_counts(each, sharing) for each in (weak.dated, weak.own))
    if weak.dated.isdisjoint(overflowing):
        return len(dated) >= DATED_TO_UNDATED * len(own)
    return len(own) <= CROWD


def _shared(
    keys: Collection[BlockingKey], sharing: Sharing[_K]
) -> Iterator[Collection[_K]]:
    """Return who shares each of the keys."""
    return (sharing[key] for key in keys if key in sharing)


def _counts(keys: Collection[BlockingKey], sharing: Sharing[_K]) -> Counter[_K]:
    """Count how many of the keys each student of the site shares."""
    return Counter(chain.from_iterable(_shared(keys, sharing)))
