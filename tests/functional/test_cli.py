"""The command line, as a person and as a script use it."""

import io
import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from errno import ENOSPC
from functools import cache, partial
from pathlib import Path
from shutil import copytree
from typing import Any

import attrs
import pytest
import typer.main

from student_transfer import cli, codes, formats
from student_transfer.adapters.sql import SqlStorage
from student_transfer.adapters.sql.imports import SqlImports
from student_transfer.adapters.sql.rosters import SqlRoster
from student_transfer.cli import main
from student_transfer.cli.output import exit_code
from student_transfer.cli.session import one_of
from student_transfer.errors import (
    AnalysisFailedError,
    ImportFailedError,
    InputFileError,
    NotFoundError,
    StorageBusyError,
)
from student_transfer.imports import ImportId
from student_transfer.services import Ran as StepRan
from student_transfer.services import TransferService, review, site_lookup
from student_transfer.sites import RosterSource, Site, SiteId, SiteKind
from student_transfer.students import StudentKey

_CODE = re.compile(r"(?:[0-9A-Z]{5}-){4}[0-9A-Z]{5}")

_STUDENTS = {
    "old": (
        "u1,Maya,Okafor,2015-03-09,elm\n"
        "u2,Thomas,Wilkinson,2014-11-23,elm\n"
        "u3,Zofia,Kaczmarek,2015-06-02,elm\n"
    ),
    "new": (
        "v1,Maya,Okafor,2015-03-09,oak\n"
        "v2,Priya,Shah,2015-01-19,oak\n"
        "v3,Prya,Shah,2015-01-19,oak\n"
    ),
}


@attrs.frozen
class Ran:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Read what it printed as JSON."""
        return json.loads(self.out)


_get_command = cache(typer.main.get_command)
"""Makes the commands of the program once; that takes as long as to run one."""


@attrs.frozen
class Terminal:
    """Runs commands of the program on one database, in this process."""

    folder: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch

    def run(self, *words: str, acting: str = "", entered: str = "") -> Ran:
        """Run a command as somebody."""
        with self.monkeypatch.context() as patch:
            patch.chdir(self.folder)
            patch.setenv("STUDENT_TRANSFER_DB", str(self.folder / "sites.db"))
            patch.setenv("STUDENT_TRANSFER_AS", acting)
            patch.setattr(sys, "argv", ["student-transfer", *words])
            patch.setattr(sys, "stdin", io.StringIO(entered))
            patch.setattr(typer.main, "get_command", _get_command)
            with pytest.raises(SystemExit) as ended:
                main()
        printed = self.capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0, printed.out, printed.err)

    def good(self, *words: str, acting: str = "", entered: str = "") -> Ran:
        """Run a command that has to succeed."""
        ran = self.run(*words, acting=acting, entered=entered)
        assert ran.status == 0, ran.err
        return ran

    def new(self, *words: str) -> Ran:
        """Run a command as the new site's administrator."""
        return self.good(*words, acting="admin@new")

    def old(self, *words: str) -> Ran:
        """Run a command as the old site's administrator."""
        return self.good(*words, acting="admin@old")

    def code(self) -> str:
        """Generate a code for Year 6."""
        made = self.old("code", "generate", "elm", "--year", "6", "--json")
        return str(made.json["code"])

    def ready(self) -> str:
        """Bring an import to its preview."""
        code = self.code()
        started = self.new("start", code, "--school", "oak", "--json")
        self.good("work")
        return str(started.json["import"])


