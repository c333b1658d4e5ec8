"""An applied match is undone: two children who became one record are two again.

A merge of duplicates is undone exactly or not at all (AFTER-2). A wrong match of an
import is found later, when the child of the site has gone on: so it is taken back as
far as nobody has changed it since. What an import brought goes to a record of its own,
and everything else stays where it is, so no record is lost (CONF-5).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs

from student_transfer.imports import ImportId
from student_transfer.merging import (
    IsTaken,
    Merge,
    Snapshot,
    fill_blanks,
    stood_at,
    who_became,
)
from student_transfer.permissions import ActorId
from student_transfer.records import Origin
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import (
    COMPARED_FIELDS,
    Student,
    StudentKey,
    StudentRef,
    travelling,
)


def _sorted(origins: Iterable[Origin]) -> tuple[Origin, ...]:
    """Bring origins into an order, so that equal ones are stored alike."""
    return tuple(sorted(origins))


@attrs.frozen(kw_only=True)
class AppliedMatch:
    """A match that an import has applied: the merge of two students, kept to be undone.

    Attributes:
        import_id: The import.
        source_key: The student's key on the source site.
        site_id: The site that the student came to.
        school_id: The school of it.
        source: The student of the source site, as brought.
        before: The student of the site, as before.
        after: The same, as the import left it.
        came: The origins of the records that this student got, in order.
        arrived_at: When.
        there: The origins of those brought as well that this student had already.
        undone_at: When it was undone, if it was.
        undone_by: Who undid it.
    """

    import_id: ImportId
    source_key: StudentKey
    site_id: SiteId
    school_id: SchoolId
    source: Student
    before: Student
    after: Student
    came: tuple[Origin, ...] = attrs.field(repr=False, converter=_sorted)
    arrived_at: datetime
    there: tuple[Origin, ...] = attrs.field(default=(), repr=False, converter=_sorted)
    undone_at: datetime | None = None
    undone_by: ActorId | None = None

    @property
    def brought(self) -> frozenset[Origin]:
        """The origins of all records that this student had of the child's then."""
        return frozenset(self.came) | frozenset(self.there)

    @property
    def refs(self) -> frozenset[StudentRef]:
        """The record that came, and those that it came from."""
        return self.source.refs


@attrs.frozen(kw_only=True)
class RevertedStudent:
    """What becomes of the student of the site when matches are undone.

    Attributes:
        student: The student of the site.
        others: The other matches that change with it: as if those that are undone
            had never been applied.
        changed_since: The fields that the import filled and somebody has changed
            since, or a merge: they stay as they are.
    """

    student: Student
    others: tuple[AppliedMatch, ...] = ()
    changed_since: tuple[str, ...] = ()


def of_same_child(
    applied_match: AppliedMatch, standing: Sequence[AppliedMatch]
) -> list[AppliedMatch]:
    """Return a match and those of the same child, in the order of ``standing``.

    They are told by the records that they came from: of a child who came twice to the
    same student both matches are undone, or what came the second time would stay.

    Args:
        applied_match: The one that is undone.
        standing: All that stand of the student of the site, this one included.
    """
    refs, rest = set(applied_match.refs), list(standing)
    while more := [one for one in rest if not refs.isdisjoint(one.refs)]:
        refs = refs.union(*(one.refs for one in more))
        rest = [one for one in rest if one not in more]
    return [one for one in standing if not refs.isdisjoint(one.refs)]


def is_own_record(applied_matches: Iterable[AppliedMatch]) -> bool:
    """Return whether a child was matched with a record that was the child's already.

    The record of the site had come from the same one before, or a person has merged it
    with one that had: then there is nothing to undo. Not so for one that came from the
    record of the site: that may be another site's wrong match.

    Args:
        applied_matches: Those of one child; see `of_same_child`. One that was a match
            of two records is enough for all: the later ones found the link that it
            left.
    """
    return not any(
        one.refs.isdisjoint(one.before.provenance) for one in applied_matches
    )


def told_apart_from(
    applied_match: AppliedMatch, merges: Iterable[Merge]
) -> set[StudentKey]:
    """Return the students from whom undoing a match has told a child apart (AFTER-2).

    That is the one with whom the child was matched, and all who were that one then: who
    undoes a match with two that are one has not said that the child is either.

    Args:
        applied_match: The match; one that stands tells the child apart from nobody.
        merges: Merges by which others went into this student, or into such another;
            those that were undone since, too.
    """
    at = applied_match.undone_at
    if at is None:
        return set()
    return who_became(
        applied_match.after.key, (one for one in merges if stood_at(one, at))
    )


