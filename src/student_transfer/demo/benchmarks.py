"""The benchmark categories of an invented score, under every scheme."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache

import attrs

from student_transfer.records import (
    BenchmarkCategory,
    BenchmarkMeasure,
    BenchmarkScheme,
    StarProduct,
)


@attrs.frozen
class _Levels:
    """The categories of a scheme from the top, each with its lowest measure."""

    scheme: BenchmarkScheme
    names: Sequence[str]
    lowest: Sequence[int]
    highest: int = 99
    measure: BenchmarkMeasure = BenchmarkMeasure.PERCENTILE_RANK
    proficient: int | None = None
    assessment: str = ""

    def category(self, value: int) -> BenchmarkCategory:
        """Return the category of a value; beyond the ends, the nearest."""
        above = sum(value < lowest for lowest in self.lowest[:-1])
        highest = self.lowest[above - 1] - 1 if above else self.highest
        return BenchmarkCategory(
            scheme=self.scheme,
            name=self.names[above],
            level=above + 1,
            number_of_levels=len(self.names),
            minimum=Decimal(self.lowest[above]),
            maximum=Decimal(highest),
            measure=self.measure,
            proficient=None if self.proficient is None else above < self.proficient,
            assessment=self.assessment,
        )


_BY_RANK: Iterable[_Levels] = (
    _Levels(
        BenchmarkScheme.RENAISSANCE,
        ("At/Above Benchmark", "On Watch", "Intervention", "Urgent Intervention"),
        (40, 25, 10, 1),
    ),
    _Levels(
        BenchmarkScheme.DISTRICT,
        ("Secure", "Developing", "Needs support"),
        (50, 20, 1),
        proficient=1,
    ),
    _Levels(
        BenchmarkScheme.SCHOOL,
        ("Excelling", "On track", "Catching up"),
        (85, 35, 1),
        proficient=2,
    ),
)


@cache
def _by_rank(rank: int) -> tuple[BenchmarkCategory, ...]:
    return tuple(levels.category(rank) for levels in _BY_RANK)


@cache
def _of_state(
    product: StarProduct, middle: float, spread: int, score: int
) -> BenchmarkCategory:
    """Return the state's category, which is bounded by scaled scores."""
    expected = max(2, round(middle - 0.4 * spread))
    levels = _Levels(
        BenchmarkScheme.STATE,
        ("Greater depth", "Expected standard", "Working towards"),
        (round(middle + spread), expected, 0),
        highest=1400,
        measure=BenchmarkMeasure.SCALED_SCORE,
        proficient=2,
        assessment=f"National test, {product.value.replace('_', ' ')}",
    )
    return levels.category(score)


def categories(
    product: StarProduct, middle: float, spread: int, rank: int, score: int
) -> tuple[BenchmarkCategory, ...]:
    """Return the categories of a score and its percentile rank under all four schemes.

    >>> [found.name for found in categories(StarProduct.MATHS, 600.0, 75, 30, 560)]
    ['On Watch', 'Developing', 'Catching up', 'Working towards']
    """
    return (*_by_rank(rank), _of_state(product, middle, spread, score))
