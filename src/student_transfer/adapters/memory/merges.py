"""Merges of duplicates in memory."""

from collections.abc import Collection, Sequence

from student_transfer.adapters.memory.tables import Tables
from student_transfer.errors import ConcurrentChangeError, KeyTakenError
from student_transfer.merges import Merge, MergeId
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey


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
        """Return the merges on the site, newest first, from an offset up to a limit."""
        found = (m for m in self._tables.merges.values() if m.site_id == site_id)
        by_id = sorted(found, key=lambda merge: merge.id)
        newest = sorted(by_id, key=lambda merge: merge.merged_at, reverse=True)
        return newest[offset:][:limit]

    def into(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges into one of these students that stand, newest first."""
        wanted = set(keys)
        return [
            merge
            for merge in self.of_site(site_id)
            if merge.undone_at is None and merge.survivor.student.key in wanted
        ]

    def undone(self, site_id: SiteId, keys: Collection[StudentKey]) -> Sequence[Merge]:
        """Return the merges that took one of these students off, and were undone."""
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
        """Return the survivor of the student's latest merge that stands (IMP-8)."""
        merge = self.absorbing(site_id, key)
        return None if merge is None else merge.survivor.student.key

    def absorbing(self, site_id: SiteId, key: StudentKey) -> Merge | None:
        """Return the latest merge that took the student off the site and stands."""
        for merge in self.of_site(site_id):
            if merge.undone_at is None and merge.absorbed.student.key == key:
                return merge
        return None
