"""The tree of errors: what each says, and that the drawing shows the real tree."""

import copy
import inspect
import pickle
import re
from typing import assert_type

import pytest

from student_transfer import errors
from student_transfer.errors import (
    AnalysisFailedError,
    BackgroundStepError,
    ImportFailedError,
    InputFileError,
    MatchTakenError,
    MergeUndoRefusedError,
    NotFoundError,
    StudentTransferError,
    UnlikeError,
    UnreviewedError,
)
from student_transfer.students import StudentKey


def tree(root: type[StudentTransferError]) -> list[type[StudentTransferError]]:
    """Return a class and all below it, each before its subclasses."""
    below = [error for child in root.__subclasses__() for error in tree(child)]
    return [root, *below]


def drawn() -> dict[str, str]:
    """Return each error of the module's drawing with the one it hangs from."""
    parents: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"    ((?:│   |    |├── |└── )*)(\w+Error)\b", line)
        if found:
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            parents[found[2]] = path[depth - 1] if depth else "Exception"
    return parents


ALL = tree(StudentTransferError)
ARGUMENTS = {
    MatchTakenError: ("s7",),
    MergeUndoRefusedError: (["given name", "1 record added"],),
    BackgroundStepError: ("ST-0000-0000",),
    ImportFailedError: ("ST-0000-0000",),
    AnalysisFailedError: ("ST-0000-0000",),
    UnlikeError: (["given_name", "date_of_birth"],),
    UnreviewedError: (2,),
}
MADE = [error(*ARGUMENTS.get(error, ())) for error in ALL]
EACH = pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)


def test_the_drawing_is_the_tree() -> None:
    """The module's docstring draws every error exactly where it hangs."""
    assert drawn() == {error.__name__: error.__bases__[0].__name__ for error in ALL}
    assert len(drawn()) > 20


def test_every_error_of_the_module_is_in_the_tree() -> None:
    """No error of the module stands outside the tree."""
    classes = [value for _, value in inspect.getmembers(errors, inspect.isclass)]
    own = {value for value in classes if value.__module__ == errors.__name__}
    assert own == set(ALL)


@EACH
def test_every_error_says_what_is_wrong_and_what_to_do(
    error: StudentTransferError,
) -> None:
    """Message and advice are sentences, and both are in the text with the rule."""
    for sentence in (error.message, error.advice):
        assert re.fullmatch(r"[A-Z].{10,}\.", sentence)
    assert not error.rule or re.fullmatch(r"[A-Z]+-\d+", error.rule)
    rule = f" [{error.rule}]" if error.rule else ""
    assert str(error) == f"{error.message} {error.advice}{rule}"
    assert error.args == (error.message,)


@EACH
def test_every_error_has_a_docstring_of_its_own(error: StudentTransferError) -> None:
    """A docstring says what each class stands for."""
    assert type(error).__dict__["__doc__"]


@EACH
def test_every_error_survives_pickling_and_copying(error: StudentTransferError) -> None:
    """An error that crosses processes says the same on the other side."""
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - just dumped
        assert type(again) is type(error)
        assert str(again) == str(error)
        assert again.args == error.args
        assert vars(again) == vars(error)


def test_no_two_errors_say_the_same() -> None:
    """The messages tell all errors apart."""
    messages = [error.message for error in MADE]
    assert len(set(messages)) == len(messages)


def test_what_is_given_replaces_what_the_class_says() -> None:
    """Message, advice and rule can each be given, even as blank."""
    error = StudentTransferError("It broke.", advice="Mend it.", rule="IMP-6")
    assert str(error) == "It broke. Mend it. [IMP-6]"
    assert str(NotFoundError("It broke.", rule="")) == (
        "It broke. Check the identifier in the list it came from."
    )
    assert StudentTransferError(advice="Mend it.").message == (
        StudentTransferError.default_message
    )


def test_not_found_names_the_kind_only() -> None:
    """PERM-3: the error is the same whether a thing is missing or another site's."""
    error = NotFoundError.of("transfer code")
    assert error.message == "There is no such transfer code on your site."
    assert error.rule == "PERM-3"


def test_errors_carry_what_a_program_needs() -> None:
    """REV-2, AFTER-2, IMP-7: holder, changes, reference and problems are data."""
    taken = MatchTakenError(StudentKey("s7"))
    assert_type(taken.holder, StudentKey)
    assert taken.holder == "s7"
    assert taken.message.endswith("the incoming student with the key s7.")
    assert MergeUndoRefusedError(["year", "email"]).changed == ("year", "email")
    assert "year, email" in MergeUndoRefusedError(["year", "email"]).message
    assert ImportFailedError("ST-1").reference == "ST-1"
    assert "ST-1" in ImportFailedError("ST-1").message
    assert InputFileError("No.", ["a", "b"]).problems == ("a", "b")
    assert InputFileError().problems == ()
    assert "load" not in InputFileError().advice  # it may be a log, or settings


def test_an_error_of_files_names_the_first_places() -> None:
    """Whoever sees its one line in a log knows where to look, and how many more."""
    told = ["a.csv, line 2: b", "a.csv, line 3: c", "d", "e", "f"]
    three = "No. (1) a.csv, line 2: b (2) a.csv, line 3: c (3) d"
    assert str(InputFileError("No.", told[:3], advice="So.")) == f"{three}. So."
    long = InputFileError("No.", told, advice="So.", rule="MATCH-6")
    assert str(long) == f"{three}, and 2 more in problems. So. [MATCH-6]"
    assert str(InputFileError("No.", advice="So.")) == "No. So."
