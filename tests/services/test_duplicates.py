"""Merging two records of one student on a site, and undoing it."""

from datetime import timedelta
from functools import partial

import attrs
import pytest

from student_transfer.errors import (
    ConcurrentChangeError,
    MatchUndoRefusedError,
    MergeRefusedError,
    MergeUndoRefusedError,
    NotAllowedError,
    NotFoundError,
    UnlikeError,
)
from student_transfer.import_log import ScoreImportStatus
from student_transfer.merges import Merge, MergeId, Snapshot
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.services import TransferService
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey, StudentRef
from student_transfer.testing.faults import FaultyStorage
from student_transfer.testing.values import add_merges, new_merge

from .conftest import (
    FIR,
    FIR_HEAD,
    MAYA,
    NEW,
    NEW_HEAD,
    OAK,
    OAK_HEAD,
    OLD,
    OLD_HEAD,
    START,
    TOM,
    TwoSites,
    star,
)

STAYS, GOES = StudentKey("s"), StudentKey("g")


@pytest.fixture
def merge(sites: TwoSites) -> Merge:
    """Merge two records that have one assessment in common."""
    sites.add_new("s", star("new", "a"), star("old", "x"), user_name="mo", **MAYA)
    sites.add_new(
        "g",
        star("new", "b"),
        star("old", "x"),
        **{**MAYA, "enrolments": {OAK}, "user_name": "maya", "student_id": "9"},
    )
    return sites.service.merge_students(NEW_HEAD, STAYS, GOES)


def test_a_merge_makes_one_of_two(sites: TwoSites, merge: Merge) -> None:
    """AFTER-1, CONF-5: values stay, blanks are filled, no record is lost or doubled."""
    [merged] = sites.everybody()
    assert (merged.key, merged.user_name, merged.student_id) == ("s", "mo", "9")
    assert merged.enrolments == {FIR, OAK}
    names = [record.origin.record_id for record in sites.records("s")]
    assert names == ["a", "b", "x"]
    assert sites.service.merges(NEW_HEAD) == (merge,)


def test_a_storage_hears_of_a_merge_while_both_are_there(sites: TwoSites) -> None:
    """AFTER-1: so it can take along what else of its own hangs on the student."""
    sites.add_new("s", **MAYA)
    sites.add_new("g", **MAYA)
    storage = FaultyStorage(sites.storage)
    service = TransferService(storage)
    merge = service.merge_students(NEW_HEAD, STAYS, GOES)
    assert storage.calls.index("merges.add") < storage.calls.index("roster.remove")
    storage.calls.clear()
    service.undo_merge(NEW_HEAD, merge.id)
    assert storage.calls.index("roster.add") < storage.calls.index("merges.save")


def test_only_what_was_seen_is_merged(sites: TwoSites) -> None:
    """AFTER-1: either record may change between the look and the yes."""
    sites.add_new("s", star("new", "a"), **MAYA)
    goes = sites.add_new("g", **MAYA)
    first = sites.service.plan_merge(NEW_HEAD, STAYS, GOES).mark
    with sites.storage() as work:  # another assessment under the same name
        work.roster.remove_records(NEW, STAYS, [star("new", "a").origin])
        work.roster.add_records(NEW, STAYS, [star("new", "a", score=501)])
        work.commit()
    seen = sites.service.plan_merge(NEW_HEAD, STAYS, GOES).mark
    assert seen != first
    assert seen == sites.service.plan_merge(NEW_HEAD, STAYS, GOES).mark
    with sites.storage() as work:
        work.roster.replace(goes, attrs.evolve(goes, given_name="Noah"))
        work.commit()
    with pytest.raises(ConcurrentChangeError, match="since you looked"):
        sites.service.merge_students(NEW_HEAD, STAYS, GOES, seen=seen)
    assert sites.student("g")
    with sites.storage() as work:
        work.roster.add_records(NEW, STAYS, [star("new", "b")])
        work.commit()
    renamed = sites.service.plan_merge(NEW_HEAD, STAYS, GOES).mark
    assert seen != renamed
    merge = sites.service.merge_students(NEW_HEAD, STAYS, GOES, seen=renamed)
    assert merge.absorbed.student.given_name == "Noah"


def test_undoing_restores_both_exactly(sites: TwoSites, merge: Merge) -> None:
    """AFTER-2: students and records are as they were."""
    undone = sites.service.undo_merge(NEW_HEAD, merge.id)
    assert undone.undone_at == sites.clock.now
    assert sites.student("s") == merge.survivor.student
    assert sites.student("g") == merge.absorbed.student
    assert tuple(sites.records("s")) == merge.survivor.records
    assert tuple(sites.records("g")) == merge.absorbed.records


