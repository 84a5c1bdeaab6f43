"""Values of which a test names only what it is about."""

from datetime import datetime
from typing import Any

from core.kernel.geo import Point
from core.kernel.ids import WatchId
from core.tracking.model import Position, Source, TelemetryReading


def any_position(watch_id: WatchId, at: datetime, **known: Any) -> Position:
    """Return a position; with `at`, the fingerprint names it."""
    defaults: dict[str, Any] = {
        "received_at": at,
        "point": Point(52.2112, 5.9699),
        "source": Source.GPS,
        "accuracy_m": None,
        "altitude_m": 12.0,
        "speed_kmh": 1.1,
        "course_deg": 90.0,
        "satellites": 7,
        "doubts": frozenset(),
        "backlog": False,
        "fingerprint": "0" * 32,
    }
    return Position(watch_id=watch_id, at=at, **(defaults | known))


def any_reading(watch_id: WatchId, at: datetime, **known: Any) -> TelemetryReading:
    """Return a reading."""
    defaults: dict[str, Any] = {
        "received_at": at,
        "battery_percent": 90,
        "signal_percent": 80,
        "steps": 50,
        "rolls": 0,
        "alarms": (),
        "fingerprint": "0" * 32,
    }
    return TelemetryReading(watch_id=watch_id, at=at, **(defaults | known))
