"""What is taken back when the match of an import is undone (AFTER-2, CONF-2)."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from student_transfer.imports import ImportId
from student_transfer.match_undo import (
    AppliedMatch,
    MatchHistory,
    RevertedStudent,
    of_same_child,
    told_apart_from,
)
from student_transfer.merges import Merge, MergeId, Snapshot
from student_transfer.merging import Taken, settle_match, settle_match_on_sis
from student_transfer.permissions import ActorId
from student_transfer.records import Origin, ReaderQuiz, Record
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Identifier, Student, StudentKey, StudentRef

OLD, NEW, THIRD = SiteId("old"), SiteId("new"), SiteId("third")
ELM, OAK, ASH = SchoolId("elm"), SchoolId("oak"), SchoolId("ash")
NOW = datetime(2026, 9, 1, tzinfo=UTC)
HERE = Student(
    key=StudentKey("m"),
    site_id=NEW,
    given_name="Ada",
    family_name="Byron",
    enrolments={OAK},
)


def nobody(_kind: Identifier, _values: Sequence[str]) -> Collection[str]:
    """Say that no identifier is taken."""
    return ()


def source(key: str = "1", site_id: SiteId = OLD, **fields: Any) -> Student:
    """Make a student of another site."""
    values = {"given_name": "Ada", "family_name": "Byron", **fields}
    return Student(key=StudentKey(key), site_id=site_id, **values)


def applied_match(
    incoming: Student, before: Student, school: SchoolId = ELM, minute: int = 0
) -> AppliedMatch:
    """Bring a student to one of the site."""
    settled = settle_match(before, incoming, school_id=school, taken=nobody)
    return AppliedMatch(
        import_id=ImportId(f"i{minute}"),
        source_key=incoming.key,
        site_id=before.site_id,
        school_id=school,
        source=incoming,
        before=before,
        after=settled.student,
        added=[Origin(OLD, "b"), Origin(OLD, "a")],
        arrived_at=NOW + timedelta(minutes=minute),
    )


def revert(
    now: Student,
    goes: AppliedMatch,
    standing: Sequence[AppliedMatch] = (),
    *,
    merges: Sequence[Merge] = (),
    taken: Taken = nobody,
) -> RevertedStudent:
    """Undo a match, which stands with others or alone."""
    return history(now, goes, standing, merges=merges).reverted(taken)


def history(
    now: Student,
    goes: AppliedMatch,
    standing: Sequence[AppliedMatch] = (),
    *,
    merges: Sequence[Merge] = (),
    undone_before: Sequence[AppliedMatch] = (),
) -> MatchHistory:
    """Put together what has become of the student of a match."""
    return MatchHistory(
        applied_match=goes,
        now=now,
        standing=standing or [goes],
        merges=merges,
        undone_before=undone_before,
    )


FULL = source(
    middle_name="Augusta",
    date_of_birth=date(2015, 12, 10),
    email="ada@x.org",
    extra={"Zone": "1", "Shift": "2"},
    provenance={StudentRef(THIRD, StudentKey("t"))},
)


def test_what_nobody_has_touched_is_as_before() -> None:
    """AFTER-2: fields, enrolments and where the student came from."""
    came = applied_match(FULL, HERE)
    assert came.after != HERE
    reverted = revert(came.after, came)
    assert (reverted.student, reverted.changed_since) == (HERE, ())


def test_what_was_corrected_since_stays() -> None:
    """AFTER-2: and what was blank before and is another value now is named."""
    came = applied_match(FULL, HERE)
    now = attrs.evolve(
        came.after,
        middle_name="Ann",
        family_name="King",
        email="",
        extra={"Zone": "9", "Bus": "4"},
        enrolments={OAK, ELM, ASH},
    )
    reverted = revert(now, came)
    assert reverted.changed_since == ("Zone", "email", "middle_name")
    assert reverted.student == attrs.evolve(
        HERE,
        middle_name="Ann",
        family_name="King",
        extra={"Zone": "9", "Bus": "4"},
        enrolments={OAK, ASH},
    )


def test_an_enrolment_that_was_there_before_stays() -> None:
    """AFTER-2: the import enrolled nobody there."""
    came = applied_match(FULL, HERE, school=OAK)
    assert revert(came.after, came).student == HERE


def test_two_applied_matches_of_a_child_are_taken_back_newest_first() -> None:
    """AFTER-2: what each filled goes, one after the other."""
    first = applied_match(source(middle_name="Augusta"), HERE)
    second = applied_match(FULL, first.after, minute=1)
    reverted = revert(second.after, second, [first, second])
    assert reverted.student == HERE


def test_what_another_child_brought_too_stays() -> None:
    """CONF-2: it would have been filled without the one who goes."""
    first = applied_match(FULL, HERE)
    other = source("2", THIRD, email="ada@x.org", extra={"Zone": "7"})
    second = applied_match(other, first.after, minute=1)
    reverted = revert(second.after, first, [first, second])
    assert reverted.student == attrs.evolve(
        HERE,
        email="ada@x.org",
        extra={"Zone": "7"},
        enrolments={OAK, ELM},
        provenance={other.ref},
    )
    assert reverted.changed_since == ()


def test_what_is_given_again_goes_with_the_other() -> None:
    """AFTER-2: undone one after the other, nothing of either is left."""
    first = applied_match(FULL, HERE)
    other = source("2", THIRD, email="ada@x.org", extra={"Zone": "7"})
    second = applied_match(other, first.after, minute=1)
    taken = revert(second.after, first, [first, second])
    [given] = taken.others
    assert (given.before.email, given.after.email) == ("", "ada@x.org")
    assert revert(taken.student, given).student == HERE
    taken = revert(second.after, second, [first, second])
    assert taken.others == ()
    assert revert(taken.student, first).student == HERE


def test_what_another_has_by_now_is_not_given_again() -> None:
    """CONF-3: an identifier has one holder."""
    first = applied_match(FULL, HERE)
    other = source("2", THIRD, email="other@x.org")
    second = applied_match(other, first.after, minute=1)
    reverted = revert(
        second.after,
        first,
        [first, second],
        taken=lambda _, mails: {"other@x.org"}.intersection(mails),
    )
    assert reverted.student.email == ""


def test_nothing_is_filled_that_was_not_taken_back() -> None:
    """CONF-2: what a person has cleared since stays clear."""
    first = applied_match(source(), HERE)
    second = applied_match(
        source("2", THIRD, middle_name="Augusta"), first.after, minute=1
    )
    now = attrs.evolve(second.after, middle_name="", enrolments={OAK})
    reverted = revert(now, first, [first, second])
    assert reverted.student.middle_name == ""
    assert reverted.student.enrolments == {OAK}


def test_who_came_before_gives_nothing_again() -> None:
    """CONF-2: what the first one filled was cleared by hand; the second filled it."""
    first = applied_match(FULL, HERE)
    now = attrs.evolve(HERE, enrolments=first.after.enrolments)
    other = source("2", THIRD, middle_name="Ann", email="other@x.org")
    second = applied_match(other, now, minute=1)
    taken = revert(second.after, second, [first, second])
    assert taken.student == now


def test_who_was_merged_since_gives_again_what_went() -> None:
    """CONF-5: the merge found no blank, since the import had filled it."""
    came = applied_match(FULL, HERE)
    gone = attrs.evolve(
        HERE,
        key=StudentKey("k"),
        email="mine@x.org",
        middle_name="Ann",
        extra={"Zone": "1", "Allergy": "nuts"},
        enrolments={ELM},
        provenance={StudentRef(THIRD, StudentKey("t"))},
    )
    now = attrs.evolve(came.after, extra={"Zone": "1", "Shift": "2", "Allergy": "nuts"})
    taken = revert(now, came, merges=[merge(gone, minute=1)])
    assert taken.student == attrs.evolve(
        HERE,
        email="mine@x.org",
        middle_name="Ann",
        extra={"Zone": "1", "Allergy": "nuts"},
        enrolments={OAK, ELM},
        provenance={StudentRef(THIRD, StudentKey("t"))},
    )


def merge(gone: Student, minute: int, records: Sequence[Record] = ()) -> Merge:
    """Merge another student of the site into this one."""
    here = Snapshot(HERE, ())
    return Merge(
        id=MergeId("m1"),
        site_id=NEW,
        survivor=here,
        absorbed=Snapshot.of(gone, records),
        result=here,
        merged_at=NOW + timedelta(minutes=minute),
        merged_by=ActorId("head"),
    )


@pytest.mark.parametrize(("minute", "email"), [(1, "k@x.org"), (3, "b@x.org")])
def test_who_was_first_gives_again_first(minute: int, email: str) -> None:
    """CONF-2: a merge and another applied match, in the order in which they were."""
    first = applied_match(FULL, HERE)
    second = applied_match(source("2", THIRD, email="b@x.org"), first.after, minute=2)
    gone = attrs.evolve(HERE, key=StudentKey("k"), email="k@x.org")
    merged = merge(gone, minute)
    taken = revert(second.after, first, [first, second], merges=[merged])
    assert taken.student.email == email
    [rest] = taken.others
    both = revert(taken.student, rest, merges=[merged]).student
    assert both.email == "k@x.org"
    early = merge(gone, minute=-1)  # it had its turn before
    taken = revert(second.after, first, [first, second], merges=[early])
    assert taken.student.email == "b@x.org"


def merged_into(gone: str, survivor: str, minute: int, undone: int | None) -> Merge:
    """Merge two of the site, and undo that again."""
    made = merge(attrs.evolve(HERE, key=StudentKey(gone)), minute)
    kept = Snapshot(attrs.evolve(HERE, key=StudentKey(survivor)), ())
    at = None if undone is None else NOW + timedelta(minutes=undone)
    return attrs.evolve(made, survivor=kept, undone_at=at)


@pytest.mark.parametrize(
    ("merges", "keys"),
    [
        ([], "m"),
        ([("k", "m", 1, 9)], "km"),
        ([("k", "m", 5, 9)], "km"),
        ([("k", "m", 6, 9)], "m"),
        ([("k", "m", 1, 5)], "m"),
        ([("k", "m", 1, 4), ("k", "m", 5, 9)], "km"),
        ([("k", "m", 1, None)], "km"),
        ([("m", "k", 1, 9)], "m"),
        ([("j", "k", 1, 9), ("k", "m", 2, 8)], "jkm"),
        ([("j", "k", 1, 8), ("k", "m", 2, 9)], "jkm"),
        ([("j", "k", 1, 9), ("k", "m", 2, 5)], "m"),
        ([("j", "k", 6, 9), ("k", "m", 2, 9)], "km"),
    ],
)
def test_a_child_is_told_apart_from_all_who_were_one_then(
    merges: list[tuple[str, str, int, int | None]], keys: str
) -> None:
    """AFTER-2: by merges that stood in the fifth minute, when the match was undone."""
    one = attrs.evolve(applied_match(FULL, HERE), undone_at=NOW + timedelta(minutes=5))
    made = [merged_into(*each) for each in merges]
    assert told_apart_from(one, made) == set(keys)
    assert told_apart_from(one, made[::-1]) == set(keys)


def test_a_child_whose_match_stands_is_told_apart_from_nobody() -> None:
    """AFTER-2: whatever merges there were."""
    made = [merged_into("k", "m", 1, None)]
    assert told_apart_from(applied_match(FULL, HERE), made) == set()


def test_who_has_moved_stays_in_the_school() -> None:
    """AFTER-2: the student of the site has left the school of before for this one."""
    came = applied_match(FULL, HERE)
    taken = revert(attrs.evolve(came.after, enrolments={ELM}), came)
    assert taken.student.enrolments == {ELM}
    assert taken.changed_since == ("enrolments",)
    left = attrs.evolve(came.after, enrolments={ASH})
    taken = revert(left, came)
    assert taken.student.enrolments == {ASH}
    assert not taken.changed_since


def test_two_further_fields_of_one_name_go_together() -> None:
    """AFTER-2: a file may have a column twice."""
    came = applied_match(attrs.evolve(FULL, extra=[("Bus", "4"), ("Bus", "9")]), HERE)
    assert revert(came.after, came).student == HERE


def test_on_an_sis_site_only_the_trace_goes() -> None:
    """IMP-9: nothing else had come."""
    came = attrs.evolve(
        applied_match(FULL, HERE), after=settle_match_on_sis(HERE, FULL).student
    )
    assert revert(came.after, came).student == HERE


def test_the_origins_are_in_order() -> None:
    """Equal applied matches are equal, and stored alike."""
    assert applied_match(FULL, HERE).added == (Origin(OLD, "a"), Origin(OLD, "b"))


@pytest.mark.parametrize(
    ("others", "together"),
    [
        ((), {"1"}),
        (("old 1",), {"1", "old 1"}),
        (("third t",), {"1", "third t"}),
        (("third u",), {"1"}),
        (("third t", "third u", "by u"), {"1", "third t"}),
        (("by u", "by both", "third u"), {"1", "by u", "by both", "third u"}),
    ],
)
def test_who_is_one_child(others: tuple[str, ...], together: set[str]) -> None:
    """IMP-5: by what they came from, however many steps that takes."""
    t, u = (StudentRef(THIRD, StudentKey(key)) for key in "tu")
    known = {
        "old 1": source("1", OLD),
        "third t": source("t", THIRD),
        "third u": source("u", THIRD),
        "by u": source("5", provenance={u}),
        "by both": source("6", provenance={t, u}),
    }
    first = attrs.evolve(applied_match(FULL, HERE), import_id=ImportId("1"))
    listed = [
        attrs.evolve(applied_match(known[name], HERE), import_id=ImportId(name))
        for name in others
    ]
    found = of_same_child(first, [first, *listed])
    assert {one.import_id for one in found} == together
    assert found == [one for one in [first, *listed] if one in found]


def test_no_personal_data_is_shown() -> None:
    """An applied match may stand in a log line."""
    assert "Byron" not in repr(applied_match(FULL, HERE))
    came = applied_match(FULL, HERE)
    undone = history(came.after, came, merges=[merge(HERE, minute=1)])
    for shown in (repr(undone), repr(undone.reverted(nobody))):
        assert "Ada" not in shown
        assert "Byron" not in shown


def test_the_records_of_a_child_go_but_what_another_brought_too_stays() -> None:
    """CONF-5: each match and merge that stands would have brought it as well."""
    first = applied_match(FULL, HERE)
    both, alone = Origin(OLD, "a"), Origin(OLD, "b")
    assert history(first.after, first).records_that_go() == {both, alone}
    second = applied_match(source("2", THIRD), first.after, minute=1)
    second = attrs.evolve(second, added=(), already_there=[both])
    shared = history(second.after, first, [first, second])
    assert shared.records_that_go() == {alone}
    gone = attrs.evolve(HERE, key=StudentKey("k"))
    merged = merge(gone, minute=1, records=[ReaderQuiz(origin=alone, quiz_number="1")])
    shared = history(second.after, first, [first, second], merges=[merged])
    assert shared.records_that_go() == set()


def test_a_record_is_the_childs_own_by_a_link_that_no_match_left() -> None:
    """AFTER-2: it was there before, or a person has merged one that had it."""
    first = applied_match(FULL, HERE)
    assert not history(first.after, first).is_own_record()
    known = attrs.evolve(HERE, provenance={FULL.ref})
    again = applied_match(FULL, known)
    assert history(again.after, again).is_own_record()
    own = attrs.evolve(known, key=StudentKey("k"))
    merged = [merge(own, minute=1)]
    assert history(first.after, first, merges=merged).is_own_record()
    other = attrs.evolve(HERE, key=StudentKey("k"))
    undone = attrs.evolve(
        applied_match(FULL, other), undone_at=NOW + timedelta(minutes=2)
    )
    # What the merge has kept of the child came with a match that was undone since.
    was_matched = [merge(undone.after, minute=1)]
    told = history(first.after, first, merges=was_matched, undone_before=[undone])
    assert not told.is_own_record()
    assert history(first.after, first, merges=was_matched).is_own_record()


def test_who_has_become_a_student_is_known_by_all_keys() -> None:
    """AFTER-2: a match with any of them is one with this student."""
    first = applied_match(FULL, HERE)
    merges = [merged_into("k", "m", 1, None), merged_into("j", "k", 1, None)]
    assert history(first.after, first, merges=merges).keys == set("mkj")
