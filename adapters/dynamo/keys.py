"""The stored keys, each wrapped by KMS."""

from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding
from adapters.dynamo.tables import TABLES
from core.kernel.clock import Clock


class KeyRecord(Record):
    """One wrapped key; only an epoch's and a mailed link's expire."""

    table = TABLES["keys"]
    attribute_classes = holding(subject_key=("key_id", "wrapped"), epoch_key=("expires_at",))

    key_id = UnicodeAttribute(hash_key=True)
    wrapped = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute(null=True)


class DynamoKeyRows:
    """KeyRows in the keys table."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def find(self, key_id: str) -> bytes | None:
        """Return the wrapped key."""
        record = KeyRecord.find(key_id, now=self._clock.now())
        return None if record is None else record.wrapped

    def add(self, key_id: str, wrapped: bytes, expires_at: datetime | None) -> bool:
        """Store a wrapped key unless one of that name is there."""
        record = KeyRecord(key_id, wrapped=wrapped, expires_at=expires_at)
        return record.put(now=self._clock.now(), only_new=True)

    def remove(self, key_id: str) -> None:
        """Remove it."""
        KeyRecord(key_id).delete()
