"""What importing loads: the core is light, the extras stay out until asked for."""

import json
import subprocess
import sys

import pytest

_HEAVY = ["sqlalchemy", "cattrs", "typer", "rich", "hypothesis", "pytest", "sqlite3"]


def _loaded_by(statement: str) -> set[str]:
    """Run a statement in a fresh interpreter; give the top-level modules it loads."""
    code = f"import json, sys\n{statement}\nprint(json.dumps(list(sys.modules)))"
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return {name.split(".")[0] for name in json.loads(ran.stdout)}


@pytest.mark.parametrize(
    "module",
    [
        "student_transfer",
        "student_transfer.adapters.memory",
        "student_transfer.cli",
        "student_transfer.formats",
        "student_transfer.loading",
        "student_transfer.testing",
        "student_transfer.testing.values",
    ],
)
def test_the_core_loads_no_extra(module: str) -> None:
    """The core installs and imports with its own few packages alone."""
    assert _loaded_by(f"import {module}").isdisjoint(_HEAVY)


def test_without_the_extra_the_script_says_what_to_install() -> None:
    """One line on standard error, and no trace."""
    code = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'typer' else find(n, *a)\n"
        "from student_transfer.cli import main\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "pip install 'student-transfer[cli]'" in ran.stderr


def test_without_the_extra_the_kit_says_what_to_install() -> None:
    """One line on standard error, and no trace."""
    code = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'pytest' else find(n, *a)\n"
        "from student_transfer.testing.command import main\n"
        "sys.exit(main(['some.module:Host']))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "pip install 'student-transfer[testing]'" in ran.stderr
