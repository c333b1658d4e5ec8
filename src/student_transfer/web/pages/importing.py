"""The tab *Import Student Data*, and the email that asks for a code."""

from starlette.responses import Response

from student_transfer.errors import StudentTransferError
from student_transfer.imports import ENDED
from student_transfer.request_email import RequestFor
from student_transfer.sites import SiteKind
from student_transfer.web.failures import status_of
from student_transfer.web.pages.route import does, reads
from student_transfer.web.paging import Paging
from student_transfer.web.visit import Visit

_COMPLETED = 20  # completed imports on a page


def show(visit: Visit) -> Response:
    """Show the field for the code, the imports, and how to ask for data."""
    return tab(visit)


def tab(
    visit: Visit, error: StudentTransferError | None = None, entered: str = ""
) -> Response:
    """Show the tab, with what was wrong about an entered code (CODE-11)."""
    service, actor = visit.service, visit.actor
    total = sum(one.state in ENDED for one in service.listed_imports(actor))
    paging = Paging(visit.query.number("page"), _COMPLETED).within(total)
    return visit.page(
        "importing.html",
        200 if error is None else status_of(error),
        tab="import",
        site=service.site(actor),
        pending=service.pending_imports(actor),
        completed=service.completed_imports(
            actor, offset=paging.offset, limit=paging.size
        ),
        total=total,
        error=error,
        entered=entered,
        **paging.of(total),
    )


def pending(visit: Visit) -> Response:
    """Show the pending imports alone, for the page to refresh itself (PREV-1)."""
    shown = visit.service.pending_imports(visit.actor)
    return visit.page("pending.html", pending=shown)


def request_data(visit: Visit) -> Response:
    """Show the email to copy, filled with what was entered (REQ-1, REQ-2)."""
    fields = visit.form if visit.request.method == "POST" else visit.query
    about = fields.choice("about", RequestFor) or RequestFor.YEAR
    source = fields.choice("source", SiteKind) or SiteKind.SCHOOL
    email = visit.service.request_email(visit.actor, about=about, source=source)
    if visit.request.method == "POST":
        given = {one.name: visit.form.text(one.name) for one in email.placeholders}
        email = email.fill(given)
    return visit.page(
        "request.html",
        tab="import",
        site=visit.service.site(visit.actor),
        about=about,
        source=source,
        email=email,
    )


PAGES = (
    reads("/", "import", show),
    reads("/pending", "pending", pending),
    reads("/request-data", "request", request_data),
    does("/request-data", "request_filled", request_data),
)
