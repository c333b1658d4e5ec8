"""The analysis as a background step."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import attrs
import pytest

from student_transfer.errors import (
    AnalysisFailedError,
    ConcurrentChangeError,
    IllegalTransitionError,
    NotFoundError,
    StorageBusyError,
    StudentTransferError,
)
from student_transfer.imports import DUE, ImportId, ImportState, Progress
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    NOT_COUNTED,
    ImportAs,
    Suggestion,
)
from student_transfer.ports import Matcher
from student_transfer.services import Due, Step, TransferService, analysis
from student_transfer.services.candidates import IncomingStudent
from student_transfer.services.known_links import add_linked, keep_apart
from student_transfer.students import Student, StudentKey
from student_transfer.testing.faults import Fault, FaultyStorage, Once

from .conftest import MAYA, NEW_HEAD, TOM, TwoSites


def test_progress_is_reported_and_kept(sites: TwoSites) -> None:
    """PREV-1: done of total, to the caller and to whoever looks."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    seen: list[Progress] = []
    import_ = sites.start()
    sites.service.analyse(import_.id, seen.append)
    assert seen[-1] == Progress(2, 2)
    assert sites.service.preview(NEW_HEAD, import_.id).progress == Progress(2, 2)


def test_an_import_of_nobody_left_is_ready(sites: TwoSites) -> None:
    """PREV-1, IMP-10: even when everybody left the source meanwhile."""
    maya = sites.add_old("1", **MAYA)
    code = sites.code()
    sites.remove(maya)
    preview = sites.service.preview(NEW_HEAD, sites.ready(code))
    assert (preview.new, preview.matched, preview.absent) == (0, 0, 1)


def test_only_the_merges_of_the_matches_are_read(sites: TwoSites) -> None:
    """PREV-1: a site may have merged thousands, and most have to do with nobody."""
    sites.add_old("1", **MAYA)
    storage = FaultyStorage(sites.storage)
    service = TransferService(storage, clock=sites.clock)
    service.analyse(sites.start().id)
    assert not [call for call in storage.calls if call.startswith("merges.")]
    sites.add_new("m", **MAYA)
    for key in ("s", "g"):
        sites.add_new(key, **TOM)
    sites.service.merge_students(NEW_HEAD, StudentKey("s"), StudentKey("g"))
    storage.calls.clear()
    service.analyse(sites.start().id)
    asked = [call for call in storage.calls if call.startswith("merges.")]
    assert asked == ["merges.into", "merges.undone"]


def test_analysing_twice_does_no_harm(sites: TwoSites) -> None:
    """PREV-7: the second call finds the work done and changes nothing."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    before = sites.service.preview(NEW_HEAD, import_id)
    assert sites.service.analyse(import_id).state is ImportState.READY
    assert sites.service.preview(NEW_HEAD, import_id) == before


def test_the_slower_of_two_workers_changes_nothing(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-7: an analysis that ends after another's is thrown away."""
    sites.add_old("1", **MAYA)
    import_ = sites.start()

    def overtaken(progress: Progress) -> None:
        """Let another worker finish, and a person decide, in between."""
        if progress.done and not decided:
            decided.append(True)
            sites.service.analyse(import_.id)
            sites.service.clear_match(NEW_HEAD, import_.id, "1")  # type: ignore[arg-type]  # a literal key

    decided: list[bool] = []
    assert sites.service.analyse(import_.id, overtaken).state is ImportState.READY
    [row] = sites.service.preview(NEW_HEAD, import_.id).rows
    assert row.row.decision.by_person


