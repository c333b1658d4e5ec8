"""Dates and instants, and the order of day and month in a column."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.formats.dates import (
    DateOrder,
    date_order,
    month_of,
    parse_birth,
    parse_instant,
    settled,
)


@pytest.mark.parametrize(
    ("values", "order"),
    [
        ([], None),
        (["", "soon", "2013-01-13"], None),
        (["5/5/2010"], None),
        (["30/30/2010"], None),
        (["1/2/2013"], DateOrder.EITHER),
        (["1/2/2013", "12/31/2012"], DateOrder.MONTH_FIRST),
        (["1.2.2013", "31.12.2012"], DateOrder.DAY_FIRST),
        (["2/30/2012", "2/1/2013"], DateOrder.EITHER),
        (["12/31/2012", "31/12/2012"], DateOrder.MIXED),
    ],
)
def test_order_of_a_column(values: list[str], order: DateOrder | None) -> None:
    """One date that can be read in one order only decides for the column."""
    assert date_order(values) is order


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2013-01-13", "2013-01-13T00:00:00"),
        ("20130113", "2013-01-13T00:00:00"),
        ("2013-01-13T10:20:30.123Z", "2013-01-13T10:20:30.123000+00:00"),
        ("2013-01-13 0:05", "2013-01-13T00:05:00"),
        ("2013-01-13 12:05:06 AM", "2013-01-13T00:05:06"),
        ("2013-01-13 4:05 PM", "2013-01-13T16:05:00"),
        ("2013-01-13 10:20:30 UTC", "2013-01-13T10:20:30+00:00"),
        ("2013-01-13T10:20gmt", "2013-01-13T10:20:00+00:00"),
        ("1/13/2013", "2013-01-13T00:00:00"),
        ("1/13/2013 0:05", "2013-01-13T00:05:00"),
        ("1/13/2013 12:05:06 AM", "2013-01-13T00:05:06"),
        ("1/13/2013 12:05 pm", "2013-01-13T12:05:00"),
        ("1/13/2013 11:05:06.250 PM", "2013-01-13T23:05:06"),
        ("2013/01/13", "2013-01-13T00:00:00"),
        ("2013.1.13", "2013-01-13T00:00:00"),
        ("2013 01 13", "2013-01-13T00:00:00"),
        ("2013 / 01 / 13", "2013-01-13T00:00:00"),
        ("2013-1-13", "2013-01-13T00:00:00"),
        ("2013 Jan 13", "2013-01-13T00:00:00"),
        ("2013-january-13", "2013-01-13T00:00:00"),
        ("13-Jan-2013", "2013-01-13T00:00:00"),
        ("13 january 2013", "2013-01-13T00:00:00"),
        ("Sept. 3, 2013", "2013-09-03T00:00:00"),
        ("2014/03/05 00:00", "2014-03-05T00:00:00"),
        ("2014 Mar 5 16:05:06.250", "2014-03-05T16:05:06"),
        ("2014 03 05 4:05 pm", "2014-03-05T16:05:00"),
        ("2014-3-5t10:00", "2014-03-05T10:00:00"),
        ("05-Mar-2014 00:00", "2014-03-05T00:00:00"),
        ("Mar  5 2014 12:00AM", "2014-03-05T00:00:00"),
    ],
)
def test_instants(text: str, expected: str) -> None:
    """ISO 8601 and what spreadsheets make of it are both read."""
    assert parse_instant(text).isoformat() == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Tuesday", "not a date"),
        ("1/2/13", "not a date"),
        ("13-Ja-2013", "not a date"),
        ("3 Mai 2013", "month cannot be read"),
        ("2013 Mai 3", "month cannot be read"),
        ("2013 13 01", "does not exist"),
        ("2013/01 13", "not a date"),
        ("2013/13/01", "does not exist"),
        ("31-Feb-2013", "does not exist"),
        ("2013-02-30", "does not exist"),
        ("20130230", "does not exist"),
        ("20130213T99", "does not exist"),
        ("2/30/2013", "does not exist"),
        ("13/13/2013", "does not exist"),
        ("1/2/2013", "cannot be told apart"),
        ("1/13/2013 25:00", "does not exist"),
        ("1/13/2013 teatime", "time that cannot be read"),
        ("13-Jan-2013 teatime", "time that cannot be read"),
        ("2013/01/13 teatime", "time that cannot be read"),
        ("2013/01/13 25:00", "does not exist"),
        ("0013-01-13", "year is not possible"),
        ("1/13/9999", "year is not possible"),
    ],
)
def test_what_is_no_date(text: str, message: str) -> None:
    """What is wrong with a date is said without repeating it."""
    with pytest.raises(ValueError, match=message) as caught:
        parse_instant(text)
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "2014-03-05",
            "20140305",
            "20140305.0",
            "2014-03-05T00:00:00Z",
            "2014-03-05T00:00+01:00",
        ),
        *("2014-03-05 00:00:00.000+00:00", "2014-03-05 23:00", "5 Mar 2014 11:00 PM"),
    ],
)
def test_a_date_of_birth_may_have_a_time(text: str) -> None:
    """On the clock of the place it is one day; with a zone, midnight is."""
    assert parse_birth(text) == date(2014, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        *("2014-03-04T23:00:00Z", "2014-03-04T23:00:00.000+00:00"),
        *("2014-03-05T00:00:00.5Z", "2014-03-05 01:00-05:00", "20140305T0500Z"),
    ],
)
def test_a_date_of_birth_is_no_instant_on_two_days(text: str) -> None:
    """A midnight elsewhere may be the day before, or the day after (MATCH-1)."""
    assert parse_instant(text).tzinfo is not None
    with pytest.raises(ValueError, match="is on two days") as caught:
        parse_birth(text)
    assert text not in str(caught.value)


def test_mixed_column_reads_only_what_proves_itself() -> None:
    """In a column with both orders an ambiguous date is refused, not guessed."""
    mixed = DateOrder.MIXED
    assert parse_instant("31/12/2012", mixed).date() == date.fromisoformat("2012-12-31")
    assert parse_instant("12/31/2012", mixed).date() == date.fromisoformat("2012-12-31")
    assert parse_instant("5/5/2012", mixed).date() == date.fromisoformat("2012-05-05")
    for order in (mixed, DateOrder.EITHER, None):
        with pytest.raises(ValueError, match="cannot be told apart"):
            parse_instant("1/2/2012", order)


def test_what_a_person_says_makes_no_order_of_two() -> None:
    """Of a column with both orders what is certain stays so."""
    both = DateOrder.MIXED
    assert settled(both, DateOrder.DAY_FIRST) is both


@given(st.lists(st.dates(date(1990, 1, 1), date(2030, 1, 1)), min_size=1))
def test_a_column_that_proves_its_order_is_read_back(days: list[date]) -> None:
    """Whatever order a column was written in, a proof in it brings every date back."""
    for form, order in (
        ("{0.day}/{0.month}/{0.year}", DateOrder.DAY_FIRST),
        ("{0.month}/{0.day}/{0.year}", DateOrder.MONTH_FIRST),
    ):
        column = [form.format(day) for day in (*days, date(2001, 12, 31))]
        assert date_order(column) is order
        read = [parse_instant(cell, order).date() for cell in column]
        assert read == [*days, date(2001, 12, 31)]


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_a_month_is_read_however_it_is_written(day: date) -> None:
    """With the year in four digits nothing else can be meant."""
    months = "January February March April May June July August September October"
    name = [*months.split(), "November", "December"][day.month - 1]
    for text in (
        f"{day.month}/{day.year}",
        f"{day.month:02}.{day.year}",
        f"{day.month:02}-{day.year}",
        f"{day.year}/{day.month}",
        f"{name} {day.year}",
        f"{name[:3].upper()}-{day.year}",
    ):
        assert month_of(text) == (day.year, day.month)


@pytest.mark.parametrize(
    "text",
    [
        *("03/14", "Mar-14", "13/2014", "0/2014", "3/1899", "3/2201", "2014/0"),
        *("2014.3", "2014-03", "3/5/2014", "Ma 2014", "Jux 2014", "3/2014 10:00", ""),
    ],
)
def test_what_is_no_month_alone(text: str) -> None:
    """What could be a day, or is no month or year, is not guessed at (MATCH-1)."""
    assert month_of(text) is None
