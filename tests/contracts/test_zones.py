"""Zones."""

from dataclasses import replace
from datetime import time

import pytest

from adapters.dynamo.zones import ZoneRecord
from core.kernel.geo import Point
from core.kernel.ids import ZoneId, new_id
from core.retention.policy import Subject
from core.vault.model import Unreadable
from core.zones.model import ZONES_PER_WATCH, Circle, Polygon, Schedule, TooManyZones, Window, Zone
from tests.builders import HOME, any_zone
from tests.clocks import FrozenClock
from tests.frames import OTHER_DEVICE
from tests.worlds import World, on_dynamo

SCHOOL_HOURS = Schedule(
    "Europe/Amsterdam",
    (Window(frozenset({0, 1, 3}), time(8, 30), time(15)), Window(frozenset({4}), time(22), time(6, 15))),
)


@pytest.mark.parametrize("schedule", [None, SCHOOL_HOURS])
@pytest.mark.parametrize(
    "shape",
    [
        Circle(HOME, 62.5),
        Polygon((Point(52.1, 5.9), Point(52.2, 5.9), Point(52.1, 6.0))),
        Polygon((Point(-16.5, 179.9), Point(-16.5, -179.9), Point(-17.0, 180.0))),
    ],
)
def test_a_zone_comes_back_whole(world: World, shape: Circle | Polygon, schedule: Schedule | None) -> None:
    zone = any_zone(world.watch(), name="Oma & opa 🏡", shape=shape, schedule=schedule, alarm_on_leaving=False)
    world.zones.put(zone)
    assert world.zones.get(zone.watch_id, zone.zone_id) == zone
    assert world.zones.of_watch(zone.watch_id) == [zone]


def test_a_zone_is_replaced_and_removed_by_its_id(world: World) -> None:
    watch_id = world.watch()
    zone, other = any_zone(watch_id), any_zone(watch_id)
    world.zones.put(zone)
    world.zones.put(other)
    changed = any_zone(watch_id, zone_id=zone.zone_id, name="another")
    stored = world.zones.replace(changed)
    assert stored == replace(changed, version=2)
    assert world.zones.get(watch_id, zone.zone_id) == stored
    assert world.zones.replace(changed) is None, "it replaces the version that it names, or nothing"
    assert world.zones.get(watch_id, zone.zone_id) == stored
    assert world.zones.remove(watch_id, zone.zone_id)
    assert not world.zones.remove(watch_id, zone.zone_id)
    assert world.zones.get(watch_id, zone.zone_id) is None
    assert world.zones.replace(stored) is None, "what was removed is not drawn again"
    assert world.zones.of_watch(watch_id) == [other]


def test_another_watch_has_other_zones(world: World) -> None:
    zone, other = any_zone(world.watch()), world.watch(OTHER_DEVICE)
    world.zones.put(zone)
    assert world.zones.get(other, zone.zone_id) is None
    assert not world.zones.remove(other, zone.zone_id)
    assert world.zones.of_watch(other) == []


def test_a_watch_has_so_many_zones_and_no_more(world: World) -> None:
    watch_id = world.watch()
    zones = [any_zone(watch_id) for _ in range(ZONES_PER_WATCH)]
    for zone in zones:
        world.zones.put(zone)
    with pytest.raises(TooManyZones):
        world.zones.put(any_zone(watch_id))
    replaced = world.zones.replace(any_zone(watch_id, zone_id=zones[0].zone_id, name="another"))
    assert replaced is not None
    zones[0] = replaced
    assert world.zones.of_watch(watch_id) == sorted(zones, key=lambda zone: zone.zone_id)
    world.zones.put(any_zone(world.watch(OTHER_DEVICE)))
    world.zones.remove(watch_id, zones[0].zone_id)
    world.zones.put(any_zone(watch_id))


def test_zones_are_gone_with_the_watchs_key_and_one_that_does_not_open_hides_no_other() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        zone = any_zone(watch_id)
        world.zones.put(zone)
        moved = ZoneRecord.get(watch_id, zone.zone_id)
        ZoneRecord(watch_id, new_id(), revision=1, payload=moved.payload).save()
        assert world.zones.of_watch(watch_id) == [zone]
        world.sealer.destroy(Subject.BINDING, watch_id)
        assert world.zones.of_watch(watch_id) == []
        assert world.zones.get(watch_id, zone.zone_id) is None
        with pytest.raises(Unreadable):
            world.zones.put(zone)


def test_a_zone_says_nothing_in_the_open() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        zone = Zone(zone_id=ZoneId(new_id()), watch_id=watch_id, name="Oma", shape=Circle(HOME, 150.0))
        world.zones.put(zone)
        item = ZoneRecord.get(watch_id, zone.zone_id).serialize()
        assert item.keys() == {"watch_id", "zone_id", "revision", "payload"}
        assert b"Oma" not in item["payload"]["B"]