def test_undoing_asks_once_what_stands_with_the_survivor(
    sites: TwoSites, merge: Merge
) -> None:
    """AFTER-2: what has come since, and what goes along, are told by one question."""
    storage = FaultyStorage(sites.storage)
    TransferService(storage).undo_merge(NEW_HEAD, merge.id)
    assert storage.calls.count("applied_matches.standing_for") == 1


def test_undoing_twice_is_refused(sites: TwoSites, merge: Merge) -> None:
    """AFTER-2: it was undone already."""
    sites.service.undo_merge(NEW_HEAD, merge.id)
    with pytest.raises(MergeUndoRefusedError, match="undone already"):
        sites.service.undo_merge(NEW_HEAD, merge.id)


def test_merging_again_after_an_undo(sites: TwoSites, merge: Merge) -> None:
    """AFTER-1, CONF-5: the same merge again gives the same."""
    sites.service.undo_merge(NEW_HEAD, merge.id)
    again = sites.service.merge_students(NEW_HEAD, STAYS, GOES)
    assert again.result == merge.result


def test_an_edited_survivor_is_not_undone(sites: TwoSites, merge: Merge) -> None:
    """AFTER-2: refused, naming what changed, and nothing changes."""
    edited = sites.replace(merge.result.student, given_name="May")
    with sites.storage() as work:
        work.roster.add_records(NEW, STAYS, [star("new", "later")])
        work.commit()
    with pytest.raises(MergeUndoRefusedError) as refused:
        sites.service.undo_merge(NEW_HEAD, merge.id)
    assert refused.value.changed == ("given name", "1 record added")
    assert sites.everybody() == [edited]


def test_the_first_of_two_merges_is_not_undone_from_under_the_second(
    sites: TwoSites,
) -> None:
    """AFTER-2, CONF-5: though the second had nothing to add, its record would go."""
    third = StudentKey("u")
    before = sites.add_new("s", **{**MAYA, "date_of_birth": None})
    for key in (GOES, third):
        sites.add_new(key, star("old", "x"), **MAYA)
    first = sites.service.merge_students(NEW_HEAD, STAYS, GOES)
    second = sites.service.merge_students(NEW_HEAD, STAYS, third)
    with pytest.raises(MergeUndoRefusedError, match="another record was merged"):
        sites.service.undo_merge(NEW_HEAD, first.id)
    assert sites.records("s") == [star("old", "x")]
    for merge in (second, first):
        sites.service.undo_merge(NEW_HEAD, merge.id)
    assert sites.student("s") == before
    assert [sites.records(key) for key in ("s", "g", "u")] == [
        [],
        [star("old", "x")],
        [star("old", "x")],
    ]


def test_of_two_merges_that_added_nothing_either_is_undone(sites: TwoSites) -> None:
    """AFTER-2: nothing is lost with it."""
    for key in ("s", "g", "u"):
        sites.add_new(key, star("old", "x"), **MAYA)
    keys = GOES, StudentKey("u")
    for merge in [sites.service.merge_students(NEW_HEAD, STAYS, key) for key in keys]:
        sites.service.undo_merge(NEW_HEAD, merge.id)
    assert [sites.records(key) for key in ("s", "g", "u")] == 3 * [[star("old", "x")]]


def test_a_merge_is_not_undone_over_what_an_import_brought_as_well(
    sites: TwoSites,
) -> None:
    """AFTER-2, CONF-5: the child who came by it would lose the record, unseen."""
    came = StudentRef(OLD, StudentKey("1"))
    sites.add_new("s", provenance={came}, **{**MAYA, "enrolments": {OAK}})
    sites.add_new("g", star("old", "x"), **MAYA)
    merge = sites.service.merge_students(NEW_HEAD, STAYS, GOES)
    sites.add_old("1", star("old", "x"), **MAYA)
    sites.done()
    with pytest.raises(MergeUndoRefusedError, match="an import brought the same"):
        sites.service.undo_merge(NEW_HEAD, merge.id)
    assert sites.records("s") == [star("old", "x")]


def test_a_survivor_who_is_gone_is_not_undone(sites: TwoSites, merge: Merge) -> None:
    """AFTER-2: who was merged on cannot be restored before that is undone."""
    sites.add_new("n", **MAYA)
    second = sites.service.merge_students(NEW_HEAD, StudentKey("n"), STAYS)
    with pytest.raises(MergeUndoRefusedError, match="no longer on the site"):
        sites.service.undo_merge(NEW_HEAD, merge.id)
    sites.service.undo_merge(NEW_HEAD, second.id)
    sites.service.undo_merge(NEW_HEAD, merge.id)
    assert len(sites.everybody()) == 3


def test_an_identifier_taken_since_refuses_the_undo(
    sites: TwoSites, merge: Merge
) -> None:
    """AFTER-2, CONF-3: the absorbed record's user name is another's now."""
    sites.add_new("n", user_name="MAYA")
    with pytest.raises(MergeUndoRefusedError, match="another student's now"):
        sites.service.undo_merge(NEW_HEAD, merge.id)
    assert sites.student("s") == merge.result.student


