"""When a zone gives alarms, and what lies within a schedule."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.zones.model import Crossing, Schedule, Side, Window, Zone


def gives_alarm(zone: Zone, crossing: Crossing) -> bool:
    """Tell whether guardians want to hear of a crossing in this direction, at the time when it happened."""
    is_wanted = zone.alarm_on_entering if crossing.into is Side.INSIDE else zone.alarm_on_leaving
    return is_wanted and (zone.schedule is None or is_within(zone.schedule, crossing.at))


def is_within(schedule: Schedule, at: datetime) -> bool:
    """Tell whether an instant lies within any window of a schedule."""
    local = at.astimezone(ZoneInfo(schedule.time_zone))
    return any(_covers(window, local) for window in schedule.windows)


def _covers(window: Window, local: datetime) -> bool:
    """Compare wall-clock times, so that a window keeps its hours when the clocks change."""
    time, today = local.time(), local.weekday()
    if window.begins < window.ends:
        return today in window.days and window.begins <= time < window.ends
    yesterday = (local - timedelta(days=1)).weekday()
    return (today in window.days and time >= window.begins) or (yesterday in window.days and time < window.ends)
