"""The check that no error tells of a child finds one that does."""

import pytest
import sqlalchemy as sa

from student_transfer.errors import InputFileError, StorageError
from tests.hostile import marks


def raised_from(cause: Exception, *, hidden: bool) -> StorageError:
    """Return an error of the library that another one led to."""
    try:
        try:
            raise cause
        except type(cause) as led:
            if hidden:
                raise StorageError from None
            raise StorageError from led
    except StorageError as error:
        return error


SECRET = "Zerlina"


def test_what_tells_is_found() -> None:
    """In the message, the values of the error, and in what led to it."""
    for error in (
        ValueError(f"no {SECRET}"),
        InputFileError("No.", [f"line 1: {SECRET}"]),
        raised_from(ValueError(SECRET.lower()), hidden=False),
        raised_from(sa.exc.StatementError("x", SECRET, None, None), hidden=False),
    ):
        with pytest.raises(AssertionError):
            marks.check_silent([error], [SECRET])


def test_what_does_not_tell_is_let_pass() -> None:
    """What was put aside on purpose is not shown with the error."""
    hidden = raised_from(ValueError(SECRET), hidden=True)
    marks.check_silent([hidden, InputFileError(), KeyError()], [SECRET])
