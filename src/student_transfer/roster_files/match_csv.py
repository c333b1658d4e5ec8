"""The file of the matches that two rosters have.

An id that a spreadsheet program might run as a formula gets an apostrophe before it, as
in the import log; `cells.original_cell` takes it away.
"""

import csv
from collections.abc import Iterator, Mapping
from io import StringIO, TextIOWrapper
from os import PathLike
from pathlib import Path
from typing import TextIO

from student_transfer.cells import harmless_cell
from student_transfer.formats.writing import whole_file
from student_transfer.matching import Suggestion
from student_transfer.students import StudentKey

MATCH_COLUMNS = (
    "incoming_id",
    "existing_id",
    "probability",
    "import_as",
    "needs_review",
    "rank",
)
"""The columns of the matches: a row for each incoming student and candidate kept."""


def write_matches(
    path: str | PathLike[str], suggestions: Mapping[StudentKey, Suggestion]
) -> None:
    """Write the matches: the whole file or, where that fails, none.

    A row for each incoming student and candidate kept, best first; one with a blank
    ``existing_id`` for a student without a candidate.

    What is no file, such as a pipe, is written to as it is.

    Raises:
        OSError: The file cannot be written; see `writing.check_place`, too.
    """
    with (
        whole_file(Path(path)) as stream,
        TextIOWrapper(stream, encoding="utf-8", newline="") as text,
    ):
        _write(text, suggestions)


def _write(stream: TextIO, suggestions: Mapping[StudentKey, Suggestion]) -> None:
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(MATCH_COLUMNS)
    quoting = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for key, one in suggestions.items():
        ids = (key, *(candidate.key for candidate in one.candidates))
        # By itself the writer quotes no carriage return, which ends a line, too.
        has_return = any("\r" in each for each in ids)
        (quoting if has_return else writer).writerows(_rows(key, one))


def _rows(key: StudentKey, one: Suggestion) -> Iterator[tuple[object, ...]]:
    said = one.import_as.value, "yes" if one.needs_review else "no"
    incoming = harmless_cell(key)
    if not one.candidates:
        yield incoming, "", "", *said, 1
    for rank, candidate in enumerate(one.candidates, 1):
        existing = harmless_cell(candidate.key)
        yield incoming, existing, f"{candidate.probability:.6f}", *said, rank


def matches_text(suggestions: Mapping[StudentKey, Suggestion]) -> str:
    """Return what `write_matches` writes as a text."""
    stream = StringIO()
    _write(stream, suggestions)
    return stream.getvalue()
