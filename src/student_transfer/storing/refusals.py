"""Errors of use that every storage has, so that all say the same and what to do."""

from student_transfer.errors import StorageError


def entered_before() -> StorageError:
    """Make the error for a unit of work that is entered a second time."""
    return StorageError(
        "This unit of work was entered before.",
        advice="Nothing was changed. Ask the storage for a new one for each "
        "transaction.",
    )


def another_student() -> StorageError:
    """Make the error for a state that is not of the student whom it would replace."""
    return StorageError(
        "A student's site and key cannot be changed.",
        advice="Nothing was changed. Give the new state under the site and key that "
        "were read, or add a student of another key.",
    )
