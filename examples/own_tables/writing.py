"""Pupils and their results, as the library finds and writes them."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import sqlalchemy as sa

from own_tables import tables
from own_tables.pupils import OurSource, columns, pieces
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    KeyTakenError,
    NotFoundError,
)
from student_transfer.matching import BlockingKey, Term
from student_transfer.ports import Blocked
from student_transfer.records import Origin, Record
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from student_transfer.storing.finding import finding_of, term_number
from student_transfer.storing.kept_text import check_records, check_student
from student_transfer.storing.refusals import another_student
from student_transfer.storing.search_words import shortened
from student_transfer.students import Identifier, Student, StudentKey


class OurRoster(OurSource):
    """See `student_transfer.ports.Roster`."""

    def blocked(
        self, site_id: SiteId, keys: Collection[BlockingKey], limit: int
    ) -> Blocked:
        """Find the students who have any of these blocking keys."""
        table, trust_id = tables.blocking_keys, self._trust(site_id)
        found, overflowing = {}, set()
        for key in keys:
            having = sa.select(tables.pupils.c.key).join(table)
            having = having.where(table.c.trust_id == trust_id, table.c.value == key)
            rows = self._transaction.rows(having.limit(limit + 1))
            if len(rows) > limit:
                overflowing.add(key)
            elif rows:
                found[key] = frozenset(row.key for row in rows)
        return Blocked(found, frozenset(overflowing))

    def frequencies(
        self, site_id: SiteId, terms: Collection[Term]
    ) -> Mapping[Term, int]:
        """Count the students of the site who have each term."""
        table, trust_id = tables.terms, self._trust(site_id)
        by_number = {term_number(term): term for term in terms}
        counting = sa.select(table.c.value, sa.func.count().label("how_many"))
        counted: dict[Term, int] = {}
        for piece in pieces(by_number):
            of_these = counting.where(
                table.c.trust_id == trust_id, table.c.value.in_(piece)
            )
            for row in self._transaction.rows(of_these.group_by(table.c.value)):
                counted[by_number[row.value]] = row.how_many
        return counted

    def size(self, site_id: SiteId) -> int:
        """Count the students of the site."""
        of_site = tables.pupils.c.trust_id == self._trust(site_id)
        counting = sa.select(sa.func.count()).select_from(tables.pupils).where(of_site)
        [[count]] = self._transaction.rows(counting)
        return int(count)

    def search(
        self, site_id: SiteId, words: Sequence[str], limit: int
    ) -> Sequence[Student]:
        """Find students of whom, for each word, a name or the student ID begins so."""
        table, found, trust_id = tables.pupils, tables.words, self._trust(site_id)
        keys = sa.select(table.c.key).where(table.c.trust_id == trust_id)
        for word in words:
            begins = found.c.value.startswith(shortened(word), autoescape=True)
            having = sa.select(found.c.pupil_id).where(
                found.c.trust_id == trust_id, begins
            )
            keys = keys.where(table.c.id.in_(having))
        by_name = keys.order_by(table.c.surname, table.c.forename, table.c.key)
        rows = self._transaction.rows(by_name.limit(limit))
        students = self.students(site_id, [row.key for row in rows])
        return [students[row.key] for row in rows]

    def holders(
        self, site_id: SiteId, kind: Identifier, values: Collection[str]
    ) -> Mapping[str, StudentKey]:
        """Return who has these identifiers."""
        table, trust_id = tables.identifiers, self._trust(site_id)
        everybodys = table.join(tables.pupils)
        having = sa.select(table.c.value, tables.pupils.c.key).select_from(everybodys)
        having = having.where(table.c.trust_id == trust_id, table.c.kind == kind.value)
        return {
            row.value: row.key
            for piece in pieces(values)
            for row in self._transaction.rows(having.where(table.c.value.in_(piece)))
        }

    def hold(
        self, site_id: SiteId, keys: Collection[StudentKey] = ()
    ) -> Mapping[StudentKey, Student]:
        """Hold the site, and give those of the students who are on it, held as well."""
        self._transaction.check_writable()  # to lock is to write
        table = tables.trusts
        the_site = sa.select(table.c.id).where(table.c.slug == site_id)
        # FOR NO KEY UPDATE: else nobody could add a pupil or a school meanwhile
        if self._transaction.first(the_site.with_for_update(key_share=True)) is None:
            raise NotFoundError.of_site()
        self._lock(site_id, keys)
        return self.students(site_id, keys)

    def add(self, student: Student) -> None:
        """Add a student."""
        self.add_all([student])

    def add_all(self, students: Iterable[Student]) -> None:
        """Add students: all of them or, on an error, none."""
        with self._transaction.atomic():
            for student in students:
                check_student(student)
                trust_id = self._trust(student.site_id)
                values = {"trust_id": trust_id, **columns(student)}
                self._transaction.write(sa.insert(tables.pupils).values(values))
                [pupil_id] = self._lock(student.site_id, [student.key])
                self._enrol(pupil_id, trust_id, student)
                self.index(pupil_id, trust_id, student)

    def replace(self, before: Student, after: Student) -> None:
        """Put a student's new state in place of the one that was read."""
        if before.ref != after.ref:
            raise another_student()
        check_student(after)
        table = tables.pupils
        with self._transaction.atomic():
            pupil_id = self._unchanged(before)
            changed = sa.update(table).where(table.c.id == pupil_id)
            self._transaction.write(changed.values(columns(after)))
            for beside in (
                tables.enrolments,
                tables.blocking_keys,
                tables.terms,
                tables.words,
                tables.identifiers,
            ):
                gone = sa.delete(beside).where(beside.c.pupil_id == pupil_id)
                self._transaction.write(gone)
            trust_id = self._trust(after.site_id)
            self._enrol(pupil_id, trust_id, after)
            self.index(pupil_id, trust_id, after)

    def remove(self, student: Student) -> None:
        """Take a student off the site with all records, which go by their keys."""
        with self._transaction.atomic():
            pupil_id = self._unchanged(student)
            gone = sa.delete(tables.pupils).where(tables.pupils.c.id == pupil_id)
            self._transaction.write(gone)

    def add_records(
        self, site_id: SiteId, key: StudentKey, records: Sequence[Record]
    ) -> frozenset[Origin]:
        """Add records to a student; give the origins the student has now of these."""
        check_records(records)
        table = tables.results
        with self._transaction.atomic():
            locked = self._lock(site_id, [key])
            if not locked:
                raise ConcurrentChangeError
            there = {record.origin for record in self.records(site_id, key)}
            for record in records:
                if record.origin not in there:  # else it stays as it is (IMP-5)
                    there.add(record.origin)
                    values = {
                        "pupil_id": locked[0],
                        "origin_site": record.origin.site_id,
                        "origin_id": record.origin.record_id,
                        "record": codec.RECORD.dumps(record),
                    }
                    self._transaction.write(sa.insert(table).values(values))
        return frozenset(record.origin for record in records)

    def remove_records(
        self, site_id: SiteId, key: StudentKey, origins: Collection[Origin]
    ) -> None:
        """Take records from a student."""
        table = tables.results
        with self._transaction.atomic():
            for pupil_id in self._lock(site_id, [key]):
                for origin in origins:
                    gone = sa.delete(table).where(
                        table.c.pupil_id == pupil_id,
                        table.c.origin_site == origin.site_id,
                        table.c.origin_id == origin.record_id,
                    )
                    self._transaction.write(gone)

    def _trust(self, site_id: SiteId) -> int | None:
        table = tables.trusts
        row = self._transaction.first(
            sa.select(table.c.id).where(table.c.slug == site_id)
        )
        return None if row is None else int(row.id)

    def _lock(self, site_id: SiteId, keys: Collection[StudentKey]) -> list[int]:
        """Lock the rows of these pupils, in the order of their keys; give their ids."""
        table, trust_id = tables.pupils, self._trust(site_id)
        of_site = sa.select(table.c.id).where(table.c.trust_id == trust_id)
        return [
            row.id
            for piece in pieces(sorted(keys))
            for row in self._transaction.rows(
                of_site.where(table.c.key.in_(piece))
                .order_by(table.c.key)
                .with_for_update()
            )
        ]

    def _unchanged(self, student: Student) -> int:
        """Lock a pupil who is as given, and give the id.

        Raises:
            ConcurrentChangeError: The pupil is not, or has gone.
        """
        locked = self._lock(student.site_id, [student.key])
        now = self.students(student.site_id, [student.key])
        if not locked or now.get(student.key) != student:
            raise ConcurrentChangeError
        return locked[0]

    def _enrol(self, pupil_id: int, trust_id: int | None, student: Student) -> None:
        table = tables.schools
        for code in student.enrolments:
            school = sa.select(sa.literal(pupil_id), table.c.id).where(
                table.c.trust_id == trust_id, table.c.code == code
            )
            enrolled = sa.insert(tables.enrolments)
            self._transaction.write(
                enrolled.from_select(["pupil_id", "school_id"], school)
            )

    def index(self, pupil_id: int, trust_id: int | None, student: Student) -> None:
        """Write by what a pupil is found, of whom nothing is in the index.

        Raises:
            IdentifierTakenError: An identifier is another pupil's (CONF-3).
        """
        of_pupil = {"trust_id": trust_id, "pupil_id": pupil_id}
        finding = finding_of(student)
        for beside, values in (
            (tables.blocking_keys, finding.blocking_keys),
            (tables.terms, finding.terms),
            (tables.words, finding.words),
        ):
            rows = [{**of_pupil, "value": value} for value in values]
            self._transaction.write(sa.insert(beside), rows)
        held = [
            {**of_pupil, "kind": kind.value, "value": value}
            for kind, value in finding.identifiers.items()
        ]
        try:
            self._transaction.write(sa.insert(tables.identifiers), held)
        except KeyTakenError as error:
            raise IdentifierTakenError from error
