"""Reading what other systems export: the format of each table by its header."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from os import PathLike
from pathlib import Path

from student_transfer.errors import wrong_type
from student_transfer.formats import oneroster, reader_quizzes, school_data_sync, star
from student_transfer.formats.dates import DateOrder, is_open
from student_transfer.formats.delimited import read_header
from student_transfer.formats.files import TextFile, find
from student_transfer.formats.findings import Note, Problem
from student_transfer.formats.joining import join
from student_transfer.formats.reading import Draft, Reading
from student_transfer.formats.recognition import Kind, kind_of, recognise
from student_transfer.formats.tables import Table
from student_transfer.records import StarProduct
from student_transfer.sites import SiteId
from student_transfer.system import utc_now


def read(
    paths: str | PathLike[str] | Iterable[str | PathLike[str]],
    site_id: SiteId,
    *,
    product: StarProduct | None = None,
    as_of: date | None = None,
    date_order: DateOrder | None = None,
) -> Reading:
    """Read files, folders and zips into values of the site.

    A row that is wrong is a problem in the result, with its place; the other rows are
    read. Nothing is raised for what is in a file, and nothing is written.

    Args:
        paths: What to read, one or several. One reading joins them: the files of one
            roster belong in one call.
        site_id: The site whose data it is.
        product: Which Star assessment an export is of, where its name does not begin
            with ``SR_``, ``SM_`` or ``SEL_``.
        as_of: The day on which a roster is read: who had left by then is not enrolled
            (CODE-2). The present day in UTC if it is not given; an older export may
            have to be read as of its own day.
        date_order: Whether day or month comes first in dates such as ``3/5/2014``;
            without, those of a column of which none tells it are not read, but in a
            file with British columns, where day does.

    Raises:
        TypeError: ``as_of`` has a time.
        ValueError: The order is neither of the two.
    """
    if isinstance(as_of, datetime):
        raise wrong_type("as_of has to be a date without a time", as_of)
    if date_order is not None and is_open(date_order):
        raise ValueError("say that day or that month comes first")
    draft = Draft(date_order=date_order)
    day = utc_now().date() if as_of is None else as_of
    listed = [paths] if isinstance(paths, str | PathLike) else paths
    tables = _tables(map(Path, listed), draft)
    star_tables = [(kind, table) for kind in star.FORMATS for table in tables[kind]]
    oneroster.read(_only(tables, oneroster.KINDS), site_id, draft, day)
    school_data_sync.read(_only(tables, school_data_sync.KINDS), site_id, draft)
    for kind, table in star_tables:
        star.read(kind, table, site_id, draft, product)
    for table in tables[Kind.READER_QUIZZES]:
        reader_quizzes.read(table, site_id, draft)
    join(draft)
    return draft.finish()


def _tables(paths: Iterable[Path], draft: Draft) -> dict[Kind, list[Table]]:
    """Read all tables there are, by kind."""
    tables: dict[Kind, list[Table]] = defaultdict(list)
    for found in find(paths):
        if isinstance(found, Problem):
            draft.problems.append(found)
        elif isinstance(found, Note):
            draft.notes.append(found)
        else:
            _add_table(found, tables, draft)
    if not tables and not draft.problems:
        draft.problem("the files", 0, "", "none is in a format that is known")
    return tables


def _add_table(file: TextFile, tables: dict[Kind, list[Table]], draft: Draft) -> None:
    """Read a table, if it is of a kind that is read.

    One that lacks what tells its kind, since that column is there twice, is left out.
    """
    header = read_header(file.name, file.text, draft)
    kind = header and recognise(header, draft, asked_for=file.asked_for)
    if header is not None and kind is not None:
        table = header.table(draft, draft.date_order)
        if kind_of(table.file, table.columns.keys()) is kind:
            tables[kind].append(table)


def _only(
    tables: dict[Kind, list[Table]], kinds: frozenset[Kind]
) -> dict[Kind, list[Table]]:
    return {kind: tables[kind] for kind in kinds if tables.get(kind)}
