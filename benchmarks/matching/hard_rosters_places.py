"""The streets and postcodes of an invented city."""

# ruff: noqa: PLR2004 (shares of an invented city)

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from random import Random
from typing import Final

from benchmarks.matching.hard_rosters_names import words_of

_UNIT_LETTERS: Final = "ABDEFGHJLNPQRSTUWXYZ"
_DISTRICTS: Final = 48
_UNITS: Final = 10 * len(_UNIT_LETTERS) ** 2
_HOUSEHOLDS_A_POSTCODE: Final = 19
_ROWS_A_HOUSEHOLD: Final = 1.6
_HOUSES: Final = 97
_KINDS: Final = {
    "Road": "Rd",
    "Street": "St",
    "Avenue": "Ave",
    "Close": "Cl",
    "Lane": "Ln",
    "Drive": "Dr",
    "Way": "Way",
    "Grove": "Gr",
    "Crescent": "Cres",
    "Gardens": "Gdns",
    "Place": "Pl",
    "Court": "Ct",
    "Terrace": "Terr",
    "Walk": "Wlk",
    "Mews": "Mews",
}
_STREETS: Final = words_of("""
High Station Church Victoria Albert Park Mill Green Manor Kings Queens London
Springfield George York New West North South East Grange Highfield School Chapel
Windsor Broadway Alexandra Main Meadow Oak Elm Ash Beech Cedar Chestnut
Hawthorn Holly Laurel Lime Maple Orchard Poplar Rowan Sycamore Willow Woodland Hill
Bridge River Canal Market Castle Priory Abbey St_John's St_Mary's St_Peter's
All_Saints Clarence Wellington Nelson Waterloo Trafalgar Balfour Gladstone Salisbury
Stanley Warwick Lancaster Cambridge Oxford Durham Derby Lincoln Cromwell Milton
Shakespeare Tennyson Byron Kipling Dickens Chaucer Ladywood Moseley Harborne Fairfield
Greenfield Northfield Westfield Southfield Brookfield Ashfield Bradford Leicester
Coventry Stratford Worcester Hereford Gloucester Bristol Bath Sandringham Balmoral
Osborne Clifton Richmond Kingston Hampton Marlborough Blenheim Selborne Wood Heath
Common Forest Moor Lakeside Valley Summer Winter Garden Cottage Farm Barn Well Spring
Stone Quarry Railway Foundry Forge Wharf Gas Water Cross Union Wesley Ebenezer
""")


@dataclass(frozen=True, slots=True)
class Place:
    """A home: the number of its street's postcode, its house and flat."""

    street: int
    house: int
    flat: int


@dataclass(slots=True)
class Places:
    """Hands out homes, so that no two families share one."""

    rng: Random
    count: int
    homes: list[int]
    names: list[str]
    quarters: list[tuple[int, int]]
    step: int

    @classmethod
    def of(cls, rng: Random, rows: int, shares: Sequence[float]) -> "Places":
        """Return the streets that a site of so many students needs."""
        count = max(4, round(rows / _ROWS_A_HOUSEHOLD / _HOUSEHOLDS_A_POSTCODE))
        names = []
        for _ in range(count):
            first = _STREETS[int(rng.expovariate(0.014)) % len(_STREETS)]
            kind = rng.choice(list(_KINDS)[: rng.randint(2, len(_KINDS))])
            names.append(f"{first} {kind}")
        bounds = [0.0, *accumulate(shares)]
        quarters = [
            (int(start / bounds[-1] * count), int(end / bounds[-1] * count))
            for start, end in pairwise(bounds)
        ]
        return cls(
            rng, count, [0] * count, names, quarters, 7 * rng.randint(20, 60) + 1
        )

    def home(self, community: int) -> Place:
        """Return an empty home, most often in the community's own quarter."""
        rng = self.rng
        start, end = self.quarters[community]
        if end > start and rng.random() < 0.6:
            street = rng.randrange(start, end)
        else:
            street = rng.randrange(self.count)
        number = self.homes[street]
        self.homes[street] += 1
        house = (number * 29 + street * 13) % _HOUSES + 1
        flat = number // _HOUSES
        if not flat and (street * 7919) % 10 < 3:
            flat = rng.randint(1, 12)
        return Place(street, house, flat)

    def postcode(self, rng: Random, place: Place) -> str:
        """Return the postcode, now and then without its blank, or none."""
        chance = rng.random()
        if chance < 0.04:
            return ""
        number = place.street
        district = number * _DISTRICTS // self.count + 1
        unit = (number * self.step + 1733) % _UNITS
        sector, letters = unit % 10, unit // 10
        last = _UNIT_LETTERS[letters // 20] + _UNIT_LETTERS[letters % 20]
        if chance < 0.08:
            return f"b{district}{sector}{last}".lower()
        return f"B{district} {sector}{last}"

    def address(self, rng: Random, place: Place, *, short: bool) -> str:
        """Return the address in the site's manner, now and then none."""
        if rng.random() < 0.05:
            return ""
        street = self.names[place.street]
        if short:
            first, _, kind = street.rpartition(" ")
            street = f"{first} {_KINDS[kind]}" + ("." if rng.random() < 0.3 else "")
            if place.flat:
                return rng.choice(
                    (
                        f"{place.flat}/{place.house} {street}",
                        f"Flat {place.flat}, {place.house} {street}",
                    )
                )
            return f"{place.house} {street}"
        if place.flat:
            return f"Flat {place.flat}, {place.house} {street}"
        comma = "," if rng.random() < 0.15 else ""
        return f"{place.house}{comma} {street}"
