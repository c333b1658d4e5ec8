"""What the library must not contain: parsers and readers that run what they read."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

import student_transfer

PACKAGE = Path(student_transfer.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))

BANNED = {
    "defusedxml": "if XML is ever read, its defences need tests of their own",
    "html.parser": "HTML is written only",
    "lxml": "XML is not read: entities and external files are its traps",
    "marshal": "runs what it reads",
    "pickle": "runs what it reads",
    "plistlib": "reads XML",
    "shelve": "runs what it reads",
    "subprocess": "no other program is started",
    "tarfile": "members leave their place",
    "xml": "XML is not read: entities and external files are its traps",
    "xmlrpc": "reads XML",
    "yaml": "runs what it reads",
}
ALLOWED = {
    # The kit runs this Python on a module of its own: races need other processes.
    "testing/crews.py": ["subprocess"],
    # It asks the program that the person names on the command line.
    "testing/vectors/command.py": ["subprocess"],
}
WRITES_XML = {"escape", "quoteattr"}
RUNS_TEXT = {"eval", "exec", "compile", "__import__"}


def imported(tree: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """Yield every module that a source imports, with the names it takes from it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((one.name, set[str]()) for one in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, {one.name for one in node.names}


def offences(source: str, allowed: Collection[str] = ()) -> list[str]:
    """Return what a source does that none may do, but for modules it may import."""
    tree = ast.parse(source)
    found = []
    for module, names in imported(tree):
        if module == "xml.sax.saxutils" and names and names <= WRITES_XML:
            continue
        if module in allowed:
            continue
        banned = [one for one in BANNED if f"{module}.".startswith(f"{one}.")]
        found += [f"imports {module}: {BANNED[one]}" for one in banned]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found += [f"calls {node.func.id}"] * (node.func.id in RUNS_TEXT)
        if isinstance(node, ast.keyword) and node.arg == "shell":
            found.append("starts a shell")
    return found


@pytest.mark.parametrize(
    "path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_no_source_reads_what_can_run(path: Path) -> None:
    """No XML is parsed, nothing is unpickled, and no text is run."""
    allowed = ALLOWED.get(path.relative_to(PACKAGE).as_posix(), ())
    assert offences(path.read_text(encoding="utf-8"), allowed) == []


def test_every_exception_is_needed() -> None:
    """Who starts a process no more may not do so any more."""
    for name, modules in ALLOWED.items():
        found = offences((PACKAGE / name).read_text(encoding="utf-8"))
        assert found == [f"imports {module}: {BANNED[module]}" for module in modules]


@pytest.mark.parametrize(
    "source",
    [
        "import xml.etree.ElementTree as ET",
        "from xml.dom import minidom",
        "from xml.sax.saxutils import XMLGenerator",
        "import xml.sax.saxutils",
        "from lxml import etree",
        "import pickle",
        "import subprocess",
        "def f():\n    from yaml import load",
        "eval('1')",
        "run('ls', shell=True)",
    ],
)
def test_the_check_finds_them(source: str) -> None:
    """Each kind of offence is seen, wherever it stands."""
    assert offences(source)
