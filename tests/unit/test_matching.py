"""Unit tests of comparing two students and of proposing for a whole import."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs
import pytest

from student_transfer.linkage.bulk_blocking.backend import blocker_for
from student_transfer.linkage.bulk_blocking.candidate_rows import pick_from
from student_transfer.linkage.bulk_blocking.roster_blocker import (
    RosterBlocker,
    RosterBlocks,
    SoughtStudents,
)
from student_transfer.linkage.profiles.profile import profile, values_of
from student_transfer.linkage.proposing.parts import LocalParts, Part, link_parts
from student_transfer.linkage.proposing.rosters import STUDENT_ROWS
from student_transfer.matching import (
    DEFAULT_SETTINGS,
    CustomComparison,
    Frequencies,
    ImportAs,
    Level,
    LevelProbabilities,
    Settings,
    Suggestion,
    compare,
    estimate,
    link,
    suggest,
    why_not,
)
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import FULL, LEAN, NOBODY, SITE, named, there


def _suggest_one(
    incoming: Student,
    *existing: Student,
    site: Frequencies = SITE,
    settings: Settings = DEFAULT_SETTINGS,
    truncated: bool = False,
) -> Suggestion:
    """Suggest for one student with these candidates."""
    return suggest(
        [incoming],
        {incoming.key: existing},
        site,
        settings,
        truncated={incoming.key} if truncated else (),
    )[0]


# One child written twice (MATCH-3) ----------------------------------------------------

CORRUPTIONS: dict[str, dict[str, Any]] = {
    "typing error": {"given_name": "Amleia"},
    "typing error in the family name": {"family_name": "Patel-Jomes"},
    "nickname": {"given_name": "Millie"},
    "called by another name": {"given_name": "Xiu", "preferred_name": "Amelia"},
    "swapped": {"given_name": "Patel-Jones", "family_name": "Amelia"},
    "part of the family name": {"family_name": "Jones"},
    "changed family name": {"family_name": "Novak"},
    "no middle name": {"middle_name": ""},
    "initial of the middle name": {"middle_name": "R."},
    "given and middle name exchanged": {"given_name": "Rose", "middle_name": "Amelia"},
    "case and accents": {"given_name": "AMÉLIA", "family_name": "patel jones"},
    "another script": {"given_name": "Амелия"},
    "day and month exchanged": {"date_of_birth": date(2014, 5, 3)},
    "one digit of the day": {"date_of_birth": date(2014, 3, 6)},
    "one digit of the year": {"date_of_birth": date(2013, 3, 5)},
    "year and month of birth": {"date_of_birth": None, "dob": "2014-03"},
    "year of birth": {"date_of_birth": None, "dob": "2014"},
    "no given name": {"given_name": "Unknown"},
    "no family name": {"family_name": "N/A"},
    "no date of birth": {"date_of_birth": None},
    "a placeholder for the date of birth": {"date_of_birth": date(1900, 1, 1)},
    "no gender": {"gender": ""},
    "no year": {"year": ""},
    "a year later": {"year": "7"},
    "no national identifier": {"national_id": ""},
    "another state's identifier": {"national_id": "B912311112112"},
}


def _written(student: Student, changes: dict[str, Any]) -> Student:
    """Write a student otherwise; what is known of a date is a further field."""
    known = {key: value for key, value in changes.items() if key != "dob"}
    if "dob" in changes:
        known["extra"] = {**dict(student.extra), "date of birth": changes["dob"]}
    return there(student, **known)


@pytest.mark.parametrize("changes", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_a_full_record_is_matched_in_spite_of_one_corruption(
    changes: dict[str, Any],
) -> None:
    """Each way to write a child twice leaves a full record matched (MATCH-3)."""
    assert _suggest_one(FULL, _written(FULL, changes)).match == "9"
    assert link([FULL], [_written(FULL, changes)])[0].match == "9"


@pytest.mark.parametrize("changes", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_a_lean_record_is_at_least_offered_in_spite_of_one_corruption(
    changes: dict[str, Any],
) -> None:
    """With names, birthday, gender and year alone a person is asked (MATCH-3)."""
    for found in (
        _suggest_one(LEAN, _written(LEAN, changes)),
        link([LEAN], [_written(LEAN, changes)])[0],
    ):
        assert [candidate.key for candidate in found.candidates] == ["9"]
        assert found.match == "9" or found.needs_review


@pytest.mark.parametrize(
    ("incoming", "existing"),
    [
        (("Mohammed", "Chowdhury"), ("محمد", "চৌধুরী")),
        (("Noa", "Levi"), ("נועה", "לוי")),
        (("Dmytro", "Shevchenko"), ("Дмитро", "Шевченко")),
        (("Sofia", "Papadopoulou"), ("Σοφία", "Παπαδοπούλου")),
        (("Li Na", "Wang"), ("李娜", "王")),
        (("Priya", "Sharma"), ("प्रिया", "शर्मा")),
        (("Minjun", "Kim"), ("민준", "김")),
    ],
)
def test_names_of_the_world_are_found_in_other_scripts(
    incoming: tuple[str, str], existing: tuple[str, str]
) -> None:
    """A child's name in another script is the child's name (MATCH-3)."""
    one = attrs.evolve(LEAN, given_name=incoming[0], family_name=incoming[1])
    other = there(one, given_name=existing[0], family_name=existing[1])
    (found,) = link([one], [other])
    assert [candidate.key for candidate in found.candidates] == ["9"]


# Two children who look like one (MATCH-4) ---------------------------------------------

LOOK_ALIKES: dict[str, dict[str, Any]] = {
    "twin": {"given_name": "Sophie"},
    "twin brother": {"given_name": "Oscar", "gender": "M"},
    "twin with a similar name": {"given_name": "Amelie"},
    "twin with another first letter": {"given_name": "Emelia"},
    "twin without a given name": {"given_name": ""},
    "sister": {"given_name": "Sophie", "date_of_birth": date(2012, 9, 17)},
    "namesake": {"date_of_birth": date(2011, 9, 17)},
    "namesake of the same birthday in another year": {
        "date_of_birth": date(2007, 3, 5)
    },
}
SHARED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a local ID": {"student_id": "1001"},
    "a user name": {"user_name": "pjones"},
    "the family's email": {"email": "pateljones@example.org"},
    "the home": {"extra": {"postcode": "B13 9QX"}},
}


@pytest.mark.parametrize("changes", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
@pytest.mark.parametrize("shared", SHARED.values(), ids=SHARED)
def test_look_alikes_are_never_automatic(
    changes: dict[str, Any], shared: dict[str, Any]
) -> None:
    """Twins, siblings and namesakes are a person's decision (MATCH-4)."""
    child = attrs.evolve(LEAN, **shared)
    for found in (
        _suggest_one(child, there(child, **changes)),
        link([child], [there(child, **changes)])[0],
    ):
        assert found.match is None or found.needs_review


