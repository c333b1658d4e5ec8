"""Unit tests of the one scorer."""

import random
import tracemalloc
from collections.abc import Mapping
from datetime import date
from itertools import product
from math import inf
from typing import Any

import attrs
import pytest

from student_transfer.linkage.comparing.families import Families
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.kinds import CustomComparison
from student_transfer.linkage.comparing.levels import (
    SWAP,
    Level,
    LevelProbabilities,
    bits,
)
from student_transfer.linkage.comparing.pair import compare
from student_transfer.linkage.comparing.review_reasons import ReviewReason
from student_transfer.linkage.comparing.scoring import Scorer, may_be_one_home
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.profile import Address, profile
from student_transfer.matching import link
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import (
    FULL,
    LEAN,
    NOBODY,
    SITE,
    named,
    parts,
    there,
    total,
)


def _scorer(
    settings: Settings = DEFAULT_SETTINGS,
    families: Families | None = None,
    frequencies: Frequencies = SITE,
) -> Scorer:
    return Scorer(frequencies, settings, families)


def test_the_sum_and_its_steps_agree() -> None:
    """What decides is what is explained, both ways round (PREV-6)."""
    scorer = _scorer()
    for changes in ({}, {"given_name": "Sophie"}, {"date_of_birth": None}):
        other = there(FULL, **changes)
        one, two = profile(FULL), profile(other)
        compared = scorer.compare(one, two)
        found = scorer.weigh(one, two)
        assert found is not None
        assert scorer.prior.odds(found[0]) == compared.prior + compared.weight
        assert scorer.weigh(two, one) == found
        assert scorer.compare(two, one) == compared


def test_a_pair_without_hope_is_not_followed_up() -> None:
    """Where strangers are certain it does not matter how siblings would agree."""
    other = there(
        NOBODY,
        given_name="Omar",
        family_name="Ng",
        date_of_birth=date(2009, 11, 17),
        national_id="B912311112112",
        gender="M",
        year="11",
    )
    scorer = _scorer(Settings(expected_share=0.001))
    assert total(FULL, other, scorer) < -30
    assert scorer.compare(profile(FULL), profile(other)).probability < 1e-8


def test_what_is_missing_weighs_nothing() -> None:
    """A blank record has no evidence in any field (MATCH-5)."""
    assert parts(FULL, NOBODY) == parts(NOBODY, NOBODY) == {}


@pytest.mark.parametrize(
    "field",
    [
        "given_name",
        "family_name",
        "date_of_birth",
        "gender",
        "national_id",
        "student_id",
        "user_name",
        "email",
        "extra",
    ],
)
def test_a_value_that_is_the_same_speaks_for_one_child(field: str) -> None:
    """Each field is evidence by itself (MATCH-2)."""
    changes: dict[str, Any] = {field: getattr(FULL, field)}
    alone = attrs.evolve(NOBODY, **changes)
    found = parts(FULL, alone)
    assert found
    assert all(weight > 0 for _, weight in found.values())


def test_a_date_of_birth_weighs_by_how_many_share_it() -> None:
    """A day on which many are born tells less (MATCH-5)."""
    many = Frequencies(1000, {("born", "2014-03-05"): 200})
    common, rare = (parts(LEAN, LEAN, site)["date_of_birth"] for site in (many, SITE))
    assert common[0] is rare[0] is Level.EXACT
    assert 0 < common[1] < rare[1] - 3


def test_a_date_known_in_part_speaks_as_far_as_it_is_known() -> None:
    """Year and month of birth are evidence, less than a whole date (MATCH-3)."""
    partly = [
        attrs.evolve(LEAN, date_of_birth=None, extra={"date of birth": known})
        for known in ("2014", "2014-03")
    ]
    weights = [parts(LEAN, one)["date_of_birth"][1] for one in (*partly, LEAN)]
    assert 0 < weights[0] < weights[1] < weights[2]


