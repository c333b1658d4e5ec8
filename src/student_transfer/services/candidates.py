"""What the storage tells of a site for the matching: candidates, and names counted."""

from collections.abc import Collection, Mapping, Sequence

import attrs

from student_transfer.matching import (
    BlockingKey,
    Frequencies,
    Settings,
    Term,
    choose_candidates,
    search_keys,
    sought_terms,
)
from student_transfer.ports import UnitOfWork
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey


@attrs.frozen
class Candidates:
    """What the storage proposes for the incoming students.

    Attributes:
        by_student: The candidates of each incoming student, by that student's key.
        truncated: Incoming students of whom not every candidate is given.
    """

    by_student: Mapping[StudentKey, Sequence[Student]]
    truncated: frozenset[StudentKey]


@attrs.frozen(kw_only=True)
class IncomingStudent:
    """An incoming student, and who of the site that may be.

    Attributes:
        student: The student, as the source has it.
        candidates: Those who are compared with it.
        were: Which students of the site it once was; see `merge_history.once_here`.
    """

    student: Student
    candidates: Sequence[Student]
    were: Collection[StudentKey]


def candidates(
    work: UnitOfWork,
    site_id: SiteId,
    incoming: Sequence[Student],
    settings: Settings,
    were: Mapping[StudentKey, Collection[StudentKey]],
) -> Candidates:
    """Fetch the students of the site who share a blocking key with an incoming one.

    And those who an incoming one once was, followed through merges (IMP-5): ``were``
    has their keys, by the incoming student's.
    """
    keys_of = {student.key: search_keys(student) for student in incoming}
    every = frozenset[BlockingKey]().union(*(keys.all for keys in keys_of.values()))
    blocked = work.roster.blocked(site_id, every, settings.per_key_limit)
    chosen = {
        key: choose_candidates(
            keys, blocked.students, blocked.overflowing, settings.candidates_compared
        )
        for key, keys in keys_of.items()
    }
    found_of = {key: {*found, *were[key]} for key, (found, _) in chosen.items()}
    wanted = set[StudentKey]().union(*found_of.values())
    students = work.roster.students(site_id, wanted)
    return Candidates(
        by_student={
            key: [students[one] for one in sorted(found) if one in students]
            for key, found in found_of.items()
        },
        truncated=frozenset(
            key for key, (_, is_truncated) in chosen.items() if is_truncated
        ),
    )


def frequencies(
    work: UnitOfWork, site_id: SiteId, students: Sequence[Student]
) -> Frequencies:
    """Count how often the students' names occur on the site (MATCH-5)."""
    wanted = frozenset[Term]().union(*map(sought_terms, students))
    return Frequencies(
        size=work.roster.size(site_id), counts=work.roster.frequencies(site_id, wanted)
    )
