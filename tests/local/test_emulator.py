"""The emulator as we mend it: it enforces grants, loses no record, and goes away entirely."""

import io
import json
import os
import socket
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
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


def client(emulator: Emulator, service: str, credentials: tuple[str, str] = ("testing", "testing")) -> Any:
    access_key, secret = credentials
    return botocore.session.get_session().create_client(
        service,
        region_name=REGION,
        endpoint_url=emulator.url,
        aws_access_key_id=access_key,
        aws_secret_access_key=secret,
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
            client(emulator, "dynamodb", ("AKIASTRANGERSTRANGER", "testing")).list_tables()


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
        source = f"kinesis:{REGION}:{ACCOUNT}:stream/frames"
        make_function(emulator, "failing", source, FAILS_ONCE.replace("QUEUE", json.dumps(queue)))
        stream.put_record(StreamName="frames", Data=b"frame", PartitionKey="lane")

        assert message_in(emulator, queue) == "1"


WAITS_FOR_THE_QUEUE = """
import boto3, time

def handler(event, context):
    sqs = boto3.client("sqs")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if sqs.receive_message(QueueUrl=SERVED, WaitTimeSeconds=1).get("Messages"):
            sqs.send_message(QueueUrl=DONE, MessageBody="the queue was served meanwhile")
            return
    sqs.send_message(QueueUrl=DONE, MessageBody="the queue had to wait")
"""
PASSES_ON = """
import boto3

def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=SERVED, MessageBody=event["Records"][0]["body"])
"""


def test_a_queue_is_served_while_the_function_of_a_stream_is_busy(tmp_path: Path) -> None:
    with Emulator(tmp_path, free_ports(1)[0], enforce_grants=False) as emulator:
        sqs, stream = client(emulator, "sqs"), client(emulator, "kinesis")
        asked, served, done = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("asked", "served", "done"))
        stream.create_stream(StreamName="frames", ShardCount=1)
        waits = WAITS_FOR_THE_QUEUE.replace("SERVED", json.dumps(served)).replace("DONE", json.dumps(done))
        make_function(emulator, "busy", f"kinesis:{REGION}:{ACCOUNT}:stream/frames", waits)
        passes_on = PASSES_ON.replace("SERVED", json.dumps(served))
        make_function(emulator, "quick", f"sqs:{REGION}:{ACCOUNT}:asked", passes_on)
        stream.put_record(StreamName="frames", Data=b"frame", PartitionKey="lane")
        sqs.send_message(QueueUrl=asked, MessageBody="now")

        assert message_in(emulator, done) == "the queue was served meanwhile"


def test_a_push_to_a_phone_is_recorded_with_all_that_it_says(tmp_path: Path) -> None:
    with Emulator(tmp_path, free_ports(1)[0], enforce_grants=False) as emulator:
        sns = client(emulator, "sns")
        application = platform_application(sns, "ours")
        phone = sns.create_platform_endpoint(PlatformApplicationArn=application, Token="a phone")["EndpointArn"]
        sns.publish(TargetArn=phone, MessageStructure="json", Message='{"default": "ring"}')
        with pytest.raises(ClientError):
            sns.publish(TargetArn=f"{phone}-gone", Message="ring")

        (push,) = map(json.loads, emulator.push_log.read_text().splitlines())
        assert {name: push[name] for name in ("endpoint", "token", "message")} == {
            "endpoint": phone,
            "token": "a phone",
            "message": '{"default": "ring"}',
        }


def test_a_grant_for_one_application_its_phones_one_queue_and_one_sender_holds_for_these_alone(tmp_path: Path) -> None:
    with Emulator(tmp_path, free_ports(1)[0], enforce_grants=True) as emulator:
        ours, theirs = (platform_application(client(emulator, "sns"), name) for name in ("ours", "theirs"))
        for domain in ("ours.example", "theirs.example"):
            client(emulator, "sesv2").create_email_identity(EmailIdentity=domain)
        allowed = {
            "sns:CreatePlatformEndpoint": ours,
            "sns:DeleteEndpoint": ours.replace(":app/", ":endpoint/") + "/*",
            "sqs:SendMessage": f"arn:aws:sqs:{REGION}:{ACCOUNT}:ours",
            "ses:SendEmail": f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/ours.example",
        }
        queue = client(emulator, "sqs").create_queue(QueueName="ours")["QueueUrl"]
        user = user_with(emulator, allowed)
        sns, ses, sqs = (client(emulator, service, user) for service in ("sns", "sesv2", "sqs"))

        phone = sns.create_platform_endpoint(PlatformApplicationArn=ours, Token="a phone")["EndpointArn"]
        sns.delete_endpoint(EndpointArn=phone)
        send_mail(ses, "Alerts <alerts@ours.example>")
        sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "one of several"}])
        for refused in (
            lambda: sns.create_platform_endpoint(PlatformApplicationArn=theirs, Token="a phone"),
            lambda: sns.delete_endpoint(EndpointArn=phone.replace("/ours/", "/theirs/")),
            lambda: sns.publish(TargetArn=phone, Message="ring"),
            lambda: send_mail(ses, "alerts@theirs.example"),
            lambda: sqs.receive_message(QueueUrl=queue),
        ):
            with pytest.raises(ClientError, match=r"not authorized|denied"):
                refused()


