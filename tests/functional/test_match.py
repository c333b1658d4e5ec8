"""The command match, as a person and as a script use it."""

import csv
import gc
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import attrs
import pytest

from student_transfer.cli import main
from student_transfer.cli import match as command
from student_transfer.cli.app import app
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    CustomComparison,
    Level,
    LevelProbabilities,
    settings_to_toml,
)
from student_transfer.roster_files import linking, parallel, roster_file
from student_transfer.roster_files.layout import ROSTER_COLUMNS
from student_transfer.roster_files.match_csv import MATCH_COLUMNS
from tests.functional.two_rosters import COLUMNS, EXISTING, INCOMING, roster

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
"""Python warns of parting a process that has threads, as that of the tests may have."""


@attrs.frozen
class Ran:
    """How the command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, str]]:
        """Read what it printed as CSV."""
        return list(csv.DictReader(io.StringIO(self.out)))


@attrs.frozen
class Terminal:
    """Runs the command in a folder, in this process."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def put(self, **files: str | bytes) -> None:
        """Write files, each named by its stem."""
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            (self.folder / f"{name}.csv").write_bytes(data)

    def run(self, *words: str) -> Ran:
        """Run ``student-transfer match`` with these words."""
        with self.monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.setattr(sys, "argv", ["student-transfer", "match", *words])
            with pytest.raises(SystemExit) as ended:
                main()
        printed = self.capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, printed.out, printed.err)

    def match(self, *words: str) -> Ran:
        """Match incoming.csv with existing.csv, which has to succeed."""
        ran = self.run("incoming.csv", "existing.csv", *words)
        assert ran.status == 0, ran.err
        return ran


@pytest.fixture
def terminal(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Terminal]:
    """Yield a terminal in a folder with two rosters."""
    found = Terminal(tmp_path, capsys, monkeypatch)
    found.put(incoming=INCOMING, existing=EXISTING)
    yield found
    gc.enable()  # which the command turns off for the little while that it runs


def test_the_matches_are_printed_as_documented(terminal: Terminal) -> None:
    """A header, then a row for each student and candidate, and nothing else."""
    ran = terminal.match("-o", "-")
    assert ran.out.splitlines()[0] == ",".join(MATCH_COLUMNS)
    assert ran.out.endswith("\n")
    by_id = {row["incoming_id"]: row for row in ran.rows if row["rank"] == "1"}
    assert list(by_id) == ["u1", "u2", "u3", "u4"]
    for student, there in (("u1", "v1"), ("u2", "v2")):
        row = by_id[student]
        assert (row["existing_id"], row["import_as"]) == (there, "matched")
        assert (row["needs_review"], row["rank"]) == ("no", "1")
        assert 0.99 < float(row["probability"]) <= 1
        assert len(row["probability"].partition(".")[2]) == 6


def test_a_student_who_is_not_there_has_a_blank_candidate(terminal: Terminal) -> None:
    """Every incoming student has a row, a new one with a blank existing_id."""
    last = terminal.match("-o", "-").out.splitlines()[-1]
    assert last == "u4,,,new,no,1"


def test_a_look_alike_is_flagged(terminal: Terminal) -> None:
    """A possible twin is for a person to look at (MATCH-4)."""
    (row,) = [
        row for row in terminal.match("-o", "-").rows if row["existing_id"] == "v3"
    ]
    assert row["incoming_id"] == "u3"
    assert row["needs_review"] == "yes"


def test_the_matches_are_written_to_a_file(terminal: Terminal) -> None:
    """What is written is what would be printed; nothing else is printed."""
    printed = terminal.match("-o", "-").out
    ran = terminal.match("--output", "matches.csv")
    assert ran.out == ""
    assert (terminal.folder / "matches.csv").read_bytes() == printed.encode()


