"""Where a student's data lands when the roster changed since the preview."""

from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.codes import StudentScope
from student_transfer.errors import DecisionError, MatchTakenError
from student_transfer.identity import still_same
from student_transfer.import_log import LogRow
from student_transfer.imports import ImportId, ImportState
from student_transfer.matching import DEFAULT_SETTINGS, BlockingKey, ImportAs, Settings
from student_transfer.outcomes import Reason
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.ports import Blocked
from student_transfer.records import Record
from student_transfer.services import TransferService
from student_transfer.sites import RosterSource, School, SchoolId, Site, SiteId
from student_transfer.students import Student, StudentKey, StudentRef

from .conftest import (
    FIR,
    MAYA,
    NEW,
    NEW_HEAD,
    OAK,
    OLD,
    OLD_HEAD,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

ONE, TWO = StudentKey("1"), StudentKey("2")
M2 = StudentKey("m2")
M, N, P = StudentKey("m"), StudentKey("n"), StudentKey("p")


def reuse(
    sites: TwoSites, key: str, site: SiteId = NEW, *records: Record, **fields: Any
) -> Student:
    """Take a student off a site and give the key to another child."""
    gone = sites.student(key, site)
    assert gone is not None
    sites.remove(gone)
    add = sites.add_new if site == NEW else sites.add_old
    return add(key, *records, **fields)


def finish(sites: TwoSites, import_id: ImportId) -> tuple[LogRow, ...]:
    """Confirm and run an import; give its log."""
    sites.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
    sites.service.run_import(import_id)
    return sites.service.import_log(NEW_HEAD, import_id)


def matched(sites: TwoSites) -> ImportId:
    """Preview an import of Maya, who is on the new site, and Thomas, who is not."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", star("old", "t"), **TOM)
    sites.add_new("m", **MAYA)
    return sites.ready()


@pytest.mark.parametrize(
    "other",
    [
        ZOFIA,
        {**MAYA, "given_name": "Ada"},
        {**MAYA, "date_of_birth": date(2013, 1, 30), "family_name": "Reyes"},
        {**TOM, "student_id": "s-1"},
    ],
)
def test_a_key_given_to_another_child_gets_nothing(
    sites: TwoSites, other: dict[str, Any]
) -> None:
    """IMP-8, MATCH-1: the matched key is another child's now, so the row fails."""
    import_id = matched(sites)
    stranger = reuse(sites, "m", **other)
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert "another student now" in log["Maya"].detail
    assert sites.student("m") == stranger
    assert sites.records("m") == []
    assert log["Thomas"].detail == ""


def test_a_match_of_whom_nothing_was_seen_is_gone(sites: TwoSites) -> None:
    """IMP-8: without the student as seen nothing tells that the key is that child's."""
    import_id = matched(sites)
    with sites.storage() as work:
        row = work.imports.row(import_id, ONE)
        assert row is not None
        work.imports.save_row(import_id, attrs.evolve(row, matched=None))
        work.commit()
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert log["Maya"].detail == Reason.MATCH_GONE.value
    assert sites.records("m") == []


def test_a_chosen_key_given_to_another_child_gets_nothing(sites: TwoSites) -> None:
    """IMP-8, REV-1: a person's choice is of the child, and not of the key."""
    import_id = matched(sites)
    sites.add_new("p", given_name="Tommy", family_name="Wilkins")
    sites.service.choose_match(NEW_HEAD, import_id, TWO, P)
    stranger = reuse(sites, "p", given_name="Priya", family_name="Shah")
    finish(sites, import_id)
    assert sites.student("p") == stranger
    assert sites.records("p") == []


def test_a_corrected_match_still_gets_the_data(sites: TwoSites) -> None:
    """IMP-8: ordinary edits of the matched student make nobody another child."""
    import_id = matched(sites)
    before = sites.student("m")
    assert before is not None
    sites.replace(before, middle_name="Ngozi", year="7", student_id="4", gender="")
    finish(sites, import_id)
    assert sites.records("m") == [star("old", "a")]


def test_a_source_key_given_to_another_child_brings_nothing(sites: TwoSites) -> None:
    """IMP-8, CODE-3: another child than in the preview does not leave the source."""
    import_id = matched(sites)
    reuse(sites, "1", OLD, **ZOFIA, email="zofia@old.example")
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert "another student than in the preview" in log["Maya"].detail
    assert "zofia" not in repr([attrs.astuple(row) for row in log.values()]).lower()
    assert sites.records("m") == []
    assert {one.given_name for one in sites.everybody()} == {"Maya", "Thomas"}


def test_a_new_student_whose_source_key_changed_hands_is_not_created(
    sites: TwoSites,
) -> None:
    """IMP-8, CODE-3: nor is the other child created as a new student."""
    import_id = matched(sites)
    reuse(sites, "2", OLD, **ZOFIA)
    finish(sites, import_id)
    assert [one.given_name for one in sites.everybody()] == ["Maya"]


def test_who_came_back_after_the_preview_is_a_failed_row(sites: TwoSites) -> None:
    """IMP-10, PREV-2: nobody saw or matched who was absent from the preview."""
    maya = sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    code = sites.code()
    sites.remove(maya)
    import_id = sites.ready(code)
    sites.add(maya)
    details = [row.detail for row in finish(sites, import_id)]
    assert details == [
        "student 1: was not on the source site when the preview was made",
        "",
    ]


def shown_match(sites: TwoSites, import_id: ImportId) -> Student | None:
    """Return whom the preview, and the page of the first student, show as the match."""
    rows = sites.service.preview(NEW_HEAD, import_id).rows
    reviewed = sites.service.review_row(NEW_HEAD, import_id, ONE).shown
    assert [one for one in rows if one.source_key == ONE] == [reviewed]
    return reviewed.matched


def test_the_preview_shows_with_whom_a_student_was_merged(sites: TwoSites) -> None:
    """LOG-1, IMP-8: who survived the match, also once that was undone."""
    import_id = matched(sites)
    sites.add_new("n", student_id="77")
    assert shown_match(sites, import_id) == sites.student("m")
    sites.service.merge_students(NEW_HEAD, N, M)
    assert shown_match(sites, import_id) is None  # it is followed when it lands
    finish(sites, import_id)
    assert shown_match(sites, import_id) == sites.student("n") is not None
    sites.service.undo_match(NEW_HEAD, import_id, ONE)
    assert shown_match(sites, import_id) == sites.student("n") is not None


def test_the_preview_shows_nobody_who_has_the_key_since(sites: TwoSites) -> None:
    """LOG-1: another child has the key of whom the student was merged with."""
    import_id = matched(sites)
    finish(sites, import_id)
    assert shown_match(sites, import_id) == sites.student("m") is not None
    reuse(sites, "m", **ZOFIA)
    assert shown_match(sites, import_id) is None


def test_a_key_reused_after_a_merge_does_not_hide_the_survivor(
    sites: TwoSites,
) -> None:
    """IMP-8: the merge is followed though another child has the key by now."""
    import_id = matched(sites)
    sites.add_new("n", **{**MAYA, "middle_name": "N"})
    sites.service.merge_students(NEW_HEAD, N, M)
    stranger = sites.add_new("m", **ZOFIA)
    finish(sites, import_id)
    assert sites.records("n") == [star("old", "a")]
    assert sites.student("m") == stranger
    assert sites.records("m") == []


def test_a_merge_of_the_keys_next_owner_is_not_followed(sites: TwoSites) -> None:
    """IMP-8: who got the key and was merged on was another child."""
    import_id = matched(sites)
    reuse(sites, "m", **ZOFIA)
    sites.add_new("n", **{**ZOFIA, "middle_name": "N"})
    sites.service.merge_students(NEW_HEAD, N, M)
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert log["Maya"].detail == "the matched student is no longer on this site"
    assert sites.records("n") == []


def test_a_survivor_whose_key_changed_hands_gets_nothing(sites: TwoSites) -> None:
    """IMP-8: also at the end of a merge that is followed."""
    import_id = matched(sites)
    sites.add_new("n", **{**MAYA, "middle_name": "N"})
    sites.service.merge_students(NEW_HEAD, N, M)
    reuse(sites, "n", **ZOFIA)
    finish(sites, import_id)
    assert sites.records("n") == []


def test_a_survivor_whom_the_merge_filled_in_is_followed(sites: TwoSites) -> None:
    """IMP-8: the survivor is known as it was after the merge, and not before."""
    import_id = matched(sites)
    sites.add_new("n", student_id="77")
    sites.service.merge_students(NEW_HEAD, N, M)
    finish(sites, import_id)
    assert sites.records("n") == [star("old", "a")]


def test_a_merge_into_another_child_is_not_followed(sites: TwoSites) -> None:
    """IMP-8: that somebody merged two children brings no third one's records there."""
    import_id = matched(sites)
    sites.add_new("n", **ZOFIA)
    sites.service.merge_students(NEW_HEAD, N, M, accept_unlike=True)
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert log["Maya"].detail.startswith("the match is another student now")
    assert sites.records("n") == []


@pytest.mark.parametrize("is_merged", [False, True])
def test_a_match_whose_identifier_is_another_now_gets_nothing(
    sites: TwoSites, *, is_merged: bool
) -> None:
    """IMP-8, MATCH-1: the identifier that decided says now that it is another child."""
    one, other = "ST-20150417", "ST-88302946"
    sites.add_old("1", star("old", "a"), **MAYA, national_id=one)
    matched = sites.add_new("m", **MAYA, national_id=one)
    import_id = sites.ready()
    if is_merged:
        sites.add_new("n", **MAYA, national_id=other)
        sites.service.merge_students(NEW_HEAD, N, M)
    else:
        sites.replace(matched, national_id=other)
    [row] = finish(sites, import_id)
    assert row.detail.startswith("the match is another student now")
    assert all(sites.records(key) == [] for key in ("m", "n"))


def test_of_two_matches_merged_into_a_third_one_lands(sites: TwoSites) -> None:
    """IMP-8, PREV-4: two incoming students never land on one."""
    import_id = matched(sites)
    sites.add_new("t", **TOM)
    sites.service.choose_match(NEW_HEAD, import_id, TWO, StudentKey("t"))
    sites.add_new("p", **{**MAYA, "middle_name": "P"})
    for gone in (M, StudentKey("t")):
        sites.service.merge_students(NEW_HEAD, P, gone, accept_unlike=True)
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert log["Maya"].detail != log["Thomas"].detail
    assert "another incoming student's match" in log["Thomas"].detail
    assert sites.records("p") == [star("old", "a")]


def test_merges_in_a_circle_end_in_a_failed_row(sites: TwoSites) -> None:
    """IMP-8: two keys merged into each other, both gone, and the worker goes on."""
    import_id = matched(sites)
    again = sites.student("m")
    assert again is not None
    sites.add_new("n", **MAYA)
    sites.service.merge_students(NEW_HEAD, N, M)
    sites.add(again)
    sites.clock.advance(minutes=1)
    sites.service.merge_students(NEW_HEAD, M, N)
    last = sites.student("m")
    assert last is not None
    sites.remove(last)
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert "no longer on this site" in log["Maya"].detail


def _third_site(sites: TwoSites) -> tuple[SiteId, SchoolId]:
    site, school = SiteId("third"), SchoolId("yew")
    with sites.storage() as work:
        work.sites.put_site(Site(site, "Third Trust"))
        work.sites.put_school(School(school, site, "Yew School"))
        work.commit()
    return site, school


def test_what_another_import_filled_in_can_bar_a_match(sites: TwoSites) -> None:
    """IMP-8, PREV-4: two imports match one sparse student; the second is refused.

    The first import gives the student its date of birth, and now it is plain that the
    other incoming child is somebody else.
    """
    sparse = {"given_name": "Maya", "family_name": "Okafor"}
    sites.add_new("m", **sparse)
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", star("old", "b"), **{**MAYA, "date_of_birth": date(2012, 8, 30)})
    first, second = sites.ready(sites.code("1")), sites.ready(sites.code("2"))
    sites.service.choose_match(NEW_HEAD, first, ONE, M)
    sites.service.choose_match(NEW_HEAD, second, TWO, M)
    finish(sites, first)
    [row] = finish(sites, second)
    assert "changed too much since" in row.detail
    assert sites.records("m") == [star("old", "a")]


def test_a_second_record_of_the_source_lands_where_a_person_knows(
    sites: TwoSites,
) -> None:
    """MATCH-4, IMP-8: who chose did not know that another of the source would come.

    The source keeps the two apart. With a new code the person sees that one has come,
    and whoever is chosen again is the same child by decision (CONF-5).
    """
    sites.add_new("m", given_name="Maya", family_name="Okafor")
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", star("old", "b"), **MAYA)
    first, second = sites.ready(sites.code("1")), sites.ready(sites.code("2"))
    sites.service.choose_match(NEW_HEAD, first, ONE, M)
    sites.service.choose_match(NEW_HEAD, second, TWO, M)
    finish(sites, first)
    [row] = finish(sites, second)
    assert row.detail == Reason.KEPT_APART.value
    assert sites.records("m") == [star("old", "a")]
    again = sites.ready(sites.code("2"))
    sites.service.choose_match(NEW_HEAD, again, TWO, M)
    finish(sites, again)
    assert sites.records("m") == [star("old", "a"), star("old", "b")]


@pytest.mark.parametrize(
    ("merged_at", "reason"),
    [("before", Reason.MATCH_TAKEN), ("between", Reason.KEPT_APART)],
)
def test_twins_do_not_meet_by_a_merge_while_they_are_brought(
    sites: TwoSites, merged_at: str, reason: Reason
) -> None:
    """PREV-4, IMP-8: a merge during the run says no more than one before it."""
    twins = {"family_name": "Okafor", "date_of_birth": date(2014, 3, 5), "year": "6"}
    for key, name in (("1", "Ella"), ("2", "Ellie")):
        sites.add_old(key, star("old", key), given_name=name, **twins)
        sites.add_new(f"m{key}", given_name=name, **twins)
    import_id = sites.ready()
    for key in ("1", "2"):
        there = StudentKey(f"m{key}")
        sites.service.choose_match(NEW_HEAD, import_id, StudentKey(key), there)
    sites.service.confirm(NEW_HEAD, import_id)
    merged: list[object] = []

    def merge(*_: object) -> None:
        if not merged:
            merged.append(sites.service.merge_students(NEW_HEAD, M2, StudentKey("m1")))

    if merged_at == "before":
        merge()
    sites.service.run_import(import_id, merge)
    assert merged
    assert len(sites.records(M2)) == 1
    details = [row.detail for row in sites.service.import_log(NEW_HEAD, import_id)]
    assert sorted(details) == ["", reason.value]


def test_one_child_in_two_codes_arrives_once(sites: TwoSites) -> None:
    """IMP-5, IMP-8: two previews say "new"; the second import finds the first's."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", **TOM)
    first, second = sites.ready(sites.code("1")), sites.ready()
    finish(sites, first)
    log = finish(sites, second)
    assert [row.detail for row in log] == ["", ""]
    people = {one.given_name: one for one in sites.everybody()}
    assert len(sites.everybody()) == 2
    assert sites.records(people["Maya"].key) == [star("old", "a")]


@pytest.mark.parametrize(
    ("was", "match"), [("taken off", None), ("merged", N), ("still there", M)]
)
def test_who_comes_back_is_not_matched_with_a_namesake(
    sites: TwoSites, was: str, match: StudentKey | None
) -> None:
    """MATCH-1, MATCH-4: this site kept the two apart, so a person has to say else."""
    sites.add_new("n", **MAYA)
    mine = sites.add_new("m", **MAYA, provenance=())
    sites.add_old("1", **MAYA, provenance={mine.ref})
    if was == "merged":
        sites.service.merge_students(NEW_HEAD, N, M)
    if was == "taken off":
        sites.remove(mine)
    import_id = sites.ready()
    [row] = sites.service.preview(NEW_HEAD, import_id).rows
    assert row.row.decision.match == match
    assert row.needs_review == (match is None)


def test_one_child_from_two_sites_arrives_once(sites: TwoSites) -> None:
    """IMP-5, IMP-8: she was there, and at a third site that both had her from."""
    third = StudentRef(SiteId("third"), StudentKey("7"))
    sites.add_old("1", star("old", "a"), **MAYA, provenance={third})
    import_id = sites.ready()
    sites.add_new("m", **MAYA, provenance={third})  # by another import, meanwhile
    finish(sites, import_id)
    assert [one.key for one in sites.everybody()] == ["m"]
    assert sites.records("m") == [star("old", "a")]


def test_one_child_in_two_codes_on_an_sis_site(sites: TwoSites) -> None:
    """IMP-9: only who was created has to be merged, and that once."""
    sites.set_roster_source(RosterSource.SIS)
    sites.add_old("1", star("old", "a"), **MAYA)
    first, second = sites.ready(sites.code("1")), sites.ready()
    finish(sites, first)
    sites.clock.advance(minutes=1)
    finish(sites, second)
    listed = sites.service.completed_imports(NEW_HEAD)
    assert sorted(one.to_merge for one in listed) == [0, 1]
    assert len(sites.everybody()) == 1


def test_a_person_can_have_a_second_record_made(sites: TwoSites) -> None:
    """REV-1, IMP-8: who was cleared by a person is new in any case."""
    sites.add_old("1", star("old", "a"), **MAYA)
    first, second = sites.ready(sites.code("1")), sites.ready()
    sites.service.clear_match(NEW_HEAD, second, ONE)
    finish(sites, first)
    finish(sites, second)
    assert len(sites.everybody()) == 2


def test_whom_another_row_has_is_not_taken_over(sites: TwoSites) -> None:
    """PREV-4, IMP-8: what another import brought may be another row's choice."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", star("old", "t"), **TOM)
    first, second = sites.ready(sites.code("1")), sites.ready()
    finish(sites, first)
    [brought] = sites.everybody()
    sites.service.choose_match(NEW_HEAD, second, TWO, brought.key, accept_unlike=True)
    log = {row.first_name: row for row in finish(sites, second)}
    assert log["Maya"].detail == Reason.HERE_TAKEN.value
    assert sites.everybody() == [sites.student(brought.key)]
    assert star("old", "t") in sites.records(brought.key)


def brought_twice(sites: TwoSites) -> ImportId:
    """Make two records of Maya, one as a person said; give a third preview of her."""
    sites.add_old("1", star("old", "a"), **MAYA)
    imports = [sites.ready(sites.code("1")) for _ in range(3)]
    sites.service.clear_match(NEW_HEAD, imports[1], ONE)
    for import_id in imports[:2]:
        finish(sites, import_id)
    assert len(sites.everybody()) == 2
    return imports[2]


def test_who_is_here_twice_does_not_come_a_third_time(sites: TwoSites) -> None:
    """IMP-5, IMP-8: which of the two it would be is for a person to say."""
    [row] = finish(sites, brought_twice(sites))
    assert row.detail == Reason.HERE_TWICE.value
    assert len(sites.everybody()) == 2


def test_who_is_here_twice_is_shown_to_a_person(sites: TwoSites) -> None:
    """PREV-3, IMP-5: the next preview flags it; accepted unseen, nobody comes."""
    brought_twice(sites)
    import_id = sites.ready(sites.code("1"))
    [shown] = sites.service.preview(NEW_HEAD, import_id).rows
    assert shown.needs_review
    known = {one.key for one in shown.row.suggestion.candidates}
    assert known == {one.key for one in sites.everybody()}
    [row] = finish(sites, import_id)
    assert row.detail == Reason.HERE_TWICE.value
    assert len(sites.everybody()) == 2


@pytest.mark.parametrize("decided", ["merged", "chosen", "new"])
def test_who_was_here_twice_comes_as_a_person_says(
    sites: TwoSites, decided: str
) -> None:
    """REV-1, AFTER-1: by a merge of the two, a choice between them, or a new record."""
    brought_twice(sites)
    one, two = (student.key for student in sites.everybody())
    if decided == "merged":
        sites.service.merge_students(NEW_HEAD, one, two)
    import_id = sites.ready(sites.code("1"))
    if decided == "chosen":
        sites.service.choose_match(NEW_HEAD, import_id, ONE, one)
    elif decided == "new":
        sites.service.clear_match(NEW_HEAD, import_id, ONE)
    [row] = finish(sites, import_id)
    assert row.detail == ""
    assert len(sites.everybody()) == {"merged": 1, "chosen": 2, "new": 3}[decided]


@pytest.mark.parametrize("decided", [False, True])
def test_who_is_linked_and_unlike_is_left_to_a_person(
    sites: TwoSites, *, decided: bool
) -> None:
    """IMP-5, IMP-8: it may be another child with the key, or the same one corrected."""
    sites.add_old("1", star("old", "a"), **MAYA)
    first, second = sites.ready(sites.code("1")), sites.ready()
    finish(sites, first)
    [brought] = sites.everybody()
    sites.replace(brought, given_name="Ada")
    if decided:
        sites.service.clear_match(NEW_HEAD, second, ONE)
    [row] = finish(sites, second)
    assert row.detail == ("" if decided else Reason.HERE_UNLIKE.value)
    came = {one.given_name for one in sites.everybody()}
    assert came == ({"Ada", "Maya"} if decided else {"Ada"})


def test_a_new_student_is_not_merged_by_the_trace_of_another(sites: TwoSites) -> None:
    """IMP-5: a student who only shares names has no trace of this very record."""
    sites.add_old("1", star("old", "a"), **MAYA)
    import_id = sites.ready()
    sites.add_new("n", **MAYA)
    finish(sites, import_id)
    assert len(sites.everybody()) == 2


def test_a_search_that_finds_too_many_merges_nobody(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-5, MATCH-1: only the trace of this very record counts, whatever is found."""
    sites.add_old("1", star("old", "a"), **MAYA)
    import_id = sites.ready()
    sites.add_new("n", **MAYA)
    with sites.storage(read_only=True) as work:
        found = Blocked({BlockingKey(7): frozenset({N})})
        monkeypatch.setattr(type(work.roster), "blocked", lambda *_: found)
    finish(sites, import_id)
    assert sites.records("n") == []


# Analysed again ------------------------------------------------------------------


def again(sites: TwoSites, import_id: ImportId) -> dict[str, Any]:
    """Analyse a ready preview again; give its rows by source key."""
    sites.service.analyse_again(NEW_HEAD, import_id)
    assert sites.service.analyse(import_id).state is ImportState.READY
    rows = sites.service.preview(NEW_HEAD, import_id).rows
    return {one.source_key: one.row for one in rows}


def test_a_choice_whose_student_has_gone_comes_up_for_review(sites: TwoSites) -> None:
    """PREV-7, IMP-8: it cannot stay decided, and it does not fail silently."""
    import_id = matched(sites)
    priya = sites.add_new("p", given_name="Priya", family_name="Shah")
    sites.service.choose_match(NEW_HEAD, import_id, TWO, P, accept_unlike=True)
    sites.remove(priya)
    row = again(sites, import_id)["2"]
    assert row.decision.import_as is ImportAs.NEW
    assert row.needs_review
    assert "no longer on this site" in row.suggestion.why


def test_a_choice_whose_key_changed_hands_comes_up_for_review(sites: TwoSites) -> None:
    """PREV-7, IMP-8: the decision was about the child who had the key."""
    import_id = matched(sites)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    reuse(sites, "m", **ZOFIA)
    row = again(sites, import_id)["1"]
    assert row.decision.match is None
    assert row.needs_review


def test_a_decision_is_not_passed_on_with_the_source_key(sites: TwoSites) -> None:
    """PREV-7, IMP-8: what was decided about Maya is not decided about Zofia."""
    import_id = matched(sites)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    reuse(sites, "1", OLD, star("old", "z"), **ZOFIA)
    row = again(sites, import_id)["1"]
    assert row.incoming is None  # the code is not for her (CODE-3)
    finish(sites, import_id)
    assert sites.records("m") == []


def test_a_choice_that_was_merged_stays_and_is_nobody_elses(sites: TwoSites) -> None:
    """PREV-4, PREV-7: the decision stays, and its survivor is offered to no other."""
    import_id = matched(sites)
    survivor = sites.add_new("n", **{**MAYA, "middle_name": "Ada"})
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    sites.service.merge_students(NEW_HEAD, survivor.key, M)
    rows = again(sites, import_id)
    assert (rows["1"].decision.match, rows["1"].decision.by_person) == ("n", True)
    assert rows["1"].suggestion.match == "n"
    assert rows["2"].decision.match != "n"
    with pytest.raises(MatchTakenError):
        sites.service.choose_match(NEW_HEAD, import_id, TWO, survivor.key)
    finish(sites, import_id)
    assert sites.records("n") == [star("old", "a")]


def test_a_match_that_was_merged_can_be_kept(sites: TwoSites) -> None:
    """REV-1, IMP-8: before the next analysis, too; the data follows the merge."""
    import_id = matched(sites)
    sites.add_new("n", **MAYA)
    sites.service.merge_students(NEW_HEAD, N, M)
    kept = sites.service.keep_match(NEW_HEAD, import_id, ONE, M)
    assert (kept.decision.match, kept.decision.by_person) == (M, True)
    finish(sites, import_id)
    assert sites.records("n") == [star("old", "a")]


def test_an_undone_merge_is_followed_back(sites: TwoSites) -> None:
    """AFTER-2, PREV-7: who was chosen is whom the data lands on, whatever befell it."""
    import_id = matched(sites)
    sites.add_new("n", **MAYA)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    merge = sites.service.merge_students(NEW_HEAD, N, M)
    assert again(sites, import_id)["1"].decision.match == N
    sites.service.undo_merge(NEW_HEAD, merge.id)
    with pytest.raises(DecisionError):  # the page shows N, and M was chosen
        sites.service.keep_match(NEW_HEAD, import_id, ONE, N)
    finish(sites, import_id)
    assert (sites.records("m"), sites.records("n")) == ([star("old", "a")], [])


def test_an_undone_merge_is_followed_back_by_the_next_analysis(sites: TwoSites) -> None:
    """AFTER-2, PREV-4: two children of one name are not exchanged."""
    import_id = matched(sites)
    sites.add_new("n", **MAYA)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    merge = sites.service.merge_students(NEW_HEAD, N, M)
    again(sites, import_id)
    sites.service.undo_merge(NEW_HEAD, merge.id)
    row = again(sites, import_id)["1"]
    assert (row.decision.match, row.decision.by_person) == (M, True)


def test_a_choice_that_ended_stays_with_a_person(sites: TwoSites) -> None:
    """PREV-7, MATCH-1: what did not hold once is never decided unseen afterwards."""
    import_id = matched(sites)
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    before = sites.student("1", OLD)
    assert before is not None
    other = sites.replace(before, given_name="Zofia")
    assert again(sites, import_id)["1"].incoming is None  # another child (CODE-3)
    sites.replace(other, given_name=before.given_name)
    for _ in range(2):  # and so it is at every analysis, until a person looks
        row = again(sites, import_id)["1"]
        assert (row.needs_review, row.absence) == (True, None)
        [ended] = row.suggestion.doubts
        assert ended.startswith("what a person decided does not hold any more")
        assert row.suggestion.why.endswith(ended)
    sites.service.keep_match(NEW_HEAD, import_id, ONE, row.decision.match)
    assert not again(sites, import_id)["1"].needs_review


def test_a_choice_that_was_merged_into_anothers_match_ends(sites: TwoSites) -> None:
    """PREV-4, IMP-8: whoever was matched with the survivor keeps it, by whomever."""
    born = {**MAYA, "date_of_birth": date(2013, 8, 21)}
    sites.add_old("3", **born)
    sites.add_new("n", **born)
    both = matched(sites)
    rows = {
        row.source_key: row.row for row in sites.service.preview(NEW_HEAD, both).rows
    }
    assert rows[StudentKey("3")].decision.match == N
    sites.service.choose_match(NEW_HEAD, both, ONE, M)
    sites.service.merge_students(NEW_HEAD, N, M)
    later = again(sites, both)
    assert later["3"].decision.match == N
    assert (later["1"].decision.match, later["1"].needs_review) == (None, True)


def test_a_choice_that_was_merged_into_another_child_ends(sites: TwoSites) -> None:
    """IMP-8, PREV-7: that somebody merged two children is no decision about a third."""
    import_id = matched(sites)
    sites.add_new("t", **TOM)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    sites.service.merge_students(NEW_HEAD, StudentKey("t"), M, accept_unlike=True)
    row = again(sites, import_id)["1"]
    assert (row.decision.match, row.decision.by_person) == (None, False)
    assert row.needs_review


def test_of_two_choices_merged_into_one_only_the_survivors_stays(
    sites: TwoSites,
) -> None:
    """PREV-4, PREV-7, REV-2: two incoming students never keep one match."""
    import_id = matched(sites)
    survivor = sites.add_new("n", **{**MAYA, "middle_name": "Ada"})
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    sites.service.choose_match(
        NEW_HEAD, import_id, TWO, survivor.key, accept_unlike=True
    )
    sites.service.merge_students(NEW_HEAD, survivor.key, M)
    rows = again(sites, import_id)
    assert (rows["2"].decision.match, rows["2"].decision.by_person) == ("n", True)
    assert (rows["1"].decision.match, rows["1"].decision.by_person) == (None, False)
    assert rows["1"].needs_review


def test_a_decision_about_an_absent_student_ends_with_the_return(
    sites: TwoSites,
) -> None:
    """PREV-7: it was taken without seeing the student."""
    maya = sites.add_old("1", **MAYA)
    sites.add_new("p", given_name="Priya", family_name="Shah")
    code = sites.code()
    sites.remove(maya)
    import_id = sites.ready(code)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, P)
    assert again(sites, import_id)["1"].decision.match == P
    sites.add(maya)
    row = again(sites, import_id)["1"]
    assert row.decision.match is None
    assert row.needs_review


def test_a_decision_about_who_left_the_source_stays(sites: TwoSites) -> None:
    """PREV-2, PREV-7, IMP-10: to be seen while the student is counted as absent."""
    import_id = matched(sites)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    maya = sites.student("1", OLD)
    assert maya is not None
    sites.remove(maya)
    assert again(sites, import_id)["1"].decision.match == M
    assert sites.service.preview(NEW_HEAD, import_id).absent == 1
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert log[""].detail == "student 1: no longer on the source site"


def _wrongly_chosen_and_gone(sites: TwoSites) -> tuple[ImportId, Student]:
    """Choose Maya's record for Thomas, who then leaves the source; analyse again."""
    import_id = matched(sites)
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    sites.service.choose_match(NEW_HEAD, import_id, TWO, M, accept_unlike=True)
    tom = sites.student("2", OLD)
    assert tom is not None
    sites.remove(tom)
    again(sites, import_id)
    return import_id, tom


def test_who_left_the_source_keeps_a_match_from_nobody(sites: TwoSites) -> None:
    """PREV-4, IMP-10: nothing of theirs can arrive, and the child's own record can."""
    import_id, _ = _wrongly_chosen_and_gone(sites)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    rows = again(sites, import_id)
    assert (rows["1"].decision.match, rows["2"].decision.match) == (M, M)
    log = {row.first_name: row for row in finish(sites, import_id)}
    assert log[""].detail == "student 2: no longer on the source site"
    assert log["Maya"].detail == ""
    assert sites.records("m") == [star("old", "a")]


def test_the_match_of_who_left_the_source_is_proposed_to_others(
    sites: TwoSites,
) -> None:
    """PREV-4, MATCH-1: the child is not proposed as new beside the own record."""
    sites.add_old("2", **TOM)
    maya = sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("m", **MAYA)
    code = sites.code()
    sites.remove(maya)
    import_id = sites.ready(code)
    sites.service.choose_match(NEW_HEAD, import_id, TWO, M, accept_unlike=True)
    tom = sites.student("2", OLD)
    assert tom is not None
    sites.remove(tom)
    sites.add(maya)
    row = again(sites, import_id)["1"]
    assert (row.decision.match, row.decision.by_person) == (M, False)
    assert not row.needs_review


@pytest.mark.parametrize("chosen", [False, True])
def test_who_comes_back_to_the_source_finds_the_match_taken(
    sites: TwoSites, chosen: bool
) -> None:
    """PREV-4, MATCH-4, PREV-7: never two for one; who is back is left to a person."""
    import_id, tom = _wrongly_chosen_and_gone(sites)
    if chosen:
        sites.service.choose_match(NEW_HEAD, import_id, ONE, M)
    sites.add(tom)
    rows = again(sites, import_id)
    assert rows["1"].decision.match == (M if chosen else None)
    assert (rows["2"].decision.match, rows["2"].needs_review) == (None, True)
    assert "does not hold any more" in rows["2"].suggestion.why
    if chosen:
        with pytest.raises(MatchTakenError):
            sites.service.choose_match(NEW_HEAD, import_id, TWO, M, accept_unlike=True)
    finish(sites, import_id)
    assert sites.records("m") == ([star("old", "a")] if chosen else [])


def test_a_choice_follows_a_merge_into_the_match_of_who_left(sites: TwoSites) -> None:
    """PREV-4, PREV-7: nobody who can arrive has that match."""
    import_id, _ = _wrongly_chosen_and_gone(sites)
    sites.add_new("n", **MAYA)
    sites.service.choose_match(NEW_HEAD, import_id, ONE, N)
    sites.service.merge_students(NEW_HEAD, M, N)
    row = again(sites, import_id)["1"]
    assert (row.decision.match, row.decision.by_person) == (M, True)
    finish(sites, import_id)
    assert sites.records("m") == [star("old", "a")]


def test_who_could_not_be_compared_with_all_is_flagged(sites: TwoSites) -> None:
    """PREV-3, MATCH-1: without a date and with too many namesakes a person looks."""
    sites.add_old("1", **{**MAYA, "date_of_birth": None})
    for key in ("x", "y"):
        sites.add_new(key, given_name="Maya", family_name="Okafor")
    settings = Settings(per_key_limit=1)
    few = TransferService(sites.storage, clock=sites.clock, settings=settings)
    import_ = sites.start()
    few.analyse(import_.id)
    [row] = few.preview(NEW_HEAD, import_.id).rows
    assert row.needs_review
    assert "too many students" in row.why


def test_a_match_that_has_gone_cannot_be_kept(sites: TwoSites) -> None:
    """REV-1, IMP-8: keeping what cannot be carried out is refused, with advice."""
    import_id = matched(sites)
    reuse(sites, "m", **ZOFIA)
    with pytest.raises(DecisionError, match="analysed again") as refused:
        sites.service.keep_match(NEW_HEAD, import_id, ONE, M)
    assert refused.value.rule == "IMP-8"
    assert sites.service.edits(NEW_HEAD, import_id) == ()


def test_keeping_a_new_student_needs_no_match(sites: TwoSites) -> None:
    """REV-1: what is kept may be that the student is new."""
    import_id = matched(sites)
    row = sites.service.keep_match(NEW_HEAD, import_id, TWO, None)
    assert row.decision.import_as is ImportAs.NEW
    assert row.decision.by_person


# The rule itself ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({}, True),
        ({"year": "7", "gender": "", "email": "x@y.example"}, True),
        ({"given_name": "MAYA"}, True),
        ({"middle_name": "Ngozi"}, True),
        ({"family_name": "Okafor-Patel"}, True),
        ({"date_of_birth": None}, True),
        ({"given_name": "Ada"}, False),
        ({"date_of_birth": date(2012, 5, 5)}, False),
        ({"family_name": "Lindqvist"}, True),
        ({"family_name": "Lindqvist", "given_name": "Maia"}, False),
        ({"family_name": "Lindqvist", "given_name": "M"}, False),
        ({"family_name": "Lindqvist", "middle_name": "Ngozi"}, True),
        ({"family_name": "Lindqvist", "date_of_birth": date(2015, 3, 8)}, False),
        ({"family_name": "Lindqvist", "date_of_birth": None}, False),
        ({"family_name": "Lindqvist", "gender": "M"}, False),
        ({"given_name": "", "family_name": ""}, False),
        ({"gender": "M", "date_of_birth": None}, False),
    ],
)
def test_what_makes_a_key_another_childs(fields: dict[str, Any], same: bool) -> None:
    """IMP-8: key, student ID and provenance agree in each case and prove nothing."""
    maya = Student(key=M, site_id=NEW, student_id="7", enrolments={OAK, FIR}, **MAYA)
    maya = attrs.evolve(maya, provenance={attrs.evolve(maya.ref, key=N)})
    now = attrs.evolve(maya, **fields)
    assert still_same(maya, now, DEFAULT_SETTINGS) is same
    assert still_same(now, maya, DEFAULT_SETTINGS) is same


