"""`python -m local.mended_ministack`: MiniStack 1.5.33, mended where the platform could not be shown on it.

Only this file touches its private parts. As it comes, a stream mapping remembers an index into a shard's records, and
each put drops the records that are older than a day: a day after the first, the indexes point behind the end and
nothing is delivered any more. A batch that failed in part counts as done. One thread waits for each call of a stream's
function, and no queue is looked at meanwhile. What is pushed to a phone leaves no trace. A grant for one phone, one
platform application or one sender allows nothing, as it takes their calls for calls without a resource. And it asks for
a grant of its own for sending several messages at once.
"""

import json
import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ministack.app import main
from ministack.core import iam_actions
from ministack.services import kinesis, lambda_svc, sns

PUSH_LOG = "PUSH_LOG"
"""Name of the environment variable that names the file to which each push to a phone adds a line of JSON."""
_LOG = logging.getLogger(__name__)


def mend_stream_mappings() -> None:
    """Let the poller drop old records itself, and all of a batch come again that failed in part: ingest can bear it."""
    poll = lambda_svc._poll_kinesis

    def poll_and_drop_old() -> bool:
        was_something: bool = poll()
        drop_old_records(time.time())
        return was_something

    kinesis._expire_records = lambda _stream: None
    lambda_svc._poll_kinesis = aside(poll_and_drop_old)
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


def aside(poll: Callable[[], bool]) -> Callable[[], bool]:
    """Return what lets a thread of its own poll until there is nothing more, without waiting for it."""
    asked = threading.Event()

    def poll_when_asked() -> None:
        while asked.wait():
            asked.clear()
            try:
                while poll():
                    pass
            except Exception as failure:  # noqa: BLE001 - as the emulator's own loop does: the thread has to live on
                _LOG.error("a stream could not be polled: %r", failure)

    def ask() -> bool:
        asked.set()
        return False

    threading.Thread(target=poll_when_asked, daemon=True).start()
    return ask


def record_pushes(log: Path) -> None:
    """Add a line to the log for each push that was accepted: its time, the phone's endpoint and token, the message."""
    publish = sns._publish

    def publish_and_record(parameters: Any) -> Any:
        answer = publish(parameters)
        endpoint = sns._platform_endpoints.get(sns._p(parameters, "TargetArn"))
        if endpoint and answer[0] == 200:  # noqa: PLR2004 - OK
            push = {
                "at": datetime.now(UTC).isoformat(),
                "endpoint": endpoint["arn"],
                "token": endpoint["attributes"]["Token"],
                "message": sns._p(parameters, "Message"),
            }
            with log.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(push) + "\n")
        return answer

    sns._publish = publish_and_record


def mend_grants() -> None:
    """Let grants hold for a phone, a platform application, a sender and several messages, as on AWS."""
    extract, action_of = iam_actions.extract_resource_arn, iam_actions.extract_iam_action

    def extract_also(service: str, method: str, path: str, headers: Any, body: bytes, query: Any, *scope: str) -> str:
        found: str = extract(service, method, path, headers, body, query, *scope)
        if service == "sns" and (application := sns._p(query, "PlatformApplicationArn")):
            return str(application)
        if service == "sns" and (phone := sns._p(query, "EndpointArn") or sns._p(query, "TargetArn")):
            return str(phone).replace(":app/", ":endpoint/", 1)
        if service == "ses" and path == "/v2/email/outbound-emails":
            domain = json.loads(body)["FromEmailAddress"].rpartition("@")[2].rstrip(">")
            return ":".join(("arn:aws:ses", *scope, f"identity/{domain}"))
        return found

    def action_as_on_aws(*call: Any) -> Any:
        action = action_of(*call)
        return "sqs:SendMessage" if action == "sqs:SendMessageBatch" else action

    iam_actions.extract_resource_arn = extract_also
    iam_actions.extract_iam_action = action_as_on_aws


if __name__ == "__main__":
    mend_stream_mappings()
    mend_grants()
    record_pushes(Path(os.environ[PUSH_LOG]))
    main()
