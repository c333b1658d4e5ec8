"""Settings as one value, and as a TOML file."""

import copy
import pickle
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from student_transfer.errors import SettingsError
from student_transfer.linkage.comparing.kinds import KIND_LEVELS, KINDS
from student_transfer.linkage.comparing.levels import DEFAULT_LEVELS
from student_transfer.linkage.comparing.settings import comparison_problems
from student_transfer.linkage.comparing.settings_file import (
    settings_from_toml,
    settings_to_toml,
)
from student_transfer.linkage.tuning.new_levels import sided
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    CustomComparison,
    Level,
    LevelProbabilities,
)
from student_transfer.matching import Settings as SettingsValue
from student_transfer.testing import strategies

HOUSE = CustomComparison(
    field='House "of" C:\\ — Ö\n\x7f',
    kind="text",
    levels={
        Level.EXACT: LevelProbabilities(0.9, 0.25),
        Level.DIFFERENT: LevelProbabilities(0.1, 0.75, 0.5, 0.2),
    },
)

ORDER = "lower it, or raise that"
ODDS = "there are m, u, sibling, twin"
NEWER = "install a newer version of student_transfer"

_probabilities = st.floats(0, 1, exclude_min=True)
_shares = st.floats(0, 1, exclude_min=True, exclude_max=True)
_counts = st.integers(1, 10**12)
_chances = st.builds(LevelProbabilities, *[_probabilities] * 4)


def _meant(levels: dict[Level, LevelProbabilities]) -> dict[Level, LevelProbabilities]:
    """Let what is the same speak for one child, and what differs against."""
    return {
        level: attrs.evolve(chances, u=sided(level, chances.m, chances.u))
        for level, chances in levels.items()
    }


_cells = st.sampled_from(
    [(field, level) for field, levels in DEFAULT_LEVELS.items() for level in levels]
)
_comparisons = (
    st.sampled_from(sorted(KINDS))
    .flatmap(
        lambda kind: st.builds(
            CustomComparison,
            field=st.one_of(strategies.texts, strategies.keys).filter(
                lambda text: any(map(str.isalnum, text))
            ),
            kind=st.just(kind),
            levels=st.dictionaries(
                st.sampled_from(KIND_LEVELS[kind]), _chances, max_size=4
            ).map(_meant),
        )
    )
    .filter(lambda custom: not comparison_problems([custom]))
)


@st.composite
def settings(draw: st.DrawFn) -> SettingsValue:
    """Draw settings of any numbers, levels and custom comparisons."""
    low, middle, high = sorted(draw(st.tuples(_shares, _shares, _shares)))
    levels: dict[str, dict[Level, LevelProbabilities]] = {}
    for (field, level), chances in draw(st.dictionaries(_cells, _chances)).items():
        levels.setdefault(field, {})[level] = chances
    levels = {field: _meant(given) for field, given in levels.items()}
    return SettingsValue(
        possible_threshold=low,
        match_threshold=middle,
        sure_threshold=high,
        sure_unconfirmed_threshold=draw(_shares),
        expected_share=draw(_shares),
        most_share=draw(_shares),
        siblings_expected=draw(st.floats(0, 1e300) | st.integers(0, 9)),
        twins_expected=draw(st.floats(0, 1e300)),
        smallest_size=draw(_counts),
        candidates_kept=draw(_counts),
        candidates_compared=draw(_counts),
        per_key_limit=draw(_counts),
        levels=levels,
        comparisons=draw(
            st.lists(_comparisons, max_size=3, unique_by=lambda custom: custom.key)
        ),
    )


def problems(text: str) -> list[str]:
    """Read a file that is wrong; give what is told about it."""
    with pytest.raises(SettingsError) as caught:
        settings_from_toml(text)
    return list(caught.value.problems)


# One frozen value ---------------------------------------------------------------------


def test_settings_cannot_be_changed_afterwards() -> None:
    """MATCH-6: what was given may change, the settings made of it do not."""
    cells = {Level.EXACT: LevelProbabilities(0.9, 0.5, 0.5, 0.6)}
    levels = {"gender": cells}
    custom = CustomComparison(field="House", kind="text", levels=cells)
    made = SettingsValue(levels=levels, comparisons=[custom])
    cells[Level.EXACT] = LevelProbabilities(0.1, 0.1)
    levels["year"] = {}
    assert made.levels["gender"][Level.EXACT] == LevelProbabilities(0.9, 0.5, 0.5, 0.6)
    assert made.comparisons[0].levels[Level.EXACT] == LevelProbabilities(
        0.9, 0.5, 0.5, 0.6
    )
    for mapping in (made.levels, *made.levels.values(), made.comparisons[0].levels):
        assert isinstance(mapping, MappingProxyType)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        made.match_threshold = 0.9  # type: ignore[misc] # that is the test


