"""Linking two rosters of students, the existing one read as a stream."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import islice

from student_transfer.field_types import check_argument
from student_transfer.linkage.bulk_blocking.backend import (
    blocker_for,
    have_repeated,
    take_students,
)
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    SoughtStudents,
)
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.incoming import incoming_by_key
from student_transfer.linkage.profiles.profile import as_columns, profile, values_of
from student_transfer.linkage.proposing.deciding import Suggestion
from student_transfer.linkage.proposing.parts import (
    LocalParts,
    Part,
    Profiles,
    Rows,
    link_parts,
)
from student_transfer.students import Student, each_student

_AT_ONCE = 5000

STUDENT_ROWS = Rows[Student](
    key=lambda one: one.key,
    profile=profile,
    as_columns=lambda some: as_columns(
        None if one.provenance else values_of(one) for one in some
    ),
)
"""How students of a roster are read that are values of the library already."""


def link(
    incoming: Iterable[Student],
    existing: Iterable[Student],
    settings: Settings = DEFAULT_SETTINGS,
) -> tuple[Suggestion, ...]:
    """Propose for each incoming student whom of a roster to match, in the order given.

    The same proposals as `suggest` makes with what a storage finds. The existing roster
    is read once and not kept, and may be a stream: of it the distinct names stay, and
    who may be an incoming student.

    Args:
        incoming: The students who come, each key once.
        existing: The students who are there, each key once.
        settings: Thresholds and limits.

    Returns:
        A proposal for each incoming student, in their order. `link_students` gives
        them by key, and says why.

    Raises:
        ValueError: Two students of one roster have one key.
        TypeError: A roster has something in it that is no `Student`, or the settings
            are none.

    >>> import attrs
    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron",
    ...               year="6", gender="F")
    >>> there = [attrs.evolve(ada, key="9", site_id="b", given_name="ADA")]
    >>> link([ada], there)[0].match
    '9'
    """
    ready, sought, blocker = read_students(incoming, existing, settings)
    parts = LocalParts(Part(blocker, STUDENT_ROWS, ready, settings))
    del blocker  # what it has learnt of names takes much room
    return link_parts(ready, sought, parts, settings)


def read_students(
    incoming: Iterable[Student], existing: Iterable[Student], settings: Settings
) -> tuple[Profiles, SoughtStudents, RosterBlocker[Student]]:
    """Read two rosters, as `link` is given them.

    Returns:
        The incoming students by key, what is looked for, and what has read the existing
        roster.

    Raises:
        ValueError: Two students of one roster have one key.
        TypeError: A roster has something in it that is no `Student`, or the settings
            are none.
    """
    check_argument("settings", settings, Settings)
    coming = incoming_by_key(incoming)
    ready = {key: profile(student) for key, student in coming.items()}
    sought = SoughtStudents(tuple(ready.values()))
    blocker: RosterBlocker[Student] = blocker_for(sought, settings)
    _read(blocker, each_student(existing, "existing"))
    return ready, sought, blocker


def _read(blocker: RosterBlocker[Student], stream: Iterator[Student]) -> None:
    """Read the existing roster, no student of which may be there twice."""
    keys = array("q")  # of 64 bits: that two keys have one is as good as never
    while some := list(islice(stream, _AT_ONCE)):
        take_students(blocker, some)
        keys.extend(hash(student.key) for student in some)
    if have_repeated([keys]):
        raise ValueError("Two existing students have one key. Give each student once.")
