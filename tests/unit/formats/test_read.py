"""Reading as a whole: recognition, joining and what a reading promises."""

import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.formats import DateOrder, read
from student_transfer.records import ReaderQuiz
from student_transfer.sites import SiteId

from .conftest import ReadFiles

SITE = SiteId("a")
USERS = "sourcedId,orgSourcedIds,role,username,givenName,familyName\n"


def test_nothing_known(read_files: ReadFiles) -> None:
    """A folder without any known format is a problem; its files are noted."""
    reading = read_files({"a.csv": "colour,size\nred,1\n", "b.jpg": b"x"})
    assert [str(one) for one in reading.problems] == [
        "the files: none is in a format that is known"
    ]
    assert [note.file for note in reading.notes] == ["a.csv", "b.jpg"]


def test_a_named_file_of_no_format(tmp_path: Path) -> None:
    """A file that was asked for and is in no known format is a problem."""
    path = tmp_path / "a.csv"
    path.write_text("Ada,Ng\nBob,Oz\n")
    reading = read([path], SITE)
    assert [(one.file, one.line) for one in reading.problems] == [("a.csv", 0)]
    assert "Ada" not in str(reading)


def test_one_path_may_be_a_text(tmp_path: Path) -> None:
    """A file, a folder or several, by path or by name."""
    path = tmp_path / "users.csv"
    path.write_text(USERS + "1,o,student,u,Ada,Ng\n")
    for paths in (path, str(path), [str(path)], tmp_path, str(tmp_path)):
        assert [one.key for one in read(paths, SITE).students] == ["1"]


def test_a_required_column_doubled(read_files: ReadFiles) -> None:
    """A file whose required column is there twice is named and not read."""
    header = USERS.replace("username", "SourcedID")
    reading = read_files({"users.csv": header + "1,o,student,2,Ada,Ng\n"})
    assert (reading.students, len(reading.problems)) == ((), 1)


def test_what_tells_the_kind_doubled(read_files: ReadFiles) -> None:
    """It is not taken for the kind that it would be of without that column."""
    header = "StudentSourcedID,AssessmentID,ScaledScore,StandardName,standard_name\n"
    reading = read_files({"SR_a.csv": header + "1,7,500,RL.1,RL.2\n"})
    assert (reading.records, len(reading.problems)) == ((), 1)


def test_a_header_that_is_broken(read_files: ReadFiles) -> None:
    """Of a roster that is a problem; what is no roster is noted all the same."""
    broken = USERS.replace("username", '"username')
    files = {"users.csv": broken, "read.txt": '"Dear" all,\nthe rosters\n'}
    reading = read_files(files)
    assert [(one.file, one.line) for one in reading.problems] == [("users.csv", 1)]
    assert [one.file for one in reading.notes] == ["read.txt"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("lunch.csv", "Dinner report\nName,Paid\nMaya,1\n"),
        ("twice.csv", "Paid,Paid\n1,1\n"),
        ("manifest.csv", "propertyName,value\nsource.systemName,My SIS, Inc\n"),
        ("picture.txt", "GIF89a\0\n\0\0\n" + "\0,\n" * 40),
    ],
)
def test_what_is_not_needed_has_no_problems(
    read_files: ReadFiles, name: str, text: str
) -> None:
    """An unrelated file does not keep a strict load from a good roster."""
    reading = read_files({name: text, "users.csv": USERS + "1,o,student,u,Ada,Ng\n"})
    assert len(reading.students) == 1
    assert reading.problems == ()
    assert name in [note.file for note in reading.notes]


def test_rows_without_a_header_are_not_told(tmp_path: Path) -> None:
    """The names of columns are then what a child's cells hold."""
    path = tmp_path / "list.csv"
    path.write_text("17,Maya,Okafor,Okafor,2014-03-05\n")
    (problem,) = read([path], SITE).problems
    assert (problem.line, problem.column) == (0, "")
    assert "Okafor" not in str(problem)


def test_an_empty_file(read_files: ReadFiles) -> None:
    """An empty file is a problem, and the others are read."""
    reading = read_files({"a.csv": "", "users.csv": USERS + "1,o,student,u,Ada,Ng\n"})
    assert [str(one) for one in reading.problems] == ["a.csv: the file is empty"]
    assert len(reading.students) == 1


STUDENT = "SIS ID,School SIS ID,First Name,Last Name,Student Number"
RESULT = "StudentSourcedID,StudentLastName,AssessmentID"


@pytest.mark.parametrize("column", ["Initial Password", "StudentPassCode", "Login_PIN"])
@pytest.mark.parametrize(
    ("file", "header", "row"),
    [
        ("users.csv", USERS, "1,o,student,u,Ada,Ng"),
        ("Student.csv", STUDENT, "1,o,Ada,Ng,7"),
        ("SR_all.csv", f"{RESULT},ScaledScore", "1,Ng,7,500"),
        ("SR_standards.csv", f"{RESULT},StandardName", "1,Ng,7,RL.1"),
        ("quizzes.csv", "StudentSourcedID,QuizNumber,DateTaken", "1,7,2024-05-01"),
    ],
)
def test_passwords_are_never_read(
    read_files: ReadFiles, file: str, header: str, row: str, column: str
) -> None:
    """Further columns are kept and go to the next site, but not those."""
    text = f"{header.strip()},{column},Locker\n{row},hunter2,L12\n"
    reading = read_files({file: text})
    people = [one.extra for one in reading.students]
    kept = [*people, *(record.extra for _, record in reading.records)]
    assert any(("Locker", "L12") in extra for extra in kept)
    assert not any("hunter2" in cells for extra in kept for cells in extra)


