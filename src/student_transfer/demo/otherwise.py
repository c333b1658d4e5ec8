"""The ways in which a site writes a child otherwise (MATCH-3), one function a way.

Each invents a child to whom this can happen, and gives the fields as the destination
site has them.
"""

from collections.abc import Callable
from types import MappingProxyType

from student_transfer.demo.children import Child, Children, Fields

Written = tuple[Child, Fields]
"""A child, and what a site has written otherwise."""

YEAR = 6


def _typing_error(children: Children) -> Written:
    """Exchange two letters of the family name."""
    child = children.born(YEAR, "English")
    name = child.family_name
    places = [i for i in range(1, len(name) - 1) if name[i] != name[i + 1]]
    at = children.chance.pick(places)
    mistyped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return child, {"family_name": mistyped}


def _nickname(children: Children) -> Written:
    return _given_name(children, "nicknames", "English", {"preferred_name": ""})


def _changed_family_name(children: Children) -> Written:
    child = children.born(YEAR, "English")
    names = children.mix.named("English").families
    others = [name for name in names if name not in child.family_name.split("-")]
    return child, {"family_name": children.chance.pick(others)}


def _part_of_double_barrelled(children: Children) -> Written:
    chance, names = children.chance, children.mix.named("English").families
    first = chance.pick(names)
    second = chance.pick([name for name in names if name != first])
    child = children.born(YEAR, "English", known={"family_name": f"{first}-{second}"})
    return child, {"family_name": chance.pick((first, second))}


def _day_and_month(children: Children) -> Written:
    child = children.born(YEAR)
    while child.date_of_birth.day in {child.date_of_birth.month, *range(13, 32)}:
        child = children.born(YEAR)
    born = child.date_of_birth
    return child, {"date_of_birth": born.replace(month=born.day, day=born.month)}


def _no_date_of_birth(children: Children) -> Written:
    return children.born(YEAR), {"date_of_birth": None}


def _swapped_names(children: Children) -> Written:
    child = children.born(YEAR, "Chinese")
    swapped = {"given_name": child.family_name, "family_name": child.given_name}
    return child, swapped


def _no_middle_name(children: Children) -> Written:
    gender = children.chance.pick("FM")
    middle = {"F": ("Rose", "Anne", "Louise"), "M": ("Alan", "Peter", "Lee")}[gender]
    name = children.chance.pick(middle)
    child = children.born(YEAR, "English", gender, {"middle_name": name})
    return child, {"middle_name": ""}


def _capitals(children: Children) -> Written:
    child = children.born(YEAR, "Nigerian")
    fields = ("given_name", "middle_name", "family_name")
    return child, {field: getattr(child, field).upper() for field in fields}


def _accents(children: Children) -> Written:
    return _given_name(children, "accents", "Irish")


def _apostrophe(children: Children) -> Written:
    source, here = children.chance.pick(children.mix.otherwise["apostrophes"])
    child = children.born(YEAR, "Irish", known={"family_name": source})
    return child, {"family_name": here}


def _hyphen(children: Children) -> Written:
    return _given_name(children, "hyphens", "English")


def _transliteration(children: Children) -> Written:
    return _given_name(children, "transliterations", "Pakistani")


def _other_script(children: Children) -> Written:
    chance, otherwise = children.chance, children.mix.otherwise
    family, family_here = chance.pick(otherwise["script_families"])
    child, here = _given_name(children, "scripts", "Ukrainian", {"family_name": family})
    return child, {**here, "family_name": family_here, "middle_name": ""}


def _wrong_digit(children: Children) -> Written:
    child = children.born(YEAR)
    born = child.date_of_birth
    days = [day for day in range(1, 29) if _one_digit_apart(day, born.day)]
    return child, {"date_of_birth": born.replace(day=children.chance.pick(days))}


def _one_digit_apart(left: int, right: int) -> bool:
    digits = zip(f"{left:02}", f"{right:02}", strict=True)
    return sum(one != other for one, other in digits) == 1


def _given_name(
    children: Children,
    how: str,
    tradition: str,
    known: Fields = MappingProxyType({}),
) -> Written:
    """Take a given name and how else it is written from the name mix."""
    source, here, gender = children.chance.pick(children.mix.otherwise[how])
    child = children.born(YEAR, tradition, gender, {**known, "given_name": source})
    return child, {"given_name": here}


HARD: dict[str, Callable[[Children], Written]] = {
    "typing error": _typing_error,
    "nickname": _nickname,
    "changed family name": _changed_family_name,
    "part of a double-barrelled name": _part_of_double_barrelled,
    "day and month exchanged": _day_and_month,
    "missing field": _no_date_of_birth,
}
"""Ways that can leave a doubt without a national identifier."""

WAYS: dict[str, Callable[[Children], Written]] = {
    **HARD,
    "swapped given and family name": _swapped_names,
    "missing middle name": _no_middle_name,
    "other case": _capitals,
    "accents": _accents,
    "apostrophe": _apostrophe,
    "hyphen": _hyphen,
    "transliteration": _transliteration,
    "other script": _other_script,
    "one wrong digit in the date of birth": _wrong_digit,
}
"""Every way of MATCH-3, by what the cases of the world call it."""
