"""OneRoster CSV 1.1 and 1.2, and School Data Sync v2.1, which is shaped like it.

A student is spread over files: ``users`` has the names, ``roles`` (in 1.1 ``users``)
says who is a student and where, ``demographics`` has the date of birth, and
``enrollments`` may name further schools. Who has left may stay in the files, and then
only the day on which the role ended says so (CODE-2).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

import attrs

from student_transfer.formats.oneroster_users import (
    Tables,
    is_gone,
    national_id_of,
    rows_of,
    users_of,
)
from student_transfer.formats.reading import (
    Draft,
    Format,
    SchoolRow,
    StudentReference,
    StudentRow,
)
from student_transfer.formats.recognition import Kind
from student_transfer.formats.tables import Row, Table, column_set
from student_transfer.sites import School, SchoolId, SiteId
from student_transfer.students import Student, StudentKey

KINDS = frozenset(
    {Kind.ORGS, Kind.USERS, Kind.ROLES, Kind.DEMOGRAPHICS, Kind.ENROLLMENTS}
)
"""The tables that this module reads."""

_USED = column_set(
    "sourcedid status datelastmodified enableduser orgsourcedids role username "
    "givenname familyname middlename identifier email agentsourcedids grades grade "
    "password primaryorgsourcedid preferredgivenname prefferedgivenname "
    "usersourcedid birthdate sex resourcesourcedids"
)
_PRIMARY = frozenset({"primary", "true", "yes", "1"})
_BEGINS = ("begindate", "rolestartdate")
_ENDS = ("enddate", "roleenddate")
_YEAR = re.compile(r"\d{4}")
_FIRST_YEAR, _LAST_YEAR = 1900, 2199  # others stand for no beginning and for no end


def _is_student(row: Row) -> bool:
    return row.text("role").casefold() == "student"


def _ended(row: Row, as_of: date) -> date | None:
    """Return when a role or an enrolment ended, if it was over when the day began."""
    end = _day(row, _ENDS)
    return end if end is not None and end < as_of else None


def _day(row: Row, columns: tuple[str, ...]) -> date | None:
    """Read when something begins or ends; None where it always did, or never does."""
    year = _YEAR.search(row.text(*columns))
    if year is not None and not _FIRST_YEAR <= int(year[0]) <= _LAST_YEAR:
        return None
    return row.day(*columns)


def _by_rank(row: Row, as_of: date) -> tuple[bool, bool]:
    """Sort roles: those that have begun first, and of these the primary one."""
    begin = _day(row, _BEGINS)
    is_primary = row.text("roletype", "isprimary").casefold() in _PRIMARY
    return begin is not None and begin > as_of, not is_primary


@attrs.define
class _Person:
    """What the other files say of one user.

    Attributes:
        is_student: Whether the user is a student, or was.
        is_here: Whether a role as a student has not ended.
        orgs: The organisations, each with the row and the column that names it.
        left: The organisations where the user's role has ended, whatever names them,
            and when that was.
        year: The year group.
        demographics: The row of the demographics.
    """

    is_student: bool = False
    is_here: bool = False
    orgs: list[tuple[Row, str, str]] = attrs.field(factory=list)
    left: dict[str, date] = attrs.field(factory=dict)
    year: str = ""
    demographics: Row | None = None

    def is_in(self, row: Row, column: str, org: str) -> None:
        """Add an organisation, once, and where it was said."""
        if org and org not in {named for _, _, named in self.orgs}:
            self.orgs.append((row, column, org))


def read(tables: Tables, site_id: SiteId, draft: Draft, as_of: date) -> None:
    """Read the schools and students of all OneRoster files there are, on a day."""
    listed = users_of(tables, site_id)
    users = listed.users
    if tables.get(Kind.USERS):
        draft.formats |= {_version(table) for table in tables[Kind.USERS]}
    else:
        _say_without_users(tables)
    people: dict[str, _Person] = defaultdict(_Person)
    _read_users([*users.values(), *listed.further], people)
    _read_roles(_known(tables, Kind.ROLES, users), people, as_of)
    _read_enrollments(_known(tables, Kind.ENROLLMENTS, users), people, as_of)
    unsure = _read_demographics(_known(tables, Kind.DEMOGRAPHICS, users), people)
    draft.refused |= listed.of_two(unsure)
    students = {key: row for key, row in users.items() if people[key].is_student}
    _say_without_roles(tables, students, draft)
    here = {
        key: row
        for key, row in students.items()
        if people[key].is_here and not is_gone(row)
    }
    draft.inactive += [StudentKey(key) for key in students if key not in here]
    placed = _read_orgs(tables, site_id, {key: people[key] for key in here}, draft)
    for key, row in here.items():
        draft.student_rows.append(_student(row, people[key], placed[key], site_id))


def _user_of(row: Row) -> str:
    return row.text("usersourcedid", "sourcedid")


def _known(tables: Tables, kind: Kind, users: Mapping[str, Row]) -> Iterator[Row]:
    """Yield the rows that count and belong to a user; say which belong to none."""
    for row in rows_of(tables, kind):
        if is_gone(row):
            continue
        column = "usersourcedid" if row.table.has("usersourcedid") else "sourcedid"
        if row.text(column) in users:
            yield row
        elif users:
            row.problem(column, "not the sourcedId of a user in the files")


def _version(users: Table) -> Format:
    if users.has("role"):
        return Format.ONEROSTER_1_1
    if users.has("status") or users.has("enableduser"):
        return Format.ONEROSTER_1_2
    return Format.SCHOOL_DATA_SYNC_2_1


def _say_without_users(tables: Tables) -> None:
    for kind in KINDS - {Kind.ORGS, Kind.USERS}:
        for table in tables.get(kind, ()):
            table.findings.problem(
                table.file, 0, "", "there is no users file, so nobody is in it"
            )


def _say_without_roles(
    tables: Tables, students: Mapping[str, Row], draft: Draft
) -> None:
    """Say why a users file of 1.2 yields nobody when its roles file is missing."""
    if students or tables.get(Kind.ROLES):
        return
    for table in tables.get(Kind.USERS, ()):
        if not table.has("role"):
            message = "there is no roles file, so nobody is known to be a student"
            draft.problem(table.file, 0, "", message)


def _read_users(users: Iterable[Row], people: dict[str, _Person]) -> None:
    for row in users:
        person = people[row.text("sourcedid")]
        if _is_student(row):
            person.is_student = person.is_here = True
        person.year = person.year or next(iter(row.listed("grades")), "")
        for org in row.listed("orgsourcedids"):
            person.is_in(row, "orgsourcedids", org)
        column = "primaryorgsourcedid"
        person.is_in(row, column, row.text(column))


def _read_demographics(
    rows: Iterable[Row], people: dict[str, _Person]
) -> frozenset[str]:
    """Return the users about whom two rows disagree: neither row is believed.

    For every other user, what the row says is read into ``people``.
    """
    found: dict[str, list[Row]] = defaultdict(list)
    unsure = set[str]()
    for row in rows:
        found[_user_of(row)].append(row)
    for key, of_user in found.items():
        first = of_user[0]
        differing = [row for row in of_user if _born(row) != _born(first)]
        for row in differing:
            where = f"line {first.line} of {first.table.file}"
            message = f"not what {where} says of the same user, so neither was read"
            row.problem("birthdate", message)
        if differing:
            unsure.add(key)
        else:
            people[key].demographics = first
    return frozenset(unsure)


def _born(row: Row) -> tuple[str, str]:
    return row.text("birthdate"), row.text("sex").casefold()


def _read_roles(roles: Iterable[Row], people: dict[str, _Person], as_of: date) -> None:
    """Read where students are, and where they no longer are (CODE-2).

    The year is that of the primary role, if the users file does not say it. Where a
    user has roles, these say whether it is a student, whatever the users file says.
    """
    current, ended = _parted(roles, as_of)
    for row, end in ended:
        person = people[row.text("usersourcedid")]
        person.is_student, person.is_here = True, False
        org = row.text("orgsourcedid")
        person.left[org] = max(end, person.left.get(org, end))
    for row in sorted(current, key=lambda row: _by_rank(row, as_of)):
        person = people[row.text("usersourcedid")]
        person.is_student = person.is_here = True
        person.year = person.year or row.text("grade")
        person.is_in(row, "orgsourcedid", row.text("orgsourcedid"))
        person.left.pop(row.text("orgsourcedid"), None)


def _parted(
    rows: Iterable[Row], as_of: date
) -> tuple[list[Row], list[tuple[Row, date]]]:
    """Part the rows of students: those that count, and those that ended, with when."""
    current, ended = list[Row](), list[tuple[Row, date]]()
    for row in filter(_is_student, rows):
        end = _ended(row, as_of)
        if end is None:
            current.append(row)
        else:
            ended.append((row, end))
    counts = Counter(row.table.file for row, _ in ended)
    for file, table in {row.table.file: row.table for row, _ in ended}.items():
        many = f"{counts[file]:,} row{'' if counts[file] == 1 else 's'}"
        table.note(f"left out {many} of students that ended before {as_of}")
    return current, ended


def _read_enrollments(
    rows: Iterable[Row], people: dict[str, _Person], as_of: date
) -> None:
    for row in _parted(rows, as_of)[0]:
        person = people[row.text("usersourcedid")]
        column = "schoolsourcedid"
        org, begin = row.text(column), _day(row, _BEGINS)
        person.is_in(row, column, org)
        if begin is not None and begin > person.left.get(org, date.max):
            del person.left[org]  # the child came back


def _read_orgs(
    tables: Tables, site_id: SiteId, people: Mapping[str, _Person], draft: Draft
) -> dict[str, set[SchoolId]]:
    """Make schools of organisations, and say in which of them each student is.

    Only organisations of the type school are schools. For a student who is in no
    school, the organisations that name the student become schools too.
    """
    orgs = _orgs(tables)
    schools = {key for key, row in orgs.items() if _is_school(row)}
    placed: dict[str, set[SchoolId]] = {}
    for key, person in people.items():
        known = [
            org
            for row, column, org in person.orgs
            if org not in person.left and _check(row, column, org, orgs)
        ]
        within = [org for org in known if org in schools or org not in orgs]
        # Who has left a school is not in the district of it instead.
        others = [] if schools & person.left.keys() else known
        placed[key] = {SchoolId(org) for org in within or others}
    named = {str(school) for ids in placed.values() for school in ids}
    for key in [key for key in orgs if key in schools or key in named]:
        if key not in schools:
            message = "is no school, but has students who are in no school: made one"
            orgs[key].table.note(f"the organisation in line {orgs[key].line} {message}")
        school = School(SchoolId(key), site_id, orgs[key].text("name"))
        draft.school_rows.append(SchoolRow(school=school))
    return placed


def _orgs(tables: Tables) -> dict[str, Row]:
    orgs: dict[str, Row] = {}
    for row in rows_of(tables, Kind.ORGS):
        key = row.text("sourcedid")
        if not key:
            row.problem("sourcedid", "is blank, so the row cannot be read")
        elif key in orgs:
            first = orgs[key]
            where = f"line {first.line} of {first.table.file}"
            row.problem("sourcedid", f"the same as in {where}, which was read")
        elif not is_gone(row):
            orgs[key] = row
    return orgs


def _is_school(row: Row) -> bool:
    return row.text("type").casefold() == "school"


def _check(row: Row, column: str, org: str, orgs: Mapping[str, Row]) -> bool:
    """Tell whether an organisation is known; without an orgs file every one may be."""
    if not orgs or org in orgs:
        return True
    row.problem(
        column,
        "names an organisation that is not in the orgs file, and enrols nobody there",
    )
    return False


def _student(
    row: Row, person: _Person, schools: set[SchoolId], site_id: SiteId
) -> StudentRow:
    key = StudentKey(row.text("sourcedid"))
    about: dict[str, Any] = {}
    extra = row.others(_USED)
    if person.demographics is not None:
        about["date_of_birth"] = person.demographics.born("birthdate")
        about["gender"] = person.demographics.text("sex")
        extra |= person.demographics.others(_USED)
    student = Student(
        key=key,
        site_id=site_id,
        given_name=row.text("givenname"),
        middle_name=row.text("middlename"),
        family_name=row.text("familyname"),
        preferred_name=row.text("preferredgivenname", "prefferedgivenname"),
        year=person.year,
        national_id=national_id_of(row),
        student_id=row.text("identifier"),
        user_name=row.text("username"),
        email=row.text("email"),
        enrolments=schools,
        extra=extra,
        **about,
    )
    return StudentRow(
        student=student,
        reference=StudentReference(keys=(key,)),
        format=_version(row.table),
        file=row.table.file,
        line=row.line,
    )
