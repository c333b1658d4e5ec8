"""The match of an import is undone."""

from typing import Any

import attrs
import pytest

from student_transfer.codes import StudentScope
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    MatchUndoRefusedError,
    NotAllowedError,
    NotFoundError,
)
from student_transfer.import_log import ScoreImportStatus
from student_transfer.imports import ImportId, ImportState
from student_transfer.outcomes import Outcome
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.services import TransferService
from student_transfer.sites import RosterSource, School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey, StudentRef
from student_transfer.testing.faults import Call, FaultyStorage
from student_transfer.testing.model.showing import students_in
from tests.conformance.broken import Around, Work

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
    TEACHER,
    TOM,
    TwoSites,
    star,
)

ONE, M = StudentKey("1"), StudentKey("m")


@pytest.fixture
def done(sites: TwoSites) -> ImportId:
    """Bring Maya, who has two assessments, to the Maya of the new site."""
    sites.add_old(
        "1",
        star("old", "a"),
        star("old", "b"),
        **{**MAYA, "middle_name": "Ada", "email": "maya@x.org", "extra": {"Zone": "1"}},
    )
    sites.add_new("m", star("new", "x"), user_name="mo", **MAYA)
    return sites.done()


def names(sites: TwoSites, key: str) -> list[str]:
    """Name the records that a student of the new site has."""
    return sorted(record.origin.record_id for record in sites.records(key))


def undo(sites: TwoSites, import_id: ImportId, source: str = "1") -> Student:
    """Undo a match; give the new student, as stored."""
    made = sites.service.undo_match(NEW_HEAD, import_id, StudentKey(source))
    student = sites.student(made.goes.key)
    assert student == made.goes
    assert sites.student(made.stays.key) == made.stays
    return student


def test_both_are_as_if_they_had_never_met(sites: TwoSites, done: ImportId) -> None:
    """AFTER-2, MATCH-1: what came goes, and the student of the site is as before."""
    merged = sites.student("m")
    assert merged is not None
    assert (merged.email, merged.middle_name) == ("maya@x.org", "Ada")
    goes = undo(sites, done)
    assert sites.student("m") == _here()
    assert goes == Student(
        **{
            **attrs.asdict(merged, recurse=False),
            "key": goes.key,
            "user_name": "",
            "enrolments": {OAK},
            "provenance": {StudentRef(OLD, ONE)},
        }
    )
    assert names(sites, "m") == ["x"]
    assert names(sites, goes.key) == ["a", "b"]


def _here() -> Student:
    """Return the Maya of the new site as she was before anybody came."""
    return Student(key=M, site_id=NEW, enrolments={FIR}, user_name="mo", **MAYA)


def test_the_log_says_that_a_match_was_undone(sites: TwoSites, done: ImportId) -> None:
    """LOG-1, AFTER-2: it says so, and whom the student has become."""
    [before] = sites.service.import_log(NEW_HEAD, done)
    [shown] = sites.service.preview(NEW_HEAD, done).rows
    assert shown.row.outcome is not None
    assert shown.row.outcome.can_undo_match
    goes = undo(sites, done)
    [after] = sites.service.import_log(NEW_HEAD, done)
    assert (before.destination_user_name, goes.user_name) == ("mo", "")
    assert after == attrs.evolve(before, detail=after.detail, destination_user_name="")
    assert after.detail == (
        "the match was undone since: the student has a record of their own"
    )
    [shown] = sites.service.preview(NEW_HEAD, done).rows
    outcome = shown.row.outcome
    assert outcome is not None
    assert (outcome.student, outcome.undone_at) == (goes.key, sites.clock.now)
    assert not outcome.can_undo_match
    assert not outcome.to_merge
    [listed] = sites.service.completed_imports(NEW_HEAD)
    assert listed.imported == 1


def test_what_the_import_kept_is_told_as_past(sites: TwoSites) -> None:
    """LOG-1, CONF-1: the row gives the source's values, or says why it does not."""
    sites.add_old("1", user_name="maya", student_id="7", **MAYA)
    sites.add_new("m", user_name="mo", student_id="8", **MAYA)
    import_id = sites.done()
    sites.add_new("other", user_name="maya", given_name="Max")
    undo(sites, import_id)
    [row] = sites.service.import_log(NEW_HEAD, import_id)
    assert (row.source_student_id, row.destination_student_id) == ("7", "7")
    assert (row.source_user_name, row.destination_user_name) == ("maya", "maya1")
    assert row.detail == (
        "the match was undone since: the student has a record of their own (user name: "
        "taken on this site, so a number was appended); before that, student id, user "
        "name: the value on this site was kept"
    )


