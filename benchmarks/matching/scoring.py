"""What scoring costs beside bare calls of rapidfuzz on the same pairs of strings.

    python -m benchmarks.matching.scoring DIR

DIR holds ``incoming.csv`` and ``existing.csv``. The pairs are those that the matching
itself compares. Bare: for each pair, and each field that both students have, one call
of `OSA.distance` and one of `JaroWinkler.similarity`, the two measures that comparison
levels are made of, in a plain loop over texts that are already in normal form. Ours:
the whole score of the pair, with levels, rarity, names exchanged and families, of
students who are in normal form, too; as the matching does it, which prunes with numpy
whom nothing can save and weighs the others one by one, and without numpy, where all are
weighed so. To read the students' texts and make the numbers that numpy compares is a
line of its own. All in one process, turn by turn; the medians are printed.
"""

import argparse
import gc
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from time import process_time

import attrs
from rapidfuzz.distance import OSA, JaroWinkler

from student_transfer.linkage.bulk_blocking.backend import blocker_for
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.profiles.profile import Profile, TextColumns
from student_transfer.linkage.pruning.pruner import Pruner
from student_transfer.matching import DEFAULT_SETTINGS
from student_transfer.roster_files.kept_rows import Kept, kept_of
from student_transfer.roster_files.roster_file import RosterFile
from student_transfer.students import StudentKey

_ROUNDS = 5

Pairs = Sequence[tuple[Profile, Profile]]


@attrs.frozen
class Site:
    """What is compared.

    Attributes:
        incoming: The incoming students.
        candidates: For each of them those who are compared.
        existing: These.
        as_columns: Gives some of these as columns of texts.
        frequencies: How common values are.
    """

    incoming: Mapping[StudentKey, Profile]
    candidates: Mapping[StudentKey, Sequence[StudentKey]]
    existing: Mapping[StudentKey, Profile]
    as_columns: Callable[[Sequence[StudentKey]], TextColumns]
    frequencies: Frequencies

    @property
    def pairs(self) -> Pairs:
        """The pairs that are compared."""
        return [
            (self.incoming[key], self.existing[other])
            for key, others in self.candidates.items()
            for other in others
        ]


def read(folder: Path) -> Site:
    """Read two rosters, and choose whom to compare."""
    coming, there = (RosterFile(folder / f"{n}.csv") for n in ("incoming", "existing"))
    read_incoming, read_existing = kept_of("incoming"), kept_of("existing")
    students = {read_incoming.key(r): read_incoming.profile(r) for r in coming.rows()}
    sought = SoughtStudents([*students.values()])
    blocker: RosterBlocker[Kept] = blocker_for(sought, DEFAULT_SETTINGS)
    for chunk in there.chunks():
        blocker.take(len(chunk.ids), chunk.columns, chunk.pick)
    blocks = RosterBlocks(sought, [blocker.blocks()], DEFAULT_SETTINGS)
    chosen = [sorted(blocks.candidates(place)[0]) for place in range(len(students))]
    rows = blocker.rows.of({number for each in chosen for number in each})
    keys = {number: read_existing.key(row) for number, row in rows.items()}
    kept = {keys[number]: row for number, row in rows.items()}
    return Site(
        incoming=students,
        candidates={
            key: [keys[number] for number in each]
            for key, each in zip(students, chosen, strict=True)
        },
        existing={key: read_existing.profile(row) for key, row in kept.items()},
        as_columns=lambda some: read_existing.as_columns([kept[key] for key in some]),
        frequencies=blocks.frequencies(),
    )


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


def as_matched(site: Site, pruner: Pruner) -> None:
    """Score the pairs as the matching does."""
    scorer = Scorer(site.frequencies, DEFAULT_SETTINGS)
    for key, others in pruner.plausible(scorer).items():
        one = site.incoming[key]
        for other in others:
            scorer.weigh(one, site.existing[other])


def one_by_one(site: Site, pairs: Pairs) -> None:
    """Score the pairs without numpy."""
    scorer = Scorer(site.frequencies, DEFAULT_SETTINGS)
    for left, right in pairs:
        scorer.weigh(left, right)


def seconds(work: Callable[[], object]) -> float:
    """Return the processor's time that something takes."""
    start = process_time()
    work()
    return process_time() - start


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="DIR")
    site = read(parser.parse_args().folder)
    pairs = site.pairs
    written = {id(one): texts(one) for pair in pairs for one in pair}
    plain = [(written[id(left)], written[id(right)]) for left, right in pairs]
    print(f"{len(pairs):,} pairs of students, {bare(plain):,} pairs of texts")
    gc.disable()
    found: dict[str, list[float]] = defaultdict(list)
    for _ in range(_ROUNDS):
        found["bare rapidfuzz"].append(seconds(lambda: bare(plain)))
        start = process_time()
        pruner = Pruner(site.incoming, site.candidates, site.as_columns)
        found["made numbers"].append(process_time() - start)
        found["as matched"].append(seconds(partial(as_matched, site, pruner)))
        found["one by one"].append(seconds(lambda: one_by_one(site, pairs)))
    for what, times in found.items():
        ratios = [
            mine / bare
            for mine, bare in zip(times, found["bare rapidfuzz"], strict=True)
        ]
        print(
            f"{what + ':':16} {median(times) / len(pairs) * 1e6:5.1f} microseconds for"
            f" a pair, ratio {median(ratios):.2f}"
            f" (from {min(ratios):.2f} to {max(ratios):.2f})"
        )


if __name__ == "__main__":
    main()
