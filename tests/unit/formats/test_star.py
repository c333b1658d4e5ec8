"""The vendor's Star exports: overall, Dashboard Standards and Skill Area."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from student_transfer.formats import Format, Reading
from student_transfer.records import (
    BenchmarkMeasure,
    BenchmarkScheme,
    Mastery,
    MasteryKind,
    StarAssessment,
    StarProduct,
)

from .conftest import ReadFiles

IDS = {
    "StudentRenaissanceID": "r1",
    "StudentSourcedID": "k1",
    "StudentIdentifier": "S1",
    "StudentUserID": "ang",
    "StudentStateID": "X4711001",
    "AssessmentID": "t1",
}
STUDENT = {
    "StudentEmail": "ada@example.org",
    "StudentFirstName": "Ada",
    "StudentMiddleName": "Mei",
    "StudentLastName": "Ng",
    "Gender": "F",
    "BirthDate": "2012-02-14T00:00:00Z",
    "Asian": "Yes",
    "StudentDisplayID": "0001",
    "CurrentGrade": "6",
    "EnrollmentStatus": "Enrolled",
    "SchoolSourcedID": "id=oak",
    "SchoolIdentifier": "oak",
    "SchoolName": "Oak",
    "DistrictName": "Trust",
    "TeacherEmail": "t@example.org",
    "ClassCode": "6B",
}
RESULT = {
    "SchoolYear": "2023-2024",
    "CompletedDate": "2023-09-01T15:28:02.847Z",
    "CompletedDateLocal": "2023-09-01T10:28:02Z",
    "Grade": "5",
    "ScaledScore": "348",
    "PercentileRank": "2",
    "Lexile": "BR400L",
    "TotalCorrect": "18",
    "StudentGrowthPercentileFallFall": "85",
    "CurrentSGP": "85",
    "TakenAt": "school",
}
STANDARD = {
    **IDS,
    "DomainGroup": "Literary Text",
    "DomainName": "Context",
    "DomainPercentMastery": "83",
    "DomainMasteryLevel": "3",
    "StandardName": "5.RL.1",
    "StandardDescription": "Cite evidence",
    "StandardPercentMastery": "74",
    "StandardConfidenceLevel": "Medium",
    "StandardMasteryLevel": "Developing",
}
SKILL = {
    **IDS,
    "FamilyName": "Informational Text",
    "DomainName": "Craft",
    "DomainScore": "84",
    "SkillAreaName": "Synonyms",
    "SkillAreaMasteryScore": "91",
}
OVERALL = {**IDS, **STUDENT, **RESULT}


def export(*rows: dict[str, str]) -> str:
    """Write an export with these rows."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0].keys())
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def assessment(reading: Reading) -> StarAssessment:
    """Return the one assessment of a reading without problems."""
    assert [str(problem) for problem in reading.problems] == []
    ((_, record),) = reading.records
    assert isinstance(record, StarAssessment)
    return record


def mastery(reading: Reading) -> Mastery:
    """Return the one mastery of a reading without problems."""
    assert [str(problem) for problem in reading.problems] == []
    ((_, record),) = reading.records
    assert isinstance(record, Mastery)
    return record


def test_an_assessment(read_files: ReadFiles) -> None:
    """Scores, times and unnamed columns of a result are all kept (IMP-5)."""
    record = assessment(read_files({"SR_2023.csv": export(OVERALL)}))
    assert (record.origin.site_id, record.origin.record_id) == ("a", "star-reading-t1")
    assert record.completed_at == datetime(2023, 9, 1, 15, 28, 2, 847000, UTC)
    assert str(record.completed_local) == "2023-09-01 10:28:02"
    assert (record.year, record.school_year) == ("5", "2023-2024")
    assert (record.scaled_score, record.percentile_rank) == (Decimal(348), Decimal(2))
    assert (record.lexile, record.correct) == ("BR400L", 18)
    assert record.student_growth_percentile == Decimal(85)
    assert dict(record.extra) == {
        "StudentGrowthPercentileFallFall": "85",
        "TakenAt": "school",
    }


