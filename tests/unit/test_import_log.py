"""The import log as a CSV file (LOG-1 to LOG-3)."""

import csv
from collections.abc import Callable

import attrs
import pytest

from student_transfer.errors import InputFileError, StudentTransferError
from student_transfer.import_log import (
    COLUMNS,
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
    read_log,
    write_log,
)

HEADINGS = (
    "FirstName,LastName,Year,SourceImportStatus,ScoreImportStatus,"
    "SourceStudentID,DestinationStudentID,SourceUserName,DestinationUserName,"
    "SourceEmail,DestinationEmail,Detail"
)
ROW = LogRow(
    first_name="Zoë",
    last_name="李",
    year="Year 6",
    source_import_status=SourceImportStatus.CHANGES,
    score_import_status=ScoreImportStatus.SOME,
    source_student_id="007",
    destination_student_id="",
    source_user_name="zli",
    destination_user_name="zli1",
    source_email="zli@a.example",
    destination_email="zli@b.example",
    detail='said "no", twice',
)
LINE = (
    "Zoë,李,Year 6,imported with changes,some,007,,zli,zli1,"
    'zli@a.example,zli@b.example,"said ""no"", twice"'
)
DAMAGED = "the cell is damaged or the file cut off here"


def in_file(*lines: str, end: str = "\r\n") -> bytes:
    """Make a file of these lines, after a byte order mark and the headings."""
    return "".join(line + end for line in ("\ufeff" + HEADINGS, *lines)).encode()


def problems(data: bytes) -> list[str]:
    """Read a damaged file and give the problems that are reported."""
    with pytest.raises(InputFileError) as raised:
        read_log(data)
    assert raised.value.message == "The import log is damaged."
    assert "written again" in raised.value.advice
    return list(raised.value.problems)


def written_name(name: str) -> str:
    """Return the first name's cell as any other CSV reader finds it."""
    data = write_log([attrs.evolve(ROW, first_name=name)])
    lines = data.decode("utf-8-sig").splitlines(keepends=True)
    return list(csv.reader(lines))[1][0]


def test_the_file_is_what_the_rule_says() -> None:
    """LOG-1: the columns stand in the stated order, one row a student."""
    assert write_log([ROW, ROW]) == in_file(LINE, LINE)


def test_excel_is_told_the_encoding() -> None:
    """LOG-3: the file begins with the byte order mark and its lines end in CR LF."""
    data = write_log([ROW])
    assert data.startswith(b"\xef\xbb\xbfFirstName")
    assert data.count(b"\n") == data.count(b"\r\n") == 2


def test_every_field_has_its_column() -> None:
    """LOG-1: no field of a row is missing from the file."""
    assert list(COLUMNS.values()) == [field.name for field in attrs.fields(LogRow)]
    assert ",".join(COLUMNS) == HEADINGS


def test_the_log_reads_back() -> None:
    """LOG-3: what was written is read back into the same rows."""
    assert read_log(in_file(LINE, LINE)) == (ROW, ROW)


@pytest.mark.parametrize("source", SourceImportStatus)
@pytest.mark.parametrize("score", ScoreImportStatus)
def test_every_status_reads_back(
    source: SourceImportStatus, score: ScoreImportStatus
) -> None:
    """LOG-2: each status is written in its words and read back."""
    row = attrs.evolve(ROW, source_import_status=source, score_import_status=score)
    data = write_log([row])
    assert f",{source.value},{score.value},".encode() in data
    assert read_log(data) == (row,)


def test_a_log_without_students_reads_back() -> None:
    """LOG-3: the headings alone are a log without rows."""
    assert write_log([]) == in_file()
    assert read_log(write_log([])) == ()


def test_a_row_does_not_show_the_student() -> None:
    """LOG-1: a repr gives the statuses and no personal data."""
    assert repr(ROW) == "<LogRow imported with changes, scores some>"


