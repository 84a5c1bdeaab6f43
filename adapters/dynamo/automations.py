"""Automations by account."""

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
from core.accounts.model import Automation
from core.kernel.ids import AccountId, AutomationId
from core.kernel.page import Page
from core.retention.policy import POLICY
from core.vault.model import SealedUnder
from core.vault.ports import Sealer

_CLASS = POLICY["automation"]


class AutomationRecord(Record):
    """payload: sealed JSON with the name."""

    table = TABLES["automations"]
    attribute_classes = holding(automation=("account_id", "automation_id", "since", "payload", "expires_at"))

    account_id = UnicodeAttribute(hash_key=True)
    automation_id = UnicodeAttribute(range_key=True)
    since = UnicodeAttribute()
    payload = BinaryAttribute(legacy_encoding=False)
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, automation: Automation, sealer: Sealer) -> "AutomationRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(
            automation.account_id,
            automation.automation_id,
            since=instant(automation.since),
            expires_at=end_of(_CLASS.name, automation.since),
        )
        record.payload = sealer.seal(json.dumps({"name": automation.name}).encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Automation:
        """Return the automation; raise Unreadable, or what `understood` takes for another shape."""
        return Automation(
            automation_id=AutomationId(self.automation_id),
            account_id=AccountId(self.account_id),
            name=json.loads(sealer.open(self.payload, self._place()))["name"],
            since=instant_of(self.since),
        )

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=_CLASS,
            subject_id=self.account_id,
            table=self.table.name,
            key=(self.account_id, self.automation_id),
        )


class DynamoAutomations:
    """Automations in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def add(self, automation: Automation) -> None:
        """See Automations."""
        AutomationRecord.of(automation, self._sealer).put(now=automation.since)

    def of_account(self, account_id: AccountId, *, now: datetime, limit: int, after: str | None) -> Page[Automation]:
        """See Automations. Their order is that of the opaque ids."""
        beyond = None if after is None else AutomationRecord.automation_id > after
        found = AutomationRecord.query(account_id, beyond, consistent_read=True, page_size=limit + 1)
        held = understood(fit(found, now), lambda record: record.to_domain(self._sealer))
        return page_of(((each.automation_id, each) for each in held), limit)

    def remove(self, account_id: AccountId, automation_id: AutomationId) -> bool:
        """See Automations."""
        return AutomationRecord(account_id, automation_id).remove()
