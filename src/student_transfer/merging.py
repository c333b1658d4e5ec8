"""What a merge makes of two records of one child. One conflict rule, all pure.

The destination's values stay, its blanks are filled from the source (CONF-2).
Identifiers that are unique on a site are settled by CONF-3. Records are put together
by origin, so none is lost and none is doubled (CONF-5, IMP-5).
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import partial
from hashlib import sha256
from itertools import chain, count, islice
from typing import Any, NewType, TypeVar

import attrs

from student_transfer.errors import MergeRefusedError, MergeUndoRefusedError
from student_transfer.names import same_gender, same_year
from student_transfer.permissions import ActorId
from student_transfer.records import Origin, Record
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import (
    COMPARED_FIELDS,
    PERSONAL_FIELDS,
    Extra,
    Identifier,
    Student,
    StudentKey,
    StudentRef,
    identifier_key,
    travelling,
)

T = TypeVar("T", bound=attrs.AttrsInstance)

Taken = Callable[[Identifier, Sequence[str]], Collection[str]]
"""Returns which of some identifiers of a kind another student of the site has.

Each as it was given, however it is written on the site.
"""

_FIRST_ASKED, _MOST_ASKED = 8, 256  # names at once; few need more than the first ones


class Treatment(Enum):
    """What was done about a value that differs from the source's."""

    KEPT = "the value on this site was kept"
    NUMBERED = "taken on this site, so a number was appended"
    LEFT_BLANK = "taken on this site, so left blank"
    NOT_IMPORTED = "comes from the Student Information System, so not imported"


@attrs.frozen
class Change:
    """One field that is not on the destination as it was on the source (CONF-1).

    The values themselves are on the log; this says which field and why.
    """

    field: str
    treatment: Treatment


@attrs.frozen
class Settled:
    """A student as it will be on the destination, and what was changed for it."""

    student: Student
    changes: tuple[Change, ...] = ()


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def first_free(
    user_name: str, names_taken: Callable[[Sequence[str]], Collection[str]]
) -> str:
    """Return a user name, with the first number that makes a taken one free (CONF-3).

    Args:
        user_name: The user name.
        names_taken: Returns which of some user names are taken.

    >>> first_free("asmith", {"asmith", "asmith1"}.intersection)
    'asmith2'
    >>> first_free("asmith", set().intersection)
    'asmith'
    """
    candidates = chain([user_name], (f"{user_name}{number}" for number in count(1)))
    asked = _FIRST_ASKED
    while True:
        some = list(islice(candidates, asked))
        taken = names_taken(some)
        for candidate in some:
            if candidate not in taken:
                return candidate
        asked = min(2 * asked, _MOST_ASKED)


def settle_new(
    source: Student,
    *,
    key: StudentKey,
    site_id: SiteId,
    school_id: SchoolId,
    taken: Taken,
    others: Collection[StudentRef] = (),
) -> Settled:
    """Return the student who is created on the destination (CONF-3, IMP-4).

    Args:
        source: The student on the source.
        key: The key on the destination.
        site_id: The destination.
        school_id: The school to enrol in.
        taken: Returns which of some identifiers another student has.
        others: Records of the destination that the source's record came from, and
            that are other students there: the site keeps them apart (MATCH-4).
    """
    student = attrs.evolve(
        source,
        key=key,
        site_id=site_id,
        enrolments={school_id},
        provenance=source.refs - set(others),
        extra=travelling(source.extra),
    )
    changes = []
    for kind in Identifier:
        value = source.identifier(kind)
        if not value or value not in taken(kind, [value]):
            continue
        if kind is Identifier.USER_NAME:
            value = first_free(value, partial(taken, kind))
            changes.append(Change(kind.value, Treatment.NUMBERED))
        else:
            value = ""
            changes.append(Change(kind.value, Treatment.LEFT_BLANK))
        field: dict[str, Any] = {kind.value: value}
        student = attrs.evolve(student, **field)
    return Settled(student, tuple(changes))


def settle_match(
    destination: Student,
    source: Student,
    *,
    school_id: SchoolId,
    taken: Taken,
    others: Collection[StudentRef] = (),
) -> Settled:
    """Return the matched student with an incoming one merged into it (CONF-2, IMP-4).

    The destination's values stay and its blanks are filled, but with no identifier
    that another student of the site has. Merging twice equals merging once (CONF-5).
    For ``others`` see `settle_new`.
    """
    merged = fill_blanks(destination, source, taken, travelling(source.extra))
    merged = attrs.evolve(
        merged,
        enrolments=destination.enrolments | {school_id},
        provenance=_provenance(destination, source, others),
    )
    return Settled(merged, _changes(merged, source, destination))


