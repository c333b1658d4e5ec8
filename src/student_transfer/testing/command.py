"""The command that proves a host's storage: ``python -m student_transfer.testing``.

It ends with 0 when no promise failed and at least one holds, with 1 when any failed,
and with 2 when it was not told what to try.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from student_transfer.formats.writing import write_whole

_NEEDED = ("pytest", "hypothesis")


def main(arguments: Sequence[str]) -> int:
    """Try every promise on a host's storage, print what holds; give the exit code."""
    if any(find_spec(package) is None for package in _NEEDED):
        sys.stderr.write(
            "student_transfer.testing: the kit needs its extra. "
            "Install it with: python -m pip install 'student-transfer[testing]'\n"
        )
        return 1
    parser = _parser()
    chosen = parser.parse_args(arguments)
    from student_transfer.testing.running import check  # noqa: PLC0415 - the extra

    try:
        report = check(chosen.factory, only=chosen.only)
    except ValueError as error:
        parser.error(str(error))
    if chosen.json is not None:
        text = json.dumps(report.as_data(), ensure_ascii=False, indent=2)
        write_whole(chosen.json, f"{text}\n".encode())
    sys.stdout.write(report.words() + "\n")
    return int(report.failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m student_transfer.testing",
        description="Prove that a host's storage keeps the promises of the ports.",
    )
    parser.add_argument(
        "factory",
        metavar="MODULE:FACTORY",
        help="what makes the student_transfer.testing.Host, as a rule its class",
    )
    parser.add_argument(
        "--json", metavar="FILE", type=Path, help="write the report there as JSON too"
    )
    parser.add_argument(
        "--only",
        metavar="WORDS",
        default="",
        help="try only promises whose test or contract (such as code_store) has these "
        "words in its name, as pytest's -k",
    )
    return parser
