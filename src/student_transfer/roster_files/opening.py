"""Two roster files to match, opened: which of day and month comes first is settled."""

from os import PathLike

from student_transfer.formats.dates import DateOrder, is_open
from student_transfer.roster_files.roster_file import RosterFile


def open_rosters(
    incoming: str | PathLike[str],
    existing: str | PathLike[str],
    date_order: DateOrder | None = None,
) -> tuple[RosterFile, RosterFile]:
    """Return two files that are to be matched, of which no row is read yet.

    Args:
        incoming: The file of those who come.
        existing: The file of those who are there.
        date_order: Whether day or month comes first in both; without, what the dates of
            either file prove is so in the other.

    Raises:
        InputFileError: A file is not there or has no column ``id``, or its text cannot
            be read.
        ValueError: The order is neither of the two.
    """
    if date_order is not None and is_open(date_order):
        raise ValueError("say that day or that month comes first")
    coming, there = RosterFile(incoming), RosterFile(existing)
    mine, others = coming.dating, there.dating
    if date_order is not None:
        coming.dating, there.dating = (
            mine.as_said(date_order),
            others.as_said(date_order),
        )
    else:
        coming.dating, there.dating = mine.after(others), others.after(mine)
    return coming, there
