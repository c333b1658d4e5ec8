"""What a student has read, taken and mastered.

Three kinds, and no others: Star assessments, Accelerated Reader quizzes and mastery
information. What a host knows besides of one of them goes into its ``extra``.
Every record says where it was first written (`Origin`), and keeps saying so on every
site it is copied to. That is how a record that arrives twice is recognised (IMP-5).
"""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum

import attrs

from student_transfer.errors import wrong_type
from student_transfer.field_types import check_fields
from student_transfer.sites import SiteId
from student_transfer.students import Extra, extra_fields


@attrs.frozen(order=True)
class Origin:
    """Where a record was first written: which site, and its name there.

    Raises:
        TypeError: One of the two is no text; it is named, and not quoted.
    """

    site_id: SiteId
    record_id: str

    def __attrs_post_init__(self) -> None:
        """Refuse what no storage could find a record by."""
        if type(self.site_id) is not str or type(self.record_id) is not str:
            check_fields(self, "an origin")  # it may be a text of a kind of its own


class StarProduct(Enum):
    """Which Star assessment was taken."""

    READING = "reading"
    MATHS = "maths"
    EARLY_LITERACY = "early_literacy"


class BenchmarkScheme(Enum):
    """Whose benchmark a category belongs to."""

    RENAISSANCE = "renaissance"
    STATE = "state"
    DISTRICT = "district"
    SCHOOL = "school"


class BenchmarkMeasure(Enum):
    """What a benchmark's bounds are counted in."""

    PERCENTILE_RANK = "percentile_rank"
    SCALED_SCORE = "scaled_score"


@attrs.frozen(kw_only=True)
class BenchmarkCategory:
    """The category that a score falls into under one scheme.

    Attributes:
        scheme: Whose benchmark it is.
        name: The category, such as ``Urgent Intervention``.
        level: Its place among the levels.
        number_of_levels: How many levels the scheme has.
        minimum: The lowest measure in the category.
        maximum: The highest measure in the category.
        measure: What minimum and maximum count.
        proficient: Whether the category counts as proficient, if the scheme says.
        assessment: The assessment that a state's scheme is about.

    Raises:
        TypeError: A field is of another type, or a number is NaN or infinite; it is
            named, and its value is not.
    """

    scheme: BenchmarkScheme
    name: str
    level: int | None = None
    number_of_levels: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    measure: BenchmarkMeasure = BenchmarkMeasure.PERCENTILE_RANK
    proficient: bool | None = None
    assessment: str = ""

    def __attrs_post_init__(self) -> None:
        """Refuse what a storage would stumble over later."""
        check_fields(self, "a benchmark category")


def _check_instants(completed: datetime | None, launched: datetime | None) -> None:
    """Refuse a time of which nobody can say when it was.

    Raises:
        TypeError: It has no time zone.
    """
    for name, instant in (("completed_at", completed), ("launched_at", launched)):
        if instant is not None and instant.utcoffset() is None:
            raise TypeError(f"{name} of a record has to have a time zone")


@attrs.frozen(kw_only=True, repr=False)
class StarAssessment:
    """One Star assessment with its scores and benchmark categories.

    Times are in UTC; ``completed_local`` is the wall clock of the school. Scores that
    may carry a sign or a letter (``<70``, ``BR400L``, ``PP``) are text.

    Raises:
        TypeError: A field is of another type, a number is NaN or infinite, or a time
            in UTC has no zone; it is named, and its value is not.
    """

    origin: Origin
    product: StarProduct
    completed_at: datetime | None = None
    completed_local: datetime | None = None
    launched_at: datetime | None = None
    school_year: str = ""
    status: str = ""
    year: str = ""
    scaled_score: Decimal | None = None
    unified_score: Decimal | None = None
    rasch_score: Decimal | None = None
    standard_error: Decimal | None = None
    percentile_rank: Decimal | None = None
    normal_curve_equivalent: Decimal | None = None
    grade_equivalent: str = ""
    instructional_reading_level: str = ""
    oral_reading_fluency: str = ""
    zpd_lower: str = ""
    zpd_upper: str = ""
    lexile: str = ""
    student_growth_percentile: Decimal | None = None
    correct: int | None = None
    possible: int | None = None
    seconds: int | None = None
    benchmarks: tuple[BenchmarkCategory, ...] = ()
    extra: Extra = attrs.field(default=(), converter=extra_fields)

    def __attrs_post_init__(self) -> None:
        """Refuse what a storage or a comparison would stumble over later."""
        check_fields(self, "a Star assessment")
        _check_instants(self.completed_at, self.launched_at)
        for one in self.benchmarks:
            if not isinstance(one, BenchmarkCategory):
                told = "each of the benchmarks has to be a BenchmarkCategory"
                raise wrong_type(told, one)

    def __repr__(self) -> str:
        """Name the record, not its scores."""
        return f"<StarAssessment {self.origin.record_id}>"


@attrs.frozen(kw_only=True, repr=False)
class ReaderQuiz:
    """One Accelerated Reader quiz: ``correct`` of ``possible``, points likewise.

    Raises:
        TypeError: A field is of another type, or a number is NaN or infinite; it is
            named, and its value is not.
    """

    origin: Origin
    quiz_number: str
    title: str = ""
    author: str = ""
    quiz_type: str = ""
    taken_on: date | None = None
    correct: int | None = None
    possible: int | None = None
    points_earned: Decimal | None = None
    points_possible: Decimal | None = None
    reading_level: Decimal | None = None
    words: int | None = None
    extra: Extra = attrs.field(default=(), converter=extra_fields)

    def __attrs_post_init__(self) -> None:
        """Refuse what a storage or a comparison would stumble over later."""
        check_fields(self, "a quiz")

    def __repr__(self) -> str:
        """Name the record, not its result."""
        return f"<ReaderQuiz {self.origin.record_id}>"


class MasteryKind(Enum):
    """What was mastered."""

    STANDARD = "standard"
    SKILL = "skill"


@attrs.frozen(kw_only=True, repr=False)
class Mastery:
    """How far one standard or one skill is mastered.

    Raises:
        TypeError: A field is of another type, a number is NaN or infinite, or a time
            in UTC has no zone; it is named, and its value is not.
    """

    origin: Origin
    kind: MasteryKind
    name: str
    product: StarProduct | None = None
    description: str = ""
    domain_group: str = ""
    domain: str = ""
    domain_score: Decimal | None = None
    score: Decimal | None = None
    level: str = ""
    confidence: str = ""
    completed_at: datetime | None = None
    completed_local: datetime | None = None
    launched_at: datetime | None = None
    school_year: str = ""
    assessment_id: str = ""
    extra: Extra = attrs.field(default=(), converter=extra_fields)

    def __attrs_post_init__(self) -> None:
        """Refuse what a storage or a comparison would stumble over later."""
        check_fields(self, "mastery information")
        _check_instants(self.completed_at, self.launched_at)

    def __repr__(self) -> str:
        """Name the record, not its score."""
        return f"<Mastery {self.origin.record_id}>"


Record = StarAssessment | ReaderQuiz | Mastery
