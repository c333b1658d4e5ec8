"""The rules as data: cases with one outcome each, for any language.

The JSON files beside this module are the vectors; `README.md` there says how they are
written and how another implementation runs them. Here they are for Python: `load`
gives the cases, `check` runs them against anything that answers.

- `command`: the command that checks a program.
- `reference`: this library's answers.
- `stories`: use cases one after another.
- `values`: students, records and faults in JSON.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import attrs

Json = Mapping[str, Any]
"""A JSON object."""

Answer = Callable[[str, Json], Json]
"""Answers one question: an operation's name and its input, to an outcome."""

SCHEMA = "vectors.schema.json"
"""The JSON Schema of the files, in the same folder."""


@attrs.frozen(kw_only=True)
class Case:
    """One case: what goes in, and the one outcome that is right.

    Attributes:
        id: Names the case, and stays: its operation and a few words.
        operation: What is asked.
        rule: The rule that the case shows.
        comment: What it shows, for a person.
        input: What goes in.
        outcome: ``{"result": ...}``, or ``{"fault": {"kind": ..., "rule": ...}}``.
    """

    id: str
    operation: str
    rule: str
    comment: str
    input: Json
    outcome: Json


@attrs.frozen(kw_only=True)
class Difference:
    """A case with another outcome than the right one."""

    case: Case
    found: Json

    def __str__(self) -> str:
        """Tell a person what differs, from the first place on where it does."""
        at, wanted, found = _first_difference(self.case.outcome, self.found)
        return (
            f"{self.case.id} [{self.case.rule}]: {self.case.comment}\n"
            f"  asked: {_short(self.case.input)}\n"
            f"  at {at or 'the outcome'}\n"
            f"  right: {_written(wanted)}\n  found: {_written(found)}"
        )


_SHOWN = 300  # characters of a question, which may be a long story


def _short(asked: Json) -> str:
    text = _written(asked)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _first_difference(
    wanted: object, found: object, at: str = ""
) -> tuple[str, object, object]:
    """Go down to the first part that differs, and say where it is."""
    for where, one, other in _parts(wanted, found, at):
        if not is_same(one, other):
            return _first_difference(one, other, where)
    return at, wanted, found


def _parts(
    wanted: object, found: object, at: str
) -> Iterator[tuple[str, object, object]]:
    """Yield the parts of two values that have the same parts."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        names = wanted if wanted.keys() == found.keys() else ()
        for name in names:
            yield f"{at}.{name}" if at else name, wanted[name], found[name]
    elif isinstance(wanted, list) and isinstance(found, list):
        count = len(wanted) if len(wanted) == len(found) else 0
        for number in range(count):
            yield f"{at}[{number}]", wanted[number], found[number]


def _written(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def is_same(left: object, right: object) -> bool:
    """Return whether two values are the same JSON: 1 is not true.

    >>> is_same({"a": 1, "b": 2}, {"b": 2, "a": 1}), is_same([True], [1])
    (True, False)
    """
    return _written(left) == _written(right)


def load(operation: str | None = None) -> tuple[Case, ...]:
    """Return every case, or those of one operation, in the order of their files.

    >>> load("code.read")[0].rule
    'CODE-9'

    Raises:
        ValueError: There are no cases of such an operation.
    """
    found = tuple(
        case
        for case in _cases(map(_read, sorted(_names())))
        if operation in {None, case.operation}
    )
    if not found:
        raise ValueError(f"there are no vectors of the operation {operation!r}")
    return found


def schema() -> Json:
    """Return the JSON Schema that every file keeps to."""
    return _read(SCHEMA)


def check(answer: Answer, cases: Iterable[Case] | None = None) -> list[Difference]:
    """Run cases, all of them unless others are given; give those that differ.

    An implementation that cannot answer an operation leaves its cases out, and says
    so. An error that the answering raises is not caught.
    """
    found = []
    for case in load() if cases is None else cases:
        outcome = answer(case.operation, case.input)
        if not is_same(outcome, case.outcome):
            found.append(Difference(case=case, found=outcome))
    return found


def _names() -> Iterator[str]:
    for each in files(__name__).iterdir():
        if each.name.endswith(".json") and each.name != SCHEMA:
            yield each.name


def _read(name: str) -> Json:
    content: Json = json.loads(files(__name__).joinpath(name).read_text("utf-8"))
    return content


def _cases(read: Iterable[Json]) -> Iterator[Case]:
    for file in read:
        for case in file["cases"]:
            outcome = {k: case[k] for k in ("result", "fault") if k in case}
            yield Case(
                id=case["id"],
                operation=file["operation"],
                rule=case["rule"],
                comment=case["comment"],
                input=case["input"],
                outcome=outcome,
            )
