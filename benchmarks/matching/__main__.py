"""Run the benchmark: ``python -m benchmarks.matching``, and with ``--speed``."""

import argparse
import json
import os
import shlex
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from benchmarks.matching import report
from benchmarks.matching.evaluate import evaluate, read_answers, read_truth
from benchmarks.matching.measure import Cost, measure
from benchmarks.matching.sets import HARD, SETS, write_hard, write_set

MATCHERS = {
    "ours": "",
    "splink": "splink_peer",
    "splink-1to1": "splink_one_to_one_peer",
    "recordlinkage-ecm": "recordlinkage_peer",
    "recordlinkage-lr": "recordlinkage_trained_peer",
    "dedupe": "dedupe_peer",
    "rapidfuzz": "rapidfuzz_peer",
}
"""Everything measured, and the peer's module."""

_TRAINED = ("recordlinkage-lr", "dedupe")


@dataclass(frozen=True)
class Bench:
    """How matchers are run.

    Attributes:
        ours: Our command, in words.
        peer_python: The interpreter that has the peers.
        timeout: After how many seconds a matcher is stopped.
        repeat: How often each runs; the fastest run counts.
        seed: The seed given to the peers.
    """

    ours: tuple[str, ...]
    peer_python: str
    timeout: float
    repeat: int
    seed: int

    def run(self, matcher: str, place: Path) -> report.Run:
        """Run a matcher on a set and evaluate its answer."""
        answer, log = place / f"{matcher}.csv", place / f"{matcher}.log"
        command = self._command(matcher, place, answer)
        answer.unlink(missing_ok=True)
        costs = [
            measure(command, timeout=self.timeout, log=log) for _ in range(self.repeat)
        ]
        failed = [cost for cost in costs if cost.status != "ok"]
        cost = failed[0] if failed else min(costs, key=_seconds)
        found = None
        if not failed:
            found = evaluate(read_answers(answer), read_truth(place / "truth.csv"))
        return report.Run(place.name, matcher, cost, found)

    def _command(self, matcher: str, place: Path, answer: Path) -> list[str]:
        files = [str(place / "incoming.csv"), str(place / "existing.csv")]
        if matcher == "ours":
            return [*self.ours, "match", *files, "-o", str(answer)]
        module = f"benchmarks.matching.peers.{MATCHERS[matcher]}"
        options = ["--seed", str(self.seed)]
        if matcher in _TRAINED:
            options += ["--truth", str(place / "truth.csv")]
        return [self.peer_python, "-m", module, *files, str(answer), *options]


def _seconds(cost: Cost) -> float:
    return cost.seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the sets, run every matcher on each, print and write the results."""
    given = _parser().parse_args(arguments)
    folder = given.folder or Path(mkdtemp(prefix="matching-"))
    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(
        ours=tuple(shlex.split(given.ours)),
        peer_python=given.peer_python,
        timeout=given.timeout,
        repeat=given.repeat,
        seed=given.seeds[0],
    )
    matchers = given.matchers or (["ours", "splink"] if given.speed else list(MATCHERS))
    places = _speed_sets(given, folder) if given.speed else _sets(given, folder)
    tables: dict[str, list[list[str]]] = {}
    runs: list[report.Run] = []
    for place in places:
        here = [_said(bench.run(matcher, place)) for matcher in matchers]
        runs += here
        if not given.speed:
            tables[place.name] = report.quality_rows(here)
    if given.speed:
        tables["Speed and memory"] = report.speed_rows(runs)
    _finish(
        folder / given.name, tables, runs, report.machine(bench.ours, bench.peer_python)
    )


def _said(run: report.Run) -> report.Run:
    """Say that a run is done, while the others are still to come."""
    cost = run.cost
    sys.stderr.write(
        f"{run.set}, {run.matcher}: {cost.seconds:.1f} s, {cost.peak_mb:.0f} MB, "
        f"{cost.status}\n"
    )
    return run


def _sets(given: argparse.Namespace, folder: Path) -> Iterator[Path]:
    for name in given.sets:
        for seed in given.seeds if name in HARD else given.seeds[:1]:
            yield write_set(name, folder, peer_python=given.peer_python, seed=seed)


def _speed_sets(given: argparse.Namespace, folder: Path) -> Iterator[Path]:
    seed = given.seeds[0]
    for size in given.sizes:
        yield write_hard(folder / f"existing-{size}-{seed}", size, seed)


def _finish(
    path: Path,
    tables: dict[str, list[list[str]]],
    runs: list[report.Run],
    about: dict[str, str],
) -> None:
    """Print the tables, and write them as Markdown and JSON."""
    for title, rows in tables.items():
        sys.stdout.write(f"\n{title}\n{report.as_text(rows)}\n")
    markdown, data = path.with_suffix(".md"), path.with_suffix(".json")
    markdown.write_text(report.document(tables, about), encoding="utf-8")
    found = {"machine": about, "runs": [run.as_json() for run in runs]}
    data.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"\nWritten: {markdown} and {data}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.matching",
        description="Set the matching beside its peers, on the same files.",
    )
    add = parser.add_argument
    add("--speed", action="store_true", help="measure time and memory at three sizes")
    add("--sets", nargs="+", choices=SETS, default=[*SETS[:-1]], metavar="SET")
    add("--matchers", nargs="+", choices=MATCHERS, metavar="MATCHER")
    add("--seeds", nargs="+", type=int, default=[1], help="of the hard rosters")
    add("--sizes", nargs="+", type=int, default=[10_000, 100_000, 1_000_000])
    add("--repeat", type=int, default=1, help="runs of each; the fastest counts")
    add("--timeout", type=float, default=900, help="seconds for one run")
    add("--folder", type=Path, help="keep sets, answers and results here")
    add("--name", default="results", help="of the results' files")
    add("--ours", default=_default_ours(), help="our command (MATCHING_OURS)")
    python = os.environ.get("MATCHING_PEER_PYTHON", sys.executable)
    add("--peer-python", default=python, help="has the peers (MATCHING_PEER_PYTHON)")
    return parser


def _default_ours() -> str:
    """Take our command from the environment, beside the interpreter, or the path."""
    beside = Path(sys.executable).with_name("student-transfer")
    found = str(beside) if beside.exists() else shutil.which("student-transfer")
    return os.environ.get("MATCHING_OURS") or found or "student-transfer"


if __name__ == "__main__":
    main()