def test_the_student_of_an_assessment(read_files: ReadFiles) -> None:
    """The overall export says who the student is; teachers and classes stay out."""
    reading = read_files({"SR_2023.csv": export(OVERALL)})
    (student,) = reading.students
    assert (student.key, student.full_name, student.middle_name) == (
        "k1",
        "Ada Ng",
        "Mei",
    )
    assert (student.date_of_birth, student.gender) == (date(2012, 2, 14), "F")
    assert (student.year, student.national_id) == ("6", "X4711001")
    assert (student.student_id, student.user_name) == ("S1", "ang")
    assert student.email == "ada@example.org"
    assert student.enrolments == {"id=oak"}
    assert dict(student.extra) == {
        "Asian": "Yes",
        "StudentDisplayID": "0001",
        "StudentRenaissanceID": "r1",
    }
    (school,) = reading.school_rows
    assert (school.school.name, school.other_ids, school.rostered) == (
        "Oak",
        ("oak",),
        False,
    )


@pytest.mark.parametrize(
    ("name", "product"),
    [
        ("SR_x.csv", StarProduct.READING),
        ("sm_x.csv", StarProduct.MATHS),
        ("in/SEL_x.csv", StarProduct.EARLY_LITERACY),
        ("export.csv", StarProduct.MATHS),
    ],
)
def test_the_product(read_files: ReadFiles, name: str, product: StarProduct) -> None:
    """The file's name tells the product; where it does not, the caller does."""
    reading = read_files({name: export(OVERALL)}, product=StarProduct.MATHS)
    assert assessment(reading).product is product


def test_an_unknown_product(read_files: ReadFiles) -> None:
    """Without either the file is a problem that says what to do."""
    reading = read_files({"export.csv": export(OVERALL)})
    assert (reading.records, reading.students) == ((), ())
    assert "SR_, SM_ or SEL_" in str(reading.problems[0])


def test_four_benchmarks(read_files: ReadFiles) -> None:
    """The categories of all four schemes are read, each in its own measure."""
    benchmarks = {
        "RenaissanceBenchmarkCategoryName": "Urgent",
        "RenaissanceBenchmarkCategoryLevel": "4",
        "RenaissanceBenchmarkCategoryNumberOfLevels": "4",
        "RenaissanceBenchmarkCategoryMinPercentileRank": "1",
        "RenaissanceBenchmarkCategoryMaxPercentileRank": "9",
        "StateBenchmarkAssessmentName": "State test",
        "StateBenchmarkCategoryName": "Below",
        "StateBenchmarkProficient": "No",
        "StateBenchmarkMinScaledScore": "0",
        "StateBenchmarkMaxScaledScore": "331",
        "DistrictBenchmarkCategoryLevel": "2",
        "DistrictBenchmarkNumberOfCategoryLevels": "4",
        "DistrictBenchmarkMinPercentileRank": "35",
        "SchoolBenchmarkCategoryName": "",
        "SchoolBenchmarkProficient": "",
        "SATBenchmarkCategory": "high",
    }
    record = assessment(read_files({"SR_x.csv": export(OVERALL | benchmarks)}))
    vendor, state, district = record.benchmarks
    assert [one.scheme for one in record.benchmarks] == list(BenchmarkScheme)[:3]
    assert (vendor.name, vendor.level, vendor.number_of_levels) == ("Urgent", 4, 4)
    assert (vendor.minimum, vendor.maximum) == (Decimal(1), Decimal(9))
    assert vendor.measure is BenchmarkMeasure.PERCENTILE_RANK
    assert (state.assessment, state.proficient) == ("State test", False)
    assert (state.measure, state.maximum) == (
        BenchmarkMeasure.SCALED_SCORE,
        Decimal(331),
    )
    assert (district.name, district.level, district.number_of_levels) == ("", 2, 4)
    assert (district.minimum, district.maximum) == (Decimal(35), None)
    assert ("SATBenchmarkCategory", "high") in record.extra


