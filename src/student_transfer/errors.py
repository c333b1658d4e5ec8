"""Every error this library raises, as one tree.

::

    StudentTransferError
    ├── CodeRefusedError                 an entered code, in the order of CODE-11
    │   ├── MalformedCodeError
    │   ├── MistypedCodeError
    │   ├── UnknownCodeError
    │   ├── RevokedCodeError
    │   ├── SameSiteCodeError
    │   ├── UsedCodeError
    │   ├── ClaimedCodeError
    │   └── ExpiredCodeError
    ├── EmptyScopeError                  nobody to transfer (CODE-2)
    ├── NotAllowedError                  the actor lacks the right (PERM-3)
    ├── NotFoundError                    no such thing on the actor's site (PERM-3)
    ├── IllegalTransitionError           the import or code is past that step
    ├── ConfirmationRequiredError        a second yes is missing (IMP-2)
    ├── UnreviewedError                  nobody has looked at flagged students (MATCH-1)
    ├── UnlikeError                      two who plainly differ were chosen (MATCH-1)
    ├── DecisionError                    a review decision that cannot be taken
    │   └── MatchTakenError              that student is another's match (REV-2)
    ├── MergeRefusedError                these two records cannot be merged
    ├── UndoRefusedError                 something cannot be undone (AFTER-2)
    │   ├── MergeUndoRefusedError        a merge: the survivor was edited since
    │   └── MatchUndoRefusedError        a match that an import has applied
    ├── BackgroundStepError              a step of an import failed; has a reference
    │   ├── AnalysisFailedError          the analysis: it is tried again (PREV-7)
    │   └── ImportFailedError            the import: it stopped, and is resumed (IMP-7)
    ├── SchoolGoneError                  the school of an import is closed (LOOK-2)
    ├── InputFileError                   files that cannot be read
    ├── FormRefusedError                 a form of the pages cannot be taken
    │   ├── ForeignFormError             not sent from a page of who acts
    │   └── UnchosenError                without the choice that it is about
    ├── SettingsError                    settings that make no sense (MATCH-6)
    └── StorageError                     what the storage says
        ├── ConcurrentChangeError        somebody else changed it meanwhile
        │   └── KeyTakenError            what was to be added is there already
        ├── IdentifierTakenError         a unique identifier is taken (CONF-3)
        ├── StorageBusyError             locked for too long
        ├── StorageReadOnlyError         may not be written
        └── StorageVersionError          made by a newer version of the library

Outcomes that are expected (a bad row of a file, an uncertain match, a conflict of
identifiers) are values with their rule, not errors. No error carries personal data
or a transfer code, so each can be shown and logged as it is.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:  # every module imports this one
    from student_transfer.students import StudentKey


class StudentTransferError(Exception):
    """The root of the tree: what is wrong, by which rule, and what to do next.

    Attributes:
        message: What is wrong, for a person to read.
        advice: What the person can do about it.
        rule: The stable name of the rule, such as ``CODE-5``; may be empty.
    """

    default_message: ClassVar[str] = "The transfer could not go on."
    default_advice: ClassVar[str] = "Check the input and try again."
    default_rule: ClassVar[str] = ""

    def __init__(
        self,
        message: str | None = None,
        *,
        advice: str | None = None,
        rule: str | None = None,
    ) -> None:
        """Take a message, advice or rule where the class's own do not fit."""
        self.message = self.default_message if message is None else message
        self.advice = self.default_advice if advice is None else advice
        self.rule = self.default_rule if rule is None else rule
        super().__init__(self.message)

    def __str__(self) -> str:
        """Return the message, the advice and the rule in one line.

        >>> str(ExpiredCodeError())[-8:]
        '[CODE-5]'
        """
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{self.message} {self.advice}{rule}"

    def __reduce__(self) -> tuple[object, ...]:
        """Return how to make it again in another process, with all its attributes."""
        return _again, (type(self), *self.args), self.__dict__


def _again(error: type[StudentTransferError], *args: object) -> StudentTransferError:
    """Return an error without calling its ``__init__``, whatever that takes."""
    return error.__new__(error, *args)


def wrong_type(told: str, value: object) -> TypeError:
    """Return the error for a value of a wrong type, which is not quoted.

    >>> str(wrong_type("year has to be a text", 6))
    'year has to be a text, and is of type int'
    """
    return TypeError(f"{told}, and is of type {type(value).__name__}")


class CodeRefusedError(StudentTransferError):
    """An entered transfer code is not accepted (CODE-11)."""

    default_rule = "CODE-11"
    default_message = "This transfer code is not accepted."
    default_advice = "Check the code, or request a new one from the previous site."


