"""Identifiers as rows have them: what several children may have names nobody.

What stands for none is left out, with a note. A key or the id of a record that a
spreadsheet has rounded cannot be made up for, so that its row is a problem.
"""

from student_transfer.formats.tables import Row
from student_transfer.linkage.profiles.identifiers import local_id
from student_transfer.names import is_rounded
from student_transfer.students import StudentKey

PLACEHOLDER = (
    "an identifier of a student that stands for none, such as n/a or 0, or was rounded "
    "by a spreadsheet, was left out: it would name several children"
)
"""What is noted of a file that has some."""

NAMES_NOBODY = (
    "names no student: every identifier of the student is blank or stands for none"
)
"""What is said of a row of results that is nobody's."""

NO_KEY_KNOWN = "the key stands for none, as n/a does, so the row cannot be read"
"""What is said of a row of a roster that is nobody's."""

ROUNDED = (
    "a spreadsheet has rounded an identifier, so several may have it: keep the column "
    "as text"
)
"""What is said of a row whose key or record nobody can tell from another."""


def keys_of(row: Row, *columns: str) -> tuple[StudentKey, ...]:
    """Return the keys in some cells of a row; those that stand for none are noted."""
    texts = [text for text in map(row.text, columns) if text]
    known = tuple(
        StudentKey(text) for text in texts if local_id(text) or is_rounded(text)
    )
    if len(known) < len(texts):
        row.table.note(PLACEHOLDER)
    return known


def record_name(row: Row, column: str) -> str:
    """Return the id of a record; one that was rounded is a problem."""
    text = row.text(column)
    if is_rounded(text):
        row.problem(column, ROUNDED)
    return text
