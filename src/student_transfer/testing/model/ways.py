"""Every way in which a person can name a thing to the service.

What a use case is not tried with here can give another's away unseen. So a test holds
these lists against the signatures of `TransferService`.
"""

from collections.abc import Callable

import attrs

from student_transfer.codes import CodeId, StudentScope, YearScope
from student_transfer.imports import ImportId
from student_transfer.merges import MergeId
from student_transfer.permissions import Action, Actor
from student_transfer.request_email import RequestFor
from student_transfer.services import TransferService
from student_transfer.sites import SchoolId, SiteKind
from student_transfer.students import StudentKey

_MERGE = Action.MERGE_STUDENTS


@attrs.frozen
class Beside:
    """What a use case is given beside the name that is tried.

    Attributes:
        code: A transfer code, as it is entered.
        import_id: An import.
        row: An incoming student of it.
        student: A student of the own site.
    """

    code: str
    import_id: ImportId
    row: StudentKey
    student: StudentKey


Way = Callable[[TransferService, Actor, str, Beside], object]
"""Calls a use case with the name of something."""

OF_IMPORT: tuple[Way, ...] = (
    lambda on, who, one, _: on.preview(who, ImportId(one)),
    lambda on, who, one, _: on.progress(who, ImportId(one)),
    lambda on, who, one, _: on.edits(who, ImportId(one)),
    lambda on, who, one, _: on.import_log(who, ImportId(one)),
    lambda on, who, one, _: on.log_entries(who, ImportId(one)),
    lambda on, who, one, _: on.search_students(who, ImportId(one), "amina"),
    lambda on, who, one, by: on.review_row(who, ImportId(one), by.row),
    lambda on, who, one, by: on.review_row(who, ImportId(one), by.row, by.student),
    lambda on, who, one, by: on.possible_matches(who, ImportId(one), by.row),
    lambda on, who, one, by: on.explain(who, ImportId(one), by.row, by.student),
    lambda on, who, one, by: on.why_not(who, ImportId(one), by.row, by.student),
    lambda on, who, one, by: on.keep_match(who, ImportId(one), by.row, by.student),
    lambda on, who, one, by: on.clear_match(who, ImportId(one), by.row),
    lambda on, who, one, by: on.choose_match(who, ImportId(one), by.row, by.student),
    lambda on, who, one, by: on.plan_undo_match(who, ImportId(one), by.row),
    lambda on, who, one, by: on.undo_match(who, ImportId(one), by.row),
    lambda on, who, one, _: on.analyse_again(who, ImportId(one)),
    lambda on, who, one, _: on.confirm(who, ImportId(one), accept_unreviewed=True),
    lambda on, who, one, _: on.cancel(who, ImportId(one)),
    lambda on, who, one, _: on.cancel(who, ImportId(one), confirmed=True),
)
"""Every use case of a person that names an import."""

OF_STUDENT: tuple[Way, ...] = (
    lambda on, who, one, _: on.student(who, _MERGE, StudentKey(one)),
    lambda on, who, one, _: on.student(who, Action.GENERATE_CODE, StudentKey(one)),
    lambda on, who, one, by: on.plan_merge(who, by.student, StudentKey(one)),
    lambda on, who, one, by: on.plan_merge(who, StudentKey(one), by.student),
    lambda on, who, one, by: on.merge_students(
        who, by.student, StudentKey(one), accept_unlike=True
    ),
    lambda on, who, one, by: on.merge_students(
        who, StudentKey(one), by.student, accept_unlike=True
    ),
    lambda on, who, one, _: on.generate_code(who, _one(one)),
    lambda on, who, one, _: on.who_goes(who, _one(one)),
    lambda on, who, one, by: on.review_row(who, by.import_id, by.row, StudentKey(one)),
    lambda on, who, one, by: on.explain(who, by.import_id, by.row, StudentKey(one)),
    lambda on, who, one, by: on.why_not(who, by.import_id, by.row, StudentKey(one)),
    lambda on, who, one, by: on.keep_match(who, by.import_id, by.row, StudentKey(one)),
    lambda on, who, one, by: on.choose_match(
        who, by.import_id, by.row, StudentKey(one), accept_unlike=True
    ),
)
"""Every use case of a person that names a student of the own site."""

OF_SCHOOL: tuple[Way, ...] = (
    lambda on, who, one, _: on.years(who, SchoolId(one)),
    lambda on, who, one, _: on.students(who, _MERGE, school_id=SchoolId(one)),
    lambda on, who, one, _: on.who_goes(who, YearScope(SchoolId(one), "6")),
    lambda on, who, one, _: on.generate_code(who, YearScope(SchoolId(one), "6")),
    lambda on, who, one, by: on.start_import(who, by.code, SchoolId(one)),
)
"""Every use case of a person that names a school."""

OF_MERGE: tuple[Way, ...] = (
    lambda on, who, one, _: on.get_merge(who, MergeId(one)),
    lambda on, who, one, _: on.undo_merge(who, MergeId(one)),
)
"""Every use case of a person that names a merge."""

OF_CODE: tuple[Way, ...] = (lambda on, who, one, _: on.revoke_code(who, CodeId(one)),)
"""Every use case of a person that names a code of the own site by its id."""

OF_NOTHING: tuple[Way, ...] = (
    lambda on, who, _, by: on.look_up(who, by.code),
    lambda on, who, _, __: on.request_email(
        who, about=RequestFor.STUDENT, source=SiteKind.SCHOOL
    ),
    lambda on, who, _, __: on.site(who),
    lambda on, who, _, __: on.schools(who, _MERGE),
    lambda on, who, _, __: on.students(who, _MERGE),
    lambda on, who, _, __: on.students(who, _MERGE, name="a"),
    lambda on, who, _, __: on.codes(who),
    lambda on, who, _, __: on.listed_imports(who),
    lambda on, who, _, __: on.pending_imports(who),
    lambda on, who, _, __: on.completed_imports(who),
    lambda on, who, _, __: on.merges(who),
)
"""Every use case of a person that can be asked without a name."""


def _one(key: str) -> StudentScope:
    return StudentScope(SchoolId("one"), StudentKey(key))
