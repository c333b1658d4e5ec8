"""What reads a whole roster: NumPy, where it is there, or else Python alone."""

from collections.abc import Collection, Sequence
from functools import cache
from importlib import import_module
from typing import TypeVar

from student_transfer.linkage.blocking.keys import link_keys
from student_transfer.linkage.bulk_blocking.candidate_rows import pick_from
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    PartBlocks,
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.bulk_blocking.row_blocker import RowBlocker
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.profile import values_of
from student_transfer.students import Student

Row = TypeVar("Row")


@cache
def has_numpy() -> bool:
    """Tell whether numpy is there, and load it: much is done for many at once then."""
    try:
        import_module("numpy")
    except ImportError:
        return False
    return True


def have_repeated(parts: Sequence[Collection[int]]) -> bool:
    """Return whether a number is there twice, in two parts or in one."""
    if has_numpy():
        import numpy as np  # noqa: PLC0415 - where it is there

        ordered = np.sort(np.concatenate([np.asarray(part) for part in parts]))
        return bool((ordered[1:] == ordered[:-1]).any())
    return len(set[int]().union(*parts)) < sum(map(len, parts))


def blocker_for(incoming: SoughtStudents, settings: Settings) -> RosterBlocker[Row]:
    """Return the fastest blocker there is: with numpy, or without if it is missing."""
    if not has_numpy():
        return RowBlocker(incoming, settings)
    from student_transfer.linkage.bulk_blocking.array_blocker import ArrayBlocker  # noqa: PLC0415 - numpy

    return ArrayBlocker(incoming, settings)


def roster_blocks_of(
    incoming: SoughtStudents, parts: Sequence[PartBlocks], settings: Settings
) -> RosterBlocks:
    """Put together what the blockers of `blocker_for` have found, part by part."""
    if not has_numpy():
        return RosterBlocks(incoming, parts, settings)
    from student_transfer.linkage.bulk_blocking.array_blocks import ArrayBlocks  # noqa: PLC0415 - numpy

    return ArrayBlocks(incoming, parts, settings)


def take_students(blocker: RosterBlocker[Student], some: Sequence[Student]) -> None:
    """Let a blocker read students who are values of the library already; not none."""
    columns = list(zip(*map(values_of, some), strict=True))
    links = [link_keys(one.refs) for one in some]
    blocker.take(len(some), columns, pick_from(some), links)
