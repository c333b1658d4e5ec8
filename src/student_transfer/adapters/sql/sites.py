"""Sites and schools in a database."""

from collections.abc import Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from student_transfer.adapters.sql import schema
from student_transfer.adapters.sql.connection import Transaction
from student_transfer.sites import RosterSource, School, Site, SiteId, SiteKind
from student_transfer.storing import codec
from student_transfer.storing.kept_text import check_school, check_site
from student_transfer.storing.refusals import no_such_site


class SqlSites:
    """The sites and schools; see `student_transfer.ports.SiteDirectory`."""

    def __init__(self, transaction: Transaction) -> None:
        """Work in this transaction."""
        self._transaction = transaction

    def site(self, site_id: SiteId) -> Site | None:
        """Return the site, or None where there is no such site."""
        row = self._transaction.first(
            sa.select(schema.sites).where(schema.sites.c.id == site_id)
        )
        return None if row is None else _site(row)

    def schools(self, site_id: SiteId) -> Sequence[School]:
        """Return the schools of the site, by name and id; none for an unknown site."""
        table = schema.schools
        rows = self._transaction.rows(
            sa.select(table)
            .where(table.c.site_id == site_id)
            .order_by(table.c.name, table.c.id)
        )
        return [codec.made(School, **row._asdict()) for row in rows]

    def all_sites(self) -> Sequence[Site]:
        """Return every site, by id."""
        table = schema.sites
        rows = self._transaction.rows(sa.select(table).order_by(table.c.id))
        return [_site(row) for row in rows]

    def put_site(self, site: Site) -> bool:
        """Set a site; say whether that changed anything.

        Raises:
            StorageError: A text has a character that no database keeps.
        """
        check_site(site)
        before = self.site(site.id)
        table = schema.sites
        values = {
            "id": site.id,
            "name": site.name,
            "kind": site.kind.value,
            "roster_source": site.roster_source.value,
        }
        if before is None:
            self._transaction.write(sa.insert(table).values(values))
        elif before != site:
            same = table.c.id == site.id
            self._transaction.write(sa.update(table).where(same).values(values))
        return before != site

    def put_school(self, school: School) -> bool:
        """Set a school; say whether that changed anything.

        Raises:
            StorageError: There is no such site, or a text has a character that no
                database keeps.
        """
        check_school(school)
        if self.site(school.site_id) is None:
            raise no_such_site(school)
        table = schema.schools
        before = {kept.id: kept for kept in self.schools(school.site_id)}.get(school.id)
        values = attrs.asdict(school)
        if before is None:
            self._transaction.write(sa.insert(table).values(values))
        elif before != school:
            same = (table.c.site_id == school.site_id) & (table.c.id == school.id)
            self._transaction.write(sa.update(table).where(same).values(values))
        return before != school


def _site(row: sa.Row[Any]) -> Site:
    kind = codec.made(SiteKind, row.kind)
    source = codec.made(RosterSource, row.roster_source)
    return codec.made(Site, row.id, row.name, kind, source)
