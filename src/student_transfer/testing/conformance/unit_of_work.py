"""What a unit of work promises."""

import contextlib
from collections.abc import Callable

import pytest

from student_transfer.errors import IdentifierTakenError, StorageReadOnlyError
from student_transfer.ports import UnitOfWork, UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import (
    ELM,
    OAK,
    add_import,
    add_students,
    issued_code,
    new_applied_match,
    new_import,
    new_merge,
    quiz,
    row,
    student,
)

KEY = StudentKey("s1")

WRITES: dict[str, Callable[[UnitOfWork], object]] = {
    "add a student": lambda work: work.roster.add(student("s2")),
    "add students": lambda work: work.roster.add_all([student("s2")]),
    "replace a student": lambda work: work.roster.replace(
        student(), student(given_name="Ada")
    ),
    "remove a student": lambda work: work.roster.remove(student()),
    "add records": lambda work: work.roster.add_records(OAK, KEY, [quiz("1")]),
    "add a code": lambda work: work.codes.add(issued_code()),
    "add an import": lambda work: work.imports.add(new_import("i2")),
    "save an import": lambda work: work.imports.save(new_import()),
    "put rows": lambda work: work.imports.put_rows(new_import().id, [row("s3")]),
    "save a row": lambda work: work.imports.save_row(new_import().id, row("s1")),
    "take a row": lambda work: work.imports.take_pending_row(new_import().id),
    "add a merge": lambda work: work.merges.add(new_merge()),
    "add an applied match": lambda work: work.applied_matches.add(new_applied_match()),
}

REFUSED: dict[str, Callable[[UnitOfWork], object]] = {
    **WRITES,
    "hold a site": lambda work: work.roster.hold(OAK, [KEY]),
}
"""What a unit of work that only reads refuses; holding takes a site besides."""


class UnitOfWorkContract(Contract):
    """Promises of `ports.UnitOfWork` and `ports.UnitOfWorkFactory`."""

    port = "unit of work"

    def test_reads_its_own_writes(self, storage: UnitOfWorkFactory) -> None:
        """What is written in a unit of work is seen by later reads in it."""
        with storage() as work:
            work.roster.add(student())
            assert work.roster.students(OAK, [KEY]) == {KEY: student()}
            assert work.source.students(OAK, [KEY]) == {KEY: student()}

    def test_hides_what_is_not_committed(self, storage: UnitOfWorkFactory) -> None:
        """What is written is seen by nobody else until the commit."""
        with storage() as work:
            work.roster.add(student())
            with storage(read_only=True) as other:
                assert other.roster.size(OAK) == 0
            work.commit()

    def test_shows_what_is_committed(self, storage: UnitOfWorkFactory) -> None:
        """What is written is seen by everybody after the commit."""
        with storage() as work:
            work.roster.add(student())
            work.commit()
            with storage(read_only=True) as other:
                assert other.roster.size(OAK) == 1

    def test_undoes_all_without_commit(self, storage: UnitOfWorkFactory) -> None:
        """Leaving without commit undoes everything that was written."""
        with storage() as work:
            work.roster.add(student())
            work.roster.add_records(OAK, KEY, [quiz("1")])
            work.codes.add(issued_code())
            work.imports.add(new_import())
            work.imports.put_rows(new_import().id, [row("s1")])
            work.merges.add(new_merge())
            work.applied_matches.add(new_applied_match())
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == 0
            assert not work.roster.records(OAK, KEY)
            assert not work.codes.of_site(OAK)
            assert not work.imports.due()
            assert not work.merges.of_site(OAK)
            assert not work.applied_matches.standing_for(
                ELM, [new_applied_match().after.key]
            )

    def test_undoes_all_after_an_error(self, storage: UnitOfWorkFactory) -> None:
        """An error that leaves the unit of work undoes what was written."""
        with contextlib.suppress(ZeroDivisionError), storage() as work:
            work.roster.add(student())
            raise ZeroDivisionError
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == 0

    def test_undoes_changes_and_removals(self, storage: UnitOfWorkFactory) -> None:
        """Leaving without commit brings back what was changed and removed."""
        add_students(storage, student("s1", email="a@x.org"), student("s2"))
        with storage() as work:
            changed = student("s1", email="b@x.org")
            work.roster.replace(student("s1", email="a@x.org"), changed)
            work.roster.remove(student("s2"))
        with storage(read_only=True) as work:
            kept = work.roster.students(OAK, [KEY, StudentKey("s2")])
        assert kept == {
            "s1": student("s1", email="a@x.org"),
            "s2": student("s2"),
        }

    def test_goes_on_after_a_refusal(self, storage: UnitOfWorkFactory) -> None:
        """A refused write changes nothing, and the unit of work can go on."""
        add_students(storage, student("s1", email="a@x.org"))
        with storage() as work:
            with pytest.raises(IdentifierTakenError):
                work.roster.add(student("s2", email="a@x.org", student_id="9"))
            work.roster.add(student("s2", student_id="9"))
            work.commit()
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == 2

    @pytest.mark.parametrize("write", REFUSED.values(), ids=REFUSED.keys())
    def test_only_reads(
        self, storage: UnitOfWorkFactory, write: Callable[[UnitOfWork], object]
    ) -> None:
        """With ``read_only`` nothing is written."""
        add_students(storage, student())
        add_import(storage, new_import(), [row("s1")])
        with storage(read_only=True) as work, pytest.raises(StorageReadOnlyError):
            write(work)

    @pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
    def test_writes(
        self, storage: UnitOfWorkFactory, write: Callable[[UnitOfWork], object]
    ) -> None:
        """What a unit of work that only reads refuses is otherwise possible."""
        add_students(storage, student())
        add_import(storage, new_import(), [row("s1")])
        with storage() as work:
            write(work)
            work.commit()

    def test_gives_values(self, storage: UnitOfWorkFactory) -> None:
        """What was read stays as it is when the storage changes."""
        add_students(storage, student())
        with storage() as work:
            students = work.roster.students(OAK, [KEY])
            records = work.roster.records(OAK, KEY)
            work.roster.add_records(OAK, KEY, [quiz("1")])
            work.roster.replace(student(), student(given_name="Ada"))
            assert students == {KEY: student()}
            assert not records

    def test_source_cannot_write(self, storage: UnitOfWorkFactory) -> None:
        """The source has none of the roster's writing methods (IMP-3)."""
        writing = [
            "add",
            "add_all",
            "replace",
            "remove",
            "add_records",
            "remove_records",
        ]
        with storage() as work:
            assert [name for name in writing if hasattr(work.roster, name)] == writing
            assert not [name for name in writing if hasattr(work.source, name)]
