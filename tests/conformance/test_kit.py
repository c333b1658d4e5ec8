"""The kit finds each storage out that breaks a promise, and says which."""

import os
from itertools import combinations
from pathlib import Path

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.errors import ConcurrentChangeError
from student_transfer.testing import Capability, conformance, crews, running
from student_transfer.testing.conformance import StorageContract, races
from student_transfer.testing.crews import Processes, Threads, Waiting
from student_transfer.testing.host import MEANINGS, find_factory, reference_of
from student_transfer.testing.jobs import attempt
from student_transfer.testing.report import Report, Verdict
from student_transfer.testing.running import check
from tests.conformance import broken, hosts

CONTRACTS = StorageContract.__bases__


def check_host(name: str, only: str = "") -> Report:
    """Try a host of this name."""
    return check(f"tests.conformance.broken:{name}", only=only)


def failing(report: Report) -> dict[str, str]:
    """Return the tests that failed, each with its port."""
    return {
        one.test: one.port for one in report.promises if one.verdict is Verdict.FAILS
    }


@pytest.mark.parametrize(
    ("host", "tests"),
    [
        (
            broken.UndoesTwice,
            {
                "test_saves_the_undo_of_an_applied_match_once",
                "test_threads_undo_an_applied_match",
            },
        ),
        (broken.OverwritesAppliedMatches, {"test_refuses_a_second_applied_match"}),
        (
            broken.NewestAppliedMatches,
            {
                "test_gives_those_standing_for_a_student",
                "test_orders_applied_matches_of_one_time",
            },
        ),
        (broken.SortsNoTies, {"test_orders_applied_matches_of_one_time"}),
        (broken.LeaksAppliedMatches, {"test_gives_those_standing_for_a_student"}),
        (broken.ForgetsUndoneMatches, {"test_gives_those_undone_for_a_student"}),
        (broken.FreezesAppliedMatches, {"test_saves_an_applied_match_that_stands"}),
        (broken.ForgetsUndoing, {"test_gives_no_applied_match_that_was_undone"}),
        (
            broken.ConfusesImports,
            {
                "test_finds_an_applied_match",
                "test_saves_the_undo_of_an_applied_match_once",
                "test_threads_undo_an_applied_match",
            },
        ),
    ],
)
def test_a_store_of_applied_matches_that_breaks_a_promise_fails(
    host: type, tests: set[str]
) -> None:
    """Each promise of `ports.AppliedMatchStore` is tried by the test that names it."""
    report = check_host(host.__name__, "applied_match")
    assert failing(report).keys() == tests


@pytest.mark.parametrize(
    ("host", "test"),
    [
        ("ForgetsUndoneMerges", "test_gives_the_merges_into_students"),
        ("TakesMergesForUndone", "test_gives_the_merges_that_were_undone"),
        ("ConfusesWhoWent", "test_gives_the_merges_that_were_undone"),
    ],
)
def test_a_store_of_merges_that_breaks_a_promise_fails(host: str, test: str) -> None:
    """A storage that gives others than were asked for fails the promise of these."""
    assert failing(check_host(host, "merge")).keys() == {test}


def test_the_fields_that_differ_are_shown() -> None:
    """A repr hides what is about a child; the children of the kit are invented."""
    [promise] = check_host("LosesTitles", "never_doubles").promises
    [why] = promise.why
    assert why.endswith("equality, but [0].title: '' != 'first'")


def test_an_origin_that_is_not_refused_fails() -> None:
    """What one storage keeps and another refuses is found out before a host changes."""
    failed = failing(check_host("TakesAnyOrigin", "records"))
    assert "test_refuses_origins_that_no_database_keeps" in failed


def test_one_contract_is_tried_alone() -> None:
    """A host begins with one port: its contract is chosen by the name of its module."""
    report = check("tests.conformance.hosts:MemoryHost", only="code_store")
    assert len(report.promises) > 5
    assert {promise.port for promise in report.promises} == {"code store"}
    assert not report.failed


