"""Unit tests of what a comparison says and of why a match is reviewed."""

import json

import pytest

from student_transfer.linkage.comparing.comparison import (
    Comparison,
    FieldComparison,
    probability,
)
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.review_reasons import (
    ReviewReason,
    has_own_proof,
)


def _compared(**levels: Level) -> Comparison:
    fields = [FieldComparison(field, level, 1.0) for field, level in levels.items()]
    return Comparison(tuple(fields), 0.0)


def test_weights_add_up_to_the_probability() -> None:
    """Prior and weights are the log2 odds of the probability (MATCH-6, PREV-6)."""
    fields = (
        FieldComparison("given_name", Level.EXACT, 7.0),
        FieldComparison("gender", Level.DIFFERENT, -4.0),
    )
    found = Comparison(fields, -5.0)
    assert found.weight == 3
    assert found.probability == pytest.approx(1 / (1 + 2**2))


def test_evidence_that_is_overwhelming_stays_a_probability() -> None:
    """However much agrees, the probability is at most 1 and at least 0 (MATCH-6)."""
    assert probability(5000.0) == 1
    assert probability(-5000.0) == 0
    assert 0 < probability(-100.0) < probability(100.0) <= 1
    assert probability(0.0) == 0.5


def test_a_comparison_says_what_agrees_and_what_differs() -> None:
    """The reason names fields and levels, and no siblings (PREV-6)."""
    found = _compared(
        given_name=Level.SHORT_FORM,
        date_of_birth=Level.EXACT,
        siblings=Level.SIBLINGS,
    )
    assert found.why == "given name: a short form; date of birth: the same"
    assert _compared().why == "nothing to compare"


def test_a_comparison_is_json() -> None:
    """PREV-6: every step of the sum, and what is made of it."""
    names = FieldComparison("given_name", Level.DIFFERENT, -4.5, "swapped")
    told = Comparison((names,), 4.5).as_dict()
    assert json.loads(json.dumps(told)) == told
    assert told == {
        "prior": 4.5,
        "fields": [
            {
                "field": "given_name",
                "level": "different",
                "weight": -4.5,
                "note": "swapped",
            }
        ],
        "weight": -4.5,
        "probability": 0.5,
        "review_reasons": ["the given names differ"],
        "why": "given name: different",
    }


@pytest.mark.parametrize("own", [Level.EXACT, Level.CHECKED])
def test_given_names_that_differ_are_reviewed_whatever_else_agrees(own: Level) -> None:
    """Not even an identifier makes Amelia and Oscar one without review (MATCH-4)."""
    found = _compared(given_name=Level.DIFFERENT, national_id=own)
    assert found.review_reasons == ("the given names differ",)


@pytest.mark.parametrize(
    "levels",
    [
        {"given_name": Level.DIFFERENT},
        {"given_name": Level.LOOK_ALIKE},
        {"given_name": Level.MIDDLE_NAME},
        {"given_name": Level.INITIAL},
        {"given_name": Level.EXACT, "date_of_birth": Level.DIFFERENT},
        {"given_name": Level.EXACT, "national_id": Level.OTHER_CHECKED},
    ],
)
def test_an_earlier_transfer_lifts_no_reason(levels: dict[str, Level]) -> None:
    """The key may have been given to another child since (MATCH-1)."""
    assert (
        _compared(**levels, link=Level.LINKED).review_reasons
        == _compared(**levels).review_reasons
        != ()
    )


def test_an_earlier_transfer_stands_for_a_name_that_is_not_known() -> None:
    """Who came without a given name may come again (IMP-5)."""
    names = {"family_name": Level.EXACT, "date_of_birth": Level.EXACT}
    assert _compared(**names, link=Level.LINKED).review_reasons == ()


