"""The command evaluate: how good match is on two rosters, beside the truth."""

from pathlib import Path
from typing import Annotated

import typer

from student_transfer.cli.match import NOT_COMPARED, match_and_tell, read_settings
from student_transfer.cli.options import DatesFirst, Json, Roster, SettingsFile
from student_transfer.cli.output import print_json, say, warn
from student_transfer.formats.dates import SAID
from student_transfer.matching import evaluate as beside
from student_transfer.roster_files import RosterFile, read_truth


def evaluate(
    incoming: Roster,
    existing: Roster,
    truth: Annotated[
        Path,
        typer.Argument(
            help="Who is who: incoming_id, and existing_id or a blank.",
            show_default=False,
        ),
    ],
    *,
    settings: SettingsFile = None,
    dates: DatesFirst = None,
    as_json: Json = False,
) -> None:
    """Say how good match is on two rosters of which you know the truth.

    Precision and recall at the settings in force and at other thresholds, whether the
    probabilities mean what they say, and the worst errors, by id: ask `why` about one.
    A student who is not in the truth is matched and not counted.
    """
    chosen = read_settings(settings, "evaluate again")
    if chosen.comparisons:
        warn(NOT_COMPARED)
    ids = (RosterFile(each).keys() for each in (incoming, existing))
    known = read_truth(truth, *ids)  # a wrong one is told before the matching
    order = SAID[dates] if dates else None
    matches = match_and_tell(incoming, existing, chosen, order, warn)
    evaluation = beside(matches.suggestions, known)
    if as_json:
        print_json(evaluation.as_dict())
        return
    for line in evaluation.as_text().splitlines():
        say(line)