@pytest.mark.parametrize(
    "text",
    [
        *"=+-@\t\r\n",
        "=1+1",
        "+44 20 7946 0000",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "\r=1+1",
        "\n=1+1",
        "\u2212" + "1",
        "\uff1d1+1",
        "\uff0b1",
        "\uff0d1",
        "\uff20A1",
        "\ufe661",
        "\u2a751",  # two equals signs in one character
        "  =1+1",
        "\u00a0=1+1",
        "\u200b=1+1",
        "\ufeff=1+1",
        "\0=1+1",
        '"=1+1"',
        '" "=1+1',
        "\u201c=1+1",
        "\u201d=1+1",
        "\u00bb=1+1",
        "\u00b4=1+1",
        " '=1+1",
        "'",
        "'=1+1",
        "''=1+1",
    ],
)
def test_what_looks_like_a_formula_is_made_text(text: str) -> None:
    """LOG-3: a dangerous beginning gets an apostrophe, and loses it when read."""
    assert written_name(text).startswith("'" + text[:1])
    row = attrs.evolve(ROW, first_name=text)
    assert read_log(write_log([row])) == (row,)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a,=1+1", "a,'=1+1"),
        ("a\t=1+1", "a\t'=1+1"),
        ("a\r\n=1+1", "a\r\n'=1+1"),
        ('a;"=1+1"', 'a;\'"=1+1"'),
        ("a;'b", "a;''b"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_a_program_that_splits_elsewhere_finds_no_formula(
    text: str, written: str
) -> None:
    """LOG-3: text after a semicolon, tab or line break is escaped like a cell."""
    assert written_name(text) == written
    row = attrs.evolve(ROW, first_name=text)
    assert read_log(write_log([row])) == (row,)


@pytest.mark.parametrize(
    "text", ["", "O'Brien", "Anne-Marie", "a=b", "6", "Ng, Zoë", "a;b", " 6 ", "x@y"]
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    """LOG-3: nothing is put before text that cannot be a formula."""
    assert written_name(text) == text


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_other_line_ends_are_read(end: str) -> None:
    """LOG-3: an editor that changed the line ends has done no harm."""
    assert read_log(in_file(LINE, LINE, end=end)) == (ROW, ROW)


def test_a_missing_mark_and_blank_lines_do_no_harm() -> None:
    """LOG-3: the byte order mark may be missing and blank lines may stand anywhere."""
    data = in_file("", LINE, "", "").removeprefix(b"\xef\xbb\xbf")
    assert read_log(b"\r\n" + data) == (ROW,)


def test_a_long_cell_reads_back() -> None:
    """LOG-3: no cell is too long to be read back."""
    row = attrs.evolve(ROW, detail='"' * 200_000)
    assert read_log(write_log([row])) == (row,)


@pytest.mark.parametrize("half", [chr(code) for code in (0xD800, 0xDC80, 0xDFFF)])
def test_half_a_character_is_refused_by_place(half: str) -> None:
    """LOG-3: text that UTF-8 cannot hold is refused, naming row and column only."""
    rows = [ROW, attrs.evolve(ROW, last_name=f"Byron{half}")]
    with pytest.raises(StudentTransferError) as raised:
        write_log(rows)
    assert "Row 2, column LastName" in str(raised.value)
    assert raised.value.rule == "LOG-3"
    assert raised.value.advice == (
        "Correct that value where it comes from; half a character stands in it."
    )
    assert "Byron" not in str(raised.value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xef\xbb\xbf",
        HEADINGS.encode(),
        b"a,b,c\r\n",
        in_file(LINE).replace(b"LastName", b"Surname"),
        in_file(LINE).replace(b",Detail", b""),
        in_file(LINE).decode("utf-8-sig").encode("utf-16"),
        LINE.encode() + b"\r\n",
    ],
)
def test_another_file_is_not_taken_for_a_log(data: bytes) -> None:
    """LOG-3: a file without the headings is refused, naming the headings."""
    with pytest.raises(InputFileError) as raised:
        read_log(data)
    assert raised.value.message == "This is not an import log."
    assert raised.value.advice.startswith("Choose a file")
    (problem,) = raised.value.problems
    assert problem == "import log, line 1: the headings have to be " + ", ".join(
        COLUMNS
    )


@pytest.mark.parametrize(
    ("damage", "column", "what"),
    [
        (lambda line: line.replace("Zoë", 'Z"oë'), "FirstName", DAMAGED),
        (lambda line: line.replace("李", '"李" x'), "LastName", DAMAGED),
        (lambda line: line.removesuffix('"'), "Detail", DAMAGED),
        (
            lambda line: line.removeprefix("Zoë,"),
            "Detail",
            "the line has 11 cells, not 12",
        ),
        (lambda line: line + ",", "13", "the line has 13 cells, not 12"),
        (lambda line: line + ",,", "13", "the line has 14 cells, not 12"),
        (
            lambda line: line.replace("imported with", "imported without"),
            "SourceImportStatus",
            "has to be one of: imported with no changes, imported with changes, failed",
        ),
        (
            lambda line: line.replace("some", ""),
            "ScoreImportStatus",
            "has to be one of: all, some, none",
        ),
    ],
)
def test_damage_is_named_by_line_and_column(
    damage: Callable[[str], str], column: str, what: str
) -> None:
    """LOG-3: the problem says where it is, in words, without the student's data."""
    expected = [f"import log, line 3, column {column}: {what}"]
    assert problems(in_file(LINE, damage(LINE), LINE)) == expected


def test_bytes_that_are_no_text_are_named() -> None:
    """LOG-3: text in another encoding is found, in plain and in quoted cells."""
    plain = in_file(LINE).replace("Zoë".encode(), b"Zo\xeb")
    quoted = in_file(LINE).replace(b"said", b"sa\xefd")
    what = "the text is not in UTF-8"
    assert problems(plain) == [f"import log, line 2, column FirstName: {what}"]
    assert problems(quoted) == [f"import log, line 2, column Detail: {what}"]


def test_a_file_that_was_cut_off_is_found() -> None:
    """LOG-3: a file that ends inside a line is damaged, wherever it was cut."""
    data = write_log([ROW, attrs.evolve(ROW, detail="cut off")])
    start = len(write_log([ROW]))
    for end in range(start + 1, len(data) - 1):
        assert problems(data[:end])[0].startswith("import log, line 3, column ")
    assert len(read_log(data[:start])) == 1


def test_every_problem_is_reported_at_once() -> None:
    """LOG-3: one bad line does not hide the next, and both statuses are looked at."""
    bad = LINE.replace("imported with changes,some", "yes,perhaps")
    with_breaks = LINE.replace("Year 6", '"Year\r\n6\n\r"')
    found = problems(in_file(bad, with_breaks, 'a"b', LINE, "short"))
    assert [problem.split(":")[0] for problem in found] == [
        "import log, line 2, column SourceImportStatus",
        "import log, line 2, column ScoreImportStatus",
        "import log, line 7, column FirstName",
        "import log, line 9, column LastName",
    ]


def test_an_open_quotation_mark_does_not_swallow_the_rest() -> None:
    """LOG-3: after a missing quotation mark the next lines are looked at again."""
    found = problems(in_file(LINE.removesuffix('"'), LINE, "short"))
    places = [problem.split(":")[0] for problem in found]
    assert "import log, line 2, column Detail" in places
    assert "import log, line 4, column LastName" in places


def test_lines_are_counted_on_after_a_damaged_one() -> None:
    """LOG-3: the line after a damaged one is named by its own number."""
    bad = LINE.replace(",some,", ",perhaps,")
    places = [problem.split(":")[0] for problem in problems(in_file('a"b', bad))]
    assert places == [
        "import log, line 2, column FirstName",
        "import log, line 3, column ScoreImportStatus",
    ]
