"""Frames into positions and telemetry."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.watch.uplink import WireDecoder
from core.kernel.geo import Point
from core.kernel.ids import AccountId, WatchId
from core.retention.policy import Subject
from core.tracking.admission import CLOCK_TOLERANCE, Outcome
from core.tracking.model import Addressed, Doubt, NothingKept, ReceivedFrame, Recording, Report, Undecodable
from core.vault.model import Unreadable
from tests.clocks import NOON, FrozenClock
from tests.fakes.tracking import InMemoryPositions, InMemoryQuarantine, InMemoryTelemetryReadings
from tests.frames import DEVICE, OTHER_DEVICE, location, minutes, received
from tests.worlds import World, in_memory, stocked

SECOND = timedelta(seconds=1)
AMERSFOORT = (52.1561, 5.3878)
PARIS = (48.8566, 2.3522)


@pytest.fixture
def world() -> World:
    return in_memory(FrozenClock())


def _take(world: World, *frames: ReceivedFrame, **others: Any) -> dict[str, int]:
    intake = world.ingest(**others).take(frames)
    assert not intake.unfinished
    return dict(intake.counts)


class TestWhatIsKept:
    def test_a_location_gives_a_position_and_a_reading(self, world: World) -> None:
        watch_id = world.watch()
        counts = _take(world, received(location(NOON - SECOND, status="00010000"), NOON))
        (position,), (reading,) = world.history(watch_id), world.readings(watch_id)
        assert counts == {Outcome.STORED: 1, "doubtful": 0, "alarms": 1}
        assert (position.at, position.received_at) == (NOON - SECOND, NOON)
        assert (position.point, position.satellites, position.doubts) == (Point(52.2112, 5.9699), 7, frozenset())
        assert (reading.battery_percent, reading.signal_percent, reading.steps) == (90, 80, 50)
        assert reading.alarms == ("sos",)
        assert reading.at == position.at

    def test_a_heartbeat_gives_a_reading_of_its_receipt(self, world: World) -> None:
        watch_id = world.watch()
        counts = _take(world, received("LK,100,2,77", NOON), received("LK", NOON))
        (reading,) = world.readings(watch_id)
        assert counts == {Outcome.STORED: 1, Outcome.NOTHING_KEPT: 1}
        assert (reading.at, reading.battery_percent, reading.steps, reading.rolls) == (NOON, 77, 100, 2)
        assert reading.signal_percent is None
        assert world.history(watch_id) == []

    def test_a_frame_is_the_watch_that_the_device_was_when_it_was_received(self, world: World) -> None:
        first = world.watch(since=timedelta(days=2))
        world.unbind(first, NOON - minutes(10))
        second = world.watch(since=minutes(5))
        _take(
            world,
            *(received(location(NOON - minutes(ago)), NOON - minutes(ago)) for ago in (20, 7, 1)),
        )
        assert [position.at for position in world.history(first)] == [NOON - minutes(20)]
        assert [position.at for position in world.history(second)] == [NOON - minutes(1)]

    def test_a_new_owner_never_sees_where_the_old_one_was(self, world: World) -> None:
        """D9: the watch sends what it gathered before it was sold."""
        watch_id = world.watch(since=minutes(60))
        counts = _take(world, received(location(NOON - minutes(66), word="UD2"), NOON))
        assert counts == {Outcome.TOO_OLD: 1}
        assert world.history(watch_id) == []
        assert world.readings(watch_id) == []

    @pytest.mark.parametrize("frame", ["heart,99", "TK,1", "CONFIG,TY:G75", "NEVERSEEN,1", "WIFIINFOUP,1,2,3", "CR"])
    def test_what_is_not_of_a_place_or_its_telemetry_is_counted_and_dropped(self, world: World, frame: str) -> None:
        watch_id = world.watch()
        assert _take(world, received(frame, NOON)) == {Outcome.NOTHING_KEPT: 1}
        assert world.readings(watch_id) == []

    @pytest.mark.parametrize(
        "raw", [b"", b"[", b"GET / HTTP/1.1\r\n", b"[3G*12*0002*LK]", b"[3G*1234567890*0002*LK][3G*1234567890*0002*LK]"]
    )
    def test_what_is_not_one_frame_is_counted(self, world: World, raw: bytes) -> None:
        world.watch()
        assert _take(world, received(raw, NOON)) == {Outcome.NOT_A_FRAME: 1}

    def test_an_unproven_frame_leaves_nothing_unless_the_stage_trusts_it(self, world: World) -> None:
        watch_id = world.watch()
        frame = received(location(NOON, status="00010000"), NOON, proven=False)
        assert _take(world, frame) == {Outcome.UNPROVEN: 1, "alarms": 1}
        assert world.history(watch_id) == []
        assert world.readings(watch_id) == []
        assert _take(world, frame, trust_unproven=True)[Outcome.STORED] == 1

    def test_nothing_is_stored_that_the_sweeper_does_not_know_of(self, world: World) -> None:
        watch_id = world.watch()
        yesterday = NOON - timedelta(days=1)
        _take(world, received(location(NOON), NOON), received(location(yesterday, word="UD2"), NOON))
        assert cast("Any", world.sweep_marks).items == {("2026-11-22", watch_id), ("2026-11-21", watch_id)}


class TestTime:
    @pytest.mark.attack("W-15", guard="core.tracking.admission:is_incredible")
    @pytest.mark.parametrize(
        "told",
        ["010199,120000", "190138,031407", "311299,235959", "010100,000000", "221126,120501", "010110,000000"],
    )
    def test_a_clock_ahead_or_absurd_is_corrected_to_receipt_and_marked(self, world: World, told: str) -> None:
        self._is_corrected(world, told)

    @pytest.mark.parametrize(
        "told", ["010170,000000", "311380,120000", "NaN,NaN", "000000,000000", ",", "221126,240000"]
    )
    def test_a_time_that_is_none_is_corrected_to_receipt_and_marked(self, world: World, told: str) -> None:
        self._is_corrected(world, told)

    def _is_corrected(self, world: World, told: str) -> None:
        watch_id = world.watch()
        _take(world, received(location(told), NOON))
        (position,) = world.history(watch_id)
        assert position.at == NOON
        assert position.doubts == {Doubt.CLOCK_CORRECTED}
        world.clock.advance(timedelta(days=89))
        assert world.history(watch_id) == []

    def test_a_clock_that_is_off_by_less_than_five_minutes_is_believed(self, world: World) -> None:
        watch_id = world.watch()
        _take(world, received(location(NOON + CLOCK_TOLERANCE), NOON))
        (position,) = world.history(watch_id)
        assert position.at == NOON + CLOCK_TOLERANCE
        assert not position.doubts

    def test_backlog_of_some_days_keeps_its_own_time(self, world: World) -> None:
        watch_id = world.watch()
        _take(world, received(location(NOON - timedelta(days=3), word="UD2"), NOON))
        (position,) = world.history(watch_id)
        assert position.at == NOON - timedelta(days=3)
        assert position.backlog

    @pytest.mark.promise("P-17", guard="core.retention.policy:is_over", part="backlog gains no new life")
    def test_a_fix_that_is_too_old_is_dropped(self, world: World) -> None:
        watch_id = world.watch(since=timedelta(days=400))
        counts = _take(world, received(location(NOON - timedelta(days=89), word="UD2"), NOON))
        assert counts == {Outcome.TOO_OLD: 1}
        assert world.history(watch_id) == []
        assert world.readings(watch_id) == []

    def test_the_alarm_of_a_fix_that_is_too_old_still_counts_once(self, world: World) -> None:
        watch_id = world.watch(since=timedelta(days=400))
        content = location(NOON - timedelta(days=89), status="00010000", word="AL")
        counts = _take(world, received(content, NOON), received(content, NOON + SECOND))
        (reading,) = world.readings(watch_id)
        assert counts == {Outcome.STORED: 1, Outcome.REPLAYED: 1, "alarms": 2}
        assert (reading.at, reading.alarms, reading.battery_percent) == (NOON, ("sos",), None)
        assert world.history(watch_id) == []

    def test_a_fix_of_the_oldest_day_that_is_kept_is_stored_and_ends_with_it(self, world: World) -> None:
        watch_id = world.watch(since=timedelta(days=400))
        oldest = NOON.replace(hour=0) - timedelta(days=88)
        _take(world, received(location(oldest), NOON), received(location(oldest - SECOND), NOON))
        assert [position.at for position in world.history(watch_id)] == [oldest]
        world.clock.advance(timedelta(hours=12))
        assert world.history(watch_id) == []


class TestRepetition:
    @pytest.mark.attack("W-04", guard="core.tracking.admission:fingerprint_of", part="frames with a good clock")
    def test_a_frame_that_comes_again_is_one_position(self, world: World) -> None:
        watch_id = world.watch()
        content = location(NOON)
        self._replay(world, content)
        assert len(world.history(watch_id)) == len(world.readings(watch_id)) == 1
        assert world.history(watch_id)[0].received_at == NOON

    @pytest.mark.attack("W-04", guard="core.tracking.ingest:is_replay", part="frames with a bad clock")
    @pytest.mark.parametrize("told", ["311299,235959", "231126,100000", "010100,000000"])
    def test_a_frame_with_a_bad_clock_that_comes_again_is_one_position(self, world: World, told: str) -> None:
        watch_id = world.watch()
        self._replay(world, location(told))
        assert len(world.history(watch_id)) == len(world.readings(watch_id)) == 1
        assert world.history(watch_id)[0].at == NOON

    def _replay(self, world: World, content: str) -> None:
        for at, connection in ((NOON, 1), (NOON + SECOND, 1), (NOON + minutes(1), 2), (NOON + timedelta(days=1), 3)):
            world.clock.set(at)
            world.ingest().take([received(content, at, connection=connection)])

    def test_a_live_position_that_is_sent_again_as_backlog_is_the_same(self, world: World) -> None:
        watch_id = world.watch()
        counts = _take(world, received(location(NOON), NOON), received(location(NOON, word="UD2"), NOON + minutes(2)))
        assert counts[Outcome.DUPLICATE] == 1
        assert [position.backlog for position in world.history(watch_id)] == [False]

    def test_frames_that_differ_in_anything_are_two(self, world: World) -> None:
        watch_id = world.watch()
        _take(world, received(location(NOON), NOON), received(location(NOON, battery=89), NOON))
        assert len(world.history(watch_id)) == 2


class TestPlace:
    @pytest.mark.attack("W-18", guard="core.tracking.places:is_no_fix", part="0,0 and fixes of too few satellites")
    @pytest.mark.parametrize(
        "content",
        [
            location(NOON, 0.0, 0.0, status="00010000", word="AL"),
            location(NOON, "-0", "-0.0", status="00010000", word="AL"),
            location(NOON, valid="V", satellites=3, status="00010000", word="AL"),
            location(NOON, 0.0, 0.0, valid="V", satellites=9, status="00010000", word="AL"),
        ],
    )
    def test_a_place_that_is_none_is_not_kept_and_the_alarm_is(self, world: World, content: str) -> None:
        self._only_the_alarm_counts(world, content)

    @pytest.mark.attack("W-18", guard="wire.location:_coordinate", part="coordinates that no place has")
    @pytest.mark.parametrize(
        ("latitude", "longitude", "letters"),
        [
            (91, 5.9, "NE"),
            (-90.1, 5.9, "NE"),
            (52.2, 180.1, "NE"),
            ("NaN", 5.9, "NE"),
            (52.2, "Inf", "NE"),
            ("-inf", 5.9, "SE"),
            (52.2, 5.9, "EN"),
            ("1e400", 5.9, "NE"),
        ],
    )
    def test_coordinates_that_no_place_has_are_refused_and_the_alarm_is_kept(
        self, world: World, latitude: float, longitude: float, letters: str
    ) -> None:
        content = location(NOON, latitude, longitude, letters=(letters[0], letters[1]), status="00010000", word="AL")
        counts = self._only_the_alarm_counts(world, content)
        assert counts["coordinates_refused"] == 1

    def _only_the_alarm_counts(self, world: World, content: str) -> dict[str, int]:
        watch_id = world.watch()
        counts = _take(world, received(content, NOON))
        assert world.history(watch_id) == []
        (reading,) = world.readings(watch_id)
        assert reading.alarms == ("sos",)
        return counts

    def test_an_invalid_fix_of_four_satellites_is_kept_and_marked(self, world: World) -> None:
        watch_id = world.watch()
        _take(world, received(location(NOON, valid="V", satellites=4), NOON))
        assert [position.doubts for position in world.history(watch_id)] == [{Doubt.NO_VALID_FIX}]

    @pytest.mark.parametrize(
        ("latitude", "longitude", "letters", "contradicts"),
        [
            (-33.8, 151.2, "NE", True),
            (33.8, -151.2, "NE", True),
            (-33.8, 151.2, "SE", False),
            (33.8, 151.2, "SW", False),
            (-0.0, 151.2, "NE", False),
        ],
    )
    def test_a_sign_that_contradicts_its_letter_is_marked(
        self, world: World, latitude: float, longitude: float, letters: str, contradicts: bool
    ) -> None:
        watch_id = world.watch()
        _take(world, received(location(NOON, latitude, longitude, letters=(letters[0], letters[1])), NOON))
        (position,) = world.history(watch_id)
        assert position.doubts == ({Doubt.CONTRADICTORY_HEMISPHERE} if contradicts else set())


class TestSpeed:
    def _doubts(self, world: World, *points: tuple[timedelta, tuple[float, float]]) -> list[set[Doubt]]:
        watch_id = world.watch()
        for after, (latitude, longitude) in points:
            at = NOON - timedelta(hours=10) + after
            world.ingest().take([received(location(at, latitude, longitude), at)])
        return [set(position.doubts) for position in world.history(watch_id)]

    def test_a_jump_over_350_km_an_hour_is_marked_and_the_way_back_is_not(self, world: World) -> None:
        there = (timedelta(), AMERSFOORT), (minutes(5), PARIS), (minutes(10), AMERSFOORT)
        assert self._doubts(world, *there) == [set(), {Doubt.IMPOSSIBLE_SPEED}, set()]

    def test_whoever_really_travelled_is_believed_after_a_while(self, world: World) -> None:
        """426 km: in 40 minutes that is doubtful, in 90 it is not."""
        flight = (timedelta(), AMERSFOORT), (minutes(40), PARIS), (minutes(90), PARIS), (minutes(95), PARIS)
        assert self._doubts(world, *flight) == [set(), {Doubt.IMPOSSIBLE_SPEED}, set(), set()]

    @pytest.mark.parametrize(("km", "is_doubtful"), [(349, False), (351, True)])
    def test_the_limit_is_350_km_an_hour(self, world: World, km: int, is_doubtful: bool) -> None:
        degrees = km / 111.195
        doubts = self._doubts(world, (timedelta(), (50.0, 5.0)), (minutes(60), (50.0 + degrees, 5.0)))
        assert doubts[1] == ({Doubt.IMPOSSIBLE_SPEED} if is_doubtful else set())

    def test_two_fixes_of_one_second_may_be_a_street_apart(self, world: World) -> None:
        watch_id = world.watch()
        _take(world, received(location(NOON, 52.2112), NOON), received(location(NOON, 52.2116), NOON))
        assert not any(position.doubts for position in world.history(watch_id))

    def test_backlog_is_judged_by_what_was_before_it(self, world: World) -> None:
        watch_id = world.watch()
        _take(world, received(location(NOON - minutes(20), *AMERSFOORT), NOON))
        _take(world, received(location(NOON, *AMERSFOORT), NOON))
        backlog = [location(NOON - minutes(ago), *PARIS, word="UD2") for ago in (10, 5)]
        _take(world, *(received(content, NOON + SECOND) for content in backlog))
        doubts = {position.at: set(position.doubts) for position in world.history(watch_id)}
        assert doubts[NOON - minutes(10)] == doubts[NOON - minutes(5)] == {Doubt.IMPOSSIBLE_SPEED}
        assert doubts[NOON] == set()


State = tuple[object, ...]


def _state(world: World) -> State:
    return (
        cast("InMemoryPositions", world.positions).items,
        cast("InMemoryTelemetryReadings", world.telemetry).items,
        cast("Any", world.seen_frames).items,
        cast("InMemoryQuarantine", world.quarantine).items.keys(),
        cast("Any", world.sweep_marks).items,
        cast("Any", world.learned_places).items,
        {alarm.alert_id for alarm in world.alarms.raised},
        {(watch_id, each.received_at) for watch_id, sightings in world.watchkeeper.seen for each in sightings},
    )


contents = st.one_of(
    st.builds(
        location,
        st.sampled_from([NOON - minutes(each) for each in range(4)] + ["311299,235959", "221126,121000", "x,y"]),
        st.sampled_from([52.1561, 48.8566, 0.0, 91]),
        st.sampled_from([5.3878, 2.3522]),
        word=st.sampled_from(["UD", "UD2", "AL"]),
        valid=st.sampled_from("AV"),
        satellites=st.sampled_from([2, 7]),
        status=st.sampled_from(["00000000", "00010000"]),
        tail=st.sampled_from(["0,0", "0,2,,00:00:5e:00:53:01,-50,,00:00:5e:00:53:02,-60", "1,0,204,8,1,2,3,0"]),
    ),
    st.sampled_from(["LK,1,2,3", "UD,1", "heart,80", "LK"]),
)
batches = st.lists(
    st.builds(
        received,
        contents,
        st.sampled_from([NOON, NOON + SECOND, NOON + minutes(1), NOON + minutes(11)]),
        device=st.sampled_from([DEVICE, OTHER_DEVICE, "5555555555"]),
    ),
    max_size=12,
)


def _world_with_watches() -> World:
    world = in_memory(FrozenClock(NOON + minutes(12)))
    for device_id, watch_id in ((DEVICE, "a" * 26), (OTHER_DEVICE, "b" * 26)):
        _bind(world, device_id, watch_id)
    return world


def _bind(world: World, device_id: str, watch_id: str) -> None:
    world.devices.stock(stocked(device_id))
    world.devices.bind(device_id, WatchId(watch_id), AccountId("c" * 26), NOON - timedelta(days=1))
    world.sealer.make(Subject.BINDING, watch_id)


def _share_names(world: World, other: World) -> None:
    """Let the other world name frames and access points as this one does, so that they can be compared."""
    other.lookup, other.access_point_names = world.lookup, world.access_point_names


SHUFFLE = Random(1)  # noqa: S311 - an order, not a secret
TAUGHT_AND_ASKED_AT_ONCE = [
    received(location(NOON, valid=valid, satellites=satellites, tail="0,1,,00:00:5e:00:53:01,-50"), NOON)
    for valid, satellites in (("A", 7), ("V", 2))
]


@example(TAUGHT_AND_ASKED_AT_ONCE, SHUFFLE)
@example(TAUGHT_AND_ASKED_AT_ONCE[::-1], SHUFFLE)
@given(batches, st.randoms(use_true_random=False))
def test_a_batch_in_any_order_and_any_number_of_times_leaves_one_state(batch: list[ReceivedFrame], random: Any) -> None:
    once, reordered = _world_with_watches(), _world_with_watches()
    _share_names(once, reordered)
    once.ingest().take(batch)
    shuffled = list(batch)
    for _ in range(2):
        random.shuffle(shuffled)
        reordered.ingest().take(shuffled)
    assert _state(reordered) == _state(once)


class Outage(Exception):  # noqa: N818 - an error is named after the fact
    """The world fails for a while."""


@given(batches, st.integers(0, 40), st.randoms(use_true_random=False))
def test_a_batch_that_an_outage_cut_off_ends_as_if_nothing_had_happened(
    batch: list[ReceivedFrame], calls_before: int, random: Any
) -> None:
    shuffled = list(enumerate(batch))
    random.shuffle(shuffled)  # first, as what is left depends on names that are random
    once, interrupted = _world_with_watches(), _world_with_watches()
    _share_names(once, interrupted)
    once.ingest().take(batch)
    left = calls_before

    def failing(port: object, name: str) -> Any:
        real = getattr(port, name)

        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Outage
            return real(*arguments, **named)

        return call

    for port, name in (
        (interrupted.positions, "add"),
        (interrupted.telemetry, "add"),
        (interrupted.seen_frames, "note"),
        (interrupted.quarantine, "add"),
        (interrupted.sweep_marks, "mark"),
        (interrupted.learned_places, "named"),
        (interrupted.learned_places, "put"),
        (interrupted.cells, "places"),
        (interrupted.alarms, "raise_all"),
        (interrupted.watchkeeper, "saw"),
    ):
        setattr(port, name, failing(port, name))
    is_outage = {"is_outage": lambda exception: isinstance(exception, Outage)}
    intake = interrupted.ingest(**is_outage).take(batch)
    assert bool(intake.unfinished) == (left <= 0 and calls_before > 0)
    first = min(intake.unfinished, default=len(batch))
    rest = [frame for number, frame in shuffled if number >= first]
    assert not interrupted.ingest(**is_outage).take(rest).unfinished
    assert _state(interrupted) == _state(once)


class ExplodingDecoder(WireDecoder):
    """Meets a bug in some frames."""

    def decode(self, addressed: Addressed, received_at: datetime) -> Report | Recording | NothingKept | Undecodable:
        if b"66.6" in cast("Any", addressed.content).raw:
            raise ZeroDivisionError
        return super().decode(addressed, received_at)


class TestFailure:
    def _frames(self) -> Sequence[ReceivedFrame]:
        contents = [location(NOON), location(NOON, 66.6), "UD,1", location(NOON - SECOND)]
        return [received(content, NOON) for content in contents]

    def test_a_frame_that_fails_is_quarantined_and_the_others_are_stored(self, world: World) -> None:
        watch_id = world.watch()
        counts = _take(world, *self._frames(), decoder=ExplodingDecoder())
        assert counts == {
            Outcome.STORED: 2,
            Outcome.EXPLODED: 1,
            Outcome.UNDECODABLE: 1,
            "quarantined": 2,
            "doubtful": 0,
        }
        assert len(world.history(watch_id)) == 2
        assert len(cast("InMemoryQuarantine", world.quarantine).items) == 2

    def test_a_bug_met_while_storing_costs_that_frame_alone(self, world: World) -> None:
        watch_id = world.watch()
        add = world.positions.add

        def explode(position: Any) -> bool:
            if position.point.latitude == 66.6:
                raise KeyError
            return add(position)

        world.positions.add = explode  # type: ignore[method-assign] # a bug planted in the fake
        assert _take(world, *self._frames())[Outcome.EXPLODED] == 1
        assert len(world.history(watch_id)) == 2

    def test_frames_of_nobody_are_not_even_quarantined(self, world: World) -> None:
        counts = _take(world, *self._frames(), decoder=ExplodingDecoder())
        assert counts == {Outcome.NOT_BOUND: 4}
        assert not cast("InMemoryQuarantine", world.quarantine).items

    def test_a_quarantined_frame_that_is_older_than_a_day_is_only_counted(self, world: World) -> None:
        world.watch()
        counts = _take(world, received("UD,1", NOON - timedelta(days=1)))
        assert counts == {Outcome.UNDECODABLE: 1}

    def test_frames_of_an_erased_watch_are_counted(self) -> None:
        world = in_memory(FrozenClock())
        watch_id = world.watch()
        world.sealer.make(Subject.BINDING, watch_id)

        class SealedPositions(InMemoryPositions):
            def add(self, _position: Any) -> bool:
                raise Unreadable("the subject's key is gone")

        counts = _take(world, received(location(NOON), NOON), positions=SealedPositions(world.clock))
        assert counts == {Outcome.ERASED: 1}
        assert world.readings(watch_id) == []
