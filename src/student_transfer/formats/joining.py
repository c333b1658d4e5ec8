"""What several files and rows say of one student, school or record, put together."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import attrs

from student_transfer.formats.identifiers import NO_KEY_KNOWN, PLACEHOLDER, ROUNDED
from student_transfer.formats.reading import (
    Draft,
    RecordRow,
    SchoolRow,
    StudentReference,
    StudentRow,
    compared_form,
)
from student_transfer.formats.two_children import (
    TWO_CHILDREN,
    are_hardly_one,
    are_of_two,
    contradicts,
)
from student_transfer.linkage.profiles.identifiers import local_id, national_id
from student_transfer.names import is_rounded
from student_transfer.records import Origin
from student_transfer.sites import SchoolId
from student_transfer.students import Identifier, Student, StudentKey

MAX_IDENTIFIER = 255
"""No identifier is longer; databases keep no index of longer ones."""

_TOO_LONG = f"an identifier is longer than {MAX_IDENTIFIER} characters, so not read"
_UNFIT = (
    "a national identifier that is shared, a placeholder, too short or rounded by a "
    "spreadsheet was left out: it would name several children"
)
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def join(draft: Draft) -> None:
    """Put together what was read; what does not fit together is a problem.

    Afterwards the draft has each school, student and record once.
    """
    _leave_out_unfit_identifiers(draft)
    _leave_out_placeholders(draft)
    _leave_out_unfit_national_ids(draft)
    _join_students(draft)
    _join_records(draft)
    _join_schools(draft)


def _leave_out_unfit_identifiers(draft: Draft) -> None:
    """Refuse rows with identifiers that no system gives, or that several may have."""

    def fits(row: StudentRow | RecordRow) -> bool:
        message = _unfit(row)
        if message:
            draft.problem(row.file, row.line, "", message)
        return not message

    draft.student_rows = [row for row in draft.student_rows if fits(row)]
    draft.record_rows = [row for row in draft.record_rows if fits(row)]


def _unfit(row: StudentRow | RecordRow) -> str:
    """Return why a row cannot be read for its identifiers; blank where it can."""
    if max(map(len, _identifiers(row))) > MAX_IDENTIFIER:
        return _TOO_LONG  # columns are mixed up
    if any(map(is_rounded, row.reference.keys)):
        return ROUNDED
    return "" if all(map(_is_key, row.reference.keys)) else NO_KEY_KNOWN


def _is_key(key: StudentKey) -> bool:
    """Return whether a key may be a child's; a roster may be numbered from 0."""
    return local_id(key) != "" or any(map(str.isdigit, key))


def _leave_out_placeholders(draft: Draft) -> None:
    """Take off student IDs and user names that stand for none."""
    for place, row in enumerate(draft.student_rows):
        student = _without_placeholders(row.student)
        reference = _without_placeholders(row.reference)
        if student is not row.student or reference is not row.reference:
            draft.note(row.file, PLACEHOLDER)
            draft.student_rows[place] = attrs.evolve(
                row, student=student, reference=reference
            )
    for place, record in enumerate(draft.record_rows):
        reference = _without_placeholders(record.reference)
        if reference is not record.reference:
            draft.note(record.file, PLACEHOLDER)
            draft.record_rows[place] = attrs.evolve(record, reference=reference)


_Named = TypeVar("_Named", Student, StudentReference)


def _without_placeholders(named: _Named) -> _Named:
    unfit: dict[str, Any] = {
        kind: ""
        for kind in ("student_id", "user_name")
        if getattr(named, kind) and not compared_form(kind, getattr(named, kind))
    }
    return attrs.evolve(named, **unfit) if unfit else named


def _identifiers(row: StudentRow | RecordRow) -> list[str]:
    named = [value for _, value in row.reference.identifiers()]
    if isinstance(row, RecordRow):
        return [*named, row.record.origin.record_id]
    student = row.student
    own = [student.identifier(kind) for kind in Identifier]
    return [*named, *own, student.national_id, *student.enrolments]


def _leave_out_unfit_national_ids(draft: Draft) -> None:
    """Take off national identifiers that cannot be one child's.

    Files are found with the name of a state in every ``State ID``, with 999999999 for
    every child who has none yet, and with what a spreadsheet has rounded: the rows of
    two children would be taken for one child's (MATCH-1).
    """
    holders = defaultdict[tuple[str, bool], set[StudentKey]](set)
    for row in draft.student_rows:
        national = national_id(row.student.national_id)
        holders[national, row.rostered].add(row.student.key)
    unfit = {national for (national, _), keys in holders.items() if len(keys) > 1}
    unfit.add("")  # what the matching takes for no identifier
    draft.student_rows = [
        _without_national_id(row, draft)
        if row.student.national_id and national_id(row.student.national_id) in unfit
        else row
        for row in draft.student_rows
    ]
    for place, record in enumerate(draft.record_rows):
        named = record.reference.national_id
        if named and national_id(named) in unfit:
            draft.note(record.file, _UNFIT)
            reference = attrs.evolve(record.reference, national_id="")
            said = record.said and attrs.evolve(record.said, national_id="")
            draft.record_rows[place] = attrs.evolve(
                record, reference=reference, said=said
            )


def _without_national_id(row: StudentRow, draft: Draft) -> StudentRow:
    """Keep among the further fields what no child is known by, and say so."""
    draft.note(row.file, _UNFIT)
    kept = ("UnusedNationalID", row.student.national_id)
    extra = (*row.student.extra, kept)
    return attrs.evolve(
        row,
        student=attrs.evolve(row.student, national_id="", extra=extra),
        reference=attrs.evolve(row.reference, national_id=""),
    )


def _join_students(draft: Draft) -> None:
    """Keep one row a student of the rosters, and one of the exports of results."""
    rostered: dict[StudentKey, list[StudentRow]] = defaultdict(list)
    results: dict[StudentKey, list[StudentRow]] = defaultdict(list)
    for row in draft.student_rows:
        (rostered if row.rostered else results)[row.student.key].append(row)
    refused = (
        draft.refused
        | {key for key, rows in rostered.items() if _are_of_two(rows, are_hardly_one)}
        | {key for key, rows in results.items() if _are_of_two(rows, contradicts)}
    )
    for row in draft.student_rows:
        if row.student.key in refused:
            draft.problem(row.file, row.line, "", TWO_CHILDREN)
    kept = [rows for key, rows in rostered.items() if key not in refused]
    for first, row in ((rows[0], row) for rows in kept for row in rows[1:]):
        message = f"a student of this key was read from {first.file} already"
        draft.problem(row.file, row.line, "", message)
    latest = [
        max(rows, key=lambda row: (row.as_of or _BEGINNING, row.file, row.line))
        for key, rows in results.items()
        if key not in refused
    ]
    draft.student_rows = [*(rows[0] for rows in kept), *latest]
    _refuse_records(draft, refused)


def _are_of_two(
    rows: Sequence[StudentRow], are_two: Callable[[Student, Student], bool]
) -> bool:
    return are_of_two((row.student for row in rows), are_two)


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
