"""Sites, students and records in memory."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from student_transfer.adapters.memory.tables import Guard, Index, Tables
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    KeyTakenError,
    NotFoundError,
)
from student_transfer.matching import BlockingKey, Term
from student_transfer.ports import Blocked
from student_transfer.records import Origin, Record
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.storing.finding import Finding, finding_of, term_number
from student_transfer.storing.kept_text import (
    check_records,
    check_school,
    check_site,
    check_student,
)
from student_transfer.storing.refusals import another_student, no_such_site
from student_transfer.storing.search_words import shortened
from student_transfer.students import (
    Identifier,
    Student,
    StudentKey,
    StudentRef,
)


class MemorySites:
    """The sites and schools; see `student_transfer.ports.SiteDirectory`."""

    def __init__(self, tables: Tables) -> None:
        """Look at these tables."""
        self._tables = tables

    def site(self, site_id: SiteId) -> Site | None:
        """Return the site, or None where there is no such site."""
        return self._tables.sites.get(site_id)

    def schools(self, site_id: SiteId) -> Sequence[School]:
        """Return the schools of the site, by name and id; none for an unknown site."""
        of_site = (s for s in self._tables.schools.values() if s.site_id == site_id)
        return sorted(of_site, key=lambda school: (school.name, school.id))

    def all_sites(self) -> Sequence[Site]:
        """Return every site, by id."""
        return sorted(self._tables.sites.values(), key=lambda site: site.id)

    def put_site(self, site: Site) -> bool:
        """Set a site; say whether that changed anything.

        Raises:
            StorageError: A text has a character that no database keeps.
        """
        check_site(site)
        changed = self.site(site.id) != site
        if changed:
            self._tables.sites.put(site.id, site)
        return changed

    def put_school(self, school: School) -> bool:
        """Set a school; say whether that changed anything.

        Raises:
            StorageError: There is no such site, or a text has a character that no
                database keeps.
        """
        check_school(school)
        if self.site(school.site_id) is None:
            raise no_such_site(school)
        key = (school.site_id, school.id)
        changed = self._tables.schools.get(key) != school
        if changed:
            self._tables.schools.put(key, school)
        return changed


class MemorySource:
    """Students and records, for reading; see `student_transfer.ports.SourceRoster`."""

    def __init__(self, tables: Tables) -> None:
        """Look at these tables."""
        self._tables = tables

    def enrolled(self, site_id: SiteId, school_id: SchoolId) -> Sequence[Student]:
        """Return the students who are enrolled in the school now, by key."""
        keys = self._tables.enrolled.of((site_id, school_id))
        return [student for _, student in sorted(self.students(site_id, keys).items())]

    def students(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Mapping[StudentKey, Student]:
        """Return those of the students who are on the site."""
        found = ((k, self._tables.students.get(StudentRef(site_id, k))) for k in keys)
        return {key: student for key, student in found if student is not None}

    def records(self, site_id: SiteId, key: StudentKey) -> Sequence[Record]:
        """Return every record of the student, by origin; none for an unknown one."""
        kept = self._tables.records.get(StudentRef(site_id, key)) or {}
        return [kept[origin] for origin in sorted(kept)]


class MemoryRoster(MemorySource):
    """Students and records; see `student_transfer.ports.Roster`."""

    def __init__(self, tables: Tables, guard: Guard) -> None:
        """Look at these tables, and change them while the guard lets it."""
        super().__init__(tables)
        self._guard = guard

    def blocked(
        self, site_id: SiteId, keys: Collection[BlockingKey], limit: int
    ) -> Blocked:
        """Find the students who have any of these blocking keys."""
        found = {key: self._tables.blocking.of((site_id, key)) for key in set(keys)}
        return Blocked(
            {k: frozenset(who) for k, who in found.items() if 0 < len(who) <= limit},
            frozenset(k for k, who in found.items() if len(who) > limit),
        )

    def frequencies(
        self, site_id: SiteId, terms: Collection[Term]
    ) -> Mapping[Term, int]:
        """Count the students of the site who have each term; 0 is left out."""
        having = self._tables.terms
        counts = {term: len(having.of((site_id, term_number(term)))) for term in terms}
        return {term: count for term, count in counts.items() if count}

    def size(self, site_id: SiteId) -> int:
        """Count the students of the site."""
        return len(self._tables.on_site.of(site_id))

    def search(
        self, site_id: SiteId, words: Sequence[str], limit: int
    ) -> Sequence[Student]:
        """Find students with, for each word, a name or student ID that begins so."""
        keys = set(self._tables.on_site.of(site_id))
        for word in words:
            keys &= self._beginning(site_id, word)
        found = self.students(site_id, keys).values()
        in_order = sorted(found, key=lambda s: (s.family_name, s.given_name, s.key))
        return in_order[: max(limit, 0)]

    def _beginning(self, site_id: SiteId, word: str) -> set[StudentKey]:
        """Return the students of the site with a word that begins so."""
        words, word = self._tables.words, shortened(word)
        hits = (k for k in words if k[0] == site_id and k[1].startswith(word))
        return {student for key in hits for student in words.of(key)}

    def holders(
        self, site_id: SiteId, kind: Identifier, values: Collection[str]
    ) -> Mapping[str, StudentKey]:
        """Return who has these identifiers, as `students.identifier_key` makes them."""
        taken = self._tables.identifiers
        found = ((value, taken.get((site_id, kind, value))) for value in values)
        return {value: key for value, key in found if key is not None}

    def hold(
        self, site_id: SiteId, keys: Collection[StudentKey] = ()
    ) -> Mapping[StudentKey, Student]:
        """Return those of the students who are on the site.

        No other unit of work that writes is open meanwhile.

        Raises:
            NotFoundError: There is no such site.
        """
        self._guard.check()
        if self._tables.sites.get(site_id) is None:
            raise NotFoundError.of_site()
        return self.students(site_id, keys)

    def add(self, student: Student) -> None:
        """Add a student.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
            KeyTakenError: There is a student of that key.
            StorageError: A text has a character that no database keeps.
        """
        check_student(student)
        if self._tables.students.get(student.ref) is not None:
            raise KeyTakenError
        found = finding_of(student)
        self._check_identifiers(student, found)
        self._enter(student, found)

    def add_all(self, students: Iterable[Student]) -> None:
        """Add students, all of them or, on an error, none.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
            KeyTakenError: There is a student of one of the keys.
        """
        added: list[Student] = []
        try:
            for student in students:
                self.add(student)
                added.append(student)
        except BaseException:
            for student in added:
                self._leave(student)
            raise

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
        self._check_unchanged(before)
        found = finding_of(after)
        self._check_identifiers(after, found)
        self._leave(before)
        self._enter(after, found)

    def remove(self, student: Student) -> None:
        """Take a student off the site with all records.

        Raises:
            ConcurrentChangeError: The student is not as given any more.
        """
        self._check_unchanged(student)
        self._leave(student)
        self._tables.records.drop(student.ref)

    def add_records(
        self, site_id: SiteId, key: StudentKey, records: Sequence[Record]
    ) -> frozenset[Origin]:
        """Add records to a student; give the origins the student has now of these.

        Raises:
            ConcurrentChangeError: There is no such student any more.
            StorageError: An origin has a character that no database keeps.
        """
        check_records(records)
        ref = StudentRef(site_id, key)
        if self._tables.students.get(ref) is None:
            raise ConcurrentChangeError
        kept = dict(self._tables.records.get(ref) or {})
        for record in records:
            kept.setdefault(record.origin, record)  # IMP-5
        self._tables.records.put(ref, kept)
        return frozenset(record.origin for record in records)

    def record_holders(
        self, site_id: SiteId, origins: Collection[Origin]
    ) -> Mapping[Origin, frozenset[StudentKey]]:
        """Return which students of the site have records of these origins."""
        wanted = frozenset(origins)
        found = defaultdict[Origin, set[StudentKey]](set)
        for ref in self._tables.records:
            if ref.site_id == site_id:
                for origin in wanted.intersection(self._tables.records.get(ref) or ()):
                    found[origin].add(ref.key)
        return {one: frozenset(keys) for one, keys in found.items()}

    def remove_records(
        self, site_id: SiteId, key: StudentKey, origins: Collection[Origin]
    ) -> None:
        """Take records from a student: to undo a merge, or to load corrected ones."""
        self._guard.check()
        ref = StudentRef(site_id, key)
        kept = self._tables.records.get(ref)
        if kept is None:
            return
        left = {origin: kept[origin] for origin in kept.keys() - set(origins)}
        self._tables.records.put(ref, left)

    def _check_unchanged(self, student: Student) -> None:
        if self._tables.students.get(student.ref) != student:
            raise ConcurrentChangeError

    def _check_identifiers(self, student: Student, found: Finding) -> None:
        for kind, value in found.identifiers.items():
            holder = self._tables.identifiers.get((student.site_id, kind, value))
            if holder not in {None, student.key}:
                raise IdentifierTakenError

    def _enter(self, student: Student, found: Finding) -> None:
        """Write a student and everything by which the student is found."""
        self._tables.students.put(student.ref, student)
        for kind, value in found.identifiers.items():
            self._tables.identifiers.put((student.site_id, kind, value), student.key)
        for index, key in self._index_keys(student, found):
            index.add(key, student.key)

    def _leave(self, student: Student) -> None:
        """Take out what `_enter` wrote."""
        found = finding_of(student)
        self._tables.students.drop(student.ref)
        for kind, value in found.identifiers.items():
            self._tables.identifiers.drop((student.site_id, kind, value))
        for index, key in self._index_keys(student, found):
            index.discard(key, student.key)

    def _index_keys(
        self, student: Student, found: Finding
    ) -> Iterator[tuple[Index[Any], object]]:
        """Yield each index with each key under which it has the student."""
        tables, site = self._tables, student.site_id
        yield tables.on_site, site
        yield from ((tables.enrolled, (site, school)) for school in student.enrolments)
        yield from ((tables.blocking, (site, key)) for key in found.blocking_keys)
        yield from ((tables.terms, (site, term)) for term in found.terms)
        yield from ((tables.words, (site, word)) for word in found.words)
