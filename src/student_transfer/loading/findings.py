"""What the steps of one load tell a person, and what they tell each other."""

import attrs

from student_transfer.formats.findings import Findings
from student_transfer.formats.reading import (
    RecordRow,
    StudentReference,
    StudentRow,
    Token,
)
from student_transfer.loading.changes import Plan


class RowFindings(Findings):
    """What did not fit the site, and what is worth knowing."""

    def row_problem(self, row: StudentRow | RecordRow, message: str) -> None:
        """Add what is wrong with a whole row."""
        self.problem(row.file, row.line, "", message)


@attrs.define
class LoadedStudents:
    """What became of the students' rows, which decides about their records.

    Attributes:
        accepted: The students before and after, by the references of their rows.
        refused: Identifiers of rows that were not loaded.
        withheld: Identifiers without which a student was loaded (CONF-3).
    """

    accepted: dict[StudentReference, Plan] = attrs.field(factory=dict)
    refused: set[Token] = attrs.field(factory=set)
    withheld: set[Token] = attrs.field(factory=set)
