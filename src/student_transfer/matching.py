"""Which incoming student is which student of the destination site."""

from enum import Enum

import attrs

from student_transfer.students import StudentKey


class ImportAs(Enum):
    """How a student is imported (PREV-3)."""

    MATCHED = "matched"
    NEW = "new"


@attrs.frozen
class Candidate:
    """A student of the destination who may be the incoming one.

    Attributes:
        key: The student's key on the destination site.
        probability: That the two records are of one child (MATCH-6).
        why: What agrees and what differs, in a few words without personal data.
    """

    key: StudentKey
    probability: float
    why: str


@attrs.frozen(kw_only=True)
class Suggestion:
    """What the matching proposes for one incoming student.

    Attributes:
        import_as: Matched or new.
        match: The matched student's key, when matched.
        candidates: The possible matches, best first, the match included.
        needs_review: Whether a person should look at it (PREV-3).
        why: The reason for the proposal, without personal data.
    """

    import_as: ImportAs
    match: StudentKey | None = None
    candidates: tuple[Candidate, ...] = ()
    needs_review: bool = False
    why: str = ""


BlockingKey = str
Term = tuple[str, str]
