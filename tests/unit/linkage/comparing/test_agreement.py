"""Unit tests of how well two values that are no names agree."""

import pytest

from student_transfer.linkage.comparing.agreement import (
    address_level,
    birth_level,
    national_id_level,
    postcode_level,
    same_level,
    text_level,
    year_level,
)
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.profiles.births import Birth
from student_transfer.linkage.profiles.profile import Address


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ((2014, 3, 5), None, Level.MISSING),
        ((2014, 3, 5), (2014, 3, 5), Level.EXACT),
        ((2014, 3, 5), (2014, 5, 3), Level.EXCHANGED),
        ((2014, 3, 5), (2014, 3, 15), Level.ONE_DIGIT),
        ((2014, 3, 12), (2014, 3, 21), Level.ONE_DIGIT),
        ((2014, 3, 5), (2013, 3, 5), Level.ONE_DIGIT),
        ((2014, 3, 5), (2014, 3, 27), Level.TWO_PARTS),
        ((2014, 3, 5), (2014, 11, 5), Level.TWO_PARTS),
        ((2014, 3, 5), (2014, 11, 17), Level.DIFFERENT),
        ((2014, 3, 5), (2008, 3, 5), Level.TWO_PARTS),
        ((2009, 3, 5), (2010, 3, 5), Level.TWO_PARTS),
        ((2014, 3, 5), (2012, 9, 17), Level.DIFFERENT),
        ((2014, 3, 0), (2014, 3, 5), Level.SAME_MONTH),
        ((2014, 3, 0), (2014, 3, 0), Level.SAME_MONTH),
        ((2014, 3, 0), (2014, 4, 5), Level.DIFFERENT),
        ((2014, 0, 0), (2014, 3, 5), Level.SAME_YEAR),
        ((2014, 0, 0), (2014, 3, 0), Level.SAME_YEAR),
        ((2014, 0, 0), (2013, 3, 5), Level.DIFFERENT),
    ],
)
def test_dates_of_birth_agree_at_levels(
    left: Birth, right: Birth | None, level: Level
) -> None:
    """Exchanged parts, a wrong digit and dates known in part have levels (MATCH-3)."""
    assert birth_level(left, right) is level
    assert birth_level(right, left) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (6, None, Level.MISSING),
        (6, 6, Level.EXACT),
        (6, 7, Level.NEXT),
        (0, -1, Level.NEXT),
        (6, 8, Level.DIFFERENT),
    ],
)
def test_years_agree_at_levels(left: int, right: int | None, level: Level) -> None:
    """A summer may lie between the two records (MATCH-3)."""
    assert year_level(left, right) is level
    assert year_level(right, left) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("", "oak", Level.MISSING),
        ("oak", "oak", Level.EXACT),
        ("oak", "elm", Level.DIFFERENT),
    ],
)
def test_other_values_are_the_same_or_not(left: str, right: str, level: Level) -> None:
    """A value that is missing is no evidence (MATCH-5)."""
    assert same_level(left, right) is level
    assert same_level(right, left) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("", "oak house", Level.MISSING),
        ("oak house", "oak house", Level.EXACT),
        ("oak house", "oak hause", Level.ONE_EDIT),
        ("oak house", "oak houses 2", Level.SIMILAR),
        ("oak house", "elm tower", Level.DIFFERENT),
    ],
)
def test_texts_agree_at_levels(left: str, right: str, level: Level) -> None:
    """Texts may have slips (MATCH-3)."""
    assert text_level(left, right) is level
    assert text_level(right, left) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("", "H801200001001", Level.MISSING),
        ("H801200001001", "H801200001001", Level.CHECKED),
        ("1000000043", "1000000043", Level.CHECKED),
        ("A801200001001", "A801200001001", Level.EXACT),
        ("A801200001001", "A801200001002", Level.ONE_EDIT),
        ("A801200001001", "B912311112112", Level.DIFFERENT),
        ("H801200001001", "M823299917045", Level.OTHER_CHECKED),
        ("1000000043", "1000000051", Level.OTHER_CHECKED),
        ("H801200001001", "1000000043", Level.DIFFERENT),
        ("H801200001001", "A801200001001", Level.ONE_EDIT),
    ],
)
def test_national_identifiers_agree_at_levels(
    left: str, right: str, level: Level
) -> None:
    """A number with the right check symbol surely is a number (MATCH-2)."""
    assert national_id_level(left, right) is level
    assert national_id_level(right, left) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("", "B139QX", Level.MISSING),
        ("B139QX", "B139QX", Level.EXACT),
        ("B139QX", "B139QY", Level.ONE_EDIT),
        ("B139QX", "B132AB", Level.AREA),
        ("90210", "90277", Level.AREA),
        ("90210", "90214", Level.AREA),
        ("90210", "60210", Level.ONE_EDIT),
        ("B139QX", "M11AE", Level.DIFFERENT),
        ("B13", "M14", Level.DIFFERENT),
        ("D02", "T12", Level.DIFFERENT),
    ],
)
def test_postcodes_agree_at_levels(left: str, right: str, level: Level) -> None:
    """Neighbours share the area; a slip is one symbol (MATCH-3)."""
    assert postcode_level(left, right) is level
    assert postcode_level(right, left) is level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("", "14 Mill Street", Level.MISSING),
        ("unknown", "14 Mill Street", Level.MISSING),
        ("14 Mill Street", "14 Mill St.", Level.EXACT),
        ("Flat 2, 14 Mill Street", "2/14 Mill St", Level.EXACT),
        ("14 Mill Street, Leeds", "Leeds, 14 Mill Street", Level.SIMILAR),
        ("14 Mill Street", "14 Mil Street", Level.SIMILAR),
        ("14 Mill Street, Moseley, Birmingham", "14 Mill Street", Level.PART),
        ("14 Mill Street", "16 Mill Street", Level.SAME_STREET),
        ("14 Mill Street", "99 Rees Place", Level.DIFFERENT),
        ("14 Mill Street", "200 Quay Road", Level.DIFFERENT),
        ("Mill Cottage, Leeds", "Mill Cottage, York", Level.PART),
        ("Mill Cottage", "The Vicarage", Level.DIFFERENT),
    ],
)
def test_addresses_agree_at_levels(left: str, right: str, level: Level) -> None:
    """The order of the words does not count; the number of the house does."""
    one, other = Address(left), Address(right)
    assert address_level(one, other) is level
    assert address_level(other, one) is level


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("14 O'Hara Street, Leeds", "14 OHara Street"),
        ("5 N Main St, Springfield", "5 North Main Street"),
    ],
)
def test_an_address_is_not_elsewhere_for_the_way_it_is_written(
    left: str, right: str
) -> None:
    """An apostrophe or a short point of the compass is no other house (MATCH-3)."""
    level = address_level(Address(left), Address(right))
    assert level in {Level.SIMILAR, Level.PART}
