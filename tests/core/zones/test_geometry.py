"""Distances to borders, held against independent libraries: pyproj's geodesics on a sphere and shapely's polygons."""

import math
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely import geometry as planar

from core.kernel.geo import EARTH_RADIUS_M, Point
from core.zones.geometry import FAR_M
from core.zones.model import Circle, InvalidZone, Polygon

SPHERE = Geod(a=EARTH_RADIUS_M, b=EARTH_RADIUS_M)
STEPS = 400
"""Pieces of an edge in the oracle: of 100 km, 250 m long, with the nearest place in one found by interpolation."""

CENTRES = st.one_of(
    st.builds(Point, st.floats(-89, 89), st.floats(-180, 180)),
    st.builds(Point, st.floats(-80, 80), st.sampled_from([180.0, -180.0, 179.9999])),
    st.builds(Point, st.sampled_from([90.0, -90.0, 89.9999]), st.floats(-180, 180)),
)


def from_centre(centre: Point, azimuth_deg: float, distance_m: float) -> Point:
    longitude, latitude, _ = SPHERE.fwd(centre.longitude, centre.latitude, azimuth_deg, distance_m)
    return Point(latitude, longitude)


def apart_m(a: Point, b: Point) -> float:
    return float(SPHERE.inv(a.longitude, a.latitude, b.longitude, b.latitude)[2])


@st.composite
def stars(draw: st.DrawFn, most_m: float = 40_000) -> tuple[Point, tuple[Point, ...]]:
    """Return a centre and the vertices of a star around it: any distances, so thin ones too."""
    centre = draw(CENTRES)
    count = draw(st.integers(3, 12))
    size_m = draw(st.floats(200, most_m))
    vertices = tuple(
        from_centre(centre, 360 / count * (number + draw(st.floats(0, 0.8))), size_m * draw(st.floats(0.1, 1)))
        for number in range(count)
    )
    return centre, vertices[:: draw(st.sampled_from([1, -1]))]


def polygon_of(vertices: tuple[Point, ...]) -> Polygon:
    try:
        return Polygon(vertices)
    except InvalidZone:
        assume(condition=False)
        raise


def nearest_m(point: Point, vertices: tuple[Point, ...]) -> float:
    """Return the distance to the border by walking along every edge."""
    found = math.inf
    for a, b in pairwise((*vertices, vertices[0])):
        steps = SPHERE.npts(a.longitude, a.latitude, b.longitude, b.latitude, STEPS + 1, initial_idx=0, terminus_idx=0)
        far = [apart_m(point, Point(latitude, longitude)) for longitude, latitude in steps]
        number = min(range(len(far)), key=far.__getitem__)
        found = min(found, far[number])
        for other in (number - 1, number + 1):
            if 0 <= other < len(far):
                found = min(
                    found,
                    _height_m(
                        far[number], far[other], apart_m(Point(*steps[number][::-1]), Point(*steps[other][::-1]))
                    ),
                )
    return found


def _height_m(one_m: float, other_m: float, base_m: float) -> float:
    """Return the distance to a short piece of an edge, by the triangle with it."""
    along_m = (one_m**2 - other_m**2 + base_m**2) / (2 * base_m) if base_m else 0.0
    return math.sqrt(max(0.0, one_m**2 - along_m**2)) if 0 <= along_m <= base_m else min(one_m, other_m)


def is_inside(point: Point, centre: Point, vertices: tuple[Point, ...]) -> bool:
    """Ask shapely in PROJ's gnomonic plane around the star's centre."""
    project = Transformer.from_pipeline(
        f"+proj=gnom +lat_0={centre.latitude} +lon_0={centre.longitude} +R={EARTH_RADIUS_M}"
    ).transform
    ring = planar.Polygon([project(vertex.longitude, vertex.latitude) for vertex in vertices])
    return bool(ring.contains(planar.Point(project(point.longitude, point.latitude))))


@pytest.mark.promise("P-18", guard="core.zones.geometry:Ring.signed_distance_m", part="geometry")
@example(
    star=(Point(90, 0), tuple(Point(89.9, longitude) for longitude in (0.0, 90.0, 180.0, -90.0))),
    azimuth_deg=10.0,
    share=0.5,
)
@example(
    star=(Point(10, 180), (Point(10.1, 179.9), Point(10.1, -179.9), Point(9.9, -179.9), Point(9.9, 179.9))),
    azimuth_deg=90.0,
    share=2.0,
)
@given(star=stars(), azimuth_deg=st.floats(0, 360), share=st.floats(0, 3))
def test_a_polygon_agrees_with_the_oracle(
    star: tuple[Point, tuple[Point, ...]], azimuth_deg: float, share: float
) -> None:
    centre, vertices = star
    polygon = polygon_of(vertices)
    point = from_centre(centre, azimuth_deg, share * apart_m(centre, vertices[0]))
    distance_m = polygon.signed_distance_m(point)
    expected_m = nearest_m(point, vertices)
    assert abs(distance_m) == pytest.approx(expected_m, rel=1e-3, abs=0.1)
    if expected_m > 0.1:
        assert (distance_m > 0) == is_inside(point, centre, vertices)


@given(star=stars(), number=st.integers(0, 11))
def test_a_vertex_lies_on_the_border(star: tuple[Point, tuple[Point, ...]], number: int) -> None:
    _, vertices = star
    assert polygon_of(vertices).signed_distance_m(vertices[number % len(vertices)]) == pytest.approx(0, abs=1e-3)


@given(star=stars(), azimuth_deg=st.floats(0, 360), share=st.floats(0, 3), first=st.integers(0, 11))
def test_neither_direction_nor_first_vertex_matter(
    star: tuple[Point, tuple[Point, ...]], azimuth_deg: float, share: float, first: int
) -> None:
    centre, vertices = star
    point = from_centre(centre, azimuth_deg, share * apart_m(centre, vertices[0]))
    turned = vertices[first % len(vertices) :] + vertices[: first % len(vertices)]
    expected_m = polygon_of(vertices).signed_distance_m(point)
    for same in (turned, vertices[::-1]):
        assert Polygon(same).signed_distance_m(point) == pytest.approx(expected_m, abs=1e-3)


@pytest.mark.promise("P-18", guard="core.zones.model:Circle.signed_distance_m", part="geometry")
@given(centre=CENTRES, radius_m=st.floats(50, 50_000), azimuth_deg=st.floats(0, 360), away_m=st.floats(0, 500_000))
def test_a_circle_agrees_with_the_oracle(centre: Point, radius_m: float, azimuth_deg: float, away_m: float) -> None:
    point = from_centre(centre, azimuth_deg, away_m)
    assert Circle(centre, radius_m).signed_distance_m(point) == pytest.approx(radius_m - away_m, abs=0.01)


@given(star=stars(), other=CENTRES, sight_m=st.floats(0, FAR_M))
def test_out_of_sight_the_distance_is_a_lower_bound(
    star: tuple[Point, tuple[Point, ...]], other: Point, sight_m: float
) -> None:
    _, vertices = star
    nearest = min(apart_m(other, vertex) for vertex in vertices)
    for shape, true_m in ((polygon_of(vertices), nearest), (Circle(vertices[0], 50), apart_m(other, vertices[0]) - 50)):
        distance_m = shape.signed_distance_m(other, sight_m)
        if distance_m < -sight_m:
            assert -distance_m <= true_m + 0.1
