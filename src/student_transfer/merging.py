"""What a merge makes of two records of one child. One conflict rule, all pure.

The destination's values stay, its blanks are filled from the source (CONF-2).
Identifiers that are unique on a site are settled by CONF-3. Records are put together
by origin, so none is lost and none is doubled (CONF-5, IMP-5).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import Enum
from functools import partial
from itertools import chain, count, islice
from typing import Any

import attrs

from student_transfer.names import same_gender, same_year
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
    bare = user_name.strip()  # or a blank would stand before the number
    candidates = chain([user_name], (f"{bare}{number}" for number in count(1)))
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
