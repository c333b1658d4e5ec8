"""Tables of plain text that stay readable in a narrow terminal.

No value is ever cut off. A date, an ID or a word is broken in two only where it alone
is wider than the terminal.
"""

from collections.abc import Iterator, Mapping, Sequence

import attrs
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.text import Text

Cells = Mapping[str, str]

_GAP = 2


@attrs.frozen
class Column:
    """One column: its name in the rows, its heading, and whether it holds numbers."""

    name: str
    heading: str
    is_numeric: bool = False

    def natural(self, rows: Sequence[Cells]) -> int:
        """Return the width at which nothing wraps."""
        return max(map(cell_len, (self.heading, *(row[self.name] for row in rows))))

    def narrowest(self, rows: Sequence[Cells]) -> int:
        """Return the width of the longest word."""
        texts = (self.heading, *(row[self.name] for row in rows))
        return max(cell_len(word) for text in texts for word in [*text.split(), ""])


def table(
    rows: Sequence[Cells], columns: Sequence[Column], console: Console, below: str = ""
) -> Iterator[Text]:
    """Yield the lines of a table; where it cannot be one, a block of lines a row.

    Args:
        rows: The cells of each row, by column.
        columns: The columns, without those that are blank throughout.
        console: Whose width counts; where it is no terminal nothing wraps.
        below: The column that goes under its row if it does not fit beside the others.
    """
    width = console.width if console.is_terminal else None
    if width is None or _total([one.natural(rows) for one in columns]) <= width:
        below = ""
    beside = [one for one in columns if one.name != below]
    widths = _widths(rows, beside, width)
    if widths is None:
        yield from _blocks(rows, columns)
        return
    headings = {one.name: one.heading for one in columns}
    for place, row in enumerate([headings, *rows]):
        style = "" if place else "bold"
        yield from _lines(row, beside, widths, console, style)
        if below and place and row[below]:
            indent = " " * (_GAP * 2)
            wrapped = Text(row[below]).wrap(console, (width or 0) - len(indent))
            yield from (Text(indent + line.plain, "dim") for line in wrapped)


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _widths(
    rows: Sequence[Cells], columns: Sequence[Column], width: int | None
) -> list[int] | None:
    """Share the width out, the widest column first to give; None where it cannot be."""
    widths = [one.natural(rows) for one in columns]
    narrowest = [one.narrowest(rows) for one in columns]
    if width is not None and _total(narrowest) > width:
        return None
    while width is not None and _total(widths) > width:
        can_give = [
            place for place, size in enumerate(widths) if size > narrowest[place]
        ]
        widths[max(can_give, key=widths.__getitem__)] -= 1
    return widths


def _lines(
    row: Cells,
    columns: Sequence[Column],
    widths: Sequence[int],
    console: Console,
    style: str,
) -> Iterator[Text]:
    """Yield the lines of one row, each cell wrapped between words."""
    wrapped = [
        [
            line.plain.rstrip()
            for line in Text(row[one.name]).wrap(console, max(size, 1))
        ]
        for one, size in zip(columns, widths, strict=True)
    ]
    for number in range(max(map(len, wrapped))):
        parts = [
            _aligned(cell[number] if number < len(cell) else "", size, one)
            for cell, size, one in zip(wrapped, widths, columns, strict=True)
        ]
        yield Text((" " * _GAP).join(parts).rstrip(), style)


def _aligned(text: str, width: int, column: Column) -> str:
    if column.is_numeric:
        return " " * (width - cell_len(text)) + text
    return set_cell_size(text, width)


def _blocks(rows: Sequence[Cells], columns: Sequence[Column]) -> Iterator[Text]:
    """Yield each row as a block, with a line for each cell that is not blank."""
    width = max(cell_len(one.heading) for one in columns)
    for place, row in enumerate(rows):
        if place:
            yield Text()
        for one in columns:
            if row[one.name]:
                heading = set_cell_size(one.heading, width + _GAP)
                yield Text.assemble((heading, "bold"), row[one.name])
