"""Pupils and results of the platform as students and records of the library."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from schools.models import Enrolment, Organisation, Pupil, School
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    NotFoundError,
    StorageError,
)
from student_transfer.matching import BlockingKey, Term
from student_transfer.ports import Blocked
from student_transfer.records import Origin, Record
from student_transfer.sites import SchoolId, SiteId
from student_transfer.storing.finding import identifiers_of
from student_transfer.storing.kept_text import check_records, check_student
from student_transfer.storing.refusals import another_student
from student_transfer.storing.search_words import shortened
from student_transfer.students import Identifier, Student, StudentKey
from transfers.index import PupilIndex
from transfers.models import PupilEntry, PupilIdentifier, PupilWord
from transfers.pupils import columns_of, entry_columns_of, student_of
from transfers.results import Results
from transfers.transaction import Transaction, chunks

_BATCH = 1000  # pupils who are written at once


class PlatformSource:
    """Reads any site; see `student_transfer.ports.SourceRoster`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction
        self._of = transaction.of
        self._results = Results(transaction)

    def enrolled(self, site_id: SiteId, school_id: SchoolId) -> Sequence[Student]:
        """Return the students who are enrolled in the school now, by key."""
        found = self._read(
            site_id,
            pupil__enrolments__school__code=school_id,
            pupil__enrolments__school__organisation__slug=site_id,
            pupil__enrolments__left_on=None,
        )
        return [found[key] for key in sorted(found)]

    def students(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Mapping[StudentKey, Student]:
        """Return those of the students who are on the site."""
        found: dict[StudentKey, Student] = {}
        for some in chunks(keys):
            found |= self._read(site_id, key__in=some)
        return found

    def records(self, site_id: SiteId, key: StudentKey) -> Sequence[Record]:
        """Return every record of the student, by origin; none for an unknown one."""
        pupil = self._pupils(site_id, [key]).first()
        return [] if pupil is None else self._results.of(site_id, pupil)

    def _pupils(self, site_id: SiteId, keys: Sequence[StudentKey]) -> QuerySet[Pupil]:
        here = self._of(Pupil).filter(organisation__slug=site_id)
        return here.filter(entry__key__in=keys).order_by("pk")

    def _read(self, site_id: SiteId, **which: object) -> dict[StudentKey, Student]:
        """Read students of the site, with their schools of now."""
        schools = self._of(Enrolment).filter(left_on=None).select_related("school")
        here = self._of(PupilEntry).filter(organisation__slug=site_id)
        entries = (
            here.filter(**which)
            .select_related("pupil")
            .prefetch_related(Prefetch("pupil__enrolments", schools))
        )
        return {StudentKey(one.key): student_of(one, site_id) for one in entries}


class PlatformRoster(PlatformSource):
    """Reads and writes a site; see `student_transfer.ports.Roster`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        super().__init__(transaction)
        self._index = PupilIndex(transaction)

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
        return self._of(PupilEntry).filter(organisation__slug=site_id).count()

    def search(
        self, site_id: SiteId, words: Sequence[str], limit: int
    ) -> Sequence[Student]:
        """Find students who have, for each word, a part of a name that begins so."""
        entries = self._of(PupilEntry).filter(organisation__slug=site_id)
        for word in words:
            begins = self._of(PupilWord).filter(
                organisation__slug=site_id, value__startswith=shortened(word)
            )
            entries = entries.filter(pupil__in=begins.values("pupil"))
        columns = ("pupil__surname", "pupil__forename", "key")
        in_order = entries.order_by(*map(self._transaction.by_code_point, columns))
        keys = [StudentKey(one.key) for one in in_order[: max(limit, 0)]]
        found = self.students(site_id, keys)
        return [found[key] for key in keys]

    def holders(
        self, site_id: SiteId, kind: Identifier, values: Collection[str]
    ) -> Mapping[str, StudentKey]:
        """Return who has these identifiers, as `students.identifier_key` makes them."""
        here = self._of(PupilIdentifier).filter(
            organisation__slug=site_id, kind=kind.value
        )
        return {
            value: StudentKey(key)
            for some in chunks(values)
            for value, key in here.filter(value__in=some).values_list(
                "value", "pupil__entry__key"
            )
        }

    def hold(
        self, site_id: SiteId, keys: Collection[StudentKey] = ()
    ) -> Mapping[StudentKey, Student]:
        """Lock the organisation, then the pupils; give those who are on the site.

        The lock of a pupil also keeps out whoever adds a result to the pupil.
        """
        self._transaction.check_writable()
        organisations = self._of(Organisation).select_for_update(no_key=True)
        if not organisations.filter(slug=site_id).first():
            raise NotFoundError.of_site()
        self._lock(site_id, keys)
        return self.students(site_id, keys)

    def add(self, student: Student) -> None:
        """Add a student."""
        self.add_all([student])

    def add_all(self, students: Iterable[Student]) -> None:
        """Add students, in any order: all of them or, on an error, none."""
        waiting = iter(students)
        with self._transaction.atomic():
            while some := list(islice(waiting, _BATCH)):
                self._add(some)

    def _add(self, students: Sequence[Student]) -> None:
        for student in students:
            check_student(student)
            self._check_free(student)
        sites = self._of(Organisation).in_bulk(
            {student.site_id for student in students}, field_name="slug"
        )
        pupils = self._of(Pupil).bulk_create(
            Pupil(organisation=sites[one.site_id], **columns_of(one))
            for one in students
        )
        both = list(zip(pupils, students, strict=True))
        self._of(PupilEntry).bulk_create(
            PupilEntry(
                pupil=pupil,
                organisation_id=pupil.organisation_id,
                key=one.key,
                **entry_columns_of(one),
            )
            for pupil, one in both
        )
        self._of(Enrolment).bulk_create(
            Enrolment(pupil=pupil, school=school)
            for pupil, one in both
            for school in self._schools(one.site_id, one.enrolments)
        )
        self._index.enter(both)

    def replace(self, before: Student, after: Student) -> None:
        """Put a student's new state in place of the one that was read."""
        if before.ref != after.ref:
            raise another_student()
        check_student(after)
        with self._transaction.atomic():
            pupil = self._unchanged(before)
            self._check_free(after)
            self._of(Pupil).filter(pk=pupil.pk).update(**columns_of(after))
            entry = self._of(PupilEntry).filter(pk=pupil.pk)
            entry.update(**entry_columns_of(after))
            self._enrol(pupil, before, after)
            self._index.clear(pupil)
            self._index.enter([(pupil, after)])

    def remove(self, student: Student) -> None:
        """Take a student off the site with all records."""
        with self._transaction.atomic():
            self._unchanged(student).delete()

    def add_records(
        self, site_id: SiteId, key: StudentKey, records: Sequence[Record]
    ) -> frozenset[Origin]:
        """Add records to a student; give the origins the student has now of these."""
        check_records(records)
        with self._transaction.atomic():
            [*pupils] = self._lock(site_id, [key])
            if not pupils:
                raise ConcurrentChangeError
            self._results.add(site_id, pupils[0], records)
        return frozenset(record.origin for record in records)

    def remove_records(
        self, site_id: SiteId, key: StudentKey, origins: Collection[Origin]
    ) -> None:
        """Take records from a student: to undo a merge, or to load corrected ones."""
        with self._transaction.atomic():
            for pupil in self._lock(site_id, [key]):
                self._results.remove(site_id, pupil, set(origins))

    def _lock(self, site_id: SiteId, keys: Collection[StudentKey]) -> list[Pupil]:
        """Lock pupils, in one order, so that two do not wait for each other."""
        locked = self._pupils(site_id, [*keys]).select_for_update(of=("self",))
        return list(locked)

    def _unchanged(self, student: Student) -> Pupil:
        """Return the pupil, locked, if the student is still as it was read."""
        pupils = self._lock(student.site_id, [student.key])
        now = self.students(student.site_id, [student.key])
        if not pupils or now.get(student.key) != student:
            raise ConcurrentChangeError
        return pupils[0]

    def _check_free(self, student: Student) -> None:
        """Refuse identifiers of others; constraints do for the race that nobody saw."""
        for kind, value in identifiers_of(student).items():
            held = self.holders(student.site_id, kind, [value]).get(value)
            if held not in {None, student.key}:
                raise IdentifierTakenError

    def _enrol(self, pupil: Pupil, before: Student, after: Student) -> None:
        """End the enrolments that are no more, and begin the new ones."""
        site_id = after.site_id
        left = self._schools(site_id, before.enrolments - after.enrolments)
        came = self._schools(site_id, after.enrolments - before.enrolments)
        ended = self._of(Enrolment).filter(pupil=pupil, left_on=None, school__in=left)
        ended.update(left_on=timezone.localdate())
        self._of(Enrolment).bulk_create(
            Enrolment(pupil=pupil, school=school) for school in came
        )

    def _schools(self, site_id: SiteId, codes: Collection[SchoolId]) -> list[School]:
        if not codes:
            return []
        here = self._of(School).filter(organisation__slug=site_id)
        found = list(here.filter(code__in=codes))
        if len(found) < len(codes):
            raise StorageError("A school is not on the site.")
        return found
