"""Zones as guardians draw them, and the crossings of their borders."""

from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from core.kernel.errors import NotFound, Refused
from core.kernel.geo import Point
from core.kernel.ids import WatchId, ZoneId

ZONES_PER_WATCH = 50
"""Far more than any family draws; each point is held against all of them."""
LEAST_RADIUS_M, LARGEST_RADIUS_M = 50.0, 50_000.0
"""Below the least, no usual fix tells inside from outside."""
MOST_VERTICES = 100
LONGEST_NAME = 40
WINDOWS_PER_ZONE = 14
DEFAULT_TIME_ZONE = "Europe/Amsterdam"


class InvalidZone(Refused):
    """No zone can be so; the text names the rule, never the place."""


class TooManyZones(Refused):
    """The watch has ZONES_PER_WATCH."""


class ZoneNotFound(NotFound):
    """The watch has no such zone."""


@dataclass(frozen=True, slots=True)
class Circle:
    """All places within radius_m of a centre."""

    centre: Point = field(repr=False)
    radius_m: float


@dataclass(frozen=True, slots=True)
class Polygon:
    """All places within a ring of great-circle arcs, closed by itself; either direction of the vertices."""

    vertices: tuple[Point, ...] = field(repr=False)


Shape = Circle | Polygon


@dataclass(frozen=True, slots=True)
class Window:
    """Days (0 = Monday) on which it begins, and local times; one that ends before it begins ends on the next day."""

    days: frozenset[int]
    begins: time
    ends: time


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a zone gives alarms: within any of its windows, in an IANA time zone."""

    time_zone: str
    windows: tuple[Window, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone of one watch; schedule None = always. Raise InvalidZone for what no zone can be.

    alarm_on_entering, alarm_on_leaving: which crossings guardians hear of.
    """

    zone_id: ZoneId
    watch_id: WatchId
    name: str = field(repr=False)
    shape: Shape
    schedule: Schedule | None = None
    alarm_on_entering: bool = True
    alarm_on_leaving: bool = True


class Side(StrEnum):
    """Where a watch is, seen from a zone."""

    INSIDE = "inside"
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A border that was truly crossed.

    into: the side on which the watch is now. at: time of the first point beyond the border. known_at: when it was
    beyond doubt. zone_id, at and into name it.
    """

    zone_id: ZoneId
    into: Side
    at: datetime
    known_at: datetime