@pytest.mark.parametrize(
    ("fields", "same"),
    [
        ({}, True),
        ({"date_of_birth": None}, True),
        ({"date_of_birth": date(2015, 3, 8)}, True),
        ({"date_of_birth": date(2012, 5, 25)}, False),
        ({"given_name": "Maia"}, False),
        ({"national_id": "ST-88302946"}, False),
        ({"national_id": ""}, True),
    ],
)
def test_who_is_known_under_another_family_name(
    fields: dict[str, Any], same: bool
) -> None:
    """IMP-8, CODE-3: by the given name, and a date or identifier of the child's own."""
    known = {**MAYA, "middle_name": "Ngozi", "national_id": "ST-20150417"}
    maya = Student(key=M, site_id=NEW, **known)
    now = attrs.evolve(maya, family_name="Lindqvist", **fields)
    assert still_same(maya, now, DEFAULT_SETTINGS) is same
    assert still_same(now, maya, DEFAULT_SETTINGS) is same


@pytest.mark.parametrize(
    ("fields", "sure", "same"),
    [
        ({"date_of_birth": None}, 0.99, True),
        ({"date_of_birth": None}, 0.999, False),
        ({"date_of_birth": None, "family_name": "Okafar"}, 0.9, False),
    ],
)
def test_settings_ask_for_more_but_never_for_less(
    fields: dict[str, Any], sure: float, same: bool
) -> None:
    """IMP-8, MATCH-1: nobody looks at it, so what is less than sure is never enough."""
    named = {name: MAYA[name] for name in ("given_name", "family_name")}
    maya = Student(key=M, site_id=NEW, date_of_birth=MAYA["date_of_birth"], **named)
    settings = Settings(match_threshold=0.6, sure_threshold=sure)
    assert still_same(maya, attrs.evolve(maya, **fields), settings) is same


