"""What a record is linked with, from site to site and back home."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from student_transfer.codes import StudentScope
from student_transfer.imports import ImportId
from student_transfer.outcomes import Reason
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.services import PreviewRow, TransferService
from student_transfer.sites import School, SchoolId, Site, SiteId
from student_transfer.students import StudentKey, StudentRef
from student_transfer.testing.faults import Call, FaultyStorage

from .conftest import ELM, MAYA, NEW, NEW_HEAD, OAK, OLD, OLD_HEAD, TOM, TwoSites, star

THIRD, YEW = SiteId("third"), SchoolId("yew")
THIRD_HEAD = Actor(ActorId("head@third"), THIRD, Role.NETWORK_ADMINISTRATOR)
HEADS = {OLD: (OLD_HEAD, ELM), NEW: (NEW_HEAD, OAK), THIRD: (THIRD_HEAD, YEW)}
P, Q = StudentKey("p"), StudentKey("q")
UNSURE: dict[str, Any] = {**MAYA, "date_of_birth": None}

Review = Callable[[ImportId], object]


def begin(sites: TwoSites, from_: SiteId, to: SiteId, key: str) -> ImportId:
    """Preview an import of one student."""
    there, school = HEADS[from_]
    scope = StudentScope(school, StudentKey(key))
    code = sites.service.generate_code(there, scope).code.reveal()
    here, school = HEADS[to]
    return sites.service.analyse(sites.service.start_import(here, code, school).id).id


def shown(sites: TwoSites, to: SiteId, import_id: ImportId) -> PreviewRow:
    """Return the only row of a preview."""
    [row] = sites.service.preview(HEADS[to][0], import_id).rows
    return row


def finish(sites: TwoSites, to: SiteId, import_id: ImportId) -> StudentKey | None:
    """Confirm and run an import; say who its only student is on the site."""
    sites.clock.advance(minutes=1)
    sites.service.confirm(HEADS[to][0], import_id, accept_unreviewed=True)
    sites.service.run_import(import_id)
    [entry] = sites.service.log_entries(HEADS[to][0], import_id)
    return entry.outcome.student


def move(
    sites: TwoSites, from_: SiteId, to: SiteId, key: str, review: Review | None = None
) -> StudentKey:
    """Bring one student from a site to another, as a person decides."""
    import_id = begin(sites, from_, to, key)
    if review is not None:
        review(import_id)
    student = finish(sites, to, import_id)
    assert student is not None
    return student


def provenance(sites: TwoSites, site: SiteId, key: str) -> set[str]:
    """Name the records that a student came from."""
    student = sites.student(key, site)
    assert student is not None
    return {f"{ref.site_id}:{ref.key}" for ref in student.provenance}


@pytest.fixture
def third(sites: TwoSites) -> TwoSites:
    """Return three sites."""
    with sites.storage() as work:
        work.sites.put_site(Site(THIRD, "Third Trust"))
        work.sites.put_school(School(YEW, THIRD, "Yew School"))
        work.commit()
    return sites


# Two whom their site keeps apart ---------------------------------------------------


def mistaken(sites: TwoSites) -> ImportId:
    """Let the new site take the old one's p for its own q, which is wrong."""
    sites.add_old("p", star("old", "p"), **MAYA)
    sites.add_new("q", star("new", "q"), **{**UNSURE, "enrolments": {OAK}})
    import_id = begin(sites, OLD, NEW, "p")
    sites.service.choose_match(NEW_HEAD, import_id, P, Q)
    assert finish(sites, NEW, import_id) == "q"
    return import_id


def told_apart(sites: TwoSites, how: str) -> StudentKey:
    """Let the old site say that q is not its p; give the record that q has there."""
    if how == "chosen":
        sites.add_old("o", **UNSURE)

    def review(import_id: ImportId) -> None:
        if how == "chosen":
            sites.service.choose_match(OLD_HEAD, import_id, Q, StudentKey("o"))
        else:
            sites.service.clear_match(OLD_HEAD, import_id, Q)

    return move(sites, NEW, OLD, "q", review)


