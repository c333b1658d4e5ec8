"""A pupil of the platform as a student of the library, and back."""

from typing import Any

from student_transfer.sites import SchoolId, SiteId
from student_transfer.storing import codec
from student_transfer.students import Identifier, Student, StudentKey
from transfers.models import PupilEntry

COLUMNS = {
    "given_name": "forename",
    "middle_name": "middle_names",
    "family_name": "surname",
    "preferred_name": "known_as",
    "date_of_birth": "born_on",
    "gender": "gender",
    "year": "year_group",
    "national_id": "upn",
    "student_id": "admission_number",
    "user_name": "username",
    "email": "email",
}
"""The student's fields, and what the platform calls them."""


def student_of(entry: PupilEntry, site_id: SiteId) -> Student:
    """Make a student of an entry that was read with its pupil and enrolments."""
    pupil = entry.pupil
    fields: dict[str, Any] = {
        field: getattr(pupil, column) for field, column in COLUMNS.items()
    }
    enrolments = pupil.enrolments.all()  # read beforehand
    return Student(
        key=StudentKey(entry.key),
        site_id=site_id,
        enrolments={
            SchoolId(one.school.code) for one in enrolments if one.left_on is None
        },
        provenance=codec.REFS.loads(entry.provenance),
        extra=codec.EXTRA.loads(entry.extra),
        **fields,
    )


def columns_of(student: Student) -> dict[str, Any]:
    """Return the pupil's columns.

    A blank identifier is the empty text, which the platform's constraints leave out.
    """
    columns = {column: getattr(student, field) for field, column in COLUMNS.items()}
    for kind in Identifier:
        if not student.identifier(kind).strip():
            columns[COLUMNS[kind.value]] = ""
    return columns


def entry_columns_of(student: Student) -> dict[str, str]:
    """Return the columns of what the platform has no place for."""
    return {
        "provenance": codec.REFS.dumps(student.provenance),
        "extra": codec.EXTRA.dumps(student.extra),
    }


NOTHING_KNOWN = {
    "provenance": codec.REFS.dumps(frozenset()),
    "extra": codec.EXTRA.dumps(()),
}
"""The same for a pupil whom the platform has made itself."""
