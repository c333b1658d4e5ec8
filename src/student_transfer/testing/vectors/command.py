"""``python -m student_transfer.testing.vectors``: for implementations in any language.

``check`` asks a program every question of the vectors and says which of its answers
are not right. ``answer`` is such a program: it answers with this library. Both speak
lines of JSON, one question and one answer each.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence

from student_transfer.testing.vectors import Case, Difference, Json, is_same, load

_SHOWN = 200  # characters of a line that is no answer

UNSUPPORTED = {"unsupported": True}
"""The answer of an implementation that does not have an operation."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; give 0 where every answer is right.

    A program that answers nothing, or not every question, is not right either.
    """
    parser = _parser()
    chosen = parser.parse_args(arguments)
    if chosen.what == "answer":
        _answer(sys.stdin)
        return 0
    cases = [case for case in load() if case.id.startswith(chosen.only)]
    if not cases:
        parser.error(f"there is no operation or case that begins with {chosen.only!r}")
    try:
        answers = _asked(chosen.program, cases)
    except (OSError, ValueError) as error:
        program = chosen.program[0]
        sys.stderr.write(f"The program {program} does not answer: {error}\n")
        return 2
    return _report(cases, answers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m student_transfer.testing.vectors",
        description="The rules as data, for implementations in any language.",
    )
    commands = parser.add_subparsers(dest="what", required=True)
    commands.add_parser(
        "answer", help="read questions from standard input, and answer as this library"
    )
    check = commands.add_parser(
        "check", help="ask a program every question, and say which answers are wrong"
    )
    check.add_argument(
        "--only",
        metavar="OPERATION",
        default="",
        help="only cases whose id begins so: code, match.link or match.link/twin",
    )
    check.add_argument(
        "program", nargs="+", metavar="PROGRAM", help="the program and its arguments"
    )
    return parser


def _answer(lines: Iterable[str]) -> None:
    """Answer each line with this library."""
    from student_transfer.testing.vectors.reference import (  # noqa: PLC0415 - the other command needs none of it
        OPERATIONS,
        answer,
    )

    for line in filter(str.strip, lines):
        found: Json
        try:
            question = json.loads(line)
            known = question["operation"] in OPERATIONS
            found = answer(question["operation"], question["input"]) if known else {}
        except Exception as error:  # noqa: BLE001 - the next question gets its answer
            found = {"not_a_question": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(found or UNSUPPORTED) + "\n")
        sys.stdout.flush()


def _asked(program: Sequence[str], cases: Sequence[Case]) -> list[Json]:
    """Ask a program about each case.

    Raises:
        OSError: It cannot be started.
        ValueError: It fails, or does not give one JSON object a line for each question.
    """
    questions = "".join(
        json.dumps({"id": case.id, "operation": case.operation, "input": case.input})
        + "\n"
        for case in cases
    )
    ran = subprocess.run(  # noqa: S603 - the user's own program
        program, input=questions.encode(), stdout=subprocess.PIPE, check=False
    )
    if ran.returncode:
        raise ValueError(f"it ended with status {ran.returncode}")
    lines = [line for line in ran.stdout.decode().split("\n") if line.strip()]
    answers = [_read(line, case) for line, case in zip(lines, cases, strict=False)]
    if len(lines) != len(cases):
        raise ValueError(f"it gave {len(lines)} answers to {len(cases)} questions")
    return answers


def _read(line: str, case: Case) -> Json:
    """Read an answer.

    Raises:
        ValueError: It is no JSON object, naming the case.
    """
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(f"to {case.id} it gave no JSON object: {line[:_SHOWN]}")  # noqa: TRY004 - of what was written, not of a call
    return found


def _report(cases: Sequence[Case], answers: Sequence[Json]) -> int:
    """Return what is wrong, and count by operation."""
    counts: dict[str, Counter[str]] = {}
    for case, found in zip(cases, answers, strict=True):
        verdict = (
            "left out"
            if found == UNSUPPORTED
            else "right"
            if is_same(found, case.outcome)
            else "NO ANSWER"
            if not {"result", "fault"} & found.keys()
            else "WRONG"
        )
        counts.setdefault(case.operation, Counter())[verdict] += 1
        if verdict == "WRONG":
            sys.stdout.write(f"{Difference(case=case, found=found)}\n")
    for operation, of in counts.items():
        told = ", ".join(f"{number} {verdict}" for verdict, number in of.items())
        sys.stdout.write(f"{operation:<22} {told}\n")
    total = sum(counts.values(), Counter[str]())
    sys.stdout.write(
        f"{total['right']} of {len(cases)} cases right, {total['WRONG']} wrong, "
        f"{total['left out']} left out.\n"
    )
    if total["NO ANSWER"]:
        sys.stdout.write(
            f"{total['NO ANSWER']} lines are no answers: no result and no fault.\n"
        )
    return int(total["WRONG"] + total["NO ANSWER"] > 0 or total["right"] == 0)
