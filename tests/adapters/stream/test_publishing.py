"""What the bridge hands over is in Kinesis and SQS as it was, and what these refuse is told apart."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from moto import mock_aws

from adapters.aws import client
from adapters.settings import Settings
from adapters.stream.kinesis import KinesisFrameStream
from adapters.stream.sqs import SqsAlertQueue

STREAM = "frames"
LANES = 16
SHARDS = 4
SETTINGS = Settings(stage="test", region="eu-central-1")
UNREACHABLE = Settings(stage="test", region="eu-central-1", endpoint_url="http://127.0.0.1:1")


@pytest.fixture
def kinesis() -> Iterator[Any]:
    with mock_aws():
        kinesis = client("kinesis", SETTINGS, attempts=1)
        kinesis.create_stream(StreamName=STREAM, ShardCount=SHARDS)
        yield kinesis


@pytest.fixture
def sqs() -> Iterator[Any]:
    with mock_aws():
        yield client("sqs", SETTINGS, attempts=1)


def records_of(kinesis: Any, shard: str) -> list[dict[str, Any]]:
    iterator = kinesis.get_shard_iterator(StreamName=STREAM, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    records: list[dict[str, Any]] = kinesis.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return records


async def test_lanes_divide_the_shards_evenly_and_records_arrive_as_they_were(kinesis: Any) -> None:
    records = {lane: bytearray(b"record %d" % lane) for lane in range(LANES)}
    assert await KinesisFrameStream(kinesis, STREAM, lanes=LANES).put(records) == frozenset(records)
    shards = kinesis.list_shards(StreamName=STREAM)["Shards"]
    found = [records_of(kinesis, shard["ShardId"]) for shard in shards]
    assert [len(shard) for shard in found] == [LANES // SHARDS] * SHARDS
    assert {int(each["PartitionKey"]): each["Data"] for shard in found for each in shard} == records


async def test_a_stream_that_takes_some_records_tells_which(kinesis: Any) -> None:
    with Stubber(kinesis) as stubbed:
        taken = {"SequenceNumber": "1", "ShardId": "shardId-000000000000"}
        throttled = {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "too fast"}
        stubbed.add_response("put_records", {"FailedRecordCount": 1, "Records": [taken, throttled, taken]})
        stream = KinesisFrameStream(kinesis, STREAM, lanes=LANES)
        assert await stream.put({3: b"a", 5: b"b", 7: b"c"}) == {3, 7}


async def test_a_stream_that_refuses_the_call_has_nothing(kinesis: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert await KinesisFrameStream(kinesis, "another", lanes=LANES).put({0: b"secret"}) == frozenset()
    assert "ResourceNotFoundException" in caplog.text
    assert "secret" not in caplog.text


async def test_a_stream_out_of_reach_has_nothing(caplog: pytest.LogCaptureFixture) -> None:
    stream = KinesisFrameStream(client("kinesis", UNREACHABLE, attempts=1), STREAM, lanes=LANES)
    assert await stream.put({0: b"any"}) == frozenset()
    assert "EndpointConnectionError" in caplog.text


async def test_an_alert_is_the_record_as_text(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    assert await SqsAlertQueue(sqs, url).send(b"WF1\n\x00\xff")
    [message] = sqs.receive_message(QueueUrl=url)["Messages"]
    assert base64.b64decode(message["Body"]) == b"WF1\n\x00\xff"


async def test_an_alert_queue_that_refuses_or_is_out_of_reach_has_nothing(sqs: Any) -> None:
    url = sqs.create_queue(QueueName="alerts")["QueueUrl"]
    assert not await SqsAlertQueue(sqs, url + "-of-another").send(b"any")
    assert not await SqsAlertQueue(client("sqs", UNREACHABLE, attempts=1), UNREACHABLE.endpoint_url or "").send(b"any")
