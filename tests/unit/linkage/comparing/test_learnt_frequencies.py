"""Unit tests of what a whole import teaches of how common values are."""

from collections.abc import Sequence
from datetime import date

import attrs
import pytest

from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.learnt_frequencies import (
    learnt_from,
    learnt_from_students,
    with_births_of,
    with_defaults_of,
    with_names_of,
)
from student_transfer.linkage.comparing.levels import COMMUNITY
from student_transfer.linkage.profiles.births import Birth, birth_text
from student_transfer.linkage.profiles.profile import Profile, profile
from student_transfer.students import StudentKey
from tests.unit.linkage.people import FULL, LEAN, NOBODY, named


def test_the_more_names_are_known_the_rarer_is_one_without_a_count() -> None:
    """An import asks for its own students' names, and a whole roster has all (MATCH-5).

    Of these the import takes no more than it would have asked for.
    """
    students = [LEAN, FULL]
    coming = [profile(student) for student in students]
    learnt = learnt_from(Frequencies(5000), coming, 0.9)
    assert learnt.names_counted_from == len(coming)
    whole = Frequencies.of(students * 100)
    assert whole.names_counted_from == whole.size > len(coming)
    asked = attrs.evolve(whole.only_of(students), names_counted_from=0)
    besides = {**whole.counts, ("given", "nobodys"): 7}
    for every in (whole, attrs.evolve(whole, counts=besides)):
        assert learnt_from(every, coming, 0.9) == learnt_from(asked, coming, 0.9)
    unknown = Frequencies(5000).share_uncounted(0.01)
    assert 0 < whole.share_uncounted(0.01) < learnt.share_uncounted(0.01) < unknown
    assert unknown == 0.01


def test_what_several_who_come_have_is_counted() -> None:
    """What should be a child's own is seen to be none, on no site so far (MATCH-5)."""
    one = attrs.evolve(FULL, national_id="STATE20245", email="office@school.org")
    other = attrs.evolve(one, national_id="STATE20245")
    coming = [*map(profile, (one, other, LEAN))]
    site = Frequencies(5000, {("email", "office@school.org"): 7})
    counts = learnt_from(site, coming, 0.9).counts
    assert counts["national_id", coming[0].national_id] == 2
    assert counts["address", coming[0].address.text] == 2
    assert counts["email", "office@school.org"] == 7
    assert (
        learnt_from(Frequencies(5000), coming, 0.9).counts["email", "office@school.org"]
        == 2
    )
    arriving = iter((one, other, LEAN))
    learnt = learnt_from_students(site, arriving, 0.9)
    assert learnt == learnt_from(site, coming, 0.9)
    theirs = {term: count for term, count in counts.items() if term[1]}
    assert learnt.only_of([one]) == attrs.evolve(learnt, counts=theirs)
    assert learnt.only_of([LEAN]) == attrs.evolve(learnt, counts={})
    alone = learnt_from(Frequencies(5000), coming[:1], 0.9).counts
    assert ("national_id", coming[0].national_id) not in alone
    assert ("address", coming[0].address.text) not in alone


def test_an_address_is_counted_in_whatever_way_it_is_written() -> None:
    """A boarding school is one home, whoever comes first (PREV-5, MATCH-4)."""
    ways = ["12 High Street"] * 5 + ["12 High St"] * 4
    coming = [
        profile(attrs.evolve(LEAN, key=StudentKey(str(place)), extra={"address": way}))
        for place, way in enumerate(ways)
    ]
    term = "address", coming[0].address.text
    for some in (coming, coming[::-1]):
        assert learnt_from(Frequencies(5000), some, 0.9).counts[term] == len(ways)


def test_births_that_are_not_spread_are_learnt_from_the_import() -> None:
    """Where everyone is of one year group a shared birthday tells less (MATCH-5)."""
    coming = [
        profile(attrs.evolve(LEAN, date_of_birth=date(2014, 3, day)))
        for day in range(1, 29)
    ]
    days = {("born", f"2014-03-{day:02}"): 8 for day in range(1, 29)}
    spread = Frequencies(300)
    learnt = with_births_of(Frequencies(300, days), coming, 0.7)
    assert learnt.birth_share > 5 * spread.birth_share
    assert learnt.share(("born", "2014-04-01")) > spread.share(("born", "2014-04-01"))


def test_years_that_are_not_spread_are_learnt_from_the_import() -> None:
    """Where everyone is of one year group a shared year tells less (MATCH-5)."""
    lean, site = profile(LEAN), Frequencies(300)
    cohort = learnt_from(site, [lean] * 40, 0.7)
    assert 0.9 < cohort.same_year < 1
    assert 0.9 < cohort.same_birth_year < 1
    assert cohort.next_year < 0.02
    few = learnt_from(site, [lean] * 4, 0.7)
    assert learnt_from(site, [lean], 0.7).same_year < few.same_year < cohort.same_year
    two = [attrs.evolve(lean, year=number, born=(number, 0, 0)) for number in (6, 7)]
    mixed = learnt_from(site, two * 40, 0.7)
    assert 0.45 < mixed.same_year < mixed.next_year < 0.55
    assert mixed.same_birth_year == pytest.approx(mixed.same_year, abs=0.01)


