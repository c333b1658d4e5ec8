"""A waterfall as a picture: an SVG file, for a page or a report.

What a bar says is told four times: by its side and its point, by its colour, by its
filling and by the sign beside it. So nothing is lost without colour, on paper or in the
dark. The colours are those of Okabe and Ito, which colour-blind people tell apart.
"""

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from textwrap import wrap
from xml.sax.saxutils import escape, quoteattr

import attrs

from student_transfer.linkage.explaining.explanation import Explanation, percent
from student_transfer.linkage.explaining.waterfall import (
    Line,
    Scale,
    Tick,
    cells,
    printable,
    waterfall_lines,
)

_WIDTH = 760
_MARGIN = 28
_LEFT, _RIGHT = 268, 668
_TOP, _ROW, _BAR = 112, 38, 20
_POINT = 7
_TICK_ROOM = 66
_MOST_LABEL, _MOST_AGREEMENT, _MOST_CAPTION, _MOST_PAIR = 30, 38, 104, 70

_STYLE = """
{0} text{{font-family:system-ui,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;\
font-size:13px;fill:#1b2430}}
{0} .title{{font-size:19px;font-weight:650}}
{0} .big{{font-size:25px;font-weight:650}}
{0} .soft{{fill:#5a6675;font-size:12px}}
{0} .label{{font-weight:600}}
{0} .bits{{font-variant-numeric:tabular-nums;font-weight:600}}
{0} .page{{fill:#ffffff;stroke:#d8dee6}}
{0} .rule{{stroke:#e4e9ef}}
{0} .even{{stroke:#5a6675}}
{0} .link{{stroke:#8a95a3;stroke-dasharray:2 3}}
{0} .one{{fill:#0072b2;stroke:#0072b2}}
{0} .two{{stroke:#c04f00}}
{0} .ground{{fill:#ffe9d9}}
{0} .hatch{{stroke:#d55e00}}
{0} .sum{{fill:#5a6675;stroke:#5a6675}}
@media (prefers-color-scheme:dark){{
{0} text{{fill:#e8edf3}}
{0} .soft{{fill:#a5b1bf}}
{0} .page{{fill:#151a21;stroke:#2c3540}}
{0} .rule{{stroke:#28303a}}
{0} .even{{stroke:#a5b1bf}}
{0} .link{{stroke:#6d7987}}
{0} .one{{fill:#56b4e9;stroke:#56b4e9}}
{0} .two{{stroke:#ffa25e}}
{0} .ground{{fill:#40230f}}
{0} .hatch{{stroke:#ff9340}}
{0} .sum{{fill:#a5b1bf;stroke:#a5b1bf}}
}}
"""

_TITLE = "Are these two records of one child?"
_SUBTITLE = (
    "Each field moves the odds: to the right for one child, to the left for two."
)


def waterfall_svg(
    explanation: Explanation,
    caption: str = "",
    *,
    proposed: float | None = None,
    pair: str = "",
) -> str:
    """Draw the sum as an SVG picture; the same bytes for the same sum.

    The picture needs nothing but itself. It follows the reader's choice of light or
    dark, and its description says all of it in words.

    Args:
        explanation: What to draw.
        caption: What is said below the drawing, such as the sentence of `why_not`; each
            of its lines begins a new one.
        proposed: The probability that decides, beside all other candidates, such as
            `WhyNot.proposed`; it is the large one then.
        pair: Who the two are, below the title, such as their ids.

    >>> drawn = waterfall_svg(Explanation(-10.0))
    >>> drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    True
    >>> "0.098% by themselves" in drawn
    True
    """
    given = explanation, caption, proposed, pair
    told = repr(given).encode(errors="replace")
    name = "w" + blake2b(told, digest_size=6).hexdigest()
    picture = _Picture.of(*given, f"url(#{name}-hatch)")
    opening = _opening(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        id=name,
        viewBox=f"0 0 {_WIDTH} {_number(picture.height)}",
        width=_WIDTH,
        height=_number(picture.height),
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )
    top = [
        opening,
        _element("title", _TITLE, id=f"{name}-title"),
        _element("desc", _description(explanation, proposed), id=f"{name}-desc"),
        f"<style>{_STYLE.format(f'#{name}')}</style>",
        _pattern(name),
    ]
    return "\n".join([*top, *picture.elements(), "</svg>\n"])


