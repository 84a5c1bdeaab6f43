"""LearnedPlaces and Cells, and that no access point's address is left anywhere."""

from datetime import timedelta

import pytest

from adapters.aws import client
from adapters.dynamo.cells import CellRecord
from adapters.dynamo.learned_places import LearnedPlaceRecord
from adapters.dynamo.tables import TABLES
from core.kernel.geo import Point
from core.kernel.ids import WatchId
from core.retention.policy import Subject
from core.tracking.model import Cell, CellPlace
from core.tracking.ports import PlaceName
from core.vault.model import EpochOver
from tests.builders import HOME, any_learned_place
from tests.clocks import NOON, FrozenClock
from tests.frames import OTHER_DEVICE, minutes
from tests.storage import storage
from tests.worlds import World, in_tables, on_dynamo

MS = timedelta(milliseconds=1)


def _name(number: int) -> str:
    return f"{number:032x}"


def _names(watch_id: WatchId, *numbers: int) -> list[PlaceName]:
    return [(watch_id, _name(number)) for number in numbers]


class TestLearnedPlaces:
    def test_a_place_comes_back_whole(self, world: World) -> None:
        watch_id = world.watch()
        place = any_learned_place(_name(1), NOON + MS, point=Point(-33.8568, -179.99999), accuracy_m=7.5, roams=True)
        world.learned_places.put(watch_id, place)
        assert world.learned_places.named(_names(watch_id, 0, 1), NOON) == {(watch_id, _name(1)): place}
        assert world.learned_places.of_watch(watch_id, NOON) == [place]

    def test_what_is_seen_again_takes_the_place_of_what_was_known(self, world: World) -> None:
        watch_id = world.watch()
        places = [any_learned_place(_name(1), NOON + minutes(each), accuracy_m=each + 1.0) for each in (0, 1)]
        for place in places:
            world.learned_places.put(watch_id, place)
        assert world.learned_places.of_watch(watch_id, NOON) == [places[1]]

    def test_many_are_asked_for_at_once_and_all_come_by_name(self, world: World) -> None:
        watch_id = world.watch()
        places = [any_learned_place(_name(each), NOON) for each in range(5)]
        for place in reversed(places):
            world.learned_places.put(watch_id, place)
        other = world.watch(OTHER_DEVICE)
        world.learned_places.put(other, any_learned_place(_name(3), NOON, accuracy_m=1.0))
        found = world.learned_places.named([*_names(watch_id, *range(3, 150)), *_names(other, 3, 4)], NOON)
        assert found.keys() == {*_names(watch_id, 3, 4), (other, _name(3))}
        assert found[other, _name(3)].accuracy_m == 1.0
        assert world.learned_places.named([], NOON) == {}
        assert world.learned_places.of_watch(watch_id, NOON) == places

    def test_they_are_forgotten_by_name(self, world: World) -> None:
        watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
        for each in range(60):
            world.learned_places.put(watch_id, any_learned_place(_name(each), NOON))
        world.learned_places.put(other, any_learned_place(_name(0), NOON))
        world.learned_places.forget(watch_id, [])
        for _ in range(2):
            world.learned_places.forget(watch_id, [_name(each) for each in range(59)] + [_name(0)])
            assert [each.access_point for each in world.learned_places.of_watch(watch_id, NOON)] == [_name(59)]
        assert world.learned_places.of_watch(other, NOON)

    def test_what_is_over_is_not_stored(self, world: World) -> None:
        with pytest.raises(EpochOver):
            world.learned_places.put(world.watch(), any_learned_place(_name(1), NOON - timedelta(days=89)))


class TestCells:
    def test_those_that_are_known_are_found(self, world: World) -> None:
        here = CellPlace(Cell(204, 4, 3030, 139_402_508), HOME, 1250.5)
        far = CellPlace(Cell(204, 4, 3030, 1), Point(-0.000001, -179.99999), 35_000.0)
        unknown = Cell(204, 43, 30, 1)
        assert world.cells.places([here.cell]) == {}
        world.cells.put([here, far])
        assert world.cells.places([here.cell, far.cell, unknown]) == {here.cell: here, far.cell: far}
        assert world.cells.places([]) == {}

    def test_an_import_takes_many_and_the_last_word_on_a_cell_counts(self, world: World) -> None:
        cells = [Cell(204, 4, 1, each) for each in range(60)]
        world.cells.put(CellPlace(each, HOME, 100.0) for each in (*cells, *cells))
        world.cells.put([CellPlace(cells[0], HOME, 200.0), CellPlace(cells[0], HOME, 300.0)])
        found = world.cells.places(cells)
        assert found.keys() == set(cells)
        assert found[cells[0]].range_m == 300.0
        assert found[cells[59]].range_m == 100.0


def test_places_are_gone_with_the_watchs_key_and_one_that_does_not_open_hides_no_other() -> None:
    with on_dynamo(FrozenClock()) as world:
        watch_id = world.watch()
        place = any_learned_place(_name(1), NOON)
        world.learned_places.put(watch_id, place)
        moved = LearnedPlaceRecord.get(watch_id, _name(1))
        moved.access_point = _name(2)
        moved.save()
        assert world.learned_places.of_watch(watch_id, NOON) == [place]
        assert world.learned_places.named(_names(watch_id, 1, 2), NOON) == {(watch_id, _name(1)): place}
        world.sealer.destroy(Subject.BINDING, watch_id)
        assert world.learned_places.of_watch(watch_id, NOON) == []


def test_a_cell_that_is_not_of_our_shape_is_unknown() -> None:
    with on_dynamo(FrozenClock()) as world:
        CellRecord("2-4-x-1", latitude=1, longitude=1, range_m=1).save()
        assert world.cells.places([Cell(2, 4, 1, 1)]) == {}


@pytest.mark.promise(
    "P-15", guard="adapters.access_point_names:BindingAccessPointNames.of", part="no access point's address is stored"
)
def test_no_address_of_an_access_point_and_no_place_is_left_in_any_table() -> None:
    address = "aa:bb:cc:dd:ee:ff"
    with storage() as settings:
        world = in_tables(settings, FrozenClock())
        watch_id: WatchId = world.watch()
        name = world.access_point_names.of(watch_id, address)
        world.learned_places.put(watch_id, any_learned_place(name, NOON, point=HOME))
        dynamo = client("dynamodb", settings)
        items = [
            item for table in TABLES.values() for item in dynamo.scan(TableName=table.physical_name("test"))["Items"]
        ]
        assert any("access_point" in item for item in items)
        for trace in (address, address.replace(":", ""), str(HOME.latitude)):
            assert trace.lower() not in repr(items).lower()