def test_a_date_of_birth_that_too_many_have_is_filled_in() -> None:
    """MATCH-5: it stands for "not known", on either side; no day has so many."""
    lean, born = profile(LEAN), (2014, 3, 5)
    others = [attrs.evolve(lean, born=(2014, 4, 1 + day % 28)) for day in range(500)]
    site = Frequencies(600)
    for count, found in ((40, {born}), (30, set()), (20, set())):
        coming = [lean] * count + others
        assert with_defaults_of(site, coming).default_births == found
    assert with_defaults_of(site, [lean] * 31).default_births == {born}
    assert with_defaults_of(site, [lean] * 31 + others * 2).default_births == set()
    for size, found in ((600, {born}), (6000, set())):
        there = Frequencies(size, {("born", "2014-03-05"): 200})
        assert with_defaults_of(there, [lean]).default_births == found
    partly = [attrs.evolve(lean, born=(2014, 0, 0))] * 100
    assert with_defaults_of(site, partly).default_births == set()


def _born(*births: Birth) -> list[Profile]:
    return [attrs.evolve(profile(LEAN), born=born) for born in births]


_JANUARY: tuple[Birth, ...] = ((2012, 1, 1), (2013, 1, 1), (2014, 1, 1))
_ANY: tuple[Birth, ...] = tuple((2014, 4, 1 + day) for day in range(28))


@pytest.mark.parametrize(
    ("births", "defaults", "is_year"),
    [
        (_JANUARY, (), True),
        (_JANUARY * 40, (), True),
        (_JANUARY + _ANY, (), True),
        (_JANUARY + _ANY * 3, (), False),  # three of 87 may be born on it
        (_JANUARY[:2] * 9, (), False),
        (_JANUARY[:2] * 40, _JANUARY[:2], False),
        ((*_ANY, *[(2000, 1, 1)] * 40), ((2000, 1, 1),), False),
        ((*_JANUARY, *[(2000, 1, 1)] * 40), ((2000, 1, 1),), True),
        ((*_JANUARY, *[(2000, 1, 1)] * 90), ((2000, 1, 1),), False),
        ((*_JANUARY * 40, *[(2013, 3, 5)] * 40), ((2013, 3, 5),), True),
    ],
)
def test_firsts_of_january_of_several_years_say_the_year(
    births: Sequence[Birth], defaults: Sequence[Birth], *, is_year: bool
) -> None:
    """MATCH-5: so programs write it that know the year alone; one date says nothing."""
    site = Frequencies(
        5000, {("born", f"{year}-01-01"): 1 for year in range(2000, 2020)}
    )
    found = with_defaults_of(site, _born(*births))
    assert found.default_births == {*defaults}
    assert found.january_is_year is is_year
    assert not found.january_is_common
    there = {("born", birth_text(born)): births.count(born) for born in births}
    shared = with_defaults_of(Frequencies(len(births), there), _born(*{*births}))
    assert shared.default_births == {*defaults}
    assert shared.january_is_common is is_year


def test_firsts_of_january_that_say_the_year_are_no_birthdays() -> None:
    """How far births are spread is not learnt from them (MATCH-5)."""
    site = Frequencies(300, {("born", birth_text(born)): 90 for born in _JANUARY})
    assert learnt_from(site, _born(*_JANUARY), 0.7).birth_share == pytest.approx(
        site.birth_share
    )


def test_who_is_expected_on_the_site_is_not_counted_among_the_births() -> None:
    """The one birthday of the incoming student may be his own (MATCH-5)."""
    coming = [profile(LEAN)]
    site = Frequencies(1000, {("born", "2014-03-05"): 1})
    for share, less in ((0.999, True), (0.001, False)):
        learnt = with_births_of(site, coming, share)
        assert (learnt.birth_share <= site.birth_share) is less


@pytest.mark.parametrize("size", [0, 1000])
def test_an_import_without_birthdays_teaches_nothing(size: int) -> None:
    """Without a date, or a student on the site, the usual share stays."""
    site = Frequencies(size)
    for coming in ([], [profile(NOBODY)]):
        assert with_births_of(site, coming, 0.7).birth_share == pytest.approx(
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
        with_names_of(site, map(profile, coming)).community
        for coming in (apart, together)
    )
    assert 1 <= by_chance < 1.1
    assert usual == COMMUNITY
    assert with_names_of(site, map(profile, reversed(apart))).community == by_chance


def test_few_students_teach_nothing_of_how_names_go_together() -> None:
    """MATCH-5: one child, or none, and the usual stays."""
    site = Frequencies(4000)
    for coming in ([], [named("Amelia", "Khan")], [named("Amelia", "")]):
        learnt = with_names_of(site, map(profile, coming))
        assert learnt.community == pytest.approx(COMMUNITY)
