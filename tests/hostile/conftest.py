"""The two sites of the services' tests; every error is listened to."""

from collections.abc import Iterator
from typing import Any

import pytest

from student_transfer.codes import TransferCode
from student_transfer.errors import StudentTransferError
from tests.hostile.marks import MARK, check_silent
from tests.services.conftest import sites, sqlite, storage

__all__ = ["sites", "sqlite", "storage"]


@pytest.fixture(autouse=True)
def silent(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[list[StudentTransferError]]:
    """Check of every test that no error and no log tells of a child or shows a code."""
    errors: list[StudentTransferError] = []
    codes: set[str] = set()
    begin, reveal = StudentTransferError.__init__, TransferCode.reveal

    def listen(self: StudentTransferError, *args: Any, **values: Any) -> None:
        begin(self, *args, **values)
        errors.append(self)

    def note(self: TransferCode) -> str:
        shown = reveal(self)
        codes.update({shown, shown.replace("-", "")})
        return shown

    monkeypatch.setattr(StudentTransferError, "__init__", listen)
    monkeypatch.setattr(TransferCode, "reveal", note)
    caplog.set_level(0)
    yield errors
    check_silent(errors, {MARK, *codes})
    assert MARK not in caplog.text