class MalformedCodeError(CodeRefusedError):
    """What was entered does not have the shape of a code (CODE-9)."""

    default_rule = "CODE-9"
    default_message = "This is not a transfer code."
    default_advice = (
        "A transfer code has 25 letters and digits in five groups of five. "
        "Copy the whole code from the email and enter it again."
    )


class MistypedCodeError(CodeRefusedError):
    """The check symbol does not fit: something was mistyped (CODE-9)."""

    default_rule = "CODE-9"
    default_message = "The transfer code has a typing error."
    default_advice = "Compare it with the email symbol by symbol, or copy and paste it."


class UnknownCodeError(CodeRefusedError):
    """No such code was ever generated."""

    default_message = "This transfer code is not known."
    default_advice = (
        "Ask the administrator of the students' previous site to send the code again."
    )


class RevokedCodeError(CodeRefusedError):
    """The source's administrator has withdrawn the code (CODE-8)."""

    default_rule = "CODE-8"
    default_message = "This transfer code was withdrawn by the site that generated it."
    default_advice = (
        "Ask the administrator of the students' previous site for a new code."
    )


class SameSiteCodeError(CodeRefusedError):
    """The code was generated on the site where it was entered (CODE-6)."""

    default_rule = "CODE-6"
    default_message = "This transfer code was generated on your own site."
    default_advice = (
        "The students' data is already there and does not need to be transferred."
    )


class UsedCodeError(CodeRefusedError):
    """The code was used before (CODE-4)."""

    default_rule = "CODE-4"
    default_message = "This transfer code has already been used."
    default_advice = (
        "A code works once. If the data is not among your completed imports, "
        "request it again from the students' previous site."
    )


class ClaimedCodeError(CodeRefusedError):
    """An import that is under way holds the code (CODE-7)."""

    default_rule = "CODE-7"
    default_message = "An import that was started with this transfer code is under way."
    default_advice = (
        "If it is among your pending imports, go on there or cancel it to free the "
        "code. If not, request a new code from the students' previous site."
    )


class ExpiredCodeError(CodeRefusedError):
    """More than 30 days have passed since the code was generated (CODE-5)."""

    default_rule = "CODE-5"
    default_message = "This transfer code is more than 30 days old."
    default_advice = (
        "Ask the administrator of the students' previous site for a new code."
    )


class EmptyScopeError(StudentTransferError):
    """Nobody who is enrolled falls under what the code would be for (CODE-2)."""

    default_rule = "CODE-2"
    default_message = "Nobody who is enrolled now matches this choice."
    default_advice = "Choose a student or a year that is enrolled in the school."


class NotAllowedError(StudentTransferError):
    """The actor has no right to do this (PERM-1, PERM-2)."""

    default_rule = "PERM-2"
    default_message = "You may not do this."
    default_advice = (
        "Ask a network administrator, or an administrator of the school concerned."
    )


class NotFoundError(StudentTransferError):
    """There is no such thing on the actor's own site (PERM-3).

    The same error, word for word, whether it does not exist or is another site's.
    """

    default_rule = "PERM-3"
    default_message = "There is no such item on your site."
    default_advice = "Check the identifier in the list it came from."

    @classmethod
    def of(cls, what: str) -> "NotFoundError":
        """Name the kind of thing that was not found, never the thing itself.

        >>> NotFoundError.of("import").message
        'There is no such import on your site.'
        """
        return cls(f"There is no such {what} on your site.")

    @classmethod
    def of_site(cls) -> "NotFoundError":
        """Say that a site itself is missing from the storage.

        >>> NotFoundError.of_site().message
        'This site is not in the storage.'
        """
        return cls(
            "This site is not in the storage.",
            advice="Nothing was changed. Check the site's ID; a new site has to be put "
            "into the storage first (sites.put_site).",
        )


class IllegalTransitionError(StudentTransferError):
    """The import or the code is in a state in which this cannot happen."""

    default_message = "This step is not possible now."
    default_advice = "Read the current state and continue from there."


class ConfirmationRequiredError(StudentTransferError):
    """Cancelling needs a second yes (IMP-2)."""

    default_rule = "IMP-2"
    default_message = "Cancelling an import has to be confirmed."
    default_advice = (
        "Nothing was changed. If the import is to be cancelled, say so once more."
    )


