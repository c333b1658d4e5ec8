"""What a comparison of two students gives: every step of the sum, and the doubts."""

from collections.abc import Mapping
from functools import cache, cached_property
from math import exp2

import attrs

from student_transfer.linkage.comparing.levels import Level


@attrs.frozen
class FieldComparison:
    """How one field was compared and what it weighed (PREV-6).

    Attributes:
        field: The field of the student, or of a `CustomComparison`; ``full_name``,
            ``names_together``, ``link`` or ``siblings``.
        level: How well the two values agree.
        weight: In bits; above 0 for one child, below 0 for two.
        note: What else was considered, without personal data.
    """

    field: str
    level: Level
    weight: float
    note: str = ""


def probability(odds_bits: float) -> float:
    """Turn log2 odds into a probability; what is as good as certain is 0 or 1.

    >>> probability(0.0), probability(-2000.0), probability(2000.0)
    (0.5, 0.0, 1.0)
    """
    if abs(odds_bits) > CERTAIN:
        return 0.0 if odds_bits < 0 else 1.0
    return 1 / (1 + exp2(-odds_bits))


CERTAIN = 200
"""Bits beyond which nobody can tell a probability from certainty."""


@attrs.frozen(slots=False)
class Agreement:
    """How two students agree, field by field, without what that weighs.

    Attributes:
        levels: The level of each field that both students have.
    """

    levels: Mapping[str, Level]

    @cached_property
    def review_reasons(self) -> tuple[str, ...]:
        """Why a person has to decide, whatever the probability (MATCH-1, MATCH-4)."""
        return _review_reasons(self.levels)

    @property
    def may_be_siblings(self) -> bool:
        """Whether a person would have to decide with the same family names, too.

        Then the two may be brother and sister, or are plainly two children (MATCH-4).
        """
        return not _FAMILY_REASONS.issuperset(self.review_reasons)

    @property
    def has_other_given_name(self) -> bool:
        """Whether the given names differ outright, as those of two children do."""
        return _given(self.levels) is Level.DIFFERENT

    @property
    def has_other_birth(self) -> bool:
        """Whether the dates of birth differ in more than a slip."""
        return self.levels.get("date_of_birth") in _FAR_BIRTHS

    @property
    def has_other_identifier(self) -> bool:
        """Whether the national identifiers differ in more than a slip."""
        return self.levels.get("national_id") in _OTHER_IDENTIFIERS

    @property
    def is_nameless(self) -> bool:
        """Whether neither a name nor anything that could stand for one was compared.

        That is an identifier of the child's own, or the whole date of birth. Such a
        pair is never matched.
        """
        names = {"given_name", "family_name", "full_name"}
        if not names.isdisjoint(self.levels) or has_own_proof(self.levels):
            return False
        return self.levels.get("date_of_birth") is not Level.EXACT

    @property
    def is_unconfirmed(self) -> bool:
        """Whether little but the rarity of the names tells the child from a namesake.

        That is so without two whole dates of birth (MATCH-4). It is also so where
        nothing else of the child agrees, and there is a slip between the dates, or the
        family names differ: several children have one birthday and one first name.
        """
        if has_own_proof(self.levels):
            return False
        born = self.levels.get("date_of_birth")
        if born in NO_WHOLE_DATES:
            return True
        if _is_supported(self.levels):
            return False
        renamed = self.levels.get("family_name") is Level.DIFFERENT
        near_home = self.levels.get("postcode") is Level.EXACT
        return born in _NEAR_BIRTHS or (renamed and not near_home)

    @property
    def why(self) -> str:
        """What agrees and what differs, in a few words without personal data."""
        compared = self.levels.items()
        said = (_said(*one) for one in compared if one[1] is not Level.SIBLINGS)
        return "; ".join(said) or "nothing to compare"

    @property
    def differences(self) -> tuple[str, ...]:
        """What is not simply the same, each said as in `why`.

        >>> Agreement({"given_name": Level.EXACT, "year": Level.NEXT}).differences
        ('year: one year apart',)
        """
        compared = self.levels.items()
        return tuple(_said(*one) for one in compared if one[1] not in _SAME)


