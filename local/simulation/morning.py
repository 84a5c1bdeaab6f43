"""What two watches measure on a school morning: where they are, what they receive, what happens to them.

A morning is a pure function of its seed: the same seed gives the same points, so that a check knows what to expect.
Places are in Apeldoorn; the walks between them are straight lines and nobody's real way to school.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from itertools import pairwise

from core.kernel.geo import Point, distance_m
from core.tracking.model import Cell, CellPlace

STEP_S = 20
"""Seconds between two measurements."""
_METRES_PER_DEGREE = 111_195.0  # of latitude, on the mean sphere
_WALKING_KMH = 4.5
_CYCLING_KMH = 12.0
_NOISE_M = 6.0  # usual error of a watch's GPS under open sky
_NOISE_MEMORY = 0.8  # the error wanders rather than jumps: correlation between two measurements
_STEP_LENGTH_M = 0.6  # a child's
_PERCENT_EACH_S = 280  # a battery for eight hours
_CELLS_HEARD = 2  # the serving one and its neighbour
HOME_RADIUS_M, SCHOOL_RADIUS_M = 100.0, 150.0
"""Of the zones that guardians draw."""


class Sky(Enum):
    """What a watch can receive."""

    OPEN = auto()
    INDOORS = auto()
    """No GPS, but Wi-Fi and the network."""
    TUNNEL = auto()
    """GPS at its ends, but no network: what is measured is sent afterwards."""


@dataclass(frozen=True)
class Leg:
    """A part of the morning: along the path at a speed, or so many seconds at its only point."""

    sky: Sky
    path: Sequence[Point]
    speed_kmh: float = 0.0
    seconds: int = 0
    wifi: Sequence[str] = ()
    sos_at_end: bool = False


@dataclass(frozen=True)
class Measurement:
    """What a watch has to tell at one moment. place: where it truly is, which it does not tell.

    point: its GPS's, None without. wifi: hardware addresses in sight. cells: that are heard, the serving one first.
    """

    offset_s: int
    place: Point
    point: Point | None
    speed_kmh: float
    course_deg: float
    satellites: int
    battery_percent: int
    steps: int
    wifi: Sequence[str]
    cells: Sequence[Cell]
    has_network: bool
    sos: bool = False


@dataclass(frozen=True)
class Child:
    """A child's morning. battery_percent: at its start."""

    name: str
    home: Point
    legs: Sequence[Leg]
    battery_percent: int


_HOME_A = Point(52.2053, 5.9472)
_HOME_B = Point(52.2210, 5.9891)
_CORNER_A = Point(52.2071, 5.9541)
_TUNNEL_WEST, _TUNNEL_EAST = Point(52.2088, 5.9602), Point(52.2094, 5.9639)
_PARK = Point(52.2178, 5.9790)
SCHOOL = Point(52.2121, 5.9698)
# addresses for documentation (RFC 9542)
_HOME_A_WIFI = ("00:00:5e:00:53:a1", "00:00:5e:00:53:a2", "00:00:5e:00:53:a3")
_HOME_B_WIFI = ("00:00:5e:00:53:b1", "00:00:5e:00:53:b2")
_SCHOOL_WIFI = ("00:00:5e:00:53:51", "00:00:5e:00:53:52", "00:00:5e:00:53:53")


TOWERS = (
    CellPlace(Cell(204, 4, 3110, 21543), Point(52.2031, 5.9494), 800.0),
    CellPlace(Cell(204, 4, 3110, 21547), Point(52.2094, 5.9588), 700.0),
    CellPlace(Cell(204, 4, 3112, 30211), Point(52.2137, 5.9721), 600.0),
    CellPlace(Cell(204, 4, 3112, 30218), Point(52.2190, 5.9772), 900.0),
    CellPlace(Cell(204, 4, 3115, 41806), Point(52.2231, 5.9868), 800.0),
)
"""Cells along the ways, as a table of them would tell; their numbers are nobody's."""

