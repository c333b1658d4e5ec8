"""Records as values."""

import pytest

from student_transfer.records import (
    Mastery,
    MasteryKind,
    Origin,
    ReaderQuiz,
    Record,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import SiteId

_HERE = Origin(SiteId("oak"), "r1")


@pytest.mark.parametrize(
    "record",
    [
        StarAssessment(origin=_HERE, product=StarProduct.MATHS, lexile="BR400L"),
        ReaderQuiz(origin=_HERE, quiz_number="7", title="A secret garden"),
        Mastery(origin=_HERE, kind=MasteryKind.SKILL, name="Vowels", level="low"),
    ],
)
def test_a_repr_names_the_record_and_no_result(record: Record) -> None:
    """CODE-10, IMP-5: what ends up in logs says which record, not what it says."""
    assert repr(record) == f"<{type(record).__name__} r1>"
