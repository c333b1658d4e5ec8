"""Unit tests of choosing with whom an incoming student is compared."""

from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.linkage.blocking import candidates
from student_transfer.linkage.blocking.candidates import (
    CROWD,
    DATED_TO_UNDATED,
    SearchKeys,
    beside_another,
    choose_candidates,
    in_a_crowd,
    search_keys,
)
from student_transfer.linkage.blocking.keys import Room, WeakKeys, blocking_keys
from student_transfer.matching import ImportAs, link
from student_transfer.students import Student
from tests.unit.linkage.people import FULL, LEAN, NOBODY, named, there


def keys(*every: int, faint: tuple[int, ...] = ()) -> SearchKeys:
    """Return keys by their numbers; the first three tell names and date."""
    telling = tuple(frozenset((one,)) for one in (1, 2, 3))
    return SearchKeys(frozenset(every), frozenset(faint), telling)


# The rarest first ---------------------------------------------------------------------


def test_the_rarest_keys_come_first() -> None:
    """Who shares a rare key is compared before who shares a common one."""
    sharing = {1: ["a", "b", "c"], 2: ["d"], 3: ["e", "f"]}
    mine = keys(1, 2, 3)
    assert choose_candidates(mine, sharing, (), 6) == (set("abcdef"), False)
    assert choose_candidates(mine, sharing, (), 3) == ({"d", "e", "f"}, True)
    assert choose_candidates(mine, sharing, (), 1) == ({"d"}, True)


def test_a_key_is_taken_whole_or_not_at_all() -> None:
    """No student is preferred to another who shares the same key (PREV-5)."""
    sharing = {1: ["a"], 2: ["b", "c", "d"]}
    assert choose_candidates(keys(1, 2), sharing, (), 3) == ({"a"}, True)


def test_a_key_that_is_too_common_leaves_students_out() -> None:
    """Who may have been overlooked is said (PREV-3)."""
    assert choose_candidates(keys(1, 2), {1: ["a"]}, {2}, 9) == ({"a"}, True)
    assert choose_candidates(keys(1), {1: ["a"]}, {2}, 9) == ({"a"}, False)
    assert choose_candidates(keys(3), {1: ["a"]}, {2}, 9) == (set(), False)


def test_the_order_of_the_keys_does_not_count() -> None:
    """Among keys that are as rare the same ones are chosen (PREV-5)."""
    ways = (
        {1: ["a", "b"], 2: ["c", "d"], 3: ["e", "f"]},
        {3: ["f", "e"], 2: ["d", "c"], 1: ["b", "a"]},
    )
    for sharing in ways:
        found = choose_candidates(keys(3, 1, 2), sharing, (), 4)
        assert found == ({"a", "b", "c", "d"}, True)


# Setting aside ------------------------------------------------------------------------

_NEAR = {1: ["near"], 2: ["near"], 3: ["near"]}
"""A candidate who agrees in both names and the date of birth."""

_ALL = keys(1, 2, 3, 7, 8, faint=(7,))


def test_one_faint_key_is_too_little_beside_somebody_near() -> None:
    """Who shares a birthday is not compared where another is the same in all."""
    sharing = {**_NEAR, 7: ["far", "near"]}
    assert beside_another(_ALL, sharing) == {"far"}
    assert choose_candidates(_ALL, sharing, (), 60) == ({"near"}, False)


@pytest.mark.parametrize(
    ("sharing", "why"),
    [
        ({**_NEAR, 8: ["far"]}, "the key is not faint"),
        ({**_NEAR, 7: ["far"], 8: ["far"]}, "it is not the only one"),
        ({1: ["near"], 2: ["near"], 7: ["far"]}, "nobody agrees in all three"),
        ({1: ["a"], 2: ["b"], 3: ["c"], 7: ["far"]}, "nobody alone agrees in them"),
    ],
)
def test_else_everybody_is_compared(sharing: dict[int, list[str]], why: str) -> None:
    """What is rare, or two things that are not, may be all that is right (MATCH-3)."""
    assert not beside_another(_ALL, sharing), why


def test_who_is_set_aside_takes_no_room() -> None:
    """The limit is on those who are compared."""
    sharing = {**_NEAR, 7: ["a", "b", "c"], 8: ["d"]}
    assert choose_candidates(_ALL, sharing, (), 2) == ({"near", "d"}, False)


# In a crowd ---------------------------------------------------------------------------

_MANY = [f"far{n}" for n in range(CROWD + 1)]
_PARTS = SearchKeys(
    all=frozenset((1, 2, 3, 7, 8)),
    faint=frozenset((7, 8)),
    telling=keys(1, 2, 3).telling,
    weak=(WeakKeys(frozenset((7,)), beside=frozenset((8,))),),
)


