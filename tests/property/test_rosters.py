"""Properties of reading rosters: by columns as by rows, whatever is in them."""

import csv
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from student_transfer.errors import InputFileError
from student_transfer.formats import rosters
from student_transfer.formats.kept_rows import Kept
from student_transfer.formats.rosters import RosterFile

HEADER = ["id", "given_name", "locker", "date_of_birth", "address"]
CELLS = st.text(alphabet='aÉ0 ",;\t\n\r\0\x1f\ufeff', max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=12)
RAGGED = st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=12)


_LONGEST_ROW = 120
"""Bytes that a row of `ROWS` can take; a block is read on for as many at most."""


def written(rows: list[list[str]], end: str, *, quoting: bool) -> str:
    """Write a roster as a program would, each row with an id of its own."""
    stream = StringIO(newline="")
    has_return = any("\r" in cell for row in rows for cell in row)  # csv quotes none
    writer = csv.writer(
        stream,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quoting or has_return else csv.QUOTE_MINIMAL,
    )
    writer.writerow(HEADER)
    writer.writerows([f"r{number}", *row[1:]] for number, row in enumerate(rows))
    return stream.getvalue()


def read(file: RosterFile) -> list[Kept] | None:
    """Read a file; None where it is refused."""
    try:
        return list(file.rows())
    except InputFileError:
        return None


def both(text: str) -> tuple[list[Kept] | None, list[Kept] | None, list[int]]:
    """Read a text by rows, and by columns in small blocks."""
    with (
        TemporaryDirectory() as folder,
        patch.object(rosters, "_WORTH_COLUMNS", 1),
        patch.object(rosters, "_COLUMNS_AT_ONCE", _LONGEST_ROW),
    ):
        path = Path(folder) / "roster.csv"
        path.write_bytes(text.encode())
        whole = RosterFile(path)
        by_rows = read(whole)
        parts = RosterFile(path).parts(1)
        if not parts:
            return by_rows, by_rows, []
        by_columns = read(parts[0])
        counts = [whole.unread, parts[0].unread]
        return by_rows, by_columns, counts


@given(ROWS, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_roster_is_read_by_columns_as_by_rows(
    rows: list[list[str]], end: str, quoting: bool
) -> None:
    """Every cell is the same, and as many dates cannot be read."""
    by_rows, by_columns, unread = both(written(rows, end, quoting=quoting))
    assert by_rows is not None
    assert len(by_rows) == len(rows)
    assert by_columns == by_rows
    assert len(set(unread)) <= 1


@given(RAGGED, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_rows_of_any_length_are_read_by_columns_as_by_rows(
    rows: list[list[str]], end: str, quoting: bool
) -> None:
    """What is too much at the end of a row, or too little, is the same for both."""
    by_rows, by_columns, _ = both(written(rows, end, quoting=quoting))
    assert by_columns == by_rows


@given(st.text(alphabet='a1 ",\n\r\0é', max_size=60))
def test_what_no_program_writes_is_read_alike_or_refused(tail: str) -> None:
    """A damaged file is refused by columns where it is refused by rows."""
    by_rows, by_columns, _ = both(f"id,given_name,b\nr1,Ada,x\n{tail}")
    assert by_columns == by_rows
