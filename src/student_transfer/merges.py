"""Two records of one student on a site are merged, and parted again (AFTER).

By the one conflict rule, as an import merges. Both records are kept as they were, so
that the merge can be undone exactly.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NewType, TypeVar

import attrs

from student_transfer.errors import MergeRefusedError, MergeUndoRefusedError
from student_transfer.merging import fill_blanks, missing_records
from student_transfer.permissions import ActorId
from student_transfer.records import Record
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

T = TypeVar("T", bound=attrs.AttrsInstance)

MergeId = NewType("MergeId", str)
"""Names a merge of a site."""


@attrs.frozen
class Snapshot:
    """A student with all records, as they were at one instant."""

    student: Student
    records: tuple[Record, ...] = attrs.field(repr=False)

    @classmethod
    def of(cls, student: Student, records: Iterable[Record]) -> "Snapshot":
        """Return a snapshot; the order of the records does not count."""
        return cls(student, tuple(sorted(records, key=lambda record: record.origin)))


def mark_of(*snapshots: Snapshot) -> str:
    """Return a digest that tells whether records are still as a person saw them."""
    told = repr(
        [
            (_values(each.student), [attrs.astuple(one) for one in each.records])
            for each in snapshots
        ]
    )
    return sha256(told.encode(errors="surrogatepass")).hexdigest()


def _values(student: Student) -> list[object]:
    values = attrs.astuple(student, recurse=False)
    return [sorted(each) if isinstance(each, frozenset) else each for each in values]


@attrs.frozen(kw_only=True)
class Merge:
    """A merge of two records of one student on one site, kept to be undone.

    Attributes:
        id: Names the merge.
        site_id: The site.
        survivor: The student who stays, as before the merge.
        absorbed: The student who went, as before the merge.
        result: The student who stays, as after the merge.
        merged_at: When.
        merged_by: Who did it.
        undone_at: When it was undone, if it was.
        undone_by: Who undid it.
    """

    id: MergeId
    site_id: SiteId
    survivor: Snapshot
    absorbed: Snapshot
    result: Snapshot
    merged_at: datetime
    merged_by: ActorId
    undone_at: datetime | None = None
    undone_by: ActorId | None = None


def merge_duplicates(
    survivor: Snapshot, absorbed: Snapshot, *, on_sis: bool = False
) -> Snapshot:
    """Return one student of a site with another of the same site merged in (AFTER-1).

    The survivor's values stay, its blanks are filled: identifiers too, since the
    absorbed record leaves the site and frees them. No record is lost: of two with the
    same origin the survivor's stays. On a site whose roster comes from a Student
    Information System only records, and where they came from, are added (IMP-9).

    Raises:
        MergeRefusedError: They are one student, or of two sites.
    """
    into, from_ = survivor.student, absorbed.student
    if into.site_id != from_.site_id or into.key == from_.key:
        raise MergeRefusedError
    merged = attrs.evolve(
        into, provenance=(into.provenance | from_.provenance) - {into.ref}
    )
    if not on_sis:
        merged = attrs.evolve(
            fill_blanks(merged, from_, lambda _kind, _values: (), from_.extra),
            enrolments=into.enrolments | from_.enrolments,
        )
    added = missing_records(survivor.records, absorbed.records)
    return Snapshot.of(merged, (*survivor.records, *added))


def who_became(key: StudentKey, merges: Iterable[Merge]) -> set[StudentKey]:
    """Return a student and all whom merges have made that student (AFTER-2).

    Merges are followed through any chain, whatever the clock said of their order.
    """
    into = defaultdict[StudentKey, set[StudentKey]](set)
    for merge in merges:
        into[merge.survivor.student.key].add(merge.absorbed.student.key)
    found, latest = {key}, {key}
    while latest:
        latest = set[StudentKey]().union(*(into[one] for one in latest)) - found
        found |= latest
    return found


def stood_at(merge: Merge, at: datetime) -> bool:
    """Return whether two were one at a time: merged by then, and not yet undone."""
    return merge.merged_at <= at and (merge.undone_at is None or at < merge.undone_at)


def check_undo(
    merge: Merge, now: Snapshot | None, came_since: Sequence[str] = ()
) -> None:
    """Allow to undo a merge only where that restores both exactly (AFTER-2).

    Args:
        merge: The merge.
        now: The surviving student as of now; None where there is none.
        came_since: What has come to that one since the merge and changed nothing,
            because the merge had brought it already: it would be lost.

    Raises:
        MergeUndoRefusedError: Naming what is different from just after the merge.
    """
    if merge.undone_at is not None:
        raise MergeUndoRefusedError(
            ["the merge was undone already"],
            advice="Nothing is left to do: both records are as they were.",
        )
    if now is None:
        raise MergeUndoRefusedError(["the surviving record is no longer on the site"])
    changed = differing_fields(merge.result.student, now.student)
    changed += _changed_records(merge.result.records, now.records)
    if changed:
        raise MergeUndoRefusedError(changed)
    if came_since:
        raise MergeUndoRefusedError(
            came_since,
            advice="Undo that first, then this merge; or correct the records by hand.",
        )


def differing_fields(left: T, right: T) -> list[str]:
    """Return the fields in which two states of one thing, such as a student, differ."""
    return [
        field.name.replace("_", " ")
        for field in attrs.fields(type(left))
        if getattr(left, field.name) != getattr(right, field.name)
    ]


def _changed_records(before: Sequence[Record], now: Sequence[Record]) -> list[str]:
    """Return in words how many records were added, removed and edited."""
    old = {record.origin: record for record in before}
    new = {record.origin: record for record in now}
    both = old.keys() & new.keys()
    counts = {
        "added": len(new.keys() - old.keys()),
        "removed": len(old.keys() - new.keys()),
        "edited": sum(old[origin] != new[origin] for origin in both),
    }
    return [
        f"{count} record{'' if count == 1 else 's'} {what}"
        for what, count in counts.items()
        if count
    ]