def test_one_name_and_a_part_of_the_date_is_too_little_among_many() -> None:
    """Who shares that and nothing else, as too many do, is not compared."""
    sharing = {1: ["a"], 7: ["a", *_MANY]}
    assert in_a_crowd(_PARTS, sharing, ()) == {*_MANY}
    assert choose_candidates(_PARTS, sharing, (), 60) == ({"a"}, False)


@pytest.mark.parametrize(
    ("sharing", "overflowing", "why"),
    [
        ({7: _MANY[1:]}, (), "they are few"),
        ({7: _MANY, 2: _MANY}, (), "they share something else"),
        ({7: _MANY, 8: _MANY}, (), "they share the other name as well"),
        ({7: _MANY}, (1, 8), "nothing tells that the other name is not shared"),
        ({8: _MANY}, (), "it is another key"),
    ],
)
def test_else_a_crowd_is_compared(
    sharing: dict[int, list[str]], overflowing: tuple[int, ...], why: str
) -> None:
    """What few share may be all that is right (MATCH-3)."""
    assert not in_a_crowd(_PARTS, sharing, overflowing), why


@pytest.mark.parametrize("overflowing", [1, 2, 8])
def test_one_key_suffices_that_tells_of_the_other_name(overflowing: int) -> None:
    """Both names, or the other with the same part; a birthday tells nothing of it."""
    assert in_a_crowd(_PARTS, {7: _MANY}, {overflowing}) == {*_MANY}
    found = choose_candidates(_PARTS, {7: _MANY}, {overflowing}, 60)
    assert found == (set(), True)


def test_a_name_in_several_ways_is_more_than_one_of_them() -> None:
    """Who shares both words of a double-barrelled name shares two things (MATCH-3)."""
    parts = attrs.evolve(
        _PARTS,
        all=frozenset((1, 7, 8, 9)),
        weak=(WeakKeys(frozenset((7, 9)), beside=frozenset((8,))),),
    )
    more = [*_MANY, "both", "either"]
    assert in_a_crowd(parts, {7: more, 9: more[-2:]}, ()) == {*_MANY}
    assert in_a_crowd(parts, {7: _MANY[:4], 9: _MANY[4:]}, ()) == {*_MANY}


_HOME: dict[str, Any] = {"extra": {"address": "14 Mill Street"}}
_LATER: dict[str, Any] = {"date_of_birth": date(2009, 11, 17)}


@pytest.mark.parametrize(
    ("changes", "crowds"),
    [
        ({"given_name": "Ann", "date_of_birth": date(2014, 5, 17)}, True),  # the year
        ({"given_name": "Zoe", "date_of_birth": date(2012, 5, 3)}, True),  # the day
        ({"family_name": "Price", "date_of_birth": date(2014, 5, 17)}, True),
        ({"family_name": "Novak", "date_of_birth": date(2012, 3, 5)}, True),
        ({"given_name": "Zoe"}, False),  # the whole date and a name
        ({"given_name": "Ann", "family_name": "Pu"}, True),  # and both initials
        ({"given_name": "Zoe", "family_name": "Wu"}, True),  # the whole date alone
        ({"given_name": "Zoe", "family_name": "Wu", **_HOME}, False),
        ({"date_of_birth": date(2012, 3, 5)}, False),  # both names
        ({"given_name": "Ann", **_LATER}, True),  # an initial, and another date
        ({"family_name": "Pu", **_LATER}, True),
        ({"given_name": "Ann", "date_of_birth": None}, False),  # or none
        ({"given_name": "Zoe", "family_name": "Wu", **_LATER, **_HOME}, True),
        ({"given_name": "Zoe", **_LATER, **_HOME}, True),  # a name and no initial
        ({**_LATER, **_HOME}, False),
    ],
)
def test_who_may_be_in_a_crowd(changes: dict[str, Any], *, crowds: bool) -> None:
    """Who shares a name and an initial or the day of the year, and not the date.

    And who shares no more than the date of birth, or the house.
    """
    one = named("Amelia", "Patel", date_of_birth=date(2014, 3, 5), **_HOME)
    others = {"extra": {}, **changes}
    crowd = [there(one, f"c{n}", **others) for n in range(CROWD + 1)]
    mine = search_keys(one)
    sharing = {
        key: [other.key for other in crowd]
        for key in mine.all & blocking_keys(crowd[0])
    }
    assert sharing
    assert bool(in_a_crowd(mine, sharing, ())) == crowds


