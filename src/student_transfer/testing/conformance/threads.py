"""What a storage promises to threads, for hosts that claim ``THREADS``."""

from typing import Any

import pytest

from student_transfer.ports import UnitOfWorkFactory
from student_transfer.testing.conformance import races
from student_transfer.testing.conformance.contract import Contract, need
from student_transfer.testing.crews import Threads
from student_transfer.testing.host import Capability, Host


class ThreadsContract(Contract):
    """Promises about threads that use one storage at the same time."""

    port = "threads"

    @pytest.fixture
    def threads(self, host: Host[Any], storage: UnitOfWorkFactory) -> Threads:
        """Return threads that share the storage."""
        need(host, Capability.THREADS)
        return Threads(storage)

    def test_threads_claim_a_code(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that claim a code at the same instant, one wins (CODE-7)."""
        races.one_claims_a_code(storage, threads)

    def test_threads_import_by_one_code(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that add an import of one code at once, one can (CODE-7)."""
        races.one_import_holds_a_code(storage, threads)

    def test_threads_save_an_import(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that save an import as they read it, one is refused."""
        races.one_saves_an_import(storage, threads)

    def test_threads_replace_a_student(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that replace a student as they read it, one is refused."""
        races.one_replaces_a_student(storage, threads)

    def test_threads_undo_a_merge(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that undo a merge at once, one can (AFTER-2)."""
        races.one_undoes_a_merge(storage, threads)

    def test_threads_undo_an_applied_match(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that undo an import's match at once, one can (AFTER-2)."""
        races.one_undoes_an_applied_match(storage, threads)

    def test_threads_share_an_identifier(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that give an email to two students, one can (CONF-3)."""
        races.one_gets_an_identifier(storage, threads)

    def test_threads_land_a_child_once(
        self, with_sites: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Of two threads that hold a site and bring one child, one makes it (IMP-5)."""
        races.one_lands_a_child(with_sites, threads)

    def test_threads_double_no_record(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Two threads that add one record at once leave one record (IMP-5)."""
        races.no_record_is_doubled(storage, threads)

    def test_threads_get_no_row_twice(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Three threads get each row of an import once, in order (CONF-4)."""
        races.no_row_is_given_twice(storage, threads)

    def test_threads_count_all(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Two threads that add students lose none of each other's in the counts."""
        races.all_are_counted(storage, threads)

    def test_threads_see_no_half(
        self, storage: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """No threads see half of what another commits."""
        races.nobody_sees_a_half(storage, threads)

    def test_threads_that_wait_in_vain_are_told(
        self, with_sites: UnitOfWorkFactory, threads: Threads
    ) -> None:
        """Who waits too long for what another holds gets a StorageBusyError (IMP-7)."""
        races.nobody_waits_for_ever(with_sites, threads)
