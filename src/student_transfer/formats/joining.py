"""What several files and rows say of one student, school or record, put together."""

from collections import defaultdict
from datetime import UTC, datetime

import attrs

from student_transfer.formats.reading import Draft, RecordRow, SchoolRow, StudentRow
from student_transfer.matching import Frequencies, compare
from student_transfer.names import name_words
from student_transfer.records import Origin
from student_transfer.sites import SchoolId
from student_transfer.students import Identifier, Student, StudentKey, identifier_key

ANOTHER_CHILD = (
    "name and date of birth are not those of the student who has this identifier "
    "already: it may be another child's, so the row was not read"
)
"""What is said of a row that would put two children into one record."""

TWO_CHILDREN = (
    "rows under this student's identifier differ in name and date of birth: they may "
    "be two children's, so none of them was read"
)
"""What is said of rows of which nobody can say whose they are."""

MAX_IDENTIFIER = 255
"""No identifier is longer; databases keep no index of longer ones."""

_NOBODY = Frequencies(0)  # no name is taken for rare

_TOO_LONG = f"an identifier is longer than {MAX_IDENTIFIER} characters, so not read"
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def contradicts(left: Student, right: Student) -> bool:
    """Return whether one identifier may stand for two children (MATCH-4).

    That is so when no part of the names agrees, and the date of birth does not either;
    and where they share a family name alone, when the dates differ in more than a slip.
    A roster may correct a name or a date; all at once is a reused identifier. Where a
    name is not known nothing is contradicted (MATCH-5).
    """
    if not _name_parts(left) or not _name_parts(right):
        return False
    if _are_one(left.national_id, right.national_id):
        return False
    born = left.date_of_birth
    if born is not None and born == right.date_of_birth:
        return False
    if not share_names(left, right):
        return True
    if left.given_name == right.given_name:
        return False
    found = compare(left, right, _NOBODY)
    return found.has_other_given_name and found.has_other_birth


def may_be_two(left: Student, right: Student) -> bool:
    """Tell whether two whose given names are known may be brother and sister (MATCH-4).

    >>> ann = Student(key="1", site_id="a", given_name="Ann", family_name="Smith")
    >>> adam = Student(key="2", site_id="a", given_name="Adam", family_name="Smith")
    >>> may_be_two(ann, adam), may_be_two(ann, ann)
    (True, False)
    """
    if not left.given_name or not right.given_name:
        return False
    if _are_one(left.national_id, right.national_id):
        return False
    said = (left.given_name, left.date_of_birth)
    if said == (right.given_name, right.date_of_birth):
        return False
    return compare(left, right, _NOBODY).may_be_siblings


def _are_one(left: str, right: str) -> bool:
    """Return whether two identifiers are known and the same."""
    return bool(left) and identifier_key(left) == identifier_key(right)


def share_names(left: Student, right: Student) -> bool:
    """Return whether any part of their names is the same.

    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Ng")
    >>> share_names(ada, Student(key="2", site_id="a", given_name="ADA-Mei"))
    True
    """
    return not _name_parts(left).isdisjoint(_name_parts(right))


def _name_parts(student: Student) -> set[str]:
    first, last = student.given_name, student.family_name
    return set(
        name_words(f"{first} {last} {student.middle_name} {student.preferred_name}")
    )


def join(draft: Draft) -> None:
    """Put together what was read; what does not fit together is a problem.

    What the draft says afterwards holds each school, student and record once.
    """
    _leave_out_long_identifiers(draft)
    _leave_out_shared_national_ids(draft)
    _join_students(draft)
    _join_records(draft)
    _join_schools(draft)


def _leave_out_long_identifiers(draft: Draft) -> None:
    """Refuse rows with identifiers that no system gives: columns are mixed up."""

    def fits(row: StudentRow | RecordRow) -> bool:
        if max(map(len, _identifiers(row))) <= MAX_IDENTIFIER:
            return True
        draft.problem(row.file, row.line, "", _TOO_LONG)
        return False

    draft.student_rows = [row for row in draft.student_rows if fits(row)]
    draft.record_rows = [row for row in draft.record_rows if fits(row)]


