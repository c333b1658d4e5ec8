"""Results of tests and quizzes as records of the library, and back.

What the platform has a column for is read from the column, so that a corrected score
counts; all else is in the document that came with the record.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import attrs

from schools.models import Pupil, ReadingQuiz, TestResult
from student_transfer.records import (
    Origin,
    ReaderQuiz,
    Record,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import SiteId
from student_transfer.storing import codec
from transfers.models import KeptRecord
from transfers.transaction import Transaction

Row = TestResult | ReadingQuiz

_TEST = {
    "product": "subject",
    "completed_at": "sat_at",
    "scaled_score": "score",
    "percentile_rank": "percentile",
}
_QUIZ = {
    "quiz_number": "number",
    "title": "book",
    "taken_on": "taken_on",
    "correct": "right",
    "possible": "out_of",
    "points_earned": "points",
}
_SUBJECTS = {
    StarProduct.READING: TestResult.Subject.READING,
    StarProduct.MATHS: TestResult.Subject.MATHS,
    StarProduct.EARLY_LITERACY: TestResult.Subject.EARLY_READING,
}
_PRODUCTS = {subject.value: product for product, subject in _SUBJECTS.items()}
_CENTS, _MOST = Decimal("0.01"), Decimal(1_000_000)
_LONGEST = {"number": 40, "book": 300}


class Results:
    """The results of the pupils of all organisations."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._of = transaction.of

    def of(self, site_id: SiteId, pupil: Pupil) -> list[Record]:
        """Return every record of a pupil, by origin."""
        kept = self._of(KeptRecord).filter(pupil=pupil).select_related("test", "quiz")
        records = [_as_kept(one) for one in kept]
        records += [_as_own(site_id, row) for row in self._own(pupil)]
        return sorted(records, key=lambda record: record.origin)

    def add(self, site_id: SiteId, pupil: Pupil, records: Iterable[Record]) -> None:
        """Add records that the pupil does not have; one of each origin (IMP-5)."""
        there = {record.origin for record in self.of(site_id, pupil)}
        new: dict[Origin, Record] = {}
        for record in records:
            if record.origin not in there:
                new.setdefault(record.origin, record)
        stars = [one for one in new.values() if isinstance(one, StarAssessment)]
        quizzes = [one for one in new.values() if isinstance(one, ReaderQuiz)]
        tests = self._of(TestResult).bulk_create(
            TestResult(pupil=pupil, **_columns(one, _TEST)) for one in stars
        )
        reads = self._of(ReadingQuiz).bulk_create(
            ReadingQuiz(pupil=pupil, **_columns(one, _QUIZ)) for one in quizzes
        )
        test_of = {one.origin: row for one, row in zip(stars, tests, strict=True)}
        quiz_of = {one.origin: row for one, row in zip(quizzes, reads, strict=True)}
        self._of(KeptRecord).bulk_create(
            KeptRecord(
                pupil=pupil,
                origin_site=origin.site_id,
                origin_id=origin.record_id,
                document=codec.RECORD.dumps(record),
                test=test_of.get(origin),
                quiz=quiz_of.get(origin),
            )
            for origin, record in new.items()
        )

    def remove(self, site_id: SiteId, pupil: Pupil, origins: set[Origin]) -> None:
        """Take records from a pupil, and the platform's results with them."""
        for row in self._own(pupil):
            if _own_origin(site_id, row) in origins:
                row.delete()
        for kept in self._of(KeptRecord).filter(pupil=pupil).select_related():
            if Origin(SiteId(kept.origin_site), kept.origin_id) in origins:
                (kept.test or kept.quiz or kept).delete()  # and what hangs on it

    def _own(self, pupil: Pupil) -> list[Row]:
        """Return the results that the platform wrote itself."""
        tests = self._of(TestResult).filter(pupil=pupil, kept=None)
        quizzes = self._of(ReadingQuiz).filter(pupil=pupil, kept=None)
        return [*tests, *quizzes]


def _own_origin(site_id: SiteId, row: Row) -> Origin:
    """Name a result that the platform wrote itself; its number is never given again."""
    kind = "test" if isinstance(row, TestResult) else "quiz"
    return Origin(site_id, f"{kind}-{row.pk}")


def _as_own(site_id: SiteId, row: Row) -> Record:
    origin = _own_origin(site_id, row)
    if isinstance(row, TestResult):
        return StarAssessment(origin=origin, **_fields(row, _TEST))
    return ReaderQuiz(origin=origin, **_fields(row, _QUIZ))


def _as_kept(kept: KeptRecord) -> Record:
    record = codec.RECORD.loads(kept.document)
    row, names = (kept.test, _TEST) if kept.test else (kept.quiz, _QUIZ)
    if row is None:
        return record
    written, now = _columns(record, names), _fields(row, names)
    changed = {
        field: now[field]
        for field, column in names.items()
        if getattr(row, column) != written[column]
    }
    return attrs.evolve(record, **changed)


def _fields(row: Row, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the record's fields, as the columns have them."""
    fields = {field: getattr(row, column) for field, column in names.items()}
    if isinstance(row, TestResult):
        fields["product"] = _PRODUCTS[row.subject]
    return fields


def _columns(record: Record, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the columns, as far as they hold the record's fields."""
    return {
        column: _fitting(getattr(record, field), column)
        for field, column in names.items()
    }


def _fitting(value: object, column: str) -> object:
    if isinstance(value, StarProduct):
        return _SUBJECTS[value].value
    if isinstance(value, Decimal):
        return value.quantize(_CENTS) if abs(value) < _MOST else None
    if isinstance(value, str):
        return value[: _LONGEST[column]]
    return value
