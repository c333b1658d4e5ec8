"""What a storage needs for files to be loaded into it."""

from collections.abc import Collection, Mapping
from typing import Protocol

from student_transfer.ports import Roster, SiteDirectory, UnitOfWork
from student_transfer.records import Origin
from student_transfer.sites import School, SiteId
from student_transfer.students import StudentKey


class SchoolWriter(SiteDirectory, Protocol):
    """A directory of sites whose schools can be set."""

    def put_school(self, school: School) -> bool:
        """Set a school; say whether that changed anything."""
        ...


class RecordFinder(Roster, Protocol):
    """A roster that can be asked who has a record."""

    def record_holders(
        self, site_id: SiteId, origins: Collection[Origin]
    ) -> Mapping[Origin, frozenset[StudentKey]]:
        """Return which students of the site have records of these origins."""
        ...


class LoadingUnitOfWork(UnitOfWork, Protocol):
    """A unit of work in which schools can be set too, and records found.

    No use case needs it: only a storage that files are loaded into.
    """

    @property
    def roster(self) -> RecordFinder:
        """The students of every site."""
        ...

    @property
    def sites(self) -> SchoolWriter:
        """The sites and schools."""
        ...


class LoadingUnitOfWorkFactory(Protocol):
    """Opens units of work in which schools can be set too."""

    def __call__(self, *, read_only: bool = False) -> LoadingUnitOfWork:
        """Make a new unit of work; with ``read_only`` nothing is written in it."""
        ...
