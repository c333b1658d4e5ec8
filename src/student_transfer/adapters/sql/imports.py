"""Imports with their rows, edits and progress in a database."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Query, Transaction, chunks
from student_transfer.errors import ConcurrentChangeError
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
from student_transfer.storing import codec
from student_transfer.students import StudentKey


class SqlImports:
    """The imports; see `student_transfer.ports.ImportStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def add(self, import_: Import) -> None:
        """Keep a new import.

        Raises:
            KeyTakenError: There is an import of that id, or one that was not
                cancelled holds the same code (CODE-7).
        """
        none = {"import_id": import_.id, "done": 0, "total": 0}
        with self._transaction.atomic():
            self._transaction.write(sa.insert(schema.imports).values(_values(import_)))
            self._transaction.write(sa.insert(schema.progress).values(none))

    def get(self, import_id: ImportId) -> Import | None:
        """Find an import."""
        table = schema.imports
        row = self._transaction.first(sa.select(table).where(table.c.id == import_id))
        return None if row is None else _import(row)

    def of_site(
        self, site_id: SiteId, states: Collection[ImportState] | None = None
    ) -> Sequence[Import]:
        """Return the imports into the site, or those in some states, newest first."""
        table = schema.imports
        query = sa.select(table).where(table.c.site_id == site_id)
        if states is not None:
            query = query.where(_in_states(states))
        rows = self._transaction.rows(
            query.order_by(table.c.started_at.desc(), table.c.id)
        )
        return [_import(row) for row in rows]

    def due(self) -> Sequence[ImportId]:
        """Return the imports that wait for a background step, oldest first."""
        table = schema.imports
        rows = self._transaction.rows(
            sa.select(table.c.id)
            .where(_in_states(DUE))
            .order_by(table.c.started_at, table.c.id)
        )
        return [row.id for row in rows]

    def save(self, import_: Import) -> Import:
        """Save a changed import; give it with its version counted up.

        Raises:
            ConcurrentChangeError: Its version is not the stored one any more, or
                another import holds its code (CODE-7).
        """
        table = schema.imports
        saved = attrs.evolve(import_, version=import_.version + 1)
        same = (table.c.id == import_.id) & (table.c.version == import_.version)
        with self._transaction.atomic():
            update = sa.update(table).where(same).values(_values(saved))
            if not self._transaction.write(update):
                raise ConcurrentChangeError
        return saved

    def put_rows(self, import_id: ImportId, rows: Iterable[ImportRow]) -> None:
        """Put these rows in place of all rows of the import.

        Raises:
            ConcurrentChangeError: There is no such import, or two rows of one key.
        """
        table = schema.import_rows
        values = [_row_values(import_id, row) for row in rows]
        with self._transaction.atomic():
            self._lock(import_id)
            old = table.c.import_id == import_id
            self._transaction.write(sa.delete(table).where(old))
            self._transaction.write(sa.insert(table), values)

    def rows(
        self, import_id: ImportId, kinds: Collection[RowKind] | None = None
    ) -> Sequence[ImportRow]:
        """Return the rows of the import, or those of some kinds, by source key."""
        if kinds is None:
            rows = self._transaction.rows(_rows_of(import_id))
            return [codec.IMPORT_ROW.loads(row.payload) for row in rows]
        table = schema.import_rows
        of_kinds = sa.select(table.c.source_key, table.c.payload).where(
            table.c.import_id == import_id,
            table.c.kind.in_([codec.ROW_KIND.dumps(kind) for kind in kinds]),
        )
        return self._sorted([of_kinds])  # in order, SQLite would read all rows

    def kinds(self, import_id: ImportId) -> Mapping[RowKind, int]:
        """Count the rows of the import by their kind."""
        table = schema.import_rows
        rows: Sequence[Any] = self._transaction.rows(
            sa.select(table.c.kind, sa.func.count())
            .where(table.c.import_id == import_id)
            .group_by(table.c.kind)
        )
        return {codec.ROW_KIND.loads(kind): count for kind, count in rows}

    def row(self, import_id: ImportId, source_key: StudentKey) -> ImportRow | None:
        """Find the row of one incoming student."""
        same = schema.import_rows.c.source_key == source_key
        row = self._transaction.first(_rows_of(import_id).where(same))
        return None if row is None else codec.IMPORT_ROW.loads(row.payload)

    def rows_taking(
        self, import_id: ImportId, keys: Collection[StudentKey]
    ) -> Sequence[ImportRow]:
        """Return the rows that take one of these students, by source key."""
        table = schema.import_rows
        columns = (table.c.match_key, table.c.became_key)
        taking = sa.select(table.c.source_key, table.c.payload).where(
            table.c.import_id == import_id
        )
        # With OR, or in order, SQLite would read all rows of the import.
        return self._sorted(
            sa.union(*(taking.where(column.in_(some)) for column in columns))
            for some in chunks(keys)
        )

    def _sorted(self, queries: Iterable[Query]) -> list[ImportRow]:
        """Return the rows of queries that give source keys, by these, each once."""
        found = {
            row.source_key: row.payload
            for query in queries
            for row in self._transaction.rows(query)
        }
        return [codec.IMPORT_ROW.loads(found[key]) for key in sorted(found)]

    def save_row(self, import_id: ImportId, row: ImportRow) -> None:
        """Put this row in place of the one with its source key.

        Raises:
            ConcurrentChangeError: There is no such row any more.
        """
        table = schema.import_rows
        same = (table.c.import_id == import_id) & (table.c.source_key == row.source_key)
        update = sa.update(table).where(same).values(_row_values(import_id, row))
        if not self._transaction.write(update):
            raise ConcurrentChangeError

    def take_pending_row(self, import_id: ImportId) -> ImportRow | None:
        """Return the first row without outcome; None when there is none.

        Locks the import, so that no other unit of work gets a row of it meanwhile.
        """
        self._transaction.check_writable()
        imports, rows = schema.imports, schema.import_rows
        lock = sa.select(imports.c.id).where(imports.c.id == import_id)
        self._transaction.first(lock.with_for_update())
        pending = _rows_of(import_id).where(rows.c.done.is_(False)).limit(1)
        row = self._transaction.first(pending)
        return None if row is None else codec.IMPORT_ROW.loads(row.payload)

    def add_edits(self, import_id: ImportId, edits: Sequence[Edit]) -> None:
        """Keep edits of the review.

        Raises:
            ConcurrentChangeError: There is no such import.
        """
        values = [
            {"import_id": import_id, "payload": codec.EDIT.dumps(edit)}
            for edit in edits
        ]
        with self._transaction.atomic():
            self._lock(import_id)
            self._transaction.write(sa.insert(schema.edits), values)

    def edits(self, import_id: ImportId) -> Sequence[Edit]:
        """Return the edits in the order in which they were added."""
        table = schema.edits
        rows = self._transaction.rows(
            sa.select(table.c.payload)
            .where(table.c.import_id == import_id)
            .order_by(table.c.number)
        )
        return [codec.EDIT.loads(row.payload) for row in rows]

    def set_progress(self, import_id: ImportId, progress: Progress) -> None:
        """Keep the progress of the background step; counts as no change.

        Raises:
            ConcurrentChangeError: There is no such import.
        """
        table = schema.progress
        update = sa.update(table).where(table.c.import_id == import_id)
        if not self._transaction.write(update.values(attrs.asdict(progress))):
            raise ConcurrentChangeError

    def progress(self, import_id: ImportId) -> Progress:
        """Return the progress of the background step."""
        table = schema.progress
        kept = sa.select(table).where(table.c.import_id == import_id)
        row = self._transaction.first(kept)
        return Progress() if row is None else Progress(row.done, row.total)

    def _lock(self, import_id: ImportId) -> None:
        """Let nobody else write to the import until the transaction ends.

        Raises:
            ConcurrentChangeError: There is no such import.
        """
        table = schema.imports
        lock = sa.select(table.c.id).where(table.c.id == import_id).with_for_update()
        if self._transaction.first(lock) is None:
            raise ConcurrentChangeError


def _in_states(states: Collection[ImportState]) -> sa.ColumnElement[bool]:
    return schema.imports.c.state.in_(sorted(state.value for state in states))


def _rows_of(import_id: ImportId) -> sa.Select[Any]:
    """Select the rows of an import, by source key."""
    table = schema.import_rows
    rows = sa.select(table.c.payload).where(table.c.import_id == import_id)
    return rows.order_by(table.c.source_key)


def _row_values(import_id: ImportId, row: ImportRow) -> dict[str, object]:
    return {
        "import_id": import_id,
        "source_key": row.source_key,
        "done": row.outcome is not None,
        "match_key": row.decision.match,
        "became_key": None if row.outcome is None else row.outcome.student,
        "kind": codec.ROW_KIND.dumps(row.kind),
        "payload": codec.IMPORT_ROW.dumps(row),
    }


def _values(import_: Import) -> dict[str, Any]:
    return attrs.asdict(import_, recurse=False) | {
        "scope": codec.SCOPE.dumps(import_.scope),
        "students": codec.KEYS.dumps(import_.students),
        "state": import_.state.value,
    }


def _import(row: sa.Row[Any]) -> Import:
    """Make the import of a row.

    Raises:
        StorageError: There is a value in it that no import has.
    """
    fields = row._asdict() | {
        "scope": codec.SCOPE.loads(row.scope),
        "students": codec.KEYS.loads(row.students),
        "state": codec.made(ImportState, row.state),
    }
    return codec.made(Import, **fields)
