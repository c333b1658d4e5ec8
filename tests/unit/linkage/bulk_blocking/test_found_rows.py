"""Unit tests of who has which blocking keys, as arrays."""

import numpy as np
import pytest

from student_transfer.linkage.bulk_blocking.found_rows import FoundRows
from student_transfer.linkage.bulk_blocking.numbers import HALF, LOWER


def _found(rows: dict[int, list[int]]) -> FoundRows:
    """Return who has keys, some of which nobody has."""
    pairs = [
        place << HALF | row for place, each in enumerate(rows.values()) for row in each
    ]
    return FoundRows(np.array([*rows], np.int64), np.array(pairs, np.int64))


def test_it_reads_as_a_mapping_of_what_was_found() -> None:
    """A key that nobody has is not in it, as in that of the blocker without NumPy."""
    found = _found({-7: [0, 2], 3: [], 9: [1]})
    assert dict(found) == {-7: [0, 2], 9: [1]}
    assert len(found) == 2
    assert 3 not in found
    assert 4 not in found
    for unknown in (3, 4):
        with pytest.raises(KeyError):
            found[unknown]


def test_what_was_found_in_parts_is_put_together() -> None:
    """The rows of a later part are counted on from the earlier ones (PREV-5)."""
    parts = _found({3: [0, 1], 5: [], 9: [1]}), _found({3: [0], 5: [2], 9: [0]})
    assert dict(parts[0].beside(parts[1], 4)) == {3: [0, 1, 4], 5: [6], 9: [1, 4]}


def test_a_key_is_kept_as_far_as_it_tells_something() -> None:
    """Of one that is too common it is enough to know that it is (PREV-3)."""
    found = _found({3: [0, 1, 4], 5: [], 9: [1]})
    assert dict(found.first(2)) == {3: [0, 1], 9: [1]}
    few, many = found.above(2)
    assert dict(few) == {9: [1]}
    assert many.tolist() == [True, False, False]


def test_who_has_keys_of_a_set_is_told_as_often_as_that() -> None:
    """How many keys two share tells how near they are (PREV-3)."""
    found = _found({3: [0, 4], 5: [], 9: [4]})
    told = found.of_sets([{9, 3}, set(), {5}, {9}])
    pairs = [(number >> HALF, number & LOWER) for number in told.tolist()]
    assert sorted(pairs) == [(0, 0), (0, 4), (0, 4), (3, 4)]
