"""Nudges on SQS: one queue for each task of the bridge that may run at once."""

import logging
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

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
