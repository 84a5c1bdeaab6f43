"""The phones that ring for an account."""

import json
from collections.abc import Sequence
from datetime import datetime

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, end_of, fit, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.accounts.model import Phone, Platform
from core.kernel.ids import AccountId, FamilyId
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

_CLASS = POLICY["phone"]


class PhoneRecord(Record):
    """payload: sealed JSON of platform and endpoint."""

    table = TABLES["phones"]
    attribute_classes = holding(phone=("account_id", "family_id", "since", "payload", "expires_at"))

    account_id = UnicodeAttribute(hash_key=True)
    family_id = UnicodeAttribute(range_key=True)
    since = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, phone: Phone, sealer: Sealer) -> "PhoneRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(
            phone.account_id,
            phone.family_id,
            since=instant(phone.since),
            expires_at=_CLASS.expires_at(phone.since.replace(microsecond=0)),
        )
        content = {"platform": phone.platform, "endpoint": phone.endpoint}
        record.payload = sealer.seal(json.dumps(content).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Phone:
        """Return the phone; raise Unreadable, or what `understood` takes for another shape."""
        content = json.loads(sealer.open(self.payload, self._place()))
        return Phone(
            account_id=AccountId(self.account_id),
            family_id=FamilyId(self.family_id),
            platform=Platform(content["platform"]),
            endpoint=content["endpoint"],
            since=instant_of(self.since),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=_CLASS,
            subject_id=self.account_id,
            table=self.table.name,
            key=(self.account_id, self.family_id),
        )


class DynamoPhones:
    """Phones in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def put(self, phone: Phone) -> None:
        """Store it in the place of the same sign-in's."""
        PhoneRecord.of(phone, self._sealer).put(now=phone.since)

    def of_account(self, account_id: AccountId, now: datetime) -> Sequence[Phone]:
        """Return the phones of sign-ins that are not over."""
        found = fit(PhoneRecord.query(account_id, consistent_read=True), now)
        return list(understood(found, lambda record: record.to_domain(self._sealer)))

    def prolong(self, account_id: AccountId, family_id: FamilyId, now: datetime) -> None:
        """See Phones."""
        PhoneRecord(account_id, family_id).amend(
            [PhoneRecord.since.set(instant(now)), PhoneRecord.expires_at.set(end_of(_CLASS.name, now))]
        )

    def remove(self, account_id: AccountId, family_id: FamilyId) -> None:
        """Forget it; it is no error when there is none."""
        PhoneRecord(account_id, family_id).delete()
