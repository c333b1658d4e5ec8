"""Unit tests of explaining a pair: the sum, its drawings, and why there is no match."""

import json
import re
from datetime import date
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from student_transfer.linkage.blocking.keys import keys_of, link_keys
from student_transfer.linkage.comparing.comparison import (
    Comparison,
    FieldComparison,
    probability,
)
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.explaining.explanation import (
    Explanation,
    ExplanationStep,
    percent,
)
from student_transfer.linkage.explaining.shared_keys import key_counts, key_purposes
from student_transfer.linkage.explaining.waterfall import (
    LEAST_WATERFALL_WIDTH,
    Scale,
    Tick,
    cells,
    waterfall_lines,
    waterfall_text,
)
from student_transfer.linkage.explaining.waterfall_svg import waterfall_svg
from student_transfer.linkage.explaining.why_not import (
    NOTHING_KNOWN,
    NonMatchReason,
    PairContext,
    WhyNot,
    why_not,
)
from student_transfer.linkage.profiles.profile import profile
from student_transfer.matching import (
    Candidate,
    CustomComparison,
    ImportAs,
    Suggestion,
    blocking_keys,
    compare,
    search_keys,
    suggest,
)
from student_transfer.students import Student, StudentKey, StudentRef
from student_transfer.testing import strategies
from tests.unit.linkage.people import FULL, LEAN, NOBODY, SITE, named, there

SVG = "{http://www.w3.org/2000/svg}"
TWIN = there(LEAN, given_name="Sophie")
STRANGER = there(
    FULL,
    given_name="Oscar",
    middle_name="Finn",
    family_name="Novak",
    date_of_birth=date(2009, 11, 17),
    gender="M",
    year="11",
    national_id="B301995551777",
    user_name="onovak",
    email="oscar@example.org",
    extra={"postcode": "M1 1AE", "address": "200 Quay Road"},
)


def _explained(*fields: tuple[str, Level, float], prior: float = -8.0) -> Explanation:
    """Explain a comparison of these fields."""
    compared = tuple(FieldComparison(*field) for field in fields)
    return Explanation.of(Comparison(compared, prior))


SAME_FAMILY = _explained(
    ("given_name", Level.DIFFERENT, -4.5),
    ("family_name", Level.EXACT, 9.0),
    ("date_of_birth", Level.EXACT, 12.0),
    ("siblings", Level.SIBLINGS, -8.25),
)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Student, Student]:
    """Draw one child written twice, two who look alike, or any two students."""
    kind = draw(st.sampled_from(("one", "alike", "any")))
    if kind == "any":
        anybody = strategies.students(site_id="there")
        return draw(strategies.students(site_id="here")), draw(anybody)
    student = draw(strategies.full_students(site_id="here"))
    if kind == "one":
        way = draw(st.sampled_from(sorted(strategies.WAYS)))
        return student, draw(strategies.written_otherwise(student, way))
    likeness = draw(st.sampled_from(sorted(strategies.LIKENESSES)))
    return student, draw(strategies.look_alikes(student, likeness))


explanations = st.builds(
    lambda prior, fields: Explanation.of(
        Comparison(tuple(FieldComparison(*field) for field in fields), prior)
    ),
    st.floats(-40, 40),
    st.lists(
        st.tuples(
            st.text(max_size=40),
            st.sampled_from(Level),
            st.sampled_from((0.0, 1e-6, -1e-6, 5000.0, -5000.0)) | st.floats(-30, 30),
            st.sampled_from(("", "within the postcode")),
        ),
        max_size=14,
    ),
)
"""Explanations of any fields, as a host may name them, and of any weights."""


# The sum ------------------------------------------------------------------------------


def test_the_steps_lead_from_the_prior_to_the_total() -> None:
    """Each step says where the sum is after it, the siblings' last (PREV-6)."""
    assert [step.running for step in SAME_FAMILY.steps] == [-12.5, -3.5, 8.5, 0.25]
    assert SAME_FAMILY.total == 0.25
    assert SAME_FAMILY.probability == pytest.approx(probability(0.25))
    assert SAME_FAMILY.siblings == SAME_FAMILY.steps[-1]
    assert _explained(("gender", Level.EXACT, 1.0)).siblings is None


@given(pairs())
def test_the_steps_sum_to_the_total_exactly(pair: tuple[Student, Student]) -> None:
    """Prior and weights make the comparison's own odds, to the last bit (PREV-6)."""
    comparison = compare(*pair, SITE)
    found = Explanation.of(comparison)
    assert found.prior + sum(step.weight for step in found.steps) == found.total
    assert found.total == comparison.prior + comparison.weight
    assert found.probability == comparison.probability
    places = [found.prior, *(step.running for step in found.steps)]
    for before, step in zip(places, found.steps, strict=False):
        assert before + step.weight == step.running


def test_where_nothing_is_compared_the_prior_is_all() -> None:
    """Two students of whom nothing is known are as likely one as any two."""
    found = Explanation(-9.0)
    assert (found.total, found.siblings, found.against()) == (-9.0, None, ())


