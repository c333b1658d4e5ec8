"""Trusts and schools, as the library reads them."""

from collections.abc import Sequence

import sqlalchemy as sa

from own_tables import tables
from student_transfer.adapters.sql.connection import Transaction
from student_transfer.sites import RosterSource, School, Site, SiteId, SiteKind


class OurSites:
    """See `student_transfer.ports.SiteDirectory`."""

    def __init__(self, transaction: Transaction) -> None:
        """Belong to a unit of work."""
        self._transaction = transaction

    def site(self, site_id: SiteId) -> Site | None:
        """Return the site, or None where there is no such site."""
        table = tables.trusts
        row = self._transaction.first(sa.select(table).where(table.c.slug == site_id))
        if row is None:
            return None
        return Site(
            id=row.slug,
            name=row.name,
            kind=SiteKind.SCHOOL if row.is_one_school else SiteKind.NETWORK,
            roster_source=(
                RosterSource.SIS if row.has_management_system else RosterSource.MANUAL
            ),
        )

    def schools(self, site_id: SiteId) -> Sequence[School]:
        """Return the schools of the site, by name and id; none for an unknown site."""
        table, trusts = tables.schools, tables.trusts
        of_site = sa.select(table).join(trusts).where(trusts.c.slug == site_id)
        rows = self._transaction.rows(of_site.order_by(table.c.name, table.c.code))
        return [School(row.code, site_id, row.name) for row in rows]
