"""What no zone can be."""

from datetime import UTC, time
from itertools import product
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.kernel.geo import Point
from core.kernel.ids import WatchId, ZoneId
from core.zones.model import MOST_VERTICES, Circle, InvalidZone, Polygon, Schedule, Window, Zone

HERE = Point(52.2, 5.9)
STEP = 0.001  # about 111 m of latitude, 68 m of longitude here


def grid(*places: tuple[float, float]) -> tuple[Point, ...]:
    """Return points, in steps north and east of HERE."""
    return tuple(Point(HERE.latitude + north * STEP, HERE.longitude + east * STEP) for north, east in places)


SQUARE = grid((0, 0), (0, 1), (1, 1), (1, 0))


def zone(**changed: Any) -> Zone:
    told: dict[str, Any] = {"zone_id": ZoneId("z" * 26), "watch_id": WatchId("w" * 26), "name": "school"}
    return Zone(**told | {"shape": Circle(HERE, 100)} | changed)


def window(**changed: Any) -> Window:
    told: dict[str, Any] = {"days": frozenset({0}), "begins": time(8), "ends": time(9)}
    return Window(**told | changed)


@pytest.mark.promise("P-18", guard="core.zones.model:_require", part="refused shapes")
@pytest.mark.parametrize("wrong", [91.0, -90.001, float("nan"), float("inf"), -float("inf")])
def test_a_place_is_on_the_earth(wrong: float) -> None:
    for point in (Point(wrong, 5.9), Point(52.2, wrong * 2)):
        with pytest.raises(InvalidZone):
            Circle(point, 100)
        with pytest.raises(InvalidZone):
            Polygon((*SQUARE[:3], point))


@pytest.mark.parametrize("radius_m", [0.0, -100.0, 49.9, 50_001.0, float("nan"), float("inf")])
def test_a_radius_has_limits(radius_m: float) -> None:
    with pytest.raises(InvalidZone):
        Circle(HERE, radius_m)


@pytest.mark.promise("P-18", guard="core.zones.model:_require", part="refused shapes")
@pytest.mark.parametrize(
    "vertices",
    [
        (),
        SQUARE[:2],
        (*SQUARE, SQUARE[0]),
        grid((0, 0), (1, 1), (2, 2)),
        grid((0, 0), (0, 10), (0.1, 10), (0.1, 0)),
        grid((0, 0), (0, 0.1), (0.1, 0.1), (0.1, 0)),
        grid((0, 0), (0, 1000), (1000, 1000), (1000, 0)),
        tuple(Point(0.0, longitude) for longitude in (0.0, 120.0, -120.0)),
        tuple(Point(HERE.latitude + number * STEP, HERE.longitude) for number in range(MOST_VERTICES + 1)),
    ],
    ids=["none", "two", "closed", "a line", "a strip of 11 m", "a speck", "a country", "the globe", "too many"],
)
def test_a_polygon_is_neither_degenerate_nor_huge(vertices: tuple[Point, ...]) -> None:
    with pytest.raises(InvalidZone):
        Polygon(vertices)


@pytest.mark.promise("P-18", guard="core.zones.geometry:Ring.crosses_itself", part="refused shapes")
@pytest.mark.parametrize(
    "vertices",
    [
        grid((0, 0), (4, 6), (4, 0), (0, 1)),
        grid((0, 0), (0, 4), (4, 4), (4, 2), (0, 2), (4, 0)),
        grid((0, 0), (0, 4), (4, 4), (2, 4), (2, 0)),
    ],
    ids=["a bow tie", "a vertex on an edge", "an edge upon another"],
)
def test_the_edges_of_a_polygon_meet_only_at_its_vertices(vertices: tuple[Point, ...]) -> None:
    for first, direction in product(range(len(vertices)), (1, -1)):
        with pytest.raises(InvalidZone):
            Polygon((vertices[first:] + vertices[:first])[::direction])


@example(count=MOST_VERTICES, depth=0.9)
@given(count=st.integers(2, MOST_VERTICES // 2), depth=st.floats(0.3, 0.9))
def test_a_comb_is_a_polygon(count: int, depth: float) -> None:
    count = min(count, MOST_VERTICES // 2 - 1)
    teeth = [(10 * depth * (number % 2), number) for number in range(2 * count)]
    assert Polygon(grid(*teeth, (-10, 2 * count), (-10, -1))).signed_distance_m(grid((-5, count))[0]) > 0


@pytest.mark.parametrize("name", ["", "   ", "\n", "a\tb", "x" * 41, "a\u202eb"])
def test_a_name_is_short_and_printable(name: str) -> None:
    with pytest.raises(InvalidZone):
        zone(name=name)


def test_a_name_loses_the_blanks_around_it() -> None:
    assert zone(name="  bij oma ").name == "bij oma"


@pytest.mark.parametrize(
    "changed",
    [
        {"days": frozenset()},
        {"days": frozenset({7})},
        {"days": frozenset({-1})},
        {"ends": time(8)},
        {"begins": time(8, tzinfo=UTC)},
    ],
)
def test_a_window_has_days_and_two_local_times(changed: dict[str, Any]) -> None:
    with pytest.raises(InvalidZone):
        window(**changed)


@pytest.mark.parametrize("time_zone", ["", "Europe", "Europe/Atlantis", "../../etc/passwd", "/etc/localtime", "a\0b"])
def test_a_schedule_has_an_iana_time_zone(time_zone: str) -> None:
    with pytest.raises(InvalidZone):
        Schedule(time_zone, (window(),))


@pytest.mark.parametrize("count", [0, 15])
def test_a_schedule_has_some_windows(count: int) -> None:
    with pytest.raises(InvalidZone):
        Schedule("Europe/Amsterdam", (window(),) * count)


def test_no_refusal_tells_a_place_or_name() -> None:
    for attempt in (lambda: Circle(Point(95.125, 5.9), 100), lambda: zone(name="Emma\tB")):
        with pytest.raises(InvalidZone) as refusal:
            attempt()
        assert "95" not in str(refusal.value)
        assert "Emma" not in str(refusal.value)


def test_no_text_of_a_zone_shows_where_it_is() -> None:
    for shape in (Circle(HERE, 100), Polygon(SQUARE)):
        assert "52.2" not in repr(zone(shape=shape))
        assert "school" not in repr(zone(shape=shape))
