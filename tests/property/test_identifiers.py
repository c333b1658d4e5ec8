"""Properties of identifiers that hold however one is written."""

from hypothesis import assume, given
from hypothesis import strategies as st

from student_transfer.linkage.bulk_blocking.roster_blocker import SoughtStudents
from student_transfer.linkage.profiles.identifiers import (
    local_id,
    national_id,
    postcode,
)
from student_transfer.linkage.profiles.profile import profile
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

symbols = st.text("0012345678AX", min_size=6, max_size=13)
marks = st.sampled_from(("", "", "", ".", "-", "/", " "))


@st.composite
def as_written(draw: st.DrawFn, identifier: str) -> str:
    """Draw one way to write an identifier; not as a program writes a number."""
    text = "".join(draw(marks) + symbol for symbol in identifier)
    whole, _, behind = text.strip().rpartition(".")
    assume(not (whole.isdigit() and behind in {"0", "00"}))
    return text


@given(symbols, st.data())
def test_punctuation_is_no_part_of_a_national_identifier(
    identifier: str, data: st.DataObject
) -> None:
    """With dots, hyphens and blanks or without, it is one (MATCH-3)."""
    assert national_id(data.draw(as_written(identifier))) == national_id(identifier)


@given(symbols, symbols, st.data())
def test_two_national_identifiers_never_become_one(
    one: str, other: str, data: st.DataObject
) -> None:
    """Whose letters or digits differ is another child (MATCH-1)."""
    assume(one != other)
    texts = [data.draw(as_written(each)) for each in (one, other)]
    found = [*map(national_id, texts)]
    assert "" in found or found == [one, other]


@given(st.integers(0, 10**13), st.sampled_from((".0", ".00", ".0 ")))
def test_a_whole_number_is_one_with_a_fraction_of_nothing(
    number: int, fraction: str
) -> None:
    """A program for tables takes a column of identifiers for numbers (MATCH-3)."""
    text = str(number)
    for normal in (national_id, local_id, postcode):
        assert normal(text + fraction) == normal(text)


@given(st.integers(100, 99_999), st.integers(100, 99_999), st.data())
def test_a_nought_at_the_front_of_a_postcode_is_none_at_its_end(
    one: int, other: int, data: st.DataObject
) -> None:
    """Each number is one code, as text and as a program writes it (MATCH-1)."""
    ways = st.sampled_from(("{}", "{:05}", "{}.0"))
    texts = [data.draw(ways).format(number) for number in (one, other)]
    left, right = map(postcode, texts)
    assert (left == right) == (one == other) or "" in {left, right}


@given(symbols, st.lists(symbols, max_size=4), st.data())
def test_many_identifiers_are_read_by_the_one_rule(
    identifier: str, others: list[str], data: st.DataObject
) -> None:
    """A search of a whole column finds whom the rule for one text finds (MATCH-1)."""
    column = [
        data.draw(as_written(each) | st.just(f"{each}.0") | st.just(each.lower()))
        for each in (identifier, *others)
    ]
    sought = Student(key=StudentKey("1"), site_id=SiteId("a"), national_id=identifier)
    known = national_id(identifier)
    found = [
        place for place, _, _ in SoughtStudents([profile(sought)]).identified(column)
    ]
    assert found == [
        place
        for place, text in enumerate(column)
        if known and national_id(text) == known
    ]
