"""What importing loads: the core is light, the extras stay out until asked for."""

import json
import subprocess
import sys

import pytest

_HEAVY = [
    *("sqlalchemy", "cattrs", "typer", "rich", "hypothesis", "pytest", "sqlite3"),
    *("starlette", "jinja2", "babel", "itsdangerous", "uvicorn"),
    *("numpy", "pyarrow"),
]


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
        "student_transfer.cli.match",
        "student_transfer.formats",
        "student_transfer.loading",
        "student_transfer.matching",
        "student_transfer.ports",
        "student_transfer.roster_files",
        "student_transfer.services",
        "student_transfer.testing",
        "student_transfer.testing.values",
        "student_transfer.web",
    ],
)
def test_the_core_loads_no_extra(module: str) -> None:
    """The core installs and imports with its own few packages alone."""
    assert _loaded_by(f"import {module}").isdisjoint(_HEAVY)


@pytest.mark.parametrize(
    "module",
    ["student_transfer", "student_transfer.matching", "student_transfer.roster_files"],
)
def test_no_public_name_of_the_core_loads_an_extra(module: str) -> None:
    """Those that are loaded when they are first used neither."""
    loaded = _loaded_by(f"from {module} import *")
    assert loaded.isdisjoint(_HEAVY)
    assert "rapidfuzz" in loaded  # they were loaded


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


def test_without_the_extra_the_pages_say_what_to_install() -> None:
    """The name is what fails, in words; the module itself can be imported."""
    code = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'starlette' else find(n, *a)\n"
        "import student_transfer.web\n"
        "try:\n    from student_transfer.web import create_app\n"
        "except ImportError as error:\n    sys.exit(str(error))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert "pip install 'student-transfer[web]'" in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_without_the_extra_serve_says_what_to_install() -> None:
    """One line on standard error, and no trace."""
    code = (
        "import sys, importlib.util as u\n"
        "find = u.find_spec\n"
        "u.find_spec = lambda n, *a: None if n == 'uvicorn' else find(n, *a)\n"
        "sys.argv = ['student-transfer', 'serve']\n"
        "from student_transfer.cli import main\n"
        "main()"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1
    assert ran.stderr.count("\n") == 1
    assert "pip install 'student-transfer[serve]'" in ran.stderr
