"""Unit tests of the levels of agreement and their weights."""

import re
from datetime import date
from pathlib import Path

import attrs
import pytest

from student_transfer.blocking import Frequencies, Name, profile
from student_transfer.comparisons import (
    ODDS,
    FieldComparison,
    Level,
    compare_fields,
    date_level,
    name_level,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

SITE = Frequencies(1000)
AMELIA = Student(
    key=StudentKey("1"),
    site_id=SiteId("a"),
    given_name="Amelia",
    family_name="Khan",
    date_of_birth=date(2014, 3, 5),
)
NOBODY = Student(key=StudentKey("9"), site_id=SiteId("b"))


def _fields(left: Student, right: Student) -> dict[str, FieldComparison]:
    found = compare_fields(profile(left), profile(right), SITE)
    return {comparison.field: comparison for comparison in found}


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("Amelia", "", Level.MISSING),
        ("Unknown", "Unknown", Level.MISSING),
        ("Amelia", "AMÉLIA", Level.EXACT),
        ("Anne-Marie", "Annemarie", Level.EXACT),
        ("A", "A", Level.INITIAL),
        ("A", "Amelia", Level.INITIAL),
        ("B", "Amelia", Level.DIFFERENT),
        ("Mohammed", "Muhamad", Level.RESPELT),
        ("Mohammed Ali", "Ali Muhammad", Level.RESPELT),
        ("محمد", "Mohamed", Level.RESPELT),
        ("حبيب", "Habib", Level.RESPELT),
        ("Philipa", "Filippa", Level.SOUNDS_ALIKE),
        ("Zac", "Zack", Level.SOUNDS_ALIKE),
        ("Abdullah", "Abdul Rahman", Level.DIFFERENT),
        ("Arjan", "Arjun", Level.LOOK_ALIKE),
        ("Thomas", "Tom", Level.SHORT_FORM),
        ("Thomas James", "Tom James", Level.RESPELT),
        ("Thomas J", "Thomas James", Level.RESPELT),
        ("Amelia", "Amelai", Level.ONE_EDIT),
        ("Jamse", "James", Level.ONE_EDIT),
        ("Jcak", "Jakc", Level.DIFFERENT),
        ("Jhon", "Jhno", Level.ONE_EDIT),
        ("Oluwaseun", "Oluwesuen", Level.TWO_EDITS),
        ("Mary Jane", "Mary", Level.PART),
        ("Muhammad", "Muhammad Hamza", Level.LOOK_ALIKE),
        ("Muhammad Ali", "Muhammad Hamza", Level.DIFFERENT),
        ("Jayden", "Kayden", Level.LOOK_ALIKE),
        ("Ella", "Emma", Level.DIFFERENT),
        ("Mia", "Tia", Level.LOOK_ALIKE),
        ("Borislav", "Dorislav", Level.LOOK_ALIKE),
        ("Ivor", "Ivog", Level.LOOK_ALIKE),
        ("Bogdan", "Bogdana", Level.LOOK_ALIKE),
        ("Liz", "Beth", Level.LOOK_ALIKE),
        ("Maya", "Maia", Level.LOOK_ALIKE),
        ("Jack", "Oscar", Level.DIFFERENT),
    ],
)
def test_given_names_agree_at_levels(left: str, right: str, level: Level) -> None:
    """Each way to write a name twice has its level, both ways round (MATCH-3)."""
    one, other = Name.of(left), Name.of(right)
    assert name_level(one, other, given=True) is level
    assert name_level(other, one, given=True) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("O'Brien", "OBRIEN", Level.EXACT),
        ("de la Cruz", "Cruz", Level.EXACT),
        ("Patel-Jones", "Patel", Level.PART),
        ("Jones Patel", "Patel-Jones", Level.RESPELT),
        ("Patel-Jones", "Patel-Smith", Level.DIFFERENT),
        ("Khan", "Kahn", Level.ONE_EDIT),
        ("Chowdhury", "Choudhry", Level.RESPELT),
        ("Kowalski", "Kovalsky", Level.SOUNDS_ALIKE),
        ("Thomas", "Tom", Level.DIFFERENT),
        ("Khan", "Novak", Level.DIFFERENT),
    ],
)
def test_family_names_agree_at_levels(left: str, right: str, level: Level) -> None:
    """Family names have no short forms, and twins share them (MATCH-3)."""
    one, other = Name.of(left), Name.of(right)
    assert name_level(one, other, given=False) is level
    assert name_level(other, one, given=False) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (date(2014, 3, 5), None, Level.MISSING),
        (date(2014, 3, 5), date(2014, 3, 5), Level.EXACT),
        (date(2014, 3, 5), date(2014, 5, 3), Level.EXCHANGED),
        (date(2014, 3, 5), date(2014, 3, 15), Level.ONE_DIGIT),
        (date(2014, 3, 12), date(2014, 3, 21), Level.ONE_DIGIT),
        (date(2014, 3, 5), date(2012, 9, 17), Level.DIFFERENT),
    ],
)
def test_dates_of_birth_agree_at_levels(
    left: date, right: date | None, level: Level
) -> None:
    """Day and month exchanged and one wrong digit are told apart (MATCH-3)."""
    assert date_level(left, right) is level