def waterfall_description(explanation: Explanation) -> str:
    """Say in words what the picture shows.

    >>> waterfall_description(Explanation(-10.0))
    'Prior: -10.0 bits. By themselves, a probability of 0.098% that they are one child.'
    """
    prior, *steps, _ = waterfall_lines(explanation)
    said = [f"{one.label}: {one.agreement}, {one.weight} bits." for one in steps]
    likely = f"By themselves, a probability of {percent(explanation.probability)}"
    every = [f"Prior: {prior.weight} bits.", *said]
    return " ".join([*every, f"{likely} that they are one child."])


def _description(explanation: Explanation, proposed: float | None) -> str:
    said = waterfall_description(explanation)
    if proposed is None:
        return said
    return f"{said} Beside the other candidates, one of {percent(proposed)}."


# Elements -----------------------------------------------------------------------------


def _opening(tag: str, /, **attributes: object) -> str:
    """Write an opening tag; a name's underscore stands for a hyphen."""
    given = [
        f" {name.rstrip('_').replace('_', '-')}={quoteattr(str(value))}"
        for name, value in attributes.items()
    ]
    return f"<{tag}{''.join(given)}>"


def _element(tag: str, content: str | None = None, /, **attributes: object) -> str:
    """Write an element, with a text in it or with nothing."""
    opening = _opening(tag, **attributes)
    if content is None:
        return f"{opening[:-1]}/>"
    return f"{opening}{escape(printable(content))}</{tag}>"


def _number(value: float) -> str:
    """Write a coordinate to a tenth; the same on every machine.

    >>> _number(12.04), _number(3), _number(-0.01)
    ('12', '3', '0')
    """
    return f"{round(value, 1) + 0.0:g}"


def _text(x: float, y: float, content: str, class_: str = "", anchor: str = "") -> str:
    given = {"class_": class_, "text_anchor": anchor}
    kept = {name: value for name, value in given.items() if value}
    return _element("text", content, x=_number(x), y=_number(y), **kept)


def _line(class_: str, x: float, y: float, to_x: float, to_y: float) -> str:
    ends = {"x1": x, "y1": y, "x2": to_x, "y2": to_y}
    numbers = {name: _number(value) for name, value in ends.items()}
    return _element("line", class_=class_, **numbers)


