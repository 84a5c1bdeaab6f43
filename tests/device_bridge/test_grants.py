"""What the bridge asks of AWS, wired as it is deployed, is what it is granted."""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.aws import client
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.nudges import SqsNudges
from adapters.settings import Settings
from adapters.stream.live import news_of
from core.commands.model import Command, CommandKind, CommandState, SettingName
from core.kernel.clock import at_ms, ms_of
from core.kernel.ids import AccountId, MediaId, MessageId, WatchId, new_id
from core.messages.model import MessageKind
from device_bridge.bootstrap import bridge_of, nudges_of, tls_context_of
from device_bridge.server import Bridge
from stacks.functions import BRIDGE_ACCESS
from tests.builders import any_command, any_live_view, any_message, any_setting
from tests.calls import granted, recorded_calls
from tests.certificates import certificate
from tests.clocks import FrozenClock
from tests.device_bridge.conftest import Watch, eventually
from tests.frames import DEVICE, OTHER_DEVICE
from tests.recordings import amr
from tests.storage import storage
from tests.worlds import World, in_tables, stocked

OWNER = AccountId(new_id())
SIM_ADDRESS, OTHER_SIM_ADDRESS = "127.0.4.1", "127.0.4.2"
SECRET = "bridge-tls"
STREAM = "frames"


@pytest.fixture
def settings() -> Iterator[Settings]:
    with storage() as settings:
        client("kinesis", settings).create_stream(StreamName=STREAM, ShardCount=1)
        sqs = client("sqs", settings)
        alerts, live, nudges = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("alerts", "live", "nudges-0"))
        secret = dict(zip(("certificate", "key"), certificate(), strict=True))
        client("secretsmanager", settings).create_secret(Name=SECRET, SecretString=json.dumps(secret))
        yield replace(
            settings,
            frame_stream=STREAM,
            alert_queue_url=alerts,
            live_queue_url=live,
            nudge_queue_urls=(nudges,),
            bridge_tls_secret=SECRET,
            watch_networks=("127.0.4.0/24",),
        )


class Household:
    """A bound watch and one in its box, in the tables."""

    def __init__(self, settings: Settings) -> None:
        self.world: World = in_tables(settings, FrozenClock(at_ms(ms_of(datetime.now(UTC)))))
        self.watch_id = WatchId(new_id())
        self.now = self.world.clock.now()
        for device, address in ((DEVICE, SIM_ADDRESS), (OTHER_DEVICE, OTHER_SIM_ADDRESS)):
            self.world.devices.stock(replace(stocked(device), address=address))
        self.world.devices.bind(DEVICE, self.watch_id, OWNER, self.now)

    def orders(self, kind: CommandKind, number: int, message_id: MessageId | None = None) -> Command:
        arguments = {"message_id": message_id} if message_id else {}
        command = any_command(self.watch_id, self.now, number, kind=kind, ordered_by=OWNER, arguments=arguments)
        return self.world.commands.add(command)

    def writes(self) -> None:
        text = any_message(self.watch_id, self.now)
        voice = any_message(self.watch_id, self.now, number=1, kind=MessageKind.VOICE, media_id=MediaId(new_id()))
        assert voice.media_id is not None
        self.world.media.put("voice", self.watch_id, voice.media_id, amr(0.1), self.now)
        for message, kind, number in ((text, CommandKind.TEXT, 1), (voice, CommandKind.VOICE, 2)):
            self.world.messages.add(message)
            self.orders(kind, number, message.message_id)

    def wants_numbers(self, *numbers: str, revision: int = 0) -> None:
        setting = any_setting(
            self.watch_id,
            self.now,
            name=SettingName.SOS_NUMBERS,
            desired={"numbers": list(numbers)},
            version=revision + 1,
            revision=revision,
        )
        assert self.world.watch_settings.replace(setting)

    def is_acknowledged(self, command: Command) -> bool:
        stored = self.world.commands.get(self.watch_id, command.command_id, self.now)
        return stored is not None and stored.state is CommandState.ACKNOWLEDGED


async def test_the_bridge_asks_what_it_is_granted_and_no_more(settings: Settings) -> None:
    family = Household(settings)
    family.writes()
    family.wants_numbers("+31612345678")
    rings = [family.orders(CommandKind.FIND, number) for number in (3, 4)]
    name = family.world.devices.identity(OTHER_DEVICE).name
    family.world.claim_codes.put(name, "12345678", family.now)
    DynamoLiveViews().put(any_live_view(family.now + timedelta(minutes=5), family.watch_id), family.now)
    with recorded_calls() as calls:
        bridge = bridge_of(settings)
        port = await bridge.serve("127.0.0.1", 0)
        await bridge.serve_tls("127.0.0.1", 0, tls_context_of(settings))
        nudges = nudges_of(bridge, settings)
        nudges.start()
        await eventually(lambda: bridge.downlink.queue == 0)
        await _answers_everything(bridge, port, family)
        SqsNudges(client("sqs", settings), settings.nudge_queue_urls).nudge(0, "somebody")
        await eventually(lambda: bridge.counters.counts["Nudges"] > 0)
        await nudges.stop()
        await bridge.drain()
    # what a test's world has made already the bridge finds; who comes first makes it
    assert calls.tables | {("keys", "PutItem")} == granted(BRIDGE_ACCESS)
    sent_by_the_test = {("sqs", "SendMessage")}
    assert calls.others - sent_by_the_test == {
        ("kinesis", "PutRecords"),
        ("kms", "Decrypt"),
        ("s3", "GetObject"),
        ("secretsmanager", "GetSecretValue"),
        ("sqs", "DeleteMessageBatch"),
        ("sqs", "ReceiveMessage"),
    }
    assert all(map(family.is_acknowledged, rings))
    news = client("sqs", settings).receive_message(QueueUrl=settings.live_queue_url)["Messages"]
    assert {news_of(message["Body"]).watch_id for message in news} == {family.watch_id}


async def _answers_everything(bridge: Bridge, port: int, family: Household) -> None:
    """Be both watches: show the code, do what comes, and tell what one can do."""
    boxed = await Watch.connected(port, OTHER_DEVICE, OTHER_SIM_ADDRESS)
    await boxed.is_known()
    assert (await boxed.hears()).startswith("MESSAGE,")
    watch = await Watch.connected(port, DEVICE, SIM_ADDRESS)
    await watch.is_known()
    await watch.sends("CONFIG,TY:G75")
    expected = Counter({"CONFIG": 1, "FIND": 2, "MESSAGE": 1, "SOS": 2, "TK": 1})
    while expected.total():
        word = (await watch.hears_bytes()).rpartition(b"*")[2].rstrip(b"]").partition(b",")[0].decode()
        expected[word] -= 1
        if word == "SOS" and expected[word]:
            family.wants_numbers("+31687654321", revision=2)  # while the first is under way
        if word != "CONFIG":
            await watch.sends("TK,1" if word == "TK" else word)
    await eventually(lambda: not any(each.is_told or each.is_served for each in bridge.downlink._slots.values()))
    await watch.hangs_up()
    await boxed.hangs_up()
