"""Organisations as sites."""

from collections.abc import Sequence

from schools.models import Organisation
from schools.models import School as PlatformSchool
from student_transfer.sites import (
    RosterSource,
    School,
    SchoolId,
    Site,
    SiteId,
    SiteKind,
)
from transfers.transaction import Transaction


class PlatformSites:
    """The sites and schools; see `student_transfer.ports.SiteDirectory`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def site(self, site_id: SiteId) -> Site | None:
        """Return the site, or None where there is no such site."""
        found = self._transaction.of(Organisation).filter(slug=site_id).first()
        if found is None:
            return None
        return Site(
            id=SiteId(found.slug),
            name=found.name,
            kind=SiteKind.NETWORK if found.is_trust else SiteKind.SCHOOL,
            roster_source=(
                RosterSource.SIS if found.management_system else RosterSource.MANUAL
            ),
        )

    def schools(self, site_id: SiteId) -> Sequence[School]:
        """Return the schools of the site, by name and id; none for an unknown site."""
        found = [
            School(SchoolId(school.code), site_id, school.name)
            for school in self._transaction.of(PlatformSchool).filter(
                organisation__slug=site_id
            )
        ]
        return sorted(found, key=lambda school: (school.name, school.id))