def test_the_plan_is_what_happens(sites: TwoSites, done: ImportId) -> None:
    """AFTER-2: it is shown before it is done, and showing changes nothing."""
    before = sites.everybody()
    plan = sites.service.plan_undo_match(NEW_HEAD, done, ONE)
    assert sites.everybody() == before
    made = sites.service.undo_match(NEW_HEAD, done, ONE)
    assert made == attrs.evolve(plan, goes=attrs.evolve(plan.goes, key=made.goes.key))
    assert [one.origin.record_id for one in made.records] == ["a", "b"]


def test_what_came_later_stays(sites: TwoSites, done: ImportId) -> None:
    """AFTER-2, CONF-5: a correction stays, and so does every other record."""
    merged = sites.student("m")
    assert merged is not None
    sites.replace(merged, middle_name="Adaeze", year="7", extra={"Zone": "2"})
    with sites.storage() as work:
        work.roster.add_records(NEW, M, [star("new", "y")])
        work.commit()
    made = sites.service.undo_match(NEW_HEAD, done, ONE)
    assert made.changed_since == ("Zone", "middle_name")
    assert (made.stays.middle_name, made.stays.year) == ("Adaeze", "7")
    assert made.stays.extra == (("Zone", "2"),)
    assert made.stays.email == ""
    assert made.goes.middle_name == "Ada"
    assert names(sites, "m") == ["x", "y"]


def test_a_record_that_was_there_before_stays(sites: TwoSites) -> None:
    """IMP-5: what both had is the student's of the site, and comes again next time."""
    sites.add_old("1", star("old", "a"), star("new", "x"), **MAYA)
    sites.add_new("m", star("new", "x"), **MAYA)
    goes = undo(sites, sites.done())
    assert names(sites, "m") == ["x"]
    assert names(sites, goes.key) == ["a"]


@pytest.mark.parametrize(
    ("brought", "status"),
    [
        ((), ScoreImportStatus.ALL),
        (("a",), ScoreImportStatus.ALL),
        (("a", "x"), ScoreImportStatus.SOME),
        (("x",), ScoreImportStatus.NONE),
    ],
)
def test_the_log_says_how_many_records_the_own_record_has(
    sites: TwoSites, brought: tuple[str, ...], status: ScoreImportStatus
) -> None:
    """LOG-2, AFTER-2: what stays with the other one is not on the new record."""
    sites.add_old("1", *(star("old", name) for name in brought), **MAYA)
    sites.add_new("m", star("old", "x"), **MAYA)
    import_id = sites.done()
    [row] = sites.service.import_log(NEW_HEAD, import_id)
    assert row.score_import_status is ScoreImportStatus.ALL
    undo(sites, import_id)
    [entry] = sites.service.log_entries(NEW_HEAD, import_id)
    assert entry.outcome.score_status is status
    assert entry.outcome.log_row.score_import_status is status


def test_who_came_twice_goes_as_a_whole(sites: TwoSites, done: ImportId) -> None:
    """IMP-5: what came the second time would else stay with the other child."""
    third = StudentRef(SiteId("third"), StudentKey("t"))
    source = sites.student("1", OLD)
    assert source is not None
    sites.replace(source, given_name="Mayah", gender="X", provenance={third})
    with sites.storage() as work:
        work.roster.add_records(OLD, ONE, [star("old", "c")])
        work.commit()
    sites.clock.advance(days=1)
    again = sites.ready_for(FIR)
    sites.service.confirm(NEW_HEAD, again, accept_unreviewed=True)
    sites.service.run_import(again)
    assert names(sites, "m") == ["a", "b", "c", "x"]
    goes = undo(sites, again)
    assert sites.student("m") == _here()
    assert names(sites, "m") == ["x"]
    assert names(sites, goes.key) == ["a", "b", "c"]
    assert goes.given_name == "Mayah"
    assert goes.enrolments == {OAK, FIR}
    assert goes.provenance == {StudentRef(OLD, ONE), third}
    for import_id in (done, again):
        [row] = sites.service.import_log(NEW_HEAD, import_id)
        assert "undone" in row.detail
        with pytest.raises(MatchUndoRefusedError, match="undone already"):
            sites.service.undo_match(NEW_HEAD, import_id, ONE)


