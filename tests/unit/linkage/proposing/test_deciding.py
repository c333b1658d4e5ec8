"""Unit tests of what is proposed for each incoming student."""

import json
from collections.abc import Mapping

import pytest

from student_transfer.linkage.comparing.comparison import Agreement
from student_transfer.linkage.comparing.levels import Level
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS, Settings
from student_transfer.linkage.proposing.deciding import (
    CONTESTED,
    TAKEN,
    Candidate,
    Completeness,
    ImportAs,
    Suggestion,
    decide,
)
from student_transfer.students import StudentKey

SURE, POSSIBLE, UNLIKELY = 20.0, 0.0, -9.0
NAMES = {"given_name": Level.EXACT, "family_name": Level.EXACT}
DATED = {**NAMES, "date_of_birth": Level.EXACT}


def _decide(
    odds: Mapping[str, Mapping[str, float]],
    levels: Mapping[str, Level] | None = None,
    settings: Settings = DEFAULT_SETTINGS,
    *,
    decided: Mapping[str, str | None] | None = None,
    completeness: Completeness = Completeness.COMPLETE,
) -> dict[str, Suggestion]:
    """Decide with given odds; every pair agrees at the same levels."""
    agreement = Agreement(levels or NAMES)
    found = decide(
        {
            StudentKey(row): {StudentKey(key): bits for key, bits in columns.items()}
            for row, columns in odds.items()
        },
        lambda _, __: agreement,
        settings,
        decided={
            StudentKey(row): None if key is None else StudentKey(key)
            for row, key in (decided or {}).items()
        },
        completeness=dict.fromkeys(map(StudentKey, odds), completeness),
    )
    return {str(row): suggestion for row, suggestion in found.items()}


def test_a_sure_match_needs_no_review() -> None:
    """What agrees in what matters is matched without a flag (PREV-3)."""
    found = _decide({"a": {"x": SURE}})["a"]
    assert (found.import_as, found.match) == (ImportAs.MATCHED, "x")
    assert not found.needs_review
    assert [one.key for one in found.candidates] == ["x"]


def test_a_proposal_is_json() -> None:
    """All of it, as a host answers a request with it."""
    found = _decide({"a": {"x": SURE, "y": POSSIBLE}})["a"]
    told = json.loads(json.dumps(found.as_dict()))
    assert told == found.as_dict()
    assert (told.pop("import_as"), told.pop("doubts")) == ("matched", [])
    candidates = [Candidate(**each) for each in told.pop("candidates")]
    back = Suggestion(import_as=ImportAs.MATCHED, candidates=tuple(candidates), **told)
    assert back == found


def test_nobody_alike_is_a_new_student_without_review() -> None:
    """Where nobody is possible there is nothing to look at (PREV-3)."""
    for odds in ({}, {"x": UNLIKELY}):
        found = _decide({"a": odds})["a"]
        assert (found.import_as, found.match) == (ImportAs.NEW, None)
        assert not found.needs_review
        assert found.candidates == ()
        assert found.why == "nobody on the site is a possible match"


def test_a_new_student_with_possible_matches_is_flagged() -> None:
    """An unmatched student who may be somebody goes to a person (PREV-3)."""
    found = _decide({"a": {"x": POSSIBLE}})["a"]
    assert found.import_as is ImportAs.NEW
    assert found.needs_review
    assert found.why == "possible matches, but none is likely enough"


def test_a_match_that_is_not_quite_sure_is_flagged() -> None:
    """Between the match and the sure threshold a person looks (PREV-3)."""
    found = _decide({"a": {"x": 4.0}})["a"]
    assert found.match == "x"
    assert found.needs_review
    assert found.why == "likely one child, but not quite sure"