@pytest.mark.parametrize("by", ["itself", "a third site"])
def test_two_of_one_site_do_not_meet_by_a_third(sites: TwoSites, by: str) -> None:
    """MATCH-4: a site keeps the two apart, whichever sites they came by."""
    one, two = (StudentRef(SiteId("third"), StudentKey(key)) for key in "12")
    there = {one} if by == "itself" else {one, StudentRef(OLD, StudentKey("x"))}
    sites.add_new("m", **MAYA, provenance=there)
    sites.add_old("1", **MAYA, provenance={two})
    [row] = sites.service.preview(NEW_HEAD, sites.ready()).rows
    assert row.import_as is ImportAs.NEW
    assert row.needs_review
    assert "another student" in row.why


def test_whom_a_third_site_keeps_apart_lands_where_a_person_knows(
    sites: TwoSites,
) -> None:
    """MATCH-4, IMP-8: that another of a site came since is not known to who chose."""
    one, two = (StudentRef(SiteId("third"), StudentKey(key)) for key in "12")
    sites.add_old("1", star("old", "a"), **MAYA, provenance={two})
    now = sites.add_new("m", **MAYA)
    import_id = sites.ready()
    with sites.storage() as work:
        work.roster.replace(now, attrs.evolve(now, provenance={one}))
        work.commit()
    [row] = finish(sites, import_id)
    assert row.detail == Reason.KEPT_APART.value


