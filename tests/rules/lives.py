"""Draws the life of a code and of an import from their transition tables.

The tables say which arrows there are, and the refusals which rule an arrow has; where
the states stand in the picture is all that is said here.
"""

import html
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import attrs

from student_transfer import codes, imports
from student_transfer.errors import IllegalTransitionError
from student_transfer.testing import values

_NOW = datetime(2026, 7, 1, tzinfo=UTC)
_CELL = (235, 150)
_BOX = (112, 38)
_MARGIN = 24
_BEND = 46

_STYLE = """\
rect.state { fill: #eef4fb; stroke: #2f5d8a; stroke-width: 1.5 }
rect.end { fill: #e9f5ec; stroke: #2c7a45; stroke-width: 1.5 }
rect.stop { fill: #fbefec; stroke: #a5402a; stroke-width: 1.5 }
path { fill: none; stroke: #4a5560; stroke-width: 1.4 }
text { font: 13px system-ui, sans-serif; fill: #1c2733; text-anchor: middle }
text.state { font-weight: 600 }
text.rule { font-size: 11px; fill: #5a6673 }
"""


@attrs.frozen(kw_only=True)
class Life:
    """What is drawn: the table, where its states stand, and how events are called."""

    title: str
    table: Mapping[Any, Any]
    places: Mapping[Enum, tuple[float, float]]
    ends: frozenset[Enum]
    stops: frozenset[Enum]
    event_name: Callable[[Any], str]
    rule_of: Callable[[Any], str]


def _code_rule(event: codes.CodeEvent) -> str:
    """Return the rule that a refusal of the event cites."""
    for state in codes.CodeState:
        try:
            values.issued_code(state=state).after(event)
        except IllegalTransitionError as error:
            return error.rule
    raise AssertionError(event)


def _import_rule(event: imports.ImportEvent) -> str:
    for state in imports.ImportState:
        try:
            values.new_import(state=state).after(event, at=_NOW)
        except IllegalTransitionError as error:
            return error.rule
    raise AssertionError(event)


_C, _I = codes.CodeState, imports.ImportState

CODE = Life(
    title="The life of a transfer code",
    table=codes.TRANSITIONS,
    places={
        _C.AVAILABLE: (0, 0),
        _C.CLAIMED: (1, 0),
        _C.USED: (2, 0),
        _C.REVOKED: (0.5, 1),
    },
    ends=frozenset({_C.USED}),
    stops=frozenset({_C.REVOKED}),
    event_name=lambda event: str(event.value),
    rule_of=_code_rule,
)
IMPORT = Life(
    title="The life of an import",
    table=imports.TRANSITIONS,
    places={
        _I.ANALYSING: (0, 0),
        _I.READY: (1, 0),
        _I.SCHEDULED: (2, 0),
        _I.COMPLETED: (3, 0),
        _I.CANCELLED: (0.5, 1),
        _I.FAILED: (2, 1),
    },
    ends=frozenset({_I.COMPLETED}),
    stops=frozenset({_I.CANCELLED, _I.FAILED}),
    event_name=lambda event: event.name.lower().replace("_", " "),
    rule_of=_import_rule,
)

PICTURES = {"life-of-a-code.svg": CODE, "life-of-an-import.svg": IMPORT}
"""The pictures, by the names of their files."""


