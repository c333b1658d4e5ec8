"""Errors of the library as pages that help, with the status that fits."""

import logging

from starlette.exceptions import HTTPException

from student_transfer.errors import (
    CodeRefusedError,
    ConcurrentChangeError,
    ConfirmationRequiredError,
    DecisionError,
    EmptyScopeError,
    ForeignFormError,
    FormRefusedError,
    IllegalTransitionError,
    MergeRefusedError,
    NotAllowedError,
    NotFoundError,
    StorageBusyError,
    StorageError,
    StudentTransferError,
    UndoRefusedError,
    UnlikeError,
    UnreviewedError,
)

log = logging.getLogger("student_transfer.web")


# The first that fits; a class comes before the classes it is derived from.
_STATUSES: tuple[tuple[type[StudentTransferError], int], ...] = (
    (ForeignFormError, 403),
    (FormRefusedError, 422),
    (CodeRefusedError, 422),
    (EmptyScopeError, 422),
    (NotAllowedError, 403),
    (NotFoundError, 404),
    (IllegalTransitionError, 409),
    (ConfirmationRequiredError, 409),
    (UnreviewedError, 409),
    (UnlikeError, 409),
    (DecisionError, 409),
    (MergeRefusedError, 409),
    (UndoRefusedError, 409),
    (ConcurrentChangeError, 409),
    (StorageBusyError, 503),
    (StorageError, 500),
)

_OF_HTTP = {
    400: ("This request could not be read.", "Go back and try it again."),
    404: ("There is no such page.", "Start again from the Transfer Student Data page."),
    405: ("This step is not possible so.", "Go back and use the buttons of the page."),
    413: ("This form is too large.", "Go back and enter less."),
    415: ("This form could not be read.", "Go back and use the form of the page."),
}


def status_of(error: StudentTransferError) -> int:
    """Return the HTTP status of an error of the library."""
    found = next((code for kind, code in _STATUSES if isinstance(error, kind)), 500)
    if found >= 500:  # noqa: PLR2004 - where HTTP's own faults begin
        log.error("The pages could not answer: %s", type(error).__name__)
    return found


def of_http(error: HTTPException) -> StudentTransferError:
    """Put an error of HTTP into words."""
    message, advice = _OF_HTTP.get(error.status_code, _OF_HTTP[400])
    return StudentTransferError(message, advice=advice)


UNEXPECTED = StudentTransferError(
    "Something went wrong on this site.",
    advice="Before you try again, look at the list of imports to see whether the step "
    "was done. If it happens again, tell support what you did and when.",
)
SIGNED_OUT = StudentTransferError(
    "You are not signed in, or your account may not use these pages.",
    advice="Sign in as an administrator of your site and open the page again.",
)
