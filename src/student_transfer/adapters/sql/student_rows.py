"""A student as rows, and back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from operator import itemgetter
from typing import Any

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Values
from student_transfer.sites import SchoolId
from student_transfer.storing import codec
from student_transfer.storing.finding import Finding
from student_transfer.students import Student, StudentKey, StudentRef

_NAMES = [column.name for column in schema.students.c]
_CODED = ("provenance", "extra")
_PLAIN = [name for name in _NAMES if name not in _CODED]
_NOWHERE = frozenset[StudentRef]()
_NO_REFS = codec.REFS.dumps(_NOWHERE)


@attrs.frozen
class Reading:
    """The statements that read the students ``wanted`` of a ``site``, by their keys.

    They are made once, and are the same however many are wanted: making one costs
    more than running it.

    Attributes:
        students: Reads them.
        locked: Reads them by key, and locks them.
        enrolments: Reads who is in which school.
    """

    students: sa.Select[Any]
    locked: sa.Select[Any]
    enrolments: sa.Select[Any]


@cache
def reading(dialect: str) -> Reading:
    """Return the statements for a kind of database."""
    own, schools, wanted = schema.students.c, schema.enrolments.c, _WANTED[dialect]
    site = sa.bindparam("site", type_=schema.TEXT)
    chosen = sa.select(schema.students).where(own.site_id == site, wanted(own.key))
    return Reading(
        chosen,
        chosen.order_by(own.key).with_for_update(),
        sa.select(schools.student_key, schools.school_id).where(
            schools.site_id == site, wanted(schools.student_key)
        ),
    )


def _in_json(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    each = sa.func.json_each(sa.bindparam("wanted", type_=sa.JSON))
    return key.in_(sa.select(each.table_valued("value").c.value))


def _in_array(key: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    return key == sa.any_(sa.bindparam("wanted", type_=ARRAY(schema.TEXT)))


_WANTED: Mapping[str, Callable[[sa.ColumnElement[str]], sa.ColumnElement[bool]]] = {
    "sqlite": _in_json,
    "postgresql": _in_array,
}


def row_of(student: Student) -> dict[str, object]:
    """Return the student's own row."""
    values = {name: getattr(student, name) for name in _PLAIN}
    values["provenance"] = codec.REFS.dumps(student.provenance)
    values["extra"] = codec.EXTRA.dumps(student.extra)
    return values


def student_of(
    row: sa.Row[Any], enrolments: Mapping[StudentKey, Collection[SchoolId]]
) -> Student:
    """Make the student of a row; the schools are given by student.

    Raises:
        StorageError: There is a value in it that no student has.
    """
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    came_from = values["provenance"]
    values["provenance"] = (
        _NOWHERE if came_from == _NO_REFS else codec.REFS.loads(came_from)
    )
    values["extra"] = codec.EXTRA.loads(values["extra"])
    schools = enrolments.get(values["key"], ())
    return codec.made(Student, **values, enrolments=schools)


def belongings(
    students: Iterable[Student], findings: Iterable[Finding]
) -> dict[sa.Table, list[Values]]:
    """Return the rows of students in every table that leads to them, in its order.

    Args:
        students: The students.
        findings: What finds each of them, in the same order.
    """
    rows: dict[sa.Table, list[Values]] = {table: [] for table in _BELONGINGS}
    for student, found in zip(students, findings, strict=True):
        owner = {"site_id": student.site_id, "student_key": student.key}
        for table, give in _BELONGINGS.items():
            rows[table] += [{**owner, **values} for values in give(student, found)]
    for table, of_table in rows.items():
        of_table.sort(key=itemgetter(*table.primary_key.columns.keys()))
    return rows


def _schools(student: Student, _: Finding) -> Iterator[Values]:
    return ({"school_id": school} for school in student.enrolments)


def _identifiers(_: Student, found: Finding) -> Iterator[Values]:
    taken = found.identifiers.items()
    return ({"kind": kind.value, "value": value} for kind, value in taken)


def _words(_: Student, found: Finding) -> Iterator[Values]:
    return ({"value": word} for word in found.words)


_BELONGINGS: dict[sa.Table, Callable[[Student, Finding], Iterator[Values]]] = {
    schema.enrolments: _schools,
    schema.identifiers: _identifiers,
    schema.words: _words,
}
