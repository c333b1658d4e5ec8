"""Properties of reading rosters: by columns as by rows and as students."""

import csv
from collections import Counter
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from student_transfer.errors import InputFileError
from student_transfer.formats import DateOrder
from student_transfer.formats.dates import SAID
from student_transfer.matching import link
from student_transfer.roster_files import match_files, read_rosters, roster_file
from student_transfer.roster_files.kept_rows import Kept
from student_transfer.roster_files.layout import ROSTER_COLUMNS
from student_transfer.roster_files.roster_file import RosterFile

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


def both(text: str) -> tuple[list[Kept] | None, list[Kept] | None, list[Counter[str]]]:
    """Read a text by rows, and by columns in small blocks."""
    with (
        TemporaryDirectory() as folder,
        patch.object(roster_file, "_WORTH_COLUMNS", 1),
        patch.object(roster_file, "_COLUMNS_AT_ONCE", _LONGEST_ROW),
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
    """Every cell is the same, and as much cannot be read."""
    by_rows, by_columns, unread = both(written(rows, end, quoting=quoting))
    assert by_rows is not None
    assert len(by_rows) == len(rows)
    assert by_columns == by_rows
    assert unread[:1] == unread[1:]


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


# As students --------------------------------------------------------------------------

_NAMES = st.sampled_from(
    [
        "",
        "Maya",
        "Mya",
        "Maya Zoë",
        "Tom",
        "Thomas",
        "N/A",
        "O\x1fNeil",
        " Okafor ",
        "Ng",
    ]
)
_BORN = st.sampled_from(
    [
        *("", "2014-03-05", "20140305", "2014-03-05T00:00:00", "2014-3-5", "5.3.2014"),
        *("3/5/2014", "25/12/2013", "2014-03", "03/2014", "2014", "1900-01-01"),
        *("0000-01-01", "2014-02-30", "41703", "5/3/14", "soon", " 2014-03-06 "),
        *("41703.0", "2014.0", "20140305.0", "2014-03-04T23:00:00Z"),
    ]
)
_KNOWN = {
    "given_name": _NAMES,
    "middle_name": _NAMES,
    "family_name": _NAMES,
    "preferred_name": _NAMES,
    "date_of_birth": _BORN,
    "gender": st.sampled_from(["", "F", "male", "1.0", "x"]),
    "year": st.sampled_from(["", "6", "6.0", "Year 7", "R"]),
    "national_id": st.sampled_from(
        ["", "H801200001001", "H801200001002", "283.045.671-90", "283.456.071-90"]
    ),
    "student_id": st.sampled_from(["", "1001", "1001.0", "1002"]),
    "user_name": st.sampled_from(["", "mokafor", "tng"]),
    "email": st.sampled_from(["", "m@example.org", "t@example.org"]),
    "postcode": st.sampled_from(["", "B13 9QX", "02134", "2134.0", "unknown"]),
    "address": st.sampled_from(["", "14 Mill Street", "14 Mill St, Leeds", "3 Elm Rd"]),
}
_SOMEBODY = st.tuples(*(_KNOWN[name] for name in ROSTER_COLUMNS if name != "id"))
_ROSTER = st.lists(_SOMEBODY, max_size=6)


@given(_ROSTER, _ROSTER, st.sampled_from([None, *SAID.values()]))
def test_students_of_rosters_are_matched_as_the_files_are(
    coming: list[tuple[str, ...]],
    there: list[tuple[str, ...]],
    order: DateOrder | None,
) -> None:
    """MATCH-2: nothing that is compared is lost, and the probabilities are the same."""
    with TemporaryDirectory() as folder:
        paths = Path(folder) / "incoming.csv", Path(folder) / "existing.csv"
        for path, rows in zip(paths, (coming, there), strict=True):
            with path.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream)
                writer.writerow(ROSTER_COLUMNS)
                writer.writerows([f"r{n}", *row] for n, row in enumerate(rows))
        matched = match_files(*paths, date_order=order)
        read = read_rosters(*paths, date_order=order)
    linked = link(read.incoming.values(), read.existing.values())
    assert dict(zip(read.incoming, linked, strict=True)) == matched.suggestions
    assert read.notes == matched.notes
