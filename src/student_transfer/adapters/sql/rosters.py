"""Students and records in a database."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import attrs
import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction, Values, chunks
from student_transfer.adapters.sql.matching_index import MatchingIndex
from student_transfer.adapters.sql.student_rows import (
    belongings,
    reading,
    row_of,
    student_of,
)
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    NotFoundError,
)
from student_transfer.matching import BlockingKey, Term
from student_transfer.ports import Blocked
from student_transfer.records import Origin, Record
from student_transfer.sites import SchoolId, SiteId
from student_transfer.storing import codec
from student_transfer.storing.finding import finding_of, findings_of
from student_transfer.storing.kept_text import check_records, check_student
from student_transfer.storing.refusals import another_student
from student_transfer.storing.search_words import shortened
from student_transfer.students import Identifier, Student, StudentKey

_Condition = sa.ColumnElement[bool]
_BATCH = 10_000  # students whose rows are written at once: fewer, and each costs more
_BEYOND = chr(0x10FFFF)  # sorts after every character that a word can have


class SqlSource:
    """Students and records, for reading; see `student_transfer.ports.SourceRoster`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def enrolled(self, site_id: SiteId, school_id: SchoolId) -> Sequence[Student]:
        """Return the students who are enrolled in the school now, by key."""
        table = schema.enrolments.c
        there = sa.select(table.student_key).where(
            table.site_id == site_id, table.school_id == school_id
        )
        rows = self._transaction.rows(there)
        found = self.students(site_id, [row.student_key for row in rows])
        return [found[key] for key in sorted(found)]

    def students(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Mapping[StudentKey, Student]:
        """Return those of the students who are on the site."""
        found: dict[StudentKey, Student] = {}
        for some in chunks(keys):
            found |= self._read(site_id, some)
        return found

    def records(self, site_id: SiteId, key: StudentKey) -> Sequence[Record]:
        """Return every record of the student, by origin; none for an unknown one."""
        table = schema.records
        rows = self._transaction.rows(
            sa.select(table.c.payload)
            .where(_of(table, site_id, key))
            .order_by(table.c.origin_site_id, table.c.origin_id)
        )
        return [codec.RECORD.loads(row.payload) for row in rows]

    def _read(
        self, site_id: SiteId, keys: Sequence[StudentKey], *, lock: bool = False
    ) -> dict[StudentKey, Student]:
        """Read the students of the site who have these keys.

        Students are locked in the order of their keys, so that two transactions never
        wait for each other; and before their schools are read, which cannot change any
        more then.
        """
        statements = reading(self._transaction.dialect)
        chosen = statements.locked if lock else statements.students
        values = {"site": site_id, "wanted": keys}
        rows = self._transaction.rows(chosen, values)
        enrolments: defaultdict[StudentKey, list[SchoolId]] = defaultdict(list)
        pairs: Sequence[Any] = self._transaction.rows(statements.enrolments, values)
        for key, school in pairs:
            enrolments[key].append(school)
        wanted = set(keys)  # and nobody else: SQLite cuts a key at NUL
        students = [student_of(row, enrolments) for row in rows]
        return {one.key: one for one in students if one.key in wanted}


class SqlRoster(SqlSource):
    """Students and records; see `student_transfer.ports.Roster`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        super().__init__(transaction)
        self._index = MatchingIndex(transaction)

    def blocked(
        self, site_id: SiteId, keys: Collection[BlockingKey], limit: int
    ) -> Blocked:
        """Find the students who have any of these blocking keys."""
        return self._index.find(site_id, keys, limit)

    def frequencies(
        self, site_id: SiteId, terms: Collection[Term]
    ) -> Mapping[Term, int]:
        """Count the students of the site who have each term; 0 is left out."""
        return self._index.count(site_id, terms)

    def size(self, site_id: SiteId) -> int:
        """Count the students of the site."""
        return self._index.size(site_id)

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
        """Return who has these identifiers, as `students.identifier_key` makes them."""
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

    def hold(
        self, site_id: SiteId, keys: Collection[StudentKey] = ()
    ) -> Mapping[StudentKey, Student]:
        """Lock the site's row, then the students; return those who are on the site.

        The lock of the site lets others still refer to it, as a new school does.

        Raises:
            NotFoundError: There is no such site: no row that could be locked.
        """
        self._transaction.check_writable()
        site = sa.select(schema.sites.c.id).where(schema.sites.c.id == site_id)
        if self._transaction.first(site.with_for_update(key_share=True)) is None:
            raise NotFoundError.of_site()
        found: dict[StudentKey, Student] = {}
        for some in chunks(sorted(set(keys))):
            found |= self._read(site_id, some, lock=True)
        return found

    def add(self, student: Student) -> None:
        """Add a student.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
            KeyTakenError: There is a student of that key.
            StorageError: A text has a character that no database keeps.
        """
        self.add_all([student])

    def add_all(self, students: Iterable[Student]) -> None:
        """Add students, all of them or, on an error, none.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
            KeyTakenError: There is a student of one of the keys.
        """
        with self._transaction.atomic():
            waiting = iter(students)
            while some := list(islice(waiting, _BATCH)):
                self._add(some)

    def _add(self, students: list[Student]) -> None:
        for student in students:
            check_student(student)
        students.sort(key=lambda student: (student.site_id, student.key))
        self._transaction.insert(schema.students, [*map(row_of, students)])
        findings = findings_of(students)
        for table, of_all in belongings(students, findings).items():
            self._put(table, of_all)
        self._index.enter(students, findings)

    def replace(self, before: Student, after: Student) -> None:
        """Put a student's new state in place of the one that was read.

        Raises:
            ConcurrentChangeError: The student is not as ``before`` any more.
            IdentifierTakenError: An identifier is another student's (CONF-3).
            StorageError: ``after`` is another student, or a text of it has a
                character that no database keeps.
        """
        if before.ref != after.ref:
            raise another_student()
        check_student(after)
        with self._transaction.atomic():
            self._check_unchanged(before)
            same = _same(after)
            update = sa.update(schema.students).where(same)
            self._transaction.write(update.values(row_of(after)))
            was_found_by, is_found_by = finding_of(before), finding_of(after)
            old = belongings([before], [was_found_by])
            for table, rows in belongings([after], [is_found_by]).items():
                if rows != old[table]:
                    mine = _of(table, after.site_id, after.key)
                    self._transaction.write(sa.delete(table).where(mine))
                    self._put(table, rows)
            self._index.change(after.ref, was_found_by, is_found_by)

    def remove(self, student: Student) -> None:
        """Take a student off the site with all records.

        Raises:
            ConcurrentChangeError: The student is not as given any more.
        """
        with self._transaction.atomic():
            self._check_unchanged(student)
            self._transaction.write(sa.delete(schema.students).where(_same(student)))
            self._index.leave(student.ref, finding_of(student))

    def add_records(
        self, site_id: SiteId, key: StudentKey, records: Sequence[Record]
    ) -> frozenset[Origin]:
        """Add records to a student; give the origins the student has now of these.

        Raises:
            ConcurrentChangeError: There is no such student any more.
            StorageError: An origin has a character that no database keeps.
        """
        check_records(records)
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
            if not self._lock(site_id, key):
                raise ConcurrentChangeError
            self._transaction.insert(schema.records, rows, skip=True)
        return frozenset(record.origin for record in records)

    def remove_records(
        self, site_id: SiteId, key: StudentKey, origins: Collection[Origin]
    ) -> None:
        """Take records from a student: to undo a merge, or to load corrected ones."""
        if not origins:
            return
        table = schema.records
        origin = sa.tuple_(table.c.origin_site_id, table.c.origin_id)
        with self._transaction.atomic():
            self._lock(site_id, key)
            for some in chunks(origins):
                pairs = [attrs.astuple(one) for one in some]
                mine = _of(table, site_id, key)
                self._transaction.write(sa.delete(table).where(mine, origin.in_(pairs)))

    def record_holders(
        self, site_id: SiteId, origins: Collection[Origin]
    ) -> Mapping[Origin, frozenset[StudentKey]]:
        """Return which students of the site have records of these origins."""
        own = schema.records.c
        of_site = defaultdict[SiteId, set[str]](set)
        for origin in origins:
            of_site[origin.site_id].add(origin.record_id)
        found = defaultdict[Origin, set[StudentKey]](set)
        for origin_site, ids in of_site.items():
            for some in chunks(ids):
                asked = sa.select(own.origin_id, own.student_key).where(
                    own.site_id == site_id,
                    own.origin_site_id == origin_site,
                    own.origin_id.in_(some),
                )
                for row in self._transaction.rows(asked):
                    found[Origin(origin_site, row.origin_id)].add(row.student_key)
        return {one: frozenset(keys) for one, keys in found.items()}

    def index_again(self) -> None:
        """Write again, for every student, what `matching` makes of the student.

        For a database that was written with another version of the rules there.
        """
        self._index.clear()
        self._transaction.write(sa.delete(schema.words))
        for (site_id,) in self._transaction.rows(
            sa.select(schema.students.c.site_id).distinct()
        ):
            for students in self._all(site_id):
                findings = findings_of(students)
                self._put(schema.words, belongings(students, findings)[schema.words])
                self._index.enter(students, findings)

    def _all(self, site_id: SiteId) -> Iterator[list[Student]]:
        """Yield the students of the site, some at a time."""
        key = schema.students.c.key
        beyond = sa.true()
        while True:
            these = sa.select(key).where(schema.students.c.site_id == site_id, beyond)
            rows = self._transaction.rows(these.order_by(key).limit(_BATCH))
            if not rows:
                return
            yield [*self.students(site_id, [row.key for row in rows]).values()]
            beyond = key > rows[-1].key

    def _put(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert rows for students who have none in this table yet.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
        """
        # Not by an error of the database, since that may quote the identifier.
        skip = table is schema.identifiers
        if self._transaction.insert(table, rows, skip=skip) < len(rows) and skip:
            raise IdentifierTakenError

    def _lock(self, site_id: SiteId, key: StudentKey) -> bool:
        """Lock a student for this transaction; return whether there is one."""
        own = schema.students.c
        lock = sa.select(own.key).where(own.site_id == site_id, own.key == key)
        return self._transaction.first(lock.with_for_update()) is not None

    def _check_unchanged(self, student: Student) -> None:
        """Lock a student until the transaction ends, and compare with what was read."""
        kept = self._read(student.site_id, [student.key], lock=True)
        if kept.get(student.key) != student:
            raise ConcurrentChangeError


def _beginning(site_id: SiteId, word: str) -> sa.Select[Any]:
    """Select the keys of the students with a word that begins so."""
    table, word = schema.words, shortened(word)
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
