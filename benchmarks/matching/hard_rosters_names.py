"""The names of an invented city: who is called what, and how else it is written."""

import tomllib
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from math import pi, sin
from pathlib import Path
from random import Random
from typing import Any

FIRST_BIRTH_YEAR = 2007
LAST_BIRTH_YEAR = 2022

_HERE = Path(__file__).parent
_LETTERS = str.maketrans("łŁ\N{LATIN SMALL LETTER DOTLESS I}øØđĐ", "lLioOdD")
_COMMON_GIVEN = 160
_COMMON_FAMILY = 80


@dataclass(frozen=True, slots=True)
class Table:
    """Words with cumulated weights, to draw from."""

    words: tuple[str, ...]
    bounds: tuple[float, ...]

    @classmethod
    def of(cls, words: Sequence[str], weights: Iterable[float]) -> "Table":
        """Return the table of these words and weights."""
        return cls(tuple(words), tuple(accumulate(weights)))

    @classmethod
    def ranked(cls, words: Sequence[str], start: float, slope: float) -> "Table":
        """Return words in frequency order, weighted as Zipf and Mandelbrot say."""
        return cls.of(
            words, [1 / (rank + start) ** slope for rank in range(len(words))]
        )

    def draw(self, rng: Random) -> str:
        """Return one word by its weight."""
        return self.words[bisect(self.bounds, rng.random() * self.bounds[-1])]


@dataclass(frozen=True, slots=True)
class Composer:
    """Rarer names, made of a beginning and an ending."""

    beginnings: Table
    endings: Table
    joint: str

    @classmethod
    def of(cls, parts: str, joint: str = "") -> "Composer":
        """Return the composer of a `beginnings | endings` entry."""
        beginnings, endings = (words_of(half) for half in parts.split("|"))
        return cls(
            Table.ranked(beginnings, 8, 0.7), Table.ranked(endings, 4, 0.8), joint
        )

    def draw(self, rng: Random) -> str:
        """Return one composed name."""
        first = self.beginnings.draw(rng)
        last = self.endings.draw(rng)
        while last.startswith((first[-2:], first[:4].lower())):
            last = self.endings.draw(rng)
        if first[-1] in " -" and last.isalpha():
            last = last[0].upper() + last[1:]
        if first[-1] == last[0] and not self.joint:
            last = last[1:]
        return first + self.joint + last


@dataclass(frozen=True, slots=True)
class Community:
    """The names that one community of the city gives."""

    name: str
    given: dict[tuple[bool, int], Table]
    rare_given: dict[bool, tuple[Composer, ...]]
    family: Table
    rare_family: Composer
    head_given: float
    head_family: float
    middle: float
    double: float
    joint: str
    shared_first: str
    shared_share: float

    def draw_given(self, rng: Random, *, girl: bool, born: int) -> str:
        """Return a given name as fashionable in a birth year."""
        if rng.random() < self.head_given:
            return self.given[girl, born].draw(rng)
        return rng.choice(self.rare_given[girl]).draw(rng)

    def draw_family(self, rng: Random) -> str:
        """Return a family name, a double-barrelled one now and then."""
        name = self._single(rng)
        if self.double and rng.random() < self.double:
            other = self._single(rng)
            if other != name:
                return name + self.joint + other
        return name

    def _single(self, rng: Random) -> str:
        if rng.random() < self.head_family:
            return self.family.draw(rng)
        return self.rare_family.draw(rng)


@dataclass(frozen=True, slots=True)
class City:
    """All communities, and which of their names are common."""

    communities: tuple[Community, ...]
    shares: Table
    weights: tuple[float, ...]
    common_given: frozenset[str]
    common_family: frozenset[str]

    def draw(self, rng: Random) -> int:
        """Return the number of a community by its share of the city."""
        return int(self.shares.draw(rng))


@dataclass(frozen=True, slots=True)
class Variants:
    """How else a name is written."""

    nicknames: dict[str, tuple[str, ...]]
    full_names: dict[str, tuple[str, ...]]
    transliterations: dict[str, tuple[str, ...]]
    spellings: dict[str, tuple[str, ...]]
    similar: dict[bool, tuple[tuple[str, str], ...]]
    scripts: tuple[dict[str, str], ...]
    cyrillic: tuple[tuple[str, str], ...]

    def related(self, one: str, other: str) -> bool:
        """Return whether two given names can be one child's."""
        tables = (
            self.nicknames,
            self.full_names,
            self.transliterations,
            self.spellings,
        )
        return one == other or any(
            other in table.get(one, ()) or one in table.get(other, ())
            for table in tables
        )


