"""Distances."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.geo import EARTH_RADIUS_M, Point, distance_m

points = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))


def test_a_minute_of_latitude_is_a_nautical_mile() -> None:
    assert distance_m(Point(52, 5), Point(52 + 1 / 60, 5)) == pytest.approx(1853, abs=1)


def test_the_antimeridian_is_no_border() -> None:
    assert distance_m(Point(0, 179.999), Point(0, -179.999)) == pytest.approx(222, abs=1)


@given(points, points)
def test_distance_is_symmetric_and_at_most_half_the_globe(a: Point, b: Point) -> None:
    assert distance_m(a, b) == pytest.approx(distance_m(b, a), abs=1e-3)
    assert 0 <= distance_m(a, b) <= 3.15 * EARTH_RADIUS_M
