"""How a watch fares, put together of what several stores know."""

from datetime import datetime

from core.commands.model import Presence
from core.commands.ports import Leases
from core.kernel.ids import WatchId
from core.tracking.model import Position, TelemetryReading
from lambdas.api.call import Call
from lambdas.api.schemas.watches import LastPlace, Status


def status_of(call: Call, watch_id: WatchId) -> Status:
    """Return the status of a watch that the caller may see: four reads, or three of one that is not connected."""
    services, now = call.services, call.now
    presence = services.presences.get(watch_id, now)
    reading = services.telemetry.latest(watch_id, now)
    position = services.positions.latest(watch_id, now)
    heard_at = last_heard_at(presence, reading, position)
    return Status(
        online=is_online(presence, services.leases, now),
        last_heard_at=heard_at,
        age_s=None if heard_at is None else age_s(heard_at, now),
        battery_percent=None if reading is None else reading.battery_percent,
        signal_percent=None if reading is None else reading.signal_percent,
        reading_age_s=None if reading is None else age_s(reading.at, now),
        position=None
        if position is None
        else LastPlace(at=position.at, age_s=age_s(position.at, now), source=position.source),
    )


def is_online(presence: Presence | None, leases: Leases, now: datetime) -> bool:
    """Tell whether the watch is connected to a task of the bridge that still lives."""
    return presence is not None and presence.queue is not None and leases.holder(presence.queue, now) is not None


def last_heard_at(
    presence: Presence | None, reading: TelemetryReading | None, position: Position | None
) -> datetime | None:
    """Return when anything came of the watch last."""
    times = [each.received_at for each in (reading, position) if each is not None]
    if presence is not None:
        times.append(presence.heard_at)
    return max(times, default=None)


def age_s(at: datetime, now: datetime) -> int:
    """Return the whole seconds since an instant; 0 for one that a watch's clock places ahead."""
    return max(0, int((now - at).total_seconds()))
