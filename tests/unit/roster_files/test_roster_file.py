"""Unit tests of rosters to match, as plain CSV files."""

import os
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest

from student_transfer.errors import InputFileError
from student_transfer.formats.findings import Note
from student_transfer.linkage.profiles.births import Birth
from student_transfer.linkage.profiles.profile import FIELDS, Profile
from student_transfer.roster_files import columns, roster_file, sound_rows
from student_transfer.roster_files.birth_dates import Births
from student_transfer.roster_files.genders import SpanishGenders
from student_transfer.roster_files.kept_rows import Kept, kept_of, student_of
from student_transfer.roster_files.layout import ROSTER_COLUMNS
from student_transfer.roster_files.roster_file import Chunk, RosterFile
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

TWO = "id,given_name,family_name\n1,Zoë,Ng\n2,Omar,Khan\n"


def _path(folder: Path, content: str | bytes, name: str = "roster.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def _file(folder: Path, content: str | bytes, name: str = "roster.csv") -> RosterFile:
    return RosterFile(_path(folder, content, name))


def _read(file: RosterFile) -> dict[str, Profile]:
    """Read a whole file: each student by id."""
    read = kept_of("there")
    return {str(read.key(row)): read.profile(row) for row in file.rows()}


def _given_names(file: RosterFile) -> dict[str, str]:
    return {key: one.given.text for key, one in _read(file).items()}


def _notes(file: RosterFile) -> list[Note]:
    """Return what is noted of a file, but for the columns that it has not."""
    return [note for note in file.notes if "no column is called" not in str(note)]


def _problems(file: RosterFile) -> tuple[str, ...]:
    """Return what is wrong with a file that is refused."""
    with pytest.raises(InputFileError, match="cannot be matched") as refused:
        _read(file)
    return refused.value.problems


# Reading ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_a_file_is_read_in_every_encoding_of_spreadsheets(
    tmp_path: Path, encoding: str
) -> None:
    """UTF-8 with and without mark, UTF-16 with one, and Windows-1252 are read."""
    marks = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}
    data = marks.get(encoding, b"") + TWO.encode(encoding)
    file = _file(tmp_path, data)
    assert _given_names(file) == {"1": "zoe", "2": "omar"}
    told = [str(note) for note in _notes(file)]
    assert any("Windows-1252" in note for note in told) is (encoding == "cp1252")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04" + bytes(400), "an Excel workbook or another zip"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(400), "an Excel workbook"),
        (TWO.encode("utf-16-le"), "in UTF-16 without a byte order mark"),
        (TWO.encode("utf-16-be"), "in UTF-16 without a byte order mark"),
    ],
)
def test_what_is_no_text_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    """A workbook is no roster; nor is text that nothing says how to read."""
    (told,) = _problems(_file(tmp_path, data))
    assert said in told
    assert told.endswith("save it as CSV UTF-8")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", "a PDF, and no text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(4) + b"\rIHDR", "a picture, and no text"),
        (b"\xff\xd8\xff\xe0" + bytes(1) + b"\x10JFIF", "a picture, and no text"),
        (b"\x1f\x8b\x08" + bytes(20), "packed by gzip"),
        (b"SQLite format 3" + bytes(400), "no text, whatever it is called"),
        (bytes([0, 1, 0, 0]) + b"Standard Jet DB", "no text, whatever it is called"),
        (b"id,given_name" + bytes(3) + b"\n1,Ada\n", "no text, whatever it is called"),
    ],
)
def test_a_file_of_another_kind_is_not_asked_for_a_column(
    tmp_path: Path, data: bytes, said: str
) -> None:
    """What a program keeps in its own way has no header to correct."""
    (told,) = _problems(_file(tmp_path, data))
    assert told.startswith(f"roster.csv: {said}")
    assert "column" not in told


