"""The use cases, behind one object: `TransferService`.

Each use case is one function: it loads, asks a rule, and saves.

- `service`: the object that a host calls.
- `context`: what every use case is given, and the checks that all share.

On the source site:

- `transfer_codes`: codes are generated, listed and revoked; the email that asks.

On the destination, in the order in which an import meets them:

- `import_lifecycle`: a code is entered, an import started, confirmed or cancelled.
- `analysis`: the background step that makes the preview.
- `asking_matcher`: the matching is asked, and its promises are checked.
- `known_links`: what sites know already of who is who.
- `kept_decisions`: what people decided in an earlier preview.
- `previewing`: the preview, its counts and its rows.
- `review`: who may be the match of an incoming student, and why.
- `match_review`: one incoming student with all that a page shows.
- `review_decisions`: what a person decides.
- `visibility`: whom of the own site an import shows.
- `importing`: the background step that brings the students.
- `match_target`: with whom a student is merged, checked again.
- `import_lists`: the lists of imports, how far each is, and the logs.

Afterwards:

- `duplicates`: two records are merged, and parted again.
- `match_undo`: an applied match is undone.
- `undoable_matches`: which one can be.

What several of them use:

- `site_lookup` and `student_search`: schools, years and students of the own site.
- `lookups`: a site, a school, a student, an import or a code by its key.
- `labels`: what sites, schools and imports are called.
- `candidates`: what the storage tells the matching.
- `identifiers`: who has an identifier.
- `merge_history`: whom merges have made whom.
- `plain_differences`: two who are taken for one only if a person says so twice.
- `all_or_nothing`: records that change hands.
- `steps` and `background`: which steps are due, running and resuming them.
- `step_failures`: what is kept of a step that failed.
- `retries`: a change is tried again when others interfere with it.
"""

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
