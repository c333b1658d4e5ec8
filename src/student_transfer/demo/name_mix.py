"""The names of the invented children: a mix as in a British city."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import attrs

from student_transfer.demo.chance import Chance


@attrs.frozen(kw_only=True)
class Tradition:
    """The names of one tradition, each list by frequency.

    Attributes:
        name: What the tradition is called.
        weight: How many children of a hundred, about, have such names.
        middle: The share of the children who have a middle name.
        double_barrelled: The share of family names that are two with a hyphen.
        girls: Given names of girls.
        boys: Given names of boys.
        families: Family names.
        families_of_girls: Family names of girls where these differ.
    """

    name: str
    weight: int
    middle: float
    double_barrelled: float
    girls: Sequence[str]
    boys: Sequence[str]
    families: Sequence[str]
    families_of_girls: Sequence[str] = ()

    def given(self, chance: Chance, gender: str) -> str:
        """Draw a given name."""
        return chance.pick_early(self.girls if gender == "F" else self.boys)

    def family(self, chance: Chance, gender: str) -> str:
        """Draw a family name, now and then a double-barrelled one."""
        of_girls = self.families_of_girls if gender == "F" else ()
        names = of_girls or self.families
        family = chance.pick_early(names)
        if chance.happens(self.double_barrelled):
            other = chance.pick([name for name in names if name != family])
            return f"{family}-{other}"
        return family

    def family_of(self, relative: str, gender: str) -> str:
        """Return a relative's family name in the form for the gender.

        >>> name_mix().named("Polish").family_of("Kowalski", "F")
        'Kowalska'
        """
        pairs = list(zip(self.families, self.families_of_girls, strict=False))
        forms = dict(pairs if gender == "F" else [(f, m) for m, f in pairs])
        return forms.get(relative, relative)


Otherwise = Mapping[str, Sequence[Sequence[str]]]
"""For each way of writing a name otherwise, examples: one form, the other, gender."""


@attrs.frozen
class NameMix:
    """Every tradition, and how names are written otherwise."""

    traditions: tuple[Tradition, ...]
    otherwise: Otherwise

    def tradition(self, chance: Chance) -> Tradition:
        """Draw a tradition by its weight."""
        left = chance.whole(1, sum(item.weight for item in self.traditions))
        chosen = iter(self.traditions)
        tradition = next(chosen)
        while left > tradition.weight:
            left -= tradition.weight
            tradition = next(chosen)
        return tradition

    def named(self, name: str) -> Tradition:
        """Return the tradition of that name."""
        return next(item for item in self.traditions if item.name == name)


def read_data(file_name: str) -> dict[str, Any]:
    """Read a data file that lies beside this module."""
    file = resources.files("student_transfer.demo") / file_name
    return tomllib.loads(file.read_text(encoding="utf-8"))


@cache
def name_mix() -> NameMix:
    """Return the mix of names.

    >>> sum(tradition.weight for tradition in name_mix().traditions) > 100
    True
    """
    data = read_data("name_mix.toml")
    traditions = tuple(Tradition(**item) for item in data["tradition"])
    return NameMix(traditions, data["otherwise"])
