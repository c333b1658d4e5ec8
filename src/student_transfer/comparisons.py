"""How well two students agree, field by field, and what that weighs (MATCH-2, PREV-6).

Each field has ordered *levels* of agreement. A level has two probabilities: *m*, how
often two records of one child agree at that level, and *u*, how often the records of
two children do. It weighs log2(m / u) bits: for it when positive, against it when
negative. A missing value weighs 0 (MATCH-5). Evidence that hangs together is weighed
once: the year with the date of birth, addresses with the names that they repeat.
"""

from collections.abc import Mapping
from datetime import date
from enum import Enum
from math import fsum, log2

import attrs
from rapidfuzz.distance import OSA

from student_transfer.blocking import Frequencies, Name, Profile, is_upn
from student_transfer.names import (
    are_two_names,
    has_no_vowels,
    is_short_form,
    share_full_name,
    skeleton,
    sound,
    spelling,
)


class Level(Enum):
    """How well two values agree; the value is how it is said to a person."""

    MISSING = "missing"
    EXACT = "the same"
    CHECKED = "the same, with the right check letter"
    LINKED = "one came from the other"
    REPEATED = "the same, but repeats the name"
    RESPELT = "another spelling"
    SOUNDS_ALIKE = "sounds alike"
    SHORT_FORM = "a short form"
    ONE_EDIT = "one letter different"
    TWO_EDITS = "two letters different"
    PART = "one is part of the other"
    INITIAL = "the same initial"
    SWAPPED = "given and family name swapped"
    OTHER_NAME = "agrees with another given name"
    EXCHANGED = "day and month exchanged"
    ONE_DIGIT = "one digit different"
    NEXT = "one year apart"
    SHARED = "the same, but of several students"
    LOOK_ALIKE = "another name that looks alike"
    SIBLINGS = "agree as brothers and sisters do"
    DIFFERENT = "different"

    __hash__ = object.__hash__  # members are compared by identity; this is faster


@attrs.frozen
class Odds:
    """How often a level is met: with one child, and with two.

    Attributes:
        m: The probability among pairs of records of one child.
        u: The probability among pairs of records of two children.
    """

    m: float
    u: float

    @property
    def weight(self) -> float:
        """What meeting the level weighs, in bits."""
        return log2(self.m / self.u)