def test_two_codes_make_of_two_students_no_fewer_than_one_code(sites: TwoSites) -> None:
    """MATCH-4, IMP-5: that both came from one record at a third site is no proof."""
    third = {StudentRef(SiteId("third"), StudentKey("9"))}
    for key in "12":
        sites.add_old(key, star("old", key), **MAYA, provenance=third)
    both = [sites.ready(sites.code(key)) for key in "12"]
    for import_id in both:
        finish(sites, import_id)
    assert len(sites.everybody()) == 2


def test_who_was_brought_once_more_is_brought_no_third_time(sites: TwoSites) -> None:
    """IMP-5: whom a person had made new of her is she, though she once was another."""
    mine = sites.add_new("m", **MAYA)
    sites.add_old("1", star("old", "a"), **MAYA, provenance={mine.ref})
    first = sites.ready(sites.code("1"))
    sites.service.clear_match(NEW_HEAD, first, ONE)
    sites.remove(mine)
    second = sites.ready(sites.code("1"))
    assert sites.service.preview(NEW_HEAD, second).new == 1
    finish(sites, first)
    finish(sites, second)
    [brought] = sites.everybody()
    assert sites.records(brought.key) == [star("old", "a")]


@pytest.mark.parametrize("apart", ["at a third site", "here"])
def test_what_a_merge_at_the_source_brings_is_not_known_to_who_chose(
    sites: TwoSites, apart: str
) -> None:
    """MATCH-4, IMP-8: the incoming record becomes one that a site keeps apart."""
    third = SiteId("third")
    there = {StudentRef(third, StudentKey("9"))} if apart != "here" else frozenset()
    sites.add_new("m", **MAYA, provenance=there)
    other = sites.add_new("n", given_name="Maia", family_name="Okafar")
    was = StudentRef(third, StudentKey("8")) if apart != "here" else other.ref
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", star("old", "b"), **MAYA, provenance={was})
    import_id = sites.ready(sites.code("1"))
    [row] = sites.service.preview(NEW_HEAD, import_id).rows
    assert (row.row.decision.match, row.needs_review) == ("m", False)
    sites.service.merge_students(OLD_HEAD, ONE, TWO)
    [told] = finish(sites, import_id)
    assert told.detail == Reason.KEPT_APART.value
    assert sites.records("m") == []


