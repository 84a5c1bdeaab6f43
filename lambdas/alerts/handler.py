"""Entry point of the alert queue: alarms in, failed messages out.

A message is the JSON of an alarm, or a record of raw frames that the bridge sent here because the stream did not take
it (adapters.stream.frames, as base64 text). Of such frames only the alarms count: they come by the stream as well.
"""

import base64
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from adapters.settings import Settings
from adapters.stream.alarms import NotAnAlarm, alarm_of
from adapters.stream.frames import CorruptRecord, unpack
from core.alerts.rules import RULES
from core.tracking.admission import raise_alarms_of
from core.tracking.alarms import Alarm
from core.tracking.model import ReceivedFrame
from lambdas.alerts.bootstrap import NEEDED, Application, application
from lambdas.observability import emit

TOLD, REROUTED, CORRUPT, FAILED = "told_alarms", "rerouted_records", "corrupt_messages", "failed_messages"

_LOG = logging.getLogger(__name__)

Message = Alarm | Sequence[ReceivedFrame]


class NotOurs(Exception):  # noqa: N818 - an error is named after the fact
    """The text is neither an alarm nor a record of frames."""


class NotTold(Exception):  # noqa: N818 - an error is named after the fact
    """An outage kept a rerouted record's alarms from being told."""


@cache
def _application() -> Application:
    return application(Settings.from_environment(needed=NEEDED))


def handler(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Take the SQS event's messages; answer with those that are to be delivered again."""
    return take(event, _application())


def take(event: Mapping[str, Any], application: Application) -> dict[str, list[dict[str, str]]]:
    """Tell of each message, calls for help first. One that fails stops no other; what is no message is counted."""
    counts: Counter[str] = Counter()
    messages: list[tuple[str, Message]] = []
    for record in event["Records"]:
        try:
            messages.append((record["messageId"], message_of(record["body"])))
        except NotOurs:
            counts[CORRUPT] += 1
    failures = []
    for message_id, message in sorted(messages, key=lambda each: not may_be_urgent(each[1])):
        try:
            counts += _tell(message, application)
        except Exception as failure:  # noqa: BLE001 - the queue delivers it again, and sets aside what fails for ever
            _LOG.warning("an alarm was not told: %s", type(failure).__name__)
            counts[FAILED] += 1
            failures.append({"itemIdentifier": message_id})
    emit("alerts", counts, application.clock.now())
    return {"batchItemFailures": failures}


def message_of(text: str) -> Message:
    """Return what a message holds; raise NotOurs."""
    try:
        return alarm_of(text)
    except NotAnAlarm:
        pass
    try:
        return unpack(base64.b64decode(text, validate=True))
    except (CorruptRecord, ValueError):
        raise NotOurs("not a message of ours") from None


def may_be_urgent(message: Message) -> bool:
    """Tell whether it may not wait for others: an SOS, and frames that may hold one."""
    return not isinstance(message, Alarm) or RULES[message.kind].is_urgent


def _tell(message: Message, application: Application) -> Counter[str]:
    if isinstance(message, Alarm):
        application.alerts.tell(message)
        return Counter([TOLD])
    intake = raise_alarms_of(message, application.admission)
    if intake.unfinished:
        raise NotTold("a rerouted record waits")
    return intake.counts + Counter([REROUTED])
