"""Unit tests of dates of birth."""

from datetime import date

import pytest

from student_transfer.linkage.profiles.births import Birth, birth, birth_text


@pytest.mark.parametrize(
    ("born", "known", "found"),
    [
        (None, "", None),
        (date(2014, 3, 5), "", (2014, 3, 5)),
        (date(2014, 3, 5), "2013", (2014, 3, 5)),
        (None, "2014-03-05", (2014, 3, 5)),
        (None, " 2014-3-5 ", (2014, 3, 5)),
        (None, "20140305", (2014, 3, 5)),
        (None, "201403", None),
        (None, "170512", None),
        (None, "2014-03-05T00:00:00Z", (2014, 3, 5)),
        (None, "20140305T000000Z", (2014, 3, 5)),
        (None, "2014-03-05 0:00:00.000 +01:00", (2014, 3, 5)),
        (None, "2014-03-05 12:00:00 AM UTC", (2014, 3, 5)),
        (None, "20140305T101530", (2014, 3, 5)),
        (None, "20140305T101530Z", None),
        (None, "2014-03-05 10:15:30.123 +01:00", None),
        (None, "2014-03-05 12:00 PM GMT", None),
        (None, "2014-03-05 12:15:30 am", (2014, 3, 5)),
        (None, "2014-03-05 or so", None),
        (None, "2014-03 00:00", None),
        (None, "2014 03 05", None),
        (None, "2014 Mar", None),
        (None, "2014-03", (2014, 3, 0)),
        (None, "2014", (2014, 0, 0)),
        (None, "2014-00-05", (2014, 0, 0)),
        (None, "2014-13-05", None),
        (None, "2014-03-32", None),
        (None, "05/03/2014", None),
        (None, "unknown", None),
        (date(1900, 1, 1), "", None),
        (None, "1900-01-01", None),
        (None, "1970-01-01", None),
        (date(2000, 1, 1), "", None),
        (None, "1111-11-11", None),
        (date(1, 1, 1), "", None),
        (None, "0014-03-05", None),
        (date(9999, 12, 31), "", None),
    ],
)
def test_a_date_of_birth_is_read_as_far_as_it_is_known(
    born: date | None, known: str, found: Birth | None
) -> None:
    """A part of a date is kept, and a placeholder is no date (MATCH-3, MATCH-5)."""
    assert birth(born, known) == found


def test_a_date_is_written_as_far_as_it_is_known() -> None:
    """A part of a date is told apart from a whole one (MATCH-3)."""
    assert birth_text((2014, 3, 0)) == "2014-03"
    assert birth_text((2014, 0, 0)) == "2014"
