"""Whom a student has become: followed through the merges of a site (IMP-8)."""

from collections.abc import Iterator

from student_transfer.ports import MergeStore
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey


def survivors(
    merges: MergeStore, site_id: SiteId, key: StudentKey
) -> Iterator[StudentKey]:
    """Yield the key, and then into whom each was merged: the last one is left (IMP-8).

    Each key comes once, so that keys that were merged into each other come to an end.

    >>> from types import SimpleNamespace
    >>> merged = {"a": "b", "b": "c", "p": "q", "q": "p"}
    >>> merges = SimpleNamespace(survivor=lambda _site, key: merged.get(key))
    >>> [list(survivors(merges, "oak", key)) for key in ("a", "c", "p")]
    [['a', 'b', 'c'], ['c'], ['p', 'q']]
    """
    passed = set[StudentKey]()
    left: StudentKey | None = key
    while left is not None and left not in passed:
        passed.add(left)
        yield left
        left = merges.survivor(site_id, left)