@pytest.mark.parametrize("how", ["cleared", "chosen"])
def test_who_is_not_another_of_the_site_is_not_linked_with_that_one(
    sites: TwoSites, how: str
) -> None:
    """MATCH-4: whatever another site has made of the two."""
    mistaken(sites)
    other = told_apart(sites, how)
    assert provenance(sites, OLD, other) == {"new:q"}
    assert provenance(sites, NEW, "q") == {"old:p"}


@pytest.mark.parametrize("how", ["cleared", "chosen"])
@pytest.mark.parametrize("previewed", ["after the other", "both before"])
@pytest.mark.parametrize("undone", ["there", "not there"])
def test_two_whom_a_site_tells_apart_are_not_joined_at_the_next(
    third: TwoSites, how: str, previewed: str, undone: str
) -> None:
    """MATCH-1, MATCH-4: what one site takes for one child, the other has as two."""
    mistake = mistaken(third)
    other = told_apart(third, how)
    if undone == "there":
        third.service.undo_match(NEW_HEAD, mistake, P)
    if previewed == "both before":
        first, second = (begin(third, OLD, THIRD, key) for key in ("p", other))
        landed = finish(third, THIRD, first)
    else:
        landed = move(third, OLD, THIRD, "p")
        second = begin(third, OLD, THIRD, other)
        row = shown(third, THIRD, second)
        assert row.needs_review
        assert row.row.decision.match is None
    assert finish(third, THIRD, second) not in {None, landed}
    assert third.records(str(landed), THIRD) == [star("old", "p")]


def test_a_match_that_is_undone_leaves_no_link_with_another_of_the_site(
    sites: TwoSites,
) -> None:
    """AFTER-2, MATCH-4: the record of who came is linked as any new one."""
    mistaken(sites)
    sites.add_old("o", **UNSURE)
    back = begin(sites, NEW, OLD, "q")
    sites.service.choose_match(OLD_HEAD, back, Q, StudentKey("o"))
    finish(sites, OLD, back)
    goes = sites.service.undo_match(OLD_HEAD, back, Q).goes
    assert provenance(sites, OLD, goes.key) == {"new:q"}
    assert provenance(sites, OLD, "o") == set()


def test_who_was_merged_by_hand_after_that_is_matched_again(sites: TwoSites) -> None:
    """AFTER-1: nothing of the undone match keeps the two apart any more."""
    mistaken(sites)
    sites.add_old("o", **UNSURE)
    back = begin(sites, NEW, OLD, "q")
    sites.service.choose_match(OLD_HEAD, back, Q, StudentKey("o"))
    finish(sites, OLD, back)
    goes = sites.service.undo_match(OLD_HEAD, back, Q).goes
    sites.clock.advance(minutes=1)
    sites.service.merge_students(OLD_HEAD, StudentKey("o"), goes.key)
    person = sites.student("p", OLD)
    assert person is not None
    sites.replace(person, given_name="Ines", family_name="Silva", date_of_birth=None)
    again = begin(sites, NEW, OLD, "q")
    row = shown(sites, OLD, again)
    assert (row.row.decision.match, row.needs_review) == ("o", False)
    assert finish(sites, OLD, again) == "o"


def test_who_comes_home_by_two_sites_is_linked_with_both(third: TwoSites) -> None:
    """IMP-5: A to B to C to A, and again: one record, and nothing twice."""
    third.add_old("p", star("old", "p"), **MAYA)
    b = move(third, OLD, NEW, "p")
    c = move(third, NEW, THIRD, b)
    assert provenance(third, THIRD, c) == {"old:p", f"new:{b}"}
    for _ in range(2):
        assert move(third, THIRD, OLD, c) == "p"
        assert provenance(third, OLD, "p") == {f"new:{b}", f"third:{c}"}
    assert move(third, NEW, OLD, b) == "p"
    assert third.records("p", OLD) == [star("old", "p")]