@pytest.mark.parametrize("born", [None, "2014", "2012"])
def test_the_year_counts_where_the_date_does_not_say_it(born: str | None) -> None:
    """The year group stands in for a date that is not known (MATCH-2)."""
    extra = {"date of birth": born} if born else {}
    undated = attrs.evolve(LEAN, date_of_birth=None, extra=extra)
    assert parts(LEAN, undated)["year"][1] > 0
    assert parts(LEAN, attrs.evolve(undated, year="9"))["year"][1] < 0


def test_a_date_that_a_program_has_filled_in_is_missing() -> None:
    """MATCH-5: it speaks neither for nor against a child, and the year stands in."""
    site = Frequencies(1000, default_births=frozenset({(2014, 3, 5)}))
    other = attrs.evolve(LEAN, date_of_birth=date(2011, 7, 8))
    for one, two in ((LEAN, other), (other, LEAN), (LEAN, LEAN)):
        found = parts(one, two, site)
        assert "date_of_birth" not in found
        assert found["year"][1] > 2
    assert parts(other, other, site)["date_of_birth"][0] is Level.EXACT


def test_a_first_of_january_that_says_the_year_is_a_date_known_in_part() -> None:
    """MATCH-5: the year is compared, and said so; a day that nobody knew is not."""
    site = Frequencies(1000, january_is_year=True)
    lean, january, later = (
        attrs.evolve(LEAN, date_of_birth=born)
        for born in (date(2014, 3, 5), date(2014, 1, 1), date(2015, 3, 5))
    )
    of_year = attrs.evolve(LEAN, date_of_birth=None, extra={"date of birth": "2014"})
    for one, other in ((lean, january), (january, lean), (january, january)):
        assert parts(one, other, site) == parts(of_year, other, site)
        assert parts(one, other, site)["date_of_birth"][0] is Level.SAME_YEAR
    assert parts(january, later, site)["date_of_birth"][0] is Level.DIFFERENT
    assert parts(lean, lean, site)["date_of_birth"][0] is Level.EXACT
    scorer = Scorer(site, DEFAULT_SETTINGS)
    for one, note in (
        (january, "a first of January stands for the year"),
        (of_year, ""),
    ):
        (born,) = (
            part
            for part in scorer.evidence(profile(one), profile(lean))
            if part.field == "date_of_birth"
        )
        assert born.note == note


def test_firsts_of_january_that_a_site_has_too_weigh_by_how_many_have_them() -> None:
    """As in refugees' papers, which both sites copy (MATCH-5)."""
    january = attrs.evolve(LEAN, date_of_birth=date(2014, 1, 1))
    site = Frequencies(1000, {("born", "2014-01-01"): 60})
    site = attrs.evolve(site, january_is_year=True, january_is_common=True)
    level, weight = parts(january, january, site)["date_of_birth"][:2]
    assert level is Level.EXACT
    assert 3 < weight < 6
    assert parts(LEAN, january, site)["date_of_birth"][0] is Level.SAME_YEAR


def test_the_year_says_little_beside_the_year_of_birth() -> None:
    """Who is born in one year is mostly of one year at school (MATCH-2)."""
    undated = attrs.evolve(LEAN, date_of_birth=None)
    of_year, of_month = (
        attrs.evolve(undated, extra={"date of birth": known})
        for known in ("2014", "2014-03")
    )
    for one, other in ((LEAN, of_year), (of_year, LEAN), (of_year, of_month)):
        assert 0 < parts(one, other)["year"][1] < 1
    for one in (LEAN, of_month, attrs.evolve(of_month, year="9")):
        assert "year" not in parts(one, of_month)
        assert "year" not in parts(of_month, one)
    other_month = attrs.evolve(undated, extra={"date of birth": "2014-05"})
    assert "year" not in parts(of_month, other_month)


def test_the_year_does_not_count_again_with_the_date_of_birth() -> None:
    """Year and birthday agree together: one piece of evidence (MATCH-2)."""
    assert "year" not in parts(LEAN, attrs.evolve(LEAN, year="Year 6"))
    assert "year" not in parts(LEAN, attrs.evolve(LEAN, year="9"))


