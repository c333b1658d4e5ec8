"""Settings of the matching as a TOML file, written whole and read in part (MATCH-6).

A file has ``version = 1`` and whatever is not as in the library: a number of `Settings`
by its name, a level as ``levels.<field>.<level>`` with any of the four probabilities of
`LevelProbabilities`, and custom comparisons as ``[[comparisons]]``. What is left out is
as the library has it. Everything that is wrong with a file is told at once, each with
its place.
"""

import json
import tomllib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import attrs

from student_transfer.errors import SettingsError
from student_transfer.linkage.comparing.kinds import (
    CustomComparison,
    kind_problems,
    shown,
)
from student_transfer.linkage.comparing.levels import (
    DEFAULT_LEVELS,
    Level,
    LevelProbabilities,
    Levels,
)
from student_transfer.linkage.comparing.settings import (
    DEFAULT_SETTINGS,
    PROBABILITY,
    RANGES,
    Settings,
    comparison_problems,
    exchanged_problems,
    number_problems,
    unknown_problem,
)

SETTINGS_VERSION = 1
"""Counts the changes of what a settings file means."""

_LEVELS = {level.name.lower(): level for level in Level}
_NAMES = {level: name for name, level in _LEVELS.items()}
_CHANCES = tuple(field.name for field in attrs.fields(LevelProbabilities))
_COLUMNS = ("field", "kind", "levels")
_KEYS = ("version", *RANGES, "levels", "comparisons")

_Table = Mapping[str, Any]


# Writing ------------------------------------------------------------------------------


def settings_to_toml(settings: Settings) -> str:
    """Write settings as TOML, every one of them: what was saved stays as it was.

    >>> print(settings_to_toml(DEFAULT_SETTINGS)[:31])
    version = 1
    match_threshold = 0
    """
    return "\n".join(_lines(settings)) + "\n"


def _lines(settings: Settings) -> Iterator[str]:
    yield f"version = {SETTINGS_VERSION}"
    for name in RANGES:
        yield f"{name} = {_number(getattr(settings, name))}"
    for field, levels in settings.levels.items():
        yield ""
        yield f"[levels.{field}]"
        yield from _level_lines(levels)
    for custom in settings.comparisons:
        yield ""
        yield "[[comparisons]]"
        yield f"field = {_text(custom.field)}"
        yield f"kind = {_text(custom.kind)}"
        yield "[comparisons.levels]"
        yield from _level_lines(custom.levels)


def _level_lines(levels: Levels) -> Iterator[str]:
    for level, chances in levels.items():
        cells = (f"{name} = {_number(getattr(chances, name))}" for name in _CHANCES)
        yield f"{_NAMES[level]} = {{ {', '.join(cells)} }}"


def _number(number: float) -> str:
    """Write a number so that it is read back exactly."""
    return str(number) if isinstance(number, int) else repr(float(number))


