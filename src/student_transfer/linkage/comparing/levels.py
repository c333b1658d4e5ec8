"""Comparison levels and what meeting one tells (MATCH-2 to MATCH-5).

Each field has ordered *levels* of agreement, and each level four probabilities: how
often two records agree at that level when they are of **one child** (m), of **two
strangers** (u), of a **sister or brother** in another year, and of a **twin**. The
match weight of a level is log2(m / u) bits. Where siblings are concerned what the
family shares is thereby never counted as if it were the child's own (MATCH-4).

The levels of a field share out every pair in which both have a value, and a missing
value weighs nothing (MATCH-5). Under each of the four those that exclude one another
add up to about 1. Some stand in place of others and are beside that: an initial, where
that is all that is known, a date known in part, an identifier with a check letter.

The figures are rounded and reasoned. They were revised with a look at the benchmark's
sets, but are not fitted to a roster; the comment beside each table says on what they
rest, `docs/explanation/matching.md` goes on from there. A host can set what the levels
say (`student_transfer.matching.Settings`), but not how often names stand in place of
each other or go together: those are the constants below the table.
"""

from collections.abc import Mapping
from enum import Enum
from math import log2
from sys import float_info
from types import MappingProxyType

import attrs

from student_transfer.errors import wrong_type


class Level(Enum):
    """How well two values agree; the value is how it is said to a person."""

    MISSING = "missing"
    EXACT = "the same"
    CHECKED = "the same, with the right check letter"
    LINKED = "one came from the other"
    REPEATED = "the same, but repeats the name"
    FAMILY_SHARED = "the same, but may be the family's"
    RESPELT = "another spelling"
    SHORT_FORM = "a short form"
    SOUNDS_ALIKE = "sounds alike"
    ONE_EDIT_LONG = "one letter different in a long name"
    ONE_EDIT = "one letter different"
    TWO_EDITS = "two letters different"
    TRUNCATED = "cut off"
    PART = "one is part of the other"
    SIMILAR = "similar"
    INITIAL = "the same initial"
    SWAPPED = "given and family name swapped"
    OTHER_NAME = "agrees with the preferred name"
    PREFERRED_ALONE = "other names, with preferred names that agree"
    INTERCHANGED = "given and middle name exchanged"
    MIDDLE_NAME = "agrees with a middle name"
    EXCHANGED = "day and month exchanged"
    ONE_DIGIT = "one digit different"
    TWO_PARTS = "two of day, month and year the same"
    SAME_MONTH = "the same year and month"
    SAME_YEAR = "the same year"
    NEXT = "one year apart"
    SAME_STREET = "the same street, another number"
    AREA = "the same area"
    SHARED = "the same, but of several students"
    LOOK_ALIKE = "another name that looks alike"
    SIBLING_AMBIGUOUS = (
        "the same, as brothers or sisters may have it, beside other names"
    )
    ONLY_NAME = "one word that agrees, and no other name"
    NAMES_CORRELATED = "names that go together"
    SIBLINGS = "agree as brothers and sisters do"
    DIFFERENT = "different"
    OTHER_CHECKED = "different, each with the right check letter"

    __hash__ = object.__hash__  # members are compared by identity; this is faster


_STEPS = 65536


def bits(ratio: float) -> float:
    """Turn a ratio into bits, in steps so small and even that sums of them are exact.

    >>> bits(8.0), bits(0.5), bits(float("inf"))
    (3.0, -1.0, 1024.0)
    """
    return round(log2(min(ratio, float_info.max)) * _STEPS) / _STEPS


def _probability(
    instance: object, attribute: "attrs.Attribute[float]", value: object
) -> None:
    """Refuse what is no probability, or would weigh without end."""
    del instance
    if isinstance(value, bool) or not isinstance(value, int | float):
        told = f"{attribute.name} of a level has to be a number above 0, up to 1"
        raise wrong_type(told, value)
    if not 0 < value <= 1:
        raise ValueError(
            f"The probability {attribute.name} is {value}. Give one above 0, up to 1."
        )


