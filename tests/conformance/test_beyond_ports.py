"""What the library's own storages promise beyond the ports, alike for each."""

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest

from student_transfer.adapters.memory import MemoryStorage
from student_transfer.adapters.sql import SqlStorage
from student_transfer.errors import (
    ConcurrentChangeError,
    KeyTakenError,
    StorageBusyError,
    StorageError,
    StorageReadOnlyError,
)
from student_transfer.imports import Progress
from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.records import Origin, ReaderQuiz
from student_transfer.services import TransferService
from student_transfer.sites import RosterSource, School, SchoolId, Site, SiteKind
from student_transfer.students import StudentKey
from student_transfer.testing.values import (
    ELM,
    OAK,
    add_applied_matches,
    add_codes,
    add_import,
    add_merges,
    add_students,
    issued_code,
    new_applied_match,
    new_import,
    new_merge,
    quiz,
    row,
    student,
)

Storage = MemoryStorage | SqlStorage


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Yield each of the library's storages, empty and impatient."""
    yield from _opened(request.param, tmp_path, busy_timeout=0.1)


def _opened(kind: str, folder: Path, *, busy_timeout: float) -> Iterator[Storage]:
    if kind == "memory":
        yield MemoryStorage(busy_timeout=busy_timeout)
        return
    with SqlStorage.open(folder / "school.db", busy_timeout=busy_timeout) as opened:
        yield opened


def test_who_has_a_record_is_found(storage: Storage) -> None:
    """By its origin and on one site, also where it has come to two students (IMP-5)."""
    add_students(storage, student("1"), student("2"), student("1", ELM))
    one, other, third = (quiz(text) for text in ("a", "b", "c"))
    with storage() as work:
        work.roster.add_records(OAK, StudentKey("1"), [one, other])
        work.roster.add_records(OAK, StudentKey("2"), [other])
        work.roster.add_records(ELM, StudentKey("1"), [third])
        work.commit()
    with storage(read_only=True) as work:
        asked = [each.origin for each in (one, other, third, third)]
        assert work.roster.record_holders(OAK, asked) == {
            one.origin: {"1"},
            other.origin: {"1", "2"},
        }
        assert work.roster.record_holders(OAK, []) == {}


class BookRead(ReaderQuiz):
    """A record of a host's own, which no storage could read again."""


def test_a_record_of_a_kind_of_its_own_is_refused(storage: Storage) -> None:
    """In memory as in a database, before anything is written."""
    own = BookRead(origin=Origin(ELM, "b1"), quiz_number="")
    add_students(storage, student("1"))
    with storage() as work:
        with pytest.raises(TypeError, match="a Mastery, and is of type BookRead"):
            work.roster.add_records(OAK, StudentKey("1"), [quiz("1"), own])
        assert not work.roster.records(OAK, StudentKey("1"))


def test_a_key_that_is_there_already_is_told_as_one(storage: Storage) -> None:
    """Hardly ever has somebody else been faster: mostly it was added before."""
    add_students(storage, student("1"))
    add_codes(storage, issued_code())
    add_merges(storage, new_merge())
    add_applied_matches(storage, new_applied_match())
    same_code = new_import("i2", code_id=new_import().code_id)
    told = (
        "with this key, or with another value that has to be unique, is there already"
    )
    with storage() as work:
        with pytest.raises(KeyTakenError, match=told):
            work.roster.add(student("1"))
        with pytest.raises(KeyTakenError, match=told):
            work.roster.add_all([student("2"), student("2")])
        for import_ in (new_import(), same_code):
            with pytest.raises(KeyTakenError, match=told):
                work.imports.add(import_)
        with pytest.raises(KeyTakenError, match=told):
            work.codes.add(issued_code())
        with pytest.raises(KeyTakenError, match=told):
            work.merges.add(new_merge())
        with pytest.raises(KeyTakenError, match=told):
            work.applied_matches.add(new_applied_match())


def test_sites_say_what_changed(storage: Storage) -> None:
    """Setting a site says whether it was new or other than before."""
    oak = Site(OAK, "Oak")
    renamed = Site(OAK, "Oak Trust", SiteKind.SCHOOL, RosterSource.SIS)
    with storage() as work:
        changed = [work.sites.put_site(one) for one in (oak, oak, renamed, renamed)]
        assert work.sites.put_site(Site(ELM, "Elm"))
        assert list(work.sites.all_sites()) == [Site(ELM, "Elm"), renamed]
    assert changed == [True, False, True, False]


def test_schools_say_what_changed(storage: Storage) -> None:
    """Setting a school says whether it was new or other than before, on its site."""
    north, renamed, theirs = (
        School(SchoolId("n"), site, name)
        for site, name in ((OAK, "North"), (OAK, "Northern"), (ELM, "North"))
    )
    with storage() as work:
        work.sites.put_site(Site(OAK, "Oak"))
        work.sites.put_site(Site(ELM, "Elm"))
        schools = (north, north, renamed, renamed, theirs)
        changed = [work.sites.put_school(one) for one in schools]
        assert list(work.sites.schools(OAK)) == [renamed]
        assert list(work.sites.schools(ELM)) == [theirs]
    assert changed == [True, False, True, False, True]


