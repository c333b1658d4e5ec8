"""Unit tests of how the names of two students agree as a whole."""

from datetime import date
from math import log2
from typing import Any

import attrs
import pytest

from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.levels import COMMUNITY, Level, bits
from student_transfer.linkage.comparing.review_reasons import ReviewReason
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS
from student_transfer.linkage.profiles.profile import Name, profile
from student_transfer.students import Student
from tests.unit.linkage.people import NOBODY, SITE, named, parts

AMELIA = named("Amelia", "Khan")


def check_given(one: Student, other: Student, level: Level) -> float:
    """Check how the given names agree, from either side; give what that weighs."""
    found = parts(one, other)
    assert found["given_name"][0] is level
    assert parts(other, one) == found
    return found["given_name"][1]


def test_names_that_are_the_same_weigh_by_how_rare_they_are() -> None:
    """The rarer a name on the site, the more it tells (MATCH-5)."""
    counts = {("given", "amelia"): 40, ("family", "khan"): 300}
    common = parts(AMELIA, AMELIA, Frequencies(2000, counts))
    rare = parts(AMELIA, AMELIA, Frequencies(2000))
    for field in ("given_name", "family_name"):
        assert common[field][0] is rare[field][0] is Level.EXACT
        assert 0 < common[field][1] < rare[field][1]


def test_partial_agreement_weighs_no_more_than_a_common_name() -> None:
    """A short form of a name that half the site has is little evidence (MATCH-5)."""
    common = Frequencies(1000, {("given", "thomas"): 500})
    found = [
        parts(named("Tom", "Khan"), named("Thomas", "Khan"), site)["given_name"]
        for site in (common, SITE)
    ]
    assert found[0][0] is found[1][0] is Level.SHORT_FORM
    assert 0 < found[0][1] < found[1][1]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("Tatiana", "Tatina", Level.ONE_EDIT),
        ("Konstantina", "Konstentina", Level.ONE_EDIT_LONG),
        ("Maryam", "Mariam", Level.RESPELT),
        ("Tom", "Thomas", Level.SHORT_FORM),
    ],
)
def test_names_that_nearly_agree_weigh_by_how_rare_they_are(
    one: str, other: str, level: Level
) -> None:
    """A stranger has a name like a rare one more rarely (MATCH-5)."""
    left, right = named(one, "Khan"), named(other, "Khan")
    weights = []
    for count in (0, 10, 100):
        site = Frequencies(
            20_000, {("given", one.lower()): count}, names_counted_from=20_000
        )
        found = parts(left, right, site)["given_name"]
        assert found[0] is level
        assert parts(right, left, site)["given_name"] == found
        weights.append(found[1])
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > weights[-1]
    assert weights[-1] == DEFAULT_SETTINGS.levels["given_name"][level].weight


def test_a_rare_name_that_nearly_agrees_is_as_rare_for_twins() -> None:
    """MATCH-4: rarity tells who a child is from strangers, not from the family."""
    chances = DEFAULT_SETTINGS.levels["given_name"][Level.ONE_EDIT]
    scorer = Scorer(
        Frequencies(20_000, names_counted_from=2000), DEFAULT_SETTINGS
    ).names
    found = scorer.given_name(Name.of("Tatiana"), Name.of("Tatina"))
    assert found.level is Level.ONE_EDIT
    assert found.weight > chances.weight
    assert found.twin - found.weight == bits(chances.twin / chances.u) - chances.weight


def test_a_name_that_the_site_was_not_asked_for_is_not_taken_for_rare() -> None:
    """One student's import counts her names, and not those they are like (MATCH-5)."""
    asked = {("given", "jamess"): 0}
    usual = DEFAULT_SETTINGS.levels["given_name"][Level.ONE_EDIT].weight
    alone, whole_import, counted = (
        parts(named("Jamess", "Khan"), named("James", "Khan"), site)["given_name"]
        for site in (
            Frequencies(1_000_000, asked, names_counted_from=1),
            Frequencies(1_000_000, asked, names_counted_from=100_000),
            Frequencies(
                1_000_000,
                asked | {("given", "james"): 9000},
                names_counted_from=100_000,
            ),
        )
    )
    assert alone[0] is whole_import[0] is counted[0] is Level.ONE_EDIT
    assert alone[1] == counted[1] == usual < whole_import[1]


def test_exchanged_names_that_may_be_two_childrens_are_left_to_a_person() -> None:
    """MATCH-4: My Tu and My Van are sisters, whichever name comes first."""
    one, other = named("My Tu", "Nguyen"), named("Nguyen", "My Van")
    compared = Scorer(SITE, DEFAULT_SETTINGS).compare(profile(one), profile(other))
    assert compared.levels["full_name"] is Level.LOOK_ALIKE
    assert compared.review_reasons
    plain = named("Nguyen", "My Tu")
    compared = Scorer(SITE, DEFAULT_SETTINGS).compare(profile(one), profile(plain))
    assert compared.levels["full_name"] is Level.SWAPPED
    assert not compared.review_reasons


