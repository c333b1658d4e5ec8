"""Unit tests of two rosters as plain CSV files, and of the file of the matches."""

import csv
import os
import stat
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest

from student_transfer.errors import InputFileError
from student_transfer.formats import match_csv
from student_transfer.formats.match_csv import (
    MATCH_COLUMNS,
    ROSTER_COLUMNS,
    RosterFile,
    matches_text,
    write_matches,
)
from student_transfer.linkage.deciding import Candidate, ImportAs, Suggestion
from student_transfer.linkage.profile import FIELDS, Profile
from student_transfer.students import StudentKey

TWO = "id,given_name,family_name\n1,Zoë,Ng\n2,Omar,Khan\n"


def _file(folder: Path, content: str | bytes, name: str = "roster.csv") -> RosterFile:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return RosterFile(path)


def _read(file: RosterFile) -> dict[str, Profile]:
    """Read a whole file: each student by id."""
    return {
        key: file.profile("there", row, key)
        for chunk in file.chunks()
        for key, row in zip(chunk.ids, chunk.rows, strict=True)
    }


def _given_names(file: RosterFile) -> dict[str, str]:
    return {key: one.given.text for key, one in _read(file).items()}


def _problems(file: RosterFile) -> tuple[str, ...]:
    """Give what is wrong with a file that is refused."""
    with pytest.raises(InputFileError, match="cannot be matched") as refused:
        _read(file)
    return refused.value.problems


# Reading ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_file_is_read_in_every_encoding_of_spreadsheets(
    tmp_path: Path, encoding: str
) -> None:
    """UTF-8 with and without mark, UTF-16 with one, and Windows-1252 are read."""
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    data = marks.get(encoding, b"") + TWO.encode(encoding)
    file = _file(tmp_path, data)
    assert _given_names(file) == {"1": "zoe", "2": "omar"}
    told = [str(note) for note in file.notes]
    assert any("Windows-1252" in note for note in told) is (encoding == "cp1252")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_by_the_header(tmp_path: Path, delimiter: str) -> None:
    """Comma, semicolon, tab and bar are read; the others are part of cells."""
    file = _file(tmp_path, TWO.replace(",", delimiter).replace("Omar", '"O;m,a|r"'))
    assert _given_names(file) == {"1": "zoe", "2": "o m a r"}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine(tmp_path: Path, newline: str) -> None:
    """Every kind of line end is one, and the last line needs none."""
    text = TWO.rstrip("\n").replace("\n", newline)
    assert _given_names(_file(tmp_path, text)) == {"1": "zoe", "2": "omar"}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_cell_in_quotation_marks_may_have_line_breaks(
    tmp_path: Path, newline: str
) -> None:
    """An address of two lines is one cell."""
    text = f'id,address\n1,"14 Mill Street{newline}Leeds, ""LS1"""\n2,3 Rees Place\n'
    found = _read(_file(tmp_path, text))
    assert found["1"].address.words == ("14", "mill", "st", "leeds", "ls1")
    assert found["2"].address.house == ("3", "rees")


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    """Empty lines and lines of empty cells are no students and no problem."""
    text = "id,given_name\n\n1,Zoë\n,\n \t, \n2,Omar\n\n"
    assert _given_names(_file(tmp_path, text)) == {"1": "zoe", "2": "omar"}


def test_the_columns_may_be_in_any_order_and_writing(tmp_path: Path) -> None:
    """Case, blanks and underscores in a column's name do not count."""
    text = "Family Name,ID,GIVENNAME,Date_Of_Birth\nNg,1,Zoë,2014-03-05\n"
    found = _read(_file(tmp_path, text))["1"]
    assert (found.given.text, found.family.text) == ("zoe", "ng")
    assert found.born == (2014, 3, 5)


def test_every_field_has_its_column(tmp_path: Path) -> None:
    """What is compared can be given, each in the column of its name."""
    text = (
        f"{','.join(ROSTER_COLUMNS)}\n"
        "1,Zoë,Ann,Ng,Zo,2014-03-05,F,Year 6,H801200001001,1001,zng,z@example.org,"
        "B13 9QX,14 Mill Street\n"
    )
    found = _read(_file(tmp_path, text))["1"]
    texts = (found.given.text, found.middle.text, found.family.text)
    assert texts == ("zoe", "ann", "ng")
    assert (found.preferred.text, found.gender, found.year) == ("zo", "f", 6)
    assert found.national_id == "H801200001001"
    assert (found.student_id, found.user_name) == ("1001", "zng")
    assert (found.email, found.postcode) == ("z@example.org", "B139QX")
    assert found.address.house == ("14", "mill")
    assert found.ref.key == "1"


def test_a_roster_of_ids_alone_is_read(tmp_path: Path) -> None:
    """All columns but the id may be missing."""
    found = _read(_file(tmp_path, "id\n1\n2\n"))
    assert list(found) == ["1", "2"]
    assert not found["1"].given
    chunk = next(iter(_file(tmp_path, "id\n1\n").chunks()))
    assert chunk.columns == [()] * len(FIELDS)


