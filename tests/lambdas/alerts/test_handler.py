"""The alert queue as Lambda takes it, on DynamoDB, KMS, SQS, SNS and SES."""

import json
from datetime import timedelta

import pytest
from pynamodb.exceptions import PutError

from adapters.dynamo.alerts import AlertRecord
from adapters.dynamo.positions import PositionRecord
from adapters.stream.alarms import message_of
from core.alerts.model import Channel, DeliveryState
from core.kernel.geo import Point
from core.retention.policy import Subject
from core.tracking.alarms import AlarmKind
from core.zones.model import Circle
from lambdas.alerts import handler
from tests.builders import any_zone
from tests.clocks import NOON
from tests.frames import DEVICE, OTHER_DEVICE, location, minutes, received
from tests.lambdas.alerts.platform import Platform, rerouted

SOS_BIT = "00010000"
SCHOOL = Point(52.2112, 5.9699)


def sos(minutes_ago: float = 0.0) -> str:
    return location(NOON - minutes(minutes_ago), word="AL", status=SOS_BIT)


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    return {name: count for name, count in line.items() if name not in ("_aws", "function")}


def test_an_sos_frame_becomes_a_push_that_rings_and_tells_nothing(stage: Platform) -> None:
    stage.phone()
    stage.ingest(received(sos(), NOON))
    stage.work_off()
    (alert,) = stage.alerts()
    (push,) = stage.pushes()
    assert (alert.kind, alert.is_confirmed, alert.is_late) == (AlarmKind.SOS, True, False)
    assert (push["type"], push["id"]) == ("sos", alert.alert_id)
    assert stage.states(alert.alert_id) == {
        Channel.PUSH: DeliveryState.SENT,
        Channel.LIVE: DeliveryState.NO_ADDRESS,
    }


@pytest.mark.promise("P-19", guard="core.zones.engine:may_prove", part="from frame to push at once")
def test_a_border_that_is_truly_crossed_rings_at_once_and_a_leap_across_it_does_not(stage: Platform) -> None:
    def seen(*norths: tuple[int, float]) -> None:
        """Let the watch be seen so many minutes ago, so many degrees north of school."""
        for ago, north in norths:
            at = NOON - minutes(ago)
            stage.ingest(received(location(at, SCHOOL.latitude + north, SCHOOL.longitude), at))
        stage.work_off()

    stage.phone()
    stage.world.zones.put(any_zone(stage.watch_id, shape=Circle(SCHOOL, 150.0)))
    seen((12, 0.0), (10, 0.0), (8, 0.0), (7, 1.0), (6, 1.0), (5, 0.0), (4, 0.0))
    assert stage.pushes() == []
    seen((2, 0.01), (1, 0.01))
    (alert,), (push,) = stage.alerts(), stage.pushes()
    assert (alert.kind, alert.at, alert.is_late) == (AlarmKind.ZONE_LEFT, NOON - minutes(2), False)
    assert push["id"] == alert.alert_id


@pytest.mark.attack("W-32", guard="core.tracking.admission:raise_alarms_of", part="a rerouted SOS rings")
def test_an_sos_that_the_stream_did_not_take_rings_by_the_direct_way_and_once(stage: Platform) -> None:
    stage.phone()
    frame = received(sos(), NOON)
    assert stage.deliver(rerouted(frame)) == []
    assert [push["type"] for push in stage.pushes()] == ["sos"]
    assert stage.world.history(stage.watch_id) == []
    stage.ingest(frame)  # the stream is back, and has it too
    stage.work_off()
    assert len(stage.pushes()) == len(stage.alerts()) == len(stage.world.history(stage.watch_id)) == 1


@pytest.mark.promise("P-71", guard="core.tracking.admission:raise_noted", part="a push although no position is stored")
def test_an_sos_rings_although_its_position_cannot_be_stored(stage: Platform, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_named: object) -> None:
        raise PutError("throttled")

    stage.phone()
    frame = received(sos(), NOON)
    with monkeypatch.context() as patch:
        patch.setattr(PositionRecord, "put", full)
        assert stage.ingest(frame) == ["0"]
    stage.work_off()
    assert [push["type"] for push in stage.pushes()] == ["sos"]
    assert stage.ingest(frame) == []
    stage.work_off()
    assert len(stage.world.history(stage.watch_id)) == len(stage.pushes()) == 1


def test_a_stranger_who_cannot_prove_whose_sos_it_is_is_heard_and_marked(stage: Platform) -> None:
    stage.phone()
    assert stage.deliver(rerouted(received(sos(), NOON, proven=False))) == []
    assert [alert.is_confirmed for alert in stage.alerts()] == [False]
    assert len(stage.pushes()) == 1


