"""How well two names agree: the level of a given or a family name (MATCH-3, MATCH-4).

All functions are symmetric and say a `Level`; what a level weighs is not known here.
"""

import re

import attrs
from rapidfuzz.distance import OSA, JaroWinkler

from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.profiles.profile import Name
from student_transfer.names import (
    are_two_names,
    is_known_name,
    is_lead,
    is_romanised,
    is_short_form,
    share_full_name,
    skeleton,
    sound,
    spelling,
)

_LONG_ENOUGH = 5
_LONG = 7
TWO_EDITS_FROM = 7
CUT_FROM = 8
SIMILAR = 0.86
"""How much the letters of two names are alike, at least, for them to be similar."""


@attrs.frozen
class NameRules:
    """What counts as one name, which is not the same for given and family names.

    Attributes:
        short_forms: Whether a short form agrees with what it is short for.
        family_forms: Whether the forms of one family name agree, as Novák and Nováková.
        tells_siblings: Whether names that look alike but may be two names, as brothers
            and sisters often have, are told apart from typing errors (MATCH-4).
    """

    short_forms: bool
    family_forms: bool
    tells_siblings: bool


GIVEN_NAMES = NameRules(short_forms=True, family_forms=False, tells_siblings=True)
"""How given and middle names are compared."""

FAMILY_NAMES = NameRules(short_forms=False, family_forms=True, tells_siblings=False)
"""How family names are compared."""


def name_level(left: Name, right: Name, rules: NameRules) -> Level:
    """Return how well two names agree; symmetric.

    >>> bill, william = Name.of("Bill"), Name.of("William")
    >>> name_level(bill, william, GIVEN_NAMES).value
    'a short form'
    >>> name_level(bill, william, FAMILY_NAMES).value
    'different'
    """
    if are_unlike(left, right):
        return Level.DIFFERENT
    return level_of_alike(left, right, rules)


def level_of_alike(left: Name, right: Name, rules: NameRules) -> Level:
    """Say the same as `name_level` of two names that are not `are_unlike`."""
    one, other = left.joined, right.joined
    if not one or not other:
        return Level.MISSING
    if one == other and len(one) > 1:
        are_two = rules.tells_siblings and _differ_else(left, right)
        return Level.LOOK_ALIKE if are_two else Level.EXACT
    if len(one) == 1 or len(other) == 1:
        return Level.INITIAL if one[0] == other[0] else Level.DIFFERENT
    if _are_romanised(left, right):
        return Level.RESPELT
    level = _related_level(left, right, rules)
    return _told_apart(left, right, level) if rules.tells_siblings else level


def _are_romanised(left: Name, right: Name) -> bool:
    """Return whether one is in Arabic script what the other is in Latin letters.

    The article may be joined with the name, or left out.
    """
    if (left.in_letters is None) == (right.in_letters is None):
        return False
    one, other = (left, right) if left.in_letters else (right, left)
    letters = one.in_letters or one
    if is_romanised(letters.joined, other.joined):
        return True
    rest = _ARTICLE.sub("", other.joined)
    return letters.whole != letters.joined and is_romanised(letters.joined, rest)


_ARTICLE = re.compile("^[ae]l")


def _romanised(name: Name, other: Name) -> tuple[str, ...]:
    """Return the words of a name, in Arabic script as the other name romanises them."""
    letters = name.in_letters
    if not letters or other.in_letters or len(letters.words) != len(name.words):
        return name.words
    return tuple(
        next((each for each in other.words if is_romanised(written, each)), word)
        for word, written in zip(name.words, letters.words, strict=True)
    )


def _differ_else(left: Name, right: Name) -> bool:
    """Return whether both names have optional words, as particles, but not the same.

    Jia Le and Jia Da are two children, though Le and Da are particles elsewhere.
    """
    return (
        left.whole != right.whole
        and _has_optional_words(left)
        and _has_optional_words(right)
    )


def has_other_lead(left: Name, right: Name) -> bool:
    """Return whether two given names differ only in a particle that begins one.

    De Andre and Andre may be two names, or one from which the particle was left out.
    """
    shorter, longer = sorted((left, right), key=lambda name: len(name.whole))
    is_led = longer.whole != shorter.whole and longer.whole.endswith(shorter.whole)
    return is_led and longer.joined == shorter.whole