@pytest.mark.parametrize("how", ["merged", "gone"])
def test_who_comes_home_keeps_the_link_with_who_is_not_there(
    sites: TwoSites, how: str
) -> None:
    """IMP-5: with the record that was merged into this one, or has left the site."""
    home = sites.add_old("p", **MAYA)
    away = move(sites, OLD, NEW, "p")
    if how == "merged":
        sites.add_old("o", **MAYA)
        sites.service.merge_students(OLD_HEAD, StudentKey("o"), P)
    else:
        sites.remove(home)
    landed = move(sites, NEW, OLD, away)
    assert provenance(sites, OLD, landed) == {"old:p", f"new:{away}"}
    assert (landed == "o") == (how == "merged")


# Whom the site has already -----------------------------------------------------------


UNLIKE = pytest.mark.parametrize(
    "unlike",
    [
        {"given_name": "Simon", "family_name": "Smith"},
        {"given_name": "Simon", "date_of_birth": date(2013, 1, 30)},
    ],
)


def home_and_away(sites: TwoSites) -> StudentKey:
    """Bring Maya from home to another site; give her key there."""
    sites.add_old("p", star("old", "a"), star("old", "b"), **MAYA)
    return move(sites, OLD, NEW, "p")


@UNLIKE
@pytest.mark.parametrize("chosen", [False, True])
def test_whose_home_record_was_merged_into_an_unlike_one_is_shown_it(
    sites: TwoSites, unlike: dict[str, Any], *, chosen: bool
) -> None:
    """IMP-5, PREV-3: that a person says they are one outweighs how they look."""
    away = home_and_away(sites)
    sites.add_old("o", star("old", "c"), **{**MAYA, **unlike})
    o = StudentKey("o")
    sites.service.merge_students(OLD_HEAD, o, P, accept_unlike=True)
    back = begin(sites, NEW, OLD, away)
    row = shown(sites, OLD, back)
    assert row.needs_review
    [candidate] = row.row.suggestion.candidates
    compared = sites.service.explain(OLD_HEAD, back, away, o)
    said = candidate.key, candidate.why, candidate.probability
    assert said == (o, compared.why, compared.probability)
    if chosen:
        sites.service.choose_match(OLD_HEAD, back, away, o, accept_unlike=True)
    assert finish(sites, OLD, back) == (o if chosen else None)
    assert [one.key for one in sites.everybody(OLD)] == ["o"]
    assert len(sites.records("o", OLD)) == 3


def test_students_are_looked_for_under_some_key(sites: TwoSites) -> None:
    """IMP-5: a record that is linked with nobody but its match leads to no others."""
    sites.add_old("p", **MAYA)
    there = move(sites, OLD, NEW, "p")
    import_id = begin(sites, NEW, OLD, there)
    sites.service.confirm(OLD_HEAD, import_id)
    asked: list[object] = []

    def note(call: Call) -> None:
        if call.name == "roster.students":
            asked.append(call.arguments[-1])

    storage = FaultyStorage(sites.storage, note)
    TransferService(storage, clock=sites.clock).run_import(import_id)
    assert asked
    assert all(asked)


def test_who_looks_like_nobody_and_was_nobody_here_is_new(sites: TwoSites) -> None:
    """PREV-3: only the links of the record itself are followed."""
    home_and_away(sites)
    sites.add_new("x", **{**TOM, "enrolments": {OAK}})
    row = shown(sites, OLD, begin(sites, NEW, OLD, "x"))
    assert not row.needs_review
    assert row.row.suggestion.candidates == ()


@pytest.mark.parametrize("how", ["added again", "no longer merged"])
def test_whose_home_record_is_back_since_the_preview_lands_there(
    sites: TwoSites, how: str
) -> None:
    """IMP-5, IMP-8: no second record is made of the child."""
    away = home_and_away(sites)
    home = sites.student("p", OLD)
    assert home is not None
    if how == "added again":
        sites.remove(home)
        back = begin(sites, NEW, OLD, away)
        sites.add_old("p", **MAYA)
    else:
        sites.add_old("o", star("old", "c"), **TOM)
        merge = sites.service.merge_students(
            OLD_HEAD, StudentKey("o"), P, accept_unlike=True
        )
        back = begin(sites, NEW, OLD, away)
        sites.service.undo_merge(OLD_HEAD, merge.id)
    assert shown(sites, OLD, back).row.decision.match is None
    assert finish(sites, OLD, back) == "p"
    assert sites.records("p", OLD) == [star("old", "a"), star("old", "b")]


