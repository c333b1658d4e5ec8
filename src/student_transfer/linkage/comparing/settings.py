"""What a host can set about the matching (MATCH-6), as one frozen value."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from math import inf
from types import MappingProxyType
from typing import Any

import attrs

from student_transfer.errors import SettingsError, wrong_type
from student_transfer.field_types import check_argument
from student_transfer.linkage.comparing.kinds import (
    KIND_LEVELS,
    CustomComparison,
    choice,
    shown,
)
from student_transfer.linkage.comparing.levels import (
    DEFAULT_LEVELS,
    Level,
    LevelProbabilities,
    Levels,
    check_levels,
)
from student_transfer.linkage.profiles.profile import ADDRESSES, FIELDS, POSTCODES


@attrs.frozen
class Range:
    """Which numbers a setting may be.

    Attributes:
        said: How that is said to a person, after "is not".
        has: Says whether a number is one of them.
        whole: Whether only whole numbers are.
    """

    said: str
    has: Callable[[float], bool]
    whole: bool = False

    def problem(self, value: object) -> str:
        """Return what is wrong with a value; blank where nothing is.

        >>> PROBABILITY.problem(1.5), PROBABILITY.problem(0.5)
        ('1.5 is not a number above 0 and up to 1', '')
        """
        kinds = int if self.whole else (int, float)
        is_number = isinstance(value, kinds) and not isinstance(value, bool)
        if is_number and self.has(value):  # type: ignore[arg-type] # a number
            return ""
        return f"{shown(value)} is not {self.said}"


PROBABILITY = Range("a number above 0 and up to 1", lambda number: 0 < number <= 1)
_SHARE = Range("a number above 0 and below 1", lambda number: 0 < number < 1)
_AMOUNT = Range("a number of 0 or more", lambda number: 0 <= number < inf)
_COUNT = Range("a whole number of 1 or more", lambda number: number >= 1, whole=True)

RANGES: Mapping[str, Range] = {
    "match_threshold": _SHARE,
    "possible_threshold": _SHARE,
    "sure_threshold": _SHARE,
    "sure_unconfirmed_threshold": _SHARE,
    "expected_share": _SHARE,
    "most_share": _SHARE,
    "siblings_expected": _AMOUNT,
    "twins_expected": _AMOUNT,
    "smallest_size": _COUNT,
    "candidates_kept": _COUNT,
    "candidates_compared": _COUNT,
    "per_key_limit": _COUNT,
}
"""Every setting that is a number, and which numbers it may be."""

_LINES = ("full_name", "names_together", "link", "siblings")
_COMPARED = frozenset(
    name.replace("_", "") for name in (*FIELDS, *_LINES, *POSTCODES, *ADDRESSES)
)
"""What is compared already, or a line of the sum, as `CustomComparison.key` has it."""

_IN_ORDER = ("possible_threshold", "match_threshold", "sure_threshold")


def unknown_problem(place: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no such name at a place.

    >>> unknown_problem("levels.gender", "exakt", ["exact", "different"])
    'levels.gender.exakt: there is no such name; did you mean exact?'
    """
    whole = f"{place}.{name}" if place else name
    return f"{whole}: there is no such name; {choice(name, known)}"


def number_problems(numbers: Mapping[str, object]) -> list[str]:
    """Return what is wrong with the numbers, by the settings' names; empty if nothing.

    >>> number_problems({"possible_threshold": 0.7, "match_threshold": 0.6})
    ['possible_threshold: 0.7 is above match_threshold (0.6); lower it, or raise that']
    """
    found = {
        name: problem
        for name, value in numbers.items()
        if (problem := RANGES[name].problem(value))
    }
    ordered = [name for name in _IN_ORDER if name in numbers and name not in found]
    for lower, upper in pairwise(ordered):
        if numbers[lower] > numbers[upper]:  # type: ignore[operator] # both numbers
            found[lower] = (
                f"{shown(numbers[lower])} is above {upper} ({shown(numbers[upper])}); "
                "lower it, or raise that"
            )
    return [f"{name}: {problem}" for name, problem in found.items()]


def comparison_problems(comparisons: Iterable[CustomComparison]) -> list[str]:
    """Return what is wrong with custom comparisons as a whole; empty if nothing."""
    found, seen = list[str](), dict[str, int]()
    for number, custom in enumerate(comparisons, 1):
        place = f"comparison {number}"
        name = shown(custom.field)
        if not custom.key:
            found.append(f"{place}.field: {name} is no name; write the field's name")
        elif custom.key in _COMPARED:
            found.append(f"{place}.field: {name} is compared already; set its levels")
        elif custom.key in seen:
            earlier = f"compared by comparison {seen[custom.key]} already; remove one"
            found.append(f"{place}.field: {name} is {earlier}")
        found += [
            _no_level(f"{place}.levels", each) for each in _strange(custom.levels)
        ]
        found += _unreachable_problems(f"{place}.levels", custom)
        found += exchanged_problems(f"{place}.levels", custom.levels)
        if Level.MISSING in custom.levels:
            why = "a value that is missing is no evidence; remove it"
            found.append(f"{place}.levels.missing: {why}")
        seen.setdefault(custom.key, number)
    return found


