"""Tables: headers, whole and broken rows, and cells."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.formats import delimited
from student_transfer.formats.dates import DateOrder
from student_transfer.formats.delimited import MAX_CELL, read_header
from student_transfer.formats.findings import Findings
from student_transfer.formats.tables import Row, Table


def table(
    text: str, findings: Findings | None = None, date_order: DateOrder | None = None
) -> Table:
    """Read a table that has a header."""
    kept = Findings() if findings is None else findings
    header = read_header("f.csv", text, kept)
    assert header is not None
    return header.table(kept, date_order)


def row(cell: str) -> Row:
    """Make a row of one cell, in the column ``c``."""
    return table(f'C,D\n"{cell}",x\n').rows[0]


def lines(findings: Findings) -> list[int]:
    """Return the lines of the problems."""
    return [problem.line for problem in findings.problems]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_and_headers(delimiter: str) -> None:
    """Any delimiter is read; case and blanks of a header do not count."""
    text = delimiter.join([" Given Name", "SOURCED_ID "]) + "\r\n"
    text += delimiter.join([" Zoë ", '"1"']) + "\r"
    parsed = table(text)
    assert parsed.columns == {"givenname": "Given Name", "sourcedid": "SOURCED_ID"}
    assert parsed.rows[0].cells == {"givenname": "Zoë", "sourcedid": "1"}
    assert parsed.has("givenname", "sourcedid")
    assert not parsed.has("givenname", "other")


@pytest.mark.parametrize("text", ["", "\n\n", " , \n,,\n"])
def test_an_empty_file(text: str) -> None:
    """A file without a header is a problem of the whole file."""
    findings = Findings()
    assert read_header("f.csv", text, findings) is None
    assert [str(one) for one in findings.problems] == ["f.csv: the file is empty"]


def test_a_broken_header() -> None:
    """A header whose quotation marks do not pair up makes the file unreadable."""
    findings = Findings()
    header = read_header("f.csv", '"a",b b,"c\n1,2,3\n', findings)
    assert header is not None
    assert (header.names, lines(findings)) == (("a", "bb", "c"), [])
    parsed = header.table(findings)
    assert (parsed.columns, parsed.rows, lines(findings)) == ({}, [], [1])


def test_broken_rows_do_not_hide_the_others() -> None:
    """Every broken row is reported with its line, and every whole one is read."""
    findings = Findings()
    broken = '3\n4,5,6\n5,6,\n"7,8\n9,"x"y\n'
    damaged = "n\0,1\nd\udcff,1\n"
    text = f'a,b\n1,2\n\n{broken}"a\nb",2\n{damaged},\n10,11\n12'
    parsed = table(text, findings)
    assert lines(findings) == [4, 5, 7, 8, 11, 12, 15]
    assert [one.cells["a"] for one in parsed.rows] == ["1", "5", "a b", "10"]
    assert [one.line for one in parsed.rows] == [2, 6, 9, 14]


def test_reading_again_comes_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each row takes the rest of the file with it, the rest is left unread."""
    monkeypatch.setattr(delimited, "_READ_AGAIN", 0)
    findings = Findings()
    text = "a,b\n1,2\n" + 'a","b\n' * 100
    assert [one.cells["a"] for one in table(text, findings).rows] == ["1"]
    said = [problem.message for problem in findings.problems]
    assert set(said[:-1]) == {"quotation marks do not pair up, or a cell is too large"}
    assert said[-1] == "too many quotation marks do not pair up to read on"
    assert lines(findings) == [*range(3, 3 + len(said))]
    assert len(said) < 50


def test_an_absurdly_large_cell() -> None:
    """A cell beyond what a spreadsheet holds is refused, however large it is."""
    findings = Findings()
    text = f"a\n{'x' * (MAX_CELL + 1)}\n{'y' * 200_000}\n{'z' * MAX_CELL}\n"
    assert [one.line for one in table(text, findings).rows] == [4]
    assert lines(findings) == [2, 3]


def test_doubled_columns_are_not_read() -> None:
    """Of two columns of one name neither is guessed to be the right one."""
    findings = Findings()
    parsed = table("a,b,A,,\n1,2,3,,\n", findings)
    assert parsed.rows[0].cells == {"b": "2"}
    assert [(one.line, one.column) for one in findings.problems] == [(1, "A")]