def test_two_applied_matches_are_undone_whatever_the_clock_said(
    sites: TwoSites, done: ImportId
) -> None:
    """AFTER-2: the clock of another machine may be behind."""
    sites.clock.advance(days=-1)
    again = sites.done()
    undo(sites, again)
    assert names(sites, "m") == ["x"]
    with pytest.raises(MatchUndoRefusedError, match="undone already"):
        sites.service.undo_match(NEW_HEAD, done, ONE)


def test_another_child_who_came_to_the_same_student_stays(
    sites: TwoSites, done: ImportId
) -> None:
    """CONF-2: what both brought is not taken back: the one who stays brought it too."""
    third = _third_site(sites)
    sites.clock.advance(days=1)
    other = sites.done(third)
    assert names(sites, "m") == ["a", "b", "t", "x"]
    goes = undo(sites, done)
    stays = sites.student("m")
    assert stays is not None
    assert (stays.middle_name, stays.extra) == ("Ada", (("Zone", "1"),))
    assert stays.email == ""
    assert stays.enrolments == {OAK, FIR}
    assert stays.provenance == {StudentRef(SiteId("third"), StudentKey("t"))}
    assert names(sites, "m") == ["t", "x"]
    assert names(sites, goes.key) == ["a", "b"]
    undo(sites, other, "t")
    assert sites.student("m") == _here()


def test_a_record_that_another_match_brought_as_well_stays(sites: TwoSites) -> None:
    """CONF-5, LOG-2: the one who stays brought it too, and the logs say who has it."""
    both = star("fourth", "o")
    sites.add_old("1", both, star("old", "a"), **MAYA)
    sites.add_new("m", star("new", "x"), **MAYA)
    third = _third_site(sites)
    with sites.storage() as work:
        work.roster.add_records(SiteId("third"), StudentKey("t"), [both])
        work.commit()
    done = sites.done()
    sites.clock.advance(days=1)
    other = sites.done(third)
    goes = undo(sites, done)
    assert names(sites, "m") == ["o", "t", "x"]
    assert names(sites, goes.key) == ["a"]
    scores = [
        sites.service.log_entries(NEW_HEAD, one)[0].outcome.score_status
        for one in (done, other)
    ]
    assert scores == [ScoreImportStatus.SOME, ScoreImportStatus.ALL]


def _third_site(sites: TwoSites, **fields: Any) -> str:
    """Put the same Maya on a third site; give a code of it."""
    third, yew = SiteId("third"), SchoolId("yew")
    with sites.storage() as work:
        work.sites.put_site(Site(third, "Third Trust"))
        work.sites.put_school(School(yew, third, "Yew School"))
        work.commit()
    student = Student(
        key=StudentKey("t"),
        site_id=third,
        enrolments={yew},
        middle_name="Ada",
        extra={"Zone": "1"},
        **MAYA,
        **fields,
    )
    sites.add(student, star("third", "t"))
    head = Actor(ActorId("head@third"), third, Role.NETWORK_ADMINISTRATOR)
    code = sites.service.generate_code(head, StudentScope(yew, student.key))
    return code.code.reveal()


def test_who_was_parted_is_matched_with_the_own_record(
    sites: TwoSites, done: ImportId
) -> None:
    """IMP-5: the next import finds the record that came from there."""
    goes = undo(sites, done)
    import_id = sites.ready()
    [row] = sites.service.preview(NEW_HEAD, import_id).rows
    assert row.row.suggestion.candidates[0].key == goes.key


def test_a_childs_own_record_is_not_parted_from_it(
    sites: TwoSites, done: ImportId
) -> None:
    """IMP-5: who comes to the own record once more was not matched with another."""
    goes = undo(sites, done)
    import_id, row = _again(sites)
    assert (row.student, row.can_undo_match) == (goes.key, False)
    with pytest.raises(MatchUndoRefusedError, match="had come to this record before"):
        sites.service.undo_match(NEW_HEAD, import_id, ONE)