def test_standards(read_files: ReadFiles) -> None:
    """A row of Dashboard Standards is the mastery of one standard."""
    reading = read_files({"SM_Dashboard.csv": export(STANDARD)})
    record = mastery(reading)
    assert reading.formats == (Format.STAR_STANDARDS,)
    assert (record.kind, record.name) == (MasteryKind.STANDARD, "5.RL.1")
    assert (record.domain_group, record.domain) == ("Literary Text", "Context")
    assert (record.domain_score, record.score) == (Decimal(83), Decimal(74))
    assert (record.level, record.confidence) == ("Developing", "Medium")
    assert (record.description, record.assessment_id) == ("Cite evidence", "t1")
    assert dict(record.extra) == {"DomainMasteryLevel": "3"}
    assert reading.students == ()


def test_skills(read_files: ReadFiles) -> None:
    """A row of Skill Area is the mastery of one skill; FamilyName is no name."""
    record = mastery(read_files({"SEL_SkillArea.csv": export(SKILL)}))
    assert (record.kind, record.name) == (MasteryKind.SKILL, "Synonyms")
    assert record.product is StarProduct.EARLY_LITERACY
    assert (record.domain_group, record.domain) == ("Informational Text", "Craft")
    assert (record.domain_score, record.score) == (Decimal(84), Decimal(91))


def test_one_skill_in_two_domains(read_files: ReadFiles) -> None:
    """A skill that stands under two domains of a test is two records (IMP-5)."""
    rows = (SKILL, SKILL | {"FamilyName": "Literary Text"})
    reading = read_files({"SR_SkillArea.csv": export(*rows)})
    assert reading.problems == ()
    assert len({record.origin for _, record in reading.records}) == 2


def test_rows_repeated_for_every_class(read_files: ReadFiles) -> None:
    """A result that is repeated for another class is read once, with a note."""
    rows = (OVERALL, OVERALL | {"ClassCode": "6C", "TeacherEmail": "u@example.org"})
    reading = read_files({"SR_x.csv": export(*rows)})
    assert assessment(reading).correct == 18
    assert len(reading.students) == 1
    assert ["repeat" in note.message for note in reading.notes] == [True]


def test_one_result_in_two_ways(read_files: ReadFiles) -> None:
    """A second row of one assessment with another content is a problem."""
    rows = (OVERALL, OVERALL | {"ScaledScore": "9"})
    reading = read_files({"SR_x.csv": export(*rows)})
    assert [problem.line for problem in reading.problems] == [3]
    assert len(reading.records) == 1


def test_the_latest_row_says_who_the_student_is(read_files: ReadFiles) -> None:
    """Of a student's rows, in whatever order and file, the latest one counts."""
    later = {"CompletedDate": "2024-05-01T10:00:00Z", "AssessmentID": "t2"}
    new = OVERALL | later | {"CurrentGrade": "7"}
    undated = OVERALL | {"CompletedDate": "", "AssessmentID": "t3", "CurrentGrade": "1"}
    reading = read_files(
        {"SM_x.csv": export(new), "SR_x.csv": export(OVERALL, undated)}
    )
    assert reading.problems == ()
    assert [student.year for student in reading.students] == ["7"]
    assert len(reading.records) == 3


def test_two_children_under_one_identifier(read_files: ReadFiles) -> None:
    """Rows that cannot be one child's are all refused, their other results too."""
    other = {
        "AssessmentID": "t2",
        "StudentFirstName": "Bob",
        "StudentMiddleName": "",
        "StudentLastName": "Oz",
        "BirthDate": "2011-01-01T00:00:00Z",
        "StudentStateID": "X4711002",
    }
    reading = read_files(
        {"SR_x.csv": export(OVERALL, OVERALL | other), "SR_s.csv": export(SKILL)}
    )
    assert (reading.students, reading.records) == ((), ())
    assert [(one.file, one.line) for one in reading.problems] == [
        ("SR_s.csv", 2),
        ("SR_x.csv", 2),
        ("SR_x.csv", 3),
    ]


