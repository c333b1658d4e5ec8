"""How many sisters and brothers a student has on the site (MATCH-4).

It decides what an agreement of all that a family shares is worth: where many have a twin
it is a twin's, where none has it is the child's own. The roster itself tells.
"""

from collections import defaultdict
from collections.abc import Iterable

import attrs

from student_transfer.linkage.profile import Birth, Profile
from student_transfer.linkage.settings import Settings

_ASSUMED = 200
"""So many students are taken to have the siblings that the settings expect."""


@attrs.frozen
class Families:
    """How many siblings and twins a student has on the site, on average."""

    siblings: float
    twins: float


def observed_families(existing: Iterable[Profile], settings: Settings) -> Families:
    """Estimate the families of a site from some of its students, who share much.

    Two students of one family name and birthday whose given names differ count as
    twins, and of one family name and address as siblings, whatever they are: they would
    be taken for one child in the same way.
    """
    births: defaultdict[tuple[str, Birth], set[str]] = defaultdict(set)
    homes: defaultdict[tuple[str, tuple[str, ...]], set[Birth]] = defaultdict(set)
    for one in existing:
        if one.family and one.born and one.born[2]:
            if one.given:
                births[one.family.joined, one.born].add(one.given.words[0])
            if one.address:
                homes[one.family.joined, one.address].add(one.born)
    return Families(
        siblings=_others(homes.values(), settings.siblings_expected),
        twins=_others(births.values(), settings.twins_expected),
    )


def _others(groups: Iterable[set[str] | set[Birth]], expected: float) -> float:
    """Give how many others are in one's group, on average, drawn to what is expected."""
    sizes = [len(group) for group in groups]
    others = sum(size * (size - 1) for size in sizes)
    return (others + expected * _ASSUMED) / (sum(sizes) + _ASSUMED)