_SLACK = 0.99
"""What is estimated is rounded: by so little m may be on the wrong side of u."""


def exchanged_problems(
    place: str, levels: Mapping[Level, LevelProbabilities]
) -> list[str]:
    """Return of which levels m and u seem to be exchanged; empty if of none.

    >>> exchanged_problems("gender", {Level.EXACT: LevelProbabilities(0.1, 0.9)})
    ['gender.exact: m (0.1) is below u (0.9), so what is the same speaks against one ...
    """
    found = []
    for level, chances in levels.items():
        m, u = chances.m, chances.u
        if level is Level.EXACT and m < u * _SLACK:
            told = f"m ({m}) is below u ({u}), so what is the same speaks against"
        elif level is Level.DIFFERENT and u < m * _SLACK:
            told = f"m ({m}) is above u ({u}), so what differs speaks for"
        else:
            continue
        name = level.name.lower()
        found.append(f"{place}.{name}: {told} one child; exchange the two")
    return found


def _unreachable_problems(place: str, custom: CustomComparison) -> list[str]:
    """Return which levels a custom comparison has that its kind never gives."""
    levels = KIND_LEVELS[custom.kind]
    known = ", ".join(level.name.lower() for level in levels)
    strange = _strange(custom.levels)
    return [
        f"{place}.{level.name.lower()}: the kind {custom.kind} never gives it; "
        f"it gives {known}"
        for level in custom.levels
        if level not in (*levels, *strange, Level.MISSING)
    ]


def _level_problems(levels: Mapping[str, Levels]) -> list[str]:
    """Return which fields and levels there are not."""
    found = []
    for field, given in levels.items():
        if field not in DEFAULT_LEVELS:
            found.append(unknown_problem("levels", field, DEFAULT_LEVELS))
            continue
        place = f"levels.{field}"
        known = [level.name.lower() for level in DEFAULT_LEVELS[field]]
        strange = _strange(given)
        found += [_no_level(place, each) for each in strange]
        found += [
            unknown_problem(place, level.name.lower(), known)
            for level in given
            if level not in DEFAULT_LEVELS[field] and level not in strange
        ]
        found += exchanged_problems(place, given)
    return found


def _strange(levels: Mapping[Any, LevelProbabilities]) -> list[object]:
    """Return what stands for a level and is none, such as its name."""
    return [level for level in levels if not isinstance(level, Level)]


def _no_level(place: str, level: object) -> str:
    return f"{place}: {shown(level)} is no level; write one of Level, as Level.EXACT"


def _frozen(levels: Levels) -> Levels:
    return MappingProxyType(dict(levels))


def _completed(levels: Mapping[str, Levels]) -> Mapping[str, Levels]:
    """Take what is not given from the defaults; copy, so that it stays as it is."""
    if not isinstance(levels, Mapping):
        told = "levels of the settings has to be a mapping by field"
        raise wrong_type(told, levels)
    for field, given in levels.items():
        check_argument("each field of levels", field, str)
        check_levels(f"levels of {shown(field)}", given)
    return MappingProxyType(
        {
            field: _completed_field(
                DEFAULT_LEVELS.get(field, {}), levels.get(field, {})
            )
            for field in {**DEFAULT_LEVELS, **levels}
        }
    )


def _completed_field(usual: Levels, given: Levels) -> Levels:
    after = {
        level: _like_a_family(chances, usual.get(level, chances))
        for level, chances in given.items()
    }
    return _frozen({**usual, **after})


def _like_a_family(
    given: LevelProbabilities, usual: LevelProbabilities
) -> LevelProbabilities:
    """Take the usual sibling and twin, where neither is given (MATCH-4).

    Were they as strangers, what a family shares would speak for one child of two.
    """
    if given.is_of_strangers and not usual.is_of_strangers:
        return attrs.evolve(given, sibling=usual.sibling, twin=usual.twin)
    return given


