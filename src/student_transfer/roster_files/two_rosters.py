"""The students of two rosters to match, as values.

`match_files` reads the files as streams; `read_rosters` gives the same students to
whoever tunes the matching, or has more to do with them.
"""

from collections.abc import Mapping
from os import PathLike

import attrs

from student_transfer.formats.dates import DateOrder
from student_transfer.formats.findings import Note
from student_transfer.roster_files.kept_rows import key_of, student_of
from student_transfer.roster_files.opening import open_rosters
from student_transfer.roster_files.roster_file import RosterFile
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey


@attrs.frozen(repr=False)
class Rosters:
    """The students of two roster files.

    Attributes:
        incoming: Those who come, by id, in the order of the file.
        existing: Those who are there, likewise.
        notes: What is worth knowing of the files, such as a column that is not read.
    """

    incoming: Mapping[StudentKey, Student]
    existing: Mapping[StudentKey, Student]
    notes: tuple[Note, ...]

    def __repr__(self) -> str:
        """Count the students, and name none."""
        return f"<Rosters of {len(self.incoming)} and {len(self.existing)} students>"


def read_rosters(
    incoming: str | PathLike[str],
    existing: str | PathLike[str],
    *,
    date_order: DateOrder | None = None,
) -> Rosters:
    """Read two roster files as ``student-transfer match`` does, into students.

    `matching.link` proposes for them exactly what the command does for the files. The
    key of each is the id; the site is called ``incoming`` or ``existing``. A postcode,
    an address, and what is known in part of a date of birth (``2014-03``) are in
    `Student.extra`, where the matching looks for them. Both files are held in memory.

    Args:
        incoming: The file of those who come.
        existing: The file of those who are there.
        date_order: Whether day or month comes first in dates such as ``3/5/2014``;
            without, the dates of both files tell. Where they do not, only the year is
            taken of a date that could be either.

    Raises:
        InputFileError: A file cannot be read, has no column ``id``, or has bad rows;
            all of one file are in its `problems`.
        ValueError: The order is neither of the two.
    """
    coming, there = open_rosters(incoming, existing, date_order)
    return Rosters(
        incoming=_students(coming, SiteId("incoming")),
        existing=_students(there, SiteId("existing")),
        notes=(*coming.notes, *there.notes),
    )


def _students(file: RosterFile, site: SiteId) -> dict[StudentKey, Student]:
    return {key_of(row): student_of(site, row) for row in file.rows()}
