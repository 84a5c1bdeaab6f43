"""Nudges on SQS."""

import logging
from collections.abc import Iterator

import pytest

from adapters.aws import READ_SECONDS, client
from adapters.nudges import WAIT_S, SqsNudgeQueues, SqsNudges
from adapters.settings import Settings
from tests.storage import storage


@pytest.fixture
def settings() -> Iterator[Settings]:
    with storage() as settings:
        yield settings


def test_a_nudge_reaches_whoever_reads_its_queue_once(settings: Settings) -> None:
    sqs = client("sqs", settings)
    urls = [sqs.create_queue(QueueName=f"nudges-{number}")["QueueUrl"] for number in range(2)]
    nudges, queues = SqsNudges(sqs, urls), SqsNudgeQueues(sqs, urls)
    assert queues.count == len(urls)
    for addressee in ("one", "another"):
        nudges.nudge(1, addressee)
    assert sorted(queues.receive(1)) == ["another", "one"]
    assert list(queues.receive(1)) == []
    assert list(queues.receive(0)) == []


def test_a_quiet_queue_is_no_failure() -> None:
    assert WAIT_S < READ_SECONDS


def test_a_nudge_that_cannot_be_sent_disturbs_nobody_and_names_nobody(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    nudges = SqsNudges(client("sqs", settings), [f"https://sqs.{settings.region}.amazonaws.com/000000000000/none"])
    with caplog.at_level(logging.WARNING):
        nudges.nudge(0, "somebody")
    nudges.nudge(7, "somebody")
    assert "a nudge was not sent" in caplog.text
    assert "somebody" not in caplog.text
