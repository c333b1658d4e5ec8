"""The command why: what match makes of a student of two rosters, and why."""

import csv
import io
import json
import os
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from student_transfer.cli import main
from student_transfer.cli.match import match
from student_transfer.matching import percent
from tests.functional.terminal import ran
from tests.functional.two_rosters import COLUMNS, EXISTING, INCOMING

WITH_TWIN = EXISTING + "twin,Chidi,Okafor,2015-03-09,F,6\n"


@attrs.frozen
class Terminal:
    """Runs the command in a folder with two rosters."""

    run: Callable[..., str]

    def json(self, *words: str) -> Any:
        """Run it for a script."""
        return json.loads(self.run(*words, "--json"))


@pytest.fixture
def terminal(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """Return a terminal in a folder with two rosters."""
    monkeypatch.chdir(tmp_path)
    for name, content in (("incoming", INCOMING), ("existing", WITH_TWIN)):
        (tmp_path / f"{name}.csv").write_text(content, encoding="utf-8")

    def run(*words: str, status: int = 0) -> str:
        command = ["why", "incoming.csv", "existing.csv", *words]
        printed = ran(command, monkeypatch, capsys, status=status)
        return printed.err if status else printed.out

    return Terminal(run)


def test_a_match_is_told_with_its_sum(terminal: Terminal) -> None:
    """PREV-6: what is proposed, who else is possible, and every field of the sum."""
    shown = terminal.run("u1")
    lines = shown.splitlines()
    assert lines[0].startswith("matched: ")
    assert "Beside v1:" in lines
    assert any(line.startswith("date of birth") for line in lines)
    assert lines[-1] == "They are matched."
    assert max(map(len, lines)) <= 80


def test_a_match_that_match_flags_is_told_so(
    terminal: Terminal, tmp_path: Path
) -> None:
    """PREV-3: the sentence says what a person has to look at, in all that is shown."""
    rows = COLUMNS + "u1,Maya,Okafor,2015,M,6\n"
    (tmp_path / "incoming.csv").write_text(rows, encoding="utf-8")
    told = terminal.json("u1", "--svg", "pair.svg")
    assert (told["import_as"], told["needs_review"]) == ("matched", True)
    doubts = told["why"].removeprefix("likely one child, but ")
    sentence = f"They are matched. A person has to look: {doubts}."
    assert "not quite sure; " in doubts
    assert told["pair"]["sentence"] == sentence
    assert sentence in " ".join(terminal.run("u1").split())
    picture = (tmp_path / "pair.svg").read_text(encoding="utf-8")
    drawn = ET.fromstring(picture).itertext()  # noqa: S314 - our own
    assert sentence in " ".join(" ".join(drawn).split())


def test_what_cannot_be_read_is_noted(
    terminal: Terminal,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """MATCH-5: the notes of match are those of why, beside what is asked for."""
    rows = COLUMNS + "u1,Maya,Okafor,2015-03-09,Mujer,6\n"
    (tmp_path / "incoming.csv").write_text(rows, encoding="utf-8")
    assert terminal.json("u1")["import_as"] == "matched"
    words = ["student-transfer", "why", "incoming.csv", "existing.csv", "u1"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(SystemExit):
        main()
    assert "1 values of gender are no evidence" in capsys.readouterr().err


@pytest.mark.usefixtures("terminal")
def test_how_columns_are_read_is_not_told_again(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A long note of match is no news to whoever asks about one student."""
    rows = INCOMING.replace("given_name", "First name")
    (tmp_path / "incoming.csv").write_text(rows, encoding="utf-8")
    match(["incoming.csv", "existing.csv", "-o", "out.csv"])
    assert "First name as given_name" in capsys.readouterr().err
    told = ran(["why", "incoming.csv", "existing.csv", "u1"], monkeypatch, capsys)
    assert told.err == ""


@pytest.mark.parametrize("roster", ["incoming.csv", "existing.csv"])
def test_no_roster_is_drawn_over(
    terminal: Terminal, tmp_path: Path, roster: str
) -> None:
    """A slip does not cost the roster."""
    before = (tmp_path / roster).read_bytes()
    said = terminal.run("u1", "--svg", roster, status=2)
    assert "name another for the output" in said
    assert (tmp_path / roster).read_bytes() == before


def test_both_probabilities_are_told_apart_with_who_else_is_near(
    terminal: Terminal, tmp_path: Path
) -> None:
    """PREV-6: the one that decides is large, and the pair's own is not taken for it."""
    rows = INCOMING.replace("2015-03-09", "2015")
    (tmp_path / "incoming.csv").write_text(rows, encoding="utf-8")
    there = WITH_TWIN + "v9,Maya,Okafor,2015-07-30,F,6\n"
    (tmp_path / "existing.csv").write_text(there, encoding="utf-8")
    told = terminal.json("u1", "--svg", "pair.svg")
    best, near = told["candidates"]
    pair = told["pair"]
    assert pair["proposed"] == best["probability"]
    assert pair["probability_by_themselves"] == pair["explanation"]["probability"]
    decides, alone = map(
        percent, (best["probability"], pair["explanation"]["probability"])
    )
    assert decides != alone
    root = ET.parse(tmp_path / "pair.svg")  # noqa: S314 - our own
    drawn = list(root.iter("{http://www.w3.org/2000/svg}text"))
    [large] = [one.text for one in drawn if one.attrib.get("class") == "big"]
    assert large == decides
    texts = [one.text for one in drawn]
    assert "probability beside the other candidates" in texts
    assert f"{alone} by themselves" in texts
    assert f"Incoming u1 beside {best['existing_id']}" in texts
    assert (
        f"Also possible: {near['existing_id']} ({percent(near['probability'])})."
        in texts
    )
    lines = terminal.run("u1").splitlines()
    assert f"Probability that they are one child, by themselves: {alone}" in lines
    assert f"Beside the other candidates, which decides: {decides}" in lines


@pytest.mark.parametrize("name", ["out.csv", "new.png", "svg"])
def test_a_picture_is_drawn_into_pictures_only(
    terminal: Terminal, tmp_path: Path, name: str
) -> None:
    """A slip does not cost the matches, nor leave a table that is none."""
    out = tmp_path / "out.csv"
    out.write_text("incoming_id,existing_id\n", encoding="utf-8")
    said = " ".join(terminal.run("u1", "--svg", name, status=2).split())
    assert "give --svg a name that ends .svg" in said
    assert out.read_text(encoding="utf-8") == "incoming_id,existing_id\n"
    assert [*tmp_path.glob(name)] == [out] * (name == "out.csv")
    drawn = terminal.run("u1", "--svg", "PAIR.SVG")
    assert drawn.splitlines()[-1] == "The picture is in PAIR.SVG."


def test_a_picture_may_be_given_to_another_program(terminal: Terminal) -> None:
    """What is no file is not replaced."""
    assert "The picture is in" in terminal.run("u1", "--svg", os.devnull)


def test_an_id_may_be_written_as_in_the_matches(
    terminal: Terminal, tmp_path: Path
) -> None:
    """LOG-3: match puts an apostrophe before what could be a formula."""
    for name, text, key in (("incoming", INCOMING, "u1"), ("existing", EXISTING, "v1")):
        changed = text.replace(f"{key},", f"@{key},")
        (tmp_path / f"{name}.csv").write_text(changed, encoding="utf-8")
    match(["incoming.csv", "existing.csv", "-o", "out.csv", "-q"])
    assert "\n'@u1,'@v1," in (tmp_path / "out.csv").read_text(encoding="utf-8")
    told = terminal.json("@u1", "--with", "@v1")
    assert told["pair"]["existing_id"] == "@v1"
    assert terminal.json("'@u1", "--with", "'@v1") == told
    assert "No student of" in terminal.run("'@u2", status=4)
    assert "No student of" in terminal.run("@u1", "--with", "'@v2", status=4)


def test_it_is_what_match_makes_of_the_files(
    terminal: Terminal, tmp_path: Path
) -> None:
    """The same matches and probabilities, student by student (PREV-3)."""
    match(["incoming.csv", "existing.csv", "-o", "out.csv", "-q"])
    written = (tmp_path / "out.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(written)))
    for student in ("u1", "u2", "u3", "u4"):
        mine = [row for row in rows if row["incoming_id"] == student]
        told = terminal.json(student)
        assert told["import_as"] == mine[0]["import_as"]
        assert told["needs_review"] == (mine[0]["needs_review"] == "yes")
        found = [
            (one["existing_id"], f"{one['probability']:.6f}")
            for one in told["candidates"]
        ]
        named = [row for row in mine if row["existing_id"]]
        assert found == [(row["existing_id"], row["probability"]) for row in named]


def test_a_twin_of_the_match_is_another(terminal: Terminal) -> None:
    """MATCH-4: whoever is named is compared, and who is matched instead is told."""
    told = terminal.json("u1", "--with", "twin")["pair"]
    assert told["existing_id"] == "twin"
    assert told["reason"] == "matched with another student"
    assert told["other"] == "v1"
    weights = [step["weight"] for step in told["explanation"]["steps"]]
    assert told["explanation"]["prior"] + sum(weights) == told["explanation"]["total"]


def test_who_is_another_ones_match_is_told_so(terminal: Terminal) -> None:
    """PREV-4: nobody is the match of two."""
    told = terminal.json("u2", "--with", "v1")["pair"]
    assert not told["was_compared"]
    shown = terminal.run("u2", "--with", "v4")
    assert "They were never compared" in shown
    assert "Blocking keys" in shown


def test_who_fits_as_well_is_named(terminal: Terminal, tmp_path: Path) -> None:
    """PREV-4: a child who is twice in an import is told where the other half went."""
    maya = INCOMING.splitlines(keepends=True)[1]
    rows = INCOMING + maya.replace("u1", "u9")
    (tmp_path / "incoming.csv").write_text(rows, encoding="utf-8")
    told = terminal.json("u1")
    assert told["why"] == (
        "possible matches, but the likeliest may as well be another incoming student's"
    )
    assert told["pair"]["reason"] == "another incoming student fits as well"
    assert told["pair"]["other"] == "u9"
    shown = " ".join(terminal.run("u9").split())
    assert "another incoming student fits as well" in shown
    assert "The other student is u1." in shown


def test_a_twin_in_the_same_file_takes_the_match(
    terminal: Terminal, tmp_path: Path
) -> None:
    """PREV-4: of two who fit, the one who does not get the match is told by whom."""
    rows = INCOMING + "u5,Mya,Okafor,2015-03-09,F,6\n"
    (tmp_path / "incoming.csv").write_text(rows, encoding="utf-8")
    told = terminal.json("u5", "--with", "v1")["pair"]
    assert (told["reason"], told["other"]) == (
        "taken by another incoming student",
        "u1",
    )


def test_who_is_only_like_another_ones_match_is_shown_beside_it(
    terminal: Terminal, tmp_path: Path
) -> None:
    """PREV-3, PREV-4: it is said whose match it is, not that nobody is possible."""
    rows = INCOMING + "u5,Mya,Okafor,2015-03-19,,\n"
    (tmp_path / "incoming.csv").write_text(rows, encoding="utf-8")
    shown = " ".join(terminal.run("u5").split())
    assert shown.startswith("new: nobody is a possible match, as the likeliest is ")
    assert "Beside v1:" in shown
    assert shown.endswith(
        "They are not matched: the student is the match of another incoming student. "
        "The other student is u1."
    )


def test_nobody_is_possible(terminal: Terminal) -> None:
    """Then there is no sum, and it is said how to ask for one."""
    shown = terminal.run("u4")
    assert shown.splitlines()[0].startswith("new: ")
    assert "Name one with --with ID" in shown
    assert terminal.json("u4")["pair"] is None


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize("more", [[], ["--json"]])
def test_that_no_picture_was_drawn_is_said(
    more: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A script that asks for one learns that there is none."""
    words = ["why", "incoming.csv", "existing.csv", "u4", "--svg", "pair.svg", *more]
    assert "No picture was drawn" in ran(words, monkeypatch, capsys).err
    assert not (tmp_path / "pair.svg").exists()


def test_the_sum_is_drawn(terminal: Terminal, tmp_path: Path) -> None:
    """A picture for whoever has to decide."""
    shown = terminal.run("u3", "--svg", "pair.svg")
    assert shown.splitlines()[-1] == "The picture is in pair.svg."
    assert (tmp_path / "pair.svg").read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.parametrize(
    ("words", "name"),
    [(["nobody"], "incoming.csv"), (["u1", "--with", "nobody"], "existing.csv")],
)
def test_an_id_that_is_not_there_is_refused(
    terminal: Terminal, words: list[str], name: str
) -> None:
    """With the file in which it is missing, and without the id."""
    said = terminal.run(*words, status=4)
    assert f"No student of {name} has this id." in said
    assert "Give an id as it stands in the column id." in said


@pytest.mark.parametrize("words", [["v1"], ["v1", "--with", "u1"]])
def test_files_in_the_wrong_order_are_told(
    terminal: Terminal, words: list[str]
) -> None:
    """Whoever gives the ids of the right files learns which file comes first."""
    said = " ".join(terminal.run(*words, status=4).split())
    assert "has this id, but one of " in said
    assert "Name the file of those who come first" in said


def test_settings_and_dates_are_those_of_match(
    terminal: Terminal, tmp_path: Path
) -> None:
    """What is given for match is given here."""
    toml = "version = 1\nsure_threshold = 0.9999999\n"
    (tmp_path / "own.toml").write_text(toml, encoding="utf-8")
    assert not terminal.json("u1")["needs_review"]
    assert terminal.json("u1", "--settings", "own.toml")["needs_review"]
    dated = COLUMNS + "u1,Maya,Okafor,9/3/2015,F,6\n"
    (tmp_path / "incoming.csv").write_text(dated, encoding="utf-8")
    first, last = (
        terminal.json("u1", "--dates", order)["pair"]["explanation"]["steps"]
        for order in ("day-first", "month-first")
    )
    levels = [
        next(step["level"] for step in steps if step["field"] == "date_of_birth")
        for steps in (first, last)
    ]
    assert levels == ["the same", "day and month exchanged"]


def test_bad_settings_are_told_for_this_command(
    terminal: Terminal, tmp_path: Path
) -> None:
    """Whoever asks why is not told to match again."""
    (tmp_path / "own.toml").write_text("version = 2\n", encoding="utf-8")
    said = terminal.run("u1", "--settings", "own.toml", status=4)
    assert "Correct the places named and ask again." in said


def test_a_month_of_birth_is_compared_as_far_as_it_is_known(
    terminal: Terminal, tmp_path: Path
) -> None:
    """MATCH-2: as offices write it, and with the same words for it."""
    for born in ("2015-03", "03/2015", "Mar 2015"):
        dated = COLUMNS + f"u1,Maya,Okafor,{born},F,6\n"
        (tmp_path / "incoming.csv").write_text(dated, encoding="utf-8")
        steps = terminal.json("u1")["pair"]["explanation"]["steps"]
        levels = {step["field"]: step["level"] for step in steps}
        assert levels["date_of_birth"] == "the same year and month"
