"""On the destination: a code is entered, an import started, confirmed, cancelled."""

from datetime import timedelta

import attrs
import pytest

from student_transfer.codes import CodeStatus, TransferCode, YearScope
from student_transfer.errors import (
    ClaimedCodeError,
    CodeRefusedError,
    ConcurrentChangeError,
    ConfirmationRequiredError,
    ExpiredCodeError,
    IllegalTransitionError,
    MalformedCodeError,
    MistypedCodeError,
    NotAllowedError,
    NotFoundError,
    RevokedCodeError,
    SameSiteCodeError,
    UnknownCodeError,
    UsedCodeError,
)
from student_transfer.imports import ENDED, PENDING, ImportId, ImportState, Progress
from student_transfer.permissions import Actor
from student_transfer.services import TransferService
from student_transfer.sites import SchoolId
from student_transfer.students import StudentKey
from student_transfer.testing.faults import Call, FaultyStorage
from student_transfer.testing.model.showing import students_in

from .conftest import (
    ASH,
    ELM,
    ELM_HEAD,
    FIR,
    FIR_HEAD,
    MAYA,
    NEW,
    NEW_HEAD,
    OAK,
    OAK_HEAD,
    OLD_HEAD,
    TEACHER,
    TOM,
    TwoSites,
)


@pytest.fixture(autouse=True)
def maya(sites: TwoSites) -> None:
    """Put one student on the old site."""
    sites.add_old("1", **MAYA)


def test_a_code_shows_network_and_school_and_no_student(sites: TwoSites) -> None:
    """LOOK-1: the previous network and school, and nothing about any student."""
    found = sites.service.look_up(NEW_HEAD, sites.code())
    assert (found.previous_site, found.previous_school) == ("Old Trust", "Elm School")
    assert "Maya" not in repr(found)
    assert "Okafor" not in repr(found)


def test_going_back_changes_nothing(sites: TwoSites) -> None:
    """LOOK-1: looking claims nothing, so the code can be entered again."""
    code = sites.code()
    sites.service.look_up(NEW_HEAD, code)
    assert sites.service.look_up(NEW_HEAD, code).previous_site == "Old Trust"
    assert sites.service.pending_imports(NEW_HEAD) == ()


def test_the_schools_offered_are_the_actors_own(sites: TwoSites) -> None:
    """LOOK-2, PERM-2: a school administrator chooses among own schools."""
    code = sites.code()
    offered = sites.service.look_up(NEW_HEAD, code).schools
    assert {school.id for school in offered} == {OAK, FIR}
    offered = sites.service.look_up(OAK_HEAD, code).schools
    assert {school.id for school in offered} == {OAK}


@pytest.mark.parametrize(
    ("entered", "refusal"),
    [
        ("", MalformedCodeError),
        ("not a code", MalformedCodeError),
        ("00000-00000-00000-00000-00001", MistypedCodeError),
        (TransferCode.generate(bytes(15)).reveal(), UnknownCodeError),
    ],
)
def test_what_is_no_code_is_refused(
    sites: TwoSites, entered: str, refusal: type[CodeRefusedError]
) -> None:
    """CODE-11: malformed, mistyped and unknown codes each have their own error."""
    with pytest.raises(refusal):
        sites.service.look_up(NEW_HEAD, entered)
    with pytest.raises(refusal):
        sites.service.start_import(NEW_HEAD, entered, OAK)


def test_a_code_need_not_be_written_out_between_programs(sites: TwoSites) -> None:
    """LOOK-1, LOOK-3: the code that was generated is as good as its text."""
    code = sites.service.generate_code(OLD_HEAD, YearScope(ELM, "6")).code
    found = sites.service.look_up(NEW_HEAD, code)
    assert found == sites.service.look_up(NEW_HEAD, code.reveal())
    assert sites.service.start_import(NEW_HEAD, code, OAK).students == ("1",)
    with pytest.raises(ClaimedCodeError):
        sites.service.look_up(NEW_HEAD, code)


@pytest.mark.parametrize("head", [OLD_HEAD, ELM_HEAD])
def test_a_code_is_not_accepted_on_its_own_site(sites: TwoSites, head: Actor) -> None:
    """CODE-6: any school of the site that generated it counts."""
    code = sites.code()
    with pytest.raises(SameSiteCodeError):
        sites.service.look_up(head, code)
    with pytest.raises(SameSiteCodeError):
        sites.service.start_import(OLD_HEAD, code, ASH)