# Where the numbers come from. u of names: the share of a name is counted on the site,
# and 1 in 200 stands for a name nobody has counted. u of dates and years: even over
# the 13 years of a school life, 365 days each. m: what rosters are known for (a few in
# a hundred given names misspelt or shortened, a few in a hundred family names changed),
# set so that what cannot be told apart from a brother or a sister stays low.
# `docs/explanation/matching.md` goes through them one by one.
ODDS: Mapping[str, Mapping[Level, Odds]] = {
    "given_name": {
        Level.EXACT: Odds(0.85, 0.005),  # u is replaced by the share on the site
        Level.RESPELT: Odds(0.02, 0.001),
        Level.SOUNDS_ALIKE: Odds(0.01, 0.001),
        Level.SHORT_FORM: Odds(0.04, 0.003),
        Level.ONE_EDIT: Odds(0.02, 0.002),
        Level.TWO_EDITS: Odds(0.005, 0.001),
        Level.PART: Odds(0.02, 0.003),
        Level.INITIAL: Odds(0.004, 0.0005),  # among few initials 1 in 13 agrees
        Level.LOOK_ALIKE: Odds(0.005, 0.01),
        Level.DIFFERENT: Odds(0.02, 0.97),
    },
    "middle_name": {
        Level.EXACT: Odds(0.75, 0.01),  # u likewise
        Level.RESPELT: Odds(0.02, 0.003),
        Level.SOUNDS_ALIKE: Odds(0.01, 0.002),
        Level.SHORT_FORM: Odds(0.02, 0.004),
        Level.ONE_EDIT: Odds(0.02, 0.004),
        Level.TWO_EDITS: Odds(0.005, 0.002),
        Level.PART: Odds(0.04, 0.01),
        Level.INITIAL: Odds(0.08, 0.02),
        Level.LOOK_ALIKE: Odds(0.005, 0.01),
        Level.DIFFERENT: Odds(0.05, 0.93),
    },
    "family_name": {
        Level.EXACT: Odds(0.9, 0.005),  # u likewise
        Level.RESPELT: Odds(0.01, 0.0005),
        Level.SOUNDS_ALIKE: Odds(0.005, 0.0005),
        Level.ONE_EDIT: Odds(0.02, 0.002),
        Level.TWO_EDITS: Odds(0.003, 0.001),
        Level.PART: Odds(0.03, 0.003),
        Level.INITIAL: Odds(0.002, 0.0005),
        Level.DIFFERENT: Odds(0.03, 0.97),  # parents marry, part, and choose
    },
    "date_of_birth": {
        Level.EXACT: Odds(0.97, 1 / (13 * 365)),
        Level.EXCHANGED: Odds(0.005, 0.4 / (13 * 365)),  # 12 days of 31 can be
        Level.ONE_DIGIT: Odds(0.01, 20 / (13 * 365)),  # about 20 dates are so near
        Level.DIFFERENT: Odds(0.015, 0.995),
    },
    "gender": {
        Level.EXACT: Odds(0.98, 0.5),
        Level.DIFFERENT: Odds(0.02, 0.5),
    },
    "year": {
        Level.EXACT: Odds(0.85, 1 / 13),
        Level.NEXT: Odds(0.13, 2 / 13),  # a summer between the two records
        Level.DIFFERENT: Odds(0.02, 10 / 13),
    },
    "national_id": {
        Level.CHECKED: Odds(0.95, 1e-7),  # UPNs are unique and checked
        Level.EXACT: Odds(0.95, 1e-5),  # not every state's numbers are
        Level.ONE_EDIT: Odds(0.01, 0.01),  # twins are numbered in a row: no evidence
        Level.SHARED: Odds(1, 1),
        Level.DIFFERENT: Odds(0.1, 0.99),  # another state gives another number
    },
    "student_id": {Level.EXACT: Odds(0.2, 0.05)},  # local numbers start at 1 each time
    "user_name": {Level.EXACT: Odds(0.3, 0.03), Level.REPEATED: Odds(0.3, 0.2)},
    "email": {Level.EXACT: Odds(0.3, 0.02), Level.REPEATED: Odds(0.3, 0.2)},
    "link": {Level.LINKED: Odds(0.5, 1e-6)},
}
"""For each field its levels; a level that is not here weighs 0."""

_WEIGHTS = {
    field: {level: odds.weight for level, odds in levels.items()}
    for field, levels in ODDS.items()
}
SWAP_WEIGHT = Odds(0.01, 1).weight
"""What a swap costs: names agree, but in a way in which 1 in 100 records is written."""

OTHER_NAME_WEIGHT = Odds(0.1, 1).weight
"""What it costs that a given name agrees with the other record's middle name."""

AGREEING = frozenset(
    {
        Level.EXACT,
        Level.RESPELT,
        Level.SOUNDS_ALIKE,
        Level.SHORT_FORM,
        Level.ONE_EDIT,
        Level.TWO_EDITS,
        Level.PART,
    }
)
"""The levels at which two names count as one name."""


@attrs.frozen
class FieldComparison:
    """How one field was compared and what it weighed (PREV-6).

    Attributes:
        field: The field of the student, or ``full_name``, ``link``, ``siblings``.
        level: How well the two values agree.
        weight: In bits; above 0 for one child, below 0 for two.
        note: What else was considered, without personal data.
    """

    field: str
    level: Level
    weight: float
    note: str = ""


# Levels ---------------------------------------------------------------------------

