"""What the package is to a program that is checked by its types."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import student_transfer
from student_transfer import CodeId, ImportId, MergeId, codes, imports, merges

_README = Path(__file__).parents[2] / "README.md"


def test_the_types_of_the_ids_are_at_the_root() -> None:
    """A host keeps an import's or a merge's id, and types the column."""
    assert CodeId is codes.CodeId
    assert ImportId is imports.ImportId
    assert MergeId is merges.MergeId
    assert sorted(student_transfer.__all__) == student_transfer.__all__
    assert all(hasattr(student_transfer, name) for name in student_transfer.__all__)


def test_the_example_of_the_readme_is_typed(tmp_path: Path) -> None:
    """Whoever begins with it in a checked program has nothing to change."""
    pytest.importorskip("mypy")
    [example] = re.findall(
        r"```python\n(.*?)```", _README.read_text("utf-8"), re.DOTALL
    )
    program = tmp_path / "example.py"
    program.write_text(example, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", str(program)]
    ran = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=_README.parent
    )
    assert ran.returncode == 0, ran.stdout
