"""The command why: what match makes of one student of two rosters, and why (PREV-6)."""

from typing import Annotated

import attrs
import typer

from student_transfer.cli.explained import draw_why, print_why, why_fields
from student_transfer.cli.match import read_settings
from student_transfer.cli.options import (
    DatesFirst,
    Json,
    Roster,
    SettingsFile,
    Svg,
    check_output,
)
from student_transfer.cli.output import Row, print_json, print_rows, say, warn
from student_transfer.errors import InputFileError
from student_transfer.formats.dates import SAID
from student_transfer.linkage.bulk_blocking.backend import blocker_for, roster_blocks_of
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Incoming,
    RosterBlocker,
    RosterBlocks,
)
from student_transfer.linkage.explaining.explanation import percent
from student_transfer.linkage.explaining.why_not import why_not_of
from student_transfer.linkage.profiles.profile import Profile
from student_transfer.linkage.proposing.parts import LocalParts, Part, link_blocks
from student_transfer.matching import (
    PairContext,
    Settings,
    Suggestion,
    WhyNot,
)
from student_transfer.roster_files.kept_rows import Kept, kept_of
from student_transfer.roster_files.roster_file import RosterFile
from student_transfer.roster_files.two_rosters import settle_dates
from student_transfer.students import StudentKey

_INCOMING, _EXISTING = kept_of("incoming"), kept_of("existing")


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
    check_output(svg, incoming, existing, settings)
    rosters = RosterFile(incoming), RosterFile(existing)
    settle_dates(*rosters, SAID[dates] if dates else None)
    linked = _Linked.of(*rosters, read_settings(settings), other)
    for note in (*rosters[0].notes, *rosters[1].notes):
        warn(str(note))
    key = StudentKey(student)
    if key not in linked.found:
        raise _unknown(rosters[0])
    suggestion = linked.found[key]
    beside = _likeliest(suggestion) if other is None else StudentKey(other)
    told = None if beside is None else linked.why_not(key, beside, rosters[1])
    if svg is not None and told is not None:
        draw_why(told, svg)
    if as_json:
        pair = None if told is None else {"existing_id": beside, **why_fields(told)}
        print_json({**_summary(suggestion), "pair": pair})
        return
    _print_suggestion(suggestion)
    if told is None:
        say("Nobody is a possible match. Name one with --with ID to see why not.")
    else:
        say("")
        say(f"Beside {beside}:")
        print_why(told, svg)


@attrs.frozen
class _Linked:
    """Two rosters that were linked, with all that is needed to say why.

    Attributes:
        incoming: The incoming students.
        found: What is proposed for each.
        blocker: What has read the existing roster.
        blocks: What it has found.
        asked: The row of the existing student who was asked for, where there is one.
        settings: Thresholds and limits.
    """

    incoming: dict[StudentKey, Profile]
    found: dict[StudentKey, Suggestion]
    blocker: RosterBlocker[Kept]
    blocks: RosterBlocks
    asked: list[Kept]
    settings: Settings

    @classmethod
    def of(
        cls,
        coming: RosterFile,
        there: RosterFile,
        settings: Settings,
        asked: str | None,
    ) -> "_Linked":
        """Link two files, and keep the row of an existing student."""
        incoming = {_INCOMING.key(row): _INCOMING.profile(row) for row in coming.rows()}
        sought = Incoming(tuple(incoming.values()))
        blocker: RosterBlocker[Kept] = blocker_for(sought, settings)
        rows: list[Kept] = []
        for chunk in there.chunks():
            blocker.take(len(chunk.ids), chunk.columns, chunk.pick)
            if asked in chunk.ids:
                rows.extend(chunk.pick([chunk.ids.index(asked)]).rows([0]))
        parts = LocalParts(Part(blocker, _EXISTING, incoming, settings))
        blocks = roster_blocks_of(sought, parts.blocks(), settings)
        linked = link_blocks(incoming, blocks, parts, settings)
        found = dict(zip(incoming, linked, strict=True))
        return cls(incoming, found, blocker, blocks, rows, settings)

    def why_not(self, key: StudentKey, other: StudentKey, there: RosterFile) -> WhyNot:
        """Return why two students are matched, or not."""
        few, common = self.blocks.shared([*self.incoming].index(key))
        rows = self.blocker.rows.of(
            {number for each in few.values() for number in each}
        )
        keys = {number: _EXISTING.key(row) for number, row in rows.items()}
        known = {keys[number]: row for number, row in rows.items()}
        known |= {_EXISTING.key(row): row for row in self.asked}
        if other not in known:
            raise _unknown(there)
        suggestion = self.found[key]
        matched = (one for one, each in self.found.items() if each.match == other)
        context = PairContext(
            sharing={key: [keys[each] for each in some] for key, some in few.items()},
            overflowing=common,
            offered={one.key: one.probability for one in suggestion.candidates},
            match=suggestion.match,
            needs_review=suggestion.needs_review,
            why=suggestion.why,
            taken_by=next((one for one in matched if one != key), None),
            contested_by=self._contested_by(key, other),
        )
        return why_not_of(
            self.incoming[key],
            _EXISTING.profile(known[other]),
            self.blocks.frequencies(),
            self.settings,
            context,
        )

    def _contested_by(self, key: StudentKey, other: StudentKey) -> StudentKey | None:
        """Return the likeliest other one for whom a student is a possible match."""
        rivals = {
            one: candidate.probability
            for one, suggestion in self.found.items()
            for candidate in suggestion.candidates
            if one != key and candidate.key == other
        }
        return min(rivals, key=lambda one: (-rivals[one], one), default=None)


def _likeliest(suggestion: Suggestion) -> StudentKey | None:
    return next((one.key for one in suggestion.candidates), None)


def _unknown(file: RosterFile) -> InputFileError:
    return InputFileError(
        f"No student of {file.name} has this id.",
        advice="Give an id as it stands in the column id.",
    )


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
