"""Why two students do or do not match, for a person and for a script (PREV-6)."""

import sys
from pathlib import Path

import attrs
from rich.text import Text

from student_transfer.cli.output import Row, harmless, out, print_rows, say
from student_transfer.formats.writing import write_whole
from student_transfer.matching import (
    LEAST_WATERFALL_WIDTH,
    Explanation,
    WhyNot,
    percent,
    waterfall_svg,
    waterfall_text,
)


def draw_why(why: WhyNot, place: Path) -> None:
    """Draw the sum as a picture in a file."""
    write_whole(place, waterfall_svg(why.explanation, why.sentence).encode())


def why_fields(why: WhyNot) -> Row:
    """Return all of it as JSON can hold it."""
    return {
        "probability": why.explanation.probability,
        "fields": explanation_rows(why.explanation),
        **why.as_dict(),
    }


def explanation_rows(explanation: Explanation) -> list[Row]:
    """Return the sum of a comparison: a row for each field."""
    prior = {"field": "(prior)", "level": "", "weight": explanation.prior}
    fields = [
        {"field": one.field, "level": one.level.value, "weight": one.weight}
        for one in explanation.steps
    ]
    total = {"field": "total", "level": "", "weight": explanation.total}
    return [prior, *fields, total]


_MOST_COLUMNS = 100


def _print_waterfall(explanation: Explanation) -> None:
    """Draw the sum, in colour where the terminal has it."""
    width = max(LEAST_WATERFALL_WIDTH, min(out.width, _MOST_COLUMNS))
    drawn = waterfall_text(explanation, width, ascii_only=not _can_print_blocks())
    say(Text("Evidence", "bold underline"))
    for line in drawn.splitlines():
        text = Text(harmless(line))
        text.highlight_regex("█+", "blue")
        text.highlight_regex("░+", "yellow")
        say(text)


def _can_print_blocks() -> bool:
    try:
        "█░▒▏╵".encode(sys.stdout.encoding or "ascii")
    except UnicodeError:
        return False
    return True


def print_why(why: WhyNot, drawn: Path | None = None) -> None:
    """Draw the sum; say how likely it is one child, and what keeps the two apart.

    Args:
        why: What is said.
        drawn: Where it was drawn as a picture, if so.
    """
    _print_waterfall(why.explanation)
    say("")
    alone = percent(why.explanation.probability)
    say(f"Probability that they are one child, by themselves: {alone}")
    if why.proposed is not None:
        say(f"With every candidate considered: {percent(why.proposed)}")
    say(why.sentence)
    if why.other is not None:
        say(f"The other student is {why.other}.")
    if not why.was_compared:
        say("")
        rows = [attrs.asdict(one) for one in why.keys]
        columns = ("purpose", "incoming", "existing", "shared", "too_common")
        print_rows(rows, columns, title="Blocking keys", as_json=False)
    if drawn is not None:
        say(f"The picture is in {drawn}.")