def test_a_match_that_is_not_quite_sure_says_what_makes_it_so() -> None:
    """PREV-3: who looks learns what differs, and that another one is possible."""
    levels = {**DATED, "family_name": Level.ONE_EDIT, "email": Level.REPEATED}
    found = _decide({"a": {"x": 5.0, "y": 2.0}}, levels)["a"]
    assert (found.match, len(found.candidates)) == ("x", 2)
    assert found.why == (
        "likely one child, but not quite sure; another student is a possible match, "
        "too; family name: one letter different"
    )
    alone = _decide({"a": {"x": 5.0, "y": UNLIKELY}}, levels)["a"]
    assert alone.why == (
        "likely one child, but not quite sure; family name: one letter different"
    )
    assert _decide({"a": {"x": SURE}}, levels)["a"].why == "agrees in what matters"


def test_a_reason_for_review_flags_a_match_however_likely() -> None:
    """Some agreements go to a person however high they score (MATCH-4)."""
    levels = {"given_name": Level.DIFFERENT, "date_of_birth": Level.EXACT}
    found = _decide({"a": {"x": SURE}}, levels)["a"]
    assert found.match == "x"
    assert found.needs_review
    assert "the given names differ" in found.why
    offered = _decide({"a": {"x": POSSIBLE}}, levels)["a"]
    assert offered.match is None
    assert offered.why == "possible matches, but the given names differ"


def test_all_reasons_for_review_are_told() -> None:
    """A person sees each reason (MATCH-4)."""
    levels = {"given_name": Level.DIFFERENT, "national_id": Level.OTHER_CHECKED}
    assert _decide({"a": {"x": POSSIBLE}}, levels)["a"].why == (
        "possible matches, but the given names differ and the national identifiers are "
        "those of two children"
    )


def test_who_has_no_name_is_never_matched_by_the_rest() -> None:
    """Gender, year and home are nobody's name, however likely (MATCH-1)."""
    levels = {"gender": Level.EXACT, "address": Level.EXACT}
    found = _decide({"a": {"x": SURE}}, levels)["a"]
    assert found.match is None
    assert found.needs_review


def test_a_tie_is_never_matched() -> None:
    """Candidates that fit equally well are all offered (MATCH-1)."""
    found = _decide({"a": {"x": SURE, "y": SURE}})["a"]
    assert found.match is None
    assert found.needs_review
    assert [one.key for one in found.candidates] == ["x", "y"]
    assert found.why == "possible matches, but another one is as likely"


def test_no_student_is_the_match_of_two() -> None:
    """Two incoming records of one student are both left to a person (PREV-4)."""
    found = _decide({"a": {"x": SURE}, "b": {"x": SURE}})
    assert [one.match for one in found.values()] == [None, None]
    assert all(one.needs_review for one in found.values())
    assert {one.why for one in found.values()} == {f"possible matches, but {CONTESTED}"}
    assert all(one.is_contested for one in found.values())


def test_another_incoming_student_is_the_reason_only_where_it_is() -> None:
    """PREV-3: a person learns of the other one, and what else there is to look at."""
    ones_own = {"a": {"x": SURE, "y": SURE}, "b": {"x": POSSIBLE}}
    assert not _is_contested(_decide(ones_own)["a"])
    doubtful = {"a": {"x": POSSIBLE}, "b": {"x": POSSIBLE}}
    assert not _is_contested(_decide(doubtful)["a"])
    levels = {**DATED, "given_name": Level.DIFFERENT}
    twins = _decide({"a": {"x": SURE}, "b": {"x": SURE}}, levels)["a"]
    assert _is_contested(twins)
    assert twins.why == f"possible matches, but the given names differ and {CONTESTED}"
    nameless = {"gender": Level.EXACT}
    both = _decide({"a": {"x": SURE}, "b": {"x": SURE}}, nameless)
    assert not _is_contested(both["a"])


def _is_contested(proposed: Suggestion) -> bool:
    """Return whether a proposal is, and says so to a person just where it is."""
    assert proposed.is_contested is (CONTESTED in proposed.why)
    return proposed.is_contested


