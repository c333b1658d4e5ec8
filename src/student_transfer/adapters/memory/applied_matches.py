"""What imports' matches have filled, in memory."""

from collections.abc import Collection, Iterator, Sequence

from student_transfer.adapters.memory.tables import Tables
from student_transfer.errors import ConcurrentChangeError, KeyTakenError
from student_transfer.imports import ImportId
from student_transfer.match_undo import AppliedMatch
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey, StudentRef


class MemoryAppliedMatches:
    """What matches have filled; see `student_transfer.ports.AppliedMatchStore`."""

    def __init__(self, tables: Tables) -> None:
        """Look at these tables."""
        self._tables = tables

    def add(self, applied_match: AppliedMatch) -> None:
        """Keep a new applied match.

        Raises:
            ConcurrentChangeError: There is one of that import and source key, or no
                such import.
        """
        if self._tables.imports.get(applied_match.import_id) is None:
            raise ConcurrentChangeError
        if self.get(applied_match.import_id, applied_match.source_key):
            raise KeyTakenError
        self._put(applied_match)

    def get(self, import_id: ImportId, source_key: StudentKey) -> AppliedMatch | None:
        """Find the applied match of a row of an import."""
        return self._tables.applied_matches.get((import_id, source_key))

    def standing_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with these students that stand, oldest first."""
        return sorted(
            (one for one in self._with(site_id, keys) if one.undone_at is None),
            key=lambda one: (one.arrived_at, one.import_id, one.source_key),
        )

    def undone_for(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Sequence[AppliedMatch]:
        """Return the matches with one of these students that were undone."""
        found = self._with(site_id, keys)
        return [one for one in found if one.undone_at is not None]

    def _with(
        self, site_id: SiteId, keys: Collection[StudentKey]
    ) -> Iterator[AppliedMatch]:
        """Yield the matches with these students."""
        for key in keys:
            names = self._tables.landed.get(StudentRef(site_id, key)) or ()
            yield from filter(None, map(self._tables.applied_matches.get, names))

    def save(self, applied_match: AppliedMatch) -> None:
        """Put an applied match in place of the stored one, which stands.

        Raises:
            ConcurrentChangeError: The stored one has been undone already, or there is
                none.
        """
        kept = self.get(applied_match.import_id, applied_match.source_key)
        if kept is None or kept.undone_at is not None:
            raise ConcurrentChangeError
        self._put(applied_match)

    def _put(self, applied_match: AppliedMatch) -> None:
        name = applied_match.import_id, applied_match.source_key
        self._tables.applied_matches.put(name, applied_match)
        there = applied_match.after.ref
        names = self._tables.landed.get(there) or frozenset()
        self._tables.landed.put(there, names | {name})
