"""Who lands or merges students holds the site: each meeting, one step at a time.

In threads, so that each meeting is brought about and not waited for: one transaction
is open, the other one begins, and only then the first goes on.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.sql import SqlStorage
from student_transfer.codes import CodeEvent, StudentScope
from student_transfer.errors import (
    ClaimedCodeError,
    ConcurrentChangeError,
    NotFoundError,
    RevokedCodeError,
    StorageBusyError,
    StorageReadOnlyError,
)
from student_transfer.formats import Format, Reading, RecordRow, StudentReference
from student_transfer.imports import ImportId, ImportState
from student_transfer.loading import load
from student_transfer.merges import Merge
from student_transfer.services.lookups import held_code
from student_transfer.sites import School, Site, SiteId
from student_transfer.students import Student, StudentKey
from tests.conformance.postgresql import empty
from tests.faults.crew import head, quiz, school
from tests.services.worker import PEOPLE, service_over

OLD, NEW = SiteId("old"), SiteId("new")
ONE, TWO = StudentKey("1"), StudentKey("2")
PATIENCE = 30.0
SOON = 0.3  # seconds that a held one is given to be wrong


@pytest.fixture
def storage(postgresql: str) -> Iterator[SqlStorage]:
    """Yield a storage on PostgreSQL with two sites and a child on the old one."""
    empty(postgresql)
    with SqlStorage.open(postgresql, busy_timeout=PATIENCE) as storage:
        with storage() as work:
            for site in (OLD, NEW):
                work.sites.put_site(Site(site, site))
                work.sites.put_school(School(school(site), site, site))
            _add(work, OLD, ONE, 0)
            work.commit()
        yield storage


@pytest.fixture
def workers() -> Iterator[ThreadPoolExecutor]:
    """Yield who works at the same time."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


def _add(work: Any, site: SiteId, key: StudentKey, number: int) -> None:
    given, family, born = PEOPLE[number]
    work.roster.add(
        Student(
            key=key,
            site_id=site,
            given_name=given,
            family_name=family,
            date_of_birth=born,
            year="6",
            enrolments={school(site)},
        )
    )
    work.roster.add_records(site, key, [quiz(site, key)])


def _waits(future: "Future[Any]") -> bool:
    """Return whether it is not done, though it has had the time to be."""
    return not wait_for([future], timeout=SOON).done


def _pair(storage: SqlStorage) -> None:
    """Put two students on the new site."""
    with storage() as work:
        _add(work, NEW, ONE, 1)
        _add(work, NEW, TWO, 2)
        work.commit()


def _merge(storage: SqlStorage) -> Callable[[], Merge]:
    return lambda: service_over(storage).merge_students(
        head(NEW), ONE, TWO, accept_unlike=True
    )


def _names(storage: SqlStorage, key: StudentKey) -> list[str]:
    with storage(read_only=True) as work:
        return [one.origin.record_id for one in work.roster.records(NEW, key)]


def _scheduled(storage: SqlStorage) -> ImportId:
    """Confirm an import of the child on the old site."""
    service = service_over(storage)
    made = service.generate_code(head(OLD), StudentScope(school(OLD), ONE))
    entered = made.code.reveal()
    one = service.start_import(head(NEW), entered, school(NEW)).id
    service.analyse(one)
    service.confirm(head(NEW), one)
    return one


def test_a_load_that_takes_long_fails_no_import(
    storage: SqlStorage, postgresql: str
) -> None:
    """IMP-1, IMP-7: it holds the site for longer than an import waits."""
    one = _scheduled(storage)
    with SqlStorage.open(postgresql, busy_timeout=0.1) as hasty, storage() as work:
        work.roster.hold(NEW)
        with pytest.raises(StorageBusyError):
            service_over(hasty).run_import(one)
    assert [due.import_id for due in service_over(storage).due()] == [one]
    assert service_over(storage).run_import(one).state is ImportState.COMPLETED


