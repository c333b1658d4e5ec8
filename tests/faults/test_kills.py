"""A process that is killed anywhere leaves nothing half done, and another goes on."""

import pytest

from tests.faults.kills import kill
from tests.faults.places import STORAGES, places

_KILLS = 12
_SEED = 2026


@pytest.mark.parametrize("storage", STORAGES)
def test_killed_and_taken_up_all_is_as_without(storage: str) -> None:
    """IMP-3, IMP-6, IMP-7, PREV-7, CODE-4, CONF-5, AFTER-2: on each database.

    The same students with the same records, the same log, the same source, the code
    used, and the students are found by what they were found by.
    """
    with places(storage) as new_place:
        summary = kill(new_place, _KILLS, _SEED)
    assert not summary.differences, f"seed {_SEED}: {summary}"
    assert summary.kills >= _KILLS
    assert len(summary.at) >= 3, f"always at one step: {summary.at}"
