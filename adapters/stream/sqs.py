"""The alert queue on SQS."""

import asyncio
import base64
import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

_LOG = logging.getLogger(__name__)


class SqsAlertQueue:
    """Sends packed records of alarm frames (adapters.stream.frames) as base64 text.

    client: a botocore SQS client that makes one attempt: the caller tries again itself.
    """

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="sqs")

    async def send(self, record: bytes) -> bool:
        """Send a record; return whether it is durable. A refusal is logged."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._send, record)

    def _send(self, record: bytes) -> bool:
        try:
            self._client.send_message(QueueUrl=self._queue_url, MessageBody=base64.b64encode(record).decode())
        except ClientError as error:
            _LOG.warning("the alert queue refused a record: %s", error.response["Error"]["Code"])
            return False
        except BotoCoreError as error:
            _LOG.warning("the alert queue was not reached: %s", type(error).__name__)
            return False
        return True
