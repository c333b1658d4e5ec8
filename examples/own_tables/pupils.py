"""Pupils and their results, as the library reads them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa

from own_tables import tables
from student_transfer.adapters.sql.connection import Transaction
from student_transfer.records import Record
from student_transfer.sites import SchoolId, SiteId
from student_transfer.storing import codec
from student_transfer.students import Student, StudentKey

T = TypeVar("T")


def pieces(values: Collection[T]) -> Iterator[Sequence[T]]:
    """Cut values into pieces that fit into one statement."""
    listed = list(values)
    for start in range(0, len(listed), 500):
        yield listed[start : start + 500]


def columns(student: Student) -> dict[str, object]:
    """Return the platform's columns of a student."""
    return {
        "key": student.key,
        "forename": student.given_name,
        "middle_names": student.middle_name,
        "surname": student.family_name,
        "known_as": student.preferred_name,
        "born_on": student.date_of_birth,
        "sex": student.gender,
        "year_group": student.year,
        "upn": student.national_id,
        "number": student.student_id,
        "login": student.user_name,
        "email": student.email,
        "extra": codec.EXTRA.dumps(student.extra),
        "provenance": codec.REFS.dumps(student.provenance),
    }


def student_of(row: Any, site_id: SiteId, schools: Collection[SchoolId]) -> Student:  # noqa: ANN401 - a row of any columns
    """Return a pupil as a student."""
    return Student(
        key=row.key,
        site_id=site_id,
        given_name=row.forename,
        middle_name=row.middle_names,
        family_name=row.surname,
        preferred_name=row.known_as,
        date_of_birth=row.born_on,
        gender=row.sex,
        year=row.year_group,
        national_id=row.upn,
        student_id=row.number,
        user_name=row.login,
        email=row.email,
        enrolments=frozenset(schools),
        extra=codec.EXTRA.loads(row.extra or "[]"),
        provenance=codec.REFS.loads(row.provenance or "[]"),
    )


class OurSource:
    """See `student_transfer.ports.SourceRoster`."""

    def __init__(self, transaction: Transaction) -> None:
        """Belong to a unit of work."""
        self._transaction = transaction

    def enrolled(self, site_id: SiteId, school_id: SchoolId) -> Sequence[Student]:
        """Return the students who are enrolled in the school now, by key."""
        there = sa.select(tables.enrolments.c.pupil_id).join(tables.schools)
        there = there.where(tables.schools.c.code == school_id)
        return self._read(site_id, tables.pupils.c.id.in_(there))

    def students(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Mapping[StudentKey, Student]:
        """Return those of the students who are on the site."""
        return {
            student.key: student
            for piece in pieces(keys)
            for student in self._read(site_id, tables.pupils.c.key.in_(piece))
        }

    def records(self, site_id: SiteId, key: StudentKey) -> Sequence[Record]:
        """Return every record of the student, by origin; none for an unknown one."""
        table, pupils, trusts = tables.results, tables.pupils, tables.trusts
        everybodys = table.join(pupils).join(trusts)
        of_pupil = sa.select(table.c.record).select_from(everybodys)
        rows = self._transaction.rows(
            of_pupil.where(trusts.c.slug == site_id, pupils.c.key == key).order_by(
                table.c.origin_site, table.c.origin_id
            )
        )
        return [codec.RECORD.loads(row.record) for row in rows]

    def _read(
        self, site_id: SiteId, those: sa.ColumnElement[bool]
    ) -> Sequence[Student]:
        """Return these pupils of the site as students, by key."""
        table, trusts = tables.pupils, tables.trusts
        of_site = sa.select(table).join(trusts).where(trusts.c.slug == site_id, those)
        rows = self._transaction.rows(of_site.order_by(table.c.key))
        schools: dict[int, set[SchoolId]] = defaultdict(set)
        enrolled = sa.select(
            tables.enrolments.c.pupil_id, tables.schools.c.code
        ).select_from(tables.enrolments.join(tables.schools))
        for piece in pieces([row.id for row in rows]):
            of_these = enrolled.where(tables.enrolments.c.pupil_id.in_(piece))
            for one in self._transaction.rows(of_these):
                schools[one.pupil_id].add(one.code)
        return [student_of(row, site_id, schools[row.id]) for row in rows]
