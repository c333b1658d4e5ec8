"""Input that is large, or made to be slow, is answered soon."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from student_transfer.errors import InputFileError, SettingsError
from student_transfer.formats import read
from student_transfer.formats.delimited import read_header
from student_transfer.formats.encoding import decode
from student_transfer.formats.reading import Draft
from student_transfer.formats.tables import Table
from student_transfer.import_log import (
    LogRow,
    ScoreImportStatus,
    SourceImportStatus,
    read_log,
    write_log,
)
from student_transfer.linkage.profiles.identifiers import house
from student_transfer.matching import (
    Frequencies,
    blocking_keys,
    compare,
    settings_from_toml,
    terms,
)
from student_transfer.names import normal_words
from student_transfer.roster_files.roster_file import RosterFile
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey, identifier_key
from tests.hostile.marks import MARK
from tests.services.conftest import NEW, NEW_HEAD, TwoSites
from tests.unit.formats import test_reader_quizzes, test_star

LARGE = MARK * (10 * 2**20 // len(MARK))
SECONDS = 10
"""What nothing here may take; without its bound each takes minutes, or for ever."""


@contextmanager
def soon() -> Iterator[None]:
    """Fail if what is inside takes long."""
    begun = time.process_time()
    yield
    assert time.process_time() - begun < SECONDS


USERS = (
    "sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,"
    "givenName,familyName\n"
)
TABLES = {
    "users.csv": (USERS, "1,,,true,oak,student,ang,{},Ng\n"),
    "Student.csv": (
        "SIS ID,School SIS ID,Username,First Name\n",
        "1,10,ang,{}\n",
    ),
    "SR_results.csv": (
        ",".join(test_star.IDS | test_star.STUDENT | test_star.RESULT) + "\n",
        ",".join({**test_star.IDS, **test_star.STUDENT, **test_star.RESULT}.values())
        .replace("Ada", "{}")
        .replace("{}@", "ada@")
        + "\n",
    ),
    "quizzes.csv": (
        test_reader_quizzes.HEADER,
        test_reader_quizzes.QUIZ.replace("Holes", "{}"),
    ),
}


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("name", TABLES)
def test_a_cell_of_ten_megabytes(tmp_path: Path, name: str, *, quoted: bool) -> None:
    """In every format the row is a problem that shows nothing; the next one is read."""
    header, row = TABLES[name]
    cell = f'"{LARGE}"' if quoted else LARGE
    small = row.replace("{}", "A")
    path = tmp_path / name
    path.write_text(header + row.replace("{}", cell) + small, encoding="utf-8")
    with soon():
        found = read([path], SiteId("a"))
    [large] = [one for one in found.problems if "too large" in one.message]
    assert large.line == 2
    assert MARK not in str(found.problems)
    path.write_text(header + small, encoding="utf-8")
    alone = read([path], SiteId("a"))
    assert found.students == alone.students
    assert len(found.records) == len(alone.records)
    assert found.students or found.records


def test_a_cell_of_ten_megabytes_in_a_roster_to_match(tmp_path: Path) -> None:
    """The file is refused by line, without the cell."""
    (tmp_path / "r.csv").write_text(f"id,given_name\n1,{LARGE}\n2,A\n")
    with soon(), pytest.raises(InputFileError) as refusal:
        list(RosterFile(tmp_path / "r.csv").chunks())
    assert refusal.value.problems == (
        "r.csv, line 2: quotation marks do not pair up, or a cell is too large",
    )


@pytest.mark.parametrize("filling", [MARK, "=", "'", '"', ",;", "\r\n", "\0"])
def test_a_cell_of_ten_megabytes_in_an_import_log(filling: str) -> None:
    """LOG-3: whatever it is made of, it is written and read back."""
    row = LogRow(
        first_name=filling * (2**20 // len(filling)),
        last_name="",
        year="",
        source_import_status=SourceImportStatus.FAILED,
        score_import_status=ScoreImportStatus.NONE,
    )
    with soon():
        assert read_log(write_log([row])) == (row,)


def test_a_text_of_ten_megabytes_in_settings() -> None:
    """MATCH-6: it is refused, and not repeated."""
    with soon(), pytest.raises(SettingsError) as refusal:
        settings_from_toml(f'match = "{LARGE}"\n')
    assert MARK not in str(refusal.value)


def test_ten_megabytes_that_are_no_text() -> None:
    """Bytes of every kind are decoded or refused in one pass."""
    with soon():
        for start in (b"\xff\xfe", b"\xef\xbb\xbf", b"", b"\xe9"):
            data = start + bytes(range(256)) * 40_000
            try:
                text, _ = decode(data)
            except UnicodeError:
                continue
            assert text


@pytest.mark.parametrize(
    "line", ['a","b\n', 'a,"b","\n', 'a"",""b\n', '"a" "\n'], ids=ascii
)
def test_quotation_marks_that_never_pair_up(line: str) -> None:
    """However they stand, reading goes on a bounded number of times."""
    draft = Draft()
    with soon():
        _table("x,y\n" + line * 200_000, draft)
    assert draft.problems


def test_a_file_with_a_few_broken_rows_is_read_on() -> None:
    """Some hundred quotation marks that never pair up cost no other row."""
    draft = Draft()
    table = _table("x,y\n" + '1,"2\n3,4\n' * 300, draft)
    assert len(table.rows) == 300
    assert len(draft.problems) == 300


def _table(text: str, draft: Draft) -> Table:
    header = read_header("a.csv", text, draft)
    assert header is not None
    return header.table(draft)


FIELDS = ["given_name", "middle_name", "family_name", "preferred_name"]
FIELDS += ["student_id", "email", "national_id", "year"]
PILES = {
    "words": " ".join(f"w{number}" for number in range(10_000)),
    "one word twice": "ab ba " * 10_000,
    "one letter": "a" * 30_000,
    "combining": "e" + "\u0301" * 30_000,
    "ideographs": "\u738b" * 30_000,
    "expanding": "\ufdfa" * 30_000,
    "hyphens": "a-" * 15_000,
    "numbers": "1 " * 60_000,
    "flats": "1 flat " * 20_000,
}


@pytest.mark.parametrize("pile", PILES.values(), ids=PILES.keys())
def test_a_pair_with_piles_of_words_is_compared_soon(pile: str) -> None:
    """PREV-1: one child's record cannot hold up the analysis."""

    def student(key: str, text: str) -> Student:
        fields: dict[str, Any] = dict.fromkeys(FIELDS, text)
        extra = {"address": text, "postcode": text}
        return Student(key=StudentKey(key), site_id=NEW, extra=extra, **fields)

    one, other = student("1", pile), student("2", pile[::-1])
    with soon():
        for each in (one, other):
            assert blocking_keys(each) is not None
            assert terms(each) is not None
            assert identifier_key(each.email)
        found = compare(one, other, Frequencies(size=10))
        assert 0 <= found.probability <= 1
        house(pile)


@pytest.mark.parametrize("words", [21, 2_000, 50_000])
def test_a_search_for_very_many_words(sites: TwoSites, words: int) -> None:
    """REV-1: the first words of a search count, however many there are."""
    sites.add_old("1", given_name="A", year="6")
    sites.add_new("s", given_name=" ".join(f"w{number}" for number in range(30)))
    import_id = sites.ready()
    text = " ".join(f"w{number}" for number in range(words))
    with soon():
        found = sites.service.search_students(NEW_HEAD, import_id, text)
    assert [student.key for student in found.students] == ["s"]


def test_a_word_is_found_however_long_it_is(sites: TwoSites) -> None:
    """REV-1: of a long word so much is kept as an index can hold, and it is found."""
    sites.add_old("1", given_name="A", year="6")
    name = "".join(chr(97 + number * number % 26) for number in range(9_000))
    sites.add_new("s", given_name=name)
    import_id = sites.ready()
    assert normal_words(name) == (name,)
    for part in (name[:5], name[:99], name[:101], name):
        found = sites.service.search_students(NEW_HEAD, import_id, part)
        assert [student.key for student in found.students] == ["s"]
    assert not sites.service.search_students(NEW_HEAD, import_id, name[1:]).total
