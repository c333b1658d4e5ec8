"""What a host implements: the storage, in a few narrow protocols.

A host gives a `UnitOfWorkFactory`. Each unit of work is one transaction over the
stores below. Implementations keep and find rows; they never decide: every rule is a
pure function elsewhere, called by `student_transfer.services`.

Promises that hold for every port:

- What is written in a unit of work is seen by later reads in it, by nobody else until
  `UnitOfWork.commit`, and by everybody after. Leaving without commit undoes it all.
- What is read is a value: changing storage never changes it.
- What comes by a text, such as a key or a family name, is sorted by code point, as
  Python sorts texts; on PostgreSQL by ``COLLATE "C"``.
- A method that takes a ``site_id`` sees and touches that site alone.
- A `StudentKey` names one child. It may go, and come back, but is never given to
  another child while a transfer code or an import names it. A host that breaks this
  after the preview gets failed rows (IMP-8); before it, only people can see it.
- An error of the driver is raised as a `student_transfer.errors.StorageError` with the
  driver's error as its cause; as a `StorageBusyError` where the storage is out for now,
  which stops an import instead of failing the student it was at.
- Nobody waits for ever: who comes to what another unit of work holds, and still does
  after a time that the storage sets, gets a `StorageBusyError`.
- Where a method that adds raises a `ConcurrentChangeError` since there is one already,
  a `student_transfer.errors.KeyTakenError`, which is one, tells people so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Protocol, Self

import attrs

from student_transfer.codes import CodeDigest, CodeId, IssuedCode
from student_transfer.imports import (
    Edit,
    Import,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
    RowKind,
)
from student_transfer.match_undo import AppliedMatch
from student_transfer.matching import (
    BlockingKey,
    Frequencies,
    Settings,
    Suggestion,
    Term,
)
from student_transfer.merges import Merge, MergeId
from student_transfer.records import Origin, Record
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import Identifier, Student, StudentKey


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return the present instant as an aware datetime."""
        ...


class IdSource(Protocol):
    """Makes names for new things."""

    def __call__(self) -> str:
        """Return a text of at most 64 characters that was never given before."""
        ...


class RandomSource(Protocol):
    """Gives secure randomness, for codes (CODE-9)."""

    def __call__(self, count: int, /) -> bytes:
        """Return so many bytes from a cryptographically secure source."""
        ...


class Matcher(Protocol):
    """Proposes which incoming student is which of the destination (MATCH, PREV-3).

    `student_transfer.matching.suggest` is one, and the service's own; the properties
    that any has to have are in `student_transfer.testing.laws`. Who is plainly
    another child by the library's own comparison is flagged for a person, whatever it
    proposes (MATCH-4); what changed since is checked before the import (IMP-8).
    """

    def __call__(
        self,
        incoming: Sequence[Student],
        candidates: Mapping[StudentKey, Sequence[Student]],
        frequencies: Frequencies,
        settings: Settings,
        *,
        decided: Mapping[StudentKey, StudentKey | None],
        truncated: Collection[StudentKey],
    ) -> Sequence[Suggestion]:
        """Propose for each incoming student, in the order given.

        Args:
            incoming: The students of the import, each key once.
            candidates: For each key, who shares a blocking key with that student.
            frequencies: How common the incoming students' values are there.
            settings: The thresholds and limits of the service.
            decided: What people decided, by incoming key; None is a new student. It
                stays, and who was chosen there is nobody else's match (PREV-7).
            truncated: Of whom not every candidate is given.
        """
        ...


class SiteDirectory(Protocol):
    """Knows the sites and their schools."""

    def site(self, site_id: SiteId) -> Site | None:
        """Return the site, or None where there is no such site."""
        ...

    def schools(self, site_id: SiteId) -> Sequence[School]:
        """Return the schools of the site, by name and id; none for an unknown site."""
        ...