@pytest.mark.parametrize(
    "given",
    [
        Level.LOOK_ALIKE,
        Level.MIDDLE_NAME,
        Level.PREFERRED_ALONE,
        Level.INITIAL,
        Level.SIBLING_AMBIGUOUS,
    ],
)
def test_a_given_name_that_brothers_may_have_is_reviewed(given: Level) -> None:
    """Twins share everything but the given name (MATCH-4)."""
    found = _compared(
        given_name=given, family_name=Level.EXACT, date_of_birth=Level.EXACT
    )
    assert found.review_reasons == (
        "the given names do not tell brothers and sisters apart",
    )


def test_a_name_to_go_by_does_not_tell_a_sister_from_a_brother() -> None:
    """Alexander and Alexandra are Alex both, and may be twins (MATCH-4)."""
    twins = {"family_name": Level.EXACT, "date_of_birth": Level.EXACT}
    twins |= {"given_name": Level.OTHER_NAME, "gender": Level.DIFFERENT}
    assert "brothers and sisters" in _compared(**twins).review_reasons[0]
    assert _compared(**twins, national_id=Level.EXACT).review_reasons == ()
    assert _compared(**{**twins, "gender": Level.EXACT}).review_reasons == ()


def test_a_given_name_that_is_not_known_is_reviewed() -> None:
    """Twins are never matched on family name and birthday alone (MATCH-4)."""
    found = _compared(family_name=Level.EXACT, date_of_birth=Level.EXACT)
    assert found.review_reasons == (ReviewReason.NO_GIVEN_NAMES,)


@pytest.mark.parametrize("given", [Level.LOOK_ALIKE, Level.MIDDLE_NAME, None])
def test_an_identifier_of_the_child_lifts_that_reason(given: Level | None) -> None:
    """A national identifier or an earlier transfer is the child's own (MATCH-2)."""
    names = {"given_name": given} if given else {}
    assert _compared(**names, national_id=Level.CHECKED).review_reasons == ()
    assert _compared(**names, national_id=Level.EXACT).review_reasons == ()
    assert _compared(**names, national_id=Level.SHARED).review_reasons != ()


def test_two_right_identifiers_that_differ_are_reviewed() -> None:
    """They are two children's, whatever else agrees (MATCH-2, MATCH-4)."""
    names = {"given_name": Level.EXACT, "date_of_birth": Level.EXACT}
    found = _compared(**names, national_id=Level.OTHER_CHECKED)
    assert found.review_reasons == (
        "the national identifiers are those of two children",
    )
    assert found.has_other_identifier
    both = _compared(given_name=Level.DIFFERENT, national_id=Level.OTHER_CHECKED)
    assert len(both.review_reasons) == 2


def test_a_slip_in_an_identifier_is_no_reason_for_review() -> None:
    """One that is one letter off is not another child's."""
    assert (
        _compared(given_name=Level.EXACT, national_id=Level.ONE_EDIT).review_reasons
        == ()
    )
    assert not _compared(national_id=Level.ONE_EDIT).has_other_identifier


_AT_HOME: list[dict[str, Level]] = [
    {"middle_name": Level.EXACT},
    {"email": Level.EXACT},
    {"address": Level.SIMILAR},
    {"national_id": Level.EXACT},
    {"link": Level.LINKED},
]


@pytest.mark.parametrize("more", _AT_HOME)
@pytest.mark.parametrize(
    "given", [Level.RESPELT, Level.SHORT_FORM, Level.ONE_EDIT, Level.PART]
)
def test_a_changed_family_name_needs_the_very_given_name(
    given: Level, more: dict[str, Level]
) -> None:
    """Else both names differ, and a birthday is that of many (MATCH-4)."""
    names = {"given_name": given, "family_name": Level.DIFFERENT}
    names |= {"date_of_birth": Level.EXACT, "postcode": Level.EXACT}
    found = _compared(**names)
    (reason,) = found.review_reasons
    assert "not quite the same" in reason
    assert not found.may_be_siblings
    assert _compared(**names, **more).review_reasons == ()
    for same in ({"given_name": Level.EXACT}, {"family_name": Level.INITIAL}):
        assert _compared(**{**names, **same}).review_reasons == ()


