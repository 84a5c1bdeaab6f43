"""Those who watch over a watch, and those who look at it, hear of what was kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from core.kernel.ids import WatchId
from core.tracking.admission import Intake, Outcome
from core.tracking.ingest import VOICE_PATIENCE
from core.tracking.model import Heard, Position, ReceivedFrame, Recording, Sighting
from core.tracking.ports import NotAsked
from tests.clocks import NOON, FrozenClock
from tests.core.tracking.test_ingest import Outage
from tests.fakes.tracking import InMemoryQuarantine, RecordingLiveFeed, RecordingWatchkeeper
from tests.frames import OTHER_DEVICE, location, minutes, received
from tests.worlds import World, in_memory

SECOND = timedelta(seconds=1)
STOPPED = "010100,000000"


@pytest.fixture
def world() -> World:
    return in_memory(FrozenClock())


def _take(world: World, *frames: ReceivedFrame, **others: Any) -> Intake:
    return world.ingest(is_outage=lambda exception: isinstance(exception, Outage), **others).take(frames)


class FailingFor(RecordingWatchkeeper):
    """Fails for one watch with this exception, until it is mended."""

    def __init__(self, watch_id: WatchId, failure: Exception) -> None:
        super().__init__()
        self.failing: WatchId | None = watch_id
        self.failure = failure

    def saw(self, watch_id: WatchId, sightings: Sequence[Sighting]) -> None:
        if watch_id == self.failing:
            raise self.failure
        super().saw(watch_id, sightings)


class FailingInbox:
    """Fails with this exception; tried: what it was given."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure
        self.tried: list[Recording] = []

    def received(self, _watch_id: WatchId, recording: Recording, _received_at: datetime) -> Heard:
        self.tried.append(recording)
        raise self.failure


class TestWatchkeeper:
    def test_it_is_told_each_watchs_frames_in_order_of_time(self, world: World) -> None:
        watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
        frames = [
            received(location(NOON, status="00110000"), NOON + SECOND),
            received("LK,1,2,77", NOON, device=OTHER_DEVICE),
            received(location(NOON - minutes(9), word="UD2"), NOON + SECOND),
        ]
        _take(world, *frames)
        (told, (backlog, live)), (told_other, (beat,)) = sorted(
            world.watchkeeper.seen, key=lambda each: len(each[1]), reverse=True
        )
        assert (told, told_other) == (watch_id, other)
        assert (backlog.at, backlog.received_at, backlog.backlog) == (NOON - minutes(9), NOON + SECOND, True)
        assert (live.at, live.alarms, live.battery_percent) == (NOON, ("sos", "taken_off"), 90)
        assert [each.position for each in (backlog, live)] == world.history(watch_id)
        assert beat == Sighting(
            at=NOON, received_at=NOON, position=None, battery_percent=77, alarms=None, backlog=False
        )

    def test_a_location_without_an_alarm_tells_that_there_is_none(self, world: World) -> None:
        world.watch()
        _take(world, received(location(NOON), NOON))
        assert world.watchkeeper.seen[0][1][0].alarms == ()

    def test_no_sighting_is_later_than_its_receipt(self, world: World) -> None:
        world.watch()
        _take(world, received(location(NOON + minutes(4)), NOON))
        (sighting,) = world.watchkeeper.seen[0][1]
        assert sighting.at == NOON

    def test_a_sign_of_life_is_told_even_where_nothing_of_it_is_kept(self, world: World) -> None:
        watch_id = world.watch()
        intake = _take(world, received("LK", NOON))
        assert intake.counts == {Outcome.NOTHING_KEPT: 1}
        assert [told for told, _ in world.watchkeeper.seen] == [watch_id]

    def test_what_comes_again_is_told_again_but_not_what_a_socket_replays(self, world: World) -> None:
        world.watch()
        frames = [received(location(NOON), NOON), received(location(STOPPED), NOON)]
        _take(world, *frames)
        _take(world, *frames)
        (_, first), (_, again) = world.watchkeeper.seen
        assert again == first
        assert len(first) == 2
        _take(world, received(location(STOPPED), NOON + minutes(1), connection=2))
        assert len(world.watchkeeper.seen) == 2

    def test_its_outage_leaves_the_frames_unfinished_of_which_it_was_not_told(self, world: World) -> None:
        watch_id = world.watch()
        world.watch(OTHER_DEVICE)
        keeper = FailingFor(watch_id, Outage())
        frames = [
            received(location(NOON - minutes(1)), NOON - minutes(1), device=OTHER_DEVICE),
            received(location(NOON), NOON),
            received("heart,80", NOON),
        ]
        assert _take(world, *frames, watchkeeper=keeper).unfinished == {1}
        assert len(world.history(watch_id)) == 1
        keeper.failing = None
        assert not _take(world, *frames, watchkeeper=keeper).unfinished
        assert [position.at for position in world.history(watch_id)] == [NOON]
        assert watch_id in {told for told, _ in keeper.seen}

    def test_what_was_stored_before_an_outage_is_told_although_the_rest_comes_later(self, world: World) -> None:
        watch_id = world.watch()
        add = world.positions.add

        def fails_at_noon(position: Position) -> bool:
            if position.at == NOON:
                raise Outage
            return add(position)

        world.positions.add = fails_at_noon  # type: ignore[method-assign] # an outage planted in the fake
        frames = [received(location(NOON - minutes(ago)), NOON) for ago in (2, 1, 0)]
        assert _take(world, *frames).unfinished == {2}
        ((told, sightings),) = world.watchkeeper.seen
        assert told == watch_id
        assert [sighting.at for sighting in sightings] == [NOON - minutes(2), NOON - minutes(1)]

    def test_its_bug_costs_one_watchs_zone_alarms_and_is_counted(self, world: World) -> None:
        watch_id, other = world.watch(), world.watch(OTHER_DEVICE)
        keeper = FailingFor(watch_id, KeyError())
        frames = [received(location(NOON), NOON), received(location(NOON), NOON, device=OTHER_DEVICE)]
        intake = _take(world, *frames, watchkeeper=keeper)
        assert not intake.unfinished
        assert intake.counts["unwatched"] == 1
        assert [told for told, _ in keeper.seen] == [other]

    def test_a_watch_that_cannot_be_asked_for_another_point_holds_nothing_up(self, world: World) -> None:
        keeper = FailingFor(world.watch(), NotAsked())
        intake = _take(world, received(location(NOON), NOON), watchkeeper=keeper)
        assert not intake.unfinished
        assert intake.counts["not_asked"] == 1
        assert intake.counts["unwatched"] == 0