CHILDREN = (
    Child(
        "child A",
        _HOME_A,
        [
            Leg(Sky.OPEN, [_HOME_A], seconds=100, wifi=_HOME_A_WIFI),  # in the garden: the watch learns its Wi-Fi
            Leg(Sky.INDOORS, [_HOME_A], seconds=120, wifi=_HOME_A_WIFI),
            Leg(Sky.OPEN, [_HOME_A, _CORNER_A, _TUNNEL_WEST], _WALKING_KMH),
            Leg(Sky.TUNNEL, [_TUNNEL_WEST, _TUNNEL_EAST], _WALKING_KMH),
            Leg(Sky.OPEN, [_TUNNEL_EAST, SCHOOL], _WALKING_KMH),
            Leg(Sky.OPEN, [SCHOOL], seconds=60),  # in the yard
            Leg(Sky.INDOORS, [SCHOOL], seconds=180, wifi=_SCHOOL_WIFI),
        ],
        battery_percent=78,
    ),
    Child(
        "child B",
        _HOME_B,
        [
            Leg(Sky.OPEN, [_HOME_B], seconds=100, wifi=_HOME_B_WIFI),
            Leg(Sky.INDOORS, [_HOME_B], seconds=60, wifi=_HOME_B_WIFI),
            Leg(Sky.OPEN, [_HOME_B, _PARK], _CYCLING_KMH, sos_at_end=True),
            Leg(Sky.OPEN, [_PARK], seconds=180),
            Leg(Sky.OPEN, [_PARK, SCHOOL], _CYCLING_KMH),
            Leg(Sky.OPEN, [SCHOOL], seconds=60),
            Leg(Sky.INDOORS, [SCHOOL], seconds=180, wifi=_SCHOOL_WIFI),
        ],
        battery_percent=21,
    ),
)


def way_back(child: Child) -> Child:
    """Return the same ways the other way round, quietly."""
    legs = [replace(leg, path=leg.path[::-1], sos_at_end=False) for leg in reversed(child.legs)]
    return replace(child, legs=legs)


def measurements(child: Child, seed: int) -> Iterator[Measurement]:
    """Give a child's morning in order, one measurement each STEP_S seconds, with wandering GPS error."""
    chance = random.Random(f"{seed}/{child.name}")  # noqa: S311 - noise, not a secret
    east_m = north_m = walked_m = 0.0
    offset_s = 0
    for leg in child.legs:
        for true_point, course_deg, is_last in _steps(leg):
            east_m, north_m = (_NOISE_MEMORY * error + _wander(chance) for error in (east_m, north_m))
            walked_m += leg.speed_kmh / 3.6 * STEP_S
            has_fix = leg.sky is not Sky.INDOORS
            yield Measurement(
                offset_s=offset_s,
                place=true_point,
                point=_moved(true_point, east_m, north_m) if has_fix else None,
                speed_kmh=leg.speed_kmh,
                course_deg=course_deg,
                satellites=chance.randint(5, 11) if has_fix else 0,
                battery_percent=child.battery_percent - offset_s // _PERCENT_EACH_S,
                steps=int(walked_m / _STEP_LENGTH_M),
                wifi=leg.wifi,
                cells=_heard_at(true_point),
                has_network=leg.sky is not Sky.TUNNEL,
                sos=leg.sos_at_end and is_last,
            )
            offset_s += STEP_S


def _heard_at(place: Point) -> tuple[Cell, ...]:
    nearest = sorted(TOWERS, key=lambda tower: distance_m(tower.point, place))
    return tuple(tower.cell for tower in nearest[:_CELLS_HEARD])


def _wander(chance: random.Random) -> float:
    """Return the new part of the error, so that the whole keeps its spread."""
    return chance.gauss(0.0, _NOISE_M * math.sqrt(1 - _NOISE_MEMORY**2))


def _steps(leg: Leg) -> Iterator[tuple[Point, float, bool]]:
    """Give the true place and course at each measurement of a leg, and whether it is the last one."""
    if leg.seconds:
        count = leg.seconds // STEP_S
        yield from ((leg.path[0], 0.0, step == count - 1) for step in range(count))
        return
    stride_m = leg.speed_kmh / 3.6 * STEP_S
    legs = list(pairwise(leg.path))
    for number, (start, end) in enumerate(legs):
        count = max(1, round(distance_m(start, end) / stride_m))
        for step in range(count):
            part = step / count
            place = Point(
                start.latitude + part * (end.latitude - start.latitude),
                start.longitude + part * (end.longitude - start.longitude),
            )
            yield place, _course_deg(start, end), number == len(legs) - 1 and step == count - 1


def _course_deg(start: Point, end: Point) -> float:
    east = (end.longitude - start.longitude) * math.cos(math.radians(start.latitude))
    return round(math.degrees(math.atan2(east, end.latitude - start.latitude)) % 360, 1)


def _moved(point: Point, east_m: float, north_m: float) -> Point:
    """Return the point moved by metres, with the six decimals that a frame carries."""
    return Point(
        round(point.latitude + north_m / _METRES_PER_DEGREE, 6),
        round(point.longitude + east_m / (_METRES_PER_DEGREE * math.cos(math.radians(point.latitude))), 6),
    )
