"""The demonstration, from beginning to end."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from student_transfer.cli import main
from student_transfer.demo import story
from student_transfer.demo.story import run_story


@pytest.mark.parametrize("seed", [1, 3])
def test_every_step_is_as_it_should_be(tmp_path: Path, seed: int) -> None:
    """The story tells each step, checks itself, and keeps its database and log."""
    told = io.StringIO()
    assert run_story(tmp_path / "demo", seed, Console(file=told, width=120))
    text = told.getvalue()
    assert "✗" not in text
    for step in range(1, 10):
        assert f"\n{step}. " in text
    assert "[CODE-4]" in text
    assert "[CODE-6]" in text
    assert "The database is kept until the demo is run again" in text
    kept = {file.name for file in (tmp_path / "demo").iterdir()}
    assert kept >= {"student-transfer-demo.db", "student-transfer-demo-log.csv"}


def test_a_step_that_goes_wrong_ends_it_badly(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A check that fails is shown, and the program exits with 1."""
    monkeypatch.setattr(story, "read_log", lambda _: ())
    monkeypatch.setattr(
        "sys.argv", ["student-transfer", "demo", "--dir", str(tmp_path), "--seed", "3"]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert "✗ NOT SO: the file reads back" in capsys.readouterr().out
