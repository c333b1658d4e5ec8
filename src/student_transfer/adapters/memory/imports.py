"""Imports with their rows, edits and progress in memory."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from student_transfer.adapters.memory.tables import Guard, Tables
from student_transfer.errors import ConcurrentChangeError, KeyTakenError
from student_transfer.imports import (
    DUE,
    Edit,
    Import,
    ImportId,
    ImportRow,
    ImportState,
    Progress,
    RowKind,
)
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey


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

    def of_site(
        self, site_id: SiteId, states: Collection[ImportState] | None = None
    ) -> Sequence[Import]:
        """Return the imports into the site, or those in some states, newest first."""
        found = (
            one
            for one in self._tables.imports.values()
            if one.site_id == site_id and (states is None or one.state in states)
        )
        by_id = sorted(found, key=lambda import_: import_.id)
        return sorted(by_id, key=lambda import_: import_.started_at, reverse=True)

    def due(self) -> Sequence[ImportId]:
        """Return the imports that wait for a background step, oldest first."""
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

    def rows(
        self, import_id: ImportId, kinds: Collection[RowKind] | None = None
    ) -> Sequence[ImportRow]:
        """Return the rows of the import, or those of some kinds, by source key."""
        rows = self._rows(import_id)
        return [row for row in rows if kinds is None or row.kind in kinds]

    def _rows(self, import_id: ImportId) -> Iterable[ImportRow]:
        """Return the rows of the import, by source key."""
        kept = (self.row(import_id, key) for key in self._keys(import_id))
        return filter(None, kept)

    def kinds(self, import_id: ImportId) -> Mapping[RowKind, int]:
        """Count the rows of the import by their kind."""
        return Counter(row.kind for row in self._rows(import_id))

    def row(self, import_id: ImportId, source_key: StudentKey) -> ImportRow | None:
        """Find the row of one incoming student."""
        return self._tables.rows.get((import_id, source_key))

    def _keys(self, import_id: ImportId) -> Sequence[StudentKey]:
        """Return the source keys of the rows of the import, sorted."""
        return self._tables.row_keys.get(import_id) or ()

    def rows_taking(
        self, import_id: ImportId, keys: Collection[StudentKey]
    ) -> Sequence[ImportRow]:
        """Return the rows that take one of these students, by source key."""
        rows = self._rows(import_id) if keys else ()
        return [row for row in rows if not row.taken.isdisjoint(keys)]

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
        """Return the first row without outcome; None when there is none.

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
        """Return the first place that may hold a row without an outcome.

        All rows before it have one.
        """
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
        """Return the edits in the order in which they were added."""
        return self._tables.edits.get(import_id) or ()

    def set_progress(self, import_id: ImportId, progress: Progress) -> None:
        """Keep the progress of the background step; counts as no change.

        Raises:
            ConcurrentChangeError: There is no such import.
        """
        self._check_there(import_id)
        self._tables.progress.put(import_id, progress)

    def progress(self, import_id: ImportId) -> Progress:
        """Return the progress of the background step."""
        return self._tables.progress.get(import_id) or Progress()

    def _check_there(self, import_id: ImportId) -> None:
        if self.get(import_id) is None:
            raise ConcurrentChangeError