def test_a_school_needs_its_site(storage: Storage) -> None:
    """A school is not kept without its site."""
    with storage() as work, pytest.raises(StorageError, match="no site oak"):
        work.sites.put_school(School(SchoolId("n"), OAK, "North"))


def test_keeps_administrators(storage: Storage) -> None:
    """An administrator is kept as last given, and listed by id."""
    head = Actor(ActorId("head"), OAK, Role.TEACHER, {SchoolId("n"), SchoolId("s")})
    promoted = Actor(ActorId("head"), OAK, Role.NETWORK_ADMINISTRATOR)
    deputy = Actor(ActorId("deputy"), ELM, Role.SCHOOL_ADMINISTRATOR, {SchoolId("e")})
    storage.put_actor(head)
    assert storage.actor(head.id) == head
    storage.put_actor(promoted)
    storage.put_actor(deputy)
    assert storage.actor(head.id) == promoted
    assert storage.actor(ActorId("nobody")) is None
    assert list(storage.actors()) == [deputy, promoted]


def test_one_unit_of_work_writes_at_a_time(storage: Storage) -> None:
    """A second one that writes gives up after the timeout, and can come back."""
    with storage(), pytest.raises(StorageBusyError):
        storage().__enter__()
    add_students(storage, student())


@pytest.fixture(params=["memory", "sqlite"])
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Yield each of the library's storages, empty and ready to wait for ever."""
    yield from _opened(request.param, tmp_path, busy_timeout=1000)


def test_nobody_waits_for_themself(patient: Storage) -> None:
    """Who writes and begins another one that writes is told at once, and goes on."""
    service = TransferService(patient)
    head = Actor(ActorId("head"), OAK, Role.NETWORK_ADMINISTRATOR)
    with patient() as work:
        work.roster.add(student("1"))
        with pytest.raises(StorageBusyError, match="This thread has a unit of work"):
            patient().__enter__()
        with pytest.raises(StorageBusyError, match="This thread") as refusal:
            service.revoke_code(head, issued_code().id)
        assert "call of the service" in refusal.value.advice
        with patient(read_only=True) as reading:
            assert reading.roster.size(OAK) == 0
        work.commit()
        add_students(patient, student("2"))  # after the commit it is no more open
    with pytest.raises(LookupError), patient() as work:
        raise LookupError
    with patient(read_only=True) as reading:
        add_students(patient, student("3"))
    with patient(read_only=True) as reading:
        assert reading.roster.size(OAK) == 3


