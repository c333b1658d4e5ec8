"""Transfer codes, imports, arrivals and merges in memory."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence

import attrs

from student_transfer.adapters.memory.tables import Guard, Tables
from student_transfer.codes import CodeDigest, CodeId, IssuedCode
from student_transfer.errors import ConcurrentChangeError, KeyTakenError
from student_transfer.imports import (
    DUE,
    Edit,
    Import,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
)
from student_transfer.merging import Merge, MergeId
from student_transfer.parting import Arrival
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey, StudentRef


class MemoryCodes:
    """The transfer codes; see `student_transfer.ports.CodeStore`."""

    def __init__(self, tables: Tables) -> None:
        """Look at these tables."""
        self._tables = tables

    def add(self, code: IssuedCode) -> None:
        """Keep a new code.

        Raises:
            KeyTakenError: There is a code of that id or digest.
        """
        if self.get(code.id) or self.by_digest(code.digest):
            raise KeyTakenError
        self._tables.codes.put(code.id, code)
        self._tables.digests.put(code.digest, code.id)

    def by_digest(self, digest: CodeDigest) -> IssuedCode | None:
        """Find a code by what was entered."""
        code_id = self._tables.digests.get(digest)
        return None if code_id is None else self.get(code_id)

    def get(self, code_id: CodeId) -> IssuedCode | None:
        """Find a code by its id."""
        return self._tables.codes.get(code_id)

    def of_site(self, site_id: SiteId) -> Sequence[IssuedCode]:
        """Give the codes that the site generated, newest first."""
        found = (c for c in self._tables.codes.values() if c.site_id == site_id)
        by_id = sorted(found, key=lambda code: code.id)
        return sorted(by_id, key=lambda code: code.generated_at, reverse=True)

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Move a code on to the state, holder and students of ``after`` (CODE-7).

        Raises:
            ConcurrentChangeError: State or holder are not as ``before`` any more.
        """
        kept = self.get(before.id)
        expected = (before.state, before.holder)
        if kept is None or (kept.state, kept.holder) != expected:
            raise ConcurrentChangeError
        moved = attrs.evolve(
            kept, state=after.state, holder=after.holder, seen=after.seen
        )
        self._tables.codes.put(kept.id, moved)


