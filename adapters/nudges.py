"""Nudges on SQS: one queue for each task of the bridge that may run at once."""

import logging
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

WAIT_S = 3  # below READ_SECONDS of a client, so that a quiet queue is no failure
MOST_AT_ONCE = 10  # as SQS allows

_LOG = logging.getLogger(__name__)


class SqsNudges:
    """Nudges by number of the queue. client: a botocore SQS client."""

    def __init__(self, client: Any, urls: Sequence[str]) -> None:
        self._client = client
        self._urls = urls

    def nudge(self, queue: int, addressee: str) -> None:
        """Send it; what cannot be sent is logged, and the watch gets what waits when it next connects."""
        if not 0 <= queue < len(self._urls):
            return
        try:
            self._client.send_message(QueueUrl=self._urls[queue], MessageBody=addressee)
        except (ClientError, BotoCoreError) as error:
            _LOG.warning("a nudge was not sent: %s", type(error).__name__)


class SqsNudgeQueues:
    """NudgeQueues. client: a botocore SQS client."""

    def __init__(self, client: Any, urls: Sequence[str]) -> None:
        self._client = client
        self._urls = urls

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._urls)

    def receive(self, queue: int) -> Sequence[str]:
        """Wait for nudges; return whom they name, once. Raise what botocore raises."""
        url = self._urls[queue]
        received = self._client.receive_message(QueueUrl=url, MaxNumberOfMessages=MOST_AT_ONCE, WaitTimeSeconds=WAIT_S)
        messages = received.get("Messages", [])
        if messages:
            gone = [{"Id": str(number), "ReceiptHandle": each["ReceiptHandle"]} for number, each in enumerate(messages)]
            self._client.delete_message_batch(QueueUrl=url, Entries=gone)
        return [each["Body"] for each in messages]
