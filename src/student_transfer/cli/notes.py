"""What is told of files, with the options of the command line."""

from student_transfer.formats.dates import DATE_ORDER, SAID
from student_transfer.formats.findings import Note

_OPTIONS = {DATE_ORDER: f"--dates {' or '.join(SAID)}"}
"""For each argument of the library the option that gives it."""


def note_line(note: Note) -> str:
    """Return a note with the option by which whoever reads it can settle it.

    >>> note_line(Note("users.csv", "say which is first", "date_order"))
    'users.csv: say which is first (--dates day-first or month-first)'
    """
    return note.line(_OPTIONS.get(note.argument, ""))
