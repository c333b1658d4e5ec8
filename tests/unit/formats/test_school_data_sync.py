"""School Data Sync v1 with the headers of the UK and of the US."""

from datetime import date

import pytest

from student_transfer.formats import Format

from .conftest import ReadFiles

UK_SCHOOLS = "DfE Number,Name\n10,Oak\n20,Elm\n"
UK_STUDENTS = (
    "ID,School DfE Number,First Name,Last Name,Username,Password,State ID,"
    "Secondary Email,Student Number,Middle Name,Grade,Status,Birthdate,"
    "Graduation Year\n"
)
ADA = "1,10,Ada,Ng,ang,secret,X4711001,ada@example.org,S1,Mei,9,Active,13/2/2009,2027\n"


def test_uk_headers(read_files: ReadFiles) -> None:
    """Every column of the UK format lands in its field, and passwords nowhere."""
    reading = read_files({"School.csv": UK_SCHOOLS, "Student.csv": UK_STUDENTS + ADA})
    assert reading.problems == ()
    assert reading.formats == (Format.SCHOOL_DATA_SYNC_1,)
    (student,) = reading.students
    assert (student.key, student.full_name, student.middle_name) == (
        "1",
        "Ada Ng",
        "Mei",
    )
    assert (student.date_of_birth, student.year) == (date(2009, 2, 13), "9")
    assert (student.student_id, student.user_name) == ("S1", "ang")
    assert (student.email, student.national_id) == ("ada@example.org", "X4711001")
    assert student.enrolments == {"10"}
    assert student.extra == (("Graduation Year", "2027"),)


def test_us_headers(read_files: ReadFiles) -> None:
    """The US format has other headers for the same; only three are required."""
    reading = read_files(
        {
            "School.csv": "SIS ID,Name\n10,Oak\n",
            "Student.csv": "SIS ID,School SIS ID,Username\n1,10,ang\n",
            "Teacher.csv": "SIS ID,School SIS ID,Username\n2,10,tty\n",
            "Section.csv": "SIS ID,School SIS ID,Section Name\n3,10,Maths\n",
            "StudentEnrollment.csv": "Section SIS ID,SIS ID\n3,1\n",
        }
    )
    assert reading.problems == ()
    assert [(one.key, one.user_name) for one in reading.students] == [("1", "ang")]
    assert len(reading.notes) == 3


@pytest.mark.parametrize(
    ("name", "header", "students"),
    [
        ("people.csv", "SIS ID,School SIS ID,Student Number", 1),
        ("people.csv", "SIS ID,School SIS ID,Grade", 1),
        ("teachers.csv", "SIS ID,School SIS ID,Grade", 0),
        ("people.csv", "SIS ID,School SIS ID,Title", 0),
        ("people.csv", "SIS ID,School SIS ID,Username", 0),
    ],
)
def test_students_are_told_from_teachers(
    read_files: ReadFiles, name: str, header: str, students: int
) -> None:
    """Columns that only one of them has decide, then the name; nobody is guessed."""
    reading = read_files({name: f"{header}\n1,10,x\n"})
    assert len(reading.students) == students


def test_a_student_of_two_schools(read_files: ReadFiles) -> None:
    """Rows of one student that differ in the school alone are one student."""
    rows = ADA + ADA.replace("1,10,", "1,20,", 1)
    reading = read_files({"School.csv": UK_SCHOOLS, "Student.csv": UK_STUDENTS + rows})
    assert reading.problems == ()
    assert [set(one.enrolments) for one in reading.students] == [{"10", "20"}]


@pytest.mark.parametrize("second", [ADA, ADA.replace("1,10,Ada", "1,20,Bob")])
def test_doubled_identifiers(read_files: ReadFiles, second: str) -> None:
    """Another row of one id is a problem, and the first one stays as it is."""
    reading = read_files(
        {"School.csv": UK_SCHOOLS, "Student.csv": UK_STUDENTS + ADA + second}
    )
    assert [(one.line, one.column) for one in reading.problems] == [(3, "ID")]
    assert [one.given_name for one in reading.students] == ["Ada"]
    assert reading.students[0].enrolments == {"10"}


def test_students_who_are_gone(read_files: ReadFiles) -> None:
    """A student who is not active in any row is gone."""
    gone = ADA.replace("Active", "Inactive")
    elsewhere = ADA.replace("1,10", "2,10").replace("ang", "b").replace("S1", "S2")
    rows = (
        gone + elsewhere + elsewhere.replace("2,10", "2,20").replace("Active", "Left")
    )
    reading = read_files({"School.csv": UK_SCHOOLS, "Student.csv": UK_STUDENTS + rows})
    assert reading.inactive == ("1",)
    assert [one.key for one in reading.students] == ["2"]