def test_a_family_name_in_the_wrong_column_says_nothing_of_the_given_name() -> None:
    """MATCH-4: who has the family name alone may be the twin, in whatever column."""
    day = date(2012, 3, 4)
    twin = attrs.evolve(named("Rosendale", ""), date_of_birth=day)
    child = attrs.evolve(named("Tim", "Rosendale"), date_of_birth=day)
    compared = Scorer(SITE, DEFAULT_SETTINGS).compare(profile(twin), profile(child))
    assert compared.levels["family_name"] is Level.SWAPPED
    assert "full_name" not in compared.levels
    assert compared.review_reasons == (ReviewReason.NO_GIVEN_NAMES,)


def test_a_name_that_everyone_has_is_no_evidence() -> None:
    """Where the whole site is called Khan, Khan weighs nothing (MATCH-5)."""
    site = Frequencies(100_000, {("family", "khan"): 100_000})
    assert parts(AMELIA, AMELIA, site)["family_name"][1] == 0


def test_names_of_one_community_are_not_counted_twice() -> None:
    """Given and family name go together more often than by chance (MATCH-4)."""
    found = parts(AMELIA, AMELIA)
    assert found["names_together"][0] is Level.NAMES_CORRELATED
    assert found["names_together"][1] < 0


def test_namesakes_who_are_known_weaken_the_names() -> None:
    """Where the site has seven of one name, the name is not the child (MATCH-4)."""
    few = Frequencies(1000, {("full", "amelia khan"): 1})
    many = Frequencies(1000, {("full", "amelia khan"): 7})
    less = [parts(AMELIA, AMELIA, site)["names_together"][1] for site in (many, few)]
    assert less[0] < less[1]


def test_names_that_nearly_agree_go_together_as_well() -> None:
    """A slip or a short form is of the name's community, too (MATCH-4)."""
    slip = named("Amelai", "Khan")
    usual = parts(AMELIA, slip)["names_together"][1]
    assert usual <= -log2(COMMUNITY) + 0.01
    namesakes = Frequencies(1000, {("full", "amelia khan"): 40})
    for one, other in ((AMELIA, slip), (slip, AMELIA)):
        assert parts(one, other, namesakes)["names_together"][1] < usual


def test_a_name_that_agrees_with_one_of_them_alone_goes_with_nothing() -> None:
    """Names go together where both agree, and only there."""
    for other in (named("Amelia", "Novak"), named("Oscar", "Khan"), named("Amelia")):
        assert "names_together" not in parts(AMELIA, other)


@pytest.mark.parametrize(
    "other",
    [
        named("Khan", "Amelia"),
        named("Kahn", "Amelia"),
        named("KHAN", "Amélia"),
    ],
)
def test_swapped_names_are_one_piece_of_evidence(other: Student) -> None:
    """A swap, with a slip in it, weighs less than none (MATCH-3)."""
    found, straight = parts(AMELIA, other), parts(AMELIA, AMELIA)
    assert found["full_name"][0] is Level.SWAPPED
    assert {"given_name", "family_name"}.isdisjoint(found)
    names = straight["given_name"][1] + straight["family_name"][1]
    assert 0 <= found["full_name"][1] < names
    assert parts(other, AMELIA) == found


@pytest.mark.parametrize(
    ("other", "field"),
    [(named("", "Amelia"), "given_name"), (named("Khan", ""), "family_name")],
)
def test_one_name_in_the_other_column_is_that_name(other: Student, field: str) -> None:
    """MATCH-3, MATCH-4: a lone name is what it is in the other record, and no more."""
    found, straight = parts(AMELIA, other), parts(AMELIA, AMELIA)
    assert found[field][0] is Level.SWAPPED
    assert len(found) == 1
    assert 0 <= found[field][1] < straight[field][1]
    assert parts(other, AMELIA) == found


def test_middle_names_are_compared_beside_a_swap() -> None:
    """What is not swapped is evidence of its own (MATCH-2)."""
    rose = attrs.evolve(AMELIA, middle_name="Rose")
    swapped = attrs.evolve(rose, given_name="Khan", family_name="Amelia")
    assert parts(rose, swapped)["middle_name"][0] is Level.EXACT
    assert "middle_name" not in parts(AMELIA, swapped)


def test_a_swap_may_have_a_short_form_in_it() -> None:
    """MATCH-3: Collins William is Bill Collins, whose given names alone are related."""
    one, other = named("Collins", "William"), named("Bill", "Collins")
    found = parts(one, other)
    assert found["full_name"][0] is Level.SWAPPED
    assert parts(other, one) == found
    both = parts(named("Bill", "Robert"), named("Bob", "William"))
    assert "full_name" not in both


def test_a_swap_may_have_a_letter_in_it() -> None:
    """As a Tamil family name is often written; another letter is no swap (MATCH-3)."""
    one, other = named("Karthik", "R"), named("R", "Karthik")
    found = parts(one, other)
    assert found["full_name"][0] is Level.SWAPPED
    assert parts(other, one) == found
    alone = parts(named("Karthik"), named("", "Karthik"))["family_name"]
    assert found["full_name"][1] > alone[1]
    assert "full_name" not in parts(one, named("S", "Karthik"))


def test_a_name_that_agrees_crosswise_only_once_is_no_swap() -> None:
    """Ali Khan is not Hassan Ali: one of the names has no partner (MATCH-4)."""
    found = parts(named("Ali", "Khan"), named("Hassan", "Ali"))
    assert "full_name" not in found


