"""What the invented students have read, taken and mastered in two school years."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from statistics import NormalDist
from typing import Any

import attrs

from student_transfer.demo.benchmarks import categories
from student_transfer.demo.chance import Chance
from student_transfer.demo.children import year_name
from student_transfer.demo.name_mix import read_data
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

_NORMAL = NormalDist()
_MASTERY = ((75, "Proficient"), (60, "Developing"), (0, "Beginning"))


@attrs.frozen
class _Window:
    """When Star is sat: first day, point of the year, hours that clocks are ahead."""

    month: int
    day: int
    share_of_year: float
    hours: int


_WINDOWS = (
    _Window(9, 8, 0.0, 1),
    _Window(1, 8, 0.35, 0),
    _Window(5, 5, 0.7, 1),
)


@attrs.frozen
class _Norm:
    """The middle score of each year from Reception on, and how far scores spread."""

    middles: Sequence[int]
    spread: int
    possible: int

    def middle(self, sitting: "_Sitting") -> float:
        """Return the middle score at that point of the year."""
        first, second = self.middles[sitting.year : sitting.year + 2]
        return first + (second - first) * sitting.window.share_of_year


_NORMS = {
    StarProduct.EARLY_LITERACY: _Norm((540, 660, 760, 820), 75, 27),
    StarProduct.MATHS: _Norm(
        (280, 360, 450, 530, 590, 650, 700, 735, 765, 785, 800, 810, 820), 75, 34
    ),
    StarProduct.READING: _Norm(
        (40, 80, 190, 310, 400, 490, 580, 670, 750, 820, 880, 930, 960), 150, 34
    ),
}


@attrs.frozen
class _Sitting:
    """One day on which a student of that year sits Star."""

    year: int
    day: date
    window: _Window
    school_year: str


def school_year_of(today: date) -> int:
    """Return the calendar year in which the school year of a day began.

    >>> school_year_of(date(2026, 7, 1)), school_year_of(date(2026, 9, 1))
    (2025, 2026)
    """
    return today.year if today.month >= 9 else today.year - 1


def _products(year: int) -> Iterator[StarProduct]:
    """Yield what a student of that year sits."""
    if year <= 2:
        yield StarProduct.EARLY_LITERACY
    if year >= 1:
        yield StarProduct.MATHS
    if year >= 2:
        yield StarProduct.READING


class Histories:
    """Invents records that a site has written."""

    def __init__(self, chance: Chance, site_id: SiteId, today: date) -> None:
        """Take the site, and the day before which everything has happened."""
        self._chance = chance
        self._site_id = site_id
        self._today = today
        self._count = 0
        self._data = read_data("curriculum.toml")

    def of(self, year: int) -> tuple[Record, ...]:
        """Invent the last two school years of a student, by origin."""
        chance = self._chance
        ability = {product: chance.normal() for product in StarProduct}
        sat = [
            self._star(product, sitting, ability[product])
            for sitting in self._sittings(year)
            for product in _products(sitting.year)
        ]
        quizzes = [self._quiz(year) for _ in range(chance.whole(5, 14))]
        mastered = [item for star in sat[-2:] for item in self._mastered(star)]
        return (*sat, *quizzes, *mastered)

    def _origin(self) -> Origin:
        self._count += 1
        return Origin(self._site_id, f"{self._count:07}")

    def _sittings(self, year: int) -> Iterator[_Sitting]:
        """Yield the days of the last two school years up to today, oldest first."""
        present = school_year_of(self._today)
        for back in range(min(year, 1), -1, -1):
            first = present - back
            for window in _WINDOWS:
                calendar_year = first if window.month >= 9 else first + 1
                day = date(calendar_year, window.month, window.day)
                day += timedelta(days=self._chance.whole(0, 25))
                if day < self._today:
                    name = f"{first}-{first + 1}"
                    yield _Sitting(year - back, day, window, name)

    def _star(
        self, product: StarProduct, sitting: _Sitting, ability: float
    ) -> StarAssessment:
        """Invent one Star assessment: near to what the student can do."""
        chance, norm = self._chance, _NORMS[product]
        z = max(-2.6, min(2.6, ability + chance.normal() / 5))
        score = max(1, round(norm.middle(sitting) + z * norm.spread))
        rank = max(1, min(99, round(100 * _NORMAL.cdf(z))))
        possible = norm.possible
        reading = product is StarProduct.READING
        return StarAssessment(
            origin=self._origin(),
            product=product,
            status="Active",
            year=year_name(sitting.year),
            scaled_score=Decimal(score),
            unified_score=Decimal(600 + score * 2 // 3),
            rasch_score=Decimal(score - 500).scaleb(-2),
            standard_error=Decimal(chance.whole(14, 22)),
            percentile_rank=Decimal(rank),
            normal_curve_equivalent=Decimal(round(500 + 210 * z)).scaleb(-1),
            student_growth_percentile=Decimal(chance.whole(1, 99)),
            correct=round(possible * 0.68) + chance.whole(-5, 5),
            possible=possible,
            benchmarks=categories(
                product, norm.middle(sitting), norm.spread, rank, score
            ),
            **_times(sitting, chance),
            **(_reading_levels(sitting, score, z) if reading else {}),
        )

    def _quiz(self, year: int) -> ReaderQuiz:
        """Invent one Accelerated Reader quiz on a book that fits the year."""
        chance, books = self._chance, self._data["books"]
        fitting = [
            number
            for number, (_, level, _) in enumerate(books)
            if year * 0.7 - 1 <= level <= year * 0.7 + 2.2
        ]
        number = chance.pick(fitting)
        title, level, words = books[number]
        possible = 20 if words > 60_000 else 10 if words > 5_000 else 5
        correct = possible - int(chance.whole(0, possible) * 0.6)
        points = max(Decimal("0.5"), Decimal(round((10 + level) * words / 10_000)) / 10)
        earned = points * correct / possible if correct >= possible * 0.6 else 0
        return ReaderQuiz(
            origin=self._origin(),
            quiz_number=str(210_000 + number * 37),
            title=title,
            author=self._data["authors"][number % len(self._data["authors"])],
            quiz_type="Reading Practice",
            taken_on=self._today - timedelta(days=chance.whole(1, 280)),
            correct=correct,
            possible=possible,
            points_earned=Decimal(earned).quantize(Decimal("0.1")),
            points_possible=points,
            reading_level=Decimal(str(level)),
            words=words,
        )

    def _mastered(self, star: StarAssessment) -> Iterator[Mastery]:
        """Invent the mastery of standards and of skills that an assessment shows."""
        about = self._data[star.product.value]
        for kind, offered in (
            (MasteryKind.STANDARD, about["standards"]),
            (MasteryKind.SKILL, about["skills"]),
        ):
            left_out = self._chance.whole(0, len(offered) - 1)
            for number, text in enumerate(offered):
                if number != left_out:
                    yield self._mastery(star, kind, number, text)

    def _mastery(
        self, star: StarAssessment, kind: MasteryKind, number: int, text: str
    ) -> Mastery:
        """Invent how far one standard or skill is mastered."""
        chance, about = self._chance, self._data[star.product.value]
        score = chance.whole(35, 98)
        standard = kind is MasteryKind.STANDARD
        code = f"{star.product.value[0].upper()}.{star.year}.{number + 1}"
        return Mastery(
            origin=self._origin(),
            kind=kind,
            name=code if standard else text,
            product=star.product,
            description=text if standard else "",
            domain_group=about["group"],
            domain=about["domains"][number % len(about["domains"])],
            domain_score=Decimal(min(99, score + chance.whole(0, 9))),
            score=Decimal(score),
            level=next(name for lowest, name in _MASTERY if score >= lowest),
            confidence=chance.pick(("Low", "Medium", "High")) if standard else "",
            completed_at=star.completed_at,
            completed_local=star.completed_local,
            launched_at=star.launched_at,
            school_year=star.school_year,
            assessment_id=star.origin.record_id,
        )


def _times(sitting: _Sitting, chance: Chance) -> Mapping[str, Any]:
    """Return the times of one sitting, within the school day."""
    day, seconds = sitting.day, chance.whole(420, 2100)
    launched = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    launched += timedelta(seconds=chance.whole(0, 4 * 3600))
    completed = launched + timedelta(seconds=seconds)
    local = completed.replace(tzinfo=None) + timedelta(hours=sitting.window.hours)
    return {
        "launched_at": launched,
        "completed_at": completed,
        "completed_local": local,
        "school_year": sitting.school_year,
        "seconds": seconds,
    }


def _reading_levels(sitting: _Sitting, score: int, z: float) -> Mapping[str, Any]:
    """Return what Star Reading alone tells: grade, reading zone, Lexile, fluency."""
    tenths = round(10 * (sitting.year - 1 + sitting.window.share_of_year + 1.4 * z))
    tenths = max(0, min(129, tenths))
    lexile = round(40 * Decimal(score).sqrt() - 250, -1)
    low, high = 12 + tenths * 4 // 10, 15 + tenths * 85 // 100
    return {
        "grade_equivalent": f"{tenths // 10}.{tenths % 10}",
        "instructional_reading_level": f"{max(tenths - 4, 0) / 10}" if tenths else "PP",
        "zpd_lower": f"{low / 10}",
        "zpd_upper": f"{high / 10}",
        "lexile": f"{lexile:.0f}L" if lexile > 0 else f"BR{-lexile:.0f}L",
        "oral_reading_fluency": str(score // 5) if sitting.year <= 5 else "",
    }