def test_columns_of_passwords_are_not_kept() -> None:
    """Nor is it a problem that there are two of them."""
    findings = Findings()
    parsed = table("a,Password,PIN,password\n1,hunter2,1234,hunter3\n", findings)
    assert parsed.rows[0].cells == {"a": "1"}
    assert findings.problems == []


def test_texts_and_lists() -> None:
    """The first column that is not blank counts; a cell may hold a list."""
    one = table('a,b,c\n,2,"x, ""y"" ,,z"\n').rows[0]
    assert one.text("a", "none", "b") == "2"
    assert one.text("none") == ""
    assert one.listed("c") == ["x", "y", "z"]
    assert one.others({"a", "b"}) == {"c": 'x, "y" ,,z'}


@pytest.mark.parametrize("cell", ["12", "-4.71", "+.5", "8.", "1E-05"])
def test_numbers(cell: str) -> None:
    """A number keeps its digits."""
    assert row(cell).number("c") == Decimal(cell)


@pytest.mark.parametrize("cell", ["<70", "NaN", "Infinity", "1_0", "1e999", "1,5"])
def test_what_is_no_number(cell: str) -> None:
    """What is no number is a problem that does not repeat the cell."""
    one = row(cell)
    assert one.number("c") is None
    assert not one.sound
    assert [str(problem) for problem in one.table.findings.problems] == [
        "f.csv, line 2, column C: not a number"
    ]


@pytest.mark.parametrize("cell", ["1.5", "-1", "9999999999", "1E40", "x"])
def test_what_is_no_whole_number(cell: str) -> None:
    """Counts are whole, not negative and not absurd."""
    one = row(cell)
    assert one.whole("c") is None
    assert not one.sound


def test_whole_numbers_and_flags() -> None:
    """Counts may be written as 34.0, flags as yes, true or 1."""
    assert row("34.0").whole("c") == 34
    assert row("Yes").flag("c") is True
    assert row("false").flag("c") is False
    assert row("").flag("c") is None
    wrong = row("maybe")
    assert wrong.flag("c") is None
    assert not wrong.sound


def test_dates_of_a_column_share_their_order() -> None:
    """A date that says day first decides for the other rows of its column."""
    parsed = table("d\n1/2/2013\n25/12/2013\n")
    days = [one.day("d") for one in parsed.rows]
    assert [str(day) for day in days] == ["2013-02-01", "2013-12-25"]
    assert parsed.findings.notes == []


def test_nothing_is_guessed_of_the_order() -> None:
    """MATCH-1: where nothing tells it a note says so, and the dates are left out."""
    parsed = table("d,e\n1/2/2013,\n3/3/2013,\n")
    assert [one.day("e", "d") for one in parsed.rows] == [None, date(2013, 3, 3)]
    (note,) = map(str, parsed.findings.notes)
    assert note.startswith("f.csv: nothing tells day from month: the dates in d ")
    assert note.endswith("say which is first (date_order)")
    assert lines(parsed.findings) == [2]


@pytest.mark.parametrize(
    ("dates", "said", "born"),
    [
        ("1/2/2013", None, "2013-02-01"),
        ("1/2/2013", DateOrder.MONTH_FIRST, "2013-01-02"),
        ("1/2/2013\n12/31/2012", None, "2013-01-02"),
    ],
)
def test_a_british_file_has_the_day_first(
    dates: str, said: DateOrder | None, born: str
) -> None:
    """Its headers tell where nothing else does, and a note says so."""
    rows = "".join(f"100,{each}\n" for each in dates.split("\n"))
    parsed = table(f"School DfE Number,d\n{rows}", date_order=said)
    assert str(parsed.rows[0].born("d")) == born
    noted = [str(note) for note in parsed.findings.notes]
    assert len(noted) == (born == "2013-02-01")
    assert all("day/month/year, as in Britain" in note for note in noted)