def test_what_came_out_is_said_in_a_line(terminal: Terminal) -> None:
    """Notes and the summary go to stderr, so that a pipe gets the table alone."""
    terminal.put(incoming=INCOMING.replace("year", "shoe size"))
    told = terminal.match("-o", "-").err.splitlines()
    assert told[0] == ("incoming.csv: left out, since it is not compared: shoe size")
    assert told[-1] == "4 students: 2 matched, 2 new; 1 to review."


@pytest.mark.parametrize("named", [("incoming",), ("existing",), ()])
@pytest.mark.parametrize("words", [(), ("-q",)])
def test_a_file_without_names_is_told_with_what_came_out(
    terminal: Terminal, named: tuple[str, ...], words: tuple[str, ...]
) -> None:
    """MATCH-1: where no names are compared "all new" does not mean that all are new."""
    bare = "id,Pupil,date_of_birth\n1,Maya Okafor,"
    files = {"incoming": f"{bare}2001-01-17\n", "existing": f"{bare}2018-10-05\n"}
    for name in named:
        del files[name]
    terminal.put(**files)
    last = terminal.match("-o", "-", *words).err.splitlines()[-1]
    bare_ones = ", ".join(f"{name}.csv" for name in files)
    assert " 0 matched" in last
    assert last.endswith(f"there is no column for them in {bare_ones}.")


def test_quiet_keeps_quiet_of_names_where_somebody_is_matched(
    terminal: Terminal,
) -> None:
    """An identifier may do without names, so that there is no sum; the columns are."""
    bare = "id,national_id,date_of_birth\n1,H801200001001,2015-03-09\n"
    terminal.put(incoming=bare, existing=bare)
    assert " 1 matched" in terminal.match("-o", "-").err
    told = terminal.match("-q", "-o", "-").err.splitlines()
    missing = "no column is called given_name or family_name: few can be matched so"
    assert told == [f"{name}.csv: {missing}" for name in ("incoming", "existing")]


def test_quiet_prints_nothing_but_problems(terminal: Terminal) -> None:
    """A script that asks for quiet gets it."""
    assert terminal.match("-q", "-o", "matches.csv").err == ""
    ran = terminal.run("-q", "incoming.csv", "existing.csv")
    assert ran.status == 2
    assert "--output" in ran.err


NAMED = "id,given_name,family_name,date_of_birth,gender,year\n"


@pytest.mark.parametrize(
    ("existing", "told"),
    [
        (f"{NAMED}1,A,B,13/05/2014,F,6\n2,C,D,05/13/2014,F,6\n", "has both orders"),
        (f"{NAMED}1,A,B,03/05/2014,F,6\n", "nothing tells day from month"),
        (f"{NAMED}1,A,B,soon,F,6\n", "1 dates of birth are taken as not known"),
        (f"{NAMED}1,A,B,2014-03-05,Z,6\n", "1 values of gender are no evidence"),
        (f"{NAMED}1,A,B,2014-03-05,F,old\n", "1 values of year are no evidence"),
        (
            "id,Pupil,date_of_birth\n1,A B,2014-03-05\n",
            "no column is called given_name",
        ),
        (f"{NAMED}1,JosÃ©,B,2014-03-05,F,6\n", "encoded twice"),
        (f"{NAMED}1,é,A\udce9,2014-03-05,F,6\n", "some letters are damaged"),
    ],
)
def test_quiet_tells_what_makes_the_matching_worse(
    terminal: Terminal, existing: str, told: str
) -> None:
    """MATCH-1: a script that asks for quiet learns why so few are matched."""
    terminal.put(existing=existing.encode(errors="surrogateescape"))
    notes = terminal.match("-o", "-", "-q").err.splitlines()
    assert any(told in note for note in notes if note.startswith("existing.csv: "))
    assert not any("left out" in note for note in notes)