def test_a_code_works_until_exactly_thirty_days(sites: TwoSites) -> None:
    """CODE-5: exactly 30 days still works, a microsecond later does not."""
    code = sites.code()
    sites.clock.now += timedelta(days=30)
    assert sites.service.look_up(NEW_HEAD, code).enter_until == sites.clock.now
    sites.clock.now += timedelta(microseconds=1)
    with pytest.raises(ExpiredCodeError):
        sites.service.start_import(NEW_HEAD, code, OAK)


def test_a_review_begun_in_time_can_be_confirmed_later(sites: TwoSites) -> None:
    """CODE-5: used is when the import is started; it can be confirmed after day 30."""
    code = sites.code()
    sites.clock.advance(days=29)
    import_id = sites.ready(code)
    sites.clock.advance(days=10)
    sites.service.confirm(NEW_HEAD, import_id)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED


def test_a_claimed_code_lasts_until_somebody_ends_it(sites: TwoSites) -> None:
    """CODE-5, CODE-8: whoever reviews sees the source as it is, until it revokes."""
    import_id = sites.ready()
    sites.clock.advance(days=400)
    sites.add_old("2", **TOM)  # is not of the code
    sites.service.analyse_again(NEW_HEAD, import_id)
    sites.service.analyse(import_id)
    assert len(sites.service.preview(NEW_HEAD, import_id).rows) == 1
    [entry] = sites.service.codes(OLD_HEAD)
    assert entry.status is CodeStatus.CLAIMED
    sites.service.revoke_code(OLD_HEAD, entry.issued.id)
    with pytest.raises(RevokedCodeError):
        sites.service.analyse_again(NEW_HEAD, import_id)


def test_a_code_released_after_day_thirty_is_expired(sites: TwoSites) -> None:
    """CODE-5: cancelling a late import does not make the code young again."""
    code = sites.code()
    import_id = sites.ready(code)
    sites.clock.advance(days=31)
    sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
    with pytest.raises(ExpiredCodeError):
        sites.service.look_up(NEW_HEAD, code)


def test_a_claimed_code_cannot_be_claimed_again(sites: TwoSites) -> None:
    """CODE-7: while an import holds the code nobody else can start one."""
    code = sites.code()
    sites.start(code)
    for refused in (sites.service.look_up, lambda who, what: sites.start(what)):
        with pytest.raises(ClaimedCodeError):
            refused(OAK_HEAD, code)
    assert len(sites.service.pending_imports(NEW_HEAD)) == 1


