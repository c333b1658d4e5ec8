"""A host's storage that misbehaves within its promises, and a host's clock."""

from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from typing import Any

import attrs
import pytest

from student_transfer.errors import (
    AnalysisFailedError,
    ConcurrentChangeError,
    ImportFailedError,
    MergeRefusedError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
    StudentTransferError,
    UndoRefusedError,
)
from student_transfer.import_log import ScoreImportStatus, write_log
from student_transfer.imports import ImportState, Progress
from student_transfer.records import Origin, Record
from student_transfer.services import TransferService, importing
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey

from .conftest import (
    MAYA,
    NEW,
    NEW_HEAD,
    OAK,
    OLD,
    OLD_HEAD,
    START,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

ONE, S, G = StudentKey("1"), StudentKey("s"), StudentKey("g")


Fails = Callable[[int], Exception | None]


class Wrapped:
    """A storage whose units of work fail to commit when a test says so."""

    def __init__(self, inner: Any) -> None:
        """Commit as the inner storage does until `fail` is set."""
        self.inner = inner
        self.commits = 0
        self.fail: Fails = lambda number: None
        self.before: Callable[[], None] = lambda: None

    def __call__(self, *, read_only: bool = False) -> Any:
        """Open a unit of work of the inner storage with another commit."""
        self.before()
        work = self.inner(read_only=read_only)
        commit = work.commit

        def commit_or_fail() -> None:
            self.commits += 1
            error = self.fail(self.commits)
            if error is not None:
                raise error
            commit()

        work.commit = commit_or_fail
        return work


@pytest.fixture
def wrapped(sites: TwoSites) -> tuple[TwoSites, Wrapped]:
    """Return the two sites with a service over a storage that can fail to commit."""
    storage = Wrapped(sites.storage)
    context = sites.service._context
    service = TransferService(
        storage,
        clock=context.clock,
        new_id=context.new_id,
        randomness=context.randomness,
    )
    return attrs.evolve(sites, service=service), storage


def _everything(sites: TwoSites) -> Any:
    """Read all students and records of both sites."""
    people = [*sites.everybody(OLD), *sites.everybody(NEW)]
    return [(one, sites.records(one.key, one.site_id)) for one in people]


@pytest.mark.parametrize(
    "error", [ConcurrentChangeError, StorageBusyError, StorageReadOnlyError]
)
@pytest.mark.parametrize("failing", range(1, 6))
def test_a_commit_that_fails_once_costs_nobody(
    wrapped: tuple[TwoSites, Wrapped], error: type[StorageError], failing: int
) -> None:
    """IMP-6, IMP-7: whichever commit of a run fails, in the end everybody came once.

    After a real fault an operator resumes; else the next run goes on.
    """
    sites, storage = wrapped
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", star("old", "b"), **TOM)
    sites.add_new("m", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    storage.commits = 0
    storage.fail = lambda number: error() if number == failing else None
    for _ in range(3):
        try:
            state = sites.service.run_import(import_id).state
        except (StorageBusyError, ConcurrentChangeError):
            assert error is not StorageReadOnlyError
            assert not sites.service.completed_imports(NEW_HEAD)
        except ImportFailedError:
            assert error is StorageReadOnlyError
            [completed] = sites.service.completed_imports(NEW_HEAD)
            assert completed.import_.reference
            sites.service.resume(import_id)
        else:
            break
    assert state is ImportState.COMPLETED
    assert len(sites.everybody()) == 2
    assert sites.records("m") == [star("old", "a")]
    log = sites.service.import_log(NEW_HEAD, import_id)
    assert [row.score_import_status for row in log] == [ScoreImportStatus.ALL] * 2


def test_an_end_that_others_interfere_with_is_tried_again(
    wrapped: tuple[TwoSites, Wrapped],
) -> None:
    """IMP-7: the import does not fail because its last step met another's."""
    sites, storage = wrapped
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    storage.commits = 0
    storage.fail = lambda number: ConcurrentChangeError() if number == 2 else None
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED


def test_storage_that_stays_out_leaves_the_import_due(
    wrapped: tuple[TwoSites, Wrapped],
) -> None:
    """IMP-7: where not even the failure can be kept, the next run goes on."""
    sites, storage = wrapped
    sites.add_old("1", star("old", "a"), **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    storage.fail = lambda number: StorageBusyError()
    [ran] = sites.service.run_due()
    assert isinstance(ran.error, StorageBusyError)
    assert ran.state is ImportState.SCHEDULED
    storage.fail = lambda number: None
    [ran] = sites.service.run_due()
    assert ran.state is ImportState.COMPLETED
    assert len(sites.everybody()) == 1


def test_an_analysis_without_storage_stays_due(
    wrapped: tuple[TwoSites, Wrapped],
) -> None:
    """PREV-7: the same for the analysis."""
    sites, storage = wrapped
    sites.add_old("1", **MAYA)
    sites.start()
    storage.fail = lambda number: StorageBusyError()
    [ran] = sites.service.run_due()
    assert isinstance(ran.error, StorageBusyError)
    storage.fail = lambda number: None
    [ran] = sites.service.run_due()
    assert ran.state is ImportState.READY


@pytest.mark.parametrize("failing", [1, 2])
def test_an_analysis_that_is_overtaken_looks_again(
    wrapped: tuple[TwoSites, Wrapped], failing: int
) -> None:
    """PREV-7: no analysis comes back undone and without an error."""
    sites, storage = wrapped
    sites.add_old("1", **MAYA)
    import_id = sites.start().id
    storage.commits = 0
    storage.fail = lambda number: ConcurrentChangeError() if number == failing else None
    assert sites.service.analyse(import_id).state is ImportState.READY


def test_an_analysis_that_is_always_overtaken_says_so(
    wrapped: tuple[TwoSites, Wrapped],
) -> None:
    """PREV-7: after three tries; that is no fault of the import, which is still due."""
    sites, storage = wrapped
    sites.add_old("1", **MAYA)
    import_id = sites.start().id
    storage.commits = 0
    storage.fail = lambda number: ConcurrentChangeError() if number < 4 else None
    with pytest.raises(ConcurrentChangeError):
        sites.service.analyse(import_id)
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.reference is None
    assert sites.service.analyse(import_id).state is ImportState.READY


@pytest.mark.parametrize("error", [ConcurrentChangeError, StorageBusyError])
def test_a_refused_commit_changes_nothing(
    wrapped: tuple[TwoSites, Wrapped], error: type[StorageError]
) -> None:
    """CODE-4, AFTER-2: every step a person takes is whole or not at all."""
    sites, storage = wrapped
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("s", **ZOFIA)
    sites.add_new("g", star("new", "b"), **ZOFIA)
    code = sites.code()
    import_id = sites.ready(code)
    merge = sites.service.merge_students(NEW_HEAD, S, G)
    before = _everything(sites), sites.service.preview(NEW_HEAD, import_id)
    listed = sites.service.codes(OLD_HEAD)
    service = sites.service
    steps: list[Callable[[], object]] = [
        lambda: service.confirm(NEW_HEAD, import_id),
        lambda: service.cancel(NEW_HEAD, import_id, confirmed=True),
        lambda: service.clear_match(NEW_HEAD, import_id, ONE),
        lambda: service.analyse_again(NEW_HEAD, import_id),
        lambda: service.undo_merge(NEW_HEAD, merge.id),
        lambda: service.revoke_code(OLD_HEAD, listed[0].issued.id),
    ]
    storage.fail = lambda number: error()
    for step in steps:
        with pytest.raises(error):
            step()
    assert before == (_everything(sites), service.preview(NEW_HEAD, import_id))
    assert sites.service.codes(OLD_HEAD) == listed
    assert sites.service.merges(NEW_HEAD) == (merge,)
    assert sites.service.edits(NEW_HEAD, import_id) == ()


def _leave_out(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch, name: str, student: str
) -> None:
    """Let the roster keep all records of a student but one, as a host may."""
    with sites.storage() as work:
        roster = type(work.roster)
    real = roster.add_records

    def add(
        self: Any, site: SiteId, key: StudentKey, records: list[Record]
    ) -> frozenset[Origin]:
        fit = [one for one in records if (key, one.origin.record_id) != (student, name)]
        return frozenset(real(self, site, key, fit))

    monkeypatch.setattr(roster, "add_records", add)


def test_a_merge_that_would_lose_a_record_is_refused(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CONF-5: a host that cannot keep a record gets no merge that drops it."""
    sites.add_new("s", star("new", "a"), **MAYA)
    sites.add_new("g", star("new", "b"), star("new", "c"), **MAYA)
    before = _everything(sites)
    _leave_out(sites, monkeypatch, "b", "s")
    with pytest.raises(MergeRefusedError, match="1 of the records of the merged"):
        sites.service.merge_students(NEW_HEAD, S, G)
    assert _everything(sites) == before
    assert sites.service.merges(NEW_HEAD) == ()


def test_an_undo_that_would_lose_a_record_is_refused(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AFTER-2: exactly or not at all."""
    sites.add_new("s", star("new", "a"), **MAYA)
    sites.add_new("g", star("new", "b"), **MAYA)
    merge = sites.service.merge_students(NEW_HEAD, S, G)
    before = _everything(sites)
    _leave_out(sites, monkeypatch, "b", "g")
    with pytest.raises(UndoRefusedError, match="records of the restored") as said:
        sites.service.undo_merge(NEW_HEAD, merge.id)
    assert "changed since" not in said.value.message
    assert "storage checked" in said.value.advice
    assert _everything(sites) == before


def test_a_source_that_gives_fewer_students_loses_none(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-10, LOG-1: who a lagging replica leaves out is a failed row, by name."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    with sites.storage(read_only=True) as work:
        source = type(work.source)
    real = source.students

    def fewer(self: Any, site: SiteId, keys: Any) -> Any:
        found = real(self, site, keys)
        return {k: v for k, v in found.items() if (site, k) != (OLD, "1")}

    monkeypatch.setattr(source, "students", fewer)
    sites.service.run_import(import_id)
    log = sites.service.import_log(NEW_HEAD, import_id)
    assert [row.first_name for row in log] == ["Maya", "Thomas"]
    assert log[0].detail == "no longer on the source site"


def test_an_import_of_a_site_that_is_gone_says_so(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-7: an analysis that cannot be made is no success that stays due."""
    sites.add_old("1", **MAYA)
    import_ = sites.start()
    with sites.storage(read_only=True) as work:
        monkeypatch.setattr(type(work.sites), "site", lambda *_: None)
    with pytest.raises(AnalysisFailedError):
        sites.service.analyse(import_.id)
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert pending.import_.reference


# The clock ------------------------------------------------------------------------


def test_a_clock_without_zone_is_refused(sites: TwoSites) -> None:
    """CODE-5: a naive time is refused at once, and nothing is stored by it."""
    sites.add_old("1", **MAYA)
    code = sites.code()
    import_id = sites.ready(code)
    stored = sites.service.codes(OLD_HEAD)
    sites.clock.now = START.replace(tzinfo=None)
    for step in (
        sites.code,
        lambda: sites.service.look_up(NEW_HEAD, code),
        lambda: sites.service.confirm(NEW_HEAD, import_id),
        lambda: sites.service.pending_imports(NEW_HEAD),
    ):
        with pytest.raises(StudentTransferError, match="time zone") as refused:
            step()
        assert refused.value.rule == "CODE-5"
    sites.clock.now = START
    assert sites.service.codes(OLD_HEAD) == stored


def test_every_zone_tells_the_same_time(sites: TwoSites) -> None:
    """CODE-5: what is kept is in UTC, wherever the host's clock stands."""
    sites.add_old("1", **MAYA)
    sites.clock.now = START.astimezone(timezone(timedelta(hours=13)))
    code = sites.code()
    [entry] = sites.service.codes(OLD_HEAD)
    assert entry.issued.generated_at == START
    assert entry.issued.generated_at.tzinfo is UTC
    sites.clock.now = (START + timedelta(days=30)).astimezone(
        timezone(timedelta(hours=-11))
    )
    until = sites.service.look_up(NEW_HEAD, code).enter_until
    assert until == sites.clock.now
    import_ = sites.service.start_import(NEW_HEAD, code, OAK)
    assert import_.started_at.tzinfo is UTC


def test_a_clock_that_goes_back_does_no_harm(sites: TwoSites) -> None:
    """CODE-5, IMP-1, AFTER-2: each step works, and nothing is overdue or expired."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_new("s", **ZOFIA)
    sites.add_new("g", **ZOFIA)
    code = sites.code()
    sites.clock.advance(days=-40)
    import_id = sites.ready(code)
    merge = sites.service.merge_students(NEW_HEAD, S, G)
    sites.clock.advance(hours=-1)
    sites.service.confirm(NEW_HEAD, import_id)
    sites.clock.advance(days=-3)
    assert not sites.service.pending_imports(NEW_HEAD)[0].overdue
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    assert sites.service.undo_merge(NEW_HEAD, merge.id).undone_at == sites.clock.now


# Hostile text ----------------------------------------------------------------------

HOSTILE = [
    "\ud800",
    "a\udfff\udc00b",
    "\x00",
    "Zo\x00e",
    "\u202eevil\u202c",
    "\u2066x\u2069",
    "=HYPERLINK(1)",
    "+1;@2\t-3\r\n=4",
    "'",
    '"',
    "\u0301\u0301",
    "\ufeff\ufffe\U0010ffff",
    "\U000e0041\ue000\u0378",
    "e" + "\u0301" * 500,
    "\u1e9e\u0130\ufb03",
    "x" * 5000,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_cost_nobody_the_import(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """IMP-6, LOG-3: such a student arrives or fails alone, and the log can be read."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", star("old", "t"), **TOM)
    _rename_at_source(sites, monkeypatch, name)
    import_id = sites.done()
    assert "Thomas" in {one.given_name for one in sites.everybody()}
    log = sites.service.import_log(NEW_HEAD, import_id)
    assert len(log) == 2
    assert len(write_log(log)) > 200
    [renamed] = [row for row in log if row.first_name != "Thomas"]
    whole = name.encode(errors="surrogatepass").decode(errors="ignore") == name
    assert renamed.first_name == name or not whole


def _rename_at_source(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Let a host's source give one student names that no database keeps."""
    with sites.storage(read_only=True) as work:
        source: Any = type(work.source)
    real = source.students

    def students(self: Any, site: SiteId, keys: Any) -> Any:
        found = dict(real(self, site, keys))
        if site == OLD and ONE in found:
            found[ONE] = attrs.evolve(
                found[ONE], given_name=name, family_name=name, user_name=name
            )
        return found

    monkeypatch.setattr(source, "students", students)


# Others at work meanwhile ------------------------------------------------------------


def test_an_analysis_that_fails_after_a_cancel_marks_nothing(sites: TwoSites) -> None:
    """IMP-2, PREV-7: a cancelled import shows no reference code and is not due."""
    sites.add_old("1", **MAYA)
    import_ = sites.start()

    def cancel_and_fail(*_: Any, **__: Any) -> Any:
        sites.service.cancel(NEW_HEAD, import_.id, confirmed=True)
        raise OSError("connection lost")

    failing = TransferService(sites.storage, clock=sites.clock, matcher=cancel_and_fail)
    answered = failing.analyse(import_.id)
    after = sites.service.analyse(import_.id)
    assert answered == after
    assert (after.state, after.reference) == (ImportState.CANCELLED, None)


def test_a_worker_that_fails_after_anothers_end_marks_nothing(sites: TwoSites) -> None:
    """IMP-7: an import that another worker has completed stays completed."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)

    def overtaken(_: Progress) -> None:
        sites.service.run_import(import_id)
        raise OSError("connection lost")

    with pytest.raises(OSError, match="connection lost"):
        sites.service.run_import(import_id, overtaken)
    after = sites.service.run_import(import_id)
    assert (after.state, after.reference) == (ImportState.COMPLETED, None)
    assert len(sites.everybody()) == 2


def test_who_arrived_by_another_worker_is_not_given_up(
    wrapped: tuple[TwoSites, Wrapped], monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-6: a student this worker failed with, and another brought, has arrived."""
    sites, storage = wrapped
    for key, who in enumerate((MAYA, TOM)):
        sites.add_old(str(key), **who)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    with sites.storage(read_only=True) as work:
        source: Any = type(work.source)
    real, failed = source.records, list[bool]()

    def records(self: Any, site: SiteId, key: StudentKey) -> Any:
        if not failed:
            failed.append(True)
            raise OSError("connection lost")
        return real(self, site, key)

    monkeypatch.setattr(source, "records", records)
    other = attrs.evolve(sites.service._context, unit_of_work=storage.inner)

    def bring_one() -> None:
        if len(failed) == 1:
            failed.append(True)
            importing._take_turn(other, import_id)

    storage.before = bring_one
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    log = sites.service.import_log(NEW_HEAD, import_id)
    assert [row.detail for row in log] == ["", ""]
    assert len(sites.everybody()) == 2
