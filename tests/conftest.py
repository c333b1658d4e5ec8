"""Settings for all tests."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("deep", settings.get_profile("default"), max_examples=2000)
# The same few examples each time, so that a mutant lives or dies by its own doing.
settings.register_profile(
    "mutation",
    settings.get_profile("default"),
    max_examples=25,
    derandomize=True,
    database=None,
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

FIRST = (
    "test_workers.py",
    "test_browser.py",
    "test_sqlite.py",
    "test_on_postgresql.py",
    "test_kit.py",
    "test_catches.py",
    "test_matching.py",
    "test_wrong.py",
    "test_on_sqlite.py",
    "test_life.py",
    "test_postgresql.py",
    "test_memory.py",
    "test_whole_kit.py",
    "test_cli.py",
    "test_plans.py",
    "test_pages.py",
    "test_protection.py",
    "test_demo.py",
    "test_estimating.py",
    "test_serve.py",
)
"""The files that take longest, in this order: begun last, they would be waited for.

By itself xdist would begin with the files of most tests, which is something else; so it
is told not to reorder them.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    places = {name: place for place, name in enumerate(FIRST)}
    items.sort(key=lambda item: places.get(item.path.name, len(FIRST)))


DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Return the folder of real files that nobody here wrote; see its README."""
    if not DATA.is_dir():
        pytest.skip("the folder of real files is not beside this checkout")
    return DATA


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Yield the URL of a PostgreSQL database; where there is no server this fails."""
    from tests.conformance.postgresql import server, stop  # noqa: PLC0415 - its driver is needed by these tests alone

    yield server()
    stop()


@pytest.fixture
def on_postgresql(postgresql: str) -> Iterator[Any]:
    """Yield an empty storage on PostgreSQL that gives up soon."""
    from student_transfer.adapters.sql import SqlStorage  # noqa: PLC0415 - its driver is needed by these tests alone
    from tests.conformance.postgresql import empty  # noqa: PLC0415 - likewise

    empty(postgresql)
    with SqlStorage.open(postgresql, busy_timeout=0.5) as storage:
        yield storage
