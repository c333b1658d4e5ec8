"""Two records side by side: which fields agree, and which differ (PREV-6)."""

from collections.abc import Collection
from enum import Enum

import attrs

from student_transfer.matching import Explanation, ExplanationStep, Level
from student_transfer.merging import same_value
from student_transfer.students import Student


class FieldState(Enum):
    """How two values of one field stand to each other, for a person."""

    AGREES = "agrees"
    SIMILAR = "similar"
    DIFFERS = "differs"
    OWN = "each site's own"
    ONE_ONLY = "on one site only"
    NEITHER = "not known"


@attrs.frozen(repr=False)
class FieldPair:
    """One field of two records.

    Attributes:
        label: The field's name, in British wording.
        left: The value of the first record, as a date or text.
        right: The value of the second.
        state: How they stand to each other.
        note: What the matching says of it, where that is more than the same or not.
    """

    label: str
    left: object
    right: object
    state: FieldState
    note: str = ""


_FIELDS = {
    "given_name": "First name",
    "middle_name": "Middle name",
    "family_name": "Last name",
    "preferred_name": "Preferred name",
    "date_of_birth": "Date of birth",
    "gender": "Gender",
    "year": "Year",
    "national_id": "National ID",
    "student_id": "Student ID",
    "user_name": "User name",
    "email": "Email address",
}
_SITES_OWN = frozenset({"student_id", "user_name", "email"})
"""What differs on two sites as a matter of course, where the matching has no view."""

_PLAIN = frozenset({Level.EXACT, Level.DIFFERENT, Level.MISSING})
"""Levels that say no more than the state of the field does."""


def field_pairs(
    left: Student, right: Student, explanation: Explanation | None = None
) -> list[FieldPair]:
    """Compare two records field by field; with what the matching says of each."""
    own = _SITES_OWN if left.site_id != right.site_id else ()
    steps = {step.field: step for step in explanation.steps} if explanation else {}
    return [
        _pair(name, getattr(left, name), getattr(right, name), steps.get(name), own)
        for name in _FIELDS
        if getattr(left, name) or getattr(right, name)
    ]


def labels(fields: Collection[str]) -> list[str]:
    """Return the fields' names as the pages call them, in their order.

    A further field, which only a file had, is named last and as the file named it.

    >>> labels({"Zone", "email", "given_name"})
    ['First name', 'Email address', 'Zone']
    """
    known = [label for name, label in _FIELDS.items() if name in fields]
    return known + sorted(name for name in fields if name not in _FIELDS)


def _pair(
    field: str,
    one: object,
    other: object,
    step: ExplanationStep | None,
    own: Collection[str],
) -> FieldPair:
    state = _state(field, one, other)
    if state is FieldState.DIFFERS and step is not None and step.weight > 0:
        state = FieldState.SIMILAR
    if state is FieldState.DIFFERS and step is None and field in own:
        state = FieldState.OWN
    return FieldPair(_FIELDS[field], one, other, state, _note(step))


def _note(step: ExplanationStep | None) -> str:
    """Return what the matching says of a field beside its state; blank if nothing."""
    if step is None or (step.level in _PLAIN and not step.note):
        return ""
    return step.agreement


def _state(field: str, one: object, other: object) -> FieldState:
    if not one and not other:
        return FieldState.NEITHER
    if not one or not other:
        return FieldState.ONE_ONLY
    same = same_value(field, one, other)
    return FieldState.AGREES if same else FieldState.DIFFERS
