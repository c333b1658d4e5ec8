"""Each page by plain forms: what it shows, refuses and remembers."""

import re
from collections.abc import Collection
from datetime import date, timedelta
from html import escape, unescape
from pathlib import Path
from typing import Any

import attrs
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Mount

from student_transfer.codes import CodeId, YearScope
from student_transfer.errors import StorageBusyError
from student_transfer.imports import ImportId, ImportState
from student_transfer.permissions import Action, Actor, DefaultPolicy
from student_transfer.services import TransferService, review, transfer_codes
from student_transfer.sites import RosterSource, School, SchoolId, Site
from student_transfer.students import StudentKey
from student_transfer.testing.values import add_merges, new_merge
from student_transfer.web import create_app
from student_transfer.web.pages import importing
from student_transfer.web.rendering import Renderer
from tests.services.conftest import (
    ASH,
    ELM,
    ELM_HEAD,
    FIR_HEAD,
    MAYA,
    NEW,
    NEW_HEAD,
    OAK,
    OAK_HEAD,
    OLD,
    OLD_HEAD,
    START,
    TEACHER,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

from .conftest import Pages, identify


@pytest.mark.parametrize(
    ("about", "source"),
    [(a, s) for a in ("student", "year") for s in ("school", "network")],
)
def test_the_email_has_four_variants_to_fill(
    pages: Pages, about: str, source: str
) -> None:
    """REQ-1, REQ-2: marked where it is to be changed, and filled by a form."""
    browser = pages.by(NEW_HEAD)
    email = browser.see("/request-data", about=about, source=source)
    assert ("[STUDENT'S NAME]" in email) == (about == "student")
    assert ("[NAME OF THEIR SCHOOL]" in email) == (source == "network")
    assert '<mark class="placeholder">' in email
    filled = browser.post(
        "/request-data", about=about, source=source, requester="<b>Ada</b>"
    ).text
    assert "&lt;b&gt;Ada&lt;/b&gt;" in filled
    assert "[YOUR NAME]" not in filled


def _refusal(pages: Pages, entered: str, status: int = 422) -> str:
    answer = pages.by(NEW_HEAD).post("/enter", code=entered)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert "<title>Error: " in answer.text
    return str(answer.text)


def test_each_refusal_of_a_code_says_what_to_do(pages: Pages) -> None:
    """CODE-11: eight kinds, each in its own words, with the code to be corrected."""
    sites = pages.sites
    sites.add_old("1", **MAYA)
    sites.add_new("9", **TOM, enrolments={OAK})
    code = sites.code()
    assert "not a transfer code" in _refusal(pages, "ABC")
    assert 'value="ABC"' in _refusal(pages, "ABC")
    assert "not a transfer code" in _refusal(pages, "")
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert "typing error" in _refusal(pages, wrong)
    assert "not known" in _refusal(pages, "0" * 25)
    own = pages.by(NEW_HEAD).do("/transfer/code", school="oak", year="6")
    found = re.search(r"[0-9A-Z]{5}(-[0-9A-Z]{5}){4}", own)
    assert found
    assert "your own site" in _refusal(pages, found.group())
    import_ = sites.start(code)
    assert "under way" in _refusal(pages, code)
    sites.service.run_due()
    sites.service.confirm(NEW_HEAD, import_.id)
    assert "already been used" in _refusal(pages, code)
    sites.clock.advance(hours=1)
    revoked = sites.code()
    entry = sites.service.codes(OLD_HEAD)[0]
    sites.service.revoke_code(OLD_HEAD, entry.issued.id)
    assert "withdrawn" in _refusal(pages, revoked)
    old = sites.code()
    sites.clock.advance(days=31)
    assert "more than 30 days old" in _refusal(pages, old)


def test_a_school_has_to_be_chosen_and_to_be_ones_own(pages: Pages) -> None:
    """LOOK-2: no school is said on the page; another's is refused."""
    pages.sites.add_old("1", **MAYA)
    code = pages.sites.code()
    browser = pages.by(OAK_HEAD)
    entered = browser.do("/enter", code=code)
    assert "Oak School" in entered
    assert "Fir School" not in entered
    missing = browser.post("/imports", code=code, school="")
    assert missing.status_code == 422
    assert "No school is chosen" in missing.text
    assert code in missing.text
    assert browser.post("/imports", code=code, school="fir").status_code == 403
    assert browser.post("/imports", code=code, school="elm").status_code == 404
    # Blanks are part of a school's ID, and it is another school's then.
    assert browser.post("/imports", code=code, school="oak ").status_code == 404
    assert not pages.due
    assert "no pending imports" in browser.see("/")


def test_cancelling_asks_twice_and_frees_the_code(pages: Pages) -> None:
    """IMP-2: the question, no, yes; and the code can be entered again."""
    pages.sites.add_old("1", **MAYA)
    code = pages.sites.code()
    import_id = pages.sites.ready(code)
    browser = pages.by(NEW_HEAD)
    assert "Yes, Cancel" in browser.see(f"/imports/{import_id}/cancel")
    unasked = browser.post(f"/imports/{import_id}/cancel")
    assert unasked.status_code == 409
    assert "was cancelled" in browser.do(
        f"/imports/{import_id}/cancel", confirmed="yes"
    )
    assert "no pending imports" in browser.see("/")
    assert "Cancelled" in browser.see(f"/imports/{import_id}")
    assert "Old Trust" in browser.do("/enter", code=code)
    again = browser.get(f"/imports/{import_id}/cancel")
    assert again.status_code == 409
    assert "This import is cancelled already." in again.text


def test_a_code_revoked_meanwhile_ends_the_review(pages: Pages) -> None:
    """CODE-8: nothing of the preview is shown any more, and it can be cancelled."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.ready()
    [entry] = pages.sites.service.codes(OLD_HEAD)
    old, new = pages.by(OLD_HEAD), pages.by(NEW_HEAD)
    at = f"/codes/{entry.issued.id}/revoke"
    assert "Preview ready" in new.see("/")
    assert "import that was started there will end" in old.see(at)
    assert at in old.see("/transfer")
    assert "was revoked" in old.do(at)
    assert at not in old.see("/transfer")
    assert old.get(at).status_code == 409
    assert old.post(at).status_code == 409
    assert new.post(at).status_code == 404
    listed = new.see("/pending")
    assert "Code withdrawn" in listed
    assert "can only be cancelled" in listed
    assert "Preview ready" not in listed
    assert "View import preview" not in listed
    for path in ("", "/cancel", "/matches", "/match?incoming=1"):
        answer = new.client.get(f"/imports/{import_id}{path}")
        assert answer.status_code == 422
        assert "Maya" not in answer.text
        assert "withdrawn" in answer.text
    assert "was cancelled" in new.do(f"/imports/{import_id}/cancel", confirmed="yes")


def _add_many(sites: TwoSites, students: int) -> None:
    """Put so many students of one family name on the old site."""
    for number in range(students):
        name = f"N{number:02}"
        sites.add_old(name, given_name=name, family_name="Ng", year="6")


def test_the_list_is_narrowed_and_paged(pages: Pages) -> None:
    """REV-1: by status, flag and name, fifty on a page; no name in an address."""
    _add_many(pages.sites, 60)
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_new("m", **MAYA)
    import_id = pages.sites.ready()
    at, browser = f"/imports/{import_id}/matches", pages.by(NEW_HEAD)
    first = browser.see(at)
    assert "1 to 50 of 61" in first
    assert "51 to 61 of 61" in browser.see(at, page="2")
    assert "1 to 1 of 1" in browser.see(at, status="matched")
    assert "N00" not in browser.see(at, status="matched")
    named = browser.post(at, name="n0", status="new")
    assert "1 to 10 of 10" in named.text
    assert named.status_code == 200
    paged = browser.post(at, name="ng", page="2").text
    assert "51 to 60 of 60" in paged
    assert "name=ng" not in paged
    unnamed = browser.post(at, name="", status="new", flag="no")
    assert unnamed.headers["location"] == f"{at}?status=new&flag=no"
    assert "No student is like that" in browser.do(at, name="nobody")


def test_past_the_end_there_is_the_last_page(pages: Pages) -> None:
    """REV-1: a list of 60 has two pages, however high a number is asked for."""
    _add_many(pages.sites, 60)
    import_id = pages.sites.ready()
    new, old = pages.by(NEW_HEAD), pages.by(OLD_HEAD)
    matches, log = f"/imports/{import_id}/matches", f"/imports/{import_id}/log"
    shown = [
        new.see(matches, page="3"),
        new.do(matches, name="ng", page="9"),
        old.do("/transfer/student", school="elm", page="3"),
        old.see("/transfer/who", school="elm", year="6", page="99999"),
    ]
    pages.sites.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
    pages.sites.service.run_import(import_id)
    shown.append(new.see(log, page="3"))
    for text in shown:
        assert "51 to 60 of 60" in text
        assert "Page 2 of 2" in text
        assert "N59" in text


def test_who_reviewed_the_last_page_goes_back_to_the_one_before(pages: Pages) -> None:
    """REV-1: a list of flagged students grows shorter while it is worked through."""
    pages.sites.set_roster_source(RosterSource.SIS)  # where all of them are flagged
    _add_many(pages.sites, 51)
    import_id = pages.sites.ready()
    at, browser = f"/imports/{import_id}", pages.by(NEW_HEAD)
    address = {"flag": "yes", "page": "2"}
    last = browser.see(f"{at}/matches", **address)
    assert "51 to 51 of 51" in last
    browser.do(f"{at}/match/decide", incoming="N50", decision="new")
    back = browser.see(f"{at}/matches", **address)
    assert "1 to 50 of 50" in back
    assert "No student is like that" not in back


def test_a_decision_is_saved_and_a_conflict_names_the_other(pages: Pages) -> None:
    """REV-1, REV-2: keep, new, choose; who has the match already is named."""
    sites = pages.sites
    sites.add_old("1", **MAYA, national_id="A1")
    sites.add_old("2", **TOM)
    sites.add_new("m", **MAYA, national_id="A1")
    sites.add_new("z", **ZOFIA)
    import_id = sites.ready()
    at, browser = f"/imports/{import_id}/match", pages.by(NEW_HEAD)

    def decide(incoming: str, decision: str, student: str = "", match: str = "") -> Any:
        return browser.post(
            f"{at}/decide",
            incoming=incoming,
            decision=decision,
            student=student,
            match=match,
        )

    assert decide("1", "keep").status_code == 409
    assert decide("1", "keep", match="m").status_code == 303
    taken = decide("2", "choose", "m")
    assert taken.status_code == 409
    assert "already the match of the incoming student <bdi>Maya Okafor</bdi>" in (
        taken.text
    )
    assert "Match of <bdi>Maya Okafor</bdi>" in browser.do(
        f"{at}/search", incoming="2", name="maya"
    )
    asked = decide("2", "choose", "z")
    assert "Are these two records of one child?" in asked.text
    assert "First name, Last name, Date of birth" in asked.text
    assert len(sites.service.edits(NEW_HEAD, import_id)) == 1
    sure = browser.post(
        f"{at}/decide", incoming="2", decision="choose", student="z", one_child="yes"
    )
    assert sure.headers["location"].endswith("done=choose")
    chosen = browser.see(at, incoming="2", done="choose")
    assert "will be merged with <bdi>Zofia Kaczmarek</bdi>" in chosen
    assert "imported as a new student" in browser.do(
        f"{at}/decide", incoming="2", decision="new"
    )
    assert decide("2", "choose", "gone").status_code == 404
    assert decide("nobody", "keep").status_code == 404
    assert decide("2", "choose").status_code == 422
    assert decide("2", "other").status_code == 422
    assert len(sites.service.edits(NEW_HEAD, import_id)) == 3
    sites.service.confirm(NEW_HEAD, import_id)
    assert decide("2", "new").status_code == 409
    assert "can no longer be edited" in browser.see(at, incoming="2")


def test_completed_imports_are_by_page(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DONE-1: a long list is not read whole for each look at the tab."""
    monkeypatch.setattr(importing, "_COMPLETED", 2)
    pages.sites.add_old("1", **MAYA)
    browser = pages.by(NEW_HEAD)
    ids = [pages.sites.done() for _ in range(2)]
    assert "Next page" not in browser.see("/")
    pages.sites.clock.advance(hours=1)
    ids.append(pages.sites.done())
    seen = [browser.see("/", page=number) for number in ("1", "2", "9")]
    shown = [re.findall(r"/imports/([^/]+)/log", text) for text in seen]
    assert [len(some) for some in shown] == [2, 1, 1]
    assert shown[0][0] == ids[2]
    assert {*shown[0], *shown[1]} == {*ids}
    assert "1 to 2 of 3" in seen[0]
    assert 'page=2#completed-heading">Next page' in seen[0]


def test_a_search_of_the_review_leaves_nobody_out(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REV-1: it comes by page, and says when there are more than it finds."""
    pages.sites.add_old("1", **MAYA)
    for number in range(80):
        pages.sites.add_new(f"s{number}", given_name=f"G{number:02}", family_name="Ng")
    at = f"/imports/{pages.sites.ready()}/match/search"
    browser = pages.by(NEW_HEAD)
    first = browser.do(at, incoming="1", name="ng")
    assert "80 students found" in first
    assert "1 to 50 of 80" in first
    assert "There are more" not in first
    assert 'name="incoming" value="1"' in first
    last = browser.do(at, incoming="1", name="ng", page="2")
    assert "51 to 80 of 80" in last
    assert "G79" in last
    assert '<input type="hidden" name="student" value="s79">' in last
    monkeypatch.setattr(review, "FOUND_MOST", 60)
    cut = browser.do(at, incoming="1", name="ng")
    assert "60 students found. There are more: enter more of the name." in cut


def test_reloading_a_generated_code_makes_no_other(pages: Pages) -> None:
    """CODE-10: the answer that shows a code is the answer to a form."""
    pages.sites.add_old("1", **MAYA)
    browser = pages.by(OLD_HEAD)
    [once] = re.findall(
        r'name="once" value="([^"]+)"',
        browser.see("/transfer/who", school="elm", year="6"),
    )
    form = {"school": "elm", "year": "6", "once": once}
    assert "transfer-code" in browser.post("/transfer/code", **form).text
    other = Pages(pages.sites, create_app(pages.sites.service, identify))
    for each in (browser, other.by(OLD_HEAD)):  # the same process, and another one
        assert "was generated already" in each.do("/transfer/code", **form)
    assert len(pages.sites.service.codes(OLD_HEAD)) == 1


def test_a_form_without_its_mark_makes_a_code_each_time(pages: Pages) -> None:
    """CODE-1: what is no mark is no ID either."""
    pages.sites.add_old("1", **MAYA)
    browser = pages.by(OLD_HEAD)
    for mark in ("", "c1", "../" * 15):
        form = {"school": "elm", "year": "6", "once": mark}
        assert "transfer-code" in browser.post("/transfer/code", **form).text
    assert len(pages.sites.service.codes(OLD_HEAD)) == 3


def test_a_code_that_could_not_be_made_can_be_asked_for_again(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CODE-10: the same form is a first one until there is a code."""
    pages.sites.add_old("1", **MAYA)
    browser = pages.by(OLD_HEAD)
    form = {"school": "elm", "year": "6", "once": "a" * 64}
    with monkeypatch.context() as patched:
        patched.setattr(transfer_codes, "generate_code", _out_of_reach)
        assert browser.post("/transfer/code", **form).status_code == 503
    assert not pages.sites.service.codes(OLD_HEAD)
    assert "transfer-code" in browser.post("/transfer/code", **form).text
    assert len(pages.sites.service.codes(OLD_HEAD)) == 1


def _out_of_reach(*_: object, **__: object) -> None:
    raise StorageBusyError


def test_a_match_that_the_page_did_not_show_is_not_kept(pages: Pages) -> None:
    """MATCH-1, REV-1: another tab, or another person, has chosen meanwhile."""
    sites = pages.sites
    sites.add_old("1", **MAYA)
    sites.add_new("m", **MAYA)
    sites.add_new("n", **{**MAYA, "given_name": "Maia"})
    import_id = sites.ready()
    browser = pages.by(NEW_HEAD)
    decide = f"/imports/{import_id}/match/decide"
    one = StudentKey("1")
    sites.service.choose_match(NEW_HEAD, ImportId(import_id), one, StudentKey("n"))
    stale = browser.post(decide, incoming="1", decision="keep", match="m")
    assert stale.status_code == 409
    assert "Nothing was saved" in stale.text
    assert "Merge Duplicates" in stale.text  # the tabs are still there
    fresh = browser.post(decide, incoming="1", decision="keep", match="n")
    assert fresh.status_code == 303


def test_the_button_to_use_goes_by_the_probability_that_decides(pages: Pages) -> None:
    """MATCH-1, PREV-6: of two who come as one student of the site neither is chosen.

    By themselves, each is as good as certain.
    """
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_old("2", **MAYA)
    pages.sites.add_new("m", **MAYA)
    at = f"/imports/{pages.sites.ready()}/match"
    shown = pages.by(NEW_HEAD).see(at, incoming="1", beside="m")
    assert 'value="choose" class="secondary" data-key="c"' in shown
    assert 'value="new" class="primary"' in shown


def test_a_preview_that_has_changed_is_not_confirmed(pages: Pages) -> None:
    """IMP-1: who confirms has seen what is imported."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.ready()
    browser = pages.by(NEW_HEAD)
    seen = pages.sites.service.preview(NEW_HEAD, import_id).import_.version
    pages.sites.service.analyse_again(NEW_HEAD, import_id)
    pages.sites.service.analyse(import_id)
    stale = browser.post(f"/imports/{import_id}/confirm", version=str(seen))
    assert stale.status_code == 409
    assert "Somebody else changed this meanwhile" in stale.text
    now = pages.sites.service.preview(NEW_HEAD, import_id).import_.version
    told = browser.do(f"/imports/{import_id}/confirm", version=str(now))
    assert "within the next 48 hours" in told


@pytest.mark.parametrize("flagged", [False, True])
@pytest.mark.parametrize("version", ["", "garbage", "-1", "\u0661", "9" * 5000])
def test_who_has_seen_no_preview_confirms_none(
    pages: Pages, version: str, *, flagged: bool
) -> None:
    """IMP-1, MATCH-1: a version that is missing or damaged is none that was seen."""
    sites = pages.sites
    sites.add_old("1", **MAYA)
    if flagged:
        sites.add_new("t", **{**MAYA, "given_name": "Zara"})
    import_id = sites.ready()
    for accepted in ({}, {"unreviewed": "yes"}):
        fields = {**accepted, **({"version": version} if version else {})}
        at = f"/imports/{import_id}/confirm"
        refused = pages.by(NEW_HEAD).post(at, **fields)
        assert refused.status_code == 409
        assert "Somebody else changed this meanwhile" in refused.text
    assert sites.service.preview(NEW_HEAD, import_id).import_.state is ImportState.READY


@pytest.mark.parametrize("other", ["17 ", "17\xa0", " 17", "1" * 1001])
def test_a_key_is_taken_as_it_is(pages: Pages, other: str) -> None:
    """MATCH-1: cut short or without its blanks it would name another child."""
    sites = pages.sites
    sites.add_old("1", **MAYA)
    sites.add_new(other.strip()[:1000], **TOM)
    sites.add_new(other, **MAYA)
    import_id = sites.ready()
    decide = f"/imports/{import_id}/match/decide"
    pages.by(NEW_HEAD).post(decide, incoming="1", decision="choose", student=other)
    [row] = sites.service.preview(NEW_HEAD, import_id).rows
    assert row.row.decision.match == other
    plan = pages.by(NEW_HEAD).client.get(
        "/merge/preview", params={"keep": other, "other": other.strip()[:1000]}
    )
    assert plan.status_code == 200
    assert plan.text.index("Maya") < plan.text.index("Thomas")


def test_what_no_identifier_holds_is_not_found(pages: Pages) -> None:
    """PERM-3: a NUL in an address or a field is no fault of the server."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.ready()
    browser = pages.by(NEW_HEAD)
    assert browser.client.get("/imports/%00").status_code == 404
    beside = f"/imports/{import_id}/match?incoming=1&beside=%00"
    assert browser.client.get(beside).status_code == 404


def test_two_records_are_compared_field_by_field(pages: Pages) -> None:
    """PREV-6: what agrees, what differs, why, and the picture of it."""
    pages.sites.add_old("1", **MAYA, student_id="7", email="maya@old.example")
    pages.sites.add_new("m", **{**MAYA, "given_name": "Maja"}, student_id="8")
    pages.sites.add_new("t", **TOM)
    import_id = pages.sites.ready()
    browser = pages.by(NEW_HEAD)
    at = f"/imports/{import_id}/match"
    text = re.sub(r"\s+", " ", browser.see(at, incoming="1", beside="m"))
    assert re.search(r'how-agrees"><th[^>]*>Last name', text)
    assert re.search(r'how-own"><th[^>]*>Student ID', text)
    assert re.search(r'how-one-only"><th[^>]*>Email address', text)
    other = re.sub(r"\s+", " ", browser.see(at, incoming="1", beside="t"))
    assert re.search(r'how-differs"><th[^>]*>Last name', other)
    assert "In short:" in other
    assert "With every possible match considered, the probability" in text
    assert "By themselves, the probability that they are one child is" in other
    assert 'alt="Prior:' in text
    assert "By themselves, a probability of" in text
    drawn = browser.get(f"/imports/{import_id}/waterfall.svg", incoming="1", beside="m")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.text.startswith("<svg")
    assert "probability by themselves" in drawn.text
    assert browser.get(at, incoming="1", beside="gone").status_code == 404
    assert browser.get(at, incoming="none").status_code == 404


def test_an_old_import_puts_nobody_of_another_school_beside(pages: Pages) -> None:
    """PERM-2: the address of a page names a student who is not to be seen there."""
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_new("t", **TOM, email="tom@fir.example")
    import_id = pages.sites.done()
    at, asked = f"/imports/{import_id}", {"incoming": "1", "beside": "t"}
    for page in ("match", "waterfall.svg"):
        refused = pages.by(OAK_HEAD).get(f"{at}/{page}", **asked)
        assert refused.status_code == 403
        assert "fir.example" not in refused.text
        assert pages.by(NEW_HEAD).get(f"{at}/{page}", **asked).status_code == 200
    assert "can no longer be edited" in pages.by(OAK_HEAD).see(
        f"{at}/match", incoming="1"
    )


def test_importing_somebody_who_needs_review_is_asked_first(pages: Pages) -> None:
    """MATCH-1: a flagged student may be merged with another child's record."""
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_new("t", **{**MAYA, "given_name": "Zara"})
    import_id = pages.sites.ready()
    browser = pages.by(NEW_HEAD)
    seen = browser.version(f"/imports/{import_id}")
    asked = browser.do(f"/imports/{import_id}/confirm", version=seen)
    assert f'name="version" value="{seen}"' in asked
    assert "Import without review?" in asked
    assert "1 student still needs review" in asked
    [pending] = pages.sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.state is ImportState.READY
    told = browser.do(f"/imports/{import_id}/confirm", unreviewed="yes", version=seen)
    assert "imported within the next 48 hours" in told


def test_confirming_twice_is_said(pages: Pages) -> None:
    """IMP-1: the second time there is nothing to confirm."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.ready()
    browser = pages.by(NEW_HEAD)
    seen = {"version": browser.version(f"/imports/{import_id}")}
    assert "imported within the next 48 hours" in browser.do(
        f"/imports/{import_id}/confirm", **seen
    )
    twice = browser.post(f"/imports/{import_id}/confirm", **seen)
    assert twice.status_code == 409
    assert "is confirmed already" in twice.text


def test_a_failed_import_shows_its_reference(pages: Pages) -> None:
    """DONE-2, IMP-7: in the list, on its page and on its log."""
    sites = pages.sites
    student = sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    sites.remove(student)
    sites.service.run_due()
    browser = pages.by(NEW_HEAD)
    [done] = sites.service.completed_imports(NEW_HEAD)
    reference = done.import_.reference
    assert reference
    for path in ("/", f"/imports/{import_id}", f"/imports/{import_id}/log"):
        assert reference in browser.see(path)
    assert "Import Failed" in browser.see("/")
    assert "no longer on the source site" in browser.see(f"/imports/{import_id}/log")


def test_why_a_student_is_not_in_the_preview_is_said(pages: Pages) -> None:
    """IMP-10, CODE-3: who has left, and who is another student than the code is for."""
    sites = pages.sites
    maya, tom = sites.add_old("1", **MAYA), sites.add_old("2", **TOM)
    code = sites.code()
    sites.replace(maya, date_of_birth=date(2012, 5, 25))
    sites.remove(tom)
    import_id, browser = sites.ready(code), pages.by(NEW_HEAD)
    said = {"1": "Another student than the code is for", "2": "No longer on the source"}
    for key, why in said.items():
        assert why in browser.see(f"/imports/{import_id}/matches")
        assert why in browser.see(f"/imports/{import_id}/match?incoming={key}")


def test_matches_can_be_looked_for_again(pages: Pages) -> None:
    """PREV-7: the import is analysed anew and the host is told."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.ready()
    told = pages.by(NEW_HEAD).do(f"/imports/{import_id}/analyse-again")
    assert "being looked for again" in told
    assert pages.due == [import_id]


def test_one_student_is_found_and_sent(pages: Pages) -> None:
    """CODE-1: search by name, who would go, the code; the list names the student."""
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_old("2", **TOM)
    browser = pages.by(ELM_HEAD)
    assert "Year 6 (2 students)" in browser.see("/transfer")  # the only school
    found = browser.do("/transfer/student", name="oka")
    assert "Maya Okafor" in found
    assert "Thomas" not in found
    assert "school=elm&student=1" in found
    assert "2 students found" in browser.do("/transfer/student", school="elm")
    assert "Maya Okafor" in browser.see("/transfer/who", school="elm", student="1")
    browser.do("/transfer/code", school="elm", student="1")
    listed = browser.see("/transfer")
    assert "Maya Okafor" in listed
    assert "Not used yet" in listed


def test_who_goes_has_to_be_somebody(pages: Pages) -> None:
    """CODE-2: an empty year, a wrong school, nothing chosen."""
    pages.sites.add_old("1", **MAYA)
    browser = pages.by(OLD_HEAD)
    empty = browser.get("/transfer/who", school="elm", year="11")
    assert empty.status_code == 422
    assert "Nobody who is enrolled now" in empty.text
    assert browser.get("/transfer/who", school="oak", year="6").status_code == 404
    assert browser.get("/transfer", school="oak").status_code == 404
    nothing = browser.client.get("/transfer/who", follow_redirects=False)
    assert nothing.status_code == 303
    assert browser.post("/transfer/code", school="elm").status_code == 422
    assert pages.by(ELM_HEAD).get("/transfer", school="ash").status_code == 403


def test_a_year_is_of_the_school_that_is_chosen(pages: Pages) -> None:
    """CODE-1: who changes the school after its years were shown chooses anew."""
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_old("2", **TOM, enrolments={ASH})
    browser = pages.by(OLD_HEAD)
    shown = browser.see("/transfer", school="elm")
    assert "Years at Elm School" in shown
    [form] = re.findall(r'<form method="get".*?</form>', shown, re.DOTALL)
    assert 'name="years_of" value="elm"' in form
    asked = {"years_of": "elm", "year": "6"}
    assert "Maya" in browser.see("/transfer/who", school="elm", **asked)
    other = browser.get("/transfer/who", school="ash", **asked)
    assert other.status_code == 422
    assert 'role="alert"' in other.text
    assert "The school was changed" in other.text
    assert "Years at Ash School" in other.text
    assert "Generate Transfer Code" not in other.text
    unknown = browser.get("/transfer/who", school="oak", **asked)
    assert unknown.status_code == 404


def _seen(plan: str) -> str:
    """Take the mark of what a page has shown."""
    [seen] = re.findall(r'name="seen" value="([^"]+)"', plan)
    return str(seen)


def test_what_the_page_did_not_show_is_not_merged(pages: Pages) -> None:
    """AFTER-1: a colleague has merged another child into one of them meanwhile."""
    sites = pages.sites
    sites.add_new("s", star("new", "a"), **MAYA)
    sites.add_new("g", star("new", "b"), **MAYA)
    sites.add_new("t", star("new", "c"), **TOM)
    browser = pages.by(NEW_HEAD)
    form = {"keep": "s", "other": "g"}
    seen = _seen(browser.see("/merge/preview", **form))
    both = StudentKey("g"), StudentKey("t")
    sites.service.merge_students(NEW_HEAD, *both, accept_unlike=True)
    stale = browser.post("/merge/preview", **form, seen=seen)
    assert stale.status_code == 409
    assert "Look at both again" in unescape(stale.text)
    assert browser.post("/merge/preview", **form).status_code == 409
    assert len(sites.service.merges(NEW_HEAD)) == 1
    fresh = _seen(browser.see("/merge/preview", **form))
    assert browser.post("/merge/preview", **form, seen=fresh).status_code == 303


def test_duplicates_are_merged_and_that_is_undone(pages: Pages) -> None:
    """AFTER-1, AFTER-2: search, preview, merge, undo; nothing before the last yes."""
    sites = pages.sites
    stays = sites.add_new("s", star("new", "a"), **{**MAYA, "gender": ""})
    goes = sites.add_new("g", star("new", "b"), **MAYA)
    browser = pages.by(FIR_HEAD)
    assert "2 students found" in browser.do("/merge", name="maya")
    assert "The record that stays" in browser.see("/merge", keep="s")
    assert "merge/preview?keep=s&other=g" in browser.do("/merge", keep="s", name="ma")
    assert "Keep this record" in browser.do("/merge", other="g", name="maya")
    plan = browser.see("/merge/preview", keep="s", other="g")
    assert "1 assessment, quiz or mastery record is added" in plan
    assert "Are these two records of one child?" not in plan
    assert sites.student("g") == goes
    seen = {"keep": "s", "other": "g", "seen": _seen(plan)}
    assert "were merged" in browser.do("/merge/preview", **seen)
    assert sites.student("g") is None
    [merge] = sites.service.merges(FIR_HEAD)
    assert "exactly as they were" in browser.see(f"/merges/{merge.id}/undo")
    assert pages.by(OLD_HEAD).get(f"/merges/{merge.id}/undo").status_code == 404
    assert "was undone" in browser.do(f"/merges/{merge.id}/undo")
    assert (sites.student("s"), sites.student("g")) == (stays, goes)
    assert "Undone" in browser.see("/merge")
    again = browser.post(f"/merges/{merge.id}/undo")
    assert again.status_code == 409
    assert "undone already" in again.text
    same = browser.get("/merge/preview", keep="s", other="s")
    assert same.status_code == 409


@pytest.mark.parametrize(
    ("gender", "how"), [("Female", "agrees"), ("M", "differs"), ("", "one-only")]
)
def test_a_gender_written_in_another_way_agrees(
    pages: Pages, gender: str, how: str
) -> None:
    """PREV-6, CONF-1: what a merge takes for the same the pages show as the same."""
    pages.sites.add_new("s", **MAYA)
    pages.sites.add_new("g", **{**MAYA, "gender": gender})
    plan = pages.by(NEW_HEAD).see("/merge/preview", keep="s", other="g")
    [row] = re.findall(r"<tr[^>]*><th[^>]*>Gender</th>.*?</tr>", plan, re.DOTALL)
    assert f"how-{how}" in row


def test_many_merges_are_shown_by_the_page(pages: Pages) -> None:
    """AFTER-2: of a site that has merged for years; back past the end is the start."""
    merges = (
        new_merge(f"m{nth:02}", site_id=NEW, merged_at=START - timedelta(days=nth))
        for nth in range(60)
    )
    add_merges(pages.sites.storage, *merges)
    browser = pages.by(NEW_HEAD)
    first = browser.see("/merge")
    assert first.count("/undo") == 50
    assert 'href="/merge?merges=2#merges-heading"' in first
    second = browser.see("/merge", merges="2")
    assert second.count("/undo") == 10
    assert "/merges/m59/undo" in second
    assert "/merge?merges=3" not in second
    assert 'href="/merge?merges=1#merges-heading"' in second
    assert browser.see("/merge", merges="9").count("/undo") == 50


def test_many_codes_are_shown_by_the_page(pages: Pages) -> None:
    """CODE-8: of a site that has sent for years; back past the end is the start."""
    pages.sites.add_old("1", **MAYA)
    for _ in range(60):
        pages.sites.code()
        pages.sites.clock.advance(minutes=-1)
    browser = pages.by(OLD_HEAD)
    first = browser.see("/transfer", school=ELM)
    assert first.count("/revoke") == 50
    assert f'href="/transfer?school={ELM}&codes=2#codes-heading"' in first
    second = browser.see("/transfer", codes="2")
    assert second.count("/revoke") == 10
    assert "codes=3" not in second
    assert browser.see("/transfer", codes="9").count("/revoke") == 50


_BROUGHT = {"middle_name": "Ada", "email": "maya@x.org", "extra": {"Zone": "1"}}


@pytest.fixture
def done(pages: Pages) -> ImportId:
    """Bring Maya to the Maya of the new site, and Tom, who is new there."""
    sites = pages.sites
    sites.add_old("1/?&", star("old", "a"), star("old", "b"), **MAYA, **_BROUGHT)
    sites.add_old("2", **TOM)
    sites.add_new("m", star("new", "x"), **{**MAYA, "given_name": "Mayah"})
    return sites.done()


def _rows(log: str) -> list[str]:
    """Return the rows of a log as text, by name."""
    rows = re.findall(r'<tr role="row"><th scope="row".*?</tr>', log, re.DOTALL)
    return [" ".join(re.sub("<[^>]*>", " ", row).split()) for row in rows]


def _asked(log: str) -> str:
    """Take the only link of a log that leads to undoing a match."""
    [link] = re.findall(r'href="([^"]+/match/undo\?[^"]+)"', log)
    return str(link)


def test_a_match_is_undone_from_the_log(pages: Pages, done: ImportId) -> None:
    """AFTER-2: the log leads there, both are shown, and nothing before the yes."""
    sites, browser = pages.sites, pages.by(OAK_HEAD)
    log = browser.see(f"/imports/{done}/log")
    maya, tom = _rows(log)
    assert "Merged with Mayah Okafor , 9 Mar 2015 Undo match Maya Okafor" in maya
    assert "Undo match" not in tom
    before = sites.everybody()
    asked = browser.see(_asked(log))
    assert "Maya Okafor came by an import" in re.sub("</?bdi>", "", asked)
    assert "2 assessments, quizzes and mastery records go along" in asked
    assert "were changed since" not in asked
    assert "times, and all of it" not in asked
    field = r"Email address</th><td[^>]*><span[^>]*>—</span></td><td[^>]*>"
    assert re.search(field + "<bdi>maya@x.org", asked)
    assert sites.everybody() == before
    [key] = re.findall(r'name="incoming" value="([^"]+)"', asked)
    form = {"incoming": key, "seen": _seen(asked)}
    told = browser.do(f"/imports/{done}/match/undo", **form)
    assert "The match was undone" in told
    maya, _ = _rows(told)
    assert "Merged with Mayah Okafor , undone 1 Jul 2026" in maya
    assert "Undo match" not in told
    assert len(sites.records("m")) == 1
    [went] = [one for one in sites.everybody() if one.email == "maya@x.org"]
    assert len(sites.records(went.key)) == 2


def test_a_match_is_undone_once(pages: Pages, done: ImportId) -> None:
    """AFTER-2: the second time, and of who was not merged, it is refused in words."""
    browser, at = pages.by(NEW_HEAD), f"/imports/{done}/match/undo"
    merged = pages.sites.student("m")
    assert merged is not None
    stale = {"incoming": "1/?&", "seen": _seen(browser.see(at, incoming="1/?&"))}
    pages.sites.replace(merged, gender="X")
    assert "changed since you looked" in browser.post(at, **stale).text
    browser.do(at, incoming="1/?&", seen=_seen(browser.see(at, incoming="1/?&")))
    everybody = pages.sites.everybody()
    for answer in (browser.get(at, incoming="1/?&"), browser.post(at, incoming="1/?&")):
        assert answer.status_code == 409
        assert "This match was undone already." in answer.text
    assert browser.get(at, incoming="2").status_code == 409
    assert browser.get(at, incoming="3").status_code == 404
    assert browser.post(at).status_code == 404
    assert pages.sites.everybody() == everybody


def test_what_was_changed_since_is_said(pages: Pages, done: ImportId) -> None:
    """AFTER-2: fields by the pages' names, and further ones by those of the file."""
    sites = pages.sites
    merged = sites.student("m")
    assert merged is not None
    sites.replace(merged, middle_name="Adaeze", extra={"Zone": "2"})
    asked = pages.by(NEW_HEAD).see(f"/imports/{done}/match/undo", incoming="1/?&")
    shown = re.sub("<[^>]*>", "", asked)
    assert "stay as they are with the student of your site: Middle name, Zone." in shown


def test_who_came_twice_is_said_to_go_as_a_whole(pages: Pages, done: ImportId) -> None:
    """AFTER-2, IMP-5: whichever of the two imports it is asked of."""
    pages.sites.clock.advance(days=1)
    for import_id in (done, pages.sites.done()):
        log = pages.by(NEW_HEAD).see(f"/imports/{import_id}/log")
        assert "Merged with" in _rows(log)[0]
    asked = pages.by(NEW_HEAD).see(f"/imports/{done}/match/undo", incoming="1/?&")
    assert "came to that record 2 times, and all of it is undone" in asked


def test_that_no_record_goes_along_is_said(pages: Pages) -> None:
    """AFTER-2: the child who came had none."""
    pages.sites.add_old("1", **MAYA)
    pages.sites.add_new("m", star("new", "x"), **MAYA)
    at = f"/imports/{pages.sites.done()}/match/undo"
    asked = pages.by(NEW_HEAD).see(at, incoming="1")
    assert "No assessment, quiz or mastery record goes along." in asked


def test_who_is_new_by_decision_may_be_merged_all_the_same(pages: Pages) -> None:
    """IMP-5: another import has made the record meanwhile; the log does not say new."""
    sites, browser = pages.sites, pages.by(NEW_HEAD)
    sites.add_old("1", **MAYA)
    late = sites.ready(sites.code("1"))
    first = sites.done()
    sites.service.confirm(NEW_HEAD, late)
    sites.service.run_import(late)
    [row] = _rows(browser.see(f"/imports/{first}/log"))
    assert "New student" in row
    [row] = _rows(browser.see(f"/imports/{late}/log"))
    assert "Merged with the record that another import has made" in row


def test_the_log_names_whom_a_student_was_merged_with(pages: Pages) -> None:
    """LOG-1, IMP-8: the survivor, and neither a record that is gone nor who came."""
    sites, browser = pages.sites, pages.by(NEW_HEAD)
    sites.add_old("1", **MAYA)
    sites.add_new("m", **{**MAYA, "given_name": "Mayah"})
    stays = sites.add_new("n", **{**MAYA, "given_name": "Maia"})
    import_id = sites.ready()
    choose = sites.service.choose_match
    choose(NEW_HEAD, import_id, StudentKey("1"), StudentKey("m"))
    sites.service.merge_students(NEW_HEAD, stays.key, StudentKey("m"))
    sites.service.confirm(NEW_HEAD, import_id)
    sites.service.run_import(import_id)
    at = f"/imports/{import_id}/log"
    [row] = _rows(browser.see(at))
    assert "Merged with Maia Okafor , 9 Mar 2015 Reviewed" in row
    sites.service.undo_match(NEW_HEAD, import_id, StudentKey("1"))
    [row] = _rows(browser.see(at))
    assert "Merged with Maia Okafor , undone 1 Jul 2026" in row
    parted = sites.student("n")
    assert parted is not None
    sites.remove(parted)
    [row] = _rows(browser.see(at))
    assert "Merged with a record that is no longer on this site, undone" in row


def test_a_running_import_has_no_match_to_undo(pages: Pages, done: ImportId) -> None:
    """AFTER-2, IMP-7: an operator has resumed it."""
    with pages.sites.storage() as work:
        import_ = work.imports.get(done)
        work.imports.save(attrs.evolve(import_, state=ImportState.SCHEDULED))
        work.commit()
    browser = pages.by(NEW_HEAD)
    log = browser.see(f"/imports/{done}/log")
    assert "Merged with" in log
    assert "Undo match" not in log
    refused = browser.get(f"/imports/{done}/match/undo", incoming="1/?&")
    assert refused.status_code == 409
    assert "still bringing" in refused.text


class _NoMerging(DefaultPolicy):
    """Lets administrators do all but merge, of a school or anywhere."""

    def allows(
        self, actor: Actor, action: Action, schools: Collection[SchoolId]
    ) -> bool:
        """Return whether the actor may do it."""
        return action is not Action.MERGE_STUDENTS and super().allows(
            actor, action, schools
        )


def test_only_who_may_merge_is_led_to_undoing(pages: Pages, done: ImportId) -> None:
    """PERM-2, PERM-3, PERM-4: others see the log without the link, or nothing."""
    at = f"/imports/{done}/match/undo"
    service = TransferService(pages.sites.storage, policy=_NoMerging())
    sees = Pages(pages.sites, create_app(service, identify)).by(NEW_HEAD)
    log = sees.see(f"/imports/{done}/log")
    assert "Merged with" in log
    assert "Undo match" not in log
    before = pages.sites.everybody()
    fir, old = pages.by(FIR_HEAD), pages.by(OLD_HEAD)
    for browser, status in ((sees, 403), (fir, 403), (old, 404)):
        assert browser.get(at, incoming="1/?&").status_code == status
        assert browser.post(at, incoming="1/?&").status_code == status
    assert pages.by(TEACHER).get(at, incoming="1/?&").status_code == 403
    assert pages.sites.everybody() == before


def test_a_merge_of_two_children_is_warned_of(pages: Pages) -> None:
    """MATCH-1: the worst outcome is not one click away."""
    pages.sites.add_new("m", **MAYA)
    pages.sites.add_new("t", **TOM)
    plan = pages.by(NEW_HEAD).see("/merge/preview", keep="m", other="t")
    assert "Are these two records of one child?" in plan
    assert "First name, Last name, Date of birth" in plan


def test_the_log_lists_who_is_to_be_merged(pages: Pages) -> None:
    """IMP-9: on a site with an SIS, with a link to the merge."""
    pages.sites.set_roster_source(RosterSource.SIS)
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.done()
    log = pages.by(NEW_HEAD).see(f"/imports/{import_id}/log")
    assert "Students to merge" in log
    found = re.search(r'href="(/merge\?other=[^"]+)"', log)
    assert found
    assert "Maya Okafor" in pages.by(NEW_HEAD).see(found.group(1))
    pages.sites.add_new("m", **MAYA)
    other = StudentKey(found.group(1).partition("=")[2])
    plan = pages.by(NEW_HEAD).see("/merge/preview", keep="m", other=other)
    assert "nothing but records is added to the record that stays" in plan
    pages.sites.service.merge_students(NEW_HEAD, StudentKey("m"), other)
    log = pages.by(NEW_HEAD).see(f"/imports/{import_id}/log")
    assert "Students to merge" not in log


HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE--{{ 7*7 }}%(num)s",
    "\u202eevil\u202c <b>",
    "</title></textarea><svg onload=alert(1)>",
    "javascript:alert(1)//",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_only_text(pages: Pages, name: str) -> None:
    """In names, keys, IDs, schools and sites: escaped wherever they are shown."""
    sites = pages.sites
    with sites.storage() as work:
        for school, site in ((ELM, OLD), (OAK, NEW)):
            work.sites.put_site(Site(site, f"Trust {name}"))
            work.sites.put_school(School(school, site, f"School {name}"))
        work.commit()
    fields = {**MAYA, "given_name": name, "family_name": name, "student_id": name}
    sites.add_old("k&" + name, **{**fields, "year": name})
    sites.add_new("n&" + name, **fields, enrolments={OAK})
    sites.add_new("m", **MAYA)
    old, new = pages.by(OLD_HEAD), pages.by(NEW_HEAD)
    code = sites.service.generate_code(
        OLD_HEAD, sites.service.years(OLD_HEAD, ELM)[0].scope
    ).code.reveal()
    seen = [
        old.see("/transfer", school="elm"),
        old.see("/transfer/who", school="elm", year=name),
        new.do("/enter", code=code),
    ]
    import_id = sites.ready(code)
    at = f"/imports/{import_id}"
    raw = [
        old.get("/transfer", school="elm").text,
        old.get("/transfer/who", school="elm", year=name).text,
        old.post("/transfer/student", name=name).text,
        new.post("/enter", code=code).text,
        new.get("/").text,
        new.get(at).text,
        new.get(f"{at}/matches").text,
        new.post(f"{at}/matches", name=name).text,
        new.get(f"{at}/match", incoming="k&" + name).text,
        new.get(f"{at}/match", incoming="k&" + name, beside="m").text,
        new.post(f"{at}/match/search", incoming="k&" + name, name="maya").text,
        new.get("/merge/preview", keep="m", other="n&" + name).text,
        new.post("/merge", name=name).text,
        new.post("/request-data", requester=name).text,
    ]
    sites.service.choose_match(
        NEW_HEAD, import_id, StudentKey("k&" + name), StudentKey("n&" + name)
    )
    sites.service.confirm(NEW_HEAD, import_id)
    sites.service.run_import(import_id)
    log = new.get(f"{at}/log").text
    asked = new.get(_asked(unescape(log)))
    assert asked.status_code == 200
    raw += [log, asked.text]
    for text in raw:
        assert name not in text.replace(escape(name), "") or escape(name) == name
        for sign in ("<script>alert", "<img src=x", "<svg onload", 'href="javascript'):
            assert sign not in text
        assert "49" not in re.findall(r"DROP TABLE--(\d*)", text)
    assert seen
    links = re.findall(r'data-row href="([^"]+)"', raw[6])
    assert links
    assert new.client.get(links[0].replace("&amp;", "&")).status_code == 200


def test_half_a_surrogate_pair_breaks_no_page() -> None:
    """A storage in memory may hold it; the page shows a sign in its place."""
    from student_transfer.web.rendering import Page  # noqa: PLC0415 - of this test alone

    assert b"?" in Page("a\ud800b").body


@pytest.mark.parametrize(
    ("year", "shown"),
    [(" Reception ", "Reception"), ("Year 6", "Year 6"), (" 6 ", "Year 6")],
)
def test_a_year_is_named_as_in_the_lists(year: str, shown: str) -> None:
    """DONE-1: a year that has a name is called by it, and not a year of that name."""
    scope = YearScope(OAK, year)
    assert Renderer("en_GB", None).scope(scope) == scope.label == shown


def test_mounted_anywhere_every_address_fits(pages: Pages) -> None:
    """Under a prefix with a blank, two mounts deep: links, forms and redirects."""
    outer = Starlette(
        routes=[Mount("/a b", Starlette(routes=[Mount("/data", pages.app)]))]
    )
    pages.sites.add_old("1", **MAYA)
    browser = pages.by(NEW_HEAD, prefix="/a b/data", app=outer)
    home = browser.get("/").text
    links = re.findall(r'(?:href|src|action|data-poll)="([^"]*)"', home)
    inner = [link for link in links if not link.startswith(("#", "data:"))]
    assert inner
    assert all(link.startswith("/a%20b/data/") for link in inner)
    for link in inner:
        assert browser.client.get(link).status_code == 200
    code = pages.sites.code()
    started = browser.post("/imports", code=code, school="oak")
    assert started.headers["location"] == "/a%20b/data/?done=started"
    assert "/a%20b/data/" in browser.get("/none").text


_CHANGED_SCHOOL = {"school": "elm", "years_of": "ash", "year": "6"}


def test_the_words_of_another_country(sites: TwoSites) -> None:
    """en_US says district, grade and enroll, wherever en_GB says otherwise."""
    sites.add_old("1", **MAYA)
    sites.add_new("m", **MAYA)
    done = f"/imports/{sites.done()}"
    import_id = sites.ready()
    code = sites.code()
    app = create_app(sites.service, identify, wording="en_US")
    pages = Pages(sites, app)
    old, new = pages.by(OLD_HEAD), pages.by(NEW_HEAD)
    at = f"/imports/{import_id}"
    texts = [
        *(
            new.see("/request-data", about=about, source=source)
            for about in ("year", "student")
            for source in ("school", "network")
        ),
        old.see("/transfer", school="elm"),
        old.see("/transfer/who", school="elm", year="6"),
        new.see("/"),
        new.do("/enter", code=code),
        new.see(at),
        new.see(f"{at}/matches"),
        new.do(f"{at}/confirm", version=new.version(at)),
        new.see("/merge"),
        new.see(f"{done}/log"),
        new.see(f"{done}/match/undo", incoming="1"),
        new.do(
            f"{done}/match/undo",
            incoming="1",
            seen=_seen(new.see(f"{done}/match/undo", incoming="1")),
        ),
        unescape(old.get("/transfer/who", **_CHANGED_SCHOOL).text),
    ]
    british = re.compile(r"\b(years?|enrol|school network|maths)\b", re.IGNORECASE)
    for text in texts:
        shown = re.sub(r"<script.*?</script>|<[^>]*>", " ", text)
        assert not british.search(shown), british.search(shown)
    assert "Grade 6" in texts[4]
    assert "[GRADE, SUCH AS GRADE 6]" in texts[0]
    assert "Previous district" in texts[7]
    assert "Enroll students in" in texts[7]
    assert "Grades at Elm School" in texts[4]
    assert 'lang="en-US"' in texts[6]
    assert re.search(r"Jul 1, 2026, 1:00.PM", texts[6])


def test_times_are_those_of_the_reader(sites: TwoSites) -> None:
    """By one zone for all, or by what the host knows of the request."""
    sites.add_old("1", **MAYA)
    sites.start()

    def of_request(request: Request) -> str:
        return request.headers.get("x-zone", "UTC")

    london = Pages(sites, create_app(sites.service, identify)).by(NEW_HEAD)
    assert "1 Jul 2026, 13:00" in london.see("/")
    app = create_app(sites.service, identify, time_zone=of_request)
    browser = Pages(sites, app).by(NEW_HEAD)
    assert "1 Jul 2026, 12:00" in browser.see("/")
    browser.client.headers["x-zone"] = "Asia/Tokyo"
    assert "1 Jul 2026, 21:00" in browser.see("/")


def test_a_host_replaces_templates(sites: TwoSites, tmp_path: Path) -> None:
    """A template of its own extends the one it replaces; wrong options are told."""
    (tmp_path / "base.html").write_text(
        '{% extends "student_transfer/base.html" %}'
        "{% block footer %}<footer>Our own footer</footer>{% endblock %}",
        encoding="utf-8",
    )
    app = create_app(sites.service, identify, templates=tmp_path)
    home = Pages(sites, app).by(NEW_HEAD).see("/")
    assert "Our own footer" in home
    assert "Enter Transfer Code" in home
    with pytest.raises(ValueError, match="no folder"):
        create_app(sites.service, identify, templates=tmp_path / "none")
    with pytest.raises(ValueError, match="no wording"):
        create_app(sites.service, identify, wording="de_DE")  # type: ignore[arg-type]


def test_the_fragments_are_what_the_page_has(pages: Pages) -> None:
    """PREV-1: what the script puts in place is what a reload would show."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.start().id
    browser = pages.by(NEW_HEAD)
    assert browser.see("/pending").strip() in browser.see("/")
    assert 'data-state="analysing"' in browser.see(f"/imports/{import_id}/progress")
    pages.sites.service.run_due()
    assert 'data-state="ready"' in browser.see(f"/imports/{import_id}/progress")


def test_what_a_page_asks_for_again_and_again_is_little(
    pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-1: the students of an import, who may be many, are not read for it."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.ready()
    with pages.sites.storage(read_only=True) as work:
        monkeypatch.delattr(type(work.imports), "rows")
    for path in ("/pending", f"/imports/{import_id}/progress"):
        assert 'data-state="ready"' in pages.by(NEW_HEAD).see(path)


def test_every_id_is_the_hosts_own(pages: Pages) -> None:
    """An ID that names nothing is not found, on every page that takes one."""
    browser = pages.by(NEW_HEAD)
    unknown = attrs.evolve(pages).sites
    assert unknown.service.codes(OLD_HEAD) == ()
    for path in (
        f"/codes/{CodeId('x')}/revoke",
        f"/imports/{ImportId('x')}",
        "/merges/x/undo",
        f"/transfer?school={SchoolId('x')}",
        "/merge?keep=x",
        "/none",
    ):
        assert browser.client.get(path).status_code == 404


def test_behind_any_dispatcher_of_asgi(pages: Pages) -> None:
    """As a Django application passes one path on: by root_path alone."""

    async def outer(scope: Any, receive: Any, send: Any) -> None:
        assert scope["path"].startswith("/data/")
        inner = dict(scope, root_path=scope.get("root_path", "") + "/data")
        await pages.app(inner, receive, send)

    browser = pages.by(NEW_HEAD, prefix="/data", app=outer)
    home = browser.see("/")
    assert 'href="/data/transfer"' in home
    assert browser.client.get("/data/static/pages.css").status_code == 200
    assert 'src="/data/static/pages.js"' in home


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/enter", "/"),
        ("/imports", "/"),
        ("/transfer/code", "/transfer"),
        ("/imports/{}/match/search", "/imports/{}/matches"),
        ("/imports/{}/match/decide", "/imports/{}/matches"),
        ("/imports/{}/match/undo", "/imports/{}/log"),
        ("/merge?keep=a&other=b", "/merge/preview?keep=a&other=b"),
    ],
)
def test_the_address_of_a_form_can_be_loaded_again(
    pages: Pages, path: str, leads_to: str
) -> None:
    """Who presses enter in the address bar comes to where the form is."""
    pages.sites.add_old("1", **MAYA)
    import_id = pages.sites.ready()
    client = pages.by(NEW_HEAD).client
    answer = client.get(path.format(import_id), follow_redirects=False)
    assert answer.headers["location"] == leads_to.format(import_id)
