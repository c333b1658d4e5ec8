"""Unit tests of students in normal form."""

from typing import Any

import attrs
import pytest

from student_transfer.linkage.profiles.profile import (
    FIELDS,
    Address,
    Name,
    Profile,
    gender,
    profile,
    profile_of,
    values_of,
)
from student_transfer.students import StudentKey, StudentRef
from tests.unit.linkage.people import FULL, LEAN, NOBODY


@pytest.mark.parametrize(
    ("field", "text", "normal"),
    [
        ("gender", "Female", "f"),
        ("gender", "boy", "m"),
        ("gender", "2", "f"),
        ("gender", "1.0", "m"),
        ("gender", "X", ""),
        ("gender", "unknown", ""),
        ("year", "Year 6", 6),
        ("year", "Reception", 0),
        ("year", "6.0", 6),
        ("year", "Mixed 3/4", None),
        ("student_id", "00123", "123"),
        ("student_id", "N/A", ""),
        ("user_name", "ASmith", "asmith"),
        ("email", " A@Example.ORG ", "a@example.org"),
        ("email", "none", ""),
        ("national_id", "WA", ""),
    ],
)
def test_a_profile_has_normal_forms(field: str, text: str, normal: object) -> None:
    """Placeholders and ways of writing are gone from a profile (MATCH-5)."""
    changes: dict[str, Any] = {field: text}
    assert getattr(profile(attrs.evolve(FULL, **changes)), field) == normal


@pytest.mark.parametrize("text", ["", "Unknown", "N/A", "-", "TBC", "xxx", "999"])
def test_a_name_that_is_not_known_is_no_name(text: str) -> None:
    """What stands for "not known" is no evidence (MATCH-5)."""
    assert not Name.of(text)
    assert not profile(attrs.evolve(FULL, given_name=text)).given


def test_names_are_their_telling_words() -> None:
    """Two ways to write the words of a name are one name."""
    cruz = Name.of("Cruz")
    assert Name.of("de la CRUZ").words == cruz.words
    assert Name.of("de la Cruz").whole == "delacruz"
    assert Name.of("Anne-Marie") != Name.of("Annemarie")
    assert Name.of("De Andre") != Name.of("Andre")  # which compare in other ways
    assert {Name.of("O'Brien"), Name.of("OBrien"), cruz} == {Name.of("obrien"), cruz}
    assert cruz != "cruz"


def test_a_name_in_arabic_letters_compares_in_a_way_of_its_own() -> None:
    """In Latin letters the same words do not leave open how they are romanised."""
    written = Name.of("عماد")
    latin = Name.of(written.text)
    assert written.words == latin.words
    assert written != latin
    assert written.in_letters
    assert written.key != latin.key


def test_a_name_knows_what_it_may_be_short_for() -> None:
    """Short forms and spellings are worked out once for a name (MATCH-3)."""
    assert "william" in Name.of("Bill").full_names
    assert Name.of("Mohamed").spelling == Name.of("Muhammad").spelling
    assert Name.of("Sara").sound == Name.of("Sarah").sound
    assert Name.of("mhmd").is_unvoiced


def test_the_date_of_birth_may_be_a_further_field() -> None:
    """A host whose date is known in part keeps it as a further field (MATCH-3)."""
    partly = attrs.evolve(FULL, date_of_birth=None, extra={"Date of Birth": "2014-03"})
    assert profile(partly).born == (2014, 3, 0)
    assert values_of(partly)[FIELDS.index("date_of_birth")] == "2014-03"


@pytest.mark.parametrize(
    ("extra", "postcode", "address"),
    [
        ({"Postcode": "n/a", "ZIP": "90210"}, "90210", ""),
        ({"Postcode": "n/a", "ZIP": "none"}, "", ""),
        ({"Post code": "LS6 2AB", "Postcode": "B13 9QX"}, "LS62AB", ""),
        ({"Address": "-", "Street": "14 Mill Street"}, "", "14 Mill Street"),
    ],
)
def test_the_first_of_several_fields_that_tells_something_is_taken(
    extra: dict[str, str], postcode: str, address: str
) -> None:
    """A placeholder hides no value that is known (MATCH-5)."""
    found = profile(attrs.evolve(FULL, extra=extra))
    assert (found.postcode, found.address.written) == (postcode, address)


@pytest.mark.parametrize("name", ["postcode", "Post code", "ZIP", "zip_code"])
def test_a_postcode_is_found_by_its_names(name: str) -> None:
    """Case and blanks in the name of a further field do not count."""
    assert profile(attrs.evolve(FULL, extra={name: "b13 9qx"})).postcode == "B139QX"


@pytest.mark.parametrize("name", ["address", "Street", "street address"])
def test_an_address_is_found_by_its_names(name: str) -> None:
    """An address is a further field; a blank one is none."""
    found = profile(attrs.evolve(FULL, extra={name: "14 Mill Street"})).address
    assert found.house == ("14", "mill")
    assert profile(NOBODY).address.words == Address("n/a").words == ()


def test_a_student_given_as_texts_is_the_same_student() -> None:
    """A row of a file makes the same profile as the student made of it."""
    for student in (FULL, LEAN, NOBODY):
        texts, whole = profile_of(student.ref, values_of(student)), profile(student)
        for field in attrs.fields_dict(Profile):
            if field not in {"address", "extra"}:
                assert getattr(texts, field) == getattr(whole, field)
        assert texts.address.words == whole.address.words
        assert texts.address.house == whole.address.house


def test_a_profile_knows_the_record_and_those_it_came_from() -> None:
    """The trace of an earlier transfer links two records (IMP-5)."""
    ref = StudentRef(FULL.site_id, StudentKey("77"))
    assert profile(FULL).links == {FULL.ref}
    assert profile(attrs.evolve(FULL, provenance={ref})).links == {FULL.ref, ref}


def test_a_gender_is_read_in_the_ways_of_rosters() -> None:
    """Anything but female and male speaks neither for nor against (MATCH-5)."""
    assert {gender(text) for text in ("F", "girl", " Female ", "W")} == {"f"}
    assert {gender(text) for text in ("M", "boy", "MALE", "1")} == {"m"}
    assert {gender(text) for text in ("", "X", "non-binary", "9")} == {""}


def test_profiles_and_names_do_not_show_a_child() -> None:
    """What ends up in a log has no personal data."""
    whole = profile(FULL)
    told = repr(whole) + repr(whole.given) + repr(whole.address)
    for value in ("melia", "atel", "2014", "B139", "mill"):
        assert value not in told