def _weak(*kinds: WeakKeys) -> SearchKeys:
    """Return search keys that are all weak."""
    every = frozenset().union(*(each.own | each.within for each in kinds))
    return SearchKeys(every, frozenset(), keys().telling, kinds)


def test_those_of_the_rarest_kinds_are_compared_first() -> None:
    """Of all who share as little as one thing there is room for a few (MATCH-6)."""
    mine = _weak(*(WeakKeys(frozenset((key,))) for key in (5, 6, 7)))
    sharing = {5: _MANY[:6], 6: _MANY[6:9], 7: ["x", "y"]}
    assert in_a_crowd(mine, sharing, ()) == {*_MANY[:6]}
    assert in_a_crowd(mine, {**sharing, 5: _MANY[:5]}, ()) == set()
    assert in_a_crowd(mine, {**sharing, 5: [*_MANY[:5], "x"]}, ()) == set()


def test_what_tells_a_part_of_the_same_is_nothing_else() -> None:
    """Who shares a name with the year shares it with the initial, too."""
    year = WeakKeys(frozenset((5,)), within=frozenset((6,)))
    mine = _weak(year, WeakKeys(frozenset((6,))))
    assert in_a_crowd(mine, {5: _MANY, 6: _MANY}, ()) == {*_MANY}
    sharing = {5: _MANY[1:], 6: [*_MANY, "other"]}
    assert in_a_crowd(mine, sharing, ()) == {*_MANY[1:]}


def test_weak_keys_tell_nothing_of_a_child() -> None:
    """They are numbers that stand for values, and stay out of every text."""
    weak = search_keys(named("Amelia", "Patel", **_LATER)).weak
    assert {repr(each) for each in weak} == {"WeakKeys(…)"}


def test_there_is_room_of_its_own_for_who_shares_the_date() -> None:
    """It tells more than a name and an initial, which fewer may share (MATCH-3)."""
    born = WeakKeys(frozenset((5,)), room=Room.DATE)
    mine = _weak(born, *(WeakKeys(frozenset((key,))) for key in (6, 7)))
    sharing = {5: ["a", "b"], 6: _MANY[:10], 7: _MANY[10:]}
    assert in_a_crowd(mine, sharing, ()) == {*_MANY[:10]}


def test_who_shares_an_initial_and_has_another_date_comes_last() -> None:
    """However few they are: both dates are known, and unlike (MATCH-3)."""
    initial = WeakKeys(frozenset((5,)), is_last=True)
    mine = _weak(initial, WeakKeys(frozenset((6,))))
    assert in_a_crowd(mine, {5: ["a"], 6: _MANY[:10]}, ()) == {"a"}


@pytest.mark.parametrize(
    ("undated", "dated", "overflowing", "is_crowd"),
    [
        (7, 7 * DATED_TO_UNDATED, (), True),
        (7, 7 * DATED_TO_UNDATED - 1, (), False),
        (7, 0, (), False),
        (CROWD, 0, (6,), True),
        (CROWD + 1, 0, (6,), False),
    ],
)
def test_who_has_no_date_is_in_a_crowd_where_most_others_have_one(
    undated: int, dated: int, overflowing: tuple[int, ...], *, is_crowd: bool
) -> None:
    """Else nobody is set aside for having none (MATCH-2)."""
    mine = _weak(
        WeakKeys(frozenset((7,))), WeakKeys(frozenset((5,)), dated=frozenset((6,)))
    )
    without = {*_MANY[:undated]}
    sharing = {5: without, 6: [f"dated{n}" for n in range(dated)], 7: list("abcd")}
    aside = in_a_crowd(mine, sharing, overflowing)
    assert aside == (without if is_crowd else set())


@pytest.mark.parametrize("count", [CROWD, CROWD + 1])
def test_one_name_and_an_initial_find_a_few_of_another_date(count: int) -> None:
    """Two slips at once are found on a site where few share no more (MATCH-3)."""
    one = named("Amelia", "Patel", date_of_birth=date(2014, 3, 5))
    others = [there(named("Ann", "Patel", **_LATER), f"{n}") for n in range(count)]
    nearer = there(named("Ann", "Patel", date_of_birth=one.date_of_birth), "nearer")
    sharing = {
        key: [other.key for other in (*others, nearer) if key in blocking_keys(other)]
        for key in search_keys(one).all
    }
    found, is_cut = choose_candidates(search_keys(one), sharing, (), 60)
    few = {other.key for other in others} if count <= CROWD else set()
    assert (found, is_cut) == ({"nearer", *few}, False)


