"""OneRoster 1.1 and 1.2, and School Data Sync v2.1."""

from datetime import UTC, date, datetime

import pytest

from student_transfer.formats import Format, Reading
from student_transfer.students import Student

from .conftest import ReadFiles

ORGS = "sourcedId,status,name,type\nd,active,Trust,district\no,active,Oak,school\n"
USERS_1_1 = (
    "sourcedId,status,orgSourcedIds,role,username,userIds,givenName,familyName,"
    "middleName,identifier,email,phone,grades,password\n"
)
USERS_1_2 = (
    "\ufeffSOURCEDID,status,enabledUser,username,givenName,familyName,grades,"
    "prefferedGivenName,primaryOrgSourcedId,pronouns\n"
)
ROLES = "sourcedId,status,userSourcedId,roleType,role,orgSourcedId\n"


def only(reading: Reading) -> Student:
    """Return the one student of a reading without problems."""
    assert [str(problem) for problem in reading.problems] == []
    (student,) = reading.students
    return student


def problems(reading: Reading) -> list[tuple[str, int, str]]:
    """Return the places of the problems."""
    return [(one.file, one.line, one.column) for one in reading.problems]


def test_version_1_1(read_files: ReadFiles) -> None:
    """Every column of a 1.1 roster lands in its field, and passwords nowhere."""
    user = (
        '1,active,"d,o",student,ang,"{LDAP:ang},{UPN:A801200001001}",Ada,Ng,Mei,'
        'S1,ada@example.org,555,"07,08",secret\n'
    )
    teacher = "2,active,o,teacher,t,,Tom,Ty,,,,,,\n"
    demographics = "sourcedId,birthDate,sex,white\n1,2/14/2012,female,true\n2,,,\n"
    reading = read_files(
        {
            "orgs.csv": ORGS,
            "users.csv": USERS_1_1 + user + teacher,
            "demographics.csv": demographics,
        }
    )
    student = only(reading)
    assert reading.formats == (Format.ONEROSTER_1_1,)
    assert [(one.id, one.name) for one in reading.schools] == [("o", "Oak")]
    assert (student.key, student.site_id, student.full_name) == ("1", "a", "Ada Ng")
    assert (student.middle_name, student.year) == ("Mei", "07")
    assert (student.date_of_birth, student.gender) == (date(2012, 2, 14), "female")
    assert (student.student_id, student.user_name) == ("S1", "ang")
    assert (student.email, student.national_id) == ("ada@example.org", "A801200001001")
    assert student.enrolments == {"o"}
    assert dict(student.extra) == {
        "phone": "555",
        "userIds": "{LDAP:ang},{UPN:A801200001001}",
        "white": "true",
    }


def test_version_1_2(read_files: ReadFiles) -> None:
    """In 1.2 the roles say who is a student; a misspelt header is understood."""
    reading = read_files(
        {
            "orgs.csv": ORGS + "e,active,Elm,School\n",
            "users.csv": USERS_1_2
            + "1,active,true,ang,Ada,Ng,7,Addy,o,she\n2,active,true,t,Tom,Ty,,,o,\n",
            "roles.csv": ROLES
            + "r,active,1,primary,student,o\nr2,active,2,primary,teacher,o\n"
            "r3,tobedeleted,1,secondary,student,d\n",
            "enrollments.csv": "classSourcedId,schoolSourcedId,userSourcedId,role\n"
            "c,e,1,student\nc,o,2,teacher\nc,,1,student\n",
        }
    )
    student = only(reading)
    assert reading.formats == (Format.ONEROSTER_1_2,)
    assert student.preferred_name == "Addy"
    assert student.enrolments == {"o", "e"}
    assert dict(student.extra) == {"pronouns": "she"}


def test_school_data_sync_2_1(read_files: ReadFiles) -> None:
    """School Data Sync v2.1 has the year in the roles and fewer columns."""
    reading = read_files(
        {
            "orgs.csv": "sourcedId,name,type\no,Oak,school\n",
            "users.csv": "sourcedId,username,givenName,familyName\n1,ang,Ada,Ng\n",
            "roles.csv": "userSourcedId,orgSourcedId,role,grade\n1,o,student,7\n",
            "demographics.csv": "userSourcedId,birthDate\n1,2012-02-14\n",
            "userFlags.csv": "userSourcedId,flag\n1,iep\n",
        }
    )
    student = only(reading)
    assert reading.formats == (Format.SCHOOL_DATA_SYNC_2_1,)
    assert (student.year, student.date_of_birth) == ("7", date(2012, 2, 14))
    assert [note.file for note in reading.notes] == ["userFlags.csv"]