def _identifiers(row: StudentRow | RecordRow) -> list[str]:
    named = [value for _, value in row.reference.identifiers()]
    if isinstance(row, RecordRow):
        return [*named, row.record.origin.record_id]
    student = row.student
    own = [student.identifier(kind) for kind in Identifier]
    return [*named, *own, student.national_id, *student.enrolments]


def _leave_out_shared_national_ids(draft: Draft) -> None:
    """Take off national identifiers that cannot be one child's.

    Files are found with the name of a state in every ``State ID``: matching would take
    that for the strongest evidence there is (MATCH-1).
    """
    holders = defaultdict[tuple[str, bool], set[StudentKey]](set)
    for row in draft.student_rows:
        national = identifier_key(row.student.national_id)
        holders[national, row.rostered].add(row.student.key)
    unfit = {
        national
        for (national, _), keys in holders.items()
        if len(keys) > 1 or not any(letter.isdigit() for letter in national)
    } - {""}
    for place, row in enumerate(draft.student_rows):
        if identifier_key(row.student.national_id) in unfit:
            message = (
                "a national identifier that is shared, or has no digit, was left out"
            )
            draft.note(row.file, message)
            draft.student_rows[place] = attrs.evolve(
                row,
                student=_without_national_id(row.student),
                reference=attrs.evolve(row.reference, national_id=""),
            )
    for place, record in enumerate(draft.record_rows):
        if identifier_key(record.reference.national_id) in unfit:
            reference = attrs.evolve(record.reference, national_id="")
            draft.record_rows[place] = attrs.evolve(record, reference=reference)


def _without_national_id(student: Student) -> Student:
    kept = ("SharedNationalID", student.national_id)
    return attrs.evolve(student, national_id="", extra=(*student.extra, kept))


def _join_students(draft: Draft) -> None:
    """Keep one row a student of the rosters, and one of the exports of results."""
    rostered: dict[StudentKey, StudentRow] = {}
    results: dict[StudentKey, list[StudentRow]] = defaultdict(list)
    for row in draft.student_rows:
        key = row.student.key
        if key in draft.refused:
            draft.problem(row.file, row.line, "", TWO_CHILDREN)
        elif not row.rostered:
            results[key].append(row)
        elif key in rostered:
            first = rostered[key]
            message = f"a student of this key was read from {first.file} already"
            draft.problem(row.file, row.line, "", message)
        else:
            rostered[key] = row
    refused = {key for key, rows in results.items() if _of_two_children(rows)}
    latest = [
        max(rows, key=lambda row: (row.as_of or _BEGINNING, row.file, row.line))
        for key, rows in results.items()
        if key not in refused
    ]
    for row in (row for key in refused for row in results[key]):
        draft.problem(row.file, row.line, "", TWO_CHILDREN)
    draft.student_rows = [*rostered.values(), *latest]
    _refuse_records(draft, refused | draft.refused)


def _of_two_children(rows: list[StudentRow]) -> bool:
    first = rows[0].student
    return any(contradicts(first, row.student) for row in rows[1:])


def _refuse_records(draft: Draft, refused: set[StudentKey]) -> None:
    """Leave out the records of identifiers that stand for two children."""
    kept = []
    for row in draft.record_rows:
        if refused.isdisjoint(row.reference.keys):
            kept.append(row)
        else:
            draft.problem(row.file, row.line, "", TWO_CHILDREN)
    draft.record_rows = kept


def _join_records(draft: Draft) -> None:
    """Keep each record once: exports repeat a result for every class of a student."""
    found = dict[Origin, RecordRow]()
    for row in draft.record_rows:
        first = found.setdefault(row.record.origin, row)
        if (first.record, first.reference) != (row.record, row.reference):
            where = f"line {first.line} of {first.file}"
            message = f"the same record as in {where}, but not with the same content"
            draft.problem(row.file, row.line, "", message)
        elif first is not row:
            draft.note(row.file, "some rows repeat a record, which was read once")
    draft.record_rows = list(found.values())


def _join_schools(draft: Draft) -> None:
    """Keep one row a school, that of a roster where there is one."""
    found = dict[SchoolId, SchoolRow]()
    for row in sorted(draft.school_rows, key=lambda row: not row.rostered):
        found.setdefault(row.school.id, row)
    draft.school_rows = list(found.values())