def words_of(text: str) -> list[str]:
    """Return the words of a pool, once each, with `_` as a blank."""
    return list(dict.fromkeys(word.replace("_", " ") for word in text.split()))


@cache
def plain(text: str) -> str:
    """Return Latin text without its accents."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(char for char in apart if not unicodedata.combining(char))


def load_city(rng: Random) -> City:
    """Return the city of the pools, its fashions drawn from `rng`."""
    with (_HERE / "hard_rosters_names.toml").open("rb") as file:
        pools = tomllib.load(file)
    communities = tuple(_community(rng, name, pool) for name, pool in pools.items())
    shares = tuple(pool["weight"] for pool in pools.values())
    return City(
        communities,
        Table.of(
            [str(number) for number in range(len(communities))],
            shares,
        ),
        shares,
        _commonest(communities, shares, _given_tables, _COMMON_GIVEN),
        _commonest(communities, shares, _family_tables, _COMMON_FAMILY),
    )


def load_variants() -> Variants:
    """Return the variants of names."""
    with (_HERE / "hard_rosters_variants.toml").open("rb") as file:
        data = tomllib.load(file)
    lines = {
        key: [[word.replace("_", " ") for word in line.split()] for line in lines_of]
        for key, text in data.items()
        if (lines_of := text.strip().splitlines())
    }
    nicknames = _merged((line[0], line[1:]) for line in lines["nicknames"])
    full_names = _merged(
        (short, [line[0]]) for line in lines["nicknames"] for short in line[1:]
    )
    return Variants(
        nicknames,
        full_names,
        _groups(lines["transliterations"]),
        _groups(lines["spellings"]),
        {
            girl: tuple((line[0], line[1]) for line in lines[key])
            for girl, key in ((False, "similar_boys"), (True, "similar_girls"))
        },
        tuple(
            {line[0]: line[1] for line in lines[key]}
            for key in ("arabic_script", "chinese_script")
        ),
        tuple((line[0], line[1]) for line in lines["cyrillic_groups"]),
    )


def _commonest(
    communities: Sequence[Community],
    shares: Sequence[float],
    tables: Callable[[Community], Iterable[tuple[Table, float]]],
    count: int,
) -> frozenset[str]:
    """Return the names that most children of the city have."""
    found: dict[str, float] = {}
    for community, share in zip(communities, shares, strict=True):
        for table, head in tables(community):
            before = 0.0
            for word, bound in zip(table.words, table.bounds, strict=True):
                part = (bound - before) / table.bounds[-1]
                found[word] = found.get(word, 0) + share * head * part
                before = bound
    return frozenset(sorted(found, key=lambda word: -found[word])[:count])


def _given_tables(community: Community) -> Iterable[tuple[Table, float]]:
    return ((table, community.head_given) for table in community.given.values())


def _family_tables(community: Community) -> Iterable[tuple[Table, float]]:
    return ((community.family, community.head_family),)


def _community(rng: Random, name: str, pool: dict[str, Any]) -> Community:
    given = {
        (girl, born): table
        for girl, key in ((False, "boys"), (True, "girls"))
        for born, table in _fashions(
            rng, words_of(pool[key]), pool.get("given_start", 9)
        ).items()
    }
    rare = {
        girl: tuple(
            Composer.of(
                pool[key],
                pool.get("given_joint", "-") if key.endswith("double") else "",
            )
            for key in (f"{sex}_parts", f"{sex}_more_parts", f"{sex}_double")
            if key in pool
        )
        for girl, sex in ((False, "boys"), (True, "girls"))
    }
    return Community(
        name,
        given,
        rare,
        Table.ranked(words_of(pool["family"]), pool.get("family_start", 4), 0.85),
        Composer.of(pool["family_parts"]),
        pool["head_given"],
        pool["head_family"],
        pool["middle"],
        pool["double"],
        pool["joint"],
        pool.get("shared_first", ""),
        pool.get("shared_share", 0.0),
    )


def _fashions(rng: Random, words: list[str], start: float) -> dict[int, Table]:
    phases = [rng.random() for _ in words]
    return {
        born: Table.of(
            words,
            [
                (1 + 0.45 * sin(2 * pi * (born / 24 + phase))) / (rank + start) ** 0.95
                for rank, phase in enumerate(phases)
            ],
        )
        for born in range(FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR + 1)
    }


def _groups(lines: list[list[str]]) -> dict[str, tuple[str, ...]]:
    return _merged(
        (word, [other for other in line if other != word])
        for line in lines
        for word in line
    )


def _merged(pairs: Iterable[tuple[str, list[str]]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for key, words in pairs:
        found.setdefault(key, {}).update(dict.fromkeys(words))
    return {key: tuple(words) for key, words in found.items()}
