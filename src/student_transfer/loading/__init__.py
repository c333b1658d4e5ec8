"""Loads what was read from files onto a site: all of it in one transaction.

A second load of the same files changes nothing. Whom a row is about is settled by
identifiers alone and without guessing: where they do not agree the row is a problem,
because a record given to the wrong child is the worst that can happen (MATCH-1).

Who decides about what:

- A roster decides about its students: what a cell says is set. A blank cell says
  nothing, so what an import has filled in stays (CONF-2). Nobody is taken off the site.
- An enrolment ends when the files name that school and put the student in another.
- An export of results fills in what is missing of a student whom a roster, an import
  or a person brought, and decides about a student whom only such exports brought.
- A record that was loaded before and reads differently now is put in its place.

How it is made:

- `storages`: what a storage needs for it.
- `references`: whom a row names on the site.
- `changes`: what a row makes of a student and of a school.
- `findings`: what the steps tell a person, and each other.
- `record_rows`: whose each record is, and what becomes of it.
- `load`: one load, in one unit of work.
"""

from student_transfer.loading.changes import ROSTER_FORMAT
from student_transfer.loading.load import LoadReport, Tally, load
from student_transfer.loading.storages import (
    LoadingUnitOfWork,
    LoadingUnitOfWorkFactory,
    RecordFinder,
    SchoolWriter,
)

__all__ = [
    "ROSTER_FORMAT",
    "LoadReport",
    "LoadingUnitOfWork",
    "LoadingUnitOfWorkFactory",
    "RecordFinder",
    "SchoolWriter",
    "Tally",
    "load",
]
