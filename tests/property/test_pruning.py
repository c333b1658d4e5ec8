"""What is pruned at a glance is what the comparison itself would leave out."""

import attrs
from hypothesis import event, given
from hypothesis import strategies as st

from student_transfer.linkage.comparing.families import Groups
from student_transfer.linkage.comparing.frequencies import Frequencies, terms
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS
from student_transfer.linkage.profiles.identifiers import OfHouses, house
from student_transfer.linkage.profiles.profile import profile
from student_transfer.linkage.proposing.rosters import STUDENT_ROWS
from student_transfer.linkage.pruning.pruner import Pruner
from student_transfer.students import Student, StudentKey
from student_transfer.testing import strategies

children = strategies.full_students() | strategies.students()


@st.composite
def others(draw: st.DrawFn, child: Student) -> Student:
    """Draw a stranger, a look-alike, or the child written otherwise."""
    match draw(st.integers(0, 4)):
        case 0:
            return draw(children)
        case 1:
            like = draw(st.sampled_from(sorted(strategies.LIKENESSES)))
            return draw(strategies.look_alikes(child, like))
        case 2:
            return draw(in_other_columns(child))
        case _:
            way = draw(st.sampled_from(sorted(strategies.WAYS)))
            return draw(strategies.written_otherwise(child, way))


@st.composite
def in_other_columns(draw: st.DrawFn, child: Student) -> Student:
    """Draw a child whose given and middle names are in one column, or in two."""
    other = draw(children)
    own = child.middle_name
    middle = draw(st.sampled_from((own, own[:1], *_MIDDLE)))
    other = attrs.evolve(other, given_name=child.given_name, middle_name=middle)
    return _together(other) if draw(st.booleans()) else other


_MIDDLE = ("Rose", "Rosa", "R", "Mia Rose", "Kaur", "James", "del Carmen")


def _together(child: Student) -> Student:
    """Write given and middle name in one column."""
    given = f"{child.given_name} {child.middle_name}"
    return attrs.evolve(child, given_name=given, middle_name="")


_JANUARY = ((False, False), (False, False), (True, False), (True, True))


@st.composite
def _in_january(draw: st.DrawFn, child: Student) -> Student:
    """Write a child's date of birth, or the first of January of the year."""
    born = child.date_of_birth
    if born is None or draw(st.booleans()):
        return child
    return attrs.evolve(child, date_of_birth=born.replace(month=1, day=1))


_SIZES = st.sampled_from((10, 2_000, 100_000, 10_000_000, 10**12))


@given(strategies.full_students(), st.data(), _SIZES)
def test_nobody_is_pruned_whom_the_comparison_keeps(
    child: Student, data: st.DataObject, size: int
) -> None:
    """A glance prunes only pairs of whom nothing would come (MATCH-3, MATCH-4)."""
    met = [
        attrs.evolve(one, key=StudentKey(str(place)))
        for place, one in enumerate(
            data.draw(st.lists(others(child), min_size=1, max_size=6))
        )
    ]
    child = data.draw(st.sampled_from((child, _together(child))))
    is_year, is_common = data.draw(st.sampled_from(_JANUARY))
    if is_year:
        child, *met = (data.draw(_in_january(one)) for one in (child, *met))
    one, there = profile(child), {other.key: other for other in met}
    site = Frequencies(
        size,
        dict.fromkeys(terms(child), 1),
        january_is_year=is_year,
        january_is_common=is_common,
    )
    scorer = Scorer(site, DEFAULT_SETTINGS)
    plausible = Pruner(
        {child.key: one},
        {child.key: [*there]},
        lambda keys: STUDENT_ROWS.as_columns([there[key] for key in keys]),
    ).plausible(scorer)
    for key, other in there.items():
        if key not in plausible[child.key]:
            event("pruned")
            assert scorer.weigh(one, profile(other)) is None
            groups = Groups()
            groups.add(one, profile(other), site.known_birth)
            assert groups == Groups()


_ADDRESSES = st.from_regex(
    r"\A((ul\.|Rua da|C/|AV) )?([A-Z][a-zéł]{1,5}(stra[ßs]e|-Str\.|str\.)? )?"
    r"(House |Nr\.|, )?\d{1,5}( ?[aB])?([,/ \n] ?(\d{1,5} )?[A-Z][a-zé]{0,5}){0,2}\Z"
)


@given(_ADDRESSES)
def test_a_house_is_one_in_capital_letters_too(address: str) -> None:
    """Case tells no house from another, nor does a letter without a capital one."""
    assert house(address) == house(address.upper())


@given(
    st.lists(
        _ADDRESSES
        | st.from_regex(
            r"(\d{1,3}[a-z]?,? )?[A-Z][a-zé]{0,5}( [A-Z][a-z]{1,4}|\nTown)?"
        )
        | st.from_regex(r"(Flat |unit-)?\d{1,3}[,/] ?(no )?\d?\d[bB]? [A-Z][a-z]{1,5}")
        | st.from_regex(r"[A-Z][a-z]{1,5} (House|Street), [A-Z][a-z]{1,5}")
        | st.from_regex(r"[a-z]{190,210} \d [A-Z][a-z]{3}")
        | st.text("1a F\n'é", max_size=9),
        max_size=8,
    )
)
def test_houses_are_told_of_many_addresses_as_of_each(addresses: list[str]) -> None:
    """Looking for all at once comes to the same, whatever is among them."""
    houses = OfHouses(lambda _, found: found)
    assert houses.of_all(addresses) == [house(each) for each in addresses]
