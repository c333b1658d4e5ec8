"""Properties of the matching that hold for all students."""

import random
from datetime import date
from typing import Any

import attrs
from hypothesis import assume, given
from hypothesis import strategies as st

from student_transfer.matching import (
    FieldComparison,
    Frequencies,
    ImportAs,
    Level,
    blocking_keys,
    compare,
    suggest,
    terms,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing import strategies

GIVEN = ("Amelia", "Oscar", "Mohammed", "Zoë", "Katarzyna", "Priya", "Anne-Marie")
FAMILY = ("Smith", "Khan", "O'Brien", "de la Cruz", "Nowak", "Patel-Jones", "Begum")
PLAIN_PAIRS = (
    ("Amelia", "Oscar"),
    ("Hassan", "Hussain"),
    ("Jack", "Thomas"),
    ("Priya", "Anjali"),
    ("Ella", "Emma"),
    ("Jayden", "Kayden"),
    ("Muhammad Ali", "Muhammad Hamza"),
)

sites = st.builds(
    Frequencies,
    st.integers(0, 100_000),
    st.dictionaries(
        st.sampled_from([("given", "amelia"), ("given", "zoe"), ("family", "khan")]),
        st.integers(0, 500),
    ),
)


@st.composite
def full_students(draw: st.DrawFn, key: str = "1") -> Student:
    """Draw a student with every field filled in that identifies a child."""
    number = draw(st.integers(0, 99_999_999))
    born = st.dates(date(2008, 1, 2), date(2019, 12, 31)).filter(
        lambda day: day.day < 28
    )
    return Student(
        key=StudentKey(key),
        site_id=SiteId("a"),
        given_name=draw(st.sampled_from(GIVEN)),
        middle_name=draw(st.sampled_from(("Rose", "James", "Noor"))),
        family_name=draw(st.sampled_from(FAMILY)),
        date_of_birth=draw(born),
        gender=draw(st.sampled_from("FM")),
        year=draw(st.sampled_from(("3", "Year 6", "9"))),
        national_id=f"A8012{number:08}",
    )


def _there(student: Student, key: str = "9", **changes: Any) -> Student:
    changed = attrs.evolve(student, **changes)
    return attrs.evolve(changed, key=StudentKey(key), site_id=SiteId("b"))


def _exchange(born: date) -> date:
    return date(born.year, born.day, born.month) if born.day <= 12 else born


def _wrong_digit(born: date) -> date:
    return born.replace(day=born.day + 1 if born.day % 10 < 8 else born.day - 1)


def _corruptions(student: Student) -> list[dict[str, Any]]:
    """Write the child in every known second way, one at a time (MATCH-3)."""
    given_name, family, born = (
        student.given_name,
        student.family_name,
        student.date_of_birth,
    )
    assert born is not None
    slip = given_name[:1] + given_name[2] + given_name[1] + given_name[3:]
    return [
        {"given_name": slip},
        {"given_name": given_name.upper(), "family_name": family.lower()},
        {"given_name": family, "family_name": given_name},
        {"family_name": family.replace("-", " ").split()[0]},
        {"family_name": "Wolfeschlegel"},
        {"date_of_birth": _exchange(born)},
        {"date_of_birth": _wrong_digit(born)},
        *(
            {field: ""}
            for field in ("given_name", "middle_name", "family_name", "gender", "year")
        ),
        {"date_of_birth": None},
        {"national_id": ""},
    ]


roster = st.lists(
    strategies.students(site_id="b"), max_size=6, unique_by=lambda one: one.key
)
incoming_rosters = st.lists(
    strategies.students(site_id="a"), max_size=5, unique_by=lambda one: one.key
)
alike = st.lists(full_students(), min_size=1, max_size=5).map(
    lambda found: [
        attrs.evolve(one, key=StudentKey(str(number)), national_id="")
        for number, one in enumerate(found)
    ]
)


def _all(
    incoming: list[Student], existing: list[Student]
) -> dict[StudentKey, list[Student]]:
    return {student.key: existing for student in incoming}


@given(strategies.students(), strategies.students(site_id="b"), sites)
def test_the_score_is_a_probability_and_symmetric(
    left: Student, right: Student, site: Frequencies
) -> None:
    """Which of two records came in does not count (MATCH-6)."""
    one, other = compare(left, right, site), compare(right, left, site)
    assert 0 <= one.probability <= 1
    assert one == other


@given(strategies.students(), strategies.students(site_id="b"), sites)
def test_nothing_scores_higher_than_a_record_against_itself(
    left: Student, right: Student, site: Frequencies
) -> None:
    """No other record agrees better with a record than itself."""
    itself = compare(left, left, site).weight
    assert compare(left, right, site).weight <= itself + 1e-9


@given(
    strategies.students() | full_students(),
    strategies.students(site_id="b") | full_students(),
    st.sampled_from([field.name for field in attrs.fields(Student)][2:13]),
    sites,
)
def test_removing_a_value_never_speaks_against(
    left: Student, right: Student, field: str, site: Frequencies
) -> None:
    """A missing value is no evidence either way (MATCH-5)."""
    blank = None if field == "date_of_birth" else ""
    removed: dict[str, Any] = {field: blank}
    spoken = {field, *(NAMES if field in NAMES else ())}
    before = compare(left, right, site).fields
    # A swap explains why the names differ in place; without one of them they differ.
    assume(field not in NAMES or before[0].level is not Level.SWAPPED)
    after = compare(attrs.evolve(left, **removed), right, site).fields
    lost = sum(max(0.0, one.weight) for one in before if one.field in spoken)
    assert _sum(after) >= _sum(before) - lost - 1e-9


NAMES = ("given_name", "middle_name", "family_name", "preferred_name", "full_name")


def _sum(fields: tuple[FieldComparison, ...]) -> float:
    """Add up what the values weigh; the siblings' part is no value's."""
    return sum(one.weight for one in fields if one.field != "siblings")


@given(
    strategies.students(),
    strategies.students(site_id="b"),
    st.integers(0, 50),
    st.integers(0, 1000),
)
def test_a_rarer_name_never_weighs_less(
    left: Student, right: Student, rare: int, more: int
) -> None:
    """What fewer students of the site have weighs as much or more (MATCH-5)."""
    shared = terms(left) - {("national_id", left.national_id)}
    weights = [
        sum(one.weight for one in compare(left, right, site).fields[:4])
        for site in (
            Frequencies(2000, dict.fromkeys(shared, rare)),
            Frequencies(2000, dict.fromkeys(shared, rare + more)),
        )
    ]
    assert weights[0] >= weights[1] - 1e-9


@given(incoming_rosters | alike, roster | alike, sites, st.randoms())
def test_the_order_of_students_and_candidates_does_not_count(
    incoming: list[Student],
    existing: list[Student],
    site: Frequencies,
    shuffle: random.Random,
) -> None:
    """Same input, same result, in any order (PREV-5)."""
    found = suggest(incoming, _all(incoming, existing), site)
    by_key = dict(zip([one.key for one in incoming], found, strict=True))
    shuffled, others = incoming[:], existing[:]
    shuffle.shuffle(shuffled)
    shuffle.shuffle(others)
    again = suggest(shuffled, _all(shuffled, others), site)
    assert list(again) == [by_key[one.key] for one in shuffled]


@given(incoming_rosters | alike, roster | alike, sites)
def test_matching_is_one_to_one(
    incoming: list[Student], existing: list[Student], site: Frequencies
) -> None:
    """No student of the site is the match of two (PREV-4)."""
    found = suggest(incoming, _all(incoming, existing), site)
    matches = [one.match for one in found if one.match is not None]
    assert len(matches) == len(set(matches))
    for one in found:
        assert (one.match is not None) is (one.import_as is ImportAs.MATCHED)
        offered = {candidate.key for candidate in one.candidates}
        assert one.match is None or one.match in offered
        assert one.needs_review or one.match or not offered


@given(full_students(), st.integers(200, 20_000))
def test_each_corruption_alone_is_matched_or_offered(child: Student, size: int) -> None:
    """One child written in two ways is found and shown (MATCH-3)."""
    for changes in _corruptions(child):
        there = _there(child, **changes)
        assert blocking_keys(child) & blocking_keys(there)
        found = suggest([child], {child.key: [there]}, Frequencies(size))[0]
        assert [candidate.key for candidate in found.candidates] == ["9"], changes


@given(full_students(), st.sampled_from(PLAIN_PAIRS), st.booleans(), sites)
def test_twins_are_never_matched_automatically(
    child: Student, names: tuple[str, str], same_email: bool, site: Frequencies
) -> None:
    """Family name, birthday and email do not make two children one (MATCH-4)."""
    one = attrs.evolve(
        child,
        given_name=names[0],
        middle_name="",
        national_id="",
        email="family@example.org" if same_email else "",
    )
    found = suggest([one], {one.key: [_there(one, given_name=names[1])]}, site)[0]
    assert found.match is None
    assert found.needs_review


@given(full_students(), st.dates(date(2008, 1, 2), date(2019, 12, 31)), sites)
def test_namesakes_of_another_birthday_are_never_matched_automatically(
    child: Student, born: date, site: Frequencies
) -> None:
    """A common name and a reused local ID are not a child (MATCH-4)."""
    assume(born != child.date_of_birth)
    one = attrs.evolve(child, middle_name="", national_id="", student_id="1001")
    there = _there(one, date_of_birth=born)
    assert suggest([one], {one.key: [there]}, site)[0].match is None


@given(alike, alike, sites)
def test_an_unrelated_student_changes_nobodys_match(
    incoming: list[Student], existing: list[Student], site: Frequencies
) -> None:
    """A stranger on either side leaves every suggestion as it was (PREV-5)."""
    stranger = Student(
        key=StudentKey("stranger"),
        site_id=SiteId("b"),
        given_name="Ottokar",
        family_name="Wolfeschlegel",
        date_of_birth=date(2007, 7, 7),
    )
    before = suggest(incoming, _all(incoming, existing), site)
    more = [*incoming, attrs.evolve(stranger, site_id=SiteId("a"))]
    after = suggest(more, _all(more, [*existing, stranger]), site)
    assert after[:-1] == before
    assert after[-1].match == stranger.key


@given(strategies.students(), strategies.students())
def test_equal_students_have_equal_keys_and_terms(
    left: Student, right: Student
) -> None:
    """What storage keeps depends on what identifies the student alone."""
    same = attrs.evolve(left, enrolments=right.enrolments, extra=right.extra)
    assert blocking_keys(same) == blocking_keys(left)
    assert terms(same) == terms(left)