def test_what_speaks_most_against_comes_first() -> None:
    """The strongest steps below 0 are given, and no other."""
    assert [step.weight for step in SAME_FAMILY.against()] == [-8.25, -4.5]
    assert [step.field for step in SAME_FAMILY.against(1)] == ["siblings"]


def test_an_explanation_is_json() -> None:
    """The data is what JSON can hold, and comes back as it was."""
    told = json.loads(json.dumps(SAME_FAMILY.as_dict()))
    assert told["prior"] + sum(one["weight"] for one in told["steps"]) == told["total"]
    assert told["steps"][0] == {
        "field": "given_name",
        "level": "different",
        "weight": -4.5,
        "running": -12.5,
        "note": "",
    }
    assert told["siblings"] == -8.25
    assert told["review_reasons"] == ["the given names differ"]
    assert json.loads(json.dumps(Explanation(-9.0).as_dict()))["siblings"] is None


@given(st.floats(0, 1))
def test_what_is_not_certain_never_looks_certain(likely: float) -> None:
    """As it is said it is never 0 or 100%, and on its own side of one half."""
    said = percent(likely)
    figure = float(said.removesuffix("%").split()[-1])
    assert 0 < figure < 100
    if abs(likely - 0.5) > 0.005:
        assert (figure > 50) == (likely > 0.5)
    if not said.startswith(("more", "less")):
        rest = min(likely, 1 - likely)
        assert min(figure, 100 - figure) == pytest.approx(rest * 100, rel=0.051)


# The text -----------------------------------------------------------------------------


def test_a_waterfall_steps_down_the_page() -> None:
    """Each bar begins where the one above has ended; signs say which way it goes."""
    assert waterfall_text(SAME_FAMILY, 64, ascii_only=True).splitlines() == [
        "                                  bits",
        "prior          before comparing   -8.0       =========|",
        "given name     different          -4.5  -----         |",
        "family name    the same           +9.0  ##########    |",
        "date of birth  the same          +12.0            #############",
        "siblings       agree as           -8.2                ---------",
        "               brothers and",
        "               sisters do",
        "total          54% by             +0.2                =",
        "               themselves",
        "                                           '          '",
        "                                         0.1%        50%",
        "",
        "# one child  - two children  | even odds",
    ]


def test_probabilities_without_room_are_not_drawn() -> None:
    """The labels of a sum of thousands of bits would lie over each other."""
    weights = (0.0, 5000.0, 11.0, 11.0, 25.0, 26.0)
    fields = [FieldComparison("", Level.MISSING, weight) for weight in weights]
    drawn = waterfall_text(Explanation.of(Comparison(tuple(fields), 30.0)), 95)
    assert max(map(cells, drawn.splitlines())) <= 95


@given(explanations, st.integers(LEAST_WATERFALL_WIDTH, 130), st.booleans())
def test_a_waterfall_fits_the_width(
    explanation: Explanation, width: int, ascii_only: bool
) -> None:
    """Whatever a host's fields are called, no line is wider than the terminal."""
    drawn = waterfall_text(explanation, width, ascii_only=ascii_only)
    for line in drawn.splitlines():
        assert cells(line) <= width
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", drawn)


@pytest.mark.parametrize(
    "other",
    [there(FULL), STRANGER, TWIN, there(NOBODY)],
    ids=lambda one: one.given_name,
)
@pytest.mark.parametrize("width", [40, 60, 80, 100])
def test_a_waterfall_fits_by_the_terminals_own_measure(
    other: Student, width: int
) -> None:
    """The columns are counted as the library counts that draws the terminal."""
    drawn = waterfall_text(Explanation.of(compare(FULL, other, SITE)), width)
    assert max(map(cell_len, drawn.splitlines())) <= width


def test_a_waterfall_has_every_weight_with_its_sign() -> None:
    """Without colour and bars the numbers alone still say it."""
    for width in (LEAST_WATERFALL_WIDTH, 80):
        drawn = waterfall_text(SAME_FAMILY, width)
        for weight in ("-8.0", "-4.5", "+9.0", "+12.0", "-8.2", "+0.2"):
            assert f" {weight}" in drawn
    assert "█" not in waterfall_text(SAME_FAMILY, LEAST_WATERFALL_WIDTH)
    assert {"█", "░", "▒"} <= set(waterfall_text(SAME_FAMILY, 80))


def test_ascii_is_ascii() -> None:
    """The fallback needs no letter that an old terminal might not have."""
    assert waterfall_text(SAME_FAMILY, ascii_only=True).isascii()


def test_a_weight_too_small_to_draw_is_still_seen() -> None:
    """A bar shorter than a column takes one; one that weighs nothing takes none."""
    found = _explained(
        ("a", Level.EXACT, 60.0),
        ("b", Level.DIFFERENT, -0.1),
        ("c", Level.EXACT, 0.1),
        ("d", Level.EXACT, 0.0),
    )
    rows = waterfall_text(found, 80).splitlines()
    assert [row.count("█") + row.count("░") for row in rows[3:6]] == [1, 1, 0]
    least = waterfall_text(_explained(("a", Level.DIFFERENT, -0.1), prior=0.0), 80)
    assert least.splitlines()[2].count("░") == 1


