"""Why a person has to decide whether two records are of one child (MATCH-1, MATCH-4).

It follows from the levels at which they agree, whatever these weigh.
"""

from collections.abc import Mapping
from enum import StrEnum

from student_transfer.linkage.comparing.levels import Level


class ReviewReason(StrEnum):
    """Why a person has to decide, as it is said to one; none has personal data."""

    OTHER_GIVEN_NAMES = "the given names differ"
    AMBIGUOUS_GIVEN_NAMES = "the given names do not tell brothers and sisters apart"
    NO_GIVEN_NAMES = "no given names could be compared"
    OTHER_BIRTHS = "the dates of birth differ"
    OTHER_FAMILY_NAMES = "the family names differ without the same date of birth"
    FAMILY_INITIAL = (
        "of one family name only the initial is known, without the same date of birth"
    )
    OTHER_NAMES = "the family names differ, and the given names are not quite the same"
    ONLY_NAME = "little but one name and the date of birth agrees"
    OTHER_GENDERS = "the genders differ without the same date of birth"
    OTHER_IDENTIFIERS = "the national identifiers differ, and too little else agrees"
    TWO_CHECKED_IDENTIFIERS = "the national identifiers are those of two children"
    ONLY_IDENTIFIER = "nothing but the national identifier speaks for it"

    @property
    def is_of_namesakes(self) -> bool:
        """Whether the two may be namesakes, and it says nothing of one family.

        >>> ReviewReason.OTHER_GENDERS.is_of_namesakes
        True
        >>> ReviewReason.AMBIGUOUS_GIVEN_NAMES.is_of_namesakes
        False
        """
        return self in _OF_NAMESAKES


_OF_NAMESAKES = frozenset(
    {
        ReviewReason.OTHER_FAMILY_NAMES,
        ReviewReason.FAMILY_INITIAL,
        ReviewReason.OTHER_NAMES,
        ReviewReason.ONLY_NAME,
        ReviewReason.OTHER_GENDERS,
        ReviewReason.OTHER_IDENTIFIERS,
    }
)


def review_reasons(levels: Mapping[str, Level]) -> tuple[ReviewReason, ...]:
    """Return why a person has to decide (MATCH-4).

    Two national identifiers that both have the right check letter are of two children.
    """
    reasons = [*_twin_reasons(levels), *_family_reasons(levels)]
    if not has_own_proof(levels):
        reasons += _namesake_reasons(levels)
    if levels.get("national_id") is Level.OTHER_CHECKED:
        reasons.append(ReviewReason.TWO_CHECKED_IDENTIFIERS)
    elif _has_own_identifier(levels) and not reasons and _is_alone(levels):
        reasons.append(ReviewReason.ONLY_IDENTIFIER)
    return tuple(reasons)


def _is_alone(levels: Mapping[str, Level]) -> bool:
    """Return whether names and date both differ: a number may be a sister's, too."""
    if levels.get("date_of_birth") not in FAR_BIRTHS:
        return False
    given = given_level(levels)
    is_ambiguous = given is None or given in _AMBIGUOUS_GIVEN
    return is_ambiguous or levels.get("family_name") is Level.DIFFERENT


def _twin_reasons(levels: Mapping[str, Level]) -> tuple[ReviewReason, ...]:
    """Return why a person has to decide, where it may be a twin or a namesake.

    Twins share family name, birthday, address and often the order of their numbers:
    what tells them apart is the given name, and a boy from a girl where it is not quite
    the same. Namesakes share both names and are told apart by the date of birth; so are
    brothers whose own names stand in no column, though they share the home, too. An
    identifier that is the child's own speaks for itself, but not against the name. The
    trace of an earlier transfer stands for a name that is not known; a host may have
    given the key to another child since.
    """
    given = given_level(levels)
    if given is Level.DIFFERENT:
        return (ReviewReason.OTHER_GIVEN_NAMES,)
    if _has_own_identifier(levels):
        return ()
    if given is None and "link" not in levels:
        return (ReviewReason.NO_GIVEN_NAMES,)
    is_near = given is not None and given not in _WHOLE_GIVEN
    if (
        given in _AMBIGUOUS_GIVEN
        or (is_near and levels.get("gender") is Level.DIFFERENT)
        or (given is Level.INTERCHANGED and not _is_one_but_for_names(levels))
    ):
        return (ReviewReason.AMBIGUOUS_GIVEN_NAMES,)
    if levels.get("date_of_birth") in FAR_BIRTHS:
        return (ReviewReason.OTHER_BIRTHS,)
    return ()


