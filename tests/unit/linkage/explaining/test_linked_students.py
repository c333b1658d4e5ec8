"""Unit tests of two rosters of students that were linked, and of why."""

import attrs
import pytest

from student_transfer.matching import (
    DEFAULT_SETTINGS,
    Frequencies,
    NonMatchReason,
    compare,
    learnt_from_students,
    link,
    link_students,
)
from student_transfer.students import Student, StudentKey
from tests.unit.linkage.people import LEAN, there

ONE, SISTER, TWICE = map(StudentKey, ("1", "2", "3"))
MATCH, FAR, STRANGER = map(StudentKey, ("8", "9", "7"))
INCOMING = (
    LEAN,
    attrs.evolve(LEAN, key=SISTER, given_name="Olivia"),
    attrs.evolve(LEAN, key=TWICE, given_name="Amelie", gender="", year=""),
)
EXISTING = (
    there(LEAN, MATCH),
    there(LEAN, FAR, given_name="Zuzanna", family_name="Novak"),
    there(LEAN, STRANGER, given_name="Eve", family_name="Hart", date_of_birth=None),
)


def test_the_proposals_are_those_of_link_by_key() -> None:
    """PREV-5: whoever gives streams has each with the student whose it is, too."""
    linked = link_students(iter(INCOMING), iter(EXISTING))
    proposed = link(INCOMING, EXISTING)
    assert linked.suggestions == {
        one.key: each for one, each in zip(INCOMING, proposed, strict=True)
    }
    assert linked.suggestion(ONE).match == MATCH
    assert repr(linked) == "<LinkedStudents of 3 incoming students>"


def test_it_is_said_of_any_two_whether_they_were_compared() -> None:
    """PREV-6: who is matched, who was set aside, and who shares nothing."""
    linked = link_students(INCOMING, EXISTING)
    told = {key: linked.why_not(ONE, key) for key in (MATCH, FAR, STRANGER)}
    assert [each.reason for each in told.values()] == [
        NonMatchReason.MATCHED,
        NonMatchReason.SET_ASIDE,
        NonMatchReason.NO_SHARED_KEY,
    ]
    assert [each.was_compared for each in told.values()] == [True, False, False]
    taken = linked.why_not(SISTER, MATCH)
    assert (taken.reason, taken.other) == (NonMatchReason.TAKEN, ONE)


def test_the_sum_is_the_one_that_decided() -> None:
    """PREV-6: as by `compare`, with what the whole import has taught."""
    most = DEFAULT_SETTINGS.most_share
    learnt = learnt_from_students(Frequencies.of(EXISTING), INCOMING, most)
    decided = compare(LEAN, EXISTING[0], learnt)
    told = link_students(INCOMING, EXISTING).why_not(ONE, MATCH).explanation
    assert told.probability == decided.probability
    unlearnt = compare(LEAN, EXISTING[0], Frequencies.of(EXISTING))
    assert told.probability != unlearnt.probability


def test_the_likeliest_may_be_the_match_of_another() -> None:
    """PREV-3, PREV-4: who would be possible is known, and whose match that is."""
    linked = link_students(INCOMING, EXISTING)
    assert linked.likeliest(ONE) == MATCH
    taken = linked.suggestion(TWICE)
    assert (taken.is_taken, taken.candidates) == (True, ())
    assert linked.likeliest(TWICE) == MATCH
    alone = link_students([LEAN], EXISTING[2:])
    assert not alone.suggestion(ONE).is_taken
    assert alone.likeliest(ONE) is None


def test_who_is_on_neither_side_is_refused() -> None:
    """Without the key; two rosters are soon given in the wrong order."""
    linked = link_students(INCOMING, EXISTING)
    nobody = StudentKey("nobody")
    for ask in (linked.suggestion, linked.likeliest):
        with pytest.raises(ValueError, match=r"^No incoming student has this key\.$"):
            ask(nobody)
    with pytest.raises(ValueError, match=r"^No incoming student .*an existing one has"):
        linked.why_not(MATCH, ONE)
    with pytest.raises(ValueError, match=r"^No existing student has this key\.$"):
        linked.why_not(ONE, nobody)


@pytest.mark.parametrize(
    ("incoming", "existing"), [(INCOMING[:1] * 2, EXISTING), (INCOMING, EXISTING * 2)]
)
def test_two_students_of_one_key_are_refused(
    incoming: tuple[Student, ...], existing: tuple[Student, ...]
) -> None:
    """As by `link`: it would be said of one of them what is true of the other."""
    with pytest.raises(ValueError, match="students have one key"):
        link_students(incoming, existing)