def test_the_order_of_dates_can_be_said(tmp_path: Path) -> None:
    """A small roster may have no date that tells it; what is no order is refused."""
    rows = "1,o,student,u,Ada,Ng,05/03/2014\n"
    (tmp_path / "users.csv").write_text(USERS.replace("\n", ",birthDate\n") + rows)
    demographics = "userSourcedId,birthDate\n1,05/03/2014\n"
    (tmp_path / "demographics.csv").write_text(demographics)
    for order, born in ((DateOrder.DAY_FIRST, 3), (DateOrder.MONTH_FIRST, 5)):
        (student,) = read(tmp_path, SITE, date_order=order).students
        assert student.date_of_birth is not None
        assert student.date_of_birth.month == born
    with pytest.raises(ValueError, match="comes first"):
        read(tmp_path, SITE, date_order=DateOrder.MIXED)


def test_a_program_may_have_taken_identifiers_for_numbers(
    read_files: ReadFiles,
) -> None:
    """Where one cell is blank all others have a fraction, which is none (MATCH-3)."""
    users = USERS.replace("\n", ",identifier,userIds\n")
    quizzes = "StudentSourcedID,StudentIdentifier,QuizNumber,DateTaken,ReadingLevel\n"
    reading = read_files(
        {
            "users.csv": users + "7.0,12.0,student,u,Ada,Ng,1001.0,{UPN:1.0}\n",
            "orgs.csv": "sourcedId,name,type\n12,Oak 2.0,school\n",
            "demographics.csv": "userSourcedId,birthDate,sex\n7,20140305.0,2.0\n",
            "quizzes.csv": f"{quizzes}7.00,1001,9.0,2024-05-01,3.0\n",
        }
    )
    ((student,), ((named, quiz),)) = reading.students, reading.records
    assert (str(student.key), *student.enrolments) == ("7", "12")
    assert (student.date_of_birth, student.gender) == (date(2014, 3, 5), "2.0")
    assert [*named.tokens()] == [("key", "7"), ("student_id", "1001")]
    assert isinstance(quiz, ReaderQuiz)
    assert (quiz.quiz_number, str(quiz.reading_level)) == ("9", "3.0")
    assert reading.problems == ()
    assert reading.schools[0].name == "Oak 2.0"


def test_a_zip(tmp_path: Path) -> None:
    """A zip is read like the folder that was zipped."""
    path = tmp_path / "roster.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("users.csv", USERS + "1,o,student,u,Ada,Ng\n2,o\n")
    reading = read([path], SITE)
    assert [one.key for one in reading.students] == ["1"]
    assert [one.file for one in reading.problems] == ["roster.zip/users.csv"]


SDS = "SIS ID,School SIS ID,First Name,Last Name\n"


def test_two_rosters_with_one_key(read_files: ReadFiles) -> None:
    """A key that two formats use is a problem, and the first row is read."""
    sds, one_roster = SDS + "1,o,Ada,Ng-Lee\n", USERS + "1,o,student,u,Ada,Ng\n"
    reading = read_files({"Student.csv": sds, "users.csv": one_roster})
    assert [one.family_name for one in reading.students] == ["Ng"]
    assert [one.file for one in reading.problems] == ["Student.csv"]


@pytest.mark.parametrize("other", ["Bob,Oz", "Bob,Ng"])
def test_two_rosters_with_one_key_of_two_children(
    read_files: ReadFiles, other: str
) -> None:
    """MATCH-1: neither is read, nor any result that may be either child's."""
    star = "StudentSourcedID,AssessmentID,StandardName\n1,9,RL.1\n"
    reading = read_files(
        {
            "Student.csv": SDS + f"1,o,{other}\n",
            "users.csv": USERS + "1,o,student,u,Ada,Ng\n2,o,student,v,Eve,Ng\n",
            "SR_s.csv": star,
        }
    )
    assert [one.key for one in reading.students] == ["2"]
    assert reading.records == ()
    assert [(one.file, one.line) for one in reading.problems] == [
        ("SR_s.csv", 2),
        ("Student.csv", 2),
        ("users.csv", 2),
    ]


def test_reprs_show_nothing_personal(read_files: ReadFiles) -> None:
    """No name and no identifier of a student is in the repr of a reading."""
    row = "key77,o,student,user77,Ada,Ng,2013-02-31\n"
    header = USERS.replace("\n", ",birthDate\n")
    reading = read_files({"users.csv": header + row})
    shown = repr(reading) + repr(reading.student_rows) + str(reading.problems)
    for personal in ("Ada", "Ng", "key77", "user77", "2013-02-31"):
        assert personal not in shown.replace("<Student key77 of site a>", "")


@given(data=st.binary(max_size=200))
def test_any_bytes_are_read_or_reported(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    """No content of a file makes reading fail or hides the whole rows before it."""
    path = tmp_path_factory.getbasetemp() / "users.csv"
    path.write_bytes(USERS.encode() + b"1,o,student,u,Ada,Ng\n" + data)
    reading = read([path], SITE)
    assert reading.problems or reading.students[0].given_name == "Ada"
