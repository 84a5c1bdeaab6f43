"""Places on the sphere that is good enough for children on foot."""

import math
from dataclasses import dataclass

_POLE_DEG, _HALF_TURN_DEG = 90.0, 180.0
EARTH_RADIUS_M = 6_371_008.8  # mean radius of the WGS 84 ellipsoid (IUGG)


@dataclass(frozen=True, slots=True)
class Point:
    """A place in decimal degrees, WGS 84."""

    latitude: float
    longitude: float


def is_on_earth(point: Point) -> bool:
    """Tell whether there is such a place; there is none at NaN or infinity."""
    return abs(point.latitude) <= _POLE_DEG and abs(point.longitude) <= _HALF_TURN_DEG


def distance_m(a: Point, b: Point) -> float:
    """Return the great-circle distance in metres (haversine: exact for small distances too)."""
    phi_a, phi_b = math.radians(a.latitude), math.radians(b.latitude)
    half_chord = (
        math.sin((phi_b - phi_a) / 2) ** 2
        + math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half_chord)))
