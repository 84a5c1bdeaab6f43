"""What fires without a frame, spread over slots, in each by time."""

import hashlib
from collections.abc import Iterator
from datetime import datetime

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from adapters.dynamo.record import ExpiryAttribute, Record, holding, instant, instant_of, understood
from adapters.dynamo.tables import TABLES
from core.alerts.model import Due, DueKind
from core.kernel.clock import Clock
from core.kernel.ids import WatchId
from core.kernel.keys import SEPARATOR, composite_key
from core.retention.policy import POLICY

SLOTS = 32
"""Each takes 1,000 writes a second, and each is asked once a minute. As many more hold the connections."""

_CLASS = POLICY["due"]
_FIRST = "0"  # sorts before every instant
_JUST_AFTER = chr(ord(SEPARATOR) + 1)  # instant + this sorts after every key of that instant
_NOTHING = "-"  # stands in a key for a part that is empty; no id and no hex digit


class DueRecord(Record):
    """slot: two digits by a hash of whom it is about. due: instant, kind, watch, and the subject in hex."""

    table = TABLES["due"]
    attribute_classes = holding(due=("slot", "due", "step", "expires_at"))

    slot = UnicodeAttribute(hash_key=True)
    due = UnicodeAttribute(range_key=True)
    step = NumberAttribute()
    expires_at = ExpiryAttribute()

    def to_domain(self) -> Due:
        """Return what is due."""
        at, kind, watch_id, subject = self.due.split(SEPARATOR)
        return Due(
            kind=DueKind(kind),
            at=instant_of(at),
            watch_id=None if watch_id == _NOTHING else WatchId(watch_id),
            subject="" if subject == _NOTHING else bytes.fromhex(subject).decode(),
            step=int(self.step),
        )


class DynamoDueTimes:
    """DueTimes in the table due. A row lives 7 days after its instant, or after it was added where that is later."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def add(self, due: Due) -> None:
        """Store it, or its step."""
        now = self._clock.now()
        expires_at = _CLASS.expires_at(max(due.at, now).replace(microsecond=0))
        DueRecord(*_key(due), step=due.step, expires_at=expires_at).put(now=now)

    def over(self, now: datetime) -> Iterator[Due]:
        """Yield all whose instant has come, slot by slot, in each the oldest first."""
        for number in range(2 * SLOTS):
            found = DueRecord.between(_slot(number), _FIRST, instant(now) + _JUST_AFTER, now=now)
            yield from understood(found, DueRecord.to_domain)

    def remove(self, due: Due) -> None:
        """Remove it; it is no error when it is not there."""
        DueRecord(*_key(due)).delete()


def _key(due: Due) -> tuple[str, str]:
    number = hashlib.sha256((due.watch_id or due.subject).encode()).digest()[0] % SLOTS
    if due.kind is DueKind.CONNECTION:
        number += SLOTS  # asked last: strangers may open any number, and no SOS waits for them
    subject = due.subject.encode().hex()  # a connection's id holds what no key may hold
    return _slot(number), composite_key(instant(due.at), due.kind, due.watch_id or _NOTHING, subject or _NOTHING)


def _slot(number: int) -> str:
    return f"{number:02d}"
