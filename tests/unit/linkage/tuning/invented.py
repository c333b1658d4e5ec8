"""Rosters without labels, and what is learnt from them; all people are invented."""

from datetime import date, timedelta
from functools import cache
from random import Random
from typing import Any

import attrs

from student_transfer.linkage.tuning.estimating import Estimate, estimate
from student_transfer.matching import Level
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey


def _words(text: str) -> list[str]:
    return text.split()


_GIRLS = _words(
    "Amelia Olivia Isla Freya Florence Rosie Matilda Aisha Zainab Katarzyna Priya "
    "Charlotte Harriet Beatrice Penelope Imogen Francesca Philippa Henrietta "
    "Jessica"
)
_BOYS = _words(
    "Oscar Theodore Frederick Reuben Mohammed Yusuf Jakub Arjun Sebastian "
    "Benjamin Alexander Nathaniel Cameron Dominic Lawrence Edmund Gilbert Rupert "
    "Finley Hugo"
)
_FIRST = _words(
    "Ash Black Brad Cart Clay Dun East Farn Green Hart Ken Long Marsh North"
)
_LAST = _words(
    "well worth brook ham ton field ley more wick stead shaw burn croft dale"
)
_STREETS = _words("Mill Church Station Victoria Park Queen Bridge Windmill Orchard Elm")

Rosters = tuple[list[Student], list[Student], dict[StudentKey, StudentKey | None]]


def invented_child(random: Random, key: str, number: int) -> Student:
    """Invent a child."""
    gender = random.choice("FM")
    age = random.randrange(5, 12)
    extra = {
        "Postcode": f"B{random.randrange(1, 20)} 1Q{random.choice('ABDEFGHJLN')}",
        "Address": f"{random.randrange(1, 150)} {random.choice(_STREETS)} Street",
    }
    return Student(
        key=StudentKey(key),
        site_id=SiteId("b"),
        given_name=random.choice(_GIRLS if gender == "F" else _BOYS),
        family_name=random.choice(_FIRST) + random.choice(_LAST),
        date_of_birth=date(2024 - age, 9, 1) - timedelta(random.randrange(365)),
        gender=gender,
        year=str(age - 4),
        student_id=str(number),
        extra=extra,
    )


def _mistyped(random: Random, name: str) -> str:
    place = random.randrange(1, len(name) - 1)
    return name[:place] + random.choice("bdfgkpvxz") + name[place + 1 :]


def rosters(
    incoming: int, existing: int, *, typing_errors: float, share: float = 0.7
) -> Rosters:
    """Invent two rosters, and who is who; the same ones each time."""
    random = Random(f"{incoming} {existing} {typing_errors} {share}")
    there = [invented_child(random, f"e{number}", number) for number in range(existing)]
    coming, truth = list[Student](), dict[StudentKey, StudentKey | None]()
    for number in range(incoming):
        key = StudentKey(f"i{number}")
        child = there[number] if number < share * incoming else None
        truth[key] = child.key if child else None
        one = child or invented_child(random, key, 9000 + number)
        changes: dict[str, Any] = {}
        for field in ("given_name", "family_name"):
            if random.random() < typing_errors:
                changes[field] = _mistyped(random, getattr(one, field))
        if random.random() < 0.4:
            changes["extra"] = invented_child(random, key, 0).extra
        coming.append(attrs.evolve(one, key=key, site_id=SiteId("a"), **changes))
    random.shuffle(coming)
    return coming, there, truth


@cache
def estimated(
    incoming: int = 500,
    existing: int = 1000,
    typing_errors: float = 0.05,
    share: float = 0.7,
) -> Estimate:
    """Estimate from invented rosters, once."""
    made = rosters(incoming, existing, typing_errors=typing_errors, share=share)
    return estimate(made[0], made[1])


def m(found: Estimate, field: str, *levels: Level) -> float:
    """Return how often one child is at one of these levels."""
    return sum(found.settings.levels[field][level].m for level in levels)
