"""Texts and voices between guardians and a child."""

from datetime import datetime, timedelta

from pydantic import Field

from core.messages import model as messages
from core.messages.correspondence import expires_at
from lambdas.api.schemas.shape import CURSOR, Schema

_LONGEST_SENT_TEXT = 100  # characters: with spaces around it that are cut off, yet of few bytes
_SECOND = timedelta(seconds=1)


class Text(Schema):
    """A text for the watch."""

    text: str = Field(
        min_length=1,
        max_length=_LONGEST_SENT_TEXT,
        repr=False,
        description=f"At most {messages.LONGEST_TEXT} characters in UTF-16, on one line: what the watch's screen shows",
    )


class Message(Schema):
    """A text or a voice. It is over, wherever it is, at `expires_at`."""

    id: str = Field(description="Opaque")
    direction: messages.Direction
    kind: messages.MessageKind
    created_at: datetime
    expires_at: datetime
    author: str | None = Field(description="Id of the guardian's account; null: the child")
    text: str | None = Field(repr=False, description="null: a voice")
    duration_s: float | None = Field(description="Of a voice; it is heard at `.../audio`")
    delivery: messages.Delivery | None = Field(description="How far it came to the watch; null: it came from there")

    @classmethod
    def of(cls, message: messages.Message, delivery: messages.Delivery | None) -> "Message":
        """Return the message as the API shows it."""
        return cls(
            id=message.message_id,
            direction=message.direction,
            kind=message.kind,
            created_at=message.created_at,
            expires_at=expires_at(message),
            author=message.author,
            text=message.text,
            duration_s=None if message.duration is None else message.duration / _SECOND,
            delivery=delivery,
        )


class MessagePage(Schema):
    """Messages, oldest first."""

    items: list[Message]
    next: str | None = Field(description=CURSOR)
