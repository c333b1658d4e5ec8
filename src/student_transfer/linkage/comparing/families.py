"""How many sisters and brothers a student has on the site (MATCH-4).

Estimates how many siblings and twins a student of the site has, from the site's own
students, so that what a family shares is not credited to the child: where many have a
twin, an equal family name, birthday and address say little.
"""

from collections.abc import Collection, Hashable, Iterable

import attrs

from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.births import Birth, KnownBirth
from student_transfer.linkage.profiles.profile import Profile

_ASSUMED_SIBLINGS, _ASSUMED_TWINS = 2, 20
"""So many students are taken to have shown what the settings expect: a family of two is
common enough to be seen soon or not at all, twins are rare."""


@attrs.frozen
class Families:
    """How many siblings and twins a student has on the site, on average."""

    siblings: float
    twins: float


@attrs.define(repr=False)
class Groups:
    """Students of a site who share what families share, as far as they were met.

    Attributes:
        births: For a family name and birthday the given names met.
        homes: For a family name and house the birthdays met.
    """

    births: dict[Hashable, set[str]] = attrs.field(factory=dict)
    homes: dict[Hashable, set[Birth]] = attrs.field(factory=dict)

    def add(self, incoming: Profile, other: Profile, known: KnownBirth) -> None:
        """Add a student of the site whom an incoming one meets.

        Args:
            incoming: The incoming student.
            other: The student of the site.
            known: Gives what is known of a date of birth: those of a program's are no
                family's.
        """
        family = other.family.joined
        if not other.born or not family or family != incoming.family.joined:
            return
        born = known(other.born)
        if born is None:
            return
        if other.born == incoming.born and other.given:
            names = self.births.setdefault((family, born), set())
            names.add(other.given.words[0])
        house = other.address.house
        if house and house == incoming.address.house:
            self.homes.setdefault((family, house), set()).add(born)

    def merge(self, others: "Groups") -> None:
        """Add what was met elsewhere."""
        for key, names in others.births.items():
            self.births.setdefault(key, set()).update(names)
        for key, births in others.homes.items():
            self.homes.setdefault(key, set()).update(births)

    def families(self, settings: Settings) -> Families:
        """Estimate the families of the site.

        Students of one family name and birthday whose given names differ count as
        twins, and of one family name and house as siblings, whatever they are: they
        would be taken for one child in the same way.
        """
        siblings = self.homes.values(), settings.siblings_expected, _ASSUMED_SIBLINGS
        twins = self.births.values(), settings.twins_expected, _ASSUMED_TWINS
        return Families(_others(*siblings), _others(*twins))


def _others(
    groups: Iterable[Collection[object]], expected: float, assumed: int
) -> float:
    """Return how many others are in one's group, on average; drawn to the expected."""
    sizes = [len(group) for group in groups]
    others = sum(size * (size - 1) for size in sizes)
    return (others + expected * assumed) / (sum(sizes) + assumed)