@pytest.mark.parametrize("field", sorted(ODDS))
def test_levels_are_probabilities_and_differing_never_speaks_for(field: str) -> None:
    """Each level has probabilities, and a level of two children weighs below 0."""
    levels = ODDS[field]
    assert all(0 < odds.m <= 1 and 0 < odds.u <= 1 for odds in levels.values())
    assert all(
        levels[level].weight < 0
        for level in (Level.DIFFERENT, Level.LOOK_ALIKE)
        if level in levels
    )


@pytest.mark.parametrize(
    "field", ["given_name", "middle_name", "family_name", "date_of_birth", "year"]
)
def test_the_levels_of_a_field_exclude_each_other(field: str) -> None:
    """The probabilities of the levels of one field add up to 1 at most."""
    assert sum(odds.m for odds in ODDS[field].values()) <= 1.0001
    assert sum(odds.u for odds in ODDS[field].values()) <= 1.0001


def test_what_is_missing_weighs_nothing() -> None:
    """A blank record has no evidence in any field (MATCH-5)."""
    found = _fields(AMELIA, NOBODY).values()
    assert {(one.level, one.weight) for one in found} == {(Level.MISSING, 0.0)}


def test_partial_agreement_weighs_no_more_than_a_common_name() -> None:
    """A short form of a name that half the site has is little evidence (MATCH-5)."""
    common = Frequencies(1000, {("given", "thomas"): 500})
    tom = attrs.evolve(AMELIA, given_name="Tom")
    thomas = attrs.evolve(AMELIA, given_name="Thomas")
    rare, frequent = (
        compare_fields(profile(tom), profile(thomas), counted)[0]
        for counted in (SITE, common)
    )
    assert frequent.level is rare.level is Level.SHORT_FORM
    assert 0 < frequent.weight < rare.weight


def test_swapped_names_are_compared_as_a_whole() -> None:
    """A swap is one piece of evidence, less than both names in place (MATCH-3)."""
    swapped = attrs.evolve(AMELIA, given_name="Khan", family_name="Amelia")
    straight, found = _fields(AMELIA, AMELIA), _fields(AMELIA, swapped)
    assert found["full_name"].level is Level.SWAPPED
    assert "given_name" not in found
    names = straight["given_name"].weight + straight["family_name"].weight
    assert 0 < found["full_name"].weight < names


def test_a_swap_with_a_slip_in_it_is_still_a_swap() -> None:
    """Swapped names may be respelt; one of them may be missing (MATCH-3)."""
    slip = attrs.evolve(AMELIA, given_name="Kahn", family_name="Amelia")
    half = attrs.evolve(AMELIA, given_name="", family_name="Amelia")
    assert _fields(AMELIA, slip)["full_name"].level is Level.SWAPPED
    assert _fields(AMELIA, half)["full_name"].level is Level.SWAPPED


def test_a_name_that_agrees_crosswise_only_once_is_no_swap() -> None:
    """Ali Khan is not Hassan Ali: one of the names has no partner."""
    ali = attrs.evolve(AMELIA, given_name="Ali", family_name="Khan")
    hassan = attrs.evolve(AMELIA, given_name="Hassan", family_name="Ali")
    assert "full_name" not in _fields(ali, hassan)


@pytest.mark.parametrize(
    "other",
    [
        attrs.evolve(AMELIA, given_name="Xiu", preferred_name="Amelia"),
        attrs.evolve(AMELIA, given_name="Xiu", middle_name="Amelia"),
    ],
)
def test_another_given_name_makes_up_for_the_one_that_differs(other: Student) -> None:
    """A preferred or middle name in use is the same child's name (MATCH-2)."""
    found = _fields(AMELIA, other)
    assert found["preferred_name"].level is Level.OTHER_NAME
    assert found["preferred_name"].weight + found["given_name"].weight > 0


def test_another_given_name_that_differs_too_makes_up_for_nothing() -> None:
    """A preferred name that agrees with nothing does not count against either."""
    other = attrs.evolve(AMELIA, given_name="Xiu", preferred_name="Lola")
    assert _fields(AMELIA, other)["preferred_name"].weight == 0