def test_what_families_do_is_the_librarys_where_it_is_not_given() -> None:
    """MATCH-4: m and u alone do not make a family's name tell one of two twins."""
    usual = DEFAULT_LEVELS["family_name"][Level.EXACT]
    alone = {Level.EXACT: LevelProbabilities(m=usual.m, u=usual.u)}
    made = SettingsValue(levels={"family_name": alone})
    assert made == DEFAULT_SETTINGS
    text = f"version = 1\n[levels.family_name.exact]\nm = {usual.m}\nu = {usual.u}"
    assert settings_from_toml(text) == made
    own = {Level.EXACT: LevelProbabilities(0.8, 0.002, 0.7, 0.6)}
    given = SettingsValue(levels={"family_name": own}).levels["family_name"]
    assert given[Level.EXACT] == own[Level.EXACT]


def test_what_strangers_and_families_do_alike_follows_what_is_given() -> None:
    """A level by which the library tells no family apart does not begin to."""
    usual = DEFAULT_LEVELS["student_id"][Level.EXACT]
    assert usual.is_of_strangers
    own = {Level.EXACT: LevelProbabilities(m=usual.m, u=usual.u / 2)}
    made = SettingsValue(levels={"student_id": own}).levels["student_id"]
    assert made[Level.EXACT].is_of_strangers


def test_levels_that_are_not_given_are_the_librarys() -> None:
    """A host gives the levels that differ, and the others are there all the same."""
    made = SettingsValue(
        levels={"gender": {Level.EXACT: LevelProbabilities(0.9, 0.5, 0.5, 0.6)}}
    )
    assert made.levels["gender"] == {
        Level.EXACT: LevelProbabilities(0.9, 0.5, 0.5, 0.6),
        Level.DIFFERENT: DEFAULT_LEVELS["gender"][Level.DIFFERENT],
    }
    assert made.levels["given_name"] == DEFAULT_LEVELS["given_name"]
    assert list(made.levels) == list(DEFAULT_LEVELS)


@given(settings())
def test_settings_are_hashable_and_can_be_copied_and_sent(made: SettingsValue) -> None:
    """Settings go into a set, a copy or another process as they are."""
    for again in (copy.deepcopy(made), pickle.loads(pickle.dumps(made))):  # noqa: S301 - just dumped
        assert again == made
        assert len({again, made}) == 1


def test_all_that_is_wrong_with_settings_is_told_at_once() -> None:
    """MATCH-6: one error names every place, and it is a ValueError."""
    with pytest.raises(ValueError, match="cannot be used") as caught:
        SettingsValue(
            match_threshold=1.5,
            possible_threshold=0.1,
            sure_threshold=0.99,
            smallest_size=0,
            twins_expected=float("inf"),
            per_key_limit=2.5,  # type: ignore[arg-type] # that is the test
            levels={
                "gendr": {Level.EXACT: LevelProbabilities(1, 1)},
                "gender": {Level.NEXT: LevelProbabilities(1, 1)},
            },
            comparisons=(HOUSE, HOUSE, attrs.evolve(HOUSE, field="--")),
        )
    assert isinstance(caught.value, SettingsError)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "match_threshold",
        "twins_expected",
        "smallest_size",
        "per_key_limit",
        "levels.gender.next",
        "levels.gendr",
        "comparison 2.field",
        "comparison 3.field",
    ]
    assert "(8) comparison 3.field: '--' is no name" in str(caught.value)


# The file -----------------------------------------------------------------------------


@given(settings())
def test_what_is_written_is_read_back_exactly(made: SettingsValue) -> None:
    """MATCH-6: saved settings decide as the ones they were saved from."""
    assert settings_from_toml(settings_to_toml(made)) == made


def test_the_file_names_everything_as_the_library_does() -> None:
    """Numbers by their field, levels by their lower-case name, comparisons in order."""
    made = attrs.evolve(DEFAULT_SETTINGS, comparisons=(HOUSE,))
    table = tomllib.loads(settings_to_toml(made))
    assert table["version"] == 1
    assert table["match_threshold"] == made.match_threshold
    chances = made.levels["given_name"][Level.ONE_EDIT]
    assert table["levels"]["given_name"]["one_edit"] == attrs.asdict(chances)
    assert table["comparisons"][0]["field"] == HOUSE.field
    assert table["comparisons"][0]["levels"]["different"]["twin"] == 0.2


