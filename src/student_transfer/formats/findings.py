"""What a person is told of files that are read: what is wrong, and what to know."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import attrs


@attrs.frozen(order=True)
class Problem:
    """Something in a file that is wrong, without what the cell holds.

    Attributes:
        file: The file, as named inside the folder or zip that was given.
        line: The line on which the row starts, from 1; 0 for the file as a whole.
        column: The column as the file writes it; blank for the whole row.
        message: What is wrong, and what to do where that is not plain.
    """

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        """Return the place and what is wrong in one line.

        >>> str(Problem("users.csv", 3, "birthDate", "not a date"))
        'users.csv, line 3, column birthDate: not a date'
        """
        line = f", line {self.line}" if self.line else ""
        column = f", column {self.column}" if self.column else ""
        return f"{self.file}{line}{column}: {self.message}"


UNREADABLE = "cannot be opened: check that it is there and may be read"
"""What is told of a file that the machine does not give."""

_TOLD_OF_A_KIND = 10
_NUMBERS = re.compile(r"\d+")


class Summed:
    """Problems that come one by one; of very many of a kind the first are kept.

    Of a kind are those of one file and column that say the same, but for numbers.

    Attributes:
        count: How many there are.
    """

    def __init__(self) -> None:
        """Begin without any."""
        self.count = 0
        self._first: list[Problem] = []
        self._of_a_kind = Counter[tuple[str, str, str]]()

    def add(self, problem: Problem) -> None:
        """Add a problem."""
        kind = _kind(problem)
        self.count += 1
        self._of_a_kind[kind] += 1
        if self._of_a_kind[kind] <= _TOLD_OF_A_KIND:
            self._first.append(problem)

    def lines(self) -> Iterator[str]:
        """Yield those that are kept, a line each, and how many more of a kind are."""
        told = Counter[tuple[str, str, str]]()
        for problem in self._first:
            yield str(problem)
            kind = _kind(problem)
            told[kind] += 1
            more = self._of_a_kind[kind] - _TOLD_OF_A_KIND
            if told[kind] == _TOLD_OF_A_KIND and more > 0:
                said = f"and {more:,} more like this"
                yield str(attrs.evolve(problem, line=0, message=said))


def summed_up(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield problems a line each, and of very many of one kind the first ones.

    A line after the last one of a kind that is told says how many more there are; see
    `Summed`.

    >>> bad = [Problem("users.csv", line, "grade", "unknown") for line in range(2, 99)]
    >>> *told, more = summed_up(bad)
    >>> len(told), more
    (10, 'users.csv, column grade: and 87 more like this')
    """
    summed = Summed()
    for problem in problems:
        summed.add(problem)
    return summed.lines()


def _kind(problem: Problem) -> tuple[str, str, str]:
    """Return what problems of one kind have in common."""
    return problem.file, problem.column, _NUMBERS.sub("", problem.message)


@attrs.frozen(order=True)
class Note:
    """Something worth knowing that needs no correction.

    Attributes:
        file: The file, as in a `Problem`.
        message: What is worth knowing.
        argument: The argument of the call that reads the file by which a person can
            say what the file does not tell; blank where there is none.
        is_warning: Whether the outcome is worse for it, so that it is told to who wants
            nothing but problems, too.
    """

    file: str
    message: str
    argument: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        """Return the file and the note in one line.

        >>> str(Note("classes.csv", "not needed, so not read"))
        'classes.csv: not needed, so not read'
        >>> str(Note("users.csv", "say whether day comes first", "date_order"))
        'users.csv: say whether day comes first (date_order)'
        """
        return self.line(self.argument)

    def line(self, settled_by: str) -> str:
        """Return the file and the note in one line, and by what a person settles it.

        Args:
            settled_by: What stands for the argument where the note is read, such as an
                option of a command; blank for nothing.
        """
        said = f" ({settled_by})" if settled_by else ""
        return f"{self.file}: {self.message}{said}"


@attrs.define
class Findings:
    """What a person is told of files that are read or loaded, as it is found."""

    problems: list[Problem] = attrs.field(factory=list)
    notes: list[Note] = attrs.field(factory=list)

    def problem(self, file: str, line: int, column: str, message: str) -> None:
        """Add what is wrong."""
        self.problems.append(Problem(file, line, column, message))

    def note(self, file: str, message: str, argument: str = "") -> None:
        """Add what is worth knowing; see `Note`."""
        self.notes.append(Note(file, message, argument))