def test_nobody_waits_who_began_while_another_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database is free at a commit, before who committed can say so."""
    with (
        SqlStorage.open(tmp_path / "school.db", busy_timeout=0.1) as storage,
        ThreadPoolExecutor(max_workers=1) as other,
    ):
        second, work = storage(), storage()
        with work:
            connection = work.transaction.connection
            commit = connection.commit

            def committing() -> None:
                commit()
                other.submit(second.__enter__).result()

            monkeypatch.setattr(connection, "commit", committing)
            work.commit()
        with pytest.raises(StorageBusyError, match="This thread has a unit of work"):
            other.submit(storage().__enter__).result()
        other.submit(second.__exit__, None, None, None).result()
        add_students(storage, student())


def test_another_storage_is_another_matter(patient: Storage) -> None:
    """A thread may write to two storages at once."""
    other = MemoryStorage(busy_timeout=1000)
    with patient() as work, other() as beside:
        beside.roster.add(student("1"))
        with pytest.raises(StorageBusyError, match="This thread"):
            patient().__enter__()
        beside.commit()
        work.commit()


def test_who_was_left_open_by_others_is_waited_for(storage: Storage) -> None:
    """A unit of work that this thread has begun for somebody else may end elsewhere.

    So do hosts that run each step of a request in any thread of a pool.
    """
    began, work = copy_context(), storage()
    began.run(work.__enter__)
    with pytest.raises(StorageBusyError) as refusal:
        storage().__enter__()
    assert "This thread" not in refusal.value.message
    work.__exit__(None, None, None)
    add_students(storage, student())


def test_a_unit_of_work_that_was_forgotten(tmp_path: Path) -> None:
    """On SQLite the pool ends it, and nobody is refused for it."""
    with SqlStorage.open(tmp_path / "school.db", busy_timeout=1) as storage:
        storage().__enter__()
        gc.collect()
        add_students(storage, student())


def test_the_second_writer_sees_the_first(storage: Storage) -> None:
    """Writers side by side lose nothing of each other's."""

    def add(number: int) -> None:
        for part in range(5):
            while True:
                try:
                    add_students(storage, student(f"{number}-{part}"))
                    break
                except StorageBusyError:
                    continue

    threads = [threading.Thread(target=add, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with storage(read_only=True) as work:
        assert work.roster.size(OAK) == 15


def test_is_used_inside_the_with_statement(storage: Storage) -> None:
    """A unit of work is good from its beginning to its commit or end, and once."""
    unused, used, committed = storage(), storage(), storage(read_only=True)
    with used:
        pass
    with committed:
        committed.commit()
        with pytest.raises(StorageError, match="not open"):
            committed.roster.size(OAK)
    for work in (unused, used, committed):
        with pytest.raises(StorageError, match="not open"):
            work.roster.size(OAK)
        with pytest.raises(StorageError, match="not open"):
            work.commit()
    for work in (used, committed):
        with pytest.raises(StorageError, match="entered before") as refused:
            work.__enter__()
        assert "a new one" in refused.value.advice
    with storage() as open_work:
        with pytest.raises(StorageError, match="entered before"):
            open_work.__enter__()
        assert open_work.roster.size(OAK) == 0  # it goes on
    add_students(storage, student())


def test_nothing_is_written_after_the_commit(storage: Storage) -> None:
    """A store that was kept aside cannot write into what is committed."""
    with storage() as work:
        roster = work.roster
        work.commit()
        with pytest.raises(StorageError, match="not open"):
            roster.add(student())
    with storage(read_only=True) as work:
        assert work.roster.size(OAK) == 0


def test_a_student_never_becomes_another(storage: Storage) -> None:
    """A replacement has the key and the site of the student before."""
    add_students(storage, student("s1"), student("s2"))
    with storage() as work:
        for other in (student("s2"), student("s1", ELM)):
            with pytest.raises(StorageError, match="cannot be changed") as refused:
                work.roster.replace(student("s1"), other)
            assert "that were read" in refused.value.advice
        assert work.roster.size(OAK) == 2


def test_records_need_their_student(storage: Storage) -> None:
    """Records of a student who has gone are refused, not lost unnoticed."""
    add_students(storage, student("s1", ELM))
    with storage() as work, pytest.raises(ConcurrentChangeError):
        work.roster.add_records(OAK, StudentKey("s1"), [quiz("1")])


def test_what_belongs_to_an_import_needs_it(storage: Storage) -> None:
    """Nothing is kept of an import that is not there."""
    unknown = new_import().id
    with storage() as work:
        with pytest.raises(ConcurrentChangeError):
            work.imports.put_rows(unknown, [row("a")])
        with pytest.raises(ConcurrentChangeError):
            work.imports.save_row(unknown, row("a"))
        with pytest.raises(ConcurrentChangeError):
            work.imports.add_edits(unknown, [])
        with pytest.raises(ConcurrentChangeError):
            work.imports.set_progress(unknown, Progress(1, 2))
        with pytest.raises(ConcurrentChangeError):
            work.applied_matches.add(new_applied_match())
        assert work.applied_matches.get(unknown, new_applied_match().source_key) is None
        assert work.imports.take_pending_row(unknown) is None


def test_rows_have_one_key_each(storage: Storage) -> None:
    """Two rows of one student are refused, and the rows stay as they were."""
    add_import(storage, new_import(), [row("a")])
    with storage() as work:
        with pytest.raises(ConcurrentChangeError):
            work.imports.put_rows(new_import().id, [row("b"), row("c"), row("b")])
        assert list(work.imports.rows(new_import().id)) == [row("a")]


def test_saves_no_row_that_was_replaced(storage: Storage) -> None:
    """A row that a later analysis has left out cannot be saved (PREV-7)."""
    add_import(storage, new_import(), [row("a")])
    with storage() as work, pytest.raises(ConcurrentChangeError):
        work.imports.save_row(new_import().id, row("b"))


def test_a_refusal_to_write_says_why(storage: Storage) -> None:
    """A unit of work that only reads is told from a read-only database."""
    with (
        storage(read_only=True) as work,
        pytest.raises(StorageReadOnlyError, match="This unit of work only reads"),
    ):
        work.codes.add(issued_code())


def test_a_commit_of_reading_is_harmless(storage: Storage) -> None:
    """A unit of work that only reads can be committed; nothing happens."""
    add_merges(storage, new_merge())
    with storage(read_only=True) as work:
        assert len(work.merges.of_site(OAK)) == 1
        work.commit()
    with storage(read_only=True) as work:
        assert len(work.merges.of_site(OAK)) == 1


def test_readers_keep_what_they_began_with(storage: Storage) -> None:
    """One who reads sees one state, whatever is committed meanwhile."""
    with storage(read_only=True) as reader:
        assert reader.roster.size(OAK) == 0
        add_students(storage, student())
        assert reader.roster.size(OAK) == 0
    with storage(read_only=True) as reader:
        assert reader.roster.size(OAK) == 1


def test_the_source_shows_nothing_else(storage: Storage) -> None:
    """The source has the reading methods and nothing besides (IMP-3)."""
    with storage() as work:
        public = {name for name in dir(work.source) if not name.startswith("_")}
    assert public == {"enrolled", "students", "records"}
