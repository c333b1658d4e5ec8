"""What holds for any matcher: its laws, as properties that Hypothesis tries.

A host with a matcher of its own says how to ask it, and has its laws tried::

    from student_transfer.testing.laws import MatcherHost, MatcherLaws, proposals


    class OurHost(MatcherHost):
        def score(self, left, right, site):
            return our_score(left, right)

        def propose(self, incoming, existing):
            return proposals(our_matcher, incoming, existing)


    class TestOurMatcher(MatcherLaws):
        host = OurHost()

Each law is one test, and stands for itself: a matcher that breaks one fails that one. A
counter-example gives the students as the fields that matter, shrunk to the fewest.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from random import Random
from typing import Any, ClassVar

import attrs
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from student_transfer.matching import (
    DEFAULT_SETTINGS,
    Frequencies,
    Suggestion,
    terms,
)
from student_transfer.ports import Matcher
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing import strategies

Fields = Mapping[str, Any]
"""What is known of a student, by the fields of `Student`."""


class MatcherHost(ABC):
    """How the laws ask a matcher; a host subclasses it."""

    @abstractmethod
    def score(self, left: Student, right: Student, site: Frequencies) -> float:
        """Return how likely two records are of one child: the more, the likelier.

        Any scale will do. ``site`` says how common values are where the second one is;
        a matcher that asks no such thing leaves it aside.
        """

    @abstractmethod
    def propose(
        self, incoming: Sequence[Student], existing: Sequence[Student]
    ) -> Sequence[Suggestion]:
        """Propose for each incoming student whom to match, in the order given.

        What counts of a `Suggestion` is its ``match``, ``needs_review`` and the keys of
        its ``candidates``. `proposals` asks a `student_transfer.ports.Matcher` so.
        """


def proposals(
    matcher: Matcher, incoming: Sequence[Student], existing: Sequence[Student]
) -> Sequence[Suggestion]:
    """Ask a matcher as the service does, with everybody of the site as a candidate.

    >>> from student_transfer.matching import suggest
    >>> ada = Student(key="1", site_id="a", given_name="Ada", family_name="Byron",
    ...               year="6", gender="F")
    >>> proposals(suggest, [ada], [attrs.evolve(ada, key="9", site_id="b")])[0].match
    '9'
    """
    counts = Counter(term for one in existing for term in terms(one))
    return matcher(
        incoming,
        {one.key: existing for one in incoming},
        Frequencies(len(existing), counts),
        DEFAULT_SETTINGS,
        decided={},
        truncated=(),
    )


# Who comes ----------------------------------------------------------------------------

_GIVEN = ("Amelia", "Amelie", "Millie", "Mohammed", "Muhammad", "Thomas", "Tom", "Zoë")
_FAMILY = ("Khan", "Kahn", "Smith", "de la Cruz", "Patel-Jones", "Okafor", "Ng")
_BORN = (date(2014, 3, 5), date(2014, 5, 3), date(2014, 3, 6), date(2013, 3, 5))
_PEOPLE: Mapping[str, st.SearchStrategy[Any]] = {
    "given_name": st.sampled_from(_GIVEN),
    "middle_name": st.sampled_from(("Rose", "James", "R")),
    "family_name": st.sampled_from(_FAMILY),
    "date_of_birth": st.sampled_from(_BORN),
    "gender": st.sampled_from("FM"),
    "year": st.sampled_from(("5", "6", "Year 6")),
    "national_id": st.sampled_from(("H801200001001", "B912311112112")),
    "student_id": st.sampled_from(("1001", "1002")),
}

people: st.SearchStrategy[Fields] = st.fixed_dictionaries({}, optional=_PEOPLE)
"""What is known of a student, of so few values that many agree; any may be missing."""

_NAMES = ("given_name", "family_name")
named: st.SearchStrategy[Fields] = st.fixed_dictionaries(
    {name: _PEOPLE[name] for name in _NAMES},
    optional={name: _PEOPLE[name] for name in _PEOPLE if name not in _NAMES},
)
"""The same, of whom both names are known."""

rosters = st.lists(people, max_size=5)
"""Some students of a site."""

named_rosters = st.lists(named, max_size=5)
"""Some students of a site, of whom both names are known."""


def _fields(student: Student) -> Fields:
    """Return what is known of a student, without the key and the site."""
    known = attrs.asdict(student, recurse=False)
    return {
        name: dict(value) if name == "extra" else value
        for name, value in known.items()
        if value and name not in {"key", "site_id"}
    }


full_people: st.SearchStrategy[Fields] = strategies.full_students().map(_fields)
"""Students with a value in every field by which a child is known."""


def _student(fields: Fields, key: str, site: str) -> Student:
    return Student(key=StudentKey(key), site_id=SiteId(site), **fields)


def _coming(roster: Iterable[Fields]) -> list[Student]:
    return [_student(each, f"in{n}", "there") for n, each in enumerate(roster, 1)]


def _here(roster: Iterable[Fields]) -> list[Student]:
    return [_student(each, f"here{n}", "here") for n, each in enumerate(roster, 1)]


def _is_automatic(proposal: Suggestion) -> bool:
    return proposal.match is not None and not proposal.needs_review


_STRANGER = {
    "given_name": "Ottokar",
    "family_name": "Wolfeschlegelstein",
    "date_of_birth": date(1999, 7, 28),
}


def _strangers() -> list[Student]:
    """Make students of the site who are like nobody."""
    letters = "bcdfghjklmnpqrstvwxz"
    return [
        _student(
            {
                "given_name": f"Ottokar{letter}",
                "family_name": f"{letter}olfeschlegel",
                "date_of_birth": date(1990 + number % 10, 7, 1 + number),
            },
            f"stranger{number}",
            "here",
        )
        for number, letter in enumerate(letters)
    ]


law = settings(deadline=None, suppress_health_check=[HealthCheck.differing_executors])
"""How each law is tried; a profile of the host's says how often."""

