"""With whom an incoming student is merged: each decision is checked again (IMP-8)."""

from collections.abc import Collection
from datetime import datetime
from itertools import chain

from student_transfer.identity import (
    MatchTarget,
    are_kept_apart,
    are_linked,
    still_fits,
    still_same,
)
from student_transfer.imports import Import, ImportRow
from student_transfer.matching import ImportAs, Settings, link_keys
from student_transfer.outcomes import Reason
from student_transfer.ports import UnitOfWork
from student_transfer.services.merge_history import (
    absorbed_by,
    merges_of,
    once_here,
    refs_of_others,
    undone_matches,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey


def resolve_target(
    work: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student,
    settings: Settings,
) -> MatchTarget | Reason | None:
    """Return the student to merge with, None for a new one, or why the row fails.

    A match that was merged since is followed to the survivor, unless that is another
    row's student (PREV-4). A new student whom another import has brought since the
    preview does not come a second time. Where it is not plain which student of the site
    that is, the row fails, and a person has to decide (IMP-5).

    Args:
        work: The unit of work in which the student is brought.
        import_: The import.
        row: What was seen and decided.
        source: The incoming student as of now.
        settings: The thresholds of the matching.
    """
    if row.decision.import_as is ImportAs.NEW:
        return _imported_since(work, import_, row, source, settings)
    found = follow_match(work, import_.site_id, row, settings)
    if isinstance(found, Reason):
        return found
    moved = found.now.key != row.decision.match
    if moved and taken_by(work, import_, row, found.now.key) is not None:
        return Reason.MATCH_TAKEN
    reason = why_match_ended(work, import_, row, source, found, settings=settings)
    if reason is None and _are_kept_apart_since(work, row, source, found):
        reason = Reason.KEPT_APART
    return reason or found


def why_match_ended(
    work: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student,
    target: MatchTarget,
    *,
    settings: Settings,
) -> Reason | None:
    """Return why a decided match does not hold any more, if so (IMP-8).

    Whether a site keeps the two apart by now is not asked here: see `resolve_target`.
    """
    if not still_fits(row, source, target, settings):
        return Reason.MATCH_CHANGED
    if _undone_since(work, import_, row, source, target):
        return Reason.MATCH_UNDONE
    if not source.refs.isdisjoint(target.now.refs):
        return None  # the two are linked
    came = _imported_as_another_since(work, import_, row, source, settings)
    return Reason.CAME_AS_ANOTHER if came else None


def _are_kept_apart_since(
    work: UnitOfWork, row: ImportRow, source: Student, target: MatchTarget
) -> bool:
    """Return whether a site keeps the two apart, which it did not when it was decided.

    A person who decided did not know of it (PREV-4, MATCH-4): another of the source may
    have come since, or either record was merged with another.
    """

    def apart(incoming: Student, student: Student) -> bool:
        were = once_here(work, target.now.site_id, incoming)
        return are_kept_apart(incoming, student, were)

    seen, matched = row.incoming or source, row.matched or target.seen
    return apart(source, target.now) and not apart(seen, matched)


def follow_match(
    work: UnitOfWork, site_id: SiteId, row: ImportRow, settings: Settings
) -> MatchTarget | Reason:
    """Return the matched student as of now, following merges since (IMP-8)."""
    seen, reason = row.matched, Reason.MATCH_GONE
    if seen is None:
        return reason
    for merge in chain([None], merges_of(work.merges, site_id, seen.key)):
        if merge is not None:
            if not still_same(seen, merge.absorbed.student, settings):
                break
            seen = merge.result.student
        now = work.roster.students(site_id, [seen.key]).get(seen.key)
        if now is not None and still_same(seen, now, settings):
            return MatchTarget(now, seen)
        if now is not None:
            reason = Reason.MATCH_CHANGED
    return reason


def _undone_since(
    work: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student,
    target: MatchTarget,
) -> bool:
    """Return whether a match of the two was undone since it was decided (AFTER-2).

    Where no person has decided, it counts whenever it was undone: the two are not
    matched again unseen.
    """
    matched = {row.decision.match or target.now.key}
    undone = _undone(work, import_.site_id, source, target.now, matched)
    if not undone or not row.decision.by_person:
        return bool(undone)
    edits = work.imports.edits(import_.id)
    decided = [edit.at for edit in edits if edit.source_key == row.source_key]
    return not decided or max(decided) <= max(undone)


def _undone(
    work: UnitOfWork,
    site_id: SiteId,
    source: Student,
    student: Student,
    others: Collection[StudentKey] = (),
) -> list[datetime]:
    """Return when matches of two students were undone (AFTER-2).

    Matches of the incoming one with anybody who was merged into the other since, by
    whatever chain, or who was one with it then, count as well; see `undone_matches`.
    Once a person has merged the two by hand they are linked again, and none counts.

    Args:
        work: The unit of work.
        site_id: The site.
        source: The incoming student.
        student: The student of the site.
        others: Further students of the site whose undone matches count.
    """
    refs = source.refs - refs_of_others(work, site_id, source, student.key)
    if refs <= student.refs:
        return []
    keys = {*others, *absorbed_by(work, site_id, [student.key])[student.key]}
    return [
        one.undone_at
        for found in undone_matches(work, site_id, keys).values()
        for one in found
        if one.undone_at is not None and refs & one.refs - student.refs
    ]


def _imported_as_another_since(
    work: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student,
    settings: Settings,
) -> bool:
    """Return whether a matched student has come as another one since (IMP-5).

    Another import has brought the student since the preview, whatever that record looks
    like. What a person decided stays. Who has become one of the site at the source is
    told apart later; see `resolve_target`.
    """
    known = {candidate.key for candidate in row.suggestion.candidates}
    if row.decision.by_person or not known:  # a host's matcher may name nobody
        return False
    return any(
        student.key not in known
        and not source.refs.isdisjoint(student.provenance)
        and taken_by(work, import_, row, student.key) is None
        for student in _linked_here(work, import_.site_id, source, settings)
    )


def _linked_here(
    work: UnitOfWork, site_id: SiteId, source: Student, settings: Settings
) -> list[Student]:
    """Return the students of a site who are linked with an incoming record (IMP-5).

    See `are_linked`: the child may have come by two sites at once, or be back. Those
    from whom a person has parted the child are left out (AFTER-2).
    """
    links = frozenset(link_keys(source.refs))
    blocked = work.roster.blocked(site_id, links, settings.per_key_limit)
    were = once_here(work, site_id, source)
    keys = were.union(*blocked.students.values())
    if not keys:
        return []
    return [
        student
        for student in work.roster.students(site_id, keys).values()
        if are_linked(source, student, were)
        and not _undone(work, site_id, source, student)
    ]


def taken_by(
    work: UnitOfWork, import_: Import, row: ImportRow, key: StudentKey
) -> StudentKey | None:
    """Return who else of the import claims a student, if anybody; see `who_claims`."""
    other = who_claims(work, import_, row, [key]).get(key)
    return None if other is None else other.key


def who_claims(
    work: UnitOfWork, import_: Import, row: ImportRow, keys: Collection[StudentKey]
) -> dict[StudentKey, Student]:
    """Return, by student of the site, who else of the import claims that one (PREV-4).

    The student is that one's match or, once the import runs, whom that one arrived as.
    Who was not on the source site when the preview was made claims nobody: nothing of
    theirs can arrive (IMP-10).

    Args:
        work: The unit of work.
        import_: The import.
        row: The incoming student whose own claim does not count.
        keys: The students of the site; those who are free are left out of the answer.
    """
    found: dict[StudentKey, Student] = {}
    for other in work.imports.rows_taking(import_.id, keys):
        if other.incoming is not None and other.source_key != row.source_key:
            for key in other.taken.intersection(keys):
                found.setdefault(key, other.incoming)
    return found


def _imported_since(
    work: UnitOfWork,
    import_: Import,
    row: ImportRow,
    source: Student,
    settings: Settings,
) -> MatchTarget | Reason | None:
    """Return the one student whom the site has of this very child by now (IMP-5).

    Another import has made that student, or the child's own record is back: see
    `_linked_here`. Where there are several, or where the one looks like another child
    or is claimed by another row, only a person can say who is who, and the row fails.
    What a person decided stays: then the student is a new one in any case.
    """
    if row.decision.by_person:
        return None
    found = _linked_here(work, import_.site_id, source, settings)
    if not found:
        return None
    [student, *others] = found
    if others:
        return Reason.HERE_TWICE
    if not still_same(source, student, settings):
        return Reason.HERE_UNLIKE
    if taken_by(work, import_, row, student.key) is not None:
        return Reason.HERE_TAKEN
    return MatchTarget(student, student)
