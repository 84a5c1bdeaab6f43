"""Where a watch is when it sees no satellites, by what it learned itself and by a table of cells."""

from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.geo import EARTH_RADIUS_M, Point, distance_m
from core.kernel.ids import WatchId
from core.tracking.model import Cell, CellPlace, Doubt, LearnedPlace, Position, Source
from core.tracking.places import (
    AGREEMENT_M,
    LEAST_CELL_M,
    ONE_ACCESS_POINT_M,
    SEVERAL_ACCESS_POINTS_M,
    fix_by_access_points,
    fix_by_cells,
)
from tests.clocks import NOON, FrozenClock
from tests.fakes.tracking import InMemoryLearnedPlaces
from tests.frames import DEVICE, OTHER_DEVICE, location, minutes, received
from tests.worlds import World, in_memory

HOME = Point(52.2112, 5.9699)
ROUTER, NEIGHBOUR, THIRD = (f"00:00:5e:00:53:0{number}" for number in (1, 2, 3))
SERVING, BESIDE = Cell(204, 8, 3021, 12345), Cell(204, 8, 3021, 12346)
DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    return in_memory(FrozenClock())


def _north(point: Point, metres: float) -> Point:
    return Point(point.latitude + metres / EARTH_RADIUS_M * 57.29577951308232, point.longitude)


def _tail(*access_points: str, cells: tuple[Cell, ...] = ()) -> str:
    heard = "".join(f",{cell.lac},{cell.cid},130" for cell in cells)
    network = f"{len(cells)},1,204,8{heard}" if cells else "0"
    seen = "".join(f",Naam,{mac},-{50 + rank}" for rank, mac in enumerate(access_points))
    return f"{network},{len(access_points)}{seen}"


def _outdoors(world: World, at: datetime, *access_points: str, point: Point = HOME, **others: Any) -> None:
    """Let the watch see access points and satellites."""
    content = location(at, point.latitude, point.longitude, tail=_tail(*access_points), **others)
    world.ingest().take([received(content, at)])


def _indoors(
    world: World, at: datetime, *access_points: str, cells: tuple[Cell, ...] = (), **others: Any
) -> Position | None:
    """Let the watch see no satellites; return where it is found."""
    no_fix: dict[str, Any] = {"latitude": 0.0, "longitude": 0.0, "valid": "V", "satellites": 0} | others
    world.ingest().take([received(location(at, tail=_tail(*access_points, cells=cells), **no_fix), at)])
    watch_id = world.devices.bindings(DEVICE)[-1].watch_id
    return next((each for each in world.history(watch_id) if each.at == at), None)


def _learned(world: World) -> dict[tuple[WatchId, str], LearnedPlace]:
    return cast("InMemoryLearnedPlaces", world.learned_places).items