def test_a_match_with_who_came_from_there_is_undone_all_the_same(
    sites: TwoSites,
) -> None:
    """AFTER-2, MATCH-4: the other site may have made a wrong match of the two.

    Then the record that came is not one that came from the other child's any more.
    """
    here = sites.add_new("m", **MAYA)
    sites.add_old("1", provenance={StudentRef(NEW, M)}, **MAYA)
    goes = undo(sites, sites.done())
    assert goes.provenance == {StudentRef(OLD, ONE)}
    assert sites.student("m") == here
    import_id = sites.ready()
    [shown] = sites.service.preview(NEW_HEAD, import_id).rows
    assert shown.row.decision.match in {None, goes.key}


def test_what_a_merge_since_would_have_filled_stays(
    sites: TwoSites, done: ImportId
) -> None:
    """CONF-5, AFTER-1: nothing of the record that was merged into it is lost."""
    sites.add_new(
        "k", email="k@x.org", middle_name="Ann", **{**MAYA, "enrolments": {OAK}}
    )
    sites.clock.advance(days=1)
    sites.service.merge_students(NEW_HEAD, M, StudentKey("k"))
    goes = undo(sites, done)
    stays = sites.student("m")
    assert stays is not None
    assert (stays.email, stays.middle_name) == ("k@x.org", "Ann")
    assert stays.enrolments == {FIR, OAK}
    assert goes.email == "maya@x.org"


def test_no_match_is_undone_with_a_record_merged_with_the_own_since(
    sites: TwoSites, done: ImportId
) -> None:
    """AFTER-1: by that merge a person has said that the two are one."""
    late = sites.ready(sites.code("1"))
    sites.service.clear_match(NEW_HEAD, late, ONE)
    sites.service.confirm(NEW_HEAD, late, accept_unreviewed=True)
    sites.service.run_import(late)
    [own] = [one for one in sites.everybody() if one.key != M]
    sites.clock.advance(days=1)
    merge = sites.service.merge_students(NEW_HEAD, M, own.key)
    with pytest.raises(MatchUndoRefusedError, match="a person has merged it"):
        sites.service.undo_match(NEW_HEAD, done, ONE)
    sites.service.undo_merge(NEW_HEAD, merge.id)
    undo(sites, done)


def test_of_whom_nothing_is_left_nothing_is_given(sites: TwoSites) -> None:
    """IMP-8: the key is another child's by now, who never met the first to come."""
    sites.add_old("1", **{**MAYA, "email": "maya@x.org"})
    sites.add_new("m", **MAYA)
    sites.done()
    merged = sites.student("m")
    assert merged is not None
    sites.remove(merged)
    here = sites.add_new("m", **TOM)
    sites.add_old("2", **TOM)
    sites.clock.advance(days=1)
    undo(sites, sites.done(sites.code("2")), "2")
    assert sites.student("m") == here


def test_one_email_is_not_given_to_both(sites: TwoSites, done: ImportId) -> None:
    """CONF-3: what another one brought as well stays with the student of the site."""
    code = _third_site(sites, email="maya@y.org")
    source = sites.student("1", OLD)
    assert source is not None
    sites.replace(source, email="maya@y.org")
    sites.clock.advance(days=1)
    sites.done()
    sites.clock.advance(days=1)
    sites.done(code)
    made = sites.service.undo_match(NEW_HEAD, done, ONE)
    assert (made.stays.email, made.goes.email) == ("maya@y.org", "")


def test_who_was_merged_by_hand_is_not_parted_by_an_import(
    sites: TwoSites, done: ImportId
) -> None:
    """AFTER-1: it is that merge that is undone."""
    goes = undo(sites, done)
    sites.service.merge_students(NEW_HEAD, M, goes.key)
    import_id, row = _again(sites)
    assert (row.student, row.can_undo_match) == (M, False)
    with pytest.raises(MatchUndoRefusedError, match="a person has merged it"):
        sites.service.undo_match(NEW_HEAD, import_id, ONE)


def _again(sites: TwoSites) -> tuple[ImportId, Outcome]:
    """Bring Maya once more; say what became of it."""
    import_id = sites.done()
    [shown] = sites.service.preview(NEW_HEAD, import_id).rows
    assert shown.row.outcome is not None
    return import_id, shown.row.outcome