def settle_match_on_sis(
    destination: Student, source: Student, *, others: Collection[StudentRef] = ()
) -> Settled:
    """Return the matched student of a Student Information System (IMP-9).

    Names, identifiers and enrolments stay as that system has them; only where the
    records came from is added. For ``others`` see `settle_new`.
    """
    provenance = _provenance(destination, source, others)
    student = attrs.evolve(destination, provenance=provenance)
    differing = [f for f in COMPARED_FIELDS if _differs(student, source, f)]
    differing += _differing_extra(student, source)
    treatment = Treatment.NOT_IMPORTED
    return Settled(student, tuple(Change(f, treatment) for f in differing))


def _provenance(
    into: Student, from_: Student, others: Collection[StudentRef]
) -> frozenset[StudentRef]:
    """Return where both came from; a student does not come from itself."""
    return (into.provenance | (from_.refs - set(others))) - {into.ref}


def fill_blanks(into: Student, from_: Student, taken: Taken, extra: Extra) -> Student:
    """Return a student with another one's values where it has none (CONF-2).

    Args:
        into: The student who gets them.
        from_: The student from whom they are taken.
        taken: Returns which of some identifiers a third one has; they stay blank.
        extra: The further fields that may be taken.
    """
    filled: dict[str, Any] = {
        field: getattr(from_, field)
        for field in PERSONAL_FIELDS
        if _blank(getattr(into, field))
    }
    for kind in Identifier:
        value = from_.identifier(kind)
        if _blank(value) or not _blank(into.identifier(kind)):
            continue
        if value not in taken(kind, [value]):
            filled[kind.value] = value
    known = {name for name, _ in into.extra}
    added = [pair for pair in extra if pair[0] not in known]
    return attrs.evolve(into, **filled, extra=(*into.extra, *added))


def _same_text(left: object, right: object) -> bool:
    if isinstance(left, date) or isinstance(right, date):
        return left == right
    return identifier_key(str(left)) == identifier_key(str(right))


_SAME_MEANING: Mapping[str, Callable[[str, str], bool]] = {
    "gender": same_gender,
    "year": same_year,
}
"""Fields that sites write in several ways, and what says that two mean the same."""


def same_value(field: str, left: object, right: object) -> bool:
    """Return whether a person takes two values of a field for the same (CONF-1).

    Case and blanks do not count, nor in which of the ways a gender or year is written.

    Args:
        field: The field's name, as of `Student`.
        left: One value: a text, or a date or None.
        right: The other.

    >>> same_value("gender", "F", "female"), same_value("year", "Year 6", "06")
    (True, True)
    >>> same_value("email", " Maya@x.org", "maya@x.org"), same_value("email", "", "m@x")
    (True, False)
    """
    same = _SAME_MEANING.get(field)
    if same is not None and same(str(left), str(right)):
        return True
    return _same_text(left, right)


def _differs(student: Student, source: Student, field: str) -> bool:
    """Return whether the source has a value that the student does not have."""
    wanted, has = getattr(source, field), getattr(student, field)
    return not _blank(wanted) and not same_value(field, has, wanted)


def _differing_extra(student: Student, source: Student) -> list[str]:
    """Return the names of the source's further fields that differ on the student."""
    has = dict(student.extra)
    return [
        name
        for name, value in travelling(source.extra)
        if not _same_text(has.get(name, ""), value)
    ]


def _changes(
    merged: Student, source: Student, destination: Student
) -> tuple[Change, ...]:
    """Return what of the source is not on the destination after the merge."""
    changes = []
    for field in COMPARED_FIELDS:
        if _differs(merged, source, field):
            left_blank = _blank(getattr(destination, field))
            treatment = Treatment.LEFT_BLANK if left_blank else Treatment.KEPT
            changes.append(Change(field, treatment))
    changes += [
        Change(name, Treatment.KEPT) for name in _differing_extra(merged, source)
    ]
    return tuple(changes)


def missing_records(
    present: Iterable[Record], arriving: Iterable[Record]
) -> tuple[Record, ...]:
    """Return the arriving records whose origin is not present yet (IMP-5, CONF-5)."""
    known = {record.origin for record in present}
    missing: dict[Origin, Record] = {}
    for record in arriving:
        if record.origin not in known:
            missing.setdefault(record.origin, record)
    return tuple(missing.values())


# Merging duplicates on one site (AFTER) --------------------------------------------

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


def merge_duplicates(survivor: Snapshot, absorbed: Snapshot) -> Snapshot:
    """Return one student of a site with another of the same site merged in (AFTER-1).

    The survivor's values stay, its blanks are filled: identifiers too, since the
    absorbed record leaves the site and frees them. No record is lost: of two with the
    same origin the survivor's stays.

    Raises:
        MergeRefusedError: They are one student, or of two sites.
    """
    into, from_ = survivor.student, absorbed.student
    if into.site_id != from_.site_id or into.key == from_.key:
        raise MergeRefusedError
    merged = attrs.evolve(
        fill_blanks(into, from_, lambda _kind, _values: (), from_.extra),
        enrolments=into.enrolments | from_.enrolments,
        provenance=(into.provenance | from_.provenance) - {into.ref},
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
