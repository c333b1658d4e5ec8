"""Reading many rows of a roster at once, column by column, with pyarrow.

Gives what `csv` gives, or nothing: a text that both might read differently is left to
`csv`, which also says what is wrong.
"""

from codecs import BOM_UTF8
from collections.abc import Mapping, Sequence

import attrs
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv

from student_transfer.linkage.bulk_blocking.candidate_rows import PickedRows
from student_transfer.linkage.bulk_blocking.roster_blocker import SOUGHT, Coded
from student_transfer.linkage.profiles.profile import FIELDS, Columns
from student_transfer.roster_files.birth_dates import Births
from student_transfer.roster_files.genders import SpanishGenders
from student_transfer.roster_files.kept_rows import Kept, packed
from student_transfer.roster_files.layout import BORN, Layout
from student_transfer.roster_files.unread import CHECKED

_LONGEST_CELL = 100_000
"""Bytes; `csv` takes no cell that is much longer."""

_QUOTE, _NEWLINE, _RETURN = b'"\n\r'


@attrs.frozen(repr=False)
class Block:
    """Rows that were read.

    Attributes:
        ids: Their ids.
        columns: The columns of `SOUGHT`, of the others nothing.
        counts: How often each text is written, of the dates of birth and of each
            column of `CHECKED`.
    """

    ids: Sequence[str]
    columns: Columns
    counts: Mapping[str, Mapping[str, int]]
    _table: pa.Table
    _order: Sequence[str | None]

    def pick(self, places: Sequence[int]) -> "Rows":
        """Pick some rows."""
        return Rows(self._table.take(pa.array(places, pa.int64())), self._order)


class Rows(PickedRows[Kept]):
    """Rows as they were read: each is made when it is asked for."""

    def __init__(self, table: pa.Table, order: Sequence[str | None]) -> None:
        """Take the rows, and the columns of the id and of `FIELDS`."""
        self._table = table
        self._order = order

    def rows(self, which: Sequence[int]) -> list[Kept]:
        """Return some of them, by their places here."""
        some = self._table.take(pa.array(which, pa.int64()))
        blank = [""] * len(which)
        columns = [
            blank if name is None else some.column(name).to_pylist()
            for name in self._order
        ]
        return packed(zip(*columns, strict=True))


def read_columns(
    data: bytes, layout: Layout, births: Births, genders: SpanishGenders
) -> Block | None:
    """Read whole rows; None where `csv` should read them.

    Args:
        data: The rows.
        layout: How they are written.
        births: Reads dates of birth.
        genders: Reads genders, where they are Spanish.
    """
    delimiter = layout.delimiter.encode()
    if len(delimiter) > 1 or not _is_plain(data, delimiter[0]):
        return None
    known = [str(at) for at in (layout.id_place, *layout.places) if at is not None]
    if len(known) < layout.width and not _has_short_lines(data):
        return None
    widths = dict.fromkeys((layout.width, layout.least))
    tables = (_table(data, layout.delimiter, width, known) for width in widths)
    table = next((table for table in tables if table is not None), None)
    if table is None or not _are_short(table):
        return None
    columns: list[Sequence[str]] = []
    for field, at in zip(FIELDS, layout.places, strict=True):
        sought = at is not None and field in SOUGHT
        columns.append(_coded(table.column(str(at))) if sought else ())
    born = columns[BORN]
    if isinstance(born, Coded):
        table, born = _read(table, str(layout.born), born, births)
        columns[BORN] = born
    if layout.is_spanish:
        place = str(layout.gender)
        table, _ = _read(table, place, _coded(table.column(place)), genders)
    counts = {
        column: _counted(_coded(table.column(str(at)))) if at is not None else {}
        for column, at in zip(FIELDS, layout.places, strict=True)
        if column in CHECKED
    }
    counts[FIELDS[BORN]] = _counted(born) if isinstance(born, Coded) else {}
    return Block(
        ids=table.column(str(layout.id_place)).to_pylist(),
        columns=columns,
        counts=counts,
        table=table,
        order=[
            None if at is None else str(at) for at in (layout.id_place, *layout.places)
        ],
    )


def _table(
    data: bytes, delimiter: str, width: int, known: Sequence[str]
) -> pa.Table | None:
    """Read rows that have so many cells each; None where not all have."""
    try:
        return csv.read_csv(
            pa.BufferReader(data),
            csv.ReadOptions(
                use_threads=False,
                block_size=len(data) + 1,
                column_names=[str(place) for place in range(width)],
            ),
            csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            csv.ConvertOptions(
                check_utf8=False,  # the whole file was looked at
                include_columns=known,
                column_types=dict.fromkeys(known, pa.string()),
            ),
        )
    except pa.ArrowInvalid:
        return None


def _read(
    table: pa.Table, name: str, written: Coded, read: Births | SpanishGenders
) -> tuple[pa.Table, Coded]:
    """Read a column; most files have it as it is compared."""
    values = [read[text] for text in written.values]
    if values == written.values:
        return table, written
    column = pa.array(values, pa.string()).take(pa.array(written.codes))
    place = table.schema.get_field_index(name)
    return table.set_column(place, name, column), Coded(values, written.codes)


def _coded(column: pa.ChunkedArray) -> Coded:
    coded = column.combine_chunks().dictionary_encode()
    codes = coded.indices.to_numpy().astype(np.int64)
    return Coded(coded.dictionary.to_pylist(), codes)


def _counted(column: Coded) -> dict[str, int]:
    times = np.bincount(np.asarray(column.codes), minlength=len(column.values))
    return dict(zip(column.values, times.tolist(), strict=True))


def _is_plain(data: bytes, delimiter: int) -> bool:
    """Tell whether quotation marks are where they belong, and nothing else is strange.

    That is around a whole cell; in it a pair of them stands for one.
    """
    if b"\0" in data or data.startswith(BOM_UTF8):
        return False
    returns = data.count(b"\r")
    if returns and returns > data.count(b"\r\n"):
        return False
    signs = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE)
    if len(quotes) % 2:
        return False
    opens, closes = quotes[::2], quotes[1::2]
    before = signs[opens[opens > 0] - 1]
    after = signs[closes[closes < len(data) - 1] + 1]
    opened = np.isin(before, [delimiter, _NEWLINE, _QUOTE])
    closed = np.isin(after, [delimiter, _NEWLINE, _RETURN, _QUOTE])
    return bool(opened.all() and closed.all())


def _has_short_lines(data: bytes) -> bool:
    """Return whether no cell can be too long, in columns that are not read either."""
    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _NEWLINE)
    lines = np.diff(ends, prepend=-1, append=len(data))
    return bool(lines.max() <= _LONGEST_CELL)


def _are_short(table: pa.Table) -> bool:
    """Return whether `csv` would take every cell."""
    return all(
        len(chunk) == 0 or np.diff(_offsets(chunk)).max() <= _LONGEST_CELL
        for column in table.columns
        for chunk in column.chunks
    )


def _offsets(array: pa.Array) -> NDArray[np.int32]:
    """Return where the texts of an array begin, and the end."""
    offsets = np.frombuffer(array.buffers()[1], np.int32)
    return offsets[array.offset : array.offset + len(array) + 1]