@pytest.mark.parametrize("others", [{}, {"y": POSSIBLE}])
@pytest.mark.parametrize("decided", [{}, {"a": "x"}])
def test_who_would_be_sure_of_another_ones_match_is_flagged(
    others: dict[str, float], decided: dict[str, str | None]
) -> None:
    """The two may be one child, who is twice in the import (PREV-3, PREV-4)."""
    found = _decide({"a": {"x": SURE}, "b": {"x": 9.0, **others}}, decided=decided)
    assert (found["a"].match, found["b"].import_as) == ("x", ImportAs.NEW)
    assert found["b"].needs_review
    assert [one.key for one in found["b"].candidates] == [*others, "x"]
    assert _is_contested(found["b"])
    assert not found["b"].is_taken


def test_who_would_not_be_sure_of_another_ones_match_is_new() -> None:
    """A sister or brother is likely, too, until the other one has come (PREV-3)."""
    found = _decide({"a": {"x": SURE}, "b": {"x": 2.0}})["b"]
    assert (found.import_as, found.needs_review) == (ImportAs.NEW, False)
    assert found.candidates == ()


@pytest.mark.parametrize("decided", [{}, {"a": "x"}])
def test_it_is_said_that_only_another_ones_match_is_possible(
    decided: dict[str, str | None],
) -> None:
    """PREV-3: whoever asks beside that one is not told that nobody is possible."""
    odds = {"a": {"x": SURE}, "b": {"x": 2.0}, "c": {"x": UNLIKELY}}
    found = _decide(odds, decided=decided)
    assert (found["b"].why, found["b"].is_contested) == (TAKEN, False)
    assert found["b"].is_taken
    assert found["c"].why == "nobody on the site is a possible match"
    assert not found["a"].is_taken
    assert not found["c"].is_taken


@pytest.mark.parametrize("threshold", [0.2, 0.45, 0.5, 0.75])
def test_no_student_is_the_match_of_two_whatever_the_threshold(
    threshold: float,
) -> None:
    """A threshold below one half does not make two matches of one (PREV-4)."""
    settings = Settings(match_threshold=threshold, possible_threshold=0.1)
    odds = {"a": {"x": 2.0}, "b": {"x": 2.0}}
    found = _decide(odds, settings=settings)
    matches = [one.match for one in found.values() if one.match is not None]
    assert len(matches) == len(set(matches))


@pytest.mark.parametrize("threshold", [0.2, 0.45, 0.75])
def test_a_tie_is_never_matched_whatever_the_threshold(threshold: float) -> None:
    """Of two who fit equally well neither is better than the other (MATCH-1)."""
    settings = Settings(match_threshold=threshold, possible_threshold=0.1)
    found = _decide({"a": {"x": 5.0, "y": 5.0}}, settings=settings)["a"]
    assert found.match is None


def test_one_half_is_not_enough_whatever_the_threshold() -> None:
    """A match is likelier than everything else together, not as likely (PREV-4)."""
    settings = Settings(match_threshold=0.2, possible_threshold=0.1)
    assert _decide({"a": {"x": 0.0}}, settings=settings)["a"].match is None


def test_who_reaches_a_threshold_has_reached_it() -> None:
    """Offered from the possible threshold on, sure from the sure one (MATCH-6)."""
    settings = Settings(
        possible_threshold=0.5, match_threshold=0.75, sure_threshold=0.8
    )
    offered = _decide({"a": {"x": 0.0}}, settings=settings)["a"].candidates
    assert [one.key for one in offered] == ["x"]
    sure = _decide({"a": {"x": 2.0}}, DATED, settings)["a"]
    assert sure.match == "x"
    assert not sure.needs_review


_RENAMED = {"family_name": Level.DIFFERENT, "date_of_birth": Level.EXACT}


