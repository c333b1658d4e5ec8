"""The use cases, behind one object: `TransferService`."""

from student_transfer.services.background import Ran
from student_transfer.services.context import OnFailure, OnProgress
from student_transfer.services.duplicates import MergePlan
from student_transfer.services.finding import FoundStudents
from student_transfer.services.listing import (
    CompletedImport,
    ImportProgress,
    PendingImport,
)
from student_transfer.services.match_undo import MatchUndo
from student_transfer.services.one_row import RowReview
from student_transfer.services.own_site import WhoGoes, YearCount
from student_transfer.services.previewing import Preview, PreviewRow
from student_transfer.services.receiving import LookedUp, Scheduled
from student_transfer.services.review import PossibleMatch
from student_transfer.services.sending import CodeEntry, NewCode
from student_transfer.services.service import TransferService
from student_transfer.services.steps import Due, OnDue, Step

__all__ = [
    "CodeEntry",
    "CompletedImport",
    "Due",
    "FoundStudents",
    "ImportProgress",
    "LookedUp",
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
    "RowReview",
    "Scheduled",
    "Step",
    "TransferService",
    "WhoGoes",
    "YearCount",
]
