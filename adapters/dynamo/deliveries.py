"""How far each delivery of an alert came."""

from collections.abc import Sequence
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, fit, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.alerts.model import Channel, Delivery, DeliveryState
from core.kernel.clock import Clock
from core.kernel.ids import AccountId, AlertId, WatchId, parts_of
from core.kernel.keys import SEPARATOR, composite_key
from core.retention.policy import POLICY

_CLASS = POLICY["delivery"]


class DeliveryRecord(Record):
    """delivery: alert, guardian and channel. It ends with the alert."""

    table = TABLES["deliveries"]
    attribute_classes = holding(delivery=("watch_id", "delivery", "state", "attempts", "at", "expires_at"))

    watch_id = UnicodeAttribute(hash_key=True)
    delivery = UnicodeAttribute(range_key=True)
    state = UnicodeAttribute()
    attempts = NumberAttribute()
    at = UnicodeAttribute()
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, delivery: Delivery) -> "DeliveryRecord":
        """Return the stored shape."""
        named_at, _ = parts_of(delivery.alert_id)
        return cls(
            delivery.watch_id,
            composite_key(delivery.alert_id, delivery.account_id, delivery.channel),
            state=delivery.state.value,
            attempts=delivery.attempts,
            at=instant(delivery.at),
            expires_at=_CLASS.expires_at(named_at),
        )

    def to_domain(self) -> Delivery:
        """Return the delivery."""
        alert_id, account_id, channel = self.delivery.split(SEPARATOR)
        return Delivery(
            watch_id=WatchId(self.watch_id),
            alert_id=AlertId(alert_id),
            account_id=AccountId(account_id),
            channel=Channel(channel),
            state=DeliveryState(self.state),
            attempts=int(self.attempts),
            at=instant_of(self.at),
        )


class DynamoDeliveries:
    """Deliveries in their table, always read consistently."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def put(self, delivery: Delivery) -> None:
        """Store it, replacing what is known of the same alert, guardian and channel."""
        DeliveryRecord.of(delivery).put(now=self._clock.now())

    def of_alert(self, watch_id: WatchId, alert_id: AlertId, now: datetime) -> Sequence[Delivery]:
        """Return all of an alert."""
        its = DeliveryRecord.delivery.startswith(composite_key(alert_id) + SEPARATOR)
        found = fit(DeliveryRecord.query(watch_id, its, consistent_read=True), now)
        return list(understood(found, DeliveryRecord.to_domain))
