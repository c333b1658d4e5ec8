"""What use cases look up by its key, and refuse where it is not there."""

from student_transfer.codes import CodeState, IssuedCode
from student_transfer.errors import (
    ConcurrentChangeError,
    NotFoundError,
    RevokedCodeError,
)
from student_transfer.imports import Import, ImportEvent, ImportId
from student_transfer.ports import UnitOfWork
from student_transfer.sites import RosterSource, Site, SiteId
from student_transfer.students import Student, StudentKey


def get_import(work: UnitOfWork, import_id: ImportId) -> Import:
    """Return an import, whoever's it is: for the background steps.

    Raises:
        NotFoundError: There is no such import.
    """
    import_ = work.imports.get(import_id)
    if import_ is None:
        raise NotFoundError.of("import")
    return import_


def get_site(work: UnitOfWork, site_id: SiteId) -> Site:
    """Return a site that has to exist.

    Raises:
        NotFoundError: The storage does not know it.
    """
    site = work.sites.site(site_id)
    if site is None:
        raise NotFoundError.of_site()
    return site


def is_on_sis(work: UnitOfWork, site_id: SiteId) -> bool:
    """Return whether a Student Information System owns the site's roster (IMP-9).

    Raises:
        NotFoundError: The storage does not know the site.
    """
    return get_site(work, site_id).roster_source is RosterSource.SIS


def get_student(work: UnitOfWork, site_id: SiteId, key: StudentKey) -> Student:
    """Return a student of the site.

    Raises:
        NotFoundError: No such student is on the site.
    """
    student = work.roster.students(site_id, [key]).get(key)
    if student is None:
        raise NotFoundError.of("student")
    return student


def held_code(work: UnitOfWork, import_: Import) -> IssuedCode:
    """Return the code that the import holds.

    Raises:
        RevokedCodeError: The source has withdrawn it since (CODE-8).
        ConcurrentChangeError: The import was cancelled since it was read (IMP-2).
    """
    code = work.codes.get(import_.code_id)
    if code is None or code.state is CodeState.REVOKED or code.holder != import_.id:
        now = work.imports.get(import_.id)
        if now is not None and now.version != import_.version:
            raise ConcurrentChangeError
        raise RevokedCodeError(
            advice="Cancel this import, and ask the administrator of the students' "
            "previous site for a new code.",
        )
    return code


def refuse_revoked(work: UnitOfWork, import_: Import) -> None:
    """Show nothing of a preview whose code the source has withdrawn (CODE-8).

    Once an import is confirmed its code is used and cannot be withdrawn any more.

    Raises:
        RevokedCodeError: The source has withdrawn it since.
    """
    if import_.allows(ImportEvent.CANCEL):
        held_code(work, import_)