def test_a_roster_of_nobody_is_read(tmp_path: Path) -> None:
    """A header alone is a roster without students."""
    file = _file(tmp_path, "id,given_name\n")
    assert _read(file) == {}
    assert file.notes == []


def test_columns_that_are_not_compared_are_named(tmp_path: Path) -> None:
    """A note says what is left out, so that a misspelt column is noticed."""
    file = _file(tmp_path, "id,first_name,,Phone\x1b[31m\n1,Zoë,x,1\n")
    _read(file)
    (note,) = file.notes
    assert str(note) == (
        "roster.csv: left out, since it is not compared: first_name, Phone [31m"
    )


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("2014-03-05", (2014, 3, 5)),
        ("2014-03", (2014, 3, 0)),
        ("2014", (2014, 0, 0)),
        ("", None),
        ("1900-01-01", None),
    ],
)
def test_a_date_of_birth_may_be_known_in_part(
    tmp_path: Path, text: str, born: tuple[int, int, int] | None
) -> None:
    """Year and month, or the year, are read without a note; so is a placeholder."""
    file = _file(tmp_path, f"id,date_of_birth\n1,{text}\n")
    assert _read(file)["1"].born == born
    assert file.notes == []


@pytest.mark.parametrize(
    "text",
    [
        "05/03/2014",
        "5 March 2014",
        "unknown",
        "2014/03/05",
        "2014.03.05",
        "2014-13-05",
        "2014-03-32",
    ],
)
def test_dates_that_cannot_be_read_are_counted(tmp_path: Path, text: str) -> None:
    """A date that is written otherwise is not known, and a note says of how many."""
    file = _file(tmp_path, f"id,date_of_birth\n1,{text}\n2,2014-03-05\n3,{text}\n")
    assert _read(file)["1"].born is None
    (note,) = file.notes
    assert str(note).startswith("roster.csv: 2 dates of birth are taken as not known")
    assert text not in str(note)


def test_a_large_file_is_read_in_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only some rows are held at a time, and how far it is can be shown."""
    monkeypatch.setattr(match_csv, "_AT_ONCE", 2)
    file = _file(tmp_path, "id,given_name\n" + "".join(f"{n},Zoë\n" for n in range(5)))
    done: list[int] = []
    sizes = [len(chunk.ids) for chunk in file.chunks(done.append)]
    assert sizes == [2, 2, 1]
    assert done[-1] == file.size
    assert file.ids == set("01234")


# What is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n", "key,given_name\n1,Zoë\n"])
def test_a_file_without_ids_is_refused(tmp_path: Path, text: str) -> None:
    """Without an id nobody could be named in the matches."""
    (problem,) = _problems(_file(tmp_path, text))
    assert problem == (
        "roster.csv, line 1: there is no column id: add one that names each student"
    )


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    """Which of two columns holds the names is not guessed."""
    (problem,) = _problems(_file(tmp_path, "id,given_name,Given Name\n1,a,b\n"))
    assert problem == (
        "roster.csv, line 1, column given_name: there are two columns of this name"
    )


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    """Blank and repeated ids and rows of another length are named with their lines."""
    text = "id,given_name\n1,a\n,b\n1,c\n2\n3,d,e\n4,f\n  ,g\n 4 ,h\n"
    assert _problems(_file(tmp_path, text)) == (
        "roster.csv, line 3, column id: there is no id",
        "roster.csv, line 4, column id: an earlier row has the same id",
        "roster.csv, line 5: the row has 1 cells where the header has 2",
        "roster.csv, line 6: the row has 3 cells where the header has 2",
        "roster.csv, line 8, column id: there is no id",
        "roster.csv, line 9, column id: an earlier row has the same id",
    )


def test_bad_rows_of_every_chunk_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id may be repeated far below; lines are counted through all chunks."""
    monkeypatch.setattr(match_csv, "_AT_ONCE", 2)
    text = "id,given_name\n1,a\n2,b\n\n3,c\n4,d\n1,e\n5\n"
    assert _problems(_file(tmp_path, text)) == (
        "roster.csv, line 7, column id: an earlier row has the same id",
        "roster.csv, line 8: the row has 1 cells where the header has 2",
    )


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_a_line_is_counted_as_an_editor_counts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A cell of several lines moves the rows below it down."""
    monkeypatch.setattr(match_csv, "_AT_ONCE", at_once)
    text = 'id,address\n1,"14 Mill Street\nLeeds\nLS1"\n2\n\n3,x\n4\n'
    first, second = _problems(_file(tmp_path, text))
    assert first.startswith("roster.csv, line 5: ")
    assert second.startswith("roster.csv, line 8: ")


def test_no_more_problems_are_told_than_a_person_reads(tmp_path: Path) -> None:
    """After the first fifty the rest is counted."""
    problems = _problems(_file(tmp_path, "id,given_name\n" + ",x\n" * 1060))
    assert len(problems) == 51
    assert problems[-1] == "roster.csv: and 1,010 more problems"


def test_problems_hold_no_personal_data(tmp_path: Path) -> None:
    """What is wrong is told by place, not by what the cells hold."""
    told = " ".join(
        _problems(_file(tmp_path, "id,given_name\n77,Zoë\n77,Zoë\n8,Zoë,Ng\n"))
    )
    for value in ("Zo", "Ng", "77"):
        assert value not in told


def test_a_cell_without_end_is_a_problem(tmp_path: Path) -> None:
    """Quotation marks that do not pair up are told, not read to the end."""
    text = 'id,given_name\n1,"' + "x" * 200_000 + "\n2,Omar\n"
    (problem,) = _problems(_file(tmp_path, text))
    assert problem.startswith("roster.csv, line 2: quotation marks do not pair up")


def test_a_quotation_mark_that_is_never_closed_loses_nobody(tmp_path: Path) -> None:
    """A mark too many must not swallow the students below it in silence."""
    text = 'id,given_name\n1,"Zoë\n2,Omar\n3,Ling\n'
    assert any("quotation marks" in each for each in _problems(_file(tmp_path, text)))


def test_a_quotation_mark_is_told_with_the_row_it_is_in(tmp_path: Path) -> None:
    """The line is that of the row, and the bad rows above it are told, too."""
    text = 'id,given_name\n,Zoë\n2,"Omar\n3,Ling\n4,Ada\n'
    above, problem = _problems(_file(tmp_path, text))
    assert above == "roster.csv, line 2, column id: there is no id"
    assert problem.startswith("roster.csv, line 3: quotation marks")


def test_damaged_letters_are_not_read_in_silence(tmp_path: Path) -> None:
    """A file that is UTF-8 but for some bytes is told, as a file to load is."""
    file = _file(tmp_path, b"id,given_name\n1,Zo\xc3\xab\n2,Ann\xe9e\n")
    with suppress(InputFileError):  # or a note says so
        assert _given_names(file)["1"] == "zoe"
        assert file.notes


@pytest.mark.parametrize(
    "data",
    [b"id,given_name\n1,Zo\x81\x8d\n", b"\xff\xfei\0d\0\n"],
    ids=["no encoding", "half a letter"],
)
def test_a_file_in_no_encoding_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    """A damaged file is a problem of the file, not a fault of the program."""
    assert _problems(_file(tmp_path, data))


def test_accents_after_the_sample_are_not_lost_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Windows file whose first accent comes late is read right, or told."""
    monkeypatch.setattr(match_csv, "_BLOCK", 40)
    rows = "".join(f"{number},Omar\n" for number in range(20))
    file = _file(tmp_path, f"id,given_name\n{rows}99,Zoë\n".encode("cp1252"))
    with suppress(InputFileError):  # or it is refused
        assert _given_names(file)["99"] == "zoe" or file.notes


