"""What fires without a frame, as EventBridge calls for it."""

from datetime import timedelta

import pytest

from adapters.stream.alarms import message_of
from core.alerts.acknowledge import Acknowledge
from core.alerts.model import Due, DueKind
from core.alerts.watchkeeping import SILENT_AFTER
from core.retention.policy import Subject
from core.tracking.alarms import AlarmKind
from lambdas.alerts.sweep import sweep
from tests.clocks import NOON
from tests.frames import received
from tests.lambdas.alerts.platform import Platform
from tests.lambdas.alerts.test_handler import counted

MINUTE = timedelta(minutes=1)


@pytest.mark.promise("P-71", guard="core.alerts.service:AlertService.repeat", part="repeated until seen")
def test_an_sos_rings_each_minute_until_somebody_has_seen_it(stage: Platform) -> None:
    stage.phone()
    stage.deliver(message_of(stage.alarm()))
    for repeats in range(1, 4):
        stage.wait(MINUTE)
        assert len(stage.pushes()) == 1 + repeats
    (alert,) = stage.alerts()
    assert {push["id"] for push in stage.pushes()} == {alert.alert_id}
    assert stage.mails() == ["SOS van een horloge / SOS from a watch"]
    acknowledge = Acknowledge(stage.world.alerts, stage.world.acknowledgements, stage.clock)
    acknowledge.see(stage.watch_id, alert.alert_id, stage.owner)
    stage.wait(timedelta(hours=1))
    assert len(stage.pushes()) == 4


def test_a_watch_that_is_heard_no_more_is_told_once_and_its_return_once(stage: Platform) -> None:
    stage.phone()
    stage.ingest(received("LK,50,100,90", NOON))
    stage.wait(SILENT_AFTER - MINUTE)
    assert stage.alerts() == []
    stage.wait(MINUTE)
    stage.wait(timedelta(hours=1))
    assert [alert.kind for alert in stage.alerts()] == [AlarmKind.SILENT]
    now = stage.clock.now()
    for _ in range(2):
        stage.ingest(received("LK,50,100,80", now))
        stage.work_off()
    assert sorted(alert.kind for alert in stage.alerts()) == [AlarmKind.BACK_AGAIN, AlarmKind.SILENT]
    assert len(stage.pushes()) == 2


def test_a_low_battery_is_told_once(stage: Platform) -> None:
    stage.phone()
    for minute in range(4):
        at = NOON + minute * MINUTE
        stage.clock.set(at)
        stage.ingest(received("LK,50,100,12", at))
        stage.work_off()
    assert [alert.kind for alert in stage.alerts()] == [AlarmKind.LOW_BATTERY]
    assert len(stage.pushes()) == 1


@pytest.mark.parametrize("kind", DueKind)
def test_every_kind_of_row_has_somebody_who_looks_at_it(
    stage: Platform, kind: DueKind, capsys: pytest.CaptureFixture[str]
) -> None:
    alert_id = stage.alarm().alert_id
    subject = {DueKind.CONNECTION: "gone=", DueKind.SOS_REPEAT: alert_id, DueKind.RETRY: alert_id}.get(kind, "")
    watch_id = None if kind is DueKind.CONNECTION else stage.watch_id
    stage.world.due_times.add(Due(kind=kind, at=NOON, watch_id=watch_id, subject=subject))
    sweep(stage.wired)
    assert counted(capsys) == {kind.value: 1}
    assert list(stage.world.due_times.over(NOON)) == []


def test_the_rows_of_an_erased_watch_end(stage: Platform) -> None:
    stage.phone()
    stage.ingest(received("LK,50,100,90", NOON))
    stage.deliver(message_of(stage.alarm()))
    stage.world.sealer.destroy(Subject.BINDING, stage.watch_id)
    stage.clock.advance(timedelta(hours=1))
    sweep(stage.wired)
    assert list(stage.world.due_times.over(stage.clock.now() + timedelta(days=1))) == []
    assert len(stage.pushes()) == 1


def test_a_minute_without_anything_due_says_nothing(stage: Platform, capsys: pytest.CaptureFixture[str]) -> None:
    sweep(stage.wired)
    assert capsys.readouterr().out == ""
