"""What a row of a file makes of a student and of a school; no storage is asked."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Any

import attrs

from student_transfer.formats.reading import SchoolRow, StudentRow
from student_transfer.merging import fill_blanks
from student_transfer.records import ReaderQuiz, Record
from student_transfer.sites import School, SchoolId
from student_transfer.students import (
    COMPARED_FIELDS,
    LOCAL_FIELD,
    Extra,
    Identifier,
    Student,
    StudentKey,
    extra_fields,
    identifier_key,
)

ROSTER_FORMAT = LOCAL_FIELD + "RosterFormat"
"""The name, in a student's ``extra``, of the format that decides about them."""


def same_school(row: SchoolRow, there: Collection[School]) -> SchoolId:
    """Find the school that a row is about: by id, or by a name that only one has.

    Exports of results name a school by other identifiers than rosters do.
    """
    ids = {school.id for school in there}
    name = identifier_key(row.school.name)
    if row.rostered or row.school.id in ids or not name:
        return row.school.id
    named = {school.id for school in there if identifier_key(school.name) == name}
    if len(named) > 1:
        named.intersection_update(map(SchoolId, row.other_ids))
    return named.pop() if len(named) == 1 else row.school.id


def school_after(row: SchoolRow, before: School | None) -> School:
    """A roster names its schools; an export of results renames none."""
    if before is None:
        return row.school
    return row.school if row.rostered and row.school.name else before


def student_after(
    row: StudentRow,
    before: Student | None,
    enrolments: AbstractSet[SchoolId],
    named: Collection[SchoolId],
    *,
    is_older: bool = False,
) -> Student:
    """Return the student as the row makes them.

    Args:
        row: The row.
        before: The student on the site, if there.
        enrolments: The schools that the row names, as the site names them.
        named: The schools that any of the files names.
        is_older: Whether the site knows later results; see `is_older_than`. What such a
            row says of the student was so once.
    """
    if before is None:
        marked = _marked(row.student, row)
        return attrs.evolve(row.student, enrolments=enrolments, extra=marked)
    if decides(row, before) and not is_older:
        return _overwritten(before, row, enrolments, named)
    return _filled(before, row.student, enrolments)


def decides(row: StudentRow, before: Student) -> bool:
    """Return whether what a row says of a student is set, and not only filled in."""
    return row.rostered or (ROSTER_FORMAT, row.format.value) in before.extra


def is_older_than(row: StudentRow, records: Iterable[Record]) -> bool:
    """Return whether one of a student's own results is of a later day than the row.

    Only Star results of the site count, in which a row of results says who the student
    is. A row without a date is older than one that has it, as among rows of one load.
    """
    site_id = row.student.site_id
    days = [
        record.completed_at.date()
        for record in records
        if not isinstance(record, ReaderQuiz)
        and record.origin.site_id == site_id
        and record.completed_at is not None
    ]
    return bool(days) and (row.as_of is None or row.as_of.date() < max(days))


def _marked(student: Student, row: StudentRow) -> Extra:
    """Combine the further fields; where both have a field, the row's value counts."""
    extra = dict(student.extra) | dict(row.student.extra)
    return extra_fields(extra | {ROSTER_FORMAT: row.format.value})


def _overwritten(
    before: Student,
    row: StudentRow,
    enrolments: AbstractSet[SchoolId],
    named: Collection[SchoolId],
) -> Student:
    """Set what the row says; end the enrolments that it moves away from."""
    said: dict[str, Any] = {
        field: getattr(row.student, field)
        for field in COMPARED_FIELDS
        if getattr(row.student, field)
    }
    stay = before.enrolments.difference(named) if enrolments else before.enrolments
    return attrs.evolve(
        before, **said, enrolments=stay | enrolments, extra=_marked(before, row)
    )


def _filled(
    before: Student, said: Student, enrolments: AbstractSet[SchoolId]
) -> Student:
    """Fill in what is missing and leave the rest (CONF-2).

    Whose the identifiers are is settled for all students at once; see `settle`.
    """
    filled = fill_blanks(before, said, lambda _kind, _values: (), said.extra)
    return attrs.evolve(filled, enrolments=before.enrolments or enrolments)


