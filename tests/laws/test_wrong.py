"""A wrong matcher fails the law that it breaks, and no other."""

import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

from student_transfer.testing.laws import MatcherHost, MatcherLaws
from tests.laws.wrong import BREAKS

SUITES = Path(__file__).with_name("suites.py")
LAWS = sorted(
    name.removeprefix("test_")
    for name, _ in inspect.getmembers(MatcherLaws, inspect.isfunction)
    if name.startswith("test_")
)
OUTCOME = re.compile(r"^(PASSED|FAILED) \S+::Test(\w+)::test_(\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Run the laws on all wrong matchers; give what pytest says."""
    options = ["-rA", "--hypothesis-seed=1", "-o", "addopts=", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(SUITES)],
        capture_output=True,
        text=True,
        check=False,
        cwd=SUITES.parents[2],
    )
    return ran.stdout


def test_each_law_has_a_matcher_that_breaks_it() -> None:
    """No law is one that nothing can break."""
    assert sorted(BREAKS.values()) == LAWS


@pytest.mark.parametrize("matcher", BREAKS)
def test_a_wrong_matcher_breaks_its_law_and_no_other(
    matcher: type[MatcherHost], told: str
) -> None:
    """Each law stands for itself (MATCH-1 to MATCH-5, PREV-4, PREV-5)."""
    outcomes = {
        law: outcome
        for outcome, name, law in OUTCOME.findall(told)
        if name == matcher.__name__
    }
    assert sorted(outcomes) == LAWS
    broken = [law for law, outcome in outcomes.items() if outcome == "FAILED"]
    assert broken == [BREAKS[matcher]]


def test_a_counter_example_shows_the_fields_that_matter(told: str) -> None:
    """Who reads a failure sees values, shrunk to the fewest, and not keys alone."""
    _, _, after = told.partition("FavoursTheLongerName.test_the_score_is_symmetric")
    example = after.partition("Failing test case")[2].partition(")\n")[0]
    assert example.count("given_name") == 2
    assert "family_name" not in example