@pytest.mark.parametrize("end", ["\n", "\r"])
def test_nul_below_the_header_is_read(tmp_path: Path, end: str) -> None:
    """A slip in a row makes no text of letters something else."""
    text = end.join(["id,given_name", "1,A\0da", ""])
    assert [*_read(_file(tmp_path, text))] == ["1"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_told_by_the_header(tmp_path: Path, delimiter: str) -> None:
    """Comma, semicolon, tab and bar are read; the others are part of cells."""
    file = _file(tmp_path, TWO.replace(",", delimiter).replace("Omar", '"O;m,a|r"'))
    assert _given_names(file) == {"1": "zoe", "2": "o m a r"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", ":", "§"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_first_line_may_say_the_delimiter(
    tmp_path: Path, delimiter: str, encoding: str
) -> None:
    """Excel writes ``sep=;`` before the header, and lines still count from the file."""
    text = f"sep={delimiter}\r\n" + TWO.replace(",", delimiter).replace("\n", "\r\n")
    found = _given_names(_file(tmp_path, text.encode(encoding)))
    assert found == {"1": "zoe", "2": "omar"}
    (told,) = _problems(_file(tmp_path, f"{text}3\r\n".encode(encoding)))
    assert "line 5: the row has 1 cells" in told


@pytest.mark.parametrize("text", ["sep=;\nname\nZoë\n", "sep=;\nid;id\n1;2\n"])
def test_a_header_below_the_delimiter_is_line_two(tmp_path: Path, text: str) -> None:
    """What is wrong with the header is told where it is."""
    assert _problems(_file(tmp_path, text))[0].startswith("roster.csv, line 2")


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_end_as_on_any_machine(tmp_path: Path, newline: str) -> None:
    """Every kind of line end is one, and the last line needs none."""
    text = TWO.rstrip("\n").replace("\n", newline)
    assert _given_names(_file(tmp_path, text)) == {"1": "zoe", "2": "omar"}


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_cell_in_quotation_marks_may_have_line_breaks(
    tmp_path: Path, newline: str
) -> None:
    """An address of two lines is one cell."""
    text = f'id,address\n1,"14 Mill Street{newline}Leeds, ""LS1"""\n2,3 Rees Place\n'
    found = _read(_file(tmp_path, text))
    assert found["1"].address.words == ("14", "mill", "st", "leeds", "ls1")
    assert found["2"].address.house == ("3", "rees")


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    """Empty lines and lines of empty cells are no students and no problem."""
    text = "id,given_name\n\n1,Zoë\n,\n \t, \n2,Omar\n\n"
    assert _given_names(_file(tmp_path, text)) == {"1": "zoe", "2": "omar"}


def test_the_columns_may_be_in_any_order_and_writing(tmp_path: Path) -> None:
    """Case, blanks and underscores in a column's name do not count."""
    text = "Family Name,ID,GIVENNAME,Date_Of_Birth\nNg,1,Zoë,2014-03-05\n"
    found = _read(_file(tmp_path, text))["1"]
    assert (found.given.text, found.family.text) == ("zoe", "ng")
    assert found.born == (2014, 3, 5)


@pytest.mark.parametrize("said", ["", "sep=;"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_name_of_a_column_may_have_line_breaks(
    tmp_path: Path, said: str, end: str
) -> None:
    """Spreadsheets have them in headers: each counts as a blank, and lines count on."""
    text = said and said + end
    text += f'"Pupil;\nremarks";id;"Given\nName";"Family\n\n""Name"""{end}'
    text += f";1;Zoë;Ng{end};2;Omar;Khan{end}"
    file = _file(tmp_path, text)
    assert _given_names(file) == {"1": "zoe", "2": "omar"}
    (note,) = _notes(file)
    assert 'not compared: Pupil; remarks, Family "Name"' in str(note)
    (problem,) = _problems(_file(tmp_path, f"{text};3{end}"))
    line = 9 if said else 8
    assert f"line {line}: the row has 2 cells where the header has 4" in problem


def test_the_line_of_a_header_with_breaks_is_where_it_begins(tmp_path: Path) -> None:
    """What is wrong with it is told there."""
    (problem,) = _problems(_file(tmp_path, 'sep=,\n"Pupil\nNo",name\n1,Zoë\n'))
    assert problem.startswith("roster.csv, line 2: there is no column id")


@pytest.mark.parametrize(
    "text",
    [
        'id,given_name,"Shoe\n1,Zoë,3\n2,Omar,4\n',
        'id,given_name,"Shoe\n1,"Zoë,3\n2,Omar,4\n',
        'id,given_name,5" shoe\n1,Zoë,3\n2,Omar,4"\n',
        'id,given_name,5" shoe\n1,Zoë,3\n2,Omar,4\n',
    ],
)
def test_a_stray_quotation_mark_takes_no_row_into_the_header(
    tmp_path: Path, text: str
) -> None:
    """Where the marks make no row of several lines the header is the first of them."""
    assert _file(tmp_path, text).layout().top == 1


def test_columns_have_the_names_that_offices_give_them(tmp_path: Path) -> None:
    """Where there is no column of our name, one of another usual name is it."""
    text = (
        "ID,Forename,SURNAME,DOB,Year Group,Sex,State ID,Shoe\n"
        "1,Zoë,Ng,2014-03-05,6,F,A1234567,3\n"
    )
    file = _file(tmp_path, text)
    found = _read(file)["1"]
    assert (found.given.text, found.family.text) == ("zoe", "ng")
    assert (found.born, found.year, found.gender) == ((2014, 3, 5), 6, "f")
    assert found.national_id == "A1234567"
    read, left_out = map(str, _notes(file))
    assert ": Forename as given_name, SURNAME as family_name, DOB as date_of" in read
    assert "Shoe" in left_out


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        (
            "Legal First Name,Preferred First Name,Middle Name(s),Legal Last Name",
            ("given_name", "preferred_name", "middle_name", "family_name"),
        ),
        (
            "LEGAL FORENAME,Chosen Name,Middle Names,Legal_Surname",
            ("given_name", "preferred_name", "middle_name", "family_name"),
        ),
        (
            "Legal Given Name,Preferred Forename,Birthdate,ZIP",
            ("given_name", "preferred_name", "date_of_birth", "postcode"),
        ),
        (
            "First Name,Grade Level,Email Address,Home Address",
            ("given_name", "year", "email", "address"),
        ),
        (
            "D.O.B.,Gender (M/F),Home Postcode,Forename",
            ("date_of_birth", "gender", "postcode", "given_name"),
        ),
        (
            "Chosen Forename,NC Year,Admission Number,Home Address",
            ("preferred_name", "year", "student_id", "address"),
        ),
        (
            "Unique Pupil Number,Adno,National Curriculum Year,Surname",
            ("national_id", "student_id", "year", "family_name"),
        ),
        (
            "Admission No.,NC Year Group,UPN,Legal Forename",
            ("student_id", "year", "national_id", "given_name"),
        ),
    ],
)
def test_legal_and_chosen_names_have_columns(
    tmp_path: Path, header: str, fields: tuple[str, ...]
) -> None:
    """Student information systems tell a legal name from the one that is used."""
    file = _file(tmp_path, f"id,{header}\n1,a,b,c,d\n")
    places = file.layout().places
    assert [places[FIELDS.index(field)] for field in fields] == [1, 2, 3, 4]
    (note,) = _notes(file)
    assert "columns of other names" in str(note)


def test_the_number_of_an_admission_is_no_id(tmp_path: Path) -> None:
    """Two schools have the same ones, so that the column id is still asked for."""
    (told,) = _problems(_file(tmp_path, "Adno,Forename\n001,Zoë\n"))
    assert "there is no column id: add one that names each student" in told
    file = _file(tmp_path, "id,student_id,Adno\n1,5,001\n")
    assert _read(file)["1"].student_id == "5"
    assert "left out, since it is not compared: Adno" in str(_notes(file)[0])


def test_the_first_line_of_an_address_is_none(tmp_path: Path) -> None:
    """MATCH-1: children of two houses may both live in a flat 3."""
    file = _file(tmp_path, "id,Address 1,Address 2\n1,Flat 3,14 Mill Street\n")
    assert not _read(file)["1"].address.words
    assert str(_notes(file)[0]).endswith("not compared: Address 1, Address 2")


def test_a_plain_name_goes_before_a_legal_one(tmp_path: Path) -> None:
    """One of the two is read, and the other is left out with a note."""
    file = _file(tmp_path, "id,Legal Surname,Surname\n1,Ng,Khan\n")
    assert _read(file)["1"].family.text == "khan"
    assert "Legal Surname" in str(_notes(file)[-1])


def test_a_column_of_our_name_is_the_one_that_is_read(tmp_path: Path) -> None:
    """Another usual name beside it is a column like any other."""
    file = _file(tmp_path, "id,given_name,First Name,family_name\n1,Zoë,Z,Ng\n")
    assert _given_names(file) == {"1": "zoe"}
    (note,) = _notes(file)
    assert "left out" in str(note)
    assert "First Name" in str(note)


def test_two_columns_of_another_name_are_none(tmp_path: Path) -> None:
    """Two marks in columns named grade are no year."""
    file = _file(tmp_path, "id,given_name,grade,grade\n1,Zoë,5,4\n")
    assert _read(file)["1"].year is None
    (note,) = _notes(file)
    assert "grade, grade" in str(note)


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        ("Child,date_of_birth", "given_name or family_name: few can be matched so"),
        (
            "preferred_name,DOB",
            "given_name or family_name: fewer can be matched so, and",
        ),
        (
            "forename,surname",
            "date_of_birth: fewer can be matched so, and more have to be",
        ),
        ("forename,DOB", "family_name: fewer can be matched so"),
        ("year", "given_name, family_name or date_of_birth: few can be"),
        ("forename,surname,birth date", ""),
    ],
)
def test_a_roster_without_what_matters_most_is_noted(
    tmp_path: Path, header: str, missing: str
) -> None:
    """Its columns are called something else, or many have to be looked at."""
    file = _file(
        tmp_path, f"id,{header}\n" + "1" + "," * (header.count(",") + 1) + "\n"
    )
    assert len(_read(file)) == 1
    told = [note for note in file.notes if "no column is called" in str(note)]
    said = [f"roster.csv: no column is called {missing}"] * bool(missing)
    assert len(told) == len(said)
    assert all(str(note).startswith(one) for note, one in zip(told, said, strict=True))
    assert all(note.is_warning for note in told)


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        ("Last nmae", "last name"),
        ("Surnme", "surname"),
        ("Frist Name", "first name"),
        ("Forenames", "forename"),
        ("famly_name", "family_name"),
        ("Date of brith", "date_of_birth"),
        ("Email adress", "email address"),
        ("Gendr", "gender"),
    ],
)
def test_a_column_that_may_be_misspelt_is_asked_about(
    tmp_path: Path, column: str, meant: str
) -> None:
    """With the name by which it would be read; it is not guessed."""
    file = _file(tmp_path, f"id,{column},House\n1,x,y\n")
    file.layout()
    (note,) = _notes(file)
    assert f"left out, since it is not compared: {column} (did" in str(note)
    assert str(note).endswith(f"(did you mean {meant}?), House")
    assert note.is_warning


