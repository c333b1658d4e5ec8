"""Students and records in a database."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from student_transfer.adapters.search_words import search_words
from student_transfer.adapters.sql import codec, schema
from student_transfer.adapters.sql.connection import Transaction, Values, chunks
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    StorageError,
)
from student_transfer.matching import BlockingKey, Term, blocking_keys, terms
from student_transfer.ports import Blocked
from student_transfer.records import Origin, Record
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import (
    Identifier,
    Student,
    StudentKey,
    identifier_key,
)

_Condition = sa.ColumnElement[bool]
_BEYOND = chr(0x10FFFF)  # sorts after every character that a word can have


class SqlSource:
    """Students and records, for reading; see `student_transfer.ports.SourceRoster`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def enrolled(self, site_id: SiteId, school_id: SchoolId) -> Sequence[Student]:
        """Give the students who are enrolled in the school now, by key."""
        table = schema.enrolments
        there = sa.select(table.c.student_key).where(
            table.c.site_id == site_id, table.c.school_id == school_id
        )
        found = self._read(site_id, schema.students.c.key.in_(there))
        return [found[key] for key in sorted(found)]

    def students(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Mapping[StudentKey, Student]:
        """Give those of the students who are on the site."""
        found: dict[StudentKey, Student] = {}
        for some in chunks(keys):
            found |= self._read(site_id, schema.students.c.key.in_(some))
        return found

    def records(self, site_id: SiteId, key: StudentKey) -> Sequence[Record]:
        """Give every record of the student, by origin; none for an unknown one."""
        table = schema.records
        rows = self._transaction.rows(
            sa.select(table.c.payload)
            .where(_of(table, site_id, key))
            .order_by(table.c.origin_site_id, table.c.origin_id)
        )
        return [codec.RECORD.loads(row.payload) for row in rows]

    def _read(
        self, site_id: SiteId, condition: _Condition, *, lock: bool = False
    ) -> dict[StudentKey, Student]:
        """Read the students of the site who meet a condition on their table."""
        students, enrolments = schema.students, schema.enrolments
        chosen = sa.select(students).where(students.c.site_id == site_id, condition)
        rows = self._transaction.rows(chosen.with_for_update() if lock else chosen)
        schools: defaultdict[StudentKey, set[SchoolId]] = defaultdict(set)
        joined = sa.select(enrolments).join(students)
        for row in self._transaction.rows(
            joined.where(students.c.site_id == site_id, condition)
        ):
            schools[row.student_key].add(row.school_id)
        return {row.key: _student(row, schools[row.key]) for row in rows}


class SqlRoster(SqlSource):
    """Students and records; see `student_transfer.ports.Roster`."""

    def blocked(
        self, site_id: SiteId, keys: Collection[BlockingKey], limit: int
    ) -> Blocked:
        """Find the students who have any of these blocking keys."""
        table = schema.blocking
        place = sa.func.row_number().over(
            partition_by=table.c.value, order_by=table.c.student_key
        )
        found: defaultdict[BlockingKey, set[StudentKey]] = defaultdict(set)
        overflowing = set()
        for some in chunks(set(keys)):
            numbered = (
                sa.select(table.c.value, table.c.student_key, place.label("place"))
                .where(table.c.site_id == site_id, table.c.value.in_(some))
                .subquery()
            )
            for row in self._transaction.rows(
                sa.select(numbered).where(numbered.c.place <= limit + 1)
            ):
                if row.place > limit:
                    overflowing.add(row.value)
                else:
                    found[row.value].add(row.student_key)
        return Blocked(
            {key: frozenset(students) for key, students in found.items()},
            frozenset(overflowing),
        )

    def frequencies(
        self, site_id: SiteId, terms: Collection[Term]
    ) -> Mapping[Term, int]:
        """Count the students of the site who have each term; 0 is left out."""
        table = schema.terms
        term = sa.tuple_(table.c.field, table.c.value)
        counts: dict[Term, int] = {}
        for some in chunks(set(terms)):
            for row in self._transaction.rows(
                sa.select(table.c.field, table.c.value, sa.func.count().label("n"))
                .where(table.c.site_id == site_id, term.in_(some))
                .group_by(table.c.field, table.c.value)
            ):
                counts[row.field, row.value] = row.n
        return counts

    def size(self, site_id: SiteId) -> int:
        """Count the students of the site."""
        of_site = schema.students.c.site_id == site_id
        (row,) = self._transaction.rows(sa.select(sa.func.count()).where(of_site))
        return int(row[0])

    def search(
        self, site_id: SiteId, words: Sequence[str], limit: int
    ) -> Sequence[Student]:
        """Find students with, for each word, a name or student ID that begins so."""
        students = schema.students
        rows = self._transaction.rows(
            sa.select(students.c.key)
            .where(students.c.site_id == site_id)
            .where(*(students.c.key.in_(_beginning(site_id, word)) for word in words))
            .order_by(students.c.family_name, students.c.given_name, students.c.key)
            .limit(max(limit, 0))
        )
        keys = [row.key for row in rows]
        found = self.students(site_id, keys)
        return [found[key] for key in keys]

    def holders(
        self, site_id: SiteId, kind: Identifier, values: Collection[str]
    ) -> Mapping[str, StudentKey]:
        """Say who has these identifiers, given as `students.identifier_key` forms."""
        table = schema.identifiers
        found = {}
        for some in chunks(set(values)):
            for row in self._transaction.rows(
                sa.select(table.c.value, table.c.student_key).where(
                    table.c.site_id == site_id,
                    table.c.kind == kind.value,
                    table.c.value.in_(some),
                )
            ):
                found[row.value] = row.student_key
        return found

    def add(self, student: Student) -> None:
        """Add a student.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
            ConcurrentChangeError: There is a student of that key.
        """
        with self._transaction.atomic():
            row = _student_values(student)
            if not self._transaction.inserted(schema.students, row):
                raise ConcurrentChangeError
            for table, rows in _belongings(student).items():
                self._put(table, rows)

    def replace(self, before: Student, after: Student) -> None:
        """Put a student's new state in place of the one that was read.

        Raises:
            ConcurrentChangeError: The student is not as ``before`` any more.
            IdentifierTakenError: An identifier is another student's (CONF-3).
            StorageError: ``after`` is another student.
        """
        if before.ref != after.ref:
            raise StorageError("A student's site and key cannot be changed.")
        with self._transaction.atomic():
            self._check_unchanged(before)
            same = _same(after)
            update = sa.update(schema.students).where(same)
            self._transaction.write(update.values(_student_values(after)))
            old = _belongings(before)
            for table, rows in _belongings(after).items():
                if rows != old[table]:
                    mine = _of(table, after.site_id, after.key)
                    self._transaction.write(sa.delete(table).where(mine))
                    self._put(table, rows)

    def remove(self, student: Student) -> None:
        """Take a student off the site with all records.

        Raises:
            ConcurrentChangeError: The student is not as given any more.
        """
        with self._transaction.atomic():
            self._check_unchanged(student)
            self._transaction.write(sa.delete(schema.students).where(_same(student)))

    def add_records(
        self, site_id: SiteId, key: StudentKey, records: Sequence[Record]
    ) -> frozenset[Origin]:
        """Add records to a student; give the origins the student has now of these.

        Raises:
            ConcurrentChangeError: There is no such student any more.
        """
        rows = [
            {
                "site_id": site_id,
                "student_key": key,
                "origin_site_id": record.origin.site_id,
                "origin_id": record.origin.record_id,
                "payload": codec.RECORD.dumps(record),
            }
            for record in records
        ]
        with self._transaction.atomic():
            own = schema.students.c
            lock = sa.select(own.key).where(own.site_id == site_id, own.key == key)
            if self._transaction.first(lock.with_for_update()) is None:
                raise ConcurrentChangeError
            self._transaction.insert_missing(schema.records, rows)
        return frozenset(record.origin for record in records)

    def remove_records(
        self, site_id: SiteId, key: StudentKey, origins: Collection[Origin]
    ) -> None:
        """Take records from a student: to undo a merge, or to load corrected ones."""
        table = schema.records
        origin = sa.tuple_(table.c.origin_site_id, table.c.origin_id)
        with self._transaction.atomic():
            for some in chunks(origins):
                pairs = [attrs.astuple(one) for one in some]
                mine = _of(table, site_id, key)
                self._transaction.write(sa.delete(table).where(mine, origin.in_(pairs)))

    def index_again(self) -> None:
        """Write again, for every student, what `matching` makes of the student.

        For a database that was written with another version of the rules there.
        """
        tables = (schema.blocking, schema.terms, schema.words)
        for table in tables:
            self._transaction.write(sa.delete(table))
        key = schema.students.c.key
        for (site_id,) in self._transaction.rows(
            sa.select(schema.students.c.site_id).distinct()
        ):
            of_site = sa.select(key).where(schema.students.c.site_id == site_id)
            for some in chunks([row.key for row in self._transaction.rows(of_site)]):
                for student in self.students(site_id, some).values():
                    belongings = _belongings(student)
                    for table in tables:
                        self._put(table, belongings[table])

    def _put(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert what a student has.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
        """
        if table is not schema.identifiers:
            self._transaction.write(sa.insert(table), rows)
        elif not all(self._transaction.inserted(table, row) for row in rows):
            raise IdentifierTakenError

    def _check_unchanged(self, student: Student) -> None:
        """Compare a student, locked until the transaction ends, with what was read."""
        same = schema.students.c.key == student.key
        kept = self._read(student.site_id, same, lock=True)
        if kept.get(student.key) != student:
            raise ConcurrentChangeError


def _beginning(site_id: SiteId, word: str) -> sa.Select[Any]:
    """Select the keys of the students with a word that begins so."""
    table = schema.words
    return sa.select(table.c.student_key).where(
        table.c.site_id == site_id,
        table.c.value >= word,
        table.c.value < word + _BEYOND,
    )


def _of(table: sa.Table, site_id: SiteId, key: StudentKey) -> _Condition:
    """Make the condition for the rows of one student."""
    return sa.and_(table.c.site_id == site_id, table.c.student_key == key)


def _same(student: Student) -> _Condition:
    """Make the condition for the student's own row."""
    table = schema.students
    return sa.and_(table.c.site_id == student.site_id, table.c.key == student.key)


_CODED = {"provenance": codec.REFS, "extra": codec.EXTRA}
_PLAIN = [column.name for column in schema.students.c if column.name not in _CODED]


def _student_values(student: Student) -> dict[str, object]:
    """Give the student's own row."""
    values = {name: getattr(student, name) for name in _PLAIN}
    values["provenance"] = codec.REFS.dumps(student.provenance)
    values["extra"] = codec.EXTRA.dumps(student.extra)
    return values


def _student(row: sa.Row[Any], schools: Collection[SchoolId]) -> Student:
    """Make the student of a row."""
    values: dict[str, Any] = {name: getattr(row, name) for name in _PLAIN}
    return Student(
        **values,
        enrolments=schools,
        provenance=codec.REFS.loads(row.provenance),
        extra=codec.EXTRA.loads(row.extra),
    )


def _belongings(student: Student) -> dict[sa.Table, list[dict[str, object]]]:
    """Give the rows of a student in every table by which students are found."""
    taken = [(kind, identifier_key(student.identifier(kind))) for kind in Identifier]
    values: dict[sa.Table, list[dict[str, object]]] = {
        schema.enrolments: [{"school_id": s} for s in sorted(student.enrolments)],
        schema.identifiers: [{"kind": k.value, "value": v} for k, v in taken if v],
        schema.blocking: [{"value": key} for key in sorted(blocking_keys(student))],
        schema.terms: [{"field": f, "value": v} for f, v in sorted(terms(student))],
        schema.words: [{"value": word} for word in sorted(search_words(student))],
    }
    owner = {"site_id": student.site_id, "student_key": student.key}
    return {table: [owner | row for row in rows] for table, rows in values.items()}