ANSWERS = """
def handler(event, context):
    return "asked"
"""


def test_a_grant_for_one_class_of_objects_one_function_and_one_secret_holds_for_these_alone(tmp_path: Path) -> None:
    with Emulator(tmp_path, free_ports(1)[0], enforce_grants=True) as emulator:
        place = {"LocationConstraint": REGION}
        client(emulator, "s3").create_bucket(Bucket="media", CreateBucketConfiguration=place)
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        role = client(emulator, "iam").create_role(RoleName="any", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
        for name in ("ours", "theirs"):
            client(emulator, "secretsmanager").create_secret(Name=f"of/{name}", SecretString="{}")
            client(emulator, "lambda").create_function(
                FunctionName=name,
                Runtime="python3.13",
                Role=role,
                Handler="it.handler",
                Code={"ZipFile": zipped("it.py", ANSWERS)},
            )
        allowed = {
            "s3:PutObject": "arn:aws:s3:::media/voice/*",
            "s3:GetObject": "arn:aws:s3:::media/voice/*",
            "s3:ListBucket": "arn:aws:s3:::media",
            "lambda:InvokeFunction": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:ours",
            "secretsmanager:GetSecretValue": f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:of/ours-??????",
        }
        user = user_with(emulator, allowed)
        s3, functions, secrets = (client(emulator, service, user) for service in ("s3", "lambda", "secretsmanager"))

        s3.put_object(Bucket="media", Key="voice/one", Body=b"sealed")
        assert s3.get_object(Bucket="media", Key="voice/one")["Body"].read() == b"sealed"
        with pytest.raises(s3.exceptions.NoSuchKey):
            s3.get_object(Bucket="media", Key="voice/gone")
        assert json.load(functions.invoke(FunctionName="ours")["Payload"]) == "asked"
        secrets.get_secret_value(SecretId="of/ours")
        refused: tuple[Callable[[], object], ...] = (
            lambda: s3.put_object(Bucket="media", Key="photo/one", Body=b"sealed"),
            lambda: s3.get_object(Bucket="media", Key="photo/one"),
            lambda: s3.delete_object(Bucket="media", Key="voice/one"),
            lambda: functions.invoke(FunctionName="theirs"),
            lambda: secrets.get_secret_value(SecretId="of/theirs"),
        )
        for each in refused:
            with pytest.raises(ClientError, match=r"not authorized|[Dd]enied"):
                each()


def platform_application(sns: Any, name: str) -> str:
    made = sns.create_platform_application(Name=name, Platform="GCM", Attributes={"PlatformCredential": "none"})
    return str(made["PlatformApplicationArn"])


def send_mail(ses: Any, sender: str) -> None:
    text = {"Data": "text"}
    ses.send_email(
        FromEmailAddress=sender,
        Destination={"ToAddresses": ["guardian@demo.example"]},
        Content={"Simple": {"Subject": text, "Body": {"Text": text}}},
    )


def user_with(emulator: Emulator, allowed: Mapping[str, str]) -> tuple[str, str]:
    """Return access key and secret of a user who may do these actions on these resources."""
    iam = client(emulator, "iam")
    iam.create_user(UserName="limited")
    statements = [{"Effect": "Allow", "Action": action, "Resource": arn} for action, arn in allowed.items()]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="limited", PolicyName="all", PolicyDocument=policy)
    key = iam.create_access_key(UserName="limited")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


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


def make_function(emulator: Emulator, name: str, source: str, code: str) -> None:
    """Make a function that is called with what comes from a source, named by its ARN without `arn:aws:`."""
    functions = client(emulator, "lambda")
    functions.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=f"arn:aws:iam::{ACCOUNT}:role/any",
        Handler="it.handler",
        Code={"ZipFile": zipped("it.py", code)},
        Timeout=PATIENCE_S,
    )
    more = {"StartingPosition": "TRIM_HORIZON"} if source.startswith("kinesis") else {}
    functions.create_event_source_mapping(
        EventSourceArn=f"arn:aws:{source}",
        FunctionName=name,
        FunctionResponseTypes=["ReportBatchItemFailures"],
        **more,
    )


def message_in(emulator: Emulator, queue_url: str) -> str | None:
    """Return the first message of a queue once there is one."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        for message in (
            client(emulator, "sqs").receive_message(QueueUrl=queue_url, WaitTimeSeconds=1).get("Messages", [])
        ):
            return str(message["Body"])
    return None


def zipped(name: str, text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(name, text)
    return content.getvalue()