def test_siblings_who_are_none_are_not_drawn() -> None:
    """Strangers of whom nothing speaks for one family have no line of it."""
    fields = ("gender", Level.EXACT, 1.0), ("siblings", Level.SIBLINGS, -0.01)
    found = _explained(*fields)
    assert [line.label for line in waterfall_lines(found)] == [
        "prior",
        "gender",
        "total",
    ]
    assert found.siblings is not None


def test_a_terminal_too_narrow_is_refused() -> None:
    """Below the least width nothing could be read."""
    with pytest.raises(ValueError, match="Give 32 or more"):
        waterfall_text(SAME_FAMILY, LEAST_WATERFALL_WIDTH - 1)


def test_the_axis_has_round_probabilities() -> None:
    """The ticks are even odds, and nines and noughts on the two sides of them."""
    told = [tick.text for tick in Scale(-7.0, 14.0, 210).ticks(30)]
    assert told == ["1%", "10%", "50%", "90%", "99%", "99.9%", "99.99%"]
    assert [tick.nines for tick in Scale(-900.0, 0.0, 100).ticks(30)] == [-192, -96, 0]
    assert (Tick(-7).text, Tick(7).text) == ("1e-7", "1-1e-7")


@given(explanations)
def test_no_two_ticks_are_in_each_others_way(explanation: Explanation) -> None:
    """Each tick has the room it needs, and lies within the drawing."""
    scale = Scale.of(waterfall_lines(explanation), 400)
    places = [scale.at(tick.bits) for tick in scale.ticks(60)]
    assert places == sorted(places)
    assert all(-1e-6 <= place <= 400 + 1e-6 for place in places)
    assert all(b - a > 50 for a, b in pairwise(places))


# The picture --------------------------------------------------------------------------


def _drawn(explanation: Explanation, caption: str = "") -> ET.Element:
    """Draw a picture and read it again."""
    return ET.fromstring(waterfall_svg(explanation, caption))  # noqa: S314 - our own


def test_a_picture_says_what_it_is() -> None:
    """Whoever cannot see it has a title and all of the sum in words."""
    root = _drawn(SAME_FAMILY)
    assert root.attrib["role"] == "img"
    title, desc = root[0], root[1]
    assert (title.tag, desc.tag) == (f"{SVG}title", f"{SVG}desc")
    named_by = root.attrib["aria-labelledby"].split()
    assert named_by == [title.attrib["id"], desc.attrib["id"]]
    assert desc.text is not None
    assert "given name: different, -4.5 bits" in desc.text
    told = "By themselves, a probability of 54% that they are one child."
    assert desc.text.endswith(told)


def test_a_picture_has_a_line_for_each_step() -> None:
    """The text is text: fields, levels, weights with a sign, probabilities."""
    root = _drawn(SAME_FAMILY, "A person has to decide.")
    texts = [text.text for text in root.iter(f"{SVG}text")]
    for said in (
        "prior",
        "given name",
        "different",
        "\u22124.5",
        "+9.0",
        "total",
        "54% by themselves",
        "54%",
        "probability by themselves",
    ):
        assert said in texts
    assert texts[-1] == "A person has to decide."


def test_a_picture_has_the_probability_that_decides_in_large_letters() -> None:
    """PREV-4: what the pair comes to by itself is there too, and named apart."""
    drawn = waterfall_svg(SAME_FAMILY, "One.\nTwo.", proposed=0.1234, pair="1 beside 2")
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    texts = [(text.attrib.get("class"), text.text) for text in root.iter(f"{SVG}text")]
    assert ("big", "12%") in texts
    for said in ("probability beside the other candidates", "54% by themselves"):
        assert ("soft", said) in texts
    assert ("label", "1 beside 2") in texts
    assert texts[-2:] == [(None, "One."), (None, "Two.")]
    assert root[1].text is not None
    assert root[1].text.endswith("Beside the other candidates, one of 12%.")


def test_for_and_against_differ_in_more_than_colour() -> None:
    """A bar against one child is hatched, points left and has another class."""
    bars = list(_drawn(SAME_FAMILY).iter(f"{SVG}polygon"))
    kinds = [bar.attrib["class"] for bar in bars]
    assert kinds == ["sum", "two", "one", "one", "two", "sum"]
    for bar in bars:
        against = bar.attrib["class"] == "two"
        assert bar.attrib.get("fill", "").startswith("url(#") == against
        x = [float(point.split(",")[0]) for point in bar.attrib["points"].split()]
        if bar.attrib["class"] != "sum":
            assert (x[2] < x[0]) == against