def test_the_year_says_which_of_two_dates_is_wrong() -> None:
    """Where the dates are years apart the year group weighs beside them (MATCH-3)."""
    older = attrs.evolve(LEAN, date_of_birth=date(2004, 3, 5))
    same, apart = parts(LEAN, older), parts(LEAN, attrs.evolve(older, year="13"))
    assert same["year"][1] > 0 > apart["year"][1]
    undated = attrs.evolve(LEAN, date_of_birth=None)
    assert same["year"][1] != parts(LEAN, undated)["year"][1]


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ("h801-200001001", Level.CHECKED),
        ("H801200001002", Level.ONE_EDIT),
        ("B912311112112", Level.DIFFERENT),
    ],
)
def test_a_national_identifier_is_compared(other: str, level: Level) -> None:
    """An identifier that differs speaks against, one that agrees for (MATCH-2)."""
    found = parts(FULL, attrs.evolve(FULL, national_id=other))["national_id"]
    assert found[0] is level
    assert (found[1] > 10) is (level is not Level.DIFFERENT)


def test_a_national_identifier_of_several_students_weighs_nothing() -> None:
    """What two students of the site have identifies neither (MATCH-5)."""
    counted = Frequencies(1000, {("national_id", "H801200001001"): 2})
    assert parts(FULL, FULL, counted)["national_id"] == (Level.SHARED, 0.0)


def test_an_identifier_beside_a_shared_one_is_no_evidence_for() -> None:
    """STATE20244 for everyone is not nearly STATE20245 of one child (MATCH-5)."""
    one, other = (attrs.evolve(FULL, national_id=f"STATE2024{n}") for n in (4, 5))
    counted = Frequencies(1000, {("national_id", f"STATE2024{n}"): 400 for n in (4, 5)})
    assert parts(one, other, counted)["national_id"][1] <= 0


def test_two_right_identifiers_are_of_two_children_however_many_have_one() -> None:
    """What weighs nothing is still for a person to see (MATCH-4, MATCH-5)."""
    other = attrs.evolve(FULL, national_id="M823299917045")
    counted = Frequencies(1000, {("national_id", "H801200001001"): 2})
    compared = compare(FULL, other, counted)
    assert parts(FULL, other, counted)["national_id"] == (Level.OTHER_CHECKED, 0.0)
    assert compared.review_reasons == (ReviewReason.TWO_CHECKED_IDENTIFIERS,)


def test_of_nearly_one_postcode_either_may_be_of_one_unit() -> None:
    """Which of two records came in does not count (MATCH-6)."""
    one, other = (
        attrs.evolve(FULL, extra={"postcode": code, "address": address})
        for code, address in (("B13 9QX", "14 Mill Street"), ("B13 9Q", "14 Mill St"))
    )
    assert parts(one, other)["address"] == parts(other, one)["address"]


def test_local_ids_and_addresses_that_differ_are_neutral() -> None:
    """Every site gives its own: a difference says nothing (MATCH-2)."""
    other = attrs.evolve(FULL, email="b@y.org", user_name="b", student_id="2")
    found = parts(FULL, other)
    assert {"email", "user_name", "student_id"}.isdisjoint(found)


def test_an_equal_local_id_is_weak() -> None:
    """Equal local IDs on two sites prove little (MATCH-2)."""
    assert 0 < parts(FULL, FULL)["student_id"][1] <= 2


@pytest.mark.parametrize("field", ["email", "user_name"])
def test_an_address_made_from_a_name_says_what_the_name_says(field: str) -> None:
    """An email that repeats a name counts less than one of its own (MATCH-2)."""
    found = {}
    for local in ("x7", "amelia", "pateljones"):
        given: dict[str, Any] = {field: f"{local}@example.org"}
        one = attrs.evolve(FULL, family_name="Pateljones", **given)
        found[local] = parts(one, one)[field]
    assert found["x7"][0] is Level.EXACT
    assert found["amelia"][0] is Level.REPEATED
    assert found["pateljones"][0] is Level.FAMILY_SHARED
    assert 0 < found["amelia"][1] < found["x7"][1]
    assert 0 < found["pateljones"][1] < found["x7"][1]


