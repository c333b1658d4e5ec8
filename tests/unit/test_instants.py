"""The time between instants, wherever they were written (CODE-5, IMP-1)."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from student_transfer.instants import elapsed, to_utc

NOON = datetime(2026, 10, 1, 12, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)
AHEAD = timezone(timedelta(hours=14))


def test_the_time_between_two_instants_is_that_in_utc() -> None:
    """CODE-5: zones do not count, and a clock that is behind goes back."""
    late = NOON + timedelta(days=30)
    assert elapsed(NOON.astimezone(AHEAD), late) == timedelta(days=30)
    assert elapsed(late, NOON) == timedelta(days=-30)
    assert to_utc(NOON.astimezone(AHEAD)).isoformat() == NOON.isoformat()


@pytest.mark.parametrize(
    ("since", "until"), [(NAIVE, NOON), (NOON, NAIVE), (NAIVE, NAIVE)]
)
def test_a_time_without_zone_is_refused(since: datetime, until: datetime) -> None:
    """CODE-5: which instant a naive time means is never guessed."""
    with pytest.raises(ValueError, match=r"^an instant needs .* aware datetime$"):
        elapsed(since, until)
