"""The import contracts notice what they are there to notice."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from importlinter.cli import lint_imports_command
sys.path.insert(0, ".")  # the copy, and not what is installed
lint_imports_command()
"""


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("merging", "import sqlite3", "Only the adapter for SQL knows databases"),
        ("services/service", "import secrets", "Only the edge asks the machine"),
        ("names/normal", "import rapidfuzz", "Only the linkage compares texts"),
        ("web/app", "import student_transfer.adapters", "Only the edge chooses"),
        ("codes", "import hypothesis", "Nothing but the tests knows"),
        ("students", "import student_transfer.services", "Imports go downwards only"),
    ],
)
def test_what_a_room_must_not_know_is_noticed(
    module: str, line: str, broken: str, tmp_path: Path
) -> None:
    """One import of the wrong thing breaks the contract that is against it."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    source = tmp_path / "student_transfer"
    shutil.copytree(
        ROOT / "src" / "student_transfer",
        source,
        ignore=shutil.ignore_patterns("__pycache__", "*.csv", "*.json"),
    )
    file = source / f"{module}.py"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "--no-cache"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    told = " ".join(ran.stdout.split())
    assert ran.returncode == 1
    assert broken in told.partition("Broken contracts")[2]