def test_a_merge_that_the_source_has_undone_makes_no_two_one_here(
    sites: TwoSites,
) -> None:
    """MATCH-4, AFTER-2: who came while the two were one is not both of them."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", star("old", "b"), **MAYA)
    merge = sites.service.merge_students(OLD_HEAD, ONE, TWO)
    sites.done(sites.code("1"))
    sites.service.undo_merge(OLD_HEAD, merge.id)
    [row] = sites.service.preview(NEW_HEAD, sites.ready(sites.code("2"))).rows
    assert (row.row.decision.match, row.needs_review) == (None, True)


def test_who_left_and_comes_by_two_sites_arrives_once(sites: TwoSites) -> None:
    """IMP-5: that this site has removed her record makes no two of her."""
    site, school = _third_site(sites)
    gone = {StudentRef(NEW, StudentKey("gone"))}
    sites.add_old("1", star("old", "a"), **MAYA, provenance=gone)
    with sites.storage() as work:
        fields = {**MAYA, "enrolments": {school}, "provenance": gone}
        work.roster.add(Student(key=StudentKey("7"), site_id=site, **fields))
        work.commit()
    first = sites.ready(sites.code("1"))
    head = Actor(ActorId("head@third"), site, Role.NETWORK_ADMINISTRATOR)
    scope = StudentScope(school, StudentKey("7"))
    code = sites.service.generate_code(head, scope).code.reveal()
    second = sites.ready(code)
    finish(sites, first)
    finish(sites, second)
    assert len(sites.everybody()) == 1


def undone(sites: TwoSites) -> ImportId:
    """Match Maya of the old site in two imports; undo what the first one did."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("m", **MAYA)
    late = sites.ready(sites.code("1"))
    first = sites.done()
    sites.service.undo_match(NEW_HEAD, first, ONE)
    return late