def _roster(folder: Path, school: str, students: str) -> Path:
    """Write a OneRoster folder."""
    folder.mkdir()
    (folder / "orgs.csv").write_text(
        f"sourcedId,name,type\n{school},{school.title()} School,school\n"
    )
    rows = [row.split(",") for row in students.splitlines()]
    (folder / "users.csv").write_text(
        "sourcedId,orgSourcedIds,role,username,givenName,familyName,grades\n"
        + "".join(
            f"{key},{at},student,{given}.{family},{given},{family},06\n"
            for key, given, family, _, at in rows
        )
    )
    (folder / "demographics.csv").write_text(
        "sourcedId,birthDate\n" + "".join(f"{row[0]},{row[3]}\n" for row in rows)
    )
    return folder


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which two sites are made, once, to be copied."""
    return tmp_path_factory.mktemp("two_sites")


@pytest.fixture
def terminal(
    two_sites: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Terminal:
    """Return two sites that were loaded from files."""
    if not any(two_sites.iterdir()):
        first = Terminal(two_sites, capsys, monkeypatch)
        for site, school in (("old", "elm"), ("new", "oak")):
            first.good("init", site, f"The {site} trust")
            files = _roster(two_sites / site, school, _STUDENTS[site])
            first.good("load", str(files), acting=f"admin@{site}")
    copytree(two_sites, tmp_path, dirs_exist_ok=True)
    return Terminal(tmp_path, capsys, monkeypatch)


def test_the_whole_story(terminal: Terminal) -> None:
    """From the request to the log, with the commands of the README."""
    assert "[YOUR NAME]" in terminal.new("request", "--for", "year").out
    shown = terminal.old("code", "generate", "elm", "--year", "6").out
    match = _CODE.search(shown)
    assert match is not None
    entered = terminal.good("enter", acting="admin@new", entered=match[0] + "\n")
    assert "The old trust" in entered.out
    assert "Elm School" in entered.out
    terminal.new("start", match[0].lower(), "--school", "oak")
    assert "now ready" in terminal.good("work").out
    import_id = terminal.new("imports", "--json").json["pending"][0]["id"]
    preview = terminal.new("preview", import_id, "--json").json
    assert (preview["matched"], preview["new"]) == (1, 2)
    terminal.new("review", "choose", import_id, "u2", "v2", "--yes")
    assert "48 hours" in terminal.new("import", import_id).out
    assert "now completed" in terminal.good("work").out
    csv = terminal.folder / "log.csv"
    terminal.new("log", import_id[:6], "-o", str(csv))
    assert csv.read_bytes().count(b"\r\n") == 4
    again = terminal.run("enter", match[0], acting="admin@new")
    assert again.status == 3
    assert "already been used" in again.err
    assert again.out == ""


def test_review_by_command(terminal: Terminal) -> None:
    """REV-1 to REV-3: show, search, keep, clear, choose, history and explain."""
    import_id = terminal.ready()
    found = terminal.new("review", "search", import_id, "shah", "pri", "--json").json
    assert [student["key"] for student in found] == ["v2"]
    possible = terminal.new("review", "show", import_id, "u1", "--json").json
    assert possible[0]["key"] == "v1"
    terminal.new("review", "keep", import_id, "u1")
    taken = terminal.run("review", "choose", import_id, "u2", "v1", acting="admin@new")
    assert taken.status == 3
    assert "u1" in taken.err
    terminal.new("review", "clear", import_id, "u1")
    choose = ("review", "choose", import_id, "u2", "v1")
    unlike = terminal.run(*choose, acting="admin@new", entered="n\n")
    assert (unlike.status, "one child?" in unlike.err) == (3, True)
    assert "(v1, " in terminal.new(*choose, "--yes").out
    history = terminal.new("review", "history", import_id, "--json").json
    assert [edit["incoming"] for edit in history] == ["u1", "u1", "u2"]
    explained = terminal.new("explain", import_id, "u1", "v1", "--json").json
    assert explained["probability_by_themselves"] > 0.9
    assert {"field", "level", "weight"} == set(explained["fields"][1])
    table = terminal.new("explain", import_id, "u1", "v1").out
    assert "Probability that they are one child" in table
    assert "date of birth" in table


@pytest.mark.parametrize("between", [" ", " - "])
def test_a_code_may_be_pasted_with_blanks(terminal: Terminal, between: str) -> None:
    """CODE-9: as a shell parts it into words it is still one code."""
    words = terminal.code().replace("-", between).split()
    assert "The old trust" in terminal.new("enter", *words).out
    started = terminal.new("start", *words, "--school", "oak", "--json")
    assert started.json["state"] == "analysing"


_WRONG_LINES = (
    *("{}", "--{}", "strt {}", "imports {}", "code {}", "code revoke x {}"),
    *("code revoke x --{}", "enter --{}", "enter {} --schol oak", "start {}"),
    *("request --for {}", "serve --port {}"),
)


def test_no_usage_error_quotes_a_code(terminal: Terminal) -> None:
    """CODE-10: what is wrong with a command line is said without a group of it."""
    for code in ("DGKAW-7Q72S-5J37C-CPVX0-6YCY0", "dgkaw-7q72s-5j37c-cpvx0-6ycy0"):
        for between in ("", "-", " "):
            for line in _WRONG_LINES:
                words = line.format(code.replace("-", between)).split()
                ran = terminal.run(*words, acting="admin@new")
                assert (ran.status, ran.out) == (2, ""), words
                assert not any(group in ran.err for group in code.split("-")), words


def test_a_mistyped_command_is_quoted(terminal: Terminal) -> None:
    """Who mistypes a command or an option sees which."""
    assert "No such command 'importe'" in terminal.run("importe").err
    assert "No such option: --schools" in terminal.run("enter", "--schools").err


def test_cancel_asks(terminal: Terminal) -> None:
    """IMP-2: the second yes; afterwards the code can be entered again."""
    code = terminal.code()
    started = terminal.new("start", code, "--school", "oak", "--json").json["import"]
    no = terminal.run("cancel", started, acting="admin@new", entered="n\n")
    assert no.status == 3
    assert "not cancelled" in no.err
    terminal.good("cancel", started, acting="admin@new", entered="y\n")
    terminal.new("start", code, "--school", "oak")


def test_codes_are_listed_and_revoked(terminal: Terminal) -> None:
    """CODE-8, CODE-10: the list has no code, and a revoked one is refused."""
    code = terminal.code()
    listed = terminal.old("code", "list", "--json")
    assert code not in listed.out
    [entry] = listed.json
    assert (entry["state"], entry["for"]) == ("available", "Year 6")
    terminal.old("code", "revoke", entry["id"][:8])
    refused = terminal.run("enter", code, acting="admin@new")
    assert refused.status == 3
    assert "withdrawn" in refused.err


def test_merge_and_unmerge(terminal: Terminal) -> None:
    """AFTER-1, AFTER-2: by command."""
    no = terminal.run("merge", "v2", "v3", acting="admin@new", entered="\n")
    assert (no.status, no.out) == (3, "")
    assert "Nothing was merged" in no.err
    assert "Merge Prya Shah (v3, 20" in no.err
    assert "into Priya Shah (v2, 20" in no.err
    yes = terminal.good("merge", "v2", "v3", acting="admin@new", entered="y\n")
    assert "Merged Prya Shah (v3) into Priya Shah (v2)." in yes.out
    [merge] = terminal.new("merges", "--json").json
    assert (merge["student"], merge["duplicate"]) == ("v2", "v3")
    terminal.new("unmerge", merge["id"][:8])
    again = terminal.run("unmerge", merge["id"], acting="admin@new")
    assert again.status == 3
    assert "undone already" in again.err


def _imported(terminal: Terminal) -> str:
    """Import Maya, who is merged with a namesake, and two who are new."""
    results = terminal.folder / "SR_results.csv"
    results.write_text(
        "StudentUserID,AssessmentID,CompletedDate,ScaledScore\n"
        "Maya.Okafor,a1,2026-05-12T10:00:00Z,500\n"
    )
    terminal.old("load", str(results))
    import_id = terminal.ready()
    terminal.new("import", import_id, "--yes")
    terminal.good("work")
    return import_id


def _logged(terminal: Terminal, import_id: str) -> dict[str, Any]:
    """Return the rows of the log by the students' keys on the source site."""
    rows = terminal.new("log", import_id, "--json").json
    return {row["incoming"]: row for row in rows}


