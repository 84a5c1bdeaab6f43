"""Ingest as Lambda calls it, on DynamoDB, KMS and real frames."""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from pynamodb.exceptions import PutError

from adapters.aws import client
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.dynamo.positions import moment_of
from adapters.dynamo.tables import TABLES
from adapters.settings import Settings
from adapters.stream.alarms import alarm_of
from adapters.stream.live import news_of
from adapters.stream.notices import content_of
from core.accounts.notices import Announcement, NoticeKind
from core.kernel.geo import Point, distance_m
from core.kernel.ids import WatchId
from core.live.model import News
from core.messages.inbox import VoiceInbox
from core.messages.model import Direction, Message, MessageKind
from core.tracking.alarms import Alarm, AlarmKind
from core.tracking.ingest import Ingest
from core.tracking.model import Cell, CellPlace, Doubt, ReceivedFrame, Source
from core.tracking.places import SEVERAL_ACCESS_POINTS_M
from core.watches.model import Standing
from lambdas.ingest.bootstrap import Application, application
from lambdas.ingest.handler import take
from tests.builders import any_live_view
from tests.clocks import NOON, FrozenClock
from tests.core.tracking.test_ingest import ExplodingDecoder
from tests.frames import DEVICE, OTHER_DEVICE, kinesis_event, location, minutes, received, voice, voice_in_parts
from tests.recordings import amr
from tests.storage import storage
from tests.worlds import FAR_AHEAD, LONG_AGO, World, in_tables, stocked
from wire.words import WORDS

SECOND = timedelta(seconds=1)
THIRD_DEVICE = "5555555555"


@pytest.fixture
def settings() -> Iterator[Settings]:
    with storage() as settings:
        sqs = client("sqs", settings)
        alerts, live, notices = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("alerts", "live", "notices"))
        yield replace(settings, alert_queue_url=alerts, live_queue_url=live, notice_queue_url=notices)


@pytest.fixture
def world(settings: Settings) -> World:
    return in_tables(settings, FrozenClock())


@pytest.fixture
def wired(settings: Settings, world: World) -> Application:
    return application(settings, world.clock)


def _dump(settings: Settings) -> str:
    """Return everything that stands in any table."""
    dynamo = client("dynamodb", settings)
    tables = [table.physical_name(settings.stage) for table in TABLES.values()]
    return "\n".join(str(dynamo.scan(TableName=table)["Items"]) for table in tables)


def _items(settings: Settings, table: str) -> list[dict[str, Any]]:
    name = TABLES[table].physical_name(settings.stage)
    return sorted(client("dynamodb", settings).scan(TableName=name)["Items"], key=str)


def _queued(settings: Settings, queue_url: str) -> list[str]:
    """Take all messages off a queue."""
    sqs = client("sqs", settings)
    bodies = []
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=queue_url, ReceiptHandle=message["ReceiptHandle"])
    return bodies


def _alarms(settings: Settings) -> list[Alarm]:
    return [alarm_of(body) for body in _queued(settings, settings.alert_queue_url)]


