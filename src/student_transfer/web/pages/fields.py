"""Two records side by side: which fields agree, and which differ (PREV-6)."""

from collections.abc import Callable, Collection
from datetime import date
from enum import Enum

import attrs

from student_transfer.linkage.explaining.explanation import Explanation, Step
from student_transfer.names import same_year
from student_transfer.students import Student, identifier_key


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
_SITES_OWN = frozenset({"Student ID", "User name", "Email address"})
"""What differs on two sites as a matter of course, where the matching has no view."""

_PLAIN = frozenset({"the same", "different", "missing"})


def field_pairs(
    left: Student, right: Student, explanation: Explanation | None = None
) -> list[FieldPair]:
    """Compare two records field by field; with what the matching says of each."""
    own = _SITES_OWN if left.site_id != right.site_id else ()
    steps = {step.field: step for step in explanation.steps} if explanation else {}
    return [
        _pair(label, getattr(left, name), getattr(right, name), steps.get(name), own)
        for name, label in _FIELDS.items()
        if getattr(left, name) or getattr(right, name)
    ]


def labels(fields: Collection[str]) -> list[str]:
    """Give the fields' names as the pages call them, in their order.

    A further field, which only a file had, is named last and as the file named it.

    >>> labels({"Zone", "email", "given_name"})
    ['First name', 'Email address', 'Zone']
    """
    known = [label for name, label in _FIELDS.items() if name in fields]
    return known + sorted(name for name in fields if name not in _FIELDS)


def _pair(
    label: str, one: object, other: object, step: Step | None, own: Collection[str]
) -> FieldPair:
    same = same_year if label == _FIELDS["year"] else _same
    agreement = _agreement(one, other, same)
    if agreement is Agreement.DIFFERS and step is not None and step.weight > 0:
        agreement = Agreement.SIMILAR
    if agreement is Agreement.DIFFERS and step is None and label in own:
        agreement = Agreement.OWN
    note = step.agreement if step is not None else ""
    return FieldPair(label, one, other, agreement, "" if note in _PLAIN else note)


def _agreement(
    one: object, other: object, same: Callable[[str, str], bool]
) -> Agreement:
    if not one and not other:
        return Agreement.NEITHER
    if not one or not other:
        return Agreement.ONE_ONLY
    if isinstance(one, date) or isinstance(other, date):
        return Agreement.AGREES if one == other else Agreement.DIFFERS
    return Agreement.AGREES if same(str(one), str(other)) else Agreement.DIFFERS


def _same(one: str, other: str) -> bool:
    return identifier_key(one) == identifier_key(other)