@pytest.mark.parametrize(
    ("existing", "told"),
    [
        (f"{NAMED[:-1]},House\n1,A,B,2014-03-05,F,6,Red\n", "left out"),
        ("id,forename,surname,DOB\n1,A,B,2014-03-05\n", "of other names are read"),
        (f"{NAMED}1,A,B,13/5/14,F,6\n", "years of birth in two digits"),
        (f"{NAMED}1,A,B,41703,F,6\n", "numbers of days were read"),
        (f"{NAMED}1,A,B,2014,H,6\n2,C,D,2014,M,6\n", "hombre and mujer"),
        (f"{NAMED}1,Zo\udceb,B,2014-03-05,F,6\n", "read as Windows-1252"),
    ],
)
def test_quiet_is_silent_of_what_costs_nothing(
    terminal: Terminal, existing: str, told: str
) -> None:
    """What was read in another way than usual is plain information."""
    terminal.put(existing=existing.encode(errors="surrogateescape"))
    assert told in terminal.match("-o", "-").err
    assert terminal.match("-o", "-", "-q").err == ""


@pytest.mark.parametrize(
    "words",
    [
        ("-o", "-", "incoming.csv", "existing.csv"),
        ("incoming.csv", "--output", "-", "existing.csv"),
        ("incoming.csv", "existing.csv", "--output=-"),
    ],
)
def test_options_may_stand_anywhere(terminal: Terminal, words: tuple[str, ...]) -> None:
    """As with every other command."""
    assert terminal.run(*words).out == terminal.match("-o", "-").out


BORN = "id,given_name,family_name,date_of_birth\n"
OLIVIA = BORN + "1,Olivia,Jones,05/03/2014\n2,Adam,Shah,01/02/2013\n"


@pytest.mark.parametrize(
    ("born", "words", "outcome", "told"),
    [
        ("2014-05-03", (), ("matched", "yes"), "--dates day-first or month-first"),
        ("2014-05-03", ("--dates", "month-first"), ("matched", "no"), ""),
        ("2014-03-05", ("--dates", "day-first"), ("matched", "no"), ""),
        ("05/03/2014", (), ("matched", "yes"), "--dates day-first or month-first"),
        ("05/03/2014", ("--dates", "day-first"), ("matched", "no"), ""),
    ],
)
def test_nobody_is_matched_unseen_by_a_date_that_was_guessed(
    terminal: Terminal, born: str, words: tuple[str, ...], outcome: Any, told: str
) -> None:
    """MATCH-1: 05/03/2014 is one of two days until the dates or a person say which."""
    there = [f"{number},Ka{number}ra,Ng,2013-02-01" for number in range(20, 90)]
    existing = f"{BORN}11,Olivia,Jones,{born}\n" + "\n".join([*there, ""])
    terminal.put(incoming=OLIVIA, existing=existing)
    ran = terminal.match("-o", "-", *words)
    row = next(row for row in ran.rows if row["incoming_id"] == "1")
    assert (row["import_as"], row["needs_review"]) == outcome
    assert ("incoming.csv: nothing tells day from month" in ran.err) is bool(told)
    assert told in ran.err