def _edit(terminal: Terminal, site: str, key: str, middle_name: str) -> None:
    """Change a student of a site, as the site's own program does."""
    with SqlStorage.open(terminal.folder / "sites.db") as storage, storage() as work:
        found = StudentKey(key)
        student = work.roster.students(SiteId(site), [found])[found]
        work.roster.replace(student, attrs.evolve(student, middle_name=middle_name))
        work.commit()


def test_a_match_is_undone(terminal: Terminal) -> None:
    """AFTER-2: the log has the key, it is asked, and it is said what was done."""
    import_id = _imported(terminal)
    csv = terminal.new("log", import_id, "-o", "-").out
    logged = _logged(terminal, import_id)
    assert {key: row["can_unmatch"] for key, row in logged.items()} == {
        "u1": True,
        "u2": False,
        "u3": False,
    }
    assert logged["u1"]["student"] == "v1"
    assert re.search(r"u1 +Maya +Okafor .*yes", terminal.new("log", import_id).out)
    words = ("unmatch", import_id[:8], "u1")
    no = terminal.run(*words, acting="admin@new", entered="\n")
    assert (no.status, no.out) == (3, "")
    assert "1 record would go along." in no.err
    assert "Give Maya Okafor (u1, 20" in no.err
    assert "apart from Maya Okafor (v1, 20" in no.err
    assert "Nothing was changed." in no.err
    assert terminal.new("log", import_id, "-o", "-").out == csv
    yes = terminal.good(*words, acting="admin@new", entered="y\n")
    row = _logged(terminal, import_id)["u1"]
    assert row["can_unmatch"] is False
    assert "undone since" in row["detail"]
    assert f"own now, with the key {row['student']}." in yes.out
    assert "1 record went along; all else stays with Maya Okafor (v1)." in yes.out
    assert "not taken back" not in yes.err + yes.out
    listed = terminal.new("students", "okafor", "--json").json
    assert {one["key"] for one in listed} == {"v1", row["student"]}
    again = terminal.run(*words, acting="admin@new")
    assert again.status == 3
    assert "undone already" in again.err
    new = terminal.run("unmatch", import_id, "u2", acting="admin@new")
    assert (new.status, new.out) == (3, "")
    assert "has not merged that student" in new.err


def test_what_was_changed_since_is_told_before_a_match_is_undone(
    terminal: Terminal,
) -> None:
    """AFTER-2: it stays where it is; and who came twice goes as a whole."""
    _edit(terminal, "old", "u1", "Ada")
    first = _imported(terminal)
    _edit(terminal, "new", "v1", "Adaeze")
    second = _imported(terminal)
    asked = terminal.run("unmatch", first, "u1", acting="admin@new", entered="n\n")
    assert "Changed since the import, so not taken back: middle name." in asked.err
    assert "The student came by 2 imports; the match is undone in each." in asked.err
    done = terminal.new("unmatch", second, "u1", "--yes", "--json")
    new_key = done.json.pop("new_student")
    assert done.err == ""
    assert done.json == {
        "student": "v1",
        "new_student": new_key,
        "records": 1,
        "changed_since": ["middle_name"],
        "imports": [second, first],
    }
    for import_id in (first, second):
        assert _logged(terminal, import_id)["u1"]["student"] == new_key


def test_a_second_load_changes_nothing(terminal: Terminal) -> None:
    """Loading the same files again finds everything unchanged."""
    files = str(terminal.folder / "new")
    counts = terminal.new("load", files, "--json").json
    assert counts["students_unchanged"] == 3
    assert not any(value for name, value in counts.items() if "unchanged" not in name)


def test_bad_rows_are_named(terminal: Terminal) -> None:
    """Every bad row with file, line and column; strict loads none of the file."""
    folder = _roster(terminal.folder / "bad", "oak", "w1,Ann,Lee,2015-13-45,oak\n")
    strict = terminal.run("load", str(folder), "--strict", acting="admin@new")
    assert strict.status == 4
    assert "demographics.csv" in strict.err
    assert "2015-13-45" not in strict.err
    loose = terminal.run("load", str(folder), acting="admin@new", entered="")
    assert loose.status == 4
    assert "students      1        0          0" in loose.out


