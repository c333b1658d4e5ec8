"""Rows of the existing roster that are kept, until it is known which are compared."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Generic, TypeVar

Row = TypeVar("Row")


class PickedRows(ABC, Generic[Row]):
    """Some rows that may be compared, in whatever form takes little room."""

    @abstractmethod
    def rows(self, which: Sequence[int]) -> Iterable[Row]:
        """Return some of them, by their places here."""


class ListedRows(PickedRows[Row]):
    """Rows that are there one by one."""

    def __init__(self, rows: Sequence[Row]) -> None:
        """Take the rows."""
        self._rows = rows

    def rows(self, which: Sequence[int]) -> Iterable[Row]:
        """Return some of them, by their places here."""
        return map(self._rows.__getitem__, which)


Pick = Callable[[Sequence[int]], PickedRows[Row]]
"""Picks the rows at some places."""


def pick_from(rows: Sequence[Row]) -> Pick[Row]:
    """Return what picks from rows that are there one by one."""
    return lambda places: ListedRows([rows[place] for place in places])


class CandidateRows(Generic[Row]):
    """The rows of a part that may be compared; each is made when asked for."""

    def __init__(self) -> None:
        """Begin with none."""
        self._picked: list[tuple[Sequence[int], PickedRows[Row]]] = []

    def add(self, numbers: Sequence[int], picked: PickedRows[Row]) -> None:
        """Take rows that were picked, and the number of each, given nowhere else."""
        self._picked.append((numbers, picked))

    def of(self, numbers: Collection[int]) -> dict[int, Row]:
        """Return the rows of these numbers, as far as they were picked."""
        wanted = set(numbers)
        found: dict[int, Row] = {}
        for known, picked in self._picked:
            there = [each for each in enumerate(known) if each[1] in wanted]
            rows = picked.rows([place for place, _ in there])
            found.update(zip((number for _, number in there), rows, strict=True))
        return found