@pytest.mark.parametrize("more", [*_AT_HOME, {"postcode": Level.EXACT}])
@pytest.mark.parametrize(
    ("weak", "mended", "said"),
    [
        ({"given_name": Level.ONLY_NAME}, {"given_name": Level.EXACT}, "one name"),
        (
            {"gender": Level.DIFFERENT, "date_of_birth": Level.SAME_YEAR},
            {"date_of_birth": Level.EXACT},
            "the genders differ",
        ),
        ({"gender": Level.DIFFERENT}, {"gender": Level.EXACT}, "the genders differ"),
    ],
)
def test_what_a_namesake_may_have_needs_more_that_agrees(
    weak: dict[str, Level],
    mended: dict[str, Level],
    said: str,
    more: dict[str, Level],
) -> None:
    """One name, or a gender beside an uncertain date, is not the child's (MATCH-4)."""
    names = {"given_name": Level.EXACT, **weak}
    found = _compared(**names)
    (reason,) = found.review_reasons
    assert said in reason
    assert not found.may_be_siblings
    assert _compared(**names, **more).review_reasons == ()
    assert _compared(**{**names, **mended}).review_reasons == ()


@pytest.mark.parametrize(
    ("more", "is_reviewed"),
    [
        ({"date_of_birth": Level.EXACT}, True),
        ({"address": Level.EXACT}, True),
        ({"date_of_birth": Level.ONE_DIGIT, "middle_name": Level.EXACT}, True),
        ({"date_of_birth": Level.EXACT, "middle_name": Level.EXACT}, False),
        ({"date_of_birth": Level.EXACT, "postcode": Level.EXACT}, False),
        ({"link": Level.LINKED}, False),
    ],
)
def test_another_identifier_needs_the_date_of_birth_and_more(
    more: dict[str, Level], *, is_reviewed: bool
) -> None:
    """Another state gives another number, and another child has one (MATCH-4)."""
    names = {"given_name": Level.EXACT, "family_name": Level.EXACT}
    found = _compared(**names, national_id=Level.DIFFERENT, **more)
    reason = "the national identifiers differ, and too little else agrees"
    assert found.review_reasons == ((reason,) if is_reviewed else ())
    assert not found.may_be_siblings


@pytest.mark.parametrize("born", [Level.ONE_DIGIT, Level.SAME_YEAR, None])
def test_an_initial_of_a_family_name_needs_the_date_of_birth(
    born: Level | None,
) -> None:
    """Karthik S may be of any family that begins with it (MATCH-4)."""
    names = {"given_name": Level.EXACT, "family_name": Level.INITIAL}
    names |= {"postcode": Level.EXACT}
    dated = {"date_of_birth": born} if born else {}
    (reason,) = _compared(**names, **dated).review_reasons
    assert "only the initial" in reason
    assert _compared(**names, date_of_birth=Level.EXACT).review_reasons == ()
    assert _compared(**names, **dated, national_id=Level.CHECKED).review_reasons == ()


@pytest.mark.parametrize("born", [Level.ONE_DIGIT, Level.SAME_YEAR, None])
def test_a_changed_family_name_needs_the_date_of_birth(born: Level | None) -> None:
    """Else a first name speaks, and what brothers share (MATCH-4)."""
    names = {"given_name": Level.EXACT, "family_name": Level.DIFFERENT}
    names |= {"address": Level.EXACT}
    dated = {"date_of_birth": born} if born else {}
    (reason,) = _compared(**names, **dated).review_reasons
    assert "family names differ" in reason
    for own in ({"national_id": Level.CHECKED}, {"link": Level.LINKED}):
        assert _compared(**names, **dated, **own).review_reasons == ()
    assert _compared(**names, date_of_birth=Level.EXACT).review_reasons == ()
    both = _compared(**{**names, "given_name": Level.DIFFERENT}, **dated)
    assert len(both.review_reasons) == 2  # each stays where the other is mended