@pytest.mark.parametrize(
    ("user_name", "level"),
    [
        ("kirandee", Level.REPEATED),  # cut to eight letters
        ("ksohanpa", Level.FAMILY_SHARED),  # an initial, and as much as fits
        ("kdsohanpal7", Level.FAMILY_SHARED),
        ("kiran", Level.REPEATED),
        ("kir", Level.EXACT),  # too short to tell where it is from
        ("xsoh", Level.EXACT),
    ],
)
def test_a_user_name_may_have_no_room_for_all_of_a_name(
    user_name: str, level: Level
) -> None:
    """Namesakes have it as well, so that it says what the name says (MATCH-2)."""
    one = named("Kirandeep", "Sohanpal", user_name=user_name)
    assert parts(one, one)["user_name"][0] is level


@pytest.mark.parametrize(
    ("user_name", "level"),
    [
        ("stepha", Level.REPEATED),  # of Stephens, Ava
        ("avste12", Level.REPEATED),
        ("as", Level.EXACT),  # two letters are anywhere
        ("stephx", Level.EXACT),
        ("teava", Level.REPEATED),  # the whole of a name is in it
        ("phava7", Level.REPEATED),
        ("tennis", Level.EXACT),
    ],
)
def test_a_user_name_may_be_made_of_beginnings_of_both_names(
    user_name: str, level: Level
) -> None:
    """MATCH-2: a school makes the same one for every namesake, whoever writes them."""
    one = named("Ava", "Stephens", user_name=user_name)
    mistyped = named("Ava", "Stphens", user_name=user_name)
    for other in (one, mistyped):
        assert parts(one, other)["user_name"][0] is level
        assert parts(other, one)["user_name"][0] is level


@pytest.mark.parametrize("user_name", ["mum77@x.org", "mum77"])
def test_a_user_name_that_is_the_email_counts_once(user_name: str) -> None:
    """Two of one family have both alike: it says no more than the email (MATCH-4)."""
    one = attrs.evolve(FULL, email="mum77@x.org", user_name=user_name)
    assert "user_name" not in parts(one, one)
    other = attrs.evolve(one, user_name="aj")
    assert parts(other, other)["user_name"][0] is Level.EXACT
    without = attrs.evolve(one, email="")
    assert parts(one, without)["user_name"][0] is Level.EXACT


def _level_by_the_rule(user_name: str, given: str, family: str) -> Level:
    """Try every beginning and every end, as the rule has it."""
    ends = [user_name[at:] for at in range(len(user_name) - 3)]
    parts_of = [
        (user_name[:at], user_name[at:])
        for at in range(1, len(user_name))
        if len(user_name) > 2
    ]
    for name, level in ((given, Level.REPEATED), (family, Level.FAMILY_SHARED)):
        if len(name) > 2 and (name in user_name or any(map(name.startswith, ends))):
            return level
    for one, other in ((given, family), (family, given)):
        if any(one.startswith(a) and other.startswith(b) for a, b in parts_of):
            return Level.REPEATED
    return Level.EXACT


def test_an_address_is_taken_apart_in_every_way() -> None:
    """Whatever beginnings and ends of names are in it are found (MATCH-2)."""
    draw, met = random.Random(1), set()

    def text(least: int, most: int) -> str:
        return "".join(draw.choices("rst", k=draw.randint(least, most)))

    for _ in range(1500):
        given, family, user_name = text(1, 7), text(1, 7), text(1, 9)
        one = named(given, family, user_name=user_name)
        read = profile(one)
        if not read.user_name:
            continue  # a letter that is repeated stands for none
        level = parts(one, one)["user_name"][0]
        names = read.given.joined, read.family.joined
        assert level is _level_by_the_rule(user_name, *names)
        met.add(level)
    assert met == {Level.EXACT, Level.REPEATED, Level.FAMILY_SHARED}


