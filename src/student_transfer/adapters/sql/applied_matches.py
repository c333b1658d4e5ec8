"""What imports' matches have filled, in a database."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction, chunks
from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.match_undo import AppliedMatch
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from student_transfer.students import StudentKey


class SqlAppliedMatches:
    """What matches have filled; see `student_transfer.ports.AppliedMatchStore`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def add(self, applied_match: AppliedMatch) -> None:
        """Keep a new applied match.

        Raises:
            ConcurrentChangeError: There is one of that import and source key, or no
                such import.
        """
        with self._transaction.atomic():
            insert = sa.insert(schema.applied_matches)
            self._transaction.write(insert.values(_values(applied_match)))

    def get(self, import_id: ImportId, source_key: StudentKey) -> AppliedMatch | None:
        """Find the applied match of a row of an import."""
        table = schema.applied_matches
        same = _same(import_id, source_key)
        row = self._transaction.first(sa.select(table.c.payload).where(same))
        return None if row is None else codec.APPLIED_MATCH.loads(row.payload)

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with these students that stand, oldest first."""
        return sorted(
            self._with(site_id, keys, undone=False),
            key=lambda one: (one.arrived_at, one.import_id, one.source_key),
        )

    def undone_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with one of these students that were undone."""
        return self._with(site_id, keys, undone=True)

    def _with(
        self, site_id: SiteId, keys: Collection[StudentKey], *, undone: bool
    ) -> list[AppliedMatch]:
        """Return the matches with these students that were undone, or that stand."""
        so = schema.applied_matches.c.undone.is_(undone)
        return [
            codec.APPLIED_MATCH.loads(row.payload)
            for some in chunks(keys)
            for row in self._transaction.rows(_of_students(site_id, some).where(so))
        ]

    def save(self, applied_match: AppliedMatch) -> None:
        """Put an applied match in place of the stored one, which stands.

        Raises:
            ConcurrentChangeError: The stored one has been undone already, or there is
                none.
        """
        table = schema.applied_matches
        same = _same(applied_match.import_id, applied_match.source_key)
        standing = same & table.c.undone.is_(False)
        update = sa.update(table).where(standing).values(_values(applied_match))
        if not self._transaction.write(update):
            raise ConcurrentChangeError


def _of_students(site_id: SiteId, keys: Collection[StudentKey]) -> sa.Select[Any]:
    """Select the matches with some students of a site."""
    table = schema.applied_matches
    here = (table.c.site_id == site_id) & table.c.landed_on.in_(keys)
    return sa.select(table.c.payload).where(here)


def _same(import_id: ImportId, source_key: StudentKey) -> sa.ColumnElement[bool]:
    table = schema.applied_matches
    return (table.c.import_id == import_id) & (table.c.source_key == source_key)


def _values(applied_match: AppliedMatch) -> dict[str, object]:
    return {
        "import_id": applied_match.import_id,
        "source_key": applied_match.source_key,
        "site_id": applied_match.site_id,
        "landed_on": applied_match.after.key,
        "arrived_at": applied_match.arrived_at,
        "undone": applied_match.undone_at is not None,
        "payload": codec.APPLIED_MATCH.dumps(applied_match),
    }