def test_a_child_of_two_imports_is_made_once(
    storage: SqlStorage, workers: ThreadPoolExecutor
) -> None:
    """IMP-5: the second import looks when the first has brought the child."""
    service = service_over(storage)
    imports = [_scheduled(storage) for _ in range(2)]
    with storage() as work:
        work.roster.hold(NEW)
        running = [workers.submit(service.run_import, one) for one in imports]
        assert all(_waits(one) for one in running)
        work.commit()
    ended = [one.result(PATIENCE).state for one in running]
    assert ended == [ImportState.COMPLETED] * 2
    with storage(read_only=True) as work:
        assert work.roster.size(NEW) == 1


def test_a_record_that_comes_first_is_merged(
    storage: SqlStorage, workers: ThreadPoolExecutor
) -> None:
    """CONF-5: a merge waits for a record that is being written, and takes it along."""
    _pair(storage)
    with storage() as work:
        work.roster.add_records(NEW, TWO, [quiz(NEW, "late")])
        merging = workers.submit(_merge(storage))
        assert _waits(merging)
        work.commit()
    merge = merging.result(PATIENCE)
    assert [one.origin.record_id for one in merge.absorbed.records] == ["2", "late"]
    assert _names(storage, ONE) == ["1", "2", "late"]


def test_a_load_waits_for_who_merges(
    storage: SqlStorage, workers: ThreadPoolExecutor
) -> None:
    """CONF-5: else a record could come to one who is merged away meanwhile."""
    _pair(storage)
    row = RecordRow(
        reference=StudentReference(keys=(TWO,)),
        record=quiz(NEW, "late"),
        file="r.csv",
        line=2,
    )
    quizzes = (Format.READER_QUIZZES,)
    reading = Reading(formats=quizzes, record_rows=(row,))
    with storage() as work:
        work.roster.hold(NEW)
        loading = workers.submit(load, storage, NEW, reading)
        assert _waits(loading)
        work.commit()
    loading.result(PATIENCE)
    assert _names(storage, TWO) == ["2", "late"]


def test_a_record_that_comes_too_late_is_refused(
    storage: SqlStorage, workers: ThreadPoolExecutor
) -> None:
    """CONF-5: no record comes to a student who is held, to be lost by the merge."""
    _pair(storage)

    def add(key: StudentKey) -> None:
        with storage() as work:
            work.roster.add_records(NEW, key, [quiz(NEW, "late")])
            work.commit()

    with storage() as work:
        held = work.roster.hold(NEW, [TWO])
        adding = workers.submit(add, TWO)
        assert _waits(adding)
        add(ONE)  # who is not held
        work.roster.remove(held[TWO])
        work.commit()
    with pytest.raises(ConcurrentChangeError):
        adding.result(PATIENCE)
    assert _names(storage, ONE) == ["1", "late"]


def test_records_are_not_taken_from_who_is_held(
    storage: SqlStorage, workers: ThreadPoolExecutor
) -> None:
    """CONF-5: what a load corrects is not changed while a merge counts it."""
    _pair(storage)

    def take() -> None:
        with storage() as work:
            work.roster.remove_records(NEW, TWO, [quiz(NEW, TWO).origin])
            work.commit()

    with storage() as work:
        work.roster.hold(NEW, [TWO])
        taking = workers.submit(take)
        assert _waits(taking)
        assert len(work.roster.records(NEW, TWO)) == 1
        work.commit()
    taking.result(PATIENCE)
    assert not _names(storage, TWO)


def test_merges_on_one_site_come_one_after_the_other(
    storage: SqlStorage, workers: ThreadPoolExecutor
) -> None:
    """AFTER-1: the second is told that the student has gone."""
    _pair(storage)
    with storage() as work:
        work.roster.hold(NEW)
        merging = [workers.submit(_merge(storage)) for _ in range(2)]
        assert all(_waits(one) for one in merging)
        work.commit()
    wait_for(merging, PATIENCE)
    refused = [one.exception() for one in merging if one.exception() is not None]
    assert [type(one) for one in refused] == [NotFoundError]


