"""An import's match is undone: two children who became one record are two again.

A merge of duplicates is undone exactly or not at all (AFTER-2). A wrong match of an
import is found later, when the child of the site has gone on: so it is taken back as
far as nobody has changed it since. What an import brought goes to a record of its own,
and everything else stays where it is, so no record is lost (CONF-5).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import attrs

from student_transfer.imports import ImportId
from student_transfer.merging import IsTaken, fill_blanks
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
    undone_at: datetime | None = None
    undone_by: ActorId | None = None

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
    """Give an arrival and those of the same child, in the order of ``standing``.

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
    """Say whether a child came to a record that was the child's already.

    The record of the site had come from the same one before, or the child from it, or a
    person has merged it with one that had: then there are no two to be parted.

    Args:
        arrivals: Those of one child; see `of_one_child`. One that was a match of two
            records is enough for all: the later ones found the link that it left.
    """
    return not any(one.refs.isdisjoint(one.before.refs) for one in arrivals)


def part(
    now: Student,
    undone: Iterable[Arrival],
    others: Sequence[Arrival],
    *,
    is_taken: IsTaken,
) -> TakenBack:
    """Take back from a student of the site what an incoming one filled (CONF-2).

    A value stays that is not as the import left it: somebody has corrected it since. A
    blank that another arrival would have filled, too, is filled from that one, and
    counts as what that one filled from then on.

    Args:
        now: The student of the site as of now.
        undone: The arrivals of the child who is parted from it, newest first.
        others: The other arrivals that stand, oldest first.
        is_taken: Says whether another student of the site has an identifier.
    """
    student, changed = now, set[str]()
    for arrival in undone:
        student, more = _take_back(student, arrival)
        changed |= more
    rest = []
    for arrival in others:
        student, given = _give_again(student, now, arrival, is_taken)
        if given != arrival:
            rest.append(given)
    return TakenBack(
        student=student, others=tuple(rest), changed_since=tuple(sorted(changed))
    )


def _take_back(student: Student, arrival: Arrival) -> tuple[Student, set[str]]:
    """Undo what one arrival filled; name what is not as it left it."""
    before, after = arrival.before, arrival.after
    filled = {
        name
        for name in COMPARED_FIELDS
        if getattr(before, name) != getattr(after, name)
    }
    as_left = {
        name for name in filled if getattr(student, name) == getattr(after, name)
    }
    values: dict[str, Any] = {name: getattr(before, name) for name in as_left}
    added = dict(set(after.extra) - set(before.extra))
    extra = tuple(pair for pair in student.extra if added.get(pair[0]) != pair[1])
    taken_back = attrs.evolve(
        student,
        **values,
        extra=extra,
        enrolments=student.enrolments - (after.enrolments - before.enrolments),
        provenance=student.provenance - (after.provenance - before.provenance),
    )
    return taken_back, (filled - as_left) | (added.keys() & dict(extra).keys())


def _give_again(
    student: Student, now: Student, arrival: Arrival, is_taken: IsTaken
) -> tuple[Student, Arrival]:
    """Give what was taken back again, where another arrival has brought it as well."""
    source = arrival.source
    filled = fill_blanks(student, source, is_taken, travelling(source.extra))
    taken = [
        name for name in COMPARED_FIELDS if getattr(student, name) != getattr(now, name)
    ]
    values: dict[str, Any] = {name: getattr(filled, name) for name in taken}
    named = dict(now.extra)
    given = attrs.evolve(
        student,
        **values,
        extra=[pair for pair in filled.extra if pair[0] in named],
        enrolments=student.enrolments | ({arrival.school_id} & now.enrolments),
    )
    before = _as_in(arrival.before, student, given)
    after = _as_in(arrival.after, given, student)
    return given, attrs.evolve(arrival, before=before, after=after)


def _as_in(student: Student, this: Student, other: Student) -> Student:
    """Make a student as ``this`` in what tells it from the other."""
    values: dict[str, Any] = {
        name: getattr(this, name)
        for name in COMPARED_FIELDS
        if getattr(this, name) != getattr(other, name)
    }
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
