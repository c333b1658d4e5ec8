"""Reads what other systems export: rosters, Star results and reader quizzes.

`read` takes files, folders and zips, tells each table's format by its header, and
gives everything it could read together with everything that is wrong. What each
format's columns become is in the reference of the files.

`read_rosters` and `read_truth` read what the matching is evaluated on: two rosters to
match, and who is who in them.
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
    from student_transfer.formats.truth_csv import read_truth
    from student_transfer.formats.two_rosters import Rosters, read_rosters

__all__ = [
    "DateOrder",
    "Format",
    "Note",
    "Problem",
    "Reading",
    "RecordRow",
    "Rosters",
    "SchoolRow",
    "StudentReference",
    "StudentRow",
    "read",
    "read_rosters",
    "read_truth",
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
    "truth_csv": ("read_truth",),
    "two_rosters": ("Rosters", "read_rosters"),
}
__getattr__ = lazy(__name__, _HOMES)
