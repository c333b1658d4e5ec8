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

FIRST = ("test_browser.py", "test_life.py", "test_wrong.py", "test_estimating.py")
"""The files that take longest: begun last, they would be waited for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    items.sort(key=lambda item: item.path.name not in FIRST)


DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def real_files() -> Path:
    """Give the folder of real files that nobody here wrote; see its README."""
    if not DATA.is_dir():
        pytest.skip("the folder of real files is not beside this checkout")
    return DATA


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """Give the URL of a PostgreSQL database; where there is no server this fails."""
    from tests.conformance.postgresql import server, stop  # noqa: PLC0415 - its driver is needed by these tests alone

    yield server()
    stop()


@pytest.fixture
def on_postgresql(postgresql: str) -> Iterator[Any]:
    """Give an empty storage on PostgreSQL that gives up soon."""
    from student_transfer.adapters.sql import SqlStorage  # noqa: PLC0415 - its driver is needed by these tests alone
    from tests.conformance.postgresql import empty  # noqa: PLC0415 - likewise

    empty(postgresql)
    with SqlStorage.open(postgresql, busy_timeout=0.5) as storage:
        yield storage
