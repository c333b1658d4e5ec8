"""What is done by several at once, in threads or in processes of their own.

Each job is one unit of work that is tried once. Its arguments are texts, so that it
can be sent to another process.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import attrs

from student_transfer.codes import CodeEvent, CodeId
from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    StorageBusyError,
)
from student_transfer.imports import ImportId
from student_transfer.permissions import ActorId
from student_transfer.ports import UnitOfWork, UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.values import (
    FAILED,
    OAK,
    issued_code,
    new_applied_match,
    new_import,
    new_merge,
    quiz,
    student,
    undone,
)

Job = tuple[str, ...]
"""The name of a job and its arguments."""

_READING = {"see pair"}

DONE, REFUSED, BUSY, NOTHING = "done", "refused", "busy", "nothing"


def attempt(storage: UnitOfWorkFactory, job: Job) -> str:
    """Do a job in a unit of work of its own; say what came of it.

    The answer is the job's own, or `DONE`; `REFUSED` where it met somebody else's
    change; `BUSY` where the storage was locked for too long.
    """
    try:
        with storage(read_only=job[0] in _READING) as work:
            answer = do(work, job)
            work.commit()
    except (ConcurrentChangeError, IdentifierTakenError):
        return REFUSED
    except StorageBusyError:
        return BUSY
    return answer


def do(work: UnitOfWork, job: Job) -> str:
    """Do a job in an open unit of work; give its answer, or `DONE`."""
    name, *arguments = job
    return _JOBS[name](work, *arguments) or DONE


def _claim(work: UnitOfWork, code_id: str, holder: str) -> None:
    free = issued_code(code_id)
    work.codes.change(free, free.after(CodeEvent.CLAIM, ImportId(holder)))


def _add_import(work: UnitOfWork, import_id: str, code_id: str) -> None:
    work.imports.add(new_import(import_id, code_id=CodeId(code_id)))


def _save_import(work: UnitOfWork, import_id: str, reference: str) -> None:
    work.imports.save(attrs.evolve(new_import(import_id), reference=reference))


def _take_row(work: UnitOfWork, import_id: str) -> str:
    row = work.imports.take_pending_row(ImportId(import_id))
    if row is None:
        return NOTHING
    done = attrs.evolve(row, outcome=FAILED)
    work.imports.save_row(ImportId(import_id), done)
    return row.source_key


def _undo_merge(work: UnitOfWork, merge_id: str, by: str) -> None:
    work.merges.save(undone(new_merge(merge_id), undone_by=ActorId(by)))


def _undo_applied_match(work: UnitOfWork, import_id: str, by: str) -> None:
    work.applied_matches.save(
        undone(new_applied_match(import_id), undone_by=ActorId(by))
    )


def _add_student(work: UnitOfWork, key: str, email: str = "") -> None:
    work.roster.add(student(key, given_name="Ada", email=email))


def _land(work: UnitOfWork, key: str, given_name: str) -> str:
    work.roster.hold(OAK)
    if work.roster.search(OAK, [given_name.lower()], 1):
        return NOTHING
    work.roster.add(student(key, given_name=given_name))
    return DONE


def _rename(work: UnitOfWork, key: str, given_name: str) -> None:
    work.roster.replace(student(key), student(key, given_name=given_name))


def _add_record(work: UnitOfWork, key: str, title: str) -> None:
    work.roster.add_records(OAK, StudentKey(key), [quiz("1", title=title)])


def _add_pair(work: UnitOfWork, pair: str) -> None:
    for half in "ab":
        work.roster.add(student(f"{pair}{half}"))


def _see_pair(work: UnitOfWork, pair: str) -> str:
    keys = [StudentKey(f"{pair}{half}") for half in "ab"]
    return str(len(work.source.students(OAK, keys)))


_JOBS: Mapping[str, Callable[..., str | None]] = MappingProxyType(
    {
        "claim": _claim,
        "add import": _add_import,
        "save import": _save_import,
        "take row": _take_row,
        "undo merge": _undo_merge,
        "undo applied match": _undo_applied_match,
        "add student": _add_student,
        "land": _land,
        "rename": _rename,
        "add record": _add_record,
        "add pair": _add_pair,
        "see pair": _see_pair,
    }
)
