"""Comparisons that a host adds by data: a field, a kind of value, levels (MATCH-2)."""

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

import attrs

from student_transfer.errors import SettingsError
from student_transfer.field_types import check_fields
from student_transfer.linkage.comparing.agreement import (
    address_level,
    birth_level,
    national_id_level,
    postcode_level,
    text_level,
)
from student_transfer.linkage.comparing.levels import Level, Levels, check_levels
from student_transfer.linkage.comparing.name_agreement import FAMILY_NAMES, name_level
from student_transfer.linkage.profiles.births import birth
from student_transfer.linkage.profiles.identifiers import national_id, postcode
from student_transfer.linkage.profiles.profile import Address, Name
from student_transfer.names import normal_words


def _exact(left: str, right: str) -> Level:
    one, other = normal_words(left), normal_words(right)
    if not one or not other:
        return Level.MISSING
    return Level.EXACT if one == other else Level.DIFFERENT


def _text(left: str, right: str) -> Level:
    return text_level(" ".join(normal_words(left)), " ".join(normal_words(right)))


def _name(left: str, right: str) -> Level:
    return name_level(Name.of(left), Name.of(right), FAMILY_NAMES)


def _date(left: str, right: str) -> Level:
    return birth_level(birth(None, left), birth(None, right))


def _identifier(left: str, right: str) -> Level:
    return national_id_level(national_id(left), national_id(right))


def _postcode(left: str, right: str) -> Level:
    return postcode_level(postcode(left), postcode(right))


def _address(left: str, right: str) -> Level:
    return address_level(Address(left), Address(right))


KINDS: Mapping[str, Callable[[str, str], Level]] = {
    "exact": _exact,
    "text": _text,
    "name": _name,
    "date": _date,
    "identifier": _identifier,
    "postcode": _postcode,
    "address": _address,
}
"""How two values of a kind are compared; each is symmetric."""

_NAME_LEVELS = (
    Level.EXACT,
    Level.RESPELT,
    Level.SOUNDS_ALIKE,
    Level.ONE_EDIT_LONG,
    Level.ONE_EDIT,
    Level.TWO_EDITS,
    Level.TRUNCATED,
    Level.PART,
    Level.SIMILAR,
    Level.INITIAL,
    Level.DIFFERENT,
)
_DATE_LEVELS = (
    Level.EXACT,
    Level.EXCHANGED,
    Level.ONE_DIGIT,
    Level.TWO_PARTS,
    Level.SAME_MONTH,
    Level.SAME_YEAR,
    Level.DIFFERENT,
)
_IDENTIFIER_LEVELS = (
    Level.CHECKED,
    Level.EXACT,
    Level.ONE_EDIT,
    Level.OTHER_CHECKED,
    Level.DIFFERENT,
)

KIND_LEVELS: Mapping[str, tuple[Level, ...]] = {
    "exact": (Level.EXACT, Level.DIFFERENT),
    "text": (Level.EXACT, Level.ONE_EDIT, Level.SIMILAR, Level.DIFFERENT),
    "name": _NAME_LEVELS,
    "date": _DATE_LEVELS,
    "identifier": _IDENTIFIER_LEVELS,
    "postcode": (Level.EXACT, Level.ONE_EDIT, Level.AREA, Level.DIFFERENT),
    "address": (
        Level.EXACT,
        Level.SIMILAR,
        Level.PART,
        Level.SAME_STREET,
        Level.DIFFERENT,
    ),
}
"""The levels that each kind can give, besides that of a missing value."""

COARSER: Mapping[Level, Level] = {
    Level.CHECKED: Level.EXACT,
    Level.OTHER_CHECKED: Level.DIFFERENT,
    Level.ONE_EDIT_LONG: Level.ONE_EDIT,
    Level.ONE_DIGIT: Level.TWO_PARTS,
    Level.SAME_MONTH: Level.SAME_YEAR,
    Level.SAME_STREET: Level.PART,
}
"""For a level that is a case of another one, which: what it says holds too."""


_SHOWN = 40


def shown(value: object) -> str:
    """Return a value as an error shows it.

    >>> shown("0.6"), shown(True)
    ("'0.6'", 'true')
    """
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def choice(name: str, known: Iterable[str]) -> str:
    """Return which name was meant or, if none is near, which there are.

    >>> choice("exakt", ["exact", "text"]), choice("x", ["exact", "text"])
    ('did you mean exact?', 'there are exact, text')
    """
    names = list(known)
    near = get_close_matches(name, names, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"


def kind_problems(place: str, kind: str) -> list[str]:
    """Say that there is no such kind of value at a place; empty if there is.

    >>> kind_problems("comparison 1", "exakt")
    ["comparison 1.kind: 'exakt' is no kind; did you mean exact?"]
    """
    if kind in KINDS:
        return []
    return [f"{place}.kind: {shown(kind)} is no kind; {choice(str(kind), KINDS)}"]


@attrs.frozen(kw_only=True)
class CustomComparison:
    """A comparison that a host adds (MATCH-2).

    It weighs what is said here, however common a value is, and finds no candidates: a
    pair that shares nothing else is never compared.

    Attributes:
        field: The further field of the students (`Student.extra`) to compare; case,
            blanks and punctuation in its name do not count. Where no student has such
            a field nothing is compared.
        kind: One of `KINDS`: ``exact``, ``text``, ``name``, ``date`` (2014-03-05, or
            known in part), ``identifier`` (six letters and digits, four of them
            digits; anything else counts as missing), ``postcode`` or ``address``.
        levels: What meeting each of the kind's levels (`KIND_LEVELS`) says. One that
            is left out counts as the one it is a case of, if that is given, such as
            ``CHECKED`` as ``EXACT``; else it weighs nothing.

    `Settings` refuse one whose field or levels make no sense, and say what is wrong.

    Raises:
        SettingsError: There is no such kind.
        TypeError: `field` or `kind` is no text, or `levels` is no mapping to
            `LevelProbabilities`.
    """

    field: str
    kind: str
    levels: Levels

    def __attrs_post_init__(self) -> None:
        """Refuse what the matching would stumble over later."""
        check_levels("levels of a comparison", self.levels)
        check_fields(self, "a comparison")
        if problems := kind_problems("comparison", self.kind):
            raise SettingsError(problems=problems)

    def level(self, one: str, other: str) -> Level:
        """Return at which level two values agree, or the coarser one that is given.

        One phone number in eleven has the check symbol of a ULN by chance.
        """
        found = KINDS[self.kind](one, other)
        coarser = COARSER.get(found, found)
        return coarser if found not in self.levels and coarser in self.levels else found

    @property
    def key(self) -> str:
        """The field's name as profiles have it."""
        return "".join(normal_words(self.field))
