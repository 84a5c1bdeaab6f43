"""Alarms go out before anything is stored, each under the one name of all its repetitions."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NoReturn, cast

import pytest

from core.kernel.ids import parts_of
from core.tracking.admission import NAMED_FOR, Intake, Outcome, raise_alarms_of
from core.tracking.alarms import Alarm, AlarmKind
from core.tracking.model import ReceivedFrame
from tests.clocks import NOON, FrozenClock
from tests.core.tracking.test_ingest import ExplodingDecoder, Outage
from tests.fakes.tracking import RecordingAlarms
from tests.frames import DEVICE, OTHER_DEVICE, location, minutes, received
from tests.worlds import World, in_memory
from wire.messages import Alarm as WireAlarm

SECOND = timedelta(seconds=1)
SOS, FALL, TAKEN_OFF, LOW_BATTERY = "00010000", "00200000", "00100000", "00020000"
STOPPED = "010100,000000"
"""A clock that stands still."""


@pytest.fixture
def world() -> World:
    return in_memory(FrozenClock())


def _is_outage(exception: Exception) -> bool:
    return isinstance(exception, Outage)


class Down:
    """A store that is down."""

    def __getattr__(self, name: str) -> Any:
        def call(*_arguments: object, **_named: object) -> NoReturn:
            raise Outage

        return call


STORES = (
    "positions", "telemetry", "seen_frames", "quarantine", "sweep_marks", "learned_places", "cells", "watchkeeper",
    "live_feed",
)  # fmt: skip


def _take(world: World, *frames: ReceivedFrame, **others: Any) -> Intake:
    return world.ingest(is_outage=_is_outage, **others).take(frames)


def _sos(at: Any = NOON, received_at: Any = None, **known: Any) -> ReceivedFrame:
    return received(location(at, status=SOS, word="AL"), received_at or NOON, **known)


def _names(world: World) -> set[str]:
    return {alarm.alert_id for alarm in world.alarms.raised}


@pytest.mark.promise("P-71", guard="core.tracking.admission:raise_noted", part="on the queue though every store fails")
def test_an_sos_is_on_the_queue_although_every_store_fails(world: World) -> None:
    watch_id = world.watch()
    frames = [received(location(NOON - SECOND), NOON), _sos()]
    intake = _take(world, *frames, **dict.fromkeys(STORES, Down()))
    assert intake.unfinished == {0, 1}
    (alarm,) = world.alarms.raised
    assert (alarm.watch_id, alarm.kind, alarm.at, alarm.received_at) == (watch_id, AlarmKind.SOS, NOON, NOON)
    assert alarm.is_confirmed
    assert not alarm.is_late


def test_an_outage_of_the_devices_keeps_no_alarm_back_that_came_before_it(world: World) -> None:
    world.watch()
    world.watch(OTHER_DEVICE)
    bindings = world.devices.bindings

    def bindings_of_one(device_id: str) -> Any:
        if device_id == OTHER_DEVICE:
            raise Outage
        return bindings(device_id)

    world.devices.bindings = bindings_of_one  # type: ignore[method-assign] # an outage planted in the fake
    intake = _take(world, _sos(), _sos(device=OTHER_DEVICE), _sos())
    assert intake.unfinished == {0, 1, 2}
    assert [alarm.kind for alarm in world.alarms.raised] == [AlarmKind.SOS]


def test_all_alarms_of_a_batch_go_out_by_one_call(world: World) -> None:
    class Counting(RecordingAlarms):
        calls = 0

        def raise_all(self, alarms: Sequence[Alarm]) -> None:
            self.calls += 1
            super().raise_all(alarms)

    world.watch()
    world.watch(OTHER_DEVICE)
    alarms = Counting()
    intake = _take(world, _sos(), received("LK,1,2,3", NOON), _sos(device=OTHER_DEVICE), alarms=alarms)
    assert (alarms.calls, len(alarms.raised), intake.counts["alarms"]) == (1, 2, 2)
    _take(world, received(location(NOON + SECOND), NOON + SECOND), alarms=alarms)
    assert alarms.calls == 1


def test_while_the_queue_is_out_nothing_is_finished_and_afterwards_nothing_is_missing(world: World) -> None:
    watch_id = world.watch()
    world.alarms.outage = Outage()
    frames = [received(location(NOON - SECOND), NOON), _sos()]
    assert _take(world, *frames).unfinished == {0, 1}
    assert world.history(watch_id) == []
    world.alarms.outage = None
    assert not _take(world, *frames).unfinished
    assert len(world.history(watch_id)) == 2
    assert len(world.alarms.raised) == 1


class TestKinds:
    @pytest.mark.parametrize(
        ("content", "kinds"),
        [
            (location(NOON, status=SOS), {AlarmKind.SOS}),
            (location(NOON, status=FALL), {AlarmKind.FALL}),
            (location(NOON, status=TAKEN_OFF), {AlarmKind.TAKEN_OFF}),
            (location(NOON, status=LOW_BATTERY), {AlarmKind.LOW_BATTERY}),
            (location(NOON, status="00030000"), {AlarmKind.SOS, AlarmKind.LOW_BATTERY}),
            (location(NOON, word="AL"), {AlarmKind.GENERAL}),
            (location(NOON, word="AL", status=SOS), {AlarmKind.SOS}),
            (location(NOON, word="UD2", status=SOS), {AlarmKind.SOS}),
            (location(NOON, 0.0, 0.0, word="AL_LTE", status=SOS), {AlarmKind.SOS}),
            (location(NOON, status=SOS, tail="9,broken"), {AlarmKind.SOS}),
            (f"AL{',' * 16}{SOS}", {AlarmKind.SOS}),
            ("AL", {AlarmKind.GENERAL}),
            (location(NOON), set()),
            ("LK,1,2,3", set()),
        ],
    )
    def test_every_bit_counts_in_every_frame(self, world: World, content: str, kinds: set[AlarmKind]) -> None:
        world.watch()
        _take(world, received(content, NOON))
        assert {alarm.kind for alarm in world.alarms.raised} == kinds

    def test_all_bits_at_once_are_an_alarm_each_the_call_for_help_first_and_the_vague_ones_together(
        self, world: World
    ) -> None:
        world.watch()
        _take(world, received(location(NOON, status="007F4000"), NOON))
        kinds = [alarm.kind for alarm in world.alarms.raised]
        assert kinds[0] is AlarmKind.SOS
        assert sorted(kinds) == ["fall", "general", "low_battery", "sos", "taken_off"]

    def test_the_names_of_the_wire_are_those_that_are_known_here(self) -> None:
        assert {"sos", "fall", "taken_off", "low_battery"} < {alarm.value for alarm in WireAlarm}

    def test_a_frame_that_meets_a_bug_takes_no_others_alarm_with_it(self, world: World) -> None:
        world.watch()
        intake = _take(world, received(location(NOON, 66.6), NOON), _sos(), decoder=ExplodingDecoder())
        assert intake.counts[Outcome.EXPLODED] == 1
        assert len(world.alarms.raised) == 1


class TestNames:
    @pytest.mark.attack("W-04", guard="core.tracking.admission:naming_instant", part="one alarm of a replayed frame")
    def test_an_alarm_that_comes_again_is_one_alert_for_as_long_as_it_could_be_read(self, world: World) -> None:
        world.watch(since=timedelta(days=400))
        for later, connection in ((timedelta(), 1), (SECOND, 1), (minutes(1), 2), (timedelta(days=80), 3)):
            world.clock.set(NOON + later)
            _take(world, _sos(received_at=NOON + later, connection=connection))
        assert len(world.alarms.raised) == 4
        assert len(_names(world)) == 1
        assert parts_of(world.alarms.raised[0].alert_id)[0] == NOON

    @pytest.mark.attack("W-22", guard="core.tracking.admission:naming_instant", part="one alarm")
    def test_a_batch_that_comes_twice_and_in_another_order_is_one_alarm_for_each_call(self, world: World) -> None:
        world.watch()
        world.watch(OTHER_DEVICE)
        later = NOON + minutes(3)
        frames = [
            _sos(NOON - SECOND),
            _sos(NOON - SECOND, received_at=later, connection=2),
            received(location(STOPPED, status=FALL), NOON),
            received(location(STOPPED, status=FALL), later, connection=2),
            _sos(device=OTHER_DEVICE),
        ]
        _take(world, *frames)
        first = _names(world)
        assert len(first) == 3
        _take(world, *frames[::-1])
        assert _names(world) == first

    def test_a_watch_whose_clock_stands_still_can_call_for_help_again(self, world: World) -> None:
        watch_id = world.watch()
        for at in (NOON, NOON + minutes(4), NOON + NAMED_FOR):
            _take(world, _sos(STOPPED, received_at=at))
        assert [alarm.at for alarm in world.alarms.raised] == [NOON, NOON + minutes(4), NOON + NAMED_FOR]
        assert len(_names(world)) == 2
        assert len(world.history(watch_id)) == 1

    def test_a_watch_that_tells_the_time_of_its_last_fix_can_call_for_help_again(self, world: World) -> None:
        world.watch()
        calls = [location(NOON, valid="V", status=SOS, word="AL", battery=percent) for percent in (80, 79)]
        for content, at in zip(calls, (NOON, NOON + timedelta(hours=2)), strict=True):
            world.clock.set(at)
            _take(world, received(content, at))
        assert len(_names(world)) == 2

    def test_a_call_with_a_fix_is_the_same_call_whatever_else_its_repetition_tells(self, world: World) -> None:
        world.watch()
        for percent in (80, 79):
            _take(world, received(location(NOON, status=SOS, word="AL", battery=percent), NOON))
        assert len(_names(world)) == 1

    def test_calls_of_two_times_two_kinds_or_two_watches_are_two(self, world: World) -> None:
        world.watch()
        world.watch(OTHER_DEVICE)
        fall = received(location(NOON, status=FALL), NOON)
        _take(world, _sos(), _sos(NOON - SECOND), fall, _sos(device=OTHER_DEVICE))
        assert len(_names(world)) == 4

    @pytest.mark.parametrize(
        ("content", "is_late"),
        [
            (location(NOON - minutes(15), status=SOS), False),
            (location(NOON - minutes(15) - SECOND, status=SOS), True),
            (location(NOON - minutes(1), status=SOS, word="UD2"), True),
            (location(STOPPED, status=SOS), False),
        ],
    )
    def test_an_alarm_that_is_told_after_a_quarter_of_an_hour_or_as_backlog_is_late(
        self, world: World, content: str, is_late: bool
    ) -> None:
        world.watch()
        _take(world, received(content, NOON))
        assert [alarm.is_late for alarm in world.alarms.raised] == [is_late]


class TestUnproven:
    @pytest.mark.attack(
        "W-01", guard="core.tracking.admission:is_proven", part="ingest: nothing in any table, SOS unconfirmed"
    )
    def test_a_strangers_sos_reaches_the_guardians_unconfirmed_and_leaves_nothing(self, world: World) -> None:
        watch_id = world.watch()
        intake = _take(world, _sos(NOON - minutes(3), proven=False))
        assert intake.counts == {Outcome.UNPROVEN: 1, "alarms": 1}
        (alarm,) = world.alarms.raised
        assert (alarm.watch_id, alarm.kind, alarm.at, alarm.is_confirmed) == (watch_id, AlarmKind.SOS, NOON, False)
        self._nothing_is_left(world)

    @pytest.mark.attack("W-03", guard="core.tracking.admission:is_proven", part="refused unless proven")
    @pytest.mark.attack("W-24", guard="core.tracking.admission:is_proven", part="ingest")
    @pytest.mark.parametrize(
        "content",
        [
            location(NOON),
            location(NOON, status=TAKEN_OFF, word="AL"),
            location(NOON, word="AL"),
            location(NOON, status="003E4000"),
            "LK,1,2,100",
            "UD,1",
            location(STOPPED),
        ],
    )
    def test_a_stranger_who_says_arrived_or_all_is_well_changes_nothing(self, world: World, content: str) -> None:
        world.watch()
        intake = _take(world, received(content, NOON, proven=False))
        assert not intake.unfinished
        assert world.alarms.raised == []
        self._nothing_is_left(world)

    def test_a_stranger_cannot_flood_with_names_nor_use_up_the_name_of_a_true_call(self, world: World) -> None:
        world.watch()
        _take(world, *(_sos(NOON - minutes(ago), proven=False, connection=ago) for ago in range(1, 9)), _sos(STOPPED))
        assert len(_names(world)) == 2
        assert world.alarms.raised[-1].is_confirmed

    def test_a_stage_that_trusts_takes_it_as_any_other(self, world: World) -> None:
        watch_id = world.watch()
        _take(world, _sos(proven=False), trust_unproven=True)
        assert world.alarms.raised[0].is_confirmed
        assert len(world.history(watch_id)) == 1

    def _nothing_is_left(self, world: World) -> None:
        stores = (world.positions, world.telemetry, world.seen_frames, world.quarantine, world.sweep_marks)
        assert not any(cast("Any", store).items for store in stores)
        assert world.watchkeeper.seen == []
        assert world.live_feed.told == []


class TestRerouted:
    @pytest.mark.attack(
        "W-32", guard="core.tracking.admission:raise_alarms_of", part="alarms of rerouted frames, once for both ways"
    )
    def test_frames_that_took_the_other_way_raise_their_alarms_and_are_stored_when_the_stream_has_them(
        self, world: World
    ) -> None:
        watch_id = world.watch()
        frames = [_sos(NOON - SECOND), received(location(NOON), NOON), _sos(STOPPED), received(b"odd", NOON)]
        intake = raise_alarms_of(frames, world.ports())
        assert intake == Intake(intake.counts, frozenset())
        assert intake.counts == {"alarms": 2, Outcome.NOT_A_FRAME: 1}
        assert world.history(watch_id) == []
        _take(world, *frames)
        assert len(world.alarms.raised) == 4
        assert len(_names(world)) == 2
        assert len(world.history(watch_id)) == 3

    def test_an_outage_leaves_rerouted_frames_to_be_taken_again(self, world: World) -> None:
        world.watch()
        world.alarms.outage = Outage()
        assert raise_alarms_of([_sos()], world.ports(is_outage=_is_outage)).unfinished == {0}
        with pytest.raises(Outage):
            raise_alarms_of([_sos()], world.ports())

    def test_of_a_strangers_frames_only_the_call_for_help_goes_on(self, world: World) -> None:
        world.watch()
        frames = [_sos(proven=False), received(location(NOON, status=FALL), NOON, device=DEVICE, proven=False)]
        raise_alarms_of(frames, world.ports())
        assert [(alarm.kind, alarm.is_confirmed) for alarm in world.alarms.raised] == [(AlarmKind.SOS, False)]
