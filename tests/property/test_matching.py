"""Properties of the matching that hold for all students."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from student_transfer.linkage.blocking.candidates import (
    CROWD,
    DATED_TO_UNDATED,
    SearchKeys,
    beside_another,
    choose_candidates,
    in_a_crowd,
    search_keys,
)
from student_transfer.linkage.blocking.keys import Room, WeakKeys, keys_of, link_keys
from student_transfer.linkage.bulk_blocking.array_blocker import ArrayBlocker
from student_transfer.linkage.bulk_blocking.array_blocks import ArrayBlocks
from student_transfer.linkage.bulk_blocking.candidate_rows import pick_from
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    Coded,
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.bulk_blocking.row_blocker import RowBlocker
from student_transfer.linkage.comparing.agreement import birth_level, year_level
from student_transfer.linkage.comparing.kinds import KINDS
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.name_agreement import (
    FAMILY_NAMES,
    GIVEN_NAMES,
    NameRules,
    are_unlike,
    name_level,
)
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.profiles.births import birth
from student_transfer.linkage.profiles.profile import Name, profile, values_of
from student_transfer.linkage.proposing.assignment import pair_probabilities
from student_transfer.linkage.proposing.best_pairs import assign
from student_transfer.linkage.proposing.bounds import bounded
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    FieldComparison,
    Frequencies,
    ImportAs,
    Settings,
    Suggestion,
    blocking_keys,
    compare,
    link,
    sought_terms,
    suggest,
    terms,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.testing import strategies
from tests.unit.linkage.people import named, there

NAMES = (
    *("Amelia", "Amelai", "Amelie", "Millie", "Mohammed", "Muhammad Ali", "Mo", "Zoë"),
    *("Amelia Zoë", "Amelia A", "Zoë Amelie"),
    *(
        "Zo",
        "A",
        "Bill",
        "William",
        "Anne-Marie",
        "Annemarie",
        "محمد",
        "李娜",
        "Unknown",
    ),
    *(
        "Khan",
        "Kahn",
        "de la Cruz",
        "Cruz",
        "Al Rahman",
        "Alrahman",
        "Rahman",
        "Patel-Jones",
        "Ng",
    ),
)
"""Names that are related in many ways, so that what is rare by chance is met."""

BIRTHDAYS = (
    *(date(2014, 3, 5), date(2014, 5, 3), date(2014, 3, 6), date(2013, 3, 5)),
    *(date(2014, 3, 27), date(2010, 11, 17), date(1900, 1, 1)),
)
"""Dates of birth that agree with the first one in every way."""

names = st.sampled_from(NAMES)
# Made once: to make these anew for each draw takes longer than to draw from them.
maybe_a_name = st.just("") | names
seldom_a_name = st.just("") | st.just("") | names
maybe_a_birthday = st.none() | st.sampled_from(BIRTHDAYS)
sites = st.builds(
    Frequencies,
    st.integers(0, 100_000),
    st.dictionaries(
        st.sampled_from(
            [
                ("given", "amelia"),
                ("given", "zoe"),
                ("family", "khan"),
                ("full", "amelia khan"),
                ("born", "2014-03-05"),
                ("national_id", "H801200001001"),
                ("postcode", "B139QX"),
            ]
        ),
        st.integers(0, 500),
    ),
)


_NATIONAL_IDS = (
    *("", "H801200001001", "H801200001002", "B912311112112"),
    *("283.045.671-90", "283.456.071-90", "28304567190.0"),
)
_POSTCODES = ("", "B13 9QX", "B13 9QY", "90210", "02134", "2134.0", "2134", "n/a")


@st.composite
def children(draw: st.DrawFn, key: str = "1", site: str = "a") -> Student:
    """Draw a student of few values, so that two of them agree in some way."""
    extra = {
        "postcode": draw(st.sampled_from(_POSTCODES)),
        "address": draw(
            st.sampled_from(("", "14 Mill Street", "Mil St. 14", "3 Rees Place", "-"))
        ),
    }
    born = draw(maybe_a_birthday)
    if born is None:
        extra["date of birth"] = draw(st.sampled_from(("", "2014", "2014-03")))
    return Student(
        key=StudentKey(key),
        site_id=SiteId(site),
        given_name=draw(maybe_a_name),
        middle_name=draw(maybe_a_name),
        family_name=draw(maybe_a_name),
        preferred_name=draw(seldom_a_name),
        date_of_birth=born,
        gender=draw(st.sampled_from(("", "F", "M", "1.0"))),
        year=draw(st.sampled_from(("", "5", "6", "Year 6", "6.0", "9"))),
        national_id=draw(st.sampled_from(_NATIONAL_IDS)),
        student_id=draw(st.sampled_from(("", "1001", "1001.0", "1002"))),
        user_name=draw(st.sampled_from(("", "akhan", "x77"))),
        email=draw(st.sampled_from(("", "amelia@x.org", "khan@x.org", "x77@x.org"))),
        extra=extra,
    )


@st.composite
def rosters(draw: st.DrawFn, site: str, most: int = 6) -> list[Student]:
    """Draw some students of a site."""
    drawn = st.lists(
        children(site=site) | strategies.students(site_id=site), max_size=most
    )
    return [
        attrs.evolve(one, key=StudentKey(f"{site}{number}"))
        for number, one in enumerate(draw(drawn))
    ]


def _there(student: Student, key: str = "9", **changes: Any) -> Student:
    changed = attrs.evolve(student, **changes)
    return attrs.evolve(changed, key=StudentKey(key), site_id=SiteId("b"))


def _all(
    incoming: Iterable[Student], existing: Sequence[Student]
) -> dict[StudentKey, Sequence[Student]]:
    return {student.key: existing for student in incoming}


# One pair -----------------------------------------------------------------------------


@given(children(), children(key="9", site="b"), sites)
def test_which_of_two_records_came_in_does_not_count(
    left: Student, right: Student, site: Frequencies
) -> None:
    """The score is a probability, and the same both ways round (MATCH-6)."""
    one, other = compare(left, right, site), compare(right, left, site)
    assert 0 <= one.probability <= 1
    assert one == other


@given(children(), st.integers(0, 6), st.sampled_from(("", "7", "X")), sites)
def test_nor_does_it_which_of_two_has_the_slip_where_they_live(
    child: Student, at: int, letter: str, site: Frequencies
) -> None:
    """A postcode with a slip, or cut, and the house in other words (MATCH-6)."""
    home = dict(child.extra).get("postcode") or "B13 9QX"
    slip = f"{home[:at]}{letter}{home[at + 1 :]}"
    one, other = (
        attrs.evolve(
            child, key=StudentKey(key), extra={"postcode": code, "address": address}
        )
        for key, code, address in (
            ("1", home, "Flat 2, 14 Mill Street"),
            ("2", slip, "14 Mill St"),
        )
    )
    assert compare(one, other, site) == compare(other, one, site)


@given(strategies.students(), strategies.students(site_id="b"), sites)
def test_any_two_records_can_be_compared(
    left: Student, right: Student, site: Frequencies
) -> None:
    """Whatever a roster holds, the score is a probability, both ways (MATCH-6)."""
    one, other = compare(left, right, site), compare(right, left, site)
    assert 0 <= one.probability <= 1
    assert one == other


@example(named("Mohammed", "Zo"), there(named("Mo", "Mo")), Frequencies(0))
@given(children(), children(key="9", site="b"), sites)
def test_the_sum_is_what_its_steps_add_up_to(
    left: Student, right: Student, site: Frequencies
) -> None:
    """What decides is what is explained, unless nobody would see it (PREV-6).

    A pair that is settled early has names and dates against it, and would not be
    offered. Left out are homes that are alike.
    """
    scorer = Scorer(site, DEFAULT_SETTINGS)
    one, other = profile(left), profile(right)
    found, compared = scorer.weigh(one, other), scorer.compare(one, other)
    assert scorer.weigh(other, one) == found
    if found is not None:
        assert scorer.prior.odds(found[0]) == compared.prior + compared.weight
        return
    assume(compared.levels.get("address") in {None, Level.DIFFERENT})
    assert compared.probability < DEFAULT_SETTINGS.possible_threshold


@given(rosters("a"), rosters("b"), sites)
def test_what_was_compared_before_changes_nothing(
    left: list[Student], right: list[Student], site: Frequencies
) -> None:
    """A pair weighs the same, whichever pairs were compared before it (PREV-5)."""
    pairs = [(profile(one), profile(other)) for one in left for other in right]
    alone = [Scorer(site, DEFAULT_SETTINGS).compare(*pair) for pair in pairs]
    scorer = Scorer(site, DEFAULT_SETTINGS)
    assert [scorer.compare(*pair) for pair in pairs] == alone
    assert [scorer.compare(*pair) for pair in reversed(pairs)] == alone[::-1]


@given(children(), children(key="9", site="b"), st.integers(0, 100_000))
def test_nothing_scores_higher_than_a_record_against_itself(
    left: Student, right: Student, size: int
) -> None:
    """No other record agrees better with a record than itself."""
    assume(not left.preferred_name)  # which is not compared where the given name is
    site = Frequencies(size)
    itself = _sum(compare(left, left, site).fields)
    other = _sum(compare(left, right, site).fields)
    assert other <= itself + 1e-9


_NAME_FIELDS = {"given_name", "middle_name", "family_name", "preferred_name"}
_READ_OTHERWISE = {
    Level.SWAPPED,
    Level.OTHER_NAME,
    Level.PREFERRED_ALONE,
    Level.MIDDLE_NAME,
    Level.INTERCHANGED,
}
_LINES = {
    "given_name": {"given_name", "full_name", "names_together", "middle_name"},
    "middle_name": {"middle_name", "given_name"},
    "family_name": {"family_name", "full_name", "names_together"},
    "preferred_name": {"given_name"},
    "date_of_birth": {"date_of_birth", "year"},
    "extra": {"postcode", "address", "date_of_birth", "year"},
}
"""What each value is compared in; the year says what a date of birth does not."""


@given(
    children(),
    children(key="9", site="b"),
    st.sampled_from(
        [
            *_NAME_FIELDS,
            *("date_of_birth", "gender", "year", "national_id"),
            *("student_id", "user_name", "email", "extra"),
        ]
    ),
    sites,
)
def test_removing_a_value_never_speaks_against(
    left: Student, right: Student, field: str, site: Frequencies
) -> None:
    """A missing value is no evidence either way (MATCH-5).

    Without it no other field weighs less, and the value's own lines lose at most what
    they had for it. Left out are names that were read otherwise, as swapped or by
    another name: without one of them the rest is read as it stands.
    """
    changes: dict[str, Any] = {
        field: {"date_of_birth": None, "extra": {}}.get(field, "")
    }
    before = _weights(compare(left, right, site).fields)
    after = _weights(compare(attrs.evolve(left, **changes), right, site).fields)
    own = _LINES.get(field, {field})
    if field in _NAME_FIELDS:
        levels = {level for level, _ in (*before.values(), *after.values())}
        assume(levels.isdisjoint(_READ_OTHERWISE))
    for line, (_, weight) in before.items():
        if line not in own:
            assert after[line][1] >= weight - 1e-9
    for line in own - {"year", "names_together"}:
        assert after.get(line, (None, 0.0))[1] >= min(
            0.0, before[line][1] if line in before else 0.0
        )


def _weights(
    fields: Iterable[FieldComparison],
) -> dict[str, tuple[Level, float]]:
    """Return what each field weighs; the siblings' line is no field's."""
    return {
        one.field: (one.level, one.weight)
        for one in fields
        if one.level is not Level.SIBLINGS
    }


def _sum(fields: Iterable[FieldComparison]) -> float:
    return sum(weight for _, weight in _weights(fields).values())


@example(named("A", "Amelia", middle_name="Amelia"), "given", 0, 1)
@given(
    children(),
    st.sampled_from(["given", "middle", "family", "full", "born", "postcode"]),
    st.integers(0, 50),
    st.integers(0, 500),
)
def test_a_rarer_value_that_is_shared_never_weighs_less(
    child: Student, kind: str, rare: int, more: int
) -> None:
    """What fewer students of the site have weighs as much or more (MATCH-5)."""
    shared = [term for term in terms(child) if term[0] == kind]
    few, many = (
        _sum(
            compare(
                child, _there(child), Frequencies(2000, dict.fromkeys(shared, count))
            ).fields
        )
        for count in (rare, rare + more)
    )
    assert few >= many - 1e-9


@given(
    names | strategies.names,
    names | strategies.names,
    st.integers(0, 50),
    st.integers(0, 500),
    st.integers(0, 5000),
)
def test_a_rarer_name_that_is_nearly_shared_never_weighs_less(
    left: str, right: str, rare: int, more: int, known: int
) -> None:
    """That holds for each level, and none weighs more than the same name (MATCH-5)."""
    one, other = Name.of(left), Name.of(right)
    weights = []
    for count in (rare, rare + more):
        site = Frequencies(
            2000, {("given", one.joined): count}, names_counted_from=known
        )
        compare_names = Scorer(site, DEFAULT_SETTINGS).names.given_name
        found = compare_names(one, other).weight
        assert found <= max(0.0, compare_names(one, one).weight)
        weights.append(found)
    assert weights[0] >= weights[1]


@given(
    names | strategies.names,
    names | strategies.names,
    st.sampled_from([GIVEN_NAMES, FAMILY_NAMES]),
)
def test_deciding_early_never_changes_a_level(
    left: str, right: str, rules: NameRules
) -> None:
    """Names that are settled as unlike would differ in every comparison (PREV-6)."""
    one, other = Name.of(left), Name.of(right)
    level = name_level(one, other, rules)
    assert name_level(other, one, rules) is level
    assert are_unlike(one, other) == are_unlike(other, one)
    if are_unlike(one, other):
        with pytest.MonkeyPatch.context() as patch:
            module = "student_transfer.linkage.comparing.name_agreement"
            patch.setattr(f"{module}.are_unlike", lambda _left, _right: False)
            assert name_level(one, other, rules) is Level.DIFFERENT


@given(
    st.sampled_from(sorted(KINDS)),
    strategies.texts | names | st.dates().map(str),
    strategies.texts | names | st.dates().map(str),
)
def test_every_kind_of_comparison_is_symmetric(
    kind: str, left: str, right: str
) -> None:
    """A value against itself is missing or the same, and both ways are (MATCH-2)."""
    assert KINDS[kind](left, right) is KINDS[kind](right, left)
    itself = KINDS[kind](left, left)
    known = {Level.MISSING, Level.EXACT, Level.CHECKED}
    partly = {Level.SAME_MONTH, Level.SAME_YEAR} if kind == "date" else {Level.INITIAL}
    assert itself in known | partly


@given(st.dates(), st.dates(), st.integers(-1, 14), st.integers(-1, 14))
def test_dates_and_years_agree_the_same_both_ways(
    left: date, right: date, one: int, other: int
) -> None:
    """How well two values agree does not depend on which came in (MATCH-6)."""
    left_born, right_born = birth(left), birth(right)
    assert birth_level(left_born, right_born) is birth_level(right_born, left_born)
    assert year_level(one, other) is year_level(other, one)


# A whole import -----------------------------------------------------------------------


@given(rosters("a"), rosters("b"), sites, st.randoms())
def test_the_order_of_students_and_candidates_does_not_count(
    incoming: list[Student],
    existing: list[Student],
    site: Frequencies,
    shuffle: random.Random,
) -> None:
    """Same input, same result, in any order (PREV-5)."""
    found = suggest(incoming, _all(incoming, existing), site)
    linked = link(incoming, existing)
    shuffled, others = incoming[:], existing[:]
    shuffle.shuffle(shuffled)
    shuffle.shuffle(others)
    again = suggest(shuffled, _all(shuffled, others), site)
    assert _by_key(shuffled, again) == _by_key(incoming, found)
    relinked = link(shuffled, others)
    assert _by_key(shuffled, relinked) == _by_key(incoming, linked)


def _by_key(
    incoming: Iterable[Student], found: Iterable[Suggestion]
) -> dict[StudentKey, Suggestion]:
    return {one.key: each for one, each in zip(incoming, found, strict=True)}


@given(rosters("a"), rosters("b"), sites)
def test_matching_is_one_to_one(
    incoming: list[Student], existing: list[Student], site: Frequencies
) -> None:
    """No student of the site is the match of two (PREV-4)."""
    for found in (
        suggest(incoming, _all(incoming, existing), site),
        link(incoming, existing),
    ):
        matches = [one.match for one in found if one.match is not None]
        assert len(matches) == len(set(matches))
        for one in found:
            assert (one.match is not None) is (one.import_as is ImportAs.MATCHED)
            offered = {candidate.key for candidate in one.candidates}
            assert one.match is None or one.match in offered
            assert one.needs_review or one.match or not offered
            likely = [candidate.probability for candidate in one.candidates]
            assert likely == sorted(likely, reverse=True)


def _strangers(number: int) -> list[Student]:
    """Make students who are like nobody."""
    return [
        Student(
            key=StudentKey(f"stranger{each}"),
            site_id=SiteId("b"),
            given_name=f"Ottokar{'bcdfghjklm'[each % 10]}{'npqrstvwxz'[each // 10]}",
            family_name=f"Wolfe{'bcdfghjklm'[each // 10]}{'npqrstvwxz'[each % 10]}",
            date_of_birth=date(1990 + each % 10, 7, 1 + each % 28),
        )
        for each in range(number)
    ]


@given(rosters("a"), rosters("b"))
def test_a_stranger_on_the_site_changes_nobodys_match(
    incoming: list[Student], existing: list[Student]
) -> None:
    """Somebody who is like nobody leaves every match as it was (PREV-5).

    Left out are students who are just at the threshold: with one student more the site
    is larger, and everybody a little less likely.
    """
    *others, stranger = _strangers(61)
    before = link(incoming, [*existing, *others])
    threshold = DEFAULT_SETTINGS.match_threshold
    likely = [one.probability for each in before for one in each.candidates]
    assume(all(abs(each - threshold) > 0.02 for each in likely))
    after = link(incoming, [stranger, *existing, *others])
    assert [one.match for one in after] == [one.match for one in before]


@given(rosters("a", 4), st.lists(rosters("b", 12), max_size=3), st.data())
def test_a_blocker_finds_what_a_storage_would(
    incoming: list[Student], some: list[list[Student]], data: st.DataObject
) -> None:
    """Reading a stream finds the same candidates and frequencies as keys would.

    Whatever the limits, in any chunks, and when parts are read apart (PREV-5).
    """
    existing = [
        attrs.evolve(one, key=StudentKey(f"b{number}"))
        for number, one in enumerate(one for each in some for one in each)
    ]
    limits = Settings(
        per_key_limit=data.draw(st.integers(1, 15)),
        candidates_compared=data.draw(st.integers(1, 9)),
    )
    profiles = [profile(one) for one in incoming]
    sought = SoughtStudents(profiles)
    kind, taken = data.draw(st.sampled_from(_KINDS))
    parts, readings = [], []
    middle = data.draw(st.integers(0, len(existing)))
    at_once = data.draw(st.integers(1, 9))
    is_coded = data.draw(st.booleans())
    for part in (existing[:middle], existing[middle:]):
        reading: RosterBlocker[Student] = kind(sought, limits)
        for start in range(0, len(part), at_once):
            _take(reading, part[start : start + at_once], coded=is_coded)
        parts.append(reading.blocks())
        readings.append(reading)
    blocks = taken(sought, parts, limits)
    sharing, overflowing = _stored(existing, limits)
    chosen, truncated = blocks.chosen()
    for place, one in enumerate(incoming):
        numbers, cut = blocks.candidates(place)
        apart = zip(readings, blocks.apart(numbers), strict=True)
        found = {
            str(row.key) for part, some in apart for row in part.rows.of(some).values()
        }
        assert (found, cut) == choose_candidates(
            search_keys(one), sharing, overflowing, limits.candidates_compared
        )
        assert blocks.apart(numbers) == [each.get(place, []) for each in chosen]
        assert cut == (place in truncated)
    assert all(some for each in chosen for some in each.values())
    counted = blocks.frequencies()
    assert counted.size == len(existing)
    for student in incoming:
        for term in terms(student):
            have = sum(term in terms(one) for one in existing)
            assert counted.counts.get(term, 0) == have


_CROWDED = st.builds(
    Student,
    key=st.just(StudentKey("one")),
    site_id=st.just(SiteId("b")),
    given_name=st.sampled_from(["Ada", "Bill", "William", "Zoë", ""]),
    family_name=st.sampled_from(["Khan", "Kahn", "Ng", "Smith-Ng"]),
    date_of_birth=st.none()
    | st.builds(date, st.integers(2010, 2014), st.just(3), st.sampled_from([3, 5]))
    | st.builds(date, st.integers(2010, 2014), st.just(1), st.just(1)),
    email=st.sampled_from(["", "", "x@example.org"]),
    extra=st.sampled_from([(), (("address", "14 Mill Street"),)]),
)


@given(st.lists(_CROWDED, max_size=3), st.lists(_CROWDED, max_size=60), st.data())
def test_whom_to_compare_is_chosen_for_all_at_once(
    coming: list[Student], there: list[Student], data: st.DataObject
) -> None:
    """As for each alone, where many share as little as many others (PREV-3, PREV-5)."""
    limits = Settings(
        per_key_limit=data.draw(st.integers(1, 40)),
        candidates_compared=data.draw(st.integers(1, 40)),
    )
    sought = SoughtStudents([profile(one) for one in coming])
    middle = data.draw(st.integers(0, len(there)))
    parts = []
    for part in (there[:middle], there[middle:], []):
        reading: RosterBlocker[Student] = ArrayBlocker(sought, limits)
        _take(reading, part, coded=False)
        parts.append(reading.blocks())
    at_once, alone = (
        kind(sought, parts, limits).chosen() for kind in (ArrayBlocks, RosterBlocks)
    )
    assert at_once == alone


_Made = Callable[[SoughtStudents, Settings], RosterBlocker[Student]]
_KINDS: tuple[tuple[_Made, type[RosterBlocks]], ...]
_KINDS = (
    (RowBlocker, RosterBlocks),
    (ArrayBlocker, RosterBlocks),
    (ArrayBlocker, ArrayBlocks),
)


def _take(
    blocker: RosterBlocker[Student], some: Sequence[Student], *, coded: bool
) -> None:
    if some:
        columns: list[Sequence[str]] = [*zip(*map(values_of, some), strict=True)]
        if coded:
            columns = [*map(_coded, columns)]
        links = [link_keys(one.refs) for one in some]
        blocker.take(len(some), columns, pick_from(some), links)


def _coded(column: Sequence[str]) -> Coded:
    """Number the values of a column."""
    values = sorted(set(column))
    coded = Coded(values, [values.index(value) for value in column])
    assert list(coded) == list(coded[:]) == list(column)
    return coded


def _stored(
    existing: Iterable[Student], limits: Settings
) -> tuple[Mapping[int, list[str]], set[int]]:
    """Keep students under their keys as a storage does."""
    sharing: dict[int, list[str]] = {}
    for one in existing:
        for key in keys_of(profile(one)):
            sharing.setdefault(key, []).append(str(one.key))
    most = limits.per_key_limit
    overflowing = {key for key, each in sharing.items() if len(each) > most}
    few = {key: each for key, each in sharing.items() if key not in overflowing}
    return few, overflowing


@given(rosters("a", 4), rosters("b"))
def test_linking_is_suggesting_with_what_a_storage_finds(
    incoming: list[Student], existing: list[Student]
) -> None:
    """Two rosters come to what two sites come to, whoever has counted (PREV-5)."""
    sharing, overflowing = _stored(existing, DEFAULT_SETTINGS)
    by_key = {str(one.key): one for one in existing}
    chosen = {
        one.key: choose_candidates(
            search_keys(one),
            sharing,
            overflowing,
            DEFAULT_SETTINGS.candidates_compared,
        )
        for one in incoming
    }
    wanted = frozenset[tuple[str, str]]().union(*map(sought_terms, incoming))
    counts = {
        term: count
        for term in wanted
        if (count := sum(term in terms(one) for one in existing))
    }
    linked = link(incoming, existing)
    for site in (Frequencies(len(existing), counts), Frequencies.of(existing)):
        suggested = suggest(
            incoming,
            {
                key: [by_key[name] for name in found]
                for key, (found, _) in chosen.items()
            },
            site,
            truncated=[key for key, (_, cut) in chosen.items() if cut],
        )
        assert linked == suggested


_key_sets = st.frozensets(st.integers(0, 9))


_SOME = "abcdefghijkl"
_site_keys = st.dictionaries(st.integers(0, 9), st.frozensets(st.sampled_from(_SOME)))


def _shares(
    keys: SearchKeys, sharing: Mapping[int, frozenset[str]]
) -> dict[str, set[int]]:
    """Return which keys each student of the site shares."""
    return {
        one: {key for key in keys.all if one in sharing.get(key, ())} for one in _SOME
    }


@given(st.tuples(_key_sets, _key_sets, _key_sets), _key_sets, _key_sets, _site_keys)
def test_only_who_shares_one_faint_key_is_set_aside(
    telling: tuple[frozenset[int], ...],
    faint: frozenset[int],
    others: frozenset[int],
    sharing: Mapping[int, frozenset[str]],
) -> None:
    """And only where another agrees in names and date: else all are compared."""
    keys = SearchKeys(others.union(faint, *telling), faint, telling)
    shared = _shares(keys, sharing)
    near = [one for one in shared if all(shared[one] & each for each in telling)]
    aside = {
        one
        for one, mine in shared.items()
        if near and len(mine) == 1 and mine <= keys.faint
    }
    assert beside_another(keys, sharing) == aside
    everybody = {one for one, mine in shared.items() if mine}
    assert choose_candidates(keys, sharing, (), len(_SOME)) == (
        everybody - aside,
        False,
    )


_weak = st.builds(
    lambda own, within, *rest: WeakKeys(own, within - own, *rest),
    *(_key_sets, _key_sets, _key_sets, st.none() | _key_sets),
    *(st.sampled_from(Room), st.booleans()),
)


@given(st.lists(_weak, max_size=4), _key_sets, _key_sets, _key_sets, _site_keys)
def test_only_who_shares_as_little_as_many_is_in_a_crowd(
    kinds: list[WeakKeys],
    telling: frozenset[int],
    others: frozenset[int],
    common: frozenset[int],
    sharing: Mapping[int, frozenset[str]],
) -> None:
    """And nothing else, where it is known that the other name is not shared."""
    known = {key: who for key, who in sharing.items() if key not in common}
    every = others.union(
        telling, *(one.own | one.within | (one.dated or one.own) for one in kinds)
    )
    keys = SearchKeys(every, frozenset(), (telling,) * 3, tuple(kinds))
    shared = _shares(keys, known)
    crowd = in_a_crowd(keys, known, common)

    def sharing_one_of(some: frozenset[int]) -> int:
        return sum(not mine.isdisjoint(some) for mine in shared.values())

    told = [
        kind
        for kind in kinds
        if not (kind.beside & common and telling & common)
        if kind.dated is None
        or (
            sharing_one_of(kind.own) <= CROWD
            if kind.dated & common
            else sharing_one_of(kind.dated)
            >= DATED_TO_UNDATED * sharing_one_of(kind.own)
        )
    ]
    lone = {
        room: {
            one
            for one, mine in shared.items()
            for kind in told
            if kind.room is room
            if len(mine & kind.own) == 1 and mine <= kind.own | kind.within
        }
        for room in Room
    }
    assert crowd <= frozenset[str]().union(*lone.values())
    assert all(len(some - crowd) <= CROWD for some in lone.values())
    assert not crowd or sum(map(bool, shared.values())) > CROWD
    rest = {one for one, mine in shared.items() if mine} - crowd
    spare = frozenset[int]().union(*(kind.dated or () for kind in kinds))
    is_cut = not common.isdisjoint(every - spare)
    assert choose_candidates(keys, known, common, len(_SOME)) == (rest, is_cut)


@given(children())
def test_some_of_the_keys_are_faint(one: Student) -> None:
    """What two strangers share most often is told from what hardly any do."""
    keys = search_keys(one)
    assert keys.faint < keys.all
    for kind in keys.weak:
        assert kind.own | kind.within | kind.beside <= keys.all
        assert kind.dated is None or kind.dated <= keys.all
        assert not kind.own & keys.telling[0]
    owns = [kind.own for kind in keys.weak]
    assert sum(map(len, owns)) == len(frozenset[int]().union(*owns))


@given(_CROWDED, _CROWDED)
def test_who_finds_is_found(one: Student, other: Student) -> None:
    """It does not matter which of two is on the site."""
    finds = search_keys(one).all & blocking_keys(other)
    assert bool(finds) == bool(search_keys(other).all & blocking_keys(one))


# One child, and two (MATCH-3, MATCH-4) ------------------------------------------------


def _lean(student: Student) -> Student:
    """Leave names, date of birth, gender and year alone."""
    fields = ("national_id", "student_id", "user_name", "email")
    blank: dict[str, Any] = dict.fromkeys(fields, "")
    known = {"date_of_birth", "date of birth"}
    extra = [pair for pair in student.extra if pair[0] in known]
    return attrs.evolve(student, **blank, extra=extra)


fewer = settings(max_examples=max(20, settings().max_examples // 4))
"""For properties that are tried in each of many ways."""

_SIZES = st.sampled_from((10, 200, 1000, 20_000))


@pytest.mark.parametrize("way", strategies.WAYS)
@fewer
@given(strategies.full_students(), st.data(), _SIZES)
def test_each_corruption_alone_is_matched_or_offered(
    way: str, child: Student, data: st.DataObject, size: int
) -> None:
    """One child written in two ways is found and shown (MATCH-3)."""
    other = data.draw(strategies.written_otherwise(child, way))
    for one, same in ((child, other), (_lean(child), _lean(other))):
        assert search_keys(one).all & blocking_keys(same)
        (found,) = suggest([one], {one.key: [same]}, Frequencies(size))
        assert [candidate.key for candidate in found.candidates] == [same.key]
        assert found.match == same.key or found.needs_review


@pytest.mark.parametrize("way", strategies.LIKENESSES)
@fewer
@given(strategies.full_students(), st.data(), sites)
def test_each_look_alike_is_never_automatic(
    way: str, child: Student, data: st.DataObject, site: Frequencies
) -> None:
    """Two children who look like one are a person's decision (MATCH-4)."""
    other = data.draw(strategies.look_alikes(child, way))
    for one, likeness in ((child, other), (_lean(child), _lean(other))):
        (found,) = suggest([one], {one.key: [likeness]}, site)
        assert found.match is None or found.needs_review
        (found,) = link([one], [likeness])
        assert found.match is None or found.needs_review


