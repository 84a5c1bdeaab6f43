"""Positions and telemetry readings."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.kernel.geo import Point
from core.kernel.ids import WatchId


class Source(StrEnum):
    """How a position was found."""

    GPS = "gps"
    WIFI = "wifi"
    CELL = "cell"


class Doubt(StrEnum):
    """Why a position may be wrong; a doubtful one is shown as such."""

    IMPOSSIBLE_SPEED = "impossible_speed"
    """Farther from the last undoubted position than 350 km/h allows."""
    NO_VALID_FIX = "no_valid_fix"
    """The watch itself says that the fix is not valid (V)."""
    CLOCK_CORRECTED = "clock_corrected"
    """The watch's clock was ahead or absurd; the time is that of receipt (D3)."""
    CONTRADICTORY_HEMISPHERE = "contradictory_hemisphere"
    """The sign of a coordinate and its letter disagree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a watch was.

    at: the corrected fix time (D3), in whole milliseconds: order and retention use it. accuracy_m: as the watch or the
    locator tells, else None. fingerprint: of the frame's body; with `at` it names the position, so that a repeated
    frame is the same position. backlog: sent later, after a gap in the connection.
    """

    watch_id: WatchId
    at: datetime
    received_at: datetime
    point: Point = field(repr=False)
    source: Source
    accuracy_m: float | None
    altitude_m: float | None
    speed_kmh: float | None
    course_deg: float | None
    satellites: int | None
    doubts: frozenset[Doubt]
    backlog: bool
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TelemetryReading:
    """How a watch fares; what it did not tell is None, never 0.

    steps and rolls as the watch counts them (running total or daily, by model). alarms: names as the codec gives them.
    """

    watch_id: WatchId
    at: datetime
    received_at: datetime
    battery_percent: int | None
    signal_percent: int | None
    steps: int | None
    rolls: int | None
    alarms: tuple[str, ...]
    fingerprint: str