def test_each_bar_begins_where_the_one_above_has_ended() -> None:
    """That is what makes it a waterfall."""
    bars = [
        [float(point.split(",")[0]) for point in bar.attrib["points"].split()]
        for bar in _drawn(SAME_FAMILY).iter(f"{SVG}polygon")
    ]
    for above, below in pairwise(bars[:-1]):
        assert above[2] == below[0]
    assert bars[-1][2] == bars[-2][2]


def test_a_picture_needs_nothing_but_itself() -> None:
    """No address is asked for, no script runs; light and dark are both there."""
    drawn = waterfall_svg(SAME_FAMILY)
    root = _drawn(SAME_FAMILY)
    assert drawn.count("http") == 1  # the name of the language
    assert "prefers-color-scheme:dark" in drawn
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds.isdisjoint({"script", "image", "use", "a", "foreignObject"})
    assert set(re.findall(r"url\((.)", drawn)) == {"#"}


def test_two_pictures_on_one_page_leave_each_other_alone() -> None:
    """Style and names are those of one picture; the same sum gives the same bytes."""
    one, other = waterfall_svg(SAME_FAMILY), waterfall_svg(Explanation(-9.0))
    assert one == waterfall_svg(SAME_FAMILY)
    ids = [set(re.findall(r' id="([^"]+)"', drawn)) for drawn in (one, other)]
    assert len(ids[0]) == 4
    assert ids[0].isdisjoint(ids[1])
    [style] = [text.text for text in _drawn(SAME_FAMILY).iter(f"{SVG}style")]
    assert style is not None
    for rule in re.findall(r"^[^@}\n].*$", style, re.MULTILINE):
        assert rule.startswith(f"#{_drawn(SAME_FAMILY).attrib['id']} ")


def test_a_picture_follows_the_case() -> None:
    """Sums that differ, or captions, give other pictures."""
    drawings = {
        waterfall_svg(SAME_FAMILY),
        waterfall_svg(SAME_FAMILY, "They are matched."),
        waterfall_svg(attrs.evolve(SAME_FAMILY, prior=-9.0)),
        waterfall_svg(SAME_FAMILY, proposed=0.2),
        waterfall_svg(SAME_FAMILY, pair="1 beside 2"),
    }
    assert len(drawings) == 5


@given(explanations, st.text(max_size=300))
def test_any_picture_is_xml(explanation: Explanation, caption: str) -> None:
    """Whatever a host's fields are called, the picture can be read and is in bounds."""
    root = _drawn(explanation, caption)
    height = float(root.attrib["height"])
    for text in root.iter(f"{SVG}text"):
        assert 0 < float(text.attrib["y"]) < height
    waterfall_svg(explanation, caption).encode()


def test_a_field_of_the_host_is_escaped() -> None:
    """A name that looks like markup is shown and not obeyed; a long one is cut off."""
    found = _explained(
        ("<script>&\"'x", Level.EXACT, 1.0), ("y" * 60, Level.EXACT, 1.0)
    )
    texts = [text.text for text in _drawn(found).iter(f"{SVG}text")]
    assert "<script>&\"'x" in texts
    assert "y" * 29 + "…" in texts


def test_what_is_as_good_as_certain_has_room() -> None:
    """The large figure is short, however sure it is."""
    found = [_explained(("link", Level.LINKED, bits)) for bits in (500.0, -500.0)]
    shown = [[text.text for text in _drawn(one).iter(f"{SVG}text")] for one in found]
    assert "> 99.9999999%" in shown[0]
    assert "1\u221210⁻⁴⁸" in shown[0]
    assert "< 0.0000001%" in shown[1]


# The blocking keys --------------------------------------------------------------------


@given(strategies.students() | strategies.full_students())
def test_the_purposes_share_out_every_key(student: Student) -> None:
    """Together they are the keys that are kept, or those that are looked for."""
    one = profile(student)
    found, sought = key_purposes(one), key_purposes(one, are_sought=True)
    assert frozenset[int]().union(*found.values()) == keys_of(one)
    assert frozenset[int]().union(*sought.values()) == search_keys(student).all
    assert found["earlier transfer"] == set(link_keys(student.refs))


def test_every_purpose_is_met() -> None:
    """A full record has keys of each purpose, and no key has two.

    Those of an only name it would have without the other one.
    """
    found = key_purposes(profile(FULL))
    missing = {purpose for purpose, keys in found.items() if not keys}
    assert missing == {"only name", "only name and year of birth"}
    assert sum(map(len, found.values())) == len(keys_of(profile(FULL)))
    single = profile(attrs.evolve(FULL, family_name=""))
    only = key_purposes(single)
    assert all(only[purpose] for purpose in missing)
    assert sum(map(len, only.values())) == len(keys_of(single))