def test_a_common_name_is_not_a_child() -> None:
    """Of nine namesakes none is matched without a birthday (MATCH-4)."""
    one = named("Mohammed", "Khan", gender="M", year="6")
    existing = [there(one, str(each)) for each in range(9)]
    (found,) = link([one], existing)
    assert found.match is None
    assert found.needs_review


def test_a_reused_local_id_matches_nobody() -> None:
    """Sites count from the same number: equal IDs prove little (MATCH-4)."""
    one = attrs.evolve(LEAN, student_id="1001", user_name="u1001")
    other = there(
        one, given_name="Omar", family_name="Ng", date_of_birth=date(2011, 9, 17)
    )
    found = _suggest_one(one, other)
    assert found.match is None
    assert found.candidates == ()


def test_twins_on_both_sides_are_matched_each_to_the_own_record() -> None:
    """Both twins on both sites: each is matched to the right one (MATCH-4, PREV-4)."""
    other = attrs.evolve(LEAN, key=StudentKey("2"), given_name="Sophie")
    existing = [there(LEAN, "8"), there(other, "9")]
    given = suggest([LEAN, other], {"1": existing, "2": existing}, SITE)  # type: ignore[dict-item]
    for found in (given, link([LEAN, other], existing)):
        assert [one.match for one in found] == ["8", "9"]
        assert not any(one.needs_review for one in found)


