"""Messages, sealed under their binding's and their hour's keys."""

from datetime import datetime, timedelta

from adapters.dynamo.moments import Moment, MomentRecord, SealedMoments, moment_key, sealed_moments_of
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, CommandId, MediaId, MessageId, WatchId, dated_id, parts_of
from core.kernel.page import Page
from core.messages.model import Direction, Message, MessageKind
from core.vault.ports import Sealer

_MS = timedelta(milliseconds=1)


class MessageRecord(MomentRecord):
    """One message; its id stands in the key as instant and digest, what it says in the payload."""

    table = TABLES["messages"]
    attribute_classes = sealed_moments_of("message")


class DynamoMessages:
    """Messages in their table, in the order of the instants in their ids."""

    def __init__(self, sealer: Sealer, clock: Clock) -> None:
        self._moments = SealedMoments(MessageRecord, sealer, clock, _message)

    def add(self, message: Message) -> bool:
        """Store it sealed unless one of this id is there."""
        return self._moments.add(message.watch_id, _moment_of(message))

    def get(self, watch_id: WatchId, message_id: MessageId, now: datetime) -> Message | None:
        """Return a message of this watch that is not over; raise InvalidId for what has not the form of its id."""
        created_at, digest = parts_of(message_id)
        return self._moments.get(watch_id, created_at, digest.hex(), now)

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Message]:
        """Return messages with start <= created_at < end, oldest first."""
        return self._moments.page(watch_id, start, end, now=now, limit=limit, after=after)

    def remove(self, watch_id: WatchId, message_id: MessageId) -> bool:
        """Remove it; tell whether it was there."""
        created_at, digest = parts_of(message_id)
        return MessageRecord(watch_id, moment_key(created_at, digest.hex())).remove()


def _moment_of(message: Message) -> Moment:
    content = {
        "direction": message.direction,
        "kind": message.kind,
        "author": message.author,
        "text": message.text,
        "media_id": message.media_id,
        "duration_ms": message.duration and message.duration // _MS,
        "command_id": message.command_id,
        "request": message.request,
    }
    created_at, digest = parts_of(message.message_id)
    return Moment(created_at, digest.hex(), content)


def _message(watch_id: WatchId, moment: Moment) -> Message:
    content = moment.content
    return Message(
        message_id=MessageId(dated_id(moment.at, bytes.fromhex(moment.fingerprint))),
        watch_id=watch_id,
        direction=Direction(content["direction"]),
        kind=MessageKind(content["kind"]),
        created_at=moment.at,
        author=content["author"] and AccountId(content["author"]),
        text=content["text"],
        media_id=content["media_id"] and MediaId(content["media_id"]),
        duration=content["duration_ms"] and content["duration_ms"] * _MS,
        command_id=content["command_id"] and CommandId(content["command_id"]),
        request=content["request"],
    )
