"""What a storage promises that is opened again, for hosts that claim ``DURABLE``."""

from collections.abc import Callable

import attrs
import pytest

from student_transfer.codes import CodeEvent
from student_transfer.errors import ConcurrentChangeError, IdentifierTakenError
from student_transfer.imports import ImportId, Progress
from student_transfer.matching import blocking_keys, terms
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.students import StudentKey
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import (
    ELM,
    OAK,
    SITES,
    add_applied_matches,
    add_codes,
    add_import,
    add_merges,
    add_students,
    edit,
    full_row,
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
Reopen = Callable[[], UnitOfWorkFactory]


class DurabilityContract(Contract):
    """Promises of every port about what was committed and is opened again."""

    port = "durability"

    def test_opens_another_storage(
        self, storage: UnitOfWorkFactory, reopen: Reopen
    ) -> None:
        """Opening again gives a storage that is not the one before."""
        assert reopen() is not storage

    def test_sites_last(self, with_sites: UnitOfWorkFactory, reopen: Reopen) -> None:
        """Sites and schools are there when the storage is opened again."""
        with with_sites(read_only=True) as work:
            schools = list(work.sites.schools(OAK))
        with reopen()(read_only=True) as work:
            assert tuple(work.sites.site(site.id) for site in SITES) == SITES
            assert list(work.sites.schools(OAK)) == schools

    def test_students_last(self, storage: UnitOfWorkFactory, reopen: Reopen) -> None:
        """A student is there with every field and record, opened again."""
        with storage() as work:
            work.roster.add(full_student())
            work.roster.add_records(OAK, KEY, [quiz("1"), quiz("2", title="Zoë")])
            work.commit()
        with reopen()(read_only=True) as work:
            assert work.roster.students(OAK, [KEY]) == {KEY: full_student()}
            kept = list(work.roster.records(OAK, KEY))
        assert kept == [quiz("1"), quiz("2", title="Zoë")]

    def test_the_matching_index_lasts(
        self, storage: UnitOfWorkFactory, reopen: Reopen
    ) -> None:
        """A student is found and counted as before, opened again."""
        one = full_student()
        add_students(storage, one)
        with reopen()(read_only=True) as work:
            found = work.roster.blocked(OAK, blocking_keys(one), 9).students
            counts = work.roster.frequencies(OAK, terms(one))
            assert list(work.roster.search(OAK, ["zoe"], 9)) == [one]
            assert work.roster.size(OAK) == 1
        assert found == {key: {KEY} for key in blocking_keys(one)}
        assert counts == dict.fromkeys(terms(one), 1)

    def test_identifiers_stay_taken(
        self, storage: UnitOfWorkFactory, reopen: Reopen
    ) -> None:
        """An identifier is still its holder's, opened again (CONF-3)."""
        add_students(storage, student("s1", email="a@x.org"))
        with reopen()() as work, pytest.raises(IdentifierTakenError):
            work.roster.add(student("s2", email="A@x.org"))

    def test_claims_last(self, storage: UnitOfWorkFactory, reopen: Reopen) -> None:
        """A claimed code is still claimed, and by the same, opened again (CODE-7)."""
        free = issued_code()
        mine, theirs = (
            free.after(CodeEvent.CLAIM, ImportId(by)) for by in ("i1", "i2")
        )
        add_codes(storage, free)
        with storage() as work:
            work.codes.change(free, mine)
            work.commit()
        with reopen()() as work:
            assert work.codes.by_digest(free.digest) == mine
            with pytest.raises(ConcurrentChangeError):
                work.codes.change(free, theirs)

    def test_imports_last(self, storage: UnitOfWorkFactory, reopen: Reopen) -> None:
        """An import is there with its version, rows, edits and progress."""
        add_import(storage, new_import(), [full_row("a"), row("b")])
        edits = [edit("b", 1), edit("a", 2)]
        with storage() as work:
            saved = work.imports.save(attrs.evolve(new_import(), reference="R-1"))
            work.imports.add_edits(saved.id, edits)
            work.imports.set_progress(saved.id, Progress(1, 2))
            work.commit()
        with reopen()() as work:
            assert work.imports.get(saved.id) == saved
            assert list(work.imports.rows(saved.id)) == [full_row("a"), row("b")]
            assert list(work.imports.edits(saved.id)) == edits
            assert work.imports.progress(saved.id) == Progress(1, 2)
            with pytest.raises(ConcurrentChangeError):
                work.imports.save(new_import())

    def test_merges_last(self, storage: UnitOfWorkFactory, reopen: Reopen) -> None:
        """Merges are there, and those that were undone stay undone (AFTER-2)."""
        kept, gone = new_merge("m1"), new_merge("m2", absorbed="other")
        add_merges(storage, kept, gone)
        with storage() as work:
            work.merges.save(undone(gone))
            work.commit()
        with reopen()(read_only=True) as work:
            assert work.merges.get(OAK, kept.id) == kept
            assert work.merges.get(OAK, gone.id) == undone(gone)
            assert work.merges.survivor(OAK, StudentKey("other")) is None

    def test_applied_matches_last(
        self, storage: UnitOfWorkFactory, reopen: Reopen
    ) -> None:
        """Matches are there, and those that were undone stay undone (AFTER-2)."""
        kept, gone = new_applied_match("i1", "s1"), new_applied_match("i1", "s2")
        add_applied_matches(storage, kept, gone)
        with storage() as work:
            work.applied_matches.save(undone(gone))
            work.commit()
        with reopen()() as work:
            assert work.applied_matches.get(gone.import_id, gone.source_key) == undone(
                gone
            )
            assert list(work.applied_matches.standing_for(ELM, [kept.after.key])) == [
                kept
            ]
            with pytest.raises(ConcurrentChangeError):
                work.applied_matches.save(undone(gone))

    def test_nothing_else_lasts(
        self, storage: UnitOfWorkFactory, reopen: Reopen
    ) -> None:
        """What was not committed is not there when the storage is opened again."""
        add_students(storage, student("s1"))
        with storage() as work:
            work.roster.replace(student("s1"), student("s1", given_name="Ada"))
            work.roster.add(student("s2"))
            work.codes.add(issued_code())
        with reopen()(read_only=True) as work:
            kept = work.roster.students(OAK, [KEY, StudentKey("s2")])
            assert kept == {KEY: student("s1")}
            assert not work.codes.of_site(OAK)
