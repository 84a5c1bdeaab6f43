"""Time comes from outside, so that every test can move it."""

from datetime import UTC, datetime, timedelta
from typing import Protocol

_START = datetime(1970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


class Clock(Protocol):
    """Tells the present."""

    def now(self) -> datetime:
        """Return the present as an aware datetime in UTC."""
        ...


def ms_of(at: datetime) -> int:
    """Return whole milliseconds since 1970 UTC, rounded down."""
    return (at - _START) // _MS


def at_ms(ms: int) -> datetime:
    """Return the instant of milliseconds since 1970 UTC; raise OverflowError beyond the year 9999."""
    return _START + ms * _MS
