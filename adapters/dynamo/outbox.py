"""What waits for a watch, by names only; beside it, which requests were heard before."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding
from adapters.dynamo.tables import TABLES
from core.kernel.ids import WatchId
from core.kernel.keys import SEPARATOR, composite_key
from core.retention.policy import POLICY

_CLASS = POLICY["outbox_entry"]
_COMMAND, _REQUEST = "command", "request"
_LAST = "~"  # sorts after every character of a key


class OutboxRecord(Record):
    """entry: command and its name, or request and its key. name: of a request, the command that came of it."""

    table = TABLES["outbox"]
    attribute_classes = holding(outbox_entry=("addressee", "entry", "name", "expires_at"))

    addressee = UnicodeAttribute(hash_key=True)
    entry = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(null=True)
    expires_at = ExpiryAttribute()


class Outbox:
    """The outbox of one watch. A name is the sort key of its command."""

    def __init__(self, watch_id: WatchId) -> None:
        self._watch_id = watch_id

    def put(self, name: str, now: datetime) -> None:
        """Put a name in."""
        self._record(_entry_of(name), now).put(now=now.replace(microsecond=0))

    def remove(self, name: str) -> None:
        """Take a name out; it is no error when it is gone."""
        OutboxRecord(self._watch_id, _entry_of(name)).delete()

    def names(self, now: datetime) -> list[str]:
        """Return the names that are in it, read consistently, oldest first."""
        found = OutboxRecord.between(self._watch_id, _COMMAND, _COMMAND + _LAST, now=now, consistent=True)
        return [record.entry.partition(SEPARATOR)[2] for record in found]

    def claim(self, key: str, name: str, now: datetime) -> str | None:
        """Note what came of a request; return what came of the same one before, None when there was none."""
        record = self._record(composite_key(_REQUEST, key), now, name)
        is_new = OutboxRecord.addressee.does_not_exist() | (OutboxRecord.expires_at <= now.replace(microsecond=0))
        if record.put(is_new, now=now.replace(microsecond=0)):
            return None
        earlier = OutboxRecord.find(self._watch_id, record.entry, now=now)
        return None if earlier is None else earlier.name

    def reclaim(self, key: str, name: str, now: datetime) -> None:
        """Note what came of a request that had come to nothing before."""
        self._record(composite_key(_REQUEST, key), now, name).put(now=now.replace(microsecond=0))

    def _record(self, entry: str, now: datetime, name: str | None = None) -> OutboxRecord:
        expires_at = _CLASS.expires_at(now.replace(microsecond=0))
        return OutboxRecord(self._watch_id, entry, name=name, expires_at=expires_at)


def _entry_of(name: str) -> str:
    return SEPARATOR.join((_COMMAND, name))
