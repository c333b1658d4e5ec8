"""How many sisters and brothers a student has on the site (MATCH-4).

It decides what an agreement of all that a family shares is worth: where many have a
twin it is a twin's, where none has it is the child's own. The roster itself tells.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping

import attrs

from student_transfer.linkage.profile import Profile
from student_transfer.linkage.settings import Settings
from student_transfer.students import StudentKey

_ASSUMED_SIBLINGS, _ASSUMED_TWINS = 2, 20
"""So many students are taken to have shown what the settings expect: a family of two is
common enough to be seen soon or not at all, twins are rare."""


@attrs.frozen
class Families:
    """How many siblings and twins a student has on the site, on average."""

    siblings: float
    twins: float


def observed_families(
    incoming: Mapping[StudentKey, Profile],
    candidates: Mapping[StudentKey, Collection[StudentKey]],
    existing: Mapping[StudentKey, Profile],
    settings: Settings,
) -> Families:
    """Estimate the families of a site from the students whom the incoming ones meet.

    Students of one family name and birthday whose given names differ count as twins,
    and of one family name and house as siblings, whatever they are: they would be
    taken for one child in the same way.
    """
    births: defaultdict[Hashable, set[str]] = defaultdict(set)
    homes: defaultdict[Hashable, set[Hashable]] = defaultdict(set)
    for key, one in incoming.items():
        family = one.family.joined
        if not family:
            continue
        for other in map(existing.__getitem__, candidates[key]):
            if other.family.joined != family or not other.born:
                continue
            if other.born == one.born and other.given:
                births[family, other.born].add(other.given.words[0])
            if one.address.house and other.address.house == one.address.house:
                homes[family, one.address.house].add(other.born)
    return Families(
        siblings=_others(homes.values(), settings.siblings_expected, _ASSUMED_SIBLINGS),
        twins=_others(births.values(), settings.twins_expected, _ASSUMED_TWINS),
    )


def _others(
    groups: Iterable[Collection[object]], expected: float, assumed: int
) -> float:
    """Give how many others are in one's group, on average; drawn to the expected."""
    sizes = [len(group) for group in groups]
    others = sum(size * (size - 1) for size in sizes)
    return (others + expected * assumed) / (sum(sizes) + assumed)
