"""``python -m student_transfer.testing.vectors``, for any language."""

import json
import subprocess
import sys
from pathlib import Path

from student_transfer.testing import vectors

ANOTHER = Path(__file__).with_name("another.py")
VECTORS = [sys.executable, "-m", "student_transfer.testing.vectors"]


def run(*arguments: str, questions: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command."""
    return subprocess.run(
        [*VECTORS, *arguments],
        input=questions,
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, text: str) -> list[str]:
    """Write a program that answers in its own way."""
    file = folder / "program.py"
    file.write_text(text, "utf-8")
    return ["--", sys.executable, str(file)]


def test_another_implementation_is_right_in_what_it_answers() -> None:
    """CODE-5, CODE-9, CODE-11: one that shares no line with the library passes."""
    ran = run("check", "--", sys.executable, str(ANOTHER))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    answered = [line.split() for line in ran.stdout.splitlines() if " right" in line]
    assert [line[0] for line in answered[:-1]] == [
        "code.enter",
        "code.life",
        "code.read",
    ]
    count = sum(len(vectors.load(line[0])) for line in answered[:-1])
    total = len(vectors.load())
    assert ran.stdout.splitlines()[-1] == (
        f"{count} of {total} cases right, 0 wrong, {total - count} left out."
    )


def test_the_library_itself_answers_everything() -> None:
    """The reference is a program like any other."""
    ran = run("check", "--", *VECTORS, "answer")
    total = len(vectors.load())
    last = f"{total} of {total} cases right, 0 wrong, 0 left out."
    assert (ran.returncode, ran.stdout.splitlines()[-1]) == (0, last)


def test_a_wrong_implementation_is_told_what_is_wrong(tmp_path: Path) -> None:
    """It sees the case, the rule, what is right and what it said."""
    text = ANOTHER.read_text("utf-8").replace("days=30", "days=31")
    ran = run("check", "--only", "code", *program(tmp_path, text))
    assert ran.returncode == 1
    assert "code.enter/a-microsecond-later [CODE-5]" in ran.stdout
    assert '"kind": "expired_code"' in ran.stdout
    assert "4 wrong" in ran.stdout.splitlines()[-1]


def test_an_implementation_that_leaves_everything_out_is_not_right(
    tmp_path: Path,
) -> None:
    """Nothing was proved."""
    text = "import sys\nfor line in sys.stdin:\n    print('{\"unsupported\": true}')\n"
    ran = run("check", *program(tmp_path, text))
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1].startswith("0 of ")


def test_a_program_that_does_not_answer_is_told_so(tmp_path: Path) -> None:
    """One that is not there, that fails, and that answers too little."""
    assert "does not answer" in run("check", "--", "./nothing-there").stderr
    failed = run("check", *program(tmp_path, "raise SystemExit(3)"))
    assert "it ended with status 3" in failed.stderr
    silent = run("check", "--only", "date", *program(tmp_path, ""))
    assert "it gave 0 answers to 17 questions" in silent.stderr
    garbled = run("check", "--only", "date", *program(tmp_path, "print('oops')"))
    assert "does not answer" in garbled.stderr
    assert {one.returncode for one in (failed, silent, garbled)} == {2}


def test_only_operations_that_are_there_can_be_chosen() -> None:
    """A slip in a name is no run in which nothing was tried."""
    ran = run("check", "--only", "codes", "--", "true")
    assert ran.returncode == 2
    assert "no operation or case that begins with 'codes'" in ran.stderr


def test_the_library_answers_questions_that_are_not_among_the_vectors() -> None:
    """So two implementations can be compared on anything."""
    question = {"operation": "log.cell", "input": {"text": "=2+2"}}
    other = {"operation": "tea.make", "input": {}}
    ran = run("answer", questions="\n".join(map(json.dumps, (question, other))))
    first, second = map(json.loads, ran.stdout.splitlines())
    assert first == {"result": {"cell": "'=2+2"}}
    assert second == {"unsupported": True}


def test_what_is_no_question_gets_an_answer_too() -> None:
    """One bad line costs none of the others."""
    asked = ["nonsense", json.dumps({"operation": "code.read", "input": {}})]
    right = json.dumps({"operation": "log.meant", "input": {"cell": "'=1"}})
    ran = run("answer", questions="\n".join([*asked, right]))
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ["not_a_question" in one for one in answers] == [True, True, False]
    assert answers[2] == {"result": {"text": "=1"}}


def test_line_separators_inside_an_answer_are_text(tmp_path: Path) -> None:
    """JSON allows them raw, and other languages write them so."""
    text = 'print(\'{"result": {"cell": "a\\u2028b"}}\')'
    ran = run("check", "--only", "log.cell/plain", *program(tmp_path, text))
    assert ran.returncode == 1
    assert "a\u2028b" in ran.stdout