def test_what_is_kept_without_commit_fails() -> None:
    """A storage that never undoes fails what a unit of work promises."""
    assert failing(check_host("DoesNotRollBack", "undoes")) == {
        "test_undoes_all_without_commit": "unit of work",
        "test_undoes_all_after_an_error": "unit of work",
        "test_undoes_changes_and_removals": "unit of work",
    }


def test_a_lock_that_is_told_as_a_failure_fails() -> None:
    """Who waits in vain is to be told so, or an import that meets a lock has failed."""
    [promise] = check_host("FailsInsteadOfWaiting", "in_vain").promises
    assert promise.verdict is Verdict.FAILS
    assert any("StorageError" in line for line in promise.why)


def test_what_is_forgotten_fails() -> None:
    """A storage that is empty when it is opened again has kept nothing."""
    report = check_host("Forgets", "last or stay or opens")
    failed = {test for test, port in failing(report).items() if port == "durability"}
    assert failed == {
        "test_sites_last",
        "test_students_last",
        "test_the_matching_index_lasts",
        "test_identifiers_stay_taken",
        "test_claims_last",
        "test_imports_last",
        "test_merges_last",
        "test_applied_matches_last",
        "test_nothing_else_lasts",
    }


def test_one_storage_opened_twice_proves_nothing() -> None:
    """A host that gives the same storage again has not reopened it."""
    failed = failing(check_host("OnlySeemsToLast", "last or opens"))
    assert list(failed) == ["test_opens_another_storage"]


def test_processes_that_share_nothing_fail() -> None:
    """Where each process has its own storage both win, and the kit sees it."""
    report = check_host("KeepsToItself", "processes_claim or processes_read")
    assert set(failing(report)) == {
        "test_processes_claim_a_code",
        "test_processes_read_what_others_commit",
    }


def test_a_claim_without_its_method_fails() -> None:
    """What is claimed and cannot be tried is no promise that holds."""
    [promise] = check_host("ClaimsTooMuch", "last_row").promises
    assert promise.verdict is Verdict.FAILS
    assert "claims BACK_DOOR and has no count_rows" in promise.why[0]


def test_a_host_that_cannot_put_sites_fails_all() -> None:
    """Who claims SITES without putting any has no storage that can be tried."""
    [promise] = check_host("PutsNoSites", "moves_a_code_on").promises
    assert promise.verdict is Verdict.FAILS
    assert "claims SITES and has no put_sites" in promise.why[0]


def test_what_is_not_claimed_is_said() -> None:
    """A promise that takes more than is claimed was not tried, and did not hold."""
    report = check_host("HasNoSites", "site")
    untried = [one for one in report.promises if one.verdict is Verdict.NOT_CLAIMED]
    assert "test_gives_a_site" in {one.test for one in untried}
    assert "test_gives_no_unknown_site" not in {one.test for one in untried}
    assert not report.failed


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("CannotBegin", "in the setup: OSError: no space left on device"),
        ("CannotClose", "in the teardown: OSError: the connection is gone"),
        ("LeavesItselfOut", "was left out: no server today"),
    ],
)
def test_what_goes_wrong_around_a_promise_fails_it(host: str, why: str) -> None:
    """A promise that could not be tried, or not to its end, does not hold."""
    report = check_host(host, "moves_a_code_on")
    [promise] = report.promises
    assert (promise.verdict, promise.why) == (Verdict.FAILS, (why,))
    assert report.failed


@pytest.mark.parametrize("host", ["StopsEverything", "StopsWithin"])
def test_what_did_not_run_fails(host: str) -> None:
    """Promises that were not reached because the run ended do not hold."""
    report = check_host(host, "code")
    failed = report.count(Verdict.FAILS) + report.count(Verdict.NOT_CLAIMED)
    assert failed == len(report.promises) > 1
    assert ("did not run",) in [promise.why for promise in report.promises]
    [trouble] = report.troubles
    assert trouble.startswith("pytest ended with")
    assert report.failed


