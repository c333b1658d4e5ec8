"""Why two students are matched or not, as a sum: each field's weight, step by step.

Nothing here has personal data in it: all of it can be logged and shown (PREV-6).
"""

from math import floor, log10

import attrs

from student_transfer.linkage.comparing.comparison import (
    Comparison,
    field_label,
    probability,
)
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.review_reasons import ReviewReason


@attrs.frozen
class ExplanationStep:
    """One step of the sum (PREV-6).

    Attributes:
        field: The field, or what stands for one; see `FieldComparison`.
        level: How well the two values agree.
        weight: In bits; above 0 for one child, below 0 for two.
        running: The prior and every step up to this one, in bits.
        note: What else was considered.
    """

    field: str
    level: Level
    weight: float
    running: float
    note: str = ""

    @property
    def label(self) -> str:
        """The field as it is said to a person.

        >>> ExplanationStep("national_id", Level.CHECKED, 23.1, 12.5).label
        'national ID'
        """
        return field_label(self.field)

    @property
    def agreement(self) -> str:
        """The level, and what else was considered, as it is said to a person.

        >>> note = "within the postcode"
        >>> ExplanationStep("address", Level.EXACT, 3.5, 12.5, note).agreement
        'the same (within the postcode)'
        """
        return f"{self.level.value} ({self.note})" if self.note else self.level.value

    def as_dict(self) -> dict[str, object]:
        """Return the step as JSON can hold it."""
        return {
            "field": self.field,
            "level": self.level.value,
            "weight": self.weight,
            "running": self.running,
            "note": self.note,
        }


@attrs.frozen
class Explanation:
    """How the probability of a pair comes about (PREV-6).

    Attributes:
        prior: What is known before comparing, in bits.
        steps: A step for each field that both have; the siblings' last, if any.
        review_reasons: Why a person has to decide, whatever the probability (MATCH-4).
    """

    prior: float
    steps: tuple[ExplanationStep, ...] = ()
    review_reasons: tuple[ReviewReason, ...] = ()

    @classmethod
    def of(cls, comparison: Comparison) -> "Explanation":
        """Explain a comparison.

        >>> from student_transfer.linkage.comparing.comparison import FieldComparison
        >>> same = FieldComparison("gender", Level.EXACT, 1.0)
        >>> found = Explanation.of(Comparison((same,), -1.0))
        >>> found.total, found.probability
        (0.0, 0.5)
        """
        running, steps = comparison.prior, list[ExplanationStep]()
        for one in comparison.fields:
            running += one.weight
            steps.append(
                ExplanationStep(one.field, one.level, one.weight, running, one.note)
            )
        return cls(comparison.prior, tuple(steps), comparison.review_reasons)

    @property
    def total(self) -> float:
        """The prior and every step in bits, the log2 odds that it is one child."""
        return self.steps[-1].running if self.steps else self.prior

    @property
    def probability(self) -> float:
        """The probability that both records are of one child (MATCH-6)."""
        return probability(self.total)

    @property
    def siblings(self) -> ExplanationStep | None:
        """The step that takes back what a family would share, if there is one."""
        last = self.steps[-1] if self.steps else None
        return last if last and last.level is Level.SIBLINGS else None

    def against(self, most: int = 3) -> tuple[ExplanationStep, ...]:
        """Return the steps that speak most against one child, the strongest first."""
        found = [step for step in self.steps if step.weight < 0]
        return tuple(sorted(found, key=lambda step: step.weight)[:most])

    def as_dict(self) -> dict[str, object]:
        """Return all of it as JSON can hold it; the weights are as they were summed."""
        siblings = self.siblings
        return {
            "prior": self.prior,
            "steps": [step.as_dict() for step in self.steps],
            "siblings": None if siblings is None else siblings.weight,
            "total": self.total,
            "probability": self.probability,
            "review_reasons": list(self.review_reasons),
        }


_CLOSEST = 1e-9
"""How far from certainty a probability is still said in figures."""


def percent(likely: float) -> str:
    """Say a probability so that what is not certain never looks so.

    >>> percent(0.5), percent(0.9876), percent(0.000123)
    ('50%', '98.8%', '0.012%')
    >>> percent(0.9999987), percent(1.0), percent(0.0)
    ('99.99987%', 'more than 99.9999999%', 'less than 0.0000001%')
    """
    rest = min(likely, 1 - likely)
    if rest < _CLOSEST:
        high = likely > rest
        return "more than 99.9999999%" if high else "less than 0.0000001%"
    digits = max(0, 1 - floor(log10(rest * 100)))
    return f"{likely * 100:.{digits}f}%"
