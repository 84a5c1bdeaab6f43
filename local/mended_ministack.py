"""`python -m local.mended_ministack`: MiniStack 1.5.33 with its stream mappings mended.

Only this file touches its private parts. As it comes, a mapping remembers an index into a shard's records, and each put
drops the records that are older than a day: a day after the first, the indexes point behind the end and nothing is
delivered any more. And a batch that failed in part counts as done.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.app import main
from ministack.services import kinesis, lambda_svc


def mend_stream_mappings() -> None:
    """Let the poller drop old records itself, and all of a batch come again that failed in part: ingest can bear it."""
    poll = lambda_svc._poll_kinesis

    def poll_and_drop_old() -> bool:
        was_something: bool = poll()
        drop_old_records(time.time())
        return was_something

    kinesis._expire_records = lambda _stream: None
    lambda_svc._poll_kinesis = poll_and_drop_old
    lambda_svc._execute_function = failing_as_a_whole(lambda_svc._execute_function)


def drop_old_records(now: float) -> None:
    """Drop what is past its stream's retention and move the mappings' indexes along."""
    for stream in list(kinesis._streams._data.values()):
        oldest = now - stream["RetentionPeriodHours"] * 3600
        for shard_id, shard in stream["shards"].items():
            records = shard["records"]
            dropped = sum(record["ApproximateArrivalTimestamp"] < oldest for record in list(records))
            for positions in _positions_in(stream):
                if shard_id in positions:
                    positions[shard_id] = max(0, positions[shard_id] - dropped)
            del records[:dropped]


def _positions_in(stream: Mapping[str, Any]) -> list[dict[str, int]]:
    """Return each mapping's index by shard."""
    return [
        positions
        for scope, positions in list(lambda_svc._kinesis_positions._data.items())
        if lambda_svc._esms._data.get(scope, {}).get("EventSourceArn") == stream["StreamARN"]
    ]


def failing_as_a_whole(execute: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return `execute` with an answer that names failed items turned into a failure."""

    def execute_whole(function: Any, event: Any) -> Any:
        result = execute(function, event)
        body = result.get("body")
        return {**result, "error": True} if isinstance(body, dict) and body.get("batchItemFailures") else result

    return execute_whole


if __name__ == "__main__":
    mend_stream_mappings()
    main()
