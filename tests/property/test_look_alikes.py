"""Two children who look like one, among the many students of a whole import (MATCH-4).

An import teaches that few have a twin, and that nearly everybody is on the site: then a
pair is likelier to be one child than by itself.
"""

import random
from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.matching import link
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import named, there

_GIVEN = ("Amelia", "Oliver", "Jack", "Noah", "Isla", "Ava", "Mia", "Leo", "Omar")
_FAMILY = ("Smith", "Jones", "Khan", "Patel", "Nowak", "Nguyen", "Silva", "Kim")
_BROTHER = {"date_of_birth": date(2012, 9, 17), "year": "6", "gender": "M"}
_HOME = {"extra": {"postcode": "B13 9QX", "address": "14 Quay Road"}}
_MAIL = {"email": "mum77@x.org", "user_name": "mum77"}
_NUMBER = {"national_id": "H801200001001"}

Values = dict[str, Any]


def _site() -> list[Student]:
    """Draw a site; a few have a twin."""
    drawn = random.Random(1)
    found = []
    for n in range(600):
        one = Student(
            key=StudentKey(f"b{n}"),
            site_id=SiteId("b"),
            given_name=drawn.choice(_GIVEN),
            family_name=drawn.choice(_FAMILY),
            date_of_birth=date(
                drawn.randint(2006, 2017), drawn.randint(1, 12), drawn.randint(1, 28)
            ),
            gender=drawn.choice("FM"),
            year="5",
        )
        found.append(one)
        if n % 60 == 0:
            found.append(
                attrs.evolve(one, key=StudentKey(f"t{n}"), given_name="Wilfred")
            )
    return found


_SITE = _site()
_COMING = [
    attrs.evolve(one, key=StudentKey(f"a{one.key}"), site_id=SiteId("a"))
    for one in _SITE[:150]
]


def _given(*names: str) -> list[Values]:
    return [{"given_name": name} for name in names]


PAIRS: dict[str, list[Values]] = {
    **{
        f"{one} and {other}": _given(one, other)
        for one, other in (
            ("Amandeep", "Amanpreet"),
            ("Jiaxin", "Jiayi"),
            ("Temitope", "Temitayo"),
            ("Chinedu", "Chinwendu"),
            ("Abdulhadi", "Abdulali"),
            ("Mia J", "Jada"),
            ("Andre", "De Andre"),
        )
    },
    "one first name": [
        {"given_name": "Jia", "middle_name": "Hui"},
        {"given_name": "Jia", "middle_name": "Hao"},
    ],
    "one column and two": [
        {"given_name": "Maria Jose"},
        {"given_name": "Maria", "middle_name": "Luisa"},
    ],
    "one column and two, of a name nobody lists": [
        {"given_name": "Jia Hui"},
        {"given_name": "Jia", "middle_name": "Hao"},
    ],
    "one column and two, of the first name of many": [
        {"given_name": "Muhammad A"},
        {"given_name": "Muhammad", "middle_name": "Ali"},
    ],
    "one column and two, with another initial": [
        {"given_name": "James T"},
        {"given_name": "James", "middle_name": "Robert"},
    ],
    "a middle and a preferred name": [
        {"given_name": "Mohammed", "middle_name": "Ali"},
        {"given_name": "Mohammed", "preferred_name": "Hassan"},
    ],
    "a boy and a girl": [
        {"given_name": "Sam", "gender": "M"},
        {"given_name": "Samantha", "gender": "F"},
    ],
    "brothers of one home": [
        {"given_name": "Mohammed", "middle_name": "Tariq", "gender": "M", **_HOME},
        {"given_name": "Mohammed", "middle_name": "Tariq", **_BROTHER, **_HOME},
    ],
    "brothers of one email": [
        {"given_name": "Mohammed", "gender": "M", **_MAIL},
        {"given_name": "Mohammed", **_BROTHER, **_MAIL},
    ],
    "a sister's number": [
        {"given_name": "Jayden", "gender": "M", **_NUMBER},
        {"given_name": "Kayden", **_BROTHER, **_NUMBER},
    ],
    "a number of somebody else": [
        {"given_name": "Ali", "gender": "M", **_NUMBER},
        {"given_name": "Ali", "family_name": "Brown", **_BROTHER, **_NUMBER},
    ],
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)
def test_look_alikes_in_a_large_import_are_for_a_person(pair: list[Values]) -> None:
    """No two children are matched unseen, whoever else comes (MATCH-1, PREV-3)."""
    base = Student(
        key=StudentKey("coming"),
        site_id=SiteId("a"),
        family_name="Okonjo",
        date_of_birth=date(2014, 3, 5),
        gender="F",
        year="5",
    )
    coming, other = (attrs.evolve(base, **values) for values in pair)
    for more, site in (([], []), (_COMING, _SITE)):
        found = link([*more, coming], [*site, there(other, "other")])[-1]
        assert found.match is None or found.needs_review


@pytest.mark.parametrize(
    "slip",
    [
        {"family_name": "Fordhan"},
        {"family_name": "Fordham-Price"},
        {"date_of_birth": date(2015, 9, 13)},
        {"date_of_birth": date(2015, 12, 9)},
    ],
)
def test_the_record_itself_is_offered_before_one_with_a_slip(
    slip: dict[str, Any],
) -> None:
    """Of two records at one home the same comes before the near one (PREV-3)."""
    home = {"extra": {"postcode": "B36 4EN", "address": "148 High Road"}}
    born = {"date_of_birth": date(2015, 9, 12)}
    child = named("Amina", "Fordham", **born, **home)
    same, near = there(child, "same"), there(child, "near", **slip)
    (found,) = link([child], [near, same])
    assert found.candidates[0].key == "same"
