"""Which alerts somebody has seen."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, fit, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.alerts.model import Acknowledgement
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, AlertId, WatchId, parts_of
from core.retention.policy import POLICY

_CLASS = POLICY["acknowledgement"]


class AcknowledgementRecord(Record):
    """The first guardian who saw an alert; it ends with the alert."""

    table = TABLES["acknowledgements"]
    attribute_classes = holding(acknowledgement=("watch_id", "alert_id", "account_id", "at", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    alert_id = UnicodeAttribute(range_key=True)
    account_id = UnicodeAttribute()
    at = UnicodeAttribute()
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, watch_id: WatchId, alert_id: AlertId, acknowledgement: Acknowledgement) -> "AcknowledgementRecord":
        """Return the stored shape."""
        named_at, _ = parts_of(alert_id)
        return cls(
            watch_id,
            alert_id,
            account_id=acknowledgement.account_id,
            at=instant(acknowledgement.at),
            expires_at=_CLASS.expires_at(named_at),
        )

    def to_domain(self) -> Acknowledgement:
        """Return the acknowledgement."""
        return Acknowledgement(AccountId(self.account_id), instant_of(self.at))


class DynamoAcknowledgements:
    """Acknowledgements in their table, always read consistently."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def add(self, watch_id: WatchId, alert_id: AlertId, acknowledgement: Acknowledgement) -> Acknowledgement:
        """Store the first one; return the one that counts."""
        record = AcknowledgementRecord.of(watch_id, alert_id, acknowledgement)
        if record.put(now=self._clock.now(), only_new=True):
            return record.to_domain()
        return self.of(watch_id, [alert_id], self._clock.now()).get(alert_id, acknowledgement)

    def of(self, watch_id: WatchId, alert_ids: Sequence[AlertId], now: datetime) -> Mapping[AlertId, Acknowledgement]:
        """Return those of these alerts."""
        keys = [(watch_id, alert_id) for alert_id in alert_ids]
        found = fit(AcknowledgementRecord.batch_get(keys, consistent_read=True), now)
        return {AlertId(record.alert_id): record.to_domain() for record in found}
