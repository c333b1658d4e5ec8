"""What a roster promises about students and their identifiers."""

from typing import Any

import attrs
import pytest
from hypothesis import given

from student_transfer.errors import (
    ConcurrentChangeError,
    IdentifierTakenError,
    NotFoundError,
)
from student_transfer.ports import UnitOfWorkFactory
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import Identifier, Student, StudentKey, identifier_key
from student_transfer.testing import strategies
from student_transfer.testing.conformance.contract import ANY, Contract
from student_transfer.testing.values import (
    ELM,
    OAK,
    add_students,
    full_student,
    holding,
    quiz,
    student,
)

MANY = 1200  # more than one statement of a database takes
BOTH = {SchoolId("north"), SchoolId("south")}
OTHER_FIELDS: dict[str, Any] = {
    "given_name": "Zoe",
    "middle_name": "",
    "family_name": "Brien",
    "preferred_name": "Z",
    "date_of_birth": None,
    "gender": "X",
    "year": "7",
    "national_id": "",
    "student_id": "0043",
    "user_name": "",
    "email": "z@example.org",
    "enrolments": frozenset(),
    "provenance": frozenset(),
    "extra": (),
}


class RosterContract(Contract):
    """Promises of `ports.SourceRoster` and `ports.Roster` about students."""

    port = "roster"

    def test_keeps_any_student(self, storage: UnitOfWorkFactory) -> None:
        """Any student comes back as stored."""

        @ANY
        @given(one=strategies.students(site_id="oak", schools=("north", "south")))
        def check(one: Student) -> None:
            with storage() as work:
                work.roster.add(one)
                assert work.roster.students(OAK, [one.key]) == {one.key: one}
                work.roster.remove(one)
                assert work.roster.size(OAK) == 0

        check()

    def test_finds_those_there_are(self, storage: UnitOfWorkFactory) -> None:
        """Students who are not on the site are left out, another site's too."""
        add_students(storage, student("s1"), student("s2", ELM))
        keys = [StudentKey("s1"), StudentKey("s2"), StudentKey("s3")]
        with storage(read_only=True) as work:
            assert work.source.students(OAK, keys) == {"s1": student("s1")}
            assert work.source.students(OAK, []) == {}

    def test_finds_many(self, storage: UnitOfWorkFactory) -> None:
        """The number of keys to look for has no limit."""
        add_students(storage, student("s1"), student(f"s{MANY}"))
        keys = [StudentKey(f"s{number}") for number in range(1, MANY + 1)]
        with storage(read_only=True) as work:
            assert set(work.source.students(OAK, keys)) == {"s1", f"s{MANY}"}

    def test_gives_who_is_enrolled(self, storage: UnitOfWorkFactory) -> None:
        """The enrolled come by key, with all their schools, of that school alone."""
        add_students(
            storage,
            student("b", enrolments=BOTH),
            student("a", enrolments={"north"}),
            student("c", enrolments={"south"}),
            student("d", ELM, enrolments={"north"}),
            student("e"),
        )
        with storage(read_only=True) as work:
            found = work.source.enrolled(OAK, SchoolId("north"))
        assert list(found) == [
            student("a", enrolments={"north"}),
            student("b", enrolments=BOTH),
        ]

    def test_counts_the_site(self, storage: UnitOfWorkFactory) -> None:
        """The size counts the students of that site alone."""
        add_students(storage, student("s1"), student("s2"), student("s1", ELM))
        with storage(read_only=True) as work:
            assert (work.roster.size(OAK), work.roster.size(ELM)) == (2, 1)

    def test_refuses_a_second_student(self, storage: UnitOfWorkFactory) -> None:
        """A student is not added where there is one of that key."""
        add_students(storage, student())
        with storage() as work, pytest.raises(ConcurrentChangeError):
            work.roster.add(student(given_name="Another"))

    def test_adds_many(self, storage: UnitOfWorkFactory) -> None:
        """Any number of students is added at once, in any order, from an iterator."""
        many = [
            student(f"s{number}", email=f"{number}@x.org", enrolments={"north"})
            for number in range(MANY)
        ]
        with storage() as work:
            work.roster.add_all(
                iter([*many[::-1], full_student("z"), student(site_id=ELM)])
            )
            work.roster.add_all([])
            work.commit()
        with storage(read_only=True) as work:
            found = work.roster.students(OAK, [one.key for one in many])
            assert found == {one.key: one for one in many}
            assert work.roster.students(OAK, [StudentKey("z")]) == {
                "z": full_student("z")
            }
            assert work.roster.holders(OAK, Identifier.EMAIL, ["7@x.org"]) == {
                "7@x.org": "s7"
            }
            assert (work.roster.size(OAK), work.roster.size(ELM)) == (MANY + 1, 1)

    @pytest.mark.parametrize(
        ("refused", "error"),
        [
            (student("s1", email="c@x.org"), ConcurrentChangeError),
            (student("s2", email="c@x.org"), ConcurrentChangeError),
            (student("s4", email="A@x.org"), IdentifierTakenError),
            (student("s4", email="B@x.org"), IdentifierTakenError),
        ],
        ids=["key on site", "key given twice", "email on site", "email given twice"],
    )
    def test_adds_all_or_none(
        self, storage: UnitOfWorkFactory, refused: Student, error: type[Exception]
    ) -> None:
        """If one of the students is refused none is added, and the work can go on."""
        first = student("s1", email="a@x.org")
        others = [student("s2", email="b@x.org"), student("s3", enrolments={"north"})]
        add_students(storage, first)
        with storage() as work:
            with pytest.raises(error):
                work.roster.add_all([*others, refused])
            with pytest.raises(error):
                work.roster.add_all([refused, *others])
            assert work.roster.size(OAK) == 1
            assert not work.roster.enrolled(OAK, SchoolId("north"))
            assert not work.roster.holders(OAK, Identifier.EMAIL, ["b@x.org"])
            work.roster.add_all(others)
            work.commit()
        with storage(read_only=True) as work:
            keys = [StudentKey(f"s{number}") for number in range(1, 5)]
            kept = work.roster.students(OAK, keys)
        assert kept == {one.key: one for one in (first, *others)}

    def test_replaces(self, storage: UnitOfWorkFactory) -> None:
        """After a replacement the new state is read, the records as before."""
        before, after = student(enrolments={"north"}), full_student()
        add_students(storage, before)
        with storage() as work:
            work.roster.add_records(OAK, before.key, [quiz("1")])
            work.roster.replace(before, after)
            assert work.roster.students(OAK, [after.key]) == {after.key: after}
            assert list(work.roster.records(OAK, after.key)) == [quiz("1")]

    @pytest.mark.parametrize("field", OTHER_FIELDS)
    def test_replaces_each_field(self, storage: UnitOfWorkFactory, field: str) -> None:
        """Each field can be changed alone, and changed back."""
        before = full_student()
        after = attrs.evolve(before, **{field: OTHER_FIELDS[field]})
        add_students(storage, before)
        with storage() as work:
            work.roster.replace(before, after)
            assert work.roster.students(OAK, [after.key]) == {after.key: after}
            work.roster.replace(after, before)
            assert work.roster.students(OAK, [after.key]) == {after.key: before}

    @pytest.mark.parametrize("field", OTHER_FIELDS)
    def test_compares_each_field(self, storage: UnitOfWorkFactory, field: str) -> None:
        """A student who differs from what was read in any field stays untouched."""
        kept = full_student()
        stale = attrs.evolve(kept, **{field: OTHER_FIELDS[field]})
        add_students(storage, kept)
        with storage() as work:
            with pytest.raises(ConcurrentChangeError):
                work.roster.replace(stale, student("s1"))
            with pytest.raises(ConcurrentChangeError):
                work.roster.remove(stale)
            assert work.roster.students(OAK, [kept.key]) == {kept.key: kept}

    def test_changes_nobody_who_has_gone(self, storage: UnitOfWorkFactory) -> None:
        """A student who is not there cannot be replaced or removed."""
        add_students(storage, student("s1", ELM))
        with storage() as work:
            with pytest.raises(ConcurrentChangeError):
                work.roster.replace(student("s1"), student("s1", year="6"))
            with pytest.raises(ConcurrentChangeError):
                work.roster.remove(student("s1"))

    def test_removes(self, storage: UnitOfWorkFactory) -> None:
        """A removed student is gone with the records; a new one begins without."""
        add_students(storage, full_student(), full_student("s1", ELM))
        with storage() as work:
            work.roster.add_records(OAK, StudentKey("s1"), [quiz("1")])
            work.roster.remove(full_student())
            assert not work.roster.students(OAK, [StudentKey("s1")])
            work.roster.add(full_student())
            assert not work.roster.records(OAK, StudentKey("s1"))
            assert work.roster.size(ELM) == 1

    @pytest.mark.parametrize("kind", Identifier)
    @pytest.mark.parametrize("written", ["zoë@x", " ZOË@x ", "zoe\u0308@x"])
    def test_keeps_identifiers_unique(
        self, storage: UnitOfWorkFactory, kind: Identifier, written: str
    ) -> None:
        """Nobody gets another's identifier, however it is written (CONF-3)."""
        holder = holding("s1", kind, "Zoë@x")
        add_students(storage, holder, student("s2"))
        with storage() as work:
            with pytest.raises(IdentifierTakenError):
                work.roster.add(holding("s3", kind, written))
            with pytest.raises(IdentifierTakenError):
                work.roster.replace(student("s2"), holding("s2", kind, written))
            work.commit()
        with storage(read_only=True) as work:
            keys = [StudentKey("s1"), StudentKey("s2"), StudentKey("s3")]
            kept = work.roster.students(OAK, keys)
        assert kept == {"s1": holder, "s2": student("s2")}

    def test_lets_identifiers_be(self, storage: UnitOfWorkFactory) -> None:
        """Another site's, another kind's and blank identifiers are in nobody's way."""
        add_students(storage, student("s1", email="same"), student("s2", email=" "))
        add_students(
            storage,
            student("s1", ELM, email="same"),
            student("s3", user_name="same"),
            student("s4", student_id="same", email=" "),
        )
        with storage(read_only=True) as work:
            assert (work.roster.size(OAK), work.roster.size(ELM)) == (4, 1)

    def test_frees_identifiers(self, storage: UnitOfWorkFactory) -> None:
        """An identifier is free when its holder changes it, or goes."""
        first, second = student("s1", email="a"), student("s2", email="b")
        add_students(storage, first, second)
        with storage() as work:
            work.roster.replace(first, student("s1", email="c"))
            work.roster.remove(second)
            work.roster.add(student("s3", email="a", user_name="c"))
            work.roster.add(student("s4", email="b"))
            held = work.roster.holders(OAK, Identifier.EMAIL, ["a", "b", "c"])
        assert held == {"a": "s3", "b": "s4", "c": "s1"}

    def test_says_who_holds(self, storage: UnitOfWorkFactory) -> None:
        """Identifiers are looked up in their compared form, on that site alone."""
        add_students(
            storage,
            student("s1", user_name="Zoë"),
            student("s2", email="zoë"),
            student("s3", ELM, user_name="ada"),
        )
        names = [identifier_key("ZOË"), "ada", *map(str, range(MANY))]
        with storage(read_only=True) as work:
            held = work.roster.holders(OAK, Identifier.USER_NAME, names)
        assert held == {"zoë": "s1"}

    def test_holds_who_is_there(self, with_sites: UnitOfWorkFactory) -> None:
        """Of the students to be held those are given who are on the site (IMP-8)."""
        add_students(with_sites, student("s1"), student("s2", ELM), student("s3"))
        keys = [StudentKey(key) for key in ("s1", "s2", "s9")]
        with with_sites() as work:
            assert work.roster.hold(OAK) == {}
            assert work.roster.hold(OAK, keys) == {"s1": student("s1")}
            work.roster.replace(student("s1"), student("s1", given_name="Ada"))
            held = work.roster.hold(OAK, keys)
        assert [one.given_name for one in held.values()] == ["Ada"]

    def test_holds_no_site_that_is_not_there(self, storage: UnitOfWorkFactory) -> None:
        """Nobody holds an unknown site: nothing would keep two apart (IMP-5)."""
        with storage() as work, pytest.raises(NotFoundError):
            work.roster.hold(SiteId("nowhere"))
