"""The frame stream on Kinesis."""

import asyncio
import logging
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

_LOG = logging.getLogger(__name__)

_CALLS_AT_ONCE = 4  # the batch of a tick, and alarms that do not wait for it
_HASH_KEYS = 1 << 128  # the range that Kinesis divides among a stream's shards


class KinesisFrameStream:
    """Puts records: a lane is a partition, and the lanes divide the stream's shards evenly.

    client: a botocore Kinesis client that makes one attempt: the caller keeps each lane's order and tries again itself.
    """

    def __init__(self, client: Any, stream: str, *, lanes: int) -> None:
        self._client = client
        self._stream = stream
        self._hash_keys = [str(lane * _HASH_KEYS // lanes) for lane in range(lanes)]
        self._threads = ThreadPoolExecutor(_CALLS_AT_ONCE, thread_name_prefix="kinesis")

    async def put(self, records: Mapping[int, bytes | bytearray]) -> frozenset[int]:
        """Put one record for each lane; return the lanes whose record is durable. A refusal is logged."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._put, records)

    def _put(self, records: Mapping[int, bytes | bytearray]) -> frozenset[int]:
        entries = [
            {"Data": record, "PartitionKey": str(lane), "ExplicitHashKey": self._hash_keys[lane]}
            for lane, record in records.items()
        ]
        try:
            results = self._client.put_records(StreamName=self._stream, Records=entries)["Records"]
        except ClientError as error:
            _LOG.warning("the stream refused %d records: %s", len(entries), error.response["Error"]["Code"])
            return frozenset()
        except BotoCoreError as error:
            _LOG.warning("the stream was not reached with %d records: %s", len(entries), type(error).__name__)
            return frozenset()
        codes = [result.get("ErrorCode") for result in results]
        if refused := [code for code in codes if code]:
            _LOG.warning("the stream refused %d of %d records: %s", len(refused), len(entries), refused[0])
        return frozenset(lane for lane, code in zip(records, codes, strict=True) if not code)