class SourceRoster(Protocol):
    """Reads a source site. It has only reading methods: nothing changes (IMP-3)."""

    def enrolled(self, site_id: SiteId, school_id: SchoolId) -> Sequence[Student]:
        """Return the students who are enrolled in the school now, by key."""
        ...

    def students(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Mapping[StudentKey, Student]:
        """Return those of the students who are on the site."""
        ...

    def records(self, site_id: SiteId, key: StudentKey) -> Sequence[Record]:
        """Return every record of the student, by origin; none for an unknown one."""
        ...


@attrs.frozen
class Blocked:
    """What a search by blocking keys found.

    Attributes:
        students: For each key that at most ``limit`` students have, those students;
            a key that nobody has is left out.
        overflowing: The keys that more students have: too common to tell anything.
    """

    students: Mapping[BlockingKey, frozenset[StudentKey]] = attrs.field(repr=False)
    overflowing: frozenset[BlockingKey] = attrs.field(default=frozenset(), repr=False)


class Roster(SourceRoster, Protocol):
    """Reads and writes the students and records of a site.

    With each student the storage keeps `matching.blocking_keys` and `matching.terms`
    of that student, so that candidates are found without reading the whole site.
    """

    def blocked(
        self, site_id: SiteId, keys: Collection[BlockingKey], limit: int
    ) -> Blocked:
        """Find the students who have any of these blocking keys.

        What it costs depends on the keys and the limit, not on the size of the site: a
        key that more than ``limit`` students have is named and not read to the end.
        """
        ...

    def frequencies(
        self, site_id: SiteId, terms: Collection[Term]
    ) -> Mapping[Term, int]:
        """Count the students of the site who have each term; 0 may be left out.

        Every one is counted. It is asked once for an import, so counting the entries
        of an index will do; on a very large site a storage keeps the counts.
        """
        ...

    def size(self, site_id: SiteId) -> int:
        """Count the students of the site; asked once for an import."""
        ...

    def search(
        self, site_id: SiteId, words: Sequence[str], limit: int
    ) -> Sequence[Student]:
        """Find students of whom, for each word, a name or the student ID begins so.

        Compared in the normal form of `names.normal_words`, in which the words are
        given. Sorted by family name, given name and key; at most ``limit``.
        """
        ...

    def holders(
        self, site_id: SiteId, kind: Identifier, values: Collection[str]
    ) -> Mapping[str, StudentKey]:
        """Return who has these identifiers, as `students.identifier_key` makes them."""
        ...

    def hold(
        self, site_id: SiteId, keys: Collection[StudentKey] = ()
    ) -> Mapping[StudentKey, Student]:
        """Hold the site, and give those of the students who are on it, held as well.

        Until this unit of work ends, whoever else holds the site waits, so that who
        brings or merges students sees what those before have made of the site (IMP-5,
        IMP-8); and nobody else changes these students or their records, so that no
        record comes to one who is being merged away (CONF-5). Others read and write
        meanwhile what is not held. Reads after this call see everything that was
        committed before it.

        Raises:
            NotFoundError: There is no such site. Nothing would keep two apart there.
            StorageReadOnlyError: This unit of work only reads.
        """
        ...

    def add(self, student: Student) -> None:
        """Add a student.

        That the site and the schools are there is for the caller to see to.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3).
            ConcurrentChangeError: There is a student of that key.
        """
        ...

    def add_all(self, students: Iterable[Student]) -> None:
        """Add students, in any order: all of them or, on an error, none.

        As `add` for each of them, and faster than that where there are many.

        Raises:
            IdentifierTakenError: An identifier is another student's (CONF-3), on the
                site or among these.
            ConcurrentChangeError: There is a student of one of the keys, or two of
                these have one.
        """
        ...

    def replace(self, before: Student, after: Student) -> None:
        """Put a student's new state in place of the one that was read.

        Raises:
            ConcurrentChangeError: The student is not as ``before`` any more.
            IdentifierTakenError: An identifier is another student's (CONF-3).
        """
        ...

    def remove(self, student: Student) -> None:
        """Take a student off the site with all records.

        Raises:
            ConcurrentChangeError: The student is not as given any more.
        """
        ...

    def add_records(
        self, site_id: SiteId, key: StudentKey, records: Sequence[Record]
    ) -> frozenset[Origin]:
        """Add records to a student; give the origins the student has now of these.

        A record whose origin the student already has stays as it is (IMP-5). A host
        that cannot keep a record leaves it out, and so out of the answer.

        Raises:
            ConcurrentChangeError: There is no such student.
            TypeError: A record is of another class than those of `records.Record`.
            StorageError: An origin has a character that no database keeps; see
                `student_transfer.storing.kept_text`.
        """
        ...

    def remove_records(
        self, site_id: SiteId, key: StudentKey, origins: Collection[Origin]
    ) -> None:
        """Take records from a student: to undo a merge, or to load corrected ones."""
        ...


class CodeStore(Protocol):
    """Keeps the transfer codes of every site that can exchange students."""

    def add(self, code: IssuedCode) -> None:
        """Keep a new code.

        Raises:
            ConcurrentChangeError: There is a code of that id or digest.
        """
        ...

    def by_digest(self, digest: CodeDigest) -> IssuedCode | None:
        """Find a code by what was entered."""
        ...

    def get(self, code_id: CodeId) -> IssuedCode | None:
        """Find a code by its id."""
        ...

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[IssuedCode]:
        """Return the codes that the site generated, newest first.

        So many of them are passed over, and at most ``limit`` are given: only these
        have to be read, with the keys of all their students.
        """
        ...

    def available(self, site_id: SiteId, before: datetime) -> Sequence[IssuedCode]:
        """Return the site's codes in that state that were generated before a time.

        In any order. Asked every night for those that have expired unused.
        """
        ...

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Move a code on, in one atomic statement (CODE-7).

        Its state, its holder and what it has seen are as in ``after`` from then on: a
        code for a year that is spent, or has expired, forgets what told its children
        apart (CODE-3).

        Raises:
            ConcurrentChangeError: State or holder are not as ``before`` any more.
        """
        ...


class ImportStore(Protocol):
    """Keeps imports, their rows, the edits of the review and the progress."""

    def add(self, import_: Import) -> None:
        """Keep a new import.

        Raises:
            ConcurrentChangeError: There is an import of that id, or one of that code
                that was not cancelled (CODE-7).
        """
        ...

    def get(self, import_id: ImportId) -> Import | None:
        """Find an import."""
        ...

    def of_site(
        self, site_id: SiteId, states: Collection[ImportState] | None = None
    ) -> Sequence[Import]:
        """Return the imports into the site, newest first.

        With ``states`` only those in one of them. The list of those under way is read
        every few seconds while somebody looks at it, and a site may have had thousands,
        each with the keys of its students: look for the states by an index.
        """
        ...

    def due(self) -> Sequence[ImportId]:
        """Return the imports of all sites that wait for a step, oldest first.

        Those are the ones in the states `imports.DUE`.
        """
        ...

    def save(self, import_: Import) -> Import:
        """Save a changed import; give it with its version counted up.

        Raises:
            ConcurrentChangeError: Its version is not the stored one any more; or it is
                not cancelled, and another import of its code is not either (CODE-7).
        """
        ...

    def put_rows(self, import_id: ImportId, rows: Iterable[ImportRow]) -> None:
        """Put these rows in place of all rows of the import."""
        ...

    def rows(
        self, import_id: ImportId, kinds: Collection[RowKind] | None = None
    ) -> Sequence[ImportRow]:
        """Return the rows of the import, by source key.

        With ``kinds`` only those of which `ImportRow.kind` is one of them: of the
        thousands of a year a page often shows the few that somebody has to look at.
        """
        ...

    def kinds(self, import_id: ImportId) -> Mapping[RowKind, int]:
        """Count the rows of the import by `ImportRow.kind`; none is left at 0.

        Asked for each import of a list, and for each page of one. Reading the rows
        would take long: keep the kind beside each, and count in an index.
        """
        ...

    def row(self, import_id: ImportId, source_key: StudentKey) -> ImportRow | None:
        """Find the row of one incoming student.

        A year may have thousands of rows, and a person decides on one: the answer
        should take as long in a large import as in a small one.
        """
        ...

    def rows_taking(
        self, import_id: ImportId, keys: Collection[StudentKey]
    ) -> Sequence[ImportRow]:
        """Return the rows that take one of these students of the destination.

        By source key, each once. Those are the ones of which `ImportRow.taken` has one
        of the keys: the match, by the decision, or whom the student became, by the
        outcome (PREV-4). It is asked for each student who lands on another than the
        match: look for it by an index.
        """
        ...

    def save_row(self, import_id: ImportId, row: ImportRow) -> None:
        """Put this row in place of the one with its source key."""
        ...

    def take_pending_row(self, import_id: ImportId) -> ImportRow | None:
        """Return the first row without outcome, by source key; None when there is none.

        Until this unit of work ends, no other gets a row of this import: one import's
        students arrive one after the other whatever the number of workers (CONF-4).

        Raises:
            StorageReadOnlyError: This unit of work only reads.
        """
        ...

    def add_edits(self, import_id: ImportId, edits: Sequence[Edit]) -> None:
        """Keep edits of the review."""
        ...

    def edits(self, import_id: ImportId) -> Sequence[Edit]:
        """Return the edits, oldest first."""
        ...

    def set_progress(self, import_id: ImportId, progress: Progress) -> None:
        """Keep the progress of the background step; counts as no change."""
        ...

    def progress(self, import_id: ImportId) -> Progress:
        """Return the progress of the background step."""
        ...


class MergeStore(Protocol):
    """Keeps the merges of duplicate records, so that each can be undone exactly."""

    def add(self, merge: Merge) -> None:
        """Keep a new merge.

        It comes before the absorbed student is removed, in the same unit of work. So a
        storage whose other rows hang on that student can take them to the survivor.

        Raises:
            ConcurrentChangeError: There is a merge of that id on the site.
        """
        ...

    def get(self, site_id: SiteId, merge_id: MergeId) -> Merge | None:
        """Find a merge of the site."""
        ...

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[Merge]:
        """Return the merges on the site, newest first.

        So many of them are passed over, and at most ``limit`` are given: only these
        have to be read, with all the records that a merge has.
        """
        ...

    def into(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges into one of these students that stand, newest first.

        Asked for all matches of a preview, while a site may have had thousands of
        merges, each with the records of two students: look for them by an index.
        """
        ...

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges that took one of these students off, and were undone.

        Newest first. Asked for every student who arrives and for all matches of a
        preview: look for them by an index, as for those of `into`.
        """
        ...

    def save(self, merge: Merge) -> None:
        """Put a merge that was undone in place of the stored one.

        It comes when both students are there again, in the same unit of work.

        Raises:
            ConcurrentChangeError: The stored one has been undone already.
        """
        ...

    def survivor(self, site_id: SiteId, key: StudentKey) -> StudentKey | None:
        """Return into whom a student was merged, if that was not undone (IMP-8)."""
        ...

    def absorbing(self, site_id: SiteId, key: StudentKey) -> Merge | None:
        """Return the latest standing merge that took the student off the site (IMP-8).

        `survivor` bases its answer on this merge.
        """
        ...


class AppliedMatchStore(Protocol):
    """Keeps what imports' matches have filled, so that each can be undone (AFTER-2)."""

    def add(self, applied_match: AppliedMatch) -> None:
        """Keep a new applied match.

        Raises:
            ConcurrentChangeError: There is one of that import and source key.
        """
        ...

    def get(self, import_id: ImportId, source_key: StudentKey) -> AppliedMatch | None:
        """Find the applied match of a row of an import."""
        ...

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with these students of a site that stand, oldest first.

        Of two at one time the one of the smaller import ID comes first, then the one
        of the smaller source key.
        """
        ...

    def undone_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with these students that were undone, in any order.

        Asked for every student who arrives and for all matches of a preview: an index
        by site and student will do.
        """
        ...

    def save(self, applied_match: AppliedMatch) -> None:
        """Put an applied match in place of the stored one, which stands.

        Raises:
            ConcurrentChangeError: The stored one has been undone already, or there is
                none.
        """
        ...


class UnitOfWork(Protocol):
    """One transaction over the stores; a context manager."""

    @property
    def sites(self) -> SiteDirectory:
        """The sites and schools."""
        ...

    @property
    def source(self) -> SourceRoster:
        """Any site's students and records, by an object that cannot write (IMP-3)."""
        ...

    @property
    def roster(self) -> Roster:
        """The students and records of the sites that may be written."""
        ...

    @property
    def codes(self) -> CodeStore:
        """The transfer codes."""
        ...

    @property
    def imports(self) -> ImportStore:
        """The imports."""
        ...

    @property
    def merges(self) -> MergeStore:
        """The merges of duplicates."""
        ...

    @property
    def applied_matches(self) -> AppliedMatchStore:
        """What imports' matches have filled."""
        ...

    def __enter__(self) -> Self:
        """Begin the transaction."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End it; undo what was not committed."""
        ...

    def commit(self) -> None:
        """Make what was written lasting, all of it or nothing.

        Raises:
            StorageError: It is not: nothing of it is there. A database may undo all
                after a statement that failed, and only say so here.
        """
        ...


class UnitOfWorkFactory(Protocol):
    """Opens units of work."""

    def __call__(self, *, read_only: bool = False) -> UnitOfWork:
        """Make a new unit of work; with ``read_only`` nothing is written in it.

        Whoever tries gets a `student_transfer.errors.StorageReadOnlyError`.
        """
        ...