def test_that_an_initial_is_common_tells_nothing_of_who_has_another_date() -> None:
    """Nobody is said to be left out for it, but where a date is missing (PREV-3)."""
    one = named("Amelia", "Patel", date_of_birth=date(2014, 3, 5))
    mine = search_keys(one)
    dated, undated = (
        mine.all & blocking_keys(there(named("Ann", "Patel", date_of_birth=born), "9"))
        for born in (_LATER["date_of_birth"], None)
    )
    assert dated
    assert undated
    assert choose_candidates(mine, {}, dated, 60) == (set(), False)
    assert choose_candidates(mine, {}, undated, 60) == (set(), True)


def test_namesakes_of_one_house_are_in_no_crowd_where_too_many_are_namesakes() -> None:
    """Then nothing tells whether who shares the house has the same names."""
    one = named("Amelia", "Patel", **_HOME)
    others = [there(named("Zoe", "Wu", **_HOME), f"{n}") for n in range(CROWD + 1)]
    mine = search_keys(one)
    (house,) = mine.all & blocking_keys(others[0])
    sharing = {house: [other.key for other in others]}
    assert in_a_crowd(mine, sharing, ()) == {other.key for other in others}
    assert not in_a_crowd(mine, sharing, mine.telling[0])


FILLERS = [
    there(named(f"Ze{chr(97 + n % 26)}o{n}", f"Wu{n}x", gender="M"), f"f{n}")
    for n in range(300)
]
AMELIA = named("Amelia", "Qureshi", date_of_birth=date(2014, 3, 5))
KATE = named(
    "Kate", "Qureshi", middle_name="Amelia", date_of_birth=date(2014, 5, 3), gender="F"
)


@pytest.mark.parametrize(
    ("incoming", "true", "rival"),
    [
        (KATE, AMELIA, attrs.evolve(KATE, family_name="Quinn", middle_name="")),
        (
            KATE,
            attrs.evolve(AMELIA, gender="F"),
            attrs.evolve(KATE, given_name="Kenza", middle_name=""),
        ),
        (
            named("Natalie", "Qureshi", date_of_birth=date(2014, 5, 3)),
            named("Matalie", "Qureshi", date_of_birth=date(2014, 3, 5)),
            named("Natalie", "Quinn", date_of_birth=date(2014, 5, 3)),
        ),
        (
            named("Kate", "Qureshi", date_of_birth=date(2014, 5, 3)),
            named("", "Qureshi", date_of_birth=date(2014, 3, 5)),
            named("Kate", "Quinn", date_of_birth=date(2014, 5, 3)),
        ),
    ],
)
def test_a_rival_of_one_name_and_day_hides_nobody(
    incoming: Student, true: Student, rival: Student, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who shares six keys may be another child, and one faint key be all (MATCH-1)."""
    existing = [*FILLERS, there(true, "true"), there(rival, "rival")]
    found = link([incoming], existing)
    monkeypatch.setattr(candidates, "beside_another", lambda *_: set())
    assert found == link([incoming], existing)


@pytest.mark.parametrize(
    ("changes", "faint"),
    [
        ({"given_name": "Zuzanna", "family_name": "Novak"}, 1),  # the date alone
        ({"given_name": "Ann", "date_of_birth": None}, 1),
        ({"family_name": "Price", "date_of_birth": None}, 1),
        ({"given_name": "Zoe", "date_of_birth": date(2012, 5, 3)}, 1),  # the day
        ({"given_name": "Zoe"}, 2),  # both of them, beside name and date
        ({"date_of_birth": None}, 2),  # beside both names
        ({"date_of_birth": date(2009, 11, 17)}, 2),
    ],
)
def test_what_is_faint(changes: dict[str, Any], faint: int) -> None:
    """A birthday; a name with an initial or a day: many strangers share these."""
    one = named("Amelia", "Patel", date_of_birth=date(2014, 3, 5))
    shared = search_keys(one).all & blocking_keys(there(one, **changes))
    assert len(shared & search_keys(one).faint) == faint


def test_identifiers_and_homes_are_never_faint() -> None:
    """They may be all that is right, and hardly any stranger has them."""
    lean = search_keys(LEAN)
    full = search_keys(FULL)
    assert full.all > lean.all
    assert full.faint == lean.faint
    assert not search_keys(NOBODY).faint


def test_a_child_among_many_of_a_birthday_is_matched_as_before() -> None:
    """Setting aside takes nothing from the match (MATCH-1)."""
    crowd = [there(named("", "Ng"), f"c{n}") for n in range(3)]
    crowd += [
        there(named("Olga", f"Hart{n}", date_of_birth=FULL.date_of_birth), f"d{n}")
        for n in range(9)
    ]
    (found,) = link([FULL], [there(FULL), *crowd])
    assert (found.match, found.import_as) == ("9", ImportAs.MATCHED)
    assert not found.needs_review
