"""Unit tests of how many sisters and brothers a student has on the site."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.linkage.comparing.families import Families, Groups
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.profiles.births import KnownBirth
from student_transfer.linkage.profiles.profile import profile
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import FULL, there

EXPECTED = Families(DEFAULT_SETTINGS.siblings_expected, DEFAULT_SETTINGS.twins_expected)


def _observed(
    coming: Iterable[Student],
    existing: Iterable[Student],
    settings: Settings = DEFAULT_SETTINGS,
    known: KnownBirth = lambda born: born,
) -> Families:
    """Observe families where every incoming student meets everyone."""
    listed, groups = list(existing), Groups()
    for one in map(profile, coming):
        for other in map(profile, listed):
            groups.add(one, other, known)
    return groups.families(settings)


def _children(number: int, **changes: Any) -> list[Student]:
    """Make families with one child each."""
    return [
        attrs.evolve(
            FULL,
            key=StudentKey(str(each)),
            family_name=f"Family{'abcdefghijklmnopqrstuvwxyz'[each % 26]}{each}",
            **changes,
        )
        for each in range(number)
    ]


def _with_another(students: Iterable[Student], **changes: Any) -> list[Student]:
    """Put the students on the site, each with another child of the family."""
    found = []
    for one in students:
        found.append(there(one, f"{one.key}-1"))
        found.append(there(one, f"{one.key}-2", **changes))
    return found


def test_an_import_that_meets_nobody_shows_what_is_expected() -> None:
    """Without a family to see, the settings stand (MATCH-4)."""
    assert _observed([FULL], []) == EXPECTED
    assert _observed([], [FULL]) == EXPECTED


def test_twins_that_are_met_are_counted() -> None:
    """Where everyone has a twin, a shared birthday is a twin's (MATCH-4)."""
    coming = _children(40)
    found = _observed(coming, _with_another(coming, given_name="Sophie"))
    assert found.twins > 0.5 > EXPECTED.twins
    assert found.siblings < EXPECTED.siblings


def test_a_date_that_a_program_filled_in_makes_no_twins() -> None:
    """Nor are brothers and sisters with that date counted by it (MATCH-4, MATCH-5)."""
    coming = _children(40)
    site = Frequencies(800, default_births=frozenset({(2014, 3, 5)}))
    twins = _with_another(coming, given_name="Sophie")
    assert _observed(coming, twins, known=site.known_birth) == EXPECTED


def test_where_no_twin_is_met_fewer_are_expected() -> None:
    """Forty students without a twin show that twins are rare (MATCH-4)."""
    coming = _children(40)
    found = _observed(coming, [there(one, f"{one.key}-1") for one in coming])
    assert 0 < found.twins < EXPECTED.twins


def test_siblings_of_one_house_are_counted() -> None:
    """Where everyone has a sister, an address is the family's (MATCH-4)."""
    coming = _children(40)
    other = {"given_name": "Sophie", "date_of_birth": date(2011, 9, 17)}
    found = _observed(coming, _with_another(coming, **other))
    assert found.siblings > EXPECTED.siblings
    assert found.twins < EXPECTED.twins


def test_namesakes_who_live_elsewhere_are_no_siblings() -> None:
    """A family name without the house shows no family (MATCH-4)."""
    coming = _children(40)
    elsewhere = {"postcode": "B13 9QX", "address": "9 Far Lane"}
    other = {"date_of_birth": date(2011, 9, 17), "extra": elsewhere}
    alone = _observed(coming, [there(one, f"{one.key}-1") for one in coming])
    found = _observed(coming, _with_another(coming, **other))
    assert found.siblings == alone.siblings


def test_children_of_other_families_are_no_siblings() -> None:
    """Everyone's house is a house of its own (MATCH-4)."""
    coming = [
        attrs.evolve(one, date_of_birth=date(2011, 9, day))
        for day, one in enumerate(_children(28), start=1)
    ]
    found = _observed(coming, [there(one, f"{one.key}-1") for one in coming])
    assert found.siblings < EXPECTED.siblings


@pytest.mark.parametrize(
    "other",
    [
        {"given_name": ""},
        {"date_of_birth": None},
        {"family_name": "Novak"},
        {"family_name": ""},
        {"given_name": "Amelia Jane", "extra": {}},
    ],
)
def test_who_is_no_twin_for_sure_is_not_counted(other: dict[str, Any]) -> None:
    """A record without a name, or with the same one, shows no twin (MATCH-5)."""
    coming = _children(1)
    with_other = _observed(coming, _with_another(coming, **other))
    alone = _observed(coming, [there(coming[0])])
    assert with_other.twins <= alone.twins


def test_twins_whom_nobody_who_comes_could_be_are_not_counted() -> None:
    """Twins of another birthday show nothing of those who come (MATCH-4)."""
    born = {"date_of_birth": date(2011, 9, 17)}
    twins = [there(FULL, "8", **born), there(FULL, "9", given_name="Sophie", **born)]
    assert _observed([FULL], twins).twins <= EXPECTED.twins


def test_students_without_a_family_name_show_no_family() -> None:
    """A missing family name is shared by nobody (MATCH-5)."""
    nameless = attrs.evolve(FULL, family_name="")
    assert _observed([nameless], [there(nameless)]) == EXPECTED


def test_what_was_met_in_parts_is_what_was_met_together() -> None:
    """However the comparing is shared out, the families are the same (PREV-5)."""
    coming = _children(10)
    existing = _with_another(coming, given_name="Sophie")
    whole, parted = Groups(), [Groups(), Groups()]
    for place, one in enumerate(coming):
        for other in existing:
            for groups in (whole, parted[place % 2]):
                groups.add(profile(one), profile(other), lambda born: born)
    joined = Groups()
    for part in parted:
        joined.merge(part)
    assert joined.families(DEFAULT_SETTINGS) == whole.families(DEFAULT_SETTINGS)


def test_a_host_says_how_many_are_expected() -> None:
    """How large families are is a setting (MATCH-6)."""
    settings = Settings(siblings_expected=0.0, twins_expected=0.0)
    one = attrs.evolve(FULL, site_id=SiteId("a"))
    assert _observed([one], [there(one)], settings) == Families(0.0, 0.0)
