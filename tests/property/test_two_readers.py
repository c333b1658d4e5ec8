"""What is loaded onto a site and what is matched from a file are read as the same."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from student_transfer import formats
from student_transfer.formats import DateOrder
from student_transfer.formats.dates import SAID
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.roster_files import read_rosters
from student_transfer.sites import SiteId

LOADED = (
    *("SIS ID", "School SIS ID", "First Name", "Last Name", "Birth Date", "Gender"),
    *("Grade", "State ID", "Student Number", "Username"),
)
MATCHED = (
    *("id", "school", "given_name", "family_name", "date_of_birth", "gender"),
    *("year", "national_id", "student_id", "user_name"),
)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def both(
    rows: Sequence[Sequence[str]], said: DateOrder | None = None
) -> list[tuple[Profile, Profile]]:
    """Read students as they are loaded, and as they are matched."""
    named = [[f"k{n}", "s1", "Ada", "Ng", *row] for n, row in enumerate(rows)]
    with TemporaryDirectory() as folder:
        loaded, matched = Path(folder) / "Student.csv", Path(folder) / "roster.csv"
        _write(loaded, LOADED, named)
        _write(matched, MATCHED, named)
        there = formats.read(loaded, SiteId("a"), date_order=said).students
        coming = read_rosters(matched, matched, date_order=said).incoming
    return [(profile(one), profile(coming[one.key])) for one in there]


WAYS = (
    *("{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0:%Y%m%d}.0", "{0:%Y/%m/%d}", "{0:%Y %m %d}"),
    *("{0.day}/{0.month}/{0.year}", "{0:%d.%m.%Y}", "{0:%d-%m-%Y}", "{0:%d-%b-%Y}"),
    *("{0.month}/{0.day}/{0.year}", "{0:%m-%d-%Y}", "{0:%m/%d/%Y} 0:00"),
    *("{0:%B} {0.day}, {0.year}", "{0:%Y-%b-%d}", "{0:%d/%m/%Y} 4:05 PM"),
    *("{0:%Y-%m-%d}T00:00:00Z", "{0:%Y-%m-%d} 00:00:00 UTC", "{0:%Y-%m-%d} 12:00 AM"),
    *("{0:%Y-%m-%d}T23:00:00.000Z", "{0:%Y-%m-%d} 01:00-05", "{0:%Y-%m-%d} 23:00:00"),
    *("{0:%Y-%m-%d}T00:00+01:00", "{0:%d/%m/%Y} 00:00Z", "{0:%Y-02-30}", "{0:%a}", ""),
)
_DAYS = st.dates(date(2005, 1, 1), date(2020, 12, 31))
_FEW_WAYS = st.lists(st.sampled_from(WAYS), min_size=1, max_size=3)


@given(_FEW_WAYS, st.lists(_DAYS, min_size=1, max_size=8), st.data())
def test_a_date_of_birth_is_stored_and_matched_as_one_day(
    ways: list[str], days: list[date], data: st.DataObject
) -> None:
    """MATCH-1: of a column in any ways, neither reader knows a day the other does not.

    A zone moves no child to the day before, and nothing but an order that is said and
    wrong makes a day another one.
    """
    said = data.draw(st.sampled_from([None, *SAID.values()]))
    texts = [data.draw(st.sampled_from(ways)).format(day) for day in days]
    for loaded, matched in both([(text, *[""] * 5) for text in texts], said):
        whole = matched.born if matched.born and matched.born[2] else None
        assert loaded.born == whole
    written_in_zones = [(f"{day}T23:00:00Z", *[""] * 5) for day in days]
    nights = both(written_in_zones, said)
    assert all(one.born is other.born is None for one, other in nights)


@given(st.lists(_DAYS, min_size=1, max_size=8))
def test_nothing_is_guessed_of_a_date_that_could_be_either(days: list[date]) -> None:
    """MATCH-1: with nothing said, what is stored is the day that was written."""
    for form in ("{0.day}/{0.month}/{0.year}", "{0.month}/{0.day}/{0.year}"):
        rows = [(form.format(day), *[""] * 5) for day in days]
        for day, (loaded, _) in zip(days, both(rows), strict=True):
            assert loaded.born in {None, (day.year, day.month, day.day)}


_GENDERS = ("F", "m", "1.0", "2", "Female", "X", "Hombre", "N/A", "NULL", r"\N", "0")
_YEARS = ("6", "6.0", "06", "Year 6", "R", "PK", "6B", "6/7", "2025", "NULL", "n/a")
_IDS = (
    *("1001", "1001.0", "01001", " 1001 ", "A-12", "a-12", "1.23457E+11", "n/a", "0"),
    *("NULL", r"\N", "283.045.671-90", "28304567190.0", "H801200001001", "WA", "1,001"),
)


_SAMPLES = st.tuples(*map(st.sampled_from, (_GENDERS, _YEARS, _IDS, _IDS, _IDS)))


@given(_SAMPLES)
def test_what_tells_a_child_is_loaded_as_it_is_matched(values: tuple[str, ...]) -> None:
    """MATCH-2: an identifier, a gender or a year means the same wherever it is read."""
    ((loaded, matched),) = both([("", *values)])
    for field in ("gender", "year", "national_id", "student_id", "user_name"):
        assert getattr(loaded, field) == getattr(matched, field)
