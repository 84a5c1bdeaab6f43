"""Telemetry readings, sealed."""

from datetime import datetime
from typing import Any

from adapters.dynamo.moments import Moment, MomentRecord, SealedMoments, sealed_moments_of
from adapters.dynamo.record import instant, instant_of
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.kernel.page import Page
from core.tracking.model import TelemetryReading
from core.vault.ports import Sealer


class TelemetryRecord(MomentRecord):
    """One reading; what it says stands in the payload."""

    table = TABLES["telemetry"]
    attribute_classes = sealed_moments_of("telemetry")


class DynamoTelemetryReadings:
    """TelemetryReadings in the telemetry table."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(TelemetryRecord, sealer, clock, _reading)

    def add(self, reading: TelemetryReading) -> bool:
        """Store it sealed unless this very reading is there."""
        return self._moments.add(reading.watch_id, moment_of(reading))

    def latest(self, watch_id: WatchId, now: datetime) -> TelemetryReading | None:
        """Return the newest reading that is not over."""
        return self._moments.latest(watch_id, now)

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[TelemetryReading]:
        """Return readings with start <= at < end, oldest first."""
        return self._moments.page(watch_id, start, end, now=now, limit=limit, after=after)


def moment_of(reading: TelemetryReading) -> Moment:
    """Return what is sealed of a reading."""
    content = {
        "received_at": instant(reading.received_at),
        "battery_percent": reading.battery_percent,
        "signal_percent": reading.signal_percent,
        "steps": reading.steps,
        "rolls": reading.rolls,
        "alarms": reading.alarms,
    }
    return Moment(reading.at, reading.fingerprint, content)


def _reading(watch_id: WatchId, moment: Moment) -> TelemetryReading:
    content: dict[str, Any] = dict(moment.content)
    return TelemetryReading(
        watch_id=watch_id,
        at=moment.at,
        fingerprint=moment.fingerprint,
        received_at=instant_of(content.pop("received_at")),
        alarms=tuple(content.pop("alarms")),
        **content,
    )
