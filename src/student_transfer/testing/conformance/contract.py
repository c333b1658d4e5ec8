"""What every contract has: a host, and a storage that is new for each promise."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.conformance.showing import Showing
from student_transfer.testing.host import (
    MEANINGS,
    NOT_CLAIMED,
    Capability,
    Factory,
    Host,
    Rows,
    reference_of,
)
from student_transfer.testing.values import OAK, SCHOOLS, SITES

ANY = settings(
    deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
"""For a promise about any value: a storage may take its time."""


def need(host: Host[Any], capability: Capability) -> None:
    """Leave a promise untried, visibly, unless the host claims what it takes."""
    if capability not in host.claims:
        name = capability.name or str(capability)
        pytest.skip(f"{NOT_CLAIMED}{name} ({MEANINGS[capability]})")


class Place:
    """Where a host's data lies during one test; one storage at a time is open there."""

    def __init__(self, host: Host[Any], location: str) -> None:
        """Open nothing yet."""
        self._host = host
        self._location = location
        self._open: UnitOfWorkFactory | None = None

    def open(self) -> UnitOfWorkFactory:
        """Open a storage, after the one that was open is closed."""
        self.close()
        self._open = self._host.open(self._location)
        return self._open

    def close(self) -> None:
        """Close the storage that is open, if there is one."""
        if self._open is not None:
            self._host.close(self._open)
            self._open = None


class Contract:
    """Promises of one port; a host's subclass names the factory of its `Host`.

    Attributes:
        port: What the promises are about, as a heading of the report.
        make_host: Makes the host, for each promise anew.
    """

    port: ClassVar[str]
    make_host: ClassVar[Factory]

    @pytest.fixture(autouse=True)
    def _shows_differences(self, request: pytest.FixtureRequest) -> Iterator[None]:
        """Let pytest show the fields in which two values differ."""
        showing, plugins = Showing(), request.config.pluginmanager
        plugins.register(showing)
        yield
        plugins.unregister(showing)

    @pytest.fixture
    def host(self) -> Host[Any]:
        """Make the host."""
        return type(self).make_host()

    @pytest.fixture
    def reference(self) -> str:
        """Return the name by which another process makes the host."""
        return reference_of(type(self).make_host)

    @pytest.fixture
    def location(self, host: Host[Any], tmp_path: Path) -> str:
        """Return the location of a place without data."""
        return host.begin(tmp_path)

    @pytest.fixture
    def place(self, host: Host[Any], location: str) -> Iterator[Place]:
        """Yield the place itself, to open a storage there again."""
        place = Place(host, location)
        yield place
        place.close()

    @pytest.fixture
    def storage(self, host: Host[Any], place: Place) -> UnitOfWorkFactory:
        """Return an empty storage, with sites and schools if the host can put them."""
        storage = place.open()
        if Capability.SITES in host.claims:
            host.put_sites(storage, SITES, SCHOOLS)
        return storage

    @pytest.fixture
    def with_sites(
        self, host: Host[Any], storage: UnitOfWorkFactory
    ) -> UnitOfWorkFactory:
        """Return a storage that has sites and schools for sure."""
        need(host, Capability.SITES)
        return storage

    @pytest.fixture
    def reopen(
        self, host: Host[Any], place: Place, storage: UnitOfWorkFactory
    ) -> Callable[[], UnitOfWorkFactory]:
        """Return a way to close the storage and open another at its place."""
        del storage  # open from the beginning
        need(host, Capability.DURABLE)
        return place.open

    @pytest.fixture
    def count(
        self, host: Host[Any], location: str, storage: UnitOfWorkFactory
    ) -> Callable[[Rows], int]:
        """Return a way to count the rows of the site oak past the storage."""
        del storage  # its tables are there
        need(host, Capability.BACK_DOOR)
        return lambda rows: host.count_rows(location, rows, OAK)
