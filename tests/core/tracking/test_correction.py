"""A position that a guardian says is wrong."""

from datetime import timedelta

import pytest

from core.kernel.geo import EARTH_RADIUS_M, Point
from core.kernel.ids import WatchId, new_id
from core.tracking.correction import LEAST_FORGOTTEN_M, Correction, PositionNotFound
from core.tracking.model import Doubt, Source
from tests.builders import any_learned_place, any_position
from tests.clocks import NOON, FrozenClock
from tests.fakes.tracking import InMemoryLearnedPlaces, InMemoryPositions

WATCH = WatchId(new_id())
WRONG = Point(52.0, 5.0)
METRES_PER_DEGREE = EARTH_RADIUS_M * 3.141592653589793 / 180


class Desk:
    """A correction with its stores."""

    def __init__(self) -> None:
        clock = FrozenClock()
        self.positions, self.places = InMemoryPositions(clock), InMemoryLearnedPlaces(clock)
        self.correction = Correction(positions=self.positions, places=self.places)

    def learn(self, name: str, metres_away: float) -> None:
        point = Point(WRONG.latitude + metres_away / METRES_PER_DEGREE, WRONG.longitude)
        self.places.put(WATCH, any_learned_place(name, NOON, point=point))

    def known(self) -> list[str]:
        return [place.access_point for place in self.places.of_watch(WATCH, NOON)]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_all_positions_of_the_instant_are_doubted_and_no_other(desk: Desk) -> None:
    for number, at in enumerate((NOON, NOON, NOON - timedelta(milliseconds=1))):
        desk.positions.add(any_position(WATCH, at, fingerprint=f"{number:032x}"))
    desk.correction.report_wrong(WATCH, NOON, NOON)
    doubts = [each.doubts for each in desk.positions.readable(WATCH, NOON)]
    assert doubts == [frozenset(), {Doubt.REPORTED_WRONG}, {Doubt.REPORTED_WRONG}]


def test_an_instant_without_a_position_is_not_found(desk: Desk) -> None:
    desk.learn("a", 0)
    with pytest.raises(PositionNotFound):
        desk.correction.report_wrong(WATCH, NOON, NOON)
    assert desk.known() == ["a"]


@pytest.mark.parametrize(("accuracy_m", "reach_m"), [(None, 200), (40.0, 200), (500.0, 500)])
def test_places_within_reach_of_a_wrong_position_by_wifi_are_forgotten(
    desk: Desk, accuracy_m: float | None, reach_m: float
) -> None:
    desk.learn("here", 0)
    desk.learn("near", reach_m - 1)
    desk.learn("far", reach_m + 1)
    desk.positions.add(any_position(WATCH, NOON, source=Source.WIFI, point=WRONG, accuracy_m=accuracy_m))
    desk.correction.report_wrong(WATCH, NOON, NOON)
    assert desk.known() == ["far"]
    assert LEAST_FORGOTTEN_M == 200


@pytest.mark.parametrize("source", [Source.GPS, Source.CELL])
def test_a_position_that_came_otherwise_says_nothing_of_places(desk: Desk, source: Source) -> None:
    desk.learn("here", 0)
    desk.positions.add(any_position(WATCH, NOON, source=source, point=WRONG, accuracy_m=500.0))
    desk.correction.report_wrong(WATCH, NOON, NOON)
    assert desk.known() == ["here"]
