"""The use cases, behind one object: `TransferService`."""

from student_transfer.services.background import Ran
from student_transfer.services.context import OnFailure, OnProgress
from student_transfer.services.duplicates import MergePlan
from student_transfer.services.import_lifecycle import LookedUp, Scheduled
from student_transfer.services.import_lists import (
    CompletedImport,
    ImportProgress,
    PendingImport,
)
from student_transfer.services.match_review import MatchReview
from student_transfer.services.match_undo import MatchUndo
from student_transfer.services.previewing import Preview, PreviewRow
from student_transfer.services.review import PossibleMatch
from student_transfer.services.service import TransferService
from student_transfer.services.site_lookup import WhoGoes, YearCount
from student_transfer.services.steps import Due, OnDue, Step
from student_transfer.services.student_search import FoundStudents
from student_transfer.services.transfer_codes import CodeEntry, NewCode

__all__ = [
    "CodeEntry",
    "CompletedImport",
    "Due",
    "FoundStudents",
    "ImportProgress",
    "LookedUp",
    "MatchReview",
    "MatchUndo",
    "MergePlan",
    "NewCode",
    "OnDue",
    "OnFailure",
    "OnProgress",
    "PendingImport",
    "PossibleMatch",
    "Preview",
    "PreviewRow",
    "Ran",
    "Scheduled",
    "Step",
    "TransferService",
    "WhoGoes",
    "YearCount",
]