class TestWifi:
    def test_a_watch_is_found_by_access_points_that_it_saw_with_a_good_fix(self, world: World) -> None:
        world.watch()
        _outdoors(world, NOON, ROUTER, NEIGHBOUR)
        position = _indoors(world, NOON + minutes(1), NEIGHBOUR, ROUTER, THIRD)
        assert position is not None
        assert (position.source, position.accuracy_m) == (Source.WIFI, SEVERAL_ACCESS_POINTS_M)
        assert not position.doubts
        assert distance_m(position.point, HOME) < 1
        assert (position.satellites, position.speed_kmh, position.altitude_m, position.course_deg) == (None,) * 4

    def test_one_access_point_alone_says_less(self, world: World) -> None:
        world.watch()
        _outdoors(world, NOON, ROUTER)
        position = _indoors(world, NOON + minutes(1), ROUTER)
        assert position is not None
        assert position.accuracy_m == ONE_ACCESS_POINT_M

    def test_it_is_found_in_the_batch_in_which_it_learned(self, world: World) -> None:
        watch_id = world.watch()
        content = location(NOON, tail=_tail(ROUTER))
        indoors = location(NOON + minutes(1), 0.0, 0.0, valid="V", tail=_tail(ROUTER))
        before = location(NOON - minutes(1), 0.0, 0.0, valid="V", tail=_tail(ROUTER))
        frames = [received(each, NOON + minutes(1)) for each in (before, content, indoors)]
        for _ in range(2):
            world.ingest().take(frames)
            assert [each.source for each in world.history(watch_id)] == [Source.GPS, Source.WIFI]

    @pytest.mark.parametrize("coordinates", [(0.0, 0.0), (91, 5.9), ("", "")])
    def test_a_fix_that_is_no_place_is_none_however_valid_it_is_said_to_be(
        self, world: World, coordinates: tuple[Any, Any]
    ) -> None:
        world.watch()
        _outdoors(world, NOON, ROUTER)
        latitude, longitude = coordinates
        claimed = {"valid": "A", "satellites": 9, "latitude": latitude, "longitude": longitude}
        position = _indoors(world, NOON + minutes(1), ROUTER, **claimed)
        assert position is not None
        assert (position.source, set(position.doubts)) == (Source.WIFI, set())

    def test_what_one_watch_learned_is_nothing_to_another(self, world: World) -> None:
        world.watch()
        other = world.watch(OTHER_DEVICE)
        _outdoors(world, NOON, ROUTER)
        content = location(NOON, 0.0, 0.0, valid="V", tail=_tail(ROUTER))
        world.ingest().take([received(content, NOON, device=OTHER_DEVICE)])
        assert world.history(other) == []
        (name,) = {name for _, name in _learned(world)}
        assert name != world.access_point_names.of(other, ROUTER)

    def test_what_was_not_seen_for_89_days_is_forgotten(self, world: World) -> None:
        world.watch()
        _outdoors(world, NOON, ROUTER)
        later = NOON.replace(hour=0) + timedelta(days=89)
        world.clock.set(later)
        assert _indoors(world, later, ROUTER) is None

    @pytest.mark.parametrize(
        "poor",
        [
            {"satellites": 4},
            {"valid": "V"},
            {"letters": ("N", "E"), "latitude": -52.2112},
            {"speed": "20.0"},
        ],
    )
    def test_a_poor_fix_teaches_nothing(self, world: World, poor: dict[str, Any]) -> None:
        world.watch()
        speed = poor.pop("speed", "1.10")
        content = location(NOON, **({"tail": _tail(ROUTER)} | poor)).replace(",1.10,", f",{speed},")
        world.ingest().take([received(content, NOON)])
        assert not _learned(world)

    def test_an_impossible_place_teaches_nothing(self, world: World) -> None:
        world.watch()
        _outdoors(world, NOON)
        _outdoors(world, NOON + minutes(5), ROUTER, point=Point(48.8566, 2.3522))
        assert not _learned(world)

    def test_a_sharp_fix_of_few_satellites_teaches(self, world: World) -> None:
        world.watch()
        content = location(NOON, satellites=4, tail=f"{_tail(ROUTER)},25.0")
        world.ingest().take([received(content, NOON)])
        (place,) = _learned(world).values()
        assert place.accuracy_m == 25.0

    def test_a_place_is_written_once_a_day_and_when_it_moved(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch_id = world.watch()
        writes: list[LearnedPlace] = []
        put = world.learned_places.put

        def counting(of: WatchId, place: LearnedPlace) -> None:
            writes.append(place)
            put(of, place)

        monkeypatch.setattr(world.learned_places, "put", counting)
        start = NOON - DAY
        for at, metres in ((start, 0), (start + minutes(5), 30), (NOON, 30), (NOON + minutes(5), 0)):
            _outdoors(world, at, ROUTER, point=_north(HOME, metres))
        assert [place.learned_at for place in writes] == [start, NOON.replace(hour=0)]
        _outdoors(world, NOON + minutes(9), ROUTER, point=_north(HOME, 30 + AGREEMENT_M + 1))
        assert writes[-1].learned_at == NOON + minutes(9)
        assert not writes[-1].roams
        assert len(_learned(world)) == 1
        assert len(world.learned_places.of_watch(watch_id, NOON)) == 1

    def test_an_access_point_in_a_bus_tells_nothing_ever_after(self, world: World) -> None:
        world.watch()
        _outdoors(world, NOON, ROUTER)
        _outdoors(world, NOON + minutes(5), ROUTER, point=_north(HOME, 301))
        (place,) = _learned(world).values()
        assert place.roams
        _outdoors(world, NOON + minutes(9), ROUTER, point=_north(HOME, 301))
        assert _indoors(world, NOON + minutes(10), ROUTER) is None

    def test_what_is_known_when_a_day_begins_is_known_to_its_backlog(self, world: World) -> None:
        world.watch()
        _outdoors(world, NOON - DAY, ROUTER)
        _outdoors(world, NOON, ROUTER)
        position = _indoors(world, NOON - minutes(60), ROUTER, word="UD2")
        assert position is not None
        assert position.source is Source.WIFI


class TestCells:
    def test_a_watch_that_knows_nothing_around_it_is_found_by_its_cells(self, world: World) -> None:
        world.watch()
        world.cells.put([CellPlace(SERVING, HOME, 1200.0), CellPlace(BESIDE, _north(HOME, 800), 1200.0)])
        position = _indoors(world, NOON, ROUTER, cells=(SERVING, BESIDE))
        assert position is not None
        assert position.source is Source.CELL
        assert position.doubts == set()
        assert position.accuracy_m == pytest.approx(1600, abs=1)
        assert distance_m(position.point, _north(HOME, 400)) < 1

    def test_wifi_is_better_than_cells_and_satellites_than_both(self, world: World) -> None:
        world.watch()
        world.cells.put([CellPlace(SERVING, _north(HOME, 400), 700.0)])
        _outdoors(world, NOON, ROUTER)
        indoors = _indoors(world, NOON + minutes(1), ROUTER, cells=(SERVING,))
        elsewhere = _indoors(world, NOON + minutes(2), cells=(SERVING,))
        assert [each and each.source for each in (indoors, elsewhere)] == [Source.WIFI, Source.CELL]

    def test_an_unknown_cell_is_no_place(self, world: World) -> None:
        world.watch()
        assert _indoors(world, NOON, cells=(SERVING, BESIDE)) is None


class TestUnsureFix:
    def test_a_fix_of_which_the_watch_is_unsure_comes_after_wifi_and_before_cells(self, world: World) -> None:
        world.watch()
        world.cells.put([CellPlace(SERVING, HOME, 700.0)])
        unsure: dict[str, Any] = {"latitude": 52.2112, "longitude": 5.9699, "satellites": 4, "cells": (SERVING,)}
        by_gps = _indoors(world, NOON - minutes(1), ROUTER, **unsure)
        _outdoors(world, NOON, ROUTER)
        by_wifi = _indoors(world, NOON + minutes(1), ROUTER, **unsure)
        assert by_gps is not None
        assert by_wifi is not None
        assert (by_gps.source, set(by_gps.doubts)) == (Source.GPS, {Doubt.NO_VALID_FIX})
        assert (by_wifi.source, set(by_wifi.doubts)) == (Source.WIFI, set())

    def test_what_is_wrong_with_the_coordinates_does_not_stick_to_another_source(self, world: World) -> None:
        world.watch()
        world.cells.put([CellPlace(SERVING, HOME, 700.0)])
        position = _indoors(world, NOON, cells=(SERVING,), latitude=-52.2112, satellites=3)
        assert position is not None
        assert position.doubts == set()

    def test_a_wrong_clock_makes_every_source_doubtful(self, world: World) -> None:
        watch_id = world.watch()
        world.cells.put([CellPlace(SERVING, HOME, 700.0)])
        content = location("010100,000000", 0.0, 0.0, valid="V", tail=_tail(cells=(SERVING,)))
        world.ingest().take([received(content, NOON)])
        (position,) = world.history(watch_id)
        assert position.doubts == {Doubt.CLOCK_CORRECTED}


class TestSpeed:
    @pytest.mark.attack("W-03", guard="core.tracking.ingest:is_impossible", part="an impossible speed is marked")
    @pytest.mark.parametrize(("source", "metres"), [(Source.GPS, 30_000), (Source.CELL, 32_000)])
    def test_a_place_out_of_reach_is_marked_whatever_its_source(
        self, world: World, source: Source, metres: float
    ) -> None:
        """350 km/h for 5 minutes are 29.2 km; a cell of 2 km may be as much nearer."""
        watch_id = world.watch()
        _outdoors(world, NOON)
        far = _north(HOME, metres)
        world.cells.put([CellPlace(SERVING, far, 2000.0)])
        if source is Source.GPS:
            _outdoors(world, NOON + minutes(5), point=far)
        else:
            _indoors(world, NOON + minutes(5), cells=(SERVING,))
        assert [each.source for each in world.history(watch_id)] == [Source.GPS, source]
        assert [each.doubts for each in world.history(watch_id)] == [set(), {Doubt.IMPOSSIBLE_SPEED}]

    def test_a_place_that_may_be_within_reach_is_not_marked(self, world: World) -> None:
        world.watch()
        _outdoors(world, NOON)
        world.cells.put([CellPlace(SERVING, _north(HOME, 30_000), 2000.0)])
        position = _indoors(world, NOON + minutes(5), cells=(SERVING,))
        assert position is not None
        assert position.doubts == set()

    def test_only_a_fix_by_satellites_leads_the_way(self, world: World) -> None:
        """Else a jump by a cell would make the child's true place look impossible."""
        watch_id = world.watch()
        _outdoors(world, NOON)
        world.cells.put([CellPlace(SERVING, _north(HOME, 29_000), 2000.0)])
        _indoors(world, NOON + minutes(5), cells=(SERVING,))
        _outdoors(world, NOON + minutes(6))
        assert not any(each.doubts for each in world.history(watch_id))


def _place(point: Point, accuracy_m: float = 15.0, *, roams: bool = False) -> LearnedPlace:
    return LearnedPlace(access_point="0" * 32, point=point, accuracy_m=accuracy_m, learned_at=NOON, roams=roams)


class TestAgreement:
    def test_the_majority_wins_and_without_one_nobody_knows(self) -> None:
        here, near, far = _place(HOME), _place(_north(HOME, 100)), _place(_north(HOME, 5000))
        agreed = fix_by_access_points([far, here, near])
        assert agreed is not None
        assert distance_m(agreed.point, HOME) < 100
        assert fix_by_access_points([far, here]) is None
        assert fix_by_access_points([]) is None
        assert fix_by_access_points([_place(HOME, roams=True)]) is None

    def test_accuracy_grows_with_the_spread_and_with_what_it_was_learned_from(self) -> None:
        apart = fix_by_access_points([_place(HOME), _place(_north(HOME, 140))])
        poor = fix_by_access_points([_place(HOME, 90.0)])
        assert apart is not None
        assert apart.accuracy_m == pytest.approx(140 * 2 / 3 + 15, abs=1)
        assert poor is not None
        assert poor.accuracy_m == 90.0

    def test_a_strong_access_point_draws_more(self) -> None:
        drawn = fix_by_access_points([_place(HOME), _place(_north(HOME, 90))])
        assert drawn is not None
        assert distance_m(drawn.point, HOME) == pytest.approx(30, abs=1)

    @given(
        st.floats(-90, 90),
        st.floats(-180, 180),
        st.lists(st.tuples(st.floats(-1, 1), st.floats(1, 50)), min_size=1, max_size=6),
    )
    def test_anywhere_on_the_globe_the_fix_is_among_what_agrees(
        self, latitude: float, longitude: float, offsets: list[tuple[float, float]]
    ) -> None:
        centre = Point(latitude, longitude)
        points = [
            _place(Point(max(-90.0, min(90.0, _north(centre, 70 * by).latitude)), longitude), m) for by, m in offsets
        ]
        fix = fix_by_access_points(points)
        assert fix is not None
        assert fix.accuracy_m is not None
        assert all(distance_m(fix.point, place.point) <= fix.accuracy_m for place in points)

    def test_across_the_antimeridian_the_middle_is_not_on_the_other_side_of_the_earth(self) -> None:
        west, east = Point(10.0, -179.9995), Point(10.0, 179.9995)
        fix = fix_by_access_points([_place(west), _place(east)])
        assert fix is not None
        assert distance_m(fix.point, west) < AGREEMENT_M

    def test_cells_never_promise_less_than_their_range_nor_than_a_street(self) -> None:
        small, large = CellPlace(SERVING, HOME, 50.0), CellPlace(SERVING, HOME, 5000.0)
        assert [fix.accuracy_m for fix in (fix_by_cells([small]), fix_by_cells([large])) if fix] == [LEAST_CELL_M, 5000]

    def test_a_cell_that_cannot_be_heard_beside_the_serving_one_does_not_count(self) -> None:
        fix = fix_by_cells([CellPlace(SERVING, HOME, 1000.0), CellPlace(BESIDE, _north(HOME, 80_000), 1000.0)])
        assert fix is not None
        assert distance_m(fix.point, HOME) < 1
        assert fix_by_cells([]) is None
