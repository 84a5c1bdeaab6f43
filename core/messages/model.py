"""Messages: 72 hours from their creation, in every state and copy (P-28, P-29)."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from core.kernel.errors import NotFound, Refused
from core.kernel.ids import AccountId, CommandId, MediaId, MessageId, WatchId

LONGEST_TEXT = 30
"""Characters, UTF-16 code units as the watch counts them: what its screen shows."""
LONGEST_VOICE = timedelta(seconds=15)
"""What these watches record and take."""
LONGEST_HEARD = timedelta(minutes=1)
"""Of a voice from a watch: four times what the known ones record."""
LARGEST_VOICE_BYTES = 256 * 1024
"""Of a recording: 15 s at 128 kbit/s, more than any phone's recorder takes for speech."""
LARGEST_PICTURE_BYTES = 3 * 1024 * 1024
"""Of a picture: what a phone's camera makes, and as text of base64 within the 6 MB that a Lambda is called with."""


LARGEST_PART_BYTES = 8 * 1024
"""Of a voice that comes in parts: they were seen of 1 KiB."""
MOST_PARTS = 128
"""A minute at the highest rate is 94 parts of 1 KiB."""


class MessageNotFound(NotFound):
    """The watch has no such message, or it is over."""


class MediaFlaw(StrEnum):
    """Why a voice or a picture is not taken."""

    ANOTHER_KIND = "not of a kind that is taken"
    UNREADABLE = "damaged, or not what it says to be"
    TOO_LARGE = "too large"
    TOO_LONG = "too long"


class InvalidMedia(Refused):
    """It is no voice or picture that we take; the text is the flaw's."""

    def __init__(self, flaw: MediaFlaw) -> None:
        super().__init__(flaw.value)
        self.flaw = flaw


class InvalidText(Refused):
    """No watch can show it; the text names the rule, never the value."""


class Direction(StrEnum):
    """Who wrote it."""

    TO_WATCH = "to_watch"
    FROM_WATCH = "from_watch"


class MessageKind(StrEnum):
    """What it is."""

    TEXT = "text"
    VOICE = "voice"


class Delivery(StrEnum):
    """How far a message came on its way to the watch."""

    QUEUED = "queued"
    SENT = "sent"
    """Written to the watch, which has not answered yet."""
    DELIVERED = "delivered"
    NOT_DELIVERED = "not_delivered"
    """It never will be: refused, unanswered or too late, or who wrote it may not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. A message has one copy, this: the command that brings it to the watch holds its id only.

    message_id: dated by created_at. author: the guardian; None from the watch. media_id, duration: of a voice, stored
    as AMR-NB, the form that the watch speaks. command_id: of the command that brings it to the watch, whose state is
    the message's. request: keyed digest of what was asked: the same idempotency key with another one is refused.
    """

    message_id: MessageId
    watch_id: WatchId
    direction: Direction
    kind: MessageKind
    created_at: datetime
    author: AccountId | None = None
    text: str | None = field(repr=False, default=None)
    media_id: MediaId | None = None
    duration: timedelta | None = None
    command_id: CommandId | None = None
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicePart:
    """One part of a voice. upload: a keyed digest of what the watch calls the whole. number: 1 to total."""

    upload: str
    number: int
    total: int
    received_at: datetime
    content: bytes = field(repr=False)
