"""What ingest asks of AWS is what it is granted. The other functions' tests hold theirs against their grants too."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.aws import client
from adapters.dynamo.live_views import DynamoLiveViews
from adapters.settings import Settings
from core.kernel.geo import Point
from core.zones.model import Circle
from lambdas.ingest.bootstrap import application
from lambdas.ingest.handler import take
from stacks.functions import INGEST
from tests.builders import any_live_view, any_zone
from tests.calls import granted, recorded_calls
from tests.clocks import NOON, FrozenClock
from tests.frames import kinesis_event, location, minutes, received, voice, voice_in_parts
from tests.recordings import amr
from tests.storage import storage
from tests.worlds import in_tables

SCHOOL = Point(52.2112, 5.9699)
ROUTER = "1,1,204,8,3021,12345,140,1,school,00:1a:2b:3c:4d:5e,-61"
CLOCK_OF_1970 = "010170,000000"
GARBLED = "UD,#,?"


@pytest.fixture
def settings() -> Iterator[Settings]:
    with storage() as settings:
        sqs = client("sqs", settings)
        queues = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in INGEST.access.sends_to)
        alerts, live, notices, *nudges = queues
        yield replace(
            settings,
            alert_queue_url=alerts,
            live_queue_url=live,
            notice_queue_url=notices,
            nudge_queue_urls=tuple(nudges),
        )


def test_ingest_asks_what_it_is_granted_and_no_more(settings: Settings) -> None:
    world = in_tables(settings, FrozenClock())
    watch_id = world.watch()
    world.zones.put(any_zone(watch_id, shape=Circle(SCHOOL, 150.0)))
    DynamoLiveViews().put(any_live_view(NOON + minutes(5), watch_id), NOON)
    told = [
        location(NOON - minutes(9), SCHOOL.latitude, SCHOOL.longitude, tail=ROUTER),
        location(NOON - minutes(8), SCHOOL.latitude, SCHOOL.longitude, tail=ROUTER),
        location(NOON - minutes(7), 0.0, 0.0, valid="V", satellites=0, tail=ROUTER),
        location(NOON - minutes(6), SCHOOL.latitude + 0.02, SCHOOL.longitude, word="AL", status="00010000", battery=15),
        location(CLOCK_OF_1970, SCHOOL.latitude, SCHOOL.longitude),
        GARBLED,
        voice(amr()),
        *voice_in_parts(amr(2.0)),
    ]
    with recorded_calls() as calls:
        wired = application(replace(settings, trust_unproven=True), world.clock)
        assert take(kinesis_event([[received(each, NOON) for each in told]]), wired) == {"batchItemFailures": []}
    # what a test's world has made already, ingest finds; who comes first makes it
    assert calls.tables | {("keys", "PutItem")} == granted(INGEST.access)
    assert {service for service, _ in calls.others} | {"dynamodb"} == set(INGEST.services)
    assert {f"{service}:{action}" for service, action in calls.others if service == "s3"} == {
        *INGEST.access.media["voice"]
    }
    assert {action for service, action in calls.others if service == "sqs"} == {"SendMessage", "SendMessageBatch"}
