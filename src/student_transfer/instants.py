"""Instants and the time between them: a wall clock alone is none."""

from datetime import UTC, datetime, timedelta


def to_utc(instant: datetime) -> datetime:
    """Return an instant in UTC.

    Raises:
        ValueError: It is not aware, so which instant it means would be a guess.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant needs a time zone: pass an aware datetime")
    return instant.astimezone(UTC)


def elapsed(since: datetime, until: datetime) -> timedelta:
    """Return the time between two instants, whatever their zones (CODE-5, IMP-1).

    >>> from zoneinfo import ZoneInfo
    >>> london = ZoneInfo("Europe/London")  # the clocks go back on 25 October 2026
    >>> elapsed(
    ...     datetime(2026, 10, 25, tzinfo=london), datetime(2026, 10, 26, tzinfo=london)
    ... )
    datetime.timedelta(days=1, seconds=3600)

    Raises:
        ValueError: One of the two is not aware.
    """
    # Two datetimes of one zone would be subtracted by their wall clocks.
    return to_utc(until) - to_utc(since)
