"""What a roster promises to those who look for candidates."""

from collections.abc import Collection

import pytest

from student_transfer.errors import IdentifierTakenError
from student_transfer.matching import Term, blocking_keys, terms
from student_transfer.ports import Blocked, UnitOfWork, UnitOfWorkFactory
from student_transfer.sites import SiteId
from student_transfer.students import Student
from student_transfer.testing.conformance.contract import Contract
from student_transfer.testing.values import (
    ELM,
    OAK,
    add_students,
    full_student,
    student,
)

MANY = 1200  # more than one statement of a database takes
NO_KEY = -(2**63)  # the least number that a key can be


def named(key: str, given: str, family: str, preferred: str = "") -> Student:
    """Make a student with a name."""
    return student(key, given_name=given, family_name=family, preferred_name=preferred)


def counted(
    work: UnitOfWork, wanted: Collection[Term], site_id: SiteId = OAK
) -> dict[Term, int]:
    """Return how many students have each term that anybody has; 0 may be left out."""
    counts = work.roster.frequencies(site_id, wanted)
    return {term: count for term, count in counts.items() if count}


class MatchingIndexContract(Contract):
    """Promises of `ports.Roster` about blocking keys, terms and names."""

    port = "matching index"

    def test_finds_by_blocking_keys(self, storage: UnitOfWorkFactory) -> None:
        """Each blocking key of a student finds the student, on that site alone."""
        add_students(storage, full_student(), full_student("s2", ELM))
        keys = blocking_keys(full_student())
        assert keys
        with storage(read_only=True) as work:
            found = work.roster.blocked(OAK, [*keys, NO_KEY], 10)
        assert found.students == {key: {"s1"} for key in keys}
        assert not found.overflowing

    def test_finds_by_many_blocking_keys(self, storage: UnitOfWorkFactory) -> None:
        """The number of blocking keys has no limit."""
        add_students(storage, full_student())
        keys = [*range(NO_KEY, NO_KEY + MANY), *blocking_keys(full_student())]
        with storage(read_only=True) as work:
            found = work.roster.blocked(OAK, keys, 10)
        assert found.students.keys() == blocking_keys(full_student())

    def test_names_overflowing_keys(self, storage: UnitOfWorkFactory) -> None:
        """A key that more than the limit have is named, and its students are not."""
        twins = [named(f"s{n}", "Ada", "Byron") for n in range(4)]
        add_students(storage, *twins)
        keys = blocking_keys(twins[0]) & blocking_keys(twins[1])
        assert keys
        with storage(read_only=True) as work:
            three = work.roster.blocked(OAK, keys, 3)
            four = work.roster.blocked(OAK, keys, 4)
        assert three.overflowing == keys
        assert not three.students
        assert not four.overflowing
        assert four.students == {key: {"s0", "s1", "s2", "s3"} for key in keys}

    def test_tells_keys_apart(self, storage: UnitOfWorkFactory) -> None:
        """One search gives some keys' students, names others, and leaves out the rest.

        What others of another site share does not count.
        """
        twins = [named(f"s{n}", "Ada", "Byron") for n in range(3)]
        theirs = [student(f"s{n}", ELM, given_name="Ada") for n in range(3)]
        lone = student("s9", email="ada@example.org")
        add_students(storage, *twins, *theirs, lone)
        common = blocking_keys(twins[0]) & blocking_keys(twins[1])
        own = blocking_keys(lone)
        with storage(read_only=True) as work:
            found = work.roster.blocked(OAK, {*common, *own, NO_KEY}, 2)
            nothing = work.roster.blocked(OAK, [], 2)
        assert found.overflowing == common
        assert found.students == {key: {"s9"} for key in own}
        assert nothing == Blocked({})

    def test_counts_terms(self, storage: UnitOfWorkFactory) -> None:
        """Each term counts the students of the site who have it."""
        first, second = named("s1", "Ada", "Byron"), named("s2", "Ada", "King")
        theirs = student("s3", ELM, given_name="Ada", family_name="Byron")
        add_students(storage, first, second, theirs)
        wanted = terms(first) | terms(second)
        assert terms(first) & terms(second)
        unknown = {("no such field", str(number)) for number in range(MANY)}
        with storage(read_only=True) as work:
            counts = counted(work, wanted | unknown)
        assert counts == {
            term: (term in terms(first)) + (term in terms(second)) for term in wanted
        }

    def test_follows_changes(self, storage: UnitOfWorkFactory) -> None:
        """After a change a student is found by what the student is now."""
        before, after = named("s1", "Ada", "Byron"), named("s1", "Grace", "Hopper")
        keys = blocking_keys(before) | blocking_keys(after)
        words = terms(before) | terms(after)
        add_students(storage, before)
        with storage() as work:
            work.roster.replace(before, after)
            assert work.roster.blocked(OAK, keys, 9).students.keys() == (
                blocking_keys(after)
            )
            assert counted(work, words).keys() == terms(after)
            assert not work.roster.search(OAK, ["byron"], 9)
            assert list(work.roster.search(OAK, ["hopper"], 9)) == [after]

    def test_counts_follow_changes(self, storage: UnitOfWorkFactory) -> None:
        """Terms and students are counted as they are now, whoever else has the term."""
        ada, other = named("s1", "Ada", "Byron"), named("s2", "Ada", "King")
        after = named("s1", "Ada", "Hopper")
        names = [("given", "ada"), ("family", "byron"), ("family", "hopper")]
        add_students(storage, ada, other)
        with storage() as work:
            work.roster.replace(ada, after)
            assert counted(work, names) == {names[0]: 2, names[2]: 1}
            assert work.roster.size(OAK) == 2
            work.roster.remove(after)
            assert counted(work, names) == {names[0]: 1}
            assert work.roster.size(OAK) == 1
            work.roster.add(ada)
            assert counted(work, names) == {names[0]: 2, names[1]: 1}
            assert work.roster.size(OAK) == 2

    def test_counts_nothing_of_what_was_refused(
        self, storage: UnitOfWorkFactory
    ) -> None:
        """A student who was not added is in no count and has no blocking key."""
        holder = named("s1", "Ada", "Byron")
        refused = student("s2", given_name="Ada", family_name="King", email="a@x.org")
        add_students(storage, holder, student("s3", email="a@x.org"))
        with storage() as work:
            with pytest.raises(IdentifierTakenError):
                work.roster.add(refused)
            work.commit()
        with storage(read_only=True) as work:
            assert work.roster.size(OAK) == 2
            assert counted(work, terms(refused)) == {("given", "ada"): 1}
            found = work.roster.blocked(OAK, blocking_keys(refused), 9)
        assert "s2" not in frozenset[str]().union(*found.students.values())

    def test_finds_all_who_were_added(self, storage: UnitOfWorkFactory) -> None:
        """Students who were added together are found as if each had been added."""
        one, other = full_student(), full_student("s1", ELM)
        third = named("s2", "Zoe", "O'Brien")
        with storage() as work:
            work.roster.add_all([third, other, one])
            work.commit()
        with storage(read_only=True) as work:
            for site, there in ((OAK, [third, one]), (ELM, [other])):
                for each in there:
                    found = work.roster.blocked(site, blocking_keys(each), 9).students
                    assert found.keys() == blocking_keys(each)
                    assert all(each.key in students for students in found.values())
                assert counted(work, [("family", "obrien")], site) == {
                    ("family", "obrien"): len(there)
                }
                assert list(work.roster.search(site, ["obrien"], 9)) == there
                assert work.roster.size(site) == len(there)

    def test_forgets_who_goes(self, storage: UnitOfWorkFactory) -> None:
        """A removed student is found by nothing."""
        add_students(storage, full_student())
        with storage() as work:
            work.roster.remove(full_student())
            keys, words = blocking_keys(full_student()), terms(full_student())
            assert not work.roster.blocked(OAK, keys, 9).students
            assert not counted(work, words)
            assert not work.roster.search(OAK, [], 9)

    @pytest.mark.parametrize(
        "words",
        [["zoe"], ["an"], ["marie"], ["obr"], ["zo"], ["0042"], ["obrien", "zo", "a"]],
    )
    def test_searches_beginnings(
        self, storage: UnitOfWorkFactory, words: list[str]
    ) -> None:
        """Each word has to begin a part of a name, or the student ID."""
        add_students(storage, full_student(), full_student("s2", ELM))
        with storage(read_only=True) as work:
            assert list(work.roster.search(OAK, words, 9)) == [full_student()]

    @pytest.mark.parametrize("words", [["rien"], ["zoe", "smith"], ["%"], ["z_"]])
    def test_searches_nothing_else(
        self, storage: UnitOfWorkFactory, words: list[str]
    ) -> None:
        """Who has no such beginning for one of the words is not found."""
        add_students(storage, full_student())
        with storage(read_only=True) as work:
            assert not work.roster.search(OAK, words, 9)

    def test_searches_in_order(self, storage: UnitOfWorkFactory) -> None:
        """The found come by family name, given name and key, up to the limit."""
        add_students(
            storage,
            named("1", "Ada", "Young"),
            named("3", "Ada", "Adams"),
            named("2", "Ada", "Adams"),
            named("4", "Abel", "Adams", "Ada"),
        )
        with storage(read_only=True) as work:
            found = [one.key for one in work.roster.search(OAK, ["ada"], 9)]
            first = [one.key for one in work.roster.search(OAK, ["ada"], 2)]
            assert not work.roster.search(OAK, ["ada"], 0)
        assert found == ["4", "2", "3", "1"]
        assert first == ["4", "2"]
