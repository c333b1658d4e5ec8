"""A database in a file of its own, for each test of the adapter."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from student_transfer.adapters.sql import SqlStorage


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a database that is not there yet."""
    return tmp_path / "school.db"


@pytest.fixture
def opened(path: Path) -> Iterator[SqlStorage]:
    """Yield an empty storage that gives up soon."""
    with SqlStorage.open(path, busy_timeout=0.1) as opened:
        yield opened