def test_a_key_taken_since_refuses_the_undo(sites: TwoSites, merge: Merge) -> None:
    """AFTER-2: the roster has brought a student of the absorbed key."""
    sites.add_new("g")
    with pytest.raises(MergeUndoRefusedError, match="absorbed record's key"):
        sites.service.undo_merge(NEW_HEAD, merge.id)


def test_one_record_is_not_merged_with_itself(sites: TwoSites) -> None:
    """AFTER-1: refused, and the student stays."""
    student = sites.add_new("s", **MAYA)
    with pytest.raises(MergeRefusedError):
        sites.service.merge_students(NEW_HEAD, STAYS, STAYS)
    assert sites.everybody() == [student]


def test_students_of_other_sites_are_not_found(sites: TwoSites, merge: Merge) -> None:
    """PERM-3: neither for a merge nor for an undo."""
    sites.add_old("s", **MAYA)
    with pytest.raises(NotFoundError):
        sites.service.merge_students(OLD_HEAD, STAYS, GOES)
    for merge_id in (merge.id, MergeId("none")):
        with pytest.raises(NotFoundError):
            sites.service.undo_merge(OLD_HEAD, merge_id)
    assert sites.service.merges(OLD_HEAD) == ()


def test_school_administrators_merge_their_own(sites: TwoSites) -> None:
    """PERM-2: both students have to be in a school of theirs."""
    sites.add_new("s", **MAYA)
    sites.add_new("g", **{**MAYA, "enrolments": {OAK}})
    for actor in (FIR_HEAD, OAK_HEAD):
        with pytest.raises(NotAllowedError):
            sites.service.merge_students(actor, STAYS, GOES)
    both = Actor(ActorId("both"), NEW, Role.SCHOOL_ADMINISTRATOR, {FIR, OAK})
    merge = sites.service.merge_students(both, STAYS, GOES)
    assert sites.service.merges(FIR_HEAD) == ()
    with pytest.raises(NotAllowedError):
        sites.service.undo_merge(FIR_HEAD, merge.id)
    assert sites.service.merges(both) == (merge,)
    sites.service.undo_merge(both, merge.id)


def _kept(sites: TwoSites, *schools: SchoolId) -> list[Merge]:
    """Keep merges of students of these schools, the newest first."""
    kept = [
        new_merge(
            f"m{number:03}",
            site_id=NEW,
            survivor=f"s{number}",
            absorbed=f"g{number}",
            merged_at=START - timedelta(minutes=number),
        )
        for number in range(len(schools))
    ]
    enrolled = [
        attrs.evolve(
            merge,
            survivor=_in(merge.survivor, school),
            absorbed=_in(merge.absorbed, school),
        )
        for merge, school in zip(kept, schools, strict=True)
    ]
    add_merges(sites.storage, *enrolled)
    return enrolled


def _in(snapshot: Snapshot, school: SchoolId) -> Snapshot:
    student = attrs.evolve(snapshot.student, enrolments={school})
    return Snapshot(student, snapshot.records)


def test_merges_are_listed_by_the_page(sites: TwoSites) -> None:
    """AFTER-2, PERM-2: a page of those that the actor may undo, newest first."""
    every = _kept(sites, *[FIR, OAK, OAK] * 40)
    own = [merge for merge in every if merge.survivor.student.enrolments == {OAK}]
    for actor, listed in ((NEW_HEAD, every), (OAK_HEAD, own)):
        merges = partial(sites.service.merges, actor)
        assert list(merges()) == listed
        assert list(merges(limit=3)) == listed[:3]
        assert list(merges(offset=70, limit=4)) == listed[70:74]
        assert list(merges(offset=78)) == listed[78:]
        assert merges(offset=120, limit=1) == ()
        for wrong in ({"offset": -1}, {"limit": -1}):
            with pytest.raises(ValueError, match="0 or more"):
                merges(**wrong)


@pytest.mark.parametrize("actor", [NEW_HEAD, OAK_HEAD])
def test_a_page_of_merges_reads_no_others(sites: TwoSites, actor: Actor) -> None:
    """PERM-2: nor are the schools of the site read for each merge."""
    _kept(sites, *[OAK] * 60, *[FIR] * 60)
    storage = FaultyStorage(sites.storage)
    TransferService(storage).merges(actor, limit=20)
    assert storage.calls.count("merges.of_site") == 1
    storage.calls.clear()
    TransferService(storage).merges(OAK_HEAD)
    assert storage.calls.count("sites.schools") == 1


