"""What a roster promises about records."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.errors import StorageError
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.records import Origin, Record
from student_transfer.sites import SiteId
from student_transfer.students import StudentKey
from student_transfer.testing import strategies
from student_transfer.testing.conformance.contract import ANY, Contract
from student_transfer.testing.values import ELM, OAK, add_students, quiz, student

KEY = StudentKey("s1")
MANY = 1200  # more than one statement of a database takes


class StudentRecordContract(Contract):
    """Promises of `ports.SourceRoster` and `ports.Roster` about records."""

    port = "student records"

    def test_keeps_any_record(self, storage: UnitOfWorkFactory) -> None:
        """Any record comes back as stored, by origin."""

        @ANY
        @given(st.lists(strategies.records, max_size=5, unique_by=lambda r: r.origin))
        def check(records: list[Record]) -> None:
            with storage() as work:
                work.roster.add(student())
                added = work.roster.add_records(OAK, KEY, records)
                kept = work.roster.records(OAK, KEY)
            assert added == {record.origin for record in records}
            assert list(kept) == sorted(records, key=lambda record: record.origin)

        check()

    def test_gives_none_of_an_unknown_student(self, storage: UnitOfWorkFactory) -> None:
        """An unknown student has no records."""
        with storage(read_only=True) as work:
            assert not work.source.records(OAK, KEY)

    def test_never_doubles_a_record(self, storage: UnitOfWorkFactory) -> None:
        """A record that is there stays as it is, and counts as being there (IMP-5)."""
        add_students(storage, student())
        first, other = quiz("1", title="first"), quiz("1", title="second")
        with storage() as work:
            assert work.roster.add_records(OAK, KEY, [first, other]) == {first.origin}
            again = work.roster.add_records(OAK, KEY, [other, quiz("2")])
            kept = work.roster.records(OAK, KEY)
        assert again == {Origin(ELM, "1"), Origin(ELM, "2")}
        assert list(kept) == [first, quiz("2")]

    def test_tells_origins_apart(self, storage: UnitOfWorkFactory) -> None:
        """Two sites' records of one name are two, by site and name."""
        add_students(storage, student())
        records = [quiz("2", ELM), quiz("1", OAK), quiz("10", ELM)]
        with storage() as work:
            work.roster.add_records(OAK, KEY, records)
            kept = [record.origin for record in work.roster.records(OAK, KEY)]
        assert kept == [Origin(ELM, "10"), Origin(ELM, "2"), Origin(OAK, "1")]

    def test_refuses_origins_that_no_database_keeps(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """An origin with NUL or half a character is refused, and nothing is added."""
        add_students(storage, student())
        with storage() as work:
            for damaged in ("1\0", "1\ud800"):
                for bad in (quiz(damaged), quiz("1", SiteId(damaged))):
                    with pytest.raises(StorageError):
                        work.roster.add_records(OAK, KEY, [quiz("1"), bad])
            work.roster.add_records(OAK, KEY, [quiz("2")])
            work.commit()
        with storage(read_only=True) as work:
            assert list(work.source.records(OAK, KEY)) == [quiz("2")]

    def test_keeps_students_apart(self, storage: UnitOfWorkFactory) -> None:
        """Each student of each site has their own copy of a record."""
        add_students(storage, student("s1"), student("s2"), student("s1", ELM))
        with storage() as work:
            work.roster.add_records(OAK, KEY, [quiz("1", title="mine")])
            work.roster.add_records(ELM, KEY, [quiz("1", title="theirs")])
            mine, theirs = work.source.records(OAK, KEY), work.source.records(ELM, KEY)
            assert not work.source.records(OAK, StudentKey("s2"))
        assert list(mine) == [quiz("1", title="mine")]
        assert list(theirs) == [quiz("1", title="theirs")]

    def test_keeps_many(self, storage: UnitOfWorkFactory) -> None:
        """The number of records to add and to remove has no limit."""
        add_students(storage, student())
        records = [quiz(f"{number:04}") for number in range(MANY)]
        origins = [record.origin for record in records]
        with storage() as work:
            assert work.roster.add_records(OAK, KEY, records) == set(origins)
            assert list(work.roster.records(OAK, KEY)) == records
            work.roster.remove_records(OAK, KEY, origins[1:])
            assert list(work.roster.records(OAK, KEY)) == records[:1]

    def test_removes_only_what_is_named(self, storage: UnitOfWorkFactory) -> None:
        """Removing takes the named records of that student, unknown ones or not."""
        add_students(storage, student("s1"), student("s2"))
        records = [quiz("1"), quiz("2")]
        named = [Origin(ELM, "1"), Origin(OAK, "2"), Origin(ELM, "9")]
        with storage() as work:
            work.roster.add_records(OAK, KEY, records)
            work.roster.add_records(OAK, StudentKey("s2"), records)
            work.roster.remove_records(OAK, KEY, named)
            assert list(work.roster.records(OAK, KEY)) == [quiz("2")]
            assert list(work.roster.records(OAK, StudentKey("s2"))) == records
