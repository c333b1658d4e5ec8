"""Several processes on one SQLite file, some of which are killed on the way."""

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import attrs
import pytest

from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import YearScope
from student_transfer.imports import ImportId, ImportState
from student_transfer.services import TransferService
from student_transfer.students import StudentKey
from tests.forking import forking

from .worker import (
    ELM,
    NEW,
    NEW_HEAD,
    OAK,
    OLD,
    OLD_HEAD,
    PEOPLE,
    STEPS,
    claim,
    fill,
    service_over,
    work,
)

_PROCESSES = forking("tests.services.worker")
_KILLS = 8  # of each step; each at another statement
_STATEMENTS = {"analyse": 45, "run": 156, "merge": 30, "confirm": 15}
_BEFORE = {"analyse": (), "run": ("analyse", "confirm"), "merge": ("analyse",)}
_BEFORE["confirm"] = _BEFORE["merge"]


def _code(service: TransferService) -> str:
    return service.generate_code(OLD_HEAD, YearScope(ELM, "6")).code.reveal()


def _prepare(path: Path, before: tuple[str, ...]) -> ImportId:
    """Make the database in which a step is due."""
    with SqlStorage.open(path) as storage:
        fill(storage)
        service = service_over(storage)
        import_id = service.start_import(NEW_HEAD, _code(service), OAK).id
        for step in before:
            STEPS[step](service, import_id)
    return import_id


def _finish(path: Path, import_id: ImportId, step: str) -> Any:
    """Do all that is left of the story, as after a restart; give what came of it."""
    with SqlStorage.open(path) as storage:
        service = service_over(storage)
        state = service.analyse(import_id).state
        if step == "merge" and not service.merges(NEW_HEAD):
            STEPS["merge"](service, import_id)
        if state is ImportState.READY:
            service.confirm(NEW_HEAD, import_id)
        assert service.run_import(import_id).state is ImportState.COMPLETED
        return _told(storage, service, import_id)


def _told(storage: SqlStorage, service: TransferService, import_id: ImportId) -> Any:
    """Tell everything about both sites but the keys and IDs that were made."""
    people = []
    with storage(read_only=True) as unit:
        for site, school in ((OLD, ELM), (NEW, OAK)):
            for one in unit.roster.enrolled(site, school):
                unnamed = attrs.evolve(one, key=StudentKey("-"))
                people.append((unnamed, unit.roster.records(site, one.key)))
    people.sort(key=lambda pair: (pair[0].site_id, pair[0].user_name))
    [completed] = service.completed_imports(NEW_HEAD)
    [code] = service.codes(OLD_HEAD)
    return (
        people,
        service.import_log(NEW_HEAD, import_id),
        (completed.status, completed.imported, completed.failed),
        code.status,
        [merge.result.records for merge in service.merges(NEW_HEAD)],
    )


@pytest.mark.parametrize("step", _STATEMENTS)
def test_a_killed_process_leaves_nothing_half_done(tmp_path: Path, step: str) -> None:
    """IMP-6, IMP-7, PREV-7, CONF-5: killed anywhere and resumed, all is as without."""
    base, calm = tmp_path / "base.db", tmp_path / "calm.db"
    import_id = _prepare(base, _BEFORE[step])
    shutil.copy(base, calm)
    work(calm, step, import_id)
    expected = _finish(calm, import_id, step)
    kills = Counter[int | None]()
    for count in random.Random(step).sample(range(1, _STATEMENTS[step]), _KILLS):
        path = tmp_path / f"{count}.db"
        shutil.copy(base, path)
        process = _PROCESSES.Process(target=work, args=(path, step, import_id, count))
        process.start()
        process.join(30)
        kills[process.exitcode] += 1
        assert _finish(path, import_id, step) == expected
    assert set(kills) <= {-9, 0}
    assert kills[-9] >= _KILLS // 2


def test_of_many_processes_that_enter_a_code_one_wins(tmp_path: Path) -> None:
    """CODE-7: one import claims it, the others are told so."""
    path = tmp_path / "sites.db"
    with SqlStorage.open(path) as storage:
        fill(storage)
        code = _code(service_over(storage))
    answers = _PROCESSES.Queue()
    _together([(claim, (path, code, answers))] * 5)
    told = Counter(answers.get(timeout=10) for _ in range(5))
    assert told == {"claimed": 1, "ClaimedCodeError": 4}


def test_many_processes_share_one_import(tmp_path: Path) -> None:
    """IMP-6, PREV-7: analysed by three and run by three, nobody arrives twice."""
    path = tmp_path / "sites.db"
    import_id = _prepare(path, ())
    _together([(work, (path, "analyse", import_id))] * 3)
    work(path, "confirm", import_id)
    _together([(work, (path, "run", import_id))] * 3)
    with SqlStorage.open(path) as storage, storage(read_only=True) as unit:
        assert len(unit.roster.enrolled(NEW, OAK)) == len(PEOPLE)
        rows = unit.imports.rows(import_id)
    assert len({row.outcome.student for row in rows if row.outcome}) == len(PEOPLE)


def _together(jobs: list[Any]) -> None:
    """Run each job in a process of its own, all at once."""
    processes = [_PROCESSES.Process(target=job, args=args) for job, args in jobs]
    for process in processes:
        process.start()
    for process in processes:
        process.join(30)
    assert {process.exitcode for process in processes} == {0}
