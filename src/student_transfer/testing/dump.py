"""Everything that a storage holds of some sites, read through its units of work."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from student_transfer.codes import IssuedCode
from student_transfer.imports import Edit, Import, ImportRow, Progress
from student_transfer.match_undo import AppliedMatch
from student_transfer.merges import Merge
from student_transfer.ports import UnitOfWork, UnitOfWorkFactory
from student_transfer.records import Record
from student_transfer.sites import School, Site, SiteId
from student_transfer.students import Student, StudentKey


@attrs.frozen(kw_only=True)
class KeptImport:
    """An import with everything that is kept of it.

    Attributes:
        import_: The import.
        rows: Its rows, by source key.
        applied_matches: What the matches of these rows have filled, by source key.
        edits: The edits of the review, oldest first.
        progress: How far the background step is.
    """

    import_: Import
    rows: Sequence[ImportRow] = attrs.field(repr=False)
    applied_matches: Sequence[AppliedMatch] = attrs.field(repr=False)
    edits: Sequence[Edit]
    progress: Progress


@attrs.frozen(kw_only=True)
class KeptSite:
    """Everything that is kept of one site.

    Attributes:
        site: The site; None where the storage does not know it.
        schools: Its schools.
        size: How many students it has.
        students: Those that were found, by key.
        records: The records of each of them.
        codes: The codes it generated, newest first.
        imports: The imports into it, newest first.
        merges: The merges on it, newest first.
    """

    site: Site | None
    schools: Sequence[School]
    size: int
    students: Mapping[StudentKey, Student] = attrs.field(repr=False)
    records: Mapping[StudentKey, Sequence[Record]] = attrs.field(repr=False)
    codes: Sequence[IssuedCode]
    imports: Sequence[KeptImport]
    merges: Sequence[Merge] = attrs.field(repr=False)


Dump = Mapping[SiteId, KeptSite]
"""Everything of each site; two dumps are equal if nothing was changed in between."""


def dump(
    storage: UnitOfWorkFactory,
    site_ids: Iterable[SiteId],
    keys: Collection[StudentKey] = (),
) -> Dump:
    """Read every row of some sites in one unit of work.

    The ports list no students but those of a school. Who is in none is found by
    ``keys``; whoever is missed shows in the size of the site.
    """
    with storage(read_only=True) as work:
        return {site_id: _site(work, site_id, keys) for site_id in site_ids}


def _site(work: UnitOfWork, site_id: SiteId, keys: Collection[StudentKey]) -> KeptSite:
    schools = tuple(work.sites.schools(site_id))
    students = dict(work.roster.students(site_id, keys))
    for school in schools:
        enrolled = work.roster.enrolled(site_id, school.id)
        students |= {student.key: student for student in enrolled}
    return KeptSite(
        site=work.sites.site(site_id),
        schools=schools,
        size=work.roster.size(site_id),
        students=students,
        records={key: tuple(work.roster.records(site_id, key)) for key in students},
        codes=tuple(work.codes.of_site(site_id)),
        imports=tuple(_import(work, one) for one in work.imports.of_site(site_id)),
        merges=tuple(work.merges.of_site(site_id)),
    )


def _import(work: UnitOfWork, import_: Import) -> KeptImport:
    rows = tuple(work.imports.rows(import_.id))
    applied_matches = (
        work.applied_matches.get(import_.id, row.source_key) for row in rows
    )
    return KeptImport(
        import_=import_,
        rows=rows,
        applied_matches=tuple(
            applied_match
            for applied_match in applied_matches
            if applied_match is not None
        ),
        edits=tuple(work.imports.edits(import_.id)),
        progress=work.imports.progress(import_.id),
    )