class MemoryImports:
    """The imports; see `student_transfer.ports.ImportStore`."""

    def __init__(self, tables: Tables, guard: Guard) -> None:
        """Look at these tables; rows are taken as the guard allows."""
        self._tables = tables
        self._guard = guard

    def add(self, import_: Import) -> None:
        """Keep a new import.

        Raises:
            KeyTakenError: There is an import of that id, or one that was not
                cancelled holds the same code (CODE-7).
        """
        if self.get(import_.id) is not None:
            raise KeyTakenError
        self._put(import_)

    def get(self, import_id: ImportId) -> Import | None:
        """Find an import."""
        return self._tables.imports.get(import_id)

    def of_site(self, site_id: SiteId) -> Sequence[Import]:
        """Give the imports into the site, newest first."""
        found = (i for i in self._tables.imports.values() if i.site_id == site_id)
        by_id = sorted(found, key=lambda import_: import_.id)
        return sorted(by_id, key=lambda import_: import_.started_at, reverse=True)

    def due(self) -> Sequence[ImportId]:
        """Give the imports that wait for a background step, oldest first."""
        found = (i for i in self._tables.imports.values() if i.state in DUE)
        return [i.id for i in sorted(found, key=lambda i: (i.started_at, i.id))]

    def save(self, import_: Import) -> Import:
        """Save a changed import; give it with its version counted up.

        Raises:
            ConcurrentChangeError: Its version is not the stored one any more.
        """
        kept = self.get(import_.id)
        if kept is None or kept.version != import_.version:
            raise ConcurrentChangeError
        saved = attrs.evolve(import_, version=import_.version + 1)
        self._put(saved)
        return saved

    def _put(self, import_: Import) -> None:
        """Write an import and whether it holds its code (CODE-7)."""
        holder = self._tables.holders.get(import_.code_id)
        if import_.state is ImportState.CANCELLED:
            if holder == import_.id:
                self._tables.holders.drop(import_.code_id)
        elif holder in {None, import_.id}:
            self._tables.holders.put(import_.code_id, import_.id)
        else:
            raise KeyTakenError
        self._tables.imports.put(import_.id, import_)

    def put_rows(self, import_id: ImportId, rows: Iterable[ImportRow]) -> None:
        """Put these rows in place of all rows of the import.

        Raises:
            ConcurrentChangeError: There is no such import, or two rows of one key.
        """
        self._check_there(import_id)
        put: dict[StudentKey, ImportRow] = {}
        for row in rows:
            if put.setdefault(row.source_key, row) is not row:
                raise KeyTakenError
        for key in self._keys(import_id):
            self._tables.rows.drop((import_id, key))
        for key, row in put.items():
            self._tables.rows.put((import_id, key), row)
        self._tables.row_keys.put(import_id, tuple(sorted(put)))
        self._tables.pending_from.put(import_id, 0)

    def rows(self, import_id: ImportId) -> Sequence[ImportRow]:
        """Give the rows of the import, by source key."""
        kept = (self.row(import_id, key) for key in self._keys(import_id))
        return list(filter(None, kept))

    def row(self, import_id: ImportId, source_key: StudentKey) -> ImportRow | None:
        """Find the row of one incoming student."""
        return self._tables.rows.get((import_id, source_key))

    def _keys(self, import_id: ImportId) -> Sequence[StudentKey]:
        """Give the source keys of the rows of the import, sorted."""
        return self._tables.row_keys.get(import_id) or ()

    def rows_taking(
        self, import_id: ImportId, student_key: StudentKey
    ) -> Sequence[ImportRow]:
        """Give the rows that a student is taken by, by source key."""
        return [row for row in self.rows(import_id) if row.takes(student_key)]

    def save_row(self, import_id: ImportId, row: ImportRow) -> None:
        """Put this row in place of the one with its source key.

        Raises:
            ConcurrentChangeError: There is no such row any more.
        """
        if self.row(import_id, row.source_key) is None:
            raise ConcurrentChangeError
        self._tables.rows.put((import_id, row.source_key), row)
        if row.outcome is None:
            place = bisect_left(self._keys(import_id), row.source_key)
            self._look_from(import_id, min(place, self._pending_from(import_id)))

    def take_pending_row(self, import_id: ImportId) -> ImportRow | None:
        """Give the first row without outcome; None when there is none.

        No other unit of work that writes is open meanwhile.
        """
        self._guard.check()
        keys = self._keys(import_id)
        for place in range(self._pending_from(import_id), len(keys)):
            row = self.row(import_id, keys[place])
            if row is not None and row.outcome is None:
                self._look_from(import_id, place)
                return row
        return None

    def _pending_from(self, import_id: ImportId) -> int:
        """Say before which place every row has an outcome, so that none is sought."""
        return self._tables.pending_from.get(import_id) or 0

    def _look_from(self, import_id: ImportId, place: int) -> None:
        self._tables.pending_from.put(import_id, place)

    def add_edits(self, import_id: ImportId, edits: Sequence[Edit]) -> None:
        """Keep edits of the review.

        Raises:
            ConcurrentChangeError: There is no such import.
        """
        self._check_there(import_id)
        kept = (*self.edits(import_id), *edits)
        self._tables.edits.put(import_id, kept)

    def edits(self, import_id: ImportId) -> Sequence[Edit]:
        """Give the edits in the order in which they were added."""
        return self._tables.edits.get(import_id) or ()

    def set_progress(self, import_id: ImportId, progress: Progress) -> None:
        """Keep the progress of the background step; counts as no change.

        Raises:
            ConcurrentChangeError: There is no such import.
        """
        self._check_there(import_id)
        self._tables.progress.put(import_id, progress)

    def progress(self, import_id: ImportId) -> Progress:
        """Give the progress of the background step."""
        return self._tables.progress.get(import_id) or Progress()

    def _check_there(self, import_id: ImportId) -> None:
        if self.get(import_id) is None:
            raise ConcurrentChangeError