@pytest.mark.parametrize("status", ["tobedeleted", "ToBeDeleted", "inactive"])
def test_students_who_are_gone(read_files: ReadFiles, status: str) -> None:
    """A student whom the roster lists as gone is named as such and not read."""
    row = f"1,{status},o,student,ang,,Ada,Ng,,,,,,\n"
    reading = read_files({"orgs.csv": ORGS, "users.csv": USERS_1_1 + row})
    assert reading.students == ()
    assert reading.inactive == ("1",)


def test_students_of_no_school(read_files: ReadFiles) -> None:
    """An organisation becomes a school only for students who are in no school."""
    rows = "1,active,d,student,a,,A,B,,,,,,\n2,active,o,student,c,,C,D,,,,,,\n"
    reading = read_files({"orgs.csv": ORGS, "users.csv": USERS_1_1 + rows})
    assert {one.key: set(one.enrolments) for one in reading.students} == {
        "1": {"d"},
        "2": {"o"},
    }
    assert [one.name for one in reading.schools] == ["Trust", "Oak"]
    assert ["line 2 is no school" in note.message for note in reading.notes] == [True]


def test_unknown_schools(read_files: ReadFiles) -> None:
    """A school that the orgs file does not have is a problem; the student is read."""
    row = '1,active,"x,o",student,ang,,Ada,Ng,,,,,,\n'
    reading = read_files({"orgs.csv": ORGS, "users.csv": USERS_1_1 + row})
    assert problems(reading) == [("users.csv", 2, "orgSourcedIds")]
    assert reading.students[0].enrolments == {"o"}


def test_without_an_orgs_file(read_files: ReadFiles) -> None:
    """Without an orgs file the schools may be on the site, so they are kept."""
    row = "1,active,x,student,ang,,Ada,Ng,,,,,,\n"
    reading = read_files({"users.csv": USERS_1_1 + row})
    assert only(reading).enrolments == {"x"}
    assert reading.schools == ()


def test_doubled_and_blank_identifiers(read_files: ReadFiles) -> None:
    """Of two rows with one id the first is read; a row without id is none."""
    rows = "".join(
        f"{key},active,o,student,u{key},,{name},Ng,,,,,,\n"
        for key, name in (("1", "Ada"), ("1", "Bob"), ("", "Cyd"))
    )
    orgs = ORGS + "o,active,Again,school\n,active,None,school\nz,inactive,Z,school\n"
    reading = read_files({"orgs.csv": orgs, "users.csv": USERS_1_1 + rows})
    assert [one.given_name for one in reading.students] == ["Ada"]
    assert [one.name for one in reading.schools] == ["Oak"]
    assert problems(reading) == [
        ("orgs.csv", 4, "sourcedId"),
        ("orgs.csv", 5, "sourcedId"),
        ("users.csv", 3, "sourcedId"),
        ("users.csv", 4, "sourcedId"),
    ]


def test_rows_about_nobody(read_files: ReadFiles) -> None:
    """Roles and demographics of users who are not in the users file are problems."""
    reading = read_files(
        {
            "users.csv": USERS_1_2 + "1,active,true,ang,Ada,Ng,7,,o,\n",
            "roles.csv": ROLES + "r,active,1,primary,student,o\nr,,9,,student,o\n",
            "demographics.csv": "sourcedId,birthDate,sex\n9,2012-02-14,female\n",
        }
    )
    assert problems(reading) == [
        ("demographics.csv", 2, "sourcedId"),
        ("roles.csv", 3, "userSourcedId"),
    ]


def test_a_bad_date_costs_the_date_alone(read_files: ReadFiles) -> None:
    """A student with an impossible date of birth is read without it."""
    reading = read_files(
        {
            "users.csv": USERS_1_1 + "1,active,o,student,ang,,Ada,Ng,,,,,,\n",
            "demographics.csv": "sourcedId,birthDate,sex\n1,2012-02-30,female\n",
        }
    )
    assert problems(reading) == [("demographics.csv", 2, "birthDate")]
    (student,) = reading.students
    assert (student.date_of_birth, student.gender) == (None, "female")


