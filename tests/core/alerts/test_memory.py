"""What is remembered of a watch changes one step at a time, and owes its alarms until they are raised."""

from dataclasses import replace
from datetime import timedelta

import pytest
from botocore.exceptions import EndpointConnectionError

from adapters.outages import is_outage
from core.alerts.memory import TRIES, WatchContended, WatchMemory
from core.alerts.model import WatchState
from core.kernel.ids import WatchId
from core.tracking.alarms import AlarmKind
from tests.clocks import NOON
from tests.core.alerts.family import Family

OUTAGE = EndpointConnectionError(endpoint_url="https://queue.example")


def test_a_step_that_changes_nothing_writes_nothing(family: Family) -> None:
    assert family.memory.change(family.watch_id, lambda state: (state, "told")) == "told"
    assert family.revision() == 0


def test_a_step_that_another_overtook_is_taken_again_from_the_newer_state(family: Family) -> None:
    steps = []

    def overtaken(state: WatchState | None) -> tuple[WatchState, None]:
        steps.append(state)
        if len(steps) == 1:
            family.world.watch_states.put(family.watch_id, WatchState(newest_at=NOON, is_silent=True), 0)
        return replace(state or WatchState(newest_at=NOON), silence_due_at=NOON), None

    family.memory.change(family.watch_id, overtaken)
    assert len(steps) == 2
    assert family.state() == WatchState(newest_at=NOON, is_silent=True, silence_due_at=NOON)


def test_who_is_overtaken_again_and_again_meets_an_outage(family: Family) -> None:
    steps = []

    def overtaken(state: WatchState | None) -> tuple[WatchState, None]:
        steps.append(state)
        other = WatchState(newest_at=NOON + timedelta(seconds=len(steps)))
        family.world.watch_states.put(family.watch_id, other, len(steps) - 1)
        return WatchState(newest_at=NOON), None

    with pytest.raises(WatchContended) as contended:
        family.memory.change(family.watch_id, overtaken)
    assert len(steps) == TRIES
    assert is_outage(contended.value)


def _owing(family: Family) -> WatchState:
    return WatchState(newest_at=NOON, owed=(family.alarm(AlarmKind.ZONE_LEFT),))


def test_what_is_owed_is_raised_once_and_struck_out(family: Family) -> None:
    owing = _owing(family)
    family.memory.change(family.watch_id, lambda _: (owing, None))
    assert family.world.alarms.raised == list(owing.owed)
    assert family.state() == replace(owing, owed=())
    family.memory.change(family.watch_id, lambda state: (state, None))
    assert family.world.alarms.raised == list(owing.owed)


def test_what_an_outage_of_the_queue_left_owed_is_raised_with_the_next_frame(family: Family) -> None:
    owing = _owing(family)
    family.world.alarms.outage = OUTAGE
    with pytest.raises(EndpointConnectionError):
        family.memory.change(family.watch_id, lambda _: (owing, None))
    assert family.state() == owing
    family.world.alarms.outage = None
    family.memory.change(family.watch_id, lambda state: (state, None))
    assert family.world.alarms.raised == list(owing.owed)
    assert family.state() == replace(owing, owed=())


def test_a_crash_between_queue_and_state_raises_again_what_becomes_the_same_alert(family: Family) -> None:
    class CrashingQueue:
        def raise_all(self, alarms: object) -> None:
            family.world.alarms.raise_all(alarms)  # type: ignore[arg-type]  # handed on as it came
            raise OUTAGE

    owing = _owing(family)
    crashing = WatchMemory(family.world.watch_states, CrashingQueue(), family.clock)
    with pytest.raises(EndpointConnectionError):
        crashing.change(family.watch_id, lambda _: (owing, None))
    family.memory.change(family.watch_id, lambda state: (state, None))
    assert [alarm.alert_id for alarm in family.world.alarms.raised] == [owing.owed[0].alert_id] * 2


def test_nothing_is_remembered_of_a_watch_that_was_never_seen(family: Family) -> None:
    assert family.memory.of(WatchId("a" * 26)) is None