@pytest.mark.parametrize(
    ("proof", "born", "order"),
    [
        ("20/06/2014", "05/03/2014", "day/month/year"),
        ("06/20/2014", "05/03/2014", "month/day/year"),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_one_file_proves_of_dates_is_so_in_the_other(
    terminal: Terminal, *, turned: bool, proof: str, born: str, order: str
) -> None:
    """MATCH-1: a short list of movers often has no date that tells the order."""
    other = f"{BORN}11,Olivia,Jones,{born}\n12,Zoe,Ng,{proof}\n"
    names = ("existing", "incoming") if turned else ("incoming", "existing")
    terminal.put(**dict(zip(names, (OLIVIA, other), strict=True)))
    ran = terminal.match("-o", "-")
    row = next(row for row in ran.rows if "11" in row.values())
    assert (row["import_as"], row["needs_review"]) == ("matched", "no")
    told = f"{names[0]}.csv: the dates of birth were read as {order}, since those of"
    assert ran.err.startswith(told)


def test_an_order_of_dates_that_a_file_refutes_is_not_taken(
    terminal: Terminal,
) -> None:
    """MATCH-1: either the file or the person errs, so that only the year is sure."""
    other = f"{BORN}11,Olivia,Jones,05/03/2014\n12,Zoe,Ng,06/20/2014\n"
    terminal.put(incoming=OLIVIA, existing=other)
    ran = terminal.match("--dates", "day-first", "-o", "-")
    row = next(row for row in ran.rows if row["existing_id"] == "11")
    assert row["needs_review"] == "yes"
    assert "existing.csv: has dates of birth in the other order" in ran.err
    assert "incoming.csv" not in ran.err


def test_an_order_of_dates_that_is_none_is_refused(terminal: Terminal) -> None:
    """With the words that there are."""
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "-", "--dates", "dmy")
    assert ran.status == 2
    assert "day-first" in ran.err


@pytest.mark.parametrize("roster", ["incoming.csv", "existing.csv"])
def test_no_roster_is_written_over(terminal: Terminal, roster: str) -> None:
    """A slip does not cost the roster, under whatever name it is given."""
    before = (terminal.folder / roster).read_bytes()
    (terminal.folder / "link.csv").symlink_to(terminal.folder / roster)
    for output in (roster, "link.csv"):
        ran = terminal.run("incoming.csv", "existing.csv", "-o", output)
        assert ran.status == 2
        assert "give another --output" in ran.err
        assert (terminal.folder / roster).read_bytes() == before


def test_no_settings_are_written_over(terminal: Terminal) -> None:
    """Nor do they cost what a site has tuned."""
    path = terminal.folder / "own.toml"
    path.write_text("[thresholds]\nmatch = 0.9\n")
    words = ("incoming.csv", "existing.csv", "--settings", "own.toml")
    ran = terminal.run(*words, "-o", "own.toml")
    assert ran.status == 2
    assert path.read_text().startswith("[thresholds]")


def test_the_help_tells_all_columns(terminal: Terminal) -> None:
    """What may be in the rosters, and what comes out."""
    ran = terminal.run("--help")
    assert ran.status == 0
    told = set(re.findall(r"\w+", ran.out))
    assert told.issuperset((*ROSTER_COLUMNS, *MATCH_COLUMNS))


@pytest.mark.parametrize(
    "words", [(), ("incoming.csv", "existing.csv"), ("a", "b", "-o", "-", "--fast")]
)
def test_wrong_usage_is_told(terminal: Terminal, words: tuple[str, ...]) -> None:
    """With the exit code of wrong usage, and how it is used."""
    ran = terminal.run(*words)
    assert ran.status == 2
    assert "usage: student-transfer match" in ran.err


def test_it_is_one_of_the_programs_commands(terminal: Terminal) -> None:
    """It is listed with them, and the same when it is called as one."""
    expected = terminal.match("-o", "-").out
    with terminal.monkeypatch.context() as patch:
        patch.chdir(terminal.folder)
        words = ["match", "incoming.csv", "existing.csv", "-q", "-o", "-"]
        app(words, standalone_mode=False)
    assert terminal.capsys.readouterr().out == expected


def test_bad_rows_of_a_file_are_all_told_and_nothing_is_written(
    terminal: Terminal,
) -> None:
    """The exit code is that of files with problems, and each has its line."""
    terminal.put(existing=EXISTING + "v4,A,B,2015,F,6\n,A,B,2015,F,6\nv9\n")
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "matches.csv")
    assert ran.status == 4
    assert ran.out == ""
    assert not (terminal.folder / "matches.csv").exists()
    for problem in (
        "existing.csv, line 6, column id: an earlier row has the same id",
        "existing.csv, line 7, column id: there is no id",
        "existing.csv, line 8: the row has 1 cells where the header has 6",
        "Correct the places named and match the files again.",
    ):
        assert problem in ran.err


def test_only_a_run_that_succeeds_replaces_what_was_written(
    terminal: Terminal,
) -> None:
    """The matches of before stay where the next files are bad."""
    place = terminal.folder / "matches.csv"
    place.write_text("of before", "utf-8")
    terminal.put(existing=EXISTING + "v9\n")
    assert terminal.run("incoming.csv", "existing.csv", "-o", "matches.csv").status == 4
    assert place.read_text("utf-8") == "of before"
    terminal.put(existing=EXISTING)
    terminal.match("-o", "matches.csv")
    assert place.read_text("utf-8") == terminal.match("-o", "-").out


