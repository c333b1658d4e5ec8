"""Unit tests of the file of a truth."""

from pathlib import Path

import pytest

from student_transfer.errors import InputFileError
from student_transfer.roster_files import read_truth
from student_transfer.students import StudentKey

INCOMING = [StudentKey(key) for key in ("u1", "u2", "u3", "=4", "'tis")]
EXISTING = [StudentKey(key) for key in ("v1", "v2", "-3")]
HEADER = "incoming_id,existing_id\n"


def _read(folder: Path, text: str) -> dict[StudentKey, StudentKey | None]:
    path = folder / "truth.csv"
    path.write_text(text, encoding="utf-8")
    return read_truth(str(path), INCOMING, EXISTING)


def _problems(folder: Path, text: str) -> tuple[str, ...]:
    with pytest.raises(InputFileError, match=r"truth\.csv cannot be used") as refused:
        _read(folder, text)
    assert "evaluate again" in refused.value.advice
    return refused.value.problems


def test_who_is_who_is_read(tmp_path: Path) -> None:
    """A blank cell is a student who is not there; others are not in the truth."""
    truth = _read(tmp_path, HEADER + "u2,v1\nu1,\n")
    assert truth == {"u2": "v1", "u1": None}


def test_further_columns_and_other_delimiters_do_not_matter(tmp_path: Path) -> None:
    """As in every file that is read."""
    text = "Existing ID;note;Incoming ID\nv1;sure;u1\n"
    assert _read(tmp_path, text) == {"u1": "v1"}


def test_an_id_may_be_written_as_in_the_matches(tmp_path: Path) -> None:
    """LOG-3: an apostrophe against formulas is taken away, but none of the id."""
    truth = _read(tmp_path, HEADER + "'=4,'-3\n'tis,v1\n")
    assert truth == {"=4": "-3", "'tis": "v1"}


def test_everything_that_is_wrong_is_told(tmp_path: Path) -> None:
    """An id that is nobody's would count as a missed student."""
    text = HEADER + "u1,v1\nu1,v2\n,v2\nu7,v1\nu2,v7\nu3\n"
    unknown = "no student of that roster has this id: give it as it stands there"
    twice = "an earlier row has the same id: give each incoming student one row"
    assert _problems(tmp_path, text) == (
        f"truth.csv, line 3, column incoming_id: {twice}",
        "truth.csv, line 4, column incoming_id: there is no id",
        f"truth.csv, line 5, column incoming_id: {unknown}",
        f"truth.csv, line 6, column existing_id: {unknown}",
        "truth.csv, line 7: the row has 1 cells where the header has 2",
    )


def test_many_bad_rows_of_a_kind_are_summed_up(tmp_path: Path) -> None:
    """A truth about other rosters is told in a few lines."""
    *_, last = _problems(tmp_path, HEADER + "u9,v1\n" * 40)
    assert last == "truth.csv, column incoming_id: and 30 more like this"


def test_a_possible_match_of_a_new_student_is_no_truth(tmp_path: Path) -> None:
    """What match proposes for nobody to import is settled by a person first."""
    header = "incoming_id,existing_id,probability,import_as\n"
    rows = "u1,v1,0.99,matched\nu2,v2,0.57,new\nu3,,,New\n=4,-3,0.5,New\n"
    settle = (
        "import_as says new beside it: leave it blank if the student is new, or write "
        "matched if it is this one"
    )
    assert _problems(tmp_path, header + rows) == (
        f"truth.csv, line 3, column existing_id: {settle}",
        f"truth.csv, line 5, column existing_id: {settle}",
    )
    settled = rows.replace("v2,0.57,new", ",0.57,new").replace("0.5,New", "0.5,matched")
    truth = _read(tmp_path, header + settled)
    assert truth == {"u1": "v1", "u2": None, "u3": None, "=4": "-3"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        (HEADER, "there is nobody in it"),
        ("incoming_id,is\nu1,v1\n", "no column existing_id"),
        ("comes,existing_id\nu1,v1\n", "no column incoming_id"),
        ("u1,u1,existing_id\nu2,u2,v1\n", "no column incoming_id"),
        ("incoming_id,existing_id,Incoming ID\nu1,v1,u2\n", "two columns"),
        ('incoming_id,"existing_id\nu1,v1\n', "quotation marks"),
    ],
)
def test_a_file_without_a_truth_is_refused(
    tmp_path: Path, text: str, told: str
) -> None:
    """With what is missing."""
    (problem,) = _problems(tmp_path, text)
    assert told in problem


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """Neither one that is missing, nor a folder, even with a truth in it."""
    with pytest.raises(InputFileError) as missing:
        read_truth(tmp_path / "truth.csv", INCOMING, EXISTING)
    assert "check that it is there" in missing.value.problems[0]
    _read(tmp_path, HEADER + "u1,v1\n")
    with pytest.raises(InputFileError) as folder:
        read_truth(tmp_path, INCOMING, EXISTING)
    assert "name the file of the truth" in folder.value.problems[0]