def test_one_merge_is_shown_to_whom_may_undo_it(sites: TwoSites) -> None:
    """AFTER-2, PERM-2, PERM-3: anybody else is told as when undoing it."""
    merge, other = _kept(sites, OAK, FIR)
    assert sites.service.get_merge(NEW_HEAD, merge.id) == merge
    assert sites.service.get_merge(OAK_HEAD, merge.id) == merge
    with pytest.raises(NotAllowedError):
        sites.service.get_merge(OAK_HEAD, other.id)
    for actor, merge_id in ((OLD_HEAD, merge.id), (NEW_HEAD, MergeId("none"))):
        with pytest.raises(NotFoundError):
            sites.service.get_merge(actor, merge_id)


def test_a_student_without_school_is_for_network_administrators(
    sites: TwoSites,
) -> None:
    """PERM-2: who is enrolled nowhere is in nobody's school."""
    sites.add_new("s", **MAYA)
    sites.add_new("g", **{**MAYA, "enrolments": ()})
    with pytest.raises(NotAllowedError):
        sites.service.merge_students(FIR_HEAD, STAYS, GOES)
    sites.service.merge_students(NEW_HEAD, STAYS, GOES)
    survivor = sites.student("s")
    assert survivor is not None
    assert survivor.enrolments == {FIR}
    assert attrs.evolve(survivor, enrolments=()).enrolments == frozenset()


def test_two_who_plainly_differ_are_merged_only_if_a_person_says_so(
    sites: TwoSites,
) -> None:
    """MATCH-1, AFTER-1: a key may be mistyped, and a merge is not looked at again."""
    stays = sites.add_new("x", star("new", "a"), **MAYA)
    sites.add_new("y", star("new", "b"), **TOM)
    two = stays.key, StudentKey("y")
    with pytest.raises(UnlikeError) as refusal:
        sites.service.merge_students(NEW_HEAD, *two)
    assert set(refusal.value.fields) == {"given_name", "family_name", "date_of_birth"}
    assert sites.student("y") is not None
    plan = sites.service.plan_merge(NEW_HEAD, *two)
    assert plan.plainly_differing == refusal.value.fields
    merge = sites.service.merge_students(NEW_HEAD, *two, accept_unlike=True)
    sites.service.undo_merge(NEW_HEAD, merge.id)
    again = sites.service.merge_students(NEW_HEAD, *two, seen=plan.mark)
    assert again.result == plan.result


@pytest.mark.parametrize(
    ("has", "brought", "status"),
    [
        ((), (), ScoreImportStatus.ALL),
        (("a",), ("a",), ScoreImportStatus.ALL),
        (("a",), ("a", "x"), ScoreImportStatus.SOME),
        ((), ("x",), ScoreImportStatus.NONE),
    ],
)
def test_who_came_to_both_has_come_to_the_own_record(
    sites: TwoSites,
    has: tuple[str, ...],
    brought: tuple[str, ...],
    status: ScoreImportStatus,
) -> None:
    """LOG-2, AFTER-2: nothing of the child is left on the record that stayed."""
    came = StudentRef(OLD, StudentKey("1"))
    here = sites.add_new("s", star("old", "x"), **{**MAYA, "enrolments": {OAK}})
    sites.add_new("g", *(star("old", one) for one in has), provenance={came}, **MAYA)
    merge = sites.service.merge_students(NEW_HEAD, STAYS, GOES)
    sites.clock.advance(days=1)
    sites.add_old("1", *(star("old", one) for one in brought), **MAYA)
    import_id = sites.done()
    [entry] = sites.service.log_entries(NEW_HEAD, import_id)
    assert entry.outcome.student == STAYS
    assert entry.outcome.score_status is ScoreImportStatus.ALL
    sites.service.undo_merge(NEW_HEAD, merge.id)
    assert sites.student("s") == here
    [entry] = sites.service.log_entries(NEW_HEAD, import_id)
    assert entry.outcome.student == GOES
    assert entry.outcome.score_status is status
    assert entry.outcome.undone_at == sites.clock.now
    with pytest.raises(MatchUndoRefusedError, match="undone already"):
        sites.service.undo_match(NEW_HEAD, import_id, StudentKey("1"))


def test_who_came_to_the_surviving_record_stays_there(sites: TwoSites) -> None:
    """AFTER-2: that one has come from the same record."""
    came = StudentRef(OLD, StudentKey("1"))
    sites.add_new("s", provenance={came}, **{**MAYA, "enrolments": {OAK}})
    sites.add_new("g", provenance={came}, **MAYA)
    merge = sites.service.merge_students(NEW_HEAD, STAYS, GOES)
    sites.add_old("1", **MAYA)
    import_id = sites.done()
    before = sites.service.log_entries(NEW_HEAD, import_id)
    sites.service.undo_merge(NEW_HEAD, merge.id)
    assert sites.service.log_entries(NEW_HEAD, import_id) == before