def test_errors_have_no_personal_data(terminal: Terminal) -> None:
    """What goes wrong is told without what the cells hold."""
    terminal.put(incoming=INCOMING + "u1,Maya,Okafor,2015-03-09\nu9,Maya\n")
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "-")
    assert ran.status == 4
    for value in ("Maya", "Okafor", "2015", "u9"):
        assert value not in ran.err


@pytest.mark.parametrize("data", [b"", b"key\n1\n", b"id\n1\n1\n"])
def test_a_bad_file_of_those_who_come_is_told_too(
    terminal: Terminal, data: bytes
) -> None:
    """Both files are held to the same."""
    terminal.put(incoming=data)
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "-")
    assert ran.status == 4
    assert "incoming.csv" in ran.err


@pytest.mark.parametrize(
    "data", [b"id\n1\x81\n", b"\xff\xfei\0d\0\n"], ids=["no encoding", "half a letter"]
)
def test_a_damaged_file_is_no_fault_of_the_program(
    terminal: Terminal, data: bytes
) -> None:
    """A file in no encoding is a file with problems."""
    terminal.put(existing=data)
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "-")
    assert ran.status == 4
    assert "fault of the program" not in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("nobody.csv", "existing.csv"),
        ("incoming.csv", "nobody.csv"),
        ("incoming.csv", "existing.csv/nobody.csv"),
        ("incoming.csv", "existing.csv", "--settings", "nobody.csv"),
    ],
)
def test_a_file_that_is_not_there_is_told_by_name(
    terminal: Terminal, words: tuple[str, ...]
) -> None:
    """With the exit code of files that cannot be read, as a folder in its place."""
    ran = terminal.run(*words, "-o", "-")
    assert ran.status == 4
    assert "  nobody.csv: cannot be opened: check that it is there" in ran.err
    assert "Traceback" not in ran.err


def test_a_folder_is_no_file_of_settings(terminal: Terminal) -> None:
    """Likewise."""
    words = ("incoming.csv", "existing.csv", "-o", "-", "--settings", ".")
    ran = terminal.run(*words)
    assert ran.status == 4
    assert "The settings cannot be read" in ran.err
    assert "  .: cannot be opened" in ran.err


def test_a_folder_that_is_not_there_is_told(terminal: Terminal) -> None:
    """Where nothing can be written that is said in a line, before the matching."""
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "nowhere/matches.csv")
    assert ran.status == 1
    assert ran.err == "Error: No such folder to write to, so make it first: nowhere\n"
    ran = terminal.run("incoming.csv", "existing.csv", "-o", ".")
    assert ran.status == 1
    assert "name a file in it" in ran.err


def test_a_folder_is_no_roster(terminal: Terminal) -> None:
    """It is called one, and not a file that cannot be read."""
    ran = terminal.run("incoming.csv", ".", "-o", "-")
    assert ran.status == 4
    assert ran.err.splitlines()[:2] == [
        "Error: . cannot be matched.",
        "  .: a folder: name the file in it",
    ]


@pytest.mark.parametrize(
    ("words", "argument"),
    [
        (("", "existing.csv", "-o", "-"), "incoming"),
        (("incoming.csv", " ", "-o", "-"), "existing"),
        (("incoming.csv", "existing.csv", "-o", ""), "-o/--output"),
        (("incoming.csv", "existing.csv", "-o", "-", "--settings="), "--settings"),
    ],
)
def test_a_blank_is_no_name_of_a_file(
    terminal: Terminal, words: tuple[str, ...], argument: str
) -> None:
    """As where a script's variable is empty: what is blank is named."""
    ran = terminal.run(*words)
    assert ran.status == 2
    assert f"argument {argument}: the name is blank" in ran.err


