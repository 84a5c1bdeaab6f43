"""Ranges of time: in order, and never before what is kept (Z-13)."""

from datetime import UTC, datetime, timedelta

from core.retention.policy import DataClass
from lambdas.api.problems import InvalidRange

DEFAULT_SPAN = timedelta(hours=24)
AHEAD = timedelta(minutes=5)  # a fix may carry a time so far ahead of ours (D3)


def kept_range(
    start: datetime | None, end: datetime | None, data_class: DataClass, now: datetime
) -> tuple[datetime, datetime]:
    """Return first instant and end of a range in UTC, within what is kept of a class; raise InvalidRange."""
    if start is not None and end is not None and start > end:
        raise InvalidRange("the range ends before it starts")
    oldest, newest = data_class.oldest_readable(now), now + AHEAD
    kept_end = clamped(end or newest, oldest, newest)
    kept_start = clamped(start or min(kept_end, now) - DEFAULT_SPAN, oldest, newest)
    return kept_start.astimezone(UTC), kept_end.astimezone(UTC)


def is_kept(at: datetime, data_class: DataClass, now: datetime) -> bool:
    """Tell whether anything of this instant can be kept."""
    return data_class.oldest_readable(now) <= at <= now + AHEAD


def clamped(at: datetime, oldest: datetime, newest: datetime) -> datetime:
    """Return the instant between oldest and newest that is nearest; any zone and any year may be asked for."""
    return min(max(at, oldest), newest)