def test_only_what_was_seen_is_undone(sites: TwoSites, done: ImportId) -> None:
    """AFTER-2: the record may change between the look and the yes."""
    seen = sites.service.plan_undo_match(NEW_HEAD, done, ONE).mark
    merged = sites.student("m")
    assert merged is not None
    sites.replace(merged, email="")
    with pytest.raises(ConcurrentChangeError, match="since you looked"):
        sites.service.undo_match(NEW_HEAD, done, ONE, seen=seen)
    seen = sites.service.plan_undo_match(NEW_HEAD, done, ONE).mark
    assert sites.service.undo_match(NEW_HEAD, done, ONE, seen=seen).mark == seen


def test_an_identifier_that_others_have_is_settled(
    sites: TwoSites, done: ImportId
) -> None:
    """CONF-3: the new student is settled like any that an import creates."""
    merged = sites.student("m")
    assert merged is not None
    sites.replace(merged, email="", user_name="")
    sites.add_new("z", email="maya@x.org", **TOM)
    made = sites.service.undo_match(NEW_HEAD, done, ONE)
    assert made.goes.email == ""
    assert made.changed_since == ("email",)


def test_an_identifier_that_stays_is_not_given_twice(sites: TwoSites) -> None:
    """CONF-3: the student of the site had it before."""
    sites.add_old("1", user_name="mo", **MAYA)
    sites.add_new("m", user_name="MO", **MAYA)
    goes = undo(sites, sites.done())
    assert goes.user_name == "mo1"


def test_the_new_record_gets_the_first_free_number(sites: TwoSites) -> None:
    """CONF-3: past those that others have, and the name that stays."""
    sites.add_old("1", user_name="mo", **MAYA)
    sites.add_new("m", user_name="MO", **MAYA)
    done = sites.done()
    sites.add_new("o", user_name="Mo1")
    assert undo(sites, done).user_name == "mo2"


def test_on_an_sis_site_the_new_student_is_one_to_merge(sites: TwoSites) -> None:
    """IMP-9: nothing but the records had come, and they go to a student to merge."""
    sites.set_roster_source(RosterSource.SIS)
    sites.add_old("1", star("old", "a"), **{**MAYA, "email": "maya@x.org"})
    here = sites.add_new("m", **MAYA)
    import_id = sites.done()
    goes = undo(sites, import_id)
    assert sites.student("m") == here
    assert names(sites, goes.key) == ["a"]
    [listed] = sites.service.completed_imports(NEW_HEAD)
    assert listed.to_merge == 1


def test_a_new_student_has_no_match_to_undo(sites: TwoSites) -> None:
    """AFTER-2: nobody was merged."""
    sites.add_old("1", **MAYA)
    import_id = sites.done()
    with pytest.raises(MatchUndoRefusedError, match="has not merged"):
        sites.service.undo_match(NEW_HEAD, import_id, ONE)
    with pytest.raises(NotFoundError, match="student"):
        sites.service.undo_match(NEW_HEAD, import_id, StudentKey("2"))
    with pytest.raises(NotFoundError, match="import"):
        sites.service.undo_match(NEW_HEAD, ImportId("none"), ONE)


@pytest.mark.parametrize(
    ("state", "told", "advised"),
    [
        (ImportState.ANALYSING, "not confirmed", "in the review"),
        (ImportState.READY, "not confirmed", "in the review"),
        (ImportState.SCHEDULED, "still bringing", "Wait"),
        (ImportState.FAILED, "failed before", "reference code"),
        (ImportState.CANCELLED, "cancelled", "Nothing has to be undone"),
    ],
)
def test_who_has_not_been_brought_has_nothing_to_undo(
    sites: TwoSites, state: ImportState, told: str, advised: str
) -> None:
    """AFTER-2: too early is said to be so, and not to be corrected by hand."""
    sites.add_old("1", **MAYA)
    sites.add_new("m", **MAYA)
    import_id = sites.ready()
    with sites.storage() as work:
        import_ = work.imports.get(import_id)
        work.imports.save(attrs.evolve(import_, state=state))
        work.commit()
    for method in (sites.service.plan_undo_match, sites.service.undo_match):
        with pytest.raises(MatchUndoRefusedError, match=told) as refused:
            method(NEW_HEAD, import_id, ONE)
        assert advised in refused.value.advice
        with pytest.raises(NotFoundError, match="incoming student"):
            method(NEW_HEAD, import_id, StudentKey("99"))