def drawn(life: Life) -> str:
    """Return the picture as SVG."""
    columns = max(x for x, _ in life.places.values())
    rows = max(y for _, y in life.places.values())
    width = round(columns * _CELL[0] + _BOX[0] + 2 * _MARGIN)
    loops = any(state is following for (state, _), following in life.table.items())
    top = _MARGIN + (52 if loops else 0)
    height = round(top + rows * _CELL[1] + _BOX[1] + _MARGIN)
    parts = [*_arrows(life, top), *_states(life, top)]
    inside = "\n".join(parts)
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" \
role="img" aria-labelledby="title">
<title id="title">{life.title}</title>
<style>
{_STYLE}</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" \
markerHeight="7" orient="auto">\
<path d="M0 0 8 4 0 8z" style="fill:#4a5560"/></marker></defs>
<rect width="{width}" height="{height}" rx="8" fill="#ffffff"/>
{inside}
</svg>
"""


def _centre(life: Life, state: Enum, top: float) -> tuple[float, float]:
    x, y = life.places[state]
    return (
        _MARGIN + _BOX[0] / 2 + x * _CELL[0],
        top + _BOX[1] / 2 + y * _CELL[1],
    )


def _states(life: Life, top: float) -> Iterator[str]:
    for state in life.places:
        x, y = _centre(life, state, top)
        kind = (
            "end" if state in life.ends else "stop" if state in life.stops else "state"
        )
        yield (
            f'<rect class="{kind}" x="{x - _BOX[0] / 2:g}" y="{y - _BOX[1] / 2:g}" '
            f'width="{_BOX[0]}" height="{_BOX[1]}" rx="8"/>'
        )
        yield f'<text class="state" x="{x:g}" y="{y + 4.5:g}">{state.value}</text>'


def _arrows(life: Life, top: float) -> Iterator[str]:
    """Draw one arrow from state to state, with all events that lead there."""
    between: dict[tuple[Enum, Enum], list[Enum]] = {}
    for (state, event), following in life.table.items():
        between.setdefault((state, following), []).append(event)
    for (state, following), events in between.items():
        names = ", ".join(map(life.event_name, events))
        rules = ", ".join(dict.fromkeys(map(life.rule_of, events)))
        start, end = _centre(life, state, top), _centre(life, following, top)
        if state is following:
            path, at = _loop(start)
        else:
            path, at = _line(start, end, both=(following, state) in between)
        yield f'<path d="{path}" marker-end="url(#head)"/>'
        yield f'<text x="{at[0]:g}" y="{at[1]:g}">{html.escape(names)}</text>'
        yield f'<text class="rule" x="{at[0]:g}" y="{at[1] + 13:g}">{rules}</text>'


Point = tuple[float, float]


def _loop(at: Point) -> tuple[str, Point]:
    """Go out above a state and come back."""
    x, y = at[0], at[1] - _BOX[1] / 2
    out, back = f"{x - 30:g} {y - 34:g}", f"{x + 30:g} {y - 34:g}"
    return f"M{x - 22:g} {y:g}C{out} {back} {x + 22:g} {y:g}", (x, y - 42)


def _line(start: Point, end: Point, *, both: bool) -> tuple[str, Point]:
    """Go straight; where there is a way back too, each keeps to its left."""
    (x1, y1), (x2, y2) = start, end
    if abs(y1 - y2) < 1:
        return _along(start, end, both=both)
    if abs(x1 - x2) < 1:
        side = 14 if both else 0
        side = side if y2 > y1 else -side
        sign = 1 if y2 > y1 else -1
        a, b = y1 + sign * _BOX[1] / 2, y2 - sign * _BOX[1] / 2
        away = 44 if side >= 0 else -44
        return f"M{x1 + side:g} {a:g}V{b:g}", (x1 + side + away, (a + b) / 2 - 3)
    a, b = y1 + _BOX[1] / 2, y2 - _BOX[1] / 2
    aside = 40 if x2 > x1 else -40
    begin, finish = x1 + aside / 4, x2 - aside / 2
    outside = -34 if x2 > x1 else 34
    return (
        f"M{begin:g} {a:g}L{finish:g} {b:g}",
        ((begin + finish) / 2 + outside, (a + b) / 2 + 6),
    )


def _along(start: Point, end: Point, *, both: bool) -> tuple[str, Point]:
    """Go from box to box of one row; what goes back goes round below."""
    (x1, y1), (x2, _) = start, end
    forward = x2 > x1
    sign = 1 if forward else -1
    middle = (x1 + x2) / 2
    if forward or not both:
        path = f"M{x1 + sign * _BOX[0] / 2:g} {y1:g}H{x2 - sign * _BOX[0] / 2:g}"
        return path, (middle, y1 - 20)
    a, b = x1 - 34, x2 + 34
    y = y1 + _BOX[1] / 2
    return (
        f"M{a:g} {y:g}C{a - 20:g} {y + _BEND:g} {b + 20:g} {y + _BEND:g} {b:g} {y:g}",
        (middle, y + _BEND + 4),
    )
