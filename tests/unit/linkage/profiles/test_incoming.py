"""Unit tests of the students of an import, as they are given."""

from typing import Any

import attrs
import pytest

from student_transfer.linkage.profiles.incoming import incoming_by_key
from student_transfer.students import StudentKey
from tests.unit.linkage.people import LEAN


def test_the_order_stays() -> None:
    """Proposals are given in the order of the students (PREV-3)."""
    some = [attrs.evolve(LEAN, key=StudentKey(key)) for key in ("2", "1", "3")]
    assert [*incoming_by_key(iter(some)).items()] == [(one.key, one) for one in some]


def test_a_key_that_two_have_is_refused() -> None:
    """By its key one of them would be overlooked."""
    other = attrs.evolve(LEAN, given_name="Zoe")
    with pytest.raises(ValueError, match="Two incoming students have one key, '1'"):
        incoming_by_key([LEAN, other])


def test_what_is_no_student_is_refused() -> None:
    """A caller without types is told what has to be given."""
    wrong: Any = {"key": "1"}
    with pytest.raises(TypeError, match="incoming"):
        incoming_by_key([wrong])
