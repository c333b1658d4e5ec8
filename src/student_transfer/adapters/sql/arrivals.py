"""What imports' matches have filled, in a database."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction, chunks
from student_transfer.errors import ConcurrentChangeError
from student_transfer.imports import ImportId
from student_transfer.parting import Arrival
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from student_transfer.students import StudentKey


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
        """Return those who were merged with a student and stand, oldest first."""
        table = schema.arrivals
        standing = _arrivals_onto(site_id, [key]).where(table.c.undone.is_(False))
        order = table.c.arrived_at, table.c.import_id, table.c.source_key
        rows = self._transaction.rows(standing.order_by(*order))
        return [codec.ARRIVAL.loads(row.payload) for row in rows]

    def parted(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[Arrival]:
        """Return those whose match with one of these students was undone."""
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
