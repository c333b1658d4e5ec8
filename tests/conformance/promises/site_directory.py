"""What the directory of sites promises."""

from abc import abstractmethod
from collections.abc import Sequence

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import RosterSource, School, SchoolId, Site, SiteKind
from tests.conformance.promises.values import ELM, OAK

SITES = (
    Site(OAK, "Oak Trust"),
    Site(ELM, "Elm School", SiteKind.SCHOOL, RosterSource.SIS),
)
NORTH = School(SchoolId("north"), OAK, "North")
SOUTH = School(SchoolId("south"), OAK, "Also South")
NORTH_TOO = School(SchoolId("a-north"), OAK, "North")
EAST = School(SchoolId("east"), ELM, "East")


class SiteDirectoryPromises:
    """Promises of `ports.SiteDirectory`."""

    @abstractmethod
    def fill_sites(
        self,
        storage: UnitOfWorkFactory,
        sites: Sequence[Site],
        schools: Sequence[School],
    ) -> None:
        """Put sites and schools into the storage for good."""

    def test_gives_a_site(self, storage: UnitOfWorkFactory) -> None:
        """A site comes back as it was stored."""
        self.fill_sites(storage, SITES, [])
        with storage(read_only=True) as work:
            assert tuple(work.sites.site(site.id) for site in SITES) == SITES

    def test_gives_no_unknown_site(self, storage: UnitOfWorkFactory) -> None:
        """An unknown site is None and has no schools."""
        with storage(read_only=True) as work:
            assert work.sites.site(OAK) is None
            assert not work.sites.schools(OAK)

    def test_gives_schools_in_order(self, storage: UnitOfWorkFactory) -> None:
        """The schools of a site come by name and id, and of that site alone."""
        self.fill_sites(storage, SITES, [NORTH, EAST, SOUTH, NORTH_TOO])
        with storage(read_only=True) as work:
            assert list(work.sites.schools(OAK)) == [SOUTH, NORTH_TOO, NORTH]
