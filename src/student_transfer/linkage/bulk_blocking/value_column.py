"""A column whose values are made into numbers once each, with numpy."""

from collections.abc import Callable, Sequence

import numpy as np

from student_transfer.linkage.bulk_blocking.numbers import Numbers, columns
from student_transfer.linkage.bulk_blocking.roster_blocker import Coded


class ValueColumn(dict[str, int]):
    """Numbers the values of a column as they come, and keeps what each is made into.

    Attributes:
        times: How often each value was met.
    """

    __repr__ = object.__repr__  # it holds personal data

    def __init__(
        self, make: Callable[[Sequence[str]], Sequence[Sequence[int]]], width: int
    ) -> None:
        """Take what makes so many numbers of each value."""
        super().__init__()
        self._make = make
        self._new: list[str] = []
        self._made = np.empty((width, 1024), np.int64)
        self.times = np.zeros(1024, np.int64)

    def made(self, which: int) -> Numbers:
        """Return one of the numbers that each value was made into."""
        return self._made[which, : len(self)]

    def read(self, values: Sequence[str], *, is_counted: bool = True) -> "Sheet":
        """Return for each row what its value was made into; count it, or do not."""
        if isinstance(values, Coded):
            codes = self._codes(values.values)[np.asarray(values.codes)]
        else:
            codes = self._codes(values)
        if is_counted:
            self.times[: len(self)] += np.bincount(codes, minlength=len(self))
        return Sheet(self._made, codes)

    def _codes(self, values: Sequence[str]) -> Numbers:
        """Return the number of each value."""
        numbers = map(self.__getitem__, values)
        codes = np.fromiter(numbers, np.int64, len(values))
        if self._new:
            self._grow()
        return codes

    def __missing__(self, value: str) -> int:
        """Number a value that is met for the first time."""
        number = self[value] = len(self)
        self._new.append(value)
        return number

    def _grow(self) -> None:
        """Make what is made of the values that were met for the first time."""
        before, after = len(self) - len(self._new), len(self)
        width, room = self._made.shape
        if after > room:
            made = np.empty((width, max(after, 2 * room)), np.int64)
            times = np.zeros(made.shape[1], np.int64)
            made[:, :before] = self._made[:, :before]
            times[:before] = self.times[:before]
            self._made, self.times = made, times
        self._made[:, before:after] = _as_columns(self._make(self._new), width)
        self._new.clear()


def _as_columns(rows: Sequence[Sequence[int]], width: int) -> Numbers:
    """Return rows as columns; a row that many have is one object, and taken once."""
    once = {id(row): row for row in rows}
    places = dict(zip(once, range(len(once)), strict=True))
    which = [places[id(row)] for row in rows]
    found: Numbers = columns(once.values(), width)[:, which]
    return found


class Sheet:
    """Rows of numbers, column by column, as far as they are looked at."""

    def __init__(self, made: Numbers, codes: Numbers) -> None:
        """Take the numbers of each value, and the value of each row."""
        self._made = made
        self._codes = codes

    def column(self, which: int) -> Numbers:
        """Return a column."""
        column: Numbers = self._made[which][self._codes]
        return column

    def has(self, which: int, missing: int) -> Numbers:
        """Return the rows that have a value in a column, and not the missing one."""
        return np.flatnonzero((self._made[which] != missing)[self._codes])

    def rows(self, which: Numbers) -> "Sheet":
        """Return some of the rows."""
        return Sheet(self._made, self._codes[which])