def test_no_false_advice_is_given(tmp_path: Path) -> None:
    """What schools keep besides is no slip; nor is a second column of what is there."""
    usual = (
        "Class,House,House Name,SEN,Notes,Form,Tutor,Set,Status,Sects,Town,State,Name,"
        "Nationality,Student,Full Name,Previous Surname,Parent Email,Father's Name,"
        "Place of Birth,Year of Entry,Age,Title,Phone,Homeroom,Upon,Last School,"
        "Teacher,grade,grade,Room,Date of Entry,County,Temporary UPN"
    )
    read = "id,given_name,email,surname"
    for header in (f"id,{usual}", f"{read},Email 2,Emails,Surnames,Given Nam,{usual}"):
        file = _file(tmp_path, f"{header}\n")
        file.layout()
        left_out = _notes(file)[-1]
        assert "left out" in str(left_out)
        assert "did you mean" not in str(left_out)
        assert not left_out.is_warning


def test_every_field_has_its_column(tmp_path: Path) -> None:
    """What is compared can be given, each in the column of its name."""
    text = (
        f"{','.join(ROSTER_COLUMNS)}\n"
        "1,Zoë,Ann,Ng,Zo,2014-03-05,F,Year 6,H801200001001,1001,zng,z@example.org,"
        "B13 9QX,14 Mill Street\n"
    )
    found = _read(_file(tmp_path, text))["1"]
    texts = (found.given.text, found.middle.text, found.family.text)
    assert texts == ("zoe", "ann", "ng")
    assert (found.preferred.text, found.gender, found.year) == ("zo", "f", 6)
    assert found.national_id == "H801200001001"
    assert (found.student_id, found.user_name) == ("1001", "zng")
    assert (found.email, found.postcode) == ("z@example.org", "B139QX")
    assert found.address.house == ("14", "mill")
    assert found.ref.key == "1"


def test_a_roster_of_ids_alone_is_read(tmp_path: Path) -> None:
    """All columns but the id may be missing."""
    found = _read(_file(tmp_path, "id\n1\n2\n"))
    assert list(found) == ["1", "2"]
    assert not found["1"].given
    chunk = next(iter(_file(tmp_path, "id\n1\n").chunks()))
    assert chunk.columns == [()] * len(FIELDS)


def test_the_ids_alone_can_be_read(tmp_path: Path) -> None:
    """For whoever compares them with a truth."""
    assert RosterFile(str(_path(tmp_path, TWO))).keys() == {"1", "2"}


def test_a_roster_of_nobody_is_read(tmp_path: Path) -> None:
    """A header alone is a roster without students, and a note says what that means."""
    file = _file(tmp_path, "id,given_name\n\n,\n")
    assert _notes(file) == []
    assert _read(file) == {}
    (note,) = _notes(file)
    assert note.is_warning
    assert "no students in it" in str(note)


def test_columns_that_are_not_compared_are_named(tmp_path: Path) -> None:
    """A note says what is left out, so that a misspelt column is noticed."""
    file = _file(tmp_path, "id,given_nam,given_name,,Phone\x1b[31m\n1,Z,Zoë,x,1\n")
    _read(file)
    (note,) = _notes(file)
    assert str(note) == (
        "roster.csv: left out, since it is not compared: given_nam, Phone [31m"
    )


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("2014-03-05", (2014, 3, 5)),
        ("2014-03", (2014, 3, 0)),
        ("2014", (2014, 0, 0)),
        ("03/2014", (2014, 3, 0)),
        ("3/2014", (2014, 3, 0)),
        ("12-2014", (2014, 12, 0)),
        ("3.2014", (2014, 3, 0)),
        ("2014/3", (2014, 3, 0)),
        (" Mar 2014 ", (2014, 3, 0)),
        ("SEPT-2014", (2014, 9, 0)),
        ('"March, 2014"', (2014, 3, 0)),
        ("2014 Mar", (2014, 3, 0)),
        ("2014 3", (2014, 3, 0)),
        ("201403", (2014, 3, 0)),
        ("2014-03-05 00:00:00", (2014, 3, 5)),
        ("2014 03 05", (2014, 3, 5)),
        ("2014 / 03 / 05", (2014, 3, 5)),
        ("2014 Mar 5", (2014, 3, 5)),
        ("", None),
        ("1900-01-01", None),
    ],
)
def test_a_date_of_birth_may_be_known_in_part(
    tmp_path: Path, text: str, born: tuple[int, int, int] | None
) -> None:
    """Year and month, or the year, are read without a note; so is a placeholder."""
    file = _file(tmp_path, f"id,date_of_birth\n1,{text}\n")
    assert _read(file)["1"].born == born
    assert _notes(file) == []


@pytest.mark.parametrize(
    "text",
    [
        "5.3.140",
        "47484",
        "31/02/2014",
        "5 Ma 2014",
        "unknown",
        "2014/13/05",
        "2014-13-05",
        "2014-03-32",
        "2014-02-30",
        "20140230",
        "2014-02-29",
        "2014-4-31",
        "03/14",
        "Mar-14",
        "13/2014",
        "0/2014",
        "2014/13",
        "03/1850",
        "Ma 2014",
        "Spring 2014",
        "170512",
        "120512",
        "201203",
        "190013",
        "2014 05 32",
        "2014-03-05 or so",
        "2014 about",
        "2014-03-05 25:00 o'clock",
    ],
)
def test_dates_that_cannot_be_read_are_counted(tmp_path: Path, text: str) -> None:
    """A date that is written otherwise is not known, and a note says of how many."""
    file = _file(tmp_path, f"id,date_of_birth\n1,{text}\n2,2014-03-05\n3,{text}\n")
    assert _read(file)["1"].born is None
    (note,) = _notes(file)
    assert str(note).startswith("roster.csv: 2 dates of birth are taken as not known")
    assert text not in str(note)