def _frozen_comparisons(
    given: Iterable[CustomComparison],
) -> tuple[CustomComparison, ...]:
    if not isinstance(given, Iterable):
        told = "comparisons of the settings has to be an iterable of CustomComparison"
        raise wrong_type(told, given)
    found = tuple(given)
    for custom in found:
        if not isinstance(custom, CustomComparison):
            told = "each of comparisons has to be a CustomComparison"
            raise wrong_type(told, custom)
    return tuple(
        attrs.evolve(custom, levels=_frozen(custom.levels)) for custom in found
    )


_MORE_THAN_ALL_ELSE = 0.5


@attrs.frozen(kw_only=True)
class Settings:
    """What a host can set about the matching (MATCH-6). Probabilities are in (0, 1).

    Attributes:
        match_threshold: Above this probability a student is proposed as the match;
            below one half it counts as one half, as `least_match` says.
        possible_threshold: From this probability on a student is a possible match. So
            are several, who are each as likely, if they reach it together.
        sure_threshold: A match below it is flagged for review. A record that was edited
            since the preview is the same child's from there on, and from 0.99 on where
            this is lower (IMP-8).
        sure_unconfirmed_threshold: The same where little but names agrees, and no
            identifier that is the child's own: where no two whole dates of birth were
            compared; or there is a slip between them, or another family name without
            the same postcode, and neither middle name, address nor email is the same.
            A lower one than `sure_threshold` counts as that.
        expected_share: The share of incoming students that one expects to find on the
            destination site; with the site's size it makes the prior probability. What
            a whole import shows corrects it.
        most_share: The upper bound of that share, as it is estimated from an import.
        siblings_expected: How many sisters and brothers of another age an incoming
            student has on the destination site, on average.
        twins_expected: The same for twins.
        smallest_size: A smaller site counts as having so many students: a child who
            comes may have any name, however few are there.
        candidates_kept: How many possible matches are kept for each student.
        candidates_compared: How many students are compared with an incoming one at
            most, those who share the rarest blocking keys first.
        per_key_limit: A blocking key that more students share tells too little to look
            for candidates by it.
        levels: For each field the probabilities of its levels; give those that are not
            as in `DEFAULT_LEVELS`, and the others are added.
        comparisons: Fields that are compared besides, from `Student.extra`.

    Raises:
        SettingsError: A number is out of its range, the thresholds are out of order,
            there is no such field or level, or m and u are exchanged: what is the same
            would speak against one child, or what differs for it. It is a ValueError
            too.
        TypeError: `levels` does not give `LevelProbabilities` by field and level, or
            `comparisons` has something in it that is no `CustomComparison`.

    >>> Settings(sure_threshold=1.5, smallest_size=0)
    Traceback (most recent call last):
    student_transfer.errors.SettingsError: The settings cannot be used: (1) ...
    """

    match_threshold: float = 0.75
    possible_threshold: float = 0.1
    sure_threshold: float = 0.99
    sure_unconfirmed_threshold: float = 0.9955
    expected_share: float = 0.7
    most_share: float = 0.95
    siblings_expected: float = 0.5
    twins_expected: float = 0.15
    smallest_size: int = 200
    candidates_kept: int = 10
    candidates_compared: int = 60
    per_key_limit: int = 30
    levels: Mapping[str, Levels] = attrs.field(
        default=DEFAULT_LEVELS, converter=_completed, repr=False, hash=False
    )
    comparisons: tuple[CustomComparison, ...] = attrs.field(
        default=(), converter=_frozen_comparisons, hash=False
    )

    def __attrs_post_init__(self) -> None:
        """Refuse what makes no sense, all of it at once."""
        problems = [
            *number_problems({name: getattr(self, name) for name in RANGES}),
            *_level_problems(self.levels),
            *comparison_problems(self.comparisons),
        ]
        if problems:
            raise SettingsError(problems=problems)

    @property
    def least_match(self) -> float:
        """The probability above which a student is the match, never below one half.

        So a match is likelier than everything else together, and no two incoming
        students match one, nor one incoming student two (PREV-4).

        >>> Settings().least_match, Settings(match_threshold=0.3).least_match
        (0.75, 0.5)
        """
        return max(_MORE_THAN_ALL_ELSE, self.match_threshold)

    def __reduce__(self) -> tuple[Callable[..., "Settings"], tuple[object, ...]]:
        """Let it be copied and sent to another process, as its mappings cannot."""
        values: dict[str, object] = {name: getattr(self, name) for name in RANGES}
        values["levels"] = {name: dict(each) for name, each in self.levels.items()}
        values["comparisons"] = [
            attrs.evolve(custom, levels=dict(custom.levels))
            for custom in self.comparisons
        ]
        return _made_again, (values,)


def _made_again(values: Mapping[str, Any]) -> Settings:
    return Settings(**values)


DEFAULT_SETTINGS = Settings()
"""Careful settings: a doubtful match is left to a person (MATCH-1)."""