def _pattern(name: str) -> str:
    """Define how the bars are hatched that speak for two children."""
    opening = _opening(
        "pattern",
        id=f"{name}-hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    ground = _element("rect", class_="ground", width=6, height=6)
    stroke = _element("path", class_="hatch", d="M1.5 0V6", stroke_width=3)
    return f"<defs>{opening}{ground}{stroke}</pattern></defs>"


def _clipped(text: str, most: int) -> str:
    """Cut a text off that has no room; whoever reads it sees that it is cut off."""
    if cells(text) <= most:
        return text
    while cells(text) >= most:
        text = text[:-1]
    return text + "…"


# The picture --------------------------------------------------------------------------


@attrs.frozen
class _Picture:
    """The lines of the sum, and where they are in the picture."""

    lines: Sequence[Line]
    scale: Scale
    likely: Sequence[str]
    pair: str
    notes: Sequence[str]
    hatch: str

    @classmethod
    def of(
        cls,
        explanation: Explanation,
        caption: str,
        proposed: float | None,
        pair: str,
        hatch: str,
    ) -> "_Picture":
        """Lay the picture out."""
        lines = waterfall_lines(explanation)
        said = caption.splitlines()
        return cls(
            lines,
            Scale.of(lines, _RIGHT - _LEFT),
            _headline(explanation.probability, proposed),
            _clipped(printable(pair), _MOST_PAIR),
            [row for one in said for row in wrap(printable(one), _MOST_CAPTION)],
            hatch,
        )

    @property
    def bottom(self) -> float:
        """Where the rows end."""
        return _TOP + _ROW * len(self.lines)

    @property
    def height(self) -> float:
        """How high the picture is."""
        return self.bottom + 104 + 18 * len(self.notes) + 10 * bool(self.notes)

    def elements(self) -> Iterator[str]:
        """Yield every element, in the order in which it is drawn."""
        size = {"width": _WIDTH - 1, "height": _number(self.height - 1)}
        yield _element("rect", class_="page", x=0.5, y=0.5, rx=10, **size)
        yield from self._header()
        yield from self._axis()
        for place, line in enumerate(self.lines):
            yield from self._row(line, _TOP + _ROW * place)
        yield from self._footer()

    def _header(self) -> Iterator[str]:
        right = _WIDTH - _MARGIN
        yield _text(_MARGIN, 44, _TITLE, "title")
        yield _text(_MARGIN, 66, _SUBTITLE, "soft")
        if self.pair:
            yield _text(_MARGIN, 88, self.pair, "label")
        big, *more = self.likely
        yield _text(right, 46, big, "big", "end")
        for row, said in enumerate(more):
            yield _text(right, 66 + 16 * row, said, "soft", "end")
        yield _text(right, _TOP - 14, "bits", "soft", "end")

    def _axis(self) -> Iterator[str]:
        """Draw a line for each round probability, and even odds the strongest."""
        top, bottom = _TOP - 6, self.bottom + 8
        for tick in self.scale.ticks(_TICK_ROOM):
            x = _LEFT + self.scale.at(tick.bits)
            yield _line("even" if not tick.nines else "rule", x, top, x, bottom)
            yield _text(x, bottom + 16, _written(tick), "soft", "middle")
        middle = (_LEFT + _RIGHT) / 2
        said = "probability that they are of one child"
        yield _text(middle, bottom + 36, said, "soft", "middle")

    def _row(self, line: Line, y: float) -> Iterator[str]:
        """Draw one line of the sum; its whole text is shown when pointed at."""
        yield "<g>"
        yield _element("title", f"{line.label}: {line.agreement}, {line.weight} bits")
        if not line.is_step:
            yield _line("rule", _MARGIN, y, _WIDTH - _MARGIN, y)
        yield _text(_MARGIN, y + 16, _clipped(line.label, _MOST_LABEL), "label")
        agreement = _clipped(line.agreement, _MOST_AGREEMENT)
        yield _text(_MARGIN, y + 31, agreement, "soft")
        yield self._bar(line, y + (_ROW - _BAR) / 2)
        if line is not self.lines[-1]:
            x = _LEFT + self.scale.at(line.end)
            start = y + (_ROW + _BAR) / 2
            yield _line("link", x, start, x, start + _ROW - _BAR)
        signed = line.weight.replace("-", "\u2212")
        yield _text(_WIDTH - _MARGIN, y + 24, signed, "bits", "end")
        yield "</g>"

    def _bar(self, line: Line, y: float) -> str:
        """Draw a bar that points where it leads."""
        start, end = (_LEFT + self.scale.at(bits) for bits in (line.start, line.end))
        reach = min(_POINT, abs(end - start))
        neck = end + reach if line.is_against else end - reach
        corners = [
            (start, y),
            (neck, y),
            (end, y + _BAR / 2),
            (neck, y + _BAR),
            (start, y + _BAR),
        ]
        points = " ".join(f"{_number(x)},{_number(at)}" for x, at in corners)
        if not line.is_step:
            return _element("polygon", class_="sum", points=points)
        if line.is_against:
            return _element("polygon", class_="two", fill=self.hatch, points=points)
        return _element("polygon", class_="one", points=points)

    def _footer(self) -> Iterator[str]:
        """Yield what the bars mean, and the caption."""
        y = self.bottom + 76
        x = float(_MARGIN)
        for class_, said, room in (
            ("one", "+ speaks for one child", 190),
            ("two", "\u2212 speaks for two children", 215),
            ("sum", "prior, and total", 0),
        ):
            fill = {"fill": self.hatch} if class_ == "two" else {}
            place = {"x": _number(x), "y": _number(y - 10), "width": 18, "height": 12}
            yield _element("rect", class_=class_, **place, **fill)
            yield _text(x + 26, y, said, "soft")
            x += room
        for row, note in enumerate(self.notes):
            yield _text(_MARGIN, y + 28 + 18 * row, note)


def _headline(alone: float, proposed: float | None) -> list[str]:
    """Return the large probability and what it is, and then the other one.

    >>> _headline(0.5, None)
    ['50%', 'probability by themselves']
    >>> _headline(0.99, 0.9)
    ['90.0%', 'probability beside the other candidates', '99.0% by themselves']
    """
    by_itself = percent(alone)
    if proposed is None:
        return [_short(by_itself), "probability by themselves"]
    beside = "probability beside the other candidates"
    return [_short(percent(proposed)), beside, f"{by_itself} by themselves"]


def _short(likely: str) -> str:
    """Write a probability in large letters, where there is less room.

    >>> _short("more than 99.9999999%"), _short("56%")
    ('> 99.9999999%', '56%')
    """
    return likely.replace("more than", ">").replace("less than", "<")


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _written(tick: Tick) -> str:
    """Write a probability; far from even odds as a power of ten."""
    if tick.is_plain:
        return tick.text
    power = "10" + str(-abs(tick.nines)).translate(_RAISED)
    return f"1\u2212{power}" if tick.nines > 0 else power