@pytest.mark.parametrize(
    ("written", "born", "noted"),
    [
        (["3/5/2014", "3/15/2014"], [(2014, 3, 5), (2014, 3, 15)], ""),
        (["5.3.2014", "15.3.2014"], [(2014, 3, 5), (2014, 3, 15)], ""),
        (["3/5/2014", "2014-03"], [(2014, 0, 0), (2014, 3, 0)], "nothing tells day"),
        (["3/5/14", "5.5.2014"], [(2014, 0, 0), (2014, 5, 5)], "nothing tells day"),
        (
            ["3/15/2014", "15/3/2014", "3/5/2014"],
            [(2014, 3, 15), (2014, 3, 15), (2014, 0, 0)],
            "has both orders",
        ),
        (["2014/03/05", "2014.3.15"], [(2014, 3, 5), (2014, 3, 15)], ""),
        (["05-Mar-2014", "March 15, 2014"], [(2014, 3, 5), (2014, 3, 15)], ""),
        (["5/3/14", "15/3/99"], [(2014, 3, 5), (1999, 3, 15)], "in two digits"),
        (["5-Mar-14", "15.3.29"], [(2014, 3, 5), (2029, 3, 15)], "in two digits"),
        (["201403", "201203"], [(2014, 3, 0), (2012, 3, 0)], ""),
        (["41703", "47483"], [(2014, 3, 5), (2029, 12, 31)], "numbers of days"),
        (
            ["3/25/14", "3/5/13", "3/6/12"],
            [(2014, 3, 25), (2013, 3, 5), (2012, 3, 6)],
            "in two",
        ),
    ],
)
@pytest.mark.parametrize("part", [False, True])
def test_dates_are_read_as_offices_write_them(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    part: bool,
    written: list[str],
    born: list[Birth | None],
    noted: str,
) -> None:
    """MATCH-2: the column tells which of day and month is first; a guess is noted."""
    monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 1)
    rows = [f'{number},"{text}"' for number, text in enumerate(written)]
    whole = _file(tmp_path, "\n".join(["id,date_of_birth", *rows, ""]))
    (file,) = whole.parts(1) if part else (whole,)  # a part is read by columns
    assert [profile.born for profile in _read(file).values()] == born
    assert [noted in str(note) for note in _notes(whole)[:1]] == [True] * bool(noted)
    assert file.unread["date_of_birth"] == born.count(None)


@pytest.mark.parametrize(
    "written",
    [
        ["14-03-05", "14-03-25"],
        ["14/03/05", "14/12/31", "13/01/07"],
        ["50314", "251213"],
        ["201403", "170512"],
        ["200512", "201203"],
    ],
)
@pytest.mark.parametrize("part", [False, True])
def test_dates_that_spreadsheets_hardly_meant_are_not_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, part: bool, written: list[str]
) -> None:
    """MATCH-2: years that stand first, and digits that lost a nought, are no guess."""
    monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 1)
    rows = [f"{number},{text}" for number, text in enumerate(written)]
    whole = _file(tmp_path, "\n".join(["id,date_of_birth", *rows, ""]))
    (file,) = whole.parts(1) if part else (whole,)
    assert {profile.born for profile in _read(file).values()} == {None}
    assert file.unread["date_of_birth"] == len(written)


@pytest.mark.parametrize("part", [False, True])
def test_genders_and_years_that_cannot_be_read_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, part: bool
) -> None:
    """MATCH-5: they are no evidence, and a note of each column says of how many."""
    monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 1)
    rows = ["1,Hombre,Maple", "2,Mujer,2027", "3,X,6B", "4,N/A,R", "5,,n/a", "6,F,Oak"]
    whole = _file(tmp_path, "\n".join(["id,gender,year", *rows, ""]))
    (file,) = whole.parts(1) if part else (whole,)  # a part is read by columns
    read = _read(file)
    assert [one.gender for one in read.values()] == ["", "", "", "", "", "f"]
    assert [one.year for one in read.values()] == [None, None, 6, 0, None, None]
    told = " are no evidence: they cannot be read; write "
    assert [str(note) for note in _notes(file)] == [
        f"roster.csv: 2 values of gender{told}F or M",
        f"roster.csv: 3 values of year{told}a number, such as 6",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (["H", "M", "h", "m ", "", "X"], ["m", "f", "m", "f", "", ""]),
        (["H", "M", "F"], ["", "m", "f"]),
        (["H", "F"], ["", "f"]),
        (["H", "M", "male"], ["", "m", "m"]),
        (["H", *["M"] * 10], ["", *["m"] * 10]),
        (["M", *["H"] * 10], ["m", *[""] * 10]),
    ],
)
@pytest.mark.parametrize("part", [False, True])
def test_the_letters_of_genders_may_be_spanish(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    part: bool,
    written: list[str],
    read: list[str],
) -> None:
    """MATCH-1: of hombre and mujer, M is the girl; what may be a slip is no proof."""
    monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 1)
    rows = [f"{number},{text}" for number, text in enumerate(written)]
    whole = _file(tmp_path, "\n".join(["id,gender", *rows, ""]))
    (file,) = whole.parts(1) if part else (whole,)  # a part is read by columns
    assert [one.gender for one in _read(file).values()] == read
    told = any("hombre and mujer" in str(note) for note in whole.notes)
    assert told is ((written[0], read[0]) == ("H", "m"))


@pytest.mark.parametrize("at", ["first", "middle", "last"])
def test_what_was_encoded_twice_is_noted_wherever_it_is(
    tmp_path: Path, at: str
) -> None:
    """A roster of sound UTF-8 may have names that nobody bears."""
    names = dict.fromkeys(("first", "middle", "last"), "José") | {at: "JosÃ©"}
    rows = [f"{key},{name}" for key, name in names.items()]
    file = _file(tmp_path, "\n".join(["id,given_name", *rows, ""]))
    assert len(_read(file)) == 3
    (note,) = _notes(file)
    assert "encoded twice" in str(note)


@pytest.mark.parametrize("part", [False, True])
def test_the_blank_of_a_database_is_blank_in_every_column(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, part: bool
) -> None:
    r"""MATCH-5: MySQL writes ``\N`` for no value; it is no N and not the nursery."""
    monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 1)
    lines = [",".join(("id", *FIELDS)), ",".join(["1", *[r"\N"] * len(FIELDS)]), ""]
    whole = _file(tmp_path, "\n".join(lines))
    (file,) = whole.parts(1) if part else (whole,)  # a part is read by columns
    (row,) = file.rows()
    found = kept_of("there").profile(row)
    names = (found.given, found.middle, found.family, found.preferred)
    assert not any((*names, found.born, found.gender, found.student_id))
    assert not any((found.national_id, found.user_name, found.email, found.postcode))
    assert (found.year, found.address.words) == (None, ())
    nobody = Student(key=StudentKey("1"), site_id=SiteId("a"))
    assert student_of(SiteId("a"), row) == nobody
    assert _notes(file) == []


