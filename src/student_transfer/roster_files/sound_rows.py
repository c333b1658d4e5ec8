"""The rows of a roster to match: which are sound, and what is wrong with the others."""

import csv
import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from student_transfer.roster_files.layout import Layout, Told

_AT_ONCE = 10_000
_UNPAIRED = "quotation marks do not pair up, or a cell is too large"
_BLANK = re.compile(r"\s")
_LINE_END = re.compile(r"\r\n|\r|\n")


class _Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...
    def __next__(self) -> list[str]: ...


class SoundRows:
    """Reads rows that are whole and have an id of their own, and tells of the others.

    Attributes:
        numbers: For a part of a file, where nobody looks for an id that is there twice,
            a number for each id: two numbers that differ are of different ids.
    """

    def __init__(self, told: Told, *, is_part: bool) -> None:
        """Take what is told of the file, and whether it is a part of one."""
        self.numbers = array("q")
        self._told = told
        self._is_part = is_part
        self._ids: set[str] = set()

    def read(self, text: Iterable[str], layout: Layout) -> Iterator[list[list[str]]]:
        """Read rows, and give some at a time; none after one that is bad.

        Args:
            text: The lines, from the first row on.
            layout: How they are written.
        """
        reader: _Reader = csv.reader(text, delimiter=layout.delimiter, strict=True)
        before, is_whole = layout.top, True
        while is_whole:
            rows: list[list[str]] = []
            try:
                rows.extend(islice(reader, _AT_ONCE))
            except csv.Error:
                is_whole = False
            if is_whole and not rows:
                return
            sound = self._checked(rows, before, layout)
            if not is_whole:
                line = before + 1 + sum(map(_lines, rows))
                self._told.problem(line, "", _UNPAIRED)
            before = reader.line_num + layout.top
            if sound and not self._told.count:
                yield sound

    def are_new(self, ids: Sequence[str]) -> bool:
        """Take ids, where each is one of its own and without blanks."""
        if "" in ids or _BLANK.search("".join(ids)):
            return False
        if self._is_part:
            self.numbers.extend(map(hash, ids))
            return True
        some = set(ids)
        if len(some) < len(ids) or not some.isdisjoint(self._ids):
            return False
        self._ids |= some
        return True

    def _checked(
        self, rows: list[list[str]], line: int, layout: Layout
    ) -> list[list[str]]:
        """Leave out blank rows and note bad ones; usually there are none."""
        width, place = layout.width, layout.id_place
        if all(len(row) == width for row in rows) and self.are_new(
            [row[place] for row in rows]
        ):
            return rows
        sound = []
        for row in rows:
            line += 1
            more_lines = _lines(row) - 1
            if not any(map(str.strip, row[width:])):
                del row[width:]  # blank cells, as spreadsheets write them
            if any(map(str.strip, row)) and self._is_sound(row, line, layout):
                sound.append(row)
            line += more_lines
        return sound

    def _is_sound(self, row: list[str], line: int, layout: Layout) -> bool:
        """Return whether a row is whole and has an id of its own."""
        if layout.least <= len(row) < layout.width:
            row.extend([""] * (layout.width - len(row)))
        if len(row) != layout.width:
            message = (
                f"the row has {len(row)} cells where the header has {layout.width}"
            )
            self._told.problem(line, "", message)
            return False
        row[layout.id_place] = key = row[layout.id_place].strip()
        if not key:
            self._told.problem(line, "id", "there is no id")
            return False
        if self._is_part:
            self.numbers.append(hash(key))
            return True
        if key in self._ids:
            self._told.problem(line, "id", "an earlier row has the same id")
            return False
        self._ids.add(key)
        return True


def _lines(row: list[str]) -> int:
    """Return how many lines a row takes in the file."""
    return 1 + sum(len(_LINE_END.findall(cell)) for cell in row)