@pytest.mark.parametrize(
    ("given", "other", "values", "others"),
    [
        ("Ngọc Anh", "Ngọc Ánh", {}, {}),
        ("Siti", "Siti Aminah", {}, {}),
        ("Ji", "Ji Woo", {}, {}),
        ("Andre", "De Andre", {}, {}),
        ("Sam", "Samantha", {"gender": "m"}, {"gender": "f"}),
        ("Muhammad", "Muhammad", {"middle_name": "Ali"}, {"middle_name": "Umar"}),
        ("Muhammad", "Muhammad", {"preferred_name": "Ali"}, {"preferred_name": "Umar"}),
        ("Siti", "Siti Aminah", {"middle_name": "Nur"}, {"middle_name": "Nur"}),
    ],
)
def test_swapped_names_that_may_be_a_sisters_are_left_to_a_person(
    given: str, other: str, values: dict[str, Any], others: dict[str, Any]
) -> None:
    """MATCH-4: as in columns that are alike, whichever of the two is swapped."""
    one = attrs.evolve(named(given, "Okonjo"), **values)
    alike = attrs.evolve(named(other, "Okonjo"), **others)
    swapped = attrs.evolve(named("Okonjo", other), **others)
    scorer = Scorer(SITE, DEFAULT_SETTINGS)
    for two in (alike, swapped):
        found = scorer.compare(profile(one), profile(two))
        assert found.review_reasons
        assert scorer.compare(profile(two), profile(one)) == found


def test_a_swap_that_explains_nothing_better_is_none() -> None:
    """Two children with names from one pool are not a swap by force."""
    common = Frequencies(1000, {("given", "amelia"): 900, ("family", "amelia"): 900})
    found = parts(named("Amelia"), named("", "Amelia"), common)
    assert "full_name" not in found


@pytest.mark.parametrize(
    "other",
    [
        named("Xiu", "Khan", preferred_name="Amelia"),
        named("", "Khan", preferred_name="Amelia"),
    ],
)
def test_a_preferred_name_makes_up_for_a_given_name_that_differs(
    other: Student,
) -> None:
    """A name to go by is the same child's name (MATCH-2)."""
    found = parts(AMELIA, other)
    assert found["given_name"][0] is Level.OTHER_NAME
    assert 0 < found["given_name"][1] < parts(AMELIA, AMELIA)["given_name"][1]
    assert parts(other, AMELIA) == found


def test_two_preferred_names_that_agree_are_one_name() -> None:
    """Other given names, and the same name to go by: it may be a sister (MATCH-4)."""
    one = named("Xiu", "Khan", preferred_name="Amelia")
    other = named("Xiaoling", "Khan", preferred_name="Amelia")
    assert parts(one, other)["given_name"][0] is Level.PREFERRED_ALONE
    assert parts(other, one) == parts(one, other)


def test_preferred_names_make_up_for_given_names_that_look_alike() -> None:
    """A slip in the one, and the other as it was (MATCH-2)."""
    one = named("Luca", "Khan", preferred_name="Conor")
    other = named("Lucas", "Khan", preferred_name="Conor")
    assert parts(one, other)["given_name"][0] is Level.OTHER_NAME


@pytest.mark.parametrize(
    ("given", "middle", "family"),
    [("Linh", "Thu", "Trần"), ("Harpreet", "Singh", "Brar"), ("Amina", "", "Begum")],
)
def test_a_family_name_in_the_other_column_is_no_given_name(
    given: str, middle: str, family: str
) -> None:
    """MATCH-3: a register that swaps all, and leaves middle names out, is read so."""
    one = named(given, family, middle_name=middle)
    found = parts(one, named(family, given))
    assert found["full_name"][0] is Level.SWAPPED


@pytest.mark.parametrize(
    ("one", "other", "called"),
    [
        ("Amandeep", "Amanpreet", "Aman"),
        ("Simranjeet", "Simranpreet", "Simran"),
        ("Nokuthula", "Nokuthando", "Noku"),
    ],
)
def test_a_name_that_both_are_called_for_short_tells_no_more_than_theirs(
    one: str, other: str, called: str
) -> None:
    """MATCH-4: sisters' names that begin alike are short for the same."""
    left, right = (named(each, "Gill", preferred_name=called) for each in (one, other))
    found = parts(left, right)
    assert found["given_name"][0] is Level.PREFERRED_ALONE
    assert parts(right, left) == found


@pytest.mark.parametrize(
    ("called", "others", "level"),
    [
        ({}, {"preferred_name": "Umar"}, Level.SIBLING_AMBIGUOUS),
        ({"middle_name": "Bilal"}, {"middle_name": "Umar"}, Level.SIBLING_AMBIGUOUS),
        ({"middle_name": "Umar"}, {"middle_name": "Umar"}, Level.OTHER_NAME),
    ],
)
def test_who_is_called_as_another_may_be_a_brother_by_what_follows(
    called: dict[str, Any], others: dict[str, Any], level: Level
) -> None:
    """MATCH-4: Xavier, called Ali, and Ali, called Umar."""
    one = attrs.evolve(named("Xavier", "Khan", preferred_name="Ali"), **called)
    other = attrs.evolve(named("Ali", "Khan"), **others)
    found = parts(one, other)
    assert found["given_name"][0] is level
    assert parts(other, one) == found