class UnreviewedError(StudentTransferError):
    """An import would bring flagged students whom nobody has looked at (MATCH-1).

    Attributes:
        count: How many they are.
    """

    default_rule = "MATCH-1"
    default_advice = (
        "Review them, or confirm once more that they are imported as proposed."
    )

    def __init__(self, count: int) -> None:
        """Say how many students they are.

        >>> UnreviewedError(1).message
        'Students flagged for review whom nobody has looked at: 1.'
        """
        super().__init__(
            f"Students flagged for review whom nobody has looked at: {count:,}."
        )
        self.count = count


class UnlikeError(StudentTransferError):
    """Two students who plainly differ were chosen as one child (MATCH-1).

    Attributes:
        fields: In what they differ: names of fields of `Student`.
    """

    default_rule = "MATCH-1"
    default_advice = (
        "Look at both. If they are one child all the same, choose once more and say so."
    )

    def __init__(self, fields: Sequence[str]) -> None:
        """Say in what they differ.

        >>> UnlikeError(["given_name", "date_of_birth"]).message
        'These may be two children. They differ in: given name, date of birth.'
        """
        told = ", ".join(field.replace("_", " ") for field in fields)
        super().__init__(f"These may be two children. They differ in: {told}.")
        self.fields = tuple(fields)


class DecisionError(StudentTransferError):
    """A decision of the review cannot be taken (REV-1)."""

    default_rule = "REV-1"
    default_message = "This decision is not possible."


class MatchTakenError(DecisionError):
    """The chosen student is already another incoming student's match (REV-2).

    Attributes:
        holder: The key, on the source site, of the student who has the match.
    """

    default_rule = "REV-2"
    default_message = "That student is already the match of another incoming student."
    default_advice = "Clear or change the other student's match first."

    def __init__(self, holder: "StudentKey") -> None:
        """Give the key of the incoming student who has the match; no error has names.

        >>> MatchTakenError("s7").message
        'That student is already the match of the incoming student with the key s7.'
        """
        super().__init__(
            "That student is already the match of the incoming student with the key "
            f"{holder}."
        )
        self.holder = holder


class MergeRefusedError(StudentTransferError):
    """These records cannot be merged (AFTER-1)."""

    default_rule = "AFTER-1"
    default_message = "These two records cannot be merged."
    default_advice = "Choose two different students of the same site."


class UndoRefusedError(StudentTransferError):
    """A merge, or a match that an import has applied, cannot be undone (AFTER-2)."""

    default_rule = "AFTER-2"
    default_message = "This cannot be undone."
    default_advice = "Correct the records by hand."


class MergeUndoRefusedError(UndoRefusedError):
    """A merge cannot be undone exactly any more (AFTER-2).

    Attributes:
        changed: What is different now, as names of fields or counts, no values.
    """

    default_advice = (
        "Put it back as it was after the merge, then undo the merge; or correct the "
        "records by hand."
    )

    def __init__(self, changed: Sequence[str], *, advice: str | None = None) -> None:
        """Name what has changed since the merge."""
        super().__init__(
            "The merge cannot be undone exactly, because something changed since: "
            + ", ".join(changed)
            + ".",
            advice=advice,
        )
        self.changed = tuple(changed)


class MatchUndoRefusedError(UndoRefusedError):
    """A match that an import has applied cannot be undone (AFTER-2)."""

    default_message = "This match cannot be undone."
    default_advice = "Correct both records by hand."


class BackgroundStepError(StudentTransferError):
    """A background step of an import failed; the import shows a reference code.

    Attributes:
        reference: The reference code to quote to support.
    """

    default_message = "A background step of the import failed."
    default_advice = "Give the reference code to support."

    def __init__(self, reference: str) -> None:
        """Carry the reference code that the import now shows."""
        super().__init__(f"{self.default_message} Its reference code is {reference}.")
        self.reference = reference


class ImportFailedError(BackgroundStepError):
    """An import stopped before its end and can be resumed (IMP-7)."""

    default_rule = "IMP-7"
    default_message = "The import failed."
    default_advice = "Give the reference code to support; the import can be resumed."


class AnalysisFailedError(BackgroundStepError):
    """The analysis of an import failed; it is still due and need not be resumed."""

    default_rule = "PREV-7"
    default_message = "The analysis of the import failed."
    default_advice = (
        "Nothing was changed. The next run of the background steps tries it again; if "
        "it fails again, give the reference code to support."
    )


class SchoolGoneError(StudentTransferError):
    """The school to enrol in, or its whole site, is gone, so the whole import fails.

    It is the cause of the `ImportFailedError` of that import.
    """

    default_rule = "LOOK-2"
    default_message = "The school to enrol the students in is no longer on the site."
    default_advice = "Put the school back, then resume the import."