def test_a_file_gives_only_what_differs() -> None:
    """What a file leaves out is as the library has it, to the single probability."""
    made = settings_from_toml(
        "\ufeffversion = 1\r\n"
        "candidates_kept = 3\r\n"
        "[levels.date_of_birth]\r\n"
        "exact = { m = 0.5 }\r\n"
        "[[comparisons]]\r\n"
        'field = "House"\r\n'
        'kind = "exact"\r\n'
        "levels = { exact = { m = 0.9, u = 0.25 } }\r\n"
    )
    usual = DEFAULT_LEVELS["date_of_birth"][Level.EXACT]
    assert made.candidates_kept == 3
    assert made.levels["date_of_birth"][Level.EXACT] == attrs.evolve(usual, m=0.5)
    assert made.comparisons[0].levels == {Level.EXACT: LevelProbabilities(0.9, 0.25)}
    only = attrs.evolve(
        DEFAULT_SETTINGS,
        candidates_kept=3,
        levels={"date_of_birth": {Level.EXACT: attrs.evolve(usual, m=0.5)}},
        comparisons=made.comparisons,
    )
    assert made == only
    assert settings_from_toml("version = 1") == DEFAULT_SETTINGS


def test_all_that_is_wrong_with_a_file_is_told_at_once() -> None:
    """MATCH-6: each problem comes with its place and with what to do."""
    assert problems(
        """
        version = 1
        match_treshold = 0.5
        match_threshold = 0.6
        possible_threshold = 0.7
        smallest_size = 2.5
        sure_threshold = "0.9"
        twins_expected = nan
        [levels.given_nam]
        exact = { m = 1 }
        [levels.given_name]
        exact = { m = 1.5, x = 3 }
        one_digit = { m = 0.2 }
        one_edit = 0.3
        [levels.gender]
        exact = { m = true }
        [[comparisons]]
        field = "House"
        kind = "txt"
        levels = { exact = { m = 0.5 } }
        [[comparisons]]
        field = 3
        """
    ) == [
        "match_treshold: there is no such name; did you mean match_threshold?",
        "sure_threshold: '0.9' is not a number above 0 and below 1",
        "twins_expected: nan is not a number of 0 or more",
        "smallest_size: 2.5 is not a whole number of 1 or more",
        f"possible_threshold: 0.7 is above match_threshold (0.6); {ORDER}",
        "levels.given_nam: there is no such name; did you mean given_name?",
        "levels.given_name.one_digit: there is no such name; did you mean one_edit?",
        f"levels.given_name.exact.x: there is no such name; {ODDS}",
        "levels.given_name.exact.m: 1.5 is not a number above 0 and up to 1",
        "levels.given_name.one_edit: 0.3 is no table; write { … }",
        "levels.gender.exact.m: true is not a number above 0 and up to 1",
        "comparison 1.kind: 'txt' is no kind; did you mean text?",
        "comparison 1.levels.exact.u: is missing; give a number above 0 and up to 1",
        "comparison 2.kind: is missing; write it",
        "comparison 2.levels: is missing; write it",
        "comparison 2.field: 3 is no text; write it in quotation marks",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "version: is missing; write 1"),
        ("version = true", "version: true is no version; write 1"),
        ("version = 0", "version: 0 is no version; write 1"),
        ("version = 1.0", "version: 1.0 is no version; write 1"),
        (
            "version = 2\nanything = 3",
            f"version: 2 is newer than this library reads (1); {NEWER}",
        ),
        (
            "version = 1\ncandidates_kept = ",
            "the file is no TOML: Invalid value (at end of document)",
        ),
        ("version = 1\nlevels = 4", "levels: 4 is no table; write { … }"),
        (
            "version = 1\n[levels]\nlink = []",
            "levels.link: [] is no table; write { … }",
        ),
        (
            'version = 1\ncomparisons = "House"',
            "comparisons: 'House' is no list of tables; write [[comparisons]]",
        ),
        (
            "version = 1\ncomparisons = [1]",
            "comparison 1: 1 is no table; write { … }",
        ),
        (
            "version = 1\nmatch_threshold = 0.8\nsure_threshold = 0.7",
            f"match_threshold: 0.8 is above sure_threshold (0.7); {ORDER}",
        ),
    ],
)
def test_what_is_wrong_is_said(text: str, told: str) -> None:
    """MATCH-6: a file of another version, shape or order is refused."""
    assert problems(text)[0] == told