PURPOSES: dict[str, dict[str, Any]] = {
    "both names": {"given_name": "Zuzanna"},
    "family name and date of birth": {"date_of_birth": date(2014, 3, 6)},
    "initials and date of birth": {"given_name": "Zuzanna"},
    "given name and day of the year": {"date_of_birth": date(2014, 4, 5)},
    "family name, initial and year of birth": {"date_of_birth": date(2013, 3, 5)},
    "given name and initial": {"family_name": "Zuk"},
    "date of birth": {"date_of_birth": None},
    "postcode and a name": {"extra": {"postcode": "M1 1AE"}},
    "postcode and date of birth": {"date_of_birth": date(2014, 3, 6)},
    "postcode and house": {
        "extra": {"postcode": "B13 9QX", "address": "15 Mill Street"}
    },
    "house number and street": {"extra": {"address": "15 Mill Street"}},
    "national ID": {"national_id": "B301995551777"},
    "email": {"email": "other@example.org"},
}


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_purpose_is_what_its_keys_are_made_of(purpose: str) -> None:
    """Its keys are shared until that changes of which they are made."""
    one, same, changed = (
        key_purposes(profile(each))[purpose]
        for each in (FULL, there(FULL), there(FULL, **PURPOSES[purpose]))
    )
    assert one
    assert one == same
    assert one.isdisjoint(changed)


def test_keys_are_counted_and_not_shown() -> None:
    """Keys are made of names and dates, so only how many there are is told."""
    common = key_purposes(profile(LEAN))["date of birth"]
    counted = {
        one.purpose: one for one in key_counts(profile(LEAN), profile(TWIN), common)
    }
    assert attrs.astuple(counted["date of birth"])[1:] == (1, 1, 1, 1)
    assert attrs.astuple(counted["both names"])[3:] == (0, 0)
    assert "email" not in counted


# Why not ------------------------------------------------------------------------------


def _reason(
    incoming: Student,
    existing: Student,
    context: PairContext = NOTHING_KNOWN,
    settings: Settings = DEFAULT_SETTINGS,
) -> NonMatchReason:
    """Return what stands in the way."""
    return why_not(incoming, existing, SITE, settings, context).reason


def test_who_shares_no_key_was_never_compared() -> None:
    """What candidates are searched for by is told, by purpose, and that none agrees."""
    found = why_not(LEAN, STRANGER, SITE)
    assert found.reason is NonMatchReason.NO_SHARED_KEY
    assert not found.was_compared
    assert {one.shared for one in found.keys} == {0}
    assert {one.purpose for one in found.keys if one.incoming} >= {"date of birth"}
    assert found.explanation.probability < 0.01


def test_keys_that_everybody_has_find_nobody() -> None:
    """All that is shared is too common: which, and above which limit, is told."""
    born = LEAN.date_of_birth
    lone = there(NOBODY, date_of_birth=born)
    common = PairContext(
        sharing={}, overflowing=key_purposes(profile(lone))["date of birth"]
    )
    found = why_not(LEAN, lone, SITE, context=common)
    assert found.reason is NonMatchReason.KEYS_TOO_COMMON
    assert "more than 30 students" in found.sentence
    assert "(date of birth)" in found.sentence
    assert not found.was_compared
    assert _reason(LEAN, lone) is not NonMatchReason.KEYS_TOO_COMMON


def _sharing(incoming: Student, *others: Student) -> PairContext:
    """Return who of the site shares which key."""
    keys = search_keys(incoming).all
    return PairContext(
        sharing={
            key: {one.key for one in others if key in blocking_keys(one)}
            for key in keys
        }
    )


def test_who_shares_rarer_keys_comes_first() -> None:
    """With room for one candidate, the one who shares more rare keys is compared."""
    near = there(LEAN, "8", family_name="Novak")
    far = there(LEAN, "9", given_name="Zuzanna", family_name="Novak")
    crowd = [there(LEAN, f"c{n}", given_name="Olga", family_name="Hart") for n in "12"]
    context = _sharing(LEAN, near, far, *crowd)
    narrow = Settings(candidates_compared=1)
    assert _reason(LEAN, far, context, narrow) is NonMatchReason.LEFT_OUT
    found = why_not(LEAN, far, SITE, narrow, context)
    assert "1 students are compared at most" in found.sentence
    assert not found.was_compared
    assert _reason(LEAN, near, context, narrow) is not NonMatchReason.LEFT_OUT
    alone = _sharing(LEAN, far)
    assert _reason(LEAN, far, alone) is NonMatchReason.IMPROBABLE


def test_who_shares_a_birthday_is_set_aside_for_who_shares_more() -> None:
    """A pair that was not compared because another is so near is told so."""
    far = there(LEAN, "9", given_name="Zuzanna", family_name="Novak")
    context = _sharing(LEAN, there(LEAN, "8"), far)
    found = why_not(LEAN, far, SITE, context=context)
    assert found.reason is NonMatchReason.SET_ASIDE
    assert not found.was_compared
    assert found.sentence == (
        "They were never compared: no more than one key is looked for that they share "
        "(date of birth), and another student agrees in both names and the date of "
        "birth."
    )
    less = _sharing(LEAN, there(LEAN, "8", family_name="Price"), far)
    assert _reason(LEAN, far, less) is NonMatchReason.IMPROBABLE


