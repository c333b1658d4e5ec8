"""Proposals for one import, with the candidates that a storage has found (PREV-3)."""

from collections.abc import Collection, Mapping, Sequence

from student_transfer.field_types import check_argument
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.incoming import incoming_by_key
from student_transfer.linkage.profiles.profile import profile
from student_transfer.linkage.proposing.deciding import Suggestion
from student_transfer.linkage.proposing.pair_scoring import PairScorer
from student_transfer.linkage.proposing.proposals import propose
from student_transfer.students import Student, StudentKey, each_student


def suggest(
    incoming: Sequence[Student],
    candidates: Mapping[StudentKey, Sequence[Student]],
    frequencies: Frequencies,
    settings: Settings = DEFAULT_SETTINGS,
    *,
    decided: Mapping[StudentKey, StudentKey | None] | None = None,
    truncated: Collection[StudentKey] = (),
) -> tuple[Suggestion, ...]:
    """Propose for each incoming student whom to match, in the order given (PREV-3).

    The result does not depend on the order of the students or of the candidates
    (PREV-5), and no student is the match of two (PREV-4). Candidates that fit equally
    well are all offered and none is matched.

    Args:
        incoming: The students of the import, each key once.
        candidates: For each incoming key, students of the destination who share a
            blocking key with that student.
        frequencies: How common the incoming students' terms are on the destination.
        settings: Thresholds and limits.
        decided: What a person decided, by incoming key; None is a new student. It
            stays, and who was chosen there is nobody else's match (PREV-7, REV-2).
        truncated: Incoming students of whom not every candidate was looked at, since
            too many students share a blocking key.

    Returns:
        A proposal for each incoming student, in their order.

    Raises:
        ValueError: Two incoming students have one key; or a key of the candidates, of
            what was decided, or of who is truncated is none of an incoming student.
        TypeError: One of them, or of the candidates, is no `Student`, or the
            frequencies or settings are none.
    """
    check_argument("frequencies", frequencies, Frequencies)
    check_argument("settings", settings, Settings)
    coming = incoming_by_key(incoming)
    ready = {key: profile(student) for key, student in coming.items()}
    _check_keys(ready, candidates=candidates, decided=decided, truncated=truncated)
    known = {
        student.key: student
        for group in candidates.values()
        for student in each_student(group, "candidates")
    }
    there = {key: profile(student) for key, student in known.items()}
    others = {key: [other.key for other in candidates.get(key, ())] for key in ready}
    scorer = PairScorer(ready, others, there.__getitem__, frequencies, settings)
    return propose(
        ready,
        [scorer.score(ready)],
        frequencies,
        settings,
        decided=decided or {},
        truncated=truncated,
    )


def _check_keys(
    incoming: Collection[StudentKey], **asked: Collection[object] | None
) -> None:
    """Refuse keys of nobody: what was meant by them would be lost without a word."""
    for name, keys in asked.items():
        if any(key not in incoming for key in keys or ()):
            raise ValueError(
                f"{name} has a key that no incoming student has. Give each by the key "
                "of the incoming student that it is about."
            )
