"""The command line as a program, run here."""

import sys
from collections.abc import Sequence

import attrs
import pytest

from student_transfer.cli import main


@attrs.frozen
class Printed:
    """What a command printed."""

    out: str
    err: str


def ran(
    words: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    status: int = 0,
) -> Printed:
    """Run a command by its words; it has to end with this status."""
    monkeypatch.setattr(sys, "argv", ["student-transfer", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert (ended.value.code or 0) == status, printed.err
    return Printed(printed.out, printed.err)
