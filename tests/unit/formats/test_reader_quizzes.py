"""Accelerated Reader quizzes."""

from datetime import date
from decimal import Decimal

from student_transfer.formats import Format
from student_transfer.records import ReaderQuiz

from .conftest import ReadFiles

HEADER = (
    "RecordID,StudentSourcedID,StudentIdentifier,StudentUserID,QuizNumber,DateTaken,"
    "Title,Author,QuizType,TotalCorrect,TotalPossible,PointsEarned,PointsPossible,"
    "ReadingLevel,WordCount,Language\n"
)
QUIZ = ",k1,S1,ang,7312,2024-05-01,Holes,L. Sachar,RP,9,10,6.3,7.0,4.6,47079,English\n"


def test_a_quiz(read_files: ReadFiles) -> None:
    """Every column of a quiz lands in its field, others are kept as they are."""
    reading = read_files({"quizzes.csv": HEADER + QUIZ})
    assert (reading.problems, reading.formats) == ((), (Format.READER_QUIZZES,))
    ((reference, quiz),) = reading.records
    assert isinstance(quiz, ReaderQuiz)
    assert list(reference.identifiers()) == [
        ("key", "k1"),
        ("student_id", "S1"),
        ("user_name", "ang"),
    ]
    assert (quiz.quiz_number, quiz.title, quiz.author) == ("7312", "Holes", "L. Sachar")
    assert (quiz.taken_on, quiz.quiz_type) == (date(2024, 5, 1), "RP")
    assert (quiz.correct, quiz.possible, quiz.words) == (9, 10, 47079)
    assert (quiz.points_earned, quiz.points_possible) == (
        Decimal("6.3"),
        Decimal("7.0"),
    )
    assert quiz.reading_level == Decimal("4.6")
    assert quiz.extra == (("Language", "English"),)


def test_the_name_of_a_quiz_record(read_files: ReadFiles) -> None:
    """A record's name is stable, tells quizzes apart and does not show the student."""
    rows = QUIZ + QUIZ.replace("2024-05-01", "2024-05-02") + QUIZ.replace("k1", "k2")
    own = "x9" + QUIZ
    first = read_files({"quizzes.csv": HEADER + rows + own})
    second = read_files({"quizzes.csv": HEADER + rows.replace("9,10", "8,10") + own})
    names = [record.origin.record_id for _, record in first.records]
    assert names == [record.origin.record_id for _, record in second.records]
    assert len(set(names)) == 4
    assert not any("k1" in name or "ang" in name for name in names)


def test_a_quiz_repeated(read_files: ReadFiles) -> None:
    """The same quiz with two results on one day needs ids of its own."""
    reading = read_files({"q.csv": HEADER + QUIZ + QUIZ + QUIZ.replace("9,10", "8,10")})
    assert [problem.line for problem in reading.problems] == [4]
    assert len(reading.records) == 1


def test_bad_quizzes(read_files: ReadFiles) -> None:
    """Every problem of a row is named, and the row is not read."""
    rows = (
        QUIZ.replace("7312", "")
        + QUIZ.replace(",k1,S1,ang", ",,,")
        + QUIZ.replace("2024-05-01", "")
        + QUIZ.replace("2024-05-01", "2024-13-01")
        + QUIZ.replace("47079", "many")
    )
    reading = read_files({"q.csv": HEADER + rows})
    assert reading.records == ()
    assert [(one.line, one.column) for one in reading.problems] == [
        (2, "QuizNumber"),
        (3, ""),
        (4, "DateTaken"),
        (5, "DateTaken"),
        (6, "WordCount"),
    ]


def test_a_quiz_of_its_own_id_needs_no_date(read_files: ReadFiles) -> None:
    """With a RecordID the date may be unknown, and one identifier is enough."""
    row = "x9" + QUIZ.replace("2024-05-01", "").replace("k1,S1,", ",,")
    reading = read_files({"q.csv": HEADER + row})
    assert reading.problems == ()
    assert [repr(reference) for reference, _ in reading.records] == [
        "<StudentReference by user_name>"
    ]


def test_a_quiz_without_an_id_is_known_by_its_student(read_files: ReadFiles) -> None:
    """Case does not count in a user name, and a key is not a student ID (CONF-3)."""
    who = ("k1,,", ",k1,", ",,ang", ",,ANG")
    rows = [QUIZ.replace("k1,S1,ang", one) for one in who]
    found = [
        reading.records[0][1].origin.record_id
        for reading in (read_files({"q.csv": HEADER + row}) for row in rows)
    ]
    assert found[2] == found[3]
    assert len(set(found)) == 3


def test_the_student_whom_a_quiz_names(read_files: ReadFiles) -> None:
    """A name is kept beside the identifiers, which may be another child's (MATCH-1)."""
    header = "StudentUserID,QuizNumber,RecordID,StudentFirstName,StudentLastName\n"
    rows = "ang,7,r1,Ada,Ng\nang,7,r2,,Ng\nang,7,r3,,\n"
    named, family, nobody = read_files({"q.csv": header + rows}).record_rows
    assert named.said is not None
    assert family.said is not None
    assert (named.said.full_name, family.said.full_name) == ("Ada Ng", "Ng")
    assert nobody.said is None


def test_a_placeholder_names_nobody(read_files: ReadFiles) -> None:
    """Without another identifier the row is a problem; with one it is known by that."""
    header = "StudentIdentifier,StudentUserID,QuizNumber,DateTaken\n"
    rows = "N/A,ang,7,2024-01-02\nn/a,,9,2024-01-02\n"
    reading = read_files({"q.csv": header + rows})
    assert [(one.line, one.column) for one in reading.problems] == [(3, "")]
    ((reference, quiz),) = reading.records
    assert list(reference.identifiers()) == [("user_name", "ang")]
    alone = read_files({"q.csv": header + rows[:22].replace("N/A", "")})
    assert alone.records[0][1].origin == quiz.origin
    assert ["stands for none" in note.message for note in reading.notes] == [True]


def test_a_rounded_name_of_a_record(read_files: ReadFiles) -> None:
    """It may be that of several quizzes, of which one would replace another (IMP-5)."""
    reading = read_files({"q.csv": HEADER + "1.2E+11" + QUIZ})
    assert reading.records == ()
    assert [(one.line, one.column) for one in reading.problems] == [(2, "RecordID")]
