"""The simulated morning is the same at each telling, and believable."""

from itertools import pairwise

import pytest

from core.kernel.geo import distance_m
from local.simulation.morning import CHILDREN, STEP_S, TOWERS, Child, measurements, way_back


@pytest.mark.parametrize("child", CHILDREN, ids=lambda child: child.name)
def test_the_same_seed_tells_the_same_morning_and_another_one_another(child: Child) -> None:
    assert list(measurements(child, seed=1)) == list(measurements(child, seed=1))
    assert list(measurements(child, seed=1)) != list(measurements(child, seed=2))


@pytest.mark.parametrize("child", [*CHILDREN, *map(way_back, CHILDREN)], ids=lambda child: child.name)
def test_no_child_is_faster_than_a_bicycle(child: Child) -> None:
    located = [each for each in measurements(child, seed=1) if each.point is not None]
    speeds = [
        distance_m(before.point, after.point) / (after.offset_s - before.offset_s) * 3.6
        for before, after in pairwise(located)
        if before.point is not None and after.point is not None
    ]
    assert len(speeds) > 20
    assert max(speeds) < 25


def test_the_mornings_hold_all_that_a_watch_can_meet() -> None:
    told = {child.name: list(measurements(child, seed=1)) for child in CHILDREN}
    everything = [each for morning in told.values() for each in morning]
    assert any(each.point is None and each.wifi for each in everything), "indoors"
    assert any(each.point is not None and not each.has_network for each in everything), "a tunnel"
    for morning in told.values():
        learned = {mac for each in morning if each.point is not None for mac in each.wifi}
        indoors = [each for each in morning if each.point is None]
        assert any(learned & set(each.wifi) for each in indoors), "a place that the watch learned"
        assert any(not learned & set(each.wifi) for each in indoors), "a place that only cells tell"
    assert len({each.cells for each in everything}) > 3, "cells along the way"
    assert sum(each.sos for each in everything) == 1
    assert any(each.battery_percent < 20 for each in everything), "a battery that runs low"
    for morning in told.values():
        assert [each.offset_s for each in morning] == [number * STEP_S for number in range(len(morning))]
        assert morning[0].battery_percent > morning[-1].battery_percent
        assert morning[-1].steps > 0


def test_the_cells_that_a_watch_hears_are_around_it() -> None:
    towers = {tower.cell: tower for tower in TOWERS}
    for child in CHILDREN:
        for each in measurements(child, seed=1):
            serving = towers[each.cells[0]]
            assert distance_m(serving.point, each.place) < serving.range_m


def test_nobody_calls_for_help_on_the_way_back() -> None:
    assert not any(each.sos for child in CHILDREN for each in measurements(way_back(child), seed=1))
