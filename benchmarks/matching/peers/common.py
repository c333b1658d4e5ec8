"""What the peers share: reading, cleaning, choosing and writing."""

import argparse
import csv
import random
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

FLOOR = 0.001
"""Pairs below this probability are left out of an answer."""

KEPT = 10
"""How many candidates of an incoming student an answer names at most."""

DEFAULT = 0.5
"""The probability from which a peer's candidate counts as a match."""

FIELDS = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_name",
    "date_of_birth",
    "gender",
    "year",
    "national_id",
    "student_id",
    "user_name",
    "email",
    "postcode",
    "address",
)
"""The columns that a peer may compare."""

Candidates = Mapping[str, Sequence[tuple[str, float]]]
"""For each incoming student the candidates, each with its probability or score."""

Students = dict[str, dict[str, str]]
"""For each ID the cleaned columns."""


@dataclass(frozen=True)
class Task:
    """What a peer is asked: the two files, where to write, and what it may learn from.

    Attributes:
        incoming: The incoming students' file.
        existing: The existing students' file.
        out: Where the answer goes.
        truth: The truth, for a peer that needs to be trained; only half of it is used.
        seed: The seed of everything random.
    """

    incoming: Path
    existing: Path
    out: Path
    truth: Path | None
    seed: int


def task(name: str) -> Task:
    """Read the task from the command line."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.matching.peers.{name}")
    parser.add_argument("incoming", type=Path, metavar="INCOMING.csv")
    parser.add_argument("existing", type=Path, metavar="EXISTING.csv")
    parser.add_argument("out", type=Path, metavar="OUT.csv")
    parser.add_argument("--truth", type=Path, metavar="TRUTH.csv")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    return Task(**vars(given))


def read_students(path: Path) -> Students:
    """Read one of the two files."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {
            row["id"]: {name: clean(row.get(name) or "") for name in FIELDS}
            for row in csv.DictReader(file)
        }


def clean(text: str) -> str:
    """Write in small letters, without accents, with one space for other signs.

    >>> clean("Zoë  O'Brien-Dubois"), clean("2014-03-09")
    ('zoe obrien dubois', '2014-03-09')
    """
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"['’`]", "", letters)))  # noqa: RUF001


def filled(incoming: Students, existing: Students) -> list[str]:
    """Name the columns that both files have something in."""
    return [
        name
        for name in FIELDS
        if all(any(row[name] for row in side.values()) for side in (incoming, existing))
    ]


def training_half(path: Path | None, seed: int) -> dict[str, str]:
    """Draw half of the truth: where each of these incoming students is, or nowhere."""
    if path is None:
        raise SystemExit("This peer is trained: give --truth.")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [(r["incoming_id"], r["existing_id"]) for r in csv.DictReader(file)]
    half = random.Random(seed).sample(rows, len(rows) // 2)  # noqa: S311 - no secret
    return dict(half)


def gather(pairs: Iterable[tuple[str, str, float]]) -> dict[str, list[tuple[str, float]]]:
    """Put the pairs that are likely enough under their incoming student."""
    found: dict[str, list[tuple[str, float]]] = {}
    for incoming, existing, value in pairs:
        if value >= FLOOR:
            found.setdefault(incoming, []).append((existing, value))
    return found


def write_answer(
    out: Path,
    incoming: Iterable[str],
    candidates: Candidates,
    *,
    threshold: float = DEFAULT,
    kind: Literal["probability", "score"] = "probability",
) -> None:
    """Write every student's best candidates; the best one is the match if good enough."""
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("incoming_id", "existing_id", kind, "import_as", "rank"))
        for student in incoming:
            ordered = sorted(
                candidates.get(student, ()), key=lambda pair: (-pair[1], pair[0])
            )
            if not ordered:
                writer.writerow((student, "", "", "new", 1))
            for rank, (existing, value) in enumerate(ordered[:KEPT], 1):
                match = "matched" if value >= threshold else "new"
                writer.writerow((student, existing, f"{value:.6f}", match, rank))
