"""Unit tests of the comparisons that a host adds."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.errors import SettingsError
from student_transfer.linkage.comparing.kinds import (
    COARSER,
    KIND_LEVELS,
    KINDS,
    CustomComparison,
)
from student_transfer.linkage.comparing.levels import Level, LevelProbabilities
from student_transfer.linkage.comparing.settings import Settings


@pytest.mark.parametrize(
    ("kind", "left", "right", "level"),
    [
        ("exact", "Oak House", " oak-house ", Level.EXACT),
        ("exact", "Oak House", "Elm House", Level.DIFFERENT),
        ("exact", "Oak House", "--", Level.MISSING),
        ("text", "Oak House", "OAK HOUSE", Level.EXACT),
        ("text", "Oak House", "Oak Hause", Level.ONE_EDIT),
        ("text", "Oak House", "", Level.MISSING),
        ("name", "Zoë Okafor", "ZOE OKAFOR", Level.EXACT),
        ("name", "Okafor", "Unknown", Level.MISSING),
        ("name", "William", "Bill", Level.DIFFERENT),
        ("date", "2019-09-02", "2019-09-02", Level.EXACT),
        ("date", "2019-09-02", "2019-02-09", Level.EXCHANGED),
        ("date", "2019-09", "2019-09-02", Level.SAME_MONTH),
        ("date", "2019-09-02", "soon", Level.MISSING),
        ("identifier", "a-801200001001", "A801200001001", Level.EXACT),
        ("identifier", "A801200001001", "WA", Level.MISSING),
        ("postcode", "B13 9QX", "b139qx", Level.EXACT),
        ("postcode", "B13 9QX", "n/a", Level.MISSING),
        ("address", "14 Mill Street", "14 Mill St", Level.EXACT),
        ("address", "14 Mill Street", "unknown", Level.MISSING),
    ],
)
def test_each_kind_of_value_is_compared_in_its_way(
    kind: str, left: str, right: str, level: Level
) -> None:
    """A host says the kind of a field, and both ways round are the same (MATCH-2)."""
    assert KINDS[kind](left, right) is level
    assert KINDS[kind](right, left) is level


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_value_against_itself_is_the_same(kind: str) -> None:
    """Each kind knows its own values."""
    value = "2014-03-05" if kind == "date" else "A8012 00001002"
    assert KINDS[kind](value, value) in {Level.EXACT, Level.CHECKED}


_VALUES: Mapping[str, tuple[str, ...]] = {
    "exact": ("Oak House", "Elm House"),
    "text": ("Oak House", "Oak Hause", "Oak Houses There", "Elm"),
    "name": (
        *(
            "Mohammed",
            "Muhammad",
            "Philipa",
            "Filippa",
            "Meyer",
            "Maier",
            "Novak",
            "Nowak",
            "Okonkwo",
        ),
        *("Okonkwa", "Okunkwa", "Wojciechowska", "Wojciecho", "Patel-Jones", "Patel"),
        *("Byron", "Myron", "Martin", "Martinez", "P"),
    ),
    "date": (
        *("2014-03-05", "2014-05-03", "2013-03-05", "2014-03-17", "2014-03", "2014"),
        "1999-12-31",
    ),
    "identifier": (*("H801200001001", "M823299917045", "AB1234", "AB1235", "XY9876"),),
    "postcode": ("B13 9QX", "B13 9QY", "B13 1AA", "M1 1AE", "90210", "90266"),
    "address": (
        *(
            "14 Mill Street",
            "14 Mill Street, Moseley",
            "Flat 2, 14 Mill Lane",
            "16 Mill Street",
            "12 Quay",
        ),
        *("14 Mill Street, Birmingham, Moseley, West Midlands", "14 Mil Street"),
    ),
}
"""Values of each kind that meet each of its levels."""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_gives_each_of_its_levels_and_no_other(kind: str) -> None:
    """MATCH-2: so that a level that a host sets can be met."""
    met = {KINDS[kind](*pair) for pair in product(_VALUES[kind], repeat=2)}
    assert met == set(KIND_LEVELS[kind])


@pytest.mark.parametrize("kind", sorted(KINDS))
@given(st.data())
def test_a_kind_gives_no_level_that_is_not_said(kind: str, data: st.DataObject) -> None:
    """MATCH-2: settings would refuse a level that can be met."""
    values = st.sampled_from(_VALUES[kind]) | st.text("aeoknw 0123-", max_size=12)
    found = KINDS[kind](data.draw(values), data.draw(values))
    assert found in {*KIND_LEVELS[kind], Level.MISSING}


_CHANCES = LevelProbabilities(0.5, 0.1)


@pytest.mark.parametrize(
    ("kind", "one", "other", "fine", "coarse"),
    [
        ("identifier", "1000000043", "1000000043", Level.CHECKED, Level.EXACT),
        *(
            ("identifier", one, other, Level.OTHER_CHECKED, Level.DIFFERENT)
            for one, other in [
                ("1000000043", "5290387012"),
                ("5290387012", "1000000043"),
            ]
        ),
        ("name", "Okonkwo", "Okonkwa", Level.ONE_EDIT_LONG, Level.ONE_EDIT),
        ("date", "2014-03-05", "2013-03-05", Level.ONE_DIGIT, Level.TWO_PARTS),
        ("date", "2014-03", "2014-03-05", Level.SAME_MONTH, Level.SAME_YEAR),
    ],
)
def test_a_level_that_is_left_out_counts_as_what_it_is_a_case_of(
    kind: str, one: str, other: str, fine: Level, coarse: Level
) -> None:
    """MATCH-2: a phone that passes the check of a ULN by chance is a phone still."""
    for known, met in (
        ({coarse}, coarse),
        ({fine}, fine),
        ({fine, coarse}, fine),
        (set[Level](), fine),
    ):
        levels = dict.fromkeys(known, _CHANCES)
        custom = CustomComparison(field="Own", kind=kind, levels=levels)
        assert custom.level(one, other) is met


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_a_level_is_a_case_of_is_a_level_of_the_kind(kind: str) -> None:
    """MATCH-2: and no case of another one, so one step is enough."""
    for fine in set(KIND_LEVELS[kind]) & COARSER.keys():
        assert COARSER[fine] in KIND_LEVELS[kind]
        assert COARSER[fine] not in COARSER


def test_a_level_that_the_kind_never_gives_is_refused() -> None:
    """MATCH-6: it would weigh nothing, and nobody would know."""
    levels = {
        Level.EXACT: LevelProbabilities(0.9, 0.1),
        Level.SAME_YEAR: LevelProbabilities(0.1, 0.9),
    }
    custom = CustomComparison(field="Start", kind="exact", levels=levels)
    with pytest.raises(SettingsError) as refused:
        Settings(comparisons=(custom,))
    [problem] = refused.value.problems
    assert problem == (
        "comparison 1.levels.same_year: the kind exact never gives it; it gives "
        "exact, different"
    )
    Settings(comparisons=(attrs.evolve(custom, kind="date"),))


def test_there_are_only_these_kinds() -> None:
    """One that there is not is refused at once, with the one meant (MATCH-6)."""
    with pytest.raises(SettingsError) as refused:
        CustomComparison(field="House", kind="exakt", levels={})
    [problem] = refused.value.problems
    assert problem == "comparison.kind: 'exakt' is no kind; did you mean exact?"


@pytest.mark.parametrize(
    "field",
    [
        *("Given Name", "Postcode", "link", "full_name", "siblings"),
        *("ZIP", "Zip code", "Postal code", "Street", "Street address"),
    ],
)
def test_a_field_that_is_compared_already_is_not_compared_again(field: str) -> None:
    """MATCH-2: it would count twice, stand for another line, or never be found."""
    custom = CustomComparison(field=field, kind="text", levels={})
    with pytest.raises(SettingsError, match="is compared already; set its levels"):
        Settings(comparisons=(custom,))


def test_a_levels_name_is_no_level() -> None:
    """MATCH-6: a level under a wrong key would weigh nothing, and nobody would know."""
    cells: Any = {"exact": LevelProbabilities(0.9, 0.1)}
    custom = CustomComparison(field="House", kind="text", levels=cells)
    for made in ({"comparisons": (custom,)}, {"levels": {"gender": cells}}):
        with pytest.raises(SettingsError, match="'exact' is no level"):
            Settings(**made)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"levels": None}, "levels of a comparison has to be a mapping of Level to"),
        (
            {"levels": {Level.EXACT: 0.9}},
            r"has to be LevelProbabilities, such as LevelProbabilities\(m=0.9, u=0.1",
        ),
        ({"levels": {Level.EXACT: (0.9, 0.1)}}, "is of type tuple"),
        ({"field": 7}, "field of a comparison has to be a text, and is of type int"),
        ({"kind": None}, "kind of a comparison has to be a text"),
    ],
)
def test_a_comparison_of_other_types_is_refused(
    wrong: dict[str, Any], told: str
) -> None:
    """MATCH-6: when it is made, by name, and not in the middle of a matching."""
    sound: dict[str, Any] = {"field": "House", "kind": "text", "levels": {}}
    CustomComparison(**sound)
    with pytest.raises(TypeError, match=told):
        CustomComparison(**{**sound, **wrong})


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"comparisons": ["x"]}, "each of comparisons has to be a CustomComparison"),
        ({"comparisons": "x"}, "each of comparisons has to be a CustomComparison"),
        ({"comparisons": None}, "comparisons of the settings has to be an iterable"),
        ({"levels": None}, "levels of the settings has to be a mapping by field"),
        ({"levels": {7: {}}}, "each field of levels has to be a text"),
        ({"levels": {"gender": None}}, "levels of 'gender' has to be a mapping of"),
        ({"levels": {"gender": {Level.EXACT: 0.9}}}, "each of levels of 'gender' has"),
    ],
)
def test_settings_of_other_types_are_refused(wrong: dict[str, Any], told: str) -> None:
    """MATCH-6: likewise."""
    with pytest.raises(TypeError, match=told):
        Settings(**wrong)


def test_the_name_of_a_field_is_found_however_it_is_written() -> None:
    """Case, blanks and punctuation in a field's name do not count."""
    custom = CustomComparison(
        field="House_Name",
        kind="text",
        levels={Level.EXACT: LevelProbabilities(0.9, 0.1)},
    )
    assert custom.key == "housename"
