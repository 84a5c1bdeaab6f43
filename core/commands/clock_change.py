"""Summer time: a watch knows none, so whoever sets its clock does so again at each change."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_AHEAD = timedelta(days=400)
"""Every zone that changes its clocks at all does so within a year."""
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


def utc_offset_minutes(time_zone: str, at: datetime) -> int:
    """Return how far the zone (IANA name) is ahead of UTC at an instant."""
    offset = at.astimezone(ZoneInfo(time_zone)).utcoffset()
    assert offset is not None, "a zone has an offset"
    return offset // _MINUTE


def next_clock_change(time_zone: str, now: datetime) -> datetime | None:
    """Return the first whole minute after `now` at which the zone's offset differs; None where clocks stay."""
    minute = now.astimezone(UTC).replace(second=0, microsecond=0)
    found = _change_after(time_zone, minute.replace(hour=0, minute=0))
    return found if found is None or found > now else _change_after(time_zone, minute)


@lru_cache(maxsize=1_000)  # every zone of today, asked by each connection
def _change_after(time_zone: str, before: datetime) -> datetime | None:
    offset, limit = utc_offset_minutes(time_zone, before), before + _AHEAD
    while before < limit:
        if utc_offset_minutes(time_zone, before + _DAY) != offset:
            return _first_change(time_zone, offset, before)
        before += _DAY
    return None


def _first_change(time_zone: str, offset: int, before: datetime) -> datetime:
    """Halve the day until a minute is left: at `before` the offset is the old one, a day later it is not."""
    minutes = _DAY // _MINUTE
    while minutes > 1:
        half = minutes // 2
        if utc_offset_minutes(time_zone, before + half * _MINUTE) == offset:
            before += half * _MINUTE
            minutes -= half
        else:
            minutes = half
    return before + _MINUTE