def test_the_order_of_dates_is_told_by_the_whole_file(tmp_path: Path) -> None:
    """MATCH-1: a file that is sorted by date shows one month's days first."""
    first = [f"{day:02}/09/2010" for day in range(1, 13)] * 200
    later = ["03/05/2014", "25/05/2014"]
    rows = [f"{number},{text}" for number, text in enumerate([*first, *later])]
    file = _file(tmp_path, "\n".join(["id,date_of_birth", *rows, ""]))
    read = _read(file)
    assert read["0"].born == (2010, 9, 1)
    assert read["2400"].born == (2014, 5, 3)
    assert _notes(file) == []


def test_a_date_that_comes_late_has_to_prove_its_order(tmp_path: Path) -> None:
    """MATCH-1: after thousands of dates in ISO 8601 nothing is guessed."""
    rows = [f"{number},2014-03-05" for number in range(2500)]
    rows += ["a,03/05/2014", "b,25/05/2014"]
    file = _file(tmp_path, "\n".join(["id,date_of_birth", *rows, ""]))
    read = _read(file)
    assert (read["a"].born, read["b"].born) == (None, (2014, 5, 25))
    assert file.unread["date_of_birth"] == 1


def test_the_order_of_dates_is_told_by_rows_that_may_be_bad(tmp_path: Path) -> None:
    """A row that is cut off or cannot be split is told later, as ever."""
    file = _file(tmp_path, 'id,given_name,date_of_birth\n1\n2,"Ada,5/3/2014\n')
    with pytest.raises(InputFileError):
        list(file.rows())


