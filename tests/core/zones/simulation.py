"""Watches that stand still under noise and jumps, and watches that travel: what the zone engine is tried on."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from itertools import groupby
from typing import NamedTuple

from core.kernel.geo import EARTH_RADIUS_M, Point
from core.kernel.ids import WatchId, ZoneId, new_id
from core.tracking.model import Position, Source
from core.zones.engine import follow, settle
from core.zones.model import Circle, Crossing, Side, Zone
from tests.clocks import NOON

WATCH = WatchId("w" * 26)
ORIGIN = Point(52.2112, 5.9699)
DWELL = timedelta(minutes=3)
LARGEST_NOISE_M = 60.0
_DEGREE_M = math.radians(EARTH_RADIUS_M)


class Metres(NamedTuple):
    """A place: east and north of ORIGIN."""

    east: float
    north: float

    def point(self) -> Point:
        narrowing = math.cos(math.radians(ORIGIN.latitude))
        return Point(ORIGIN.latitude + self.north / _DEGREE_M, ORIGIN.longitude + self.east / (_DEGREE_M * narrowing))

    def plus(self, east: float, north: float) -> "Metres":
        return Metres(self.east + east, self.north + north)


def circle(centre: Metres, radius_m: float) -> Zone:
    return Zone(zone_id=ZoneId(new_id()), watch_id=WATCH, name="school", shape=Circle(centre.point(), radius_m))


def position(at: datetime, where: Metres, source: Source = Source.GPS, accuracy_m: float | None = None) -> Position:
    """Return an undoubted position, received at once."""
    return Position(
        watch_id=WATCH,
        at=at,
        received_at=at,
        point=where.point(),
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


def crossings(zone: Zone, positions: Sequence[Position]) -> list[Crossing]:
    """Follow all positions, then look again until silence tells no more."""
    followed = follow({}, [zone], positions)
    found = list(followed.crossings)
    while followed.look_again_at is not None:
        followed = settle(followed.presence, [zone], followed.look_again_at)
        found += followed.crossings
    return found


class Noise(Enum):
    """How far a fix may be off, and what the watch tells of it."""

    BOUNDED = "at most 60 m; no accuracy is told"
    HONEST = "Gaussian; the accuracy told is its standard deviation"
    UNTOLD = "Gaussian; no accuracy is told"


class Drift:
    """Noise that is correlated in time (Ornstein-Uhlenbeck)."""

    def __init__(self, draw: random.Random, sigma_m: float, step: timedelta, correlation: timedelta) -> None:
        self._gauss = draw.gauss
        self._kept = math.exp(-step / correlation)
        self._fresh_m = sigma_m * math.sqrt(1 - self._kept**2)
        self._east, self._north = draw.gauss(0, sigma_m), draw.gauss(0, sigma_m)

    def step(self, most_m: float = math.inf) -> tuple[float, float]:
        east = self._kept * self._east + self._gauss(0, self._fresh_m)
        north = self._kept * self._north + self._gauss(0, self._fresh_m)
        within = min(1.0, most_m / math.hypot(east, north)) if most_m < math.inf else 1.0
        self._east, self._north = east * within, north * within
        return self._east, self._north


@dataclass(frozen=True, kw_only=True)
class Stillness:
    """A watch that stands still at ORIGIN, distance_m from the border of a circle.

    jumps: share of points at which Wi-Fi or a cell begins to put it 500 to 5,000 m away, for one to five points.
    """

    hours: float
    interval: timedelta
    noise: Noise
    sigma_m: float
    correlation: timedelta
    radius_m: float
    distance_m: float
    is_inside: bool
    jumps: float = 0.1

    @classmethod
    def drawn(cls, draw: random.Random, noise: Noise, hours: float) -> "Stillness":
        radius_m, is_inside = draw.choice((100, 150, 300, 1000)), draw.random() < 0.5
        distance_m = draw.choice((60, 60, 70, 80, 100, 150))
        return cls(
            hours=hours,
            interval=timedelta(seconds=draw.choice((10, 30, 60, 60, 120, 300, 300, 600, 600, 600))),
            noise=noise,
            sigma_m=draw.uniform(5, LARGEST_NOISE_M),
            correlation=timedelta(seconds=draw.choice((10, 60, 300, 600, 1800))),
            radius_m=radius_m,
            distance_m=min(distance_m, radius_m) if is_inside else distance_m,
            is_inside=is_inside,
        )

    def zone(self) -> Zone:
        return circle(Metres(self.radius_m + self.distance_m * (-1 if self.is_inside else 1), 0), self.radius_m)

    def positions(self, draw: random.Random) -> Iterator[Position]:
        drift = Drift(draw, self.sigma_m, self.interval, self.correlation)
        most_m = LARGEST_NOISE_M if self.noise is Noise.BOUNDED else math.inf
        told_m = self.sigma_m if self.noise is Noise.HONEST else None
        still_wrong, source, wrong = 0, Source.GPS, Metres(0, 0)
        for number in range(int(timedelta(hours=self.hours) / self.interval)):
            at, (east, north) = NOON + number * self.interval, drift.step(most_m)
            if not still_wrong and draw.random() < self.jumps:
                still_wrong, source = draw.randint(1, 5), draw.choice((Source.WIFI, Source.CELL))
                far_m, way = draw.uniform(500, 5000), draw.uniform(0, math.tau)
                wrong = Metres(far_m * math.cos(way), far_m * math.sin(way))
            if still_wrong:
                still_wrong -= 1
                yield position(at, wrong.plus(east / 3, north / 3), source, draw.choice((None, 20.0, 60.0)))
            else:
                yield position(at, Metres(east, north), accuracy_m=told_m)


def false_crossings(seed: int, noise: Noise, hours: float, hours_each: float) -> int:
    """Return how many crossings are found of watches that stand still."""
    draw, found = random.Random(seed), 0  # noqa: S311 - noise to be drawn again, no secret
    for _ in range(round(hours / hours_each)):
        still = Stillness.drawn(draw, noise, hours_each)
        found += len(crossings(still.zone(), list(still.positions(draw))))
    return found


@dataclass(frozen=True, kw_only=True)
class Journey:
    """A watch that goes straight from stop to stop around ORIGIN, the centre of a circle. stops: place and stay."""

    radius_m: float
    speed_mps: float
    interval: timedelta
    sigma_m: float
    accuracy_m: float | None
    stops: tuple[tuple[Metres, timedelta], ...]

    @classmethod
    def drawn(cls, draw: random.Random) -> "Journey":
        radius_m = draw.choice((100, 150, 300, 1000))
        far_m, way = radius_m + draw.choice((100, 150, 300, 1000, 3000)), draw.uniform(0, math.tau)
        offset_m = draw.uniform(0, 0.5) * radius_m
        outside, beyond = (
            Metres(
                side * far_m * math.cos(way) - offset_m * math.sin(way),
                side * far_m * math.sin(way) + offset_m * math.cos(way),
            )
            for side in (-1, 1)
        )
        deep_m, deep_way = draw.uniform(0, max(30, radius_m - 60)), draw.uniform(0, math.tau)
        inside = Metres(deep_m * math.cos(deep_way), deep_m * math.sin(deep_way))
        path = draw.choice(((outside, beyond), (inside, outside), (outside, inside, beyond), (inside, beyond) * 2))
        return cls(
            radius_m=radius_m,
            speed_mps=draw.choice((1.4, 5, 14)),  # walking, cycling, driving
            interval=timedelta(seconds=draw.choice((10, 20, 30, 60, 120, 300, 600))),
            sigma_m=draw.choice((0, 3, 5)),
            accuracy_m=draw.choice((None, None, 5.0, 10.0)),
            stops=tuple((stop, timedelta(minutes=draw.choice((0, 5, 20, 60)))) for stop in path),
        )

    def zone(self) -> Zone:
        return circle(Metres(0, 0), self.radius_m)

    def positions(self, draw: random.Random) -> Iterator[Position]:
        drift = Drift(draw, self.sigma_m, self.interval, timedelta(minutes=1))
        passed_s = draw.uniform(0, self.interval.total_seconds())
        for begins_s, ends_s, start, end in self._legs():
            while passed_s < ends_s:
                share = (passed_s - begins_s) / (ends_s - begins_s)
                along = start.plus(share * (end.east - start.east), share * (end.north - start.north))
                at = NOON + timedelta(seconds=round(passed_s))
                yield position(at, along.plus(*drift.step()), accuracy_m=self.accuracy_m)
                passed_s += self.interval.total_seconds()

    def _legs(self) -> Iterator[tuple[float, float, Metres, Metres]]:
        """Yield begin and end in seconds, and from where to where."""
        passed_s = 0.0
        for (here, stay), following in zip(self.stops, [*self.stops[1:], None], strict=True):
            yield passed_s, (passed_s := passed_s + stay.total_seconds()), here, here
            if following:
                lasts_s = math.dist(here, following[0]) / self.speed_mps
                yield passed_s, (passed_s := passed_s + lasts_s), here, following[0]


class Shown(NamedTuple):
    """A crossing that points show: to which side, the first point there, and by when it is to be known."""

    into: Side
    at: datetime
    known_by: datetime


CLEAR_M, DEEP_M, ALONE_M = 30.0, 50.0, 60.0


def shown(zone: Zone, positions: Sequence[Position]) -> list[Shown] | None:
    """Return the crossings that clean positions show; None where they leave one in doubt.

    A stay on one side is shown by two points CLEAR_M from the border, one of them DEEP_M, or by one ALONE_M from it
    with nothing after it for DWELL.
    """
    seen = [(each.at, zone.shape.signed_distance_m(each.point)) for each in positions]
    stays = [(is_inside, list(points)) for is_inside, points in groupby(seen, lambda point: point[1] > 0)]
    found: list[Shown] = []
    for (is_inside, points), following in zip(stays, [*stays[1:], None], strict=True):
        next_at = following[1][0][0] if following else datetime.max.replace(tzinfo=NOON.tzinfo)
        clear = [at for at, distance_m in points if abs(distance_m) >= CLEAR_M]
        alone = [at for at, distance_m in points if abs(distance_m) >= ALONE_M and next_at - at > DWELL]
        if len(clear) > 1 and max(abs(distance_m) for _, distance_m in points) >= DEEP_M:
            known_by = clear[1]
        elif alone:
            known_by = alone[0] + DWELL
        else:
            return None
        at = points[0][0]
        found.append(Shown(Side.INSIDE if is_inside else Side.OUTSIDE, at, max(known_by, at + DWELL)))
    return found[1:]


def journeys(seed: int, count: int) -> Iterator[tuple[Journey, list[Shown], list[Crossing]]]:
    """Yield so many journeys with crossings that their points show, these crossings, and those that are found."""
    draw = random.Random(seed)  # noqa: S311 - journeys to be drawn again, no secret
    while count:
        journey = Journey.drawn(draw)
        zone, positions = journey.zone(), list(journey.positions(draw))
        if positions and (expected := shown(zone, positions)):
            count -= 1
            yield journey, expected, crossings(zone, positions)
