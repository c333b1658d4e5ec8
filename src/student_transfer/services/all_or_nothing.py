"""Records that change hands: all of them are added, or nothing is changed (CONF-5)."""

from collections.abc import Sequence

from student_transfer.errors import MergeRefusedError, UndoRefusedError
from student_transfer.ports import UnitOfWork
from student_transfer.records import Record
from student_transfer.students import Student

Refusal = type[MergeRefusedError] | type[UndoRefusedError]


def add_all_or_refuse(
    work: UnitOfWork,
    student: Student,
    records: Sequence[Record],
    refusal: Refusal,
    whose: str,
) -> None:
    """Add records to a student; refuse where the storage leaves any out, as it may.

    Args:
        work: The unit of work, which is not to be committed then.
        student: Who gets them.
        records: The records.
        refusal: What is raised then.
        whose: Who the student is, for the message, such as "the merged student".

    Raises:
        MergeRefusedError: Or what ``refusal`` is: the storage leaves some out.
    """
    kept = work.roster.add_records(student.site_id, student.key, records)
    lost = len({record.origin for record in records} - kept)
    if lost:
        raise refusal(
            f"The storage could not keep {lost} of the records of {whose}.",
            advice="Nothing was changed. Have the storage checked.",
            rule="CONF-5",
        )