def test_a_large_file_is_read_in_chunks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only some rows are held at a time, and how far it is can be shown."""
    monkeypatch.setattr(sound_rows, "_AT_ONCE", 2)
    file = _file(tmp_path, "id,given_name\n" + "".join(f"{n},Zoë\n" for n in range(5)))
    done: list[int] = []
    sizes = [len(chunk.ids) for chunk in file.chunks(done.append)]
    assert sizes == [2, 2, 1]
    assert done[-1] == file.size


SHORT = "id;given_name;family_name;date_of_birth;address\n"


@pytest.mark.parametrize("part", [False, True])
def test_blank_cells_at_the_end_of_a_row_may_be_too_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, part: bool
) -> None:
    """Spreadsheets write them so."""
    monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 1)
    rows = "1;John;Smith;2014-07-13;;;\n2;Ada;Ng;2014-01-05;3 Rees Place; \t;\n"
    whole = _file(tmp_path, SHORT + rows)
    (file,) = (whole.parts(1) if part else ()) or (whole,)
    found = _read(file)
    assert [one.family.text for one in found.values()] == ["smith", "ng"]
    assert [one.born for one in found.values()] == [(2014, 7, 13), (2014, 1, 5)]
    assert [one.address.words[:2] for one in found.values()] == [(), ("3", "rees")]


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("1;John;Smith;2014-07-13;;x\n", 2),
        ("1;John;Smith;2014-07-13\n", 2),
        ('1;John;Smith;2014-07-13;;"\n"\n2\n', 4),
    ],
    ids=["text", "too few", "below a blank cell of two lines"],
)
def test_a_row_that_is_another_one_is_refused(
    tmp_path: Path, rows: str, line: int
) -> None:
    """A cell with text belongs somewhere, and too few may be half of a broken row."""
    (problem,) = _problems(_file(tmp_path, SHORT + rows))
    assert problem.startswith(f"roster.csv, line {line}: the row has ")


@pytest.mark.parametrize("rows", ["1,Zoë\n2,Omar\n", "1,Zoë,\n2,Omar\n3\n"])
def test_cells_without_a_name_may_be_missing_at_the_end(
    tmp_path: Path, rows: str
) -> None:
    """A header may have a delimiter too many; a cell with a name has to be there."""
    file = _file(tmp_path, f"id,given_name, ,\n{rows}")
    if "3" in rows:
        (problem,) = _problems(file)
        assert problem.endswith("line 4: the row has 1 cells where the header has 4")
    else:
        assert _given_names(file) == {"1": "zoe", "2": "omar"}


def test_text_in_a_cell_without_a_name_is_left_out(tmp_path: Path) -> None:
    """A remark below a blank header cell is no reason to refuse a file."""
    file = _file(tmp_path, "id,given_name,\n1,Zoë,new\n2,Omar\n3,Ada,\n")
    assert _given_names(file) == {"1": "zoe", "2": "omar", "3": "ada"}


# What is wrong ------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path: Path, text: str) -> None:
    """Who exported nothing would look for a column in it."""
    (problem,) = _problems(_file(tmp_path, text))
    assert problem.startswith("roster.csv, line 1: the file is empty")


def test_a_file_without_ids_is_refused(tmp_path: Path) -> None:
    """Without an id nobody could be named in the matches."""
    (problem,) = _problems(_file(tmp_path, "key,given_name\n1,Zoë\n"))
    assert problem == (
        "roster.csv, line 1: there is no column id: add one that names each student"
    )


def test_columns_are_shown_where_none_is_the_id(tmp_path: Path) -> None:
    """What the file calls its id can be seen at once."""
    text = "Pupil No\x1b,Forename,Surname,Shoe\n1,Zoë,Ng,3\n"
    (problem,) = _problems(_file(tmp_path, text))
    assert problem.endswith("student; there are Pupil No, Forename, Surname, Shoe")
    many = ",".join(f"column {number}" for number in range(90))
    (problem,) = _problems(_file(tmp_path, f"Forename,Surname,{many}\n"))
    assert problem.endswith("column 47, …")


@pytest.mark.parametrize("row", ["1,Zoë,Ng,2014-03-05", "1,Grade,Ng,2014-03-05"])
def test_no_student_is_shown_in_place_of_a_header(tmp_path: Path, row: str) -> None:
    """A file without a header has a student in its first line."""
    (problem,) = _problems(_file(tmp_path, f"{row}\n2,Omar,Khan,2014\n"))
    assert problem.endswith("add one that names each student")


def test_two_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    """Which of two columns holds the names is not guessed."""
    (problem,) = _problems(_file(tmp_path, "id,given_name,Given Name\n1,a,b\n"))
    assert problem == (
        "roster.csv, line 1, column given_name: there are two columns of this name"
    )


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    """Blank and repeated ids and rows of another length are named with their lines."""
    text = "id,given_name\n1,a\n,b\n1,c\n2\n3,d,e\n4,f\n  ,g\n 4 ,h\n"
    assert _problems(_file(tmp_path, text)) == (
        "roster.csv, line 3, column id: there is no id",
        "roster.csv, line 4, column id: an earlier row has the same id",
        "roster.csv, line 5: the row has 1 cells where the header has 2",
        "roster.csv, line 6: the row has 3 cells where the header has 2",
        "roster.csv, line 8, column id: there is no id",
        "roster.csv, line 9, column id: an earlier row has the same id",
    )


def test_bad_rows_of_every_chunk_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An id may be repeated far below; lines are counted through all chunks."""
    monkeypatch.setattr(sound_rows, "_AT_ONCE", 2)
    text = "id,given_name\n1,a\n2,b\n\n3,c\n4,d\n1,e\n5\n"
    assert _problems(_file(tmp_path, text)) == (
        "roster.csv, line 7, column id: an earlier row has the same id",
        "roster.csv, line 8: the row has 1 cells where the header has 2",
    )


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_a_line_is_counted_as_an_editor_counts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A cell of several lines moves the rows below it down."""
    monkeypatch.setattr(sound_rows, "_AT_ONCE", at_once)
    text = 'id,address\n1,"14 Mill Street\nLeeds\nLS1"\n2\n\n3,x\n4\n'
    first, second = _problems(_file(tmp_path, text))
    assert first.startswith("roster.csv, line 5: ")
    assert second.startswith("roster.csv, line 8: ")


def test_no_more_problems_are_told_than_a_person_reads(tmp_path: Path) -> None:
    """After the first ten of a kind the others are counted, and other kinds follow."""
    text = "id,given_name\n" + ",x\n" * 1060 + "1,x\n" + "2\n" * 2
    *told, tenth, more, short, shorter = _problems(_file(tmp_path, text))
    assert len(told) == 9
    assert tenth == "roster.csv, line 11, column id: there is no id"
    assert more == "roster.csv, column id: and 1,050 more like this"
    assert short.startswith("roster.csv, line 1063: the row has 1 cells")
    assert shorter.startswith("roster.csv, line 1064: ")


def test_a_file_that_was_pasted_twice_hides_no_other_problem(tmp_path: Path) -> None:
    """What is below hundreds of rows that are there already is told, too."""
    rows = "".join(f"{number},Ada\n" for number in range(500))
    problems = _problems(_file(tmp_path, f"id,given_name\n{rows}{rows},Eve\n"))
    assert problems[-2].endswith("column id: and 490 more like this")
    assert problems[-1] == "roster.csv, line 1002, column id: there is no id"


def test_problems_hold_no_personal_data(tmp_path: Path) -> None:
    """What is wrong is told by place, not by what the cells hold."""
    told = " ".join(
        _problems(_file(tmp_path, "id,given_name\n77,Zoë\n77,Zoë\n8,Zoë,Ng\n"))
    )
    for value in ("Zo", "Ng", "77"):
        assert value not in told


def test_a_cell_without_end_is_a_problem(tmp_path: Path) -> None:
    """Quotation marks that do not pair up are told, not read to the end."""
    text = 'id,given_name\n1,"' + "x" * 200_000 + "\n2,Omar\n"
    (problem,) = _problems(_file(tmp_path, text))
    assert problem.startswith("roster.csv, line 2: quotation marks do not pair up")


def test_a_quotation_mark_that_is_never_closed_loses_nobody(tmp_path: Path) -> None:
    """A mark too many must not swallow the students below it in silence."""
    text = 'id,given_name\n1,"Zoë\n2,Omar\n3,Ling\n'
    assert any("quotation marks" in each for each in _problems(_file(tmp_path, text)))


def test_a_quotation_mark_is_told_with_the_row_it_is_in(tmp_path: Path) -> None:
    """The line is that of the row, and the bad rows above it are told, too."""
    text = 'id,given_name\n,Zoë\n2,"Omar\n3,Ling\n4,Ada\n'
    above, problem = _problems(_file(tmp_path, text))
    assert above == "roster.csv, line 2, column id: there is no id"
    assert problem.startswith("roster.csv, line 3: quotation marks")


def test_damaged_letters_are_not_read_in_silence(tmp_path: Path) -> None:
    """A file that is UTF-8 but for some bytes is told, as a file to load is."""
    file = _file(tmp_path, b"id,given_name\n1,Zo\xc3\xab\n2,Ann\xe9e\n")
    with suppress(InputFileError):  # or a note says so
        assert _given_names(file)["1"] == "zoe"
        assert _notes(file)


@pytest.mark.parametrize(
    "data",
    [b"id,given_name\n1,Zo\x81\x8d\n", b"\xff\xfei\0d\0\n"],
    ids=["no encoding", "half a letter"],
)
def test_a_file_in_no_encoding_is_refused_in_words(tmp_path: Path, data: bytes) -> None:
    """A damaged file is a problem of the file, not a fault of the program."""
    assert _problems(_file(tmp_path, data))


def test_accents_after_the_sample_are_not_lost_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Windows file whose first accent comes late is read right, or told."""
    monkeypatch.setattr("student_transfer.roster_files.layout._BLOCK", 40)
    rows = "".join(f"{number},Omar\n" for number in range(20))
    file = _file(tmp_path, f"id,given_name\n{rows}99,Zoë\n".encode("cp1252"))
    with suppress(InputFileError):  # or it is refused
        assert _given_names(file)["99"] == "zoe" or _notes(file)


# Parts --------------------------------------------------------------------------------


def _kept(*files: RosterFile) -> list[Kept]:
    return [row for file in files for row in file.rows()]