class TestInbox:
    def test_a_voice_that_cannot_be_stored_holds_up_what_stands_behind_it_for_a_moment_only(self, world: World) -> None:
        world.watch()
        inbox = FailingInbox(Outage())
        voices = [received(f"TK,{canary}", NOON) for canary in ("one", "two")]
        assert _take(world, *voices, inbox=inbox).unfinished == {0, 1}
        assert len(inbox.tried) == 1, "the next would take as long to fail"
        world.clock.advance(VOICE_PATIENCE)
        young = received("TK,three", NOON + VOICE_PATIENCE)
        intake = _take(world, *voices, young, inbox=inbox)
        assert intake.unfinished == {2}
        assert intake.counts["unheard"] == 2
        assert set(cast("InMemoryQuarantine", world.quarantine).items.values()) == {each.raw for each in voices}

    def test_what_is_not_proven_is_not_even_quarantined_then(self, world: World) -> None:
        world.watch()
        world.clock.advance(VOICE_PATIENCE)
        voices = [received("TK,one", NOON), received("TK,two", NOON, proven=False)]
        assert not _take(world, *voices, inbox=FailingInbox(Outage())).unfinished
        assert list(cast("InMemoryQuarantine", world.quarantine).items.values()) == [voices[0].raw]


class TestLiveFeed:
    def test_it_is_told_of_new_positions_once(self, world: World) -> None:
        watch_id = world.watch()
        frames = [received(location(NOON - SECOND), NOON), received("LK,1,2,3", NOON), received(location(NOON), NOON)]
        _take(world, *frames)
        _take(world, *frames)
        assert world.live_feed.told == [(watch_id, world.history(watch_id))]

    @pytest.mark.parametrize("failure", [Outage(), KeyError()])
    def test_its_failure_loses_nothing_else(self, world: World, failure: Exception) -> None:
        class Failing(RecordingLiveFeed):
            def stored(self, _watch_id: WatchId, _positions: Sequence[Position]) -> None:
                raise failure

        watch_id = world.watch()
        intake = _take(world, received(location(NOON), NOON), live_feed=Failing())
        assert not intake.unfinished
        assert intake.counts["not_shown"] == 1
        assert len(world.history(watch_id)) == 1
        assert len(world.watchkeeper.seen) == 1
