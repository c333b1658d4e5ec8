"""Reads what other systems export: rosters, Star results and reader quizzes.

`read` takes files, folders and zips, tells each table's format by its header, and
gives everything it could read together with everything that is wrong. What each
format's columns become is in the reference of the files. Two rosters that shall only be
matched are read by `student_transfer.roster_files`.
"""

from typing import TYPE_CHECKING

from student_transfer._lazy import lazy

if TYPE_CHECKING:  # rosters to match need none of them, and should begin at once
    from student_transfer.formats.dates import DateOrder
    from student_transfer.formats.exports import read
    from student_transfer.formats.reading import (
        Format,
        Note,
        Problem,
        Reading,
        RecordRow,
        SchoolRow,
        StudentReference,
        StudentRow,
    )

__all__ = [
    "DateOrder",
    "Format",
    "Note",
    "Problem",
    "Reading",
    "RecordRow",
    "SchoolRow",
    "StudentReference",
    "StudentRow",
    "read",
]

_HOMES = {
    "dates": ("DateOrder",),
    "exports": ("read",),
    "reading": (
        "Format",
        "Note",
        "Problem",
        "Reading",
        "RecordRow",
        "SchoolRow",
        "StudentReference",
        "StudentRow",
    ),
}
__getattr__ = lazy(__name__, _HOMES)
