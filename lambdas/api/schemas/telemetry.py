"""How a watch fared."""

from datetime import datetime

from pydantic import Field

from core.tracking import model as tracking
from lambdas.api.schemas.shape import CURSOR, Schema


class TelemetryReading(Schema):
    """How a watch fared; what it did not tell is null, never 0."""

    at: datetime
    received_at: datetime
    battery_percent: int | None
    signal_percent: int | None
    steps: int | None = Field(description="As the watch counts them: running or daily, by model")
    rolls: int | None
    alarms: list[str]

    @classmethod
    def of(cls, reading: tracking.TelemetryReading) -> "TelemetryReading":
        """Return the reading as the API shows it."""
        return cls(
            at=reading.at,
            received_at=reading.received_at,
            battery_percent=reading.battery_percent,
            signal_percent=reading.signal_percent,
            steps=reading.steps,
            rolls=reading.rolls,
            alarms=list(reading.alarms),
        )


class TelemetryPage(Schema):
    """Telemetry readings, oldest first."""

    items: list[TelemetryReading]
    next: str | None = Field(description=CURSOR)