def test_missing_files(read_files: ReadFiles) -> None:
    """Files that say nothing without another one name the one that is missing."""
    reading = read_files({"roles.csv": ROLES + "r,active,1,primary,student,o\n"})
    assert [str(one) for one in reading.problems] == [
        "roles.csv: there is no users file, so nobody is in it"
    ]
    reading = read_files(
        {"roles.csv": "x\n", "users.csv": USERS_1_2 + "1,active,,a,A,B,,,,\n"}
    )
    assert ["no roles file" in str(one) for one in reading.problems] == [True]
    reading = read_files({"users.csv": USERS_1_1 + "2,active,o,teacher,,,,,,,,,,\n"})
    assert (reading.problems, reading.students) == ((), ())


SHORT = "sourcedId,status,orgSourcedIds,role,givenName,familyName,username\n"
TWO_ORGS = "sourcedId,name,type\no,Oak,school\ne,Elm,school\n"


def test_a_user_of_two_schools_in_two_rows(read_files: ReadFiles) -> None:
    """Rows that differ in the school alone are one student of both schools."""
    rows = "1,,o,student,Ada,Ng,ang\n1,,e,student,Ada,Ng,ang\n"
    files = {"orgs.csv": TWO_ORGS, "users.csv": SHORT + rows}
    assert only(read_files(files)).enrolments == {"o", "e"}


@pytest.mark.parametrize("gone_first", [True, False])
def test_a_student_who_has_left_one_school(
    read_files: ReadFiles, gone_first: bool
) -> None:
    """Of a row that is gone and one that is not, in any order, the latter counts."""
    rows = ["1,tobedeleted,o,student,Ada,Ng,ang\n", "1,active,e,student,Ada,Ng,ang\n"]
    ordered = rows if gone_first else rows[::-1]
    files = {"orgs.csv": TWO_ORGS, "users.csv": SHORT + "".join(ordered)}
    reading = read_files(files)
    assert only(reading).enrolments == {"e"}
    assert reading.inactive == ()


def test_two_rows_of_one_child_that_disagree(read_files: ReadFiles) -> None:
    """The first row of a user stays when a later one says something else."""
    rows = "1,,o,student,Ada,Ng,ang\n1,,o,student,Ada,Ng,adang\n"
    reading = read_files({"orgs.csv": TWO_ORGS, "users.csv": SHORT + rows})
    assert [one.user_name for one in reading.students] == ["ang"]
    assert problems(reading) == [("users.csv", 3, "sourcedId")]


def test_one_sourced_id_of_two_children(read_files: ReadFiles) -> None:
    """MATCH-1: neither of two children under one id is read, nor is any result."""
    rows = "1,,o,student,Ada,Ng,ang\n1,,o,student,Bob,Li,bli\n2,,o,student,Cy,Oz,c\n"
    quizzes = "StudentSourcedID,QuizNumber,RecordID\n1,7,r1\n2,7,r2\n"
    files = {"orgs.csv": TWO_ORGS, "users.csv": SHORT + rows, "q.csv": quizzes}
    reading = read_files(files)
    assert [one.key for one in reading.students] == ["2"]
    assert [row.reference.keys for row in reading.record_rows] == [("2",)]
    assert [(one.file, one.line) for one in reading.problems] == [
        ("q.csv", 2),
        ("users.csv", 2),
        ("users.csv", 3),
    ]


@pytest.mark.parametrize(
    ("user_name", "born", "is_read"),
    [
        ("bng", "", False),
        ("bng", "1,2014-03-05,F\n", False),
        ("ang", "", True),
        ("ang", "1,2014-03-05,F\n", True),
        ("ang", "1,2014-03-05,F\n1,2016-07-09,M\n", False),
    ],
)
def test_one_sourced_id_of_a_sister_and_a_brother(
    read_files: ReadFiles, user_name: str, born: str, *, is_read: bool
) -> None:
    """MATCH-1: neither is read where nothing but the family name is one child's."""
    rows = f"1,,o,student,Ada,Ng,ang\n1,,o,student,Bob,Ng,{user_name}\n"
    files = {
        "orgs.csv": TWO_ORGS,
        "users.csv": SHORT + rows,
        "demographics.csv": "sourcedId,birthDate,sex\n" + born,
        "q.csv": "StudentSourcedID,QuizNumber,RecordID\n1,7,r1\n",
    }
    reading = read_files(files)
    read = ([one.given_name for one in reading.students], len(reading.records))
    assert read == ((["Ada"], 1) if is_read else ([], 0))
    assert ("users.csv", 3) in [(one.file, one.line) for one in reading.problems]


