"""Time zones by their IANA names."""

from zoneinfo import ZoneInfo

DEFAULT_TIME_ZONE = "Europe/Amsterdam"


def is_time_zone(name: str) -> bool:
    """Tell whether this is the name of a zone that the tz database holds."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown, no name at all, a folder of names
        return False
    return True
