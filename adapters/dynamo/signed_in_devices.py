"""Where each account is signed in."""

import json
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.moments import page_of
from adapters.dynamo.record import (
    ExpiryAttribute,
    Record,
    end_of,
    fit,
    holding,
    instant,
    instant_of,
    understood,
)
from adapters.dynamo.tables import TABLES
from core.accounts.model import SignedInDevice
from core.kernel.ids import AccountId, FamilyId
from core.kernel.page import Page
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

_CLASS = POLICY["signed_in_device"]


class SignedInDeviceRecord(Record):
    """payload: sealed JSON with the name."""

    table = TABLES["signed-in"]
    attribute_classes = holding(
        signed_in_device=("account_id", "family_id", "since", "renewed_at", "payload", "expires_at")
    )

    account_id = UnicodeAttribute(hash_key=True)
    family_id = UnicodeAttribute(range_key=True)
    since = UnicodeAttribute()
    renewed_at = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, device: SignedInDevice, sealer: Sealer) -> "SignedInDeviceRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(
            device.account_id,
            device.family_id,
            since=instant(device.since),
            renewed_at=instant(device.renewed_at),
            expires_at=end_of(_CLASS.name, device.renewed_at),
        )
        record.payload = sealer.seal(json.dumps({"name": device.name}).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> SignedInDevice:
        """Return the device; raise Unreadable, or what `understood` takes for another shape."""
        return SignedInDevice(
            account_id=AccountId(self.account_id),
            family_id=FamilyId(self.family_id),
            name=json.loads(sealer.open(self.payload, self._place()))["name"],
            since=instant_of(self.since),
            renewed_at=instant_of(self.renewed_at),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=_CLASS,
            subject_id=self.account_id,
            table=self.table.name,
            key=(self.account_id, self.family_id),
        )


class DynamoSignedInDevices:
    """SignedInDevices in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def put(self, device: SignedInDevice) -> None:
        """See SignedInDevices."""
        SignedInDeviceRecord.of(device, self._sealer).put(now=device.renewed_at)

    def of_account(
        self, account_id: AccountId, *, now: datetime, limit: int, after: str | None
    ) -> Page[SignedInDevice]:
        """See SignedInDevices. Their order is that of the opaque ids."""
        beyond = None if after is None else SignedInDeviceRecord.family_id > after
        found = SignedInDeviceRecord.query(account_id, beyond, consistent_read=True, page_size=limit + 1)
        held = understood(fit(found, now), lambda record: record.to_domain(self._sealer))
        return page_of(((each.family_id, each) for each in held), limit)

    def prolong(self, account_id: AccountId, family_id: FamilyId, now: datetime) -> None:
        """See SignedInDevices."""
        SignedInDeviceRecord(account_id, family_id).amend(
            [
                SignedInDeviceRecord.renewed_at.set(instant(now)),
                SignedInDeviceRecord.expires_at.set(end_of(_CLASS.name, now)),
            ]
        )

    def remove(self, account_id: AccountId, family_id: FamilyId) -> None:
        """See SignedInDevices."""
        SignedInDeviceRecord(account_id, family_id).delete()