# Halves -------------------------------------------------------------------------------


def _rows_of(file: RosterFile, *part: int) -> list[str]:
    return [key for chunk in file.chunks(None, *part) for key in chunk.ids]


def test_a_large_file_can_be_read_in_halves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both halves have whole rows, and together all of them."""
    monkeypatch.setattr(match_csv, "_WORTH_PARTING", 10)
    text = "id,given_name,date_of_birth\n" + "".join(
        f"{number},Zoë {number},{'soon' if number % 2 else '2014'}\n"
        for number in range(50)
    )
    for mark in ("", "\ufeff"):
        file = _file(tmp_path, mark + text)
        halves = file.halves()
        assert halves is not None
        middle, end = halves
        assert end == file.size
        first, second = (
            RosterFile(tmp_path / "roster.csv"),
            RosterFile(tmp_path / "roster.csv"),
        )
        upper, lower = _rows_of(first, 0, middle), _rows_of(second, middle, end)
        assert upper + lower == [str(number) for number in range(50)]
        assert min(len(upper), len(lower)) > 20
        first.join(second)
        assert first.ids == {str(number) for number in range(50)}
        (note,) = first.notes
        assert "25 dates of birth" in str(note)


def test_a_half_tells_how_far_it_is(tmp_path: Path) -> None:
    """The progress of a half is within the file."""
    file = _file(tmp_path, TWO)
    done: list[int] = []
    list(file.chunks(done.append, 0, file.size))
    assert done
    assert max(done) <= file.size


@pytest.mark.parametrize(
    "data",
    [
        TWO.encode("utf-16"),
        b'id,given_name\n1,"' + b"x\n" * 100 + b'"\n',
    ],
    ids=["UTF-16", "in quotation marks"],
)
def test_some_files_cannot_be_parted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    """A row is never cut in two, and neither is a letter."""
    monkeypatch.setattr(match_csv, "_WORTH_PARTING", 10)
    assert _file(tmp_path, data).halves() is None


def test_a_small_file_is_not_parted(tmp_path: Path) -> None:
    """For a few rows it is not worth it."""
    assert _file(tmp_path, TWO).halves() is None


# The matches --------------------------------------------------------------------------

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
    with pytest.raises(OSError, match="No such file"):
        write_matches(tmp_path / "nowhere" / "matches.csv", FOUND)


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