def _has_optional_words(name: Name) -> bool:
    """Return whether a name has words that rosters write or leave out."""
    return name.whole != name.joined


def _told_apart(left: Name, right: Name, level: Level) -> Level:
    """Tell names of brothers and sisters from names that are written otherwise."""
    if level is Level.DIFFERENT:
        shared = left.full_names and not left.full_names.isdisjoint(right.full_names)
        return Level.LOOK_ALIKE if shared else level
    two_names = level in _MAYBE_TWO and _may_be_two_names(left, right, level)
    return Level.LOOK_ALIKE if two_names else level


def are_unlike(left: Name, right: Name) -> bool:
    """Return whether two names surely differ, without comparing them in full.

    Where it is False they may differ all the same: then `name_level` tells.
    """
    one, other = left.joined, right.joined
    if one == other or not (left.is_plain and right.is_plain):
        return False
    if _alike(one, other) >= SIMILAR:
        return False
    shorter, longer = len(one), len(other)
    if shorter > longer:
        shorter, longer = longer, shorter
    most = 2 if shorter >= TWO_EDITS_FROM else 1
    if longer - shorter <= most and _edits(one, other, score_cutoff=2) <= most:
        return False
    if shorter >= CUT_FROM and _begins(left, right):
        return False
    return left.relations.isdisjoint(right.relations)


def _begins(left: Name, right: Name) -> bool:
    one, other = left.joined, right.joined
    return one.startswith(other) or other.startswith(one)


_MAYBE_TWO = frozenset(
    {
        Level.RESPELT,
        Level.SOUNDS_ALIKE,
        Level.ONE_EDIT,
        Level.ONE_EDIT_LONG,
        Level.TWO_EDITS,
        Level.SIMILAR,
    }
)


def _related_level(left: Name, right: Name, rules: NameRules) -> Level:
    """Compare two names that are not the same: as known names, words, letters."""
    is_respelt = left.whole in (right.whole, right.joined)
    if is_respelt or right.whole == left.joined or left.spelling == right.spelling:
        return Level.RESPELT
    if rules.family_forms and not left.family_forms.isdisjoint(right.family_forms):
        return Level.RESPELT
    if rules.short_forms and (
        left.spelling in right.full_names or right.spelling in left.full_names
    ):
        return Level.SHORT_FORM
    if left.is_many or right.is_many:
        one, other = sorted((_romanised(left, right), _romanised(right, left)))
        level = _words_level(one, other, rules)
        if level is Level.PART and rules.tells_siblings and _is_cut(left, right):
            level = Level.LOOK_ALIKE
        if level is not Level.DIFFERENT:
            return level
        if _goes_on(left, right, rules):
            return Level.PART
    return _near_level(left, right)


def _goes_on(left: Name, right: Name, rules: NameRules) -> bool:
    """Return whether one name is a word of the other that is written otherwise.

    Qassem is Kassem Kareem as he is Kassem. Of given names it is the first, and none
    that brothers share.
    """
    fewer, more = sorted((left, right), key=lambda name: len(name.words))
    if len(fewer.joined) < _LONG_ENOUGH or fewer.is_many:
        return False
    if rules.tells_siblings:
        words = () if is_lead(spelling(more.words[0])) else more.words[:1]
    else:
        words = more.words
    return any(
        name_level(fewer, Name((word,), word), rules) in _AS_HEARD
        for word in words
        if sound(word) == fewer.sound
    )


_AS_HEARD = frozenset({Level.SOUNDS_ALIKE, Level.ONE_EDIT, Level.ONE_EDIT_LONG})


def _is_cut(left: Name, right: Name) -> bool:
    """Return whether the name of fewer telling words has optional words besides.

    As Thanh Van has, where Van is a particle elsewhere: it may tell it from Thanh Tu.
    """
    return _has_optional_words(min(left, right, key=lambda name: len(name.words)))


