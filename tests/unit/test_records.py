"""Records as values."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from student_transfer.records import (
    BenchmarkCategory,
    BenchmarkScheme,
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


_STAR: dict[str, Any] = {"origin": _HERE, "product": StarProduct.READING}
_QUIZ: dict[str, Any] = {"origin": _HERE, "quiz_number": "7"}
_MASTERY: dict[str, Any] = {
    "origin": _HERE,
    "kind": MasteryKind.SKILL,
    "name": "Vowels",
}
_CATEGORY: dict[str, Any] = {"scheme": BenchmarkScheme.STATE, "name": "Met"}


@pytest.mark.parametrize(
    ("kind", "fields", "field", "value"),
    [
        (StarAssessment, _STAR, "origin", ("oak", "r1")),
        (StarAssessment, _STAR, "product", "reading"),
        (StarAssessment, _STAR, "product", None),
        (StarAssessment, _STAR, "completed_at", "2026-01-02T03:04:05+00:00"),
        (StarAssessment, _STAR, "completed_at", date(2026, 1, 2)),
        (StarAssessment, _STAR, "completed_at", datetime(2026, 1, 2)),  # noqa: DTZ001 - refused
        (StarAssessment, _STAR, "launched_at", datetime(2026, 1, 2)),  # noqa: DTZ001 - refused
        (StarAssessment, _STAR, "completed_local", date(2026, 1, 2)),
        (StarAssessment, _STAR, "scaled_score", 612.0),
        (StarAssessment, _STAR, "scaled_score", 612),
        (StarAssessment, _STAR, "scaled_score", "612"),
        (StarAssessment, _STAR, "lexile", 400),
        (StarAssessment, _STAR, "lexile", None),
        (StarAssessment, _STAR, "correct", "12"),
        (StarAssessment, _STAR, "correct", True),
        (StarAssessment, _STAR, "benchmarks", []),
        (StarAssessment, _STAR, "benchmarks", ("Met",)),
        (ReaderQuiz, _QUIZ, "quiz_number", 7),
        (ReaderQuiz, _QUIZ, "taken_on", datetime(2026, 1, 2, tzinfo=UTC)),
        (ReaderQuiz, _QUIZ, "points_earned", 0.5),
        (Mastery, _MASTERY, "kind", "skill"),
        (Mastery, _MASTERY, "product", "maths"),
        (Mastery, _MASTERY, "completed_at", datetime(2026, 1, 2)),  # noqa: DTZ001 - refused
        (BenchmarkCategory, _CATEGORY, "scheme", "state"),
        (BenchmarkCategory, _CATEGORY, "minimum", 40),
        (BenchmarkCategory, _CATEGORY, "proficient", "yes"),
    ],
)
def test_a_field_of_another_type_is_refused_by_name(
    kind: Any, fields: dict[str, Any], field: str, value: object
) -> None:
    """IMP-5: else memory would keep what a database cannot, or gives back as other."""
    kind(**fields)
    with pytest.raises(TypeError, match=f"{field} .*ha(s|ve) to") as refused:
        kind(**{**fields, field: value})
    assert not {"612", "400", "yes", "2026"} & set(str(refused.value).split())


@pytest.mark.parametrize("value", ["NaN", "sNaN", "Infinity", "-Infinity"])
@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        (StarAssessment, _STAR, "scaled_score"),
        (StarAssessment, _STAR, "student_growth_percentile"),
        (ReaderQuiz, _QUIZ, "points_earned"),
        (Mastery, _MASTERY, "score"),
        (BenchmarkCategory, _CATEGORY, "minimum"),
    ],
)
def test_a_number_that_is_not_finite_is_refused_by_name(
    kind: Any, fields: dict[str, Any], field: str, value: str
) -> None:
    """AFTER-2: NaN is never what was kept, so no merge of it could be undone."""
    kind(**{**fields, field: Decimal("-0.5")})
    with pytest.raises(TypeError, match=f"^{field} of .* has to be a finite number$"):
        kind(**{**fields, field: Decimal(value)})


@pytest.mark.parametrize("fields", [(3, "r1"), ("oak", None), (b"oak", "r1")])
def test_an_origin_is_two_texts(fields: tuple[Any, Any]) -> None:
    """IMP-5: a record is known again by it."""
    with pytest.raises(TypeError, match="_id of an origin has to be a text"):
        Origin(*fields)


def test_the_error_says_what_a_field_may_be() -> None:
    """Whoever embeds the library finds the line by it."""
    wrong: dict[str, Any] = {**_STAR, "scaled_score": 612.0}
    told = (
        "scaled_score of a Star assessment has to be of type Decimal or None, "
        "and is of type float"
    )
    for _ in range(2):  # the second time it is known
        with pytest.raises(TypeError) as refused:
            StarAssessment(**wrong)
        assert str(refused.value) == told


def test_times_of_any_zone_are_taken_and_a_wall_clock_has_none() -> None:
    """Only the wall clock of the school may be without."""
    east = timezone(timedelta(hours=5))
    star = StarAssessment(
        **_STAR,
        completed_at=datetime(2026, 1, 2, tzinfo=east),
        completed_local=datetime(2026, 1, 2),  # noqa: DTZ001 - a wall clock
        scaled_score=Decimal(612),
    )
    assert star.completed_local is not None