@pytest.mark.parametrize(
    ("levels", "may_be"),
    [
        ({"given_name": Level.EXACT, "family_name": Level.EXACT}, False),
        ({"given_name": Level.EXACT, "family_name": Level.DIFFERENT}, False),
        ({"given_name": Level.DIFFERENT, "family_name": Level.EXACT}, True),
        ({"given_name": Level.DIFFERENT, "family_name": Level.DIFFERENT}, True),
        ({"given_name": Level.LOOK_ALIKE, "family_name": Level.INITIAL}, True),
        ({"given_name": Level.EXACT, "national_id": Level.OTHER_CHECKED}, True),
    ],
)
def test_another_family_name_alone_makes_no_siblings(
    levels: dict[str, Level], *, may_be: bool
) -> None:
    """It sends a match to a person, but tells no two children apart (MATCH-4)."""
    assert _compared(**levels).may_be_siblings is may_be


def test_a_date_that_is_filled_in_later_may_be_one_reason_more() -> None:
    """What a person has confirmed without a date is asked for again (IMP-8)."""
    names = {"given_name": Level.EXACT, "family_name": Level.DIFFERENT}
    before = _compared(**names).review_reasons
    after = _compared(**names, date_of_birth=Level.DIFFERENT).review_reasons
    assert set(before) < set(after)


@pytest.mark.parametrize("born", [Level.DIFFERENT, Level.TWO_PARTS])
def test_namesakes_of_another_birthday_are_reviewed(born: Level) -> None:
    """A common name is not a child (MATCH-4)."""
    names = {"given_name": Level.EXACT, "family_name": Level.EXACT}
    assert _compared(**names, date_of_birth=born).review_reasons == (
        "the dates of birth differ",
    )


@pytest.mark.parametrize(
    "support",
    [
        {"middle_name": Level.EXACT},
        {"email": Level.EXACT},
        {"email": Level.REPEATED},
        {"address": Level.EXACT},
        {"address": Level.SIMILAR},
    ],
)
def test_what_brothers_share_does_not_lift_that_reason(
    support: dict[str, Level],
) -> None:
    """Home, the mother's email and the father's name are a family's (MATCH-4)."""
    names = {"given_name": Level.EXACT, "date_of_birth": Level.DIFFERENT}
    assert _compared(**names, **support).review_reasons == (
        "the dates of birth differ",
    )
    own = {"national_id": Level.EXACT}
    assert _compared(**names, **support, **own).review_reasons == ()


@pytest.mark.parametrize(
    "more",
    [
        {"given_name": Level.LOOK_ALIKE},
        {"given_name": Level.INITIAL},
        {},
        {"given_name": Level.EXACT, "family_name": Level.DIFFERENT},
    ],
)
def test_an_identifier_does_not_speak_against_names_and_date_alone(
    more: dict[str, Level],
) -> None:
    """A sister's number is copied more easily than two things are wrong (MATCH-4)."""
    reason = ("nothing but the national identifier speaks for it",)
    for identifier in (Level.EXACT, Level.CHECKED):
        own = {**more, "national_id": identifier}
        assert _compared(**own, date_of_birth=Level.DIFFERENT).review_reasons == reason
        assert _compared(**own, date_of_birth=Level.EXACT).review_reasons == ()


@pytest.mark.parametrize("given", [Level.SIMILAR, Level.TWO_EDITS])
def test_given_names_that_are_not_quite_near_may_be_those_of_twins(
    given: Level,
) -> None:
    """As Amandeep and Amanpreet, or Jiaxin and Jiayi (MATCH-4)."""
    found = _compared(given_name=given, date_of_birth=Level.EXACT)
    assert "brothers and sisters" in found.review_reasons[0]
    assert _compared(given_name=given, national_id=Level.EXACT).review_reasons == ()


@pytest.mark.parametrize(
    ("given", "is_reviewed"),
    [
        ({"given_name": Level.SHORT_FORM}, True),
        ({"given_name": Level.RESPELT}, True),
        ({"given_name": Level.ONE_EDIT_LONG}, True),
        ({"given_name": Level.EXACT}, False),
        ({"full_name": Level.SWAPPED}, False),
        ({"given_name": Level.INTERCHANGED}, True),
    ],
)
def test_a_boy_and_a_girl_are_two_where_the_name_is_not_quite_the_same(
    given: dict[str, Level], *, is_reviewed: bool
) -> None:
    """As the twins Sam and Samantha, or Jordan and Jordyn (MATCH-4)."""
    found = _compared(**given, gender=Level.DIFFERENT, date_of_birth=Level.EXACT)
    assert bool(found.review_reasons) is is_reviewed
    assert not _compared(**given, gender=Level.EXACT).review_reasons


