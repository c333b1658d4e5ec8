"""Errors of use that every storage has, so that all say the same and what to do."""

from student_transfer.errors import StorageError, StorageReadOnlyError
from student_transfer.sites import School


def entered_before() -> StorageError:
    """Make the error for a unit of work that is entered a second time."""
    return StorageError(
        "This unit of work was entered before.",
        advice="Nothing was changed. Ask the storage for a new one for each "
        "transaction.",
    )


def not_open() -> StorageError:
    """Make the error for what is used outside its unit of work."""
    return StorageError(
        "This unit of work is not open.",
        advice="Use it inside its with statement and before its commit.",
    )


def only_reads() -> StorageReadOnlyError:
    """Make the error for a write where only reading was announced."""
    return StorageReadOnlyError(
        "This unit of work only reads.", advice="Open one that may write."
    )


def no_such_site(school: School) -> StorageError:
    """Make the error for a school whose site is not there."""
    return StorageError(
        f"There is no site {school.site_id} for the school {school.id}.",
        advice="Add the site first.",
    )


def another_student() -> StorageError:
    """Make the error for a state that is not of the student whom it would replace."""
    return StorageError(
        "A student's site and key cannot be changed.",
        advice="Nothing was changed. Give the new state under the site and key that "
        "were read, or add a student of another key.",
    )
