"""Alarms and news on their queues: nothing is lost unseen, and nothing personal is in a message."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from moto import mock_aws

from adapters.aws import client
from adapters.outages import is_outage
from adapters.settings import Settings
from adapters.stream.alarms import NotAnAlarm, SqsAlarms, alarm_of, message_of
from adapters.stream.live import NotNews, SqsLiveFeed, news_of
from adapters.stream.live import message_of as live_message_of
from core.commands.model import SettingName
from core.kernel.ids import WatchId, ZoneId, new_id
from core.live.model import News
from core.tracking.alarms import Alarm, AlarmKind
from tests.builders import any_alarm, any_command, any_live_view, any_position
from tests.clocks import NOON, FrozenClock
from tests.fakes.live import InMemoryLiveViews

SETTINGS = Settings(stage="test", region="eu-central-1")
WATCH = WatchId(new_id())
MS = timedelta(milliseconds=1)


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield client("sqs", SETTINGS)


@pytest.fixture
def queue(sqs: Any) -> str:
    return str(sqs.create_queue(QueueName="any")["QueueUrl"])


def _bodies(sqs: Any, queue: str) -> list[str]:
    bodies = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def _alarms(count: int) -> list[Alarm]:
    return [any_alarm(WATCH, NOON + each * MS) for each in range(count)]


@pytest.mark.parametrize("kind", AlarmKind)
@pytest.mark.parametrize(
    "known",
    [{}, {"zone_id": ZoneId(new_id())}, {"is_late": True, "is_confirmed": False}, {"received_at": NOON + 7 * MS}],
)
def test_an_alarm_comes_out_of_its_message_as_it_went_in(kind: AlarmKind, known: dict[str, Any]) -> None:
    alarm = any_alarm(WATCH, NOON + 3 * MS, kind=kind, **known)
    assert alarm_of(message_of(alarm)) == alarm


def test_a_message_holds_ids_kind_and_times_and_nothing_else() -> None:
    assert json.loads(message_of(any_alarm(WATCH, NOON))).keys() == {
        "alert_id", "watch_id", "kind", "at", "received_at", "zone_id", "is_late", "is_confirmed",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "{}", "1", '{"alert_id": 1}', "V0YxCg==", pytest.param("[" * 100_000, id="deep")]
)
def test_another_text_is_told_as_such(text: str) -> None:
    with pytest.raises(NotAnAlarm):
        alarm_of(text)
    with pytest.raises(NotNews):
        news_of(text)


@pytest.mark.parametrize("count", [1, 10, 25])
def test_all_alarms_are_on_the_queue_however_many(sqs: Any, queue: str, count: int) -> None:
    alarms = _alarms(count)
    SqsAlarms(sqs, queue).raise_all(alarms)
    assert sorted(alarm_of(body).at for body in _bodies(sqs, queue)) == [alarm.at for alarm in alarms]


def test_repetitions_within_a_batch_are_one_message(sqs: Any, queue: str) -> None:
    (alarm,) = _alarms(1)
    SqsAlarms(sqs, queue).raise_all([alarm] * 12)
    assert len(_bodies(sqs, queue)) == 1


def test_alarms_of_which_the_queue_refused_one_are_an_outage(sqs: Any) -> None:
    with Stubber(sqs) as stubbed:
        taken = {"Id": "0", "MessageId": "any", "MD5OfMessageBody": "any"}
        refused = {"Id": "1", "SenderFault": False, "Code": "InternalError"}
        stubbed.add_response("send_message_batch", {"Successful": [taken], "Failed": [refused]})
        with pytest.raises(ClientError) as refusal:
            SqsAlarms(sqs, "https://any").raise_all(_alarms(2))
    assert is_outage(refusal.value)


def test_new_positions_are_told_by_name_to_those_who_are_looking(sqs: Any, queue: str) -> None:
    views = InMemoryLiveViews()
    feed = SqsLiveFeed(sqs, queue, views, FrozenClock())
    positions = [any_position(WATCH, NOON - each * MS, fingerprint=f"{each:032x}") for each in range(3)]
    feed.stored(WATCH, positions)
    assert _bodies(sqs, queue) == []
    views.put(any_live_view(NOON + 9 * MS, WATCH), NOON)
    feed.stored(WatchId(new_id()), positions)
    assert _bodies(sqs, queue) == []
    feed.stored(WATCH, positions)
    (body,) = _bodies(sqs, queue)
    names = tuple((position.at, position.fingerprint) for position in positions)
    assert news_of(body) == News(watch_id=WATCH, positions=names)


def test_news_holds_names_and_nothing_else() -> None:
    command = any_command(WATCH, NOON)
    news = News(
        watch_id=WATCH,
        positions=((NOON, "1" * 32),),
        commands=(command.command_id,),
        settings=(SettingName.SOS_NUMBERS, SettingName.SOUND),
    )
    text = live_message_of(news)
    assert json.loads(text) == {
        "watch_id": WATCH,
        "positions": [[NOON.isoformat(), "1" * 32]],
        "commands": [command.command_id],
        "settings": ["sos_numbers", "sound"],
    }
    assert news_of(text) == news


@pytest.mark.parametrize(
    "wrong", [{"commands": ["no id"]}, {"commands": [1]}, {"settings": ["volume"]}, {"settings": None}]
)
def test_news_of_what_there_cannot_be_is_told_as_such(wrong: dict[str, Any]) -> None:
    with pytest.raises(NotNews):
        news_of(json.dumps({**json.loads(live_message_of(News(watch_id=WATCH))), **wrong}))
