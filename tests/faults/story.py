"""One transfer from entering the code to the merge afterwards, in steps.

Whoever takes the story up does what is left of it: so does a process that is started
where another was killed.
"""

from collections.abc import Callable
from typing import Any

import attrs

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import YearScope
from student_transfer.imports import Import, ImportState
from student_transfer.matching import blocking_keys, terms
from student_transfer.services import TransferService
from student_transfer.students import Student, StudentKey
from tests.services.worker import (
    ELM,
    GOES,
    NEW,
    NEW_HEAD,
    OAK,
    OLD,
    OLD_HEAD,
    STAYS,
    fill,
    service_over,
)

THE_END = "the end"


def begin(storage: SqlStorage) -> str:
    """Fill both sites and generate a code."""
    fill(storage)
    service = service_over(storage)
    return service.generate_code(OLD_HEAD, YearScope(ELM, "6")).code.reveal()


def next_step(storage: SqlStorage) -> str:
    """Return which step of the story is not done yet; else where it should not be."""
    with storage(read_only=True) as work:
        imports = work.imports.of_site(NEW)
        merges = work.merges.of_site(NEW)
    if not imports:
        return "enter"
    state = imports[0].state
    if state is not ImportState.COMPLETED:
        return _STEP_OF.get(state, str(state.value))
    if not merges:
        return "merge"
    return "undo" if merges[0].undone_at is None else THE_END


_STEP_OF = {
    ImportState.ANALYSING: "analyse",
    ImportState.READY: "confirm",
    ImportState.SCHEDULED: "import",
}


def go_on(storage: SqlStorage, code: str) -> None:
    """Do all that is left of the story."""
    while next_step(storage) != THE_END:
        take_step(storage, code)


def take_step(storage: SqlStorage, code: str) -> None:
    """Do the next step of the story."""
    STEPS[next_step(storage)](service_over(storage), storage, code)


def _import(storage: SqlStorage) -> Import:
    with storage(read_only=True) as work:
        [found] = work.imports.of_site(NEW)
    return found


def _undo(service: TransferService, _storage: SqlStorage, _code: str) -> object:
    [merge] = service.merges(NEW_HEAD)
    return service.undo_merge(NEW_HEAD, merge.id)


STEPS: dict[str, Callable[[TransferService, SqlStorage, str], object]] = {
    "enter": lambda service, _, code: service.start_import(NEW_HEAD, code, OAK),
    "analyse": lambda service, storage, _: service.analyse(_import(storage).id),
    "confirm": lambda service, storage, _: service.confirm(
        NEW_HEAD, _import(storage).id
    ),
    "import": lambda service, storage, _: service.run_import(_import(storage).id),
    "merge": lambda service, *_: service.merge_students(
        NEW_HEAD, STAYS, GOES, accept_unlike=True
    ),
    "undo": _undo,
}


def told(storage: SqlStorage) -> dict[str, Any]:
    """Tell everything about both sites but the keys and ids that were made."""
    service = service_over(storage)
    import_ = _import(storage)
    [completed] = service.completed_imports(NEW_HEAD)
    [code] = service.codes(OLD_HEAD)
    with storage(read_only=True) as work:
        progress = work.imports.progress(import_.id)
        rows = work.imports.rows(import_.id)
    return {
        "source": people(storage, OLD, ELM),
        "students": people(storage, NEW, OAK),
        "found by": _found_by(storage),
        "log": service.import_log(NEW_HEAD, import_.id),
        "listed": (completed.status, completed.imported, completed.failed),
        "code": code.status,
        "rows": [(row.source_key, row.decision, row.suggestion) for row in rows],
        "progress": progress,
        "merges": [
            (merge.survivor, merge.absorbed, merge.undone_at is not None)
            for merge in service.merges(NEW_HEAD)
        ],
    }


def people(storage: SqlStorage, site: Any, school: Any) -> list[Any]:
    """Return the students of a school with their records, without their keys."""
    with storage(read_only=True) as work:
        found = [
            (_unnamed(one), work.roster.records(site, one.key))
            for one in work.roster.enrolled(site, school)
        ]
    return sorted(found, key=lambda pair: (pair[0].user_name, pair[0].student_id))


def _unnamed(student: Student) -> Student:
    return attrs.evolve(student, key=StudentKey("-"))


def _found_by(storage: SqlStorage) -> tuple[int, dict[Any, int], dict[Any, int]]:
    """Count what the matching finds the students of the new site by."""
    with storage(read_only=True) as work:
        students = work.roster.enrolled(NEW, OAK)
        keys = {key for one in students for key in blocking_keys(_unnamed(one))}
        wanted = {term for one in students for term in terms(one)}
        blocked = work.roster.blocked(NEW, keys, 100)
        by_key = {key: len(who) for key, who in blocked.students.items()}
        return work.roster.size(NEW), dict(work.roster.frequencies(NEW, wanted)), by_key
