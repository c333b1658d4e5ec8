"""The whole kit on broken storages: what each of them breaks fails, and no more.

Each of these tries every promise, so they take longest of the tests of the kit.
"""

import pytest
from hypothesis import settings

from student_transfer.testing.conformance import contract, roster, student_records
from student_transfer.testing.report import Verdict
from tests.conformance import broken
from tests.conformance.test_kit import check_host, failing


@pytest.fixture(autouse=True)
def _few_values(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try fewer values where any is promised; no storage here is wrong about those.

    They would take most of the time. `test_memory` tries as many as a host does.
    """
    few = settings(contract.ANY, max_examples=10)
    for module in (roster, student_records):
        monkeypatch.setattr(module, "ANY", few)


@pytest.mark.parametrize(
    ("host", "tests"),
    [
        (
            broken.LosesUpdates,
            {"test_saves_only_imports_as_read", "test_threads_save_an_import"},
        ),
        (broken.ForgetsWhoCame, {"test_finds_whom_a_student_is_taken_by"}),
        (broken.MiscountsKinds, {"test_counts_rows_by_kind"}),
        (
            broken.ClaimsTwice,
            {"test_moves_only_codes_as_read", "test_threads_claim_a_code"},
        ),
        (broken.LeaksRows, {"test_finds_those_there_are"}),
        (
            broken.WrongOrder,
            {"test_lists_newest_codes_first", "test_lists_some_of_the_codes"},
        ),
        (broken.LeavesRecords, {"test_removes_to_the_last_row"}),
    ],
)
def test_a_broken_promise_fails_and_no_other(host: type, tests: set[str]) -> None:
    """A storage that breaks one promise fails that one, and the others hold."""
    report = check_host(host.__name__)
    assert failing(report).keys() == tests
    assert report.failed
    held = report.count(Verdict.HOLDS) + report.count(Verdict.NOT_CLAIMED)
    assert held + len(tests) == len(report.promises)


def test_writers_that_do_not_wait_fail_in_threads_alone() -> None:
    """What is well for one at a time and not for two is found by the races."""
    failed = failing(check_host("LastCommitWins"))
    assert set(failed.values()) == {"threads"}
    assert {
        "test_threads_claim_a_code",
        "test_threads_save_an_import",
        "test_threads_replace_a_student",
        "test_threads_share_an_identifier",
        "test_threads_count_all",
    } <= failed.keys()
