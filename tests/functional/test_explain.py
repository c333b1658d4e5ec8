"""The command explain, for a person and for a script: the sum, and why no match."""

import io
import json
import os
import re
import sys
from collections.abc import Callable
from datetime import date
from errno import ENOSPC
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest

from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli import output
from student_transfer.codes import YearScope
from student_transfer.imports import ImportId
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.services import TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey
from tests.functional.terminal import ran

OLD, NEW = SiteId("old"), SiteId("new")
ELM, OAK = SchoolId("elm"), SchoolId("oak")
OLD_HEAD = Actor(ActorId("head@old"), OLD, Role.NETWORK_ADMINISTRATOR)
NEW_HEAD = Actor(ActorId("head@new"), NEW, Role.NETWORK_ADMINISTRATOR)
BORN = date(2015, 3, 9)

_OLD = {
    "maya": ("Maya", "Okafor", BORN),
    "tom": ("Thomas", "Wilkinson", date(2014, 11, 23)),
    "eve": ("Eve", "Hart", date(2015, 8, 30)),
}
_NEW = {
    "m": ("Maya", "Okafor", BORN),
    "twin": ("Chidi", "Okafor", BORN),
    "far": ("Oscar", "Nowak", date(2012, 1, 17)),
    **{f"many{n}": (f"{n}x", "", date(2015, 8, 30)) for n in range(40)},
}


def _students(site: SiteId, school: SchoolId, named: dict[str, Any]) -> list[Student]:
    return [
        Student(
            key=StudentKey(key),
            site_id=site,
            given_name=given,
            family_name=family,
            date_of_birth=born,
            gender="F",
            year="6",
            enrolments={school},
        )
        for key, (given, family, born) in named.items()
    ]


@attrs.frozen
class Explained:
    """A database with an import that is ready, and the command on it."""

    storage: SqlStorage
    import_id: ImportId
    folder: Path
    run: Callable[..., str]

    def json(self, incoming: str, student: str) -> Any:
        """Explain a pair as JSON."""
        return json.loads(self.run(incoming, student, "--json"))