@cache
def _said(field: str, level: Level) -> str:
    return f"{field_label(field)}: {level.value}"


def field_label(field: str) -> str:
    """Return a field as it is said to a person, wherever that is.

    >>> field_label("national_id"), field_label("date_of_birth")
    ('national ID', 'date of birth')
    """
    return _LABELS.get(field, field.replace("_", " "))


_LABELS = {
    "full_name": "both names",
    "link": "earlier transfer",
    "national_id": "national ID",
    "student_id": "student ID",
}


@attrs.frozen(slots=False)
class Comparison:
    """How two students were compared, field by field (PREV-6).

    Attributes:
        fields: Every field that both have: its level of agreement and its weight, in
            bits; a line ``siblings`` last, where the two may be of one family.
        prior: What is known before comparing, in bits; below 0.
    """

    fields: tuple[FieldComparison, ...]
    prior: float

    @cached_property
    def weight(self) -> float:
        """The sum of the fields' weights, in bits; exact, since each is in steps."""
        return sum(field.weight for field in self.fields)

    @property
    def probability(self) -> float:
        """The probability in [0, 1] that both records are of one child (MATCH-6)."""
        return probability(self.prior + self.weight)

    @cached_property
    def levels(self) -> Mapping[str, Level]:
        """The level of each field that both students have."""
        return {field.field: field.level for field in self.fields}

    @cached_property
    def agreement(self) -> Agreement:
        """How they agree, without what it weighs."""
        return Agreement(self.levels)

    @property
    def review_reasons(self) -> tuple[str, ...]:
        """Why a person has to decide, whatever the probability (MATCH-1, MATCH-4)."""
        return self.agreement.review_reasons

    @property
    def may_be_siblings(self) -> bool:
        """Whether a person would have to decide with the same family names, too."""
        return self.agreement.may_be_siblings

    @property
    def has_other_given_name(self) -> bool:
        """Whether the given names differ outright, as those of two children do."""
        return self.agreement.has_other_given_name

    @property
    def has_other_birth(self) -> bool:
        """Whether the dates of birth differ in more than a slip."""
        return self.agreement.has_other_birth

    @property
    def has_other_identifier(self) -> bool:
        """Whether the national identifiers differ in more than a slip."""
        return self.agreement.has_other_identifier

    @property
    def plainly_differing(self) -> tuple[str, ...]:
        """The fields that speak against it, of those by which a child is known.

        In one of them two records of one child may differ, hardly in two (MATCH-1).
        """
        return tuple(
            one.field for one in self.fields if one.field in _TELLING and one.weight < 0
        )

    @property
    def why(self) -> str:
        """What agrees and what differs, in a few words without personal data."""
        return self.agreement.why


_SAME = frozenset(
    {
        Level.EXACT,
        Level.CHECKED,
        Level.LINKED,
        Level.REPEATED,
        Level.FAMILY_SHARED,
        Level.SHARED,
        Level.SIBLING_AMBIGUOUS,
        Level.ONLY_NAME,
        Level.NAMES_CORRELATED,
        Level.SIBLINGS,
    }
)
"""Levels at which there is nothing that differs, whatever they weigh."""

_TELLING = frozenset({"given_name", "family_name", "date_of_birth", "national_id"})


def _given(levels: Mapping[str, Level]) -> Level | None:
    """Return how the given names agree, by themselves or as part of the whole name."""
    return levels.get("full_name", levels.get("given_name"))


def _review_reasons(levels: Mapping[str, Level]) -> tuple[str, ...]:
    """Return why a person has to decide (MATCH-4).

    Two national identifiers that both have the right check letter are of two children.
    """
    reasons = [*_twin_reasons(levels), *_family_reasons(levels)]
    if not has_own_proof(levels):
        reasons += _namesake_reasons(levels)
    if levels.get("national_id") is Level.OTHER_CHECKED:
        reasons.append("the national identifiers are those of two children")
    elif _has_own_identifier(levels) and not reasons and _is_alone(levels):
        reasons.append("nothing but the national identifier speaks for it")
    return tuple(reasons)