def test_without_a_preview_it_is_said_that_nobody_was_brought(sites: TwoSites) -> None:
    """AFTER-2, IMP-2: a cancelled import has no rows, nor has one that is analysed."""
    sites.add_old("1", **MAYA)
    import_id = sites.start().id
    with pytest.raises(MatchUndoRefusedError, match="not confirmed"):
        sites.service.undo_match(NEW_HEAD, import_id, ONE)
    sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
    with pytest.raises(MatchUndoRefusedError, match="cancelled"):
        sites.service.undo_match(NEW_HEAD, import_id, ONE)


def test_of_a_log_that_was_deleted_nothing_is_known(sites: TwoSites) -> None:
    """AFTER-2: a host has deleted the rows of an import that is completed."""
    sites.add_old("1", **MAYA)
    import_id = sites.done()
    with sites.storage() as work:
        work.imports.put_rows(import_id, [])
        work.commit()
    with pytest.raises(MatchUndoRefusedError, match="has not merged"):
        sites.service.undo_match(NEW_HEAD, import_id, ONE)


def test_a_running_import_is_not_undone(sites: TwoSites, done: ImportId) -> None:
    """IMP-7: an operator has resumed it."""
    _schedule(sites, done)
    with pytest.raises(MatchUndoRefusedError, match="still bringing"):
        sites.service.undo_match(NEW_HEAD, done, ONE)


def _schedule(sites: TwoSites, import_id: ImportId) -> None:
    """Let an import be under way again."""
    with sites.storage() as work:
        import_ = work.imports.get(import_id)
        work.imports.save(attrs.evolve(import_, state=ImportState.SCHEDULED))
        work.commit()


def test_who_was_merged_since_is_unmerged_first(
    sites: TwoSites, done: ImportId
) -> None:
    """AFTER-2: the last is undone first."""
    sites.add_new("k", **MAYA)
    merge = sites.service.merge_students(NEW_HEAD, StudentKey("k"), M)
    with pytest.raises(MatchUndoRefusedError, match="merged with another one since"):
        sites.service.undo_match(NEW_HEAD, done, ONE)
    sites.service.undo_merge(NEW_HEAD, merge.id)
    undo(sites, done)


def test_no_match_is_undone_with_who_is_gone(sites: TwoSites, done: ImportId) -> None:
    """IMP-8: nor whoever has the key by now."""
    merged = sites.student("m")
    assert merged is not None
    sites.remove(merged)
    with pytest.raises(MatchUndoRefusedError, match="no longer there") as refused:
        sites.service.undo_match(NEW_HEAD, done, ONE)
    assert "no two to part" in refused.value.advice
    tom = sites.add_new("m", **TOM)
    with pytest.raises(MatchUndoRefusedError, match="no longer there"):
        sites.service.undo_match(NEW_HEAD, done, ONE)
    assert sites.everybody() == [tom]


def _refused(sites: TwoSites, import_id: ImportId, head: Actor) -> None:
    """Check that somebody may not undo, and changes nothing by trying."""
    before = sites.everybody()
    for use_case in (sites.service.plan_undo_match, sites.service.undo_match):
        with pytest.raises(NotAllowedError):
            use_case(head, import_id, ONE)
    assert sites.everybody() == before


def test_only_who_may_merge_in_the_school_undoes(
    sites: TwoSites, done: ImportId
) -> None:
    """PERM-2: the import is into Oak."""
    for head in (TEACHER, FIR_HEAD):
        _refused(sites, done, head)
    sites.service.plan_undo_match(OAK_HEAD, done, ONE)
    sites.service.undo_match(OAK_HEAD, done, ONE)


def test_who_has_lost_the_student_does_not_undo(
    sites: TwoSites, done: ImportId
) -> None:
    """PERM-2: the student of the site is in Fir alone by now."""
    merged = sites.student("m")
    assert merged is not None
    sites.replace(merged, enrolments={FIR})
    _refused(sites, done, OAK_HEAD)
    sites.service.undo_match(NEW_HEAD, done, ONE)


