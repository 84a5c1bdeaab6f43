"""Watches that stand still under noise, and watches that cross borders: what zones are tried on."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from core.kernel.geo import EARTH_RADIUS_M, Point
from core.kernel.ids import WatchId, ZoneId, new_id
from core.tracking.model import Position, Source
from core.zones.engine import follow, settle
from core.zones.model import Circle, Crossing, Zone
from tests.clocks import NOON

WATCH = WatchId("w" * 26)
HOME = Point(52.2112, 5.9699)
_DEGREE_M = math.radians(EARTH_RADIUS_M)


class Metres(NamedTuple):
    """A place, east and north of HOME."""

    east: float
    north: float


def place(at: Metres) -> Point:
    return Point(
        HOME.latitude + at.north / _DEGREE_M,
        HOME.longitude + at.east / (_DEGREE_M * math.cos(math.radians(HOME.latitude))),
    )


def zone(centre: Metres, radius_m: float) -> Zone:
    return Zone(zone_id=ZoneId(new_id()), watch_id=WATCH, name="school", shape=Circle(place(centre), radius_m))


def position(at: datetime, where: Metres, source: Source = Source.GPS, accuracy_m: float | None = None) -> Position:
    return Position(
        watch_id=WATCH,
        at=at,
        received_at=at,
        point=place(where),
        source=source,
        accuracy_m=accuracy_m,
        altitude_m=None,
        speed_kmh=None,
        course_deg=None,
        satellites=None,
        doubts=frozenset(),
        backlog=False,
        fingerprint="",
    )


class Noise(Enum):
    BOUNDED = "bounded"
    HONEST = "honest"
    UNTOLD = "untold"


@dataclass(frozen=True, kw_only=True)
class Stillness:
    """A watch that stands still. distance_m: from the border. correlation: of the noise."""

    hours: float
    interval: timedelta
    noise: Noise
    sigma_m: float
    correlation: timedelta
    radius_m: float
    distance_m: float
    is_inside: bool
    jumps: float = 0.1
    longest_run: int = 5

    def zone(self) -> Zone:
        apart_m = self.radius_m - self.distance_m if self.is_inside else self.radius_m + self.distance_m
        return zone(Metres(apart_m, 0), self.radius_m)

    def positions(self, draw: random.Random) -> Iterator[Position]:
        kept = math.exp(-self.interval / self.correlation)
        fresh = self.sigma_m * math.sqrt(1 - kept * kept)
        gauss, chance = draw.gauss, draw.random
        east, north = gauss(0, self.sigma_m), gauss(0, self.sigma_m)
        told = self.sigma_m if self.noise is Noise.HONEST else None
        at = NOON
        run, source, wrong = 0, Source.GPS, Metres(0, 0)
        for _ in range(int(timedelta(hours=self.hours) / self.interval)):
            at += self.interval
            east, north = kept * east + gauss(0, fresh), kept * north + gauss(0, fresh)
            if self.noise is Noise.BOUNDED and (amplitude := math.hypot(east, north)) > 60:
                east, north = east * 60 / amplitude, north * 60 / amplitude
            if not run and chance() < self.jumps:
                run = draw.randint(1, self.longest_run)
                source = draw.choice((Source.WIFI, Source.CELL))
                far, way = draw.uniform(500, 5000), draw.uniform(0, math.tau)
                wrong = Metres(far * math.cos(way), far * math.sin(way))
            if run:
                run -= 1
                yield position(
                    at, Metres(wrong.east + east / 3, wrong.north + north / 3), source, draw.choice((None, 20.0, 60.0))
                )
            else:
                yield position(at, Metres(east, north), accuracy_m=told)


def crossings(zones: Sequence[Zone], positions: Sequence[Position]) -> list[Crossing]:
    """Follow all points as they come, and look again until silence tells no more."""
    found: list[Crossing] = []
    followed = follow({}, zones, positions)
    found += followed.crossings
    while followed.look_again_at is not None:
        followed = settle(followed.presence, zones, followed.look_again_at)
        found += followed.crossings
    return found


def some_stillness(draw: random.Random, noise: Noise, hours: float, **fixed: object) -> Stillness:
    radius = draw.choice((100, 150, 300, 1000))
    is_inside = draw.random() < 0.5
    distance = draw.choice((60, 60, 70, 80, 100, 150))
    return Stillness(
        **(
            {
                "hours": hours,
                "interval": timedelta(seconds=draw.choice((10, 30, 60, 60, 120, 300, 300, 600, 600, 600))),
                "noise": noise,
                "sigma_m": draw.uniform(5, 60),
                "correlation": timedelta(seconds=draw.choice((10, 60, 300, 600, 1800))),
                "radius_m": radius,
                "distance_m": min(distance, radius) if is_inside else distance,
                "is_inside": is_inside,
            }
            | fixed
        )
    )
