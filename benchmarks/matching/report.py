"""How the results are laid out: a table for reading, Markdown and JSON."""

import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

from benchmarks.matching.evaluate import Report
from benchmarks.matching.measure import Cost

PACKAGES = ("splink", "duckdb", "recordlinkage", "dedupe", "rapidfuzz", "pandas")
"""The peers' packages whose versions are told."""

_VERSIONS = """
import sys
from importlib.metadata import PackageNotFoundError, version
print("Python", sys.version.split()[0])
for name in sys.argv[1:]:
    try:
        print(name, version(name))
    except PackageNotFoundError:
        print(name, "not installed")
"""


@dataclass(frozen=True)
class Run:
    """One matcher on one set."""

    set: str
    matcher: str
    cost: Cost
    report: Report | None

    def as_json(self) -> dict[str, object]:
        """Name everything, for the JSON file."""
        found: dict[str, object] = {"set": self.set, "matcher": self.matcher}
        found |= asdict(self.cost)
        if self.report:
            found |= self.report.figures()
            cases = self.report.cases.items()
            found["cases"] = {case: asdict(counts) for case, counts in cases}
        return found


def machine(ours: Sequence[str], peer_python: str) -> dict[str, str]:
    """Describe the machine, the interpreters and the packages."""
    lines = _output([peer_python, "-c", _VERSIONS, *PACKAGES]).splitlines()
    versions = dict(line.split(" ", 1) for line in lines)
    return {
        "processors": str(os.cpu_count()),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.machine()}",
        "load at the end": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "ours": _output([*ours, "--version"]).strip(),
        "peers' Python": versions.pop("Python", ""),
        **versions,
    }


def _output(command: Sequence[str]) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stdout


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [
        line.split(":")[1].strip() for line in lines if line.startswith("model name")
    ]
    return names[0] if names else platform.processor()


Cell = Callable[[Run, Mapping[str, float | None]], str]


def _figure(name: str, digits: int, *, ours_only: bool = False) -> Cell:
    def cell(run: Run, figures: Mapping[str, float | None]) -> str:
        value = figures.get(name)
        if value is None or (ours_only and run.matcher != "ours"):
            return "-"
        return f"{value:.{digits}f}"

    return cell


_COLUMNS: dict[str, Cell] = {
    "matcher": lambda run, _: run.matcher,
    "precision": _figure("precision", 4),
    "recall": _figure("recall", 4),
    "F1": _figure("f1", 4),
    "best F1": _figure("best_f1", 4),
    "at": _figure("best_threshold", 3),
    "false": _figure("false_matches", 0),
    "not there": _figure("false_not_there", 0),
    "review": _figure("review_share", 4, ours_only=True),
    "false alone": _figure("false_unreviewed", 0, ours_only=True),
    "share": _figure("false_unreviewed_share", 5, ours_only=True),
    "offered": _figure("offered_share", 4),
    "ECE": _figure("ece", 4),
    "ECE best": _figure("ece_best", 4),
    "seconds": lambda run, _: f"{run.cost.seconds:.1f}",
    "CPU": lambda run, _: f"{run.cost.cpu_seconds:.1f}",
    "peak MB": lambda run, _: f"{run.cost.peak_mb:.0f}",
    "": lambda run, _: "" if run.cost.status == "ok" else run.cost.status,
}


def quality_rows(runs: Iterable[Run]) -> list[list[str]]:
    """Make the table of runs on one set, with its head."""
    rows = [list(_COLUMNS)]
    for run in runs:
        figures = run.report.figures() if run.report else {}
        rows.append([cell(run, figures) for cell in _COLUMNS.values()])
    return rows


def speed_rows(runs: Iterable[Run]) -> list[list[str]]:
    """Make the table of ours against each other matcher, size by size."""
    rows = [
        ["set", "matcher", "seconds", "CPU", "peak MB", "F1", "ours / it", "memory"]
    ]
    for _, group in groupby(runs, key=lambda run: run.set):
        together = list(group)
        ours = next((run.cost for run in together if run.matcher == "ours"), None)
        for run in together:
            cost, both = run.cost, ours is not None and run.cost.status == "ok"
            rows.append(
                [
                    run.set,
                    run.matcher,
                    f"{cost.seconds:.1f}" if cost.status == "ok" else cost.status,
                    f"{cost.cpu_seconds:.1f}",
                    f"{cost.peak_mb:.0f}",
                    f"{run.report.default.f1:.4f}" if run.report else "-",
                    f"{ours.seconds / cost.seconds:.2f}" if ours and both else "-",
                    f"{ours.peak_mb / cost.peak_mb:.2f}" if ours and both else "-",
                ]
            )
    return rows


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Lay a table out in columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def as_markdown(rows: Sequence[Sequence[str]]) -> str:
    """Write a table in Markdown."""
    head, *rest = rows
    rule = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join("| " + " | ".join(row) + " |" for row in (head, rule, *rest))


def document(
    titles: Mapping[str, Sequence[Sequence[str]]], about: Mapping[str, str]
) -> str:
    """Put all tables and the machine into one Markdown document."""
    parts = [f"## {title}\n\n{as_markdown(rows)}\n" for title, rows in titles.items()]
    facts = "\n".join(f"- {name}: {value}" for name, value in about.items())
    return "\n".join(
        ["# Matching beside its peers\n", *parts, f"## Machine\n\n{facts}\n"]
    )
