"""Who is set aside, and whether it would have made a difference to compare them.

    python -m benchmarks.matching.set_aside DIR [DIR ...]

links the rosters `incoming.csv` and `existing.csv` of each folder twice: as it is, and
with nobody set aside. Prints how many pairs are compared, how many are set aside, how
many of those were offered when they were compared, and how many students are matched or
flagged otherwise. See `student_transfer.linkage.blocking.candidates`.
"""

import argparse
import gc
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

import attrs

from student_transfer.linkage.blocking import candidates
from student_transfer.linkage.bulk_blocking.backend import blocker_for
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.proposing import parts
from student_transfer.linkage.proposing.parts import LocalParts, Part, link_parts
from student_transfer.matching import DEFAULT_SETTINGS, Suggestion
from student_transfer.roster_files.kept_rows import Kept, kept_of
from student_transfer.roster_files.roster_file import RosterFile


@attrs.define
class Outcome:
    """What setting aside comes to.

    Attributes:
        compared: How many pairs are compared.
        aside: How many others are set aside.
        offered: How many of those were offered when they were compared.
        otherwise: How many students are matched or flagged otherwise.
    """

    compared: int = 0
    aside: int = 0
    offered: int = 0
    otherwise: int = 0

    def add(self, other: "Outcome") -> None:
        """Add up."""
        self.compared += other.compared
        self.aside += other.aside
        self.offered += other.offered
        self.otherwise += other.otherwise

    def __str__(self) -> str:
        """Return the figures as columns."""
        return "".join(f"{figure:>10,}" for figure in attrs.astuple(self))


def measure(folder: Path) -> Outcome:
    """Link the rosters of a folder in both ways."""
    read, kept = kept_of("incoming"), kept_of("existing")
    rows = RosterFile(folder / "incoming.csv").rows()
    incoming = {read.key(row): read.profile(row) for row in rows}
    sought = SoughtStudents(tuple(incoming.values()))
    blocker: RosterBlocker[Kept] = blocker_for(sought, DEFAULT_SETTINGS)
    for chunk in RosterFile(folder / "existing.csv").chunks():
        blocker.take(len(chunk.ids), chunk.columns, chunk.pick)
    part = Part(blocker, kept, incoming, DEFAULT_SETTINGS)

    def linked() -> tuple[Sequence[Suggestion], list[set[int]]]:
        blocks = RosterBlocks(sought, [part.blocks()], DEFAULT_SETTINGS)
        compared = [blocks.candidates(place)[0] for place in range(len(incoming))]
        linked = link_parts(incoming, sought, LocalParts(part), DEFAULT_SETTINGS)
        return linked, compared

    def nobody(*_: object) -> set[int]:
        return set()

    with patch.object(parts, "roster_blocks_of", RosterBlocks):  # the rule as written
        now, some = linked()
        with (
            patch.object(candidates, "beside_another", nobody),
            patch.object(candidates, "in_a_crowd", nobody),
        ):
            before, every = linked()
    found = Outcome()
    for place, (one, other) in enumerate(zip(now, before, strict=True)):
        aside = every[place] - some[place]
        keys = set(map(kept.key, blocker.rows.of(aside).values()))
        found.compared += len(some[place])
        found.aside += len(aside)
        found.offered += sum(each.key in keys for each in other.candidates)
        found.otherwise += _proposal(one) != _proposal(other)
    return found


def _proposal(one: Suggestion) -> tuple[object, ...]:
    return one.import_as, one.match, one.needs_review


def main() -> None:
    """Read the command line, and print a line for each folder and one for all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", type=Path, nargs="+", metavar="DIR")
    folders = parser.parse_args().folders
    gc.disable()
    every = Outcome()
    print(f"{'':20} {'compared':>9} {'aside':>9} {'offered':>9} {'otherwise':>9}")
    for folder in folders:
        found = measure(folder)
        print(f"{folder.name:20} {found}", flush=True)
        every.add(found)
    print(f"{'all':20} {every}")


if __name__ == "__main__":
    main()
