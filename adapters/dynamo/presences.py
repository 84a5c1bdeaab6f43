"""Where watches are connected."""

from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant, instant_of
from adapters.dynamo.tables import TABLES
from core.commands.model import Presence
from core.retention.policy import POLICY

_CLASS = POLICY["presence"]


class PresenceRecord(Record):
    """queue: missing once the connection has ended."""

    table = TABLES["presences"]
    attribute_classes = holding(presence=("addressee", "connection", "queue", "since", "heard_at", "expires_at"))

    addressee = UnicodeAttribute(hash_key=True)
    connection = UnicodeAttribute()
    queue = NumberAttribute(null=True)
    since = UnicodeAttribute()
    heard_at = UnicodeAttribute()
    expires_at = ExpiryAttribute()

    @classmethod
    def of(cls, presence: Presence) -> "PresenceRecord":
        """Return the stored shape."""
        return cls(
            presence.addressee,
            connection=presence.connection,
            queue=presence.queue,
            since=instant(presence.since),
            heard_at=instant(presence.heard_at),
            expires_at=_expires_at(presence.heard_at),
        )

    def to_domain(self) -> Presence:
        """Return the presence."""
        return Presence(
            addressee=self.addressee,
            connection=self.connection,
            queue=None if (queue := self.attribute_values.get("queue")) is None else int(queue),
            since=instant_of(self.since),
            heard_at=instant_of(self.heard_at),
        )


class DynamoPresences:
    """Presences in their table, always read consistently."""

    def put(self, presence: Presence) -> None:
        """See Presences."""
        record = PresenceRecord.of(presence)
        is_latest = PresenceRecord.since.does_not_exist() | (PresenceRecord.since <= record.since)
        record.put(is_latest, now=presence.heard_at.replace(microsecond=0))

    def end(self, addressee: str, connection: str, heard_at: datetime) -> None:
        """See Presences."""
        PresenceRecord(addressee).amend(
            [
                PresenceRecord.queue.remove(),
                PresenceRecord.heard_at.set(instant(heard_at)),
                PresenceRecord.expires_at.set(_expires_at(heard_at)),
            ],
            PresenceRecord.connection == connection,
        )

    def get(self, addressee: str, now: datetime) -> Presence | None:
        """See Presences."""
        record = PresenceRecord.find(addressee, now=now)
        return None if record is None else record.to_domain()


def _expires_at(heard_at: datetime) -> datetime:
    expires_at = _CLASS.expires_at(heard_at.replace(microsecond=0))
    assert expires_at is not None, "a presence is forgotten"
    return expires_at