_LONG_ENOUGH = 5
_LONG = 8


def name_level(left: Name, right: Name, *, given: bool) -> Level:
    """Say how well two names agree; symmetric.

    With ``given`` short forms count, and names that look alike but are two names, as
    brothers and sisters often have, are told apart from typing errors (MATCH-4).
    """
    if not left or not right:
        return Level.MISSING
    one, other = left.joined, right.joined
    if len(one) == 1 or len(other) == 1:
        return Level.INITIAL if one[0] == other[0] else Level.DIFFERENT
    if one == other:
        return Level.EXACT
    level = _related_level(left, right, given=given)
    if not given:
        return level
    if level is Level.DIFFERENT:
        return Level.LOOK_ALIKE if share_full_name(one, other) else level
    two_names = level in _MAYBE_TWO and _may_be_two_names(left, right, level)
    return Level.LOOK_ALIKE if two_names else level


_MAYBE_TWO = frozenset(
    {Level.RESPELT, Level.SOUNDS_ALIKE, Level.ONE_EDIT, Level.TWO_EDITS}
)


def _related_level(left: Name, right: Name, *, given: bool) -> Level:
    """Compare two names that are not the same: as known names, words, letters."""
    if spelling(left.joined) == spelling(right.joined):
        return Level.RESPELT
    if given and is_short_form(left.joined, right.joined):
        return Level.SHORT_FORM
    if len(left.words) > 1 or len(right.words) > 1:
        one, other = sorted((left.words, right.words))
        level = _words_level(one, other, given=given)
        if level is not Level.DIFFERENT:
            return level
    return _near_level(left.joined, right.joined)


def _words_level(
    left: tuple[str, ...], right: tuple[str, ...], *, given: bool
) -> Level:
    """Compare names of several words: all agree, one is part of the other, or not."""
    rest = list(right)
    alone = 0
    for word in left:
        partner = next((o for o in rest if _one_word(word, o, given=given)), None)
        if partner is None:
            alone += 1
        else:
            rest.remove(partner)
    if not alone and not rest:
        return Level.RESPELT
    if alone and rest:
        return Level.DIFFERENT
    shorter = min(left, right, key=len)
    if given and {spelling(word) for word in shorter} <= _OF_MANY:
        return Level.LOOK_ALIKE
    return Level.PART


_OF_MANY = frozenset({"muhammad", "syed", "abdul", "sheikh"})
"""First names that brothers share; what follows them is what a child is called."""


def _one_word(left: str, right: str, *, given: bool) -> bool:
    if len(left) == 1 or len(right) == 1:
        return left[0] == right[0]
    if spelling(left) == spelling(right):
        return True
    if not given or not _OF_MANY.isdisjoint((left, right)):
        return False
    return is_short_form(left, right)


def _near_level(left: str, right: str) -> Level:
    """Compare two words by sound and by letters."""
    if sound(left) == sound(right):
        return Level.SOUNDS_ALIKE
    unwritten = has_no_vowels(left) or has_no_vowels(right)
    if unwritten and skeleton(left) == skeleton(right):
        return Level.RESPELT
    most = 2 if min(len(left), len(right)) >= _LONG else 1
    edits = OSA.distance(left, right, score_cutoff=most)
    if edits > most:
        return Level.DIFFERENT
    return Level.ONE_EDIT if edits == 1 else Level.TWO_EDITS


def _may_be_two_names(left: Name, right: Name, level: Level) -> bool:
    """Say whether two given names that look alike may well be two names (MATCH-4).

    They may when both are known as names of their own. A name nobody knows may be a
    slip, but hardly one in the first letter, in a short word or of a last ``a``.
    """
    one = "".join(word for word in left.words if word not in right.words)
    other = "".join(word for word in right.words if word not in left.words)
    if level in {Level.RESPELT, Level.SOUNDS_ALIKE}:
        return are_two_names(one, other) and not share_full_name(one, other)
    if are_two_names(one, other) or one[:1] != other[:1]:
        return True
    if one + "a" == other or other + "a" == one:
        return True
    return min(len(one), len(other)) < _LONG_ENOUGH and sorted(one) != sorted(other)