def test_whom_a_person_has_parted_is_not_matched_again(sites: TwoSites) -> None:
    """IMP-8, AFTER-2: the preview is older than what the person knows."""
    [row] = finish(sites, undone(sites))
    assert row.detail == Reason.MATCH_UNDONE.value
    assert sites.student("m") == Student(key=M, site_id=NEW, enrolments={FIR}, **MAYA)


def test_a_choice_ends_when_the_match_was_undone(sites: TwoSites) -> None:
    """PREV-7, AFTER-2: who chose did not know; a person looks again."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("m", **MAYA)
    late = sites.ready(sites.code("1"))
    sites.service.keep_match(NEW_HEAD, late, ONE, M)
    first = sites.done()
    sites.service.undo_match(NEW_HEAD, first, ONE)
    sites.service.analyse_again(NEW_HEAD, late)
    sites.service.analyse(late)
    [shown] = sites.service.preview(NEW_HEAD, late).rows
    assert shown.needs_review
    assert Reason.MATCH_UNDONE.value in shown.why
    sites.service.keep_match(NEW_HEAD, late, ONE, shown.row.decision.match)
    finish(sites, late)
    assert len(sites.everybody()) == 2


def test_a_link_that_was_seen_and_is_gone_ends_the_match(sites: TwoSites) -> None:
    """IMP-8, AFTER-2: also where the record that the child got has gone again."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("m", **MAYA)
    first = sites.done()
    late = sites.ready()
    made = sites.service.undo_match(NEW_HEAD, first, ONE)
    sites.remove(made.goes)
    [row] = finish(sites, late)
    assert row.detail == Reason.MATCH_UNDONE.value


