"""A waterfall of text: how the sum of an `Explanation` comes about, for a terminal.

Each line of the sum has a bar that begins where the one above it has ended. It is meant
to be read without colour: signs and two fillings tell the directions apart.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from math import log2

import attrs

from student_transfer.linkage.explaining.explanation import Explanation, percent

# What both drawings share -------------------------------------------------------------


@attrs.frozen
class Line:
    """One line of a waterfall.

    Attributes:
        label: What is weighed.
        agreement: How well it agrees.
        start: Where its bar begins, in bits.
        end: Where its bar ends.
        is_step: Whether it is a step; else it is the prior, or the total.
    """

    label: str
    agreement: str
    start: float
    end: float
    is_step: bool = True

    @property
    def is_against(self) -> bool:
        """Whether it speaks for two children."""
        return self.end < self.start

    @property
    def weight(self) -> str:
        """What it weighs, with its sign, to a tenth of a bit.

        >>> Line("gender", "the same", 1.0, 1.978, True).weight
        '+1.0'
        """
        text = f"{self.end - self.start:+.1f}"
        return _NO_WEIGHT if text in {"+0.0", "-0.0"} else text


_NO_WEIGHT = "0.0"
_WORTH_DRAWING = -0.05


def waterfall_lines(explanation: Explanation) -> list[Line]:
    """Return the lines of a waterfall, from the prior down to the total.

    Where hardly anything speaks for siblings, nothing is said of them. The total is of
    the two by themselves, and says so: what is proposed depends on others too (PREV-4).
    """
    prior, total = explanation.prior, explanation.total
    lines = [Line("prior", "before comparing", 0.0, prior, is_step=False)]
    for step in explanation.steps:
        if step == explanation.siblings and step.weight > _WORTH_DRAWING:
            continue
        label, agreement = printable(step.label), printable(step.agreement)
        lines.append(Line(label, agreement, step.running - step.weight, step.running))
    likely = f"{percent(explanation.probability)} by themselves"
    return [*lines, Line("total", likely, 0.0, total, is_step=False)]


def printable(text: str) -> str:
    r"""Return a text in which nothing steers a terminal or breaks a drawing.

    >>> printable("First\x1b[31m  school")
    'First\ufffd[31m school'
    """
    words = " ".join(text.split())
    return "".join(one if one.isprintable() else "\ufffd" for one in words)


@attrs.frozen
class Scale:
    """Turns bits into places on a line.

    Attributes:
        least: The bits at place 0.
        most: The bits at the last place.
        size: The last place.
    """

    least: float
    most: float
    size: float

    @classmethod
    def of(cls, lines: Sequence[Line], size: float) -> "Scale":
        """Make the scale on which every line, and even odds, have their place."""
        ends = [0.0, *(line.end for line in lines)]
        least, most = min(ends), max(ends)
        if most - least < _LEAST_SPAN:
            most = least + _LEAST_SPAN
        return cls(least, most, size)

    def at(self, bits: float) -> float:
        """Return the place of so many bits.

        >>> Scale(-10.0, 10.0, 100).at(-5.0)
        25.0
        """
        return (bits - self.least) / (self.most - self.least) * self.size

    def ticks(self, room: float) -> list["Tick"]:
        """Return the probabilities to write below the line, each with so much room."""
        decade = self.size * log2(10) / (self.most - self.least)
        step = next(step for step in _STEPS if step * decade >= room)
        reach = int(max(-self.least, self.most) / log2(10)) + 1
        nines = [Tick(place) for place in range(-reach, reach + 1) if not place % step]
        return [tick for tick in nines if self.least <= tick.bits <= self.most]


_LEAST_SPAN = 8.0
_STEPS = (1, 2, 3, *(3 * 2**power for power in range(1, 64)))


@attrs.frozen
class Tick:
    """A round probability: even odds, some nines, or some noughts and a one.

    Attributes:
        nines: How many nines; below 0 for noughts, 0 for even odds.
    """

    nines: int

    @property
    def bits(self) -> float:
        """Its log2 odds.

        >>> round(Tick(2).bits, 2), round(Tick(-1).bits, 2)
        (6.63, -3.17)
        """
        if not self.nines:
            return 0.0
        away = log2(10 ** abs(self.nines) - 1)
        return away if self.nines > 0 else -away

    @property
    def is_plain(self) -> bool:
        """Whether it is said in per cent, and not as a power of ten."""
        return abs(self.nines) <= _MOST_NINES

    @property
    def text(self) -> str:
        """How it is written.

        >>> Tick(0).text, Tick(1).text, Tick(-3).text, Tick(4).text, Tick(9).text
        ('50%', '90%', '0.1%', '99.99%', '1-1e-9')
        """
        if not self.nines:
            return "50%"
        if not self.is_plain:
            return f"1-1e-{self.nines}" if self.nines > 0 else f"1e{self.nines}"
        digits = max(0, abs(self.nines) - 2)
        share = 100.0 / 10 ** abs(self.nines)
        return f"{100 - share if self.nines > 0 else share:.{digits}f}%"


_MOST_NINES = 6

# Text ---------------------------------------------------------------------------------


@attrs.frozen
class _Glyphs:
    """What a drawing is made of: what speaks for one child, for two, for neither."""

    one: str
    two: str
    neither: str
    even: str
    tick: str


_BLOCKS = _Glyphs("█", "░", "▒", "▏", "╵")
_ASCII = _Glyphs("#", "-", "=", "|", "'")

LEAST_WATERFALL_WIDTH = 32
"""Columns that a drawing needs, if it is without bars."""

_GAP = 2
_MOST_LABEL = 20
_BARS = (24, 12)
"""How long the longest bar should be or, with less room, at least."""

_MOST_BAR = 48
_FOR_AGREEMENT = 14
"""Columns that are left to the agreement before the bars are given up."""

_TICK_ROOM = 10


@attrs.frozen
class _Columns:
    """How wide the columns are; there is no bar where it has no room."""

    label: int
    agreement: int
    weight: int
    bar: int

    @classmethod
    def within(cls, lines: Sequence[Line], width: int) -> "_Columns":
        """Share a width out: what does not fit wraps, the bar gets the rest."""
        weight = max(len("bits"), *(len(line.weight) for line in lines))
        label = min(_MOST_LABEL, max(cells(line.label) for line in lines))
        longest = max(cells(line.agreement) for line in lines)
        rest = width - weight - 2 * _GAP
        label = min(label, rest // 2)
        rest -= label
        for bar in _BARS:
            room = rest - bar - _GAP
            if room >= min(longest, _FOR_AGREEMENT):
                agreement = min(longest, room)
                longest_bar = min(rest - agreement - _GAP, _MOST_BAR)
                return cls(label, agreement, weight, longest_bar)
        return cls(label, min(longest, rest), weight, 0)

    def rows(self, label: str, agreement: str, weight: str, bar: str) -> Iterator[str]:
        """Yield the rows of one line of the sum."""
        texts = wrapped(label, self.label), wrapped(agreement, self.agreement)
        for row in zip_longest(*texts, [weight], [bar], fillvalue=""):
            padded = (
                _padded(row[0], self.label),
                _padded(row[1], self.agreement),
                row[2].rjust(self.weight),
                row[3],
            )
            yield (" " * _GAP).join(padded).rstrip()


def waterfall_text(
    explanation: Explanation, width: int = 80, *, ascii_only: bool = False
) -> str:
    """Draw the sum as text, in lines that fit the width.

    Args:
        explanation: What to draw.
        width: How many columns there are, 32 or more; with few there is no bar.
        ascii_only: Whether to do without block characters.

    Raises:
        ValueError: The width is below 32.

    >>> from student_transfer.linkage.explaining.explanation import ExplanationStep
    >>> from student_transfer.linkage.comparing.levels import Level
    >>> step = ExplanationStep("family_name", Level.EXACT, 9.0, 1.0)
    >>> found = Explanation(-8.0, (step,))
    >>> print(waterfall_text(found, 68, ascii_only=True))
                                    bits
    prior        before comparing   -8.0  ==========================|
    family name  the same           +9.0  #############################
    total        67% by themselves  +1.0                            ===
                                              '           '         '
                                             1%          10%       50%
    <BLANKLINE>
    # one child  - two children  | even odds
    """
    if width < LEAST_WATERFALL_WIDTH:
        raise ValueError(f"The width is {width}. Give {LEAST_WATERFALL_WIDTH} or more.")
    glyphs = _ASCII if ascii_only else _BLOCKS
    lines = waterfall_lines(explanation)
    columns = _Columns.within(lines, width)
    scale = Scale.of(lines, max(columns.bar - 1, 1))
    drawn = [*columns.rows("", "", "bits", "")]
    for line in lines:
        bar = _bar(line, scale, glyphs) if columns.bar else ""
        drawn += columns.rows(line.label, line.agreement, line.weight, bar)
    if columns.bar:
        drawn += _footer(columns, scale, glyphs)
    return "\n".join(drawn)


def _footer(columns: _Columns, scale: Scale, glyphs: _Glyphs) -> Iterator[str]:
    """Yield what the bars mean, and which probability is where."""
    indent = columns.label + columns.agreement + columns.weight + 3 * _GAP
    yield from (" " * indent + row for row in _axis(scale, glyphs))
    said = f"{glyphs.one} one child  {glyphs.two} two children"
    yield from ("", f"{said}  {glyphs.even} even odds")


def _bar(line: Line, scale: Scale, glyphs: _Glyphs) -> str:
    """Draw the bar of one line, with even odds where it leaves that place free."""
    even, start, end = (round(scale.at(x)) for x in (0.0, line.start, line.end))
    left, right = sorted((start, end))
    if left == right and line.weight != _NO_WEIGHT:  # too short to be seen
        left, right = (
            (left - 1, right) if line.is_against and left else (left, left + 1)
        )
    glyph = glyphs.neither
    if line.is_step:
        glyph = glyphs.two if line.is_against else glyphs.one
    row = [" "] * (int(scale.size) + 1)
    row[even] = glyphs.even
    row[left:right] = glyph * (right - left)
    return "".join(row).rstrip()


def _axis(scale: Scale, glyphs: _Glyphs) -> Iterator[str]:
    """Draw the probabilities below the bars; one without room for it is left out."""
    places, texts = [" "] * (int(scale.size) + 1), ""
    for tick in scale.ticks(_TICK_ROOM):
        place = round(scale.at(tick.bits))
        places[place] = glyphs.tick
        start = min(max(place - len(tick.text) // 2, 0), len(places) - len(tick.text))
        if not texts or start > len(texts):
            texts = texts.ljust(start) + tick.text
    yield "".join(places).rstrip()
    yield texts


# Texts of any letters -----------------------------------------------------------------


def cells(text: str) -> int:
    """Return how many columns of a terminal a text takes.

    >>> cells("school"), cells("学校"), cells("e\u0301cole")
    (6, 4, 5)
    """
    return sum(map(_cells_of, text))


def _cells_of(symbol: str) -> int:
    if unicodedata.category(symbol) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(symbol) in {"W", "F"} else 1


def wrapped(text: str, width: int) -> list[str]:
    """Break a text into rows, between words where that is possible.

    >>> wrapped("one letter different", 12)
    ['one letter', 'different']
    >>> wrapped("extraordinarily long", 8)
    ['extraord', 'inarily', 'long']
    """
    rows = [""]
    for word in _short_words(text.split(), width):
        longer = f"{rows[-1]} {word}" if rows[-1] else word
        if cells(longer) <= width:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows


def _short_words(words: Iterable[str], width: int) -> Iterator[str]:
    for word in words:
        piece = ""
        for symbol in word:
            if cells(piece + symbol) > width:
                yield piece
                piece = ""
            piece += symbol
        yield piece


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cells(text))