def date_level(left: date | None, right: date | None) -> Level:
    """Say how well two dates of birth agree; symmetric.

    >>> date_level(date(2014, 3, 5), date(2014, 5, 3)).value
    'day and month exchanged'
    >>> date_level(date(2014, 3, 5), date(2013, 3, 5)).value
    'one digit different'
    """
    if left is None or right is None:
        return Level.MISSING
    if left == right:
        return Level.EXACT
    if (left.year, left.month, left.day) == (right.year, right.day, right.month):
        return Level.EXCHANGED
    edits = OSA.distance(left.isoformat(), right.isoformat(), score_cutoff=1)
    return Level.ONE_DIGIT if edits == 1 else Level.DIFFERENT


def _year_level(left: int | None, right: int | None) -> Level:
    if left is None or right is None:
        return Level.MISSING
    apart = abs(left - right)
    return (Level.EXACT, Level.NEXT)[apart] if apart <= 1 else Level.DIFFERENT


def _same_level(left: str, right: str) -> Level:
    if not left or not right:
        return Level.MISSING
    return Level.EXACT if left == right else Level.DIFFERENT


# Fields ---------------------------------------------------------------------------


def compare_fields(
    left: Profile, right: Profile, frequencies: Frequencies
) -> tuple[FieldComparison, ...]:
    """Compare two students in every field (MATCH-2); symmetric.

    What agrees partly never weighs more than the same value twice, and a rarer value
    never less than a commoner one (MATCH-5).
    """
    born = date_level(left.born, right.born)
    return (
        *_names(left, right, frequencies),
        _plain("date_of_birth", born),
        _plain("gender", _same_level(left.gender, right.gender)),
        _year(left, right, born),
        _national_id(left, right, frequencies),
        _plain("student_id", _same_level(left.student_id, right.student_id)),
        _address("user_name", left, right),
        _address("email", left, right),
        _plain(
            "link",
            Level.MISSING if left.links.isdisjoint(right.links) else Level.LINKED,
        ),
    )


def _plain(field: str, level: Level) -> FieldComparison:
    found = _PLAIN.get((field, level))
    return found or FieldComparison(field, level, 0.0)


_PLAIN = {
    (field, level): FieldComparison(field, level, weight)
    for field, levels in _WEIGHTS.items()
    for level, weight in levels.items()
} | {
    (field, Level.MISSING): FieldComparison(field, Level.MISSING, 0.0)
    for field in _WEIGHTS
}


def _exact_weight(field: str, name: Name, frequencies: Frequencies) -> float:
    term = field.removesuffix("_name"), name.joined
    return max(0.0, log2(ODDS[field][Level.EXACT].m / frequencies.share(term)))


def _name(
    field: str, left: Name, right: Name, frequencies: Frequencies
) -> FieldComparison:
    """Compare two names; partial agreement weighs at most what the names weigh."""
    level = name_level(left, right, given=field != "family_name")
    weight = _WEIGHTS[field].get(level, 0.0)
    if level is Level.EXACT:
        weight = _exact_weight(field, left, frequencies)
    elif weight > 0:
        weight = min(
            weight,
            _exact_weight(field, left, frequencies),
            _exact_weight(field, right, frequencies),
        )
    else:
        return _plain(field, level)
    return FieldComparison(field, level, weight)


def _names(
    left: Profile, right: Profile, frequencies: Frequencies
) -> tuple[FieldComparison, ...]:
    given = _name("given_name", left.given, right.given, frequencies)
    family = _name("family_name", left.family, right.family, frequencies)
    middle = _name("middle_name", left.middle, right.middle, frequencies)
    if given.level not in AGREEING and family.level not in AGREEING:
        swapped = _swapped(left, right, frequencies)
        if swapped is not None and swapped.weight > given.weight + family.weight:
            return swapped, middle
    if given.level is Level.EXACT:
        return given, family, middle
    return given, _other_name(left, right, given, frequencies), family, middle


