"""What scoring costs beside bare calls of rapidfuzz on the same pairs of strings.

    python -m benchmarks.matching.scoring DIR

DIR holds ``incoming.csv`` and ``existing.csv``. The pairs are those that the matching
itself compares. Bare: for each pair, and each field that both students have, one call
of `OSA.distance` and one of `JaroWinkler.similarity`, the two measures that comparison
levels are made of, in a plain loop over texts that are already in normal form. Ours:
the whole score of the pair, with levels, rarity, names exchanged and families. Both in
one process, turn by turn; the median of the ratios is printed.
"""

import argparse
import gc
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import process_time

from rapidfuzz.distance import OSA, JaroWinkler

from student_transfer.linkage.bulk_blocking.backend import blocker_for
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.profiles.profile import Profile
from student_transfer.matching import DEFAULT_SETTINGS
from student_transfer.roster_files.kept_rows import Kept, kept_of
from student_transfer.roster_files.roster_file import RosterFile

_ROUNDS = 5

Pairs = Sequence[tuple[Profile, Profile]]


def read(folder: Path) -> tuple[Frequencies, Pairs]:
    """Read two rosters; give how common values are, and the pairs compared."""
    coming, there = (RosterFile(folder / f"{n}.csv") for n in ("incoming", "existing"))
    read_incoming, read_existing = kept_of("incoming"), kept_of("existing")
    students = [read_incoming.profile(row) for row in coming.rows()]
    sought = SoughtStudents(students)
    blocker: RosterBlocker[Kept] = blocker_for(sought, DEFAULT_SETTINGS)
    for chunk in there.chunks():
        blocker.take(len(chunk.ids), chunk.columns, chunk.pick)
    blocks = RosterBlocks(sought, [blocker.blocks()], DEFAULT_SETTINGS)
    chosen = [sorted(blocks.candidates(place)[0]) for place in range(len(students))]
    rows = blocker.rows.of({number for each in chosen for number in each})
    known = {number: read_existing.profile(row) for number, row in rows.items()}
    pairs = [
        (one, known[number])
        for one, each in zip(students, chosen, strict=True)
        for number in each
    ]
    return blocks.frequencies(), pairs


def texts(one: Profile) -> tuple[str, ...]:
    """Return a student's values as the texts that are compared."""
    born = "{:04}{:02}{:02}".format(*one.born) if one.born else ""
    return (
        one.given.joined,
        one.middle.joined,
        one.family.joined,
        one.preferred.joined,
        born,
        one.postcode,
        " ".join(one.address.words),
        one.national_id,
        one.user_name,
        one.email,
    )


def bare(pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> int:
    """Call rapidfuzz on every pair of texts; give the number of pairs of texts."""
    edits, alike, calls = OSA.distance, JaroWinkler.similarity, 0
    for left, right in pairs:
        for one, other in zip(left, right, strict=True):
            if one and other:
                edits(one, other)
                alike(one, other)
                calls += 1
    return calls


def main() -> None:
    """Print the ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    frequencies, pairs = read(parser.parse_args().folder)
    written = {id(one): texts(one) for pair in pairs for one in pair}
    plain = [(written[id(left)], written[id(right)]) for left, right in pairs]
    gc.disable()
    ratios, mine, theirs, calls = [], [], [], 0
    for _ in range(_ROUNDS):
        start = process_time()
        calls = bare(plain)
        middle = process_time()
        fresh = Scorer(frequencies, DEFAULT_SETTINGS)
        for left, right in pairs:
            fresh.weigh(left, right)
        end = process_time()
        theirs.append((middle - start) / len(pairs) * 1e6)
        mine.append((end - middle) / len(pairs) * 1e6)
        ratios.append((end - middle) / (middle - start))
    print(f"{len(pairs):,} pairs of students, {calls:,} pairs of texts")
    print(f"bare rapidfuzz: {median(theirs):.1f} microseconds for a pair of students")
    print(f"our score:      {median(mine):.1f} microseconds for a pair of students")
    print(f"ratio: {median(ratios):.2f} (from {min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
