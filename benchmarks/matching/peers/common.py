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

NOTHING = ("", "na", "n a", "none", "null", "not known", "unknown", "tbc", "xxx", "x")
"""Texts that stand for nothing, once cleaned."""

NO_DATES = ("1900-01-01", "2000-01-01", "1970-01-01")
"""Dates that stand for no date."""

FIELDS = (
    "given_name",
    "middle_name",
    "family_name",
    "preferred_name",
    "date_of_birth",
    "gender",
    "year",
    "national_id",
    "email",
    "postcode",
    "address",
)
"""The columns that a peer may compare.

A student ID is left out: it is local to a site, and means another child elsewhere. So
is a user name: it is made from the name, and Splink did better without it.
"""

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
            row["id"]: {name: clean(name, row.get(name) or "") for name in FIELDS}
            for row in csv.DictReader(file)
        }


def clean(name: str, text: str) -> str:
    """Clean one column's text, as an analyst would before linking.

    Small letters, no accents, one space for other signs; a school year is its number; a
    gender is one of two letters; what stands for nothing is nothing.

    >>> clean("family_name", "  O'Brien-DUBOIS"), clean("year", "Year 04")
    ('obrien dubois', '4')
    >>> clean("date_of_birth", "1900-01-01"), clean("address", "Not known")
    ('', '')
    """
    if name == "date_of_birth":
        return "" if text.strip() in NO_DATES else text.strip()
    plain = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = " ".join(re.findall(r"[^\W_]+", re.sub(r"['’`]", "", letters)))  # noqa: RUF001
    if name == "year":
        return _year(words)
    if name == "gender":
        return words[:1] if words in {"m", "f", "male", "female"} else ""
    return "" if words in NOTHING else words


def _year(words: str) -> str:
    number = re.search(r"\d+", words)
    return str(int(number[0])) if number else "0" if words[-1:] in {"r", "n"} else ""


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


def gather(
    pairs: Iterable[tuple[str, str, float]],
) -> dict[str, list[tuple[str, float]]]:
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
    """Write everyone's best candidates; the first is the match if good enough."""
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