def test_names_are_exchanged_in_whatever_columns() -> None:
    """MATCH-3, MATCH-4: Grace with the middle name Rose, and Rose Grace."""
    one = named("Grace", "Khan", middle_name="Rose")
    found = parts(one, named("Rose Grace", "Khan"))
    assert found["given_name"][0] is Level.INTERCHANGED
    same = parts(one, named("Grace Rose", "Khan"))
    assert same["given_name"][0] is Level.EXACT


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (("Maria", "Ana"), ("Maria", "Lucia"), Level.SIBLING_AMBIGUOUS),
        # alike, and two
        (("Maria", "Hassan"), ("Maria", "Hussain"), Level.SIBLING_AMBIGUOUS),
        (("Mohammed", "Ali"), ("Muhammad", "Umar"), Level.SIBLING_AMBIGUOUS),
        (("Robert", "Bob"), ("Robert", "Rob"), Level.EXACT),
        (("Maria", "Ana"), ("Maria", "Anna"), Level.EXACT),
        # Maria is what sisters share; a program fills in the given name again
        (("Maria", "Ana"), ("Maria", ""), Level.SIBLING_AMBIGUOUS),
        (("Maria", "Ana"), ("Maria", "Maria"), Level.SIBLING_AMBIGUOUS),
        (("Robert", "Ned"), ("Robert", ""), Level.EXACT),
        (("Robert", "Ned"), ("Robert", "Robert"), Level.EXACT),
        (("Maria", "Ana"), ("Xiu", "Lucia"), Level.DIFFERENT),
    ],
)
def test_two_who_go_by_other_names_may_be_sisters(
    left: tuple[str, str], right: tuple[str, str], level: Level
) -> None:
    """MATCH-4: what they are called tells them apart; it weighs as before."""
    weight = check_given(
        named(left[0], "Khan", preferred_name=left[1]),
        named(right[0], "Khan", preferred_name=right[1]),
        level,
    )
    alone = parts(named(left[0], "Khan"), named(right[0], "Khan"))
    assert weight == alone["given_name"][1]


def test_another_given_name_that_differs_too_makes_up_for_nothing() -> None:
    """A preferred or middle name that agrees with nothing counts nothing (MATCH-5)."""
    other = named("Xiu", "Khan", preferred_name="Lola", middle_name="Ruth")
    found = parts(AMELIA, other)["given_name"]
    assert found == parts(AMELIA, named("Xiu", "Khan"))["given_name"]
    assert found[0] is Level.DIFFERENT


def test_a_middle_name_in_use_is_taken_for_the_given_name_once() -> None:
    """A child called by the middle name is weighed by it once (MATCH-3)."""
    other = named("Xiu", "Khan", middle_name="Amelia")
    one = attrs.evolve(AMELIA, middle_name="Ruth")
    found = parts(one, other)
    assert found["given_name"][0] is Level.MIDDLE_NAME
    assert "middle_name" not in found
    assert parts(other, one) == found


def test_given_and_middle_name_exchanged_are_one_piece_of_evidence() -> None:
    """Both names are there, the other way round (MATCH-3)."""
    one = attrs.evolve(AMELIA, middle_name="Ruth")
    other = named("Ruth", "Khan", middle_name="Amelia")
    found = parts(one, other)
    assert found["given_name"][0] is Level.INTERCHANGED
    assert found["given_name"][1] > 0
    assert "middle_name" not in found
    assert parts(other, one) == found


def test_a_name_to_go_by_tells_more_than_a_middle_name() -> None:
    """The likeliest way to read the names is the one that counts (MATCH-2)."""
    other = named("Xiu", "Khan", preferred_name="Amelia", middle_name="Amelia")
    found = parts(AMELIA, other)["given_name"]
    assert found[0] is Level.OTHER_NAME
    assert parts(other, AMELIA)["given_name"] == found


def test_a_middle_name_that_everyone_has_adds_nothing() -> None:
    """Exchanged names are read so only where both of them tell something (MATCH-5)."""
    site = Frequencies(100_000, {("given", "ruth"): 100_000})
    one = named("Amelia", "Khan", middle_name="Ruth")
    other = named("Ruth", "Khan", middle_name="Amelia")
    assert parts(one, other, site)["given_name"][0] is Level.MIDDLE_NAME
    assert parts(other, one, site)["given_name"][0] is Level.MIDDLE_NAME


