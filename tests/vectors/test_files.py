"""The files of vectors are in order: any language can rely on them."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from student_transfer import errors
from student_transfer.testing import vectors
from student_transfer.testing.vectors.reference import OPERATIONS
from student_transfer.testing.vectors.values import fault_kind
from tests.vectors.canonical import FOLDER, files, written

CASES = vectors.load()
FILES = [file for file in files() if file.name != vectors.SCHEMA]
NO_VECTORS = {"PERM-4"}
"""Rules that no example shows: a host's own policy is the host's own code."""


def rules() -> set[str]:
    """Return every rule of the page of rules."""
    page = Path(__file__).parents[2] / "docs" / "reference" / "rules.md"
    return set(re.findall(r"^### (\S+)$", page.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_keeps_to_the_schema(file: Path) -> None:
    """Each operation's inputs and results have the shape that the schema says."""
    schema = vectors.schema()
    Draft202012Validator.check_schema(schema)
    found = Draft202012Validator(schema).iter_errors(
        json.loads(file.read_text("utf-8"))
    )
    assert [f"{list(one.absolute_path)}: {one.message}" for one in found] == []


@pytest.mark.parametrize("file", files(), ids=lambda file: file.stem)
def test_a_file_is_written_in_the_one_way(file: Path) -> None:
    """``python -m tests.vectors.canonical`` writes it again as it stands."""
    text = file.read_text("utf-8")
    assert text == written(json.loads(text))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_has_one_operation_of_its_own(file: Path) -> None:
    """The file, its operation and the ids of its cases have one name."""
    content = json.loads(file.read_text("utf-8"))
    assert content["operation"] == file.stem
    ids = [case["id"] for case in content["cases"]]
    assert all(each.startswith(f"{file.stem}/") for each in ids)
    assert len(ids) == len(set(ids))


def test_every_operation_has_vectors_and_no_other() -> None:
    """What can be asked is asked."""
    assert {case.operation for case in CASES} == set(OPERATIONS)


def test_every_rule_has_vectors_or_a_reason() -> None:
    """No rule was forgotten, and none is named that does not exist."""
    assert {case.rule for case in CASES} == rules() - NO_VECTORS


def test_no_two_cases_of_an_operation_ask_the_same() -> None:
    """Each case is worth its lines; a rule may be shown by another's example."""
    asked = Counter(
        json.dumps([case.operation, case.rule, case.input], sort_keys=True)
        for case in CASES
    )
    assert [question for question, count in asked.items() if count > 1] == []


def test_every_kind_of_fault_is_an_error_of_the_library() -> None:
    """The schema lists them, and each is the name of a class in `errors`."""
    listed = vectors.schema()["$defs"]["fault"]["properties"]["kind"]["enum"]
    known = {
        fault_kind(kind)
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.StudentTransferError)
    }
    assert set(listed) <= known


def test_every_comment_is_a_sentence() -> None:
    """A case that fails says what it shows."""
    assert [case.id for case in CASES if not re.search(r"[.\"]$", case.comment)] == []


def test_the_readme_lists_every_operation() -> None:
    """Who writes an implementation finds each one described."""
    text = (FOLDER / "README.md").read_text("utf-8")
    asked = text.partition("## What is asked")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `([a-z_.]+)` \|", asked, re.MULTILINE)
    assert listed == sorted(OPERATIONS)


def test_the_readme_lists_every_step_of_a_story() -> None:
    """And each thing that a story can do."""
    steps = vectors.schema()["$defs"]["step"]["properties"]["do"]["enum"]
    text = (FOLDER / "README.md").read_text("utf-8").partition("## Stories")[2]
    assert [step for step in steps if f"`{step}`" not in text] == []
