"""The emulator as we mend it: it enforces grants, loses no record, and goes away entirely."""

import io
import json
import os
import socket
import time
import zipfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError
from ministack.services import kinesis, lambda_svc

from local.emulator import ACCOUNT, HOST, Emulator, in_local_environment
from local.mended_ministack import drop_old_records
from tests.ports import free_ports

REGION = "eu-central-1"
NOW = 1_795_000_000.0
AN_HOUR_S = 3600
PATIENCE_S = 30

FAILS_ONCE = """
import boto3
calls = 0

def handler(event, context):
    global calls
    calls += 1
    if calls == 1:
        return {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["kinesis"]["sequenceNumber"]}]}
    boto3.client("sqs").send_message(QueueUrl=QUEUE, MessageBody=str(len(event["Records"])))
"""


@pytest.fixture(autouse=True)
def _as_the_platform_does() -> Iterator[None]:
    with in_local_environment():
        yield


def client(emulator: Emulator, service: str, access_key: str = "testing") -> Any:
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=emulator.url,
        aws_access_key_id=access_key,
        aws_secret_access_key="testing",
    )


def test_the_mendings_are_checked_against_the_version_that_is_installed() -> None:
    assert version("ministack") == "1.5.33"


def test_nothing_local_leads_to_a_real_account_or_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CA_BUNDLE", "WACHTER_STAGE"):
        monkeypatch.setenv(name, "real")
    monkeypatch.setenv("NO_PROXY", "intranet")
    with in_local_environment():
        assert "real" not in os.environ.values()
        assert os.environ["AWS_ACCESS_KEY_ID"] == "testing"
        assert os.environ["NO_PROXY"] == "intranet,127.0.0.1"
    assert os.environ["AWS_PROFILE"] == "real"


def test_an_emulator_that_enforces_grants_refuses_whom_it_does_not_know(tmp_path: Path) -> None:
    with Emulator(tmp_path, free_ports(1)[0], enforce_grants=True) as emulator:
        client(emulator, "dynamodb").list_tables()
        with pytest.raises(ClientError, match="security token"):
            client(emulator, "dynamodb", access_key="AKIASTRANGERSTRANGER").list_tables()


def test_a_stopped_emulator_has_saved_its_state_and_left_its_port(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    with Emulator(tmp_path, port, enforce_grants=False) as emulator:
        client(emulator, "sqs").create_queue(QueueName="kept")
    assert emulator.saved
    with socket.create_server((HOST, port)):
        pass  # nobody else listens there
    with Emulator(tmp_path, port, enforce_grants=False) as again:
        assert client(again, "sqs").get_queue_url(QueueName="kept")


def test_a_batch_that_failed_in_part_comes_again(tmp_path: Path) -> None:
    with Emulator(tmp_path, free_ports(1)[0], enforce_grants=False) as emulator:
        queue = client(emulator, "sqs").create_queue(QueueName="done")["QueueUrl"]
        stream = client(emulator, "kinesis")
        stream.create_stream(StreamName="frames", ShardCount=1)
        functions = client(emulator, "lambda")
        functions.create_function(
            FunctionName="failing",
            Runtime="python3.13",
            Role=f"arn:aws:iam::{ACCOUNT}:role/any",
            Handler="it.handler",
            Code={"ZipFile": zipped("it.py", FAILS_ONCE.replace("QUEUE", json.dumps(queue)))},
        )
        functions.create_event_source_mapping(
            EventSourceArn=f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/frames",
            FunctionName="failing",
            StartingPosition="TRIM_HORIZON",
            FunctionResponseTypes=["ReportBatchItemFailures"],
        )
        stream.put_record(StreamName="frames", Data=b"frame", PartitionKey="lane")

        deadline = time.monotonic() + PATIENCE_S
        messages: list[Any] = []
        while not messages and time.monotonic() < deadline:
            messages = client(emulator, "sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages", [])
        assert [message["Body"] for message in messages] == ["1"]


@pytest.fixture
def stream() -> Iterator[dict[str, Any]]:
    """A stream with two records of yesterday and one of now, all of which its mapping has had."""
    records = [
        {"ApproximateArrivalTimestamp": NOW - age_h * AN_HOUR_S, "Data": name}
        for name, age_h in (("old", 26), ("older than a day", 25), ("new", 0))
    ]
    stream = {"StreamARN": "frames", "RetentionPeriodHours": 24, "shards": {"shard": {"records": records}}}
    key = (ACCOUNT, REGION, "it")
    stores = (kinesis._streams, lambda_svc._esms, lambda_svc._kinesis_positions)
    for store, value in zip(stores, (stream, {"EventSourceArn": "frames"}, {"shard": 3}), strict=True):
        store._data[key] = value
    yield stream
    for store in stores:
        del store._data[key]


def test_records_of_yesterday_go_and_the_mapping_still_finds_the_next(stream: dict[str, Any]) -> None:
    drop_old_records(NOW)

    records = stream["shards"]["shard"]["records"]
    assert [record["Data"] for record in records] == ["new"]
    records.append({"ApproximateArrivalTimestamp": NOW, "Data": "next"})
    position = lambda_svc._kinesis_positions._data[ACCOUNT, REGION, "it"]["shard"]
    assert [record["Data"] for record in records[position:]] == ["next"]


def zipped(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()
