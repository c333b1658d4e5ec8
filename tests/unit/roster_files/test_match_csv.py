"""Unit tests of the file of the matches."""

import csv
import os
import stat
from errno import ENOSPC
from io import StringIO
from pathlib import Path

import pytest

from student_transfer.linkage.proposing.deciding import Candidate, ImportAs, Suggestion
from student_transfer.roster_files.match_csv import (
    MATCH_COLUMNS,
    matches_text,
    write_matches,
)
from student_transfer.students import StudentKey

MATCHED = Suggestion(
    import_as=ImportAs.MATCHED,
    match=StudentKey("v1"),
    candidates=(
        Candidate(StudentKey("v1"), 0.98765432, "because"),
        Candidate(StudentKey("v2"), 0.1, "because"),
    ),
)
NEW = Suggestion(import_as=ImportAs.NEW)
DOUBTFUL = Suggestion(
    import_as=ImportAs.NEW,
    candidates=(Candidate(StudentKey('v,"3'), 0.5, "because"),),
    needs_review=True,
)
FOUND = {
    StudentKey("u1"): MATCHED,
    StudentKey("u2"): NEW,
    StudentKey("u3"): DOUBTFUL,
}


def test_the_matches_are_written_as_documented() -> None:
    """A row for each student and candidate, best first; a blank where there is none."""
    assert matches_text(FOUND) == (
        "incoming_id,existing_id,probability,import_as,needs_review,rank\n"
        "u1,v1,0.987654,matched,no,1\n"
        "u1,v2,0.100000,matched,no,2\n"
        "u2,,,new,no,1\n"
        'u3,"v,""3",0.500000,new,yes,1\n'
    )


def test_the_match_is_the_row_of_rank_one_that_is_matched() -> None:
    """A script finds the matches without knowing the library."""
    rows = csv.DictReader(StringIO(matches_text(FOUND)))
    assert tuple(rows.fieldnames or ()) == MATCH_COLUMNS
    matches = {
        row["incoming_id"]: row["existing_id"]
        for row in rows
        if row["rank"] == "1" and row["import_as"] == "matched"
    }
    assert matches == {"u1": "v1"}


def test_matches_of_nobody_are_a_header() -> None:
    """An empty import gives a file without rows."""
    assert matches_text({}) == ",".join(MATCH_COLUMNS) + "\n"


def test_the_file_of_matches_is_the_same_text(tmp_path: Path) -> None:
    """What is written is UTF-8, and takes the place of what was there."""
    path = tmp_path / "matches.csv"
    path.write_text("before", "utf-8")
    found = {StudentKey("ü1"): NEW}
    with path.open(encoding="utf-8") as opened_before:
        write_matches(path, found)
        assert opened_before.read() == "before"
    assert path.read_bytes() == matches_text(found).encode()
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path) -> None:
    """The whole file is written or none of it, and nothing is left behind."""
    path = tmp_path / "matches.csv"
    path.write_text("before", "utf-8")
    bad = {StudentKey("u1"): NEW, StudentKey("\ud800"): NEW}
    with pytest.raises(UnicodeEncodeError):
        write_matches(path, bad)
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_matches_are_not_written_into_nowhere(tmp_path: Path) -> None:
    """A folder that is not there is an error of the system, told as such."""
    with pytest.raises(FileNotFoundError, match="make it first") as refused:
        write_matches(tmp_path / "nowhere" / "matches.csv", FOUND)
    assert refused.value.filename == str(tmp_path / "nowhere")


def test_an_error_names_the_file_that_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that is full is no error of a file that nobody knows."""

    def fail(*_: object) -> None:
        raise OSError(ENOSPC, "No space left", "a part")

    path = tmp_path / "matches.csv"
    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left") as refused:
        write_matches(path, FOUND)
    assert refused.value.filename == str(path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name != "posix", reason="only there files have such a mode")
def test_who_may_read_the_matches_is_for_the_machine_to_say(tmp_path: Path) -> None:
    """Where files are private by default the matches are private, too."""
    path = tmp_path / "matches.csv"
    before = os.umask(0o077)
    try:
        write_matches(path, FOUND)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0