def test_other_sites_and_who_does_not_hold_go_on(storage: SqlStorage) -> None:
    """Who holds one site holds up nobody else: not a school, not a new student."""
    _pair(storage)
    with storage() as work:
        work.roster.hold(NEW, [ONE])
        with storage() as other:
            other.roster.hold(OLD, [ONE])
            other.sites.put_school(School(school("b"), NEW, "B"))
            _add(other, NEW, StudentKey("3"), 3)
            other.roster.add_records(NEW, TWO, [quiz(NEW, "more")])
            other.commit()
        assert work.roster.hold(NEW, [StudentKey("3")])
    assert _names(storage, TWO) == ["2", "more"]


def test_what_was_committed_while_waiting_is_seen(
    storage: SqlStorage, workers: ThreadPoolExecutor, postgresql: str
) -> None:
    """IMP-5: whatever level the server has, who gets the site sees the latest state."""
    url = sa.make_url(postgresql)
    strict = url.update_query_dict(
        {"options": "-cdefault_transaction_isolation=serializable"}
    )

    def look() -> set[StudentKey]:
        where = strict.render_as_string(hide_password=False)
        with SqlStorage.open(where, busy_timeout=PATIENCE) as other, other() as work:
            work.roster.size(NEW)  # a snapshot, if the level is one that has them
            work.roster.hold(NEW)
            return set(work.roster.students(NEW, [ONE]))

    with storage() as work:
        work.roster.hold(NEW)
        looking = workers.submit(look)
        assert _waits(looking)
        _add(work, NEW, ONE, 1)
        work.commit()
    assert looking.result(PATIENCE) == {ONE}


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (CodeEvent.REVOKE, RevokedCodeError),
        (CodeEvent.CLAIM, ClaimedCodeError),
    ],
)
def test_who_comes_second_is_told_what_became_of_the_code(
    storage: SqlStorage,
    workers: ThreadPoolExecutor,
    event: CodeEvent,
    told: type[Exception],
) -> None:
    """CODE-7, CODE-8, CODE-11: a code that was revoked is not called claimed."""
    service = service_over(storage)
    made = service.generate_code(head(OLD), StudentScope(school(OLD), ONE))
    holder = ImportId("another") if event is CodeEvent.CLAIM else None
    with storage() as work:
        work.codes.change(made.issued, made.issued.after(event, holder))
        entered = made.code.reveal()
        entering = workers.submit(service.start_import, head(NEW), entered, school(NEW))
        assert _waits(entering)
        work.commit()
    with pytest.raises(told):
        entering.result(PATIENCE)


def test_a_confirmation_that_meets_a_cancel_is_no_withdrawal(
    storage: SqlStorage,
) -> None:
    """IMP-2, CODE-8: the code was released, and not withdrawn by its site."""
    service = service_over(storage)
    made = service.generate_code(head(OLD), StudentScope(school(OLD), ONE))
    one = service.start_import(head(NEW), made.code.reveal(), school(NEW)).id
    service.analyse(one)
    with storage() as work:
        read = work.imports.get(one)
        assert read is not None
        service.cancel(head(NEW), one, confirmed=True)
        with pytest.raises(ConcurrentChangeError):
            held_code(work, read)


@pytest.fixture(params=["memory", "sqlite"])
def small(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Any]:
    """Yield a storage that has one writer."""
    if request.param == "memory":
        yield MemoryStorage()
        return
    with SqlStorage.open(tmp_path / "small.db") as storage:
        yield storage


def test_where_one_writes_who_is_held_is_given(small: Any) -> None:
    """A storage with one writer gives the students, and to nobody who only reads."""
    with small() as work:
        work.sites.put_site(Site(NEW, "New"))
        work.sites.put_school(School(school(NEW), NEW, "Oak"))
        _add(work, NEW, ONE, 0)
        assert set(work.roster.hold(NEW, [ONE, TWO])) == {ONE}
        assert not work.roster.hold(NEW)
        with pytest.raises(NotFoundError):
            work.roster.hold(OLD, [ONE])
        work.commit()
    with small(read_only=True) as work, pytest.raises(StorageReadOnlyError):
        work.roster.hold(NEW)
