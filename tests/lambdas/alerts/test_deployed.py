"""The two functions ask AWS what they are granted, and wire themselves from the environment."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.notifiers.push import SnsPushNotifier
from adapters.screens import GatewayScreens
from adapters.stream.alarms import message_of
from core.alerts.model import DeliveryState, Due, DueKind, WatchState
from core.alerts.watchkeeping import SILENT_AFTER
from core.kernel.ids import WatchId
from core.tracking.alarms import AlarmKind
from lambdas.alerts import handler
from lambdas.alerts import sweep as sweep_entry
from lambdas.alerts.sweep import sweep
from stacks.functions import ALERTS, SWEEP, FunctionSpec
from tests.builders import any_delivery, any_live_view, any_phone, any_zone
from tests.calls import Calls
from tests.clocks import NOON
from tests.frames import location, minutes, received
from tests.lambdas.alerts.platform import Platform, platform, rerouted


@pytest.fixture
def stage(calls: Calls) -> Iterator[Platform]:
    """A stage whose clients are made while calls are recorded.

    Its guardian looks at the watch and at one that was taken away; another phone of theirs is signed out.
    """
    with platform() as stage:
        phone = stage.phone()
        stage.world.phones.put(any_phone(stage.owner, NOON))
        end = NOON + timedelta(hours=1)
        view = any_live_view(end, stage.watch_id, WatchId("a" * 26), account_id=stage.owner, family_id=phone.family_id)
        stage.world.live_views.put(view, NOON)
        stage.world.due_times.add(Due(kind=DueKind.CONNECTION, at=NOON, subject=view.connection_id))
        calls.clear()
        yield stage


def asked(calls: Calls) -> set[tuple[str, str]]:
    """Return the calls on tables but those that open keys, which a process keeps open."""
    return {(table, action) for table, action in calls.tables if table != "keys"}


def granted(function: FunctionSpec) -> set[tuple[str, str]]:
    tables = function.access.tables.items()
    return {(table, action) for table, actions in tables for action in actions if table != "keys"}


CHANNELS = {
    ("apigatewaymanagementapi", "PostToConnection"),
    ("kms", "Decrypt"),
    ("sns", "Publish"),
    ("sqs", "SendMessageBatch"),
    ("sesv2", "SendEmail"),
}


def test_the_queues_function_asks_what_it_is_granted_and_no_more(
    stage: Platform, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    zone = any_zone(stage.watch_id)
    stage.world.zones.put(zone)
    owed = stage.alarm(AlarmKind.FALL, NOON - minutes(5))
    stage.world.watch_states.put(stage.watch_id, WatchState(newest_at=NOON, owed=(owed,)), 0)
    calls.clear()
    crossing = message_of(stage.alarm(AlarmKind.ZONE_LEFT, zone_id=zone.zone_id))
    assert stage.deliver(crossing, crossing, message_of(stage.alarm())) == []
    assert stage.deliver(rerouted(received(location(NOON - minutes(1), word="AL", status="00010000"), NOON))) == []
    monkeypatch.setattr(GatewayScreens, "show", lambda *_: False)  # the app was closed
    monkeypatch.setattr(SnsPushNotifier, "send", lambda *_: False)  # the phone is gone
    assert stage.deliver(message_of(stage.alarm(AlarmKind.GENERAL))) == []
    assert asked(calls) == granted(ALERTS)
    assert calls.others - {("kms", "GenerateDataKey")} == CHANNELS


def test_before_an_sos_rings_no_preference_is_read(stage: Platform, calls: Calls) -> None:
    assert stage.deliver(message_of(stage.alarm())) == []
    assert len(stage.pushes()) == 1
    assert ("preferences", "GetItem") not in calls.tables


def test_the_sweep_asks_what_it_is_granted_and_no_more(
    stage: Platform, calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.world.zones.put(any_zone(stage.watch_id))
    stage.ingest(received("LK,50,100,90", NOON))
    stage.deliver(message_of(stage.alarm()))
    fall = stage.alarm(AlarmKind.FALL)
    stage.deliver(message_of(fall))
    before = NOON - timedelta(minutes=1)
    failed = any_delivery(stage.watch_id, fall.alert_id, stage.owner, before, state=DeliveryState.WAITING)
    stage.world.deliveries.put(failed)
    for kind, subject in ((DueKind.DWELL, ""), (DueKind.RETRY, fall.alert_id)):
        stage.world.due_times.add(Due(kind=kind, at=NOON, watch_id=stage.watch_id, subject=subject))
    stage.world.phones.put(any_phone(stage.owner, NOON))
    calls.clear()
    stage.clock.advance(SILENT_AFTER)
    sweep(stage.wired)
    monkeypatch.setattr(GatewayScreens, "show", lambda *_: False)  # the app was closed
    stage.clock.advance(timedelta(minutes=5))
    sweep(stage.wired)
    assert asked(calls) == granted(SWEEP)
    assert calls.others - {("kms", "GenerateDataKey"), ("apigatewaymanagementapi", "DeleteConnection")} == CHANNELS


def test_both_wire_themselves_from_the_environment(stage: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "STAGE": stage.settings.stage,
        "WRAPPING_KEY": stage.settings.wrapping_key,
        "ALERT_QUEUE_URL": stage.settings.alert_queue_url,
        "LIVE_CALLBACK": stage.settings.live_callback,
    }.items():
        monkeypatch.setenv(f"WACHTER_{name}", value)
    for entry in (handler, sweep_entry):
        entry._application.cache_clear()
    try:
        assert handler.handler({"Records": []}, None) == {"batchItemFailures": []}
        sweep_entry.handler({}, None)
    finally:
        for entry in (handler, sweep_entry):
            entry._application.cache_clear()
