"""What is left of messages, on moto: in tables, bucket, queues and logs, at once and after their end."""

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from adapters.aws import client
from adapters.dynamo.tables import TABLES
from adapters.media.converter import LambdaConverter
from adapters.settings import Settings
from core.accounts.register import Registration
from core.kernel.ids import WatchId, new_id
from lambdas.api import bootstrap
from lambdas.api.app import Api
from lambdas.ingest.bootstrap import application
from lambdas.ingest.handler import take
from stacks.functions import API
from tests.calls import granted, recorded_calls
from tests.clocks import NOON, FrozenClock
from tests.fakes.messages import FunctionHere
from tests.frames import DEVICE, kinesis_event, received, voice, voice_in_parts
from tests.lambdas.api.platform import PASSWORD, Answer, ask
from tests.recordings import amr, m4a, picture
from tests.storage import storage
from tests.worlds import World, in_tables, stocked

CANARY = "kanarie-7Qz-vliegt"
"""18 characters: it fits into a text, and into one frame of a voice."""
EMAIL = "marieke@example.nl"
OVER = NOON + timedelta(hours=72)
SECOND = timedelta(seconds=1)


@dataclass
class Stage:
    """The API and ingest over one storage, with Marieke and her watch."""

    settings: Settings
    clock: FrozenClock

    def __post_init__(self) -> None:
        self.world: World = in_tables(self.settings, self.clock)
        self.services = bootstrap.services(
            self.settings, self.clock, converter=LambdaConverter(FunctionHere(), "converter")
        )
        self.api = Api(self.services)
        accounts = self.services.sign_in.accounts
        registration = Registration(
            accounts=accounts,
            passwords=self.services.sign_in.passwords,
            keys=self.world.sealer,
            clock=self.clock,
        )
        account_id = registration.create_account(EMAIL, PASSWORD)
        self.watch_id = WatchId(new_id())
        self.world.devices.stock(stocked())
        self.world.devices.bind(DEVICE, self.watch_id, account_id, NOON - timedelta(days=100))
        self.ingest = application(self.settings, self.clock)
        self.sign_in()

    def sign_in(self) -> None:
        """Get a token for the present ten minutes."""
        answer = ask(self.api, "POST", "/v1/sign-in", json={"email": EMAIL, "password": PASSWORD})
        self.token = answer.json["access_token"]

    def set_clock(self, at: datetime) -> None:
        """Go to another time."""
        self.clock.set(at)
        self.sign_in()

    def call(self, method: str, what: str, **rest: Any) -> Answer:
        """Call a route about the watch."""
        headers = {"idempotency-key": new_id(), **rest.pop("headers", {})}
        return ask(self.api, method, f"/v1/watches/{self.watch_id}{what}", token=self.token, headers=headers, **rest)

    def hear(self, *contents: str) -> None:
        """Let the watch send these frames."""
        frames = [received(content, self.clock.now()) for content in contents]
        assert take(kinesis_event([frames]), self.ingest) == {"batchItemFailures": []}

    def left(self) -> bytes:
        """Return every byte that stands in a table, the bucket or a queue."""
        dynamo, s3, sqs = (client(each, self.settings) for each in ("dynamodb", "s3", "sqs"))
        held = [repr(dynamo.scan(TableName=table.physical_name("test"))["Items"]).encode() for table in TABLES.values()]
        for name in s3.list_objects_v2(Bucket=self.settings.media_bucket).get("Contents", ()):
            found = s3.get_object(Bucket=self.settings.media_bucket, Key=name["Key"])
            held += [name["Key"].encode(), repr(found["Metadata"]).encode(), found["Body"].read()]
        for url in sqs.list_queues()["QueueUrls"]:
            for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", ()):
                held.append(message["Body"].encode())
        return b"\n".join(held)


@contextmanager
def stage() -> Iterator[Stage]:
    with storage() as stored:
        sqs = client("sqs", stored)
        urls = {
            name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("alerts", "live", "notices", "nudges-0")
        }
        key = client("kms", stored).create_key(KeyUsage="SIGN_VERIFY", KeySpec="RSA_2048")["KeyMetadata"]["KeyId"]
        settings = replace(
            stored,
            alert_queue_url=urls["alerts"],
            live_queue_url=urls["live"],
            notice_queue_url=urls["notices"],
            nudge_queue_urls=(urls["nudges-0"],),
            signing_keys=(key,),
            issuer="https://api.example.test",
        )
        yield Stage(settings, FrozenClock())


def forms_of(canary: str) -> list[bytes]:
    """Return how a text could stand somewhere unsealed."""
    raw = canary.encode()
    shifted = [base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)]  # whatever stands before it
    return [raw, raw[::-1], raw.hex().encode(), canary.encode("utf-16-be").hex().encode(), *shifted]


SEALED = "adapters.sealer:_cipher"