def test_a_roster_of_an_older_day(terminal: Terminal) -> None:
    """CODE-2: whose role has ended is not loaded, unless the files are of before."""
    folder = terminal.folder / "ended"
    folder.mkdir()
    for name, text in {
        "orgs": "sourcedId,name,type\noak,Oak School,school\n",
        "users": "sourcedId,username,givenName,familyName\nw1,,Ann,Lee\n",
        "roles": "userSourcedId,orgSourcedId,role,grade,roleEndDate\n"
        "w1,oak,student,6,2020-07-31\n",
    }.items():
        (folder / f"{name}.csv").write_text(text)
    now = terminal.new("load", str(folder))
    assert "roles.csv: left out 1 row of students" in now.err
    assert "students      0        0          0" in now.out
    then = terminal.new("load", str(folder), "--as-of", "2020-07-01")
    assert "students      1        0          0" in then.out


@pytest.mark.parametrize("strict", [True, False])
def test_very_many_bad_rows_are_summed_up(terminal: Terminal, strict: bool) -> None:
    """However many there are, every kind of problem is seen at once."""
    rows = "".join(f"w{n},Ann,Lee,2015-13-45,oak\n" for n in range(300))
    folder = _roster(terminal.folder / "bad", "oak", rows)
    with (folder / "demographics.csv").open("a") as file:
        file.write("x1\n")
    words = ["load", str(folder), *(["--strict"] if strict else [])]
    ran = terminal.run(*words, acting="admin@new")
    assert ran.status == 4
    assert "line 11, column birthDate" in ran.err
    assert "line 12, column birthDate" not in ran.err
    assert "demographics.csv, column birthDate: and 290 more like this" in ran.err
    assert "line 302: the row has 1 cells" in ran.err
    assert len(ran.err.splitlines()) < 50


@pytest.mark.parametrize(("first", "born"), [("day", 3), ("month", 5)])
def test_the_order_of_dates_is_said(terminal: Terminal, first: str, born: int) -> None:
    """Where no date of a file tells it, who loads the file does; nothing is guessed."""
    folder = terminal.folder / "dates"
    folder.mkdir()
    users = "sourcedId,orgSourcedIds,role,username,givenName,familyName\n"
    (folder / "users.csv").write_text(users + "d1,oak,student,zora,Zora,Hurst\n")
    demographics = "userSourcedId,birthDate\nd1,05/03/2014\n"
    (folder / "demographics.csv").write_text(demographics)
    ran = terminal.run("load", str(folder), acting="admin@new")
    assert ran.status == 4
    told = " ".join(ran.err.split())
    assert "say which is first (--dates day-first or month-first)" in told
    (shown,) = terminal.new("students", "hurst", "--json").json
    assert "2014" not in str(shown)
    assert terminal.new("load", str(folder), "--dates", f"{first}-first").err == ""
    (shown,) = terminal.new("students", "hurst", "--json").json
    assert f"2014-0{born}-0{8 - born}" in str(shown)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["enter", "nonsense"], 3, "not a transfer code"),
        (["code", "generate", "elm", "--year", "6"], 3, "no such school"),
        (["code", "generate", "oak", "--year", "9"], 3, "Nobody who is enrolled"),
        (["code", "generate", "oak"], 2, "either --year or --student"),
        (["preview", "none"], 3, "no such import"),
        (["preview", ""], 3, "no such import"),
        (["unmerge", "none"], 3, "no such merge"),
        (["unmatch", "none", "u1"], 3, "no such import"),
        (["merge", "v2", "v2", "--yes"], 3, "cannot be merged"),
        (["load", "nowhere"], 4, "nowhere"),
        (["load", "[/].csv"], 4, "].csv: cannot be opened"),
        (["init", "", "N"], 2, "at most 64 letters"),
        (["init", "a b", "N"], 2, "at most 64 letters"),
        (["init", "-x", "N"], 2, "No such option"),
        (["init", "x" * 65, "N"], 2, "at most 64 letters"),
        (["init", "x", " "], 2, "printable letters"),
        (["init", "x", "a\x1b[31m"], 2, "printable letters"),
        (["init", "x", "N", "--administrator", "[/]"], 2, "at most 64 letters"),
        (["administrator", "[/]"], 2, "at most 64 letters"),
        (["administrator", "x", "--school", "elm"], 3, "no such school"),
        (["administrator", "admin@new", "--school", "oak"], 3, "your own rights"),
        (["enter"], 2, "no transfer code was entered"),
        (["log", "none", "-o", "no/where"], 3, "no such import"),
        (["demo", "--dir", "sites.db/x"], 1, "Not a directory"),
        (["imports", "--as", "nobody"], 3, "no such administrator"),
        (["imports", "--db", "none.db"], 5, "no database"),
        (["imports", "--db", "new/users.csv"], 5, "not a database"),
        (["nothing"], 2, "No such command"),
    ],
)
def test_errors_say_what_to_do(
    terminal: Terminal, words: Sequence[str], status: int, said: str
) -> None:
    """Each refusal has its exit code, is on standard error, and prints nothing else."""
    ran = terminal.run(*words, acting="admin@new")
    assert ran.status == status
    assert said in " ".join(ran.err.split())
    assert ran.out == ""


def test_administrators_of_schools(terminal: Terminal) -> None:
    """PERM-2: made by a network administrator, for the own site only."""
    terminal.new("administrator", "oak-head", "--school", "oak")
    people = terminal.good("administrators", "--json").json
    assert people[-1]["schools"] == "oak"
    refused = terminal.run("administrator", "x", acting="oak-head")
    assert refused.status == 3
    files = str(terminal.folder / "new")
    assert terminal.run("load", files, acting="oak-head").status == 3
    taken = terminal.run("administrator", "admin@old", acting="admin@new")
    assert taken.status == 3
    assert terminal.run("init", "new2", "N", "--administrator", "oak-head").status == 3


