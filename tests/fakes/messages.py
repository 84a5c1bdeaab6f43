"""Messages and media in memory."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.kernel.clock import Clock
from core.kernel.ids import MediaId, MessageId, WatchId, parts_of
from core.messages.amr import HEADER
from core.messages.model import LARGEST_PICTURE_BYTES, LARGEST_VOICE_BYTES, InvalidMedia, MediaFlaw, Message, VoicePart
from core.retention.policy import POLICY, is_over
from core.vault.model import EpochOver
from lambdas.converter.handler import handler
from tests.fakes.tracking import Timeline
from tests.recordings import amr


class InMemoryMessages(Timeline[Message]):
    def __init__(self, clock: Clock) -> None:
        super().__init__(POLICY["message"], clock)

    def name_of(self, item: Message) -> tuple[datetime, str]:
        created_at, digest = parts_of(item.message_id)
        return created_at, digest.hex()

    def get(self, watch_id: WatchId, message_id: MessageId, now: datetime) -> Message | None:
        parts_of(message_id)  # refuses what is no message's id
        return next((each for each in self.readable(watch_id, now) if each.message_id == message_id), None)

    def remove(self, watch_id: WatchId, message_id: MessageId) -> bool:
        parts_of(message_id)
        held = self.items.get(watch_id, [])
        kept = [each for each in held if each.message_id != message_id]
        self.items[watch_id] = kept
        return len(kept) < len(held)


class InMemoryVoiceParts:
    def __init__(self) -> None:
        self.items: dict[tuple[WatchId, str, int], tuple[VoicePart, datetime]] = {}

    def put(self, watch_id: WatchId, part: VoicePart, now: datetime) -> None:
        expires_at = POLICY["voice_part"].expires_at(now)
        assert expires_at is not None, "a part that waits too long has lost the rest"
        self.items[watch_id, part.upload, part.number] = part, expires_at

    def of_upload(self, watch_id: WatchId, upload: str, now: datetime) -> Sequence[VoicePart]:
        held = [each for key, each in sorted(self.items.items()) if key[:2] == (watch_id, upload)]
        return [part for part, expires_at in held if not is_over(expires_at, now)]

    def remove(self, watch_id: WatchId, upload: str) -> None:
        self.items = {key: each for key, each in self.items.items() if key[:2] != (watch_id, upload)}


class InMemoryMediaStore:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.items: dict[tuple[str, MediaId], tuple[WatchId, datetime, bytes]] = {}

    def put(self, data_class: str, watch_id: WatchId, media_id: MediaId, content: bytes, created_at: datetime) -> None:
        if is_over(POLICY[data_class].expires_at(created_at), self._clock.now()):
            raise EpochOver("over")
        self.items[data_class, media_id] = watch_id, created_at, content

    def get(
        self, data_class: str, watch_id: WatchId, media_id: MediaId, created_at: datetime, now: datetime
    ) -> bytes | None:
        policy = POLICY[data_class]
        owner, stored_at, content = self.items.get((data_class, media_id), (None, created_at, b""))
        is_another = owner != watch_id or policy.epoch_id(stored_at) != policy.epoch_id(created_at)
        return None if is_another or is_over(policy.expires_at(created_at), now) else content

    def remove(self, data_class: str, watch_id: WatchId, media_id: MediaId) -> None:
        if self.items.get((data_class, media_id), (None,))[0] == watch_id:
            del self.items[data_class, media_id]


@dataclass
class PretendingConverter:
    """Gives what the converter might, after it looked at the first bytes only. asked: how often."""

    asked: int = field(default=0)

    def to_amr(self, recorded: bytes) -> bytes:
        return self._given(recorded, LARGEST_VOICE_BYTES, (b"OggS", b"\0\0\0"), amr(2.0, canary=recorded[-20:]))

    def to_m4a(self, amr: bytes) -> bytes:
        return self._given(amr, LARGEST_VOICE_BYTES, (HEADER,), b"\0\0\0\x1cftypM4A " + amr)

    def photo(self, picture: bytes) -> bytes:
        return self._given(
            picture, LARGEST_PICTURE_BYTES, (b"\xff\xd8\xff", b"\x89PNG"), b"\xff\xd8\xff" + picture[-9:]
        )

    def _given(self, content: bytes, most: int, beginnings: tuple[bytes, ...], made: bytes) -> bytes:
        self.asked += 1
        if len(content) > most:
            raise InvalidMedia(MediaFlaw.TOO_LARGE)
        if not content.startswith(beginnings):
            raise InvalidMedia(MediaFlaw.ANOTHER_KIND)
        return made


class FunctionHere:
    """Stands in for a Lambda client. fails: the function ends without an answer."""

    def __init__(self, *, fails: bool = False) -> None:
        self.fails = fails

    def invoke(self, *, FunctionName: str, Payload: bytes) -> dict[str, Any]:  # noqa: N803 - botocore's names
        assert FunctionName == "converter"
        if self.fails:
            return {"FunctionError": "Unhandled", "Payload": io.BytesIO(b'{"errorMessage": "timed out"}')}
        return {"Payload": io.BytesIO(json.dumps(handler(json.loads(Payload), None)).encode())}
