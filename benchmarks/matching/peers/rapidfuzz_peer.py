"""A plain baseline: one joined text per student, compared with RapidFuzz.

Students are compared who share a date of birth, an identifier, or a name's beginning.
The score is the token sort ratio of the joined texts; it claims to be no probability.
"""

from collections import defaultdict
from collections.abc import Iterator

from rapidfuzz.fuzz import token_sort_ratio

from benchmarks.matching.peers.common import (
    Students,
    gather,
    read_students,
    task,
    write_answer,
)

_JOINED = ("given_name", "family_name", "date_of_birth", "postcode", "address")
_SAME = ("date_of_birth", "national_id", "email")
_THRESHOLD = 0.75
_FLOOR = 50
_LETTERS = 4


def main() -> None:
    """Link the two files; the best candidate is the match if it is good enough."""
    given = task("rapidfuzz_peer")
    incoming, existing = read_students(given.incoming), read_students(given.existing)
    blocks = defaultdict[tuple[str, str], list[str]](list)
    for key, row in existing.items():
        for block in _blocks(row):
            blocks[block].append(key)
    candidates = gather(_pairs(incoming, existing, blocks))
    write_answer(given.out, incoming, candidates, threshold=_THRESHOLD, kind="score")


def _blocks(row: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name in _SAME:
        if row[name]:
            yield name, row[name]
    yield "name", row["family_name"][:_LETTERS] + "|" + row["given_name"][:1]
    yield "name", row["given_name"][:_LETTERS] + "|" + row["family_name"][:1]


def _pairs(
    incoming: Students,
    existing: Students,
    blocks: dict[tuple[str, str], list[str]],
) -> Iterator[tuple[str, str, float]]:
    texts = {key: _joined(row) for key, row in existing.items()}
    for student, row in incoming.items():
        text = _joined(row)
        for other in {key for block in _blocks(row) for key in blocks.get(block, ())}:
            score = token_sort_ratio(text, texts[other], score_cutoff=_FLOOR)
            yield student, other, score / 100


def _joined(row: dict[str, str]) -> str:
    return " ".join(row[name] for name in _JOINED if row[name])


if __name__ == "__main__":
    main()
