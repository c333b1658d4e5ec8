"""What sites, schools and imports are called, each site read once for a list."""

from collections.abc import Sequence

from student_transfer.codes import YearScope
from student_transfer.imports import Import, ImportRow
from student_transfer.ports import UnitOfWork
from student_transfer.sites import SchoolId, SiteId


class Names:
    """The names of sites and their schools, as one unit of work reads them."""

    def __init__(self, work: UnitOfWork) -> None:
        """Read nothing yet."""
        self._work = work
        self._sites: dict[SiteId, str] = {}
        self._schools: dict[SiteId, dict[SchoolId, str]] = {}

    def site(self, site_id: SiteId) -> str:
        """Return a site's name, or its id where the storage no longer has it."""
        if site_id not in self._sites:
            site = self._work.sites.site(site_id)
            self._sites[site_id] = str(site_id) if site is None else site.name
        return self._sites[site_id]

    def school(self, site_id: SiteId, school_id: SchoolId) -> str:
        """Return a school's name, or its id where the site no longer has it."""
        if site_id not in self._schools:
            schools = self._work.sites.schools(site_id)
            self._schools[site_id] = {school.id: school.name for school in schools}
        return self._schools[site_id].get(school_id, str(school_id))

    def previous(self, import_: Import) -> str:
        """Name where an import comes from, as an accepted code shows it (LOOK-1).

        That is the school network and the school, or the site that is a single school.
        """
        network = self.site(import_.source_site_id)
        school = self.school(import_.source_site_id, import_.scope.school_id)
        return network if school == network else f"{network}, {school}"


def rows_for_label(work: UnitOfWork, import_: Import) -> Sequence[ImportRow]:
    """Return the rows by which an import is named: that of the one student, or none."""
    if isinstance(import_.scope, YearScope):
        return ()  # the year is its name, and its rows may be many
    return work.imports.rows(import_.id)


def students_label(import_: Import, rows: Sequence[ImportRow]) -> str:
    """Name the year of an import, or the one student (DONE-1)."""
    if isinstance(import_.scope, YearScope):
        return import_.scope.label
    names = [row.incoming.full_name for row in rows if row.incoming is not None]
    return names[0] if names else "(one student)"
