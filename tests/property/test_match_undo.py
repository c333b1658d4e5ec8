"""Properties of undoing an import's match (AFTER-2, CONF-2)."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from student_transfer.imports import ImportId
from student_transfer.match_undo import (
    AppliedMatch,
    MatchHistory,
    RevertedStudent,
    of_same_child,
)
from student_transfer.merging import settle_match, settle_match_on_sis
from student_transfer.sites import SchoolId
from student_transfer.students import Identifier, Student
from student_transfer.testing.strategies import students

schools = st.sampled_from([SchoolId("elm"), SchoolId("oak")])
destinations = students()
incoming = students(site_id="source")
others = students(site_id="elsewhere")


def nobody(_kind: Identifier, _values: Sequence[str]) -> Collection[str]:
    """Say that no identifier is taken."""
    return ()


def land(
    source: Student, before: Student, school: SchoolId, on_sis: bool
) -> AppliedMatch:
    """Bring a student to one of the site."""
    if on_sis:
        after = settle_match_on_sis(before, source).student
    else:
        after = settle_match(before, source, school_id=school, taken=nobody).student
    return AppliedMatch(
        import_id=ImportId(source.site_id),
        source_key=source.key,
        site_id=before.site_id,
        school_id=school,
        source=source,
        before=before,
        after=after,
        added=(),
        arrived_at=datetime(2026, 9, 1, tzinfo=UTC),
    )


def revert(
    now: Student, goes: AppliedMatch, standing: Sequence[AppliedMatch] = ()
) -> RevertedStudent:
    """Undo a match, which stands with others or alone."""
    found = MatchHistory(applied_match=goes, now=now, standing=standing or [goes])
    return found.reverted(nobody)


@given(destinations, incoming, schools, st.booleans())
def test_undoing_at_once_restores_the_student(
    here: Student, source: Student, school: SchoolId, on_sis: bool
) -> None:
    """AFTER-2: exactly, whatever both have."""
    came = land(source, here, school, on_sis)
    reverted = revert(came.after, came)
    assert reverted.student == here
    assert not reverted.changed_since


@given(destinations, incoming, others, st.tuples(schools, schools), st.booleans())
def test_of_two_who_came_only_one_is_undone(
    here: Student,
    source: Student,
    other: Student,
    into: tuple[SchoolId, SchoolId],
    on_sis: bool,
) -> None:
    """CONF-2, AFTER-2: it is as if the one who goes had never come, first or last."""
    assume(not (source.provenance | {source.ref}) & (other.provenance | {other.ref}))
    alone = land(other, here, into[1], on_sis).after
    first = land(source, here, into[0], on_sis)
    then = land(other, first.after, into[1], on_sis)
    assert _without(first, [first, then]) == alone
    assert _without_both([first, then]) == _without_both([then, first]) == here
    first = land(other, here, into[1], on_sis)
    then = land(source, first.after, into[0], on_sis)
    assert _without(then, [first, then]) == alone


def _without(goes: AppliedMatch, standing: list[AppliedMatch]) -> Student:
    """Undo one of two applied matches, at once."""
    assert of_same_child(goes, standing) == [goes]
    return revert(standing[-1].after, goes, standing).student


def _without_both(in_turn: list[AppliedMatch]) -> Student:
    """Undo one applied match, and then the other."""
    standing = sorted(in_turn, key=lambda one: len(one.after.provenance))
    goes, rest = in_turn
    taken = revert(standing[-1].after, goes, standing)
    rest = next(iter(taken.others), rest)
    return revert(taken.student, rest).student


@given(destinations, incoming, schools, st.data())
def test_nothing_that_was_changed_since_is_lost(
    here: Student, source: Student, school: SchoolId, data: st.DataObject
) -> None:
    """AFTER-2: a value that somebody has put there is there afterwards."""
    came = land(source, here, school, on_sis=False)
    edited = data.draw(students(key=st.just(str(here.key))))
    reverted = revert(edited, came)
    for field in attrs.fields_dict(Student):
        now, after = getattr(edited, field), getattr(reverted.student, field)
        if field in {"extra", "enrolments", "provenance"}:
            left = set(getattr(came.after, field)) - set(getattr(here, field))
            assert set(now) - left <= set(after) <= set(now)
        else:
            assert after == now or (
                now == getattr(came.after, field) and after == getattr(here, field)
            )