@pytest.mark.parametrize(
    ("levels", "flagged"),
    [
        ({}, True),
        ({"date_of_birth": Level.SAME_YEAR}, True),
        ({"date_of_birth": Level.SAME_MONTH, "address": Level.EXACT}, True),
        ({"date_of_birth": Level.EXACT}, False),
        ({"date_of_birth": Level.ONE_DIGIT}, True),
        ({"date_of_birth": Level.ONE_DIGIT, "postcode": Level.EXACT}, True),
        ({"date_of_birth": Level.EXCHANGED}, True),
        ({"date_of_birth": Level.ONE_DIGIT, "address": Level.EXACT}, False),
        ({"date_of_birth": Level.EXCHANGED, "middle_name": Level.EXACT}, False),
        ({**_RENAMED}, True),
        ({**_RENAMED, "postcode": Level.AREA}, True),
        ({**_RENAMED, "postcode": Level.EXACT}, False),
        ({**_RENAMED, "email": Level.REPEATED}, False),
        ({**_RENAMED, "address": Level.SIMILAR}, False),
        ({**_RENAMED, "national_id": Level.EXACT}, False),
        ({"national_id": Level.EXACT}, False),
        ({"link": Level.LINKED}, False),
    ],
)
def test_where_little_else_agrees_a_match_has_to_be_surer(
    levels: dict[str, Level], *, flagged: bool
) -> None:
    """MATCH-4: a namesake of one year, or a first name and a birthday (MATCH-6)."""
    found = _decide({"a": {"x": 7.0}}, {**NAMES, **levels})["a"]  # 0.9922
    assert found.match == "x"
    assert found.needs_review is flagged
    assert ("with so little else that agrees" in found.why) is flagged
    assert not _decide({"a": {"x": 8.5}}, {**NAMES, **levels})["a"].needs_review
    sure = Settings(sure_threshold=0.999)
    assert _decide({"a": {"x": 8.5}}, {**NAMES, **levels}, sure)["a"].needs_review


@pytest.mark.parametrize(
    ("second", "why"),
    [(-1.0, "another one is as likely"), (-1.3, "none is likely enough")],
)
def test_from_half_as_likely_on_another_one_is_told(second: float, why: str) -> None:
    """The reason says what a person has to look at: two, or one in doubt (PREV-3)."""
    settings = Settings(possible_threshold=0.01)
    found = _decide({"a": {"x": 0.0, "y": second}}, settings=settings)["a"]
    assert found.why == f"possible matches, but {why}"


@pytest.mark.parametrize("threshold", [0.1, 0.2, 0.45, 0.75])
def test_the_match_is_the_best_of_the_candidates(threshold: float) -> None:
    """Who is matched comes first, as the file of the matches says (PREV-3)."""
    settings = Settings(match_threshold=threshold, possible_threshold=0.05)
    odds = {
        "a": {"x": 0.7, "y": -2.0, "z": 0.1},
        "b": {"x": 2.3, "y": 1.7},
        "c": {"x": 0.5, "y": 1.2, "z": 1.1},
    }
    for one in _decide(odds, settings=settings).values():
        assert one.match is None or one.match == one.candidates[0].key


@pytest.mark.parametrize(
    ("completeness", "flagged"),
    [(Completeness.MAY_MISS_THE_MATCH, True), (Completeness.CUT, False)],
)
def test_a_search_that_was_cut_is_said(
    completeness: Completeness, *, flagged: bool
) -> None:
    """A new student whose match may be among the overlooked is flagged (PREV-3)."""
    found = _decide({"a": {}}, completeness=completeness)["a"]
    assert found.needs_review is flagged
    assert found.why == (
        "nobody on the site is a possible match; "
        "too many students share a name or date for all of them to be compared"
    )
    matched = _decide({"a": {"x": SURE}}, completeness=completeness)["a"]
    assert not matched.needs_review


