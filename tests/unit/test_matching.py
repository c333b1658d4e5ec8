"""Unit tests of comparing two students and of deciding about an import."""

from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.matching import (
    DEFAULT_SETTINGS,
    Comparison,
    FieldComparison,
    Frequencies,
    ImportAs,
    Level,
    Settings,
    Suggestion,
    compare,
    suggest,
)
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey

SITE = Frequencies(1000, {("given", "amelia"): 12, ("family", "pateljones"): 1})
FULL = Student(
    key=StudentKey("1"),
    site_id=SiteId("a"),
    given_name="Amelia",
    middle_name="Rose",
    family_name="Patel-Jones",
    date_of_birth=date(2014, 3, 5),
    gender="F",
    year="6",
    national_id="H801200001001",
    student_id="1001",
    user_name="apatel",
    email="amelia@a.example.org",
)
LEAN = attrs.evolve(
    FULL, middle_name="", national_id="", student_id="", user_name="", email=""
)


def _there(student: Student, key: str = "9", **changes: Any) -> Student:
    """Put a changed copy of the student on the destination."""
    changed = attrs.evolve(student, **changes)
    return attrs.evolve(changed, key=StudentKey(key), site_id=SiteId("b"))


def _suggest_one(
    incoming: Student, *existing: Student, truncated: bool = False
) -> Suggestion:
    """Suggest for one student with these candidates."""
    return suggest(
        [incoming],
        {incoming.key: existing},
        SITE,
        truncated={incoming.key} if truncated else (),
    )[0]


CORRUPTIONS: dict[str, dict[str, Any]] = {
    "typing error": {"given_name": "Amleia"},
    "typing error in the family name": {"family_name": "Patel-Jomes"},
    "short form": {"given_name": "Millie"},
    "swapped": {"given_name": "Patel-Jones", "family_name": "Amelia"},
    "part of the family name": {"family_name": "Jones"},
    "changed family name": {"family_name": "Novak"},
    "no middle name": {"middle_name": ""},
    "case and accents": {"given_name": "AMÉLIA", "family_name": "patel jones"},
    "another script": {"given_name": "Амелия"},
    "day and month exchanged": {"date_of_birth": date(2014, 5, 3)},
    "one digit of the date": {"date_of_birth": date(2014, 3, 6)},
    "no given name": {"given_name": ""},
    "no family name": {"family_name": ""},
    "no date of birth": {"date_of_birth": None},
    "no gender": {"gender": ""},
    "no year": {"year": ""},
    "no national identifier": {"national_id": ""},
}


