"""The import log, as a page and as a CSV file, and undoing a match from it."""

from collections.abc import Iterable

from starlette.responses import Response

from student_transfer.import_log import write_log
from student_transfer.imports import (
    Import,
    ImportRow,
    ImportState,
    LogEntry,
    in_log_order,
)
from student_transfer.permissions import Action
from student_transfer.students import StudentKey
from student_transfer.web.pages.fields import field_pairs, labels
from student_transfer.web.pages.route import does, reads
from student_transfer.web.paging import Paging
from student_transfer.web.visit import Visit

_MERGE = Action.MERGE_STUDENTS


def show(visit: Visit) -> Response:
    """Show what happened to each student, and who was merged (LOG-1, LOG-2)."""
    shown = visit.service.preview(visit.actor, visit.import_id)
    by_key = {one.source_key: one for one in shown.rows}
    told = [row for row, _ in in_log_order(one.row for one in shown.rows)]
    rows = [by_key[row.source_key] for row in told]
    paging = Paging(visit.query.number("page")).within(len(rows))
    return visit.page(
        "log.html",
        tab="import",
        site=visit.service.site(visit.actor),
        shown=shown,
        import_=shown.import_,
        rows=paging.part(rows),
        total=len(rows),
        to_merge=_to_merge(visit, told),
        may_undo_match=_may_undo_match(visit, shown.import_),
        **paging.of(len(rows)),
    )


def _to_merge(visit: Visit, told: Iterable[ImportRow]) -> list[LogEntry]:
    """Return who is to be merged still (IMP-9); most imports have nobody."""
    if not any(row.outcome is not None and row.outcome.to_merge for row in told):
        return []
    entries = visit.service.log_entries(visit.actor, visit.import_id)
    return [entry for entry in entries if entry.outcome.to_merge]


def _may_undo_match(visit: Visit, import_: Import) -> bool:
    """Return whether matches of an import can be undone by this actor (AFTER-2)."""
    ended = import_.state is not ImportState.SCHEDULED
    return ended and visit.may(_MERGE, import_.school_id)


def download(visit: Visit) -> Response:
    """Return the log as a CSV file (LOG-1, LOG-3)."""
    rows = visit.service.import_log(visit.actor, visit.import_id)
    return Response(
        write_log(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="import-log.csv"'},
    )


def ask_undo(visit: Visit) -> Response:
    """Show both students as undoing their match would leave them (AFTER-2)."""
    key = StudentKey(visit.query.key("incoming"))
    if not key:  # the address of the form was loaded
        return visit.to("log", import_id=visit.import_id)
    plan = visit.service.plan_undo_match(visit.actor, visit.import_id, key)
    return visit.page(
        "undo_match.html",
        tab="import",
        site=visit.service.site(visit.actor),
        import_id=visit.import_id,
        key=key,
        plan=plan,
        pairs=field_pairs(plan.stays, plan.goes),
        changed_since=labels(plan.changed_since),
        schools=visit.school_names(_MERGE),
    )


def undo(visit: Visit) -> Response:
    """Return the log, once the match is undone as it was shown (AFTER-2)."""
    key = StudentKey(visit.form.key("incoming"))
    seen = visit.form.text("seen")
    visit.service.undo_match(visit.actor, visit.import_id, key, seen=seen)
    return visit.to("log", import_id=visit.import_id, done="undone")


PAGES = (
    reads("/imports/{import_id}/log", "log", show),
    reads("/imports/{import_id}/log.csv", "log_csv", download),
    reads("/imports/{import_id}/match/undo", "ask_undo_match", ask_undo),
    does("/imports/{import_id}/match/undo", "undo_match", undo),
)