def _like_strangers(level: "LevelProbabilities") -> float:
    return level.u


def _like_siblings(level: "LevelProbabilities") -> float:
    return level.sibling


@attrs.frozen
class LevelProbabilities:
    """How often a level is met, by who the two records are of.

    Attributes:
        m: One child.
        u: Two strangers. For names, dates of birth and postcodes that are the same it
            is the share of students who have the value, and this a fallback.
        sibling: A child and a sister or brother of another age; if not given, as u.
        twin: A child and a twin; if not given, as sibling. Of a level of `Settings`
            both are the library's where they are as u: a family shares more.

    Raises:
        ValueError: One is not above 0 and up to 1.
        TypeError: One is no number.
    """

    m: float = attrs.field(validator=_probability)
    u: float = attrs.field(validator=_probability)
    sibling: float = attrs.field(
        default=attrs.Factory(_like_strangers, takes_self=True), validator=_probability
    )
    twin: float = attrs.field(
        default=attrs.Factory(_like_siblings, takes_self=True), validator=_probability
    )

    @property
    def is_of_strangers(self) -> bool:
        """Whether siblings meet at it as often as strangers do, as if none was told."""
        return self.sibling == self.twin == self.u

    @property
    def weight(self) -> float:
        """What meeting the level weighs, in bits (the match weight)."""
        return bits(self.m / self.u)


Levels = Mapping[Level, LevelProbabilities]


def check_levels(what: str, levels: object) -> None:
    """Refuse levels without `LevelProbabilities`; what is no `Level` is not looked at.

    >>> check_levels("levels of a comparison", {Level.EXACT: 0.9})
    Traceback (most recent call last):
    TypeError: each of levels of a comparison has to be LevelProbabilities, such as ...

    Args:
        what: What it is, for the error.
        levels: What was given.

    Raises:
        TypeError: It is no mapping, or gives something else.
    """
    if not isinstance(levels, Mapping):
        raise wrong_type(
            f"{what} has to be a mapping of Level to LevelProbabilities", levels
        )
    for chances in levels.values():
        if not isinstance(chances, LevelProbabilities):
            told = (
                f"each of {what} has to be LevelProbabilities, such as "
                "LevelProbabilities(m=0.9, u=0.1)"
            )
            raise wrong_type(told, chances)