@pytest.mark.parametrize("changes", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_a_full_record_is_matched_in_spite_of_one_corruption(
    changes: dict[str, Any],
) -> None:
    """Each way to write a child twice leaves a full record matched (MATCH-3)."""
    assert _suggest_one(FULL, _there(FULL, **changes)).match == "9"


@pytest.mark.parametrize("changes", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_a_lean_record_is_at_least_offered_in_spite_of_one_corruption(
    changes: dict[str, Any],
) -> None:
    """With names, birthday, gender and year alone a person is asked (MATCH-3)."""
    suggestion = _suggest_one(LEAN, _there(LEAN, **changes))
    assert [candidate.key for candidate in suggestion.candidates] == ["9"]
    assert suggestion.match == "9" or suggestion.needs_review


LOOK_ALIKES: dict[str, dict[str, Any]] = {
    "twin": {"given_name": "Sophie"},
    "twin brother": {"given_name": "Oscar", "gender": "M"},
    "twin with a similar name": {"given_name": "Amelie"},
    "twin of an initial": {"given_name": "A"},
    "twin without a given name": {"given_name": ""},
    "sister": {"given_name": "Sophie", "date_of_birth": date(2012, 9, 17)},
    "same name": {"date_of_birth": date(2013, 9, 17)},
    "same name, near birthday": {"date_of_birth": date(2014, 3, 15)},
    "same name, birthday exchanged": {"date_of_birth": date(2014, 5, 3)},
    "same given name and birthday": {"family_name": "Novak"},
    "another middle name": {"middle_name": "Jane"},
    "short form of a boy's name": {"given_name": "Amelian", "gender": "M"},
}


@pytest.mark.parametrize("changes", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_look_alikes_are_never_automatic(changes: dict[str, Any]) -> None:
    """Twins, siblings and namesakes are a person's decision (MATCH-4)."""
    child = attrs.evolve(LEAN, middle_name="Rose" if "middle_name" in changes else "")
    suggestion = _suggest_one(child, _there(child, **changes))
    assert suggestion.import_as is ImportAs.NEW
    assert suggestion.match is None


@pytest.mark.parametrize("field", ["student_id", "email", "user_name"])
def test_a_shared_identifier_does_not_make_twins_one(field: str) -> None:
    """A reused local ID or the family's email adds nothing to twins (MATCH-4)."""
    shared: dict[str, Any] = {field: "family77@example.org"}
    twin = attrs.evolve(LEAN, **shared)
    suggestion = _suggest_one(twin, _there(twin, given_name="Sophie"))
    assert suggestion.match is None
    assert round(suggestion.candidates[0].probability, 12) <= 0.5


def test_twins_are_matched_each_to_the_own_record() -> None:
    """Both twins on both sites: each is matched to the right one (MATCH-4, PREV-4)."""
    other = attrs.evolve(LEAN, key=StudentKey("2"), given_name="Sophie")
    there = [_there(LEAN, "8"), _there(other, "9")]
    found = suggest([LEAN, other], {LEAN.key: there, other.key: there}, SITE)
    assert [one.match for one in found] == ["8", "9"]
    assert not any(one.needs_review for one in found)


def test_a_link_does_not_outweigh_another_name_and_birthday() -> None:
    """A trace of an earlier transfer is strong but not decisive (IMP-5)."""
    same = _there(LEAN, provenance={LEAN.ref}, date_of_birth=date(2012, 9, 17))
    other = attrs.evolve(same, given_name="Oscar", family_name="Novak")
    assert _suggest_one(LEAN, same).match == "9"
    assert _suggest_one(LEAN, other).match is None


def test_a_state_in_the_column_of_national_identifiers_is_no_evidence() -> None:
    """Files with the same "State ID" for everyone match nobody by it (MATCH-5)."""
    one = attrs.evolve(LEAN, national_id="STATE2024")
    two = attrs.evolve(one, key=StudentKey("2"), given_name="Omar", family_name="Ng")
    there = _there(one, given_name="Zoe", family_name="Lund", date_of_birth=None)
    alone = suggest([one], {one.key: [there]}, SITE)[0]
    both = suggest([one, two], {one.key: [there], two.key: [there]}, SITE)
    assert alone.candidates
    assert not any(suggestion.candidates for suggestion in both)


def test_equal_candidates_are_offered_and_none_is_matched() -> None:
    """A tie is never decided automatically (MATCH-1)."""
    found = _suggest_one(LEAN, _there(LEAN, "9"), _there(LEAN, "8"))
    assert found.match is None
    assert found.needs_review
    assert [candidate.key for candidate in found.candidates] == ["8", "9"]
    assert "another pairing" in found.why


def test_two_incoming_records_of_one_student_are_both_left_to_a_person() -> None:
    """One student of the site is never the match of two (PREV-4)."""
    double = attrs.evolve(LEAN, key=StudentKey("2"))
    there = _there(LEAN)
    found = suggest([LEAN, double], {LEAN.key: [there], double.key: [there]}, SITE)
    assert [(one.match, one.needs_review) for one in found] == [(None, True)] * 2


def test_an_exact_match_needs_no_review() -> None:
    """What agrees in everything is matched without a flag (PREV-3)."""
    found = _suggest_one(FULL, _there(FULL))
    assert (found.import_as, found.match) == (ImportAs.MATCHED, "9")
    assert not found.needs_review
    assert found.candidates[0].probability > 0.9999


def test_a_match_with_a_doubt_is_flagged_and_says_why() -> None:
    """A changed family name is matched with an identifier and flagged (PREV-3)."""
    found = _suggest_one(FULL, _there(FULL, family_name="Novak"))
    assert found.match == "9"
    assert found.needs_review
    assert "family name: different" in found.why


def test_a_match_that_is_not_quite_sure_is_flagged() -> None:
    """Between match and sure threshold a person is asked to look (PREV-3)."""
    found = _suggest_one(LEAN, _there(LEAN, date_of_birth=None))
    assert found.match == "9"
    assert found.needs_review
    assert "not quite sure" in found.why


def test_a_new_student_without_possible_matches_needs_no_review() -> None:
    """Nobody alike: a new student, and nothing to look at (PREV-3)."""
    stranger = _there(LEAN, given_name="Omar", family_name="Ng", date_of_birth=None)
    for found in (_suggest_one(LEAN), _suggest_one(LEAN, stranger)):
        assert found.import_as is ImportAs.NEW
        assert not found.needs_review
        assert found.candidates == ()


def test_a_possible_match_that_is_too_unlikely_says_so() -> None:
    """A namesake of a common name and no birthday is possible, no more (MATCH-6)."""
    common = Frequencies(1000, {("given", "amelia"): 90, ("family", "pateljones"): 90})
    there = _there(LEAN, date_of_birth=None, year="")
    found = suggest([LEAN], {LEAN.key: [there]}, common)[0]
    assert found.match is None
    assert "none is likely enough" in found.why


def test_a_truncated_search_is_said_and_reviewed() -> None:
    """Where not every candidate was seen, a new student needs review (PREV-3)."""
    new = _suggest_one(LEAN, truncated=True)
    matched = _suggest_one(LEAN, _there(LEAN), truncated=True)
    assert new.needs_review
    assert not matched.needs_review
    assert "too many students" in new.why
    assert "too many students" in matched.why


def test_what_a_person_decided_stays() -> None:
    """A decision stands, and the chosen student is nobody else's (PREV-7, REV-2)."""
    other = attrs.evolve(LEAN, key=StudentKey("2"), given_name="Sophie")
    there = _there(LEAN)
    found = suggest(
        [LEAN, other],
        {LEAN.key: [there], other.key: [there]},
        SITE,
        decided={other.key: there.key},
    )
    assert [one.match for one in found] == [None, there.key]
    assert found[0].needs_review
    assert not found[1].needs_review
    assert found[1].why == "decided by a person"


def test_a_student_decided_as_new_frees_nobody_and_stays_new() -> None:
    """None as decision is a new student, with the possible matches shown (REV-1)."""
    found = suggest([LEAN], {LEAN.key: [_there(LEAN)]}, SITE, decided={LEAN.key: None})[
        0
    ]
    assert found.import_as is ImportAs.NEW
    assert found.match is None
    assert len(found.candidates) == 1


def test_the_best_candidates_are_kept_and_the_match_always() -> None:
    """At most so many are kept, but the decided match is among them (REV-1)."""
    there = [_there(LEAN, key, given_name="Sophie") for key in "3456"]
    found = suggest(
        [LEAN],
        {LEAN.key: there},
        SITE,
        Settings(candidates_kept=2),
        decided={LEAN.key: StudentKey("6")},
    )[0]
    assert [candidate.key for candidate in found.candidates] == ["3", "4", "6"]


def test_two_students_of_one_key_are_refused() -> None:
    """An import names each student once."""
    with pytest.raises(ValueError, match="one key"):
        suggest([LEAN, LEAN], {}, SITE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"match_threshold": 1.5},
        {"possible_threshold": 0.0},
        {"match_threshold": 0.5, "possible_threshold": 0.6},
        {"match_threshold": 0.9999},
        {"candidates_kept": 0},
        {"smallest_size": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, Any]) -> None:
    """Thresholds are probabilities in order, limits are above 0 (MATCH-6)."""
    with pytest.raises(ValueError, match=r"."):
        Settings(**wrong)


def test_a_higher_match_threshold_matches_less() -> None:
    """The thresholds are settings (MATCH-6)."""
    there = {LEAN.key: [_there(LEAN, date_of_birth=None)]}
    strict = Settings(match_threshold=0.9995, sure_threshold=0.9999)
    assert suggest([LEAN], there, SITE)[0].match == "9"
    assert suggest([LEAN], there, SITE, strict)[0].match is None


def test_weights_add_up_to_the_probability() -> None:
    """Prior and weights are the log2 odds of the probability (MATCH-6, PREV-6)."""
    found = compare(LEAN, _there(LEAN, date_of_birth=None), SITE)
    bits = found.prior + sum(field.weight for field in found.fields)
    assert found.probability == pytest.approx(1 / (1 + 2**-bits))


def test_the_prior_is_one_of_the_site() -> None:
    """Half of those who come are expected, each as likely any student (MATCH-6)."""
    nobody = Student(key=StudentKey("1"), site_id=SiteId("a"))
    found = compare(nobody, _there(nobody), Frequencies(1000), DEFAULT_SETTINGS)
    assert found.probability == pytest.approx(0.5 / 1000.5)
    assert found.why == "nothing to compare"


def test_evidence_that_is_overwhelming_stays_a_probability() -> None:
    """However much agrees, the probability is at most 1 and at least 0 (MATCH-6)."""
    link = FieldComparison("link", Level.LINKED, 5000.0)
    against = attrs.evolve(link, weight=-5000.0)
    assert Comparison((link,), 0.0).probability == 1
    assert Comparison((against,), 0.0).probability == 0


def test_no_explanation_has_personal_data() -> None:
    """What explains a match can be logged and shown (PREV-6)."""
    there = _there(FULL, given_name="Millie", family_name="Novak")
    found = _suggest_one(FULL, there)
    told = " ".join([found.why, *(one.why for one in found.candidates), repr(found)])
    for value in ("Amelia", "Millie", "Novak", "Patel", "2014", "H8012"):
        assert value.lower() not in told.lower()
