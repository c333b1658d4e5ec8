"""What a storage promises to processes, for hosts that claim ``PROCESSES``."""

from collections.abc import Iterator
from typing import Any

import pytest

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.conformance import races
from student_transfer.testing.conformance.contract import Contract, need
from student_transfer.testing.crews import Processes, Waiting
from student_transfer.testing.host import Capability, Host
from student_transfer.testing.values import OAK, add_students, student
from student_transfer.testing.worker import DEAD


class ProcessesContract(Contract):
    """Promises about processes that open the storage of one location."""

    port = "processes"

    @pytest.fixture(scope="class")
    @classmethod
    def waiting(cls) -> Iterator[Waiting]:
        """Yield the processes that a promise before this one has needed."""
        with Waiting() as waiting:
            yield waiting

    @pytest.fixture
    def processes(
        self,
        host: Host[Any],
        location: str,
        waiting: Waiting,
        request: pytest.FixtureRequest,
    ) -> Iterator[Processes]:
        """Yield processes that open the storage of the location."""
        need(host, Capability.PROCESSES)
        reference: str = request.getfixturevalue("reference")  # only now: it may fail
        with Processes(reference, location, waiting) as processes:
            yield processes

    def test_processes_claim_a_code(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that claim a code at the same instant, one wins (CODE-7)."""
        races.one_claims_a_code(storage, processes)

    def test_processes_import_by_one_code(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that add an import of one code at once, one can (CODE-7)."""
        races.one_import_holds_a_code(storage, processes)

    def test_processes_save_an_import(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that save an import as they read it, one is refused."""
        races.one_saves_an_import(storage, processes)

    def test_processes_replace_a_student(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that replace a student as they read it, one is refused."""
        races.one_replaces_a_student(storage, processes)

    def test_processes_undo_a_merge(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that undo a merge at once, one can (AFTER-2)."""
        races.one_undoes_a_merge(storage, processes)

    def test_processes_undo_an_applied_match(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that undo an import's match at once, one can (AFTER-2)."""
        races.one_undoes_an_applied_match(storage, processes)

    def test_processes_share_an_identifier(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that give an email to two students, one can (CONF-3)."""
        races.one_gets_an_identifier(storage, processes)

    def test_processes_land_a_child_once(
        self, with_sites: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Of two processes that hold a site to bring a child, one makes it (IMP-5)."""
        races.one_lands_a_child(with_sites, processes)

    def test_processes_double_no_record(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Two processes that add one record at once leave one record (IMP-5)."""
        races.no_record_is_doubled(storage, processes)

    def test_processes_get_no_row_twice(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Three processes get each row of an import once, in order (CONF-4)."""
        races.no_row_is_given_twice(storage, processes)

    def test_processes_count_all(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """Two processes that add students lose none of each other's in the counts."""
        races.all_are_counted(storage, processes)

    def test_processes_see_no_half(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """No processes see half of what another commits."""
        races.nobody_sees_a_half(storage, processes)

    def test_processes_that_die_leave_nothing(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """A process that dies before its commit leaves nothing, and nobody waits."""
        job = ("add student", "s1", "a@x.org")
        assert processes.die_of(job) == DEAD
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == 0
        races.keep_at_it(processes, job)
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == 1

    def test_processes_read_what_others_commit(
        self, storage: UnitOfWorkFactory, processes: Processes
    ) -> None:
        """What one process has committed another reads, which was there before."""
        assert processes.at_once(("see pair", "p")) == ["0"]
        add_students(storage, student("pa"), student("pb"))
        assert processes.at_once(("see pair", "p")) == ["2"]