def test_one_twin_is_not_the_other() -> None:
    """Where one twin alone is on the site the other one is not matched (MATCH-4)."""
    other = attrs.evolve(LEAN, key=StudentKey("2"), given_name="Sophie")
    found = link([LEAN, other], [there(LEAN, "8")])
    assert [one.match for one in found] == ["8", None]


def test_where_many_have_a_twin_a_shared_birthday_tells_less() -> None:
    """The families that an import shows decide what an agreement is worth (MATCH-4)."""
    letters = "abcdefghijklmnopqrst"
    families = [
        attrs.evolve(LEAN, key=StudentKey(one), family_name=f"{one}indelmann")
        for one in letters
    ]
    nameless = attrs.evolve(LEAN, key=StudentKey("x"), given_name="")
    alone = [there(one, f"{one.key}1") for one in families]
    twins = [there(one, f"{one.key}2", given_name="Sophie") for one in families]
    likely = []
    for existing in (alone, [*alone, *twins]):
        found = link([*families, nameless], [*existing, there(LEAN, "9")])[-1]
        (candidate,) = found.candidates
        likely.append(candidate.probability)
    assert likely[0] > likely[1]


def test_equal_candidates_are_offered_and_none_is_matched() -> None:
    """A tie is never decided automatically (MATCH-1)."""
    found = _suggest_one(LEAN, there(LEAN, "9"), there(LEAN, "8"))
    assert found.match is None
    assert found.needs_review
    assert [candidate.key for candidate in found.candidates] == ["8", "9"]


def test_two_incoming_records_of_one_student_are_both_left_to_a_person() -> None:
    """One student of the site is never the match of two (PREV-4)."""
    double = attrs.evolve(LEAN, key=StudentKey("2"))
    found = link([LEAN, double], [there(LEAN)])
    assert [(one.match, one.needs_review) for one in found] == [(None, True)] * 2


# Evidence (MATCH-2, MATCH-5) ----------------------------------------------------------


@pytest.mark.parametrize(
    "placeholders",
    [
        {"date_of_birth": date(1900, 1, 1)},
        {"national_id": "STATE20245"},
        {"national_id": "999999"},
        {"given_name": "Unknown"},
        {"email": "none@"},
        {"student_id": "0", "user_name": "n/a"},
        {"extra": {"postcode": "00000", "address": "n/a"}},
    ],
)
def test_what_stands_for_not_known_matches_nobody(placeholders: dict[str, Any]) -> None:
    """Two records with the same placeholder are not one child (MATCH-5)."""
    one = attrs.evolve(named("Omar", "Ng"), **placeholders)
    two = attrs.evolve(one, key=StudentKey("2"), given_name="Ling", family_name="Wu")
    other = there(
        NOBODY, **{"given_name": "Zoe", "family_name": "Lund", **placeholders}
    )
    for found in suggest([one, two], {"1": [other], "2": [other]}, SITE):  # type: ignore[dict-item]
        assert found.candidates == ()


def test_a_link_does_not_outweigh_another_name_and_birthday() -> None:
    """A trace of an earlier transfer is strong, but a person looks (IMP-5)."""
    same = there(LEAN, provenance={LEAN.ref}, date_of_birth=date(2012, 9, 17))
    other = attrs.evolve(same, given_name="Oscar", family_name="Novak")
    assert _suggest_one(LEAN, same).match == "9"
    found = _suggest_one(LEAN, other)
    assert found.match is None or found.needs_review


def test_a_checked_identifier_finds_a_child_of_another_name() -> None:
    """An identifier is strong, but another given name goes to a person (MATCH-2)."""
    other = there(FULL, given_name="Sophie", family_name="Novak")
    found = _suggest_one(FULL, other)
    assert [candidate.key for candidate in found.candidates] == ["9"]
    assert found.needs_review


