"""Imports, their rows, the edits of the review and the progress."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs
from django.db.models import Count, QuerySet

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
from transfers.models import IncomingPupil, ReviewEdit, TransferImport
from transfers.transaction import Transaction


class PlatformImports:
    """The imports; see `student_transfer.ports.ImportStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction
        self._kept = transaction.of(TransferImport)
        self._rows = transaction.of(IncomingPupil)

    def add(self, import_: Import) -> None:
        """Keep a new import."""
        with self._transaction.atomic():
            self._kept.create(
                id=import_.id,
                site=import_.site_id,
                code_id=import_.code_id,
                started_at=import_.started_at,
                **_changing(import_),
            )

    def get(self, import_id: ImportId) -> Import | None:
        """Find an import."""
        row = self._kept.filter(pk=import_id).first()
        return None if row is None else codec.IMPORT.loads(row.document)

    def of_site(
        self, site_id: SiteId, states: Collection[ImportState] | None = None
    ) -> Sequence[Import]:
        """Return the imports into the site, or those in some states, newest first."""
        by_id = self._transaction.by_code_point("id")
        found = self._kept.filter(site=site_id)
        if states is not None:
            found = found.filter(state__in=[state.value for state in states])
        rows = found.order_by("-started_at", by_id)
        return [codec.IMPORT.loads(row.document) for row in rows]

    def due(self) -> Sequence[ImportId]:
        """Return the imports of all sites that wait for a step, oldest first."""
        by_id = self._transaction.by_code_point("id")
        waiting = self._kept.filter(state__in=[state.value for state in DUE])
        return [ImportId(row.pk) for row in waiting.order_by("started_at", by_id)]

    def save(self, import_: Import) -> Import:
        """Save a changed import; give it with its version counted up."""
        saved = attrs.evolve(import_, version=import_.version + 1)
        same = self._kept.filter(pk=import_.id, version=import_.version)
        with self._transaction.atomic():
            if not same.update(**_changing(saved)):
                raise ConcurrentChangeError
        return saved

    def put_rows(self, import_id: ImportId, rows: Iterable[ImportRow]) -> None:
        """Put these rows in place of all rows of the import."""
        new = [
            IncomingPupil(
                transfer_id=import_id, source_key=row.source_key, **_of_row(row)
            )
            for row in rows
        ]
        with self._transaction.atomic():
            self._lock(import_id)
            self._rows.filter(transfer=import_id).delete()
            self._rows.bulk_create(new)

    def rows(
        self, import_id: ImportId, kinds: Collection[RowKind] | None = None
    ) -> Sequence[ImportRow]:
        """Return the rows of the import, or those of some kinds, by source key."""
        found = self._in_order(import_id)
        if kinds is not None:
            found = found.filter(kind__in=map(codec.ROW_KIND.dumps, kinds))
        documents = found.values_list("document", flat=True)
        return [codec.IMPORT_ROW.loads(document) for document in documents]

    def kinds(self, import_id: ImportId) -> Mapping[RowKind, int]:
        """Count the rows of the import by their kind."""
        kept = self._rows.filter(transfer=import_id).values_list("kind")
        counted = kept.annotate(count=Count("pk")).order_by("kind")
        return {codec.ROW_KIND.loads(kind): count for kind, count in counted}

    def row(self, import_id: ImportId, source_key: StudentKey) -> ImportRow | None:
        """Find the row of one incoming student."""
        row = self._rows.filter(transfer=import_id, source_key=source_key).first()
        return None if row is None else codec.IMPORT_ROW.loads(row.document)

    def rows_taking(
        self, import_id: ImportId, keys: Collection[StudentKey]
    ) -> Sequence[ImportRow]:
        """Return the rows that take one of these pupils, by source key."""
        of_import, asked = self._rows.filter(transfer=import_id), list(keys)
        # Two searches: for either of two columns, databases read the whole import.
        matched = of_import.filter(match__in=asked)
        taking = matched.union(of_import.filter(became__in=asked))
        found = [codec.IMPORT_ROW.loads(row.document) for row in taking]
        return sorted(found, key=lambda row: row.source_key)

    def save_row(self, import_id: ImportId, row: ImportRow) -> None:
        """Put this row in place of the one with its source key."""
        same = self._rows.filter(transfer=import_id, source_key=row.source_key)
        if not same.update(**_of_row(row)):
            raise ConcurrentChangeError

    def take_pending_row(self, import_id: ImportId) -> ImportRow | None:
        """Return the first row without outcome; others wait with theirs (CONF-4)."""
        self._transaction.check_writable()
        self._lock(import_id)
        row = self._in_order(import_id).filter(done=False).first()
        return None if row is None else codec.IMPORT_ROW.loads(row.document)

    def add_edits(self, import_id: ImportId, edits: Sequence[Edit]) -> None:
        """Keep edits of the review."""
        with self._transaction.atomic():
            self._lock(import_id)
            self._transaction.of(ReviewEdit).bulk_create(
                ReviewEdit(transfer_id=import_id, document=codec.EDIT.dumps(edit))
                for edit in edits
            )

    def edits(self, import_id: ImportId) -> Sequence[Edit]:
        """Return the edits, oldest first."""
        kept = self._transaction.of(ReviewEdit).filter(transfer=import_id)
        return [codec.EDIT.loads(edit.document) for edit in kept.order_by("pk")]

    def set_progress(self, import_id: ImportId, progress: Progress) -> None:
        """Keep the progress of the background step; counts as no change."""
        if not self._kept.filter(pk=import_id).update(**attrs.asdict(progress)):
            raise ConcurrentChangeError

    def progress(self, import_id: ImportId) -> Progress:
        """Return the progress of the background step."""
        row = self._kept.filter(pk=import_id).first()
        return Progress() if row is None else Progress(row.done, row.total)

    def _in_order(self, import_id: ImportId) -> QuerySet[IncomingPupil]:
        by_key = self._transaction.by_code_point("source_key")
        return self._rows.filter(transfer=import_id).order_by(by_key)

    def _lock(self, import_id: ImportId) -> None:
        """Let nobody else write to the import until the transaction ends."""
        if not self._kept.select_for_update().filter(pk=import_id).first():
            raise ConcurrentChangeError


def _changing(import_: Import) -> dict[str, Any]:
    return {
        "state": import_.state.value,
        "version": import_.version,
        "document": codec.IMPORT.dumps(import_),
    }


def _of_row(row: ImportRow) -> dict[str, Any]:
    return {
        "done": row.outcome is not None,
        "match": row.decision.match,
        "became": None if row.outcome is None else row.outcome.student,
        "kind": codec.ROW_KIND.dumps(row.kind),
        "document": codec.IMPORT_ROW.dumps(row),
    }
