"""The page on security promises nothing without a test."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "security.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if re.match(r"\| (?!promise |-)", line)]
NAMED = re.compile(r"`((?:tests|src)/[\w/]+\.py)::(\w+)`")


def test_every_promise_names_a_test() -> None:
    """Each row of the tables has at least one."""
    assert len(ROWS) > 25
    assert [row for row in ROWS if not NAMED.search(row)] == []


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(PAGE))))
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    """A test that was renamed is renamed on the page."""
    source = (ROOT / path).read_text(encoding="utf-8")
    assert re.search(rf"^ *def {name}\(", source, re.MULTILINE)


def test_every_rule_that_is_named_exists() -> None:
    """The rules are those of the page of the rules."""
    rules = (ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b[A-Z]{3,}-\d+\b", PAGE)) - {"SHA-256"}
    assert len(named) > 10
    assert [rule for rule in sorted(named) if rule not in rules] == []