def test_a_row_without_a_name_hides_no_second_child(read_files: ReadFiles) -> None:
    """All rows of one identifier are compared, not with the first alone (MATCH-1)."""
    nobody = {"StudentFirstName": "", "StudentMiddleName": "", "StudentLastName": ""}
    bob = {
        "AssessmentID": "t2",
        "StudentFirstName": "Bob",
        "StudentMiddleName": "",
        "StudentLastName": "Oz",
        "BirthDate": "2011-01-01T00:00:00Z",
    }
    rows = (OVERALL | nobody | {"BirthDate": ""}, OVERALL | {"AssessmentID": "t3"})
    reading = read_files({"SR_x.csv": export(*rows, OVERALL | bob)})
    assert (reading.students, reading.records) == ((), ())
    assert {problem.line for problem in reading.problems} == {2, 3, 4}


def test_a_bad_score_costs_the_record(read_files: ReadFiles) -> None:
    """A record with a bad cell is left out, so that a corrected file loads it whole."""
    bad = {"ScaledScore": "high", "TotalCorrect": "-1"}
    reading = read_files({"SR_x.csv": export(OVERALL | bad)})
    assert [(one.line, one.column) for one in reading.problems] == [
        (2, "ScaledScore"),
        (2, "TotalCorrect"),
    ]
    assert (len(reading.students), reading.records) == (1, ())


def test_a_bad_birth_date_costs_itself(read_files: ReadFiles) -> None:
    """A bad date of birth costs neither the student nor the record."""
    reading = read_files({"SR_x.csv": export(OVERALL | {"BirthDate": "x"})})
    assert [one.column for one in reading.problems] == ["BirthDate"]
    assert (len(reading.students), len(reading.records)) == (1, 1)


@pytest.mark.parametrize(
    ("row", "blank"),
    [
        (OVERALL, "AssessmentID"),
        (STANDARD, "StandardName"),
        (SKILL, "SkillAreaName"),
    ],
)
def test_what_a_row_cannot_do_without(
    read_files: ReadFiles, row: dict[str, str], blank: str
) -> None:
    """Without the names of the test and the skill a row is a problem."""
    reading = read_files({"SR_x.csv": export(row | {blank: ""})})
    assert [(one.line, one.column) for one in reading.problems] == [(2, blank)]
    assert (reading.students, reading.records) == ((), ())


def test_a_row_that_names_no_student(read_files: ReadFiles) -> None:
    """A row without any identifier of a student is a problem."""
    blank = {name: "" for name in IDS if name.startswith("Student")}
    reading = read_files({"SR_x.csv": export(OVERALL | blank)})
    assert ["names no student" in str(one) for one in reading.problems] == [True]


def test_a_row_without_keys_or_school(read_files: ReadFiles) -> None:
    """Without a key nobody is made of a row; without a school nobody is enrolled."""
    keyless = OVERALL | {"StudentSourcedID": "", "StudentRenaissanceID": ""}
    homeless = OVERALL | {
        "AssessmentID": "t2",
        "SchoolSourcedID": "",
        "SchoolIdentifier": "",
    }
    left = OVERALL | {
        "AssessmentID": "t3",
        "StudentSourcedID": "k3",
        "StudentStateID": "X4711003",
        "EnrollmentStatus": "Not Enrolled",
    }
    reading = read_files({"SR_x.csv": export(keyless, homeless, left)})
    assert reading.problems == ()
    assert [(one.key, one.enrolments) for one in reading.students] == [
        ("k1", frozenset()),
        ("k3", frozenset()),
    ]
    assert len(reading.records) == 3