@attrs.frozen
class MergedWith:
    """Another student, with whom that of an applied match was merged.

    Attributes:
        other: The other student, without what matches that are undone had filled.
        at: When they were merged.
    """

    other: Snapshot
    at: datetime


def merged_with_since(
    applied_match: AppliedMatch,
    undone: Collection[AppliedMatch],
    merges: Sequence[Merge],
) -> list[MergedWith]:
    """Return with whom the student of an applied match was merged since.

    The student may have been the one that stays or the one that goes; or one who had
    become either by merges before.

    Args:
        applied_match: The match.
        undone: All that are undone with it, or were before.
        merges: Merges that stand.
    """
    key, found = applied_match.after.key, list[MergedWith]()
    for merge in merges:
        stay, go = _sides(merge, merges)
        if key in go:
            other = _without(merge, merge.survivor, stay, undone)
        elif key in stay and merge.merged_at >= applied_match.arrived_at:
            other = _without(merge, merge.absorbed, go, undone)
        else:
            continue
        found.append(MergedWith(other, merge.merged_at))
    return found


def is_merged_by_hand(
    of_child: Collection[AppliedMatch],
    merges: Sequence[Merge],
    undone_before: Collection[AppliedMatch] = (),
) -> bool:
    """Return whether a person has merged a child's own record with the student's.

    That is one with a link to the child that no match of these has left: then there is
    nothing to undo.

    Args:
        of_child: The applied matches of the child; see `of_same_child`.
        merges: Merges that stand.
        undone_before: Matches that were undone before: what a merge has kept of them is
            no link.
    """
    refs = frozenset[StudentRef]().union(*(one.refs for one in of_child))
    undone = [*of_child, *undone_before]
    return any(
        not refs.isdisjoint(_without(merge, side, keys, undone).student.provenance)
        for merge in merges
        for side, keys in zip(
            (merge.survivor, merge.absorbed), _sides(merge, merges), strict=True
        )
    )


def _sides(
    merge: Merge, merges: Sequence[Merge]
) -> tuple[set[StudentKey], set[StudentKey]]:
    """Return who had become, or have since, the one who stays, and the one who goes."""
    go = who_became(merge.absorbed.student.key, merges)
    return who_became(merge.survivor.student.key, merges) - go, go


def _without(
    merge: Merge,
    side: Snapshot,
    keys: Collection[StudentKey],
    undone: Collection[AppliedMatch],
) -> Snapshot:
    """Take back from a student at a merge what matches that are undone had filled.

    Not of those that were undone before the merge: there nothing was left of them.
    """
    mine = [
        one
        for one in undone
        if one.after.key in keys
        and (one.undone_at is None or one.undone_at >= merge.merged_at)
    ]
    student, came = side.student, set[Origin]().union(*(one.came for one in mine))
    for one in mine:
        student, _ = _revert(student, one)
    kept = (record for record in side.records if record.origin not in came)
    return Snapshot.of(student, kept)


def revert_matches(
    now: Student,
    undone: Collection[AppliedMatch],
    standing: Sequence[AppliedMatch],
    merges: Sequence[Merge] = (),
    undone_before: Collection[AppliedMatch] = (),
    *,
    is_taken: IsTaken,
) -> RevertedStudent:
    """Take back from a student of the site what matches had filled (CONF-2).

    A value stays that is not as the import left it: somebody has corrected it since. A
    blank that would have been filled later, too, is filled from there: by another
    match, of which it counts as filled from then on, or by a merge of duplicates.

    Args:
        now: The student of the site as of now.
        undone: The applied matches that are undone: those of one child.
        standing: All applied matches that stand, oldest first, those included.
        merges: Those that stand by which others went into this student, or into such
            another. A match may have been with any of them.
        undone_before: Matches with any of them that were undone before.
        is_taken: Says whether another student of the site has an identifier.
    """
    student, changed = now, set[str]()
    rest = {one: one for one in standing if one not in undone}
    for place, applied_match in reversed(list(enumerate(standing))):
        if applied_match not in undone:
            continue
        before, (student, more) = student, _revert(student, applied_match)
        changed |= more
        left = before.enrolments - student.enrolments
        later: list[AppliedMatch | MergedWith] = [
            *(one for one in standing[place + 1 :] if one in rest),
            *merged_with_since(applied_match, [*undone, *undone_before], merges),
        ]
        for one in sorted(later, key=_when):
            if isinstance(one, MergedWith):
                student = _merge_again(student, before, one.other.student, is_taken)
                continue
            given = _refill(student, before, one.source, is_taken)
            schools = {one.school_id} & before.enrolments
            given = attrs.evolve(given, enrolments=given.enrolments | schools)
            rest[one] = _with_refilled(rest[one], left, student, given)
            student = given
    others = tuple(new for old, new in rest.items() if new != old)
    return RevertedStudent(
        student=student, others=others, changed_since=tuple(sorted(changed))
    )


