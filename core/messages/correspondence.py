"""What guardians write and say to a child: each goes to the watch as a command that holds nothing but the message's id.

A message, its voice and its command are over at the same instant.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.commands.model import Command, CommandKind, CommandState
from core.commands.orders import Order, Orders
from core.commands.ports import Commands
from core.kernel.clock import Clock, at_ms, ms_of
from core.kernel.errors import IdempotencyKeyReused, Refused
from core.kernel.ids import DIGEST_BYTES, AccountId, CommandId, MediaId, MessageId, WatchId, dated_id, new_id
from core.messages.amr import checked_voice
from core.messages.model import (
    LONGEST_TEXT,
    LONGEST_VOICE,
    Delivery,
    Direction,
    InvalidText,
    Message,
    MessageKind,
    MessageNotFound,
)
from core.messages.ports import Converter, MediaStore, Messages
from core.retention.policy import POLICY
from core.vault.ports import Lookup

MESSAGE_ID = "message_id"
"""The only argument of a command of kind text or voice."""
_KINDS = {MessageKind.TEXT: CommandKind.TEXT, MessageKind.VOICE: CommandKind.VOICE}
_DELIVERIES = {
    CommandState.QUEUED: Delivery.QUEUED,
    CommandState.SENT: Delivery.SENT,
    CommandState.ACKNOWLEDGED: Delivery.DELIVERED,
    CommandState.FAILED: Delivery.NOT_DELIVERED,
    CommandState.EXPIRED: Delivery.NOT_DELIVERED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who writes to which watch. key: the idempotency key of this message."""

    account_id: AccountId
    watch_id: WatchId
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Correspondence:
    """Sends, shows and removes messages."""

    messages: Messages
    media: MediaStore
    converter: Converter
    commands: Commands
    orders: Orders
    lookup: Lookup
    clock: Clock

    def send_text(self, sender: Sender, text: str) -> Message:
        """Send a text, under the same key once; raise InvalidText, or as Orders.take."""
        text = checked_text(text)
        self._admit(sender, MessageKind.TEXT)
        return self._send(sender, self._draft(sender, MessageKind.TEXT, text.encode(), text=text))

    def send_voice(self, sender: Sender, recorded: bytes) -> Message:
        """Send what a phone recorded, under the same key once; raise InvalidMedia, or as Orders.take."""
        self._admit(sender, MessageKind.VOICE)  # first: converting is what costs
        voice, duration = checked_voice(self.converter.to_amr(recorded), LONGEST_VOICE)
        media_id = MediaId(new_id())
        draft = self._draft(sender, MessageKind.VOICE, recorded, media_id=media_id, duration=duration)
        self.media.put("voice", sender.watch_id, media_id, voice, draft.created_at)
        return self._send(sender, draft)

    def audio_of(self, message: Message) -> bytes:
        """Return a voice as m4a; raise MessageNotFound where there is none."""
        voice = None
        if message.media_id is not None:
            now = self.clock.now()
            voice = self.media.get("voice", message.watch_id, message.media_id, message.created_at, now)
        if voice is None:
            raise MessageNotFound("there is nothing to hear")
        return self.converter.to_m4a(voice)

    def deliveries_of(self, watch_id: WatchId, messages: Sequence[Message]) -> Mapping[MessageId, Delivery]:
        """Return how far each message to the watch came. One whose command is gone never comes there."""
        sent = {each.message_id: each.command_id for each in messages if each.command_id is not None}
        commands = self.commands.named(watch_id, list(sent.values()), self.clock.now())
        return {
            message_id: delivery_of(commands[command_id]) if command_id in commands else Delivery.NOT_DELIVERED
            for message_id, command_id in sent.items()
        }

    def remove(self, message: Message) -> None:
        """Remove a message with its voice; the watch does not get it any more."""
        self.messages.remove(message.watch_id, message.message_id)
        if message.media_id is not None:
            self.media.remove("voice", message.watch_id, message.media_id)

    def _admit(self, sender: Sender, kind: MessageKind) -> None:
        self.orders.admit(sender.watch_id, _KINDS[kind], self.clock.now())

    def _draft(
        self,
        sender: Sender,
        kind: MessageKind,
        asked: bytes,
        *,
        text: str | None = None,
        media_id: MediaId | None = None,
        duration: timedelta | None = None,
    ) -> Message:
        created_at = at_ms(ms_of(self.clock.now()))
        content = hashlib.sha256(asked).hexdigest()
        return Message(
            message_id=MessageId(dated_id(created_at, secrets.token_bytes(DIGEST_BYTES))),
            watch_id=sender.watch_id,
            direction=Direction.TO_WATCH,
            kind=kind,
            created_at=created_at,
            author=sender.account_id,
            text=text,
            media_id=media_id,
            duration=duration,
            command_id=CommandId(dated_id(created_at, secrets.token_bytes(DIGEST_BYTES))),
            request=self.lookup.of("message request", f"{kind} {content}"),
        )

    def _send(self, sender: Sender, draft: Message) -> Message:
        """Store the message, then its command: the bridge never meets a command whose message is still to come."""
        self.messages.add(draft)
        try:
            command = self.orders.place(order_of(draft), draft.created_at, sender.key)
        except Refused:  # nothing was ordered
            self.remove(draft)
            raise
        if command.command_id == draft.command_id:
            return draft
        self.remove(draft)
        earlier = self._sent_by(command)
        if earlier is None or earlier.request != draft.request:
            raise IdempotencyKeyReused("the key came with another message, or that is gone")
        return earlier

    def _sent_by(self, command: Command) -> Message | None:
        message_id = MessageId(command.arguments[MESSAGE_ID])
        return self.messages.get(command.watch_id, message_id, self.clock.now())


def delivery_of(command: Command) -> Delivery:
    """Return how far the message came that a command brings."""
    return _DELIVERIES[command.state]


def order_of(message: Message) -> Order:
    """Return the order that brings a message to the watch.

    What its key is compared by stands in the message, so that nothing of the content outlives it.
    """
    return Order(
        watch_id=message.watch_id,
        kind=_KINDS[message.kind],
        ordered_by=message.author,
        arguments={MESSAGE_ID: message.message_id},
        expires_at=expires_at(message),
        command_id=message.command_id,
        request="",
    )


def expires_at(message: Message) -> datetime:
    """Return when a message is over, with all that belongs to it."""
    over_at = POLICY["message"].expires_at(message.created_at)
    assert over_at is not None, "no message stays (P-29)"
    return over_at


def checked_text(text: str) -> str:
    """Return the trimmed text when the watch's screen can show it; raise InvalidText."""
    shown = text.strip()
    if not shown.isprintable() or not 1 <= len(shown.encode("utf-16-be")) // 2 <= LONGEST_TEXT:
        raise InvalidText(f"a text has 1 to {LONGEST_TEXT} printable characters, an emoji counting as two or more")
    return shown
