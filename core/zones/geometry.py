"""Rings on the sphere: is a point inside, and how far is it from the border.

All is done in gnomonic projections (onto the plane that touches the sphere at a centre): great circles are straight
lines there, so neither the poles nor the antimeridian are special.
"""

import math
from collections.abc import Sequence

from core.kernel.geo import EARTH_RADIUS_M, Point

FAR_M = 1_000_000.0
"""So far from a ring the projection ends (it holds half the globe) and only a lower bound of the distance is told."""
Vector = tuple[float, float, float]
Planar = tuple[float, float]


class Ring:
    """A closed ring of great-circle arcs within a small part of the globe, inside being the smaller side.

    vertices: three or more, in either direction. reach_m: from the middle of the vertices to the farthest; math.inf
    for vertices without a middle.
    """

    __slots__ = ("_middle", "_reach", "_vertices")

    def __init__(self, vertices: Sequence[Point]) -> None:
        self._vertices = [_vector(vertex) for vertex in vertices]
        x, y, z = (math.fsum(axis) for axis in zip(*self._vertices, strict=True))
        length = math.hypot(x, y, z)
        if length < len(vertices) / 2:  # spread over more than half the globe
            self._middle, self._reach = self._vertices[0], math.inf
        else:
            self._middle = (x / length, y / length, z / length)
            self._reach = max(_angle(self._middle, vertex) for vertex in self._vertices)

    @property
    def reach_m(self) -> float:
        """Return the radius of a circle around all of it."""
        return self._reach * EARTH_RADIUS_M

    def signed_distance_m(self, point: Point, sight_m: float = FAR_M) -> float:
        """Return the distance to the border, negative outside; beyond sight_m (at most FAR_M) a lower bound of it."""
        centre = _vector(point)
        apart_m = (_angle(self._middle, centre) - self._reach) * EARTH_RADIUS_M
        if apart_m > sight_m:
            return -apart_m
        is_inside, nearest = False, math.inf
        plane = self._seen_from(centre)
        x0, y0 = plane[-1]
        for x1, y1 in plane:
            dx, dy = x1 - x0, y1 - y0
            if (y0 > 0) != (y1 > 0) and (x0 * dy - y0 * dx) * dy > 0:  # the edge cuts the ray from here to the east
                is_inside = not is_inside
            square = dx * dx + dy * dy
            along = min(1.0, max(0.0, -(x0 * dx + y0 * dy) / square)) if square else 0.0
            nearest = min(nearest, math.hypot(x0 + along * dx, y0 + along * dy))
            x0, y0 = x1, y1
        distance_m = math.atan(nearest) * EARTH_RADIUS_M
        return distance_m if is_inside else -distance_m

    def breadth_m(self) -> float:
        """Return twice the area over the perimeter: of a square half its side, of a long strip its width."""
        plane = self._seen_from(self._middle)
        edges = list(zip(plane, [*plane[1:], plane[0]], strict=True))
        area = abs(math.fsum(_cross(a, b) for a, b in edges)) / 2
        return 2 * area / math.fsum(math.dist(a, b) for a, b in edges) * EARTH_RADIUS_M

    def crosses_itself(self) -> bool:
        """Tell whether two edges that are no neighbours meet."""
        plane = self._seen_from(self._middle)
        count = len(plane)
        edges = sorted(
            (min(a[0], b[0]), max(a[0], b[0]), number, a, b)
            for number, (a, b) in enumerate(zip(plane, [*plane[1:], plane[0]], strict=True))
        )
        for place, (_, right, number, a, b) in enumerate(edges):
            for left, _, other, c, d in edges[place + 1 :]:
                if left > right:  # none of the rest reaches back so far
                    break
                if (number - other) % count not in (1, count - 1) and _meet(a, b, c, d):
                    return True
        return False

    def _seen_from(self, centre: Vector) -> list[Planar]:
        """Return the vertices in the plane that touches the unit sphere at `centre`."""
        cx, cy, cz = centre
        level = math.hypot(cx, cy)
        ex, ey = (-cy / level, cx / level) if level else (0.0, 1.0)  # east; at a pole any direction will do
        nx, ny, nz = -cz * ey, cz * ex, cx * ey - cy * ex  # north: centre x east
        seen = []
        for x, y, z in self._vertices:
            depth = x * cx + y * cy + z * cz
            seen.append(((x * ex + y * ey) / depth, (x * nx + y * ny + z * nz) / depth))
        return seen


def _vector(point: Point) -> Vector:
    latitude, longitude = math.radians(point.latitude), math.radians(point.longitude)
    level = math.cos(latitude)
    return level * math.cos(longitude), level * math.sin(longitude), math.sin(latitude)


def _angle(a: Vector, b: Vector) -> float:
    """Return the angle between two places: by the chord, which is exact for small ones too."""
    return 2 * math.asin(min(1.0, math.dist(a, b) / 2))


def _cross(a: Planar, b: Planar) -> float:
    return a[0] * b[1] - a[1] * b[0]


def _turn(a: Planar, b: Planar, c: Planar) -> float:
    """Return how a, b, c turn: positive to the left, 0 on one line."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _meet(a: Planar, b: Planar, c: Planar, d: Planar) -> bool:
    """Tell whether the segments ab and cd, which overlap from west to east, have a point in common."""
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _turn(a, b, c) * _turn(a, b, d) <= 0 and _turn(c, d, a) * _turn(c, d, b) <= 0