def test_no_promise_is_a_failure() -> None:
    """Where nothing was tried nothing is proved."""
    report = check_host("HasNoSites", "there_is_no_such_promise")
    assert report.failed
    assert report.troubles == ("No promise was tried at all.",)


def test_an_error_of_the_kit_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong between the promises is said, and nothing is counted as held."""

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(running._Case, "see", fail)
    report = check_host("HasNoSites", "moves_a_code_on")
    assert report.count(Verdict.HOLDS) == 0
    assert "disk full" in report.troubles[0]


@pytest.mark.parametrize("told", [None, "--no-such-option"])
def test_what_pytest_is_told_elsewhere_stays(
    monkeypatch: pytest.MonkeyPatch, told: str | None
) -> None:
    """Variables are left aside during a run, and are as before after it."""
    if told is not None:
        monkeypatch.setenv("PYTEST_ADDOPTS", told)
    before = dict(os.environ)
    assert not check_host("HasNoSites", "moves_a_code_on").failed
    assert dict(os.environ) == before


def test_a_suite_that_cannot_be_read_is_a_failure(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An error before the first promise is not overlooked."""
    (tmp_path / "unreadable_suite.py").write_text("raise OSError('torn page')\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(running, "_SUITE", "unreadable_suite")
    report = check_host("HasNoSites")
    assert report.failed
    assert "torn page" in report.troubles[0]


def test_contracts_are_not_collected_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a host's subclass is run by pytest."""
    monkeypatch.setattr(running, "_SUITE", conformance.__name__)
    assert check_host("HasNoSites").promises == ()


def test_a_failure_shows_what_was_compared() -> None:
    """The reason names the values, not only that an assertion failed."""
    [promise] = check_host("WrongOrder", "newest_codes").promises
    assert "['c1', 'c3', 'c2'] == ['c2', 'c3', 'c1']" in promise.why[0]
    assert "of_site" in promise.trace


def test_each_case_of_a_promise_counts() -> None:
    """A promise of many cases is one promise, and names the cases that fail."""
    report = check_host("CannotBegin", "refuses_a_second_code")
    [promise] = report.promises
    assert promise.cases == 2
    assert [why.split()[0] for why in promise.why] == ["[id]", "[digest]"]
    assert report.summary().startswith("0 of 1 promises hold, 1 fails")


def test_no_promise_hides_another() -> None:
    """Two contracts have no test of one name, or one would not run; nor one text."""
    for one, other in combinations(CONTRACTS, 2):
        shared = vars(one).keys() & vars(other).keys()
        assert not {name for name in shared if name.startswith("test_")}
    tests = [
        test
        for contract in CONTRACTS
        for name, test in vars(contract).items()
        if name.startswith("test_")
    ]
    assert len({test.__doc__ for test in tests}) == len(tests)


def test_every_capability_is_explained_and_asked_for() -> None:
    """Each has its meaning, and a host that claims none leaves promises of each out."""
    assert set(MEANINGS) == set(Capability)

    report = check_host("ClaimsNothing", "last_row or claim or last or site")
    named = {why.split()[0] for one in report.promises for why in one.why}
    assert named == {"SITES", "DURABLE", "BACK_DOOR", "THREADS", "PROCESSES"}


# How hosts are found and worked on ---------------------------------------------------


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("tests.conformance.hosts", "not of the form"),
        (":MemoryHost", "not of the form"),
        ("tests.no_such_module:Host", "no module tests.no_such_module"),
        ("tests.conformance.hosts:NoHost", "has no NoHost"),
        ("tests.conformance.hosts:__doc__", "cannot be called"),
    ],
)
def test_a_reference_that_leads_nowhere_says_why(reference: str, why: str) -> None:
    """A reference names a module and what makes the host in it."""
    with pytest.raises(ValueError, match=why):
        find_factory(reference)


