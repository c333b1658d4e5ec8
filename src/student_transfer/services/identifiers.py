"""Who on a site has an identifier: each is one student's (CONF-3)."""

from collections.abc import Collection, Sequence

from student_transfer.merging import Taken
from student_transfer.ports import UnitOfWork
from student_transfer.sites import SiteId
from student_transfer.students import Identifier, StudentKey, identifier_key


def taken_on(
    work: UnitOfWork, site_id: SiteId, besides: StudentKey | None = None
) -> Taken:
    """Return what tells which identifiers a site's students have (CONF-3).

    However many are asked for at once, the storage is asked once.

    Args:
        work: The unit of work.
        site_id: The site.
        besides: The student whose own do not count.
    """

    def taken(kind: Identifier, values: Sequence[str]) -> Collection[str]:
        form_of = {value: identifier_key(value) for value in values}
        holders = work.roster.holders(site_id, kind, set(form_of.values()))
        free = {None, besides}
        return {value for value in values if holders.get(form_of[value]) not in free}

    return taken
