"""Importing: what arrives, what conflicts, what fails, and what is on the log."""

from datetime import date
from itertools import count
from threading import Thread
from typing import Any

import attrs
import pytest

from student_transfer.codes import YearScope
from student_transfer.errors import (
    ConcurrentChangeError,
    IllegalTransitionError,
    ImportFailedError,
    NotAllowedError,
    NotFoundError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
    UnreviewedError,
)
from student_transfer.import_log import ScoreImportStatus, SourceImportStatus
from student_transfer.imports import (
    Import,
    ImportId,
    ImportState,
    ImportStatus,
    Progress,
)
from student_transfer.records import Origin, Record
from student_transfer.services import Due, Step, TransferService
from student_transfer.sites import RosterSource, SiteId
from student_transfer.students import StudentKey, StudentRef
from student_transfer.testing.faults import Call, Fault, FaultyStorage, Moment

from .conftest import (
    ELM,
    FIR,
    FIR_HEAD,
    MAYA,
    NEW,
    NEW_HEAD,
    OAK,
    OLD,
    OLD_HEAD,
    TEACHER,
    TOM,
    ZOFIA,
    TwoSites,
    star,
)

ONE, TWO, MAYA_NEW = StudentKey("1"), StudentKey("2"), StudentKey("m")


def _log(sites: TwoSites, import_id: ImportId) -> Any:
    """Return the log's rows by first name."""
    rows = sites.service.import_log(NEW_HEAD, import_id)
    return {row.first_name: row for row in rows}


def test_a_new_student_is_created_and_enrolled(sites: TwoSites) -> None:
    """IMP-4: created with all values and enrolled in the chosen school."""
    sites.add_old("1", star("old", "a"), user_name="mokafor", **MAYA)
    import_id = sites.done()
    [created] = sites.everybody()
    assert created.enrolments == {OAK}
    assert (created.given_name, created.user_name) == ("Maya", "mokafor")
    assert created.provenance == {StudentRef(OLD, ONE)}
    assert sites.records(created.key) == [star("old", "a")]
    row = _log(sites, import_id)["Maya"]
    assert row.source_import_status is SourceImportStatus.NO_CHANGES
    assert row.score_import_status is ScoreImportStatus.ALL
    assert row.detail == ""


def test_a_matched_student_is_merged(sites: TwoSites) -> None:
    """IMP-4, CONF-2: merged, enrolled in the chosen school, other enrolments stay."""
    sites.add_old("1", star("old", "a"), email="maya@old.example", **MAYA)
    sites.add_new("m", star("new", "b"), user_name="mo", **MAYA)
    sites.done()
    [merged] = sites.everybody()
    assert merged.key == MAYA_NEW
    assert merged.enrolments == {OAK, FIR}
    assert (merged.user_name, merged.email) == ("mo", "maya@old.example")
    assert sites.records("m") == [star("new", "b"), star("old", "a")]


def test_the_source_stays_unchanged(sites: TwoSites) -> None:
    """IMP-3: students and data stay on the source site as they were."""
    before = sites.add_old("1", star("old", "a"), **MAYA)
    sites.done()
    assert sites.student("1", OLD) == before
    assert sites.records("1", OLD) == [star("old", "a")]


def test_the_source_is_read_when_the_import_runs(sites: TwoSites) -> None:
    """CODE-3: the newest scores and values come along."""
    maya = sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.replace(maya, email="new@old.example")
    with sites.storage() as work:
        work.roster.add_records(OLD, ONE, [star("old", "late")])
        work.commit()
    sites.service.confirm(NEW_HEAD, import_id)
    sites.service.run_import(import_id)
    [created] = sites.everybody()
    assert created.email == "new@old.example"
    assert sites.records(created.key) == [star("old", "late")]


def test_who_came_to_the_year_later_is_not_in_the_scope(sites: TwoSites) -> None:
    """CODE-3: who is in the scope is fixed when the code is generated."""
    sites.add_old("1", **MAYA)
    code = sites.code()
    sites.add_old("2", **TOM)
    sites.done(code)
    assert [student.given_name for student in sites.everybody()] == ["Maya"]


def test_who_left_the_source_is_a_failed_row(sites: TwoSites) -> None:
    """IMP-10: on the log with that reason, under the name the preview had."""
    maya = sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.remove(maya)
    sites.service.confirm(NEW_HEAD, import_id)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    log = _log(sites, import_id)
    assert log["Maya"].source_import_status is SourceImportStatus.FAILED
    assert log["Maya"].score_import_status is ScoreImportStatus.NONE
    assert "no longer on the source site" in log["Maya"].detail
    assert log["Thomas"].source_import_status is SourceImportStatus.NO_CHANGES
    [completed] = sites.service.completed_imports(NEW_HEAD)
    assert completed.status is ImportStatus.CHANGES
    assert (completed.imported, completed.failed) == (1, 1)


