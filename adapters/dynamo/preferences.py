"""How members want to hear of watches, sealed under each one's own key."""

import json
from typing import Any

from pynamodb.attributes import BinaryAttribute, UnicodeAttribute

from adapters.dynamo.record import Record, holding, understood
from adapters.dynamo.tables import TABLES
from adapters.dynamo.zones import schedule_content, schedule_of
from core.alerts.preferences import Preference
from core.kernel.ids import AccountId, WatchId, ZoneId
from core.retention.policy import POLICY
from core.tracking.alarms import AlarmKind
from core.vault.model import SealedUnder
from core.vault.ports import Sealer


class PreferenceRecord(Record):
    """payload: sealed JSON of the preference."""

    table = TABLES["preferences"]
    attribute_classes = holding(preference=("account_id", "watch_id", "payload"))

    account_id = UnicodeAttribute(hash_key=True)
    watch_id = UnicodeAttribute(range_key=True)
    payload = BinaryAttribute(legacy_encoding=False)

    @classmethod
    def of(cls, account_id: AccountId, watch_id: WatchId, preference: Preference, sealer: Sealer) -> "PreferenceRecord":
        """Return the stored shape; raise as Sealer does."""
        record = cls(account_id, watch_id)
        content = json.dumps(_content_of(preference), separators=(",", ":"))
        record.payload = sealer.seal(content.encode(), record._place())
        return record

    def to_domain(self, sealer: Sealer) -> Preference:
        """Return the preference; raise Unreadable, or what `understood` takes for another shape."""
        return _preference(json.loads(sealer.open(self.payload, self._place())))

    def _place(self) -> SealedUnder:
        return SealedUnder(
            data_class=POLICY["preference"],
            subject_id=self.account_id,
            table=self.table.name,
            key=(self.account_id, self.watch_id),
        )


class DynamoPreferences:
    """Preferences in their table, always read consistently."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def get(self, account_id: AccountId, watch_id: WatchId) -> Preference:
        """Return it; all of it is default where nothing was stored or it does not open."""
        record = PreferenceRecord.find(account_id, watch_id)
        found = [] if record is None else [record]
        return next(understood(found, lambda each: each.to_domain(self._sealer)), Preference())

    def put(self, account_id: AccountId, watch_id: WatchId, preference: Preference) -> None:
        """Store it in the place of what was there."""
        PreferenceRecord.of(account_id, watch_id, preference, self._sealer).put()

    def remove(self, account_id: AccountId, watch_id: WatchId) -> None:
        """Forget it."""
        PreferenceRecord(account_id, watch_id).delete()


def _content_of(preference: Preference) -> dict[str, Any]:
    return {
        "not_pushed": sorted(preference.not_pushed),
        "not_mailed": sorted(preference.not_mailed),
        "mail": preference.mail,
        "muted_zones": sorted(preference.muted_zones),
        "quiet_hours": preference.quiet_hours and schedule_content(preference.quiet_hours),
    }


def _preference(content: dict[str, Any]) -> Preference:
    return Preference(
        not_pushed=frozenset(map(AlarmKind, content["not_pushed"])),
        not_mailed=frozenset(map(AlarmKind, content["not_mailed"])),
        mail=content["mail"],
        muted_zones=frozenset(map(ZoneId, content["muted_zones"])),
        quiet_hours=schedule_of(content["quiet_hours"]),
    )