_FEW_PROBLEMS = 3
"""How many problems of files are told in the line that ends up in a log."""


class InputFileError(StudentTransferError):
    """Files that cannot be read at all, or not without problems (``strict=True``).

    Attributes:
        problems: One line a problem: file, line, column and what is wrong.
    """

    default_message = "The files could not be read."
    default_advice = "Correct the places named and try again."

    def __init__(
        self,
        message: str | None = None,
        problems: Sequence[str] = (),
        *,
        advice: str | None = None,
        rule: str | None = None,
    ) -> None:
        """Carry every problem of the files, not only the first."""
        super().__init__(message, advice=advice, rule=rule)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        """Return the message, the first problems, the advice and the rule in one line.

        >>> str(InputFileError("No.", ["a.csv, line 2: b", "c"], advice="Correct it."))
        'No. (1) a.csv, line 2: b (2) c. Correct it.'
        """
        if not self.problems:
            return super().__str__()
        few = enumerate(self.problems[:_FEW_PROBLEMS], 1)
        told = " ".join(f"({number}) {each}" for number, each in few)
        left = len(self.problems) - _FEW_PROBLEMS
        more = f", and {left} more in problems" if left > 0 else ""
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{self.message} {told}{more}. {self.advice}{rule}"


class FormRefusedError(StudentTransferError):
    """A form that was sent to the pages cannot be taken."""

    default_message = "This form could not be accepted."
    default_advice = "Nothing was changed. Go back and repeat the step."


class ForeignFormError(FormRefusedError):
    """A form was not sent from a page of the person who acts."""

    default_message = "This form could not be accepted as one of yours."
    default_advice = (
        "Nothing was changed. It was open for too long, or it was not sent from these "
        "pages. Go back, load the page again and repeat the step."
    )


class UnchosenError(FormRefusedError):
    """A form was sent in which nothing was chosen."""

    default_message = "Nothing is chosen yet."
    default_advice = "Go back and choose first."


class SettingsError(StudentTransferError, ValueError):
    """Settings of the matching that cannot be used (MATCH-6).

    Attributes:
        problems: One line a problem: the place, what is wrong, and what to do.
    """

    default_rule = "MATCH-6"
    default_message = "The settings cannot be used."
    default_advice = "Correct the places named."

    def __init__(
        self, message: str | None = None, problems: Sequence[str] = ()
    ) -> None:
        """Carry every problem of the settings, not only the first.

        >>> SettingsError(problems=["size: 0 is too few", "share: missing"]).message
        'The settings cannot be used: (1) size: 0 is too few (2) share: missing.'
        """
        if message is None and problems:
            told = [f"({number}) {each}" for number, each in enumerate(problems, 1)]
            said = " ".join(told)
            end = "" if said.endswith("?") else "."
            message = f"{self.default_message[:-1]}: {said}{end}"
        super().__init__(message)
        self.problems = tuple(problems)


class StorageError(StudentTransferError):
    """The storage cannot do what was asked; the driver's error is the cause."""

    default_message = "The storage failed."
    default_advice = "Nothing was changed. Check the database and try again."


class ConcurrentChangeError(StorageError):
    """What was read has been changed by somebody else meanwhile."""

    default_message = "Somebody else changed this meanwhile."
    default_advice = (
        "Nothing was changed. Read it again and repeat the step; what was to be added "
        "may be there already."
    )


class KeyTakenError(ConcurrentChangeError):
    """What was to be added has a key that is there already.

    Somebody else may have added it just now, so it is a `ConcurrentChangeError`; more
    often it was there before.
    """

    default_message = (
        "Something with this key, or with another value that has to be unique, is "
        "there already."
    )
    default_advice = (
        "Nothing was changed. Read what is there: it may be the same one. If it is "
        "not, choose another key."
    )


class IdentifierTakenError(StorageError):
    """An identifier that is unique on the site belongs to another (CONF-3)."""

    default_rule = "CONF-3"
    default_message = "An identifier that has to be unique is taken on this site."
    default_advice = "Nothing was changed. Choose another value."


class StorageBusyError(StorageError):
    """The database is unavailable for now: locked, or the connection was lost."""

    default_message = "The database is locked by another process."
    default_advice = "Nothing was changed. Try again when the other process is done."


class StorageReadOnlyError(StorageError):
    """The database may not be written."""

    default_message = "The database may not be written."
    default_advice = "Check the permissions of the database file and its folder."


class StorageVersionError(StorageError):
    """The database was made by a newer version of this library."""

    default_message = "The database was made by a newer version of student_transfer."
    default_advice = "Nothing was changed. Install the newer version and try again."
