"""This library's answers to the vectors are right."""

from pathlib import Path

import pytest

from student_transfer.testing import vectors
from student_transfer.testing.vectors import Case, Json
from student_transfer.testing.vectors.reference import answer


@pytest.mark.parametrize("case", vectors.load(), ids=lambda case: case.id)
def test_the_library_answers_as_the_vector_says(case: Case) -> None:
    """Each case of every rule that has one."""
    assert [str(each) for each in vectors.check(answer, [case])] == []


def test_a_wrong_answer_is_found() -> None:
    """An implementation that forgives nothing fails what shows forgiveness."""

    def strict(operation: str, given: Json) -> Json:
        if given["entered"] != given["entered"].upper():
            return {"fault": {"kind": "malformed_code", "rule": "CODE-9"}}
        return answer(operation, given)

    found = vectors.check(strict, vectors.load("code.read"))
    assert [each.case.id for each in found][:2] == [
        "code.read/lower-case",
        "code.read/mixed-case",
    ]
    assert "Case does not count." in str(found[0])
    assert "malformed_code" in str(found[0])


def test_an_operation_that_is_not_there_is_told() -> None:
    """A slip in a name is no empty list that passes."""
    with pytest.raises(ValueError, match=r"no vectors of the operation 'code\.raed'"):
        vectors.load("code.raed")


def test_the_vectors_are_in_the_package() -> None:
    """They come with the library, wherever it is installed."""
    assert Path(vectors.__file__).with_name("code.read.json").is_file()
    assert vectors.schema()["$schema"].startswith("https://json-schema.org/")


def test_what_differs_is_named_by_its_place() -> None:
    """In a long outcome a person sees where to look, and 1 is not true."""
    case = vectors.load("year.same")[0]
    [found] = vectors.check(lambda _operation, _given: {"result": {"same": 1}}, [case])
    assert "at result.same\n  right: true\n  found: 1" in str(found)
    story = next(one for one in vectors.load("story") if len(one.input["steps"]) > 3)
    steps = [*story.outcome["result"]["steps"][:-1], {"result": {"state": "odd"}}]
    answers = {"result": {"steps": steps}}
    [found] = vectors.check(lambda _operation, _given: answers, [story])
    assert f"at result.steps[{len(steps) - 1}].result" in str(found)
    fewer = {"result": {"steps": steps[:-1]}}
    [found] = vectors.check(lambda _operation, _given: fewer, [story])
    assert "at result.steps\n" in str(found)
