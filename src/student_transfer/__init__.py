"""Move students and their reading and maths history between school sites.

The names that a host needs most are here; each module has the rest:

- `TransferService` has the use cases.
- `codes`, `matching`, `merging`, `merges`, `match_undo`, `imports`, `outcomes`,
  `import_log`, `request_email` and `permissions` have the rules, as pure functions and
  frozen values.
- `ports` says what a host implements; `adapters` has storage that is ready to use.
- `formats` and `loading` bring files in; `roster_files` matches two rosters in files.
"""

from typing import TYPE_CHECKING

from student_transfer._lazy import lazy

if TYPE_CHECKING:
    from student_transfer.codes import CodeId, StudentScope, TransferCode, YearScope
    from student_transfer.errors import StudentTransferError
    from student_transfer.import_log import LogRow, read_log, write_log
    from student_transfer.imports import ImportId, ImportState
    from student_transfer.matching import ImportAs, Settings
    from student_transfer.merges import MergeId
    from student_transfer.permissions import (
        Action,
        Actor,
        ActorId,
        DefaultPolicy,
        Policy,
        Role,
    )
    from student_transfer.records import Mastery, Origin, ReaderQuiz, StarAssessment
    from student_transfer.request_email import RequestFor
    from student_transfer.services import Due, Step, TransferService
    from student_transfer.sites import (
        RosterSource,
        School,
        SchoolId,
        Site,
        SiteId,
        SiteKind,
    )
    from student_transfer.students import Student, StudentKey

__all__ = [
    "Action",
    "Actor",
    "ActorId",
    "CodeId",
    "DefaultPolicy",
    "Due",
    "ImportAs",
    "ImportId",
    "ImportState",
    "LogRow",
    "Mastery",
    "MergeId",
    "Origin",
    "Policy",
    "ReaderQuiz",
    "RequestFor",
    "Role",
    "RosterSource",
    "School",
    "SchoolId",
    "Settings",
    "Site",
    "SiteId",
    "SiteKind",
    "StarAssessment",
    "Step",
    "Student",
    "StudentKey",
    "StudentScope",
    "StudentTransferError",
    "TransferCode",
    "TransferService",
    "YearScope",
    "read_log",
    "write_log",
]
__version__ = "0.1.0"

_HOMES = {
    "codes": ("CodeId", "StudentScope", "TransferCode", "YearScope"),
    "errors": ("StudentTransferError",),
    "import_log": ("LogRow", "read_log", "write_log"),
    "imports": ("ImportId", "ImportState"),
    "matching": ("ImportAs", "Settings"),
    "merges": ("MergeId",),
    "permissions": (
        "Action",
        "Actor",
        "ActorId",
        "DefaultPolicy",
        "Policy",
        "Role",
    ),
    "records": ("Mastery", "Origin", "ReaderQuiz", "StarAssessment"),
    "request_email": ("RequestFor",),
    "services": ("Due", "Step", "TransferService"),
    "sites": ("RosterSource", "School", "SchoolId", "Site", "SiteId", "SiteKind"),
    "students": ("Student", "StudentKey"),
}
__getattr__ = lazy(__name__, _HOMES)


def __dir__() -> list[str]:
    """List the public names, also those not loaded yet."""
    return sorted({*globals(), *__all__})
