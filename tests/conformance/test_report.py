"""What the kit says to somebody who does not know pytest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from student_transfer.testing import command
from student_transfer.testing.command import main
from student_transfer.testing.report import Promise, Report, Verdict

MEMORY = "tests.conformance.hosts:MemoryHost"
CLAIMS_TWICE = "tests.conformance.broken:ClaimsTwice"
MOVES_ON = "A code goes from claimed to used, and forgets whom it was for (CODE-4)."
STAYS_CLAIMED = (
    "A claimed code is still claimed, and by the same, opened again (CODE-7)."
)
ROOT = Path(__file__).parents[2]


def some(*verdicts: Verdict, troubles: tuple[str, ...] = ()) -> Report:
    """Make a report in which this was found."""
    promises = [
        Promise(port="p", text=f"{n}", test=f"test_{n}", verdict=verdict)
        for n, verdict in enumerate(verdicts)
    ]
    return Report("m:Host", tuple(promises), troubles)


YES, NO, NOT = Verdict.HOLDS, Verdict.FAILS, Verdict.NOT_CLAIMED


@pytest.mark.parametrize(
    ("report", "summary", "failed"),
    [
        (some(YES, YES), "2 of 2 promises hold.", False),
        (some(YES, NOT), "1 of 2 promises hold, 1 was not claimed.", False),
        (some(YES, NOT, NOT), "1 of 3 promises hold, 2 were not claimed.", False),
        (some(YES, NO), "1 of 2 promises hold, 1 fails.", True),
        (
            some(YES, NO, NO, NOT),
            "1 of 4 promises hold, 2 fail, 1 was not claimed.",
            True,
        ),
        (some(NOT), "0 of 1 promises hold, 1 was not claimed.", True),
        (some(), "0 of 0 promises hold.", True),
        (
            some(YES, troubles=("x",)),
            "1 of 1 promises hold, the kit itself failed.",
            True,
        ),
    ],
)
def test_counts_without_rounding_up(
    report: Report, summary: str, *, failed: bool
) -> None:
    """The last line counts what holds of all there is, and what failed is failure."""
    assert report.summary() == summary
    assert report.words().splitlines()[-1] == summary
    assert report.failed == failed


def test_says_which_promises_fail_and_how(capsys: pytest.CaptureFixture[str]) -> None:
    """By port, in the words of the promise, with the test and what went wrong."""
    assert main([CLAIMS_TWICE, "--only", "codes"]) == 1
    said = capsys.readouterr().out
    assert said == (ROOT / "tests/conformance/claims_twice.txt").read_text("utf-8")


def test_says_what_was_not_claimed(capsys: pytest.CaptureFixture[str]) -> None:
    """What was not tried is neither among what holds nor among what fails."""
    assert main([MEMORY, "--only", "moves_a or claims_"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"What {MEMORY} keeps of the promises of the ports",
        "",
        "code store",
        f"  holds        {MOVES_ON}",
        "",
        "durability",
        f"  not claimed  {STAYS_CLAIMED}",
        "",
        "what the host does not claim",
        "  DURABLE (a storage opened again has what was committed)",
        "",
        '1 of 2 promises hold, 1 was not claimed, only "moves_a or claims_" was tried.',
    ]


def test_shows_what_kept_it_from_running(capsys: pytest.CaptureFixture[str]) -> None:
    """A kit that did not run says so."""
    assert main([MEMORY, "--only", "there_is_no_such_promise"]) == 1
    assert "No promise was tried at all." in capsys.readouterr().out


def test_writes_json(tmp_path: Path) -> None:
    """The same as data, with everything that is known of a failure."""
    file = tmp_path / "report.json"
    assert main([CLAIMS_TWICE, "--only", "codes", "--json", str(file)]) == 1
    told = json.loads(file.read_text("utf-8"))
    assert told["host"] == CLAIMS_TWICE
    assert told["failed"] is True
    assert told["counts"] == {"holds": 3, "fails": 1, "not claimed": 0}
    [failed] = [one for one in told["promises"] if one["verdict"] == "fails"]
    assert failed["test"] == "test_moves_only_codes_as_read"
    assert failed["port"] == "code store"
    assert "DID NOT RAISE" in failed["why"][0]
    assert "work.codes.change" in failed["trace"]


def test_what_is_not_there_is_a_mistake_of_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A factory that cannot be found ends with another code than a broken promise."""
    with pytest.raises(SystemExit) as ended:
        main(["tests.no_such_module:Host"])
    assert ended.value.code == 2
    assert "There is no module tests.no_such_module" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The kit names its extra instead of showing a trace."""
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    assert main([MEMORY]) == 1
    assert "student-transfer[testing]" in capsys.readouterr().err


def test_runs_as_a_module_whatever_pytest_is_told(tmp_path: Path) -> None:
    """Neither the settings nor the plugins of the host's own tests are in the way."""
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    (tmp_path / "conftest.py").write_text("raise RuntimeError\n")
    run = [sys.executable, "-m", "student_transfer.testing", MEMORY]
    ran = subprocess.run(
        [*run, "--only", "code"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": ":".join([str(ROOT), *sys.path]), "PYTEST_ADDOPTS": "-x -y"},
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[-1] == (
        '13 of 15 promises hold, 2 were not claimed, only "code" was tried.'
    )
    assert [one.name for one in tmp_path.iterdir() if one.name[0] == "."] == []
