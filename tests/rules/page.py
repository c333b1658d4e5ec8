"""What the page of the rules says of vectors and properties, taken from both."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from student_transfer.testing import vectors

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "reference" / "rules.md"
KIT = ROOT / "src" / "student_transfer" / "testing"

ALTERNATIVES = "PERM|REQ|CODE|LOOK|PREV|MATCH|REV|IMP|CONF|LOG|DONE|AFTER"
RULE = re.compile(rf"\b(?:{ALTERNATIVES})-\d+\b")
SECTION = re.compile(r"^### (\S+)\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)

_PROPERTY = {"given", "rule", "invariant", "initialize"}
_WIDTH = 90


def sections(text: str) -> dict[str, str]:
    """Return the text under each rule's heading."""
    return dict(SECTION.findall(text))


def test_functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    """Yield every function of the tests and the kit that ships."""
    for folder in (ROOT / "tests", KIT):
        for file in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    yield file, node


def rules_named(function: ast.FunctionDef) -> list[str]:
    """Return the rules that a function's docstring names."""
    return RULE.findall(ast.get_docstring(function) or "")


@cache
def properties() -> dict[str, list[str]]:
    """Give, for each rule, what Hypothesis tries: properties and steps of the model."""
    found: dict[str, list[str]] = {}
    for file, function in test_functions():
        if _decorators(function).isdisjoint(_PROPERTY):
            continue
        home = file.parent.name if file.is_relative_to(KIT / "model") else file.stem
        for rule in dict.fromkeys(rules_named(function)):
            found.setdefault(rule, []).append(f"{home}.{function.name}")
    return found


def _decorators(function: ast.FunctionDef) -> set[str]:
    names = set()
    for each in function.decorator_list:
        called = each.func if isinstance(each, ast.Call) else each
        if isinstance(called, ast.Name):
            names.add(called.id)
    return names


def shown_by(rule: str) -> str:
    """Return the lines of a rule's section that say what shows it."""
    counts = Counter(case.operation for case in vectors.load() if case.rule == rule)
    cases = [f"`{operation}` ({count})" for operation, count in sorted(counts.items())]
    names = [f"`{name}`" for name in properties().get(rule, ())]
    lines = [_list("Vectors", cases)] if cases else []
    lines += [_list("Properties", names)] if names else []
    return "".join(f"\n{line}\n" for line in lines)


def _list(label: str, items: list[str]) -> str:
    """Return a list as a paragraph of lines that are not too long."""
    lines, line = [], f"{label}:"
    for number, item in enumerate(items, 1):
        word = item + ("," if number < len(items) else "")
        if len(line) + 1 + len(word) > _WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}"
    return "\n".join([*lines, line])


def refreshed(text: str) -> str:
    """Return the page as it has to be, from what it says and what shows its rules."""

    def section(found: re.Match[str]) -> str:
        rule, body = found[1], found[2]
        own = re.split(r"\n(?=Vectors: |Properties: )", body)[0].rstrip()
        own, _, note = own.partition("\n\nNo vectors: ")
        told = f"\n\nNo vectors: {note.rstrip()}" if note else ""
        return f"### {rule}\n{own}{told}\n{shown_by(rule)}\n"

    return SECTION.sub(section, text).rstrip() + "\n"
