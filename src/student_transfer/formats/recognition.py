"""What a table is, told by its header; a file's name only breaks a tie."""

from collections.abc import Set as AbstractSet
from enum import Enum, auto

from student_transfer.formats.delimited import Header
from student_transfer.formats.findings import Findings


class Kind(Enum):
    """The kinds of tables that the formats have."""

    ORGS = auto()
    USERS = auto()
    ROLES = auto()
    DEMOGRAPHICS = auto()
    ENROLLMENTS = auto()
    SDS_SCHOOLS = auto()
    SDS_STUDENTS = auto()
    STAR_OVERALL = auto()
    STAR_STANDARDS = auto()
    STAR_SKILLS = auto()
    READER_QUIZZES = auto()
    NOT_NEEDED = auto()


_SIGNATURES: tuple[tuple[Kind, str], ...] = (
    (Kind.STAR_STANDARDS, "assessmentid standardname"),
    (Kind.STAR_SKILLS, "assessmentid skillareaname"),
    (Kind.STAR_OVERALL, "assessmentid scaledscore"),
    (Kind.READER_QUIZZES, "quiznumber studentsourcedid"),
    (Kind.READER_QUIZZES, "quiznumber studentidentifier"),
    (Kind.READER_QUIZZES, "quiznumber studentuserid"),
    (Kind.USERS, "sourcedid givenname familyname"),
    (Kind.NOT_NEEDED, "usersourcedid relationshipusersourcedid"),
    (Kind.ENROLLMENTS, "classsourcedid usersourcedid role"),
    (Kind.ROLES, "usersourcedid orgsourcedid role"),
    (Kind.DEMOGRAPHICS, "sourcedid birthdate"),
    (Kind.DEMOGRAPHICS, "usersourcedid birthdate"),
    (Kind.ORGS, "sourcedid name type"),
    (Kind.NOT_NEEDED, "propertyname value"),  # the manifest
    (Kind.NOT_NEEDED, "sourcedid title"),  # sessions, classes, courses, line items
    (Kind.NOT_NEEDED, "usersourcedid flag"),
    (Kind.NOT_NEEDED, "sectionname schooldfenumber"),
    (Kind.NOT_NEEDED, "sectionname schoolsisid"),
    (Kind.NOT_NEEDED, "sectionid id"),  # who is in a section
    (Kind.NOT_NEEDED, "sectionsisid sisid"),
)
_SDS_SCHOOLS = ("dfenumber name", "sisid name")
_SDS_PEOPLE = ("id schooldfenumber", "sisid schoolsisid")
_OF_STUDENTS = {"studentnumber", "graduationyear"}
_OF_TEACHERS = {"teachernumber", "title", "qualification"}
_RATHER_OF_STUDENTS = {"grade", "birthdate"}


def recognise(
    header: Header, findings: Findings, *, asked_for: bool = False
) -> Kind | None:
    """Return the kind of a table; None, and said why, where it is none that is read."""
    kind = kind_of(header.file, set(header.names))
    if kind is None and asked_for:
        message = (
            "in none of the known formats: the first row must name the columns of a "
            "OneRoster, School Data Sync, Star or Accelerated Reader file"
        )
        findings.problem(header.file, 0, "", message)
    elif kind is None:
        findings.note(header.file, "in none of the known formats, so not read")
    elif kind is Kind.NOT_NEEDED:
        message = "known, but nothing in it is needed, so not read"
        findings.note(header.file, message)
    return None if kind is Kind.NOT_NEEDED else kind


def kind_of(file: str, there: AbstractSet[str]) -> Kind | None:
    """Return the kind of a table with these columns, by normal name; None if unknown.

    >>> kind_of("people.csv", {"sourcedid", "givenname", "familyname"}) is Kind.USERS
    True
    """
    for kind, columns in _SIGNATURES:
        if there >= set(columns.split()):
            return kind
    if _any_of(_SDS_PEOPLE, there):
        return _kind_of_people(file, there)
    return Kind.SDS_SCHOOLS if _any_of(_SDS_SCHOOLS, there) else None


def _any_of(signatures: tuple[str, ...], there: AbstractSet[str]) -> bool:
    return any(there >= set(columns.split()) for columns in signatures)


def _kind_of_people(file: str, there: AbstractSet[str]) -> Kind | None:
    """Tell students from teachers: their files have the same required columns."""
    name = file.rpartition("/")[2].casefold()
    if there & _OF_STUDENTS:
        return Kind.SDS_STUDENTS
    if there & _OF_TEACHERS or "teacher" in name:
        return Kind.NOT_NEEDED
    if there & _RATHER_OF_STUDENTS or "student" in name:
        return Kind.SDS_STUDENTS
    return None
