"""Unit tests of two rosters to match, read as students."""

from datetime import date
from pathlib import Path

import pytest

from student_transfer.errors import InputFileError
from student_transfer.formats import DateOrder
from student_transfer.roster_files import Rosters, read_rosters
from student_transfer.roster_files.layout import ROSTER_COLUMNS
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

FULL = (
    f"{','.join(ROSTER_COLUMNS)}\n"
    "1,Zoë,Ann,Ng,Zo,2014-03-05,F,Year 6,H801200001001,1001,zng,z@example.org,"
    "B13 9QX,14 Mill Street\n"
)
BORN = "id,date_of_birth\n"


def _read(
    folder: Path, incoming: str, existing: str, order: DateOrder | None = None
) -> Rosters:
    paths = folder / "incoming.csv", folder / "existing.csv"
    for path, text in zip(paths, (incoming, existing), strict=True):
        path.write_text(text, encoding="utf-8")
    return read_rosters(str(paths[0]), paths[1], date_order=order)


def _born(folder: Path, *texts: str) -> list[Student]:
    rows = "".join(f"{number},{text}\n" for number, text in enumerate(texts))
    return list(_read(folder, BORN + rows, BORN).incoming.values())


def test_every_column_arrives(tmp_path: Path) -> None:
    """Each in the field of its name, and what has none as a further field."""
    found = _read(tmp_path, FULL, FULL)
    for site, students in (("incoming", found.incoming), ("existing", found.existing)):
        assert students == {
            "1": Student(
                key=StudentKey("1"),
                site_id=SiteId(site),
                given_name="Zoë",
                middle_name="Ann",
                family_name="Ng",
                preferred_name="Zo",
                date_of_birth=date(2014, 3, 5),
                gender="F",
                year="Year 6",
                national_id="H801200001001",
                student_id="1001",
                user_name="zng",
                email="z@example.org",
                extra={"postcode": "B13 9QX", "address": "14 Mill Street"},
            )
        }
    assert found.notes == ()


def test_a_date_of_birth_is_as_much_of_one_as_is_known(tmp_path: Path) -> None:
    """In part it is a further field; a placeholder, or none, is not known."""
    whole, month, year, stand_in, none = _born(
        tmp_path, "2014-03-05", "2014-03", "2014", "1900-01-01", "soon"
    )
    assert whole.date_of_birth == date(2014, 3, 5)
    assert not whole.extra
    assert month.extra == (("date_of_birth", "2014-03"),)
    assert year.extra == (("date_of_birth", "2014"),)
    for one in (month, year, stand_in, none):
        assert one.date_of_birth is None
    assert not stand_in.extra
    assert not none.extra


def test_the_dates_of_both_files_tell_the_order(tmp_path: Path) -> None:
    """What one file proves is so in the other, with a note, as in ``match``."""
    proved = BORN + "1,25/12/2013\n"
    found = _read(tmp_path, BORN + "1,3/5/2014\n", proved)
    assert found.incoming[StudentKey("1")].date_of_birth == date(2014, 5, 3)
    followed = [note for note in found.notes if "day/month/year" in note.message]
    assert [note.file for note in followed] == ["incoming.csv"]
    said = _read(tmp_path, BORN + "1,3/5/2014\n", BORN, DateOrder.MONTH_FIRST)
    assert said.incoming[StudentKey("1")].date_of_birth == date(2014, 3, 5)


def test_notes_of_both_files_are_given(tmp_path: Path) -> None:
    """What is left out, and what cannot be read, when all of it was looked at."""
    found = _read(tmp_path, BORN + "1,soon\n", "id,shoe size\n1,3\n")
    told = [(note.file, note.message.split(":")[0]) for note in found.notes]
    names = "given_name or family_name"
    assert told == [
        ("incoming.csv", f"no column is called {names}"),
        ("incoming.csv", "1 dates of birth are taken as not known"),
        ("existing.csv", "left out, since it is not compared"),
        (
            "existing.csv",
            "no column is called given_name, family_name or date_of_birth",
        ),
    ]
    assert "shoe size" in found.notes[2].message


def test_all_bad_rows_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    """With the places, as ``match`` tells them."""
    with pytest.raises(InputFileError, match=r"existing\.csv cannot be") as refused:
        _read(tmp_path, FULL, "id,year\n1,6\n1,6\n,6\n2\n")
    assert refused.value.problems == (
        "existing.csv, line 3, column id: an earlier row has the same id",
        "existing.csv, line 4, column id: there is no id",
        "existing.csv, line 5: the row has 1 cells where the header has 2",
    )


@pytest.mark.parametrize("order", [DateOrder.MIXED, DateOrder.EITHER])
def test_an_order_that_is_none_is_refused(tmp_path: Path, order: DateOrder) -> None:
    """Only that day or that month comes first can be said."""
    with pytest.raises(ValueError, match="say that day or that month"):
        _read(tmp_path, FULL, FULL, order)


def test_rosters_are_shown_without_names(tmp_path: Path) -> None:
    """A repr ends up in logs."""
    assert repr(_read(tmp_path, FULL, BORN)) == "<Rosters of 1 and 0 students>"
