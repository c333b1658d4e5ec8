"""What merges have made of a site's students, and of the matches with them (AFTER-2).

Whom a student has become, who has become a student, and which applied matches stand
with one or were undone: all of that is followed through merges here.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from student_transfer.match_undo import AppliedMatch, told_apart_from
from student_transfer.merges import Merge, who_became
from student_transfer.merging import missing_records
from student_transfer.ports import MergeStore, UnitOfWork
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey, StudentRef

T = TypeVar("T")


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
    yield key
    yield from _onward(
        key, lambda one: merges.survivor(site_id, one), lambda survivor: survivor
    )


def merges_of(merges: MergeStore, site_id: SiteId, key: StudentKey) -> Iterator[Merge]:
    """Yield the merges by which a student became another, and so on (IMP-8).

    As `survivors`, with what each merge has kept of both students: it takes longer.
    """
    return _onward(
        key,
        lambda one: merges.absorbing(site_id, one),
        lambda merge: merge.result.student.key,
    )


def _onward(
    key: StudentKey,
    merged: Callable[[StudentKey], T | None],
    survivor: Callable[[T], StudentKey],
) -> Iterator[T]:
    """Follow a student through merges, until one was not merged or comes again."""
    passed = {key}
    while (found := merged(key)) is not None:
        key = survivor(found)
        if key in passed:
            return
        passed.add(key)
        yield found


def once_here(work: UnitOfWork, site_id: SiteId, incoming: Student) -> set[StudentKey]:
    """Return the students of a site that a record once was, followed through merges."""
    found = set[StudentKey]()
    for ref in incoming.provenance:
        if ref.site_id == site_id:
            found.update(survivors(work.merges, site_id, ref.key))
    return found


def refs_of_others(
    work: UnitOfWork, site_id: SiteId, incoming: Student, key: StudentKey | None
) -> frozenset[StudentRef]:
    """Return those links of an incoming record that lead to other students of a site.

    The linked student, or the one whom a merge has made of it, is on the site and is
    not the one that the record lands on: the site keeps the two apart (MATCH-4). If the
    link were kept, every other site would take the two for one. A link with a student
    who has left the site is kept.

    Args:
        work: The unit of work in which the record arrives.
        site_id: The site.
        incoming: The record that comes.
        key: The student whom it lands on; None for a new one.
    """
    became = {
        ref: set(survivors(work.merges, site_id, ref.key)) - {key}
        for ref in incoming.provenance
        if ref.site_id == site_id
    }
    others = set[StudentKey]().union(*became.values())
    if not others:  # as for most: nothing is asked of the storage
        return frozenset()
    there = work.roster.students(site_id, others)
    return frozenset(ref for ref, keys in became.items() if not keys.isdisjoint(there))


def still_to_merge(
    work: UnitOfWork, site_id: SiteId, flagged: Iterable[StudentKey]
) -> set[StudentKey]:
    """Return those who came to be merged (IMP-9) and are there, with no merge since.

    An undone merge makes them so again.
    """
    keys = set(flagged)
    if not keys:  # as on most sites
        return keys
    there = set(work.roster.students(site_id, keys))
    merges = work.merges.into(site_id, there)
    return there - {merge.survivor.student.key for merge in merges}


def absorbed_by(
    work: UnitOfWork, site_id: SiteId, keys: Collection[StudentKey]
) -> Mapping[StudentKey, set[StudentKey]]:
    """Return for each student all who became that student, and itself (AFTER-2).

    By merges that stand; see `who_became`.
    """
    merges = merges_into(work, site_id, keys)
    return {key: who_became(key, merges) for key in keys}


def merges_into(
    work: UnitOfWork, site_id: SiteId, keys: Collection[StudentKey]
) -> list[Merge]:
    """Return the merges that made others these students, at once or by steps."""
    return _by_steps(
        keys,
        lambda some: work.merges.into(site_id, some),
        lambda merge: merge.absorbed.student.key,
    )


def undone_matches(
    work: UnitOfWork, site_id: SiteId, keys: Collection[StudentKey]
) -> Mapping[StudentKey, list[AppliedMatch]]:
    """Return the undone matches with students of a site, by student (AFTER-2).

    Those are the ones with the student, and with whom the student had become at the
    time by merges that were undone since; see `told_apart_from`.
    """
    merges = _by_steps(
        keys,
        lambda some: work.merges.undone(site_id, some),
        lambda merge: merge.survivor.student.key,
    )
    asked, found = set(keys), defaultdict[StudentKey, list[AppliedMatch]](list)
    became = {merge.survivor.student.key for merge in merges}
    for applied_match in work.applied_matches.undone_for(site_id, asked | became):
        for key in told_apart_from(applied_match, merges) & asked:
            found[key].append(applied_match)
    return found


def _by_steps(
    keys: Iterable[StudentKey],
    of: Callable[[set[StudentKey]], Sequence[Merge]],
    other: Callable[[Merge], StudentKey],
) -> list[Merge]:
    """Return the merges of some, of the others that these lead to, and so on."""
    found, asked, wanted = list[Merge](), set[StudentKey](), set(keys)
    while wanted:
        asked |= wanted
        merges = of(wanted)
        found += merges
        wanted = {other(merge) for merge in merges} - asked
    return found


def standing_matches(
    work: UnitOfWork, site_id: SiteId, keys: Collection[StudentKey], now: Student
) -> list[AppliedMatch]:
    """Return the matches with a student of a site that stand, oldest first (AFTER-2).

    So do those with students who were merged into it. Matches with another child, who
    had one of the keys before, are left out.

    Args:
        work: The unit of work.
        site_id: The site.
        keys: Who has become the student; see `absorbed_by`.
        now: The student.
    """
    return [
        one
        for one in work.applied_matches.standing_for(site_id, keys)
        if not one.refs.isdisjoint(now.provenance)
    ]


def standing_for_survivor(work: UnitOfWork, merge: Merge) -> Sequence[AppliedMatch]:
    """Return the matches with the survivor of a merge that stand, oldest first."""
    survivor = merge.survivor.student
    return work.applied_matches.standing_for(merge.site_id, [survivor.key])


def came_since(
    work: UnitOfWork, merge: Merge, standing: Sequence[AppliedMatch]
) -> list[str]:
    """Return what has come to a survivor since a merge and changed nothing (AFTER-2).

    That is a later merge, or an import, which brought what the first merge had brought
    already: it would be lost if that were undone. What goes back to the absorbed
    student does not count; see `matches_of_absorbed`. The order is told by what was
    there at each time, whatever the clock said.

    Args:
        work: The unit of work.
        merge: The merge.
        standing: The matches with the survivor; see `standing_for_survivor`.
    """
    key, found = merge.survivor.student.key, list[str]()
    others = work.merges.into(merge.site_id, [key])
    changed = merge.survivor != merge.result
    if changed and any(one.survivor == merge.result for one in others):
        found.append("another record was merged into it")
    added = missing_records(merge.survivor.records, merge.result.records)
    origins = {record.origin for record in added}
    gone = matches_of_absorbed(merge, standing)
    brought = (one.already_there for one in standing if one not in gone)
    if any(not origins.isdisjoint(one) for one in brought):
        found.append("an import brought the same records")
    return found


def matches_of_absorbed(
    merge: Merge, standing: Sequence[AppliedMatch]
) -> list[AppliedMatch]:
    """Return the matches that belong to the absorbed student of a merge (LOG-2).

    Only that student had come from the same source record before. So whoever has come
    from it since goes back to that student when the merge is undone.

    Args:
        merge: The merge.
        standing: The matches with the survivor; see `standing_for_survivor`.
    """
    here, gone = merge.survivor.student, merge.absorbed.student
    return [
        one
        for one in standing
        if one.refs & one.before.provenance & gone.provenance
        and one.refs.isdisjoint(here.provenance)
    ]
