"""Transfer codes, imports, arrivals and merges in a database."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction, chunks
from student_transfer.codes import CodeDigest, CodeId, CodeState, IssuedCode
from student_transfer.errors import ConcurrentChangeError
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
from student_transfer.storing import codec
from student_transfer.students import StudentKey


def _values(value: IssuedCode | Import) -> dict[str, Any]:
    """Give the row of a code or an import."""
    values = {
        field.name: getattr(value, field.name) for field in attrs.fields(type(value))
    }
    if isinstance(value, IssuedCode):
        values["seen"] = codec.STUDENTS.dumps(value.seen)
    return values | {
        "scope": codec.SCOPE.dumps(value.scope),
        "students": codec.KEYS.dumps(value.students),
        "state": value.state.value,
    }


def _fields(row: sa.Row[Any]) -> dict[str, Any]:
    """Give the fields of a code or an import, but for its state."""
    return dict(row._mapping) | {  # noqa: SLF001 - SQLAlchemy's public name for it
        "scope": codec.SCOPE.loads(row.scope),
        "students": codec.KEYS.loads(row.students),
    }


def _code(row: sa.Row[Any]) -> IssuedCode:
    seen = () if row.seen is None else codec.STUDENTS.loads(row.seen)
    return IssuedCode(**_fields(row) | {"state": CodeState(row.state), "seen": seen})


def _import(row: sa.Row[Any]) -> Import:
    return Import(**_fields(row) | {"state": ImportState(row.state)})


class SqlCodes:
    """The transfer codes; see `student_transfer.ports.CodeStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def add(self, code: IssuedCode) -> None:
        """Keep a new code.

        Raises:
            KeyTakenError: There is a code of that id or digest.
        """
        with self._transaction.atomic():
            self._transaction.write(sa.insert(schema.codes).values(_values(code)))

    def by_digest(self, digest: CodeDigest) -> IssuedCode | None:
        """Find a code by what was entered."""
        return self._first(schema.codes.c.digest == digest)

    def get(self, code_id: CodeId) -> IssuedCode | None:
        """Find a code by its id."""
        return self._first(schema.codes.c.id == code_id)

    def _first(self, condition: sa.ColumnElement[bool]) -> IssuedCode | None:
        row = self._transaction.first(sa.select(schema.codes).where(condition))
        return None if row is None else _code(row)

    def of_site(self, site_id: SiteId) -> Sequence[IssuedCode]:
        """Give the codes that the site generated, newest first."""
        table = schema.codes
        rows = self._transaction.rows(
            sa.select(table)
            .where(table.c.site_id == site_id)
            .order_by(table.c.generated_at.desc(), table.c.id)
        )
        return [_code(row) for row in rows]

    def change(self, before: IssuedCode, after: IssuedCode) -> None:
        """Move a code on to the state, holder and students of ``after`` (CODE-7).

        Raises:
            ConcurrentChangeError: State or holder are not as ``before`` any more.
        """
        table = schema.codes
        values = {"state": after.state.value, "holder": after.holder}
        if after.seen != before.seen:
            values["seen"] = codec.STUDENTS.dumps(after.seen)
        changed = self._transaction.write(
            sa.update(table)
            .where(
                table.c.id == before.id,
                table.c.state == before.state.value,
                table.c.holder.is_not_distinct_from(before.holder),
            )
            .values(values)
        )
        if not changed:
            raise ConcurrentChangeError


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

    def of_site(self, site_id: SiteId) -> Sequence[Import]:
        """Give the imports into the site, newest first."""
        table = schema.imports
        rows = self._transaction.rows(
            sa.select(table)
            .where(table.c.site_id == site_id)
            .order_by(table.c.started_at.desc(), table.c.id)
        )
        return [_import(row) for row in rows]

    def due(self) -> Sequence[ImportId]:
        """Give the imports that wait for a background step, oldest first."""
        table = schema.imports
        rows = self._transaction.rows(
            sa.select(table.c.id)
            .where(table.c.state.in_(sorted(state.value for state in DUE)))
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

    def rows(self, import_id: ImportId) -> Sequence[ImportRow]:
        """Give the rows of the import, by source key."""
        rows = self._transaction.rows(_rows_of(import_id))
        return [codec.IMPORT_ROW.loads(row.payload) for row in rows]

    def row(self, import_id: ImportId, source_key: StudentKey) -> ImportRow | None:
        """Find the row of one incoming student."""
        same = schema.import_rows.c.source_key == source_key
        row = self._transaction.first(_rows_of(import_id).where(same))
        return None if row is None else codec.IMPORT_ROW.loads(row.payload)

    def rows_taking(
        self, import_id: ImportId, student_key: StudentKey
    ) -> Sequence[ImportRow]:
        """Give the rows that a student is taken by, by source key."""
        table = schema.import_rows
        columns = (table.c.match_key, table.c.became_key)
        parts = [
            sa.select(table.c.source_key, table.c.payload).where(
                table.c.import_id == import_id, column == student_key
            )
            for column in columns
        ]
        # With OR, or in order, SQLite would read all rows of the import.
        found = sorted(self._transaction.rows(sa.union(*parts)), key=_by_source_key)
        return [codec.IMPORT_ROW.loads(row.payload) for row in found]

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
        """Give the first row without outcome; None when there is none.

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
        """Give the edits in the order in which they were added."""
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
        """Give the progress of the background step."""
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


def _by_source_key(row: sa.Row[Any]) -> str:
    return str(row.source_key)


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
        "payload": codec.IMPORT_ROW.dumps(row),
    }


class SqlMerges:
    """The merges of duplicates; see `student_transfer.ports.MergeStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def add(self, merge: Merge) -> None:
        """Keep a new merge.

        Raises:
            KeyTakenError: There is a merge of that id on the site.
        """
        with self._transaction.atomic():
            insert = sa.insert(schema.merges)
            self._transaction.write(insert.values(_merge_values(merge)))

    def get(self, site_id: SiteId, merge_id: MergeId) -> Merge | None:
        """Find a merge of the site."""
        same = schema.merges.c.id == merge_id
        row = self._transaction.first(_merges_on(site_id).where(same))
        return None if row is None else codec.MERGE.loads(row.payload)

    def of_site(
        self, site_id: SiteId, *, offset: int = 0, limit: int | None = None
    ) -> Sequence[Merge]:
        """Give the merges on the site, newest first, from an offset up to a limit."""
        some = _merges_on(site_id).offset(offset).limit(limit)
        rows = self._transaction.rows(some)
        return [codec.MERGE.loads(row.payload) for row in rows]

    def into(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Give the merges into one of these students that stand, newest first."""
        standing = _merges_on(site_id).where(schema.merges.c.undone.is_(False))
        return self._by(schema.merges.c.survivor, keys, standing)

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Give the merges that took one of these students off, and were undone."""
        undone = _merges_on(site_id).where(schema.merges.c.undone.is_(True))
        return self._by(schema.merges.c.absorbed, keys, undone)

    def _by(
        self,
        column: sa.Column[Any],
        keys: Collection[StudentKey],
        merges: sa.Select[Any],
    ) -> list[Merge]:
        """Give those of the merges that have one of the keys there, newest first."""
        found = [
            codec.MERGE.loads(row.payload)
            for some in chunks(keys)
            for row in self._transaction.rows(merges.where(column.in_(some)))
        ]
        by_id = sorted(found, key=lambda merge: merge.id)
        return sorted(by_id, key=lambda merge: merge.merged_at, reverse=True)

    def save(self, merge: Merge) -> None:
        """Put a merge that was undone in place of the stored one.

        Raises:
            ConcurrentChangeError: The stored one has been undone already.
        """
        table = schema.merges
        same = (table.c.site_id == merge.site_id) & (table.c.id == merge.id)
        standing = same & table.c.undone.is_(False)
        update = sa.update(table).where(standing).values(_merge_values(merge))
        if not self._transaction.write(update):
            raise ConcurrentChangeError

    def survivor(self, site_id: SiteId, key: StudentKey) -> StudentKey | None:
        """Give the survivor of the student's latest merge that stands (IMP-8)."""
        row = self._absorbing(site_id, key)
        return None if row is None else row.survivor

    def absorbing(self, site_id: SiteId, key: StudentKey) -> Merge | None:
        """Give the latest merge that took the student off the site and stands."""
        row = self._absorbing(site_id, key)
        return None if row is None else codec.MERGE.loads(row.payload)

    def _absorbing(self, site_id: SiteId, key: StudentKey) -> sa.Row[Any] | None:
        table = schema.merges
        standing = (table.c.absorbed == key) & table.c.undone.is_(False)
        return self._transaction.first(_merges_on(site_id).where(standing).limit(1))


def _merges_on(site_id: SiteId) -> sa.Select[Any]:
    """Select the merges on a site, newest first."""
    table = schema.merges
    on_site = sa.select(table.c.survivor, table.c.payload)
    on_site = on_site.where(table.c.site_id == site_id)
    return on_site.order_by(table.c.merged_at.desc(), table.c.id)


def _merge_values(merge: Merge) -> dict[str, object]:
    return {
        "site_id": merge.site_id,
        "id": merge.id,
        "survivor": merge.survivor.student.key,
        "absorbed": merge.absorbed.student.key,
        "merged_at": merge.merged_at,
        "undone": merge.undone_at is not None,
        "payload": codec.MERGE.dumps(merge),
    }


class SqlArrivals:
    """What imports' matches have filled; see `student_transfer.ports.ArrivalStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def add(self, arrival: Arrival) -> None:
        """Keep a new arrival.

        Raises:
            ConcurrentChangeError: There is one of that import and source key, or no
                such import.
        """
        with self._transaction.atomic():
            insert = sa.insert(schema.arrivals)
            self._transaction.write(insert.values(_arrival_values(arrival)))

    def get(self, import_id: ImportId, source_key: StudentKey) -> Arrival | None:
        """Find the arrival of a row of an import."""
        table = schema.arrivals
        same = _arrival_of(import_id, source_key)
        row = self._transaction.first(sa.select(table.c.payload).where(same))
        return None if row is None else codec.ARRIVAL.loads(row.payload)

    def onto(self, site_id: SiteId, key: StudentKey) -> Sequence[Arrival]:
        """Give those who were merged with a student and stand, oldest first."""
        table = schema.arrivals
        standing = _arrivals_onto(site_id, [key]).where(table.c.undone.is_(False))
        order = table.c.arrived_at, table.c.import_id, table.c.source_key
        rows = self._transaction.rows(standing.order_by(*order))
        return [codec.ARRIVAL.loads(row.payload) for row in rows]

    def parted(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[Arrival]:
        """Give those whose match with one of these students was undone."""
        undone = schema.arrivals.c.undone.is_(True)
        return [
            codec.ARRIVAL.loads(row.payload)
            for some in chunks(keys)
            for row in self._transaction.rows(
                _arrivals_onto(site_id, some).where(undone)
            )
        ]

    def save(self, arrival: Arrival) -> None:
        """Put an arrival in place of the stored one, which stands.

        Raises:
            ConcurrentChangeError: The stored one has been undone already, or there is
                none.
        """
        table = schema.arrivals
        same = _arrival_of(arrival.import_id, arrival.source_key)
        standing = same & table.c.undone.is_(False)
        update = sa.update(table).where(standing).values(_arrival_values(arrival))
        if not self._transaction.write(update):
            raise ConcurrentChangeError


def _arrivals_onto(site_id: SiteId, keys: Collection[StudentKey]) -> sa.Select[Any]:
    """Select those who landed on some students of a site."""
    table = schema.arrivals
    here = (table.c.site_id == site_id) & table.c.landed_on.in_(keys)
    return sa.select(table.c.payload).where(here)


def _arrival_of(import_id: ImportId, source_key: StudentKey) -> sa.ColumnElement[bool]:
    table = schema.arrivals
    return (table.c.import_id == import_id) & (table.c.source_key == source_key)


def _arrival_values(arrival: Arrival) -> dict[str, object]:
    return {
        "import_id": arrival.import_id,
        "source_key": arrival.source_key,
        "site_id": arrival.site_id,
        "landed_on": arrival.after.key,
        "arrived_at": arrival.arrived_at,
        "undone": arrival.undone_at is not None,
        "payload": codec.ARRIVAL.dumps(arrival),
    }