@pytest.mark.parametrize("user_name", ["xyzzy" * 4000, "a" * 20_000, "am" * 10_000])
def test_an_address_without_end_takes_no_memory(user_name: str) -> None:
    """A cell that is all of a broken file stops nothing: it is looked at in place."""
    student = named("Amelia", "Smith", user_name=user_name)
    one, scorer = profile(student), _scorer()
    tracemalloc.start()
    try:
        scorer.evidence(one, one)
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()


def test_short_names_are_not_found_in_addresses() -> None:
    """Two letters are anywhere: an address with ``ng`` in it is its own."""
    one = attrs.evolve(FULL, given_name="Li", family_name="Ng", email="xlingo@y.org")
    assert parts(one, one)["email"][0] is Level.EXACT


def test_an_email_that_more_than_a_family_has_tells_as_little_as_it_is_common() -> None:
    """MATCH-4, MATCH-5: an office's address that half of a roster has is no child's."""
    one = attrs.evolve(NOBODY, email="office@school.org")
    term = ("email", "office@school.org")
    weights = {}
    for count in (1, 4, 5, 40, 400):
        counted = Frequencies(size=800, counts={term: count})
        compared = Scorer(counted, DEFAULT_SETTINGS).compare(profile(one), profile(one))
        (field,) = [each for each in compared.fields if each.field == "email"]
        weights[count] = (field.level, field.weight)
    assert [weights[count][0] for count in (1, 4)] == [Level.EXACT] * 2
    assert [weights[count][0] for count in (5, 40, 400)] == [Level.SHARED] * 3
    assert weights[1][1] == weights[4][1] > weights[5][1] > weights[40][1]
    assert weights[400][1] == 0


def test_what_a_host_sets_for_emails_holds_for_common_ones_too() -> None:
    """MATCH-6: how often a child keeps an email is the host's to say."""
    one = profile(attrs.evolve(NOBODY, email="office@school.org"))
    counted = Frequencies(size=800, counts={("email", "office@school.org"): 40})
    usual = DEFAULT_SETTINGS.levels["email"][Level.EXACT]
    other = attrs.evolve(usual, m=2 * usual.m)
    weights = [
        Scorer(counted, settings).compare(one, one).weight
        for settings in (
            DEFAULT_SETTINGS,
            Settings(levels={"email": {Level.EXACT: other}}),
        )
    ]
    assert weights[1] - weights[0] == pytest.approx(1.0, abs=0.001)


def test_several_incoming_students_with_one_email_are_counted_too() -> None:
    """MATCH-4: a school may send its own address along for everybody."""
    office = "office@school.org"
    sophie = there(NOBODY, "9", given_name="Sophie", email=office)
    names = ("Sophie", "Omar", "Lena", "Ada", "Maja")
    coming = [
        attrs.evolve(
            NOBODY,
            key=StudentKey(name),
            given_name=name,
            family_name="Jones",
            email=office,
        )
        for name in names
    ]
    (alone,), (among, *_) = link(coming[:1], [sophie]), link(coming, [sophie])
    assert "several" not in alone.candidates[0].why
    (other,) = among.candidates
    assert other.probability < alone.candidates[0].probability - 0.02
    assert "but of several students" in other.why


def _home(**extra: str) -> Student:
    return attrs.evolve(NOBODY, extra=extra)


def test_a_home_that_is_the_same_is_evidence() -> None:
    """Postcode and address speak for one child, and for a family (MATCH-2)."""
    home = _home(postcode="B13 9QX", address="14 Mill Street")
    found = parts(home, home)
    assert found["postcode"][0] is found["address"][0] is Level.EXACT
    assert found["postcode"][1] > 0
    assert found["address"][1] > 0


def test_within_a_postcode_the_address_says_less() -> None:
    """A dozen homes share a postcode: who lives in another one lives elsewhere."""
    home = _home(postcode="B13 9QX", address="14 Mill Street")
    neighbour = _home(postcode="B13 9QX", address="16 Mill Street")
    alone = parts(_home(address="14 Mill Street"), _home(address="14 Mill Street"))
    assert parts(home, home)["address"][1] < alone["address"][1]
    assert parts(home, neighbour)["address"][1] < 0