@pytest.mark.parametrize(
    ("second", "born"),
    [("1,2012-01-01,F\n", date(2012, 1, 1)), ("1,2011-01-01,F\n", None)],
)
def test_two_demographics_of_one_user(
    read_files: ReadFiles, second: str, born: date | None
) -> None:
    """MATCH-1: of two dates of birth none is believed, and no row is left to chance."""
    demographics = "sourcedId,birthDate,sex\n1,2012-01-01,f\n" + second
    users = SHORT + "1,,o,student,Ada,Ng,ang\n"
    reading = read_files(
        {"orgs.csv": TWO_ORGS, "users.csv": users, "demographics.csv": demographics}
    )
    assert [one.date_of_birth for one in reading.students] == [born]
    assert bool(reading.problems) is (born is None)


def test_an_identifier_that_is_far_too_long(read_files: ReadFiles) -> None:
    """A text in the place of an identifier costs its row, not the whole load."""
    rows = "1" * 256 + ",,o,student,Ada,Ng,a\n2,,o,student,Bo,Li,b\n"
    quizzes = f"StudentSourcedID,QuizNumber,RecordID\n{'1' * 256},7,r1\n2,7,r2\n"
    files = {"orgs.csv": TWO_ORGS, "users.csv": SHORT + rows, "q.csv": quizzes}
    reading = read_files(files)
    assert [one.key for one in reading.students] == ["2"]
    assert len(reading.records) == 1
    assert problems(reading) == [("q.csv", 2, ""), ("users.csv", 2, "")]


DAY = date(2024, 10, 1)
ONE = USERS_1_2 + "1,,true,ang,Ada,Ng,,,o,\n"
DATED = "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,grade\n"


def test_a_role_that_has_ended_enrols_nobody(read_files: ReadFiles) -> None:
    """CODE-2: in bulk files the end of the role alone says that a child has left."""
    roles = (
        "1,primary,student,2018-09-01,2024-09-30,o,5\n"
        "1,secondary,student,,,e,6\n1,primary,student,2024-09-01,2025-07-31,f,7\n"
    )
    reading = read_files(
        {
            "orgs.csv": TWO_ORGS + "f,Fir,school\n",
            "users.csv": ONE,  # their primary organisation is still the old school
            "roles.csv": DATED + roles,
            "enrollments.csv": "classSourcedId,schoolSourcedId,userSourcedId,role,"
            "endDate\nc,o,1,student,\n",
        },
        as_of=DAY,
    )
    student = only(reading)
    assert student.enrolments == {"e", "f"}
    assert student.year == "7"
    assert [str(note) for note in reading.notes] == [
        "roles.csv: left out 1 row of students that ended before 2024-10-01"
    ]


def test_whose_roles_have_all_ended_is_gone(read_files: ReadFiles) -> None:
    """CODE-2: a child whom no school has any more is named as gone, and not read."""
    files = {"orgs.csv": TWO_ORGS, "users.csv": ONE}
    roles = DATED + "1,primary,student,,2020-07-31,o,6\n1,,teacher,,,o,\n"
    reading = read_files(files | {"roles.csv": roles}, as_of=DAY)
    assert (reading.students, reading.inactive) == ((), ("1",))
    assert only(read_files({}, as_of=date(2020, 7, 31))).enrolments == {"o"}


def test_roles_say_more_than_the_users_file(read_files: ReadFiles) -> None:
    """CODE-2: a file of both versions at once enrols nobody whose role has ended."""
    users = SHORT + "1,,o,student,Ada,Ng,ang\n2,,o,student,Bo,Li,bli\n"
    roles = DATED + "1,primary,student,,2020-07-31,o,6\n"
    files = {"orgs.csv": TWO_ORGS, "users.csv": users, "roles.csv": roles}
    reading = read_files(files, as_of=DAY)
    assert [one.key for one in reading.students] == ["2"]
    assert reading.inactive == ("1",)


