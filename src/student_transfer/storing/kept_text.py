"""What no storage keeps, so that all behave alike.

No text with certain characters is kept as a name, a key or an id, and no record that is
of a kind of a host's own.

PostgreSQL refuses the character NUL, and no database encodes half of a surrogate pair.
Neither is in a name that anybody has: what holds them was damaged on its way.
"""

import re
from collections.abc import Iterable
from operator import attrgetter
from typing import get_args

from student_transfer.characters import NUL, SURROGATES
from student_transfer.errors import StorageError, wrong_type
from student_transfer.records import Record
from student_transfer.sites import School, Site
from student_transfer.students import TEXT_FIELDS, Student

_texts = attrgetter(*TEXT_FIELDS)
_RECORDS = get_args(Record)
_NOT_KEPT = re.compile(f"[{NUL}{SURROGATES}]")


def not_kept() -> StorageError:
    """Make the error; it does not show the text, which may be about a child."""
    return StorageError(
        "A text has a character that no database keeps.",
        advice="Nothing was changed. Correct the text at its source.",
    )


def check_student(student: Student) -> None:
    """Refuse a student who cannot be kept everywhere.

    Raises:
        StorageError: A name, an identifier or a school has such a character.
    """
    _check(*_texts(student), *student.enrolments)


def check_records(records: Iterable[Record]) -> None:
    """Refuse records that cannot be kept, or not found again, everywhere.

    What else they say is no matter: it is stored as JSON, which keeps every text.

    Raises:
        TypeError: One of them is of another class than those of `records.Record`.
        StorageError: The origin of one of them has such a character.
    """
    for record in records:
        if type(record) not in _RECORDS:  # not of a subclass either: it has no name
            told = "a record has to be a StarAssessment, a ReaderQuiz or a Mastery"
            raise wrong_type(told, record)
        _check(record.origin.site_id, record.origin.record_id)


def check_site(site: Site) -> None:
    """Refuse a site that cannot be kept everywhere.

    Raises:
        StorageError: Its name or its id has such a character.
    """
    _check(site.id, site.name)


def check_school(school: School) -> None:
    """Refuse a school that cannot be kept everywhere.

    Raises:
        StorageError: Its name or an id has such a character.
    """
    _check(school.id, school.site_id, school.name)


def _check(*texts: str) -> None:
    joined = "\n".join(texts)
    if (not joined.isascii() or "\0" in joined) and _NOT_KEPT.search(joined):
        raise not_kept()
