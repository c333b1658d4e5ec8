"""Why two students do or do not match, for a person and for a script (PREV-6)."""

import sys
from collections.abc import Sequence
from pathlib import Path

import attrs
from rich.text import Text

from student_transfer.cli.output import Row, harmless, out, print_rows, say
from student_transfer.formats.writing import write_whole
from student_transfer.matching import (
    LEAST_WATERFALL_WIDTH,
    Candidate,
    Explanation,
    WhyNot,
    percent,
    waterfall_svg,
    waterfall_text,
)
from student_transfer.students import StudentKey


@attrs.frozen
class ExplainedPair:
    """Two students by their ids, with why they do or do not match.

    Attributes:
        incoming: The incoming student.
        existing: The student who is there.
        why: Why they match, or do not.
        others: The other possible matches, best first.
    """

    incoming: StudentKey
    existing: StudentKey
    why: WhyNot
    others: Sequence[Candidate] = ()

    @property
    def sentences(self) -> list[str]:
        """What keeps the two apart, and who the other student is."""
        other = self.why.other
        named = [] if other is None else [f"The other student is {other}."]
        return [self.why.sentence, *named]

    @property
    def caption(self) -> str:
        """The same, and who else is possible."""
        near = [f"{one.key} ({percent(one.probability)})" for one in self.others]
        possible = [f"Also possible: {', '.join(near)}."] if near else []
        return "\n".join([*self.sentences, *possible])


def draw_why(pair: ExplainedPair, place: Path) -> None:
    """Draw the sum as a picture in a file."""
    drawn = waterfall_svg(
        pair.why.explanation,
        pair.caption,
        proposed=pair.why.proposed,
        pair=f"Incoming {pair.incoming} beside {pair.existing}",
    )
    write_whole(place, drawn.encode(errors="replace"))


def why_fields(why: WhyNot) -> Row:
    """Return all of it as JSON can hold it."""
    return {
        "probability_by_themselves": why.explanation.probability,
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


def print_why(pair: ExplainedPair, drawn: Path | None = None) -> None:
    """Draw the sum; say how likely it is one child, and what keeps the two apart.

    Args:
        pair: Of whom it is said.
        drawn: Where it was drawn as a picture, if so.
    """
    why = pair.why
    _print_waterfall(why.explanation)
    say("")
    alone = percent(why.explanation.probability)
    say(f"Probability that they are one child, by themselves: {alone}")
    if why.proposed is not None:
        beside = percent(why.proposed)
        say(f"Beside the other candidates, which decides: {beside}")
    for line in pair.sentences:
        say(line)
    if not why.was_compared:
        say("")
        rows = [attrs.asdict(one) for one in why.keys]
        columns = ("purpose", "incoming", "existing", "shared", "too_common")
        print_rows(rows, columns, title="Blocking keys", as_json=False)
    if drawn is not None:
        say(f"The picture is in {drawn}.")
