"""Unit tests of two records side by side: their states, and what the matching says."""

import attrs
import pytest

from student_transfer.matching import Explanation, ExplanationStep, Level
from student_transfer.sites import SiteId
from student_transfer.students import Student, StudentKey
from student_transfer.web.pages.fields import FieldState, field_pairs

MAYA = Student(key=StudentKey("1"), site_id=SiteId("new"), given_name="Maya")
MAYAH = attrs.evolve(MAYA, key=StudentKey("2"), given_name="Mayah")


@pytest.mark.parametrize(
    ("level", "note", "said"),
    [
        (Level.EXACT, "", ""),
        (Level.DIFFERENT, "", ""),
        (Level.MISSING, "", ""),
        (Level.EXACT, "a rare name", "the same (a rare name)"),
        (Level.ONE_EDIT, "", "one letter different"),
    ],
)
def test_a_note_is_what_the_state_does_not_say(
    level: Level, note: str, said: str
) -> None:
    """PREV-6: by the level that was found, however its sentence is put."""
    step = ExplanationStep("given_name", level, -1.0, -1.0, note)
    [pair] = field_pairs(MAYA, MAYAH, Explanation(0.0, (step,)))
    assert (pair.state, pair.note) == (FieldState.DIFFERS, said)


def test_what_speaks_for_one_child_is_similar() -> None:
    """PREV-6: two values that differ and weigh for one child are no contradiction."""
    step = ExplanationStep("given_name", Level.RESPELT, 2.0, 2.0)
    [pair] = field_pairs(MAYA, MAYAH, Explanation(0.0, (step,)))
    assert pair.state is FieldState.SIMILAR