def test_the_year_does_not_count_again_with_the_date_of_birth() -> None:
    """Year and birthday agree together: one piece of evidence (MATCH-2)."""
    six = attrs.evolve(AMELIA, year="6")
    undated = attrs.evolve(six, date_of_birth=None)
    assert _fields(six, attrs.evolve(six, year="Year 6"))["year"].weight == 0
    assert _fields(six, undated)["year"].weight > 0


@pytest.mark.parametrize(
    ("born", "year", "counts"),
    [
        (date(2014, 3, 5), "9", True),
        (None, "9", True),
        (date(2010, 8, 19), "9", False),
        (None, "7", False),
    ],
)
def test_a_year_far_off_counts_unless_the_birthday_differs(
    born: date | None, year: str, *, counts: bool
) -> None:
    """Years apart speak against; one summer apart, or said already, hardly."""
    six = attrs.evolve(AMELIA, year="6")
    other = attrs.evolve(six, year=year, date_of_birth=born)
    assert (_fields(six, other)["year"].weight < -1) is counts


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("H801200001001", "h801-200001001", Level.CHECKED),
        ("A801200001001", "A801200001001", Level.EXACT),
        ("A801200001001", "A801200001002", Level.ONE_EDIT),
        ("A801200001001", "B912311112112", Level.DIFFERENT),
        ("WA", "WA", Level.MISSING),
    ],
)
def test_national_identifiers_agree_at_levels(
    one: str, other: str, level: Level
) -> None:
    """A checked number weighs most; twins' neighbouring numbers weigh nothing."""
    found = _fields(
        attrs.evolve(AMELIA, national_id=one), attrs.evolve(AMELIA, national_id=other)
    )["national_id"]
    assert found.level is level
    assert (found.weight == 0) is (level in {Level.ONE_EDIT, Level.MISSING})


def test_a_national_identifier_of_several_students_weighs_nothing() -> None:
    """What two students of the site have identifies neither (MATCH-5)."""
    student = attrs.evolve(AMELIA, national_id="STATE2024")
    counted = Frequencies(1000, {("national_id", "STATE2024"): 2})
    found = compare_fields(profile(student), profile(student), counted)
    shared = next(one for one in found if one.field == "national_id")
    assert (shared.level, shared.weight) == (Level.SHARED, 0.0)


def test_an_address_made_from_the_name_hardly_counts() -> None:
    """An email that repeats the name says what the name said already."""
    named = attrs.evolve(AMELIA, email="amelia.khan@example.org", user_name="akhan")
    plain = attrs.evolve(AMELIA, email="x7@example.org", user_name="x7")
    for field in ("email", "user_name"):
        repeats, own = _fields(named, named)[field], _fields(plain, plain)[field]
        assert repeats.level is Level.REPEATED
        assert own.level is Level.EXACT
        assert 0 < repeats.weight < own.weight


def test_other_addresses_and_local_ids_are_neutral() -> None:
    """Every site gives its own: a difference says nothing (MATCH-2)."""
    one = attrs.evolve(AMELIA, email="a@x.org", user_name="a", student_id="1")
    other = attrs.evolve(AMELIA, email="b@y.org", user_name="b", student_id="2")
    found = _fields(one, other)
    for field in ("email", "user_name", "student_id"):
        assert (found[field].level, found[field].weight) == (Level.DIFFERENT, 0.0)


def test_an_equal_local_id_is_weak() -> None:
    """Equal local IDs on two sites prove little (MATCH-2)."""
    one = attrs.evolve(AMELIA, student_id="1001")
    assert 0 < _fields(one, one)["student_id"].weight <= 2


def test_records_that_came_from_one_another_are_linked() -> None:
    """The trace of an earlier transfer is strong evidence (IMP-5)."""
    sent = attrs.evolve(
        AMELIA, key=StudentKey("7"), site_id=SiteId("b"), provenance={AMELIA.ref}
    )
    link = _fields(AMELIA, sent)["link"]
    assert link.level is Level.LINKED
    assert link.weight > 15


def test_the_documentation_has_every_level_with_its_numbers() -> None:
    """The tables that readers see are the ones that weigh (PREV-6)."""
    docs = Path(__file__).parents[2] / "docs" / "explanation" / "matching.md"
    lines = docs.read_text("utf-8").splitlines()
    rows = [line for line in lines if re.search(r"\| [+-]\d+\.\d \|$", line)]
    assert rows == [
        f"| {level.value} | {odds.m:g} | {odds.u:.2g} | {odds.weight:+.1f} |"
        for levels in ODDS.values()
        for level, odds in levels.items()
    ]
