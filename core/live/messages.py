"""What is shown, in the fields of the API's own answers."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from core.alerts.model import Alert
from core.live.model import LiveView
from core.tracking.model import Position


def watching(view: LiveView) -> Mapping[str, Any]:
    """Return the answer to a token that was accepted: from now on these watches are shown, until that instant."""
    return {"type": "watching", "watch_ids": list(view.watch_ids), "until": text_of(view.until)}


def position_message(position: Position) -> Mapping[str, Any]:
    """Return a position with the fields that the API's Position has."""
    return {
        "type": "position",
        "watch_id": position.watch_id,
        "at": text_of(position.at),
        "received_at": text_of(position.received_at),
        "latitude": position.point.latitude,
        "longitude": position.point.longitude,
        "source": position.source,
        "accuracy_m": position.accuracy_m,
        "altitude_m": position.altitude_m,
        "speed_kmh": position.speed_kmh,
        "course_deg": position.course_deg,
        "satellites": position.satellites,
        "doubtful": bool(position.doubts),
        "doubts": sorted(position.doubts),
        "backlog": position.backlog,
    }


def alert_message(alert: Alert) -> Mapping[str, Any]:
    """Return an alert with the fields that the API's Alert has; nobody has seen it when it is shown."""
    return {
        "type": "alert",
        "watch_id": alert.watch_id,
        "id": alert.alert_id,
        "kind": alert.kind,
        "at": text_of(alert.at),
        "received_at": text_of(alert.received_at),
        "late": alert.is_late,
        "confirmed": alert.is_confirmed,
        "held_back": alert.is_held_back,
        "zone": None if alert.zone_id is None else {"id": alert.zone_id, "name": alert.zone_name},
        "acknowledged": None,
    }


def text_of(at: datetime) -> str:
    """Return an instant as the API writes it: ISO 8601 with Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