@pytest.mark.parametrize("middle", ["Kaur", "Singh", "V\u0103n", "Th\u1ecb", "Begum"])
def test_a_middle_name_that_custom_gives_to_many_says_nothing(middle: str) -> None:
    """MATCH-4, MATCH-5: namesakes of one community have it as well."""
    one = named("Navneet", "Grewal", middle_name=middle)
    assert parts(one, one)["middle_name"] == (Level.SHARED, 0.0)
    other = named("Navneet", "Grewal", middle_name="Rose")
    assert parts(one, other)["middle_name"][0] is Level.DIFFERENT


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (("Muhammad", "Ali"), ("Muhammad", "Umar"), Level.SIBLING_AMBIGUOUS),
        (("Muhammad", "Ali"), ("Mohammed", "Umar"), Level.SIBLING_AMBIGUOUS),
        (("Mar\u00eda", "Elena"), ("Maria", "Luisa"), Level.SIBLING_AMBIGUOUS),
        (("Muhammad", "Hassan"), ("Muhammad", "Hussain"), Level.SIBLING_AMBIGUOUS),
        (("Muhammad", "Abdullah"), ("Muhammad", "Abdulazim"), Level.SIBLING_AMBIGUOUS),
        (("Muhammad", "Hassan"), ("Muhammad", "Hassam"), Level.EXACT),  # a slip
        (("Jia", "Hui"), ("Jia", "Hao"), Level.SIBLING_AMBIGUOUS),
        (("Juan", "Carlos"), ("Juan", "Pablo"), Level.SIBLING_AMBIGUOUS),
        (("Juan", "C."), ("Juan", "Carlos"), Level.EXACT),
        (("Juan", "P"), ("Juan", "Carlos"), Level.SIBLING_AMBIGUOUS),
        (("Juan", "Carlos Luis"), ("Juan", "Luis"), Level.EXACT),
        (("Muhammad", "Ali"), ("Muhammad", "Ali"), Level.EXACT),
        (("Muhammad", "Ali"), ("Muhammad", ""), Level.SIBLING_AMBIGUOUS),
        (("Siti", ""), ("Siti", "Aminah"), Level.SIBLING_AMBIGUOUS),
        (("Nur", "Aisyah"), ("Nur", ""), Level.SIBLING_AMBIGUOUS),
        (("Mst", "Fatema"), ("Mst", ""), Level.SIBLING_AMBIGUOUS),  # a title
        (("Bibi", "Aisha"), ("Bibi", ""), Level.SIBLING_AMBIGUOUS),  # a custom
        (("Thi", "Lan"), ("Thi", ""), Level.SIBLING_AMBIGUOUS),
        (("Van", "Minh"), ("Van", ""), Level.SIBLING_AMBIGUOUS),
        (("De", "Andre"), ("De", ""), Level.SIBLING_AMBIGUOUS),  # a particle
        (("Ji", "Woo"), ("Ji", ""), Level.SIBLING_AMBIGUOUS),  # a generation's
        (("Jia", "Hui"), ("Jia", ""), Level.SIBLING_AMBIGUOUS),
        (("Jia", "Hannah"), ("Jia", ""), Level.EXACT),
        (("Jack", "Lee"), ("Jack", ""), Level.EXACT),
        (("Adam", "Ali"), ("Adam", ""), Level.EXACT),  # it may be left out
        (("Adam", "Ali"), ("Adam", "Umar"), Level.SIBLING_AMBIGUOUS),
        (("Muhammad", "Ali"), ("Adam", "Umar"), Level.DIFFERENT),
    ],
)
def test_a_given_name_that_brothers_share_is_told_by_what_follows(
    left: tuple[str, str], right: tuple[str, str], level: Level
) -> None:
    """MATCH-4: what differs is what the children are called; it weighs as before."""
    weight = check_given(
        named(left[0], "Khan", middle_name=left[1]),
        named(right[0], "Khan", middle_name=right[1]),
        level,
    )
    alone = parts(named(left[0], "Khan"), named(right[0], "Khan"))
    assert weight == alone["given_name"][1]


@pytest.mark.parametrize(
    ("left", "right", "is_clear"),
    [
        (("Maria Jose", "", ""), ("Maria", "Luisa", ""), False),
        (("Maria Jose", "", ""), ("Maria", "Jose", ""), True),
        (("Maria Jose", "", ""), ("Maria", "", ""), False),
        (("Anna Jose", "", ""), ("Anna", "", ""), True),
        (("Muhammad", "", "Ali"), ("Muhammad", "", ""), False),
        (("Muhammd", "", "Ali"), ("Muhammad", "", ""), False),
        (("Muhammad Ali", "", "Ali"), ("Muhammad Ali", "", ""), True),
        (("Muhammad", "", "Mo"), ("Muhammad", "", ""), True),
        (("Adam", "", "Ali"), ("Adam", "", ""), True),
        (("Ji Woo", "", ""), ("Ji", "", ""), False),
        (("Jia Le", "", ""), ("Jia", "Da", ""), False),  # elsewhere particles
        (("Jia Le", "", ""), ("Jia", "Le", ""), True),
        (("Mohammed", "Ali", ""), ("Mohammed", "", "Hassan"), False),
        (("Mohammed", "Ali", ""), ("Mohammed", "", "Ali"), True),
        (("Samuel", "James", ""), ("Samuel", "", "Sam"), True),  # of the first name
        (("Mohammed Ali", "", ""), ("Ali", "Hassan", ""), False),
    ],
)
def test_what_follows_is_looked_for_in_every_column(
    left: tuple[str, str, str], right: tuple[str, str, str], *, is_clear: bool
) -> None:
    """MATCH-4: one site writes in one column what another one writes in two."""
    one, other = (
        named(given, "Khan", middle_name=middle, preferred_name=preferred)
        for given, middle, preferred in (left, right)
    )
    found = parts(one, other)
    assert (found["given_name"][0] is not Level.SIBLING_AMBIGUOUS) is is_clear
    assert parts(other, one) == found