@pytest.fixture(params=["by rows", "by columns"])
def parted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Let every file be read in parts; true where it is read by columns."""
    by_columns: bool = request.param == "by columns"
    monkeypatch.setattr(roster_file, "_WORTH_SPLITTING", 10)
    monkeypatch.setattr(roster_file, "_COLUMNS_AT_ONCE", 300)
    if by_columns:
        monkeypatch.setattr(roster_file, "_WORTH_COLUMNS", 10)
    return by_columns


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_large_file_can_be_read_in_parts(tmp_path: Path, mark: str, end: str) -> None:
    """Both parts have whole rows, and together all of them."""
    rows = [
        f'{number},"Zoë, {number}",{"soon" if number % 2 else "2014"}'
        for number in range(50)
    ]
    lines = ["id,given_name,date_of_birth", *rows, ""]
    file = _file(tmp_path, mark + end.join(lines))
    first, second = file.parts(2)
    upper, lower = _kept(first), _kept(second)
    assert upper + lower == _kept(file)
    assert len(upper + lower) == 50
    assert min(len(upper), len(lower)) > 20
    every = [hash(str(number)) for number in range(50)]
    assert [*first.numbers, *second.numbers] == every
    counts = [each.unread["date_of_birth"] for each in (first, second, file)]
    assert counts == [12, 13, 25]
    (note,) = _notes(file)
    assert "25 dates of birth" in str(note)
    assert (first.is_first, second.is_first, file.is_first) == (True, False, True)


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("said", ["sep=;", '"sep=;"', "sep=|", "sep=§"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_that_says_its_delimiter_can_be_read_in_parts(
    tmp_path: Path, said: str, mark: str, end: str
) -> None:
    """Neither that line nor the header is a row of the first part."""
    delimiter = said.strip('"')[-1]
    rows = [delimiter.join((str(n), f"Zoë, {n}", "5/3/2014")) for n in range(50)]
    head = delimiter.join(("id", "given_name", "date_of_birth"))
    text = mark + end.join([said, head, *rows, ""])
    whole = _kept(_file(tmp_path, text))
    assert len(whole) == 50
    for most in (1, 2):
        parts = _file(tmp_path, text).parts(most)
        assert _kept(*(parts or [_file(tmp_path, text)])) == whole
    assert len(_file(tmp_path, text).parts(2)) == 2


@pytest.mark.parametrize("most", [1, 2])
@pytest.mark.parametrize("last", ["", ","])
@pytest.mark.parametrize(("mark", "end"), [("", "\n"), ("\ufeff", "\r\n")])
def test_a_header_of_a_spreadsheet_can_be_read_in_parts(
    tmp_path: Path, parted: bool, most: int, last: str, *, mark: str, end: str
) -> None:
    """Line breaks in it and cells too many change no row, whoever reads them."""
    rows = [f'{n},"Zoë, {n}",5/13/2014{last}' for n in range(50)]
    head = '"id",given_name,"date\nof\nbirth",'
    text = mark + end.join([head, *rows, ""])
    whole = _kept(_file(tmp_path, text))
    assert len(whole) == 50
    parts = _file(tmp_path, text).parts(most)
    assert len(parts) == (most if parted or most > 1 else 0)
    assert _kept(*(parts or [_file(tmp_path, text)])) == whole


def test_rows_without_a_nameless_cell_are_read_by_columns(tmp_path: Path) -> None:
    """A header with a delimiter too many costs no time: all rows are without it."""
    layout = _file(tmp_path, "id,given_name,\n1,Ada\n").layout()
    births = Births(layout.dating)
    for rows in (b"1,Ada\n2,Eve\n", b"1,Ada,\n2,Eve,x\n"):
        block = columns.read_columns(rows, layout, births, SpanishGenders())
        assert block is not None
        assert list(block.ids) == ["1", "2"]
    assert (
        columns.read_columns(b"1,Ada\n2,Eve,\n", layout, births, SpanishGenders())
        is None
    )
    assert columns.read_columns(b"1\n2\n", layout, births, SpanishGenders()) is None


@pytest.mark.usefixtures("parted")
def test_no_part_begins_with_the_header(tmp_path: Path) -> None:
    """Where the middle of a file is above its rows it is read in turn."""
    text = "sep=;\nid\n1\n"
    parts = _file(tmp_path, text).parts(2)
    assert _kept(*(parts or [_file(tmp_path, text)])) == _kept(_file(tmp_path, text))
    assert len(_kept(_file(tmp_path, text))) == 1


@pytest.mark.usefixtures("parted")
def test_a_part_tells_how_far_it_is(tmp_path: Path) -> None:
    """The progress of a part is within the file."""
    file = _file(tmp_path, TWO + "3,Ada,Ng\n4,Eve,Byron\n")
    for part in file.parts(2):
        done: list[int] = []
        list(part.chunks(done.append))
        assert done
        assert max(done) <= file.size


@pytest.mark.parametrize(
    "bad",
    ["7", "7,Ada,Ng,more", ",Ada,Ng", "2,Ada,Ng", '7,"Ada" B,Ng', '7,Ada,"Ng'],
    ids=["short", "long", "no id", "twice", "after a quotation mark", "left open"],
)
@pytest.mark.usefixtures("parted")
def test_a_part_refuses_what_the_file_refuses(tmp_path: Path, bad: str) -> None:
    """Whatever is wrong is noticed; in which line only the whole file says."""
    file = _file(tmp_path, f"{TWO}{bad}\n8,Ada,Byron\n")
    with suppress(InputFileError):  # where quotation marks do not pair up
        assert _problems(file)
    refused = 0
    for part in file.parts(1) or [file]:
        with suppress(InputFileError):
            list(part.chunks())
            refused -= 1
        refused += 1
    assert refused == 1


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("head_end", ["\n", "\r"])
def test_every_row_is_read_whatever_ends_a_line(
    tmp_path: Path, head_end: str, end: str
) -> None:
    """Old spreadsheets end lines by a carriage return alone."""
    rows = [f'{number},"Jo\rnes",Ng' for number in range(20)]
    text = head_end.join(["id,given_name,family_name", end.join(rows)])
    for most in (1, 2):
        file = _file(tmp_path, text)
        parts = file.parts(most) or [_file(tmp_path, text)]
        assert _kept(*parts) == _kept(file)
        assert (
            len(_kept(*(_file(tmp_path, text).parts(most) or [_file(tmp_path, text)])))
            == 20
        )


@pytest.mark.usefixtures("parted")
def test_a_mark_in_the_middle_of_a_file_is_a_letter(tmp_path: Path) -> None:
    """Only the top of a file may begin with a mark of its encoding."""
    text = "id,given_name\n\ufeff1,Ada\n" + "".join(
        f"\ufeff{number},Ada\n" for number in range(2, 60)
    )
    rows = _kept(_file(tmp_path, text))
    assert all(str(row).startswith("\ufeff") for row in rows)
    for most in (1, 2):
        parts = _file(tmp_path, text).parts(most) or [_file(tmp_path, text)]
        assert _kept(*parts) == rows


@pytest.mark.usefixtures("parted")
def test_a_quotation_mark_without_a_partner_costs_nothing(tmp_path: Path) -> None:
    """One within a cell is a sign as any other, however far the next one is."""
    rows = [f"{number},Ada,Ng\n" for number in range(3000)]
    rows[5], rows[6], rows[2000] = '5,Ada "x,Ng\n', '6,"Ada",Ng\n', '7x,5" Ada,Ng\n'
    text = "id,given_name,family_name\n" + "".join(rows)
    whole = _kept(_file(tmp_path, text))
    assert len(whole) == 3000
    for most in (1, 2):
        parts = _file(tmp_path, text).parts(most)
        assert _kept(*(parts or [_file(tmp_path, text)])) == whole


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("most", [1, 2])
def test_a_quotation_mark_that_is_never_closed_loses_nobody_in_a_part(
    tmp_path: Path, most: int
) -> None:
    """No part takes the students below it for one long name."""
    rows = [f"{number},Ada,Ng\n" for number in range(60)]
    rows[40] = '40,"Ada,Ng\n'
    file = _file(tmp_path, "id,given_name,family_name\n" + "".join(rows))
    with pytest.raises(InputFileError) as refusal:
        _kept(*(file.parts(most) or [file]))
    (problem,) = refusal.value.problems
    assert "quotation marks do not pair up" in problem


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b'1,"Ada",Ng\n', True),
        (b'1,"Ada ""X""",Ng\n', True),
        (b'1,"Ada,Ng\n', False),
        (b'1,"Ada",Ng\n2,"Zo,Ng\n', False),
        (b'1,Ada "X",Ng\n', False),
    ],
)
def test_only_what_is_plain_is_read_by_columns(data: bytes, *, plain: bool) -> None:
    """Quotation marks that are not in pairs around a cell are left to csv."""
    assert columns._is_plain(data, ord(",")) is plain