def test_who_shares_as_little_as_many_others_is_told_so() -> None:
    """A pair that was not compared because so many are like it is told so."""
    one = attrs.evolve(LEAN, family_name="Patel")
    crowd = [
        there(one, f"c{n}", given_name="Zoe", date_of_birth=date(2012, 5, 3))
        for n in range(11)
    ]
    found = why_not(one, crowd[0], SITE, context=_sharing(one, *crowd))
    assert found.reason is NonMatchReason.CROWDED
    assert not found.was_compared
    assert found.sentence == (
        "They were never compared: of all that is looked for they share too little "
        "(family name and day of the year), as too many other students of the site do."
    )
    fewer = _sharing(one, *crowd[:10])
    assert _reason(one, crowd[0], fewer) is NonMatchReason.IMPROBABLE


def test_who_is_improbable_is_told_what_speaks_against() -> None:
    """The strongest steps are named, with what they weigh."""
    other = there(LEAN, given_name="Zuzanna", family_name="Novak", gender="M")
    found = why_not(LEAN, other, SITE)
    assert found.reason is NonMatchReason.IMPROBABLE
    assert found.was_compared
    against = found.explanation.against()
    assert len(against) == 3
    for step in against:
        assert f"{step.label} {step.agreement} ({step.weight:+.1f} bits)" in (
            found.sentence
        )


def test_too_little_may_be_all_that_speaks_against() -> None:
    """Where nothing differs, it is said that too little does agree."""
    born = named(date_of_birth=LEAN.date_of_birth)
    busy = Frequencies(100_000, {("born", "2014-03-05"): 40})
    found = why_not(born, there(born), busy)
    assert found.reason is NonMatchReason.IMPROBABLE
    assert "too little agrees" in found.sentence


def test_a_bar_leaves_it_to_a_person() -> None:
    """Twins are a possible match, and why a person has to decide is told (MATCH-4)."""
    found = why_not(LEAN, TWIN, SITE)
    assert found.reason is NonMatchReason.BARRED
    assert "the given names differ" in found.sentence
    assert found.explanation.review_reasons == ("the given names differ",)


def test_below_the_threshold_both_numbers_are_told() -> None:
    """How likely it is, and how likely it would have to be (MATCH-6)."""
    context = PairContext(offered={StudentKey("9"): 0.42})
    found = why_not(LEAN, there(LEAN), SITE, context=context)
    assert found.reason is NonMatchReason.BELOW_THRESHOLD
    assert "42%" in found.sentence
    assert "75%" in found.sentence
    assert found.proposed == 0.42


@pytest.mark.parametrize("likely", [0.42, 0.5])
def test_no_threshold_makes_a_match_of_one_half(likely: float) -> None:
    """A lower threshold counts as one half, here as where matches are made (PREV-4)."""
    low = Settings(match_threshold=0.3)
    context = PairContext(offered={StudentKey("9"): likely})
    found = why_not(LEAN, there(LEAN), SITE, low, context)
    assert found.reason is NonMatchReason.BELOW_THRESHOLD
    assert "not above the 50% of a match" in found.sentence


def test_who_is_taken_says_by_whom() -> None:
    """No student is the match of two: the other incoming student is named (PREV-4)."""
    taken = PairContext(taken_by=StudentKey("2"))
    found = why_not(LEAN, there(LEAN), SITE, context=taken)
    assert (found.reason, found.other) == (NonMatchReason.TAKEN, "2")


@pytest.mark.parametrize("by", ["2", None])
def test_another_one_who_fits_as_well_is_named(by: str | None) -> None:
    """As the proposal says of the likeliest, and of whom the other one leaves nothing.

    Where nobody has looked who it is, it is said all the same (PREV-4).
    """
    other = StudentKey(by) if by else None
    offered = {StudentKey(key): chance for key, chance in (("9", 0.4), ("8", 0.3))}
    context = PairContext(offered=offered, is_contested=True, contested_by=other)
    found = why_not(LEAN, there(LEAN), SITE, context=context)
    assert (found.reason, found.other) == (NonMatchReason.CONTESTED, by)
    assert "another incoming student fits as well" in found.sentence
    second = _reason(LEAN, there(LEAN, "8"), context)
    assert second is NonMatchReason.AS_LIKELY
    nothing_left = attrs.evolve(context, offered={**offered, StudentKey("8"): 0.01})
    assert _reason(LEAN, there(LEAN, "8"), nothing_left) is NonMatchReason.CONTESTED
    unsaid = attrs.evolve(context, is_contested=False)
    assert _reason(LEAN, there(LEAN), unsaid) is NonMatchReason.AS_LIKELY
    unoffered = attrs.evolve(context, offered=None)
    assert _reason(LEAN, there(LEAN), unoffered) is NonMatchReason.WOULD_MATCH_ALONE