def _when(one: AppliedMatch | MergedWith) -> datetime:
    return one.at if isinstance(one, MergedWith) else one.arrived_at


def _merge_again(
    student: Student, before: Student, other: Student, is_taken: IsTaken
) -> Student:
    """Return what was taken back again, where a merge would have filled it."""
    given = _refill(student, before, other, is_taken)
    return attrs.evolve(
        given,
        enrolments=given.enrolments | (other.enrolments & before.enrolments),
        provenance=given.provenance | (other.provenance & before.provenance),
    )


def _differing(left: Student, right: Student) -> set[str]:
    """Name the fields in which two states of a student differ, of those compared."""
    return {
        name for name in COMPARED_FIELDS if getattr(left, name) != getattr(right, name)
    }


def _revert(student: Student, applied_match: AppliedMatch) -> tuple[Student, set[str]]:
    """Take back what one match had filled; name what is not as it left it.

    The school stays with who has left the school of before: then it is the student's.
    """
    before, after = applied_match.before, applied_match.after
    filled = _differing(before, after)
    as_left = filled - _differing(student, after)
    values: dict[str, Any] = {name: getattr(before, name) for name in as_left}
    added = set(after.extra) - set(before.extra)
    extra = tuple(pair for pair in student.extra if pair not in added)
    others = {name for name, _ in added - set(student.extra)} & dict(extra).keys()
    schools = (after.enrolments - before.enrolments) & student.enrolments
    has_moved = bool(schools) and not before.enrolments <= student.enrolments
    taken_back = attrs.evolve(
        student,
        **values,
        extra=extra,
        enrolments=student.enrolments - (set() if has_moved else schools),
        provenance=student.provenance - (after.provenance - before.provenance),
    )
    changed = (filled - as_left) | others
    return taken_back, changed | ({"enrolments"} if has_moved else set())


def _refill(
    student: Student, before: Student, source: Student, is_taken: IsTaken
) -> Student:
    """Fill what was taken back, where somebody else has brought it as well."""
    filled = fill_blanks(student, source, is_taken, travelling(source.extra))
    taken = _differing(student, before)
    values: dict[str, Any] = {name: getattr(filled, name) for name in taken}
    named = dict(before.extra)
    extra = [pair for pair in filled.extra if pair[0] in named]
    return attrs.evolve(student, **values, extra=extra)


def _with_refilled(
    applied_match: AppliedMatch,
    left: frozenset[SchoolId],
    student: Student,
    given: Student,
) -> AppliedMatch:
    """Let a match be the one that gave what the student has been given.

    It found the student in none of the schools that were ``left`` now.
    """
    before, after = (
        attrs.evolve(one, enrolments=one.enrolments - left)
        for one in (applied_match.before, applied_match.after)
    )
    return attrs.evolve(
        applied_match,
        before=_as_in(before, student, given),
        after=_as_in(after, given, student),
    )


def _as_in(student: Student, this: Student, other: Student) -> Student:
    """Make a student as ``this`` in what tells it from the other."""
    differing = _differing(this, other)
    values: dict[str, Any] = {name: getattr(this, name) for name in differing}
    mine, others = set(this.extra), set(other.extra)
    named = dict(mine ^ others)
    stays = [pair for pair in student.extra if pair[0] not in named]
    less = other.enrolments - this.enrolments
    return attrs.evolve(
        student,
        **values,
        extra=(*stays, *(mine - others)),
        enrolments=(student.enrolments - less) | (this.enrolments - other.enrolments),
    )
