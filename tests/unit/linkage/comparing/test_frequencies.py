"""Unit tests of how common values are."""

from datetime import date

import attrs
import pytest

from student_transfer.linkage.bulk_blocking.backend import blocker_for, take_students
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.comparing.frequencies import (
    Frequencies,
    Term,
    sought_terms,
    terms,
)
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS
from student_transfer.linkage.profiles.profile import Name, profile
from student_transfer.students import Student
from tests.unit.linkage.people import FULL, LEAN, NOBODY

AMELIA, KHAN = Name.of("Amelia"), Name.of("Khan")


def named(given: str, family: str) -> Student:
    """Make a student of whom no more than the names matters."""
    return attrs.evolve(LEAN, given_name=given, family_name=family)


def test_terms_are_the_normal_forms_that_are_counted() -> None:
    """Names and what a few share are counted, in normal form (MATCH-5)."""
    student = attrs.evolve(FULL, preferred_name="Mimi")
    assert terms(student) == {
        ("given", "amelia"),
        ("given", "mimi"),
        ("middle", "rose"),
        ("family", "pateljones"),
        ("full", "amelia pateljones"),
        ("born", "2014-03-05"),
        ("national_id", "H801200001001"),
        ("postcode", "B139QX"),
    }


def test_given_and_middle_names_are_sought_in_one_column_and_in_two() -> None:
    """As the site may have them: uncounted they would look rarer (MATCH-5)."""
    apart = attrs.evolve(NOBODY, given_name="Ana", middle_name="Eva", family_name="Ng")
    exchanged = {("given", "ng"), ("family", "ana"), ("full", "ng ana")}
    assert sought_terms(apart) - terms(apart) - exchanged == {
        ("given", "anaeva"),
        ("full", "anaeva ng"),
    }
    together = attrs.evolve(NOBODY, given_name="Ana Eva Mia", family_name="Ng")
    exchanged = {("given", "ng"), ("family", "anaevamia"), ("full", "ng anaevamia")}
    assert sought_terms(together) - terms(together) - exchanged == {
        *(("given", "ana"), ("middle", "evamia"), ("full", "ana ng")),
        *(("given", "anaeva"), ("middle", "mia"), ("full", "anaeva ng")),
    }
    nameless = attrs.evolve(apart, family_name="")
    assert ("given", "anaeva") in sought_terms(nameless)
    assert not {term for term in sought_terms(nameless) if term[0] == "full"}
    lone = attrs.evolve(NOBODY, middle_name="Eva")
    assert sought_terms(lone) == terms(lone)


def test_placeholders_are_not_counted() -> None:
    """What stands for "not known" is no term, and nothing has no term (MATCH-5)."""
    unknown = attrs.evolve(
        NOBODY,
        given_name="Unknown",
        family_name="N/A",
        date_of_birth=date(1900, 1, 1),
        national_id="WA",
        extra={"postcode": "n/a"},
    )
    assert terms(unknown) == terms(NOBODY) == set()


def test_a_date_that_is_known_in_part_is_not_counted() -> None:
    """Only a whole date has its share of the site's students (MATCH-5)."""
    partly = attrs.evolve(LEAN, date_of_birth=None, extra={"date of birth": "2014-03"})
    assert not {term for term in terms(partly) if term[0] == "born"}


def test_a_roster_is_counted_as_the_matching_of_rosters_counts_it() -> None:
    """Of all that is sought for an import the same is counted, emails too (MATCH-5)."""
    many = [
        attrs.evolve(FULL, preferred_name=nick, email="office@school.org")
        for nick in ("Mimi", "Mimi", "Amelia")
    ]
    swapped = named("Khan", "Amelia")
    roster = [*many, named("Amelia", "Khan"), swapped, NOBODY]
    coming = [many[0], swapped]
    sought = SoughtStudents(tuple(map(profile, coming)))
    blocker: RosterBlocker[Student] = blocker_for(sought, DEFAULT_SETTINGS)
    take_students(blocker, roster)
    linked = RosterBlocks(sought, [blocker.blocks()], DEFAULT_SETTINGS).frequencies()
    found = Frequencies.of(iter(roster))
    assert found.size == linked.size == 6
    for term in frozenset[Term]().union(*map(sought_terms, coming)):
        assert found.counts.get(term, 0) == linked.counts.get(term, 0)
    assert found.counts["email", "office@school.org"] == 3
    assert found.counts["given", "amelia"] == 4  # once each, whatever it is called


def test_nobody_has_no_terms() -> None:
    """An empty roster is a site without students."""
    assert Frequencies.of([]) == Frequencies(0)


def test_a_share_is_smoothed_and_never_more_than_all() -> None:
    """On a small site nothing looks rare, and no share exceeds 1 (MATCH-5)."""
    term = ("given", "amelia")
    small, large = Frequencies(10, {term: 1}), Frequencies(9999, {term: 1})
    assert small.share(term) > large.share(term)
    assert Frequencies(1, {term: 10_000}).share(term) == 1


@pytest.mark.parametrize(
    "term",
    [
        ("given", "x"),
        ("middle", "x"),
        ("family", "x"),
        ("born", "x"),
        ("postcode", "x"),
        ("national_id", "x"),
    ],
)
def test_what_more_students_have_has_a_larger_share(term: tuple[str, str]) -> None:
    """The share grows with the count and is above 0 without one (MATCH-5)."""
    shares = [Frequencies(5000, {term: count}).share(term) for count in (0, 1, 10, 400)]
    assert 0 < shares[0] < shares[1] < shares[2] < shares[3] < 1


def test_a_site_has_no_less_than_nobody() -> None:
    """A negative size is refused."""
    with pytest.raises(ValueError, match="size"):
        Frequencies(-1)


def test_a_full_name_that_several_have_is_expected_again() -> None:
    """Namesakes who are counted beat what the names' shares let expect (MATCH-5)."""
    alone, known, many = (
        Frequencies(1000, {("full", "amelia khan"): count}) for count in (0, 1, 7)
    )
    expected = [site.namesakes(AMELIA, KHAN, 0.2) for site in (alone, known, many)]
    assert 0 < expected[0] == expected[1] < expected[2]


def test_the_more_namesakes_chance_brings_the_more_are_expected() -> None:
    """Names that many have are expected to meet more often (MATCH-5)."""
    site = Frequencies(1)
    least, more = (site.namesakes(AMELIA, KHAN, chance) for chance in (0.1, 0.2))
    assert least < more <= 2 * least
