"""Accelerated Reader quizzes, in a CSV of this library's own.

There is no export of quizzes whose columns are published; these are named after the
columns of the Star exports.
"""

from student_transfer.formats.identifiers import NAMES_NOBODY, keys_of, record_name
from student_transfer.formats.reading import (
    NO_KEY,
    Draft,
    Format,
    RecordRow,
    StudentReference,
)
from student_transfer.formats.record_ids import record_id
from student_transfer.formats.tables import Row, Table, column_set
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.sites import SiteId
from student_transfer.students import Student

_USED = column_set(
    "recordid studentsourcedid studentidentifier studentuserid quiznumber datetaken "
    "title author quiztype totalcorrect totalpossible pointsearned pointspossible "
    "readinglevel wordcount studentfirstname studentlastname"
)


def read(table: Table, site_id: SiteId, draft: Draft) -> None:
    """Read the quizzes of one table."""
    draft.formats.add(Format.READER_QUIZZES)
    for row in table.rows:
        reference = _reference(row)
        quiz = _quiz(row, reference, site_id)
        if row.sound:
            draft.record_rows.append(
                RecordRow(
                    reference=reference,
                    record=quiz,
                    file=table.file,
                    line=row.line,
                    said=_said(row, reference, site_id),
                )
            )


def _reference(row: Row) -> StudentReference:
    return StudentReference(
        keys=keys_of(row, "studentsourcedid"),
        student_id=row.text("studentidentifier"),
        user_name=row.text("studentuserid"),
    )


def _said(row: Row, reference: StudentReference, site_id: SiteId) -> Student | None:
    """Return who the row says the student is; None where it names nobody."""
    given, family = row.text("studentfirstname"), row.text("studentlastname")
    if not (given or family):
        return None
    key = next(iter(reference.keys), NO_KEY)
    return Student(key=key, site_id=site_id, given_name=given, family_name=family)


def _quiz(row: Row, reference: StudentReference, site_id: SiteId) -> ReaderQuiz:
    number = row.text("quiznumber")
    if not number:
        row.problem("quiznumber", "is blank, so the row cannot be read")
    who = next(reference.tokens(), ())
    if not who:
        row.problem("", NAMES_NOBODY)
    taken_on = row.day("datetaken")
    own = record_name(row, "recordid")
    if not (own or row.text("datetaken")):
        message = "give RecordID or DateTaken, else the quiz cannot be known again"
        row.problem("datetaken", message)
    # Without an id of its own a quiz is one student's, on one day, with one number.
    day = taken_on.isoformat() if taken_on else ""
    parts = ("own", own) if own else ("made", *who, number, day)
    return ReaderQuiz(
        origin=Origin(site_id, record_id("quiz", *parts)),
        quiz_number=number,
        title=row.text("title"),
        author=row.text("author"),
        quiz_type=row.text("quiztype"),
        taken_on=taken_on,
        correct=row.whole("totalcorrect"),
        possible=row.whole("totalpossible"),
        points_earned=row.number("pointsearned"),
        points_possible=row.number("pointspossible"),
        reading_level=row.number("readinglevel"),
        words=row.whole("wordcount"),
        extra=row.others(_USED),
    )