def _swapped(
    left: Profile, right: Profile, frequencies: Frequencies
) -> FieldComparison | None:
    """Compare given with family name, both ways, as one piece of evidence."""
    weights = []
    for given, family in ((left.given, right.family), (right.given, left.family)):
        level = name_level(given, family, given=False)
        if level in AGREEING:
            known = _WEIGHTS["family_name"][Level.ONE_EDIT]
            exact = min(
                _exact_weight(field, name, frequencies)
                for field in ("given_name", "family_name")
                for name in (given, family)
            )
            weights.append(exact if level is Level.EXACT else min(known, exact))
        elif level is not Level.MISSING:
            return None
    if not weights:
        return None
    weight = max(0.0, fsum(weights) + SWAP_WEIGHT)
    return FieldComparison("full_name", Level.SWAPPED, weight, "compared as a whole")


def _other_name(
    left: Profile, right: Profile, given: FieldComparison, frequencies: Frequencies
) -> FieldComparison:
    """See whether the child goes by another given name: preferred or middle name.

    Weighs what the best such agreement weighs beyond the given names themselves, so
    that a given name that differs is made up for and nothing counts twice.
    """
    pairs = (
        (left.given, right.preferred, 0.0),
        (left.preferred, right.given, 0.0),
        (left.preferred, right.preferred, 0.0),
        (left.given, right.middle, OTHER_NAME_WEIGHT),
        (left.middle, right.given, OTHER_NAME_WEIGHT),
    )
    best = max(0.0, given.weight)
    for one, other, cost in pairs:
        if one and other:
            found = _name("given_name", one, other, frequencies)
            if found.level in AGREEING:
                best = max(best, found.weight + cost)
    if best <= max(0.0, given.weight):
        return _plain("preferred_name", Level.MISSING)
    beyond = best - given.weight
    return FieldComparison("preferred_name", Level.OTHER_NAME, beyond)


def _year(left: Profile, right: Profile, born: Level) -> FieldComparison:
    """Compare the years, for as much as the dates of birth do not say already."""
    found = _plain("year", _year_level(left.year, right.year))
    repeats = born is Level.DIFFERENT if found.weight < 0 else born is not Level.MISSING
    if not repeats or found.level is Level.MISSING:
        return found
    return FieldComparison("year", found.level, 0.0, "goes with the date of birth")


def _national_id(
    left: Profile, right: Profile, frequencies: Frequencies
) -> FieldComparison:
    """Compare national identifiers; one that several students have is no evidence."""
    one, other = left.national_id, right.national_id
    level = _same_level(one, other)
    if level is Level.EXACT:
        if frequencies.counts.get(("national_id", one), 0) > 1:
            level = Level.SHARED
        elif is_upn(one):
            level = Level.CHECKED
    elif level is Level.DIFFERENT and OSA.distance(one, other, score_cutoff=1) == 1:
        level = Level.ONE_EDIT
    return _plain("national_id", level)


_TELLING = 3
"""Letters that a name needs for it to be seen in an address; shorter is anywhere."""


def _address(field: str, left: Profile, right: Profile) -> FieldComparison:
    """Compare user names or emails: made from the name they say what it says."""
    one, other = getattr(left, field), getattr(right, field)
    if not one or one != other:
        return _plain(field, _same_level(one, other))
    local = "".join(symbol for symbol in one.partition("@")[0] if symbol.isalnum())
    names = (left.given, left.family, right.given, right.family)
    repeats = any(
        len(word) >= _TELLING and word in local for name in names for word in name.words
    )
    return _plain(field, Level.REPEATED if repeats else Level.EXACT)
