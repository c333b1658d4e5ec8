"""The import log, as a page and as the CSV."""

from math import ceil

from starlette.responses import Response

from student_transfer.import_log import write_log
from student_transfer.web.pages.route import reads
from student_transfer.web.visit import PAGE_SIZE, Visit


def show(visit: Visit) -> Response:
    """Show what happened to each student (LOG-1, LOG-2)."""
    page = visit.query.number("page")
    shown = visit.service.preview(visit.actor, visit.import_id)
    rows = visit.service.import_log(visit.actor, visit.import_id)
    start = (page - 1) * PAGE_SIZE
    return visit.page(
        "log.html",
        tab="import",
        site=visit.service.site(visit.actor),
        shown=shown,
        import_=shown.import_,
        rows=rows[start : start + PAGE_SIZE],
        total=len(rows),
        to_merge=[
            row.row
            for row in shown.rows
            if row.row.outcome and row.row.outcome.to_merge
        ],
        page=page,
        pages=max(1, ceil(len(rows) / PAGE_SIZE)),
        first=start + 1,
    )


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