def test_who_knows_of_the_other_record_may_choose(sites: TwoSites) -> None:
    """REV-1: it was among the possible matches, so the person has seen it."""
    undone(sites)
    sites.clock.advance(hours=1)
    late = sites.ready()
    sites.service.choose_match(NEW_HEAD, late, ONE, M)
    [row] = finish(sites, late)
    assert row.detail == ""
    [stays] = [one for one in sites.everybody() if one.key == M]
    assert stays.enrolments == {OAK, FIR}


def test_whom_a_person_has_parted_is_left_to_a_person(sites: TwoSites) -> None:
    """MATCH-1, AFTER-2: also when the record that the child got has gone again."""
    undone(sites)
    [goes] = [one for one in sites.everybody() if one.key != M]
    sites.remove(goes)
    late = sites.ready()
    [shown] = sites.service.preview(NEW_HEAD, late).rows
    assert shown.needs_review
    assert shown.row.decision.match is None
    assert shown.why == "a person has parted the two before"


def test_what_people_have_parted_is_of_those_two_alone(sites: TwoSites) -> None:
    """AFTER-2: another record that is like it is matched as ever."""
    undone(sites)
    [goes] = [one for one in sites.everybody() if one.key != M]
    sites.remove(goes)
    gone = sites.student("1", OLD)
    assert gone is not None
    sites.remove(gone)
    sites.add_old("9", **MAYA)
    [shown] = sites.service.preview(NEW_HEAD, sites.ready(sites.code("9"))).rows
    assert (shown.row.decision.match, shown.needs_review) == (M, False)


