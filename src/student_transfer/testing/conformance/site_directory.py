"""What the directory of sites promises."""

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import ASH, ELM, OAK, SCHOOLS, SITES


class SiteDirectoryContract(Contract):
    """Promises of `ports.SiteDirectory`."""

    port = "site directory"

    def test_gives_a_site(self, with_sites: UnitOfWorkFactory) -> None:
        """A site comes back as it was stored."""
        with with_sites(read_only=True) as work:
            assert tuple(work.sites.site(site.id) for site in SITES) == SITES

    def test_gives_no_unknown_site(self, storage: UnitOfWorkFactory) -> None:
        """An unknown site is None and has no schools."""
        with storage(read_only=True) as work:
            assert work.sites.site(ASH) is None
            assert not work.sites.schools(ASH)

    def test_gives_schools_in_order(self, with_sites: UnitOfWorkFactory) -> None:
        """The schools of a site come by name and id, and of that site alone."""
        with with_sites(read_only=True) as work:
            schools = [(one.site_id, one.id) for one in work.sites.schools(OAK)]
        assert schools == [(OAK, "south"), (OAK, "a-north"), (OAK, "north")]

    def test_keeps_schools_whole(self, with_sites: UnitOfWorkFactory) -> None:
        """A school comes back as it was stored, beside another site's of that id."""
        with with_sites(read_only=True) as work:
            kept = [*work.sites.schools(OAK), *work.sites.schools(ELM)]
        assert sorted(kept, key=str) == sorted(SCHOOLS, key=str)