def test_who_was_never_seen_is_on_the_log_by_key(sites: TwoSites) -> None:
    """IMP-10: also a student who had left before the analysis."""
    maya = sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    code = sites.code()
    sites.remove(maya)
    [gone] = [
        row
        for row in sites.service.import_log(NEW_HEAD, sites.done(code))
        if not row.first_name
    ]
    assert gone.detail == "student 1: no longer on the source site"


def test_records_sent_twice_are_not_doubled(sites: TwoSites) -> None:
    """IMP-5: recognised by their origin; only what is new is added."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.done()
    with sites.storage() as work:
        work.roster.add_records(OLD, ONE, [star("old", "b")])
        work.commit()
    import_id = sites.done()
    [student] = sites.everybody()
    assert sites.records(student.key) == [star("old", "a"), star("old", "b")]
    row = _log(sites, import_id)["Maya"]
    assert row.score_import_status is ScoreImportStatus.ALL


def test_a_returning_student_meets_own_records(sites: TwoSites) -> None:
    """IMP-5: from A to B and back to A, nothing is doubled."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.done()
    [away] = sites.everybody()
    sites.replace(away, year="6")
    with sites.storage() as work:
        work.roster.add_records(NEW, away.key, [star("new", "b")])
        work.commit()
    code = sites.service.generate_code(NEW_HEAD, YearScope(OAK, "6")).code.reveal()
    back = sites.service.start_import(OLD_HEAD, code, ELM)
    sites.service.analyse(back.id)
    sites.service.confirm(OLD_HEAD, back.id)
    sites.service.run_import(back.id)
    assert sites.records("1", OLD) == [star("new", "b"), star("old", "a")]
    assert len(sites.everybody(OLD)) == 1


def test_taken_identifiers_of_a_new_student_are_settled(sites: TwoSites) -> None:
    """CONF-1, CONF-3: a number for the user name; ID and email are left blank."""
    sites.add_new("t", student_id="77", user_name="ASmith", email="A@new.example")
    sites.add_old(
        "1", student_id="77", user_name="asmith", email="a@NEW.example", **MAYA
    )
    import_id = sites.done()
    [created] = [one for one in sites.everybody() if one.given_name]
    assert (created.student_id, created.user_name, created.email) == ("", "asmith1", "")
    row = _log(sites, import_id)["Maya"]
    assert row.source_import_status is SourceImportStatus.CHANGES
    assert (row.source_user_name, row.destination_user_name) == ("asmith", "asmith1")
    assert (row.source_student_id, row.destination_student_id) == ("77", "")
    assert "user name" in row.detail
    [completed] = sites.service.completed_imports(NEW_HEAD)
    assert completed.status is ImportStatus.CHANGES


