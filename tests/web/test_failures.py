"""Which HTTP status an error of the library has."""

import pytest

from student_transfer.errors import (
    ConfirmationRequiredError,
    MatchTakenError,
    MatchUndoRefusedError,
    NotAllowedError,
    NotFoundError,
    StorageBusyError,
    StorageError,
    StudentTransferError,
    UnreviewedError,
)
from student_transfer.students import StudentKey
from student_transfer.web.failures import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ConfirmationRequiredError(), 409),
        (UnreviewedError(2), 409),
        (MatchTakenError(StudentKey("s1")), 409),
        (MatchUndoRefusedError(), 409),
        (NotAllowedError(), 403),
        (NotFoundError(), 404),
        (StorageBusyError(), 503),
        (StorageError(), 500),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_a_person_can_mend_is_no_fault_of_the_server(
    error: StudentTransferError, status: int
) -> None:
    """PERM-3, IMP-2, MATCH-1, AFTER-2: a status that fits, by the kind of error."""
    assert status_of(error) == status