@pytest.mark.usefixtures("parted")
@pytest.mark.parametrize("head", ["id,id,given_name", "id,given_name,Given Name"])
def test_a_file_with_a_column_twice_is_not_parted(tmp_path: Path, head: str) -> None:
    """It is refused as a whole."""
    file = _file(tmp_path, f"{head}\n" + "".join(f"{n},A,B\n" for n in range(50)))
    assert file.parts(2) == []
    assert "line 1" in _problems(file)[0]


@pytest.mark.usefixtures("parted")
def test_a_cell_too_large_in_a_column_left_out_is_refused(tmp_path: Path) -> None:
    """Whether it is read or not."""
    text = f"id,given_name,note\n1,Ada,{'x' * 140_000}\n"
    file = _file(tmp_path, text)
    for each in (file, *file.parts(1)):
        with pytest.raises(InputFileError):
            list(each.chunks())


@pytest.mark.usefixtures("parted")
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """Nobody is lost without a word, and nothing waits for what is gone."""
    text = TWO + "".join(f"{number},Ada,Ng\n" for number in range(10, 200))
    file = _file(tmp_path, text)
    (tmp_path / "roster.csv").write_text(text[:400], "utf-8")
    for each in (file, *file.parts(2)):
        with pytest.raises(InputFileError) as refused:
            list(each.chunks())
        assert "changed while it was read" in refused.value.problems[-1]


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    """A pipe cannot be read twice, which it has to be."""
    os.mkfifo(tmp_path / "pipe")
    told = {tmp_path: "a folder", tmp_path / "pipe": "save it as one first"}
    for place, said in told.items():
        with pytest.raises(InputFileError) as refused:
            RosterFile(place)
        assert said in refused.value.problems[0]


def test_what_may_not_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is not there, and one that belongs to somebody else."""
    with pytest.raises(InputFileError) as missing:
        RosterFile(tmp_path / "roster.csv")
    file = _file(tmp_path, TWO)

    def forbidden(*_: object) -> NoReturn:
        raise PermissionError

    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(InputFileError) as closed:
        file.layout()
    told = ("roster.csv: cannot be opened: check that it is there and may be read",)
    assert missing.value.problems == closed.value.problems == told


@pytest.mark.parametrize("at_once", [2, 100])
def test_lines_are_counted_as_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """A carriage return in a cell begins a line, in every chunk."""
    monkeypatch.setattr(sound_rows, "_AT_ONCE", at_once)
    text = 'id,given_name\n1,"Jo\rnes"\n2,"Jo\r\nnes"\n3,"Jo\nnes"\n4\n'
    assert _problems(_file(tmp_path, text)) == (
        "roster.csv, line 8: the row has 1 cells where the header has 2",
    )


@pytest.mark.usefixtures("parted")
def test_nothing_is_given_after_a_bad_row(tmp_path: Path) -> None:
    """The rows below are looked at, and told where they are bad, too."""
    rows = "".join(f"{number},Ada,Ng\n" for number in range(10, 90))
    file = _file(tmp_path, f"{TWO}7\n{rows}")
    for part in file.parts(1):
        found: list[Chunk] = []
        with pytest.raises(InputFileError):
            found.extend(part.chunks())
        assert not found
        assert hash("89") in part.numbers


@pytest.mark.usefixtures("parted")
def test_what_only_csv_reads_is_read_in_a_part(tmp_path: Path) -> None:
    """A blank row, blanks around an id, NUL, and a cell with a sign of our own."""
    odd = ["5,A\x00da,Ng", ",,", " 6 ,Eve,Ng", "7,Ada\x1f,Ng", '8,"",""', '9,"""A",Ng']
    text = TWO + "\n".join(odd) + "\n"
    file = _file(tmp_path, text)
    rows = _kept(file)
    assert len(rows) == 7
    assert _kept(*(_file(tmp_path, text).parts(1) or [_file(tmp_path, text)])) == rows
    read = kept_of("there")
    assert [read.key(row) for row in rows] == ["1", "2", "5", "6", "7", "8", "9"]
    told, columns = read.as_columns(rows)
    assert [*told] == [*range(7)]
    assert [*columns[0]] == ["Zoë", "Omar", "A\0da", "Eve", "Ada\x1f", "", '"A']


def test_a_large_file_is_read_by_columns_on_one_processor(
    tmp_path: Path, parted: bool
) -> None:
    """Reading by columns is worth it alone; reading by rows is not."""
    file = _file(tmp_path, TWO)
    parts = file.parts(1)
    assert len(parts) == (1 if parted else 0)
    assert _kept(*parts) == (_kept(file) if parted else [])


def test_without_arrow_a_large_file_is_read_by_rows(
    tmp_path: Path, parted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pyarrow gives sooner is given without it, too."""
    monkeypatch.setattr(roster_file, "has_arrow", lambda: False)
    file = _file(tmp_path, TWO)
    assert file.parts(1) == []
    assert _kept(*file.parts(2)) == _kept(file), parted


@pytest.mark.parametrize("missing", ["pyarrow", "numpy", ""])
def test_columns_need_both_packages(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Where one is missing files are read by rows."""
    monkeypatch.setattr(roster_file, "find_spec", lambda name: name != missing or None)
    assert roster_file.has_arrow() is (not missing)


def test_a_cell_that_csv_does_not_take_is_not_taken_by_columns(
    tmp_path: Path, parted: bool
) -> None:
    """A cell of a megabyte is refused either way."""
    file = _file(tmp_path, f"{TWO}3,{'x' * (1 << 20)},Ng\n")
    for each in (file, *file.parts(1)):
        with pytest.raises(InputFileError):
            list(each.chunks())
    assert parted or file.parts(1) == []


@pytest.mark.parametrize(
    "data",
    [
        TWO.encode("utf-16"),
        (TWO + "3,Zoë,Ng\n").encode("cp1252"),
        b'id,given_name\n1,"' + b"x\n" * 100 + b'"\n',
    ],
    ids=["UTF-16", "Windows", "in quotation marks"],
)
@pytest.mark.usefixtures("parted")
def test_some_files_cannot_be_parted(tmp_path: Path, data: bytes) -> None:
    """A row is never cut in two, and neither is a letter."""
    assert _file(tmp_path, data).parts(2) == []


def test_a_small_file_is_not_parted(tmp_path: Path) -> None:
    """For a few rows it is not worth it."""
    assert _file(tmp_path, TWO).parts(2) == []
