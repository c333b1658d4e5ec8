"""The storage in memory keeps every promise of the ports."""

from collections.abc import Sequence

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import School, Site
from tests.conformance.promises import StorageConformance


class TestMemory(StorageConformance):
    """Every promise, on the storage in memory."""

    @pytest.fixture
    def storage(self) -> UnitOfWorkFactory:
        """Give an empty storage."""
        return MemoryStorage()

    def fill_sites(
        self,
        storage: UnitOfWorkFactory,
        sites: Sequence[Site],
        schools: Sequence[School],
    ) -> None:
        """Put sites and schools into the storage for good."""
        assert isinstance(storage, MemoryStorage)
        with storage() as work:
            for site in sites:
                work.sites.put_site(site)
            for school in schools:
                work.sites.put_school(school)
            work.commit()
