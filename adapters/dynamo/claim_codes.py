"""The codes that watches show to whoever holds them: in the outbox, under the name of their device."""

from datetime import datetime

from pynamodb.attributes import BinaryAttribute, NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding
from adapters.dynamo.tables import TABLES
from core.retention.policy import POLICY
from core.vault.model import STOCK, SealedUnder, Unreadable
from core.vault.ports import Sealer
from core.watches.model import CODE_TRIES, ClaimCode

_CLASS = POLICY["claim_code"]
_ENTRY = "claim-code"


class ClaimCodeRecord(Record):
    """addressee: the device's name. payload: the sealed digits. tries: how many were made, right ones too."""

    table = TABLES["outbox"]
    attribute_classes = holding(claim_code=("addressee", "entry", "payload", "tries", "expires_at"))

    addressee = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    payload = BinaryAttribute(legacy_encoding=False)
    tries = NumberAttribute()
    expires_at = ExpiryAttribute()


class DynamoClaimCodes:
    """ClaimCodes in the table outbox."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def put(self, device: str, digits: str, now: datetime) -> None:
        """See ClaimCodes."""
        now = now.replace(microsecond=0)
        record = ClaimCodeRecord(device, _ENTRY, tries=0, expires_at=_CLASS.expires_at(now))
        record.payload = self._sealer.seal(digits.encode(), _under(device))
        record.put(ClaimCodeRecord.addressee.does_not_exist() | (ClaimCodeRecord.expires_at <= now), now=now)

    def get(self, device: str, now: datetime) -> ClaimCode | None:
        """See ClaimCodes."""
        record = ClaimCodeRecord.find(device, _ENTRY, now=now)
        return None if record is None else self._code(record)

    def attempt(self, device: str, now: datetime) -> ClaimCode | None:
        """See ClaimCodes."""
        record = ClaimCodeRecord(device, _ENTRY)
        is_open = (ClaimCodeRecord.tries < CODE_TRIES) & (ClaimCodeRecord.expires_at > now.replace(microsecond=0))
        return self._code(record) if record.amend([ClaimCodeRecord.tries.add(1)], is_open) else None

    def remove(self, device: str) -> None:
        """See ClaimCodes."""
        ClaimCodeRecord(device, _ENTRY).delete()

    def _code(self, record: ClaimCodeRecord) -> ClaimCode | None:
        try:
            digits = self._sealer.open(record.payload, _under(record.addressee)).decode()
        except Unreadable:
            return None
        return ClaimCode(digits, record.expires_at)


def _under(device: str) -> SealedUnder:
    return SealedUnder(data_class=_CLASS, subject_id=STOCK, table=ClaimCodeRecord.table.name, key=(device, _ENTRY))