_fewer = settings(law, max_examples=max(25, settings().max_examples // 4))
"""For laws about whole rosters, which take longer."""


# The laws -----------------------------------------------------------------------------


class MatcherLaws:
    """The laws of a matcher; a host's subclass names its `MatcherHost`.

    Attributes:
        host: How the matcher that is tried is asked.
    """

    host: ClassVar[MatcherHost]

    def score(self, left: Fields, right: Fields, site: Frequencies) -> float:
        """Ask the matcher about two records, of one site each."""
        return self.host.score(
            _student(left, "in1", "there"), _student(right, "here1", "here"), site
        )

    @law
    @given(left=people, right=people)
    def test_the_score_is_symmetric(self, left: Fields, right: Fields) -> None:
        """Which of two records came in does not count (MATCH-6)."""
        site = Frequencies(1000)
        one, other = self.score(left, right, site), self.score(right, left, site)
        assert one == other, f"{one} one way and {other} the other"

    @law
    @given(
        person=people, other=people, fields=st.sets(st.sampled_from(sorted(_PEOPLE)))
    )
    def test_nothing_scores_higher_than_a_record_against_itself(
        self, person: Fields, other: Fields, fields: set[str]
    ) -> None:
        """No record, however near, agrees better than the record itself (MATCH-1)."""
        site = Frequencies(1000)
        near = {**person, **{name: other[name] for name in fields & other.keys()}}
        itself, found = (
            self.score(person, person, site),
            self.score(person, near, site),
        )
        assert found <= itself + 1e-9, f"{found} with another, {itself} with itself"

    @law
    @given(left=people, right=people, field=st.sampled_from(sorted(_PEOPLE)))
    def test_a_missing_value_is_neutral(
        self, left: Fields, right: Fields, field: str
    ) -> None:
        """A value that one record lacks counts for nothing in the other (MATCH-5)."""
        site = Frequencies(1000)
        lacking = {name: value for name, value in left.items() if name != field}
        without = {name: value for name, value in right.items() if name != field}
        one, both = self.score(lacking, right, site), self.score(lacking, without, site)
        assert one == both, f"{one} where one lacks {field}, {both} where both do"

    @law
    @given(person=people, rare=st.integers(0, 20), more=st.integers(1, 500))
    def test_a_rarer_value_that_is_shared_never_weighs_less(
        self, person: Fields, rare: int, more: int
    ) -> None:
        """What fewer students of the site have weighs as much or more (MATCH-5)."""
        shared = terms(_student(person, "here1", "here"))
        few, many = (
            self.score(person, person, Frequencies(2000, dict.fromkeys(shared, count)))
            for count in (rare, rare + more)
        )
        assert few >= many - 1e-9, f"{few} where rare, {many} where common"

    @_fewer
    @given(incoming=rosters, existing=rosters, shuffle=st.integers(0, 99))
    def test_the_order_does_not_count(
        self, incoming: list[Fields], existing: list[Fields], shuffle: int
    ) -> None:
        """Same students, same proposals, in whatever order they come (PREV-5)."""
        coming, here = _coming(incoming), _here(existing)
        first = self._by_key(coming, here)
        Random(shuffle).shuffle(coming)  # noqa: S311 - an order, no secret
        Random(shuffle).shuffle(here)  # noqa: S311 - likewise
        again = self._by_key(coming, here)
        order = ([one.key for one in coming], [one.key for one in here])
        assert again == first, f"{first} as given, {again} in the order {order}"

    @_fewer
    @given(incoming=named_rosters, existing=named_rosters)
    def test_an_unrelated_student_changes_no_match(
        self, incoming: list[Fields], existing: list[Fields]
    ) -> None:
        """One student more, who is like nobody, leaves every match as it was (PREV-5).

        What is common may change a little with each student, so there are some already.
        """
        coming, here = _coming(incoming), _here(existing)
        *others, stranger = _strangers()
        before = self.host.propose(coming, [*here, *others])
        after = self.host.propose(coming, [*here, *others, stranger])
        assert [each.match for each in after] == [each.match for each in before]

    @_fewer
    @given(incoming=rosters, existing=rosters, twice=people)
    def test_nobody_is_the_match_of_two(
        self, incoming: list[Fields], existing: list[Fields], twice: Fields
    ) -> None:
        """Matching is one to one, also where one child comes twice (PREV-4)."""
        coming = _coming([*incoming, twice, twice])
        found = self.host.propose(coming, _here([*existing, twice]))
        matches = [each.match for each in found if each.match is not None]
        assert len(matches) == len(set(matches)), f"matched: {matches}"

    @_fewer
    @given(person=full_people, others=rosters)
    def test_a_tie_is_never_automatic(
        self, person: Fields, others: list[Fields]
    ) -> None:
        """Of two who fit equally well neither is matched unseen (MATCH-1)."""
        here = _here([person, person, *others])
        (found,) = self.host.propose(_coming([person]), here)
        automatic = _is_automatic(found) and found.match in {"here1", "here2"}
        assert not automatic, f"matched with {found.match}"

    @_fewer
    @given(
        family=st.sampled_from(_FAMILY),
        born=st.sampled_from(_BORN),
        names=st.tuples(
            *2 * [st.sampled_from(("", "Amelia", "Zoë", "Thomas", "Ling"))]
        ),
    )
    def test_family_name_and_date_of_birth_are_never_enough(
        self, family: str, born: date, names: tuple[str, str]
    ) -> None:
        """Twins share both, and are a person's decision (MATCH-4)."""
        assume("" in names or names[0] != names[1])
        left, right = (
            {"given_name": name, "family_name": family, "date_of_birth": born}
            for name in names
        )
        self._never_automatic(left, right)

    @_fewer
    @given(
        person=strategies.full_students(),
        likeness=st.sampled_from(sorted(strategies.LIKENESSES)),
        data=st.data(),
    )
    def test_a_look_alike_is_never_automatic(
        self, person: Student, likeness: str, data: st.DataObject
    ) -> None:
        """Two children who look like one are a person's decision (MATCH-4)."""
        other = data.draw(strategies.look_alikes(person, likeness).map(_fields))
        self._never_automatic(_fields(person), other)

    @_fewer
    @given(
        person=strategies.full_students(),
        way=st.sampled_from(sorted(strategies.WAYS)),
        data=st.data(),
    )
    def test_a_child_written_in_two_ways_is_matched_or_offered(
        self, person: Student, way: str, data: st.DataObject
    ) -> None:
        """Each known way to write one child twice, alone, is found (MATCH-3)."""
        otherwise = data.draw(strategies.written_otherwise(person, way).map(_fields))
        (found,) = self.host.propose(
            _coming([_fields(person)]), _here([otherwise, _STRANGER])
        )
        offered = {each.key for each in found.candidates}
        assert "here1" in {found.match} | offered, f"not found: {way}"
        assert found.match or found.needs_review, f"offered, but not to be seen: {way}"

    def _by_key(
        self, coming: Sequence[Student], here: Sequence[Student]
    ) -> dict[StudentKey, tuple[StudentKey | None, bool, frozenset[StudentKey]]]:
        """Return what is proposed for each: the match, the flag, and who is offered."""
        found = self.host.propose(coming, here)
        return {
            one.key: (
                each.match,
                each.needs_review,
                frozenset(candidate.key for candidate in each.candidates),
            )
            for one, each in zip(coming, found, strict=True)
        }

    def _never_automatic(self, left: Fields, right: Fields) -> None:
        (found,) = self.host.propose(_coming([left]), _here([right, _STRANGER]))
        assert not _is_automatic(found), f"matched unseen: {left} with {right}"