def test_a_host_adds_a_comparison_by_data() -> None:
    """A further field can settle what is in doubt (MATCH-2, MATCH-6)."""
    number = CustomComparison(
        field="Library card",
        kind="identifier",
        levels={Level.EXACT: LevelProbabilities(0.9, 1e-5)},
    )
    child = named("Amelia", "Khan", extra={"Library card": "4711828"})
    settings = Settings(comparisons=(number,))
    without = _suggest_one(child, there(child))
    found = _suggest_one(child, there(child), settings=settings)
    assert found.candidates[0].probability > without.candidates[0].probability
    assert "Library card: the same" in found.candidates[0].why


# What is proposed (PREV-3 to PREV-7) --------------------------------------------------


def test_an_exact_match_needs_no_review() -> None:
    """What agrees in everything is matched without a flag (PREV-3)."""
    found = _suggest_one(FULL, there(FULL))
    assert (found.import_as, found.match) == (ImportAs.MATCHED, "9")
    assert not found.needs_review
    assert found.candidates[0].probability > 0.9999


def test_a_new_student_without_possible_matches_needs_no_review() -> None:
    """Nobody alike: a new student, and nothing to look at (PREV-3)."""
    stranger = there(LEAN, given_name="Omar", family_name="Ng", date_of_birth=None)
    for found in (_suggest_one(LEAN), _suggest_one(LEAN, stranger)):
        assert found.import_as is ImportAs.NEW
        assert not found.needs_review
        assert found.candidates == ()


def test_a_student_without_candidates_is_no_error() -> None:
    """Who is not among the candidates' keys is a new student (PREV-3)."""
    (found,) = suggest([LEAN], {}, SITE)
    assert found.import_as is ImportAs.NEW


@pytest.mark.parametrize(("born", "flagged"), [(date(2014, 3, 5), False), (None, True)])
def test_a_truncated_search_is_said_and_reviewed(
    born: date | None, *, flagged: bool
) -> None:
    """Who cannot be found by the birthday may be among those left out (PREV-3)."""
    child = attrs.evolve(LEAN, date_of_birth=born)
    site = Frequencies(1000, {("born", "2014-03-05"): 1})
    found = _suggest_one(child, site=site, truncated=True)
    assert "too many students" in found.why
    assert found.needs_review is flagged


def test_what_a_person_decided_stays() -> None:
    """A decision stands, and the chosen student is nobody else's (PREV-7, REV-2)."""
    other = attrs.evolve(LEAN, key=StudentKey("2"), given_name="Sophie")
    here = there(LEAN)
    found = suggest(
        [LEAN, other],
        {LEAN.key: [here], other.key: [here]},
        SITE,
        decided={other.key: here.key},
    )
    assert [one.match for one in found] == [None, here.key]
    assert not found[1].needs_review
    assert found[1].why == "decided by a person"


def test_a_student_decided_as_new_stays_new() -> None:
    """None as decision is a new student, with the possible matches shown (REV-1)."""
    (found,) = suggest(
        [LEAN], {LEAN.key: [there(LEAN)]}, SITE, decided={LEAN.key: None}
    )
    assert (found.import_as, found.match) == (ImportAs.NEW, None)
    assert len(found.candidates) == 1


def test_two_students_of_one_key_are_refused() -> None:
    """An import names each student once."""
    with pytest.raises(ValueError, match="one key"):
        suggest([LEAN, LEAN], {}, SITE)
    with pytest.raises(ValueError, match="Two incoming students have one key"):
        link([LEAN, LEAN], [])
    with pytest.raises(ValueError, match="Two existing students have one key"):
        link([LEAN], [there(LEAN), there(attrs.evolve(LEAN, given_name="Mira"))])


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"candidates": {1: [there(LEAN)]}}, "candidates"),
        ({"decided": {"nobody": "9"}}, "decided"),
        ({"truncated": ["nobody"]}, "truncated"),
    ],
)
def test_a_key_of_no_incoming_student_is_refused(
    asked: dict[str, Any], name: str
) -> None:
    """What is meant by it would be lost, and a child come in as new, unseen."""
    with pytest.raises(ValueError, match=f"{name} has a key that no incoming student"):
        suggest([LEAN], **{"candidates": {}, "frequencies": SITE, **asked})