def test_the_slower_of_two_workers_leaves_the_progress(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-1: what an overtaken analysis has done does not count for the import."""
    monkeypatch.setattr(analysis, "_BATCH", 1)
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_ = sites.start()
    seen: list[Progress] = []

    def overtaken(progress: Progress) -> None:
        """Let another worker finish, and a person confirm, in between."""
        seen.append(progress)
        if len(seen) == 1:
            sites.service.analyse(import_.id)
            sites.service.confirm(NEW_HEAD, import_.id)

    left = sites.service.analyse(import_.id, overtaken)
    assert left.state is ImportState.SCHEDULED
    assert seen == [Progress(1, 2)]
    assert sites.service.pending_imports(NEW_HEAD)[0].progress == Progress(0, 2)


def test_a_cancelled_import_is_not_analysed_to_the_end(sites: TwoSites) -> None:
    """IMP-2: cancelling during the analysis wins."""
    sites.add_old("1", **MAYA)
    code = sites.code()
    import_ = sites.start(code)

    def cancel(_: Progress) -> None:
        sites.service.cancel(NEW_HEAD, import_.id, confirmed=True)

    assert sites.service.analyse(import_.id, cancel).state is ImportState.CANCELLED
    assert sites.start(code).state is ImportState.ANALYSING


def test_a_failed_analysis_runs_again_from_the_start(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-7, IMP-7: it shows a reference code, stays due, and leaves no trace."""
    sites.add_old("1", **MAYA)
    import_ = sites.start()
    with monkeypatch.context() as broken:
        _break(broken, sites, "source", "students")
        with pytest.raises(AnalysisFailedError) as failed:
            sites.service.analyse(import_.id)
    assert "analysis" in failed.value.message
    assert "resume" not in failed.value.advice
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.reference == failed.value.reference
    assert pending.import_.state is ImportState.ANALYSING
    assert isinstance(failed.value.__cause__, OSError)
    [ran] = sites.service.run_due()
    assert ran.state is ImportState.READY
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.reference is None


def test_a_lock_fails_no_analysis(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-7: it stays due and shows no reference code; the next run makes it."""
    sites.add_old("1", **MAYA)
    import_id = sites.start().id
    with monkeypatch.context() as broken:
        _break(broken, sites, "source", "students", StorageBusyError())
        with pytest.raises(StorageBusyError):
            sites.service.analyse(import_id)
        [ran] = sites.service.run_due()
    assert (ran.state, type(ran.error)) == (ImportState.ANALYSING, StorageBusyError)
    assert sites.service.due() == (Due(import_id, Step.ANALYSE),)
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.reference is None
    [ran] = sites.service.run_due()
    assert (ran.state, ran.error) == (ImportState.READY, None)


def test_the_progress_does_not_tell_whether_an_analysis_has_failed(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-1, PREV-7: it may be at its end when the analysis fails and stays due."""
    sites.add_old("1", **MAYA)
    import_id = sites.start().id
    with monkeypatch.context() as broken:
        _break(broken, sites, "imports", "put_rows")
        with pytest.raises(AnalysisFailedError):
            sites.service.analyse(import_id)
    seen = sites.service.progress(NEW_HEAD, import_id)
    assert seen.progress == Progress(1, 1)
    assert seen.import_.state in DUE
    assert seen.import_.reference is not None


def test_a_failed_analysis_is_not_resumed_but_tried_again(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-7: whoever resumes it is told that it failed, and is still due."""
    sites.add_old("1", **MAYA)
    import_ = sites.start()
    with pytest.raises(IllegalTransitionError) as refused:
        sites.service.resume(import_.id)
    assert "failed" not in refused.value.advice
    with monkeypatch.context() as broken:
        _break(broken, sites, "source", "students")
        [ran] = sites.service.run_due()
    assert isinstance(ran.error, AnalysisFailedError)
    with pytest.raises(IllegalTransitionError) as refused:
        sites.service.resume(import_.id)
    assert refused.value.advice.startswith("Its analysis failed, and is tried again")


@pytest.mark.parametrize("cancelled", [False, True])
def test_what_breaks_when_others_have_ended_the_analysis_fails_nothing(
    sites: TwoSites, *, cancelled: bool
) -> None:
    """PREV-7: a job is done, and nobody is told a reference code that is not kept."""
    sites.add_old("1", **MAYA)
    import_id = sites.start().id

    def others() -> None:
        if cancelled:
            sites.service.cancel(NEW_HEAD, import_id, confirmed=True)
        else:
            sites.service.analyse(import_id)

    left = sites.overtaken(2, others).analyse(import_id)
    assert left.state is (ImportState.CANCELLED if cancelled else ImportState.READY)
    assert left.reference is None


def test_an_unknown_import_is_not_found(sites: TwoSites) -> None:
    """PREV-1: a job with a wrong ID is told so."""
    for step in (sites.service.analyse, sites.service.run_import, sites.service.resume):
        with pytest.raises(NotFoundError):
            step(ImportId("none"))


def test_a_failure_is_kept_when_others_change_the_import_meanwhile(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PREV-7: what could not be kept at the first try is tried again."""
    sites.add_old("1", **MAYA)
    import_id = sites.start().id
    _break(monkeypatch, sites, "roster", "frequencies")
    once = Once(fault=Fault(error=ConcurrentChangeError), name="imports.save")
    service = TransferService(FaultyStorage(sites.storage, once), clock=sites.clock)
    with pytest.raises(AnalysisFailedError) as failed:
        service.analyse(import_id)
    assert once.happened is not None
    [due] = sites.service.due()
    assert due.reference == failed.value.reference


def test_a_failure_does_not_stop_other_imports(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-7: `run_due` tells errors and goes on."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    first = sites.ready(sites.code("1"))
    sites.service.confirm(NEW_HEAD, first)
    sites.clock.advance(minutes=1)
    second = sites.start(sites.code("2"))
    _break(monkeypatch, sites, "roster", "frequencies")
    ran = {one.import_id: one for one in sites.service.run_due()}
    assert ran[first].state is ImportState.COMPLETED
    assert ran[second.id].state is ImportState.ANALYSING
    assert isinstance(ran[second.id].error, AnalysisFailedError)


def nobody(incoming: Sequence[Student], *_: Any, **__: Any) -> list[Suggestion]:
    """Propose for each that nobody on the site is the same."""
    return [Suggestion(import_as=ImportAs.NEW, needs_review=True) for _ in incoming]


def always_d1(incoming: Sequence[Student], *_: Any, **__: Any) -> list[Suggestion]:
    """Propose one student for everybody."""
    match = Suggestion(import_as=ImportAs.MATCHED, match=StudentKey("d1"))
    return [match for _ in incoming]


def d1_for_the_last(
    incoming: Sequence[Student], *_: Any, **__: Any
) -> list[Suggestion]:
    """Propose one student for whoever comes last."""
    new = Suggestion(import_as=ImportAs.NEW)
    match = Suggestion(import_as=ImportAs.MATCHED, match=StudentKey("d1"))
    return [*(new for _ in incoming[:-1]), match]


def with_matcher(sites: TwoSites, matcher: Matcher) -> TwoSites:
    """Return the sites with a service that has another matcher."""
    service = TransferService(sites.storage, clock=sites.clock, matcher=matcher)
    return attrs.evolve(sites, service=service)


def test_a_host_brings_a_matcher_of_its_own(sites: TwoSites) -> None:
    """PREV-3: what it proposes is the preview; people's decisions stay as ever."""
    sites.add_old("1", **MAYA)
    sites.add_new("d1", **MAYA)
    host = with_matcher(sites, nobody)
    ready = host.ready()
    [row] = host.service.preview(NEW_HEAD, ready).rows
    assert (row.import_as, row.needs_review) == (ImportAs.NEW, True)
    host.service.choose_match(NEW_HEAD, ready, StudentKey("1"), StudentKey("d1"))
    host.service.analyse_again(NEW_HEAD, ready)
    host.service.analyse(ready)
    [row] = host.service.preview(NEW_HEAD, ready).rows
    assert row.row.decision.match == "d1"


def test_whom_a_hosts_matcher_takes_for_a_twin_is_flagged(sites: TwoSites) -> None:
    """MATCH-4: what sends a match of the library's to a person sends a host's, too."""
    sites.add_old("1", **{**MAYA, "given_name": "Ruth"})
    sites.add_old("2", **TOM)
    sites.add_new("d1", **{**MAYA, "given_name": "Ruben"})
    sites.add_new("d2", **TOM)

    def first(
        incoming: Sequence[Student],
        candidates: Mapping[StudentKey, Sequence[Student]],
        *_: object,
        **__: object,
    ) -> list[Suggestion]:
        keys = [candidates[one.key][0].key for one in incoming]
        return [Suggestion(import_as=ImportAs.MATCHED, match=key) for key in keys]

    host = with_matcher(sites, first)
    twin, tom = host.service.preview(NEW_HEAD, host.ready()).rows
    assert (twin.row.decision.match, twin.needs_review) == ("d1", True)
    assert twin.why == "the given names differ"
    assert twin.row.suggestion.doubts == ("the given names differ",)
    assert (tom.row.decision.match, tom.needs_review) == ("d2", False)


def test_an_identifier_of_two_speaks_for_no_match_of_a_hosts_matcher(
    sites: TwoSites,
) -> None:
    """MATCH-4, MATCH-5: that it is no child's own, the whole import shows."""
    shared = {"national_id": "A12345678"}
    sites.add_old("1", **{**MAYA, "given_name": "Amandeep"}, **shared)
    sites.add_old("2", **TOM, **shared)
    sites.add_new("d1", **{**MAYA, "given_name": "Amanpreet"}, **shared)

    def matcher(incoming: Sequence[Student], *_: Any, **__: Any) -> list[Suggestion]:
        return [*always_d1(incoming[:1]), *nobody(incoming[1:])]

    host = with_matcher(sites, matcher)
    rows = host.service.preview(NEW_HEAD, host.ready()).rows
    [row] = [one for one in rows if one.source_key == "1"]
    assert (row.import_as, row.needs_review) == (ImportAs.MATCHED, True)
    assert row.why == "the given names do not tell brothers and sisters apart"


def test_the_doubts_of_a_match_go_with_it(sites: TwoSites) -> None:
    """AFTER-2: of a match that a site keeps apart only that is left to look at."""
    incoming, here = sites.add_old("1", **MAYA), sites.add_new("d1", **MAYA)
    doubtful = Suggestion(import_as=ImportAs.MATCHED, match=here.key, why="alike")
    proposed = doubtful.doubted("the years differ")
    known = IncomingStudent(student=incoming, candidates=[here], were=())
    apart = keep_apart(known, proposed, {here.key: incoming.refs})
    assert (apart.match, apart.needs_review, apart.doubts) == (None, True, ())


def test_who_is_shown_a_linked_student_is_not_without_any(sites: TwoSites) -> None:
    """PREV-3, IMP-5: whoever else the likeliest is taken by."""
    incoming, here = sites.add_old("1", **MAYA), sites.add_new("d1", **TOM)
    known = IncomingStudent(student=incoming, candidates=[here], were={here.key})
    taken = Suggestion(import_as=ImportAs.NEW, why="taken", is_taken=True)
    shown = add_linked(known, taken, NOT_COUNTED, DEFAULT_SETTINGS)
    assert [one.key for one in shown.candidates] == [here.key]
    assert (shown.needs_review, shown.is_taken) == (True, False)


def test_a_matcher_that_gives_one_student_to_two_is_refused(sites: TwoSites) -> None:
    """PREV-4: both would be merged into one record, so there is no preview."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    sites.add_new("d1", **MAYA)
    host = with_matcher(sites, always_d1)
    import_ = host.start()
    with pytest.raises(AnalysisFailedError) as failed:
        host.service.analyse(import_.id)
    assert isinstance(failed.value.__cause__, StudentTransferError)
    assert failed.value.__cause__.rule == "PREV-4"
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.state is ImportState.ANALYSING


def test_a_matcher_that_passes_over_what_people_decided_is_refused(
    sites: TwoSites,
) -> None:
    """PREV-4, PREV-7: whom a person chose is nobody else's match."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    sites.add_new("d1", **MAYA)
    host = with_matcher(sites, nobody)
    ready = host.ready()
    host.service.choose_match(NEW_HEAD, ready, StudentKey("1"), StudentKey("d1"))
    again = with_matcher(sites, d1_for_the_last)
    again.service.analyse_again(NEW_HEAD, ready)
    with pytest.raises(AnalysisFailedError) as failed:
        again.service.analyse(ready)
    assert isinstance(failed.value.__cause__, StudentTransferError)
    assert failed.value.__cause__.rule == "PREV-4"


def test_two_of_one_site_are_two_children_until_a_person_says_else(
    sites: TwoSites,
) -> None:
    """MATCH-4, PREV-4: twins who come by two codes never end in one record unseen."""
    twins = {"family_name": "Okafor", "date_of_birth": MAYA["date_of_birth"]}
    sites.add_old("p", given_name="Maya", year="6", **twins)
    sites.add_old("q", given_name="Mara", year="6", **twins)
    sites.add_new("x", given_name="M", year="6", **twins)
    first, second = (sites.ready(sites.code(key)) for key in ("p", "q"))
    for import_id in (first, second):
        sites.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
        sites.service.run_import(import_id)
    came = [ref.key for ref in sites.everybody()[0].provenance]
    assert len(came) <= 1
    third = sites.ready(sites.code("q"))
    [row] = sites.service.preview(NEW_HEAD, third).rows
    assert row.import_as is ImportAs.NEW
    assert row.needs_review


def test_a_matcher_cannot_name_somebody_who_was_no_candidate(sites: TwoSites) -> None:
    """PREV-3: a match that the library has not seen makes no preview."""
    sites.add_old("1", **TOM)
    sites.add_new("d1", **MAYA)
    assert _refused(sites, always_d1).rule == "PREV-3"


def _refused(sites: TwoSites, matcher: Matcher) -> StudentTransferError:
    """Analyse with a matcher, and give what is said of it."""
    host = with_matcher(sites, matcher)
    with pytest.raises(AnalysisFailedError) as failed:
        host.service.analyse(host.start().id)
    cause = failed.value.__cause__
    assert isinstance(cause, StudentTransferError)
    assert "laws" in cause.advice
    return cause


@pytest.mark.parametrize(
    "proposed",
    [
        [],
        [Suggestion(import_as=ImportAs.NEW)] * 2,
        [Suggestion(import_as=ImportAs.MATCHED)],
        [Suggestion(import_as=ImportAs.NEW, match=StudentKey("d1"))],
        [Suggestion(import_as=cast("ImportAs", "new"))],
    ],
    ids=["nothing", "too many", "matched with nobody", "new, and yet matched", "text"],
)
def test_a_matcher_that_breaks_its_promise_makes_no_preview(
    sites: TwoSites, proposed: list[Suggestion]
) -> None:
    """PREV-3: one proposal for each student, and a match is a student."""
    sites.add_old("1", **MAYA)
    sites.add_new("d1", **MAYA)
    assert _refused(sites, lambda *_, **__: proposed).rule == "PREV-3"


def _break(
    monkeypatch: pytest.MonkeyPatch,
    sites: TwoSites,
    store: str,
    method: str,
    error: Exception | None = None,
) -> None:
    """Make every call of one method of a store fail, as a lost connection does."""

    def fail(*_: Any, **__: Any) -> Any:
        raise error or OSError("connection lost")

    with sites.storage(read_only=True) as work:
        monkeypatch.setattr(type(getattr(work, store)), method, fail)


def test_a_progress_that_fails_leaves_the_analysis_due(sites: TwoSites) -> None:
    """PREV-7: what a host's callback raises is its own; the analysis begins again."""
    sites.add_old("1", **MAYA)
    import_id = sites.start().id

    def closed(_: Progress) -> None:
        raise OSError("the terminal is closed")

    with pytest.raises(OSError, match="closed"):
        sites.service.analyse(import_id, closed)
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.state is ImportState.ANALYSING
    assert pending.import_.reference is None
    assert sites.service.analyse(import_id).state is ImportState.READY