def test_what_a_module_lacks_is_not_the_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that needs another one is there; its own error is shown."""
    (tmp_path / "lacking_host.py").write_text("import no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        find_factory("lacking_host:Host")


def test_a_factory_is_found_again_by_its_reference() -> None:
    """What another process imports is the same factory."""
    assert find_factory(reference_of(hosts.MemoryHost)) is hosts.MemoryHost


def test_a_factory_without_a_name_cannot_be_sent() -> None:
    """A factory that another process cannot import is refused."""
    with pytest.raises(ValueError, match="claims PROCESSES"):
        reference_of(lambda: hosts.MemoryHost())  # noqa: PLW0108 - it has no name


def test_a_storage_that_is_locked_is_busy() -> None:
    """Who meets a lock is neither done nor refused."""
    storage = MemoryStorage(busy_timeout=0.01)
    with storage():
        assert attempt(storage, ("add student", "s1")) == "busy"
    assert attempt(storage, ("add student", "s1")) == "done"
    assert attempt(storage, ("add student", "s1")) == "refused"


def test_a_thread_that_raises_is_heard() -> None:
    """An error in a thread is raised where the threads were sent from."""
    with pytest.raises(KeyError, match="no such job"):
        Threads(MemoryStorage()).at_once(("no such job",))


def test_a_thread_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever."""
    monkeypatch.setattr(crews, "PATIENCE", 0.1)
    storage = MemoryStorage(busy_timeout=1)
    with storage(), pytest.raises(TimeoutError):
        Threads(storage).at_once(("claim", "c1", "a"))


def test_a_process_that_hangs_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for ever, nor does a process stay behind."""
    monkeypatch.setattr(crews, "PATIENCE", 2.0)
    with Processes("tests.conformance.broken:Hangs", "") as processes:
        with pytest.raises(ChildProcessError, match="-9"):
            processes.at_once(("see pair", "p"))
        assert [worker.returncode for worker in processes._workers] == [-9]


def test_a_process_that_fails_is_heard(capfd: pytest.CaptureFixture[str]) -> None:
    """A process that cannot begin ends, and its standard error says why."""
    with (
        Processes("tests.conformance.hosts:NoHost", "") as processes,
        pytest.raises(ChildProcessError, match="ended with 1"),
    ):
        processes.at_once(("see pair", "p"))
    assert "has no NoHost" in capfd.readouterr().err


def test_what_a_host_prints_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    """A host may print; it goes to standard error."""
    with Processes("tests.conformance.broken:Chatters", "") as processes:
        assert processes.at_once(("see pair", "p"), ("add pair", "p")) == ["0", "done"]
    assert capfd.readouterr().err.count("opened") == 2


def test_a_process_is_sent_to_the_next_location(tmp_path: Path) -> None:
    """It has closed the storage of the one before, and finds what is there."""
    reference, where = "tests.conformance.hosts:SqliteHost", [tmp_path, tmp_path / "b"]
    where[1].mkdir()
    found, engaged = [], []
    with Waiting() as waiting:
        for location in (where[0], where[1], where[0]):
            with Processes(reference, str(location), waiting) as processes:
                found += processes.at_once(("see pair", "p"))
                if location == tmp_path:
                    processes.at_once(("add pair", "p"))
                engaged += processes._workers
            assert not list(location.glob("*-wal"))
    assert found == ["0", "0", "2"]
    assert len(set(engaged)) == 1
    assert engaged[0].returncode == 0


def test_a_process_that_owes_an_answer_is_sent_nowhere(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Its answer would be taken for that of another job."""
    with Waiting() as waiting:
        with (
            pytest.raises(ChildProcessError, match="ended with 1"),
            Processes("tests.conformance.hosts:MemoryHost", "", waiting) as processes,
        ):
            processes.at_once(("no such job",), ("see pair", "p"))
        assert not waiting._workers
    assert {worker.returncode for worker in processes._workers} == {0, 1}
    assert "no such job" in capfd.readouterr().err


def test_a_job_that_is_always_refused_is_given_up() -> None:
    """Who is refused again and again is not tried for ever."""
    storage = MemoryStorage()
    job = ("add student", "s1")
    races.keep_at_it(Threads(storage), job)
    with pytest.raises(ConcurrentChangeError, match="After 50 tries"):
        races.keep_at_it(Threads(storage), job)