def test_a_candidate_that_is_no_student_is_refused() -> None:
    """The type is named, and nothing of what it holds."""
    given: Any = {LEAN.key: ["9"]}
    with pytest.raises(TypeError, match="each of candidates has to be a Student"):
        suggest([LEAN], given, SITE)


def test_weights_add_up_to_the_probability() -> None:
    """Prior and weights are the log2 odds of the probability (MATCH-6, PREV-6)."""
    found = compare(LEAN, there(LEAN, date_of_birth=None), SITE)
    bits = found.prior + sum(field.weight for field in found.fields)
    assert found.probability == pytest.approx(1 / (1 + 2**-bits))


def test_the_prior_is_one_of_the_site() -> None:
    """Each who is expected is as likely any student of the site (MATCH-6)."""
    settings = Settings(expected_share=0.5)
    found = compare(NOBODY, there(NOBODY), Frequencies(1000), settings)
    assert found.probability == pytest.approx(1 / 1001, rel=0.01)
    assert found.why == "nothing to compare"


def test_no_explanation_has_personal_data() -> None:
    """What explains a match can be logged and shown (PREV-6)."""
    other = there(FULL, given_name="Millie", family_name="Novak")
    found = _suggest_one(FULL, other)
    explained = compare(FULL, other, SITE)
    told = " ".join(
        [
            found.why,
            *(one.why for one in found.candidates),
            repr(found),
            explained.why,
            repr(explained),
        ]
    )
    for value in ("Amelia", "Millie", "Novak", "Patel", "2014", "H8012", "mill st"):
        assert value.lower() not in told.lower()


# Two rosters --------------------------------------------------------------------------


