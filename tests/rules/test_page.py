"""The page of the rules is complete, and every rule is tested."""

import importlib
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from student_transfer.codes import CodeState
from student_transfer.imports import ImportState
from student_transfer.testing import vectors
from tests.rules.lives import PICTURES, drawn
from tests.rules.page import (
    ALTERNATIVES,
    PAGE,
    ROOT,
    RULE,
    SECTION,
    refreshed,
    rules_named,
    sections,
)
from tests.rules.page import (
    test_functions as functions,
)

GROUPS = ALTERNATIVES.split("|")
INVENTED_DATA = "test_demo_world.py"  # names the rules it prepares, and tests none
TEXT_FILES = {".py", ".toml", ".json", ".sql", ".txt", ".csv", ".md"}
SECTIONS = sections(PAGE.read_text(encoding="utf-8"))
AGAIN = "run: python -m tests.rules"


def text_files() -> Iterator[Path]:
    """Return every file of the code and the tests that may name a rule."""
    files = chain((ROOT / "src").rglob("*"), (ROOT / "tests").rglob("*"))
    return (file for file in files if file.suffix in TEXT_FILES)


@cache
def named_in_docstrings() -> set[str]:
    """Return the rules that docstrings of tests name, the shipped kit's included."""
    return {
        rule
        for file, function in functions()
        if function.name.startswith("test") and file.name != INVENTED_DATA
        for rule in rules_named(function)
    }


def named_things(rule: str) -> list[str]:
    """Return what the section of a rule names as the place that decides."""
    _, _, places = SECTIONS[rule].partition("Decided in:")
    return re.findall(r"`([\w.]+)`", places.split("\n\n")[0])


def resolve(name: str) -> object:
    """Find a module, class, function or method of the package by dotted name."""
    found: object = importlib.import_module("student_transfer")
    dotted = "student_transfer"
    for part in name.split("."):
        dotted = f"{dotted}.{part}"
        if not hasattr(found, part):
            importlib.import_module(dotted)
        found = getattr(found, part)
    return found


def test_every_rule_that_is_named_is_on_the_page() -> None:
    """A rule that code, tests or vectors name can be looked up."""
    unknown = {
        f"{rule} in {file.relative_to(ROOT)}"
        for file in text_files()
        for rule in RULE.findall(file.read_text(encoding="utf-8", errors="replace"))
        if rule not in SECTIONS
    }
    assert not unknown


def test_rules_are_numbered_without_gaps() -> None:
    """Within each group the rules run from 1 up, in order, and no group is empty."""
    numbers: dict[str, list[int]] = {group: [] for group in GROUPS}
    for rule in SECTIONS:
        group, _, number = rule.partition("-")
        numbers[group].append(int(number))
    for group, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), group
        assert found, group


def test_rules_are_written_once() -> None:
    """No rule has two sections."""
    headings = [rule for rule, _ in SECTION.findall(PAGE.read_text(encoding="utf-8"))]
    assert len(headings) == len(set(headings))


@pytest.mark.parametrize("rule", SECTIONS)
def test_every_rule_says_where_it_comes_from(rule: str) -> None:
    """Each rule has its origin, and each decision says why."""
    text = SECTIONS[rule]
    origins = re.findall(r"\*\*([SPD])\*\*\.\s", text)
    assert origins
    assert ("D" in origins) == ("*Why:*" in text)


@pytest.mark.parametrize("rule", SECTIONS)
def test_the_place_that_decides_exists(rule: str) -> None:
    """What the page names as the place that decides is there under that name."""
    names = named_things(rule)
    assert names
    for name in names:
        assert resolve(name) is not None


@pytest.mark.parametrize("rule", SECTIONS)
def test_every_rule_is_tested(rule: str) -> None:
    """At least one test names the rule in its docstring."""
    assert rule in named_in_docstrings()


@pytest.mark.parametrize("rule", SECTIONS)
def test_every_rule_has_vectors_or_says_why_not(rule: str) -> None:
    """The page says what shows a rule, or why no example can."""
    shown = {case.rule for case in vectors.load()}
    assert (rule in shown) == ("No vectors: " not in SECTIONS[rule])


def test_the_page_says_what_shows_each_rule() -> None:
    """Vectors and properties on the page are those that there are."""
    text = PAGE.read_text("utf-8")
    assert text == refreshed(text), AGAIN


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_the_transition_table(name: str) -> None:
    """CODE-4, IMP-1: the lives are drawn from the tables, every state of them."""
    life = PICTURES[name]
    states = CodeState if life.title.endswith("code") else ImportState
    assert set(life.places) == set(states)
    assert PAGE.with_name(name).read_text("utf-8") == drawn(life), AGAIN
    assert f"]({name})" in PAGE.read_text("utf-8")
