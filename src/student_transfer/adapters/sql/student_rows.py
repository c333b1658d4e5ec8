"""A student as rows, and back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Values
from student_transfer.sites import SchoolId
from student_transfer.storing import codec
from student_transfer.storing.finding import identifiers_of
from student_transfer.storing.search_words import search_words
from student_transfer.students import Student, StudentKey, StudentRef

_NAMES = [column.name for column in schema.students.c]
_CODED = ("provenance", "extra")
_PLAIN = [name for name in _NAMES if name not in _CODED]
_NOWHERE = frozenset[StudentRef]()
_NO_REFS = codec.REFS.dumps(_NOWHERE)


def row_of(student: Student) -> dict[str, object]:
    """Give the student's own row."""
    values = {name: getattr(student, name) for name in _PLAIN}
    values["provenance"] = codec.REFS.dumps(student.provenance)
    values["extra"] = codec.EXTRA.dumps(student.extra)
    return values


def student_of(
    row: sa.Row[Any], enrolments: Mapping[StudentKey, Collection[SchoolId]]
) -> Student:
    """Make the student of a row; the schools are given by student."""
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    came_from = values["provenance"]
    values["provenance"] = (
        _NOWHERE if came_from == _NO_REFS else codec.REFS.loads(came_from)
    )
    values["extra"] = codec.EXTRA.loads(values["extra"])
    return Student(**values, enrolments=enrolments.get(values["key"], ()))


def belongings(students: Iterable[Student]) -> dict[sa.Table, list[Values]]:
    """Give the rows of students in every table that leads to them, in its order."""
    rows: dict[sa.Table, list[Values]] = {table: [] for table in _BELONGINGS}
    for student in students:
        owner = {"site_id": student.site_id, "student_key": student.key}
        for table, give in _BELONGINGS.items():
            rows[table] += [{**owner, **values} for values in give(student)]
    for table, of_table in rows.items():
        of_table.sort(key=itemgetter(*table.primary_key.columns.keys()))
    return rows


def _schools(student: Student) -> Iterator[Values]:
    return ({"school_id": school} for school in student.enrolments)


def _identifiers(student: Student) -> Iterator[Values]:
    taken = identifiers_of(student).items()
    return ({"kind": kind.value, "value": value} for kind, value in taken)


def _words(student: Student) -> Iterator[Values]:
    return ({"value": word} for word in search_words(student))


_BELONGINGS: dict[sa.Table, Callable[[Student], Iterator[Values]]] = {
    schema.enrolments: _schools,
    schema.identifiers: _identifiers,
    schema.words: _words,
}