def test_who_was_merged_by_hand_since_is_matched_again(sites: TwoSites) -> None:
    """AFTER-1: whoever merges the two has decided otherwise."""
    undone(sites)
    [goes] = [one for one in sites.everybody() if one.key != M]
    sites.service.merge_students(NEW_HEAD, M, goes.key)
    late = sites.ready()
    [shown] = sites.service.preview(NEW_HEAD, late).rows
    assert (shown.row.decision.match, shown.needs_review) == (M, False)
    [row] = finish(sites, late)
    assert row.detail == ""


def test_who_came_as_another_since_is_not_matched(sites: TwoSites) -> None:
    """IMP-8: a person has had a new record made of the child meanwhile."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("m", **MAYA)
    late = sites.ready(sites.code("1"))
    first = sites.ready()
    sites.service.clear_match(NEW_HEAD, first, ONE)
    finish(sites, first)
    [row] = finish(sites, late)
    assert row.detail == Reason.CAME_AS_ANOTHER.value


def test_who_came_as_another_since_is_matched_where_a_person_says_so(
    sites: TwoSites,
) -> None:
    """REV-1: what a person decided stays."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("m", **MAYA)
    late = sites.ready(sites.code("1"))
    sites.service.keep_match(NEW_HEAD, late, ONE, M)
    first = sites.ready()
    sites.service.clear_match(NEW_HEAD, first, ONE)
    finish(sites, first)
    [row] = finish(sites, late)
    assert row.detail == ""


def test_an_undone_match_is_followed_through_merges(sites: TwoSites) -> None:
    """AFTER-2: the student of the undone match is another one's record now."""
    undone(sites)
    [goes] = [one for one in sites.everybody() if one.key != M]
    sites.remove(goes)
    for key in ("p", "q"):
        sites.add_new(key, **MAYA)
    sites.clock.advance(days=1)
    sites.service.merge_students(NEW_HEAD, P, M)
    sites.clock.advance(days=1)
    sites.service.merge_students(NEW_HEAD, StudentKey("q"), P)
    [shown] = sites.service.preview(NEW_HEAD, sites.ready(sites.code("1"))).rows
    assert shown.needs_review
    assert shown.why == "a person has parted the two before"