def test_whoever_is_matched_with_another_says_with_whom() -> None:
    """The incoming student's own match is named."""
    context = PairContext(match=StudentKey("8"), offered={StudentKey("8"): 0.99})
    found = why_not(LEAN, there(LEAN), SITE, context=context)
    assert (found.reason, found.other) == (NonMatchReason.ANOTHER, "8")
    improbable = why_not(LEAN, STRANGER, SITE, context=context)
    assert improbable.reason is NonMatchReason.NO_SHARED_KEY


def test_one_who_is_as_likely_is_named() -> None:
    """Of two who fit equally well none is matched, as `suggest` has it."""
    [proposed] = suggest([LEAN], {LEAN.key: [there(LEAN, "8"), there(LEAN, "9")]}, SITE)
    found = why_not(LEAN, there(LEAN), SITE, context=_pair_context(proposed))
    assert (found.reason, found.other) == (NonMatchReason.AS_LIKELY, "8")


def _pair_context(proposed: Suggestion) -> PairContext:
    """Return what a proposal says of its candidates."""
    key = StudentKey("1")
    return PairContext.of({key: proposed}, key, StudentKey("9"), taken_by=None)


def test_what_is_proposed_tells_what_is_known_of_a_pair() -> None:
    """PREV-6: all of it, and the likeliest other one for whom the student may be it."""
    key, other, taker = StudentKey("1"), StudentKey("9"), StudentKey("7")

    def suggested(likely: float, whom: StudentKey = other) -> Suggestion:
        return Suggestion(
            import_as=ImportAs.NEW, candidates=(Candidate(whom, likely, ""),)
        )

    mine = attrs.evolve(
        suggested(0.4), why="why", doubts=("d",), needs_review=True, is_contested=True
    )
    rivals = {
        StudentKey("5"): suggested(0.5, StudentKey("8")),
        StudentKey("4"): suggested(0.2),
        StudentKey("3"): suggested(0.3),
        StudentKey("2"): suggested(0.3),
    }
    known = PairContext.of({**rivals, key: mine}, key, other, taken_by=taker)
    assert known == PairContext(
        offered={other: 0.4},
        needs_review=True,
        why="why",
        doubts=("d",),
        is_contested=True,
        taken_by=taker,
        contested_by=StudentKey("2"),
    )
    alone = PairContext.of({key: mine}, key, other, taken_by=None)
    assert alone.contested_by is None


def test_without_a_name_nothing_is_matched() -> None:
    """However likely it is, a name or a proof of its own is needed (MATCH-1)."""
    nameless = attrs.evolve(FULL, given_name="", family_name="", national_id="")
    nameless = attrs.evolve(nameless, middle_name="", date_of_birth=date(2014, 3, 6))
    other = there(nameless, date_of_birth=date(2014, 3, 5))
    context = PairContext(offered={StudentKey("9"): 0.9})
    assert _reason(nameless, other, context) is NonMatchReason.NAMELESS


def test_what_is_possible_alone_may_be_outweighed() -> None:
    """Who was not proposed although possible was less likely beside all others."""
    context = PairContext(offered={})
    assert _reason(LEAN, there(LEAN), context) is NonMatchReason.OUTWEIGHED


def test_a_person_has_the_last_word() -> None:
    """What a person decided is told before anything the matching found (PREV-7)."""
    context = PairContext(by_person=True)
    assert _reason(LEAN, there(LEAN), context) is NonMatchReason.BY_PERSON


def test_a_match_is_told_too_with_its_doubts() -> None:
    """They are matched; and what a person should look at is told, until one has."""
    match = PairContext(match=StudentKey("9"))
    plain = why_not(LEAN, there(LEAN), SITE, context=match)
    assert (plain.reason, plain.sentence) == (
        NonMatchReason.MATCHED,
        "They are matched.",
    )
    assert plain.other is None
    doubtful = why_not(LEAN, TWIN, SITE, context=match)
    assert doubtful.sentence.endswith("the given names differ; not quite sure.")
    decided = attrs.evolve(match, by_person=True)
    assert why_not(LEAN, TWIN, SITE, context=decided).sentence == "They are matched."


def test_a_match_that_is_not_sure_is_told_so() -> None:
    """PREV-3: what was flagged for review is said to be, with its reasons."""
    key = StudentKey("9")
    flagged = PairContext(
        match=key,
        needs_review=True,
        why="whatever is said of it",
        doubts=("not quite sure", "year differs"),
    )
    told = why_not(LEAN, there(LEAN), SITE, context=flagged).sentence
    assert told == (
        "They are matched. A person has to look: not quite sure; year differs."
    )
    hosts = attrs.evolve(flagged, doubts=())
    told = why_not(LEAN, there(LEAN), SITE, context=hosts).sentence
    assert told.endswith("A person has to look: whatever is said of it.")
    decided = attrs.evolve(flagged, by_person=True)
    assert why_not(LEAN, there(LEAN), SITE, context=decided).sentence == (
        "They are matched."
    )
    settled = PairContext(match=key, needs_review=False, offered={key: 0.9})
    assert why_not(LEAN, there(LEAN), SITE, context=settled).sentence == (
        "They are matched."
    )


