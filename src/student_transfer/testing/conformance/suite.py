"""Every promise, for the host that the run was started for; see `testing.running`."""

from typing import Any

import pytest

from student_transfer.testing.conformance import StorageContract
from student_transfer.testing.host import Host
from student_transfer.testing.running import CHOSEN


class TestStorage(StorageContract):
    """Every promise of every port."""

    @pytest.fixture
    def host(self, request: pytest.FixtureRequest) -> Host[Any]:
        """Make the host that was chosen."""
        _, factory = request.config.stash[CHOSEN]
        return factory()

    @pytest.fixture
    def reference(self, request: pytest.FixtureRequest) -> str:
        """Return the reference as it was given."""
        reference, _ = request.config.stash[CHOSEN]
        return reference