@pytest.mark.parametrize(
    ("levels", "place", "told"),
    [
        (
            "exact = { m = 0.1, u = 0.9 }",
            "exact",
            "m (0.1) is below u (0.9), so what is the same speaks against",
        ),
        (
            "different = { m = 0.9, u = 0.1 }",
            "different",
            "m (0.9) is above u (0.1), so what differs speaks for",
        ),
    ],
)
def test_m_and_u_that_are_exchanged_are_refused(
    levels: str, place: str, told: str
) -> None:
    """MATCH-6: they would make matches of strangers (MATCH-1)."""
    custom = 'version = 1\n[[comparisons]]\nfield = "Card"\nkind = "exact"\n'
    for file, where in (
        ("version = 1\n[levels.gender]\n", "levels.gender"),
        (f"{custom}[comparisons.levels]\n", "comparison 1.levels"),
    ):
        whole = f"{where}.{place}: {told} one child; exchange the two"
        assert problems(file + levels) == [whole]


def test_m_and_u_that_are_exchanged_are_refused_without_a_file() -> None:
    """MATCH-6: in code as in a file; of both 1 a level says nothing."""
    levels = {Level.EXACT: LevelProbabilities(0.1, 0.9)}
    custom = CustomComparison(field="Card", kind="exact", levels=levels)
    for own in ({"levels": {"gender": levels}}, {"comparisons": [custom]}):
        with pytest.raises(SettingsError, match=r"exact: m \(0\.1\) is below u"):
            SettingsValue(**own)
    nothing = {level: LevelProbabilities(1, 1) for level in DEFAULT_LEVELS["gender"]}
    made = SettingsValue(levels={"gender": nothing})
    assert {chances.weight for chances in made.levels["gender"].values()} == {0.0}
    assert SettingsValue(levels=DEFAULT_LEVELS) == DEFAULT_SETTINGS


def test_a_comparison_of_what_is_missing_is_refused() -> None:
    """MATCH-5: nobody can say by settings that a blank is evidence."""
    custom = 'field = "House"\nkind = "text"\nlevels = { missing = { m = 1, u = 0.1 } }'
    assert problems(f"version = 1\n[[comparisons]]\n{custom}") == [
        "comparison 1.levels.missing: a value that is missing is no evidence; remove it"
    ]


def test_a_long_value_is_cut_where_it_is_told() -> None:
    """An error stays readable, whatever stands in the file."""
    [told] = problems(f'version = 1\nsmallest_size = "{"x" * 500}"')
    assert len(told) < 120


@given(
    st.dictionaries(
        st.sampled_from(["version", "levels", "comparisons", "match_threshold", "x"]),
        st.recursive(
            st.integers() | st.booleans() | st.text("ab", max_size=2).map(repr),
            lambda each: (
                st.lists(each, max_size=2)
                | st.dictionaries(
                    st.sampled_from(
                        ["exact", "m", "gender", "field", "kind", "levels"]
                    ),
                    each,
                    max_size=3,
                )
            ),
            max_leaves=6,
        ),
    )
)
def test_no_file_does_worse_than_be_refused(table: dict[str, Any]) -> None:
    """Whatever stands where, the answer is settings or one SettingsError."""
    text = "\n".join(f"{name} = {_toml(value)}" for name, value in table.items())
    told = list[str]()
    try:
        settings_from_toml(text)
    except SettingsError as error:
        told += error.problems or [""]
    assert all(": " in problem for problem in told)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        cells = (f"{name} = {_toml(each)}" for name, each in value.items())
        return f"{{ {', '.join(cells)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_a_path_is_no_text() -> None:
    """A path, or its name, is not what is read; the error says what is."""
    path: Any = Path("settings.toml")
    with pytest.raises(TypeError, match=r"path\.read_text\(\)"):
        settings_from_toml(path)


def test_a_kind_that_is_no_text_is_told_once() -> None:
    """MATCH-6: that it is no text is what is wrong with it, and nothing else."""
    text = 'version = 1\n[[comparisons]]\nfield = "House"\nkind = 3\nlevels = {}\n'
    [problem] = problems(text)
    assert problem.startswith("comparison 1.kind: 3 is no text")
