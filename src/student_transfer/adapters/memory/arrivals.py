"""What imports' matches have filled, in memory."""

from collections.abc import Collection, Iterator, Sequence

from student_transfer.adapters.memory.tables import Tables
from student_transfer.errors import ConcurrentChangeError, KeyTakenError
from student_transfer.imports import ImportId
from student_transfer.parting import Arrival
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey, StudentRef


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
        """Return those who were merged with a student and stand, oldest first."""
        return sorted(
            (one for one in self._onto(site_id, key) if one.undone_at is None),
            key=lambda one: (one.arrived_at, one.import_id, one.source_key),
        )

    def parted(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[Arrival]:
        """Return those whose match with one of these students was undone."""
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
