"""Microsoft School Data Sync v1, with the headers of the UK and of the US.

Which school a student is in stands in the student's own row; a student of two schools
has two rows.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import attrs

from student_transfer.formats.reading import (
    Draft,
    Format,
    SchoolRow,
    StudentReference,
    StudentRow,
)
from student_transfer.formats.recognition import Kind
from student_transfer.formats.tables import Row, Table, column_set
from student_transfer.formats.two_children import are_hardly_one, are_of_two
from student_transfer.sites import School, SchoolId, SiteId
from student_transfer.students import Student, StudentKey

KINDS = frozenset({Kind.SDS_SCHOOLS, Kind.SDS_STUDENTS})
"""The tables that this module reads."""

_ID = ("sisid", "id")
_SCHOOL = ("schoolsisid", "schooldfenumber")
_SCHOOL_ID = ("sisid", "dfenumber")
_USED = column_set(
    "sisid id schoolsisid schooldfenumber firstname lastname middlename username "
    "password stateid secondaryemail studentnumber grade status birthdate gender"
)


def read(tables: Mapping[Kind, Sequence[Table]], site_id: SiteId, draft: Draft) -> None:
    """Read the schools and students of all School Data Sync v1 files there are."""
    schools = _schools(tables.get(Kind.SDS_SCHOOLS, ()), site_id)
    draft.school_rows += [SchoolRow(school=school) for school in schools.values()]
    found: dict[StudentKey, StudentRow] = {}
    said: dict[StudentKey, list[Student]] = defaultdict(list)
    inactive: dict[StudentKey, None] = {}
    for table in tables.get(Kind.SDS_STUDENTS, ()):
        for row in table.rows:
            read_row = _student(row, schools, site_id)
            if read_row is None:
                continue
            key = read_row.student.key
            if row.text("status").casefold() not in {"", "active"}:
                inactive[key] = None
                continue
            said[key].append(read_row.student)
            before = found.get(key)
            found[key] = read_row if before is None else _joined(before, read_row, row)
    draft.refused |= {
        key for key, rows in said.items() if are_of_two(rows, are_hardly_one)
    }
    if any(tables.values()):
        draft.formats.add(Format.SCHOOL_DATA_SYNC_1)
    draft.inactive += [key for key in inactive if key not in found]
    draft.student_rows += found.values()


def _first(row: Row, columns: Sequence[str]) -> str:
    """Return the column of these that the row's table has."""
    return next(column for column in columns if row.table.has(column))


def _schools(tables: Sequence[Table], site_id: SiteId) -> dict[SchoolId, School]:
    schools: dict[SchoolId, School] = {}
    for row in (row for table in tables for row in table.rows):
        column = _first(row, _SCHOOL_ID)
        key = SchoolId(row.text(column))
        if not key:
            row.problem(column, "is blank, so the row cannot be read")
        elif key in schools:
            row.problem(column, "a school of this identifier was read already")
        else:
            schools[key] = School(key, site_id, row.text("name"))
    return schools


def _student(
    row: Row, schools: Mapping[SchoolId, School], site_id: SiteId
) -> StudentRow | None:
    column = _first(row, _ID)
    key = StudentKey(row.text(column))
    if not key:
        row.problem(column, "is blank, so the row cannot be read")
        return None
    student = Student(
        key=key,
        site_id=site_id,
        given_name=row.text("firstname"),
        middle_name=row.text("middlename"),
        family_name=row.text("lastname"),
        date_of_birth=row.born("birthdate"),
        gender=row.text("gender"),
        year=row.text("grade"),
        national_id=row.text("stateid"),
        student_id=row.text("studentnumber"),
        user_name=row.text("username"),
        email=row.text("secondaryemail"),
        enrolments=_enrolments(row, schools),
        extra=row.others(_USED),
    )
    return StudentRow(
        student=student,
        reference=StudentReference(keys=(key,)),
        format=Format.SCHOOL_DATA_SYNC_1,
        file=row.table.file,
        line=row.line,
    )


def _enrolments(row: Row, schools: Mapping[SchoolId, School]) -> set[SchoolId]:
    """Return the row's school; without a school file any school may be known."""
    column = _first(row, _SCHOOL)
    school = SchoolId(row.text(column))
    if school in schools or (school and not schools):
        return {school}
    message = "names a school that is not in the school file"
    row.problem(column, message if school else "names no school")
    return set()


def _joined(first: StudentRow, second: StudentRow, row: Row) -> StudentRow:
    """Join two rows of a student of two schools; others of one id are a problem."""
    schools = first.student.enrolments | second.student.enrolments
    joined = attrs.evolve(first.student, enrolments=schools)
    if schools == first.student.enrolments or joined != attrs.evolve(
        second.student, enrolments=schools
    ):
        message = f"the same as in line {first.line} of {first.file}, which was read"
        row.problem(_first(row, _ID), message)
        return first
    return attrs.evolve(first, student=joined)
