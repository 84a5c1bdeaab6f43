"""Parts of voices, sealed under their binding's key, for a quarter of an hour."""

import base64
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, fit, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.kernel.ids import WatchId
from core.kernel.keys import SEPARATOR, checked_part, composite_key
from core.messages.model import VoicePart
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

_CLASS = POLICY["voice_part"]


class VoicePartRecord(Record):
    """part: the upload's digest and the number. payload: sealed JSON of the rest."""

    table = TABLES["voice-parts"]
    attribute_classes = holding(voice_part=("watch_id", "part", "payload", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    part = UnicodeAttribute(range_key=True)
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, watch_id: WatchId, part: VoicePart, sealer: Sealer, now: datetime) -> "VoicePartRecord":
        """Return the stored shape; raise as Sealer does."""
        content = {
            "total": part.total,
            "received_at": instant(part.received_at),
            "content": base64.b64encode(part.content).decode(),
        }
        record = cls(watch_id, composite_key(part.upload, f"{part.number:03d}"))
        record.expires_at = _CLASS.expires_at(now.replace(microsecond=0))
        record.payload = sealer.seal(json.dumps(content, separators=(",", ":")).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> VoicePart:
        """Return the part; raise Unreadable, or what `understood` takes for another shape."""
        upload, number = self.part.split(SEPARATOR)
        content = json.loads(sealer.open(self.payload, self._place()))
        return VoicePart(
            upload=upload,
            number=int(number),
            total=content["total"],
            received_at=instant_of(content["received_at"]),
            content=base64.b64decode(content["content"]),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=_CLASS, subject_id=self.watch_id, table=self.table.name, key=(self.watch_id, self.part)
        )


class DynamoVoiceParts:
    """VoiceParts in their table."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def put(self, watch_id: WatchId, part: VoicePart, now: datetime) -> None:
        """Keep it in the place of an earlier one of its number; raise as Sealer does."""
        VoicePartRecord.of(watch_id, part, self._sealer, now).put(now=now)

    def of_upload(self, watch_id: WatchId, upload: str, now: datetime) -> Sequence[VoicePart]:
        """Return what there is of an upload and is not over, by number."""
        return list(understood(fit(_stored(watch_id, upload), now), lambda record: record.to_domain(self._sealer)))

    def remove(self, watch_id: WatchId, upload: str) -> None:
        """Remove all of an upload."""
        with VoicePartRecord.batch_write() as batch:
            for record in _stored(watch_id, upload):
                batch.delete(record)


def _stored(watch_id: WatchId, upload: str) -> Iterable[VoicePartRecord]:
    beginning = f"{checked_part(upload)}{SEPARATOR}"
    return VoicePartRecord.query(watch_id, VoicePartRecord.part.startswith(beginning), consistent_read=True)