def test_the_loser_of_a_race_is_told_that_the_code_is_claimed(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CODE-7: who reads the code free and loses the claim gets the same refusal."""
    code = sites.code()

    def lose(*_: object) -> None:
        raise ConcurrentChangeError

    with sites.storage() as work:
        monkeypatch.setattr(type(work.codes), "change", lose)
    with pytest.raises(ClaimedCodeError):
        sites.start(code)
    assert sites.service.pending_imports(NEW_HEAD) == ()


def test_a_used_code_is_refused(sites: TwoSites) -> None:
    """CODE-4: confirming uses the code, before the import has run."""
    code = sites.code()
    sites.service.confirm(NEW_HEAD, sites.ready(code))
    with pytest.raises(UsedCodeError):
        sites.service.look_up(NEW_HEAD, code)


def test_who_may_not_enter_a_code_learns_nothing_about_it(sites: TwoSites) -> None:
    """PERM-3, CODE-11: the right is asked for before the code is looked at."""
    for code in ("no code", sites.code()):
        with pytest.raises(NotAllowedError):
            sites.service.look_up(TEACHER, code)
        with pytest.raises(NotAllowedError):
            sites.service.start_import(TEACHER, code, OAK)


def test_an_import_that_lost_its_code_goes_no_further(sites: TwoSites) -> None:
    """CODE-7: a code that another import holds by now uses up nothing here."""
    import_id = sites.ready()
    with sites.storage() as work:
        [code] = work.codes.of_site(OLD_HEAD.site_id)
        work.codes.change(code, attrs.evolve(code, holder="another"))
        work.commit()
    with pytest.raises(RevokedCodeError):
        sites.service.confirm(NEW_HEAD, import_id)
    cancelled = sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
    assert cancelled.state is ImportState.CANCELLED
    with sites.storage(read_only=True) as work:
        assert work.codes.of_site(OLD_HEAD.site_id)[0].holder == "another"


@pytest.mark.parametrize("school", [ELM, SchoolId("nowhere")])
def test_the_school_is_one_of_the_destination(
    sites: TwoSites, school: SchoolId
) -> None:
    """LOOK-2: a school that is not on the site is not found, and nothing is claimed."""
    code = sites.code()
    with pytest.raises(NotFoundError):
        sites.service.start_import(NEW_HEAD, code, school)
    assert sites.start(code).state is ImportState.ANALYSING


def test_a_school_administrator_enrols_in_own_schools_only(sites: TwoSites) -> None:
    """PERM-2: refused for another school, and the code stays free."""
    code = sites.code()
    with pytest.raises(NotAllowedError):
        sites.service.start_import(FIR_HEAD, code, OAK)
    assert sites.service.start_import(OAK_HEAD, code, OAK).school_id == OAK


def test_pending_imports_are_newest_first(sites: TwoSites) -> None:
    """LOOK-3: the newest import is at the top, analysing."""
    sites.add_old("2", **TOM)
    first = sites.start(sites.code("1"))
    sites.clock.advance(minutes=1)
    second = sites.start(sites.code("2"))
    entries = sites.service.pending_imports(NEW_HEAD)
    assert [entry.import_.id for entry in entries] == [second.id, first.id]
    assert {entry.import_.state for entry in entries} == {ImportState.ANALYSING}
    assert entries[0].progress.total == 1
    assert entries[0].students == "(one student)"
    assert entries[0].school == "Oak School"


def test_progress_is_read_without_the_students(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-1: a page asks again and again, and there may be many of them."""
    sites.add_old("2", **TOM)
    import_id = sites.start().id
    asked: list[tuple[ImportState, Progress]] = []

    def ask(*_: object) -> None:
        shown = sites.service.progress(OAK_HEAD, import_id)
        asked.append((shown.import_.state, shown.progress))

    sites.service.analyse(import_id, ask)
    assert asked[-1] == (ImportState.ANALYSING, Progress(2, 2))
    with sites.storage(read_only=True) as work:
        monkeypatch.delattr(type(work.imports), "rows")
    ask()
    assert asked[-1] == (ImportState.READY, Progress(2, 2))


def test_cancelling_needs_a_second_yes(sites: TwoSites) -> None:
    """IMP-2: without it nothing changes."""
    code = sites.code()
    import_id = sites.ready(code)
    with pytest.raises(ConfirmationRequiredError, match="say so once more"):
        sites.service.cancel(NEW_HEAD, import_id)
    assert sites.service.preview(NEW_HEAD, import_id).import_.state is ImportState.READY


@pytest.mark.parametrize("analysed", [True, False])
def test_a_cancelled_import_releases_its_code(sites: TwoSites, analysed: bool) -> None:
    """IMP-2, CODE-4: after a cancel the same code can be entered again."""
    code = sites.code()
    import_id = sites.ready(code) if analysed else sites.start(code).id
    cancelled = sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
    assert cancelled.state is ImportState.CANCELLED
    assert sites.service.pending_imports(NEW_HEAD) == ()
    assert sites.service.completed_imports(NEW_HEAD) == ()
    assert sites.start(code).id != import_id


def test_a_cancelled_preview_is_forgotten(sites: TwoSites) -> None:
    """IMP-2: what was read for the preview is deleted."""
    import_id = sites.ready()
    sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
    with sites.storage(read_only=True) as work:
        assert list(work.imports.rows(import_id)) == []


def test_a_scheduled_import_cannot_be_cancelled(sites: TwoSites) -> None:
    """IMP-2: once confirmed it goes its way."""
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    with pytest.raises(IllegalTransitionError):
        sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
    with pytest.raises(IllegalTransitionError):
        sites.service.confirm(NEW_HEAD, import_id)


def test_an_import_cannot_be_confirmed_before_its_preview(sites: TwoSites) -> None:
    """IMP-1: the preview has to be ready; the code stays claimed."""
    code = sites.code()
    import_ = sites.start(code)
    with pytest.raises(IllegalTransitionError):
        sites.service.confirm(NEW_HEAD, import_.id)
    with pytest.raises(ClaimedCodeError):
        sites.service.look_up(NEW_HEAD, code)


def test_a_school_that_is_gone_takes_nobody_in(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOOK-2: nobody is enrolled where no school is; the code is not used up."""
    code = sites.code()
    import_id = sites.ready(code)
    with sites.storage(read_only=True) as work, monkeypatch.context() as changed:
        changed.setattr(type(work.sites), "schools", lambda *_: ())
        with pytest.raises(NotFoundError, match="no such school"):
            sites.service.confirm(NEW_HEAD, import_id)
    with pytest.raises(ClaimedCodeError):
        sites.service.look_up(NEW_HEAD, code)


def test_the_message_says_what_to_do_afterwards(sites: TwoSites) -> None:
    """IMP-1: 48 hours, enrol in classes, merge who was not matched."""
    scheduled = sites.service.confirm(NEW_HEAD, sites.ready())
    for part in ("48 hours", "classes", "merge"):
        assert part in scheduled.message
    assert scheduled.unreviewed == 0


def test_a_late_import_is_overdue(sites: TwoSites) -> None:
    """IMP-1: an import that is not done after 48 hours is listed as overdue."""
    import_id = sites.ready()
    sites.clock.advance(days=5)
    assert not sites.service.pending_imports(NEW_HEAD)[0].overdue
    sites.service.confirm(NEW_HEAD, import_id)
    sites.clock.advance(hours=48)
    assert not sites.service.pending_imports(NEW_HEAD)[0].overdue
    sites.clock.advance(seconds=1)
    assert sites.service.pending_imports(NEW_HEAD)[0].overdue
    sites.service.run_import(import_id)
    assert not sites.service.completed_imports(NEW_HEAD)[0].overdue


def test_a_revoked_code_ends_the_import_that_holds_it(sites: TwoSites) -> None:
    """CODE-8: no student is kept any more, and the import can only be cancelled."""
    sites.add_old("2", **TOM)
    ready, waiting = sites.ready(sites.code("1")), sites.start(sites.code("2")).id
    for entry in sites.service.codes(OLD_HEAD):
        sites.service.revoke_code(OLD_HEAD, entry.issued.id)
    with sites.storage(read_only=True) as work:
        assert list(work.imports.rows(ready)) == []
    service = sites.service
    for refused in (service.progress, service.preview, service.confirm):
        with pytest.raises(RevokedCodeError, match="Cancel this import"):
            refused(NEW_HEAD, ready)
    with pytest.raises(RevokedCodeError):
        sites.service.possible_matches(NEW_HEAD, ready, "1")  # type: ignore[arg-type]  # a literal key
    with pytest.raises(RevokedCodeError):
        sites.service.analyse_again(NEW_HEAD, ready)
    sites.service.cancel(NEW_HEAD, ready, confirmed=True)
    assert sites.service.analyse(waiting).state is ImportState.CANCELLED
    assert sites.everybody() == []


def test_what_people_decided_is_kept_whoever_ends_the_import(sites: TwoSites) -> None:
    """REV-3, CODE-8, IMP-2: before the cancel and after; it names keys alone."""
    import_id = sites.ready(sites.code("1"))
    sites.service.clear_match(NEW_HEAD, import_id, StudentKey("1"))
    [edit] = sites.service.edits(NEW_HEAD, import_id)
    sites.service.revoke_code(OLD_HEAD, sites.service.codes(OLD_HEAD)[0].issued.id)
    assert sites.service.edits(NEW_HEAD, import_id) == (edit,)
    sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
    assert sites.service.edits(NEW_HEAD, import_id) == (edit,)
    assert list(students_in(edit)) == []


def test_the_list_says_which_code_was_withdrawn(sites: TwoSites) -> None:
    """CODE-8: before anybody opens it, and until it is cancelled."""
    sites.add_old("2", **TOM)
    ready = sites.ready(sites.code("1"))
    waiting, kept = sites.start(sites.code()).id, sites.start(sites.code("2")).id
    listed = sites.service.pending_imports(NEW_HEAD)
    assert [one for one in listed if one.revoked] == []
    for entry in sites.service.codes(OLD_HEAD):
        if entry.issued.holder != kept:
            sites.service.revoke_code(OLD_HEAD, entry.issued.id)
    listed = sites.service.pending_imports(NEW_HEAD)
    assert {one.import_.id for one in listed if one.revoked} == {ready, waiting}
    sites.service.cancel(NEW_HEAD, ready, confirmed=True)
    sites.service.analyse(waiting)
    sites.service.analyse(kept)
    sites.service.confirm(NEW_HEAD, kept)
    [left] = sites.service.pending_imports(NEW_HEAD)
    assert (left.import_.id, left.revoked) == (kept, False)


def test_the_list_of_those_under_way_reads_no_other(sites: TwoSites) -> None:
    """LOOK-3: a page asks for it every few seconds, on a site with years of imports."""
    asked = list[tuple[object, ...]]()

    def note(call: Call) -> None:
        if call.name == "imports.of_site":
            asked.append(call.arguments)

    service = TransferService(FaultyStorage(sites.storage, note), clock=sites.clock)
    service.pending_imports(NEW_HEAD)
    service.completed_imports(NEW_HEAD)
    assert asked == [(NEW, PENDING), (NEW, ENDED)]


def test_an_import_that_is_cancelled_while_listed_is_not_called_revoked(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CODE-8, IMP-2: its code is free then, and no longer its own."""
    import_ = sites.start()
    code = sites.service.codes(OLD_HEAD)[0].issued
    sites.service.cancel(NEW_HEAD, import_.id, confirmed=True)
    with sites.storage(read_only=True) as work:
        kinds = type(work.imports)
    assert code.holder == import_.id
    monkeypatch.setattr(kinds, "of_site", lambda *_: [import_])
    [listed] = sites.service.pending_imports(NEW_HEAD)
    assert not listed.revoked


IMPORT_CALLS = [
    lambda service, actor, id_: service.preview(actor, id_),
    lambda service, actor, id_: service.progress(actor, id_),
    lambda service, actor, id_: service.possible_matches(actor, id_, "1"),
    lambda service, actor, id_: service.search_students(actor, id_, "maya"),
    lambda service, actor, id_: service.explain(actor, id_, "1", "2"),
    lambda service, actor, id_: service.keep_match(actor, id_, "1", None),
    lambda service, actor, id_: service.clear_match(actor, id_, "1"),
    lambda service, actor, id_: service.choose_match(actor, id_, "1", "2"),
    lambda service, actor, id_: service.edits(actor, id_),
    lambda service, actor, id_: service.analyse_again(actor, id_),
    lambda service, actor, id_: service.confirm(actor, id_),
    lambda service, actor, id_: service.cancel(actor, id_, confirmed=True),
    lambda service, actor, id_: service.import_log(actor, id_),
]


def test_every_call_says_that_the_code_was_withdrawn(sites: TwoSites) -> None:
    """CODE-8: but those that end the import, or tell of it alone."""
    import_id = sites.ready()
    sites.service.revoke_code(OLD_HEAD, sites.service.codes(OLD_HEAD)[0].issued.id)
    passed = 0
    for call in IMPORT_CALLS:
        try:
            call(sites.service, NEW_HEAD, import_id)  # type: ignore[no-untyped-call]  # a lambda
        except RevokedCodeError:
            continue
        passed += 1
    assert passed == len(("edits", "cancel", "import_log"))


@pytest.mark.parametrize("call", IMPORT_CALLS)
def test_an_import_of_another_site_is_not_found(sites: TwoSites, call: object) -> None:
    """PERM-3: word for word as one that does not exist, and nothing changes."""
    import_id = sites.ready()
    before = sites.service.preview(NEW_HEAD, import_id)
    messages = set()
    for wrong in (import_id, ImportId("none")):
        with pytest.raises(NotFoundError) as refused:
            call(sites.service, OLD_HEAD, wrong)  # type: ignore[operator]  # a lambda
        messages.add(str(refused.value))
    assert len(messages) == 1
    assert sites.service.preview(NEW_HEAD, import_id) == before


@pytest.mark.parametrize("call", IMPORT_CALLS)
@pytest.mark.parametrize("actor", [FIR_HEAD, TEACHER])
def test_an_import_into_another_school_is_refused(
    sites: TwoSites, call: object, actor: Actor
) -> None:
    """PERM-2, PERM-3: a refusal changes nothing."""
    import_id = sites.ready()
    before = sites.service.preview(NEW_HEAD, import_id)
    with pytest.raises(NotAllowedError):
        call(sites.service, actor, import_id)  # type: ignore[operator]  # a lambda
    assert sites.service.preview(NEW_HEAD, import_id) == before


def test_imports_into_other_schools_are_not_listed(sites: TwoSites) -> None:
    """PERM-2: neither pending nor completed ones."""
    sites.add_old("2", **TOM)
    sites.start(sites.code("1"))
    sites.done(sites.code("2"))
    for actor, number in ((OAK_HEAD, 1), (FIR_HEAD, 0), (OLD_HEAD, 0)):
        assert len(sites.service.pending_imports(actor)) == number
        assert len(sites.service.completed_imports(actor)) == number
    with pytest.raises(NotAllowedError):
        sites.service.pending_imports(TEACHER)


def test_a_host_can_replace_the_policy(sites: TwoSites) -> None:
    """PERM-4: another policy decides, and no rule is touched."""

    class Nobody:
        """Allow nothing."""

        def allows(self, *_: object) -> bool:
            """Refuse."""
            return False

    service = type(sites.service)(sites.storage, policy=Nobody())
    with pytest.raises(NotAllowedError):
        service.generate_code(OLD_HEAD, YearScope(ELM, "6"))
    with pytest.raises(NotAllowedError):
        service.look_up(NEW_HEAD, sites.code())
