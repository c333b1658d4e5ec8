"""What a comparison of two students gives: every step of the sum."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from math import exp2

import attrs

from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.review_reasons import (
    FAR_BIRTHS,
    NEAR_BIRTHS,
    NO_WHOLE_DATES,
    OTHER_IDENTIFIERS,
    ReviewReason,
    given_level,
    has_own_proof,
    is_supported,
    review_reasons,
)


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

    def as_dict(self) -> dict[str, object]:
        """Return the field as JSON can hold it."""
        return {**attrs.asdict(self), "level": self.level.value}


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
    def review_reasons(self) -> tuple[ReviewReason, ...]:
        """Why a person has to decide, whatever the probability (MATCH-1, MATCH-4)."""
        return review_reasons(self.levels)

    @property
    def may_be_siblings(self) -> bool:
        """Whether a person would have to decide with the same family names, too.

        Then the two may be brother and sister, or are plainly two children (MATCH-4).
        """
        return not all(each.is_of_namesakes for each in self.review_reasons)

    @property
    def has_other_given_name(self) -> bool:
        """Whether the given names differ outright, as those of two children do."""
        return given_level(self.levels) is Level.DIFFERENT

    @property
    def has_other_birth(self) -> bool:
        """Whether the dates of birth differ in more than a slip."""
        return self.levels.get("date_of_birth") in FAR_BIRTHS

    @property
    def has_other_identifier(self) -> bool:
        """Whether the national identifiers differ in more than a slip."""
        return self.levels.get("national_id") in OTHER_IDENTIFIERS

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
        if is_supported(self.levels):
            return False
        renamed = self.levels.get("family_name") is Level.DIFFERENT
        near_home = self.levels.get("postcode") is Level.EXACT
        return born in NEAR_BIRTHS or (renamed and not near_home)

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


@lru_cache(maxsize=1024)  # the fields of a host's own are among them
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
    def review_reasons(self) -> tuple[ReviewReason, ...]:
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

    def as_dict(self) -> dict[str, object]:
        """Return all of it as JSON can hold it; the weights are as they were summed."""
        return {
            "prior": self.prior,
            "fields": [one.as_dict() for one in self.fields],
            "weight": self.weight,
            "probability": self.probability,
            "review_reasons": list(self.review_reasons),
            "why": self.why,
        }


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