def test_lists_for_people(terminal: Terminal) -> None:
    """Tables without colours where the output is not a terminal."""
    import_id = terminal.ready()
    for words in (
        ["schools"],
        ["imports"],
        ["preview", import_id],
        ["preview", import_id, "--flagged"],
        ["review", "show", import_id, "u1"],
        ["review", "history", import_id],
        ["merges"],
        ["log", import_id],
    ):
        shown = terminal.new(*words).out
        assert shown
        assert "\x1b" not in shown
    assert terminal.new("schools", "--json").json == [
        {"id": "oak", "name": "Oak School", "students": 3}
    ]
    assert "Transfer codes" in terminal.old("code", "list").out
    assert "admin@new" in terminal.good("administrators").out


def test_the_log_goes_to_standard_output(terminal: Terminal) -> None:
    """LOG-1: ``-o -`` prints the CSV for a pipe."""
    import_id = terminal.ready()
    terminal.new("import", import_id)
    terminal.good("work")
    printed = terminal.new("log", import_id, "-o", "-").out
    assert printed.lstrip("\ufeff").startswith("FirstName,LastName,Year")
    completed = terminal.new("imports", "--json").json["completed"]
    assert completed[0]["imported"] == 3
    assert "Nothing is due" in terminal.good("work").out


def test_work_lets_expired_codes_forget(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CODE-3: nobody has to think of it where the command line is all there is."""
    terminal.code()
    monkeypatch.setattr(codes, "LIFETIME", timedelta(0))
    assert "Nothing is due" in terminal.good("work").out
    with (
        SqlStorage.open(terminal.folder / "sites.db") as storage,
        storage(read_only=True) as work,
    ):
        [code] = work.codes.of_site(SiteId("old"))
    assert (code.seen, len(code.students)) == ((), 3)


def test_no_half_of_the_log_is_left(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-1: where it cannot be written, what was there stays as it was."""
    import_id = terminal.ready()
    terminal.new("import", import_id)
    terminal.good("work")
    path = terminal.folder / "log.csv"
    path.write_text("before")
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", _no_space)
        ran = terminal.run("log", import_id, "-o", str(path), acting="admin@new")
    assert ran.status == 1
    assert f"No space left on device: {path}" in ran.err
    assert path.read_text() == "before"


def test_a_place_that_cannot_be_looked_at(terminal: Terminal) -> None:
    """It is a file that cannot be read, or a database that cannot be used."""
    place = str(terminal.folder / ("x" * 300))
    ran = terminal.run("load", place, acting="admin@new")
    assert ran.status == 4
    assert "cannot be opened" in ran.err
    ran = terminal.run("schools", "--db", place, acting="admin@new")
    assert ran.status == 5
    assert "database" in ran.err


def test_no_log_is_written_over_the_database(terminal: Terminal) -> None:
    """A slip does not cost the site its students, by whatever name it is reached."""
    import_id = terminal.ready()
    path, link = terminal.folder / "sites.db", terminal.folder / "log.csv"
    link.symlink_to(path)
    before = path.read_bytes()
    for place in (path, link):
        ran = terminal.run("log", import_id, "-o", str(place), acting="admin@new")
        assert ran.status == 2
        assert "name another for the output" in ran.err
        assert path.read_bytes() == before


def _no_space(*_: object) -> None:
    raise OSError(ENOSPC, os.strerror(ENOSPC))


def test_an_import_that_has_not_ended_is_not_resumed(terminal: Terminal) -> None:
    """IMP-7: the refusal says what to do instead."""
    import_id = terminal.ready()
    refused = terminal.run("resume", import_id, acting="admin@new")
    assert refused.status == 3
    assert "Review the matches" in refused.err


@pytest.mark.parametrize("as_json", [False, True])
def test_a_failed_import_is_resumed(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, as_json: bool
) -> None:
    """IMP-7: the reference code and the cause's kind are shown; then it goes on."""

    def fail(*_: object) -> None:
        raise RuntimeError("Maya Okafor")

    import_id = terminal.ready()
    terminal.new("import", import_id)
    with monkeypatch.context() as patch:
        patch.setattr(SqlImports, "take_pending_row", fail)
        failed = terminal.run("work", *(["--json"] if as_json else []))
    assert failed.status == 6
    assert re.search(r"ST-\w{4}-\w{4}", failed.err)
    assert "RuntimeError" in failed.err
    assert "Maya" not in failed.err
    if as_json:
        [step] = failed.json
        assert (step["import"], step["error"]) == (import_id, "ImportFailedError")
        assert step["reference"] in failed.err
    terminal.new("resume", import_id)
    assert "now completed" in terminal.good("work").out


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("Maya Okafor"), "Error: Import 7c1e7c1e failed: ValueError.\n"),
        (
            StorageBusyError("It is busy.", advice="Wait."),
            (
                "Error: It is busy.\nWait.\n"
                "Import 7c1e7c1e is still due: student-transfer work\n"
            ),
        ),
    ],
)
def test_a_background_step_that_cannot_run(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    """An error that is not the library's is named by its kind alone."""
    ran = StepRan(ImportId("7c1e" * 8), None, error)
    monkeypatch.setattr(TransferService, "run_due", lambda *_: [ran])
    failed = terminal.run("work")
    assert (failed.status, failed.out) == (6, "")
    assert failed.err == said


def test_an_ambiguous_beginning() -> None:
    """A beginning that several IDs share is refused, never guessed."""
    with pytest.raises(NotFoundError, match="Several merges begin so"):
        one_of("merge", "7c", ["7c1e", "7c2f"])
    assert one_of("merge", "7c", ["7c", "7c2f"]) == "7c"


def test_what_was_not_read_is_noted(terminal: Terminal) -> None:
    """Notes go to standard error, one a line, however narrow the screen."""
    folder = terminal.folder / "new"
    (folder / "classes.csv").write_text("sourcedId,title\nc1,Maths\n")
    ran = terminal.new("load", str(folder))
    note = "Note: classes.csv: known, but nothing in it is needed, so not read"
    assert ran.err.splitlines() == [note]


def test_a_folder_of_nothing_but_a_workbook(terminal: Terminal) -> None:
    """Where nothing can be loaded each file that was passed over is named."""
    folder = terminal.folder / "sheets"
    folder.mkdir()
    (folder / "roster.xlsx").write_bytes(b"PK\x03\x04")
    ran = terminal.run("load", str(folder), acting="admin@new")
    assert (ran.status, ran.out) == (4, "")
    assert "roster.xlsx: an Excel workbook, so not read: save it as CSV" in ran.err


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be installed is said in one line."""
    monkeypatch.setattr(cli, "find_spec", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert "student-transfer[cli]" in str(ended.value.code)


def test_help_reads_well(terminal: Terminal) -> None:
    """At every level, with the exit codes at the top one."""
    top = terminal.good("--help").out
    for word in ("Set up", "Receive data", "Exit codes", "demo"):
        assert word in top
    assert "either" not in terminal.good("code", "--help").out
    for command in ("load", "start", "preview", "review choose", "code generate"):
        shown = terminal.good(*command.split(), "--help").out
        assert "Usage:" in shown


@pytest.mark.parametrize(
    "command", ["", "code", "code generate", "why", "evaluate", "match", "serve"]
)
def test_a_short_option_asks_for_help_everywhere(
    terminal: Terminal, command: str
) -> None:
    """As in most programs."""
    words = command.split()
    assert terminal.good(*words, "-h").out == terminal.good(*words, "--help").out


def test_the_program_runs_in_a_process_of_its_own(terminal: Terminal) -> None:
    """The installed program: output, errors without a trace, and the exit code."""
    program = [sys.executable, "-c", "from student_transfer.cli import main; main()"]
    database = ["--db", str(terminal.folder / "sites.db"), "--as", "admin@new"]
    listed = subprocess.run(
        [*program, "imports", *database, "--json"],
        capture_output=True,
        check=True,
    )
    assert json.loads(listed.stdout) == {"pending": [], "completed": []}
    refused = subprocess.run(
        [*program, "enter", "nonsense", *database], capture_output=True, check=False
    )
    assert refused.returncode == 3
    assert b"Traceback" not in refused.stderr
    assert refused.stdout == b""


def test_names_are_shown_as_they_are(terminal: Terminal) -> None:
    """No name is taken for markup, and none steers the terminal."""
    names = (
        "x1,[red]Ada[/],[/],2015-03-09,oak\nx2,:smile:,\x1b[2J\u202eGN,2015-03-09,oak\n"
    )
    folder = _roster(terminal.folder / "odd", "oak", names)
    terminal.new("load", str(folder))
    import_id = terminal.ready()
    found = terminal.new("review", "search", import_id, "smile").out
    assert ":smile:" in found
    assert "\x1b" not in found
    assert "\u202e" not in found
    terminal.new("merge", "v2", "v3", "--yes")
    terminal.new("init", "site", "[red]The [/] site")
    code = terminal.good(
        "code", "generate", "oak", "--student", "x1", "--json", acting="admin@new"
    ).json["code"]
    terminal.new("administrator", "oak-head", "--school", "oak")
    entered = terminal.old("enter", code).out
    assert "Oak School" in entered
    assert "[red]Ada[/] [/]" in terminal.new("code", "list").out


def test_a_second_init_keeps_what_is_not_given(terminal: Terminal) -> None:
    """IMP-9: renaming a site does not take its roster away from its SIS."""
    terminal.good("init", "sis", "Before", "--roster", "sis", "--kind", "school")
    terminal.good("init", "sis", "After")
    storage = SqlStorage.open(terminal.folder / "sites.db")
    with storage(read_only=True) as work:
        site = work.sites.site(SiteId("sis"))
    assert site == Site(
        SiteId("sis"), "After", SiteKind.SCHOOL, roster_source=RosterSource.SIS
    )


def _roles(terminal: Terminal, site: str) -> dict[str, str]:
    """Return the role of each administrator of a site."""
    people = terminal.good("administrators", "--json").json
    return {one["id"]: one["role"] for one in people if one["site"] == site}


def test_a_second_init_touches_no_administrator(terminal: Terminal) -> None:
    """PERM-2: who lost a role to another administrator does not take it back so."""
    terminal.good("init", "fir", "The fir trust", "--administrator", "head")
    terminal.good("administrator", "deputy", acting="head")
    files = str(_roster(terminal.folder / "fir", "fir", "w1,Ann,Lee,2015-01-02,fir\n"))
    terminal.good("load", files, acting="head")
    terminal.good("administrator", "head", "--school", "fir", acting="deputy")
    before = _roles(terminal, "fir")
    assert before == {"deputy": "network administrator", "head": "school administrator"}
    refused = terminal.run("init", "fir", "New name", "--administrator", "head")
    assert (refused.status, refused.out) == (3, "")
    assert "nothing was changed" in refused.err
    assert "student-transfer administrator" in refused.err
    renamed = terminal.good("init", "fir", "Renamed", "--kind", "school").out
    assert "Changed: name, kind." in renamed
    assert "admin" not in renamed
    assert (
        "Nothing was changed"
        in terminal.good("init", "fir", "Renamed", "--administrator", "deputy").out
    )
    assert _roles(terminal, "fir") == before


def test_a_site_without_administrator_gets_one(terminal: Terminal) -> None:
    """PERM-1: an init that was killed halfway is run again, and nobody is taken."""
    with SqlStorage.open(terminal.folder / "sites.db") as storage, storage() as work:
        work.sites.put_site(Site(SiteId("fir"), "The fir trust"))
        work.commit()
    taken = terminal.run("init", "fir", "N", "--administrator", "admin@old")
    assert (taken.status, taken.out) == (3, "")
    assert "admin@fir" in terminal.good("init", "fir", "The fir trust").out
    assert _roles(terminal, "fir") == {"admin@fir": "network administrator"}
    assert "admin@old" in _roles(terminal, "old")


def test_scripts_get_json_from_every_step(terminal: Terminal) -> None:
    """What is printed with --json is JSON alone, also when something is asked."""
    code = terminal.code()
    looked = terminal.good("enter", "--json", acting="admin@new", entered=code + "\n")
    assert looked.out.startswith("{")
    started = terminal.new("start", code, "--school", "oak", "--json").json["import"]
    [step] = terminal.good("work", "--json").json
    assert (step["import"], step["state"], step["error"]) == (started, "ready", None)
    confirmed = terminal.new("import", started, "--json").json
    assert (confirmed["import"], "unreviewed" in confirmed) == (started, True)
    assert terminal.good("work", "--json").json[0]["state"] == "completed"
    assert terminal.good("work", "--json").json == []
    merged = terminal.new("merge", "v2", "v3", "--yes", "--json").json
    assert merged["records"] == 0
    assert terminal.new("merges", "--json").json[0]["id"] == merged["merge"]
    email = terminal.new("request", "--json").json
    assert email["plain"].startswith(f"Subject: {email['subject']}")
    assert "requester" in email["placeholders"]
    assert "</" in terminal.new("request", "--html").out


def test_the_next_step_can_be_copied(terminal: Terminal) -> None:
    """What a command advises runs as it stands."""
    said = terminal.new("start", terminal.code(), "--school", "oak").out
    [advice] = re.findall(r"student-transfer (preview \w+)", said)
    terminal.good("work")
    assert "matched" in terminal.new(*advice.split()).out


def test_nobody_who_needs_review_is_imported_without_a_yes(terminal: Terminal) -> None:
    """MATCH-1, REV-1: a flagged match may be another child, so it is asked first."""
    terminal.new("init", "new", "The new trust", "--roster", "sis")
    import_id = terminal.ready()
    counts = terminal.new("preview", import_id, "--json").json
    assert counts["needs_review"] == 2
    refused = terminal.run("import", import_id, acting="admin@new", entered="n\n")
    assert refused.status == 3
    assert "2 students need review" in refused.err
    [listed] = terminal.new("imports", "--json").json["pending"]
    assert (listed["state"], listed["revoked"]) == ("ready", False)
    confirmed = terminal.new("import", import_id, "--yes", "--json")
    assert confirmed.json["unreviewed"] == 2


def test_an_unexpected_error_shows_no_trace(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a trace nor a message that may hold a name, unless it is asked for."""

    def fail(*_: object, **__: object) -> None:
        raise ValueError("Maya Okafor")

    monkeypatch.setattr(formats, "read", fail)
    ran = terminal.run("load", "new", acting="admin@new")
    assert (ran.status, ran.out) == (1, "")
    assert "unexpected ValueError" in ran.err
    assert "Maya" not in ran.err
    monkeypatch.setenv("STUDENT_TRANSFER_TRACE", "1")
    with pytest.raises(ValueError, match="Maya"):
        terminal.run("load", "new", acting="admin@new")


def test_an_interrupted_load(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C ends a load without a trace, and nothing is half done."""

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(SqlRoster, "replace", interrupt)
    names = "v1,Maja,Okafor,2015-03-09,oak\nv9,New,Child,2015-03-09,oak\n"
    folder = _roster(terminal.folder / "edited", "oak", names)
    ran = terminal.run("load", str(folder), acting="admin@new")
    assert (ran.status, ran.out) == (130, "")
    assert "Traceback" not in ran.err
    assert terminal.new("schools", "--json").json[0]["students"] == 3


def test_a_locked_database(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A load waits for another writer, and then says that nothing was changed."""
    monkeypatch.setattr(SqlStorage, "open", partial(SqlStorage.open, busy_timeout=0.05))
    with closing(sqlite3.connect(terminal.folder / "sites.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        files = str(terminal.folder / "new")
        ran = terminal.run("load", files, acting="admin@new")
    assert ran.status == 5
    assert "Nothing was changed" in ran.err


def test_output_that_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that takes the output in memory gets it too."""
    taken = io.StringIO()
    monkeypatch.setattr(sys, "stdout", taken)
    monkeypatch.setattr(sys, "argv", ["student-transfer", "--version"])
    with pytest.raises(SystemExit):
        main()
    assert taken.getvalue().startswith("student-transfer ")


def test_exit_codes() -> None:
    """Each kind of error has the exit code that the docs give."""
    codes = [
        exit_code(error)
        for error in (
            NotFoundError(),
            InputFileError(),
            StorageBusyError(),
            ImportFailedError("ST-0000-0000"),
            AnalysisFailedError("ST-0000-0000"),
        )
    ]
    assert codes == [3, 4, 5, 6, 6]


def test_the_version(terminal: Terminal) -> None:
    """Who reports a fault can name the version."""
    assert terminal.good("--version").out.startswith("student-transfer ")


def _in_process(terminal: Terminal, *words: str) -> list[str]:
    program = "from student_transfer.cli import main; main()"
    database = ["--db", str(terminal.folder / "sites.db"), "--as", "admin@new"]
    return [sys.executable, "-c", program, *words, *database]


def test_two_loads_at_once(terminal: Terminal) -> None:
    """Of two processes that load one file one adds and the other finds it there."""
    names = "".join(f"n{n},Ann,Lee,2015-01-19,oak\n" for n in range(50))
    folder = _roster(terminal.folder / "more", "oak", names.replace("Ann", "Anne"))
    users = folder / "users.csv"
    users.write_text(users.read_text().replace("Anne.Lee", ""))
    command = _in_process(terminal, "load", str(folder), "--json")
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as first,
        subprocess.Popen(command, stdout=subprocess.PIPE) as second,
    ):
        counts = [json.loads(one.communicate()[0]) for one in (first, second)]
    assert sorted(one["students_added"] for one in counts) == [0, 50]
    assert sorted(one["students_unchanged"] for one in counts) == [0, 50]


def test_a_terminal_of_few_letters(terminal: Terminal) -> None:
    """Where an encoding lacks a letter the output is still whole, and JSON is JSON."""
    folder = _roster(terminal.folder / "accents", "oak", "z1,Zoë,Łuk,2015-01-19,oak\n")
    terminal.new("load", str(folder))
    terminal.new("init", "new", "Łódź Trust")
    code = terminal.new("code", "generate", "oak", "--student", "z1", "--json").json
    assert code["students"] == 1
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    shown, as_json = (
        subprocess.run(
            _in_process(terminal, "code", "list", *more),
            env=env,
            capture_output=True,
            check=True,
        ).stdout
        for more in ([], ["--json"])
    )
    assert b"Zo\\xeb" in shown
    assert "Zoë" in json.loads(as_json.decode("ascii"))[0]["for"]


def test_students_are_listed_and_found(terminal: Terminal) -> None:
    """PERM-2: their keys, for a code, a review or a merge; own schools only."""
    everybody = terminal.new("students", "--json").json
    assert {one["key"] for one in everybody} == {"v1", "v2", "v3"}
    [found] = terminal.new("students", "okafor", "--school", "oak", "--json").json
    assert found["key"] == "v1"
    elsewhere = terminal.run("students", "--school", "elm", acting="admin@new")
    assert elsewhere.status == 3
    assert "no such school" in elsewhere.err
    _roster(terminal.folder / "fir", "fir", "w1,Ann,Okafor,2015-01-02,fir\n")
    terminal.new("load", str(terminal.folder / "fir"))
    terminal.new("administrator", "fir-head", "--school", "fir")
    [own] = terminal.good("students", "okafor", "--json", acting="fir-head").json
    assert own["key"] == "w1"
    [school] = terminal.good("schools", "--json", acting="fir-head").json
    assert (school["id"], school["students"]) == ("fir", 1)


def test_more_students_than_a_search_finds_are_all_shown(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PERM-2: those of the schools are not left out, and nothing says that they are."""
    monkeypatch.setattr(site_lookup, "FOUND_MOST", 1)
    ran = terminal.new("students", "shah", "--json")
    assert {one["key"] for one in ran.json} == {"v2", "v3"}
    assert "without a school may be left out" in ran.err
    assert "Only" not in ran.err
    assert terminal.new("students", "shah", "--school", "oak").err == ""


def test_an_import_is_found_by_its_id_alone(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOOK-3: to complete an ID no student of any import is read."""
    import_id = terminal.ready()

    def refuse(*_: object) -> None:
        raise AssertionError("all rows are read")

    monkeypatch.setattr(SqlImports, "rows", refuse)
    assert terminal.new("review", "show", import_id[:8], "u1", "--json").json


def test_a_search_of_the_review_says_where_it_ends(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REV-1: whoever is not listed may still be there, and one more word finds them."""
    import_id = terminal.ready()
    monkeypatch.setattr(review, "FOUND_MOST", 1)
    ran = terminal.new("review", "search", import_id, "shah", "--json")
    assert len(ran.json) == 1
    assert "add another word" in ran.err
    assert terminal.new("review", "search", import_id, "shah", "pri").err == ""


def test_the_preview_tells_what_a_person_decided(terminal: Terminal) -> None:
    """REV-1: after the review the reason is the review, not the matching's."""
    import_id = terminal.ready()
    terminal.new("review", "clear", import_id, "u1")
    students = terminal.new("preview", import_id, "--json").json["students"]
    [decided] = [one for one in students if one["incoming"] == "u1"]
    assert (decided["decided_by"], decided["why"]) == (
        "person",
        "decided in the review",
    )
