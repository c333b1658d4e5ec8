"""The import log, as a page and as the CSV."""

from starlette.responses import Response

from student_transfer.import_log import write_log
from student_transfer.imports import ImportRow
from student_transfer.web.pages.route import reads
from student_transfer.web.paging import Paging
from student_transfer.web.visit import Visit


def show(visit: Visit) -> Response:
    """Show what happened to each student, and who was merged (LOG-1, LOG-2)."""
    shown = visit.service.preview(visit.actor, visit.import_id)
    rows = sorted((one.row for one in shown.rows if one.row.outcome), key=_by_name)
    paging = Paging(visit.query.number("page")).within(len(rows))
    return visit.page(
        "log.html",
        tab="import",
        site=visit.service.site(visit.actor),
        shown=shown,
        import_=shown.import_,
        rows=paging.part(rows),
        total=len(rows),
        to_merge=[row for row in rows if row.outcome and row.outcome.to_merge],
        **paging.of(len(rows)),
    )


def _by_name(row: ImportRow) -> tuple[str, str]:
    """Order as the CSV does."""
    line = row.outcome.log_row if row.outcome else None
    return (line.last_name, line.first_name) if line else ("", "")


def download(visit: Visit) -> Response:
    """Give the CSV (LOG-1, LOG-3)."""
    rows = visit.service.import_log(visit.actor, visit.import_id)
    return Response(
        write_log(rows),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="import-log.csv"'},
    )


PAGES = (
    reads("/imports/{import_id}/log", "log", show),
    reads("/imports/{import_id}/log.csv", "log_csv", download),
)
