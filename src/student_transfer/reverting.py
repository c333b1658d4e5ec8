"""What a match filled in a student is taken back, field by field, and given again.

Three states of a student tell what: as before the match, as the match left it, and as
it is now. What somebody has changed since stays (AFTER-2).
"""

from typing import Any

import attrs

from student_transfer.merging import Taken, fill_blanks
from student_transfer.students import COMPARED_FIELDS, Student, travelling


def take_back(
    student: Student, before: Student, after: Student
) -> tuple[Student, set[str]]:
    """Return a student without what a match had filled, and the fields that stay.

    Those are no longer as the match left them. So is the school, where the student has
    left the school of before for it.

    Args:
        student: The student as of now.
        before: The student as before the match.
        after: The student as the match left it.
    """
    filled = _differing(before, after)
    as_left = filled - _differing(student, after)
    values: dict[str, Any] = {name: getattr(before, name) for name in as_left}
    added = set(after.extra) - set(before.extra)
    extra = tuple(pair for pair in student.extra if pair not in added)
    others = {name for name, _ in added - set(student.extra)} & dict(extra).keys()
    schools = (after.enrolments - before.enrolments) & student.enrolments
    has_moved = bool(schools) and not before.enrolments <= student.enrolments
    taken_back = attrs.evolve(
        student,
        **values,
        extra=extra,
        enrolments=student.enrolments - (set() if has_moved else schools),
        provenance=student.provenance - (after.provenance - before.provenance),
    )
    changed = (filled - as_left) | others
    return taken_back, changed | ({"enrolments"} if has_moved else set())


def give_again(
    student: Student, had: Student, source: Student, taken: Taken
) -> Student:
    """Return a student with what was taken back, as far as another one has it as well.

    Nothing else is filled: what is blank for another reason stays blank (CONF-2).

    Args:
        student: The student, from whom something was taken back.
        had: The same, before that.
        source: Of whom the values are taken now.
        taken: Returns which of some identifiers another student has.
    """
    filled = fill_blanks(student, source, taken, travelling(source.extra))
    went = _differing(student, had)
    values: dict[str, Any] = {name: getattr(filled, name) for name in went}
    named = dict(had.extra)
    extra = [pair for pair in filled.extra if pair[0] in named]
    return attrs.evolve(student, **values, extra=extra)


def as_in(student: Student, this: Student, other: Student) -> Student:
    """Return a student who is like ``this`` in all that tells it from the other.

    Where the two are alike the student stays as it is; where they came from does not
    count.
    """
    differing = _differing(this, other)
    values: dict[str, Any] = {name: getattr(this, name) for name in differing}
    mine, others = set(this.extra), set(other.extra)
    named = dict(mine ^ others)
    stays = [pair for pair in student.extra if pair[0] not in named]
    less = other.enrolments - this.enrolments
    return attrs.evolve(
        student,
        **values,
        extra=(*stays, *(mine - others)),
        enrolments=(student.enrolments - less) | (this.enrolments - other.enrolments),
    )


def _differing(left: Student, right: Student) -> set[str]:
    """Name the fields in which two states of a student differ, of those compared."""
    return {
        name for name in COMPARED_FIELDS if getattr(left, name) != getattr(right, name)
    }
