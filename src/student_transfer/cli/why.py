"""The command why: what match makes of one student of two rosters, and why (PREV-6)."""

from collections.abc import Collection
from typing import Annotated

import typer

from student_transfer.cells import original_cell
from student_transfer.cli.explained import (
    ExplainedPair,
    draw_why,
    print_why,
    why_fields,
)
from student_transfer.cli.match import read_settings
from student_transfer.cli.notes import note_line
from student_transfer.cli.options import (
    DatesFirst,
    Json,
    Roster,
    SettingsFile,
    Svg,
    check_picture,
)
from student_transfer.cli.output import Row, print_json, print_rows, say, warn
from student_transfer.formats.dates import SAID
from student_transfer.matching import Suggestion, percent
from student_transfer.roster_files import LinkedFiles, link_files
from student_transfer.students import StudentKey


def why(
    incoming: Roster,
    existing: Roster,
    student: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="The id of an incoming student.", show_default=False
        ),
    ],
    *,
    other: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="ID",
            help="The id of an existing student; without, the likeliest one.",
            show_default=False,
        ),
    ] = None,
    settings: SettingsFile = None,
    dates: DatesFirst = None,
    svg: Svg = None,
    as_json: Json = False,
) -> None:
    """Say what match makes of a student of two rosters and, field by field, why.

    Give the files, settings and dates that match had. The bars add up: each begins
    where the one above it ends, to the right for one child, to the left for two.
    """
    check_picture(svg, incoming, existing, settings)
    asked = None if other is None else StudentKey(original_cell(other))
    linked = link_files(
        incoming,
        existing,
        settings=read_settings(settings, "ask again"),
        date_order=SAID[dates] if dates else None,
        beside=asked,
    )
    for note in linked.notes:
        if note.is_warning or note.argument:  # match has told the others
            warn(note_line(note))
    key = _one_in(linked.suggestions, student)
    suggestion = linked.suggestion(key)
    pair = _explained(linked, key, asked)
    if svg is not None and pair is not None:
        draw_why(pair, svg)
    elif svg is not None:
        warn("No picture was drawn, as nobody is a possible match.")
    if as_json:
        told = pair and {"existing_id": pair.existing, **why_fields(pair.why)}
        print_json({**_summary(suggestion), "pair": told})
        return
    _print_suggestion(suggestion)
    if pair is None:
        say("Nobody is a possible match. Name one with --with ID to see why not.")
    else:
        say("")
        say(f"Beside {pair.existing}:")
        print_why(pair, svg)


def _explained(
    linked: LinkedFiles, key: StudentKey, asked: StudentKey | None
) -> ExplainedPair | None:
    """Explain a student beside the one who was asked for, or else the likeliest."""
    beside = linked.likeliest(key) if asked is None else asked
    if beside is None:
        return None
    candidates = linked.suggestion(key).candidates
    others = [one for one in candidates if one.key != beside]
    return ExplainedPair(key, beside, linked.why_not(key, beside), others)


def _one_in(ids: Collection[str], text: str) -> StudentKey:
    """Return the id as it stands in these, where the text is a cell of the matches.

    `match` writes an apostrophe before what could be a formula.
    """
    return StudentKey(text if text in ids else original_cell(text))


def _summary(suggestion: Suggestion) -> Row:
    """Return what is proposed as JSON can hold it."""
    return {
        "import_as": suggestion.import_as.value,
        "needs_review": suggestion.needs_review,
        "why": suggestion.why,
        "candidates": _candidates(suggestion),
    }


def _candidates(suggestion: Suggestion) -> list[Row]:
    return [
        {
            "rank": rank,
            "existing_id": one.key,
            "probability": one.probability,
            "why": one.why,
        }
        for rank, one in enumerate(suggestion.candidates, 1)
    ]


def _print_suggestion(suggestion: Suggestion) -> None:
    """Say what is proposed, and list the candidates."""
    review = ", needs review" if suggestion.needs_review else ""
    say(f"{suggestion.import_as.value}{review}: {suggestion.why}")
    rows = [
        {**row, "probability": percent(one.probability)}
        for row, one in zip(_candidates(suggestion), suggestion.candidates, strict=True)
    ]
    columns = ("rank", "existing_id", "probability")
    print_rows(rows, columns, title="Possible matches", as_json=False)
