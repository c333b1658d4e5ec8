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
    birth_text,
    sought_terms,
    terms,
)
from student_transfer.linkage.comparing.levels import COMMUNITY
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
    assert birth_text((2014, 3, 0)) == "2014-03"
    assert birth_text((2014, 0, 0)) == "2014"


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


def test_the_more_names_are_known_the_rarer_is_one_without_a_count() -> None:
    """An import knows its own students' names, and a whole roster all (MATCH-5)."""
    students = [LEAN, FULL]
    coming = [profile(student) for student in students]
    learnt = Frequencies(5000).learnt_from(coming, 0.9)
    assert learnt.names_counted_from == len(coming)
    whole = Frequencies.of(students * 100)
    assert whole.names_counted_from == whole.size > len(coming)
    assert whole.learnt_from(coming, 0.9).names_counted_from == whole.size
    unknown = Frequencies(5000).share_uncounted(0.01)
    assert 0 < whole.share_uncounted(0.01) < learnt.share_uncounted(0.01) < unknown
    assert unknown == 0.01


def test_what_several_who_come_have_is_counted() -> None:
    """What should be a child's own is seen to be none, on no site so far (MATCH-5)."""
    one = attrs.evolve(FULL, national_id="STATE2024", email="office@school.org")
    other = attrs.evolve(one, national_id="STATE2024")
    coming = [*map(profile, (one, other, LEAN))]
    site = Frequencies(5000, {("email", "office@school.org"): 7})
    counts = site.learnt_from(coming, 0.9).counts
    assert counts["national_id", coming[0].national_id] == len(coming)
    assert counts["address", coming[0].address.text] == 2
    assert counts["email", "office@school.org"] == 7
    assert (
        Frequencies(5000).learnt_from(coming, 0.9).counts["email", "office@school.org"]
        == 2
    )
    alone = Frequencies(5000).learnt_from(coming[:1], 0.9).counts
    assert ("national_id", coming[0].national_id) not in alone
    assert ("address", coming[0].address.text) not in alone


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


def test_births_that_are_not_spread_are_learnt_from_the_import() -> None:
    """Where everyone is of one year group a shared birthday tells less (MATCH-5)."""
    coming = [
        profile(attrs.evolve(LEAN, date_of_birth=date(2014, 3, day)))
        for day in range(1, 29)
    ]
    days = {("born", f"2014-03-{day:02}"): 8 for day in range(1, 29)}
    spread = Frequencies(300)
    learnt = Frequencies(300, days).with_births_of(coming, 0.7)
    assert learnt.birth_share > 5 * spread.birth_share
    assert learnt.share(("born", "2014-04-01")) > spread.share(("born", "2014-04-01"))


def test_years_that_are_not_spread_are_learnt_from_the_import() -> None:
    """Where everyone is of one year group a shared year tells less (MATCH-5)."""
    lean, site = profile(LEAN), Frequencies(300)
    cohort = site.learnt_from([lean] * 40, 0.7)
    assert 0.9 < cohort.same_year < 1
    assert 0.9 < cohort.same_birth_year < 1
    assert cohort.next_year < 0.02
    few = site.learnt_from([lean] * 4, 0.7)
    assert site.learnt_from([lean], 0.7).same_year < few.same_year < cohort.same_year
    two = [attrs.evolve(lean, year=number, born=(number, 0, 0)) for number in (6, 7)]
    mixed = site.learnt_from(two * 40, 0.7)
    assert 0.45 < mixed.same_year < mixed.next_year < 0.55
    assert mixed.same_birth_year == pytest.approx(mixed.same_year, abs=0.01)


def test_a_date_of_birth_that_too_many_have_is_filled_in() -> None:
    """MATCH-5: it stands for "not known", on either side; no day has so many."""
    lean, born = profile(LEAN), (2014, 3, 5)
    others = [attrs.evolve(lean, born=(2014, 4, 1 + day % 28)) for day in range(500)]
    site = Frequencies(600)
    for count, found in ((40, {born}), (30, set()), (20, set())):
        coming = [lean] * count + others
        assert site.with_defaults_of(coming).default_births == found
    assert site.with_defaults_of([lean] * 31).default_births == {born}
    assert site.with_defaults_of([lean] * 31 + others * 2).default_births == set()
    for size, found in ((600, {born}), (6000, set())):
        there = Frequencies(size, {("born", "2014-03-05"): 200})
        assert there.with_defaults_of([lean]).default_births == found
    partly = [attrs.evolve(lean, born=(2014, 0, 0))] * 100
    assert site.with_defaults_of(partly).default_births == set()


def test_who_is_expected_on_the_site_is_not_counted_among_the_births() -> None:
    """The one birthday of the incoming student may be his own (MATCH-5)."""
    coming = [profile(LEAN)]
    site = Frequencies(1000, {("born", "2014-03-05"): 1})
    for share, less in ((0.999, True), (0.001, False)):
        learnt = site.with_births_of(coming, share)
        assert (learnt.birth_share <= site.birth_share) is less


@pytest.mark.parametrize("size", [0, 1000])
def test_an_import_without_birthdays_teaches_nothing(size: int) -> None:
    """Without a date, or a student on the site, the usual share stays."""
    site = Frequencies(size)
    for coming in ([], [profile(NOBODY)]):
        assert site.with_births_of(coming, 0.7).birth_share == pytest.approx(
            site.birth_share
        )


def test_names_that_meet_by_chance_are_learnt_from_the_import() -> None:
    """MATCH-5: where given and family names are drawn apart, both tell their own."""
    site = Frequencies(4000)
    apart = [
        named(f"Given{n % 20}", f"Family{m % 20}") for n in range(40) for m in range(40)
    ]
    together = [
        named(f"Given{n % 20}", f"Family{n % 20}") for n in range(40) for _ in range(40)
    ]
    by_chance, usual = (
        site.with_names_of(map(profile, coming)).community
        for coming in (apart, together)
    )
    assert 1 <= by_chance < 1.1
    assert usual == COMMUNITY
    assert site.with_names_of(map(profile, reversed(apart))).community == by_chance


def test_few_students_teach_nothing_of_how_names_go_together() -> None:
    """MATCH-5: one child, or none, and the usual stays."""
    site = Frequencies(4000)
    for coming in ([], [named("Amelia", "Khan")], [named("Amelia", "")]):
        learnt = site.with_names_of(map(profile, coming))
        assert learnt.community == pytest.approx(COMMUNITY)