_ONE_DAY = timedelta(days=1)  # times are written in one zone here and another there


def is_same_result(before: Record, after: Record, *, of_one_child: bool) -> bool:
    """Return whether two records of one name may be one result, written again (IMP-5).

    Two schools that both number from 1, or one that begins again, give the same name
    twice. So one result has the same number and day if it is a quiz, and the same
    product and a completion at most a day apart if it is of Star. What is not known
    does not differ. For a quiz of one child the number or the day is enough: the other
    may have been corrected.
    """
    if isinstance(before, ReaderQuiz) and isinstance(after, ReaderQuiz):
        same_number = before.quiz_number.casefold() == after.quiz_number.casefold()
        if before.taken_on is None or after.taken_on is None:
            return same_number
        same_day = before.taken_on == after.taken_on
        return (same_number or same_day) if of_one_child else same_number and same_day
    if isinstance(before, ReaderQuiz) or isinstance(after, ReaderQuiz):
        return False
    then, now = before.completed_at, after.completed_at
    if type(before) is not type(after) or before.product is not after.product:
        return False
    return then is None or now is None or abs(then - now) <= _ONE_DAY


@attrs.define
class Plan:
    """A student before and after; ``before`` is None for one who is new."""

    row: StudentRow
    before: Student | None
    after: Student

    @property
    def key(self) -> StudentKey:
        """The student's key."""
        return self.after.key

    def keeps(self, kind: Identifier) -> bool:
        """Return whether the student has this identifier already."""
        if self.before is None:
            return False
        before, after = self.before.identifier(kind), self.after.identifier(kind)
        return identifier_key(before) == identifier_key(after)

    def outcome(self) -> str:
        """Return what happens to the student, as a `Tally` counts it."""
        if self.before is None:
            return "added"
        return "unchanged" if self.before == self.after else "changed"

    def released(self, gained: Collection[tuple[Identifier, str]]) -> Student | None:
        """Return the student before without what another gains, if that is anything.

        Identifiers that change hands inside one load have to be let go first.
        """
        if self.before is None:
            return None
        given_up = {
            kind: ""
            for kind in Identifier
            if (kind, identifier_key(self.before.identifier(kind))) in gained
            and not self.keeps(kind)
        }
        return _with_identifiers(self.before, given_up) if given_up else None


def _with_identifiers(student: Student, values: Mapping[Identifier, str]) -> Student:
    fields: dict[str, Any] = {kind.value: value for kind, value in values.items()}
    return attrs.evolve(student, **fields)


def settle(
    kind: Identifier,
    plans: Collection[Plan],
    holders: Mapping[str, StudentKey],
    withheld: Collection[str] = (),
) -> list[tuple[Plan, bool]]:
    """Let each identifier be one student's (CONF-3); give the plans that go without.

    Who has it already keeps it. Of two who want it neither gets it: results are found
    by it, and would go to the wrong child (MATCH-1). A student who goes without keeps
    the own old one, if nobody got that.

    Args:
        kind: Which identifier.
        plans: All students of the load; those who go without are changed.
        holders: Who has the wanted identifiers on the site now.
        withheld: Identifiers that nobody got earlier in the load.

    Returns:
        The plans, each with whether another row wants the same and nobody gets it.
    """
    keys = {plan.key for plan in plans}
    owner = {value: key for value, key in holders.items() if key not in keys}
    values = [(plan, identifier_key(plan.after.identifier(kind))) for plan in plans]
    owner |= {value: plan.key for plan, value in values if value and plan.keeps(kind)}
    wanted = Counter([*(value for _, value in values), *withheld])
    without = []
    for plan, value in sorted(values, key=lambda each: each[0].key):
        free = value not in owner
        if value and (wanted[value] > 1 if free else owner[value] != plan.key):
            without.append((plan, free))
    owner |= {v: plan.key for plan, v in values if v not in owner and wanted[v] == 1}
    for plan, _ in without:
        old = "" if plan.before is None else plan.before.identifier(kind)
        form = identifier_key(old)
        if wanted[form] or owner.setdefault(form, plan.key) != plan.key:
            old = ""
        plan.after = _with_identifiers(plan.after, {kind: old})
    return without