@pytest.mark.parametrize(
    ("whole", "given", "middle", "level"),
    [
        ("Maria Jose", "Maria", "Jose", Level.EXACT),
        ("James T", "James", "Thomas", Level.INITIAL),
        ("James Thomas", "James", "T.", Level.INITIAL),
        ("Maria del Carmen", "Maria", "del Carmen", Level.EXACT),
        ("Maria Jose Luisa", "Maria", "Jose", Level.PART),
        ("Maria Jose Luisa", "Maria Jose", "Luisa", Level.EXACT),
        ("Anna Katherine", "Anna", "Catherine", Level.RESPELT),
        ("Amandeep Kaur", "Amandeep", "Kaur", Level.SHARED),  # custom gives it to all
    ],
)
def test_a_middle_name_may_stand_in_the_column_of_the_given_name(
    whole: str, given: str, middle: str, level: Level
) -> None:
    """MATCH-3: one system exports in one column what another one has in two."""
    one = named(whole, "Okonjo")
    other = named(given, "Okonjo", middle_name=middle)
    check_given(one, other, Level.EXACT)
    assert parts(one, other)["middle_name"][0] is level
    notes = {
        field.field: field.note
        for field in Scorer(SITE, DEFAULT_SETTINGS)
        .compare(profile(one), profile(other))
        .fields
    }
    assert notes["given_name"] == "without the middle name in its column"
    assert notes["middle_name"] == "in the column of the given name"
    apart = named(given, "Okonjo", middle_name=middle)
    for field, (_, weight) in parts(one, other).items():
        if field.endswith("name"):
            assert 0 <= weight <= parts(apart, other)[field][1]


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (("Muhammad Ali", ""), ("Muhammad", "Ali"), Level.EXACT),
        (("Md Ali", ""), ("Muhammad", "Ali"), Level.RESPELT),
        (("Syed Ali", ""), ("Syed", "Ali"), Level.EXACT),
        (("Abdul Hadi", ""), ("Abdul", "Hadi"), Level.EXACT),  # one word for two
        (("Muhammad Ali", "Omar"), ("Muhammad", "Ali Omar"), Level.EXACT),
        (("Muhammad Ali", ""), ("Muhammad", "A"), Level.SIBLING_AMBIGUOUS),
        (("Muhammad Ali", ""), ("Muhammad", "Umar"), Level.LOOK_ALIKE),
        (("Muhammad Ali", ""), ("Muhammad", ""), Level.LOOK_ALIKE),
        (("Muhammad Ali", "Omar"), ("Muhammad", "Ali"), Level.LOOK_ALIKE),
        (("Muhammad Ali", ""), ("", "Ali"), None),
    ],
)
def test_what_follows_a_name_that_brothers_share_may_be_a_middle_name(
    left: tuple[str, str], right: tuple[str, str], level: Level | None
) -> None:
    """MATCH-3, MATCH-4: the same words in other columns are one child's names."""
    one, other = (
        named(given, "Khan", middle_name=middle) for given, middle in (left, right)
    )
    found = parts(one, other)
    assert parts(other, one) == found
    assert found.get("given_name", (None,))[0] is level
    assert "middle_name" not in found or level is Level.LOOK_ALIKE
    assert ("names_together" in found) is (level not in {Level.LOOK_ALIKE, None})


@pytest.mark.parametrize(
    ("whole", "given", "middle"),
    [
        ("Jia Hui", "Jia", "Hao"),
        ("Jia Hui", "Jia", "Hua"),  # near, and another name
        ("Maria Jose", "Maria", "Luisa"),
        ("James T", "James", "Robert"),
    ],
)
def test_another_middle_name_in_that_column_speaks_against(
    whole: str, given: str, middle: str
) -> None:
    """MATCH-4: it is what two of one first name are called by."""
    one = named(whole, "Okonjo")
    other = named(given, "Okonjo", middle_name=middle)
    weight = check_given(one, other, Level.SIBLING_AMBIGUOUS)
    alone = parts(one, attrs.evolve(other, middle_name=""))
    assert weight == alone["given_name"][1]
    assert parts(one, other)["middle_name"][1] < 0
    assert (
        Scorer(SITE, DEFAULT_SETTINGS)
        .compare(profile(one), profile(other))
        .review_reasons
    )


@pytest.mark.parametrize(
    ("whole", "given", "middle"),
    [
        ("Jose Maria", "Maria", "Jose"),  # another order
        ("Mary Jose", "Maria", "Jose"),  # not the same words
        ("De Andre James", "Andre", "James"),  # may be another name
        ("Maria y Jose de", "Maria", "Jose"),  # whose the particles are is not told
        ("Maria", "Maria", "Jose"),
        ("Maria Jose", "", "Jose"),
    ],
)
def test_other_given_names_are_compared_as_they_are_written(
    whole: str, given: str, middle: str
) -> None:
    """Where it is not told which words are which, nothing is read into them."""
    one = named(whole, "Okonjo")
    other = named(given, "Okonjo", middle_name=middle)
    assert "middle_name" not in parts(one, other)
    assert parts(other, one) == parts(one, other)
    assert "middle_name" not in parts(one, attrs.evolve(other, middle_name=""))


