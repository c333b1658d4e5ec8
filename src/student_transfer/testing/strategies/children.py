"""Children, other ways to write them, and other children who look like them."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import attrs
from hypothesis import assume
from hypothesis import strategies as st

from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.strategies.any_values import keys

_Fields = Mapping[str, Any]
_Way = Callable[[st.DrawFn, Student], _Fields]

_WRITTEN = {
    "Amelia": ("Millie", "Amélia", "Амелия"),
    "Daniel": ("Dan", "DANIËL", "Даниел"),
    "Mohammed": ("Mo", "Muhammad", "محمد"),
    "Aleksandra": ("Ola", "Alexandra", "Александра"),
    "Katarzyna": ("Kasia", "Katarżyna", "КАТАРЗИНА"),
    "Thomas": ("Tom", "Thómas", "Томас"),
}
"""Given names, each with a short form, another spelling and another script."""

_OTHERS = ("Sophie", "Oscar", "Priya", "Jack", "Chidubem", "Ling")
"""Given names that have nothing in common with those of `_WRITTEN`."""

_FAMILIES = ("Smith", "Khan", "O'Brien", "de la Cruz", "Nowak", "Patel-Jones", "Begum")
_NOT_KNOWN = ("", "Unknown", "N/A", "-", "TBC")
_STREETS = ("Mill Street", "Rees Place", "Hoseason Avenue")


@st.composite
def full_students(
    draw: st.DrawFn, *, site_id: str = "site", key: st.SearchStrategy[str] = keys
) -> Student:
    """Draw a student with every field filled in by which a child is known.

    The day of birth could be read as a month, and is not the month itself, so that
    everything in `WAYS` can happen to the student.
    """
    number = draw(st.integers(10_000, 99_999))
    month = draw(st.integers(2, 12))
    day = draw(st.integers(2, 12).filter(lambda day: day != month))
    return Student(
        key=StudentKey(draw(key)),
        site_id=SiteId(site_id),
        given_name=draw(st.sampled_from(sorted(_WRITTEN))),
        middle_name=draw(st.sampled_from(("Rose", "James", "Noor"))),
        family_name=draw(st.sampled_from(_FAMILIES)),
        date_of_birth=date(draw(st.integers(2008, 2018)), month, day),
        gender=draw(st.sampled_from("FM")),
        year=draw(st.sampled_from(("3", "Year 6", "9"))),
        national_id=f"A80120{number}001",
        student_id=f"S{number}",
        user_name=f"user{number}",
        email=f"u{number}@example.org",
        extra={
            "postcode": f"B{number % 90 + 10} {draw(st.integers(1, 9))}QX",
            "address": f"{number % 97 + 1} {draw(st.sampled_from(_STREETS))}",
        },
    )


def _typing_error(draw: st.DrawFn, student: Student) -> _Fields:
    return {"given_name": _slip(draw, student.given_name)}


def _family_typing_error(draw: st.DrawFn, student: Student) -> _Fields:
    return {"family_name": _slip(draw, student.family_name)}


def _slip(draw: st.DrawFn, name: str) -> str:
    """Exchange two letters that differ, after the first one."""
    places = [
        at
        for at in range(1, len(name) - 1)
        if name[at : at + 2].isalpha() and name[at].lower() != name[at + 1].lower()
    ]
    at = draw(st.sampled_from(places))
    return name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def _nickname(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"given_name": _WRITTEN[student.given_name][0]}


def _transliterated(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"given_name": _WRITTEN[student.given_name][1]}


def _other_script(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"given_name": _WRITTEN[student.given_name][2]}


def _goes_by(draw: st.DrawFn, student: Student) -> _Fields:
    other = draw(st.sampled_from(_OTHERS))
    return {"given_name": other, "preferred_name": student.given_name}


def _middle_first(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"given_name": student.middle_name, "middle_name": student.given_name}


def _swapped(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"given_name": student.family_name, "family_name": student.given_name}


def _part_of_family_name(_draw: st.DrawFn, student: Student) -> _Fields:
    """Leave a part out or, where the name has one part, the other site has two."""
    first, *others = student.family_name.split("-")
    return {"family_name": first if others else f"{first}-Wood"}


def _changed_family_name(_draw: st.DrawFn, _student: Student) -> _Fields:
    return {"family_name": "Wolfeschlegel"}


def _no_middle_name(_draw: st.DrawFn, _student: Student) -> _Fields:
    return {"middle_name": ""}


def _middle_initial(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"middle_name": student.middle_name[0]}


def _case(_draw: st.DrawFn, student: Student) -> _Fields:
    return {
        "given_name": student.given_name.upper(),
        "family_name": student.family_name.lower(),
    }


def _punctuation(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"family_name": student.family_name.replace("'", "").replace("-", " ")}


def _day_and_month(_draw: st.DrawFn, student: Student) -> _Fields:
    born = _born(student)
    return {"date_of_birth": born.replace(month=born.day, day=born.month)}


def _wrong_day(draw: st.DrawFn, student: Student) -> _Fields:
    born = _born(student)
    tens, ones = divmod(born.day, 10)
    days = [10 * tens + one for one in range(10) if one not in {ones, 0}]
    return {"date_of_birth": born.replace(day=draw(st.sampled_from(days)))}


def _wrong_year(draw: st.DrawFn, student: Student) -> _Fields:
    born = _born(student)
    tens, ones = divmod(born.year, 10)
    years = [10 * tens + one for one in range(10) if one != ones]
    return {"date_of_birth": born.replace(year=draw(st.sampled_from(years)))}


def _no_day(draw: st.DrawFn, student: Student) -> _Fields:
    born = _born(student)
    known = draw(st.sampled_from((f"{born:%Y}", f"{born:%Y-%m}")))
    extra = {**dict(student.extra), "date_of_birth": known}
    return {"date_of_birth": None, "extra": extra}


def _next_year(_draw: st.DrawFn, student: Student) -> _Fields:
    return {"year": {"3": "4", "Year 6": "Year 7", "9": "10"}[student.year]}


def _moved(_draw: st.DrawFn, _student: Student) -> _Fields:
    return {"extra": {"postcode": "M1 1AE", "address": "200 Quay Road"}}


def _without(field: str) -> _Way:
    def without(draw: st.DrawFn, _student: Student) -> _Fields:
        is_name = field.endswith("name")
        return {field: draw(st.sampled_from(_NOT_KNOWN)) if is_name else ""}

    return without


def _no_birth(draw: st.DrawFn, _student: Student) -> _Fields:
    placeholders = (None, date(1900, 1, 1), date(1970, 1, 1), date(1111, 11, 11))
    return {"date_of_birth": draw(st.sampled_from(placeholders))}


def _born(student: Student) -> date:
    assert student.date_of_birth is not None, "full students have one"
    return student.date_of_birth


WAYS: Mapping[str, _Way] = {
    "typing error in the given name": _typing_error,
    "typing error in the family name": _family_typing_error,
    "nickname": _nickname,
    "another spelling of the given name": _transliterated,
    "given name in another script": _other_script,
    "goes by the preferred name": _goes_by,
    "given and middle name exchanged": _middle_first,
    "given and family name swapped": _swapped,
    "part of the family name": _part_of_family_name,
    "changed family name": _changed_family_name,
    "missing middle name": _no_middle_name,
    "initial of the middle name": _middle_initial,
    "other case": _case,
    "without apostrophe and hyphen": _punctuation,
    "day and month exchanged": _day_and_month,
    "one wrong digit in the day": _wrong_day,
    "one wrong digit in the year": _wrong_year,
    "date of birth known in part": _no_day,
    "a year later": _next_year,
    "moved house": _moved,
    "missing given name": _without("given_name"),
    "missing family name": _without("family_name"),
    "missing date of birth": _no_birth,
    "missing gender": _without("gender"),
    "missing year": _without("year"),
    "missing national identifier": _without("national_id"),
}
"""The ways in which one child is written twice (MATCH-3); see `written_otherwise`."""


@st.composite
def written_otherwise(
    draw: st.DrawFn, student: Student, way: str, *, site_id: str = "there"
) -> Student:
    """Draw the record that another site has of a student of `full_students`.

    Args:
        draw: Given by Hypothesis.
        student: The student.
        way: What befell the record; one of `WAYS`.
        site_id: The other site.
    """
    fields = WAYS[way](draw, student)
    key = StudentKey(f"{student.key}-there")
    return attrs.evolve(student, **{"key": key, "site_id": SiteId(site_id), **fields})


def _another(draw: st.DrawFn, student: Student) -> dict[str, Any]:
    """Return what another child has of its own."""
    number = draw(st.integers(10_000, 99_999))
    assume(str(number) not in student.national_id)
    return {
        "national_id": draw(st.sampled_from(("", f"B30199{number}777"))),
        "student_id": f"T{number}",
        "user_name": f"pupil{number}",
        "email": "",
        "middle_name": draw(st.sampled_from(("", "Quinn"))),
        "gender": draw(st.sampled_from(("", "F", "M"))),
    }


def _twin(draw: st.DrawFn, student: Student) -> _Fields:
    return {**_another(draw, student), "given_name": draw(st.sampled_from(_OTHERS))}


def _twin_of_one_email(draw: st.DrawFn, student: Student) -> _Fields:
    return {**_twin(draw, student), "email": student.email}


def _twin_of_the_next_number(draw: st.DrawFn, student: Student) -> _Fields:
    following = student.national_id[:-1] + "2"
    return {**_twin(draw, student), "national_id": following}


def _twin_with_a_name_alike(draw: st.DrawFn, student: Student) -> _Fields:
    alike = {
        "Amelia": "Amelie",
        "Daniel": "Danielle",
        "Mohammed": "Mahmood",
        "Aleksandra": "Aleksander",
        "Katarzyna": "Matarzyna",
        "Thomas": "Thomasa",
    }
    return {**_another(draw, student), "given_name": alike[student.given_name]}


def _twin_without_a_name(draw: st.DrawFn, student: Student) -> _Fields:
    unknown = draw(st.sampled_from(_NOT_KNOWN))
    return {**_another(draw, student), "given_name": unknown}


def _sibling(draw: st.DrawFn, student: Student) -> _Fields:
    born = _born(student)
    later = born.replace(year=born.year + 2, month=13 - born.month, day=20)
    return {**_twin_of_one_email(draw, student), "date_of_birth": later, "year": "1"}


def _namesake(draw: st.DrawFn, student: Student) -> _Fields:
    born = _born(student)
    years = st.sampled_from([y for y in range(2006, 2021) if abs(y - born.year) > 1])
    other = date(draw(years), 13 - born.month, draw(st.integers(20, 28)))
    own = {**_another(draw, student), **_moved(draw, student)}
    return {**own, "date_of_birth": other, "gender": student.gender}


def _namesake_of_one_number(draw: st.DrawFn, student: Student) -> _Fields:
    same = {"student_id": student.student_id, "user_name": student.user_name}
    return {**_namesake(draw, student), **same}


def _stranger_of_one_number(draw: st.DrawFn, student: Student) -> _Fields:
    other = {"given_name": draw(st.sampled_from(_OTHERS)), "family_name": "Novotny"}
    return {**_namesake_of_one_number(draw, student), **other}


def _of_one_birthday(draw: st.DrawFn, student: Student) -> _Fields:
    other = {"given_name": draw(st.sampled_from(_OTHERS)), "family_name": "Novotny"}
    return {**_another(draw, student), **_moved(draw, student), **other}


LIKENESSES: Mapping[str, _Way] = {
    "twin": _twin,
    "twin with the family's email": _twin_of_one_email,
    "twin with the next number": _twin_of_the_next_number,
    "twin with a name that looks alike": _twin_with_a_name_alike,
    "twin whose given name is not known": _twin_without_a_name,
    "brother or sister": _sibling,
    "namesake": _namesake,
    "namesake with the same local ID": _namesake_of_one_number,
    "stranger with the same local ID": _stranger_of_one_number,
    "stranger of the same birthday": _of_one_birthday,
}
"""The ways in which two children look like one (MATCH-4); see `look_alikes`."""


@st.composite
def look_alikes(
    draw: st.DrawFn, student: Student, way: str, *, site_id: str = "there"
) -> Student:
    """Draw another child, of another site, who looks like one of `full_students`.

    Args:
        draw: Given by Hypothesis.
        student: The student.
        way: How they look alike; one of `LIKENESSES`.
        site_id: The other child's site.
    """
    fields = LIKENESSES[way](draw, student)
    key = StudentKey(f"{student.key}-other")
    return attrs.evolve(student, **{"key": key, "site_id": SiteId(site_id), **fields})