@pytest.mark.parametrize(
    ("others", "is_reviewed"),
    [
        ({}, False),
        ({"gender": Level.EXACT}, False),
        ({"gender": Level.DIFFERENT}, True),
        ({"family_name": Level.DIFFERENT}, True),
        ({"national_id": Level.ONE_EDIT}, True),
        ({"national_id": Level.EXACT, "gender": Level.DIFFERENT}, False),
        ({"date_of_birth": Level.ONE_DIGIT, "gender": Level.EXACT}, False),
        ({"date_of_birth": Level.ONE_DIGIT}, True),
    ],
)
def test_exchanged_names_are_a_sisters_where_anything_says_so(
    others: dict[str, Level], *, is_reviewed: bool
) -> None:
    """José with the middle name María, and his sister María José (MATCH-4)."""
    names = {"given_name": Level.INTERCHANGED, "address": Level.EXACT}
    found = _compared(**{"date_of_birth": Level.EXACT, **names, **others})
    assert bool(found.review_reasons) is is_reviewed


@pytest.mark.parametrize(
    "no_support",
    [
        {"middle_name": Level.INITIAL},
        {"email": Level.FAMILY_SHARED},
        {"address": Level.PART},
        {"student_id": Level.EXACT},
        {"user_name": Level.EXACT},
        {"postcode": Level.EXACT},
    ],
)
def test_what_a_namesake_may_share_lifts_nothing(no_support: dict[str, Level]) -> None:
    """A reused local ID or the family's email proves little (MATCH-4)."""
    names = {"given_name": Level.EXACT, "date_of_birth": Level.DIFFERENT}
    assert _compared(**names, **no_support).review_reasons != ()


@pytest.mark.parametrize("born", [Level.EXACT, Level.EXCHANGED, Level.ONE_DIGIT])
def test_a_date_with_a_slip_is_no_reason_for_review(born: Level) -> None:
    """Exchanged parts and a wrong digit are ways to write one child (MATCH-3)."""
    assert _compared(given_name=Level.EXACT, date_of_birth=born).review_reasons == ()


def test_swapped_names_stand_for_the_given_name() -> None:
    """A swap is one line, and no reason for review by itself (MATCH-3)."""
    assert (
        _compared(full_name=Level.SWAPPED, date_of_birth=Level.EXACT).review_reasons
        == ()
    )


def test_an_identifier_proves_only_where_it_is_the_childs_own() -> None:
    """One edit apart or shared by several it is no proof (MATCH-4)."""
    assert has_own_proof({"national_id": Level.EXACT})
    assert has_own_proof({"link": Level.LINKED})
    assert not has_own_proof({"national_id": Level.ONE_EDIT})
    assert not has_own_proof({"national_id": Level.SHARED})
    assert not has_own_proof({})


@pytest.mark.parametrize(
    ("levels", "nameless"),
    [
        ({"gender": Level.EXACT, "address": Level.EXACT}, True),
        ({"date_of_birth": Level.SAME_MONTH}, True),
        ({"date_of_birth": Level.EXACT}, False),
        ({"given_name": Level.DIFFERENT}, False),
        ({"family_name": Level.EXACT}, False),
        ({"full_name": Level.SWAPPED}, False),
        ({"national_id": Level.EXACT}, False),
        ({"link": Level.LINKED}, False),
    ],
)
def test_who_has_no_name_is_not_known_by_the_rest(
    levels: dict[str, Level], *, nameless: bool
) -> None:
    """Without names only a birthday or an identifier says who it is (MATCH-1)."""
    assert _compared(**levels).agreement.is_nameless is nameless
