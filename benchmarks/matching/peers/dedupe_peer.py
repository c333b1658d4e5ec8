"""dedupe's record linkage, trained on labelled pairs.

Its active learning is answered from half of the truth: all true pairs of that half, up
to a bound, and more pairs of different people, most of them near misses that share a
date of birth or a name. Index predicates are left out and the
rules for blocking are learnt on a sample of the records: with all of them, preparing
5,000 by 5,000 records takes more than three minutes and 20 GB.
"""

import logging
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import dedupe
from dedupe import variables

from benchmarks.matching.peers.common import (
    Students,
    filled,
    gather,
    read_students,
    task,
    training_half,
    write_answer,
)

_MATCHES = 400
_DISTINCT = 1000
_NEAR_MISSES = 800
_SAMPLE = 1000
_RECALL = 0.99
_NEAR = ("date_of_birth", "family_name", "given_name")
_SHORT = ("gender", "year")

Records = dict[str, dict[str, str | None]]


def main() -> None:
    """Train, then link the two files; the best candidate is the match."""
    logging.disable(logging.WARNING)
    given = task("dedupe_peer")
    random.seed(given.seed)
    incoming, existing = read_students(given.incoming), read_students(given.existing)
    fields = filled(incoming, existing)
    left, right = _records(incoming, fields), _records(existing, fields)
    linker = dedupe.RecordLink(_variables(fields), num_cores=0, in_memory=True)
    half = training_half(given.truth, given.seed)
    linker.prepare_training(*_sample(left, right, half, given.seed))
    linker.mark_pairs(_labelled(left, right, half, given.seed))
    linker.train(recall=_RECALL, index_predicates=False)
    links = linker.join(left, right, threshold=0.001, constraint="many-to-many")
    pairs = ((str(a), str(b), float(score)) for (a, b), score in links)
    write_answer(given.out, incoming, gather(pairs))


def _records(students: Students, fields: list[str]) -> Records:
    """Take the fields compared; dedupe wants nothing where there is no text."""
    return {
        key: {name: row[name] or None for name in fields}
        for key, row in students.items()
    }


def _variables(fields: list[str]) -> list[Any]:
    made = [
        variables.Exact(name, has_missing=True)
        if name in _SHORT
        else variables.ShortString(name, has_missing=True)
        for name in fields
    ]
    for variable in made:
        variable.predicates = [
            p for p in variable.predicates if not hasattr(p, "index")
        ]
    return made


def _sample(
    left: Records, right: Records, half: dict[str, str], seed: int
) -> tuple[Records, Records]:
    """Draw records for learning to block: those labelled true, and others."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    students = draw.sample(list(half), min(_SAMPLE, len(half)))
    true = {half[key] for key in students} - {""}
    others = draw.sample(list(right), min(_SAMPLE, len(right)))
    return (
        {key: left[key] for key in students},
        {key: right[key] for key in right if key in true or key in others},
    )


def _labelled(
    left: Records, right: Records, half: dict[str, str], seed: int
) -> dict[str, list[tuple[Any, Any]]]:
    """Label true pairs of the half, near misses and random pairs."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    true = [pair for pair in half.items() if pair[1]]
    matches = draw.sample(true, min(_MATCHES, len(true)))
    misses = list(_near_misses(left, right, half))
    distinct = draw.sample(misses, min(_NEAR_MISSES, len(misses)))
    students, others = list(half), list(right)
    while len(distinct) < _DISTINCT:
        pair = draw.choice(students), draw.choice(others)
        if half[pair[0]] != pair[1]:
            distinct.append(pair)
    return {
        "match": [(left[a], right[b]) for a, b in matches],
        "distinct": [(left[a], right[b]) for a, b in distinct],
    }


def _near_misses(
    left: Records, right: Records, half: dict[str, str]
) -> Iterator[tuple[str, str]]:
    sharing = defaultdict[tuple[str, str | None], list[str]](list)
    for key, row in right.items():
        for name in _NEAR:
            if row.get(name):
                sharing[name, row[name]].append(key)
    for student, true in half.items():
        for name in _NEAR:
            for other in sharing.get((name, left[student].get(name)), ())[:3]:
                if other != true:
                    yield student, other


if __name__ == "__main__":
    main()