# What one child's two records do (m): of 100, about 20 do not repeat the given name
# letter by letter, some 13 not the family name and 5 not the date of birth; they are
# shared out over the ways of MATCH-3, the usual ones first. What two strangers' do (u):
# a name has few names one letter away, and the fewer the longer it is; a child's name
# and a stranger's share an initial once in 13. What a family does: it gives its name to
# all, and to each child a given name of its own, if anything one that sounds well with
# the others (LOOK_ALIKE); twins are numbered in a row, and share the birthday. What
# befalls a name or a date befalls a sister's as much as the child's own, so there
# (sibling and twin) stands m again, and no slip tells the child from a sister.
_GIVEN_NAME: Levels = {
    Level.EXACT: LevelProbabilities(0.76, 0.003, 0.002),
    Level.RESPELT: LevelProbabilities(0.03, 0.0008, 0.0015),
    Level.SHORT_FORM: LevelProbabilities(0.05, 0.003, 0.004),
    Level.SOUNDS_ALIKE: LevelProbabilities(0.015, 0.0015, 0.003),
    Level.ONE_EDIT_LONG: LevelProbabilities(0.035, 0.0006, 0.002),
    Level.ONE_EDIT: LevelProbabilities(0.045, 0.003, 0.006),
    Level.TWO_EDITS: LevelProbabilities(0.008, 0.001, 0.004),
    Level.TRUNCATED: LevelProbabilities(0.004, 0.0003, 0.001),
    Level.PART: LevelProbabilities(0.02, 0.002, 0.003),
    Level.SIMILAR: LevelProbabilities(0.008, 0.006, 0.01),
    Level.INITIAL: LevelProbabilities(0.9, 0.08, 0.12),
    Level.LOOK_ALIKE: LevelProbabilities(0.008, 0.01, 0.05),
    Level.DIFFERENT: LevelProbabilities(0.035, 0.96, 0.92),
}
_MIDDLE_NAME: Levels = {
    Level.EXACT: LevelProbabilities(0.78, 0.01, 0.04),
    Level.RESPELT: LevelProbabilities(0.02, 0.002, 0.003),
    Level.SHORT_FORM: LevelProbabilities(0.02, 0.004, 0.004),
    Level.SOUNDS_ALIKE: LevelProbabilities(0.01, 0.002, 0.003),
    Level.ONE_EDIT_LONG: LevelProbabilities(0.02, 0.001, 0.002),
    Level.ONE_EDIT: LevelProbabilities(0.02, 0.004, 0.006),
    Level.TWO_EDITS: LevelProbabilities(0.005, 0.001, 0.002),
    Level.TRUNCATED: LevelProbabilities(0.005, 0.0005, 0.001),
    Level.PART: LevelProbabilities(0.04, 0.008, 0.02),
    Level.SIMILAR: LevelProbabilities(0.005, 0.006, 0.008),
    Level.INITIAL: LevelProbabilities(0.9, 0.09, 0.1),
    Level.LOOK_ALIKE: LevelProbabilities(0.005, 0.01, 0.02),
    Level.DIFFERENT: LevelProbabilities(0.06, 0.95, 0.88),
}
_FAMILY_NAME: Levels = {
    Level.EXACT: LevelProbabilities(0.82, 0.002, 0.82),
    Level.RESPELT: LevelProbabilities(0.015, 0.0005, 0.015),
    Level.SOUNDS_ALIKE: LevelProbabilities(0.015, 0.0008, 0.015),
    Level.ONE_EDIT_LONG: LevelProbabilities(0.04, 0.0004, 0.04),
    Level.ONE_EDIT: LevelProbabilities(0.04, 0.0015, 0.04),
    Level.TWO_EDITS: LevelProbabilities(0.008, 0.0008, 0.008),
    Level.TRUNCATED: LevelProbabilities(0.003, 0.0002, 0.003),
    Level.PART: LevelProbabilities(0.02, 0.002, 0.02),
    Level.SIMILAR: LevelProbabilities(0.006, 0.004, 0.006),
    Level.INITIAL: LevelProbabilities(0.9, 0.08, 0.9),
    Level.DIFFERENT: LevelProbabilities(0.055, 0.98, 0.06),
}
# 13 years of 365 days; of those days about 20 are one digit away from a given date, 12
# of the 31 days of a month can be read as a month, and 50 share two of the three parts.
_DAYS = 13 * 365
_DATE_OF_BIRTH: Levels = {
    Level.EXACT: LevelProbabilities(0.90, 1 / _DAYS, 0.0004, 0.90),
    Level.EXCHANGED: LevelProbabilities(0.015, 0.4 / _DAYS, 0.0001, 0.015),
    Level.ONE_DIGIT: LevelProbabilities(0.045, 20 / _DAYS, 0.006, 0.045),
    Level.TWO_PARTS: LevelProbabilities(0.012, 35 / _DAYS, 0.01, 0.012),
    Level.SAME_MONTH: LevelProbabilities(0.93, 1 / 150, 0.004, 0.93),
    Level.SAME_YEAR: LevelProbabilities(0.95, 1 / 14, 0.03, 0.95),
    Level.DIFFERENT: LevelProbabilities(0.025, 0.985, 0.98, 0.01),
}
# One record in fifty has the other gender, by a slip or by a change.
_GENDER: Levels = {
    Level.EXACT: LevelProbabilities(0.985, 0.5, 0.5, 0.6),
    Level.DIFFERENT: LevelProbabilities(0.015, 0.5, 0.5, 0.4),
}
# A summer may lie between the two records.
_YEAR: Levels = {
    Level.EXACT: LevelProbabilities(0.65, 1 / 13, 0.02, 0.65),
    Level.NEXT: LevelProbabilities(0.32, 2 / 13, 0.2, 0.32),
    Level.DIFFERENT: LevelProbabilities(0.03, 10 / 13, 0.78, 0.03),
}
# Where the dates of birth are years apart the year says which one is to be believed.
_YEAR_BESIDE_BIRTH: Levels = {
    Level.EXACT: LevelProbabilities(0.55, 0.10),
    Level.NEXT: LevelProbabilities(0.35, 0.12),
    Level.DIFFERENT: LevelProbabilities(0.10, 0.78),
}
# Two strangers who are born in one year are in one class as often as both are born on
# one side of the day that parts the classes: 0.56, or else in the next one. A summer
# between the records, as often as for one child, moves them: 0.65 x 0.56 + 0.32 x 0.22
# are in the same class. So are sisters and brothers, who are hardly born in one year.
_YEAR_BESIDE_BIRTH_YEAR: Levels = {
    Level.EXACT: LevelProbabilities(0.65, 0.43, 0.43, 0.65),
    Level.NEXT: LevelProbabilities(0.32, 0.47, 0.47, 0.32),
    Level.DIFFERENT: LevelProbabilities(0.03, 0.10, 0.10, 0.03),
}
# Unique numbers, if they are numbers; one with a right check letter surely is. Another
# state gives another number, and twins are numbered in a row. Two that both have a
# right check letter are of two children, but for a temporary or a sister's number.
_NATIONAL_ID: Levels = {
    Level.CHECKED: LevelProbabilities(0.93, 1e-7, 1e-5, 1e-4),
    Level.EXACT: LevelProbabilities(0.93, 1e-6, 1e-5, 1e-4),
    Level.ONE_EDIT: LevelProbabilities(0.02, 1e-5, 0.01, 0.2),
    Level.SHARED: LevelProbabilities(1, 1),
    Level.DIFFERENT: LevelProbabilities(0.05, 0.99, 0.99, 0.8),
    Level.OTHER_CHECKED: LevelProbabilities(0.005, 0.99, 0.99, 0.9),
}
# Local numbers start at 1001 on every site: equal ones prove little, others nothing.
_STUDENT_ID: Levels = {Level.EXACT: LevelProbabilities(0.2, 0.1)}
_USER_NAME: Levels = {
    Level.EXACT: LevelProbabilities(0.3, 0.01, 0.01),
    Level.FAMILY_SHARED: LevelProbabilities(0.3, 0.2),
    Level.REPEATED: LevelProbabilities(0.3, 0.2),
}
# The address may be the family's, and then the siblings have it too.
_EMAIL: Levels = {
    Level.EXACT: LevelProbabilities(0.3, 0.001, 0.25),
    Level.FAMILY_SHARED: LevelProbabilities(0.3, 0.003, 0.28),
    Level.REPEATED: LevelProbabilities(0.3, 0.005, 0.02),
}
# Half of those who change school move house. Where a British postcode agrees a dozen
# homes share it, where one of digits agrees (a ZIP code) thousands; where it differs or
# is not known, the address says more of its own.
_POSTCODE: Levels = {
    Level.EXACT: LevelProbabilities(0.60, 0.001, 0.60),
    Level.ONE_EDIT: LevelProbabilities(0.05, 0.003, 0.05),
    Level.AREA: LevelProbabilities(0.07, 0.03, 0.07),
    Level.DIFFERENT: LevelProbabilities(0.28, 0.966, 0.28),
}
_ADDRESS: Levels = {
    Level.EXACT: LevelProbabilities(0.40, 0.0001, 0.40),
    Level.SIMILAR: LevelProbabilities(0.12, 0.0002, 0.12),
    Level.PART: LevelProbabilities(0.025, 0.005, 0.025),
    Level.SAME_STREET: LevelProbabilities(0.025, 0.005, 0.025),
    Level.DIFFERENT: LevelProbabilities(0.43, 0.989, 0.43),
}
_ADDRESS_OF_ONE_UNIT: Levels = {
    Level.EXACT: LevelProbabilities(0.70, 0.06, 0.70),
    Level.SIMILAR: LevelProbabilities(0.20, 0.02, 0.20),
    Level.PART: LevelProbabilities(0.01, 0.09, 0.01),
    Level.SAME_STREET: LevelProbabilities(0.04, 0.36, 0.04),
    Level.DIFFERENT: LevelProbabilities(0.05, 0.47, 0.05),
}
_ADDRESS_OF_ONE_AREA: Levels = {
    Level.EXACT: LevelProbabilities(0.55, 0.0003, 0.55),
    Level.SIMILAR: LevelProbabilities(0.30, 0.0006, 0.30),
    Level.PART: LevelProbabilities(0.06, 0.02, 0.06),
    Level.SAME_STREET: LevelProbabilities(0.03, 0.01, 0.03),
    Level.DIFFERENT: LevelProbabilities(0.06, 0.969, 0.06),
}
_ADDRESS_ELSEWHERE: Levels = {
    Level.EXACT: LevelProbabilities(0.06, 0.00005, 0.06),
    Level.SIMILAR: LevelProbabilities(0.03, 0.0001, 0.03),
    Level.PART: LevelProbabilities(0.01, 0.005, 0.01),
    Level.SAME_STREET: LevelProbabilities(0.01, 0.005, 0.01),
    Level.DIFFERENT: LevelProbabilities(0.89, 0.989, 0.89),
}
# Half of the children who come back still have both ends of the link.
_LINK: Levels = {Level.LINKED: LevelProbabilities(0.5, 1e-6, 1e-5, 1e-4)}