class MemoryMerges:
    """The merges of duplicates; see `student_transfer.ports.MergeStore`."""

    def __init__(self, tables: Tables) -> None:
        """Look at these tables."""
        self._tables = tables

    def add(self, merge: Merge) -> None:
        """Keep a new merge.

        Raises:
            KeyTakenError: There is a merge of that id on the site.
        """
        if self.get(merge.site_id, merge.id) is not None:
            raise KeyTakenError
        self._tables.merges.put((merge.site_id, merge.id), merge)

    def get(self, site_id: SiteId, merge_id: MergeId) -> Merge | None:
        """Find a merge of the site."""
        return self._tables.merges.get((site_id, merge_id))

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[Merge]:
        """Give the merges on the site, newest first, from an offset up to a limit."""
        found = (m for m in self._tables.merges.values() if m.site_id == site_id)
        by_id = sorted(found, key=lambda merge: merge.id)
        newest = sorted(by_id, key=lambda merge: merge.merged_at, reverse=True)
        return newest[offset:][:limit]

    def into(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Give the merges into one of these students that stand, newest first."""
        wanted = set(keys)
        return [
            merge
            for merge in self.of_site(site_id)
            if merge.undone_at is None and merge.survivor.student.key in wanted
        ]

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Give the merges that took one of these students off, and were undone."""
        wanted = set(keys)
        return [
            merge
            for merge in self.of_site(site_id)
            if merge.undone_at is not None and merge.absorbed.student.key in wanted
        ]

    def save(self, merge: Merge) -> None:
        """Put a merge that was undone in place of the stored one.

        Raises:
            ConcurrentChangeError: The stored one has been undone already.
        """
        kept = self.get(merge.site_id, merge.id)
        if kept is None or kept.undone_at is not None:
            raise ConcurrentChangeError
        self._tables.merges.put((merge.site_id, merge.id), merge)

    def survivor(self, site_id: SiteId, key: StudentKey) -> StudentKey | None:
        """Give the survivor of the student's latest merge that stands (IMP-8)."""
        merge = self.absorbing(site_id, key)
        return None if merge is None else merge.survivor.student.key

    def absorbing(self, site_id: SiteId, key: StudentKey) -> Merge | None:
        """Give the latest merge that took the student off the site and stands."""
        for merge in self.of_site(site_id):
            if merge.undone_at is None and merge.absorbed.student.key == key:
                return merge
        return None


class MemoryArrivals:
    """What imports' matches have filled; see `student_transfer.ports.ArrivalStore`."""

    def __init__(self, tables: Tables) -> None:
        """Look at these tables."""
        self._tables = tables

    def add(self, arrival: Arrival) -> None:
        """Keep a new arrival.

        Raises:
            ConcurrentChangeError: There is one of that import and source key, or no
                such import.
        """
        if self._tables.imports.get(arrival.import_id) is None:
            raise ConcurrentChangeError
        if self.get(arrival.import_id, arrival.source_key):
            raise KeyTakenError
        self._put(arrival)

    def get(self, import_id: ImportId, source_key: StudentKey) -> Arrival | None:
        """Find the arrival of a row of an import."""
        return self._tables.arrivals.get((import_id, source_key))

    def onto(self, site_id: SiteId, key: StudentKey) -> Sequence[Arrival]:
        """Give those who were merged with a student and stand, oldest first."""
        return sorted(
            (one for one in self._onto(site_id, key) if one.undone_at is None),
            key=lambda one: (one.arrived_at, one.import_id, one.source_key),
        )

    def parted(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[Arrival]:
        """Give those whose match with one of these students was undone."""
        found = (one for key in keys for one in self._onto(site_id, key))
        return [one for one in found if one.undone_at is not None]

    def _onto(self, site_id: SiteId, key: StudentKey) -> Iterator[Arrival]:
        names = self._tables.landed.get(StudentRef(site_id, key)) or ()
        return filter(None, map(self._tables.arrivals.get, names))

    def save(self, arrival: Arrival) -> None:
        """Put an arrival in place of the stored one, which stands.

        Raises:
            ConcurrentChangeError: The stored one has been undone already, or there is
                none.
        """
        kept = self.get(arrival.import_id, arrival.source_key)
        if kept is None or kept.undone_at is not None:
            raise ConcurrentChangeError
        self._put(arrival)

    def _put(self, arrival: Arrival) -> None:
        name = arrival.import_id, arrival.source_key
        self._tables.arrivals.put(name, arrival)
        there = arrival.after.ref
        names = self._tables.landed.get(there) or frozenset()
        self._tables.landed.put(there, names | {name})