def test_settings_come_from_a_file(terminal: Terminal) -> None:
    """A host's own thresholds decide (MATCH-6)."""
    strict = attrs.evolve(
        DEFAULT_SETTINGS, match_threshold=0.9999999, sure_threshold=0.9999999
    )
    (terminal.folder / "strict.toml").write_text(settings_to_toml(strict), "utf-8")
    ran = terminal.match("--settings", "strict.toml", "-o", "-")
    assert {row["import_as"] for row in ran.rows} == {"new"}


def test_a_field_of_ones_own_is_said_to_be_compared_with_nothing(
    terminal: Terminal,
) -> None:
    """A file's further columns are left out, so nobody waits for what they weigh."""
    cells = {Level.EXACT: LevelProbabilities(0.9, 0.1)}
    own = CustomComparison(field="Library card", kind="exact", levels=cells)
    chosen = attrs.evolve(DEFAULT_SETTINGS, comparisons=(own,))
    (terminal.folder / "own.toml").write_text(settings_to_toml(chosen), "utf-8")
    usual = terminal.match("-o", "-")
    ran = terminal.match("--settings", "own.toml", "-o", "-")
    assert "have nothing to compare" in ran.err
    assert "have nothing to compare" not in usual.err
    assert ran.out == usual.out
    assert not terminal.match("--settings", "own.toml", "-q", "-o", "-").err


def test_settings_that_cannot_be_used_are_refused(terminal: Terminal) -> None:
    """What is wrong with a settings file is told, and nothing is matched."""
    (terminal.folder / "wrong.toml").write_text("version = 1\ntreshold = 2\n", "utf-8")
    ran = terminal.run(
        "incoming.csv", "existing.csv", "-o", "-", "--settings", "wrong.toml"
    )
    assert ran.status == 4
    assert "wrong.toml: " in ran.err
    assert "treshold" in ran.err
    assert ran.out == ""


def test_a_settings_file_that_is_no_text_is_refused_in_words(
    terminal: Terminal,
) -> None:
    """A file that is not UTF-8 is no fault of the program."""
    (terminal.folder / "wrong.toml").write_bytes(b"version = 1 # \xff\n")
    ran = terminal.run(
        "incoming.csv", "existing.csv", "-o", "-", "--settings", "wrong.toml"
    )
    assert ran.status == 4
    assert "fault of the program" not in ran.err
    assert "Save the file of the settings as UTF-8" in ran.err


def test_rosters_of_nobody_are_matched(terminal: Terminal) -> None:
    """Empty rosters are no error: a new site is empty."""
    terminal.put(incoming="id\n", existing="id\n")
    ran = terminal.match("-o", "-")
    assert ran.out == ",".join(MATCH_COLUMNS) + "\n"
    assert ran.err.endswith("0 students: 0 matched, 0 new; 0 to review.\n")


@pytest.mark.parametrize("words", [(), ("-q",)])
@pytest.mark.parametrize("name", ["incoming", "existing"])
def test_a_file_of_nobody_is_told(
    terminal: Terminal, name: str, words: tuple[str, ...]
) -> None:
    """An export of a header alone would make a duplicate of every child (MATCH-1)."""
    terminal.put(**{name: COLUMNS})
    told = terminal.match("-o", "-", *words).err.splitlines()
    assert told[0] == (
        f"{name}.csv: there are no students in it: nobody is matched, and all who come "
        "are new"
    )
    assert len(told) == 2 - len(words)


def test_the_order_of_the_rows_does_not_count(terminal: Terminal) -> None:
    """The same students in another order have the same matches (PREV-5)."""
    rows = terminal.match("-o", "-").rows
    turned = {}
    for name, text in (("incoming", INCOMING), ("existing", EXISTING)):
        header, *lines = text.splitlines()
        turned[name] = "\n".join([header, *reversed(lines)]) + "\n"
    terminal.put(**turned)
    again = terminal.match("-o", "-").rows
    assert sorted(map(str, again)) == sorted(map(str, rows))


# At the same time ---------------------------------------------------------------------