def test_without_a_day_roles_end_today(read_files: ReadFiles) -> None:
    """CODE-2: who has left by now is not read, though nobody said which day it is."""
    files = {"orgs.csv": TWO_ORGS, "users.csv": ONE}
    for end, is_here in (("2020-07-31", False), ("2199-07-31", True)):
        roles = DATED + f"1,primary,student,,{end},o,6\n"
        reading = read_files(files | {"roles.csv": roles})
        assert bool(reading.students) is is_here


@pytest.mark.parametrize(
    "end", ["9999-12-31", "12/31/9999", "31.12.9999", "2999-12-31"]
)
def test_a_role_without_an_end(read_files: ReadFiles, end: str) -> None:
    """A year far off is how files say that something has no end, and no wrong date."""
    roles = DATED + f"1,primary,student,0001-01-01,{end},o,6\n"
    files = {"orgs.csv": TWO_ORGS, "users.csv": ONE, "roles.csv": roles}
    reading = read_files(files)
    assert only(reading).enrolments == {"o"}
    assert not reading.problems


@pytest.mark.parametrize(("begin", "school"), [("2024-09-01", {"o"}), ("", set())])
def test_who_came_back_to_a_school_is_there(
    read_files: ReadFiles, begin: str, school: set[str]
) -> None:
    """CODE-2: an enrolment after the role's end counts; a district is no school."""
    roles = "1,,student,,2024-07-31,o,5\n1,primary,student,,,d,6\n"
    enrolments = (
        "classSourcedId,schoolSourcedId,userSourcedId,role,beginDate\n"
        f"c,o,1,student,{begin}\n"
    )
    files = {
        "orgs.csv": TWO_ORGS + "d,North,district\n",
        "users.csv": ONE,
        "roles.csv": DATED + roles,
        "enrollments.csv": enrolments,
    }
    reading = read_files(files, as_of=DAY)
    assert only(reading).enrolments == school
    assert "d" not in {one.id for one in reading.schools}


def test_an_end_that_cannot_be_read(read_files: ReadFiles) -> None:
    """A bad end of a role is a problem, and costs the end alone."""
    roles = DATED + "1,primary,student,,2020-31-07,o,6\n"
    files = {"orgs.csv": TWO_ORGS, "users.csv": ONE, "roles.csv": roles}
    reading = read_files(files)
    assert problems(reading) == [("roles.csv", 2, "endDate")]
    assert [one.enrolments for one in reading.students] == [{"o"}]


def test_the_year_is_of_the_primary_role(read_files: ReadFiles) -> None:
    """Of several roles the primary one that has begun says the year, wherever it is."""
    roles = (
        "1,primary,student,2024-11-01,,e,8\n1,secondary,student,,,e,6\n"
        "1,primary,student,2024-09-01,,o,7\n"
    )
    files = {"orgs.csv": TWO_ORGS, "users.csv": ONE, "roles.csv": DATED + roles}
    assert only(read_files(files, as_of=DAY)).year == "7"


def test_an_enrolment_that_has_ended(read_files: ReadFiles) -> None:
    """CODE-2: a class that has ended says of no further school."""
    enrolments = (
        "classSourcedId,schoolSourcedId,userSourcedId,role,endDate\n"
        "c,e,1,student,2024-09-30\nd,o,1,student,2024-09-30\nd,f,1,student,\n"
    )
    files = {
        "orgs.csv": TWO_ORGS + "f,Fir,school\n",
        "users.csv": SHORT + "1,,o,student,Ada,Ng,ang\n",
        "enrollments.csv": enrolments,
    }
    reading = read_files(files, as_of=DAY)
    assert only(reading).enrolments == {"o", "f"}
    assert ["2 rows" in note.message for note in reading.notes] == [True]


def test_a_day_is_a_date(read_files: ReadFiles) -> None:
    """An instant is refused, whether or not a file has a day to compare it with."""
    with pytest.raises(TypeError, match="without a time"):
        read_files({}, as_of=datetime(2024, 10, 1, tzinfo=UTC))
