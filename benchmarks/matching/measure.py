"""Run one command and say what it took: ``python -m benchmarks.matching.measure``.

The command runs as the only child of this small process, so that the peak memory that
the system reports is the command's own. It is the largest of the command's processes,
where it starts several. It keeps what Python has compiled, as every installer does: a
checkout that may not would be compiled anew each time.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Timer

_KIB = 1 if sys.platform == "darwin" else 1024
"""The unit in which the system gives the peak memory, in bytes."""


@dataclass(frozen=True)
class Cost:
    """What a command took.

    Attributes:
        seconds: From its start to its end.
        cpu_seconds: On all processors together.
        peak_mb: The peak of its resident memory, in millions of bytes.
        status: ``ok``, ``timed out``, or how it failed.
    """

    seconds: float
    cpu_seconds: float
    peak_mb: float
    status: str


def measure(command: Sequence[str], *, timeout: float, log: Path) -> Cost:
    """Measure a command through a small process of its own."""
    helper = [sys.executable, "-m", "benchmarks.matching.measure"]
    options = ["--timeout", str(timeout), "--log", str(log), "--"]
    done = subprocess.run(
        [*helper, *options, *command], check=True, capture_output=True, text=True
    )
    return Cost(**json.loads(done.stdout))


def _run(command: Sequence[str], timeout: float, log: Path) -> Cost:
    expired: list[bool] = []
    environment = {**os.environ}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    with log.open("w", encoding="utf-8") as output:
        start = time.perf_counter()
        child = subprocess.Popen(
            command,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=environment,
        )

        def stop() -> None:
            expired.append(True)
            os.killpg(child.pid, signal.SIGKILL)

        timer = Timer(timeout, stop)
        timer.start()
        _, code, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(code)
    status = "ok" if child.returncode == 0 else f"failed ({child.returncode})"
    return Cost(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mb=usage.ru_maxrss * _KIB / 1e6,
        status="timed out" if expired else status,
    )


def main() -> None:
    """Run the command after ``--`` and print its cost as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching.measure")
    parser.add_argument("--timeout", type=float, required=True)
    parser.add_argument("--log", type=Path, required=True)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    cost = _run(given.command, given.timeout, given.log)
    sys.stdout.write(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
