"""One import: its state, the preview with its counts, confirming and cancelling."""

from starlette.responses import Response

from student_transfer.codes import StudentScope
from student_transfer.errors import RevokedCodeError
from student_transfer.imports import ImportEvent, scheduled_message
from student_transfer.services import Preview
from student_transfer.web.failures import status_of
from student_transfer.web.pages.route import does, reads
from student_transfer.web.visit import Visit

_NONE_SEEN = -1  # the version of no import


def show(visit: Visit) -> Response:
    """Show the preview, or how far the import is (PREV-1, PREV-2)."""
    try:
        shown = visit.service.preview(visit.actor, visit.import_id, limit=0)
    except RevokedCodeError as error:
        return _revoked(visit, error)
    one = isinstance(shown.import_.scope, StudentScope)
    return visit.page(
        "preview.html",
        tab="import",
        site=visit.service.site(visit.actor),
        shown=shown,
        import_=shown.import_,
        message=scheduled_message(one_student=one),
    )


def _revoked(visit: Visit, error: RevokedCodeError) -> Response:
    """Offer to cancel an import whose code was withdrawn; show nothing of it."""
    return visit.page(
        "revoked.html",
        status_of(error),
        tab="import",
        site=visit.service.site(visit.actor),
        revoked=error,
        import_id=visit.import_id,
    )


def progress(visit: Visit) -> Response:
    """Show the state alone, for the page to refresh itself (PREV-1)."""
    shown = visit.service.progress(visit.actor, visit.import_id)
    return visit.page("progress.html", shown=shown, import_=shown.import_)


def confirm(visit: Visit) -> Response:
    """Schedule the import (IMP-1); where somebody needs review, ask first (MATCH-1).

    Raises:
        ConcurrentChangeError: The form names no version, or not the one that there is.
    """
    version = visit.form.number("version", least=_NONE_SEEN)
    accepted = visit.form.text("unreviewed") == "yes"
    if not accepted:
        shown = visit.service.preview(visit.actor, visit.import_id, limit=0)
        if shown.unreviewed and version == shown.import_.version:
            return _about(visit, "unreviewed.html", shown)
    visit.service.confirm(
        visit.actor, visit.import_id, version=version, accept_unreviewed=accepted
    )
    return visit.to("preview", import_id=visit.import_id, done="scheduled")


def ask_cancel(visit: Visit) -> Response:
    """Ask the second question (IMP-2).

    Raises:
        IllegalTransitionError: The import can no longer be cancelled.
    """
    try:
        shown = visit.service.preview(visit.actor, visit.import_id, limit=0)
    except RevokedCodeError as error:
        return _revoked(visit, error)
    shown.import_.check(ImportEvent.CANCEL)
    return _about(visit, "cancel.html", shown)


def _about(visit: Visit, template: str, shown: Preview) -> Response:
    """Ask something about an import."""
    return visit.page(
        template,
        tab="import",
        site=visit.service.site(visit.actor),
        shown=shown,
        import_=shown.import_,
    )


def cancel(visit: Visit) -> Response:
    """Cancel, after the second yes (IMP-2)."""
    confirmed = visit.form.text("confirmed") == "yes"
    visit.service.cancel(visit.actor, visit.import_id, confirmed=confirmed)
    return visit.to("import", done="cancelled")


def analyse_again(visit: Visit) -> Response:
    """Have the matches looked for again (PREV-7)."""
    visit.service.analyse_again(visit.actor, visit.import_id)
    return visit.to("preview", import_id=visit.import_id, done="again")


PAGES = (
    reads("/imports/{import_id}", "preview", show),
    reads("/imports/{import_id}/progress", "progress", progress),
    does("/imports/{import_id}/confirm", "confirm", confirm),
    reads("/imports/{import_id}/cancel", "ask_cancel", ask_cancel),
    does("/imports/{import_id}/cancel", "cancel", cancel),
    does("/imports/{import_id}/analyse-again", "analyse_again", analyse_again),
)
