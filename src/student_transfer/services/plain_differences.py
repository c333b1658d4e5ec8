"""Two who are plainly two children are taken for one only if a person says so twice."""

from student_transfer.errors import UnlikeError
from student_transfer.matching import compare
from student_transfer.ports import UnitOfWork
from student_transfer.services.candidates import frequencies
from student_transfer.services.context import Context
from student_transfer.students import Student

_UNLIKE = 2  # fields in which two children differ, and hardly a child from itself


def plainly_differing(
    context: Context, work: UnitOfWork, one: Student, there: Student
) -> tuple[str, ...]:
    """Return the fields that speak against their being one child (MATCH-1).

    Args:
        context: What every use case is given.
        work: The unit of work.
        one: A student.
        there: A student of the site whose names are counted.
    """
    counted = frequencies(work, there.site_id, [one])
    return compare(one, there, counted, context.settings).plainly_differing


def refuse_unlike(
    context: Context, work: UnitOfWork, one: Student, there: Student
) -> None:
    """Refuse two who plainly differ: a key may be mistyped (MATCH-1).

    Raises:
        UnlikeError: They do, in more than one field.
    """
    differing = plainly_differing(context, work, one, there)
    if len(differing) >= _UNLIKE:
        raise UnlikeError(differing)
