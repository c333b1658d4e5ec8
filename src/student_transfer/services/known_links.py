"""What sites know already of who is who: it outweighs what is proposed (MATCH-4)."""

from collections.abc import Mapping, Sequence

import attrs

from student_transfer.identity import are_linked, who_keeps_apart
from student_transfer.matching import (
    Candidate,
    Frequencies,
    ImportAs,
    Settings,
    Suggestion,
    compare,
)
from student_transfer.services.asking_matcher import match_of
from student_transfer.services.candidates import IncomingStudent
from student_transfer.services.context import Context
from student_transfer.services.merge_history import (
    absorbed_by,
    refs_of_others,
    undone_matches,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey, StudentRef

UndoneRefs = Mapping[StudentKey, frozenset[StudentRef]]
"""The records whose match with a student of the site a person has undone."""


def undone_refs(
    context: Context,
    site_id: SiteId,
    incoming: Sequence[Student],
    suggestions: Sequence[Suggestion],
) -> UndoneRefs:
    """Return the records whose match with a proposed student people have undone.

    Or with somebody who was merged into that student since, or was one record with that
    student at the time. Records that are other students of this site are left out, as
    no match leaves a link with them; see `refs_of_others`.
    """
    matches = {
        one.match: student
        for student, one in zip(incoming, suggestions, strict=True)
        if one.match is not None
    }
    if not matches:
        return {}
    with context.unit_of_work(read_only=True) as work:
        absorbed = absorbed_by(work, site_id, matches.keys())
        others = {
            key: refs_of_others(work, site_id, student, key)
            for key, student in matches.items()
        }
        every = set[StudentKey]().union(*absorbed.values())
        undone = undone_matches(work, site_id, every)
    return {
        key: frozenset[StudentRef]().union(
            *(match.refs for one in keys for match in undone.get(one, ()))
        )
        - others[key]
        for key, keys in absorbed.items()
    }


def keep_apart(
    incoming: IncomingStudent, suggestion: Suggestion, undone: UndoneRefs
) -> Suggestion:
    """Leave a match to a person where a site keeps the two apart (MATCH-4).

    The source, or any site that both came from; or this site, where the incoming record
    once was another of its students, or a person has undone their match (AFTER-2).
    """
    student, match = incoming.student, match_of(suggestion, incoming.candidates)
    if match is None:
        return suggestion
    if student.refs & undone.get(match.key, frozenset()) - match.refs:
        return _left_to_a_person(suggestion, "a person has parted the two before")
    site = who_keeps_apart(student, match, incoming.were)
    if site is None:
        return suggestion
    why = "a site from which both came has the likeliest match as another student"
    if site == match.site_id:
        why = "the record came from another student of this site than the likeliest"
    elif site == student.site_id:
        why = "another student of that site was brought into the likeliest match"
    return _left_to_a_person(suggestion, why)


def add_linked(
    incoming: IncomingStudent,
    suggestion: Suggestion,
    learnt: Frequencies,
    settings: Settings,
) -> Suggestion:
    """Flag a student who is unmatched, but linked with one of the site (IMP-5).

    A person decides: the record of the site may look like another child's because it
    was merged, or corrected.

    Args:
        incoming: The student, and who of the site that may be.
        suggestion: What is proposed.
        learnt: How common values are, as the import has them compared.
        settings: The thresholds.
    """
    if suggestion.match is not None:
        return suggestion
    student, known = incoming.student, {one.key for one in suggestion.candidates}
    linked = [
        one for one in incoming.candidates if are_linked(student, one, incoming.were)
    ]
    unseen = [one for one in linked if one.key not in known]
    if not linked or (suggestion.needs_review and not unseen):
        return suggestion
    compared = [(one.key, compare(student, one, learnt, settings)) for one in unseen]
    return attrs.evolve(
        suggestion,
        candidates=(
            *suggestion.candidates,
            *(Candidate(key, one.probability, one.why) for key, one in compared),
        ),
        needs_review=True,
        is_taken=False,
        why=suggestion.why
        if suggestion.needs_review
        else "the record is linked with a student of this site who looks unlike it",
    )


def _left_to_a_person(suggestion: Suggestion, why: str) -> Suggestion:
    return attrs.evolve(
        suggestion,
        import_as=ImportAs.NEW,
        match=None,
        needs_review=True,
        why=why,
        doubts=(),
    )
