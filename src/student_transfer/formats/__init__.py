"""Reads what other systems export: rosters, Star results and reader quizzes.

`read` takes files, folders and zips, tells each table's format by its header, and
gives everything it could read together with everything that is wrong. What each
format's columns become is in the reference of the files. Two rosters that shall only be
matched are read by `student_transfer.roster_files`.

From bytes to values:

- `files`: the files that are there, in folders and zips.
- `encoding`: bytes as text.
- `delimited`: text as a header and lines, whatever parts the cells.
- `tables`: a header and rows that have all their cells.
- `recognition`: what a table is, by its header.
- `exports`: all tables of what was given, each read by its format.
- `joining`: what several files and rows say of one student, school or record.
- `two_children`: rows under one identifier that may be two children's.
- `reading`: what comes of it, as values.
- `findings`: what a person is told of it.

The formats:

- `oneroster` and `oneroster_users`: OneRoster CSV, and School Data Sync v2.1.
- `school_data_sync`: Microsoft School Data Sync v1.
- `star`: the Star exports.
- `reader_quizzes`: Accelerated Reader quizzes.

What they share:

- `dates`: dates and instants.
- `identifiers`: what stands for none.
- `passwords`: columns that nobody gives away.
- `record_ids`: names of records that stay the same.
- `writing`: files that are written whole or not at all.
"""

from typing import TYPE_CHECKING

from student_transfer._lazy import lazy

if TYPE_CHECKING:  # rosters to match need none of them, and should begin at once
    from student_transfer.formats.dates import DateOrder
    from student_transfer.formats.exports import read
    from student_transfer.formats.findings import Note, Problem
    from student_transfer.formats.reading import (
        Format,
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
    "findings": ("Note", "Problem"),
    "reading": (
        "Format",
        "Reading",
        "RecordRow",
        "SchoolRow",
        "StudentReference",
        "StudentRow",
    ),
}
__getattr__ = lazy(__name__, _HOMES)
