"""Properties of the import log's CSV (LOG-3)."""

import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from student_transfer.errors import InputFileError
from student_transfer.import_log import (
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
    read_log,
    write_log,
)

# Text of any kind that UTF-8 can hold, and text that a log could stumble over.
anything = st.text(st.characters(codec="utf-8"))
nasty = st.text(
    "'\"=+-@,;\t\r\n \u200b\ufeff\uff1d\uff0b\uff0d\uff20\u201c\0a1", max_size=8
)
texts = anything | nasty
log_rows = st.builds(
    LogRow,
    first_name=texts,
    last_name=texts,
    year=texts,
    source_import_status=st.sampled_from(SourceImportStatus),
    score_import_status=st.sampled_from(ScoreImportStatus),
    source_student_id=texts,
    destination_student_id=texts,
    source_user_name=texts,
    destination_user_name=texts,
    source_email=texts,
    destination_email=texts,
    detail=texts,
)
logs = st.lists(log_rows, max_size=4)
FORMULA_SIGNS = tuple("=+-@")
DROPPED = tuple("\t\r\n")


def row_with(detail: str) -> LogRow:
    """Make a row of which only the detail matters."""
    return LogRow(
        first_name="a",
        last_name="b",
        year="6",
        source_import_status=SourceImportStatus.FAILED,
        score_import_status=ScoreImportStatus.NONE,
        detail=detail,
    )


def cells_split_at(delimiter: str, data: bytes) -> list[str]:
    """Read the file as a program does that splits lines at the delimiter."""
    file = io.StringIO(data.decode("utf-8-sig"), newline="")
    return [cell for row in csv.reader(file, delimiter=delimiter) for cell in row]


def runs_as_formula(cell: str) -> bool:
    """Return whether a program that drops blanks and quotes could run the cell."""
    bare = cell.lstrip('\t\r\n \0\u200b\ufeff\u201c"')
    return unicodedata.normalize("NFKC", bare).startswith(FORMULA_SIGNS)


@given(logs)
@example([row_with("=1"), row_with("'=1"), row_with("''")])
@example([row_with("\t=1"), row_with("\r\n"), row_with(";'\"=1")])
@example([row_with("a\r\nb"), row_with("a\rb"), row_with('"'), row_with('""')])
def test_the_log_reads_back(rows: list[LogRow]) -> None:
    """LOG-3: whatever the texts are, the same rows are read."""
    assert read_log(write_log(rows)) == tuple(rows)


@given(st.lists(texts.map(row_with), max_size=3))
@example([row_with("a;=1")])
@example([row_with('a;"=1"')])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_no_cell_is_a_formula(delimiter: str, rows: list[LogRow]) -> None:
    """LOG-3: no cell begins like a formula, wherever a program splits the lines."""
    for cell in cells_split_at(delimiter, write_log(rows)):
        assert not runs_as_formula(cell)


@given(logs)
def test_no_cell_begins_with_a_dangerous_character(rows: list[LogRow]) -> None:
    """LOG-3: no cell begins with a sign, a tab or a line break."""
    for cell in cells_split_at(",", write_log(rows)):
        assert not cell.startswith(FORMULA_SIGNS + DROPPED)
        assert not runs_as_formula(cell)


@given(logs)
def test_another_reader_finds_the_same_cells(rows: list[LogRow]) -> None:
    """LOG-3: Python's own CSV reader finds twelve cells in each row."""
    cells = cells_split_at(",", write_log(rows))
    assert len(cells) == 12 * (len(rows) + 1)
    statuses = [row.source_import_status.value for row in rows]
    assert cells[12 + 3 :: 12] == statuses


@given(st.lists(log_rows, min_size=1, max_size=2), st.data())
def test_a_changed_byte_is_never_a_crash(
    rows: list[LogRow], data: st.DataObject
) -> None:
    """LOG-3: a damaged file gives rows or the places that are damaged."""
    file = bytearray(write_log(rows))
    place = data.draw(st.integers(0, len(file) - 1))
    file[place] = data.draw(st.integers(0, 255))
    try:
        read = read_log(bytes(file))
    except InputFileError as error:
        named = [problem for problem in error.problems if ", line " in problem]
    else:
        named = [repr(row) for row in read]
    assert named


@given(st.binary(max_size=200))
def test_any_bytes_are_a_log_or_refused(data: bytes) -> None:
    """LOG-3: what is not a log is refused by the error for files."""
    with pytest.raises(InputFileError):
        read_log(data)
