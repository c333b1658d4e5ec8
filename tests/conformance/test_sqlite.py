"""The storage in SQLite keeps every promise of the ports."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from student_transfer.adapters.sql import SqlStorage
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import School, Site
from tests.conformance.promises import StorageConformance


class TestSqlite(StorageConformance):
    """Every promise, on SQLite."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[UnitOfWorkFactory]:
        """Give an empty storage."""
        with SqlStorage.open(tmp_path / "school.db") as storage:
            yield storage

    def fill_sites(
        self,
        storage: UnitOfWorkFactory,
        sites: Sequence[Site],
        schools: Sequence[School],
    ) -> None:
        """Put sites and schools into the storage for good."""
        assert isinstance(storage, SqlStorage)
        with storage() as work:
            for site in sites:
                work.sites.put_site(site)
            for school in schools:
                work.sites.put_school(school)
            work.commit()