@pytest.fixture
def two_processors(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let work be shared out between two processors, however little; count it."""
    shared: list[int] = []

    def workers(make: Any, parts: Any) -> Any:
        shared.append(len(parts))
        return parallel.Workers(make, parts)

    monkeypatch.setattr(linking, "Workers", workers)
    monkeypatch.setattr(command, "processors", lambda: 2)
    monkeypatch.setattr(roster_file, "_WORTH_SPLITTING", 100)
    return shared


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({2: "2"}, "line 4: the row has 1 cells"),
        ({297: "297,,"}, "line 299: the row has 3 cells"),
        ({297: "3,A,B,2015,F,6"}, "line 299, column id: an earlier row"),
        (
            {2: "2", 297: "297,a,b,2015,F,6,more"},
            "line 299: the row has 7 cells",
        ),
    ],
    ids=["above", "below", "twice", "both"],
)
def test_what_is_wrong_in_either_half_is_told_in_its_place(
    terminal: Terminal,
    two_processors: list[int],
    changes: Mapping[int, str],
    problem: str,
) -> None:
    """A file that is read in halves is held to the same, with the same lines."""
    terminal.put(incoming=roster(40, 3), existing=roster(0, 300, changes))
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "-")
    assert ran.status == 4
    assert f"existing.csv, {problem}" in ran.err
    assert two_processors[0] == 2


def test_notes_of_both_halves_are_told_once(
    terminal: Terminal, two_processors: list[int]
) -> None:
    """What cannot be read is counted through the whole file."""
    changes = {n: f"{n},Ada,Byron,soon,," for n in (2, 3, 297)}
    terminal.put(incoming=roster(40, 3), existing=roster(0, 300, changes))
    told = terminal.match("-o", "-").err
    assert two_processors[0] == 2
    assert told.count("existing.csv: 3 dates of birth") == 1
    assert "existing.csv: there are no students" not in told


def test_two_halves_of_nobody_are_told(
    terminal: Terminal, two_processors: list[int]
) -> None:
    """However many blank rows there are."""
    terminal.put(existing=COLUMNS + ",,,,,\n" * 100)
    told = terminal.match("-o", "-", "-q").err
    assert two_processors == [2]
    assert told.startswith("existing.csv: there are no students in it")


@pytest.mark.parametrize("by_columns", [False, True])
def test_both_halves_read_dates_as_the_other_file_does(
    terminal: Terminal,
    two_processors: list[int],
    monkeypatch: pytest.MonkeyPatch,
    *,
    by_columns: bool,
) -> None:
    """MATCH-1: the order is settled before a part is read."""
    if by_columns:
        monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 100)
    there = [f"{n},Ka{n}ra,Ng,0{1 + n % 9}/0{1 + n % 7}/2014" for n in range(300)]
    coming = [*there[7:10], *there[290:293], "x,Zoe,Byron,20/06/2014"]
    for proof in ("20/06/2014", "05/05/2014"):
        text = BORN + "\n".join(coming).replace("20/06/2014", proof)
        terminal.put(incoming=text, existing=BORN + "\n".join([*there, ""]))
        ran = terminal.match("-o", "-")
        assert ("read as day/month/year" in ran.err) is (proof[0] == "2")
        monkeypatch.setattr(command, "processors", lambda: 1)
        assert terminal.match("-o", "-").rows == ran.rows
        monkeypatch.setattr(command, "processors", lambda: 2)
    assert two_processors == ([2, 1, 2, 1] if by_columns else [2, 2])


def test_numpy_is_told_to_begin_no_threads_beside_two_processes(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would spin idly; what the machine's owner has set stays."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "")
    for processors, before, after in ((1, None, None), (2, None, "1"), (2, "3", "3")):
        monkeypatch.setattr(command, "processors", lambda count=processors: count)
        if before is None:
            monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
        else:
            monkeypatch.setenv("OPENBLAS_NUM_THREADS", before)
        terminal.match("-o", "-")
        assert os.environ.get("OPENBLAS_NUM_THREADS") == after


def test_without_processes_everything_is_done_here(
    terminal: Terminal, two_processors: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that cannot part a process reads in turn."""
    monkeypatch.setattr(linking, "can_fork", lambda: False)
    terminal.put(incoming=roster(40, 3), existing=roster(0, 300))
    assert "3 matched" in terminal.match("-o", "-").err
    assert two_processors == []


def test_nobody_who_comes_is_no_error_in_parts(
    terminal: Terminal, two_processors: list[int]
) -> None:
    """The existing roster is read once, and noted once."""
    changes = {2: "2,Ada,Byron,soon,F,6"}
    terminal.put(incoming=COLUMNS, existing=roster(0, 300, changes))
    ran = terminal.match("-o", "-")
    assert two_processors == [2]
    assert "existing.csv: 1 dates of birth" in ran.err
    assert "0 students" in ran.err


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_stream_loses_nothing(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, stream: str
) -> None:
    """A program that nobody listens to still writes its file."""
    monkeypatch.setattr(f"sys.{stream}", None)
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "matches.csv")
    assert ran.status == 0
    assert (terminal.folder / "matches.csv").is_file()


