"""The sets of rosters that the benchmark writes and reads; nothing is fetched."""

import subprocess
import sys
from pathlib import Path

from benchmarks.matching.febrl import NAMES as FEBRL

HARD = ("hard", "hard-mild")
"""The sets that are drawn anew for each seed."""

SETS = (*FEBRL, *HARD)
"""All sets by name."""

INCOMING = 2000
"""How many incoming students a hard set has."""

EXISTING = 20_000
"""How many existing students a hard set has, if the speed is not the question."""


def write_set(name: str, folder: Path, *, peer_python: str, seed: int) -> Path:
    """Write a set below the folder, unless it is there already, and say where."""
    if name in FEBRL:
        place = folder / name
        module = [peer_python, "-m", "benchmarks.matching.febrl"]
        _run([*module, str(folder), "--sets", name], place)
        return place
    severity = ["--severity", "mild"] if name == "hard-mild" else []
    return write_hard(folder / f"{name}-{seed}", EXISTING, seed, *severity)


def write_hard(place: Path, existing: int, seed: int, *options: str) -> Path:
    """Draw hard rosters with as many existing students as asked for."""
    module = [sys.executable, "-m", "benchmarks.matching.hard_rosters"]
    sizes = ["--incoming", str(INCOMING), "--existing", str(existing)]
    rest = ["--seed", str(seed), "--out", str(place), *options]
    _run([*module, *sizes, *rest], place)
    return place


def _run(command: list[str], place: Path) -> None:
    if not (place / "truth.csv").exists():
        subprocess.run(command, check=True)
