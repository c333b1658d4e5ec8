"""Linking two whole rosters: which sieve reads, and what follows."""

from collections.abc import Collection, Sequence
from functools import cache
from importlib import import_module
from typing import TypeVar

from student_transfer.linkage.blocking.keys import link_keys
from student_transfer.linkage.comparing.settings import Settings
from student_transfer.linkage.profiles.profile import values_of
from student_transfer.linkage.sieving.picked import pick_from
from student_transfer.linkage.sieving.row_sieve import RowSieve
from student_transfer.linkage.sieving.sieve import Harvest, Incoming, Sieve, Sifted
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


def sieve_for(incoming: Incoming, settings: Settings) -> Sieve[Row]:
    """Return the fastest sieve there is: with numpy, or without where it is missing."""
    if not has_numpy():
        return RowSieve(incoming, settings)
    from student_transfer.linkage.sieving.array_sieve import ArraySieve  # noqa: PLC0415 - numpy

    return ArraySieve(incoming, settings)


def sifted_of(
    incoming: Incoming, harvests: Sequence[Harvest], settings: Settings
) -> Sifted:
    """Put together what the sieves that `sieve_for` gave have found, part by part."""
    if not has_numpy():
        return Sifted(incoming, harvests, settings)
    from student_transfer.linkage.sieving.array_sifted import ArraySifted  # noqa: PLC0415 - numpy

    return ArraySifted(incoming, harvests, settings)


def take_students(sieve: Sieve[Student], some: Sequence[Student]) -> None:
    """Let a sieve read students who are values of the library already; not none."""
    columns = list(zip(*map(values_of, some), strict=True))
    links = [link_keys(one) for one in some]
    sieve.take(len(some), columns, pick_from(some), links)
