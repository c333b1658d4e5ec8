"""Whether two rows under one identifier are of two children."""

from datetime import date

import pytest
from hypothesis import given

from student_transfer.formats.two_children import (
    are_hardly_one,
    are_of_two,
    contradicts,
    may_be_two,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing.strategies import students

SITE = SiteId("a")


def child(given: str, family: str, born: str = "", national_id: str = "") -> Student:
    """Make a student."""
    return Student(
        key=StudentKey("1"),
        site_id=SITE,
        given_name=given,
        family_name=family,
        date_of_birth=date.fromisoformat(born) if born else None,
        national_id=national_id,
    )


ADA = child("Ada", "Ng", "2012-02-14", "X4711001")


@pytest.mark.parametrize(
    ("other", "contradicting"),
    [
        (child("Bob", "Oz", "2011-01-01"), True),
        (child("Bob", "Oz"), True),
        (child("Bob", "Oz", "2012-02-14"), False),
        (child("Bob", "Oz", "2011-01-01", "x4711001"), True),
        (child("Ada", "Oz", "2011-01-01"), False),
        (child("Bob", "Ng", "2011-01-01"), True),
        (child("Bob", "Ng", "2012-02-15"), False),
        (child("Bob", "Ng"), False),
        (child("Bob", "Ng", "2011-01-01", "x4711001"), False),
        (child("ng", "ÁDA", "2011-01-01"), False),
        (child("", "", "2011-01-01"), False),
        (child("", "Ng", "2011-01-01"), True),
        (child("", "Ng", "2012-02-15"), False),
        (child("", "Ng"), False),
        (child("Unknown", "TBC", "2011-01-01"), False),
        (child("Ada-Mei", "Ng", "2011-01-01"), False),
    ],
)
def test_what_cannot_be_one_child(other: Student, *, contradicting: bool) -> None:
    """One identifier stands for two children when nothing known agrees (MATCH-4)."""
    assert contradicts(ADA, other) is contradicting
    assert contradicts(other, ADA) is contradicting


@pytest.mark.parametrize(
    ("other", "maybe"),
    [
        (child("Ada", "Oz", "2012-02-14"), False),
        (child("Ada", "Oz"), False),
        (child("Bob", "Ng", "2012-02-14"), True),
        (child("Bob", "Ng", "2012-02-14", "x4711001"), False),
        (child("Bob", "Ng", "2009-11-30", "x4711001"), True),
        (child("", "Ng", "2012-02-14"), False),
        (child("Ada", "Ng", "2009-11-30"), True),
        (child("Ada", "Ng"), False),
    ],
)
def test_who_may_be_brother_or_sister(other: Student, *, maybe: bool) -> None:
    """Twins share the birthday, and namesakes the name (MATCH-4)."""
    assert may_be_two(ADA, other) is maybe
    assert may_be_two(other, ADA) is maybe


@given(students())
def test_a_student_does_not_contradict_itself(student: Student) -> None:
    """Whatever a student's names are, they are the student's own."""
    assert not contradicts(student, student)


@pytest.mark.parametrize("placeholder", ["999999999", "1.23457E+11", "000-00-0000"])
def test_a_placeholder_is_no_proof_of_one_child(placeholder: str) -> None:
    """Every child without a number of their own has it (MATCH-1, MATCH-5)."""
    ada = child("Ada", "Ng", "2012-02-14", placeholder)
    eve = child("Eve", "Ng", "2016-11-30", placeholder)
    assert contradicts(ada, eve)
    assert may_be_two(ada, eve)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (child("Ada", "Ng", "1900-01-01"), child("Bob", "Oz", "1900-01-01")),
        (child("Unknown", "Ng", "2012-02-14"), child("Unknown", "Oz", "2011-01-01")),
        (child("Unknown", "Ng", "2012-02-14"), child("Unknown", "Ng", "2009-11-30")),
        (child("", "Ng", "2012-02-14"), child("", "Ng", "2009-11-30")),
    ],
)
def test_what_is_not_known_is_nothing_in_common(left: Student, right: Student) -> None:
    """Every child of whom it is not known has the same (MATCH-5)."""
    assert contradicts(left, right)
    assert contradicts(right, left)


def test_an_unknown_given_name_is_no_other_one() -> None:
    """Whether it is a sister's cannot be told by it (MATCH-5)."""
    assert not may_be_two(ADA, child("Unknown", "Ng", "2012-02-14"))


def test_any_two_rows_of_one_identifier_may_contradict() -> None:
    """The first may be one of whom nothing is known (MATCH-1)."""
    nobody, bob = child("", ""), child("Bob", "Oz", "2011-01-01")
    assert are_of_two([nobody, ADA, nobody, bob])
    assert not are_of_two([nobody, ADA, ADA])
    assert not are_of_two([])


def test_one_child_is_not_written_in_very_many_ways() -> None:
    """They are not all compared, and none of them is believed (MATCH-1)."""
    many = [child("Ada", f"Ng {'x' * place}") for place in range(1, 100)]
    assert are_of_two(many)
    assert not are_of_two(many[:10])


@pytest.mark.parametrize(
    ("other", "hardly"),
    [
        (child("Bob", "Oz", "2011-01-01"), True),
        (child("Bob", "Ng"), True),
        (child("Bob", "Ng", "2012-02-14"), False),
        (child("Bob", "Ng", "", "x4711001"), False),
        (child("Adah", "Ng"), False),
        (child("", "Ng"), False),
    ],
)
def test_who_is_hardly_twice_in_a_roster(other: Student, *, hardly: bool) -> None:
    """Another given name, and nothing of the child's own in common (MATCH-4)."""
    assert are_hardly_one(ADA, other) is hardly
    assert are_hardly_one(other, ADA) is hardly