@pytest.fixture
def explained(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Explained:
    """Make two sites, and bring an import to its preview."""
    database = tmp_path / "sites.db"
    storage = SqlStorage.open(database)
    with storage() as work:
        for site, school, named in ((OLD, ELM, _OLD), (NEW, OAK, _NEW)):
            work.sites.put_site(Site(site, f"The {site} trust"))
            work.sites.put_school(School(school, site, school.title()))
            for student in _students(site, school, named):
                work.roster.add(student)
        work.commit()
    storage.put_actor(NEW_HEAD)
    service = TransferService(storage)
    code = service.generate_code(OLD_HEAD, YearScope(ELM, "6")).code.reveal()
    import_id = service.start_import(NEW_HEAD, code, OAK).id
    service.run_due()

    def run(*words: str) -> str:
        options = ["--as", NEW_HEAD.id, "--db", str(database)]
        command = ["explain", import_id, *words, *options]
        return ran(command, monkeypatch, capsys).out

    return Explained(storage, import_id, tmp_path, run)


def test_a_match_is_drawn_in_eighty_columns(explained: Explained) -> None:
    """PREV-6: every field with its weight and a bar, and that they are matched."""
    shown = explained.run("maya", "m")
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    for field in ("prior", "given name", "date of birth", "siblings", "total"):
        [line] = [line for line in lines if line.startswith(field)]
        assert re.search(r" [-+]\d+\.\d", line)
    assert "█" in shown
    assert "░" in shown
    assert "Probability that they are one child, by themselves: 9" in shown
    assert lines[-1] == "They are matched."


def test_where_blocks_cannot_be_printed_letters_do(
    explained: Explained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal of few letters gets a waterfall of those."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    explained.run("maya", "m")
    stream.seek(0)
    shown = stream.read()
    assert "####" in shown
    assert "\\u" not in shown


def test_colour_is_for_terminals_that_have_it(
    explained: Explained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the two directions differ in colour too."""
    monkeypatch.setattr(output.out, "_force_terminal", True)
    monkeypatch.setattr(output.out, "_color_system", 1)
    monkeypatch.setattr(output.out, "no_color", False)
    shown = explained.run("maya", "m")
    assert "\x1b[34m█" in shown
    assert "\x1b[33m░" in shown


def test_json_has_the_sum_and_the_reason(explained: Explained) -> None:
    """A script gets every step exactly, and why the two are not matched."""
    told = explained.json("maya", "twin")
    explanation = told["explanation"]
    weights = [step["weight"] for step in explanation["steps"]]
    assert explanation["prior"] + sum(weights) == explanation["total"]
    assert told["probability_by_themselves"] == explanation["probability"]
    assert [row["weight"] for row in told["fields"][1:-1]] == weights
    assert "the given names differ" in explanation["review_reasons"]
    assert told["reason"] == "matched with another student"


def test_a_twin_of_the_match_is_another(explained: Explained) -> None:
    """REV-2: the incoming student's own match is named."""
    told = explained.json("maya", "twin")
    assert told["other"] == "m"
    shown = explained.run("maya", "twin")
    assert told["sentence"] in " ".join(shown.split())
    assert shown.splitlines()[-1] == "The other student is m."


def test_who_was_never_compared_is_told_why(explained: Explained) -> None:
    """No key is shared: what each is searched for by is listed."""
    shown = explained.run("tom", "far")
    assert "They were never compared" in shown
    rows = [line.split("  ")[0] for line in shown.splitlines()]
    assert "Blocking keys" in rows
    assert "family name and date of birth" in rows
    told = explained.json("tom", "far")
    assert told["reason"] == "no shared blocking key"
    assert not any(one["shared"] for one in told["keys"])


def test_keys_that_too_many_share_are_told(explained: Explained) -> None:
    """One of forty who share a birthday and nothing else is not looked at."""
    told = explained.json("eve", "many7")
    assert told["reason"] == "every shared blocking key is too common"
    [common] = [one for one in told["keys"] if one["too_common"]]
    assert (common["purpose"], common["shared"]) == ("date of birth", 1)


def test_who_is_taken_is_told_by_whom(explained: Explained) -> None:
    """PREV-4: chosen by a person for one, a student is nobody else's match."""
    service = TransferService(explained.storage)
    maya, tom, m = StudentKey("maya"), StudentKey("tom"), StudentKey("m")
    service.clear_match(NEW_HEAD, explained.import_id, maya)
    cleared = service.why_not(NEW_HEAD, explained.import_id, maya, m)
    assert cleared.sentence == "They are not matched: a person decided otherwise."
    service.choose_match(NEW_HEAD, explained.import_id, tom, m, accept_unlike=True)
    chosen = service.why_not(NEW_HEAD, explained.import_id, tom, m)
    assert chosen.sentence == "They are matched."
    with explained.storage() as work:  # as if the matching had left it open
        [row] = [
            one
            for one in work.imports.rows(explained.import_id)
            if one.source_key == maya
        ]
        decision = attrs.evolve(row.decision, by_person=False)
        work.imports.save_row(explained.import_id, attrs.evolve(row, decision=decision))
        work.commit()
    told = explained.json("maya", "m")
    assert (told["reason"], told["other"]) == (
        "taken by another incoming student",
        "tom",
    )
    shown = explained.run("maya", "m").splitlines()
    assert any(
        line.startswith("Beside the other candidates, which decides:") for line in shown
    )
    assert shown[-1] == "The other student is tom."


def test_the_picture_is_written(explained: Explained) -> None:
    """With --svg the sum is drawn into a file too, with the sentence below."""
    path = explained.folder / "pair.svg"
    shown = explained.run("maya", "m", "--svg", str(path))
    assert shown.splitlines()[-1] == f"The picture is in {path}."
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - our own
    assert "They are matched." in [element.text for element in root.iter()]
    before = path.read_bytes()
    assert explained.run("maya", "m", "--svg", str(path), "--json").startswith("{")
    assert path.read_bytes() == before


def test_no_half_of_the_picture_is_left(
    explained: Explained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it cannot be written, what was there stays as it was."""
    path = explained.folder / "pair.svg"
    path.write_text("before")

    def no_space(*_: object) -> None:
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    monkeypatch.setattr(Path, "replace", no_space)
    with pytest.raises(AssertionError, match="No space left"):  # it does not succeed
        explained.run("maya", "m", "--svg", str(path))
    assert path.read_text() == "before"


def test_no_picture_is_written_over_the_database(explained: Explained) -> None:
    """A slip does not cost the site its students."""
    path = explained.folder / "sites.db"
    before = path.read_bytes()
    with pytest.raises(AssertionError, match="name another for the output"):
        explained.run("maya", "m", "--svg", str(path))
    assert path.read_bytes() == before


def test_nothing_shown_is_personal(explained: Explained) -> None:
    """The explanation of a pair names fields, and says nothing of a child."""
    path = explained.folder / "pair.svg"
    for student in ("m", "twin", "far"):
        shown = explained.run("maya", student, "--svg", str(path))
        shown += explained.run("maya", student, "--json") + path.read_text("utf-8")
        for word in ("Okafor", "Chidi", "Nowak", "2015", "2012"):
            assert word not in shown