def _is_one_but_for_names(levels: Mapping[str, Level]) -> bool:
    """Return whether nothing tells brother and sister apart, and something might.

    José with the middle name María has a sister María José, and hardly a brother.
    """
    if "national_id" in levels or levels.get("family_name") is Level.DIFFERENT:
        return False
    if levels.get("date_of_birth") is Level.EXACT:
        return levels.get("gender") is not Level.DIFFERENT
    return levels.get("gender") is Level.EXACT


def _namesake_reasons(levels: Mapping[str, Level]) -> tuple[ReviewReason, ...]:
    """Return why a person decides, where the rest is too little or speaks against it.

    One name and a birthday are those of many. A gender that differs is a slip, and so
    is a date; both together are another child. Another state gives another number, but
    another child has one, too: then the date has to agree, and more than the names.
    """
    is_dated = levels.get("date_of_birth") is Level.EXACT
    is_at_home = levels.get("postcode") is Level.EXACT or is_supported(levels)
    if levels.get("national_id") is Level.DIFFERENT:
        return () if is_dated and is_at_home else (ReviewReason.OTHER_IDENTIFIERS,)
    if is_at_home:
        return ()
    if levels.get("given_name") is Level.ONLY_NAME:
        return (ReviewReason.ONLY_NAME,)
    is_other = levels.get("gender") is Level.DIFFERENT and not is_dated
    return (ReviewReason.OTHER_GENDERS,) if is_other else ()


def _family_reasons(levels: Mapping[str, Level]) -> tuple[ReviewReason, ...]:
    """Return why a person decides, where the family name differs and the rest is weak.

    An initial is no family name: Karthik S is of any family that begins with it. With
    another family name Matteo is not Matheus, whoever lives in the same postcode.
    """
    family = levels.get("family_name")
    reason = _AMBIGUOUS_FAMILY.get(family) if family else None
    if reason is None or has_own_proof(levels):
        return ()
    if levels.get("date_of_birth") is not Level.EXACT:
        return (reason,)
    is_whole = family is Level.INITIAL or given_level(levels) in _WHOLE_GIVEN
    return () if is_whole or is_supported(levels) else (ReviewReason.OTHER_NAMES,)


_AMBIGUOUS_FAMILY = {
    Level.DIFFERENT: ReviewReason.OTHER_FAMILY_NAMES,
    Level.INITIAL: ReviewReason.FAMILY_INITIAL,
}
"""Levels at which family names may be those of two, where the rest is weak."""


_AMBIGUOUS_GIVEN = frozenset(
    {
        Level.LOOK_ALIKE,
        Level.MIDDLE_NAME,
        Level.PREFERRED_ALONE,
        Level.INITIAL,
        Level.SIBLING_AMBIGUOUS,
        Level.SIMILAR,
        Level.TWO_EDITS,
    }
)
"""Levels at which given names may be those of two in one family."""

_WHOLE_GIVEN = frozenset({Level.EXACT, Level.SWAPPED, Level.INTERCHANGED})
"""Levels at which they are the same, wherever they stand."""

NO_WHOLE_DATES = frozenset({None, Level.SAME_MONTH, Level.SAME_YEAR})
"""How dates of birth agree where one of them is missing or known in part."""

NEAR_BIRTHS = frozenset({Level.ONE_DIGIT, Level.EXCHANGED})
"""How they agree where a slip is between them."""

FAR_BIRTHS = frozenset({Level.DIFFERENT, Level.TWO_PARTS})
"""How they agree where more than that is."""

OTHER_IDENTIFIERS = frozenset({Level.DIFFERENT, Level.OTHER_CHECKED})
"""How national identifiers agree where more than a slip is between them."""


def given_level(levels: Mapping[str, Level]) -> Level | None:
    """Return how the given names agree, by themselves or as part of the whole name."""
    return levels.get("full_name", levels.get("given_name"))


def is_supported(levels: Mapping[str, Level]) -> bool:
    """Return whether something agrees that a namesake or a stranger would not share."""
    return (
        levels.get("middle_name") is Level.EXACT
        or levels.get("email") in {Level.EXACT, Level.REPEATED}
        or levels.get("address") in {Level.EXACT, Level.SIMILAR}
    )


def has_own_proof(levels: Mapping[str, Level]) -> bool:
    """Tell whether an identifier of the child alone, or an earlier transfer, agrees."""
    return _has_own_identifier(levels) or "link" in levels


def _has_own_identifier(levels: Mapping[str, Level]) -> bool:
    """Return whether an identifier of the child alone agrees."""
    return levels.get("national_id") in {Level.EXACT, Level.CHECKED}
