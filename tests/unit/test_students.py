"""Students as values: what they refuse, and that nothing of a child is told."""

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest

from student_transfer.permissions import Actor, ActorId, Role
from student_transfer.sites import SchoolId, SiteId
from student_transfer.students import TEXT_FIELDS, Student, StudentKey

_FIELDS = [each.name for each in attrs.fields(Student)]


def made(**fields: Any) -> Student:
    """Make a student of any fields."""
    return Student(**{"key": StudentKey("1"), "site_id": SiteId("a"), **fields})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", 7),
        ("site_id", None),
        ("given_name", None),
        ("year", 6),
        ("student_id", 1001),
        ("email", b"maya@example.org"),
        ("date_of_birth", "2014-03-05"),
        ("date_of_birth", datetime(2014, 3, 5, tzinfo=UTC)),
    ],
)
def test_a_field_of_another_type_is_refused_by_name(field: str, value: object) -> None:
    """CODE-10, PERM-3: the message names field and type, and never the value."""
    with pytest.raises(TypeError, match=f"^{field} of a student has to be") as refused:
        made(**{field: value})
    assert type(value).__name__ in str(refused.value)
    assert "2014" not in str(refused.value)
    assert "maya" not in str(refused.value)


def test_every_field_that_is_a_text_is_known_as_one() -> None:
    """MATCH-2: what looks at the texts of a student misses none, however many."""
    student = made()
    texts = [name for name in _FIELDS if isinstance(getattr(student, name), str)]
    assert list(TEXT_FIELDS) == texts


@pytest.mark.parametrize("blank", ["", " ", "\n\u00a0"])
@pytest.mark.parametrize("field", ["key", "site_id"])
def test_a_blank_key_is_refused_by_name(field: str, blank: str) -> None:
    """REV-2: as a match it would be taken for none."""
    told = f"^{field} of a student has to be a text that is not blank$"
    with pytest.raises(TypeError, match=told):
        made(**{field: blank})


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("key", 1, "key of a student has to be a text, and is of type int"),
        ("email", 1, "email of a student has to be a text, blank if not known, and is"),
        (
            *("date_of_birth", datetime(2014, 3, 5, tzinfo=UTC)),
            r"has to be a datetime\.date or None \(take the \.date\(\) of it\), and is",
        ),
        (
            "date_of_birth",
            "2014",
            r"has to be a datetime\.date or None, and is of type",
        ),
    ],
)
def test_it_is_said_what_to_give(field: str, value: object, told: str) -> None:
    """CODE-10: what is never blank is not said to be, and a day is in a time."""
    with pytest.raises(TypeError, match=told):
        made(**{field: value})


def test_what_is_not_known_is_blank() -> None:
    """MATCH-5: a blank text, and no date."""
    assert made().given_name == ""
    assert made(date_of_birth=date(2014, 3, 5)).date_of_birth == date(2014, 3, 5)
    assert made().date_of_birth is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("enrolments", {1}), ("enrolments", {None}), ("provenance", {"x"})],
)
def test_what_a_set_has_of_another_type_is_refused(field: str, value: object) -> None:
    """A storage would stumble over it later."""
    fields: dict[str, Any] = {"key": "1", "site_id": "a", field: value}
    with pytest.raises(TypeError, match=r"^each .* has to be a"):
        Student(**fields)


def test_one_text_is_no_set_of_schools() -> None:
    """PERM-2: its letters would be schools."""
    school: Any = "elm"
    with pytest.raises(TypeError, match="a set of school ids"):
        made(enrolments=school)
    with pytest.raises(TypeError, match="a set of school ids"):
        Actor(ActorId("h"), SiteId("a"), Role.SCHOOL_ADMINISTRATOR, school)
    assert made(enrolments=[SchoolId("elm")]).enrolments == {"elm"}


class _NotAvailable:
    """What a data frame has for a blank: neither true nor false."""

    def __bool__(self) -> bool:
        raise TypeError("boolean value of NA is ambiguous")


@pytest.mark.parametrize("value", [float("nan"), _NotAvailable(), 0, 7, False, b"7"])
def test_a_further_field_that_is_no_text_is_refused_by_name(value: object) -> None:
    """MATCH-5: NaN on both sides is two blanks, and would agree."""
    told = r"^'Card' in extra has to be a text, left out if not known, and is of type "
    for extra in ({"Card": value}, [("Card", value)]):
        with pytest.raises(TypeError, match=told + type(value).__name__):
            made(extra=extra)


@pytest.mark.parametrize("extra", [None, 7, {1: "x"}, {None: "x"}])
def test_further_fields_are_texts_by_name(extra: object) -> None:
    """A name that is no text, and no fields at all, are refused as well."""
    with pytest.raises(TypeError, match=r"in extra has to be a text|^extra has to be"):
        made(extra=extra)


def test_a_further_field_that_is_not_known_is_left_out() -> None:
    """MATCH-5: a blank text and None say nothing."""
    assert made(extra={"Card": None, "Zone": "", "House": "Red"}).extra == (
        ("House", "Red"),
    )


class _Text(str):
    """A text of a driver's or a host's own kind."""

    __slots__ = ()


def test_a_text_of_a_kind_of_its_own_is_a_text() -> None:
    """What is refused are numbers and the like, which no comparison can read."""
    one = Student(key=StudentKey(_Text("1")), site_id=SiteId("a"))
    assert one.key == "1"
    wrong: dict[str, Any] = {"year": 6}
    with pytest.raises(TypeError, match="year of a student has to be a text"):
        attrs.evolve(one, **wrong)