@pytest.mark.promise("P-29", guard=SEALED, part="sealed wherever it is")
@pytest.mark.promise("P-28", guard=SEALED, part="sealed wherever it is")
def test_of_what_is_written_and_said_nothing_stands_anywhere_unsealed(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    for logger in ("core", "adapters", "lambdas"):
        caplog.set_level(logging.DEBUG, logger=logger)
    with stage() as wired:
        key = {"idempotency-key": new_id()}
        for _ in range(2):
            assert wired.call("POST", "/messages", json={"text": CANARY}, headers=key).status == 201
        assert wired.call("POST", "/messages", json={"text": f"{CANARY} {CANARY}"}).status == 400
        assert wired.call("POST", "/messages/voice", raw=("audio/mp4", CANARY.encode() + m4a())).status == 400
        assert wired.call("POST", "/messages/voice", raw=("audio/mp4", m4a() + CANARY.encode())).status == 201
        assert wired.call("PUT", "/picture", raw=("image/jpeg", picture(80, 60, comment=CANARY.encode()))).status == 204
        whole = amr(2.0, canary=CANARY.encode())
        unfinished = voice_in_parts(amr(3.0, CANARY.encode()), "b")[0]
        wired.hear(voice(amr(1.0, canary=CANARY.encode())), *voice_in_parts(whole), unfinished)
        left = wired.left()
        assert wired.watch_id.encode() in left
        printed = "".join(capfd.readouterr())
        assert "voices" in printed
        for form in forms_of(CANARY):
            assert form not in left
            assert form.decode() not in printed + caplog.text
        listed = wired.call("GET", "/messages").json["items"]
        assert [each["text"] for each in listed if each["kind"] == "text"] == [CANARY]
        assert len(listed) == 4


@pytest.mark.promise("P-29", guard="core.retention.policy:is_over", part="no read after 72 hours")
@pytest.mark.promise("P-28", guard="core.retention.policy:is_over", part="no read after 72 hours")
def test_after_72_hours_no_read_returns_it() -> None:
    with stage() as wired:
        sent = wired.call("POST", "/messages", json={"text": CANARY}).json["id"]
        wired.hear(voice(amr(1.0, canary=CANARY.encode())))
        ids = [each["id"] for each in wired.call("GET", "/messages").json["items"]]
        assert sent in ids
        [command] = wired.world.commands.waiting(wired.watch_id, NOON)
        wired.set_clock(OVER - SECOND)
        everything = {"from": "2026-11-01T00:00:00Z"}
        assert len(wired.call("GET", "/messages", query=everything).json["items"]) == len(ids) == 2
        wired.set_clock(OVER)
        assert wired.call("GET", "/messages", query=everything).json["items"] == []
        for message_id in ids:
            for what in ("", "/audio"):
                assert wired.call("GET", f"/messages/{message_id}{what}").status == 404
        assert command.expires_at == OVER


@pytest.mark.promise("P-29", guard="core.vault.model:epoch_key_id", part="unreadable once its hour's key is gone")
def test_what_a_copy_still_holds_does_not_open_once_the_hours_key_is_gone() -> None:
    with stage() as wired:
        wired.call("POST", "/messages", json={"text": CANARY})
        wired.hear(voice(amr(1.0)))
        wired.world.key_rows.remove("hour-72h#2026-11-22T12")
        copy = in_tables(wired.settings, wired.clock)  # with a keyring of its own, at an hour when reads still allow it
        page = copy.messages.between(wired.watch_id, NOON, OVER, now=NOON, limit=10, after=None)
        assert page.items == []


def test_messages_and_pictures_ask_what_the_api_is_granted_and_no_more() -> None:
    with recorded_calls() as calls, stage() as wired:
        calls.clear()
        sent = [
            wired.call("POST", "/messages", json={"text": CANARY}),
            wired.call("POST", "/messages/voice", raw=("audio/mp4", m4a())),
        ]
        for answer in sent:
            assert answer.status == 201
            assert wired.call("GET", f"/messages/{answer.json['id']}").status == 200
        assert wired.call("GET", f"/messages/{sent[1].json['id']}/audio").status == 200
        assert wired.call("GET", "/messages").status == 200
        assert wired.call("DELETE", f"/messages/{sent[1].json['id']}").status == 204
        for method, rest in (("PUT", {"raw": ("image/jpeg", picture(80, 60))}), ("GET", {}), ("DELETE", {})):
            assert wired.call(method, "/picture", **rest).status in {200, 204}
        ours = {"messages"}
        assert {call for call in calls.tables if call[0] in ours} == {
            call for call in granted(API.access) if call[0] in ours
        }
        assert calls.tables <= granted(API.access)
        asked = {f"s3:{action}" for service, action in calls.others if service == "s3"}
        assert asked == {*API.access.media["voice"]} == {*API.access.media["photo"]}
        assert {service for service, _ in calls.others} <= set(API.services)


def test_the_tables_of_messages_have_no_recovery_window() -> None:
    assert [TABLES[name].recoverable for name in ("messages", "voice-parts")] == [False, False]