def test_printing_where_nobody_listens_is_told(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is no fault of the program."""
    monkeypatch.setattr("sys.stdout", None)
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "-")
    assert ran.status == 1
    assert "standard output is closed" in ran.err


def _program(folder: Path, *words: str) -> "subprocess.Popen[str]":
    """Start the program in a process of its own."""
    run = "from student_transfer.cli import program; program()"
    return subprocess.Popen(
        [sys.executable, "-c", run, "match", "incoming.csv", "existing.csv", *words],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_who_has_read_enough_is_told_nothing(terminal: Terminal) -> None:
    """As in ``student-transfer match … -o - | head -1``."""
    with _program(terminal.folder, "-q", "-o", "-") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        said = running.stderr.read()
    assert (running.returncode, said) == (1, "")


def test_an_interruption_is_no_error(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ends with its own exit code, and without a trace."""

    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "match_files", interrupted)
    ran = terminal.run("incoming.csv", "existing.csv", "-o", "-")
    assert (ran.status, ran.err) == (130, "")


def test_nothing_that_was_given_steers_the_terminal(terminal: Terminal) -> None:
    """The name of a file may hold anything."""
    ran = terminal.run("incoming.csv", "existing.csv", "c\x1b[31m\r", "-o", "-")
    assert ran.status == 2
    assert "\x1b" not in ran.err
    assert "unrecognized" in ran.err


def test_what_is_no_file_is_written_to_as_it_is(terminal: Terminal) -> None:
    """A pipe is not replaced by a file."""
    pipe = terminal.folder / "pipe"
    os.mkfifo(pipe)
    reading = "import sys; print(open(sys.argv[1]).readline())"
    command = [sys.executable, "-c", reading, str(pipe)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        terminal.match("-o", "pipe")
        out, _ = reader.communicate(timeout=30)
    assert out.startswith("incoming_id,")
    assert not pipe.is_file()


def test_a_person_sees_how_far_it_is(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a bar shows how much of the existing roster is read."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    assert "Reading existing.csv" in terminal.match("-o", "-").err


def test_the_program_writes_all_before_it_leaves(tmp_path: Path) -> None:
    """As a program of its own it ends at once, and nothing is missing."""
    (tmp_path / "incoming.csv").write_text(INCOMING, "utf-8")
    (tmp_path / "existing.csv").write_text(EXISTING, "utf-8")
    run = "from student_transfer.cli import program; program()"
    words = ["match", "incoming.csv", "existing.csv", "-o", "-"]
    done = subprocess.run(
        [sys.executable, "-c", run, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[0] == ",".join(MATCH_COLUMNS)
    assert done.stdout.count("\n") > INCOMING.count("\n") - 1
    assert "students:" in done.stderr
    failed = subprocess.run([sys.executable, "-c", run, "match", "--x"], check=False)
    assert failed.returncode
