"""Zones as guardians draw them, and the crossings of their borders."""

import math
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum

from core.kernel.errors import NotFound, Refused
from core.kernel.geo import EARTH_RADIUS_M, Point, distance_m, is_on_earth
from core.kernel.ids import WatchId, ZoneId
from core.kernel.time_zones import is_time_zone
from core.zones.geometry import FAR_M, Ring

ZONES_PER_WATCH = 50
"""Far more than any family draws; each point is held against all of them."""
LEAST_RADIUS_M, LARGEST_RADIUS_M = 50.0, 50_000.0
"""Below the least, no usual fix tells inside from outside."""
LEAST_VERTICES, MOST_VERTICES = 3, 100
LARGEST_REACH_M = 50_000.0
"""From the middle of a polygon to its farthest vertex."""
LEAST_BREADTH_M = 25.0
"""Twice the area over the perimeter: a square of 50 m, a strip of 25 m. A fix can be inside no narrower one."""
LONGEST_NAME = 40
WINDOWS_PER_ZONE = 14


class InvalidZone(Refused):
    """No zone can be so; the text names the rule, never the place."""


class TooManyZones(Refused):
    """The watch has ZONES_PER_WATCH."""


class ZoneNotFound(NotFound):
    """The watch has no such zone."""


def _require(is_so: bool, rule: str) -> None:
    if not is_so:
        raise InvalidZone(rule)


def _require_place(point: Point) -> None:
    _require(is_on_earth(point), "a latitude is between -90 and 90 degrees, a longitude between -180 and 180")


@dataclass(frozen=True, slots=True)
class Circle:
    """All places within radius_m of a centre. Raise InvalidZone for what no zone can be."""

    centre: Point = field(repr=False)
    radius_m: float

    def __post_init__(self) -> None:
        _require_place(self.centre)
        _require(
            LEAST_RADIUS_M <= self.radius_m <= LARGEST_RADIUS_M,
            f"a radius is between {LEAST_RADIUS_M:.0f} and {LARGEST_RADIUS_M:.0f} m",
        )

    def signed_distance_m(self, point: Point, sight_m: float = FAR_M) -> float:
        """Return the distance from a point to the border, negative outside; beyond sight_m a lower bound of it."""
        apart_m = math.radians(abs(point.latitude - self.centre.latitude)) * EARTH_RADIUS_M - self.radius_m
        return -apart_m if apart_m > sight_m else self.radius_m - distance_m(point, self.centre)


@dataclass(frozen=True, slots=True)
class Polygon:
    """All places within a ring of great-circle arcs, closed by itself; either direction of the vertices.

    Raise InvalidZone for what no zone can be.
    """

    vertices: tuple[Point, ...] = field(repr=False)
    _ring: Ring = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        count = len(self.vertices)
        _require(
            LEAST_VERTICES <= count <= MOST_VERTICES,
            f"a polygon has {LEAST_VERTICES} to {MOST_VERTICES} vertices",
        )
        for vertex in self.vertices:
            _require_place(vertex)
        _require(len(set(self.vertices)) == count, "the vertices of a polygon are different places")
        ring = Ring(self.vertices)
        _require(
            ring.reach_m <= LARGEST_REACH_M,
            f"the vertices of a polygon are at most {LARGEST_REACH_M:.0f} m from its middle",
        )
        _require(ring.breadth_m() >= LEAST_BREADTH_M, f"a polygon is at least {LEAST_BREADTH_M:.0f} m broad")
        _require(not ring.crosses_itself(), "the edges of a polygon meet only at its vertices")
        object.__setattr__(self, "_ring", ring)  # the one way to set a field of a frozen class

    def signed_distance_m(self, point: Point, sight_m: float = FAR_M) -> float:
        """As Circle.signed_distance_m."""
        return self._ring.signed_distance_m(point, sight_m)


Shape = Circle | Polygon


@dataclass(frozen=True, slots=True)
class Window:
    """Days (0 = Monday) on which it begins, and local times; one that ends before it begins ends on the next day.

    Raise InvalidZone for what no window can be.
    """

    days: frozenset[int]
    begins: time
    ends: time

    def __post_init__(self) -> None:
        _require(bool(self.days) and self.days <= set(range(7)), "a window has days of 0 (Monday) to 6")
        _require(self.begins.tzinfo is None and self.ends.tzinfo is None, "the times of a window are local")
        _require(self.begins != self.ends, "a window ends at another time than it begins")


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a zone gives alarms: within any of its windows, in an IANA time zone. Raise InvalidZone for what is none."""

    time_zone: str
    windows: tuple[Window, ...]

    def __post_init__(self) -> None:
        _require(is_time_zone(self.time_zone), "a schedule has an IANA time zone")
        _require(1 <= len(self.windows) <= WINDOWS_PER_ZONE, f"a schedule has 1 to {WINDOWS_PER_ZONE} windows")


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A zone of one watch; schedule None = always. Raise InvalidZone for what no zone can be.

    alarm_on_entering, alarm_on_leaving: which crossings guardians hear of. version: a count of writes, by which
    concurrent ones are told apart.
    """

    zone_id: ZoneId
    watch_id: WatchId
    name: str = field(repr=False)
    shape: Shape
    schedule: Schedule | None = None
    alarm_on_entering: bool = True
    alarm_on_leaving: bool = True
    version: int = 1

    def __post_init__(self) -> None:
        name = self.name.strip()
        _require(
            1 <= len(name) <= LONGEST_NAME and name.isprintable(),
            f"a name has 1 to {LONGEST_NAME} printable characters",
        )
        object.__setattr__(self, "name", name)  # the one way to set a field of a frozen class


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