_BY_FIELD: Mapping[str, Levels] = {
    "given_name": _GIVEN_NAME,
    "middle_name": _MIDDLE_NAME,
    "family_name": _FAMILY_NAME,
    "date_of_birth": _DATE_OF_BIRTH,
    "gender": _GENDER,
    "year": _YEAR,
    "year_beside_birth": _YEAR_BESIDE_BIRTH,
    "year_beside_birth_year": _YEAR_BESIDE_BIRTH_YEAR,
    "national_id": _NATIONAL_ID,
    "student_id": _STUDENT_ID,
    "user_name": _USER_NAME,
    "email": _EMAIL,
    "postcode": _POSTCODE,
    "address": _ADDRESS,
    "address_of_one_unit": _ADDRESS_OF_ONE_UNIT,
    "address_of_one_area": _ADDRESS_OF_ONE_AREA,
    "address_elsewhere": _ADDRESS_ELSEWHERE,
    "link": _LINK,
}
DEFAULT_LEVELS: Mapping[str, Levels] = MappingProxyType(
    {field: MappingProxyType(dict(levels)) for field, levels in _BY_FIELD.items()}
)
"""For each field its levels; a level that is not here weighs nothing."""

COMMUNITY = 6.0
"""How much likelier a given and a family name of one community meet than by chance."""

SWAP = LevelProbabilities(0.012, 1)
"""Of 100 records one has given and family name swapped."""

PREFERRED = LevelProbabilities(0.1, 1)
"""Of 10 records one has the name to go by where the other has the given name."""

CALLED_BY_MIDDLE_NAME = LevelProbabilities(0.015, 1)
"""Of 70 records one has the middle name where the other has the given name."""

TONE = LevelProbabilities(0.05, 1)
"""Of 20 records of one child one has another tone, where both write tones."""

AGREEING = frozenset(
    {
        Level.EXACT,
        Level.RESPELT,
        Level.SHORT_FORM,
        Level.SOUNDS_ALIKE,
        Level.ONE_EDIT_LONG,
        Level.ONE_EDIT,
        Level.TWO_EDITS,
        Level.TRUNCATED,
        Level.PART,
    }
)
"""The levels at which two names count as one name."""