def test_names_in_one_column_weigh_no_more_than_they_are_common() -> None:
    """MATCH-5: as they are counted, and where they hide in others as they usually are.

    Where everybody has both in one column nobody is counted as a James.
    """
    one = named("Alexander James", "Okonjo")
    other = named("Alexander", "Okonjo", middle_name="James")
    size = 100_000

    def sum_of(counts: dict[tuple[str, str], int]) -> float:
        found = parts(one, other, Frequencies(size, counts))
        return found["given_name"][1] + found["middle_name"][1]

    rare = parts(one, other, Frequencies(size))
    alone = parts(other, other, Frequencies(size))
    for field, share in (("given_name", 0.003), ("middle_name", 0.01)):
        assert 0 < rare[field][1] <= -log2(share) < alone[field][1]
    half = size // 2
    assert sum_of({("given", "alexander"): half}) < sum_of({}) - 5
    assert sum_of({("middle", "james"): half}) < sum_of({}) - 4
    assert 0 <= sum_of({("given", "alexanderjames"): half}) < 1


def test_names_in_one_column_go_with_the_family_name_as_written_and_as_read() -> None:
    """Namesakes who are known weaken both, in whichever column they have it."""
    one = named("Ada Jane", "Khan")
    other = named("Ada", "Khan", middle_name="Jane")
    site = Frequencies(1000)
    known = parts(one, other, site)["names_together"][1]
    for full in ("ada khan", "adajane khan"):
        several = Frequencies(1000, {("full", full): 40})
        assert parts(one, other, several)["names_together"][1] < known - 1


@pytest.mark.parametrize(
    ("one", "other"), [("Andre", "De Andre"), ("Shawn", "La Shawn")]
)
def test_a_particle_may_make_another_given_name(one: str, other: str) -> None:
    """MATCH-4: it is left out as often, so it weighs as much and a person looks."""
    weight = check_given(
        named(one, "Khan"), named(other, "Khan"), Level.SIBLING_AMBIGUOUS
    )
    assert weight == parts(named(one), named(one))["given_name"][1]
    assert parts(named("", one), named("", other))["family_name"][0] is Level.EXACT


@pytest.mark.parametrize(
    ("given", "middle"),
    [("De", "Andre"), ("Van", "Minh"), ("La", "Toya"), ("Mst", "Fatema")],
)
def test_a_particle_may_stand_in_a_column_of_its_own(given: str, middle: str) -> None:
    """One site writes in one column what another one writes in two (MATCH-3)."""
    one = named(given, "Khan", middle_name=middle)
    whole = named(f"{given} {middle}", "Khan")
    weight = check_given(one, whole, Level.EXACT)
    assert 0 < weight <= parts(named(middle), named(middle))["given_name"][1]
    found = parts(one, whole)
    assert set(found) == {"given_name", "family_name", "names_together"}
    assert found["names_together"][1] <= 0
    twins = (
        attrs.evolve(one, preferred_name="Ali"),
        attrs.evolve(whole, preferred_name="Umar"),
    )
    check_given(*twins, Level.SIBLING_AMBIGUOUS)
    check_given(one, named(f"{given} Amelia", "Khan"), Level.DIFFERENT)


def test_a_particle_adds_nothing_to_names_that_go_together() -> None:
    """MATCH-1: De Andre is no likelier to be Andre than Andre himself is."""
    counts = {
        ("given", "andre"): 100,
        ("family", "khan"): 300,
        ("full", "andre khan"): 90,
    }
    site, andre = Frequencies(1000, counts), named("Andre", "Khan")
    found = parts(andre, named("De Andre", "Khan"), site)
    itself = parts(andre, andre, site)
    assert found.pop("given_name")[0] is Level.SIBLING_AMBIGUOUS
    assert itself.pop("given_name")[0] is Level.EXACT
    assert found == itself
    assert found["names_together"][1] < -1


def test_a_name_in_both_columns_is_the_familys() -> None:
    """As programs fill a column that is asked for; Ali Ali is looked at (MATCH-4)."""
    one = named("Okonjo", "Okonjo")
    assert parts(one, one)["given_name"][0] is Level.SIBLING_AMBIGUOUS
    assert parts(one, named("Ada", "Okonjo"))["given_name"][0] is Level.DIFFERENT
    ada, ben = (attrs.evolve(one, middle_name=name) for name in ("Ada", "Ben"))
    assert parts(ada, ben)["given_name"] == parts(one, one)["given_name"]


def test_part_of_a_given_name_without_a_family_name_may_be_the_familys() -> None:
    """MATCH-4: twins of whom one column holds all that they are called."""
    check_given(named("Pratama"), named("Dimas Pratama"), Level.SIBLING_AMBIGUOUS)
    for family, others in (("Khan", "Khan"), ("Pratama", "")):
        check_given(named("Dimas", family), named("Dimas Pratama", others), Level.PART)