def test_every_import_of_the_child_has_to_be_the_actors(
    sites: TwoSites, done: ImportId
) -> None:
    """PERM-2, IMP-7: the second one is into Fir, or is still running."""
    sites.clock.advance(days=1)
    again = sites.ready_for(FIR)
    sites.service.confirm(NEW_HEAD, again, accept_unreviewed=True)
    sites.service.run_import(again)
    _refused(sites, done, OAK_HEAD)
    _refused(sites, again, FIR_HEAD)
    _schedule(sites, again)
    with pytest.raises(MatchUndoRefusedError, match="still bringing"):
        sites.service.undo_match(NEW_HEAD, done, ONE)


def test_nobody_of_an_import_of_another_school_is_shown(
    sites: TwoSites, done: ImportId
) -> None:
    """PERM-2: the other child came to the same student, and into Fir."""
    sites.clock.advance(days=1)
    sites.add_old("2", **{**MAYA, "email": "other@x.org", "middle_name": "Ada"})
    code = sites.code("2")
    other = sites.service.start_import(NEW_HEAD, code, FIR).id
    sites.service.analyse(other)
    two = StudentKey("2")
    sites.service.choose_match(NEW_HEAD, other, two, M, accept_unlike=True)
    sites.service.confirm(NEW_HEAD, other)
    sites.service.run_import(other)
    with pytest.raises(NotAllowedError):
        sites.service.preview(OAK_HEAD, other)
    for use_case in (sites.service.plan_undo_match, sites.service.undo_match):
        shown = students_in(use_case(OAK_HEAD, done, ONE))
        assert {one.key for one in shown if one.site_id == OLD} == {ONE}
    with sites.storage(read_only=True) as work:  # which is kept as if it were alone
        applied_match = work.applied_matches.get(other, two)
    assert applied_match.before.middle_name == ""


def test_another_sites_import_is_not_found(sites: TwoSites, done: ImportId) -> None:
    """PERM-3: not even that there is one."""
    with pytest.raises(NotFoundError):
        sites.service.undo_match(OLD_HEAD, done, ONE)


class _Holding(Around):
    """A roster in which somebody gets an identifier before the new student does."""

    def add(self, student: Student) -> None:
        """Say that somebody has it."""
        raise IdentifierTakenError


class _Forgetting(Around):
    """A roster that keeps no record of anybody."""

    def add_records(self, *_: Any) -> frozenset[Any]:
        """Keep nothing."""
        return frozenset()


@pytest.mark.parametrize(
    ("roster", "error", "message"),
    [
        (_Holding, ConcurrentChangeError, "changed"),
        (_Forgetting, MatchUndoRefusedError, "of the records of the separated student"),
    ],
)
def test_what_a_storage_cannot_keep_changes_nothing(
    sites: TwoSites,
    done: ImportId,
    roster: type[Around],
    error: type[Exception],
    message: str,
) -> None:
    """CONF-5: all or nothing."""
    before = sites.everybody()

    def broken(*, read_only: bool = False) -> Any:
        return Work(sites.storage(read_only=read_only), {"roster": roster})

    service = TransferService(broken)
    with pytest.raises(error, match=message):
        service.undo_match(NEW_HEAD, done, ONE)
    assert sites.everybody() == before
    assert names(sites, "m") == ["a", "b", "x"]
    undo(sites, done)


def test_the_student_is_held(sites: TwoSites, done: ImportId) -> None:
    """CONF-5: so that no record comes between being counted and being moved.

    And the site before it is read what there is to undo: another may undo it.
    """
    called = list[tuple[str, tuple[object, ...]]]()

    def note(call: Call) -> None:
        called.append((call.name, call.arguments))

    storage = FaultyStorage(sites.storage, note)
    TransferService(storage).undo_match(NEW_HEAD, done, ONE)
    held = called.index(("roster.hold", (NEW,)))
    assert held < called.index(("applied_matches.get", (done, ONE)))
    read = called.index(("roster.records", (NEW, M)))
    assert called.index(("roster.hold", (NEW, [M]))) < read


def test_a_match_is_undone_without_its_log(sites: TwoSites, done: ImportId) -> None:
    """AFTER-2: a host deletes old logs when its law says so."""
    with sites.storage() as work:
        work.imports.put_rows(done, [])
        work.commit()
    goes = undo(sites, done)
    assert names(sites, goes.key) == ["a", "b"]
    assert sites.service.import_log(NEW_HEAD, done) == ()
