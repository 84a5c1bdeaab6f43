"""Positions and TelemetryReadings: what is kept by watch and time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.kernel.geo import Point
from core.kernel.ids import WatchId, new_id
from core.kernel.page import Page
from core.tracking.model import Doubt, Position, Source, TelemetryReading
from core.vault.model import EpochOver
from tests.builders import any_position, any_reading
from tests.clocks import NOON, FrozenClock
from tests.frames import OTHER_DEVICE, minutes
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_memory, on_dynamo

DAY = datetime(2026, 11, 22, tzinfo=UTC)
LAST_OF_DAY = DAY + timedelta(days=1) - timedelta(milliseconds=1)
OVER_AT = DAY + timedelta(days=89)
SECOND = timedelta(seconds=1)


def _pages(world: World, watch_id: WatchId, limit: int) -> list[Page[Position]]:
    pages: list[Page[Position]] = []
    while not pages or pages[-1].next:
        after = pages[-1].next if pages else None
        pages.append(
            world.positions.between(watch_id, LONG_AGO, FAR_AHEAD, now=world.clock.now(), limit=limit, after=after)
        )
    return pages


def test_what_was_stored_comes_back_whole(world: World) -> None:
    watch_id = world.watch()
    position = any_position(
        watch_id,
        NOON.replace(microsecond=123_000),
        received_at=NOON + SECOND,
        point=Point(-33.8568, -179.99999),
        source=Source.WIFI,
        accuracy_m=58.0,
        altitude_m=None,
        speed_kmh=None,
        course_deg=None,
        satellites=None,
        doubts=frozenset({Doubt.NO_VALID_FIX, Doubt.CLOCK_CORRECTED}),
        backlog=True,
    )
    reading = any_reading(watch_id, NOON, battery_percent=None, steps=0, alarms=("sos", "fall"))
    assert world.positions.add(position)
    assert world.telemetry.add(reading)
    assert world.history(watch_id) == [position]
    assert world.readings(watch_id) == [reading]


def test_what_a_watch_did_not_tell_is_null_and_not_nought(world: World) -> None:
    watch_id = world.watch()
    world.telemetry.add(any_reading(watch_id, NOON, steps=None))
    world.telemetry.add(any_reading(watch_id, NOON + SECOND, steps=0))
    assert [reading.steps for reading in world.readings(watch_id)] == [None, 0]


def test_the_same_position_is_stored_once_and_the_first_one_stays(world: World) -> None:
    watch_id = world.watch()
    first = any_position(watch_id, NOON, received_at=NOON)
    assert world.positions.add(first)
    assert not world.positions.add(any_position(watch_id, NOON, received_at=NOON + minutes(5), backlog=True))
    assert world.history(watch_id) == [first]
    assert world.positions.add(any_position(watch_id, NOON, fingerprint="1" * 32))


def test_watches_are_apart(world: World) -> None:
    one, other = world.watch(), world.watch(OTHER_DEVICE)
    world.positions.add(any_position(one, NOON))
    assert world.history(other) == []
    assert world.positions.latest(other, NOON) is None
    assert world.positions.latest_before(other, FAR_AHEAD, NOON) is None


@pytest.mark.promise("P-16", guard="adapters.dynamo.moments:SealedMoments.page")
@pytest.mark.parametrize("limit", [1, 3, 4, 7])
def test_pages_are_complete_and_in_order(limit: int) -> None:
    with on_dynamo(FrozenClock()) as world:
        _check_pages(world, limit)


@pytest.mark.parametrize("limit", [1, 3, 7, 8])
def test_pages_are_complete_and_in_order_for_the_fake_too(limit: int) -> None:
    _check_pages(in_memory(FrozenClock()), limit)


def _check_pages(world: World, limit: int) -> None:
    watch_id = world.watch()
    stored = [any_position(watch_id, NOON - minutes(each // 2), fingerprint=f"{each:032x}") for each in range(8)]
    for position in stored:
        world.positions.add(position)
    pages = _pages(world, watch_id, limit)
    found = [position for page in pages for position in page.items]
    assert found == sorted(stored, key=lambda position: (position.at, position.fingerprint))
    assert all(len(page.items) == limit for page in pages[:-1])
    assert pages[-1].items


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (NOON, NOON + SECOND, [0]),
        (NOON, NOON + 2 * SECOND, [0, 1]),
        (NOON + timedelta(microseconds=1), NOON + 2 * SECOND, [1]),
        (NOON, NOON + SECOND + timedelta(microseconds=1), [0, 1]),
        (NOON, NOON, []),
        (NOON + minutes(1), NOON - minutes(1), []),
        (NOON.astimezone(), FAR_AHEAD, [0, 1]),
    ],
)
def test_a_range_holds_its_start_and_not_its_end(
    world: World, start: datetime, end: datetime, expected: list[int]
) -> None:
    watch_id = world.watch()
    stored = [any_position(watch_id, NOON + each * SECOND) for each in range(2)]
    for position in stored:
        world.positions.add(position)
    page = world.positions.between(watch_id, start, end, now=world.clock.now(), limit=10, after=None)
    assert page.items == [stored[each] for each in expected]


def test_a_page_that_starts_before_what_is_still_readable_goes_on_with_what_is(world: World) -> None:
    watch_id = world.watch()
    stored = [any_position(watch_id, NOON - timedelta(days=day)) for day in (2, 1, 0)]
    for position in stored:
        world.positions.add(position)
    first = world.positions.between(watch_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=1, after=None)
    later = OVER_AT - timedelta(days=1)
    world.clock.set(later)
    rest = world.positions.between(watch_id, LONG_AGO, FAR_AHEAD, now=later, limit=5, after=first.next)
    assert rest.items == stored[2:]


def test_the_newest_position_is_the_latest_whatever_came_last(world: World) -> None:
    watch_id = world.watch()
    assert world.positions.latest(watch_id, NOON) is None
    newest = any_position(watch_id, NOON)
    world.positions.add(newest)
    world.positions.add(any_position(watch_id, NOON - minutes(5), backlog=True))
    assert world.positions.latest(watch_id, NOON) == newest


def test_the_last_undoubted_position_before_an_instant_is_found_past_a_few_doubtful_ones(world: World) -> None:
    watch_id = world.watch()
    sure = any_position(watch_id, NOON - minutes(20))
    world.positions.add(sure)
    for each in range(9):
        world.positions.add(any_position(watch_id, NOON - minutes(each), doubts=frozenset({Doubt.IMPOSSIBLE_SPEED})))
    assert world.positions.latest_before(watch_id, NOON + SECOND, NOON) == sure
    assert world.positions.latest_before(watch_id, sure.at, NOON) is None
    world.positions.add(any_position(watch_id, NOON - minutes(9), doubts=frozenset({Doubt.NO_VALID_FIX})))
    assert world.positions.latest_before(watch_id, NOON + SECOND, NOON) is None


@pytest.mark.promise("P-27", guard="core.retention.policy:is_over", part="the last known position")
def test_a_watch_that_was_silent_for_89_days_has_no_last_position(world: World) -> None:
    watch_id = world.watch()
    world.positions.add(any_position(watch_id, NOON))
    assert world.positions.latest(watch_id, NOON + timedelta(days=88))
    world.clock.advance(timedelta(days=89))
    assert world.positions.latest(watch_id, world.clock.now()) is None


def test_a_doubt_is_added_to_what_was_at_that_instant_and_told_is_how_it_was(world: World) -> None:
    watch_id = world.watch()
    at = NOON.replace(microsecond=5_000)
    before = any_position(watch_id, at, doubts=frozenset({Doubt.NO_VALID_FIX}))
    twin = any_position(watch_id, at, fingerprint="1" * 32)
    others = [any_position(watch_id, at + each * timedelta(milliseconds=1)) for each in (-1, 1)]
    for position in (before, twin, *others):
        world.positions.add(position)
    for doubts in (frozenset({Doubt.NO_VALID_FIX}), frozenset({Doubt.NO_VALID_FIX, Doubt.REPORTED_WRONG})):
        (found, _) = world.positions.doubt(watch_id, at, Doubt.REPORTED_WRONG, NOON)
        assert found == replace(before, doubts=doubts)
    changed = [replace(each, doubts=each.doubts | {Doubt.REPORTED_WRONG}) for each in (before, twin)]
    assert world.history(watch_id) == [others[0], *changed, others[1]]


def test_where_nothing_was_nothing_is_doubted(world: World) -> None:
    watch_id = world.watch()
    assert not world.positions.doubt(watch_id, NOON, Doubt.REPORTED_WRONG, NOON)
    assert world.history(watch_id) == []


def test_a_doubt_does_not_reach_what_is_over(world: World) -> None:
    watch_id = world.watch()
    world.positions.add(any_position(watch_id, LAST_OF_DAY))
    world.clock.set(OVER_AT)
    assert not world.positions.doubt(watch_id, LAST_OF_DAY, Doubt.REPORTED_WRONG, OVER_AT)


@pytest.mark.parametrize("source", [Source.WIFI, Source.CELL])
def test_what_was_found_without_gps_is_no_sure_position(world: World, source: Source) -> None:
    watch_id = world.watch()
    sure = any_position(watch_id, NOON)
    world.positions.add(sure)
    world.positions.add(any_position(watch_id, NOON + SECOND, source=source))
    assert world.positions.latest_before(watch_id, FAR_AHEAD, NOON) == sure


def test_what_is_over_is_not_stored(world: World) -> None:
    watch_id = world.watch()
    world.clock.set(OVER_AT)
    with pytest.raises(EpochOver):
        world.positions.add(any_position(watch_id, LAST_OF_DAY))
    with pytest.raises(EpochOver):
        world.telemetry.add(any_reading(watch_id, LAST_OF_DAY))


def test_the_newest_reading_is_the_latest_whatever_came_last(world: World) -> None:
    watch_id = world.watch()
    assert world.telemetry.latest(watch_id, NOON) is None
    newest = any_reading(watch_id, NOON)
    world.telemetry.add(newest)
    world.telemetry.add(any_reading(watch_id, NOON - minutes(5)))
    assert world.telemetry.latest(watch_id, NOON) == newest


def test_readings_come_in_pages_too(world: World) -> None:
    watch_id = world.watch()
    stored = [any_reading(watch_id, NOON + each * SECOND) for each in range(3)]
    for reading in reversed(stored):
        world.telemetry.add(reading)
    found: list[TelemetryReading] = []
    after = None
    for _ in range(2):
        page = world.telemetry.between(watch_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=2, after=after)
        found += page.items
        after = page.next
    assert found == stored
    assert after is None


def test_an_unknown_watch_has_nothing(world: World) -> None:
    assert world.history(WatchId(new_id())) == []


def test_a_history_is_cleared_from_its_oldest_within_a_range_and_of_one_watch_alone(world: World) -> None:
    watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
    minutes = [NOON + timedelta(minutes=number) for number in range(5)]
    for at in minutes:
        world.positions.add(any_position(watch_id, at))
        world.positions.add(any_position(other, at))

    assert world.positions.clear(watch_id, minutes[1], minutes[4], 2) == 2
    assert [each.at for each in _all(world, watch_id)] == [minutes[0], *minutes[3:]]
    assert world.positions.clear(watch_id, minutes[1], minutes[4], 2) == 1
    assert world.positions.clear(watch_id, minutes[1], minutes[4], 2) == 0
    assert len(_all(world, other)) == len(minutes)


def _all(world: World, watch_id: WatchId) -> Sequence[Position]:
    page = world.positions.between(watch_id, LONG_AGO, FAR_AHEAD, now=NOON, limit=10, after=None)
    return page.items
