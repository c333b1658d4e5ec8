"""The command evaluate: how good match is on two rosters, beside the truth."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from student_transfer.matching import evaluate, link
from student_transfer.roster_files import read_rosters, read_truth
from tests.functional.terminal import Printed, ran
from tests.functional.two_rosters import COLUMNS, EXISTING, INCOMING

TRUTH = "incoming_id,existing_id\nu1,v1\nu2,v4\nu3,v3\nu4,\n"


@attrs.frozen
class Terminal:
    """Runs the command in a folder with two rosters and a truth."""

    folder: Path
    run: Callable[..., Printed]

    def json(self, *words: str) -> Any:
        """Run it for a script."""
        return json.loads(self.run(*words, "--json").out)

    def put(self, name: str, content: str) -> None:
        """Write a file."""
        (self.folder / name).write_text(content, encoding="utf-8")


@pytest.fixture
def terminal(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """Return a terminal in a folder with two rosters and a truth."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, status: int = 0) -> Printed:
        files = ("incoming.csv", "existing.csv", "truth.csv")
        command = ["evaluate", *files, *words]
        return ran(command, monkeypatch, capsys, status=status)

    found = Terminal(tmp_path, run)
    for name, content in (
        ("incoming.csv", INCOMING),
        ("existing.csv", EXISTING),
        ("truth.csv", TRUTH),
    ):
        found.put(name, content)
    return found


def test_the_figures_are_told_and_the_worst_errors_by_id(terminal: Terminal) -> None:
    """MATCH-6: by threshold, with the calibration, and without a name."""
    shown = terminal.run().out
    lines = shown.splitlines()
    assert lines[0] == "4 students came; 3 of them are there."
    for heading in (
        "At the settings in force",
        "With another match threshold",
        "Whether probabilities mean what they say",
        "Wrong matches, the most confident first",
        "Missed, the least likely first",
    ):
        assert heading in lines
    assert any(line.startswith("  u2 is v4, proposed is v2") for line in lines)
    assert max(map(len, lines)) <= 80
    for name in ("Maya", "Okafor", "Wilkinson"):
        assert name.casefold() not in shown.casefold()


def test_it_is_what_evaluate_says_of_the_students(terminal: Terminal) -> None:
    """MATCH-6: a person and a program are told the same."""
    read = read_rosters("incoming.csv", "existing.csv")
    found = link(read.incoming.values(), read.existing.values())
    proposals = dict(zip(read.incoming, found, strict=True))
    truth = read_truth("truth.csv", read.incoming, read.existing)
    expected = json.loads(json.dumps(evaluate(proposals, truth).as_dict()))
    assert terminal.json() == expected
    assert expected["precision"] == 0.5


def test_who_is_not_in_the_truth_is_left_out(terminal: Terminal) -> None:
    """And counted as that."""
    terminal.put("truth.csv", "incoming_id,existing_id\nu1,v1\n")
    told = terminal.json()
    assert (told["incoming"], told["unlabelled"]) == (1, 3)


def test_settings_and_dates_are_those_of_match(terminal: Terminal) -> None:
    """What is given for match is given here."""
    terminal.put("own.toml", "version = 1\nsure_threshold = 0.9999999\n")
    assert terminal.json("--settings", "own.toml")["unreviewed_matches"] == 0
    assert terminal.json()["unreviewed_matches"] == 2
    terminal.put("incoming.csv", COLUMNS + "u1,Maya,Okafor,9/3/2015,F,6\n")
    terminal.put("truth.csv", "incoming_id,existing_id\nu1,v1\n")
    first, last = (
        terminal.json("--dates", order)["best"]["threshold"]
        for order in ("day-first", "month-first")
    )
    assert first > last


def test_notes_are_told_apart_from_the_figures(terminal: Terminal) -> None:
    """What is worth knowing of the files and the settings, on standard error."""
    terminal.put(
        "own.toml",
        'version = 1\n[[comparisons]]\nfield = "Shoe size"\nkind = "exact"\n'
        "[comparisons.levels]\nexact = { m = 0.9, u = 0.1 }\n",
    )
    terminal.put("incoming.csv", INCOMING.replace("year", "shoe size"))
    printed = terminal.run("--settings", "own.toml")
    assert "have nothing to compare" in printed.err
    assert "incoming.csv: left out, since it is not compared" in printed.err
    assert "shoe size" not in printed.out


def test_a_wrong_truth_is_refused(terminal: Terminal) -> None:
    """Before anybody is matched, with what is wrong and the exit code of bad files."""
    terminal.put("truth.csv", TRUTH + "u9,v1\n")
    printed = terminal.run(status=4)
    assert "truth.csv, line 6, column incoming_id: no student" in printed.err
    assert printed.out == ""


def test_a_bad_roster_is_refused_as_match_does(terminal: Terminal) -> None:
    """Every bad row of it is named."""
    terminal.put("existing.csv", EXISTING + "v1,A,B,2015,F,6\nv9\n")
    printed = terminal.run(status=4)
    for line in (6, 7):
        assert f"existing.csv, line {line}" in printed.err


def test_bad_settings_are_told_for_this_command(terminal: Terminal) -> None:
    """Whoever evaluates is not told to match again."""
    terminal.put("own.toml", "version = 1\nsure_threshold = 7\n")
    said = terminal.run("--settings", "own.toml", status=4).err
    assert "Correct the places named and evaluate again." in said


def test_a_value_that_no_option_has_is_refused_in_words(terminal: Terminal) -> None:
    """With those that it has, and without a word of the machinery."""
    said = " ".join(terminal.run("--dates", "british", status=2).err.split())
    assert "Invalid value for '--dates': 'british' is not one of" in said
    assert "error," not in said
