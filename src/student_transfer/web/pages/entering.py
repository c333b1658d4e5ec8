"""The entered code, and the import that is started with it.

The code comes in the body of a form and goes out in a hidden field of the answer: it
is in no address, no title and no history.
"""

from starlette.responses import Response

from student_transfer.errors import (
    CodeRefusedError,
    StudentTransferError,
    UnchosenError,
)
from student_transfer.sites import SchoolId
from student_transfer.web.pages.importing import tab
from student_transfer.web.pages.route import does, reads
from student_transfer.web.visit import Visit

_CHOOSE = UnchosenError(
    "No school is chosen.", advice="Choose the school to enrol the students in."
)


def enter(visit: Visit) -> Response:
    """Show where an accepted code is from, or what is wrong with it (LOOK-1)."""
    return _entered(visit)


def _entered(visit: Visit, error: StudentTransferError | None = None) -> Response:
    entered = visit.form.text("code")
    try:
        found = visit.service.look_up(visit.actor, entered)
    except CodeRefusedError as refused:
        return tab(visit, refused, entered)
    return visit.page(
        "entered.html",
        200 if error is None else 422,
        tab="import",
        site=visit.service.site(visit.actor),
        found=found,
        entered=entered,
        error=error,
    )


def start(visit: Visit) -> Response:
    """Start the import into the chosen school (LOOK-2, LOOK-3)."""
    school = visit.form.key("school")
    if not school:
        return _entered(visit, _CHOOSE)
    code = visit.form.text("code")
    try:
        visit.service.start_import(visit.actor, code, SchoolId(school))
    except CodeRefusedError as refused:
        return tab(visit, refused, code)
    return visit.to("import", done="started")


def again(visit: Visit) -> Response:
    """Redirect whoever opens the address of the form to the page with the field."""
    return visit.to("import")


PAGES = (
    does("/enter", "enter", enter),
    reads("/enter", "enter_again", again),
    does("/imports", "start", start),
    reads("/imports", "start_again", again),
)