def _words_level(
    left: tuple[str, ...], right: tuple[str, ...], rules: NameRules
) -> Level:
    """Compare names of several words: all agree, one is part of the other, or not.

    An initial agrees beside a word that does, and says nothing alone: J is not Jada.
    """
    rest = list(right)
    alone = whole = 0
    are_shared = rules.tells_siblings
    for word in sorted(left, key=len, reverse=True):
        partners = [other for other in rest if _one_word(word, other, rules)]
        partner = max(partners, key=len, default=None)
        if partner is None:
            alone += 1
        else:
            whole += len(word) > 1 and len(partner) > 1
            are_shared &= not _SHARED_GIVEN.isdisjoint(map(spelling, (word, partner)))
            rest.remove(partner)
    if not whole:
        return Level.DIFFERENT if alone or rest else Level.INITIAL
    if not alone and not rest:
        if rules.tells_siblings and not _are_in_order(left, right, rules):
            return Level.LOOK_ALIKE
        return Level.RESPELT
    if alone and rest:
        return Level.DIFFERENT
    return Level.LOOK_ALIKE if are_shared else Level.PART


def _are_in_order(
    left: tuple[str, ...], right: tuple[str, ...], rules: NameRules
) -> bool:
    """Return whether words that agree do so one after the other.

    Ji Min and Min Ji, Anna Maria and Maria Anna are two names; initials stand before
    the name or after it: K Inaya is Inaya K.
    """
    mine, others = (
        sorted(words, key=lambda word: len(word) == 1) for words in (left, right)
    )
    pairs = zip(mine, others, strict=True)
    return all(_one_word(one, other, rules) for one, other in pairs)


_SHARED_GIVEN = frozenset({"muhammad", "syed", "abdul", "sheikh"})
"""First names that brothers share; what follows them is what a child is called.

Of the names that `is_shared_given` knows those that are hardly a child's whole name: a
longer name is taken for another one, and not only shown to a person.
"""


def _one_word(left: str, right: str, rules: NameRules) -> bool:
    if len(left) == 1 or len(right) == 1:
        return left[0] == right[0]
    if spelling(left) == spelling(right):
        return True
    return rules.short_forms and is_short_form(left, right)


def _near_level(left: Name, right: Name) -> Level:
    """Compare two names by letters and by sound.

    One letter that differs says more than that both sound alike; but without vowels
    the letters say little.
    """
    one, other = left.joined, right.joined
    by_letters = _letters_level(left, right)
    is_unvoiced = left.is_unvoiced or right.is_unvoiced
    if by_letters in _ONE_LETTER and not is_unvoiced:
        return by_letters
    if left.sound == right.sound or sound(left.whole) == sound(right.whole):
        return Level.SOUNDS_ALIKE
    if left.in_letters or right.in_letters:
        return by_letters
    if is_unvoiced and skeleton(one) == skeleton(other):
        return Level.RESPELT
    return by_letters


_ONE_LETTER = frozenset({Level.ONE_EDIT, Level.ONE_EDIT_LONG})


def _letters_level(left: Name, right: Name) -> Level:
    """Compare two names by letters alone."""
    one, other = left.joined, right.joined
    shorter = min(len(one), len(other))
    edits = _edits(one, other, score_cutoff=2)
    if edits == 1:
        return Level.ONE_EDIT_LONG if shorter >= _LONG else Level.ONE_EDIT
    if edits == 2 and shorter >= TWO_EDITS_FROM:  # noqa: PLR2004 - two edits
        return Level.TWO_EDITS
    if shorter >= CUT_FROM and _begins(left, right):
        return Level.TRUNCATED
    return Level.SIMILAR if _alike(one, other) >= SIMILAR else Level.DIFFERENT


_edits = OSA.distance
_alike = JaroWinkler.similarity


def _may_be_two_names(left: Name, right: Name, level: Level) -> bool:
    """Return whether two given names that look alike may well be two names (MATCH-4).

    They may where both are known names. One that is not known may be a slip; but slips
    in the first letter, in a short word or in an ``a`` at the end are rare.
    """
    one = "".join(word for word in left.words if word not in right.words)
    other = "".join(word for word in right.words if word not in left.words)
    if level is Level.RESPELT or left.sound == right.sound:
        return are_two_names(one, other) and not share_full_name(one, other)
    if are_two_names(one, other) or one[:1] != other[:1]:
        return True
    if one + "a" == other or other + "a" == one:
        return True
    short = min(len(one), len(other)) < _LONG_ENOUGH and sorted(one) != sorted(other)
    return short and is_known_name(one) == is_known_name(other)
