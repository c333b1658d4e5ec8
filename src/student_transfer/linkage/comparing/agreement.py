"""How well two values that are no names agree: the level of each kind (MATCH-3).

All functions are symmetric and say a `Level`; what a level weighs is not known here.
"""

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import ratio, token_set_ratio, token_sort_ratio

from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.name_agreement import SIMILAR
from student_transfer.linkage.profiles.births import Birth
from student_transfer.linkage.profiles.identifiers import (
    are_checked_alike,
    area,
    is_checked,
)
from student_transfer.linkage.profiles.profile import Address

# Dates and years ------------------------------------------------------------------


def birth_level(left: Birth | None, right: Birth | None) -> Level:
    """Return how well two dates of birth agree, as far as both are known; symmetric.

    >>> birth_level((2014, 3, 5), (2014, 5, 3)).value
    'day and month exchanged'
    >>> birth_level((2014, 3, 5), (2013, 3, 5)).value
    'one digit different'
    >>> birth_level((2014, 3, 5), (2014, 3, 0)).value
    'the same year and month'
    """
    if left is None or right is None:
        return Level.MISSING
    if not (left[2] and right[2]):
        return _partial_level(left, right)
    if left == right:
        return Level.EXACT
    return _whole_level(left, right)


def _whole_level(left: Birth, right: Birth) -> Level:
    if left[0] != right[0] and left[1:] != right[1:]:
        return Level.DIFFERENT
    if (left[0], left[1], left[2]) == (right[0], right[2], right[1]):
        return Level.EXCHANGED
    differing = [place for place in _PARTS if left[place] != right[place]]
    if len(differing) > 1:
        return Level.DIFFERENT
    one, other = (f"{born[differing[0]]:04}" for born in (left, right))
    near = OSA.distance(one, other, score_cutoff=1) == 1
    return Level.ONE_DIGIT if near else Level.TWO_PARTS


_PARTS = (0, 1, 2)


def _partial_level(left: Birth, right: Birth) -> Level:
    if left[0] != right[0]:
        return Level.DIFFERENT
    if not (left[1] and right[1]):
        return Level.SAME_YEAR
    return Level.SAME_MONTH if left[1] == right[1] else Level.DIFFERENT


def year_level(left: int | None, right: int | None) -> Level:
    """Return how well two years (grades) agree; symmetric."""
    if left is None or right is None:
        return Level.MISSING
    apart = abs(left - right)
    return (Level.EXACT, Level.NEXT)[apart] if apart <= 1 else Level.DIFFERENT


# Other values ---------------------------------------------------------------------


def same_level(left: str, right: str) -> Level:
    """Return whether two values are the same."""
    if not left or not right:
        return Level.MISSING
    return Level.EXACT if left == right else Level.DIFFERENT


def text_level(left: str, right: str) -> Level:
    """Return how well two texts agree: the same, one edit apart, similar, different."""
    level = same_level(left, right)
    if level is not Level.DIFFERENT:
        return level
    if OSA.distance(left, right, score_cutoff=1) == 1:
        return Level.ONE_EDIT
    alike = JaroWinkler.similarity(left, right, score_cutoff=SIMILAR) > 0
    return Level.SIMILAR if alike else Level.DIFFERENT


def national_id_level(left: str, right: str) -> Level:
    """Return how well two national identifiers in normal form agree."""
    level = same_level(left, right)
    if level is Level.EXACT and is_checked(left):
        return Level.CHECKED
    if level is Level.DIFFERENT and are_checked_alike(left, right):
        return Level.OTHER_CHECKED
    near = level is Level.DIFFERENT and are_near(left, right)
    return Level.ONE_EDIT if near else level


def are_near(left: str, right: str) -> bool:
    """Return whether two values are at most one edit apart."""
    return OSA.distance(left, right, score_cutoff=1) <= 1


def postcode_level(left: str, right: str) -> Level:
    """Return how well two postcodes in normal form agree."""
    level = same_level(left, right)
    if level is not Level.DIFFERENT:
        return level
    one = area(left)
    same_area = one != "" and one == area(right)
    # Areas in numbers lie side by side: a digit more is a neighbour, and no slip.
    if same_area and left.isdigit() and right.isdigit():
        return Level.AREA
    if OSA.distance(left, right, score_cutoff=1) == 1:
        return Level.ONE_EDIT
    return Level.AREA if same_area else level


_SAME_HOME, _LIKE_HOME, _LEFT_OUT = 78.0, 60.0, 20.0


def address_level(left: Address, right: Address) -> Level:
    """Return how well two addresses in normal form agree, in any order of their words.

    Where both have numbers one has to be the same: neighbours live in one street.
    """
    if not left.words or not right.words:
        return Level.MISSING
    if left.words == right.words:
        return Level.EXACT
    if left.house and right.house and _are_elsewhere(left.house, right.house):
        return Level.DIFFERENT
    return _address_words_level(left, right)


def _are_elsewhere(left: tuple[str, str], right: tuple[str, str]) -> bool:
    return left[0] != right[0] and left[1][:2] != right[1][:2]


def _address_words_level(left: Address, right: Address) -> Level:
    if left.numbers and right.numbers and left.numbers.isdisjoint(right.numbers):
        near = token_sort_ratio(left.text, right.text) >= _LIKE_HOME
        return Level.SAME_STREET if near else Level.DIFFERENT
    alike = token_sort_ratio(left.text, right.text)
    if alike < _SAME_HOME:
        joined = left.text.replace(" ", ""), right.text.replace(" ", "")
        alike = max(alike, ratio(*joined))
    if alike >= _SAME_HOME:
        return Level.SIMILAR
    if left.numbers and right.numbers:  # one of them may leave out a part
        alike = max(alike, token_set_ratio(left.text, right.text) - _LEFT_OUT)
    return Level.PART if alike >= _LIKE_HOME else Level.DIFFERENT