def test_wrong_schools_and_identifiers(read_files: ReadFiles) -> None:
    """Unknown, blank and doubled identifiers are problems at their places."""
    schools = UK_SCHOOLS + "10,Again\n,None\n"
    rows = (
        ADA.replace("1,10", "1,99")
        + ADA.replace("1,10", "2,").replace("ang", "b")
        + ADA.replace("1,10", ",10")
    )
    reading = read_files({"School.csv": schools, "Student.csv": UK_STUDENTS + rows})
    assert [(one.file, one.line, one.column) for one in reading.problems] == [
        ("School.csv", 4, "DfE Number"),
        ("School.csv", 5, "DfE Number"),
        ("Student.csv", 2, "School DfE Number"),
        ("Student.csv", 3, "School DfE Number"),
        ("Student.csv", 4, "ID"),
    ]
    assert [one.enrolments for one in reading.students] == [frozenset(), frozenset()]


def test_without_a_school_file(read_files: ReadFiles) -> None:
    """Without a school file the schools may be on the site, so they are kept."""
    reading = read_files({"Student.csv": UK_STUDENTS + ADA})
    assert reading.students[0].enrolments == {"10"}


@pytest.mark.parametrize("state", ["WA", "12345"])
def test_a_state_is_no_national_identifier(read_files: ReadFiles, state: str) -> None:
    """What several students share, or has no digit, is not matched on (MATCH-1)."""
    ada = ADA.replace("X4711001", state)
    rows = ada + ada.replace("1,10", "2,10")
    reading = read_files({"School.csv": UK_SCHOOLS, "Student.csv": UK_STUDENTS + rows})
    assert [one.national_id for one in reading.students] == ["", ""]
    assert ("UnusedNationalID", state) in reading.students[0].extra
    assert ["national identifier" in note.message for note in reading.notes] == [True]


@pytest.mark.parametrize("before", ["", "1,20,,,,,,,,,,,,\n"])
def test_one_id_of_two_children(read_files: ReadFiles, before: str) -> None:
    """MATCH-1: neither of two children under one ID is read, whichever row is first."""
    bob = "1,10,Bob,Li,bli,x,,,S2,,9,Active,1/3/2008,2027\n"
    rows = UK_STUDENTS + before + ADA + bob
    reading = read_files({"School.csv": UK_SCHOOLS, "Student.csv": rows})
    assert reading.students == ()
    first, *_, last = [one.line for one in reading.problems]
    assert (first, last) == (2, rows.count("\n"))


def test_one_id_of_a_sister_and_a_brother(read_files: ReadFiles) -> None:
    """MATCH-1: they are not one child because no date of birth is in the file."""
    rows = "SIS ID,School SIS ID,First Name,Last Name\n1,10,Ada,Ng\n1,20,Bob,Ng\n"
    files = {"School.csv": "SIS ID,Name\n10,Oak\n20,Elm\n", "Student.csv": rows}
    assert read_files(files).students == ()


def test_placeholders_of_identifiers(read_files: ReadFiles) -> None:
    """A student ID that stands for none is left out; a key cannot be (MATCH-1)."""
    rows = [ADA.replace("S1", "n/a").replace("ang", "0"), ADA.replace("1,10", "N/A,10")]
    students = UK_STUDENTS + "".join(rows) + ADA.replace("1,10", "1E+11,10")
    reading = read_files({"School.csv": UK_SCHOOLS, "Student.csv": students})
    (student,) = reading.students
    assert (student.student_id, student.user_name) == ("", "")
    told = ["stands for none", "rounded"]
    lines = {one.line: one.message for one in reading.problems}
    assert [text in lines[line] for line, text in zip((3, 4), told, strict=True)] == [
        True,
        True,
    ]
    assert any("stands for none" in note.message for note in reading.notes)


def test_a_roster_that_is_numbered_from_0(read_files: ReadFiles) -> None:
    """Its first child is one, too; but no result is given by a key of 0 (MATCH-1)."""
    students = UK_STUDENTS + ADA.replace("1,10", "0,10")
    quizzes = "StudentSourcedID,QuizNumber,RecordID\n0,7,r1\n"
    files = {"School.csv": UK_SCHOOLS, "Student.csv": students, "q.csv": quizzes}
    reading = read_files(files)
    assert [one.key for one in reading.students] == ["0"]
    assert [one.file for one in reading.problems] == ["q.csv"]
