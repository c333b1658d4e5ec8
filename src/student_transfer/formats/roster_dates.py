"""Dates of birth as rosters write them, read as ISO 8601.

Which of day and month comes first is told by all dates of a file together, because a
single one often cannot tell.
"""

import csv
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice

from student_transfer.formats.dates import DateOrder, date_order, parse_instant
from student_transfer.linkage.profiles.profile import is_birth

_LOOKED_AT = 2000
"""Rows by which a file shows whether it writes dates in ISO 8601."""

NOTES = {
    DateOrder.UNTOLD: "the dates of birth were read as month/day/year",
    DateOrder.MIXED: "has dates of birth in both orders of day and month: "
    "those that could be either are taken as not known",
}
"""What is noted of a file, by the order of its dates."""


def order_of(text: Iterable[str], delimiter: str, place: int) -> DateOrder | None:
    """Tell the order of day and month in a column; None where none depends on it.

    Where a date of the first rows depends on it, all rows are looked at: a file that is
    sorted by date shows the days of one month first.

    Args:
        text: The lines of the file, from the first row on.
        delimiter: What stands between cells.
        place: Which cell of a row is the date.
    """
    rows = csv.reader(text, delimiter=delimiter)
    cells = (row[place].strip() for row in rows if place < len(row))
    found = set[str]()
    with suppress(csv.Error):  # which is told when the row is read
        found.update(islice(cells, _LOOKED_AT))
        if date_order(found) is not None:
            found.update(cells)
    return date_order(found)


class Births(dict[str, str]):
    """Gives for a date as a file writes it the date in ISO 8601, each read once.

    What is known in part stays so (``2014-03``); what cannot be read stays as it is.

    >>> births = Births(DateOrder.DAY_FIRST)
    >>> births["5/3/2014"], births["2014-03"], births["05-Mar-2014"], births["soon"]
    ('2014-03-05', '2014-03', '2014-03-05', 'soon')
    """

    def __init__(self, order: DateOrder | None) -> None:
        """Take the order of day and month; without it a date has to prove its own."""
        super().__init__()
        self._order = order or DateOrder.MIXED

    def __missing__(self, text: str) -> str:
        """Read a date that was not met before."""
        found = self[text] = self._read(text)
        return found

    def _read(self, text: str) -> str:
        written = text.strip()
        if not written or is_birth(written):
            return text
        try:
            return parse_instant(written, self._order).date().isoformat()
        except ValueError:
            return text
