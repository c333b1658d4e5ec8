"""What a storage leaves in its tables, for hosts that claim ``BACK_DOOR``."""

import contextlib
from collections.abc import Callable

import attrs
import pytest

from student_transfer.codes import CodeEvent
from student_transfer.errors import IdentifierTakenError, StorageError
from student_transfer.imports import ImportId
from student_transfer.ports import UnitOfWork, UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.host import Rows
from student_transfer.testing.values import (
    ELM,
    OAK,
    add_applied_matches,
    add_codes,
    add_import,
    add_merges,
    add_students,
    full_student,
    issued_code,
    new_applied_match,
    new_import,
    new_merge,
    quiz,
    row,
    student,
    undone,
)

KEY = StudentKey("s1")
Count = Callable[[Rows], int]


def write_one_of_each(work: UnitOfWork) -> None:
    """Write one row of everything, on the site oak."""
    work.roster.add(full_student())
    work.roster.add_records(OAK, KEY, [quiz("1")])
    work.codes.add(issued_code())
    new = new_import(site_id=OAK, school_id="north", source_site_id=ELM)
    work.imports.add(new)
    work.imports.put_rows(new.id, [row("s1")])
    work.merges.add(new_merge())
    work.applied_matches.add(new_applied_match(site_id=OAK))


class BackDoorContract(Contract):
    """Promises about the rows themselves, counted past the storage."""

    port = "the rows behind the storage"

    def test_writes_what_it_says(
        self, storage: UnitOfWorkFactory, count: Count
    ) -> None:
        """After a commit the tables have one row for each thing that was written."""
        with storage() as work:
            write_one_of_each(work)
            work.commit()
        assert {rows: count(rows) for rows in Rows} == dict.fromkeys(Rows, 1)

    def test_leaves_nothing_without_commit(
        self, storage: UnitOfWorkFactory, count: Count
    ) -> None:
        """Without a commit the tables have no row of what was written."""
        with storage() as work:
            write_one_of_each(work)
        assert {rows: count(rows) for rows in Rows} == dict.fromkeys(Rows, 0)

    def test_writes_nothing_where_it_only_reads(
        self, storage: UnitOfWorkFactory, count: Count
    ) -> None:
        """With ``read_only`` the tables stay as they were, even after a commit."""
        with contextlib.suppress(StorageError), storage(read_only=True) as work:
            with contextlib.suppress(StorageError):
                write_one_of_each(work)
            work.commit()
        assert {rows: count(rows) for rows in Rows} == dict.fromkeys(Rows, 0)

    def test_keeps_sites_apart(self, storage: UnitOfWorkFactory, count: Count) -> None:
        """What is written for one site adds no row to another."""
        with storage() as work:
            work.roster.add(full_student("s1", ELM))
            work.roster.add_records(ELM, KEY, [quiz("1", OAK)])
            work.codes.add(issued_code(site_id=ELM))
            work.imports.add(new_import(site_id=ELM, source_site_id=OAK))
            work.imports.put_rows(new_import().id, [row("s1")])
            work.merges.add(new_merge(site_id=ELM))
            work.applied_matches.add(new_applied_match(site_id=ELM))
            work.commit()
        assert {rows: count(rows) for rows in Rows} == dict.fromkeys(Rows, 0)

    def test_changes_in_place(self, storage: UnitOfWorkFactory, count: Count) -> None:
        """A student, a code or an import that is changed is still one row."""
        new = new_import(site_id=OAK, school_id="north", source_site_id=ELM)
        add_students(storage, student())
        add_codes(storage, issued_code())
        add_import(storage, new)
        with storage() as work:
            work.roster.replace(student(), full_student())
            free = issued_code()
            work.codes.change(free, free.after(CodeEvent.CLAIM, ImportId("i1")))
            work.imports.save(attrs.evolve(new, reference="R-1"))
            work.commit()
        counts = [count(rows) for rows in (Rows.STUDENTS, Rows.CODES, Rows.IMPORTS)]
        assert counts == [1, 1, 1]

    def test_doubles_no_record(self, storage: UnitOfWorkFactory, count: Count) -> None:
        """A record that is added twice is one row (IMP-5)."""
        add_students(storage, student())
        for title in ("first", "second"):
            with storage() as work:
                work.roster.add_records(OAK, KEY, [quiz("1", title=title)])
                work.commit()
        assert count(Rows.RECORDS) == 1

    def test_removes_to_the_last_row(
        self, storage: UnitOfWorkFactory, count: Count
    ) -> None:
        """A student who is removed leaves neither a row nor a record behind."""
        add_students(storage, full_student())
        with storage() as work:
            work.roster.add_records(OAK, KEY, [quiz("1"), quiz("2")])
            work.commit()
        with storage() as work:
            work.roster.remove(full_student())
            work.commit()
        assert (count(Rows.STUDENTS), count(Rows.RECORDS)) == (0, 0)

    def test_a_refusal_leaves_no_row(
        self, storage: UnitOfWorkFactory, count: Count
    ) -> None:
        """A student who is refused has no row, though the work is committed."""
        add_students(storage, student("s1", email="a@x.org"))
        with storage() as work:
            with pytest.raises(IdentifierTakenError):
                work.roster.add(student("s2", email="a@x.org"))
            work.commit()
        assert count(Rows.STUDENTS) == 1

    def test_keeps_merges_that_were_undone(
        self, storage: UnitOfWorkFactory, count: Count
    ) -> None:
        """A merge that is undone is still one row (AFTER-2)."""
        add_merges(storage, new_merge())
        with storage() as work:
            work.merges.save(undone(new_merge()))
            work.commit()
        assert count(Rows.MERGES) == 1

    def test_keeps_applied_matches_that_were_undone(
        self, storage: UnitOfWorkFactory, count: Count
    ) -> None:
        """An applied match that is undone is still one row (AFTER-2)."""
        applied_match = new_applied_match(site_id=OAK)
        add_applied_matches(storage, applied_match)
        with storage() as work:
            work.applied_matches.save(undone(applied_match))
            work.commit()
        assert count(Rows.APPLIED_MATCHES) == 1
