"""The file of a truth: which incoming student is which one who is there.

Its columns are the first two of the file of the matches, so that a person can make one
of the other: with one row for each student, of which a wrong `existing_id` is corrected
or blanked. A student whose row is deleted is counted nowhere.
"""

from collections.abc import Collection
from os import PathLike
from pathlib import Path

from student_transfer.cells import original_cell
from student_transfer.errors import InputFileError
from student_transfer.formats.delimited import read_header
from student_transfer.formats.files import TextFile, find
from student_transfer.formats.findings import Findings, Problem, summed_up
from student_transfer.formats.tables import Row, Table, normal
from student_transfer.matching import ImportAs
from student_transfer.roster_files.match_csv import MATCH_COLUMNS
from student_transfer.students import StudentKey

_INCOMING, _EXISTING = MATCH_COLUMNS[:2]
_COMES, _IS, _SAID = normal(_INCOMING), normal(_EXISTING), normal("import_as")

_NO_FILE = "no single file: name the file of the truth"
_NOBODY = "there is nobody in it: give each student whose truth is known a row"
_TWICE = "an earlier row has the same id: give each incoming student one row"
_UNKNOWN = "no student of that roster has this id: give it as it stands there"
_NEW = (
    "import_as says new beside it: leave it blank if the student is new, or write "
    "matched if it is this one"
)


def read_truth(
    path: str | PathLike[str],
    incoming: Collection[StudentKey],
    existing: Collection[StudentKey],
) -> dict[StudentKey, StudentKey | None]:
    """Read who is who in two rosters, as `matching.evaluate` takes it.

    The file has the columns ``incoming_id`` and ``existing_id``, and a row for each
    student whose truth is known. A blank ``existing_id`` says that the student is not
    there. An apostrophe that the file of the matches has before an id, against
    formulas, is taken away. Where there is a column ``import_as``, as in that file, a
    row of it that says ``new`` has to have a blank ``existing_id``: beside ``new`` a
    possible match stands there, which is no truth. Further columns are not read.

    Args:
        path: The file; see `formats.read` for encodings and delimiters.
        incoming: The keys of those who come, such as `Rosters.incoming`.
        existing: The keys of those who are there. An id that is in neither would count
            as a missed student.

    Returns:
        For each incoming student in the file who that is; None for who is not there.

    Raises:
        InputFileError: The file cannot be read, a column is missing, or rows are bad;
            all are named.
    """
    place, findings = Path(path), Findings()
    table = _table(place, findings)
    truth = dict[StudentKey, StudentKey | None]()
    for row in table.rows if table else ():
        comes = _key(row, _COMES, incoming)
        if comes in truth:
            row.problem(_COMES, _TWICE)
        there = _key(row, _IS, existing) if row.text(_IS) else None
        if there is not None and row.text(_SAID).casefold() == ImportAs.NEW.value:
            row.problem(_IS, _NEW)
        if comes is not None:
            truth[comes] = there
    if not truth and not findings.problems:
        findings.problem(place.name, 0, "", _NOBODY)
    if findings.problems:
        raise InputFileError(
            f"{place.name} cannot be used as the truth.",
            [*summed_up(sorted(findings.problems))],
            advice="Correct the places named and evaluate again.",
        )
    return truth


def _table(path: Path, findings: Findings) -> Table | None:
    """Read the table; None, with a problem, where there is none with both columns."""
    found = list(find([path]))
    findings.problems += [one for one in found if isinstance(one, Problem)]
    file = next((one for one in found if isinstance(one, TextFile)), None)
    if file is None or not file.asked_for:
        if not findings.problems:
            findings.problem(path.name, 0, "", _NO_FILE)
        return None
    header = read_header(file.name, file.text, findings)
    if header is None:
        return None
    names = header.names
    missing = [name for name in (_INCOMING, _EXISTING) if normal(name) not in names]
    for name in missing:
        findings.problem(file.name, 0, "", f"there is no column {name}: add it")
    table = None if missing else header.table(findings)
    return table if table is not None and table.has(_COMES, _IS) else None


def _key(row: Row, column: str, known: Collection[StudentKey]) -> StudentKey | None:
    """Return the key that a cell names; None, with a problem, where it names nobody."""
    cell = row.text(column)
    for key in map(StudentKey, (cell, original_cell(cell))):
        if key in known:
            return key
    row.problem(column, _UNKNOWN if cell else "there is no id")
    return None