@pytest.mark.parametrize(
    ("left", "right", "differ"),
    [
        (("Ngọc Anh", "", "Hoàng"), ("Ngọc Ánh", "", "Hoàng"), True),
        (("Minh Anh", "", "Hoàng"), ("Minh Ánh", "", "Hoàng"), True),
        (("Minh", "Anh", "Hoàng"), ("Minh", "Ánh", "Hoàng"), True),
        (("Ngoc Anh", "", "Hoang"), ("Ngọc Ánh", "", "Hoàng"), False),
        (("Thuý", "", "Hoàng"), ("THÚY", "", "Hoàng"), False),  # on another letter
        (("María", "", "Gómez"), ("Maria", "", "Gómez"), False),
        (("Seán", "", "Ó Briain"), ("Sean", "", "Ó Briain"), False),
        (("Zoë", "", "Müller"), ("Zoe", "", "Müller"), False),
        (("Léo", "", "Lefèvre"), ("Leo", "", "Lefèvre"), False),
        (("Anh", "", "Nguyễn"), ("Ánh", "", "Nguyễn"), True),
        (("Ngọc Ánh", "", "Smith"), ("Ngọc Anh", "", "Smith"), True),
        (("Ngọc-Anh", "", "Hoàng"), ("Ngọc Ánh", "", "Hoàng"), False),  # not told
    ],
)
def test_another_tone_may_be_another_name(
    left: tuple[str, str, str], right: tuple[str, str, str], *, differ: bool
) -> None:
    """MATCH-4: as of the twins Anh and Ánh, where both files write the tones."""
    one, other = (
        named(given, family, middle_name=middle)
        for given, middle, family in (left, right)
    )
    level = Level.SIBLING_AMBIGUOUS if differ else Level.EXACT
    weight = check_given(one, other, level)
    same = parts(one, one)["given_name"][1]
    assert (weight < same) is differ


@pytest.mark.parametrize(
    ("left", "right", "is_only_name"),
    [
        (("Gayathri", ""), ("Gayathri", "Yadav"), True),
        (("Tom", ""), ("Thomas", ""), True),
        (("Gayathri S", ""), ("Gayathri", "Yadav"), True),  # an initial is no name
        (("Dimas", ""), ("Dimas Pratama", "Khan"), True),
        (("Dimas", "Pratama"), ("Dimas Pratama", ""), False),
        (("Dimas Putra", ""), ("Dimas Putra", ""), False),  # in one column
        (("Gayathri", "Yadav"), ("Gayathri", "Yadav"), False),
    ],
)
def test_a_name_that_is_all_that_two_have_is_said_to_be(
    left: tuple[str, str], right: tuple[str, str], *, is_only_name: bool
) -> None:
    """MATCH-4: many are called so; it weighs as it is rare."""
    one, other = named(*left), named(*right)
    found = parts(one, other)["given_name"]
    assert parts(other, one)["given_name"] == found
    assert (found[0] is Level.ONLY_NAME) is is_only_name
    assert found[1] > 0


def test_names_that_both_have_in_the_other_column_are_told_by_the_site() -> None:
    """MATCH-4: twins, whose family name both files write as the given name."""
    counts = {("family", "nguyen"): 900, ("given", "duy"): 30, ("given", "tuan"): 30}
    site = Frequencies(20_000, counts)
    one, twin = named("Nguy\u1ec5n", "Duy"), named("Nguy\u1ec5n", "Tu\u1ea5n")
    assert parts(one, twin, site)["given_name"][0] is Level.SIBLING_AMBIGUOUS
    assert parts(twin, one, site)["given_name"][0] is Level.SIBLING_AMBIGUOUS
    assert parts(one, one, site)["given_name"][0] is Level.EXACT
    wed = named("Duy", "Nguy\u1ec5n"), named("Duy", "Tr\u1ea7n")
    assert parts(*wed, site)["given_name"][0] is Level.EXACT


@pytest.mark.parametrize(
    ("preferred", "level"),
    [
        ("Kexin", Level.OTHER_NAME),
        ("Kevin", Level.PREFERRED_ALONE),  # near Kexin, and another name
    ],
)
def test_a_preferred_name_that_is_only_near_is_for_a_person(
    preferred: str, level: Level
) -> None:
    """MATCH-4: a twin's name may be near to what the other is called."""
    one = named("Yichen", "Chen", preferred_name=preferred)
    found = parts(one, named("Kexin", "Chen"))["given_name"][0]
    assert found in {level, Level.DIFFERENT}
    assert (found is Level.OTHER_NAME) is (preferred == "Kexin")


def test_a_sister_who_has_a_childs_middle_name_is_not_the_child() -> None:
    """One middle name that is another's given name is weak evidence (MATCH-4)."""
    other = named("Xiu", "Khan", middle_name="Amelia")
    weight = parts(AMELIA, other)["given_name"][1]
    assert weight < parts(AMELIA, AMELIA)["given_name"][1] - 4


def test_names_that_are_missing_are_no_line() -> None:
    """A name that one of both has not is no evidence (MATCH-5)."""
    assert parts(AMELIA, NOBODY) == {}
    assert "given_name" not in parts(AMELIA, named("", "Khan"))
    assert "family_name" not in parts(AMELIA, named("Amelia"))


def test_what_was_compared_before_changes_no_comparison() -> None:
    """A particle in a name counts the same, whoever was compared first (PREV-5)."""
    with_particle, without = named("Ana", "El Sayegh"), named("Ana", "Sayegh")
    joined = named("Ana", "Elsayegh")
    alone = parts(with_particle, joined)
    scorer = Scorer(SITE, DEFAULT_SETTINGS)
    scorer.compare(profile(without), profile(joined))
    after = scorer.compare(profile(with_particle), profile(joined)).levels
    assert after["family_name"] is alone["family_name"][0]