def _is_alone(levels: Mapping[str, Level]) -> bool:
    """Return whether names and date both differ: a number may be a sister's, too."""
    if levels.get("date_of_birth") not in _FAR_BIRTHS:
        return False
    given = _given(levels)
    is_ambiguous = given is None or given in _AMBIGUOUS_GIVEN
    return is_ambiguous or levels.get("family_name") is Level.DIFFERENT


def _twin_reasons(levels: Mapping[str, Level]) -> tuple[str, ...]:
    """Return why a person has to decide, where it may be a twin or a namesake.

    Twins share family name, birthday, address and often the order of their numbers:
    what tells them apart is the given name, and a boy from a girl where it is not quite
    the same. Namesakes share both names and are told apart by the date of birth; so are
    brothers whose own names stand in no column, though they share the home, too. An
    identifier that is the child's own speaks for itself, but not against the name. The
    trace of an earlier transfer stands for a name that is not known; a host may have
    given the key to another child since.
    """
    given = _given(levels)
    if given is Level.DIFFERENT:
        return ("the given names differ",)
    if _has_own_identifier(levels):
        return ()
    is_near = given is not None and given not in _WHOLE_GIVEN
    if (
        given in _AMBIGUOUS_GIVEN
        or (is_near and levels.get("gender") is Level.DIFFERENT)
        or (given is None and "link" not in levels)
        or (given is Level.INTERCHANGED and not _is_one_but_for_names(levels))
    ):
        return ("the given names do not tell brothers and sisters apart",)
    if levels.get("date_of_birth") in _FAR_BIRTHS:
        return ("the dates of birth differ",)
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


def _namesake_reasons(levels: Mapping[str, Level]) -> tuple[str, ...]:
    """Return why a person decides, where the rest is too little or speaks against it.

    One name and a birthday are those of many. A gender that differs is a slip, and so
    is a date; both together are another child. Another state gives another number, but
    another child has one, too: then the date has to agree, and more than the names.
    """
    is_dated = levels.get("date_of_birth") is Level.EXACT
    is_at_home = levels.get("postcode") is Level.EXACT or _is_supported(levels)
    if levels.get("national_id") is Level.DIFFERENT:
        return () if is_dated and is_at_home else (_OTHER_IDENTIFIER,)
    if is_at_home:
        return ()
    if levels.get("given_name") is Level.ONLY_NAME:
        return (_ONLY_NAME,)
    is_other = levels.get("gender") is Level.DIFFERENT and not is_dated
    return (_OTHER_GENDER,) if is_other else ()


def _family_reasons(levels: Mapping[str, Level]) -> tuple[str, ...]:
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
    is_whole = family is Level.INITIAL or _given(levels) in _WHOLE_GIVEN
    return () if is_whole or _is_supported(levels) else (_OTHER_NAMES,)


_AMBIGUOUS_FAMILY = {
    Level.DIFFERENT: "the family names differ without the same date of birth",
    Level.INITIAL: (
        "of one family name only the initial is known, without the same date of birth"
    ),
}
_OTHER_NAMES = "the family names differ, and the given names are not quite the same"
_ONLY_NAME = "little but one name and the date of birth agrees"
_OTHER_GENDER = "the genders differ without the same date of birth"
_OTHER_IDENTIFIER = "the national identifiers differ, and too little else agrees"
_FAMILY_REASONS = frozenset(
    {
        *_AMBIGUOUS_FAMILY.values(),
        *(_OTHER_NAMES, _ONLY_NAME, _OTHER_GENDER, _OTHER_IDENTIFIER),
    }
)
"""Reasons to review what may be a namesake's, and tells no brothers and sisters."""


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

_NEAR_BIRTHS = frozenset({Level.ONE_DIGIT, Level.EXCHANGED})
_FAR_BIRTHS = frozenset({Level.DIFFERENT, Level.TWO_PARTS})
_OTHER_IDENTIFIERS = frozenset({Level.DIFFERENT, Level.OTHER_CHECKED})


def _is_supported(levels: Mapping[str, Level]) -> bool:
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
