"""Asking the matching, or a host's own matcher, whose promises are checked (PREV-3)."""

from collections.abc import Mapping, Sequence

from student_transfer.errors import StudentTransferError
from student_transfer.matching import (
    Frequencies,
    ImportAs,
    Settings,
    Suggestion,
    compare,
    suggest,
)
from student_transfer.services.candidates import Candidates
from student_transfer.services.context import Context
from student_transfer.services.kept_decisions import KeptDecision
from student_transfer.students import Student, StudentKey


def ask_matcher(
    context: Context,
    counted: Frequencies,
    learnt: Frequencies,
    incoming: Sequence[Student],
    found: Candidates,
    *,
    decided: Mapping[StudentKey, KeptDecision],
) -> Sequence[Suggestion]:
    """Ask the matching, which alone decides.

    Args:
        context: What every use case is given.
        counted: How common is on the site what the incoming students have.
        learnt: The same, with what the whole import has taught.
        incoming: All of the import who are there.
        found: Their candidates.
        decided: What people have decided.

    Raises:
        StudentTransferError: A host's matcher breaks a promise (PREV-3, PREV-4).
    """
    chosen = {
        one.key: decided[one.key].match
        for one in incoming
        if one.key in decided and not decided[one.key].void
    }
    proposed = list(
        context.matcher(
            incoming,
            found.by_student,
            counted,
            context.settings,
            decided=chosen,
            truncated=found.truncated,
        )
    )
    _check(incoming, proposed, found.by_student, chosen)
    if context.matcher is suggest:  # it has looked, and at the whole import at once
        return proposed
    return [
        one
        if student.key in chosen
        else _flagged(
            student, one, found.by_student[student.key], learnt, context.settings
        )
        for student, one in zip(incoming, proposed, strict=True)
    ]


def _flagged(
    student: Student,
    suggestion: Suggestion,
    candidates_: Sequence[Student],
    learnt: Frequencies,
    settings: Settings,
) -> Suggestion:
    """Flag what a host's matcher proposes where a person has to decide (MATCH-4)."""
    match = match_of(suggestion, candidates_)
    if match is None or suggestion.needs_review:
        return suggestion
    reasons = compare(student, match, learnt, settings).review_reasons
    if not reasons:
        return suggestion
    return suggestion.doubted(" and ".join(reasons))


def _check(
    incoming: Sequence[Student],
    proposed: Sequence[Suggestion],
    candidates_: Mapping[StudentKey, Sequence[Student]],
    chosen: Mapping[StudentKey, StudentKey | None],
) -> None:
    """Refuse what no matcher may propose; the library's own never does.

    Raises:
        StudentTransferError: Says which promise of a matcher is broken.
    """
    if len(proposed) != len(incoming):
        raise _broken("does not propose something for each student", "PREV-3")
    mine = [
        (one, {other.key for other in candidates_[student.key]})
        for student, one in zip(incoming, proposed, strict=True)
        if student.key not in chosen
    ]
    matches = [one.match for one, _ in mine if one.match is not None]
    if len(matches) > len(set(matches)) or not set(matches).isdisjoint(chosen.values()):
        raise _broken("proposes one student as the match of two", "PREV-4")
    for one, known in mine:
        if not isinstance(one.import_as, ImportAs):
            raise _broken("proposes to import as neither matched nor new", "PREV-3")
        if (one.match is not None) is not (one.import_as is ImportAs.MATCHED):
            raise _broken(
                "proposes a match without a student, or the reverse", "PREV-3"
            )
        if one.match is not None and one.match not in known:
            raise _broken("proposes a match that is no candidate", "PREV-3")


def _broken(what: str, rule: str) -> StudentTransferError:
    return StudentTransferError(
        f"The matcher {what}.",
        advice="Try the matcher's laws (student_transfer.testing.laws).",
        rule=rule,
    )


def match_of(suggestion: Suggestion, candidates_: Sequence[Student]) -> Student | None:
    """Return the proposed match; None where none is proposed."""
    return next((one for one in candidates_ if one.key == suggestion.match), None)
