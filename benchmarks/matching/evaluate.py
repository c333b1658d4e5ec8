"""Evaluate one answer: ``python -m benchmarks.matching.evaluate OUT.csv truth.csv``.

The answer has one row per incoming student and candidate: ``incoming_id``,
``existing_id``, ``probability`` (or ``score``, where no probability is claimed),
``import_as`` (``matched`` or ``new``), ``needs_review`` (``yes`` or ``no``) and
``rank``. An incoming student without a candidate has one row with an empty
``existing_id``. The match is the row of rank 1 that is imported as ``matched``; where
no row has rank 1, nobody is matched at any threshold.

The truth has ``incoming_id``, ``existing_id`` (empty: the student is not there) and,
optionally, ``case``: one or more names joined by ``+``, each of which is counted.
Nothing but the standard library is needed.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from pathlib import Path

BINS = 10
"""How many bins of equal width the calibration error is taken over."""


@dataclass(frozen=True)
class Truth:
    """Where an incoming student is in truth; nowhere if ``existing`` is empty."""

    existing: str
    case: str = ""


@dataclass(frozen=True)
class Answer:
    """What was answered about one incoming student.

    Attributes:
        match: The existing student matched; empty if none.
        best: The candidate of rank 1; empty if none.
        score: The probability, or score, of the candidate of rank 1.
        reviewed: Whether a person is asked.
        offered: Every candidate named.
        pairs: Each candidate with its probability, where one is given.
    """

    match: str = ""
    best: str = ""
    score: float = 0.0
    reviewed: bool = False
    offered: frozenset[str] = frozenset()
    pairs: tuple[tuple[str, float], ...] = ()


@dataclass
class Counts:
    """Counts of decisions.

    Attributes:
        incoming: Incoming students.
        present: Those who are there in truth.
        found: Present students matched with the right one.
        confused: Present students matched with a wrong one.
        invented: Students who are not there and were matched all the same.
        missed: Present students not matched with the right one.
        reviewed: Students about whom a person is asked.
        false_alone: False matches that no person is asked about.
        alone: Matches that no person is asked about.
        offered: Present students whose true record is among the candidates.
    """

    incoming: int = 0
    present: int = 0
    found: int = 0
    confused: int = 0
    invented: int = 0
    missed: int = 0
    reviewed: int = 0
    false_alone: int = 0
    alone: int = 0
    offered: int = 0

    def add(self, truth: Truth, answer: Answer) -> None:
        """Count one incoming student."""
        there = bool(truth.existing)
        right = there and answer.match == truth.existing
        wrong = bool(answer.match) and not right
        alone = bool(answer.match) and not answer.reviewed
        self.incoming += 1
        self.present += there
        self.found += right
        self.confused += wrong and there
        self.invented += wrong and not there
        self.missed += there and not right
        self.reviewed += answer.reviewed
        self.alone += alone
        self.false_alone += wrong and alone
        self.offered += there and truth.existing in answer.offered

    @property
    def false(self) -> int:
        """All false matches."""
        return self.confused + self.invented


@dataclass(frozen=True)
class Quality:
    """Precision, recall and F1 at a threshold; no threshold is the answer as given."""

    precision: float
    recall: float
    f1: float
    threshold: float | None = None


@dataclass(frozen=True)
class Report:
    """All figures of one answer.

    Attributes:
        counts: The counts of decisions.
        default: The quality of the decisions as given.
        best: The quality at the threshold that the truth says is best.
        ece: The calibration error over every pair with a probability.
        ece_best: The same over the pairs of rank 1.
        pairs: How many pairs have a probability.
        cases: The counts of each case of the truth.
    """

    counts: Counts
    default: Quality
    best: Quality
    ece: float | None
    ece_best: float | None
    pairs: int
    cases: dict[str, Counts] = field(default_factory=dict)

    def figures(self) -> dict[str, float | int | None]:
        """Name all figures, flat."""
        count = self.counts
        return {
            "incoming": count.incoming,
            "present": count.present,
            "precision": self.default.precision,
            "recall": self.default.recall,
            "f1": self.default.f1,
            "best_threshold": self.best.threshold,
            "best_precision": self.best.precision,
            "best_recall": self.best.recall,
            "best_f1": self.best.f1,
            "false_matches": count.false,
            "false_wrong_student": count.confused,
            "false_not_there": count.invented,
            "missed": count.missed,
            "review_share": _share(count.reviewed, count.incoming),
            "unreviewed_matches": count.alone,
            "false_unreviewed": count.false_alone,
            "false_unreviewed_share": _share(count.false_alone, count.alone),
            "offered_share": _share(count.offered, count.present),
            "ece": self.ece,
            "ece_best": self.ece_best,
            "pairs": self.pairs,
        }


def evaluate(answers: Mapping[str, Answer], truth: Mapping[str, Truth]) -> Report:
    """Set the answers beside the truth; an unanswered student counts as not matched."""
    counts, cases = Counts(), defaultdict[str, Counts](Counts)
    for incoming, true in truth.items():
        answer = answers.get(incoming, Answer())
        counts.add(true, answer)
        for case in filter(None, true.case.split("+")):
            cases[case].add(true, answer)
    every = _labelled(answers, truth)
    best = _labelled(answers, truth, best_only=True)
    return Report(
        counts=counts,
        default=_quality(counts.found, counts.found + counts.false, counts.present),
        best=best_quality(answers, truth),
        ece=calibration_error(every),
        ece_best=calibration_error(best),
        pairs=len(every),
        cases=dict(sorted(cases.items())),
    )


def best_quality(answers: Mapping[str, Answer], truth: Mapping[str, Truth]) -> Quality:
    """Take candidates of rank 1 from the threshold upwards that gives the best F1."""
    present = sum(bool(true.existing) for true in truth.values())
    ordered = sorted(
        (
            (answer.score, answer.best == truth[incoming].existing)
            for incoming, answer in answers.items()
            if answer.best and incoming in truth
        ),
        reverse=True,
    )
    best = Quality(0.0, 0.0, 0.0)
    made = right = 0
    for score, group in groupby(ordered, key=lambda pair: pair[0]):
        hits = [hit for _, hit in group]
        made, right = made + len(hits), right + sum(hits)
        quality = _quality(right, made, present, score)
        if quality.f1 > best.f1:
            best = quality
    return best


def calibration_error(pairs: Sequence[tuple[float, bool]]) -> float | None:
    """Weigh, over the bins, how far the mean probability is from the share of truth."""
    if not pairs:
        return None
    bins = defaultdict[int, list[tuple[float, bool]]](list)
    for probability, hit in pairs:
        bins[min(int(probability * BINS), BINS - 1)].append((probability, hit))
    gaps = (
        abs(sum(probability for probability, _ in group) - sum(hit for _, hit in group))
        for group in bins.values()
    )
    return sum(gaps) / len(pairs)


def _labelled(
    answers: Mapping[str, Answer],
    truth: Mapping[str, Truth],
    *,
    best_only: bool = False,
) -> list[tuple[float, bool]]:
    """Say of each pair with a probability whether it is a true one."""
    return [
        (probability, existing == truth[incoming].existing)
        for incoming, answer in answers.items()
        if incoming in truth
        for existing, probability in answer.pairs
        if not best_only or existing == answer.best
    ]


def _quality(
    right: int, made: int, present: int, threshold: float | None = None
) -> Quality:
    precision, recall = _share(right, made), _share(right, present)
    f1 = 2 * right / (made + present) if made + present else 0.0
    return Quality(precision, recall, f1, threshold)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def read_truth(path: Path) -> dict[str, Truth]:
    """Read ``truth.csv``."""
    return {
        row["incoming_id"]: Truth(row["existing_id"], row.get("case") or "")
        for row in _rows(path)
    }


def read_answers(path: Path) -> dict[str, Answer]:
    """Read an answer: the rows of each incoming student, together."""
    grouped = defaultdict[str, list[dict[str, str]]](list)
    for row in _rows(path):
        grouped[row["incoming_id"]].append(row)
    return {incoming: _answer(rows) for incoming, rows in grouped.items()}


def _answer(rows: Iterable[Mapping[str, str]]) -> Answer:
    ordered = sorted(rows, key=_rank)
    first = ordered[0] if _rank(ordered[0]) == 1 else {"existing_id": ""}
    matched = first.get("import_as") == "matched"
    return Answer(
        match=first["existing_id"] if matched else "",
        best=first["existing_id"],
        score=float(first.get("probability") or first.get("score") or 0),
        reviewed=any(row.get("needs_review") == "yes" for row in ordered),
        offered=frozenset(row["existing_id"] for row in ordered) - {""},
        pairs=tuple(
            (row["existing_id"], float(row["probability"]))
            for row in ordered
            if row["existing_id"] and row.get("probability")
        ),
    )


def _rank(row: Mapping[str, str]) -> int:
    return int(row.get("rank") or 1)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def as_text(report: Report) -> str:
    """Lay out all figures, and the errors by case, for reading."""
    lines = [f"{name:<24}{_show(value)}" for name, value in report.figures().items()]
    if report.cases:
        lines += ["", _case_line(("case", *_CASE_COLUMNS))]
        lines += [
            _case_line((case, *map(str, _case_row(counts))))
            for case, counts in report.cases.items()
        ]
    return "\n".join(lines)


_CASE_COLUMNS = (
    "incoming",
    "present",
    "found",
    "missed",
    "wrong",
    "not there",
    "review",
    "false alone",
    "offered",
)


def _case_row(counts: Counts) -> tuple[int, ...]:
    return (
        counts.incoming,
        counts.present,
        counts.found,
        counts.missed,
        counts.confused,
        counts.invented,
        counts.reviewed,
        counts.false_alone,
        counts.offered,
    )


def _case_line(cells: Sequence[str]) -> str:
    return f"{cells[0]:<32}" + "".join(f"{cell:>12}" for cell in cells[1:])


def _show(value: float | None) -> str:
    if value is None:
        return "-"
    return str(value) if isinstance(value, int) else f"{value:.4f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print all figures of one answer."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.evaluate")
    parser.add_argument("answer", type=Path, metavar="OUT.csv")
    parser.add_argument("truth", type=Path, metavar="truth.csv")
    parser.add_argument("--json", action="store_true", help="print JSON")
    given = parser.parse_args(arguments)
    report = evaluate(read_answers(given.answer), read_truth(given.truth))
    if given.json:
        cases = {case: asdict(counts) for case, counts in report.cases.items()}
        text = json.dumps({**report.figures(), "cases": cases}, indent=2)
    else:
        text = as_text(report)
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