@pytest.mark.parametrize("way", strategies.LIKENESSES)
@fewer
@given(strategies.full_students(), st.data())
def test_the_child_is_told_from_a_look_alike(
    way: str, child: Student, data: st.DataObject
) -> None:
    """Where both are on the site the child is matched and no look-alike (MATCH-4)."""
    other = data.draw(strategies.look_alikes(child, way))
    (found,) = link([child], [other, _there(child)])
    assert found.match == "9"
    assert not found.needs_review


@given(strategies.students(), strategies.students())
def test_equal_students_have_equal_keys_and_terms(
    left: Student, right: Student
) -> None:
    """What storage keeps depends on what identifies the student alone."""
    same = attrs.evolve(left, enrolments=right.enrolments)
    assert blocking_keys(same) == blocking_keys(left)
    assert terms(same) == terms(left)


# One to one ---------------------------------------------------------------------------

_weights_of_pairs = st.dictionaries(
    st.sampled_from("abcdefgh"),
    st.dictionaries(st.sampled_from("stuvwxyz"), st.floats(-20, 30), max_size=5),
    max_size=8,
)


@given(_weights_of_pairs)
def test_of_a_row_and_of_a_column_one_pair_is_likely(
    odds: dict[str, dict[str, float]],
) -> None:
    """Probabilities of few rows sum up to 1 at most, by row and column (PREV-4)."""
    found = pair_probabilities(odds, 0.0)
    columns: dict[str, float] = {}
    for row in found.values():
        assert sum(row.values()) <= 1 + 1e-9
        for column, each in row.items():
            assert 0 <= each <= 1 + 1e-9
            columns[column] = columns.get(column, 0.0) + each
    assert max(columns.values(), default=0.0) <= 1 + 1e-9


@given(_weights_of_pairs)
def test_a_bound_is_never_above_the_sum_over_all_ways(
    odds: dict[str, dict[str, float]],
) -> None:
    """Who is likelier than not by the bound is by the sum (MATCH-1)."""
    exact, found = pair_probabilities(odds, 0.0), bounded(odds)
    columns: dict[str, float] = {}
    for row, each in found.items():
        assert sum(each.values()) <= 1 + 1e-9
        for column, likely in each.items():
            assert likely <= max(0.5, exact[row][column] + 1e-9)
            columns[column] = columns.get(column, 0.0) + likely
    assert max(columns.values(), default=0.0) <= 1 + 1e-9


@given(_weights_of_pairs, st.randoms())
def test_who_goes_with_whom_does_not_depend_on_the_order(
    weights: dict[str, dict[str, float]], shuffle: random.Random
) -> None:
    """Pairs and probabilities are the same in any order (PREV-5)."""
    rows = list(weights)
    shuffle.shuffle(rows)
    turned = {row: dict(reversed(weights[row].items())) for row in rows}
    assert assign(turned) == assign(weights)
    assert pair_probabilities(turned, 0.001) == pair_probabilities(weights, 0.001)