@pytest.mark.parametrize(
    ("dates", "born"),
    [
        ("1/2/2013", "2013-02-01"),
        ("1/2/2013\n12/31/2012", "None"),
        ("12/31/2012\n1/2/2013", "2012-12-31"),
        ("1/2/2013\n31/12/2012", "2013-02-01"),
        ("2013-02-01", "2013-02-01"),
    ],
)
def test_an_order_that_is_said_counts_where_nothing_tells(
    dates: str, born: str
) -> None:
    """MATCH-1: where the column proves the other one, either may be wrong."""
    findings = Findings()
    parsed = table(f"d\n{dates}\n", findings, DateOrder.DAY_FIRST)
    assert str(parsed.rows[0].day("d")) == born
    told = [str(problem) for problem in findings.problems if not problem.line]
    against = "f.csv, column d: has dates in the other order of day and month than was "
    assert told == ([f"{against}said: write YYYY-MM-DD"] if "12/31" in dates else [])


def test_both_orders_in_a_column() -> None:
    """A column with both orders is a problem; dates that could be either are blank."""
    parsed = table("d\n12/31/2012\n31/12/2012\n1/2/2013\n")
    days = [one.day("d") for one in parsed.rows]
    assert [str(day) for day in days] == ["2012-12-31", "2012-12-31", "None"]
    assert lines(parsed.findings) == [0, 4]


def test_instants_and_local_times() -> None:
    """An instant is in UTC; a local time has no zone even where the file gives one."""
    one = row("2023-09-01T10:28:02+02:00")
    assert str(one.instant("c")) == "2023-09-01 08:28:02+00:00"
    assert str(one.local("c")) == "2023-09-01 10:28:02"
    assert str(row("9/13/2023 8:05 PM").instant("c")) == "2023-09-13 20:05:00+00:00"
    blank = row("")
    assert (blank.instant("c"), blank.local("c"), blank.day("c")) == (None, None, None)


@given(st.text(alphabet='ab,;"\n\r\t\0é\udc80 ', max_size=60))
def test_no_text_breaks_the_parser(text: str) -> None:
    """Any text gives a table or a problem, with rows as wide as the header."""
    findings = Findings()
    header = read_header("f.csv", text, findings)
    if header is None:
        assert findings.problems
    else:
        parsed = header.table(findings)
        assert all(one.cells.keys() == parsed.columns.keys() for one in parsed.rows)
        places = [one.line for one in parsed.rows]
        assert places == sorted(set(places))


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("\ufeff 77\u200b\u00a0", "77"),
        ("Ada\x1b[31m", "Ada [31m"),
        ("Siân\u2028Ng", "Siân Ng"),
        ("\u200b", ""),
        ("\u202a77\u202c", "77"),
        ("\u206777\u2069 8", "77 8"),
        ("7\u202e7", "77"),
        ("NULL", ""),
        ("Null", "Null"),
        (" \\N ", ""),
        ("\\n", "\\n"),
    ],
)
def test_what_cannot_be_seen_is_dropped(cell: str, kept: str) -> None:
    """Two identifiers that look the same are the same, and none steers a terminal."""
    assert row(cell).text("c") == kept


def test_null_is_a_name_and_no_identifier() -> None:
    """``NULL`` under two user names is no user name; a family may be called so."""
    parsed = table("Last Name,Username\nNULL,NULL\n").rows[0]
    assert (parsed.text("lastname"), parsed.text("username")) == ("NULL", "")
    parsed = table("Last Name,Username\n\\N,\\N\n").rows[0]
    assert (parsed.text("lastname"), parsed.text("username")) == ("", "")


@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "SEP=;", "sep=; "])
def test_a_line_that_names_the_separator(said: str) -> None:
    """Excel writes ``sep=;`` before the header, and lines still count from the file."""
    parsed = table(f"{said}\nc;d,e\n1;2\n")
    assert (set(parsed.columns), parsed.rows[0].line) == ({"c", "d,e"}, 3)


def test_a_line_that_names_the_tab() -> None:
    """A delimiter that is a blank is still said."""
    parsed = table("sep=\t\na,a,a\tb\n1\t2\n")
    assert set(parsed.columns) == {"a,a,a", "b"}


def test_a_cut_off_file_of_nul_bytes() -> None:
    """A tail of NUL bytes is called by its name, and not a wrong number of cells."""
    findings = Findings()
    table("a,b\n1,2\n\0\0\0", findings)
    assert [(one.line, "NUL" in one.message) for one in findings.problems] == [
        (3, True)
    ]