def test_within_a_zip_code_the_address_says_nearly_all() -> None:
    """A ZIP code is a town: it says little beside the same address (MATCH-5)."""
    british = _home(postcode="B13 9QX", address="14 Mill Street")
    american = _home(zip="90210", address="14 Mill Street")
    assert (
        parts(american, american)["address"][1] > parts(british, british)["address"][1]
    )


def test_who_has_moved_lives_elsewhere() -> None:
    """Half of those who change school move: both differ, and that says little."""
    old = _home(postcode="B13 9QX", address="14 Mill Street")
    new = _home(postcode="M1 1AE", address="200 Quay Road")
    found = parts(old, new)
    assert found["postcode"][0] is found["address"][0] is Level.DIFFERENT
    assert -3 < found["postcode"][1] + found["address"][1] < 0


def test_the_next_postcode_weighs_no_more_than_the_same() -> None:
    """Where half the site has 90210, its neighbour 90211 says no more (MATCH-5)."""
    site = Frequencies(1000, {("postcode", "90210"): 500})
    same = parts(_home(zip="90210"), _home(zip="90210"), site)["postcode"]
    near = parts(_home(zip="90210"), _home(zip="90211"), site)["postcode"]
    assert near[1] <= same[1]


def test_records_that_came_from_one_another_are_linked() -> None:
    """The trace of an earlier transfer is strong evidence (IMP-5)."""
    sent = there(FULL, provenance={FULL.ref})
    level, weight = parts(FULL, sent)["link"]
    assert level is Level.LINKED
    assert weight > 15
    assert "link" not in parts(FULL, there(FULL))


def test_two_records_that_came_from_a_third_are_linked() -> None:
    """A child sent from A to B and to C is one child (IMP-5)."""
    one = there(FULL, "8", provenance={FULL.ref})
    other = there(FULL, "9", provenance={FULL.ref})
    assert parts(one, other)["link"][0] is Level.LINKED


HOUSE = CustomComparison(
    field="House",
    kind="text",
    levels={
        Level.EXACT: LevelProbabilities(0.9, 0.25),
        Level.DIFFERENT: LevelProbabilities(0.1, 0.75),
    },
)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("Oak", "OAK ", (Level.EXACT, True)),
        ("Oak", "Birch", (Level.DIFFERENT, False)),
    ],
)
def test_a_host_adds_a_comparison_by_data(
    left: str, right: str, expected: tuple[Level, bool]
) -> None:
    """A further field is compared as the settings say (MATCH-2)."""
    settings = Settings(comparisons=(HOUSE,))
    found = parts(_home(House=left), _home(house=right), SITE, settings)["House"]
    assert (found[0], found[1] > 0) == expected


@pytest.mark.parametrize("extra", [{}, {"House": "--"}, {"Zone": "Oak"}])
def test_an_own_comparison_needs_both_values(extra: Mapping[str, str]) -> None:
    """A further field that one has not is no evidence (MATCH-5)."""
    settings = Settings(comparisons=(HOUSE,))
    assert parts(_home(House="Oak"), _home(**extra), SITE, settings) == {}


def test_values_that_repeat_are_compared_alike() -> None:
    """A pair of values that was compared before weighs the same again (PREV-5)."""
    scorer = _scorer(Settings(comparisons=(HOUSE,)))
    one, other = profile(_home(House="Oak")), profile(_home(House="Birch"))
    assert scorer.compare(one, other) == scorer.compare(one, other)


def test_a_level_that_a_host_has_not_set_weighs_nothing() -> None:
    """A custom comparison says what each level weighs, and else nothing (MATCH-5)."""
    settings = Settings(comparisons=(HOUSE,))
    found = parts(_home(House="Oakley"), _home(House="Oakly"), SITE, settings)["House"]
    assert found == (Level.ONE_EDIT, 0.0)