def test_what_a_person_decided_stays() -> None:
    """A decision stands, and the chosen student is nobody else's (PREV-7, REV-2)."""
    odds = {"a": {"x": SURE}, "b": {"x": UNLIKELY}, "c": {"x": SURE}}
    found = _decide(odds, decided={"b": "x", "c": None})
    assert [one.match for one in found.values()] == [None, "x", None]
    assert [one.import_as.value for one in found.values()] == ["new", "matched", "new"]
    assert [one.key for one in found["b"].candidates] == ["x"]
    assert [one.key for one in found["c"].candidates] == ["x"]
    assert [(one.key, one.probability) for one in found["a"].candidates] == [("x", 0)]
    assert found["a"].needs_review
    for key in ("b", "c"):
        assert not found[key].needs_review
        assert found[key].why == "decided by a person"


def test_a_decision_for_someone_who_was_not_compared_stays_too() -> None:
    """A person may choose whom no blocking key finds (REV-1)."""
    found = _decide({"a": {}}, decided={"a": "x"})["a"]
    assert (found.import_as, found.match) == (ImportAs.MATCHED, "x")


def test_the_best_candidates_are_kept_and_the_match_always() -> None:
    """At most so many are kept, but the decided match is among them (REV-1)."""
    settings = Settings(candidates_kept=2, possible_threshold=0.001)
    odds = {"a": {"w": 3.0, "x": 2.0, "y": 1.0, "z": -6.0}}
    kept = _decide(odds, settings=settings)["a"].candidates
    assert [one.key for one in kept] == ["w", "x"]
    chosen = _decide(odds, settings=settings, decided={"a": "z"})["a"].candidates
    assert [one.key for one in chosen] == ["w", "x", "z"]
    likely = [one.probability for one in chosen]
    assert likely == sorted(likely, reverse=True)


def test_equally_likely_candidates_are_in_the_order_of_their_keys() -> None:
    """The same input is shown in the same order (PREV-5)."""
    odds = {"a": dict.fromkeys(("z", "x", "y"), POSSIBLE)}
    kept = _decide(odds)["a"].candidates
    assert [one.key for one in kept] == ["x", "y", "z"]


@pytest.mark.parametrize("bits", [0.0, 12.0])
@pytest.mark.parametrize("many", [10, 12, 28])
def test_who_has_many_namesakes_is_flagged_however_many(many: int, bits: float) -> None:
    """PREV-3: each of them is unlikely, but hardly that none is the child."""
    namesakes = {f"x{number:02}": bits for number in range(many)}
    found = _decide({"a": {**namesakes, "stranger": -5.0}})["a"]
    assert (found.import_as, found.needs_review) == (ImportAs.NEW, True)
    kept = DEFAULT_SETTINGS.candidates_kept
    assert [one.key for one in found.candidates] == [*namesakes][:kept]
    assert found.why == "possible matches, but another one is as likely"
    assert not found.is_contested


def test_many_incoming_namesakes_of_many_are_flagged() -> None:
    """PREV-3, PREV-4: nobody can tell whose match each of them is."""
    keys = [f"{number:02}" for number in range(12)]
    found = _decide({f"i{row}": {f"x{key}": 12.0 for key in keys} for row in keys})
    for one in found.values():
        assert one.needs_review
        assert one.match is None
        assert len(one.candidates) == DEFAULT_SETTINGS.candidates_kept


def test_a_student_of_the_other_twin_is_sure() -> None:
    """Both twins on both sides: each is matched to the own record (PREV-4)."""
    found = _decide({"a": {"x": 9.0, "y": 6.0}, "b": {"x": 6.0, "y": 9.0}})
    assert [one.match for one in found.values()] == ["x", "y"]


def test_a_higher_match_threshold_matches_less() -> None:
    """The thresholds are settings (MATCH-6)."""
    strict = Settings(match_threshold=0.98, sure_threshold=0.99)
    odds = {"a": {"x": 4.0}}
    assert _decide(odds)["a"].match == "x"
    assert _decide(odds, settings=strict)["a"].match is None
