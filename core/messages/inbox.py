"""What watches say to their guardians, from a recording to a message that they are told of."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.accounts.notices import Announcement, Announcer, NoticeKind
from core.kernel.clock import Clock
from core.kernel.ids import DIGEST_BYTES, MediaId, MessageId, WatchId, dated_id, new_id, parts_of
from core.messages.amr import checked_voice
from core.messages.model import (
    LARGEST_PART_BYTES,
    LONGEST_HEARD,
    MOST_PARTS,
    Direction,
    InvalidMedia,
    Message,
    MessageKind,
    VoicePart,
)
from core.messages.ports import MediaStore, Messages, VoiceParts
from core.tracking.model import Heard, Recording
from core.vault.ports import Lookup
from core.watches.model import Role
from core.watches.ports import Memberships

REPEATED_WITHIN = timedelta(minutes=10)
"""A watch that gets no answer sends the same voice again for less; nobody says the same bytes twice."""
_A_FEW = 100  # voices of a watch within that time: more than one can say
_TOLD = frozenset({Role.OWNER, Role.GUARDIAN})
_MS = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceInbox:
    """Inbox of tracking: stores each voice once, under random names, and has guardians told."""

    messages: Messages
    media: MediaStore
    parts: VoiceParts
    memberships: Memberships
    announcer: Announcer
    lookup: Lookup
    clock: Clock

    def received(self, watch_id: WatchId, recording: Recording, received_at: datetime) -> Heard:
        """Return when it is durable and guardians are being told; raise EpochOver or Unreadable."""
        if recording.name is None:
            return self._take(watch_id, recording.content, received_at)
        return self._take_part(watch_id, recording, recording.name, received_at)

    def _take_part(self, watch_id: WatchId, recording: Recording, name: str, received_at: datetime) -> Heard:
        """Keep a part; with the last one, take the whole."""
        if not is_possible(recording):
            return Heard.REFUSED
        now = self.clock.now()
        part = VoicePart(
            upload=self.lookup.of("voice upload", f"{watch_id} {name}"),
            number=recording.number,
            total=recording.total,
            received_at=received_at,
            content=recording.content,
        )
        self.parts.put(watch_id, part, now)
        if part.number < part.total:
            return Heard.PART
        whole = joined(self.parts.of_upload(watch_id, part.upload, now), part)
        heard = self._take(watch_id, whole, received_at)
        self.parts.remove(watch_id, part.upload)  # after an outage they are still there
        return heard

    def _take(self, watch_id: WatchId, audio: bytes, received_at: datetime) -> Heard:
        """Store a whole voice unless it is known; tell of it in any case but that of another receipt."""
        try:
            voice, duration = checked_voice(audio, LONGEST_HEARD)
        except InvalidMedia:
            return Heard.REFUSED
        content = hashlib.sha256(voice).hexdigest()
        digest = bytes.fromhex(self.lookup.of("voice", f"{watch_id} {content}"))[:DIGEST_BYTES]
        earlier = self._received_before(watch_id, digest, received_at)
        message_id = MessageId(dated_id(received_at, digest))
        if earlier is None:
            media_id = MediaId(new_id())
            self.media.put("voice", watch_id, media_id, voice, received_at)
            message = Message(
                message_id=message_id,
                watch_id=watch_id,
                direction=Direction.FROM_WATCH,
                kind=MessageKind.VOICE,
                created_at=received_at,
                media_id=media_id,
                duration=duration,
            )
            self.messages.add(message)
        if earlier in (None, message_id):  # told again after an outage that came between
            self._tell(watch_id, message_id, received_at)
        return Heard.VOICE if earlier is None else Heard.KNOWN

    def _received_before(self, watch_id: WatchId, digest: bytes, received_at: datetime) -> MessageId | None:
        page = self.messages.between(
            watch_id,
            received_at - REPEATED_WITHIN,
            received_at + _MS,
            now=self.clock.now(),
            limit=_A_FEW,
            after=None,
        )
        same = (each.message_id for each in page.items if parts_of(each.message_id)[1] == digest)
        return next(same, None)

    def _tell(self, watch_id: WatchId, message_id: MessageId, at: datetime) -> None:
        guardians = tuple(each.account_id for each in self.memberships.of_watch(watch_id) if each.role in _TOLD)
        self.announcer.announce(
            Announcement(
                kind=NoticeKind.MESSAGE_RECEIVED, to=guardians, at=at, watch_id=watch_id, message_id=message_id
            )
        )


def is_possible(part: Recording) -> bool:
    """Tell whether a part may belong to a voice that we take: not one of too many, and none too large."""
    return 1 <= part.number <= part.total <= MOST_PARTS and len(part.content) <= LARGEST_PART_BYTES


def joined(parts: Sequence[VoicePart], last: VoicePart) -> bytes:
    """Return the whole of which the last part has come; nothing where any other is missing.

    Of an earlier attempt under the same name, cut off, nothing counts: its parts came before the present first one.
    """
    began_at = parts[0].received_at if parts else last.received_at
    present = [each for each in parts if each.total == last.total and each.received_at >= began_at]
    if [each.number for each in present] != [*range(1, last.total + 1)]:
        return b""
    return b"".join(each.content for each in present)