@pytest.mark.parametrize(
    ("other", "level"),
    [("1000000043", Level.EXACT), ("5290387012", Level.DIFFERENT)],
)
def test_a_level_that_is_a_case_of_another_is_shown_and_weighed_as_that(
    other: str, level: Level
) -> None:
    """A phone number that passes the check of a ULN by chance weighs all the same."""
    phone = attrs.evolve(HOUSE, field="Phone", kind="identifier")
    settings = Settings(comparisons=(phone,))
    found = parts(_home(Phone="1000000043"), _home(Phone=other), SITE, settings)
    assert found["Phone"] == (level, phone.levels[level].weight)


def test_further_fields_are_not_compared_unless_a_host_says_so() -> None:
    """Fields that the library does not know are no evidence."""
    assert parts(_home(House="Oak"), _home(House="Oak")) == {}


def test_twins_weaken_what_a_family_shares() -> None:
    """Where many have a twin, a shared birthday is the family's (MATCH-4)."""
    twin = there(LEAN, given_name="")
    totals = [
        total(LEAN, twin, _scorer(families=Families(0.0, each)))
        for each in (0.0, 0.02, 0.5)
    ]
    assert totals[0] > totals[1] > totals[2]


def test_siblings_weaken_an_address() -> None:
    """Where all have sisters an address and a name are the family's (MATCH-4)."""
    sister = there(FULL, given_name="", date_of_birth=None, national_id="")
    many, none = (
        total(FULL, sister, _scorer(families=Families(each, 0.0)))
        for each in (3.0, 0.0)
    )
    assert many < none


def test_without_families_a_comparison_has_no_line_of_siblings() -> None:
    """Who has no brothers and sisters on the site is not taken for them (PREV-6)."""
    scorer = _scorer(families=Families(0.0, 0.0))
    found = scorer.compare(profile(FULL), profile(there(FULL)))
    assert "siblings" not in found.levels
    assert "siblings" in _scorer().compare(profile(FULL), profile(there(FULL))).levels


def test_the_prior_is_one_of_the_site() -> None:
    """Each who is expected is as likely any student of the site (MATCH-6)."""
    settings = Settings(expected_share=0.5)
    scorer = _scorer(settings)
    found = scorer.compare(profile(NOBODY), profile(NOBODY))
    assert found.why == "nothing to compare"
    assert found.probability == pytest.approx(1 / 1001, rel=1e-3)


@pytest.mark.parametrize(
    "saved",
    [
        {"national_id": FULL.national_id},
        {"email": FULL.email},
        {"extra": {"postcode": "B13 9QX"}},
        {"provenance": {FULL.ref}},
    ],
)
def test_what_may_save_a_pair_is_always_looked_at(saved: dict[str, Any]) -> None:
    """An identifier is seen however much names and dates differ (MATCH-2)."""
    far: dict[str, Any] = {
        "given_name": "Omar",
        "family_name": "Ng",
        "date_of_birth": date(2009, 11, 17),
    }
    one, two = profile(FULL), profile(there(NOBODY, **far, **saved))
    scorer = _scorer()
    scorer.least_possible_bits = -inf  # only what is settled early is left out
    compared, found = scorer.compare(one, two), scorer.weigh(one, two)
    assert found is not None
    assert scorer.prior.odds(found[0]) == compared.prior + compared.weight
    assert scorer.weigh(one, profile(there(NOBODY, **far))) is None
    settings = Settings(comparisons=(HOUSE,))
    left = _home(House="Oak")
    scorer = _scorer(settings)
    assert total(left, left, scorer) > scorer.prior.bits


def test_who_would_be_offered_is_not_settled_early() -> None:
    """A number and a home that are nearly the same are seen, too (MATCH-2)."""
    one = attrs.evolve(
        NOBODY,
        family_name="Kumari",
        date_of_birth=date(2014, 3, 20),
        national_id="H801200001001",
        extra={"address": "14 Mill Street"},
    )
    other = there(
        one,
        family_name="Novak",
        date_of_birth=date(2009, 11, 17),
        national_id="H801200001002",
        extra={"address": "14 Mil St"},
    )
    scorer = _scorer(frequencies=Frequencies(3500))
    left, right = profile(one), profile(other)
    compared, found = scorer.compare(left, right), scorer.weigh(left, right)
    assert compared.probability > DEFAULT_SETTINGS.possible_threshold
    assert found is not None
    assert scorer.prior.odds(found[0]) == compared.prior + compared.weight


