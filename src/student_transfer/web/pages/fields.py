"""Two records side by side: which fields agree, and which differ (PREV-6)."""

from collections.abc import Collection
from enum import Enum

import attrs

from student_transfer.matching import Explanation, ExplanationStep
from student_transfer.merging import same_value
from student_transfer.students import Student


class Agreement(Enum):
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
        agreement: How they stand to each other.
        note: What the matching says of it, where that is more than the same or not.
    """

    label: str
    left: object
    right: object
    agreement: Agreement
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

_PLAIN = frozenset({"the same", "different", "missing"})


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
    agreement = _agreement(field, one, other)
    if agreement is Agreement.DIFFERS and step is not None and step.weight > 0:
        agreement = Agreement.SIMILAR
    if agreement is Agreement.DIFFERS and step is None and field in own:
        agreement = Agreement.OWN
    note = step.agreement if step is not None else ""
    said = "" if note in _PLAIN else note
    return FieldPair(_FIELDS[field], one, other, agreement, said)


def _agreement(field: str, one: object, other: object) -> Agreement:
    if not one and not other:
        return Agreement.NEITHER
    if not one or not other:
        return Agreement.ONE_ONLY
    same = same_value(field, one, other)
    return Agreement.AGREES if same else Agreement.DIFFERS