def test_a_rerouted_frame_of_a_device_that_is_nobodys_is_dropped(
    stage: Platform, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stage.deliver(rerouted(received(sos(), NOON, device=OTHER_DEVICE))) == []
    assert counted(capsys) == {"rerouted_records": 1, "not_bound": 1}


@pytest.mark.attack("W-22", guard="core.alerts.courier:_Delivering.send_once", part="alerts")
@pytest.mark.attack("W-04", guard="core.alerts.courier:_Delivering.send_once", part="one alarm")
def test_a_message_that_is_delivered_again_rings_once(stage: Platform) -> None:
    stage.phone()
    body = message_of(stage.alarm())
    for _ in range(3):
        assert stage.deliver(body, body) == []
    assert len(stage.pushes()) == len(stage.alerts()) == 1


@pytest.mark.attack("I-14", guard="core.alerts.messages:push_payload", part="pushes")
def test_neither_a_message_on_the_queue_nor_a_push_holds_more_than_ids(stage: Platform) -> None:
    phone = stage.phone()
    stage.ingest(received(sos(), NOON))
    bodies = stage.queued()
    assert stage.deliver(*bodies) == []
    assert len(stage.pushes()) == 1
    everything = "".join(bodies) + json.dumps(stage.pushes())
    secrets = (DEVICE, "52.2", "5.96", stage.email, stage.owner, phone.endpoint)
    assert not any(secret in everything for secret in secrets)
    assert stage.watch_id not in json.dumps(stage.pushes())


def test_a_guardian_without_a_phone_gets_a_mail(stage: Platform) -> None:
    stage.deliver(message_of(stage.alarm(AlarmKind.FALL)))
    (alert,) = stage.alerts()
    assert stage.mails() == ["Melding van een horloge / Message from a watch"]
    assert stage.states(alert.alert_id)[Channel.MAIL] is DeliveryState.SENT


@pytest.mark.parametrize(
    "body",
    ["", "{}", "[]", "null", "0", "V0Yx", "not base64", '{"kind": "sos"}', pytest.param("[" * 100_000, id="deep")],
)
def test_what_is_no_message_of_ours_is_counted_and_dropped(
    stage: Platform, body: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(handler.NotOurs):
        handler.message_of(body)
    assert stage.deliver(body, message_of(stage.alarm())) == []
    assert counted(capsys) == {"corrupt_messages": 1, "told_alarms": 1}


def test_a_message_that_fails_comes_again_alone(
    stage: Platform, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stage.phone()
    put = AlertRecord.put

    def full(self: AlertRecord, *arguments: object, **named: object) -> object:
        if self.watch_id == other:
            raise PutError("throttled")
        return put(self, *arguments, **named)  # type: ignore[arg-type]  # handed on as it came

    other = stage.world.watch(OTHER_DEVICE)
    failing = message_of(stage.alarm(AlarmKind.FALL)).replace(stage.watch_id, other)
    with monkeypatch.context() as patch:
        patch.setattr(AlertRecord, "put", full)
        assert stage.deliver(failing, message_of(stage.alarm(AlarmKind.FALL))) == [0]
    assert counted(capsys) == {"failed_messages": 1, "told_alarms": 1}
    assert len(stage.alerts()) == 1
    assert stage.deliver(failing) == []


def test_a_call_for_help_goes_before_all_else_that_came_with_it(stage: Platform) -> None:
    stage.phone()
    others = [message_of(stage.alarm(AlarmKind.FALL, NOON - timedelta(seconds=each))) for each in range(5)]
    stage.deliver(*others, message_of(stage.alarm()))
    assert [push["type"] for push in stage.pushes()] == ["sos", *["alert"] * 5]


def test_nothing_comes_of_the_alarms_of_an_erased_watch(stage: Platform) -> None:
    stage.phone()
    stage.world.sealer.destroy(Subject.BINDING, stage.watch_id)
    assert stage.deliver(message_of(stage.alarm()), message_of(stage.alarm(AlarmKind.FALL))) == []
    assert stage.pushes() == []
    assert stage.mails() == []


def test_no_log_line_and_no_metric_names_anybody(
    stage: Platform, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    phone = stage.phone()
    stage.deliver(message_of(stage.alarm()), "garbage", rerouted(received(sos(1), NOON)))
    printed = capsys.readouterr().out + caplog.text
    for secret in (stage.watch_id, stage.owner, stage.email, DEVICE, phone.endpoint, phone.family_id):
        assert secret not in printed