def test_a_roster_may_be_a_stream_of_any_length(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The existing roster is read once, a part at a time."""
    monkeypatch.setattr("student_transfer.linkage.proposing.rosters._AT_ONCE", 2)
    read: list[str] = []

    def stream() -> Iterator[Student]:
        for each in range(5):
            read.append(str(each))
            yield there(named("Omar", "Ng"), f"n{each}")
        yield there(LEAN)

    assert link([LEAN], stream())[0].match == "9"
    assert read == ["0", "1", "2", "3", "4"]


def test_both_rosters_may_be_streams() -> None:
    """They are read once, from the top."""
    assert link(iter([LEAN]), iter([there(LEAN)])) == link([LEAN], [there(LEAN)])


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ([{"key": "1"}], "each of {} has to be a Student, and is of type dict"),
        ({"1": LEAN}, "each of {} has to be a Student, and is of type str"),
        ([LEAN, None], "each of {} has to be a Student, and is of type NoneType"),
        (None, "{} has to be an iterable of students, and is of type NoneType"),
        (LEAN, "{} has to be an iterable of students, and is of type Student"),
    ],
)
def test_what_is_no_student_is_refused_in_words(wrong: Any, told: str) -> None:
    """A programmer learns which argument it is and what it should have been."""
    for refused, name in (
        (lambda: link(wrong, [there(LEAN)]), "incoming"),
        (lambda: link([LEAN], wrong), "existing"),
        (lambda: suggest(wrong, {}, SITE), "incoming"),
        (lambda: estimate(wrong, [there(LEAN)]), "incoming"),
        (lambda: estimate([LEAN], wrong), "existing"),
        (lambda: Frequencies.of(wrong), "students"),
    ):
        with pytest.raises(TypeError) as error:
            refused()
        assert str(error.value) == told.format(name)


def test_what_else_is_given_is_refused_in_words() -> None:
    """Else it is an error from deep inside, which does not say what to give."""
    wrong: Any = {"match_threshold": 0.9}
    one = there(LEAN)
    for refused, name in (
        (lambda: link([LEAN], [one], wrong), "settings has to be of type Settings"),
        (lambda: suggest([LEAN], {}, SITE, wrong), "settings has to be"),
        (lambda: estimate([LEAN], [one], wrong), "settings has to be"),
        (lambda: compare(LEAN, one, SITE, wrong), "settings has to be"),
        (lambda: why_not(LEAN, one, SITE, wrong), "settings has to be"),
        (lambda: suggest([LEAN], {}, wrong), "frequencies has to be of type Freq"),
        (lambda: compare(LEAN, one, wrong), "frequencies has to be"),
        (lambda: why_not(LEAN, one, wrong), "frequencies has to be"),
        (lambda: why_not(LEAN, one, SITE, context=wrong), "context has to be"),
        (lambda: compare(wrong, one, SITE), "incoming has to be of type Student"),
        (lambda: compare(LEAN, wrong, SITE), "existing has to be"),
        (lambda: why_not(wrong, one, SITE), "incoming has to be"),
        (lambda: why_not(LEAN, wrong, SITE), "existing has to be"),
    ):
        with pytest.raises(TypeError, match=name) as error:
            refused()
        assert str(error.value).endswith(", and is of type dict")


def test_nobody_can_be_linked() -> None:
    """Empty rosters are no error."""
    assert link([], [there(LEAN)]) == ()
    assert link([LEAN], [])[0].import_as is ImportAs.NEW


def test_linking_says_whom_it_could_not_look_at() -> None:
    """A name that too many have, and no birthday: a person has to look (PREV-3)."""
    one = named("Amelia", "Khan")
    many = [there(one, str(each)) for each in range(40)]
    (found,) = link([one], many)
    assert found.match is None
    assert found.needs_review
    assert "too many students" in found.why


def _read(incoming: SoughtStudents, existing: list[Student]) -> RosterBlocker[Student]:
    """Let a blocker read a roster."""
    blocker: RosterBlocker[Student] = blocker_for(incoming, DEFAULT_SETTINGS)
    columns = list(zip(*map(values_of, existing), strict=True))
    blocker.take(len(existing), columns, pick_from(existing))
    return blocker


def test_linking_is_suggesting_with_what_a_storage_finds() -> None:
    """A host's own storage and two files give the same proposals."""
    other = attrs.evolve(LEAN, key=StudentKey("2"), given_name="Sophie")
    existing = [there(LEAN, "8"), there(other, "9"), there(NOBODY, "7")]
    sought = SoughtStudents([profile(LEAN), profile(other)])
    blocker = _read(sought, existing)
    blocks = RosterBlocks(sought, [blocker.blocks()], DEFAULT_SETTINGS)
    candidates = {
        one.key: [*blocker.rows.of(blocks.candidates(place)[0]).values()]
        for place, one in enumerate((LEAN, other))
    }
    suggested = suggest([LEAN, other], candidates, blocks.frequencies())
    assert link([LEAN, other], existing) == suggested


def test_a_roster_can_be_compared_in_parts() -> None:
    """Each part may be in a process of its own; it comes to the same (PREV-5)."""
    incoming = [attrs.evolve(LEAN, key=StudentKey(str(each))) for each in range(5)]
    existing = [there(LEAN, "9"), there(FULL, "8")]
    ready = {one.key: profile(one) for one in incoming}
    sought = SoughtStudents(tuple(ready.values()))
    parts = [
        Part(_read(sought, [one]), STUDENT_ROWS, ready, DEFAULT_SETTINGS)
        for one in existing
    ]
    found = link_parts(ready, sought, LocalParts(*parts), DEFAULT_SETTINGS)
    assert found == link(incoming, existing)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(levels={"student_id": {Level.EXACT: LevelProbabilities(0.9, 1e-9)}}),
        Settings(possible_threshold=1e-9, levels={}),
    ],
)
def test_who_is_possible_by_a_hosts_settings_is_offered(settings: Settings) -> None:
    """Nothing is settled early that other levels or thresholds make possible (MATCH-6).

    As where one number for each child holds on all sites.
    """
    one = attrs.evolve(
        LEAN, given_name="Ame", family_name="Hart", student_id="99812", extra={}
    )
    other = there(
        one,
        given_name="Grzegorz",
        family_name="Okonkwo",
        date_of_birth=date(2012, 11, 27),
    )
    likely = compare(one, other, SITE, settings).probability
    assert likely > settings.possible_threshold
    assert compare(one, other, SITE).probability < DEFAULT_SETTINGS.possible_threshold
    (found,) = suggest([one], {one.key: [other]}, SITE, settings)
    assert [each.key for each in found.candidates] == [other.key]