def _text(text: str) -> str:
    """Write a text: as JSON does, which is TOML but for the one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


# Reading ------------------------------------------------------------------------------


def settings_from_toml(text: str) -> Settings:
    """Read settings; what the text leaves out is as in `DEFAULT_SETTINGS`.

    Args:
        text: The text of a file, such as `pathlib.Path.read_text` gives.

    Raises:
        SettingsError: Something is wrong; all of it is told, each with its place.
        TypeError: It is no text, but perhaps a path.

    >>> settings = settings_from_toml('''
    ... version = 1
    ... match_threshold = 0.7
    ... [levels.given_name]
    ... exact = { m = 0.8 }
    ... ''')
    >>> settings.match_threshold, settings.levels["given_name"][Level.EXACT].m
    (0.7, 0.8)
    """
    if not isinstance(text, str):
        raise TypeError("settings are read from a text: give path.read_text()")
    try:
        table = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        told = f"the file is no TOML: {error}"
        raise SettingsError(problems=[told]) from error
    _check_version(table)
    reader = _Reader()
    values = reader.values(table)
    if reader.problems:
        raise SettingsError(problems=reader.problems)
    return Settings(**values)


def _check_version(table: _Table) -> None:
    """Refuse another version before anything else: its names may mean others."""
    version = table.get("version")
    if isinstance(version, int) and version is not True:
        if version == SETTINGS_VERSION:
            return
        if version > SETTINGS_VERSION:
            told = (
                f"version: {version} is newer than this library reads "
                f"({SETTINGS_VERSION}); install a newer version of student_transfer"
            )
            raise SettingsError(problems=[told])
    told = "is missing" if version is None else f"{shown(version)} is no version"
    raise SettingsError(problems=[f"version: {told}; write {SETTINGS_VERSION}"])


class _Reader:
    """Reads the tables of a file and notes what is wrong with them."""

    def __init__(self) -> None:
        """Start without a problem."""
        self.problems: list[str] = []

    def values(self, table: _Table) -> dict[str, Any]:
        """Read the whole file."""
        self._known("", table, _KEYS)
        numbers = {name: table[name] for name in RANGES if name in table}
        of_default = {name: getattr(DEFAULT_SETTINGS, name) for name in RANGES}
        self.problems += number_problems({**of_default, **numbers})
        return {
            **numbers,
            "levels": self._fields(table.get("levels", {})),
            "comparisons": self._comparisons(table.get("comparisons", [])),
        }

    def _fields(self, table: object) -> dict[str, Levels]:
        """Read the levels of the fields that there are."""
        fields = self._table("levels", table)
        self._known("levels", fields, DEFAULT_LEVELS)
        found = {
            field: self._levels(f"levels.{field}", levels, DEFAULT_LEVELS[field])
            for field, levels in fields.items()
            if field in DEFAULT_LEVELS
        }
        for field, levels in found.items():
            self.problems += exchanged_problems(f"levels.{field}", levels)
        return found

    def _levels(self, place: str, table: object, usual: Levels) -> Levels:
        """Read the levels of one field; any level where none is usual."""
        levels = self._table(place, table)
        known = [_NAMES[level] for level in usual or Level]
        self._known(place, levels, known)
        found = {
            _LEVELS[name]: self._chances(
                f"{place}.{name}", cells, usual.get(_LEVELS[name])
            )
            for name, cells in levels.items()
            if name in known
        }
        return {
            level: chances for level, chances in found.items() if chances is not None
        }

    def _chances(
        self, place: str, table: object, usual: LevelProbabilities | None
    ) -> LevelProbabilities | None:
        """Read the probabilities of one level; None where they cannot be."""
        before = len(self.problems)
        cells = self._table(place, table)
        self._known(place, cells, _CHANCES)
        for name in ("m", "u"):
            if len(self.problems) == before and usual is None and name not in cells:
                told = f"is missing; give {PROBABILITY.said}"
                self.problems.append(f"{place}.{name}: {told}")
        for name, value in cells.items():
            problem = name in _CHANCES and PROBABILITY.problem(value)
            if problem:
                self.problems.append(f"{place}.{name}: {problem}")
        if len(self.problems) > before:
            return None
        return (
            LevelProbabilities(**cells)
            if usual is None
            else attrs.evolve(usual, **cells)
        )

    def _comparisons(self, tables: object) -> list[CustomComparison]:
        """Read the custom comparisons."""
        if not isinstance(tables, list):
            told = f"{shown(tables)} is no list of tables; write [[comparisons]]"
            self.problems.append(f"comparisons: {told}")
            return []
        before = len(self.problems)
        read = [self._comparison(f"comparison {n}", t) for n, t in enumerate(tables, 1)]
        found = [custom for custom in read if custom is not None]
        if len(self.problems) == before:
            self.problems += comparison_problems(found)
        return found

    def _comparison(self, place: str, table: object) -> CustomComparison | None:
        before = len(self.problems)
        cells = self._table(place, table)
        self._known(place, cells, _COLUMNS)
        for name in _COLUMNS:
            if name not in cells:
                self.problems.append(f"{place}.{name}: is missing; write it")
        for name in ("field", "kind"):
            if not isinstance(cells.get(name, ""), str):
                told = f"{shown(cells[name])} is no text; write it in quotation marks"
                self.problems.append(f"{place}.{name}: {told}")
        kind = cells.get("kind", "exact")
        if isinstance(kind, str):
            self.problems += kind_problems(place, kind)
        levels = self._levels(f"{place}.levels", cells.get("levels", {}), {})
        if len(self.problems) > before:
            return None
        return CustomComparison(field=cells["field"], kind=kind, levels=levels)

    def _known(self, place: str, table: _Table, known: Collection[str]) -> None:
        """Note the names that there are not."""
        self.problems += [
            unknown_problem(place, name, known) for name in table if name not in known
        ]

    def _table(self, place: str, value: object) -> _Table:
        """Take a value as a table; an empty one where it is none."""
        if isinstance(value, dict):
            return value
        self.problems.append(f"{place}: {shown(value)} is no table; write {{ … }}")
        return {}