def test_taken_user_names_are_asked_for_together(sites: TwoSites) -> None:
    """CONF-3: whoever else lands waits meanwhile, so not one question for each."""
    for number in range(40):
        sites.add_new(f"t{number}", user_name=f"asmith{number or ''}")
    sites.add_old("1", user_name="ASmith", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
    storage = FaultyStorage(sites.storage)
    TransferService(storage, clock=sites.clock).run_import(import_id)
    [row] = sites.service.import_log(NEW_HEAD, import_id)
    assert row.destination_user_name == "ASmith40"
    assert storage.calls.count("roster.holders") < 8


def test_two_students_of_one_import_are_settled_in_order(sites: TwoSites) -> None:
    """CONF-4: the first by key keeps the name, the second gets a number."""
    sites.add_old("1", **{**MAYA, "user_name": "sam"})
    sites.add_old("2", **{**TOM, "user_name": "sam1"})
    sites.add_new("x", user_name="sam")
    sites.done()
    names = {one.given_name: one.user_name for one in sites.everybody()}
    assert names == {"": "sam", "Maya": "sam1", "Thomas": "sam11"}


def test_a_merge_takes_no_identifier_of_another(sites: TwoSites) -> None:
    """CONF-2, CONF-3: a blank is not filled with what somebody else has."""
    sites.add_old("1", user_name="mo", **MAYA)
    sites.add_new("m", **MAYA)
    sites.add_new("x", user_name="MO")
    sites.done()
    merged = sites.student("m")
    assert merged is not None
    assert merged.user_name == ""


def test_on_an_sis_site_only_records_are_added(sites: TwoSites) -> None:
    """IMP-9: a matched student's names, identifiers and enrolments stay."""
    sites.set_roster_source(RosterSource.SIS)
    sites.add_old("1", star("old", "a"), user_name="mo", **MAYA)
    before = sites.add_new("m", **{**MAYA, "gender": ""})
    sites.done()
    after = sites.student("m")
    assert after is not None
    assert attrs.evolve(after, provenance=()) == before
    assert sites.records("m") == [star("old", "a")]


def test_on_an_sis_site_an_unmatched_student_is_to_be_merged(sites: TwoSites) -> None:
    """IMP-9: created, and listed after the import as one to merge."""
    sites.set_roster_source(RosterSource.SIS)
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.done()
    [completed] = sites.service.completed_imports(NEW_HEAD)
    assert completed.to_merge == 1
    [created] = sites.everybody()
    assert sites.records(created.key) == [star("old", "a")]


@pytest.mark.parametrize("kept", ["m", None], ids=["theirs", "the one who came"])
def test_who_was_merged_is_to_be_merged_no_more(
    sites: TwoSites, kept: str | None
) -> None:
    """IMP-9, AFTER-2: whichever record stays, and again once that is undone."""
    sites.set_roster_source(RosterSource.SIS)
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.done()
    came = {one.given_name: one.key for one in sites.everybody()}
    sites.add_new("m", **MAYA)

    def to_merge() -> list[StudentKey | None]:
        [completed] = sites.service.completed_imports(NEW_HEAD)
        entries = sites.service.log_entries(NEW_HEAD, import_id)
        listed = [one.outcome.student for one in entries if one.outcome.to_merge]
        assert len(listed) == completed.to_merge
        return listed

    both = [came["Maya"], came["Thomas"]]
    assert to_merge() == both
    pair = [StudentKey("m"), came["Maya"]]
    merge = sites.service.merge_students(NEW_HEAD, *(pair if kept else pair[::-1]))
    assert to_merge() == both[1:]
    sites.service.undo_merge(NEW_HEAD, merge.id)
    assert to_merge() == both
    for key in came.values():
        student = sites.student(key)
        assert student is not None
        sites.remove(student)
    assert to_merge() == []


def test_who_is_to_be_merged_is_asked_once_for_a_page(sites: TwoSites) -> None:
    """IMP-9: however many imports and students it has; nothing where nobody is."""
    storage = FaultyStorage(sites.storage)
    service = TransferService(storage)
    for key, fields in (("1", MAYA), ("2", TOM), ("3", ZOFIA)):
        sites.add_old(key, **fields)

    def asked() -> list[int]:
        storage.calls.clear()
        service.completed_imports(NEW_HEAD)
        stores = ("roster.students", "merges.into")
        return [storage.calls.count(one) for one in stores]

    sites.done(sites.code("1"))
    assert asked() == [0, 0]
    sites.set_roster_source(RosterSource.SIS)
    for key in ("2", "3"):
        sites.done(sites.code(key))
    assert asked() == [1, 1]


def test_merging_on_an_sis_site_is_as_a_match_there(sites: TwoSites) -> None:
    """IMP-9, AFTER-1: what the system owns stays, and a merge says so before."""
    sites.set_roster_source(RosterSource.SIS)
    named = {"user_name": "mo", "email": "m@x.org", "middle_name": "Ada"}
    sites.add_old("1", star("old", "a"), **MAYA, **named)
    sites.done()
    [created] = sites.everybody()
    before = sites.add_new("m", star("new", "b"), **{**MAYA, "gender": ""})
    keys = before.key, created.key
    plan = sites.service.plan_merge(NEW_HEAD, *keys)
    assert plan.on_sis
    merge = sites.service.merge_students(NEW_HEAD, *keys)
    assert merge.result == plan.result
    after = sites.student("m")
    assert after is not None
    assert after.provenance == {StudentRef(OLD, StudentKey("1"))}
    assert attrs.evolve(after, provenance=()) == before
    assert sites.records("m") == [star("new", "b"), star("old", "a")]
    sites.service.undo_merge(NEW_HEAD, merge.id)
    assert (sites.student("m"), sites.student(created.key)) == (before, created)


def _ready_with_match(sites: TwoSites) -> ImportId:
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", **TOM)
    sites.add_new("m", **MAYA)
    return sites.ready()


def _finish(sites: TwoSites, import_id: ImportId) -> Any:
    sites.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
    sites.service.run_import(import_id)
    return _log(sites, import_id)


def test_a_match_who_is_gone_fails_the_row(sites: TwoSites) -> None:
    """IMP-8: never on somebody else; the others go on."""
    import_id = _ready_with_match(sites)
    matched = sites.student("m")
    assert matched is not None
    sites.remove(matched)
    log = _finish(sites, import_id)
    assert log["Maya"].source_import_status is SourceImportStatus.FAILED
    assert "no longer on this site" in log["Maya"].detail
    assert log["Thomas"].source_import_status is SourceImportStatus.NO_CHANGES


def test_who_fails_is_on_the_log_as_on_the_source_now(sites: TwoSites) -> None:
    """IMP-10: of what is known of a student, the newest."""
    import_id = _ready_with_match(sites)
    matched, source = sites.student("m"), sites.student("1", OLD)
    assert matched is not None
    assert source is not None
    sites.remove(matched)
    sites.replace(source, year="7")
    log = _finish(sites, import_id)
    assert "no longer on this site" in log["Maya"].detail
    assert log["Maya"].year == "7"


def test_a_match_who_was_merged_is_followed(sites: TwoSites) -> None:
    """IMP-8: the records arrive at the survivor, over any number of merges."""
    import_id = _ready_with_match(sites)
    for key in ("n", "p"):
        sites.add_new(key, **{**MAYA, "middle_name": key})
    sites.service.merge_students(NEW_HEAD, StudentKey("n"), MAYA_NEW)
    sites.service.merge_students(NEW_HEAD, StudentKey("p"), StudentKey("n"))
    _finish(sites, import_id)
    assert sites.records("p") == [star("old", "a")]


@pytest.mark.parametrize("first", [ONE, TWO])
def test_a_followed_merge_never_takes_anothers_match(
    sites: TwoSites, first: StudentKey
) -> None:
    """IMP-8, PREV-4: two matches merged into one: the one that moved fails."""
    import_id = _ready_with_match(sites)
    sites.add_new("t", **{**TOM, "given_name": "Theo"})
    sites.service.choose_match(NEW_HEAD, import_id, TWO, StudentKey("t"))
    keys = [MAYA_NEW, StudentKey("t")]
    survivor, absorbed = keys if first == ONE else keys[::-1]
    sites.service.merge_students(NEW_HEAD, survivor, absorbed, accept_unlike=True)
    log = _finish(sites, import_id)
    failed = [row for row in log.values() if row.detail.startswith("the matched")]
    assert len(failed) == 1
    assert "another incoming student's match" in failed[0].detail


def test_a_student_and_the_import_that_others_change_stop_no_import(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-6: whoever cannot be brought is a failed row, whatever came in between."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    tries = count(1)
    for store, method, when in (
        ("source", "records", _for_maya),
        ("imports", "take_pending_row", lambda *_: next(tries) == 3),
    ):
        broken = _Broken(monkeypatch, sites, store, method)
        broken.fail(ConcurrentChangeError(), when=when)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    log = _log(sites, import_id)
    assert "an unexpected error (ConcurrentChangeError)" in log["Maya"].detail
    assert log["Thomas"].source_import_status is SourceImportStatus.NO_CHANGES


def test_an_import_that_others_always_change_is_still_due(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-7: after three tries the run says so, and the next one goes on."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    broken = _Broken(monkeypatch, sites, "imports", "take_pending_row")
    broken.fail(ConcurrentChangeError(), when=lambda *_: True, times=3)
    with pytest.raises(ConcurrentChangeError):
        sites.service.run_import(import_id)
    assert [one.import_id for one in sites.service.due()] == [import_id]
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED


def test_a_preview_that_has_changed_is_not_confirmed_unseen(sites: TwoSites) -> None:
    """REV-1, MATCH-1: what is imported is what the person has seen."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    seen = sites.service.preview(NEW_HEAD, import_id).import_.version
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    with pytest.raises(ConcurrentChangeError):
        sites.service.confirm(NEW_HEAD, import_id, version=seen)
    now = sites.service.preview(NEW_HEAD, import_id).import_.version
    assert sites.service.confirm(NEW_HEAD, import_id, version=now).unreviewed == 0


def test_a_progress_that_fails_fails_no_import(sites: TwoSites) -> None:
    """IMP-7: what a host's callback raises is its own; the import goes on."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)

    def closed(_: Progress) -> None:
        raise OSError("the terminal is closed")

    [ran] = sites.service.run_due(closed)
    assert isinstance(ran.error, OSError)
    assert len(sites.everybody()) == 1
    [ran] = sites.service.run_due()
    assert ran.state is ImportState.COMPLETED
    assert len(sites.everybody()) == 2


def _ready_to_review(sites: TwoSites) -> ImportId:
    """Preview an import of a child whose twin, perhaps, is on the new site."""
    twins = {"family_name": "Lee", "date_of_birth": date(2014, 2, 3), "year": "6"}
    sites.add_old("1", given_name="Jayden", **twins)
    sites.add_new("k", given_name="Kayden", **twins)
    return sites.ready()


def test_students_whom_nobody_has_looked_at_are_not_imported_unsaid(
    sites: TwoSites,
) -> None:
    """MATCH-1: an import cannot be taken back, so a person says that it is meant."""
    import_id = _ready_to_review(sites)
    with pytest.raises(UnreviewedError) as refused:
        sites.service.confirm(NEW_HEAD, import_id)
    assert refused.value.count == 1
    assert sites.service.preview(NEW_HEAD, import_id).unreviewed == 1
    assert sites.service.run_due() == ()
    sites.service.clear_match(NEW_HEAD, import_id, ONE)
    assert sites.service.confirm(NEW_HEAD, import_id).unreviewed == 0


def test_students_whom_nobody_has_looked_at_are_imported_where_that_is_accepted(
    sites: TwoSites,
) -> None:
    """MATCH-1, IMP-1: as proposed, and how many they were is told."""
    import_id = _ready_to_review(sites)
    scheduled = sites.service.confirm(NEW_HEAD, import_id, accept_unreviewed=True)
    assert scheduled.unreviewed == 1


def test_running_twice_brings_nobody_twice(sites: TwoSites) -> None:
    """IMP-7: the second call finds the import completed."""
    sites.add_old("1", star("old", "a"), **MAYA)
    import_id = sites.done()
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    assert len(sites.everybody()) == 1


def test_two_workers_bring_nobody_twice(sites: TwoSites) -> None:
    """IMP-6: two workers on one import share it out."""
    for number in range(20):
        sites.add_old(f"{number:02}", given_name=f"Child{number}", year="6")
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    errors: list[Exception] = []

    def work() -> None:
        try:
            sites.service.run_import(import_id)
        except Exception as error:  # noqa: BLE001 - asserted below
            errors.append(error)

    workers = [Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert errors == []
    assert len(sites.everybody()) == 20
    assert len(sites.service.import_log(NEW_HEAD, import_id)) == 20


class _Broken:
    """Makes calls of one store's method fail, as often as it is told."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, sites: TwoSites, store: str, method: str
    ) -> None:
        with sites.storage(read_only=True) as work:
            self._kind = type(getattr(work, store))
        self._method = method
        self._real = getattr(self._kind, method)
        self._patch = monkeypatch

    def fail(self, error: Exception, *, when: Any, times: int = 10**6) -> None:
        """Fail calls for which ``when`` holds."""
        left = [times]

        def call(store: Any, *args: Any) -> Any:
            if left[0] and when(*args):
                left[0] -= 1
                raise error
            return self._real(store, *args)

        self._patch.setattr(self._kind, self._method, call)

    def mend(self) -> None:
        """Let calls through again."""
        self._patch.setattr(self._kind, self._method, self._real)


def _for_maya(*args: Any) -> bool:
    """Return whether a call of `records` is for the student of key 1."""
    return bool(args[1] == "1")


@pytest.mark.parametrize("error", [ValueError("x"), StorageError("bad text")])
def test_one_students_failure_does_not_stop_the_others(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """IMP-6: a failed row on the log, nothing half done, and a resume mends it."""
    sites.add_old("1", star("old", "a"), **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    broken = _Broken(monkeypatch, sites, "source", "records")
    broken.fail(error, when=_for_maya)
    told: list[tuple[str, str, Exception]] = []
    host = TransferService(
        sites.storage,
        clock=sites.clock,
        on_failure=lambda *failure: told.append(failure),
    )
    assert host.run_import(import_id).state is ImportState.COMPLETED
    assert told == [(import_id, "1", error)]
    assert [one.given_name for one in sites.everybody()] == ["Thomas"]
    detail = _log(sites, import_id)["Maya"].detail
    assert detail == f"an unexpected error ({type(error).__name__})"
    broken.mend()
    sites.service.resume(import_id)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    assert {one.given_name for one in sites.everybody()} == {"Maya", "Thomas"}


def test_records_are_those_of_the_student_who_was_read(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-6: where the key changes hands between the two readings, both are repeated.

    A server shows what another connection has just committed, even in the middle.
    """
    sites.add_old("1", star("old", "a"), **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    with sites.storage(read_only=True) as work:
        kind = type(work.source)
    students: Any = kind.students
    records: Any = kind.records
    read: list[str] = []

    def changed_in_between(store: Any, *args: Any) -> Any:
        read.append("records")
        return records(store, *args) if len(read) > 1 else [star("old", "eves")]

    def as_the_first_time(store: Any, *args: Any) -> Any:
        found = students(store, *args)
        if len(read) != 1:
            return found
        read.append("another child")
        return {key: attrs.evolve(one, middle_name="E") for key, one in found.items()}

    monkeypatch.setattr(kind, "records", changed_in_between)
    monkeypatch.setattr(kind, "students", as_the_first_time)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    monkeypatch.undo()
    assert read == ["records", "another child", "records"]
    [maya] = sites.everybody()
    assert sites.records(maya.key) == [star("old", "a")]


@pytest.mark.parametrize(("times", "arrives"), [(2, True), (10, False)])
def test_a_student_whom_others_change_is_tried_again(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch, times: int, arrives: bool
) -> None:
    """IMP-6, IMP-8: read afresh a few times, then a failed row."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    broken = _Broken(monkeypatch, sites, "source", "records")
    broken.fail(ConcurrentChangeError(), when=_for_maya, times=times)
    sites.service.run_import(import_id)
    assert ("Maya" in {one.given_name for one in sites.everybody()}) is arrives


def test_a_lock_fails_no_import(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-1, IMP-7: it stays due, what arrived stays, and the next run goes on."""
    sites.add_old("0", star("old", "z"), **ZOFIA)
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    broken = _Broken(monkeypatch, sites, "source", "records")
    broken.fail(StorageBusyError(), when=_for_maya)
    [ran] = sites.service.run_due()
    assert (ran.state, type(ran.error)) == (ImportState.SCHEDULED, StorageBusyError)
    assert sites.service.due() == (Due(import_id, Step.RUN_IMPORT),)
    [pending] = sites.service.pending_imports(NEW_HEAD)
    assert (pending.import_.reference, pending.progress) == (None, Progress(1, 2))
    with pytest.raises(IllegalTransitionError):  # it waits for nobody
        sites.service.resume(import_id)
    broken.mend()
    [ran] = sites.service.run_due()
    assert (ran.state, ran.error) == (ImportState.COMPLETED, None)
    assert len(sites.everybody()) == 2


def test_storage_that_is_out_stops_the_import(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-7: a reference code; what arrived stays; resumed, nobody comes twice."""
    sites.add_old("0", star("old", "z"), **ZOFIA)
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    broken = _Broken(monkeypatch, sites, "source", "records")
    broken.fail(StorageReadOnlyError(), when=_for_maya)
    with pytest.raises(ImportFailedError) as failed:
        sites.service.run_import(import_id)
    [completed] = sites.service.completed_imports(NEW_HEAD)
    assert completed.import_.reference == failed.value.reference
    assert completed.status is ImportStatus.FAILED
    assert (completed.imported, completed.failed) == (1, 1)
    assert len(sites.everybody()) == 1
    broken.mend()
    sites.clock.advance(hours=49)
    assert sites.service.completed_imports(NEW_HEAD)[0].overdue
    sites.service.resume(import_id)
    assert sites.service.progress(NEW_HEAD, import_id).import_.reference is None
    assert sites.service.run_due()[0].state is ImportState.COMPLETED
    assert len(sites.everybody()) == 2
    assert sites.service.completed_imports(NEW_HEAD)[0].import_.reference is None


def test_an_import_that_has_ended_is_not_made_to_fail(sites: TwoSites) -> None:
    """IMP-7: where only the answer of the last commit is lost, all is there."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    ended = list[Import]()

    def plan(call: Call) -> Fault | None:
        ended.extend(
            value
            for value in call.arguments
            if isinstance(value, Import) and value.state is ImportState.COMPLETED
        )
        lost = ended and call.name == "commit"
        return Fault(Moment.AFTER, StorageError) if lost else None

    service = TransferService(FaultyStorage(sites.storage, plan), clock=sites.clock)
    answered = service.run_import(import_id)
    [completed] = sites.service.completed_imports(NEW_HEAD)
    assert completed.import_.state is ImportState.COMPLETED
    assert completed.import_.reference is None
    assert answered == sites.service.run_import(import_id) == completed.import_
    assert len(sites.everybody()) == 1


def test_what_breaks_when_another_worker_has_ended_it_fails_nothing(
    sites: TwoSites,
) -> None:
    """IMP-7: a job is done, and a person is told no reference code that is not kept."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    service = sites.overtaken(1, lambda: sites.service.run_import(import_id))
    assert service.run_import(import_id).state is ImportState.COMPLETED
    [completed] = sites.service.completed_imports(NEW_HEAD)
    assert completed.import_.reference is None
    assert len(sites.everybody()) == 1


def test_what_breaks_of_an_import_that_is_gone_is_that_it_is_gone(
    sites: TwoSites,
) -> None:
    """IMP-7: there is nothing that a reference code could be kept with."""
    service = sites.overtaken(1, lambda: None)
    with pytest.raises(NotFoundError):
        service.run_import(ImportId("none"))


def test_nobody_is_enrolled_in_a_school_that_was_closed_since(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOOK-2, IMP-7: it fails as a whole, and is resumed when the school is back."""
    sites.add_old("1", star("old", "a"), **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    with sites.storage(read_only=True) as work:
        directory = type(work.sites)
        [other] = (one for one in work.sites.schools(NEW) if one.id != OAK)
    with monkeypatch.context() as closed:
        closed.setattr(directory, "schools", lambda *_: [other])
        with pytest.raises(ImportFailedError) as failed:
            sites.service.run_import(import_id)
    assert "no longer on the site" in str(failed.value.__cause__)
    [listed] = sites.service.completed_imports(NEW_HEAD)
    assert listed.import_.reference == failed.value.reference
    assert sites.everybody() == []
    assert sites.service.import_log(NEW_HEAD, import_id) == ()
    sites.service.resume(import_id)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    [student] = sites.everybody()
    assert student.enrolments == {OAK}


def test_a_site_that_is_gone_fails_the_import_and_no_student(sites: TwoSites) -> None:
    """IMP-6, IMP-7: once for all, and each is brought when the site is back."""
    for key, fields in (("1", MAYA), ("2", TOM)):
        sites.add_old(key, **fields)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    gone = Fault(error=NotFoundError.of_site)
    failures = list[object]()
    service = TransferService(
        FaultyStorage(
            sites.storage, lambda call: gone if call.name == "roster.hold" else None
        ),
        clock=sites.clock,
        on_failure=lambda *failure: failures.append(failure),
    )
    with pytest.raises(ImportFailedError) as failed:
        service.run_import(import_id)
    assert "site to import the students into is no longer" in str(
        failed.value.__cause__
    )
    assert failures == []
    assert sites.service.import_log(NEW_HEAD, import_id) == ()
    sites.service.resume(import_id)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    assert len(sites.everybody()) == 2


def test_an_import_in_which_nobody_arrives_has_failed(sites: TwoSites) -> None:
    """DONE-2: with a reference code, and the log says why."""
    maya = sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.remove(maya)
    sites.service.confirm(NEW_HEAD, import_id)
    assert sites.service.run_import(import_id).state is ImportState.FAILED
    [completed] = sites.service.completed_imports(NEW_HEAD)
    assert completed.status is ImportStatus.FAILED
    assert completed.import_.reference is not None
    assert len(sites.service.import_log(NEW_HEAD, import_id)) == 1


def test_an_import_of_which_nobody_can_come_is_not_resumed(sites: TwoSites) -> None:
    """IMP-7, IMP-1: it would fail again for ever; it has ended, and is not overdue."""
    maya = sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.remove(maya)
    sites.service.confirm(NEW_HEAD, import_id)
    sites.service.run_import(import_id)
    sites.clock.advance(hours=49)
    before = sites.service.completed_imports(NEW_HEAD)
    assert (before[0].status, before[0].overdue) == (ImportStatus.FAILED, False)
    with pytest.raises(IllegalTransitionError, match="nothing to resume") as refused:
        sites.service.resume(import_id)
    assert refused.value.rule == "IMP-7"
    assert sites.service.completed_imports(NEW_HEAD) == before
    assert not sites.service.due()


def test_an_import_that_failed_at_its_very_end_is_resumed(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-7: everybody has arrived, and all that is left is to say so."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    with monkeypatch.context() as broken:
        broken.delattr("student_transfer.services.importing._ended")
        with pytest.raises(ImportFailedError):
            sites.service.run_import(import_id)
    sites.clock.advance(hours=49)
    assert sites.service.completed_imports(NEW_HEAD)[0].overdue
    sites.service.resume(import_id)
    assert sites.service.run_import(import_id).state is ImportState.COMPLETED
    assert len(sites.everybody()) == 1


def test_a_resume_leaves_alone_what_is_settled(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """IMP-7, PREV-1: who arrived, or left the source, is not taken up again."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    zofia = sites.add_old("3", **ZOFIA)
    import_id = sites.ready()
    sites.remove(zofia)
    sites.service.confirm(NEW_HEAD, import_id)
    broken = _Broken(monkeypatch, sites, "source", "records")
    broken.fail(OSError("connection lost"), when=_for_maya)
    sites.service.run_import(import_id)
    before = _log(sites, import_id)
    broken.mend()
    sites.service.resume(import_id)
    after = _log(sites, import_id)
    assert after == {name: before[name] for name in ("Thomas", "Zofia")}
    assert sites.service.pending_imports(NEW_HEAD)[0].progress == Progress(2, 3)


def test_an_import_under_way_is_not_resumed(sites: TwoSites) -> None:
    """IMP-7: only one that has ended."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    with pytest.raises(IllegalTransitionError):
        sites.service.resume(import_id)
    sites.service.confirm(NEW_HEAD, import_id)
    with pytest.raises(IllegalTransitionError):
        sites.service.resume(import_id)


def test_an_import_that_went_well_is_not_resumed(sites: TwoSites) -> None:
    """IMP-7: there is nothing to try again, and the list stays as it is."""
    gone = sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.remove(gone)
    sites.service.confirm(NEW_HEAD, import_id)
    sites.service.run_import(import_id)
    before = sites.service.completed_imports(NEW_HEAD)
    with pytest.raises(IllegalTransitionError, match="nothing to resume"):
        sites.service.resume(import_id)
    assert sites.service.completed_imports(NEW_HEAD) == before


def test_an_unconfirmed_import_does_not_run(sites: TwoSites) -> None:
    """IMP-1: a job that comes too early changes nothing."""
    sites.add_old("1", **MAYA)
    import_id = sites.ready()
    assert sites.service.run_import(import_id).state is ImportState.READY
    assert sites.everybody() == []


def test_some_and_none_of_the_scores(
    sites: TwoSites, monkeypatch: pytest.MonkeyPatch
) -> None:
    """LOG-2: records that the host cannot keep make it some, or none."""
    sites.add_old("1", star("old", "a"), star("old", "b"), **MAYA)
    sites.add_old("2", star("old", "c"), **TOM)
    sites.add_old("3", **ZOFIA)
    with sites.storage() as work:
        roster = type(work.roster)
    real = roster.add_records

    def only_a(
        self: Any, site: SiteId, key: StudentKey, records: list[Record]
    ) -> frozenset[Origin]:
        kept = [one for one in records if one.origin.record_id == "a"]
        return frozenset(real(self, site, key, kept))

    monkeypatch.setattr(roster, "add_records", only_a)
    log = _log(sites, sites.done())
    assert log["Maya"].score_import_status is ScoreImportStatus.SOME
    assert log["Thomas"].score_import_status is ScoreImportStatus.NONE
    assert log["Zofia"].score_import_status is ScoreImportStatus.ALL


def test_completed_imports_are_listed(sites: TwoSites) -> None:
    """DONE-1: requesting school, date, the student's name or the year, status."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    sites.done(sites.code("1"))
    sites.clock.advance(hours=1)
    sites.done(sites.code())
    year, one = sites.service.completed_imports(NEW_HEAD)
    assert (year.students, one.students) == ("Year 6", "Maya Okafor")
    assert year.school == "Oak School"
    assert year.date == sites.clock.now
    assert one.status is ImportStatus.NO_CHANGES
    assert sites.service.pending_imports(NEW_HEAD) == ()


def test_completed_imports_come_by_page(sites: TwoSites) -> None:
    """DONE-1: no student is read of those that are not asked for."""
    sites.add_old("1", **MAYA)
    for _ in range(3):
        sites.done(sites.code("1"))
        sites.clock.advance(hours=1)
    storage = FaultyStorage(sites.storage)
    service = TransferService(storage, clock=sites.clock)
    first = service.completed_imports(NEW_HEAD, limit=2)
    assert storage.calls.count("imports.rows") == 2
    last = service.completed_imports(NEW_HEAD, offset=2, limit=2)
    assert (*first, *last) == service.completed_imports(NEW_HEAD)
    assert len(first) == 2
    with pytest.raises(ValueError, match="0 or more"):
        service.completed_imports(NEW_HEAD, offset=-1)


def test_a_list_asks_for_names_once(sites: TwoSites) -> None:
    """LOOK-3, DONE-1, CODE-8: it does not ask again for each line."""

    def asked() -> list[int]:
        storage = FaultyStorage(sites.storage)
        service, told = TransferService(storage, clock=sites.clock), list[int]()
        for actor, show in (
            (NEW_HEAD, service.pending_imports),
            (NEW_HEAD, service.completed_imports),
            (OLD_HEAD, service.codes),
        ):
            before = len(storage.calls)
            show(actor)
            names = ("sites.", "roster.")
            told.append(sum(c.startswith(names) for c in storage.calls[before:]))
        return told

    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    sites.done(sites.code("1"))
    sites.start(sites.code("2"))
    first = asked()
    sites.done()
    sites.done(sites.code("2"))
    sites.start(sites.code("1"))
    assert asked() == first


def test_imports_are_listed_without_their_students(sites: TwoSites) -> None:
    """LOOK-3, PERM-2: those of both lists and no others, however large they are."""
    sites.add_old("1", **MAYA)
    done = sites.done(sites.code("1"))
    sites.clock.advance(hours=1)
    sites.service.cancel(NEW_HEAD, sites.start().id, confirmed=True)
    pending = sites.start().id
    storage = FaultyStorage(sites.storage)
    service = TransferService(storage, clock=sites.clock)
    assert [one.id for one in service.listed_imports(NEW_HEAD)] == [pending, done]
    assert "imports.rows" not in storage.calls
    assert service.listed_imports(FIR_HEAD) == ()
    assert service.listed_imports(OLD_HEAD) == ()
    with pytest.raises(NotAllowedError):
        service.listed_imports(TEACHER)


def test_progress_counts_students(sites: TwoSites) -> None:
    """PREV-1, IMP-6: done of total while the import runs."""
    sites.add_old("1", **MAYA)
    sites.add_old("2", **TOM)
    import_id = sites.ready()
    sites.service.confirm(NEW_HEAD, import_id)
    seen: list[Progress] = []
    sites.service.run_import(import_id, seen.append)
    assert seen == [Progress(1, 2), Progress(2, 2)]


def test_the_log_is_by_name(sites: TwoSites) -> None:
    """LOG-1: one row a student, sorted by last and first name."""
    for key, who in enumerate((TOM, MAYA, ZOFIA)):
        sites.add_old(str(key), **who)
    import_id = sites.done()
    rows = sites.service.import_log(NEW_HEAD, import_id)
    assert [row.last_name for row in rows] == ["Kaczmarek", "Okafor", "Wilkinson"]
    entries = sites.service.log_entries(NEW_HEAD, import_id)
    assert [entry.outcome.log_row for entry in entries] == list(rows)
    assert sorted(entry.source_key for entry in entries) == ["0", "1", "2"]
    assert not any(entry.outcome.can_undo_match for entry in entries)


def test_the_log_is_in_the_order_of_the_preview(sites: TwoSites) -> None:
    """LOG-1: case and accents put a name in no other place than there."""
    names = ("Zeta", "de Boer", "Élodie", "Adams")
    for key, name in enumerate(names):
        sites.add_old(str(key), given_name=name * 2, family_name=name, year="6")
    import_id = sites.ready()
    preview = sites.service.preview(NEW_HEAD, import_id)
    previewed = [one.row.incoming for one in preview.rows]
    sites.service.confirm(NEW_HEAD, import_id)
    sites.service.run_import(import_id)
    rows = sites.service.import_log(NEW_HEAD, import_id)
    listed = [row.last_name for row in rows]
    assert listed == ["Adams", "de Boer", "Élodie", "Zeta"]
    assert listed == [one.family_name for one in previewed if one]
