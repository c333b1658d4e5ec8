"""Unit tests of what shows nothing of the students that it remembers."""

from collections.abc import Callable

import pytest

from student_transfer.linkage.blocking.key_parts import SkeletonCache
from student_transfer.linkage.bulk_blocking.value_column import ValueColumn
from student_transfer.linkage.comparing.frequencies import Frequencies
from student_transfer.linkage.comparing.scoring import Scorer
from student_transfer.linkage.comparing.settings import DEFAULT_SETTINGS
from student_transfer.linkage.comparing.weights import WeightTables
from student_transfer.linkage.profiles.profile import profile
from student_transfer.linkage.pruning.pruner import Pruner
from student_transfer.roster_files.birth_dates import Births, Dating
from tests.unit.linkage.people import named

AMELIA = profile(named("amelia", "khan", extra={"postcode": "B13 9QX"}))


def _skeletons() -> object:
    found = SkeletonCache()
    found.learn(["amelia"])
    return found


def _rarity() -> object:
    found = WeightTables(Frequencies(9), DEFAULT_SETTINGS).exact["given_name"]
    assert found["amelia"].weight > 0
    return found


def _names() -> object:
    scorer = Scorer(Frequencies(9), DEFAULT_SETTINGS)
    assert scorer.evidence(AMELIA, AMELIA)
    return [each for name, each in vars(scorer.names).items() if name != "_together"]


def _column() -> object:
    found = ValueColumn(lambda texts: [(1,) for _ in texts], 1)
    found.read(["amelia"])
    return found


def _pruner() -> object:
    scorer = Scorer(Frequencies(9), DEFAULT_SETTINGS)
    key = AMELIA.ref.key
    found = Pruner({key: AMELIA}, {key: []}, lambda _: ([], [()] * 13))
    assert found.plausible(scorer)
    return [each for name, each in vars(found).items() if name != "_place"]


def _births() -> object:
    births = Births(Dating())
    assert births["amelia"] == "amelia"
    return births


@pytest.mark.parametrize(
    "make", [_skeletons, _rarity, _names, _column, _pruner, _births]
)
def test_what_is_remembered_is_not_shown(make: Callable[[], object]) -> None:
    """A repr, as a traceback shows it, has no personal data."""
    shown = repr(make()).casefold()
    assert not any(word in shown for word in ("amelia", "khan", "b139qx"))
