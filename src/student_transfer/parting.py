"""An import's match is undone: two children who became one record are two again.

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
class Arrival:
    """An incoming student's merge with one of the site, kept to be undone.

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
class TakenBack:
    """What becomes of the student of the site when a match is undone.

    Attributes:
        student: The student of the site.
        others: The other arrivals that are others now: as if those that are undone had
            never been.
        changed_since: The fields that the import filled and somebody has changed
            since, or a merge: they stay as they are.
    """

    student: Student
    others: tuple[Arrival, ...] = ()
    changed_since: tuple[str, ...] = ()


def of_one_child(arrival: Arrival, standing: Sequence[Arrival]) -> list[Arrival]:
    """Return an arrival and those of the same child, in the order of ``standing``.

    They are told by the records that they came from: a child who came twice to the
    same student is parted from it as a whole, or what came the second time would stay.

    Args:
        arrival: The one whose match is undone.
        standing: All that stand of the student of the site, this one included.
    """
    refs, rest = set(arrival.refs), list(standing)
    while more := [one for one in rest if not refs.isdisjoint(one.refs)]:
        refs = refs.union(*(one.refs for one in more))
        rest = [one for one in rest if one not in more]
    return [one for one in standing if not refs.isdisjoint(one.refs)]


def is_own(arrivals: Iterable[Arrival]) -> bool:
    """Return whether a child came to a record that was the child's already.

    The record of the site had come from the same one before, or a person has merged it
    with one that had: then there are no two to be parted. Not so for one that came from
    the record of the site: that may be another site's wrong match.

    Args:
        arrivals: Those of one child; see `of_one_child`. One that was a match of two
            records is enough for all: the later ones found the link that it left.
    """
    return not any(one.refs.isdisjoint(one.before.provenance) for one in arrivals)


def parted_from(arrival: Arrival, merges: Iterable[Merge]) -> set[StudentKey]:
    """Return the students from whom a child was parted (AFTER-2).

    That is the one to whom the child had come, and all who were that one then: who
    parts a child from two that are one has not said that it is either.

    Args:
        arrival: The child's arrival; one that stands was parted from nobody.
        merges: Merges by which others went into this student, or into such another;
            those that were undone since, too.
    """
    at = arrival.undone_at
    if at is None:
        return set()
    return who_became(arrival.after.key, (one for one in merges if stood_at(one, at)))


@attrs.frozen
class Met:
    """With whom a merge has joined the student to whom a child had come.

    Attributes:
        other: The other student, without what arrivals that are undone had filled.
        at: When they were merged.
    """

    other: Snapshot
    at: datetime


def met_since(
    arrival: Arrival,
    undone: Collection[Arrival],
    merges: Sequence[Merge],
) -> list[Met]:
    """Say with whom merges have joined the student of an arrival since.

    The student may have been the one that stays or the one that goes; or one who had
    become either by merges before.

    Args:
        arrival: The arrival.
        undone: All that are undone with it, or were before.
        merges: Merges that stand.
    """
    key, found = arrival.after.key, list[Met]()
    for merge in merges:
        stay, go = _sides(merge, merges)
        if key in go:
            found.append(
                Met(_without(merge, merge.survivor, stay, undone), merge.merged_at)
            )
        elif key in stay and merge.merged_at >= arrival.arrived_at:
            found.append(
                Met(_without(merge, merge.absorbed, go, undone), merge.merged_at)
            )
    return found


def are_merged(
    of_child: Collection[Arrival],
    merges: Sequence[Merge],
    parted: Collection[Arrival] = (),
) -> bool:
    """Return whether a person has merged a child's own record with the student's.

    That is one with a link to the child that no arrival of these has left: then there
    are no two to be parted.

    Args:
        of_child: The arrivals of the child; see `of_one_child`.
        merges: Merges that stand.
        parted: Arrivals that were undone before: what a merge has kept of them is no
            link.
    """
    refs = frozenset[StudentRef]().union(*(one.refs for one in of_child))
    undone = [*of_child, *parted]
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
    undone: Collection[Arrival],
) -> Snapshot:
    """Take back from a student at a merge what arrivals that are undone had filled.

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
        student, _ = _take_back(student, one)
    kept = (record for record in side.records if record.origin not in came)
    return Snapshot.of(student, kept)


def part(
    now: Student,
    undone: Collection[Arrival],
    standing: Sequence[Arrival],
    merges: Sequence[Merge] = (),
    parted: Collection[Arrival] = (),
    *,
    is_taken: IsTaken,
) -> TakenBack:
    """Take back from a student of the site what an incoming one filled (CONF-2).

    A value stays that is not as the import left it: somebody has corrected it since. A
    blank that would have been filled later, too, is filled from there: by another
    arrival, of which it counts as filled from then on, or by a merge of duplicates.

    Args:
        now: The student of the site as of now.
        undone: The arrivals of the child who is parted from it.
        standing: All arrivals that stand, oldest first, those included.
        merges: Those that stand by which others went into this student, or into such
            another. An arrival may have been at any of them.
        parted: Arrivals at any of them that were undone before.
        is_taken: Says whether another student of the site has an identifier.
    """
    student, changed = now, set[str]()
    rest = {arrival: arrival for arrival in standing if arrival not in undone}
    for place, arrival in reversed(list(enumerate(standing))):
        if arrival not in undone:
            continue
        before, (student, more) = student, _take_back(student, arrival)
        changed |= more
        left = before.enrolments - student.enrolments
        later: list[Arrival | Met] = [
            *(one for one in standing[place + 1 :] if one in rest),
            *met_since(arrival, [*undone, *parted], merges),
        ]
        for one in sorted(later, key=_when):
            if isinstance(one, Met):
                student = _merge_again(student, before, one.other.student, is_taken)
                continue
            given = _give_again(student, before, one.source, is_taken)
            schools = {one.school_id} & before.enrolments
            given = attrs.evolve(given, enrolments=given.enrolments | schools)
            rest[one] = _with_given(rest[one], left, student, given)
            student = given
    others = tuple(new for old, new in rest.items() if new != old)
    return TakenBack(
        student=student, others=others, changed_since=tuple(sorted(changed))
    )


def _when(one: Arrival | Met) -> datetime:
    return one.at if isinstance(one, Met) else one.arrived_at


def _merge_again(
    student: Student, before: Student, other: Student, is_taken: IsTaken
) -> Student:
    """Return what was taken back again, where a merge would have filled it."""
    given = _give_again(student, before, other, is_taken)
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


def _take_back(student: Student, arrival: Arrival) -> tuple[Student, set[str]]:
    """Undo what one arrival filled; name what is not as it left it.

    The school stays with who has left the school of before: then it is the student's.
    """
    before, after = arrival.before, arrival.after
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


def _give_again(
    student: Student, before: Student, source: Student, is_taken: IsTaken
) -> Student:
    """Fill what was taken back, where somebody else has brought it as well."""
    filled = fill_blanks(student, source, is_taken, travelling(source.extra))
    taken = _differing(student, before)
    values: dict[str, Any] = {name: getattr(filled, name) for name in taken}
    named = dict(before.extra)
    extra = [pair for pair in filled.extra if pair[0] in named]
    return attrs.evolve(student, **values, extra=extra)


def _with_given(
    arrival: Arrival, left: frozenset[SchoolId], student: Student, given: Student
) -> Arrival:
    """Let an arrival be the one that gave what the student has been given.

    It found the student in none of the schools that were ``left`` now.
    """
    before, after = (
        attrs.evolve(one, enrolments=one.enrolments - left)
        for one in (arrival.before, arrival.after)
    )
    return attrs.evolve(
        arrival,
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
