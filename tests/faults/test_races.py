"""Processes that race: one wins, the others are told clearly, nothing is lost."""

import pytest

from tests.faults.places import STORAGES, places
from tests.faults.races import RACES, race

_ROUNDS = 6  # of each race
_SEED = 2026


@pytest.mark.parametrize("storage", STORAGES)
def test_one_wins_and_nothing_is_lost(storage: str) -> None:
    """CODE-7, CODE-8, IMP-5, IMP-6, REV-2, CONF-5, AFTER-2: on each database.

    What is asked of each race is with the race.
    """
    with places(storage) as new_place:
        summary = race(new_place, _ROUNDS * len(RACES), _SEED)
    assert not summary.differences, f"seed {_SEED}: {summary}"
    assert set(summary.winners) == {run.__name__.replace("_", " ") for run in RACES}
