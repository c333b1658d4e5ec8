"""What a generated roster pair is like, in shares."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_Row = dict[str, str]

_CHECK_LETTERS: Final = "ABCDEFGHJKLMNPQRTUVWXYZ"
_TOP: Final = 5
_NO_DATES: Final = frozenset({"", "1900-01-01", "2000-01-01"})


def report(folder: Path) -> str:
    """Return the shares of a roster pair as text."""
    existing = _rows(folder / "existing.csv")
    incoming = _rows(folder / "incoming.csv")
    truth = _rows(folder / "truth.csv")
    parts = (
        _faults(existing, incoming, truth),
        _cases(truth),
        _filled(existing, incoming),
        _names(existing),
        _homes(existing),
        _pairs(existing, incoming, truth),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _rows(path: Path) -> list[_Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _share(count: float, whole: int) -> str:
    return f"{count / whole:7.2%}" if whole else "      -"


def _faults(
    existing: list[_Row], incoming: list[_Row], truth: list[_Row]
) -> Iterator[str]:
    """Name what would be a fault of the generator."""
    yield f"existing {len(existing)}, incoming {len(incoming)}"
    known = {row["id"] for row in existing}
    matched = [row["existing_id"] for row in truth if row["existing_id"]]
    checks = {
        "truth in the order of incoming.csv": [row["incoming_id"] for row in truth]
        == [row["id"] for row in incoming],
        "truth names existing students, once each": known.issuperset(matched)
        and len(set(matched)) == len(matched),
    }
    for side, rows in (("existing", existing), ("incoming", incoming)):
        for column in ("id", "student_id", "user_name", "national_id"):
            values = [row[column] for row in rows if row[column]]
            checks[f"{column} unique on {side}"] = len(set(values)) == len(values)
        checks[f"check letters on {side}"] = all(
            _checked(row["national_id"]) for row in rows if row["national_id"]
        )
    for what, holds in checks.items():
        if not holds:
            yield f"FAULT: not so: {what}"


def _checked(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in enumerate(number[1:], start=2))
    return _CHECK_LETTERS[total % len(_CHECK_LETTERS)] == number[0]


def _cases(truth: list[_Row]) -> Iterator[str]:
    for what, there in (("on the site", True), ("not on the site", False)):
        cases = [row["case"] for row in truth if bool(row["existing_id"]) is there]
        share = _share(len(cases), len(truth)).strip()
        yield f"{what}: {len(cases)} ({share}), of them"
        labels = Counter(label for case in cases for label in case.split("+"))
        for label, count in labels.most_common():
            yield f"  {_share(count, len(cases))}  {label}"
        if not there:
            family = sum("twin_on" in case or "sibling_on" in case for case in cases)
            yield f"  {_share(family, len(cases))}  twin or sibling on the site"


def _filled(existing: list[_Row], incoming: list[_Row]) -> Iterator[str]:
    yield "filled in, existing and incoming"
    for column in existing[0]:
        shares = (
            _share(sum(bool(row[column]) for row in rows), len(rows))
            for rows in (existing, incoming)
        )
        yield f"  {'  '.join(shares)}  {column}"


def _top(values: Iterable[str], whole: int) -> str:
    return ", ".join(
        f"{value} {_share(count, whole).strip()}"
        for value, count in Counter(values).most_common(_TOP)
    )


def _names(existing: list[_Row]) -> Iterator[str]:
    whole = len(existing)
    for column in ("family_name", "given_name"):
        counts = Counter(row[column] for row in existing)
        once = sum(count == 1 for count in counts.values())
        yield f"{column}: {len(counts)} distinct, {once} of them once"
        yield f"  most common: {_top((row[column] for row in existing), whole)}"
    for year in ("2009", "2014", "2019"):
        rows = [row for row in existing if row["date_of_birth"].startswith(year)]
        yield f"  born {year}: {_top((row['given_name'] for row in rows), len(rows))}"


def _homes(existing: list[_Row]) -> Iterator[str]:
    homes = Counter(
        (row["postcode"].replace(" ", "").upper(), *re.findall(r"\d+", row["address"]))
        for row in existing
        if row["postcode"] and any(map(str.isdigit, row["address"]))
    )
    sizes = Counter(homes.values())
    shares = ", ".join(
        f"{size}: {_share(count, len(homes)).strip()}"
        for size, count in sorted(sizes.items())
    )
    yield f"students at an address: {shares}"
    streets = Counter(home[0] for home in homes)
    ordered = sorted(streets.values())
    middle = ordered[len(ordered) // 2]
    yield f"households a postcode: {middle} (median), {ordered[-1]} (most)"


def _pairs(
    existing: list[_Row], incoming: list[_Row], truth: list[_Row]
) -> Iterator[str]:
    """Count how often chance makes two children look alike."""
    answers = {row["incoming_id"]: row["existing_id"] for row in truth}
    for columns in (
        ("given_name", "family_name", "date_of_birth"),
        ("given_name", "date_of_birth"),
        ("family_name", "date_of_birth"),
        ("given_name", "family_name"),
        ("email",),
        ("student_id",),
        ("user_name",),
    ):
        index: dict[tuple[str, ...], list[str]] = {}
        for row in existing:
            index.setdefault(_key(row, columns), []).append(row["id"])
        right = wrong = 0
        for row in incoming:
            key = _key(row, columns)
            found = [] if "" in key else index.get(key, [])
            hits = found.count(answers[row["id"]])
            right, wrong = right + hits, wrong + len(found) - hits
        yield f"pairs equal in {' + '.join(columns)}: {right} right, {wrong} wrong"


def _key(row: _Row, columns: tuple[str, ...]) -> tuple[str, ...]:
    values = (row[column].casefold() for column in columns)
    return tuple("" if value in _NO_DATES else value for value in values)
