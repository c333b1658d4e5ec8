"""What reading files yields, as values: schools, students, records and findings.

Nothing here knows a file format or a storage. A `Reading` is what the format modules
agree on; `student_transfer.loading` writes it to a site.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import Enum

import attrs

from student_transfer.formats.dates import DateOrder
from student_transfer.formats.findings import Findings, Note, Problem
from student_transfer.linkage.profiles.identifiers import local_id, national_id
from student_transfer.records import Record
from student_transfer.sites import School
from student_transfer.students import Student, StudentKey, identifier_key


class Format(Enum):
    """The formats that can be read; the value is the name for a person."""

    ONEROSTER_1_1 = "OneRoster 1.1"
    ONEROSTER_1_2 = "OneRoster 1.2"
    SCHOOL_DATA_SYNC_1 = "School Data Sync v1"
    SCHOOL_DATA_SYNC_2_1 = "School Data Sync v2.1"
    STAR_OVERALL = "Star export, overall"
    STAR_STANDARDS = "Star export, Dashboard Standards"
    STAR_SKILLS = "Star export, Skill Area"
    READER_QUIZZES = "Accelerated Reader quizzes"


NO_KEY = StudentKey("?")
"""The key of a student of whom a row says all but that."""

KEY = "key"
"""The kind of identifier that a key is: compared as it is, unlike all others."""

Token = tuple[str, str]
"""An identifier: its kind, and the form in which it is compared."""


def compared_form(kind: str, value: str) -> str:
    """Return an identifier in the form in which it is compared; blank for none.

    A placeholder is none, nor is what a spreadsheet has rounded, and a national
    identifier is what the matching takes for one (MATCH-1). Keys are as they are.

    >>> compared_form("user_name", "ASmith"), compared_form("national_id", "999999")
    ('asmith', '')
    >>> compared_form("student_id", "n/a"), compared_form("student_id", "1.23457E+11")
    ('', '')
    """
    if kind == KEY:
        return value
    if kind == "national_id":
        return national_id(value)
    return identifier_key(value) if local_id(value) else ""


@attrs.frozen(kw_only=True, repr=False)
class StudentReference:
    """A student as a file names them, by whatever identifiers it has.

    Attributes:
        keys: What may be the student's key on the site, the likeliest first.
        student_id: The site's own ID for the student.
        user_name: The user name.
        national_id: UPN, state ID or the like.
    """

    keys: tuple[StudentKey, ...] = ()
    student_id: str = ""
    user_name: str = ""
    national_id: str = ""

    def identifiers(self) -> Iterator[tuple[str, str]]:
        """Yield each identifier that is there with the name of its kind."""
        for key in self.keys:
            yield KEY, key
        for kind in ("student_id", "user_name", "national_id"):
            if value := getattr(self, kind):
                yield kind, value

    def tokens(self) -> Iterator[Token]:
        """Yield each identifier in the form in which it is compared, the keys first.

        >>> list(StudentReference(keys=("K1",), user_name="ASmith").tokens())
        [('key', 'K1'), ('user_name', 'asmith')]
        """
        for kind, value in self.identifiers():
            if form := compared_form(kind, value):
                yield kind, form

    def __repr__(self) -> str:
        """Return which kinds of identifiers there are, not the identifiers.

        >>> StudentReference(keys=("1",), user_name="asmith")
        <StudentReference by key, user_name>
        """
        kinds = dict.fromkeys(kind for kind, _ in self.identifiers())
        return f"<StudentReference by {', '.join(kinds)}>"


@attrs.frozen(kw_only=True)
class SchoolRow:
    """A school as a file has it.

    Attributes:
        school: The school.
        other_ids: Further identifiers that may be its id on the site.
        rostered: Whether a roster names it; an export of results only mentions it.
    """

    school: School
    other_ids: tuple[str, ...] = ()
    rostered: bool = True


@attrs.frozen(kw_only=True, repr=False)
class StudentRow:
    """A student as a file has them, and where.

    Attributes:
        student: What the file says; blank is "not said".
        reference: The identifiers under which the student may be on the site.
        format: What the file is. A roster decides about its students, an export of
            results only fills in what is missing.
        file: The file.
        line: The line.
        as_of: When the row was true, for choosing among rows of one student.
    """

    student: Student
    reference: StudentReference
    format: Format
    file: str
    line: int
    as_of: datetime | None = None

    @property
    def rostered(self) -> bool:
        """Whether a roster says it, and not an export of results."""
        return self.format is not Format.STAR_OVERALL


@attrs.frozen(kw_only=True, repr=False)
class RecordRow:
    """A record, whose it is, and where the file has it.

    Attributes:
        reference: The identifiers of the student.
        record: The record.
        file: The file.
        line: The line.
        said: What the row says of the student, if it does: the identifiers may be
            another child's.
    """

    reference: StudentReference
    record: Record
    file: str
    line: int
    said: Student | None = None


@attrs.frozen(kw_only=True)
class Reading:
    """Everything that was read from some files.

    Attributes:
        formats: The formats that were found.
        school_rows: The schools, each once.
        student_rows: The students, each once for a format that has students.
        record_rows: The records, each once.
        inactive: Students whom a roster lists as gone, or whose roles have all ended;
            they are in no other part.
        problems: What is wrong in the files, by file and line.
        notes: What is worth knowing, by file.
    """

    formats: tuple[Format, ...] = ()
    school_rows: tuple[SchoolRow, ...] = ()
    student_rows: tuple[StudentRow, ...] = attrs.field(default=(), repr=False)
    record_rows: tuple[RecordRow, ...] = attrs.field(default=(), repr=False)
    inactive: tuple[StudentKey, ...] = attrs.field(default=(), repr=False)
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def schools(self) -> tuple[School, ...]:
        """The schools alone."""
        return tuple(row.school for row in self.school_rows)

    @property
    def students(self) -> tuple[Student, ...]:
        """The students alone."""
        return tuple(row.student for row in self.student_rows)

    @property
    def records(self) -> tuple[tuple[StudentReference, Record], ...]:
        """The records, each with the student it belongs to."""
        return tuple((row.reference, row.record) for row in self.record_rows)


@attrs.define
class Draft(Findings):
    """A `Reading` in the making; the format modules add to it.

    Its ``refused`` are keys that stand for two children: nothing of them is read. Its
    ``date_order`` is what a person says of dates that do not tell it themselves.
    """

    formats: set[Format] = attrs.field(factory=set)
    school_rows: list[SchoolRow] = attrs.field(factory=list)
    student_rows: list[StudentRow] = attrs.field(factory=list)
    record_rows: list[RecordRow] = attrs.field(factory=list)
    inactive: list[StudentKey] = attrs.field(factory=list)
    refused: set[StudentKey] = attrs.field(factory=set)
    date_order: DateOrder | None = None

    def finish(self) -> Reading:
        """Make the reading, with findings sorted and each given once."""
        return Reading(
            formats=tuple(format_ for format_ in Format if format_ in self.formats),
            school_rows=tuple(self.school_rows),
            student_rows=tuple(self.student_rows),
            record_rows=tuple(self.record_rows),
            inactive=tuple(self.inactive),
            problems=tuple(sorted(set(self.problems))),
            notes=tuple(sorted(set(self.notes))),
        )
