"""The composition root of the command line: storage, service and who acts."""

from collections.abc import Iterable
from pathlib import Path

import attrs

from student_transfer.adapters.sql import SqlStorage
from student_transfer.cli.output import Row, harmless
from student_transfer.errors import NotFoundError, StorageError
from student_transfer.imports import ImportId
from student_transfer.permissions import Actor, ActorId
from student_transfer.services import TransferService
from student_transfer.students import Student


@attrs.frozen
class Session:
    """One command's storage, service and acting administrator."""

    storage: SqlStorage
    service: TransferService
    actor: Actor


def open_storage(database: Path) -> SqlStorage:
    """Open a database that `init` has made.

    Raises:
        StorageError: There is none, or it cannot be used.
    """
    if _is_missing(database):
        raise StorageError(
            f"There is no database {database}.",
            advice="Make one with: student-transfer init, or name another with --db.",
        )
    return SqlStorage.open(database)


def _is_missing(database: Path) -> bool:
    try:
        return not database.is_file()
    except OSError:  # it may not be looked at, which is told once it is opened
        return False


def open_session(database: Path, administrator: str) -> Session:
    """Open the database and find the acting administrator.

    Raises:
        NotFoundError: There is no such administrator.
    """
    storage = open_storage(database)
    actor = storage.actor(ActorId(administrator))
    if actor is None:
        raise NotFoundError(
            "There is no such administrator.",
            advice="List them with: student-transfer administrators",
            rule="PERM-1",
        )
    return Session(storage, TransferService(storage), actor)


def one_of(what: str, beginning: str, ids: Iterable[str]) -> str:
    """Find the one ID that begins so.

    Raises:
        NotFoundError: None does, or several do.
    """
    found = [one for one in ids if one.startswith(beginning)] if beginning else []
    if beginning in found:
        return beginning
    if len(found) > 1:
        raise NotFoundError(f"Several {what}s begin so.", advice="Give more of the ID.")
    if not found:
        raise NotFoundError.of(what)
    return found[0]


def find_import(session: Session, beginning: str) -> ImportId:
    """Find the import of the actor's site whose ID begins so."""
    ids = [one.id for one in session.service.listed_imports(session.actor)]
    return ImportId(one_of("import", beginning, ids))


def short(identifier: str) -> str:
    """Return the beginning of an ID, enough to name it in practice."""
    return identifier[:8]


def told(student: Student) -> str:
    """Return who a student is, for a person to look at before it is too late."""
    known = [student.key, str(student.date_of_birth or ""), student.year]
    return harmless(f"{student.full_name} ({', '.join(filter(None, known))})")


def student_row(student: Student) -> Row:
    """Return the fields by which a person knows a student."""
    return {
        "key": student.key,
        "given_name": student.given_name,
        "family_name": student.family_name,
        "year": student.year,
        "date_of_birth": student.date_of_birth,
        "student_id": student.student_id,
        "user_name": student.user_name,
        "email": student.email,
    }


STUDENT_COLUMNS = (
    "key",
    "given_name",
    "family_name",
    "year",
    "date_of_birth",
    "student_id",
)