def test_nobody_lands_on_another_child_with_the_key_of_home(sites: TwoSites) -> None:
    """MATCH-1, IMP-8: nor is a new one made; a person has to decide."""
    away = home_and_away(sites)
    home = sites.student("p", OLD)
    assert home is not None
    sites.remove(home)
    back = begin(sites, NEW, OLD, away)
    sites.add_old("p", **TOM)
    assert finish(sites, OLD, back) is None
    [entry] = sites.service.log_entries(OLD_HEAD, back)
    assert entry.outcome.reason is Reason.HERE_UNLIKE
    assert sites.records("p", OLD) == []


def test_nobody_lands_unseen_on_whom_a_person_has_parted(sites: TwoSites) -> None:
    """AFTER-2, MATCH-1: though the record had come from that one."""
    away = home_and_away(sites)
    home = sites.student("p", OLD)
    assert home is not None
    sites.remove(home)
    sites.add_old("o", **MAYA)
    first = begin(sites, NEW, OLD, away)
    sites.service.choose_match(OLD_HEAD, first, away, StudentKey("o"))
    finish(sites, OLD, first)
    goes = sites.service.undo_match(OLD_HEAD, first, away).goes
    for one in sites.everybody(OLD):
        sites.remove(one)
    again = begin(sites, NEW, OLD, away)
    sites.add_old("o", provenance=goes.provenance - {StudentRef(NEW, away)}, **MAYA)
    assert finish(sites, OLD, again) not in {None, "o"}


@UNLIKE
def test_whom_a_person_has_brought_to_an_unlike_record_does_not_come_twice(
    sites: TwoSites, unlike: dict[str, Any]
) -> None:
    """IMP-5, IMP-8: two administrators at once, with a preview each."""
    sites.add_old("p", star("old", "a"), **MAYA)
    sites.add_new("s", **{**MAYA, **unlike})
    first, second = (begin(sites, OLD, NEW, "p") for _ in range(2))
    sites.service.choose_match(NEW_HEAD, first, P, StudentKey("s"), accept_unlike=True)
    sites.service.clear_match(NEW_HEAD, second, P)
    assert finish(sites, NEW, first) == "s"
    late = begin(sites, OLD, NEW, "p")
    assert shown(sites, NEW, late).needs_review
    assert finish(sites, NEW, second) not in {None, "s"}  # as a person has said


@UNLIKE
@pytest.mark.parametrize(
    ("there", "reason"),
    [(False, Reason.HERE_UNLIKE), (True, Reason.CAME_AS_ANOTHER)],
)
def test_who_came_to_an_unlike_record_since_the_preview_is_a_failed_row(
    sites: TwoSites, unlike: dict[str, Any], reason: Reason, *, there: bool
) -> None:
    """IMP-5, IMP-8: neither a second record is made, nor is a third one filled."""
    sites.add_old("p", star("old", "a"), **MAYA)
    if there:
        sites.add_new("m", **MAYA)
    late = begin(sites, OLD, NEW, "p")
    assert shown(sites, NEW, late).row.decision.match == ("m" if there else None)
    sites.add_new("s", **{**MAYA, **unlike})
    first = begin(sites, OLD, NEW, "p")
    sites.service.choose_match(NEW_HEAD, first, P, StudentKey("s"), accept_unlike=True)
    assert finish(sites, NEW, first) == "s"
    assert finish(sites, NEW, late) is None
    [entry] = sites.service.log_entries(NEW_HEAD, late)
    assert entry.outcome.reason is reason
    assert {one.key for one in sites.everybody() if sites.records(one.key)} == {"s"}
