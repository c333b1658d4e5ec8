"""The import log: one row a student, as values and as CSV (LOG-1 to LOG-3)."""

from enum import Enum

import attrs


class SourceImportStatus(Enum):
    """Whether a student's own data was imported as it was (LOG-2)."""

    NO_CHANGES = "imported with no changes"
    CHANGES = "imported with changes"
    FAILED = "failed"


class ScoreImportStatus(Enum):
    """How many of a student's scores were imported (LOG-2)."""

    ALL = "all"
    SOME = "some"
    NONE = "none"


@attrs.frozen(kw_only=True, repr=False)
class LogRow:
    """What happened to one student (LOG-1).

    The identifiers are given as they were on the source site and as they are on the
    destination after the import. ``detail`` says in words what was changed or why the
    student failed.
    """

    first_name: str
    last_name: str
    year: str
    source_import_status: SourceImportStatus
    score_import_status: ScoreImportStatus
    source_student_id: str = ""
    destination_student_id: str = ""
    source_user_name: str = ""
    destination_user_name: str = ""
    source_email: str = ""
    destination_email: str = ""
    detail: str = ""

    def __repr__(self) -> str:
        """Give the statuses, not the student."""
        return (
            f"<LogRow {self.source_import_status.value}, "
            f"scores {self.score_import_status.value}>"
        )