def test_whom_a_result_without_a_key_names(read_files: ReadFiles) -> None:
    """It says who it is of, too; a bad date of birth costs only itself (MATCH-1)."""
    keyless = {"StudentSourcedID": "", "StudentRenaissanceID": "", "BirthDate": "x"}
    reading = read_files(
        {"SR_x.csv": export(OVERALL | keyless), "SR_s.csv": export(SKILL)}
    )
    assert (reading.students, reading.schools) == ((), ())
    assert [one.column for one in reading.problems] == ["BirthDate"]
    named = {row.file: row.said for row in reading.record_rows}
    assert named["SR_s.csv"] is None
    said = named["SR_x.csv"]
    assert said is not None
    assert (said.full_name, said.student_id) == ("Ada Ng", "S1")


def test_a_shared_state_id_is_no_reference(read_files: ReadFiles) -> None:
    """A state ID that two students share does not name either of them (MATCH-1)."""
    other = {"StudentSourcedID": "k2", "AssessmentID": "t2"}
    reading = read_files({"SR_x.csv": export(OVERALL, OVERALL | other)})
    assert [row.reference.national_id for row in reading.record_rows] == ["", ""]
    assert [row.reference.national_id for row in reading.student_rows] == ["", ""]
    assert [row.said and row.said.national_id for row in reading.record_rows] == [
        "",
        "",
    ]


@pytest.mark.parametrize("placeholder", ["999999999", "1.23457E+11", "1234567890"])
def test_a_placeholder_is_no_national_identifier(
    read_files: ReadFiles, placeholder: str
) -> None:
    """Nobody is found by it, even where one child alone has it here (MATCH-1)."""
    state = {"StudentStateID": placeholder}
    reading = read_files(
        {"SR_x.csv": export(OVERALL | state), "SR_s.csv": export(SKILL | state)}
    )
    assert reading.problems == ()
    assert [row.reference.national_id for row in reading.record_rows] == ["", ""]
    assert [row.reference.national_id for row in reading.student_rows] == [""]
    (student,) = reading.students
    assert student.national_id == ""
    assert ("UnusedNationalID", placeholder) in student.extra
    assert [note.file for note in reading.notes] == ["SR_s.csv", "SR_x.csv"]


@pytest.mark.parametrize("placeholder", ["n/a", "0", "-"])
def test_a_placeholder_is_no_key(read_files: ReadFiles, placeholder: str) -> None:
    """The other key is the child's, and the note says that one was left out."""
    none = {"StudentSourcedID": placeholder, "StudentUserID": placeholder}
    reading = read_files({"SR_x.csv": export(OVERALL | none)})
    assert reading.problems == ()
    ((reference, _),) = reading.records
    assert reference == reading.student_rows[0].reference
    assert [*reference.tokens()][:2] == [("key", "r1"), ("student_id", "s1")]
    assert (reading.students[0].key, reading.students[0].user_name) == ("r1", "")
    assert ["stands for none" in note.message for note in reading.notes] == [True]


def test_a_row_of_placeholders_names_no_student(read_files: ReadFiles) -> None:
    """Each of them is every child's who has none."""
    none = {name: "N/A" for name in IDS if name.startswith("Student")}
    reading = read_files({"SR_x.csv": export(OVERALL | none)})
    assert (reading.students, reading.records) == ((), ())
    assert ["names no student" in str(one) for one in reading.problems] == [True]


@pytest.mark.parametrize(
    ("column", "named"),
    [("AssessmentID", "AssessmentID"), ("StudentSourcedID", "")],
)
def test_what_a_spreadsheet_has_rounded(
    read_files: ReadFiles, column: str, named: str
) -> None:
    """The key or the record may be several: nothing of the row is read (MATCH-1)."""
    reading = read_files({"SR_x.csv": export(OVERALL | {column: "1.23457E+11"})})
    assert (reading.students, reading.records) == ((), ())
    assert {(one.line, one.column) for one in reading.problems} == {(2, named)}
    assert all("rounded" in one.message for one in reading.problems)
