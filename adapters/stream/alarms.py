"""Alarms on the alert queue: JSON of ids, kind and times. No place, no name and no device id stands in a message."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from core.kernel.ids import AlertId, WatchId, ZoneId
from core.tracking.alarms import Alarm, AlarmKind

_MOST_AT_ONCE = 10  # SQS takes no more in one call


class NotAnAlarm(ValueError):  # noqa: N818 - an error is named after the fact
    """The text is no message of ours."""


class SqsAlarms:
    """AlarmQueue on SQS. client: a botocore SQS client that tries again by itself."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def raise_all(self, alarms: Sequence[Alarm]) -> None:
        """Return when all are durable; raise what botocore raises when one may not be."""
        once = list({alarm.alert_id: alarm for alarm in alarms}.values())
        for start in range(0, len(once), _MOST_AT_ONCE):
            self._send(once[start : start + _MOST_AT_ONCE])

    def _send(self, alarms: Sequence[Alarm]) -> None:
        entries = [{"Id": str(number), "MessageBody": message_of(alarm)} for number, alarm in enumerate(alarms)]
        answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        for failed in answer.get("Failed", ()):
            raise ClientError({"Error": {"Code": failed["Code"], "Message": "not queued"}}, "SendMessageBatch")


def message_of(alarm: Alarm) -> str:
    """Return the alarm as the text of a message."""
    content = {
        "alert_id": alarm.alert_id,
        "watch_id": alarm.watch_id,
        "kind": alarm.kind,
        "at": alarm.at.isoformat(),
        "received_at": alarm.received_at.isoformat(),
        "zone_id": alarm.zone_id,
        "is_late": alarm.is_late,
        "is_confirmed": alarm.is_confirmed,
    }
    return json.dumps(content, separators=(",", ":"))


def alarm_of(text: str) -> Alarm:
    """Return the alarm of a message; raise NotAnAlarm for any other text."""
    try:
        content = json.loads(text)
        return Alarm(
            alert_id=AlertId(content["alert_id"]),
            watch_id=WatchId(content["watch_id"]),
            kind=AlarmKind(content["kind"]),
            at=datetime.fromisoformat(content["at"]),
            received_at=datetime.fromisoformat(content["received_at"]),
            zone_id=None if content["zone_id"] is None else ZoneId(content["zone_id"]),
            is_late=content["is_late"],
            is_confirmed=content["is_confirmed"],
        )
    except (KeyError, RecursionError, TypeError, ValueError):
        raise NotAnAlarm("not a message of an alarm") from None
