"""What messages need of the world. Every read filters on expiry."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.kernel.ids import MediaId, MessageId, WatchId
from core.kernel.page import Page
from core.messages.model import Message, VoicePart


class Messages(Protocol):
    """The messages of all watches, sealed under binding and hour."""

    def add(self, message: Message) -> bool:
        """Store it; return False when it was there already. Raise EpochOver or Unreadable as Sealer does."""
        ...

    def get(self, watch_id: WatchId, message_id: MessageId, now: datetime) -> Message | None:
        """Return a message of this watch that is not over; raise InvalidId for what cannot be an id."""
        ...

    def between(
        self, watch_id: WatchId, start: datetime, end: datetime, *, now: datetime, limit: int, after: str | None
    ) -> Page[Message]:
        """Return messages with start <= created_at < end, oldest first; `after` is a page's `next`."""
        ...

    def remove(self, watch_id: WatchId, message_id: MessageId) -> bool:
        """Remove it; tell whether it was there."""
        ...


class VoiceParts(Protocol):
    """Voices that have not come whole yet, sealed under their binding, for a quarter of an hour."""

    def put(self, watch_id: WatchId, part: VoicePart, now: datetime) -> None:
        """Keep it in the place of an earlier one of its number. Raise Unreadable as Sealer does."""
        ...

    def of_upload(self, watch_id: WatchId, upload: str, now: datetime) -> Sequence[VoicePart]:
        """Return what there is of an upload and is not over, by number, read consistently."""
        ...

    def remove(self, watch_id: WatchId, upload: str) -> None:
        """Remove all of an upload."""
        ...


class MediaStore(Protocol):
    """Voices and photos: sealed before they leave the process, under random names."""

    def put(self, data_class: str, watch_id: WatchId, media_id: MediaId, content: bytes, created_at: datetime) -> None:
        """Store it. data_class: voice or photo. created_at: of the message, which is over at the same instant.

        Raise EpochOver or Unreadable as Sealer does.
        """
        ...

    def get(
        self, data_class: str, watch_id: WatchId, media_id: MediaId, created_at: datetime, now: datetime
    ) -> bytes | None:
        """Return it; None when it is gone, over, or of another watch."""
        ...

    def remove(self, data_class: str, watch_id: WatchId, media_id: MediaId) -> None:
        """Remove it; it is no error when it is gone."""
        ...


class Converter(Protocol):
    """Turns what people and watches send into the one form that we keep, in a function that can touch nothing else."""

    def to_amr(self, recorded: bytes) -> bytes:
        """Return a voice (m4a or Ogg Opus, by its content) as AMR-NB, at most LONGEST_VOICE; raise InvalidMedia."""
        ...

    def to_m4a(self, amr: bytes) -> bytes:
        """Return a watch's voice as m4a; raise InvalidMedia."""
        ...

    def photo(self, picture: bytes) -> bytes:
        """Return a picture (JPEG or PNG, by its content) as a new JPEG of bounded size without any metadata.

        Raise InvalidMedia.
        """
        ...
