"""Any texts, keys, names, instants, codes, students and records."""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache

from hypothesis import strategies as st

from student_transfer.codes import RANDOM_BYTES, TransferCode
from student_transfer.records import (
    BenchmarkCategory,
    BenchmarkMeasure,
    BenchmarkScheme,
    Mastery,
    MasteryKind,
    Origin,
    ReaderQuiz,
    Record,
    StarAssessment,
    StarProduct,
)
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Student, StudentKey, StudentRef

_COMMON_GIVEN = ("Amelia", "Mohammed", "Zoë", "Jack", "Anne-Marie", "Siân", "李娜")
_COMMON_FAMILY = ("Smith", "Khan", "O'Brien", "de la Cruz", "Nowak", "Patel-Jones")

texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=20
)
"""Any text that a database and a CSV file can hold."""

keys = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=12)
"""Keys of sites, schools, students and records."""

instants = st.datetimes(
    datetime(2000, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone below
    datetime(2100, 1, 1),  # noqa: DTZ001 - likewise
    timezones=st.just(UTC),
)
"""Aware instants in UTC."""

codes = st.binary(min_size=RANDOM_BYTES, max_size=RANDOM_BYTES).map(
    TransferCode.generate
)
"""Transfer codes in clear."""

names = st.sampled_from((*_COMMON_GIVEN, *_COMMON_FAMILY)) | texts.map(str.strip)
"""Names, common ones and ones nobody thought of."""

extras = st.dictionaries(keys, texts.filter(bool), max_size=3)
"""Fields the model does not name."""

_decimals = st.none() | st.decimals(
    min_value=-100, max_value=2000, places=2, allow_nan=False, allow_infinity=False
)
_counts = st.none() | st.integers(0, 500)


def _or_none(
    values: st.SearchStrategy[datetime],
) -> st.SearchStrategy[datetime | None]:
    return st.none() | values


# Made once: to make a strategy anew for each draw takes longer than to draw from it.
_blank = st.just("")
_any_name = _blank | names
_any_key = _blank | keys
_any_birth = st.none() | st.dates(date(2000, 1, 1), date(2022, 12, 31))
_any_gender = st.sampled_from(("", "F", "M", "X", "female"))
_any_year = st.sampled_from(("", "R", "1", "6", "Year 6", "10"))
_any_email = _blank | keys.map(lambda name: f"{name}@example.org")
_any_provenance = st.frozensets(
    st.builds(StudentRef, keys.map(SiteId), keys.map(StudentKey)), max_size=2
)


@cache
def _enrolments(schools: tuple[str, ...]) -> st.SearchStrategy[frozenset[SchoolId]]:
    return st.frozensets(st.sampled_from(schools).map(SchoolId))


@st.composite
def students(
    draw: st.DrawFn,
    *,
    site_id: str = "site",
    key: st.SearchStrategy[str] = keys,
    schools: tuple[str, ...] = ("oak", "elm"),
) -> Student:
    """Draw a student of the site; any field may be blank."""
    return Student(
        key=StudentKey(draw(key)),
        site_id=SiteId(site_id),
        given_name=draw(_any_name),
        middle_name=draw(_any_name),
        family_name=draw(_any_name),
        preferred_name=draw(_any_name),
        date_of_birth=draw(_any_birth),
        gender=draw(_any_gender),
        year=draw(_any_year),
        national_id=draw(_any_key),
        student_id=draw(_any_key),
        user_name=draw(_any_key),
        email=draw(_any_email),
        enrolments=draw(_enrolments(schools)),
        provenance=draw(_any_provenance),
        extra=draw(extras),
    )


origins = st.builds(Origin, keys.map(SiteId), keys)
"""Where records come from."""

benchmarks = st.builds(
    BenchmarkCategory,
    scheme=st.sampled_from(BenchmarkScheme),
    name=texts,
    level=_counts,
    number_of_levels=_counts,
    minimum=_decimals,
    maximum=_decimals,
    measure=st.sampled_from(BenchmarkMeasure),
    proficient=st.none() | st.booleans(),
    assessment=texts,
)
"""Benchmark categories of every scheme."""

star_assessments = st.builds(
    StarAssessment,
    origin=origins,
    product=st.sampled_from(StarProduct),
    completed_at=_or_none(instants),
    scaled_score=_decimals,
    percentile_rank=_decimals,
    grade_equivalent=texts,
    correct=_counts,
    benchmarks=st.lists(benchmarks, max_size=4).map(tuple),
    extra=extras,
)
"""Star assessments."""

reader_quizzes = st.builds(
    ReaderQuiz,
    origin=origins,
    quiz_number=keys,
    title=texts,
    author=texts,
    taken_on=st.none() | st.dates(),
    correct=_counts,
    possible=_counts,
    points_earned=_decimals,
    reading_level=st.none() | st.just(Decimal("3.4")),
    extra=extras,
)
"""Accelerated Reader quizzes."""

masteries = st.builds(
    Mastery,
    origin=origins,
    kind=st.sampled_from(MasteryKind),
    name=texts,
    product=st.none() | st.sampled_from(StarProduct),
    score=_decimals,
    level=texts,
    completed_at=_or_none(instants),
    extra=extras,
)
"""Mastery information."""

records: st.SearchStrategy[Record] = star_assessments | reader_quizzes | masteries
"""Records of every kind."""