@pytest.mark.parametrize(
    ("other", "may_be_learnt"),
    [
        (named("Smith", "Omar"), bits(1 / SWAP.m)),
        (named("Omar", "Wexford"), 0.0),
    ],
)
def test_a_pair_is_dropped_that_nothing_learnt_can_help(
    other: Student, may_be_learnt: float
) -> None:
    """MATCH-3: where names are swapped a site may swap all, so less is dropped."""
    one, two = profile(named("Omar", "Smith")), profile(other)
    dropped = set[bool]()
    common = [*product(("given", "family"), ("omar", "smith"))]
    for students in (10**3, 10**4, 10**5, 10**6, 10**7, 10**8):
        site = Frequencies(students, dict.fromkeys(common, students // 50))
        scorer = _scorer(frequencies=site)
        bits_ = scorer.prior.bits + sum(p.weight for p in scorer.evidence(one, two))
        is_dropped = bits_ + may_be_learnt < scorer.least_possible_bits
        assert (scorer.weigh(one, two) is None) is is_dropped
        dropped.add(is_dropped)
    assert dropped == {False, True}


_MILL = {"address": "14 Mill Street"}
_OTHERWISE: dict[str, Any] = {
    "family_name": "Khan",
    "date_of_birth": date(2011, 11, 17),
}


@pytest.mark.parametrize(
    ("changes", "extra", "kept"),
    [
        ({"given_name": "Amelie"}, {"postcode": "B13 9QX"}, True),
        ({"given_name": "Amelie"}, {"postcode": "B13 9QY"}, False),
        ({"given_name": "Amelie"}, {"postcode": "B13 9QY", **_MILL}, False),
        ({"given_name": "Amelie"}, {"postcode": "M1 1AE"}, False),
        ({"given_name": "Amelie"}, _MILL, True),
        ({"given_name": "Amelie"}, {"address": "14 Quay Road"}, False),
        ({"given_name": "Amelie"}, {"address": "99 Quay Road"}, False),
        ({"given_name": "Amelie"}, {}, False),
        ({"given_name": "Sophie"}, {"postcode": "B13 9QX"}, False),
        ({"given_name": "Sophie"}, {"postcode": "B13 9QX", **_MILL}, True),
        ({"given_name": "Sophie"}, _MILL, False),
    ],
)
def test_a_home_that_agrees_saves_a_pair_that_names_and_dates_do_not(
    changes: dict[str, Any], extra: dict[str, str], kept: bool
) -> None:
    """Nobody is settled early whom the home makes possible (MATCH-2, PREV-6).

    The further apart names and dates are, the more the home has to say.
    """
    one = attrs.evolve(LEAN, extra={"postcode": "B13 9QX", **_MILL})
    other = there(LEAN, **_OTHERWISE, **changes, extra=extra)
    scorer = _scorer()
    found = scorer.weigh(profile(one), profile(other))
    assert found == scorer.weigh(profile(other), profile(one))
    assert (found is not None) is kept
    if found is not None:
        assert scorer.prior.odds(found[0]) == total(one, other, scorer)


@pytest.mark.parametrize(
    ("other", "may_be"),
    [
        ("14 Mill Street", True),
        ("14 Quay Road", True),
        ("99 Mill Street", True),
        ("99 Quay Road", False),
        ("Quay Cottage", True),
        ("", False),
    ],
)
def test_house_number_or_street_tell_a_home(other: str, may_be: bool) -> None:
    """Where both tell them, one of the two agrees; where not, nothing is ruled out."""
    here, elsewhere = Address("14 Mill Street"), Address(other)
    assert may_be_one_home(here, elsewhere) is may_be
    assert may_be_one_home(elsewhere, here) is may_be