@pytest.mark.parametrize(
    ("likely", "doubt"),
    [
        (0.9, "not quite sure"),
        (0.993, "not sure enough with so little else that agrees"),
    ],
)
def test_the_probability_tells_that_a_match_is_not_sure(
    likely: float, doubt: str
) -> None:
    """Where only the offered students are known, the thresholds tell (MATCH-6)."""
    key = StudentKey("9")
    undated = attrs.evolve(LEAN, date_of_birth=None)
    context = PairContext(match=key, offered={key: likely})
    told = why_not(undated, there(undated), SITE, context=context).sentence
    assert told == f"They are matched. A person has to look: {doubt}."


def test_a_pair_that_nothing_hinders_would_match() -> None:
    """Judged by themselves, with nothing known of others."""
    assert _reason(LEAN, there(LEAN)) is NonMatchReason.WOULD_MATCH_ALONE
    undated = attrs.evolve(LEAN, date_of_birth=None)
    careful = Settings(sure_threshold=0.9999, sure_unconfirmed_threshold=0.9999)
    told = why_not(undated, there(undated), SITE, careful).sentence
    assert told == (
        "Judged by themselves, they would be matched. A person has to look: not quite "
        "sure."
    )


def test_every_reason_is_json_and_a_sentence() -> None:
    """The value can be stored and shown as it is."""
    found = why_not(LEAN, TWIN, SITE)
    told = json.loads(json.dumps(found.as_dict()))
    assert told["reason"] == "barred"
    assert told["explanation"]["total"] == found.explanation.total
    assert told["keys"][0]["purpose"] == "both names"
    assert (told["proposed"], told["other"], told["was_compared"]) == (None, None, True)


@given(pairs(), st.booleans(), st.booleans())
def test_there_is_always_one_reason_and_a_sentence(
    pair: tuple[Student, Student], looked: bool, proposed: bool
) -> None:
    """Whatever two students are, it is said in a sentence what is between them."""
    context = _sharing(*pair) if looked else NOTHING_KNOWN
    if proposed:
        [one] = suggest([pair[0]], {pair[0].key: [pair[1]]}, SITE)
        context = attrs.evolve(context, offered=_pair_context(one).offered)
        context = attrs.evolve(context, match=one.match)
    found = why_not(*pair, SITE, DEFAULT_SETTINGS, context)
    assert found.sentence.endswith(".")
    assert (found.reason is NonMatchReason.MATCHED) == (context.match == pair[1].key)
    shared = any(one.shared for one in found.keys)
    assert found.was_compared or context.match is None
    if found.reason is NonMatchReason.NO_SHARED_KEY:
        assert not shared


# Personal data ------------------------------------------------------------------------

_PRIVATE = attrs.evolve(
    FULL,
    given_name="Quillon",
    middle_name="Vortigern",
    family_name="Zyxwvut",
    preferred_name="Quill",
    date_of_birth=date(1987, 6, 25),
    national_id="A123456789012",
    student_id="sid77",
    user_name="qzyx",
    email="quince@z.example",
    provenance={StudentRef(TWIN.site_id, StudentKey("9"))},
    extra={"postcode": "ZE2 9QX", "address": "77 Xylophone Road", "School": "Yttrium"},
)
_PRIVATE_WORDS = (
    *("quill", "vortigern", "zyxwvut", "1987", "06-25", "123456789", "sid77", "qzyx"),
    *("quince", "ze2", "9qx", "77 x", "xylophone", "yttrium"),
)


@pytest.mark.parametrize(
    "other",
    [
        there(_PRIVATE),
        there(_PRIVATE, given_name="Vortigern", middle_name="Quillon"),
        there(STRANGER, extra={"School": "Quartz"}),
        there(FULL, email="quince@z.example", extra={"School": "Yttrium"}),
    ],
    ids=["the same", "exchanged", "a stranger", "one email"],
)
def test_nothing_tells_personal_data(other: Student) -> None:
    """All of it can be logged and shown: data, text, picture and representation."""
    school = CustomComparison(field="School", kind="exact", levels={})
    settings = Settings(comparisons=(school,))
    context = _sharing(_PRIVATE, other)
    found: WhyNot = why_not(_PRIVATE, other, SITE, settings, context)
    assert "School" in [step.field for step in found.explanation.steps]
    told = [
        json.dumps(found.as_dict()),
        repr(found),
        repr(context),
        waterfall_text(found.explanation),
        waterfall_svg(found.explanation, found.sentence),
    ]
    for word in _PRIVATE_WORDS:
        assert word not in " ".join(told).lower()
    for key in blocking_keys(_PRIVATE) | search_keys(_PRIVATE).all:
        assert str(key) not in " ".join(told)


def test_labels_are_said_to_a_person() -> None:
    """A field's name has no underscores, and some have a better one."""
    steps = [
        ExplanationStep(field, Level.EXACT, 1.0, 1.0)
        for field in ("user_name", "full_name")
    ]
    assert [step.label for step in steps] == ["user name", "both names"]
