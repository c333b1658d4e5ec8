"""Merges of duplicates in a database."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction, chunks
from student_transfer.errors import ConcurrentChangeError
from student_transfer.merges import Merge, MergeId
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from student_transfer.students import StudentKey


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
        """Return the merges on the site, newest first, from an offset up to a limit."""
        some = _merges_on(site_id).offset(offset).limit(limit)
        rows = self._transaction.rows(some)
        return [codec.MERGE.loads(row.payload) for row in rows]

    def into(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges into one of these students that stand, newest first."""
        standing = _merges_on(site_id).where(schema.merges.c.undone.is_(False))
        return self._by(schema.merges.c.survivor, keys, standing)

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges that took one of these students off, and were undone."""
        undone = _merges_on(site_id).where(schema.merges.c.undone.is_(True))
        return self._by(schema.merges.c.absorbed, keys, undone)

    def _by(
        self,
        column: sa.Column[Any],
        keys: Collection[StudentKey],
        merges: sa.Select[Any],
    ) -> list[Merge]:
        """Return those of the merges that have one of the keys there, newest first."""
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
        """Return the survivor of the student's latest merge that stands (IMP-8)."""
        key_alone = _absorbing(site_id, key).with_only_columns(schema.merges.c.survivor)
        row = self._transaction.first(key_alone)
        return None if row is None else row.survivor

    def absorbing(self, site_id: SiteId, key: StudentKey) -> Merge | None:
        """Return the latest merge that took the student off the site and stands."""
        row = self._transaction.first(_absorbing(site_id, key))
        return None if row is None else codec.MERGE.loads(row.payload)


def _merges_on(site_id: SiteId) -> sa.Select[Any]:
    """Select the merges on a site, newest first."""
    table = schema.merges
    on_site = sa.select(table.c.payload).where(table.c.site_id == site_id)
    return on_site.order_by(table.c.merged_at.desc(), table.c.id)


def _absorbing(site_id: SiteId, key: StudentKey) -> sa.Select[Any]:
    """Select the latest merge that took the student off the site and stands."""
    table = schema.merges
    standing = (table.c.absorbed == key) & table.c.undone.is_(False)
    return _merges_on(site_id).where(standing).limit(1)


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
