"""Dates of birth as rosters write them, and the order of their day and month."""

from student_transfer.formats.dates import DateOrder
from student_transfer.roster_files.birth_dates import Dating


def test_what_a_person_says_makes_no_order_of_two() -> None:
    """Of a column with both orders what is certain stays so, and is told."""
    dating = Dating(DateOrder.MIXED, "has both orders")
    assert dating.as_said(DateOrder.DAY_FIRST) == dating