def _counts(capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    return {name: count for name, count in line.items() if name not in ("_aws", "function")}


@pytest.mark.attack("W-21", guard="adapters.outages:is_outage")
def test_an_undecodable_and_an_exploding_frame_cost_themselves_alone(
    world: World, settings: Settings, wired: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    watches = {device: world.watch(device) for device in (DEVICE, OTHER_DEVICE, THIRD_DEVICE)}
    devices = list(watches)
    frames = [
        received(location(NOON - minutes(100 - each)), NOON - minutes(100 - each), device=devices[each % 3])
        for each in range(100)
    ]
    frames[40] = received("UD,221126", NOON - minutes(60), device=devices[1])
    frames[70] = received(location(NOON - minutes(30), 66.6), NOON - minutes(30), device=devices[1])
    exploding = Application(Ingest(replace(wired.ingest.ports, decoder=ExplodingDecoder())), world.clock)

    assert take(kinesis_event([frames]), exploding) == {"batchItemFailures": []}

    counts = _counts(capsys)
    assert (counts["stored"], counts["quarantined"]) == (98, 2)
    assert (counts["undecodable"], counts["exploded"]) == (1, 1)
    for number, watch_id in enumerate(watches.values()):
        expected = [NOON - minutes(100 - each) for each in range(number, 100, 3) if each not in (40, 70)]
        assert [position.at for position in world.history(watch_id)] == expected
    quarantined = _items(settings, "quarantine")
    assert {item["watch_id"]["S"] for item in quarantined} == {watches[OTHER_DEVICE]}
    ends = [int(item["expires_at"]["N"]) for item in quarantined]
    assert all(end <= (NOON + timedelta(days=1)).timestamp() for end in ends)
    assert b"221126" not in b"".join(item["payload"]["B"] for item in quarantined)


@pytest.mark.attack("W-22", guard="core.tracking.ingest:in_order")
def test_a_batch_that_comes_twice_and_in_another_order_leaves_the_same_state(
    world: World, settings: Settings, wired: Application
) -> None:
    def state() -> list[Any]:
        readable = [(world.history(watch_id), world.readings(watch_id)) for watch_id in watches]
        return [*readable, *(_keys(settings, table) for table in ("seen-frames", "quarantine", "sweep-marks"))]

    watches = [world.watch(device) for device in (DEVICE, OTHER_DEVICE)]
    records = [
        [
            received(location(NOON - minutes(3)), NOON - minutes(3)),
            received(location(NOON - minutes(2), 48.8566, 2.3522), NOON - minutes(2)),
            received(location("311299,235959"), NOON - minutes(1)),
            received("UD,1", NOON - minutes(1)),
        ],
        [
            received(location(NOON - minutes(1), 48.8570, 2.3522), NOON - minutes(1)),
            received("LK,1,2,3", NOON, device=OTHER_DEVICE),
            received(location("311299,235959"), NOON),
        ],
    ]
    reordered = [list(reversed(record)) for record in reversed(records)]
    take(kinesis_event(reordered), wired)
    first = state()
    doubts = [position.doubts for position in world.history(watches[0])]
    assert doubts[:2] == [set(), {Doubt.IMPOSSIBLE_SPEED}]
    for again in (reordered, records, records[::-1]):
        take(kinesis_event(again), wired)
        assert state() == first


def _keys(settings: Settings, table: str) -> list[tuple[str, str]]:
    spec = TABLES[table]
    assert spec.sort_key
    return [(item[spec.partition_key]["S"], item[spec.sort_key]["S"]) for item in _items(settings, table)]


@pytest.mark.attack("W-25", guard="core.tracking.admission:open_binding", part="what ingest keeps of them")
def test_frames_of_unknown_and_unbound_devices_leave_nothing_but_a_counter(
    world: World, settings: Settings, wired: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    world.devices.stock(stocked(OTHER_DEVICE))
    world.unbind(world.watch(THIRD_DEVICE, since=timedelta(hours=1)), NOON - minutes(1))
    before = _dump(settings)
    devices = ["1111111111", OTHER_DEVICE, THIRD_DEVICE]
    contents = [location(NOON, status="00010000", word="AL"), "LK,1,2,3", "UD,1"]
    frames = [received(content, NOON, device=device) for device in devices for content in contents]
    take(kinesis_event([frames]), wired)
    assert _dump(settings) == before
    assert _counts(capsys) == {"not_bound": 9}
    assert world.devices.standing("1111111111") is Standing.UNKNOWN


@pytest.mark.attack(
    "W-01", guard="core.tracking.admission:is_proven", part="ingest: nothing in any table, SOS unconfirmed"
)
def test_unproven_frames_leave_nothing_in_any_table_and_an_sos_goes_on_unconfirmed(
    world: World, settings: Settings, wired: Application
) -> None:
    watch_id = world.watch()
    before = _dump(settings)
    contents = [location(NOON), location(NOON, word="AL", status="00030000"), "LK,1,2,3", "UD,1"]
    take(kinesis_event([[received(content, NOON, proven=False) for content in contents]]), wired)
    assert _dump(settings) == before
    assert [(alarm.watch_id, alarm.kind, alarm.is_confirmed) for alarm in _alarms(settings)] == [
        (watch_id, AlarmKind.SOS, False)
    ]


@pytest.mark.promise("P-11", guard="adapters.lookup:HmacLookup.of", part="look-ups, tables, logs and metrics of ingest")
def test_no_device_id_stands_in_a_table_a_log_or_a_metric(
    world: World,
    settings: Settings,
    wired: Application,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="adapters")
    world.watch()
    frames = [received(content, NOON) for content in (location(NOON), "LK,1,2,3", "UD,1", "heart,1", "odd")]
    take(kinesis_event([frames, b"not ours"]), wired)
    assert DEVICE not in _dump(settings)
    assert DEVICE not in capsys.readouterr().out
    assert DEVICE not in caplog.text


@pytest.mark.parametrize(
    "content",
    [
        "heart,173",
        "bphrt,173,81,99,140,1,10,33",
        "oxygen,0,97",
        "btemp2,1,38.4",
        "calllog,0612345678,0041,1,1,1795348800,173",
        "SMS,0612345678,,geheim",
        "PPQ,0612345678",
        "WIFIINFOUP,0041,00670065006800650069006d,geheim",
        "WIFIINFOUP,geheim",
        "ICCID,8931234567890123456,359336012345678",
        "img,5,261122120000,\xff\xd8\xff geheim",
        "VOICE,#!AMR\n geheim",
        "TK,1",
        "TK,0",
        "TKQ",
    ],
)
def test_the_list_of_data_is_closed(world: World, settings: Settings, wired: Application, content: str) -> None:
    """D11: health readings, calls, SMS, friends, Wi-Fi passwords and the watch's own photos are in no store.

    They are not even in the quarantine.
    """
    world.watch()
    before = _dump(settings)
    take(kinesis_event([[received(content, NOON)]]), wired)
    assert _dump(settings) == before
    assert client("s3", settings).list_objects_v2(Bucket=settings.media_bucket)["KeyCount"] == 0


@pytest.mark.promise("P-08", guard="adapters.watch.uplink:is_kept", part="what a watch sends")
def test_no_word_but_those_of_places_heartbeats_and_voices_leaves_anything(
    world: World, settings: Settings, wired: Application
) -> None:
    """D11, for each word of the protocol: one that is added is left out until somebody decides on it."""
    world.watch()
    before = _dump(settings)
    closed = [word for word in WORDS if WORDS[word].kind not in {"location", "heartbeat", "voice", "media_part"}]
    assert len(closed) > 100
    contents = [f"{word}{told}" for word in (*closed, "NEVERSEEN") for told in ("", ",1", ",geheim,0612345678,38.4")]
    take(kinesis_event([[received(content, NOON) for content in contents]]), wired)
    assert _dump(settings) == before
    assert client("s3", settings).list_objects_v2(Bucket=settings.media_bucket)["KeyCount"] == 0


def test_no_place_and_no_neighbours_network_stands_in_the_open(
    world: World, settings: Settings, wired: Application
) -> None:
    watch_id = world.watch()
    tail = "1,0,204,8,3021,12345,140,1,Buurman,00:1a:2b:3c:4d:5e,-61"
    take(kinesis_event([[received(location(NOON, tail=tail), NOON)]]), wired)
    (position,) = world.history(watch_id)
    shown = repr([position, moment_of(position), world.readings(watch_id)])
    for personal in ("52.2112", "5.9699", "Buurman", "altitude_m", "course_deg", "steps"):
        assert personal not in shown
    for personal in ("52.2112", "5.9699", "Buurman", "4d:5e", "3021"):
        assert personal not in _dump(settings)


def test_history_is_gone_once_the_days_key_is_and_the_list_still_works(
    world: World, settings: Settings, wired: Application
) -> None:
    watch_id = world.watch()
    yesterday = NOON - timedelta(days=1)
    take(kinesis_event([[received(location(at), NOON) for at in (yesterday, NOON)]]), wired)
    assert len(world.history(watch_id)) == 2
    world.key_rows.remove("day-2136h#2026-11-21")
    world.clock.advance(minutes(5))
    assert [position.at for position in world.history(watch_id)] == [NOON]
    assert len(_items(settings, "positions")) == 2


def test_an_outage_fails_the_first_record_that_was_not_finished(
    world: World, wired: Application, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    watch_id = world.watch()
    records = [[received(location(NOON - minutes(3 - each)), NOON)] for each in range(3)]
    add = wired.ingest.ports.positions.add

    def unreachable(position: Any) -> bool:
        if position.at >= NOON - minutes(2):
            raise PutError("any", EndpointConnectionError(endpoint_url="any"))
        return add(position)

    with monkeypatch.context() as outage:
        outage.setattr(wired.ingest.ports.positions, "add", unreachable)
        assert take(kinesis_event(records), wired) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert _counts(capsys)["failed_records"] == 1
    assert len(world.history(watch_id)) == 1
    assert take(kinesis_event(records), wired) == {"batchItemFailures": []}
    assert len(world.history(watch_id)) == 3


def test_an_alarm_that_the_word_alone_tells_is_kept_beside_the_position_that_it_repeats(
    world: World, wired: Application
) -> None:
    watch_id = world.watch()
    frames = [received(location(NOON, word=word), NOON) for word in ("UD", "AL", "UD2", "AL")]
    take(kinesis_event([frames]), wired)
    assert sorted(reading.alarms for reading in world.readings(watch_id)) == [(), ("general",)]


@pytest.mark.promise("P-71", guard="core.tracking.admission:raise_noted", part="on the queue though every store fails")
def test_an_sos_is_on_the_queue_although_no_table_answers(
    world: World, settings: Settings, wired: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    watch_id = world.watch()
    for name in TABLES.keys() - {"bindings", "keys"}:
        client("dynamodb", settings).delete_table(TableName=TABLES[name].physical_name(settings.stage))
    records = [
        [received(location(NOON - SECOND), NOON)],
        [received(location(NOON, status="00010000", word="AL"), NOON)],
    ]
    assert take(kinesis_event(records), wired) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
    (alarm,) = _alarms(settings)
    assert (alarm.watch_id, alarm.kind, alarm.at) == (watch_id, AlarmKind.SOS, NOON)
    assert _counts(capsys) == {"alarms": 1, "failed_records": 1}


@pytest.mark.promise("P-20", guard="wire.location:count", part="from frame to store")
def test_a_watch_that_tells_no_steps_has_none_and_not_zero(world: World, wired: Application) -> None:
    watch_id = world.watch()
    silent = location(NOON).replace(",50,0,", ",,,")
    take(kinesis_event([[received(silent, NOON), received("LK,,,77", NOON + SECOND)]]), wired)
    assert [(reading.steps, reading.rolls) for reading in world.readings(watch_id)] == [(None, None)] * 2
    assert [reading.battery_percent for reading in world.readings(watch_id)] == [90, 77]


@pytest.mark.promise("P-21", guard="adapters.dynamo.telemetry:moment_of", part="battery and signal with their expiry")
def test_a_report_and_a_heartbeat_leave_battery_and_signal_which_expire(
    world: World, settings: Settings, wired: Application
) -> None:
    watch_id = world.watch()
    take(kinesis_event([[received(location(NOON), NOON), received("LK,1,2,77", NOON + SECOND)]]), wired)
    told = [(reading.battery_percent, reading.signal_percent) for reading in world.readings(watch_id)]
    assert told == [(90, 80), (77, None)]
    day = NOON.replace(hour=0)
    assert {item["expires_at"]["N"] for item in _items(settings, "telemetry")} == {
        str(int((day + timedelta(days=89)).timestamp()))
    }


class TestThreeSources:
    """GPS, Wi-Fi and cells, each with its tag and accuracy."""

    ACCESS_POINTS = ("00:00:5e:00:53:0a", "00:00:5e:00:53:0b")
    TAIL = f"1,1,204,8,3021,12345,140,2,Buurman,{ACCESS_POINTS[0]},-61,Buurvrouw,{ACCESS_POINTS[1]},-70"
    HOME = Point(52.2112, 5.9699)

    def _take_one_of_each(self, wired: Application) -> None:
        wired.ingest.ports.cells.put([CellPlace(Cell(204, 8, 3021, 12345), self.HOME, 900.0)])
        no_fix: dict[str, Any] = {"latitude": 0.0, "longitude": 0.0, "valid": "V", "satellites": 0}
        contents = [
            location(NOON - minutes(2), tail=f"{self.TAIL},12.0"),
            location(NOON - minutes(1), tail=self.TAIL, **no_fix),
            location(NOON, tail=f"{self.TAIL.split(',2,')[0]},0", **no_fix),
        ]
        assert not take(kinesis_event([[received(content, NOON) for content in contents]]), wired)["batchItemFailures"]

    @pytest.mark.promise("P-15", guard="core.tracking.places:Surroundings.locate", part="source and accuracy")
    def test_each_gives_one_position_with_its_tag(self, world: World, wired: Application) -> None:
        watch_id = world.watch()
        self._take_one_of_each(wired)
        history = world.history(watch_id)
        assert [(position.source, position.accuracy_m) for position in history] == [
            (Source.GPS, 12.0),
            (Source.WIFI, SEVERAL_ACCESS_POINTS_M),
            (Source.CELL, 900.0),
        ]
        assert all(distance_m(position.point, self.HOME) < 1 for position in history)

    @pytest.mark.promise(
        "P-15", guard="adapters.access_point_names:BindingAccessPointNames.of", part="no access point in any store"
    )
    def test_no_access_point_stands_in_a_table_a_queue_a_log_or_a_metric(
        self,
        world: World,
        settings: Settings,
        wired: Application,
        capsys: pytest.CaptureFixture[str],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        caplog.set_level(logging.DEBUG, logger="adapters")
        watch_id = world.watch()
        DynamoLiveViews().put(any_live_view(NOON + minutes(5), watch_id), NOON)
        self._take_one_of_each(wired)
        odd = f"UD,Buurman,{self.ACCESS_POINTS[0]}"
        take(kinesis_event([[received(odd, NOON), received(location(NOON, status="00010000"), NOON)]]), wired)
        assert len(_items(settings, "learned-places")) == 2
        queued = [
            body for url in (settings.alert_queue_url, settings.live_queue_url) for body in _queued(settings, url)
        ]
        left = "\n".join([_dump(settings), *queued, capsys.readouterr().out, caplog.text])
        assert watch_id in left
        for access_point in self.ACCESS_POINTS:
            assert access_point not in left
            assert access_point.replace(":", "") not in left


def test_what_watchkeeping_brings_about_is_on_the_queue_once(
    world: World, settings: Settings, wired: Application
) -> None:
    watch_id = world.watch()
    records = [[received(f"LK,1,2,{percent}", NOON - minutes(10 - each)) for each, percent in enumerate((25, 19, 18))]]
    for _ in range(2):
        take(kinesis_event(records), wired)
    assert {(alarm.watch_id, alarm.kind, alarm.at) for alarm in _alarms(settings)} == {
        (watch_id, AlarmKind.LOW_BATTERY, NOON - minutes(9))
    }


def test_new_positions_are_told_while_somebody_looks(world: World, settings: Settings, wired: Application) -> None:
    watch_id = world.watch()
    take(kinesis_event([[received(location(NOON - SECOND), NOON)]]), wired)
    assert _queued(settings, settings.live_queue_url) == []
    DynamoLiveViews().put(any_live_view(NOON + minutes(5), watch_id), NOON)
    take(kinesis_event([[received(location(NOON), NOON)]]), wired)
    (body,) = _queued(settings, settings.live_queue_url)
    position = world.history(watch_id)[-1]
    assert news_of(body) == News(watch_id=watch_id, positions=((NOON, position.fingerprint),))


def test_a_record_that_is_not_ours_is_counted_and_those_beside_it_are_taken(
    world: World, wired: Application, capsys: pytest.CaptureFixture[str]
) -> None:
    watch_id = world.watch()
    records: list[list[ReceivedFrame] | bytes] = [b"", b"odd", [received(location(NOON), NOON)], b"WF1\nodd"]
    assert take(kinesis_event(records), wired) == {"batchItemFailures": []}
    assert _counts(capsys)["corrupt_records"] == 3
    assert len(world.history(watch_id)) == 1


def test_an_empty_batch_is_no_work(wired: Application, capsys: pytest.CaptureFixture[str]) -> None:
    assert take(kinesis_event([[]]), wired) == {"batchItemFailures": []}
    assert capsys.readouterr().out == ""


def test_nothing_is_opened_before_the_first_frame_needs_it(settings: Settings, world: World) -> None:
    application(settings, world.clock)
    assert _items(settings, "keys") == []


class TestVoices:
    """What a watch says, from the frame to the guardians."""

    def _messages(self, world: World, watch_id: WatchId) -> list[Message]:
        page = world.messages.between(watch_id, LONG_AGO, FAR_AHEAD, now=world.clock.now(), limit=10, after=None)
        return list(page.items)

    def _voices(self, world: World, watch_id: WatchId) -> list[bytes | None]:
        return [
            world.media.get("voice", watch_id, message.media_id, message.created_at, world.clock.now())
            for message in self._messages(world, watch_id)
            if message.media_id is not None
        ]

    def test_a_voice_is_stored_and_guardians_are_told_of_it_once(
        self, world: World, settings: Settings, wired: Application, capsys: pytest.CaptureFixture[str]
    ) -> None:
        watch_id = world.watch()
        [owner] = world.memberships.of_watch(watch_id)
        take(kinesis_event([[received(voice(amr(3.0)), NOON)]]), wired)
        assert _counts(capsys) == {"recordings": 1, "voices": 1}
        [message] = self._messages(world, watch_id)
        assert (message.direction, message.kind, message.author) == (Direction.FROM_WATCH, MessageKind.VOICE, None)
        assert (message.created_at, message.duration) == (NOON, timedelta(seconds=3))
        assert self._voices(world, watch_id) == [amr(3.0)]
        [told] = map(content_of, _queued(settings, settings.notice_queue_url))
        assert told == Announcement(
            kind=NoticeKind.MESSAGE_RECEIVED,
            to=(owner.account_id,),
            at=NOON,
            watch_id=watch_id,
            message_id=message.message_id,
        )

    def test_parts_over_several_batches_become_one_voice(self, world: World, wired: Application) -> None:
        watch_id = world.watch()
        parts = voice_in_parts(amr(4.0))
        for number, part in enumerate(parts):
            assert self._messages(world, watch_id) == []
            take(kinesis_event([[received(part, NOON + number * SECOND)]]), wired)
        assert self._voices(world, watch_id) == [amr(4.0)]

    def test_a_batch_that_comes_again_brings_no_voice_twice(
        self, world: World, settings: Settings, wired: Application
    ) -> None:
        watch_id = world.watch()
        contents = [voice(amr(1.0)), *voice_in_parts(amr(3.0))]
        event = kinesis_event([[received(content, NOON + number * SECOND)] for number, content in enumerate(contents)])
        for _ in range(3):
            assert take(event, wired) == {"batchItemFailures": []}
        assert self._voices(world, watch_id) == [amr(1.0), amr(3.0)]
        held = client("s3", settings).list_objects_v2(Bucket=settings.media_bucket)["Contents"]
        assert len(held) == 2

    def test_an_outage_of_the_bucket_leaves_the_voice_unfinished_and_nothing_else(
        self, world: World, wired: Application, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        watch_id = world.watch()
        event = kinesis_event([[received(voice(amr()), NOON)], [received(location(NOON), NOON)]])
        inbox = wired.ingest.ports.inbox
        assert isinstance(inbox, VoiceInbox)

        def unreachable(*_arguments: object) -> None:
            raise EndpointConnectionError(endpoint_url="any")

        with monkeypatch.context() as outage:
            outage.setattr(inbox.media, "put", unreachable)
            assert take(event, wired) == {"batchItemFailures": [{"itemIdentifier": "0"}]}
        assert len(world.history(watch_id)) == 1
        assert self._messages(world, watch_id) == []
        assert take(event, wired) == {"batchItemFailures": []}
        assert self._voices(world, watch_id) == [amr()]

    @pytest.mark.attack("W-27", guard="core.messages.amr:checked_voice", part="HTML is no audio")
    def test_what_is_no_voice_is_dropped_and_counted(
        self, world: World, settings: Settings, wired: Application, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world.watch()
        before = _dump(settings)
        html = b"<html><script>alert(1)</script>"
        contents = [voice(html), voice(b"#!AMR\n" + html), voice(b"#!AMR\n" + 3_001 * b"\x7c"), *voice_in_parts(html)]
        take(kinesis_event([[received(content, NOON) for content in contents]]), wired)
        counts = _counts(capsys)
        assert counts["voices_refused"] == len(contents)
        assert "voices" not in counts
        assert _dump(settings) == before

    def test_a_stranger_leaves_no_voice(self, world: World, settings: Settings, wired: Application) -> None:
        world.watch()
        before = _dump(settings)
        contents = [voice(amr()), *voice_in_parts(amr())]
        take(kinesis_event([[received(content, NOON, proven=False) for content in contents]]), wired)
        assert _dump(settings) == before
        assert _queued(settings, settings.notice_queue_url) == []
